"""Where a node is: a host and a port, and how replies of a cluster spell them.

What belongs here: the spelling. Which nodes there are is the map's business, and nothing is resolved here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Address", "Remap", "split_endpoint"]


class Address(NamedTuple):
    """A host (a name, or an address without brackets) and a port. As text `host:port`, with brackets around IPv6."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


Remap = Callable[[Address], Address]
"""What a node calls itself to what it is called from here, where something between them translates addresses."""


def split_endpoint(text: str) -> tuple[str, int] | None:
    """Host and port of an endpoint as redirects have it: `host:port`, IPv6 without brackets; the host may be empty.

    `None` where there is no port from 1 to 65535 behind the last colon.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return None
    return host, int(port)
