"""A client, its server and everybody else do what they like: no read finds what is older than what the client knows.

What it knows: its own writes that were answered, over whichever link, and what its reads have found. When all is quiet,
nothing that is kept differs from what the server has.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from framewire.redis.client.caching.cache import CacheConfig
from tests.properties import examples
from tests.redis.client.caching.model import KEYS, Client, Server

some_keys = st.sampled_from([(b"a",), (b"a",), (b"a",), (b"b",), (b"a", b"b")])
written_keys = st.sampled_from([(b"a",), (b"a",), (b"a",), (b"b",), (b"a", b"b"), None])
links = st.integers(0, 1)
steps = st.integers(1, 8)


class Caching(RuleBasedStateMachine):
    config = CacheConfig()

    def __init__(self) -> None:
        super().__init__()
        self.server = Server()
        self.client = Client(self.server, self.config)
        self.now = 0.0

    @rule(keys=some_keys, expires=st.booleans())
    def read(self, keys: tuple[bytes, ...], expires: bool) -> None:
        self.client.read(keys, self.now, expires)

    @rule(keys=some_keys)
    def read_and_wait(self, keys: tuple[bytes, ...]) -> None:
        self.client.read(keys, self.now)
        while self.server.up[0] or self.server.down[0]:
            self.server.step(0)
            self.client.step(0)

    @rule(keys=written_keys)
    def write(self, keys: tuple[bytes, ...] | None) -> None:
        self.client.write(keys)

    @rule(keys=written_keys)
    def write_elsewhere(self, keys: tuple[bytes, ...] | None) -> None:
        self.client.write_elsewhere(keys)

    @rule(keys=written_keys)
    def foreign_write(self, keys: tuple[bytes, ...] | None) -> None:
        self.server.foreign_write(keys)

    @rule(link=links, steps=steps)
    def execute(self, link: int, steps: int) -> None:
        for _ in range(steps):
            self.server.step(link)

    @rule(link=links, steps=steps)
    def receive(self, link: int, steps: int) -> None:
        for _ in range(steps):
            self.client.step(link)

    @rule(link=links, keys=some_keys)
    def learn_and_read(self, link: int, keys: tuple[bytes, ...]) -> None:
        """The moment that counts: something was answered, and what tells of it is still on its way."""
        floor = dict(self.client.floor)
        while self.server.up[link]:
            self.server.step(link)
        while self.server.down[link] and self.client.floor == floor:
            self.client.step(link)
        self.client.read(keys, self.now)

    @rule()
    def give_up(self) -> None:
        self.client.give_up()

    @rule(link=links)
    def lose(self, link: int) -> None:
        self.client.lose(link)

    @rule(seconds=st.floats(0, 3))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def all_is_quiet(self) -> None:
        while any(self.server.up) or any(self.server.down):
            for link in (0, 1):
                self.server.step(link)
                self.client.step(link)
        assert not self.client.cache._under_way
        for keys in ((b"a",), (b"b",), KEYS):
            entry = self.client.cache._here.get(b" ".join(keys))
            if entry is not None:
                assert self.client.found[entry] == {key: self.server.versions[key] for key in keys}

    @invariant()
    def is_bounded_and_indexed(self) -> None:
        cache = self.client.cache
        assert 0 <= cache.bytes <= cache.config.max_bytes
        entries = {*cache._here.values(), *cache._under_way.values()}
        assert sum(entry.size for entry in entries) == cache.bytes
        assert {key for entry in entries for key in entry.keys} == set(cache._by_key)
        assert all(not entry.spent for entry in entries)


class CachingLittle(Caching):
    """With room for one reply or two, and not for long."""

    config = CacheConfig(max_bytes=2000, max_age=2.0)


TestCaching = Caching.TestCase
TestCaching.settings = examples(200, stateful_step_count=80)
TestCachingLittle = CachingLittle.TestCase
TestCachingLittle.settings = examples(100, stateful_step_count=80)
