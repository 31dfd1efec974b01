"""Which lines of the prompt are kept, and where.

What belongs here: the rule. A line that may hold a password is not kept, neither on disk nor for the arrow keys; nor is
one on disk that cannot be split into words, for nobody knows what stands in it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from framewire.cli.client.lines import parse_line
from framewire.cli.client.words import Unbalanced
from framewire.redis.facts.table import COMMANDS, lookup

__all__ = ["ENVIRONMENT", "history_file", "is_secret"]

ENVIRONMENT: Final = "FRAMEWIRE_HISTFILE"

_SECRET_PARAMETERS: Final = (b"pass", b"auth", b"user")
"""CONFIG SET of what has one of these in its name is secret."""


def history_file(environment: dict[str, str] | None = None) -> Path | None:
    """Where lines are kept: `~/.framewire_history`, or what the environment says; `None` where that is empty."""
    named = (os.environ if environment is None else environment).get(ENVIRONMENT)
    if named is None:
        return Path.home() / ".framewire_history"
    return Path(named) if named else None


def is_secret(line: bytes) -> bool:
    """Whether `line` may hold a password."""
    try:
        words = parse_line(line).words
    except Unbalanced:
        return True
    if not words:
        return False
    entry = lookup(words) if words[0].lower() in COMMANDS else None
    if entry is None or not entry.secrets:
        return False
    return _names_secret(words) if entry.name == "config|set" else _says_more(entry.name, words)


def _names_secret(words: list[bytes]) -> bool:
    return any(part in parameter.lower() for parameter in words[2::2] for part in _SECRET_PARAMETERS)


def _says_more(name: str, words: list[bytes]) -> bool:
    """Whether the request itself has a secret: some only have one in their reply, or with an option."""
    if name in ("hello", "migrate"):
        return any(word.lower() in (b"auth", b"auth2") for word in words[1:])
    return name not in ("config|get", "acl|genpass", "acl|list")
