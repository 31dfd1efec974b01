"""Where a node is: a host and a port, and how replies of a cluster spell them.

What belongs here: the spelling. Which nodes there are is the map's business, and nothing is resolved here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

__all__ = ["LONGEST_HOST", "Address", "Remap", "split_endpoint"]

LONGEST_HOST: Final = 255
"""Characters of a host: names that can be resolved are no longer, and servers announce none that is."""


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

    `None` where there is no port from 1 to 65535 behind the last colon, or the host is too long for one.
    """
    host, colon, port = text.rpartition(":")
    if len(host) > LONGEST_HOST or not colon:
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return None
    return host, int(port)
