"""What is refused on a link that several tasks share, and what to use instead.

What belongs here: the text for each command that changes what the server keeps of a connection. Which commands do
that is known to the command table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from framewire.redis.facts.table import lookup

__all__ = ["INSTEAD", "refusal"]

_DEDICATED = "client.dedicated()"
_LETTERS = "client.pubsub()"
_TRANSACTION = "client.transaction()"
_RAW = "a connection without a client, framewire.aio.connect or framewire.blocking.connect"

INSTEAD: Final[Mapping[str, str]] = {
    # who and where
    "auth": "the options username and password, or credential_provider",
    "hello": "the option protocol",
    "select": "client.db(n)",
    "client|setname": "the option client_name",
    "client|setinfo": "the options lib_name and lib_version",
    # how a connection is served
    "client|reply": _DEDICATED,
    "client|no-evict": _DEDICATED,
    "client|no-touch": _DEDICATED,
    "client|tracking": _DEDICATED,
    "client|caching": _DEDICATED,
    "client|capa": _DEDICATED,
    "client|import-source": _DEDICATED,
    "script|debug": _DEDICATED,
    "readonly": _DEDICATED,
    "readwrite": _DEDICATED,
    "asking": _DEDICATED,
    "reset": _DEDICATED,
    "quit": "the closing of the client",
    # transactions
    "multi": _TRANSACTION,
    "exec": _TRANSACTION,
    "discard": _TRANSACTION,
    "watch": _TRANSACTION,
    "unwatch": _TRANSACTION,
    # what comes without being asked for
    "subscribe": _LETTERS,
    "unsubscribe": _LETTERS,
    "psubscribe": _LETTERS,
    "punsubscribe": _LETTERS,
    "ssubscribe": _LETTERS,
    "sunsubscribe": _LETTERS,
    "monitor": "client.monitor()",
    # what makes another thing of a connection
    "sync": _RAW,
    "psync": _RAW,
    "replconf": _RAW,
    "cluster|syncslots": _RAW,
}
"""What to use instead, by the command's name in the table."""


def refusal(request: Sequence[object]) -> str | None:
    """Why `request` may not go to a shared link, with what to use instead; `None` where it may.

    Its words are as users give them, not yet encoded. A command that the table does not know may go: what it does is
    its sender's business.
    """
    entry = lookup([_encoded(word) for word in request[:2]])
    if entry is None or not entry.changes_link:
        return None
    name = entry.name.upper().replace("|", " ")
    return f"{name} changes the connection, which others use too: use {INSTEAD[entry.name]} instead"


def _encoded(word: object) -> bytes:
    return bytes(word) if isinstance(word, bytes | bytearray | memoryview) else str(word).encode("utf-8", "replace")
