"""All that one call of `framewire bench` does: its tests in order, on one server or two, and the ends it may come to.

What belongs here: that order, and what becomes of the exit status.
"""

from __future__ import annotations

from collections.abc import Sequence

from framewire.cli.bench.figures import Result
from framewire.cli.bench.interrupts import DONE, FAILED, INTERRUPTED, on_interrupt
from framewire.cli.bench.job import Job
from framewire.cli.bench.load import Load
from framewire.cli.bench.outputs import Output
from framewire.cli.bench.plan import Plan
from framewire.cli.bench.progress import Progress
from framewire.cli.bench.record import Record
from framewire.cli.bench.target import Target

__all__ = ["Session"]


class Session:
    """`await Session(...).run()` is the exit status. With two targets, each job is run on both, `rounds` times."""

    def __init__(
        self, targets: Sequence[Target], jobs: Sequence[Job], plan: Plan, output: Output, progress: Progress,
        rounds: int = 1, endless: bool = False,
    ) -> None:  # fmt: skip
        self._targets = _named(targets)
        self._jobs = jobs
        self._plan = plan
        self._output = output
        self._progress = progress
        self._rounds = rounds
        self._endless = endless
        self._load: Load | None = None
        self._stopped = False
        self.status = DONE

    async def run(self) -> int:
        """Run it all. Raises `OSError` where a server cannot be reached, after what was measured has been shown."""
        on_interrupt(self._interrupt)
        try:
            await self._all_jobs()
            while self._endless and not self._stopped:
                await self._all_jobs()
        finally:
            self._output.finish()
        return self.status

    async def _all_jobs(self) -> None:
        for job in self._jobs:
            if not self._stopped:
                await self._job(job)

    def _interrupt(self) -> None:
        self._stopped = True
        self.status = INTERRUPTED
        if self._load is not None:
            self._load.interrupt()

    async def _job(self, job: Job) -> None:
        result = Result(job.title, self._plan, job.size, {name: [] for name in self._targets})
        try:
            for number in range(self._rounds):
                names = list(self._targets)[:: -1 if number % 2 else 1]  # first and second by turns
                for name in names:
                    if not self._stopped:
                        result.runs[name].append(await self._one(job, number, name))
        finally:
            if result.records:
                self._output.show(result)

    async def _one(self, job: Job, number: int, name: str) -> Record:
        title = job.title if len(self._targets) == 1 else f"{job.title}, round {number + 1}, {name}"
        self._progress.begin(title, self._plan)
        self._load = Load(self._targets[name], job.workload(number), self._plan, self._progress.update)
        try:
            record = await self._load.run()
        finally:
            self._progress.end()
            self._load = None
        self._judge(record)
        return record

    def _judge(self, record: Record) -> None:
        """A run that broke off is the last; one with errors is not, but the exit status tells."""
        self._stopped = self._stopped or bool(record.failure)
        if self.status == DONE and (record.failure or record.errors):
            self.status = FAILED


def _named(targets: Sequence[Target]) -> dict[str, Target]:
    """Targets by their names; a server may be compared with itself, to see what chance alone does."""
    named: dict[str, Target] = {}
    for target in targets:
        named[f"{target.name} (again)" if target.name in named else target.name] = target
    return named
