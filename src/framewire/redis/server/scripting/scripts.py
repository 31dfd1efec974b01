"""What a script is: its name, which is the SHA1 of its text, and its first line, `#!lua flags=no-writes,allow-oom`.

What belongs here: facts about one script. How it runs is the business of the interpreter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha1
from importlib.util import find_spec
from typing import Final

from framewire.redis.server.parsing.errors import CommandError

__all__ = ["AVAILABLE", "Script", "parse_flags", "sha_of"]

AVAILABLE: Final = find_spec("lupa") is not None and find_spec("lupa.lua51") is not None
"""Whether scripts can run here."""

_FLAGS = frozenset({b"no-writes", b"allow-oom", b"allow-stale", b"no-cluster", b"allow-cross-slot-keys"})


@dataclass(frozen=True, slots=True)
class Script:
    """One script.

    `flags` is what its first line says, `None` where it says nothing; `code` is the text without that, `function` a
    value of Lua's.
    """

    sha: bytes
    flags: frozenset[bytes] | None
    code: bytes
    function: object

    @property
    def may_write(self) -> bool:
        """Whether it says of itself that it may: a script without a first line says nothing."""
        return self.flags is not None and b"no-writes" not in self.flags

    @property
    def only_reads(self) -> bool:
        return self.flags is not None and b"no-writes" in self.flags

    def line_of(self, name: bytes) -> int:
        """The last line that ends a function with a call of `name`, as far as the text tells; 1 where none does."""
        lines = re.finditer(rb"\breturn\b[^\n]*?\b" + re.escape(name) + rb"\s*[({'\"\[]", self.code)
        return 1 + self.code.count(b"\n", 0, max((line.start() for line in lines), default=0))


def sha_of(text: bytes) -> bytes:
    """The name that a script has: its SHA1 in hexadecimal digits."""
    return sha1(text, usedforsecurity=False).hexdigest().encode()


def parse_flags(text: bytes) -> tuple[frozenset[bytes] | None, bytes]:
    """What the first line says, and the code without it (its line break stays: lines keep their numbers).

    Raises `CommandError` where the first line is none that Redis takes.
    """
    if not text.startswith(b"#!"):
        return None, text
    line, newline, rest = text.partition(b"\n")
    if not newline:
        raise CommandError(b"ERR Invalid script shebang")
    engine, *options = line.split()
    if engine != b"#!lua":
        raise CommandError(b"ERR Unexpected engine in script shebang: " + engine)
    flags: frozenset[bytes] = frozenset()
    for option in options:
        flags |= _parse_option(option)
    return flags, newline + rest


def _parse_option(option: bytes) -> frozenset[bytes]:
    name, _, value = option.partition(b"=")
    if name != b"flags" or b"=" not in option:
        raise CommandError(b"ERR Unknown lua shebang option: " + option)
    flags = [flag for flag in value.split(b",") if flag]
    for flag in flags:
        if flag not in _FLAGS:
            raise CommandError(b"ERR Unexpected flag in script shebang: " + flag)
    return frozenset(flags)
