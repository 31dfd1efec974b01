"""What sentinels say, in redis-py's form: `SENTINEL MASTERS` and its kin.

What belongs here: replies as results. Source: the fields of SENTINEL MASTER, as sentinels of Redis 7 and Valkey 9 name
them.
"""

from __future__ import annotations

from typing import Any, Final

from framewire.redis.client.shapes.records import record, word
from framewire.redis.exchange.calls import Shape

__all__ = ["CALLBACKS", "state"]

_TEXTS: Final = frozenset(
    "name ip runid flags master-host master-link-status role-reported voted-leader link-refcount replica-announced"
    " client-reconfig-script notification-script".split()
)
"""Fields that stay text, though a number may stand there. All others are numbers where they look like it."""

_FLAGS: Final = {
    "is_master": "master", "is_slave": "slave", "is_sdown": "s_down", "is_odown": "o_down", "is_sentinel": "sentinel",
    "is_disconnected": "disconnected", "is_master_down": "master_down",
}  # fmt: skip


def state(reply: Any) -> dict[str, Any]:
    """One server or sentinel: its fields, and whether it is this and that."""
    found = {name: _value(name, word(value)) for name, value in record(reply).items()}
    flags = found.get("flags", "").split(",")
    return {**found, **{name: flag in flags for name, flag in _FLAGS.items()}}


def _value(name: str, text: Any) -> Any:
    return int(text) if name not in _TEXTS and text.removeprefix("-").isdigit() else text


def _done(reply: Any) -> bool:
    """OK, also with words behind it (CKQUORUM); or for how many services it was done (RESET).

    redis-py takes neither of these two for a yes.
    """
    said = word(reply)
    return said.startswith("OK") if isinstance(said, str) else bool(said)


def _states(reply: Any) -> list[dict[str, Any]]:
    return [state(item) for item in reply]


def _by_name(reply: Any) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in _states(reply)}


def _address(reply: Any) -> tuple[Any, int] | None:
    return (reply[0], int(reply[1])) if reply else None


CALLBACKS: Final[dict[str, Shape]] = {
    **dict.fromkeys(
        (f"SENTINEL {word}" for word in "CKQUORUM FAILOVER FLUSHCONFIG MONITOR REMOVE RESET SET".split()), _done
    ),
    "SENTINEL GET-MASTER-ADDR-BY-NAME": _address,
    "SENTINEL MASTER": state,
    "SENTINEL MASTERS": _by_name,
    "SENTINEL SENTINELS": _states,
    "SENTINEL SLAVES": _states,
    "SENTINEL REPLICAS": _states,
}
"""What `execute_command` makes of them."""
