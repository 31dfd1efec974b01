"""Raw conversations with a server: requests out, the very bytes of each reply back.

What belongs here: a connection that splits replies without judging them, independent of our decoder.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.against.normalisers import normalised
from tests.against.notation import CLOSED, arguments, shown, written
from tests.against.steps import Conversation, Request, Step
from tests.serving import command
from tests.waiting import PATIENCE

# A command that no server has: its error comes back in every state of a connection, and says that all is answered.
SYNC = b"in-step?"

# Newer servers do not say to those who have not authenticated that a command is unknown. HELLO is read even then.
SYNC_BEFORE_AUTH = [b"HELLO", b"3", SYNC]
REFUSED_BEFORE_AUTH = b"-NOAUTH"


class Client:
    """One connection to one server."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), PATIENCE)
        self._file = self._socket.makefile("rb")
        self._in_multi = False

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, request: Request | None) -> list[bytes]:
        """The raw replies to `request`, and what was pushed before it was answered; the latter alone for `None`."""
        data = command(*arguments(request)) if request is not None else b""
        self._follow(arguments(request) if request is not None else [])
        try:
            if self._in_multi:
                return self._ask_in_multi(data)
            self._socket.sendall(data + command(SYNC))
            return self._read_until_in_step()
        except ConnectionError:
            return [CLOSED]

    def _ask_in_multi(self, data: bytes) -> list[bytes]:
        """There `SYNC` would end the transaction, but each request has one reply, and what is pushed says so."""
        self._socket.sendall(data)
        replies: list[bytes] = []
        while data and not (replies and not replies[-1].startswith(b">")):
            replies.append(self._read_reply() or CLOSED)
        return replies

    def _follow(self, request: list[bytes]) -> None:
        """Whether it is in a transaction after this request."""
        match [word.upper() for word in request]:
            case [b"MULTI"]:
                self._in_multi = True
            case [b"EXEC", *_] | [b"DISCARD"] | [b"RESET"] | [b"QUIT", *_]:
                self._in_multi = False

    def _read_until_in_step(self) -> list[bytes]:
        replies = []
        while reply := self._read_reply():
            if reply.startswith(b"-") and SYNC in reply:
                return replies
            replies.append(reply)
            if reply.startswith(REFUSED_BEFORE_AUTH):
                return [*replies, *self._read_until_in_step_before_auth()][:-1]
        return [*replies, CLOSED]

    def _read_until_in_step_before_auth(self) -> list[bytes]:
        """All up to the reply to `SYNC`, which may be the last one that was read."""
        self._socket.sendall(command(*SYNC_BEFORE_AUTH))
        replies = []
        while (reply := self._read_reply()) and not (reply.startswith(b"-") and b"HELLO option" in reply):
            replies.append(reply)
        return replies

    def _read_reply(self) -> bytes:
        line = self._file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in (b"$", b"=") and rest != b"-1":
            return line + self._file.read(int(rest) + 2)
        if kind in (b"*", b"~", b">", b"%") and rest != b"-1":
            count = int(rest) * (2 if kind == b"%" else 1)
            return line + b"".join(self._read_reply() for _ in range(count))
        return line


class Server:
    """One of the two sides: its connections by name."""

    def __init__(self, host: str, port: int, protocol: int) -> None:
        self._address = (host, port)
        self._protocol = protocol
        self._clients: dict[str, Client] = {}

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def hold(self, conversation: Conversation) -> list[Turn]:
        """Go through the conversation."""
        self.client("a").ask(["FLUSHALL"])
        return [self._take(part if isinstance(part, Step) else Step(part)) for part in conversation]

    def _take(self, step: Step) -> Turn:
        replies = self.client(step.client).ask(step.request)
        others = [(name, client) for name, client in self._clients.items() if name != step.client]
        heard = {name: pushed for name, client in others if (pushed := client.ask(None))}
        return Turn(step, normalised(step.normal, replies), heard)

    def client(self, name: str) -> Client:
        if name not in self._clients:
            self._clients[name] = Client(*self._address)
            if self._protocol == 3:
                self._clients[name].ask("HELLO 3")
        return self._clients[name]


@dataclass(frozen=True)
class Turn:
    """What came of one step: the normalised replies, and what the other clients heard."""

    step: Step
    said: Any
    heard: dict[str, list[bytes]]

    @cached_property
    def request(self) -> str:
        """`GET a`; of another client than the first `b: GET a`."""
        return ("" if self.step.client == "a" else f"{self.step.client}: ") + shown(self.step.request)

    @cached_property
    def text(self) -> str:
        """All that was said and heard, as text."""
        said = str(self.said) if self.step.normal else written(self.said)
        return said + "".join(f" | {name} hears {written(pushed)}" for name, pushed in self.heard.items())
