"""`Retry` and its pauses."""

from __future__ import annotations

import pytest

from framewire.redis.client.errors import ConnectionError, ResponseError
from framewire.redis.compat import backoff
from framewire.redis.compat.asyncio.retry import Retry as AsyncRetry
from framewire.redis.compat.retry import Retry


class Failing:
    """Fails so many times, then returns."""

    def __init__(self, times: int, error: type[Exception] = ConnectionError) -> None:
        self.left, self.error, self.calls = times, error, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error("no")
        return "done"

    async def later(self) -> str:
        return self()


@pytest.mark.parametrize(("retries", "fails", "succeeds"), [(0, 0, True), (0, 1, False), (2, 2, True), (2, 3, False),
                                                            (-1, 50, True)])  # fmt: skip
async def test_so_many_further_attempts(retries: int, fails: int, succeeds: bool) -> None:
    seen: list[Exception] = []

    async def fail(error: Exception) -> None:
        seen.append(error)

    for retry in (Retry(backoff.NoBackoff(), retries), AsyncRetry(backoff.NoBackoff(), retries)):
        failing = Failing(fails)
        seen.clear()
        try:
            if isinstance(retry, AsyncRetry):
                result = await retry.call_with_retry(failing.later, fail)
            else:
                assert isinstance(retry, Retry)
                result = retry.call_with_retry(failing, seen.append)
        except ConnectionError:
            result = ""
        assert (result == "done") is succeeds
        assert failing.calls == min(fails, len(seen)) + succeeds and len(seen) == fails


def test_other_errors_are_not_for_it() -> None:
    failing = Failing(1, ResponseError)
    with pytest.raises(ResponseError):
        Retry(backoff.NoBackoff(), 5).call_with_retry(failing, print)
    retry = Retry(backoff.NoBackoff(), 5)
    retry.update_supported_errors([ResponseError])
    assert retry.call_with_retry(Failing(1, ResponseError), lambda error: None) == "done"


@pytest.mark.parametrize("kind", ["ExponentialBackoff", "FullJitterBackoff", "EqualJitterBackoff",
                                  "DecorrelatedJitterBackoff", "ExponentialWithJitterBackoff"])  # fmt: skip
def test_no_pause_is_longer_than_the_cap(kind: str) -> None:
    pauses: backoff.AbstractBackoff = getattr(backoff, kind)(cap=2, base=0.5)
    pauses.reset()
    assert all(0 <= pauses.compute(failures) <= 2 for failures in range(2000))


def test_pauses() -> None:
    exponential = backoff.ExponentialBackoff(cap=5, base=1)
    assert [exponential.compute(n) for n in range(4)] == [1, 2, 4, 5]
    assert backoff.ConstantBackoff(3).compute(9) == 3 and backoff.NoBackoff().compute(9) == 0


def test_equal_by_what_they_say() -> None:
    assert Retry(backoff.ExponentialBackoff(), 3) == Retry(backoff.ExponentialBackoff(), 3)
    assert Retry(backoff.ExponentialBackoff(), 3) != Retry(backoff.ExponentialBackoff(), 4)
    assert backoff.ExponentialBackoff() != backoff.EqualJitterBackoff()
