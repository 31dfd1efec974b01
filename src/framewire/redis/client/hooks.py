"""Hooks: who is told of every call of a client, when it begins and how it ends.

What belongs here: what a hook is told, and telling several. A client without hooks does not come here at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, runtime_checkable

from framewire.redis.client.options import Options
from framewire.redis.client.requests import words_of
from framewire.redis.exchange.calls import Request
from framewire.redis.facts.table import lookup
from framewire.redis.redaction import shortened, without_secrets

__all__ = ["Begun", "Hook", "Hooks", "LinkHook"]

logger = logging.getLogger(__name__)

TRANSACTION: Final = (b"MULTI",)


@dataclass(frozen=True, slots=True)
class Begun:
    """A call: one command, or several that leave together.

    options: those of the client: where it goes, which database. requests: as they are sent, secrets and all: show
    `text`, which has none. batch: whether it is a pipeline or a transaction.
    """

    options: Options
    requests: Sequence[Request] = field(repr=False)
    batch: bool

    @property
    def commands(self) -> list[str]:
        """The names, with their subcommands (`CLIENT LIST`), but not the MULTI and EXEC around a transaction."""
        return [_name_of(request) for request in self._inside()]

    @property
    def name(self) -> str:
        """What to call it: the command, `MULTI` for a transaction, `PIPELINE` for other batches, with the command
        behind it where all are the same."""
        names = self.commands
        if not self.batch:
            return names[0]
        kind = "MULTI" if self.is_transaction else "PIPELINE"
        return f"{kind} {names[0]}" if names and len(set(names)) == 1 else kind

    @property
    def is_transaction(self) -> bool:
        """Whether MULTI and EXEC stand around it."""
        return self.batch and tuple(self.requests[0]) == TRANSACTION

    @property
    def text(self) -> str:
        """All of it on a line for each command: names and `?` in place of every argument."""
        return "\n".join(" ".join([_name_of(request), *("?" for _ in request[1:])]) for request in self._inside())

    @property
    def full_text(self) -> str:
        """All of it with its arguments, shortened, but for passwords."""
        lines = (b" ".join(shortened(without_secrets(words_of(request)))) for request in self._inside())
        return b"\n".join(lines).decode("utf-8", "backslashreplace")

    def _inside(self) -> Sequence[Request]:
        return self.requests[1:-1] if self.is_transaction else self.requests


def _name_of(request: Request) -> str:
    words = words_of(request)
    entry = lookup(words)
    return entry.name.upper().replace("|", " ") if entry is not None else words[0].decode("utf-8", "replace").upper()


class Hook(Protocol):
    """Who wants to be told. Neither method may block."""

    def begins(self, call: Begun) -> Any:
        """A call begins; what this returns is given back to `ends`. What it raises the caller gets: nothing is sent."""

    def ends(self, call: Begun, token: Any, error: BaseException | None) -> None:
        """It has ended, with an error or without; a cancelled call with `asyncio.CancelledError`.

        What it raises is logged: the call is over, and its result the caller's.
        """


@runtime_checkable
class LinkHook(Protocol):
    """What a hook may have besides: then it is told of connections. It must not call the client from there.

    What it raises is logged: nobody has called, and many may wait for what comes next.
    """

    def opened(self, options: Options, seconds: float) -> None:
        """A connection is open, which took so long, the handshake included. `options` say where, and which database."""

    def closed(self, options: Options, error: Exception) -> None:
        """It is no more: `error` says why, also where the client itself has closed it."""


class Hooks:
    """Several, told in order at the beginning, and the other way round at the end."""

    def __init__(self, hooks: Sequence[Hook], options: Options) -> None:
        self._hooks = tuple(hooks)
        self._of_links = tuple(hook for hook in hooks if isinstance(hook, LinkHook))
        self._options = options

    def begin(self, requests: Sequence[Request], batch: bool) -> tuple[Begun, list[Any]]:
        """A call begins; what this returns is for `end`. Where a hook raises, those before it are told of the end."""
        call = Begun(self._options, requests, batch)
        begun: tuple[Begun, list[Any]] = call, []
        try:
            for hook in self._hooks:
                begun[1].append(hook.begins(call))
        except BaseException as error:
            self.end(begun, error)
            raise
        return begun

    def end(self, begun: tuple[Begun, list[Any]], error: BaseException | None) -> None:
        """It has ended."""
        call, tokens = begun
        for hook, token in reversed([*zip(self._hooks, tokens, strict=False)]):  # of some, where one did not begin
            with _logged(hook):
                hook.ends(call, token, error)

    def opened(self, options: Options, seconds: float) -> None:
        """A connection is open."""
        for hook in self._of_links:
            with _logged(hook):
                hook.opened(options, seconds)

    def closed(self, options: Options, error: Exception) -> None:
        """It is no more."""
        for hook in self._of_links:
            with _logged(hook):
                hook.closed(options, error)


@contextmanager
def _logged(hook: object) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("%s has failed", type(hook).__name__)
