"""A server with tracking, two links to it, and a client with a cache, for the property: all in small steps, no I/O.

What belongs here: what a server and a client do in one step. Values are versions of keys, so that it is seen which of
two is older. Which step comes next, the property chooses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from framewire.redis.client.caching.cache import Cache, CacheConfig, Entry

__all__ = ["KEYS", "Client", "Server"]

KEYS = (b"a", b"b")

Versions = dict[bytes, int]


@dataclass(eq=False)
class Asked:
    """A read or a write on its way. `keys` of `None` are all."""

    keys: tuple[bytes, ...] | None
    answered: Callable[[Versions, set[bytes]], None]  # with the keys that are gone
    failed: Callable[[], None]
    writes: bool = False
    expires: bool = False  # the server finds, as it reads, that the first key has expired


class Server:
    """One server, and what is on the wires of two links of one client: the first one with tracking."""

    def __init__(self) -> None:
        self.versions: Versions = dict.fromkeys(KEYS, 0)
        self.gone: set[bytes] = set()  # keys that have expired
        self.tracked: set[bytes] = set()
        self.up: tuple[deque[Asked], deque[Asked]] = deque(), deque()
        self.down: tuple[deque[Any], deque[Any]] = deque(), deque()

    def step(self, link: int) -> None:
        """Execute the next request of that link."""
        if not self.up[link]:
            return
        asked = self.up[link].popleft()
        own: list[tuple[bytes, ...] | None] = []  # what is told behind the reply
        if asked.writes:
            own = self._change(asked.keys)
        elif asked.expires:
            own = self._expire(asked.keys)
        keys = KEYS if asked.keys is None else asked.keys
        if not asked.writes:
            self.tracked |= set(keys)
        if link == 1:
            self.down[0].extend(own)  # for the first link this is somebody else's write
            own = []
        self.down[link].append((asked, {key: self.versions[key] for key in keys}, self.gone & set(keys)))
        self.down[link].extend(own)

    def _change(self, keys: tuple[bytes, ...] | None) -> list[tuple[bytes, ...] | None]:
        """New versions; the pushes that tell of them."""
        self.gone -= set(KEYS if keys is None else keys)
        for key in KEYS if keys is None else keys:
            self.versions[key] += 1
        if keys is None:
            self.tracked.clear()
            return [None]
        told = [(key,) for key in keys if key in self.tracked]
        self.tracked -= set(keys)
        return [*told]

    def _expire(self, keys: tuple[bytes, ...] | None) -> list[tuple[bytes, ...] | None]:
        assert keys is not None
        if keys[0] in self.gone:
            return []
        told = self._change(keys[:1])
        self.gone.add(keys[0])
        return told

    def foreign_write(self, keys: tuple[bytes, ...] | None) -> None:
        """Somebody else writes."""
        self.down[0].extend(self._change(keys))


@dataclass
class Client:
    """What a client does with its cache. `floor` is what it knows of: no read that starts may find less."""

    server: Server
    config: CacheConfig
    cache: Cache = field(init=False)
    floor: Versions = field(default_factory=lambda: dict.fromkeys(KEYS, 0))
    hits: int = 0
    found: dict[Entry, Versions] = field(default_factory=dict)  # what the replies that are kept stand for

    def __post_init__(self) -> None:
        self.cache = Cache(self.config)

    def _learns(self, found: Versions, gone: Iterable[bytes] = ()) -> None:
        for key, version in found.items():
            self.floor[key] = max(self.floor[key], version)

    # -- reads --------------------------------------------------------------------------------------------------------

    def read(self, keys: tuple[bytes, ...], now: float, expires: bool = False) -> None:
        floor = {key: self.floor[key] for key in keys}

        def settled(found: Versions) -> None:
            assert all(found[key] >= floor[key] for key in keys), (found, floor)
            self._learns(found)

        name = b" ".join(keys)
        entry = self.cache.find(name, now)
        if entry is None:
            entry = self.cache.begin(name, keys)
            self._fetch(entry, keys, now, expires)
        if entry.is_here:
            self.hits += 1
            settled(self.found[entry])
        else:
            entry.waiting.append(settled)

    def _fetch(self, entry: Entry, keys: tuple[bytes, ...], now: float, expires: bool) -> None:
        def answered(found: Versions, gone: set[bytes]) -> None:
            self.found[entry] = found
            self.cache.fill(entry, _reply(keys, gone), now)
            for settled in entry.waiting:
                settled(found)

        self.server.up[0].append(Asked(keys, answered, lambda: self.cache.fail(entry), expires=expires))

    # -- writes -------------------------------------------------------------------------------------------------------

    def write(self, keys: tuple[bytes, ...] | None) -> None:
        self.cache.written(keys)
        self.server.up[0].append(Asked(keys, self._learns, _nothing, writes=True))

    def write_elsewhere(self, keys: tuple[bytes, ...] | None) -> None:
        def answered(found: Versions, gone: set[bytes]) -> None:
            self.cache.let_go(keys)
            self._learns(found)

        self.cache.hold(keys)
        self.server.up[1].append(Asked(keys, answered, lambda: self.cache.let_go(keys), writes=True))

    # -- what comes ---------------------------------------------------------------------------------------------------

    def step(self, link: int) -> None:
        """Take the next item that has come over that link."""
        if self.server.down[link]:
            self._take(self.server.down[link].popleft())

    def _take(self, item: Any) -> None:
        if item is None or isinstance(item[0], bytes):
            self.cache.invalidate(item)
        else:
            asked, found, gone = item
            asked.answered(found, gone)

    def give_up(self) -> None:
        """The oldest request of the first link is late: its reply will be swallowed."""
        waiting: Iterable[Asked] = (*(item[0] for item in self.server.down[0] if _is_reply(item)), *self.server.up[0])
        late = next(iter(waiting), None)
        if late is not None:
            late.failed()
            late.answered = _swallow
            late.failed = _nothing

    def lose(self, link: int) -> None:
        """That link is lost, with what was on its wires; the server knows nothing of it any more."""
        if link == 0:
            self.cache.flush()
            self.server.tracked.clear()
        lost = [*(item[0] for item in self.server.down[link] if _is_reply(item)), *self.server.up[link]]
        self.server.up[link].clear()
        self.server.down[link].clear()
        for asked in lost:
            asked.failed()


def _is_reply(item: Any) -> bool:
    return item is not None and not isinstance(item[0], bytes)


def _reply(keys: tuple[bytes, ...], gone: set[bytes]) -> Any:
    """GET's, or MGET's."""
    values = [None if key in gone else b"value" for key in keys]
    return values if len(keys) > 1 else values[0]


def _swallow(found: Versions, gone: set[bytes]) -> None:
    pass


def _nothing() -> None:
    pass
