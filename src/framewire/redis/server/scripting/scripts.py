"""`Scripts`: the scripts that one server knows, by the SHA1 of their text.

What belongs here: the cache, and the first line of a script, `#!lua flags=no-writes,allow-oom`. How a script runs is
the business of `World`, which is made when the first script comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from framewire.redis.server.parsing.arguments import CommandError

if TYPE_CHECKING:
    from framewire.redis.server.running.session import Session
    from framewire.redis.server.scripting.interpreter import World

__all__ = ["AVAILABLE", "Script", "Scripts", "parse_flags", "sha_of"]

AVAILABLE: Final = find_spec("lupa") is not None and find_spec("lupa.lua51") is not None
"""Whether scripts can run here."""

_FLAGS = frozenset({b"no-writes", b"allow-oom", b"allow-stale", b"no-cluster", b"allow-cross-slot-keys"})


@dataclass(frozen=True, slots=True)
class Script:
    """One script. `flags` is what its first line says, `None` where it says nothing; `function` is a value of Lua's."""

    sha: bytes
    flags: frozenset[bytes] | None
    function: object

    @property
    def may_write(self) -> bool:
        """Whether it says of itself that it may: a script without a first line says nothing."""
        return self.flags is not None and b"no-writes" not in self.flags

    @property
    def only_reads(self) -> bool:
        return self.flags is not None and b"no-writes" in self.flags


class Scripts:
    """The scripts of one server, and the world that they run in. They stay until `flush`, as in Redis."""

    def __init__(self) -> None:
        self._by_sha: dict[bytes, Script] = {}
        self._world: World | None = None

    def __len__(self) -> int:
        """How many scripts are known. O(1)."""
        return len(self._by_sha)

    def get(self, sha: bytes) -> Script | None:
        """The script of this SHA1, in lower case. O(1)."""
        return self._by_sha.get(sha)

    def world(self, session: Session) -> World:
        """The Lua state, made at the first call; `session` is any client of the server."""
        if self._world is None:
            from framewire.redis.server.scripting.interpreter import World

            self._world = World(session)
        return self._world

    def load(self, session: Session, text: bytes) -> Script:
        """The script with this text, compiled unless it is known. Raises `CommandError`. O(length)."""
        sha = sha_of(text)
        script = self._by_sha.get(sha)
        if script is None:
            flags, code = parse_flags(text)
            script = self._by_sha[sha] = Script(sha, flags, self.world(session).compile(code))
        return script

    def flush(self) -> None:
        """Forget all scripts, and the Lua state with everything in it. O(scripts)."""
        self._by_sha = {}
        self._world = None


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
