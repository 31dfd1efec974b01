"""Links of their own, lent and taken back."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from framewire.redis.client.blocking.link import Link
from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.pool import Pool
from framewire.redis.client.errors import ConnectionError, MaxConnectionsError
from framewire.redis.client.options import Options
from tests.redis.client.blocking.ends import together
from tests.waiting import until


class Link1:
    """As much of a link as a pool looks at."""

    lost = False
    looks = 0
    renewals = 0

    def look(self) -> None:
        self.looks += 1

    def abort(self) -> None:
        self.lost = True


class Opening(Opener):
    failing = False

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if self.failing:
            raise ConnectionError("refused")
        return Link1()


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr("framewire.redis.client.blocking.pool.Link", Link1)
    options = Options(max_connections=2)
    return Pool(options, Opening(options))


def test_a_clean_link_is_lent_again_after_a_look(pool: Pool) -> None:
    link = pool.take()
    pool.give_back(link, clean=True)
    assert pool.take() is link
    assert link.looks == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("why", ["not clean", "lost", "found lost"])
def test_another_is_not(pool: Pool, why: str) -> None:
    link = pool.take()
    if why == "lost":
        link.abort()
    pool.give_back(link, clean=why != "not clean")
    if why == "found lost":
        link.abort()
    assert pool.take() is not link
    assert link.lost


def test_who_finds_none_waits_for_one(pool: Pool) -> None:
    first, _second = pool.take(), pool.take()

    def give_back() -> None:
        until(lambda: pool._changed._waiters)  # type: ignore[attr-defined]
        pool.give_back(first, clean=True)

    assert together(pool.take, give_back)[0] is first


def test_a_failure_to_open_gives_its_place_back(pool: Pool) -> None:
    opener = pool._opener
    opener.failing = True  # type: ignore[attr-defined]
    for _ in range(5):
        with pytest.raises(ConnectionError, match="refused"):
            pool.take()
    opener.failing = False  # type: ignore[attr-defined]
    assert pool.take() is not pool.take()


def test_a_link_that_nobody_holds_counts_no_more(pool: Pool) -> None:
    for _ in range(5):
        pool.take()
        gc.collect()


def test_closing_ends_all_and_tells_who_waits(pool: Pool) -> None:
    lent, free = pool.take(), pool.take()

    def close() -> None:
        until(lambda: pool._changed._waiters)  # type: ignore[attr-defined]
        pool.close()

    refused, _ = together(pool.take, close)
    assert isinstance(refused, ConnectionError)
    assert lent.lost
    assert free.lost
    with pytest.raises(ConnectionError, match="closed"):
        pool.take()
    pool.give_back(lent, clean=True)


def test_a_forked_child_has_none(pool: Pool) -> None:
    link: Link = pool.take()
    pool.give_back(link, clean=True)
    pool.begin_anew()
    assert pool.take() is not link


def test_who_waits_in_vain_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framewire.redis.client.blocking.pool.Link", Link1)
    options = Options(max_connections=1, socket_timeout=0.01)
    pool = Pool(options, Opening(options))
    link = pool.take()
    with pytest.raises(MaxConnectionsError, match=r"all 1 links .* within 0\.01 s"):
        pool.take()
    pool.give_back(link, clean=True)
    assert pool.take() is link
