"""What CLUSTER SLOTS, by which clients learn the slot map, costs the node that is asked: CPU and bytes.

One server has a synthetic `nodes.conf`, so that it believes in a cluster of any size; the other nodes are one socket
that accepts links for the bus and says nothing, so that nobody fails meanwhile. Each replica has said once on the bus
how much it has copied: before that, clients are not told of it. CPU is that of its process (user and system) for one
request after the other on one connection, less what it needs for itself in the same time. Compared is a PING, asked in
the same way. `make bench ARGS=cluster_slots`, or for another program:

    python -m bench.cluster_slots valkey
"""

from __future__ import annotations

import socket
import statistics
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import psutil

from bench.measure import Row
from framewire.kits.process import ServerProcess, free_port
from framewire.kits.programs import find_program

SLOTS = 16384
ROUNDS = 5
SECONDS = 0.3
"""Of one round, for each of the two requests, and for looking on while nothing is asked."""

PING = b"*1\r\n$4\r\nPING\r\n"
ASK = b"*2\r\n$7\r\nCLUSTER\r\n$5\r\nSLOTS\r\n"


class Layout(NamedTuple):
    """So many primaries with a replica each, and so many ranges of slots that each primary has."""

    primaries: int
    ranges: int = 1

    @property
    def title(self) -> str:
        """As a row of the table has it."""
        return f"CLUSTER SLOTS, {2 * self.primaries} nodes, {self.primaries * self.ranges} ranges"


LAYOUTS = (Layout(3), Layout(3, 100), Layout(100), Layout(500), Layout(500, 8))


# -- a cluster on paper -----------------------------------------------------------------------------------------------


def nodes_conf(layout: Layout, port: int, bus_port: int, others: int) -> str:
    """The file of a server at `port`, the first primary; all other nodes have their bus at port `others`."""
    lines = []
    for number in range(2 * layout.primaries):
        place = f"127.0.0.1:{port}@{bus_port}" if number == 0 else f"127.0.0.1:{port_of(number)}@{others}"
        if number < layout.primaries:
            role, slots = f"{'myself,' if number == 0 else ''}master -", " " + " ".join(ranges_of(layout, number))
        else:
            role, slots = f"slave {node_id(number - layout.primaries)}", ""
        epoch = number % layout.primaries + 1
        lines.append(f"{node_id(number)} {place} {role} 0 0 {epoch} connected{slots}")
    return "\n".join([*lines, f"vars currentEpoch {layout.primaries} lastVoteEpoch 0", ""])


def node_id(number: int) -> str:
    """The name of a node."""
    return f"{number + 1:040x}"


def port_of(number: int) -> int:
    """Where clients would find a node, if it were there."""
    return 1 + number


def ranges_of(layout: Layout, number: int) -> list[str]:
    """What one primary has: the primaries have ranges by turns."""
    count = layout.primaries * layout.ranges
    borders = [SLOTS * index // count for index in range(count + 1)]
    return [f"{first}-{end - 1}" for first, end in list(pairwise(borders))[number :: layout.primaries]]


class PaperNode(ServerProcess):
    """A server that believes in a cluster of that layout."""

    def __init__(self, program: str, layout: Layout, others: int) -> None:
        super().__init__(find_program(program))
        self._layout, self._others = layout, others

    def ready(self) -> None:
        super().ready()
        for number in range(self._layout.primaries):
            with socket.create_connection((self.host, self.bus_port)) as link:
                link.sendall(ping_of_replica(self._layout, number, self._others))
                assert link.recv(4) == b"RCmb"  # PONG: it was understood

    def _command_line(self) -> list[str]:
        self.bus_port = bus_port = free_port()
        (self.directory / "nodes.conf").write_text(nodes_conf(self._layout, self.port, bus_port, self._others))
        return [
            *super()._command_line(), "--cluster-enabled", "yes", "--cluster-port", str(bus_port),
            "--cluster-node-timeout", "3600000",
        ]  # fmt: skip


def ping_of_replica(layout: Layout, number: int, bus_port: int) -> bytes:
    """PING on the bus, of the replica of a primary: its head, with an offset that is not 0, and no gossip.

    Source: version 1 of the bus' messages, as Redis 7 and Valkey 9 send and read it.
    """
    head = struct.pack("!4sIHHHHQQQ", b"RCmb", 2256, 1, port_of(layout.primaries + number), 0, 0, layout.primaries,
                       number + 1, 1)  # fmt: skip
    who = node_id(layout.primaries + number).encode() + bytes(2048) + node_id(number).encode() + bytes(46 + 2 + 30)
    return head + who + struct.pack("!HHHB3x", 0, bus_port, 2, 0)


@contextmanager
def silent_bus() -> Iterator[int]:
    """A port at which links are accepted, by the kernel alone, and nothing is ever said."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(4096)
        yield listener.getsockname()[1]


# -- measuring --------------------------------------------------------------------------------------------------------


class Asker:
    """One connection, and the CPU of who answers."""

    def __init__(self, server: ServerProcess) -> None:
        self._socket = socket.create_connection(server.address)
        self._process = psutil.Process(server.pid)

    def close(self) -> None:
        self._socket.close()

    def length_of(self, request: bytes) -> int:
        """Bytes of its reply; behind it a PING is asked, whose reply is known."""
        self._socket.sendall(request + PING)
        received = bytearray()
        while not received.endswith(b"+PONG\r\n"):
            received += self._socket.recv(1 << 20)
        return len(received) - 7

    def cpu_of(self, request: bytes, length: int) -> float:
        """CPU nanoseconds of one request."""
        idle, _ = self._spent(b"", 0)
        busy, count = self._spent(request, length)
        return (busy - idle) / count

    def _spent(self, request: bytes, length: int) -> tuple[float, int]:
        """CPU nanoseconds of some `SECONDS`, scaled to exactly that, and how often was asked."""
        before, started, count = self._cpu(), time.perf_counter(), 0
        while (passed := time.perf_counter() - started) < SECONDS:
            if not request:
                time.sleep(SECONDS)
                continue
            self._ask(request, length)
            count += 1
        return (self._cpu() - before) / passed * SECONDS, int(count / passed * SECONDS)

    def _ask(self, request: bytes, length: int) -> None:
        self._socket.sendall(request)
        left = length
        while left > 0:
            left -= len(self._socket.recv(left))

    def _cpu(self) -> float:
        """Finer than the ticks of `cpu_times`, where the system tells it."""
        try:
            with open(f"/proc/{self._process.pid}/schedstat") as file:
                return float(file.read().split()[0])
        except OSError:
            times = self._process.cpu_times()
            return (times.user + times.system) * 1e9


def row_of(program: str, layout: Layout) -> Row:
    """CPU nanoseconds, the bytes in the note."""
    with silent_bus() as others, PaperNode(program, layout, others) as server:
        asker = Asker(server)
        try:
            length = asker.length_of(ASK)
            samples = [(asker.cpu_of(ASK, length), asker.cpu_of(PING, 7)) for _ in range(ROUNDS)]
        finally:
            asker.close()
    ours, ping = (statistics.median(column) for column in zip(*samples, strict=True))
    return Row(layout.title, "PING", ours, ping, f"{length:,} bytes; {server.program.version}")


def rows(program: str = "redis") -> list[Row]:
    """Each layout, on a server of that program."""
    return [row_of(program, layout) for layout in LAYOUTS]


if __name__ == "__main__":
    from bench.measure import show

    show(rows(*sys.argv[1:]))
