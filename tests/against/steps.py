"""What a conversation is made of: a list of steps. A step is a request (a text that is split at spaces, or a list of
arguments where that would not do), or a `Step` that says more: who sends it, what of the reply is volatile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Request: TypeAlias = str | list[str | bytes]


@dataclass(frozen=True)
class Step:
    """A request with more to say: `client` names the connection, `normal` the normaliser of its replies."""

    request: Request
    normal: str = ""
    client: str = "a"


def by(client: str, request: Request, normal: str = "") -> Step:
    return Step(request, normal, client)


def volatile(normal: str, request: Request) -> Step:
    return Step(request, normal)


Conversation: TypeAlias = list[Request | Step]
