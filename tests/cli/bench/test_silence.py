"""A server is silent while it owes a reply and none comes."""

from __future__ import annotations

from framewire.cli.bench.silence import Silence

S = 10**9


def test_it_lasts_from_the_last_look_that_saw_replies() -> None:
    silence = Silence(100 * S)
    looks = [(101, 0), (103, 5), (104, 5), (107, 5), (108, 6), (109, 6)]
    assert [silence.seconds(now * S, replies, True) for now, replies in looks] == [1, 0, 1, 4, 0, 1]


def test_nothing_asked_is_no_silence() -> None:
    silence = Silence(0)
    assert [silence.seconds(now * S, 1, False) for now in (10, 20, 30)] == [0, 0, 0]
    assert silence.seconds(31 * S, 1, True) == 1
