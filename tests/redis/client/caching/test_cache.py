"""The states of an entry, one row for each way through them; and what bounds a cache."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from framewire.redis.client.caching.cache import ENTRY, KEY, Cache, CacheConfig, CacheStats, Entry

Step = Callable[[Cache, Entry], object]


def asked(cache: Cache, name: bytes = b"GET a", keys: tuple[bytes, ...] = (b"a",)) -> Entry:
    assert cache.find(name, 0.0) is None
    return cache.begin(name, keys)


def kept(cache: Cache, name: bytes = b"GET a", keys: tuple[bytes, ...] = (b"a",), reply: object = b"v") -> Entry:
    entry = asked(cache, name, keys)
    cache.fill(entry, reply, 0.0)
    return entry


CHANGES: dict[str, tuple[Step, bool, bool]] = {
    # what happens; whether what is here stays; whether what is under way will be kept
    "an invalidation": (lambda cache, _: cache.invalidate([b"a"]), False, True),
    "one of all keys": (lambda cache, _: cache.invalidate(None), False, True),
    "one of another key": (lambda cache, _: cache.invalidate([b"b"]), True, True),
    "a write": (lambda cache, _: cache.written([b"b", b"a"]), False, False),
    "a write to all keys": (lambda cache, _: cache.written(None), False, False),
    "a write to another key": (lambda cache, _: cache.written([b"b"]), True, True),
    "a write elsewhere": (lambda cache, _: cache.hold([b"a"]), False, False),
    "one to all keys elsewhere": (lambda cache, _: cache.hold(None), False, False),
    "one to another key elsewhere": (lambda cache, _: cache.hold([b"b"]), True, True),
    "the loss of the link": (lambda cache, _: cache.flush(), False, False),
    "nothing": (lambda cache, _: None, True, True),
}


@pytest.mark.parametrize(("happens", "stays", "_"), CHANGES.values(), ids=CHANGES)
def test_what_is_here(happens: Step, stays: bool, _: bool) -> None:
    cache = Cache(CacheConfig())
    entry = kept(cache)
    happens(cache, entry)
    assert (cache.find(b"GET a", 0.0) is entry) is stays
    assert entry.spent is not stays
    assert bool(cache.bytes) is stays


@pytest.mark.parametrize(("happens", "_", "is_kept"), CHANGES.values(), ids=CHANGES)
def test_what_is_under_way(happens: Step, _: bool, is_kept: bool) -> None:
    cache = Cache(CacheConfig())
    entry = asked(cache)
    assert cache.find(b"GET a", 0.0) is entry
    happens(cache, entry)
    assert (cache.find(b"GET a", 0.0) is entry) is is_kept, "who asks now joins it"
    cache.fill(entry, b"v", 0.0)
    assert (cache.find(b"GET a", 0.0) is entry) is is_kept
    assert len(cache) == is_kept


@pytest.mark.parametrize("keys", [[b"a"], [b"a", b"b"], None], ids=["key", "keys", "all"])
def test_nothing_is_kept_while_a_write_is_elsewhere(keys: list[bytes] | None) -> None:
    cache = Cache(CacheConfig())
    cache.hold(keys)
    cache.hold(keys)
    for _ in range(2):
        kept(cache)
        assert cache.find(b"GET a", 0.0) is None
        cache.let_go(keys)
    entry = kept(cache)
    assert cache.find(b"GET a", 0.0) is entry


def test_a_read_that_was_sent_during_a_write_elsewhere_is_not_kept_behind_it() -> None:
    cache = Cache(CacheConfig())
    cache.hold([b"a"])
    entry = asked(cache)
    cache.let_go([b"a"])
    cache.fill(entry, b"v", 0.0)
    assert cache.find(b"GET a", 0.0) is None


def test_what_has_failed_is_asked_anew() -> None:
    cache = Cache(CacheConfig())
    entry = asked(cache)
    cache.fail(entry)
    cache.fail(entry)
    kept(cache)


def test_a_reply_behind_a_failure_is_not_kept() -> None:
    cache = Cache(CacheConfig())
    entry = asked(cache)
    cache.fail(entry)
    cache.fill(entry, b"v", 0.0)
    assert len(cache) == 0


def test_all_keys_of_a_request_count() -> None:
    cache = Cache(CacheConfig())
    for key in (b"a", b"b", b"c"):
        kept(cache, b"MGET a b a", (b"a", b"b", b"a"), [b"1", b"2", b"1"])
        cache.invalidate([key])
        assert len(cache) == (key == b"c")


ABSENT: list[tuple[object, bool]] = [(None, False), (0, False), ([], False), ([None, None], False), (b"v", True)]


@pytest.mark.parametrize(("reply", "stays"), ABSENT)
def test_who_finds_nothing_hears_of_nothing_older(reply: object, stays: bool) -> None:
    cache = Cache(CacheConfig())
    entry = kept(cache)
    kept(cache, b"another a", (b"a",), reply)
    assert (cache.find(b"GET a", 0.0) is entry) is stays
    assert cache.find(b"another a", 0.0) is not None


# -- bounds -----------------------------------------------------------------------------------------------------------

SIZE = ENTRY + KEY + 56 + len(b"GET 0") + 100


def filled(cache: Cache, count: int, size: int = 100) -> list[Entry]:
    return [kept(cache, b"GET %d" % index, (b"%d" % index,), bytes(size)) for index in range(count)]


def test_the_least_recently_used_goes_first() -> None:
    cache = Cache(CacheConfig(max_bytes=3 * SIZE))
    filled(cache, 3)
    cache.find(b"GET 0", 0.0)
    kept(cache, b"GET 3", (b"3",), bytes(100))
    assert [cache.find(b"GET %d" % index, 0.0) is not None for index in range(4)] == [True, False, True, True]
    assert cache.stats.evicted == 1
    assert cache.bytes == 3 * SIZE


def test_several_go_for_a_large_one() -> None:
    cache = Cache(CacheConfig(max_bytes=3 * SIZE))
    filled(cache, 3)
    large = kept(cache, b"GET 3", (b"3",), bytes(100 + SIZE))
    assert (len(cache), cache.stats.evicted, cache.bytes) == (2, 2, 3 * SIZE)
    assert cache.find(b"GET 3", 0.0) is large


def test_what_is_larger_than_the_cache_is_not_kept_and_nothing_goes_for_it() -> None:
    cache = Cache(CacheConfig(max_bytes=3 * SIZE))
    filled(cache, 3)
    kept(cache, b"GET 3", (b"3",), bytes(3 * SIZE))
    assert (len(cache), cache.stats.evicted) == (3, 0)
    assert cache.find(b"GET 3", 0.0) is None


def test_what_is_under_way_is_no_hindrance() -> None:
    cache = Cache(CacheConfig(max_bytes=SIZE))
    entry = asked(cache)
    filled(cache, 3)
    assert len(cache) == 1
    assert cache.find(b"GET a", 0.0) is entry


@pytest.mark.parametrize(("age", "is_kept"), [(0.0, True), (2.0, True), (2.1, False)])
def test_what_is_too_old_is_not_used(age: float, is_kept: bool) -> None:
    cache = Cache(CacheConfig(max_age=2.0))
    entry = asked(cache)
    cache.fill(entry, b"v", 10.0)
    assert (cache.find(b"GET a", 10.0 + age) is not None) is is_kept
    assert len(cache) == is_kept


@pytest.mark.parametrize("wrong", [{"max_bytes": -1}, {"max_age": 0.0}, {"max_age": -1.0}])
def test_bounds_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        CacheConfig(**wrong)  # type: ignore[arg-type]


def test_what_has_happened_is_counted() -> None:
    cache = Cache(CacheConfig())
    kept(cache)
    for _ in range(3):
        cache.find(b"GET a", 0.0)
    asked(cache, b"GET b", (b"b",))
    cache.find(b"GET b", 0.0)
    cache.invalidate([b"a", b"b"])
    kept(cache)
    assert cache.stats == CacheStats(
        hits=3, misses=3, joined=1, invalidated=1, evicted=0, bytes=ENTRY + KEY + 56 + 1 + 5, entries=1
    )
