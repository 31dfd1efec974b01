"""Scripts: EVAL, EVALSHA, SCRIPT.

What belongs here: the commands of Redis' group "scripting" about scripts that clients send; what is stored at the
server is in `functions`.
"""

from __future__ import annotations

from typing import Any, Literal

from framewire.redis.client.arguments import Key, Value, some
from framewire.redis.client.definition import Reply, Runs, S, command
from framewire.redis.client.errors import DataError
from framewire.redis.client.shapes.basic import flags, ok, plain
from framewire.redis.client.shapes.records import word

__all__ = ["Scripting", "keyed"]


class Scripting(Runs[S]):
    """Scripts that the server runs.

    What one returns is whatever it says: numbers, strings, lists of these, `None`; an error inside a list is an
    exception that is not raised. Which of RESP3's types there are is the script's choice (`redis.setresp`).
    """

    @command
    def eval(self, script: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """EVAL: run `script`; of the rest, the first `numkeys` are its KEYS, the others its ARGV.

        The server does nothing else as long as it runs.
        """
        return self._run((b"EVAL", script, *keyed(numkeys, keys_and_args)), plain)

    @command
    def eval_ro(self, script: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """EVAL_RO: as `eval`, and as long as it takes, for a script that writes nothing; on replicas too."""
        return self._run((b"EVAL_RO", script, *keyed(numkeys, keys_and_args)), plain)

    @command
    def evalsha(self, sha: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """EVALSHA: as `eval`, and as long as it takes, for a script that the server knows by its SHA-1.

        Where it does not know it: `NoScriptError`.
        """
        return self._run((b"EVALSHA", sha, *keyed(numkeys, keys_and_args)), plain)

    @command
    def evalsha_ro(self, sha: Key, numkeys: int, *keys_and_args: Value) -> Reply[Any]:
        """EVALSHA_RO: as `evalsha`, and as long as it takes, for a script that writes nothing; on replicas too."""
        return self._run((b"EVALSHA_RO", sha, *keyed(numkeys, keys_and_args)), plain)

    @command
    def script_load(self, script: Key) -> Reply[str]:
        """SCRIPT LOAD: let the server know `script`; returns its SHA-1, in hexadecimal. O(N) of its length."""
        return self._run((b"SCRIPT", b"LOAD", script), word)

    @command
    def script_exists(self, *args: Key) -> Reply[list[bool]]:
        """SCRIPT EXISTS: of each SHA-1, whether the server knows that script. O(N)."""
        return self._run((b"SCRIPT", b"EXISTS", *some(args)), flags)

    @command
    def script_flush(self, sync_type: Literal["SYNC", "ASYNC"] | None = None) -> Reply[bool]:
        """SCRIPT FLUSH: let the server forget all scripts, at once or in another thread. `True`. O(N)."""
        return self._run((b"SCRIPT", b"FLUSH") if sync_type is None else (b"SCRIPT", b"FLUSH", sync_type), ok)

    @command
    def script_kill(self) -> Reply[bool]:
        """SCRIPT KILL: stop the script that runs. `True`; an error where none does, or it has written. O(1)."""
        return self._run((b"SCRIPT", b"KILL"), ok)


def keyed(numkeys: int, keys_and_args: tuple[Value, ...]) -> tuple[Any, ...]:
    """How many keys there are, they, and the other arguments. `DataError` where there are fewer keys."""
    if not 0 <= numkeys <= len(keys_and_args):
        raise DataError(f"of {len(keys_and_args)} arguments, {numkeys} cannot be keys")
    return (numkeys, *keys_and_args)
