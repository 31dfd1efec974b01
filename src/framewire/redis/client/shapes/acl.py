"""Shapes of users and of what was refused to them.

What belongs here: replies to ACL GETUSER and ACL LOG.
"""

from __future__ import annotations

from typing import Any, TypedDict

from framewire.redis.client.shapes.clients import client_info
from framewire.redis.client.shapes.records import number, record, sorted_words, word, words

__all__ = ["AclLogEntry", "AclRules", "AclUser", "log", "user"]


class AclRules(TypedDict):
    """What is allowed: `rules` in the order that counts, its `categories` and `commands` apart, keys and channels."""

    rules: str
    categories: list[str]
    commands: list[str]
    keys: list[str]
    channels: list[str]


class AclUser(AclRules):
    """A user: its sorted flags (`on`, `nopass`, ...), hashes of its passwords, and further permissions."""

    enabled: bool
    flags: list[str]
    passwords: list[str]
    selectors: list[AclRules]


AclLogEntry = TypedDict(
    "AclLogEntry",
    {
        "count": int, "reason": str, "context": str, "object": str, "username": str, "age-seconds": float,
        "client-info": dict[str, str | int], "entry-id": int, "timestamp-created": int, "timestamp-last-updated": int,
    },
    total=False,
)  # fmt: skip
"""What was refused, how often, why, and to whom. The last three are there since Redis 7.2."""


def user(reply: Any) -> dict[str, Any] | None:
    if reply is None:
        return None
    about = record(reply)
    flags = sorted_words(about["flags"])
    return {
        "enabled": "on" in flags,
        "flags": flags,
        "passwords": words(about["passwords"]),
        **_rules(about),
        "selectors": [_rules(record(item)) for item in about.get("selectors", ())],
    }


def _rules(about: dict[str, Any]) -> dict[str, Any]:
    rules = word(about["commands"])
    single = rules.split()
    return {
        "rules": rules,
        "categories": [rule for rule in single if rule[1:2] == "@"],
        "commands": [rule for rule in single if rule[1:2] != "@"],
        "keys": _patterns(about["keys"]),
        "channels": _patterns(about.get("channels", b"")),
    }


def _patterns(reply: Any) -> list[str]:
    """With spaces between them; before Redis 7, a list without the signs in front."""
    found: list[str] = words(reply) if isinstance(reply, list) else word(reply).split()
    return found


def log(reply: Any) -> list[dict[str, Any]]:
    return [_entry(item) for item in reply]


def _entry(reply: Any) -> dict[str, Any]:
    entry = {name: word(value) for name, value in record(reply).items()}
    entry["age-seconds"] = number(entry["age-seconds"])
    entry["client-info"] = client_info(entry["client-info"])
    return entry
