"""Why a reply did not come in time.

What belongs here: the words of a `TimeoutError`, from what the link knows, and how long a server may be silent. No
clock is read here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from framewire.redis.client.errors import TimeoutError
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import Call

__all__ = ["Circumstances", "late", "patience"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a link knows when a deadline has passed.

    now: the time. starved: for how many seconds the event loop (or the thread that reads) has not run. heard: when the
    last byte came. receiving: whether a reply has begun that is not all here. ahead: requests that stand before it.
    reader: who reads.
    """

    now: float
    starved: float
    heard: float
    receiving: bool
    ahead: int
    reader: str = "the event loop"


def late(call: Call, about: Circumstances, where: str) -> TimeoutError:
    """The error for `call`, sent to `where`, whose deadline has passed."""
    waited = about.now - call.began
    cause = _cause(call, about)
    name = call.requests[0][0]
    word = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
    what = "a pipeline" if call.batch else word
    error = TimeoutError(
        f"{what} to {where} had no reply within {waited:.3g} s: {cause}",
        fate=Fate.UNKNOWN if call.written else Fate.NOT_EXECUTED,
    )
    error.cause = cause
    return error


def _cause(call: Call, about: Circumstances) -> str:
    waited = about.now - call.began
    if about.starved > waited / 2:
        return f"{about.reader} did not run for {about.starved:.3g} s of them"
    if not call.written:
        return f"it was never sent: {about.ahead} requests wait before it, and the link takes no more"
    if about.receiving and about.heard > call.began:
        return "it stands behind a long reply that still comes in"
    silence = about.now - about.heard
    if silence < waited / 2:
        return f"the server answers others still, last {silence:.3g} s ago"
    return f"the server has been silent for {silence:.3g} s"


def patience(options: Options) -> float:
    """How long a server may be silent while somebody waits: twice as long as a call, which has failed by then."""
    if options.socket_timeout is not None:
        return 2 * options.socket_timeout
    return 2 * options.health_check_interval or math.inf
