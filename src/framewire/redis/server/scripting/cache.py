"""`Scripts`: the scripts that one server knows, by their SHA1, and the interpreter that they run in.

What belongs here: the cache. The interpreter is made when the first script comes, so that a server without any needs no
Lua. A server's is `client.state.part(Scripts)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from framewire.redis.server.clients.client import Client
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.scripting.scripts import Script, parse_flags, sha_of

if TYPE_CHECKING:
    from framewire.redis.server.scripting.interpreter import Interpreter

__all__ = ["Scripts"]


class Scripts:
    """The scripts of one server. They stay until `flush`, as in Redis."""

    def __init__(self) -> None:
        self._by_sha: dict[bytes, Script] = {}
        self._interpreter: Interpreter | None = None

    def __len__(self) -> int:
        """How many scripts are known. O(1)."""
        return len(self._by_sha)

    def get(self, sha: bytes) -> Script | None:
        """The script of this SHA1, in lower case. O(1)."""
        return self._by_sha.get(sha)

    def only_reads(self, name: bytes, *, by_sha: bool) -> bool:
        """Whether the script with this text, or this SHA1, says so of itself; not one that is unknown or wrong."""
        if by_sha:
            script = self.get(name.lower())
            return script is not None and script.only_reads
        try:
            return b"no-writes" in (parse_flags(name)[0] or ())
        except CommandError:
            return False

    def interpreter(self, client: Client) -> Interpreter:
        """The Lua state, made at the first call; `client` is any client of the server."""
        if self._interpreter is None:
            from framewire.redis.server.scripting.interpreter import Interpreter  # needs `lupa`

            self._interpreter = Interpreter(client)
        return self._interpreter

    def load(self, client: Client, text: bytes) -> Script:
        """The script with this text, compiled unless it is known. Raises `CommandError`. O(length)."""
        sha = sha_of(text)
        script = self._by_sha.get(sha)
        if script is None:
            flags, code = parse_flags(text)
            script = self._by_sha[sha] = Script(sha, flags, code, self.interpreter(client).compile(code))
        return script

    def flush(self) -> None:
        """Forget all scripts, and the Lua state with everything in it. O(scripts)."""
        self._by_sha = {}
        if self._interpreter is not None:
            self._interpreter.close()
            self._interpreter = None
