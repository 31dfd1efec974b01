"""A script that is sent by its SHA-1, and whole where the server does not know it.

What belongs here: which of the two is sent, alone and in a pipeline. EVAL and its kin are in `commands.scripting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha1
from typing import Any, Final

from framewire.redis.client.arguments import Key, Value
from framewire.redis.client.errors import NoScriptError
from framewire.redis.client.shapes.basic import plain
from framewire.redis.client.steps import Ask, Steps
from framewire.redis.exchange.calls import Shape

__all__ = ["ScriptText"]

UNKNOWN: Final = "NOSCRIPT No matching script"
"""How the server begins to say that it does not know a script, and has run nothing. A script may make an error of that
code too, having run; it would have to use these words."""


class ScriptText:
    """A script and the SHA-1 by which the server knows it, in hexadecimal."""

    def __init__(self, script: Key) -> None:
        self.script = script
        self.sha = sha1(script.encode() if isinstance(script, str) else script, usedforsecurity=False).hexdigest()

    def run(self, keys: Sequence[Key] | None, args: Iterable[Value] | None) -> Steps[Any]:
        """EVALSHA; and once EVAL, where the server does not know the script, which it does from then on."""
        rest = _keys_and_args(keys, args)
        try:
            return (yield Ask((b"EVALSHA", self.sha, *rest), plain))
        except NoScriptError as error:
            if not str(error).startswith(UNKNOWN):
                raise
        return (yield Ask((b"EVAL", self.script, *rest), plain))

    def queue(
        self, run: Callable[[tuple[Any, ...], Shape], Any], sent: set[str] | None, keys: Sequence[Key] | None,
        args: Iterable[Value] | None,
    ) -> Any:  # fmt: skip
        """Let `run` put it into a pipeline: whole if it is not among those `sent` there before, else by its SHA-1. With
        `None` always whole: nobody knows which of several servers has it then.
        """
        rest = _keys_and_args(keys, args)
        if sent is not None and self.sha in sent:
            return run((b"EVALSHA", self.sha, *rest), plain)
        place = run((b"EVAL", self.script, *rest), plain)
        if sent is not None:
            sent.add(self.sha)
        return place


def _keys_and_args(keys: Sequence[Key] | None, args: Iterable[Value] | None) -> tuple[Any, ...]:
    keys = keys or ()
    return (len(keys), *keys, *(args or ()))
