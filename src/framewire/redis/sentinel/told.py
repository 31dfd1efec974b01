"""What links to sentinels are told, out of what a client is told.

What belongs here: options for options. No I/O.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry
from framewire.redis.sentinel.answers import Address

__all__ = ["ASK_SECONDS", "MOST_HEARD", "check_reads", "for_reads", "options_of_sentinel", "share_of"]

SILENCE_SECONDS: Final = 5.0
"""After so long a silence a sentinel that is listened to is asked for a sign of life: while it hangs, a switch may go
unheard."""

ASK_SECONDS: Final = 1.0
"""For how long one sentinel is waited for, at most; the next may know. They answer within milliseconds."""

MOST_HEARD: Final = 5
"""How many sentinels are listened to. One is enough to hear of a switch; several, for when that one is lost."""


def options_of_sentinel(options: Options, sentinel: Address) -> Options:
    """Its own user, password and TLS; of the rest, what concerns links."""
    interval = options.health_check_interval
    return replace(
        options.at(*sentinel),
        db=0,
        username=options.sentinel_username,
        password=options.sentinel_password,
        credential_provider=None,
        ssl=options.ssl if options.sentinel_ssl is None else options.sentinel_ssl,
        socket_timeout=options.socket_timeout or SILENCE_SECONDS,
        socket_connect_timeout=share_of(options.socket_connect_timeout, 1),
        health_check_interval=min(interval, SILENCE_SECONDS) if interval else SILENCE_SECONDS,
        retry=Retry(),
        cache=None,
        integrity=False,
    )


def check_reads(options: Options) -> None:
    """Sentinels tell of a replica neither how near it is nor in which zone. Raises `ValueError`."""
    if options.read_from not in ("primary", "any"):
        raise ValueError(f"read_from={options.read_from!r} is for clusters; behind Sentinel it is 'primary' or 'any'")


def for_reads(options: Options) -> Options:
    """For links to replicas: one attempt, since the primary can be asked instead; and no cache, for replicas lag."""
    return replace(options, cache=None, retry=replace(options.retry, retries=0))


def share_of(seconds: float | None, others: int) -> float:
    """How long one sentinel may take where there are `seconds` for it and `others` behind it."""
    return ASK_SECONDS if seconds is None else max(0.001, min(ASK_SECONDS, seconds / max(1, others)))
