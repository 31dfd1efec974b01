"""What was written to a cluster, what became of each write, and whether what is there in the end agrees.

What belongs here: the books, and the judgement over them. No I/O, no clock: who writes makes the entries, who reads
brings what he has found.

    outcome         what must be there in the end
    ------------    -----------------------------------------------------------------------------------------------
    acknowledged    it, once; where a primary might have died with it, it or nothing: the engine replicates later
    confirmed       it, once: a replica had it too when it was acknowledged (WAIT)
    not executed    nothing
    unknown         it, once; or nothing
    (open)          an error of the load: somebody forgot to say

What is written is a member of its own each time (an element of a list, of a set, or all of a string), so that one that
stands twice was executed twice. Counters tell nothing of single writes: their value lies between what must have been
counted and what may have been.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from framewire.redis.client.errors import ClusterPartialError, ConnectionError, RedisError
from framewire.redis.client.fates import Fate

__all__ = ["Content", "Ledger", "Outcome", "Verdict", "Write", "judge"]

Content = int | Counter[bytes]
"""What is under a key: the value of a counter, or how often each member stands there."""

_SHOWN = 10  # faults, of a verdict that has thousands


class Outcome(StrEnum):
    """What is known of a write."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    NOT_EXECUTED = "not executed"
    UNKNOWN = "unknown"


_OF_FATE = {Fate.NOT_EXECUTED: Outcome.NOT_EXECUTED, Fate.UNKNOWN: Outcome.UNKNOWN}


@dataclass(slots=True, eq=False)
class Write:
    """One: `member` under `key`, or one more of the counter `key` where it is `None`.

    together: the number of its transaction, of which all writes are there, or none. at_risk: a primary might have died
    between its acknowledgement and its replication. said: what its error said.
    """

    key: bytes
    member: bytes | None
    together: int = 0
    outcome: Outcome = Outcome.OPEN
    at_risk: bool = False
    said: str = ""


@dataclass(slots=True)
class Ledger:
    """The entries of all tasks. While `is_risky` is set, acknowledgements are worth what the engine makes of them.

    lost: how many are unknown because their link was lost. Only what was executed without a reply shows a client that
    repeats too much, or says too little: without such writes the judgement has nothing to find.
    """

    writes: list[Write] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_risky: bool = False
    lost: int = 0
    _transactions: int = 0

    def enter(self, key: bytes, *, counts: bool = False) -> Write:
        """A write that is about to be sent, with a member that nobody else has."""
        write = Write(key, None if counts else b"%d" % len(self.writes), at_risk=self.is_risky)
        self.writes.append(write)
        return write

    def enter_together(self, *keys: bytes) -> list[Write]:
        """The writes of one transaction."""
        self._transactions += 1
        writes = [self.enter(key) for key in keys]
        for write in writes:
            write.together = self._transactions
        return writes

    def acknowledged(self, *writes: Write, confirmed: bool = False) -> None:
        """The server has answered, and a replica has them too where they are `confirmed`."""
        for write in writes:
            write.outcome = Outcome.CONFIRMED if confirmed else Outcome.ACKNOWLEDGED
            write.at_risk |= self.is_risky

    def failed(self, error: BaseException, *writes: Write) -> None:
        """They have this error. Of one that is none of ours, as a cancellation, nothing is known."""
        fate = error.fate if isinstance(error, RedisError) else Fate.UNKNOWN
        if fate is Fate.EXECUTED:
            self.faults.append(f"a write that makes sense was answered with: {error!r}")
        for write in writes:
            write.outcome = _OF_FATE.get(fate, Outcome.UNKNOWN)
            write.said = repr(error)
        if fate is Fate.UNKNOWN and isinstance(error, ConnectionError):
            self.lost += len(writes)

    def partly_failed(self, error: ClusterPartialError, writes: Mapping[bytes, Write]) -> None:
        """Some parts of a request went well; `writes` are all of it, by their keys."""
        told = [*((keys, None) for keys in error.results), *error.errors.items()]
        for keys, failure in told:
            for key in keys:
                if failure is None:
                    self.acknowledged(writes[key])
                else:
                    self.failed(failure, writes[key])


@dataclass(slots=True)
class Verdict:
    """What the judgement has come to: numbers of writes, and what is wrong."""

    acknowledged: int = 0
    confirmed: int = 0
    not_executed: int = 0
    unknown_there: int = 0
    unknown_gone: int = 0
    lost_by_engine: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"acknowledged {self.acknowledged} (confirmed {self.confirmed}), not executed {self.not_executed}, "
            f"unknown {self.unknown_there} there and {self.unknown_gone} not, lost by the engine {self.lost_by_engine}"
        )

    def hold(self) -> None:
        """Raise `AssertionError` where something is wrong."""
        shown = "\n".join(self.faults[:_SHOWN])
        assert not self.faults, f"{len(self.faults)} faults, first:\n{shown}\n{self}"


