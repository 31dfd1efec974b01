"""From options to a running session, and from its end to an exit status.

What belongs here: what is put together, the event loop, and what is said of a server that cannot be reached.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from framewire.aio.loops import new_event_loop
from framewire.cli.bench.idle import idle
from framewire.cli.bench.interrupts import FAILED, INTERRUPTED
from framewire.cli.bench.options import Options
from framewire.cli.bench.outputs import Output
from framewire.cli.bench.progress import progress_on
from framewire.cli.bench.session import Session
from framewire.cli.bench.target import Target

__all__ = ["Ready", "prepare", "start"]


@dataclass(frozen=True, slots=True)
class Ready:
    """All that was to be checked before anything is sent."""

    session: Session
    targets: list[Target]
    clients: int


def prepare(
    given: Options, rounds: int, form: str, precision: int, svg: Path | None, endless: bool
) -> Ready:
    """Raises `ValueError`, in words for the user, for options that do not go together."""
    targets, plan, jobs = given.targets, given.plan, given.jobs
    output = Output(form, _say, partial(print, file=sys.stderr), precision=precision, svg=svg)
    progress = progress_on(sys.stderr, lines=form == "text")
    session = Session(targets, jobs, plan, output, progress, rounds if len(targets) > 1 else 1, endless)
    return Ready(session, targets, plan.clients)


def _say(text: str) -> None:
    """Print a result. Who reads may have read enough (`| head`): then there is nothing more to do."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what Python would flush at its end
        raise SystemExit(FAILED) from None


def start(ready: Ready, loop: str, *, only_idle: bool = False) -> int:
    """Run it to its end; returns the exit status."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(loop)) as runner:
        try:
            if only_idle:
                return runner.run(idle(ready.targets[0], ready.clients, print))
            return runner.run(ready.session.run())
        except OSError as error:
            where = " or ".join(target.name for target in ready.targets)
            print(f"Could not measure {where}: {error}", file=sys.stderr)
            return ready.session.status or FAILED
        except KeyboardInterrupt:
            return INTERRUPTED
