"""Which servers the table knows, and which of them has a thing: by its version in Redis, or in Valkey.

What belongs here: servers and versions. Valkey left Redis at 7.2.4, so what is older has one version for both.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

__all__ = ["AS_REDIS", "NEWER", "REDIS_7_0", "REDIS_8_0", "SERVERS", "VALKEY_9_1", "Server", "parsed_version"]

AS_REDIS: Final = ""
"""The version in Valkey of what came into both together."""

NEWER: Final = "newer"
"""The name under which an entry writes what both Redis 8.0 and Valkey 9.1 changed since Redis 7.0."""

REDIS_7_0: Final = "redis 7.0"
REDIS_8_0: Final = "redis 8.0"
VALKEY_9_1: Final = "valkey 9.1"


class Server(NamedTuple):
    """A server that the table was compared with. What `variants` says of an entry holds for it, the last one most."""

    family: str
    version: tuple[int, ...]
    variants: tuple[str, ...]

    def has(self, since: str, valkey: str | None) -> bool:
        """Whether it has what came with these versions of Redis and of Valkey.

        `valkey` is `None` for what Valkey has not; `since` is empty for what Redis has not, or, together with
        `AS_REDIS`, for what was there from the beginning.
        """
        if since == valkey == "":
            return True
        version = self.since(since, valkey)
        return bool(version) and parsed_version(version)[:2] <= self.version

    def since(self, since: str, valkey: str | None) -> str:
        """The one of the two versions that counts for it; empty where there is none."""
        return since if self.family == "redis" or valkey == AS_REDIS else valkey or ""

    def has_seen(self, version: str) -> bool:
        """Whether what happened in `version` (`7.2.0`, or `valkey 8.0.0` for one family) happened to it."""
        family, _, number = version.rpartition(" ")
        return family in ("", self.family) and parsed_version(number)[:2] <= self.version


SERVERS: Final = {
    REDIS_7_0: Server("redis", (7, 0), (REDIS_7_0,)),
    REDIS_8_0: Server("redis", (8, 0), (NEWER, REDIS_8_0)),
    VALKEY_9_1: Server("valkey", (9, 1), (NEWER, VALKEY_9_1)),
}
"""The servers by the names that `Command.on` takes."""


@cache
def parsed_version(text: str) -> tuple[int, ...]:
    """`"7.0.15"` as `(7, 0, 15)`, so that versions can be compared. Raises `ValueError`."""
    return tuple(map(int, text.split(".")))
