"""Servers as good as new, between one test and the next: what was written goes, and what else was changed is found.

What belongs here: what of one server can be compared, and emptied. Whether a set of servers is still what it was is
said by the set.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framewire.kits.process import ServerProcess
from framewire.kits.waiting import PATIENCE

__all__ = ["empty", "settings_of"]


def settings_of(server: ServerProcess) -> tuple[Any, ...]:
    """What tests may change beside keys: parameters and users. A millisecond."""
    with server.client.pipeline() as pipeline:
        parameters, users = pipeline.config_get("*"), pipeline.acl_list()
        pipeline.execute()
    return parameters.result(), users.result()


def empty(primaries: Iterable[ServerProcess], replicas: Iterable[ServerProcess]) -> None:
    """Let nobody wait any more, and remove keys, scripts and functions; return when replicas have done it too.

    Raises `TimeoutError` where they do not.
    """
    for replica in replicas:
        replica.client.client_unpause()
        replica.client.script_flush()  # which their primary does not tell them
    for primary in primaries:
        _empty(primary, primary.client.info("replication")["connected_slaves"])


def _empty(primary: ServerProcess, replicas: int) -> None:
    with primary.client.pipeline() as pipeline:
        pipeline.client_unpause()
        pipeline.script_flush()
        pipeline.function_flush()
        pipeline.flushall()
        emptied = pipeline.wait(replicas, int(PATIENCE * 1000))
        pipeline.execute()
    if emptied.result() < replicas:
        raise TimeoutError(f"waited {PATIENCE:g} s for {replicas} replicas of {primary}: {emptied.result()} are empty")
