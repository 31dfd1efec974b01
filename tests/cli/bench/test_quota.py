"""How much may still be asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.bench.quota import Quota


@given(st.integers(0, 500), st.lists(st.integers(1, 40)))
def test_exactly_so_many_are_given_out(requests: int, asked: list[int]) -> None:
    quota = Quota(requests)
    given_out = [quota.take(most, 0) for most in asked]
    assert all(0 <= got <= most for got, most in zip(given_out, asked, strict=True))
    assert sum(given_out) == min(requests, sum(asked))
    assert quota.is_over(0) == (sum(asked) >= requests)


def test_until_a_time_and_then_nothing() -> None:
    quota = Quota(None, until=100)
    assert (quota.take(7, 99), quota.is_over(99)) == (7, False)
    assert (quota.take(7, 100), quota.is_over(100)) == (0, True)


def test_whichever_is_first() -> None:
    quota = Quota(10, until=100)
    assert [quota.take(6, 0), quota.take(6, 0), quota.take(6, 0)] == [6, 4, 0]
    assert Quota(10, until=100).take(6, 200) == 0


def test_without_either_there_is_no_end() -> None:
    assert Quota(None).take(9, 10**18) == 9
    assert not Quota(None).is_over(10**18)