def judge(ledger: Ledger, found: Mapping[bytes, Content]) -> Verdict:
    """Compare the books with what is there, by key. Linear in both."""
    verdict = Verdict(faults=list(ledger.faults))
    by_key: dict[bytes, list[Write]] = defaultdict(list)
    for write in ledger.writes:
        by_key[write.key].append(write)
    for key, writes in by_key.items():
        content = found.get(key)
        if writes[0].member is None:
            _judge_counter(key, writes, content or 0, verdict)
        else:
            _judge_members(key, writes, content or Counter(), verdict)
    verdict.faults += [f"{key!r} is there, and nobody has written it" for key in found if key not in by_key]
    verdict.faults += _torn(ledger.writes, found)
    return verdict


# -- keys with members ------------------------------------------------------------------------------------------------


def _judge_members(key: bytes, writes: list[Write], content: Content, verdict: Verdict) -> None:
    if isinstance(content, int):
        verdict.faults.append(f"{key!r} has become a number")
        return
    for write in writes:
        assert write.member is not None
        times = content[write.member]
        _count(write, times, verdict)
        if (fault := _fault(write, times)) is not None:
            verdict.faults.append(f"{write.member!r} in {key!r} {fault} {write.said}".rstrip())
    written = {write.member for write in writes}
    verdict.faults += [f"{member!r} in {key!r} was written by nobody" for member in content if member not in written]


def _fault(write: Write, times: int) -> str | None:
    """What is wrong where it stands so often."""
    match write.outcome, times:
        case Outcome.OPEN, _:
            return "was entered, and nothing else is said of it"
        case Outcome.NOT_EXECUTED, times if times > 0:
            return f"was not executed, it was said, and stands there {times} times:"
        case _, times if times > 1:
            return f"was written once, is {write.outcome}, and stands there {times} times:"
        case Outcome.CONFIRMED, 0:
            return "was confirmed by a replica, and is lost"
        case Outcome.ACKNOWLEDGED, 0 if not write.at_risk:
            return "was acknowledged while no primary was hurt, and is lost"
    return None


def _count(write: Write, times: int, verdict: Verdict) -> None:
    match write.outcome:
        case Outcome.ACKNOWLEDGED:
            verdict.acknowledged += 1
            verdict.lost_by_engine += write.at_risk and not times
        case Outcome.CONFIRMED:
            verdict.acknowledged += 1
            verdict.confirmed += 1
        case Outcome.NOT_EXECUTED:
            verdict.not_executed += 1
        case Outcome.UNKNOWN:
            verdict.unknown_there += times > 0
            verdict.unknown_gone += not times


# -- counters ---------------------------------------------------------------------------------------------------------


def _judge_counter(key: bytes, writes: list[Write], content: Content, verdict: Verdict) -> None:
    if not isinstance(content, int):
        verdict.faults.append(f"the counter {key!r} is none any more: {content!r:.100}")
        return
    by_outcome = Counter(write.outcome for write in writes)
    acknowledged, confirmed = by_outcome[Outcome.ACKNOWLEDGED], by_outcome[Outcome.CONFIRMED]
    at_risk = sum(write.at_risk for write in writes if write.outcome is Outcome.ACKNOWLEDGED)
    most = acknowledged + confirmed + by_outcome[Outcome.UNKNOWN]
    least = acknowledged - at_risk + confirmed
    if by_outcome[Outcome.OPEN] or not least <= content <= most:
        verdict.faults.append(f"the counter {key!r} is {content}, which must be from {least} to {most}: {by_outcome}")
    _count_counter(content, acknowledged + confirmed, by_outcome, verdict)
    verdict.confirmed += confirmed


def _count_counter(content: int, acknowledged: int, by_outcome: Counter[Outcome], verdict: Verdict) -> None:
    """As if what is missing of the acknowledged was lost before anything unknown was there."""
    there = max(0, content - acknowledged)
    verdict.acknowledged += acknowledged
    verdict.not_executed += by_outcome[Outcome.NOT_EXECUTED]
    verdict.unknown_there += there
    verdict.unknown_gone += by_outcome[Outcome.UNKNOWN] - there
    verdict.lost_by_engine += max(0, acknowledged - content)


# -- transactions -----------------------------------------------------------------------------------------------------


def _torn(writes: list[Write], found: Mapping[bytes, Content]) -> Iterator[str]:
    """The transactions of which a part is there, and a part is not."""
    transactions: dict[int, list[Write]] = defaultdict(list)
    for write in writes:
        if write.together:
            transactions[write.together].append(write)
    for parts in transactions.values():
        there = {write.key: _times(write, found) for write in parts}
        if len(set(there.values())) > 1:
            yield f"the transaction of {parts[0].member!r} ({parts[0].outcome}) is torn: {there}"


def _times(write: Write, found: Mapping[bytes, Content]) -> int:
    content = found.get(write.key)
    return content[write.member] if isinstance(content, Counter) and write.member is not None else 0
