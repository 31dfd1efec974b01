"""Waiting for servers: until nothing is amiss, or until the time is up."""

from __future__ import annotations

import pytest

from framewire.kits.waiting import wait_until_well
from framewire.redis.client.errors import ConnectionError


def test_it_looks_until_nothing_is_amiss() -> None:
    said = iter(["this", "that", None])
    wait_until_well(lambda: next(said), "peace")
    assert next(said, "nothing is left") == "nothing is left"


def test_who_cannot_answer_is_asked_again() -> None:
    answers = iter([ConnectionError("gone"), None])

    def look() -> str | None:
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    wait_until_well(look, "an answer")


def test_what_was_amiss_at_last_is_told() -> None:
    with pytest.raises(TimeoutError, match=r"^waited 0 s for the cluster: node 1 is asleep$"):
        wait_until_well(lambda: "node 1 is asleep", "the cluster", seconds=0)


def test_an_error_at_last_is_told_too() -> None:
    def look() -> str | None:
        raise ConnectionError("nobody there")

    with pytest.raises(TimeoutError, match="nobody there") as caught:
        wait_until_well(look, "the cluster", seconds=0)
    assert isinstance(caught.value.__cause__, ConnectionError)
