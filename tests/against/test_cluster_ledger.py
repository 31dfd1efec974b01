"""The judgement over a load: each fault is found, and nothing else is called one."""

from __future__ import annotations

from collections import Counter

import pytest

from framewire.redis.client.errors import ClusterPartialError, ConnectionError, ResponseError
from framewire.redis.client.fates import Fate
from tests.against.cluster_ledger import Content, Ledger, Write, judge

NOT_EXECUTED = ConnectionError("it was not sent", fate=Fate.NOT_EXECUTED)
UNKNOWN = ConnectionError("the link is lost", fate=Fate.UNKNOWN)
EXECUTED = ResponseError("WRONGTYPE what else")

#   what became of the write      (at risk)  how often it may stand there
MEMBERS = [
    ("acknowledged", False, {1}),
    ("acknowledged", True, {0, 1}),
    ("confirmed", False, {1}),
    ("confirmed", True, {1}),
    ("not executed", False, {0}),
    ("not executed", True, {0}),
    ("unknown", False, {0, 1}),
    ("unknown", True, {0, 1}),
    ("executed", False, set()),
    ("cancelled", False, {0, 1}),
    ("open", False, set()),
]

IDS = [f"{outcome}{', at risk' if at_risk else ''}" for outcome, at_risk, _ in MEMBERS]

ERRORS = {"not executed": NOT_EXECUTED, "unknown": UNKNOWN, "executed": EXECUTED, "cancelled": KeyboardInterrupt()}


def settle(ledger: Ledger, write: Write, outcome: str) -> None:
    if outcome in ERRORS:
        ledger.failed(ERRORS[outcome], write)
    elif outcome != "open":
        ledger.acknowledged(write, confirmed=outcome == "confirmed")


@pytest.mark.parametrize("times", range(3))
@pytest.mark.parametrize(("outcome", "at_risk", "allowed"), MEMBERS, ids=IDS)
def test_members(outcome: str, at_risk: bool, allowed: set[int], times: int) -> None:
    ledger = Ledger(is_risky=at_risk)
    write = ledger.enter(b"key")
    settle(ledger, write, outcome)
    assert write.member is not None
    found: dict[bytes, Content] = {b"key": Counter({write.member: times})} if times else {}
    assert (not judge(ledger, found).faults) == (times in allowed)


@pytest.mark.parametrize("value", range(3))
@pytest.mark.parametrize(("outcome", "at_risk", "allowed"), MEMBERS, ids=IDS)
def test_counters(outcome: str, at_risk: bool, allowed: set[int], value: int) -> None:
    ledger = Ledger(is_risky=at_risk)
    settle(ledger, ledger.enter(b"count", counts=True), outcome)
    assert (not judge(ledger, {b"count": value} if value else {}).faults) == (value in allowed)


def test_a_write_is_at_risk_that_is_acknowledged_or_was_sent_while_a_primary_may_die() -> None:
    ledger = Ledger()
    before = ledger.enter(b"before")
    ledger.acknowledged(before)
    across = ledger.enter(b"across")
    ledger.is_risky = True
    ledger.acknowledged(across)
    out = ledger.enter(b"out")
    ledger.is_risky = False
    ledger.acknowledged(out)
    after = ledger.enter(b"after")
    ledger.acknowledged(after)
    assert [write.at_risk for write in (before, across, out, after)] == [False, True, True, False]


STRANGE: list[tuple[dict[bytes, Content], str]] = [
    ({b"key": Counter([b"0", b"9"])}, "b'9' in b'key' was written by nobody"),
    ({b"key": Counter([b"0"]), b"other": Counter([b"0"])}, "b'other' is there"),
    ({b"key": Counter([b"0"]), b"count": 3}, "b'count' is there"),
    ({b"key": 5}, "has become a number"),
]


@pytest.mark.parametrize(("found", "fault"), STRANGE, ids=[fault for _, fault in STRANGE])
def test_nothing_else_may_be_there(found: dict[bytes, Content], fault: str) -> None:
    ledger = Ledger()
    ledger.acknowledged(ledger.enter(b"key"))
    (said,) = judge(ledger, found).faults
    assert fault in said


@pytest.mark.parametrize("outcome", ["acknowledged", "unknown"])
def test_a_transaction_is_whole(outcome: str) -> None:
    ledger = Ledger(is_risky=True)
    one, two = ledger.enter_together(b"one", b"two")
    for write in (one, two):
        settle(ledger, write, outcome)
    whole: dict[bytes, Content] = {b"one": Counter([b"0"]), b"two": Counter([b"1"])}
    assert not judge(ledger, whole).faults
    assert not judge(ledger, {}).faults
    (said,) = judge(ledger, {b"two": whole[b"two"]}).faults
    assert "torn" in said


def test_of_a_request_in_parts_each_part_has_its_own_outcome() -> None:
    ledger = Ledger()
    writes = {key: ledger.enter(key) for key in (b"a", b"b", b"c", b"d")}
    error = ClusterPartialError(
        "two parts failed", {(b"a",): b"OK"}, {(b"b", b"c"): NOT_EXECUTED, (b"d",): UNKNOWN}, fate=Fate.UNKNOWN
    )
    ledger.partly_failed(error, writes)
    assert [str(write.outcome) for write in writes.values()] == [
        "acknowledged", "not executed", "not executed", "unknown",
    ]  # fmt: skip


def test_a_verdict_counts_and_says_what_is_wrong() -> None:
    ledger = Ledger(is_risky=True)
    for outcome in ("acknowledged", "acknowledged", "confirmed", "not executed", "unknown", "unknown"):
        settle(ledger, ledger.enter(b"key"), outcome)
        settle(ledger, ledger.enter(b"count", counts=True), outcome)
    found: dict[bytes, Content] = {b"key": Counter([b"0", b"4", b"8"]), b"count": 2}
    verdict = judge(ledger, found)
    verdict.hold()
    assert str(verdict) == (
        "acknowledged 6 (confirmed 2), not executed 2, unknown 1 there and 3 not, lost by the engine 2"
    )
    with pytest.raises(AssertionError, match="is lost"):
        judge(ledger, {}).hold()
