"""Runs commands again and again, each time with another allocation that fails; run by `test_memory.py`, in a process.

What belongs here: the commands, and what has to hold: what is logged, run again, leaves what is in memory, unless the
recorder says that something was lost; and no collection is damaged or empty. It ends with how often that was looked at.
"""

from __future__ import annotations

import _testcapi
import logging
import sys

from framewire.frames.resp import Error
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.recorder import Recorder
from tests.redis.server.persistence.disks import contents
from tests.redis.server.scripted import Clients, ScriptedClient

ROWS = [
    "SET a 1 EX 10", "SET a v; APPEND a x", "SETBIT a 7 1", "SET a 1; INCR a", "INCRBYFLOAT a 1.5", "MSET a 1 b 2 c 3",
    "SET a 1; GETEX a EX 10", "SET a 1; EXPIRE a 10", "SET a 1 EX 10; RENAME a b", "SET a 1 EX 10; MOVE a 1",
    "RPUSH a 1; RPUSH a 2 3 4 5 6 7 8 9", "RPUSH a 1 2 3; LPOP a 2", "RPUSH a 1; RPOP a", "RPUSH a 3 1; SORT a STORE b",
    "RPUSH a 1; LMOVE a b LEFT RIGHT", "SADD a 1 2; SADD a x y z 5 6 7 8 9", "SADD a 1 2 3; SPOP a 2",
    "SADD a 1; SMOVE a b 1",
    "HSET a f v; HSET a g w h x i y j z k 1 l 2", "HSET a f v g w; HDEL a f g", "HINCRBYFLOAT a f 2.5",
    "ZADD a 1 m; ZADD a 2 n 3 o 4 p 5 m", "ZADD a 1 m; ZPOPMIN a", "ZADD a 1 m; ZADD b 2 n; ZUNIONSTORE c 2 a b",
    "XADD a * f v", "XADD a 1-1 f v; XADD a MAXLEN 1 2-1 f w", "RPUSH a 1 2; COPY a b DB 1", "SET a 1; FLUSHALL",
    "XADD a 1-1 f v; XGROUP CREATE a g 0; XREADGROUP GROUP g c STREAMS a >",
    "SET a 1; MULTI; INCR a; RPUSH b 1 2; EXEC",
]  # fmt: skip
LATER = [
    "LRANGE a 0 -1", "RPUSH a z", "SMEMBERS a", "SADD a q", "HGETALL a", "HSET a q 1", "ZRANGE a 0 -1",
    "ZADD a 0 q 9 m", "ZREM a q m", "XRANGE a - +", "XADD a 9-1 f v", "XDEL a 9-1", "APPEND a zz",
    "EXPIRE a 100", "DEL a",
]  # fmt: skip
REFUSALS = (b"WRONGTYPE", b"ERR The ID")


class Run:
    """One state, and what is logged of it."""

    def __init__(self) -> None:
        self.clients = Clients()
        self.clients.state.config.databases = 2
        self.units: list[Unit] = []
        self.lost = False
        recorder = Recorder(self.clients.state, self.units.append)
        recorder.on_lost = self._lose
        recorder.start()
        self.client = self.clients.new()

    def _lose(self) -> None:
        self.lost = True

    def ask_without(self, request: str, allocation: int) -> bool:
        """Whether it was done all the same: it does not need so many."""
        requests, replies = [[word.encode() for word in request.split(" ")]], list[object]()
        execute = self.client.session.execute
        try:
            _testcapi.set_nomemory(allocation, allocation + 1)
            execute(requests, replies)
        except MemoryError:
            pass
        finally:
            _testcapi.remove_mem_hooks()
        return bool(replies) and not isinstance(replies[0], Error)

    def check(self, what: str) -> None:
        assert self.lost or replayed(self.units) == contents(self.clients.state), what
        values = [value for db in self.clients.state.databases for value in db.values.values()]
        assert all(getattr(value, "kind", b"stream") == b"stream" or value for value in values), what


def replayed(units: list[Unit]) -> dict[int, dict[bytes, object]]:
    clients = Clients()
    clients.state.loading = True
    client = clients.new()
    for database, request in (each for unit in units for each in unit):
        client.batch([b"SELECT", b"%d" % database], list(request))
    return contents(clients.state)


def look_again(client: ScriptedClient, what: str) -> None:
    """Commands of all types: of the one that there is, they find nothing damaged."""
    for request in LATER:
        reply = client(request)
        assert not isinstance(reply, Error) or reply.data.startswith(REFUSALS), (what, request, reply)


def main() -> None:
    logging.disable(logging.CRITICAL)
    runs = 0
    for row in ROWS:
        *before, request = row.split("; ")
        allocation = done = 0
        while done < 3:
            run = Run()
            for each in (*before, "ECHO x"):
                if request != "EXEC" or each != "ECHO x":  # which lets the shortcuts be made beforehand
                    run.client(each)
            done = done + 1 if run.ask_without(request, allocation) else 0
            what = f"{row} without allocation {allocation}"
            run.check(what)
            look_again(run.client, what)
            run.check(f"{what}, later")
            allocation += 1
            runs += 1
    sys.stdout.write(f"{runs}\n")


if __name__ == "__main__":
    main()
