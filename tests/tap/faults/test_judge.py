"""The judge: what it counts, which lots it draws, what it logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from framewire.tap.faults.judge import LONGEST_LOG, Judge
from framewire.tap.faults.rule import Kind
from framewire.tap.faults.text import parse_program

SET, GET = [b"SET", b"a", b"1"], [b"GET", b"a"]


def judge(*program: str, seed: int = 0) -> Judge:
    return Judge(parse_program(program), seed)


def done(
    to: Judge, connection: int = 1, kind: Kind = "reply", number: int = 1, request: Sequence[bytes] | None = None
) -> list[str]:
    return [str(action) for action, _ in to.frame(connection, kind, number, request)]


@pytest.mark.parametrize(("rule", "expected"), [
    ("every reply: drop", "11111111"),
    ("reply 3: drop", "00100000"),
    ("reply 3-5: drop", "00111000"),
    ("reply 7-: drop", "00000011"),
    ("every 3rd reply: drop", "00100100"),
    ("reply with probability 0: drop", "00000000"),
    ("reply with probability 1: drop", "11111111"),
])  # fmt: skip
def test_which_of_eight_replies(rule: str, expected: str) -> None:
    of = judge(rule)
    assert "".join(str(len(done(of))) for _ in range(8)) == expected


def test_what_does_not_fit_does_not_count() -> None:
    of = judge("reply 2 to SET: drop")
    asked = [SET, GET, GET, SET, SET]
    assert [len(done(of, request=request)) for request in asked] == [0, 0, 0, 1, 0]
    assert of.seen == Counter(reply=5)
    assert of.counts == Counter(drop=1)


@pytest.mark.parametrize(("where", "expected"), [
    ("", [(1, 0), (2, 1), (1, 0), (2, 0)]),
    ("on connection 1", [(1, 0), (2, 0), (1, 1), (2, 0)]),
    ("on each connection", [(1, 0), (2, 0), (1, 1), (2, 1)]),
])  # fmt: skip
def test_what_is_counted_together(where: str, expected: list[tuple[int, int]]) -> None:
    of = judge(f"reply 2 {where}: drop")
    assert [(connection, len(done(of, connection))) for connection, _ in expected] == expected


def test_rules_apply_in_the_order_of_the_program() -> None:
    of = judge("reply: delay 1s", "reply to GET: drop", "reply: stall")
    assert done(of) == ["delay 1s", "stall"]
    assert done(of, request=GET) == ["delay 1s", "drop", "stall"]


# -- chance -----------------------------------------------------------------------------------------------------------


def dropped(of: Judge, connections: Sequence[int]) -> dict[int, list[int]]:
    """For each connection, which of its replies were dropped."""
    result: dict[int, list[int]] = {connection: [] for connection in connections}
    for connection in connections:
        result[connection].append(len(done(of, connection)))
    return result


RULE = "reply with probability 0.5: drop"


def test_a_seed_decides_whatever_the_order_of_connections() -> None:
    by_turns = dropped(judge(RULE), [1, 2, 3] * 40)
    in_order = dropped(judge(RULE), [1] * 40 + [2] * 40 + [3] * 40)
    assert by_turns == in_order
    assert by_turns[1] != by_turns[2] != by_turns[3]
    assert all(5 < sum(drops) < 35 for drops in by_turns.values())
    assert dropped(judge(RULE, seed=1), [1, 2, 3] * 40) != by_turns


def test_one_more_rule_changes_no_other_rules_lots() -> None:
    alone, first = judge(RULE), judge(RULE, "reply with probability 0.5: stall")
    assert [done(alone) for _ in range(40)] == [[d for d in done(first) if d == "drop"] for _ in range(40)]


def test_a_connection_that_has_gone_is_forgotten() -> None:
    of = judge("reply 1 on each connection with probability 1: drop", RULE)
    done(of, 7)
    of.gone(7)
    assert [running._counted[7] + len(running._lots) for running in of._rules] == [0, 0]


# -- bytes and connections --------------------------------------------------------------------------------------------


def test_bytes_are_judged_from_the_last_to_the_first() -> None:
    of = judge(
        "byte 12 of replies: delay 2s", "byte 10 of replies: delay 1s", "byte 10 of replies: stall",
        "byte 11 of requests: stall", "byte 11 of replies on connection 2: stall", "byte 15 of replies: stall",
    )  # fmt: skip
    assert of.bytes(1, "replies", 0, 10) == []
    assert [(at, str(action)) for at, action, _ in of.bytes(1, "replies", 10, 15)] == [
        (2, "delay 2s"), (0, "stall"), (0, "delay 1s"),
    ]  # fmt: skip
    assert [entry.what for entry in of.log] == ["byte 10 of replies", "byte 10 of replies", "byte 12 of replies"]


def test_nothing_is_done_behind_a_cut() -> None:
    of = judge("byte 12 of replies: stall", "byte 10 of replies: cut")
    assert [(at, str(action)) for at, action, _ in of.bytes(1, "replies", 10, 15)] == [(0, "cut")]
    assert of.counts == Counter(cut=1)


def test_connections_are_numbered() -> None:
    of = judge("connection 2: refuse", "every connection: delay 1s", "reply: drop")
    for expected in (1, ["delay 1s"]), (2, ["refuse", "delay 1s"]):
        number, actions = of.connection()
        assert (number, [str(action) for action, _ in actions]) == expected


# -- the log ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "request_", "expected"), [
    ("reply", SET, "connection 4, reply 3 to SET a: drop"),
    ("request", SET, "connection 4, request 3 of SET a: drop"),
    ("reply", [b"ping"], "connection 4, reply 3 to PING: drop"),
    ("reply", [b"AUTH", b"secret"], "connection 4, reply 3 to AUTH (redacted): drop"),
    ("reply", [b"GET", b"\xff" + b"x" * 500], None),
    ("push", None, "connection 4, push 3: drop"),
])  # fmt: skip
def test_what_is_logged(kind: Kind, request_: list[bytes] | None, expected: str | None) -> None:
    of = judge("reply: drop", "request: drop", "push: drop")
    done(of, 4, kind, 3, request_)
    [entry] = of.log
    assert entry.rule in of.rules
    if expected is None:
        assert len(str(entry)) < 250
    else:
        assert str(entry) == expected


def test_the_log_ends_and_the_counts_go_on() -> None:
    of = judge("reply: drop")
    for number in range(LONGEST_LOG + 5):
        done(of, number=number)
    assert len(of.log) == LONGEST_LOG
    assert of.counts["drop"] == LONGEST_LOG + 5


def test_rules_come_and_go() -> None:
    of, told = judge(), []
    of.on_entry = lambda: told.append(len(of.log))
    assert done(of) == []
    for rule in parse_program("reply 1: drop"):
        of.add(rule)
    assert done(of) == ["drop"]
    of.clear()
    assert done(of) == of.rules == []
    assert told == [1]
    assert of.counts == Counter(drop=1)
