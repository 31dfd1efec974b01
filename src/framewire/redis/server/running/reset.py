"""Forgetting what clients did: how a server that serves test after test is made as good as new.

What belongs here: what there is to forget. Clients stay connected and keep what is theirs alone (`RESET` is for that).
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.config.config import Config
from framewire.redis.server.config.parameters import PARAMETERS
from framewire.redis.server.running.session import Session

__all__ = ["reset"]

FORGET: list[list[bytes]] = [
    [b"FLUSHALL"],
    [b"SCRIPT", b"FLUSH"],
    [b"SLOWLOG", b"RESET"],
    [b"CONFIG", b"RESETSTAT"],
]
"""As requests, so that whoever watches or logs changes learns of them as of any other."""


def reset(state: State[Client], config: Config) -> None:
    """Remove all keys and scripts, give the parameters their values in `config`, end a pause. Costs a FLUSHALL."""
    state.end_pause()
    state.scripts_may_all = False
    state.expire_actively(True)
    _restore(state, config)
    session = Session(state, _nobody_listens)
    try:
        session.client.authenticated = True
        done = 0
        while done < len(FORGET):
            done = session.execute(FORGET, [], done)
    finally:
        session.close()


def _restore(state: State[Client], config: Config) -> None:
    changed = False
    for parameter in PARAMETERS.values():
        value = getattr(config, parameter.attribute)
        if parameter.mutable and getattr(state.config, parameter.attribute) != value:
            setattr(state.config, parameter.attribute, value)
            changed = True
    if changed:
        state.obey_config()
        state.on_config()


def _nobody_listens(value: object) -> None:
    """Out-of-band values have nobody to go to."""
