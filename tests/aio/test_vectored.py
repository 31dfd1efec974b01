"""`Outbound`: segments reach the socket whole and in order, uncopied where the loop allows, bounded where it copies."""

from __future__ import annotations

import asyncio
import socket

import pytest

from framewire.aio.vectored import PIECE, Outbound


class Recorder(asyncio.Transport):
    """A transport that takes what it is given until told to pause, as asyncio's own would."""

    def __init__(self, outbound_limit: int) -> None:
        super().__init__()
        self.taken: list[bytes] = []
        self.limit = outbound_limit
        self.size = 0
        self.events: list[str] = []
        self.outbound: Outbound

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.taken.append(bytes(data))
        self.size += len(data)
        if self.size > self.limit:
            self.outbound.pause()

    def writelines(self, list_of_data: object) -> None:
        self.events.append("writelines")
        for data in list_of_data:  # type: ignore[attr-defined]
            self.taken.append(bytes(data))
            self.size += len(data)

    def get_write_buffer_size(self) -> int:
        return self.size

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if self.size > (high or 0):
            self.outbound.pause()

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    def is_closing(self) -> bool:
        return False

    def write_eof(self) -> None:
        self.events.append("eof")

    def close(self) -> None:
        self.events.append("close")

    def drain(self) -> None:
        self.size = 0
        self.outbound.resume()


def joined(copies: bool, limit: int = PIECE) -> tuple[Outbound, Recorder]:
    transport = Recorder(limit)
    outbound = Outbound(transport, limit)
    outbound._copies = copies
    transport.outbound = outbound
    return outbound, transport


@pytest.mark.parametrize("copies", [True, False])
@pytest.mark.parametrize("sizes", [[5], [5, 100], [5, PIECE * 3 + 1, 2], [PIECE + 1], [1] * 50])
def test_all_bytes_in_order(copies: bool, sizes: list[int]) -> None:
    outbound, transport = joined(copies)
    segments = [bytes([number % 256]) * size for number, size in enumerate(sizes)]
    outbound.write(list(segments))
    while outbound.pending:
        transport.drain()
    assert b"".join(transport.taken) == b"".join(segments)


def test_a_transport_that_copies_is_given_pieces_only_while_it_has_room() -> None:
    outbound, transport = joined(copies=True)
    outbound.write([b"head", bytes(10 * PIECE), b"tail"])
    assert transport.size <= 2 * PIECE
    assert outbound.full and outbound.pending == 10 * PIECE + 8
    outbound.write([b"later"])
    while outbound.pending:
        assert max(len(piece) for piece in transport.taken) <= PIECE
        transport.drain()
    assert b"".join(transport.taken) == b"head" + bytes(10 * PIECE) + b"tail" + b"later"


def test_a_transport_that_keeps_references_gets_all_at_once_and_is_asked_to_pause() -> None:
    outbound, transport = joined(copies=False)
    outbound.write([b"head", bytes(10 * PIECE), b"tail"])
    assert transport.events == ["writelines"] and len(transport.taken) == 3
    assert outbound.full


@pytest.mark.parametrize(("finish", "event"), [("close", "close"), ("write_eof", "eof")])
async def test_the_end_comes_after_the_last_byte(finish: str, event: str) -> None:
    outbound, transport = joined(copies=True)
    outbound.write([b"a", bytes(4 * PIECE), b"z"])
    getattr(outbound, finish)()
    assert transport.events == []
    while outbound.pending:
        transport.drain()
    await asyncio.sleep(0)
    assert transport.events == [event]
    assert transport.taken[-1].endswith(b"z")


async def test_an_idle_socket_is_written_at_once_on_asyncio() -> None:
    left, right = socket.socketpair()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=left)
    outbound = Outbound(transport, PIECE)
    outbound.write([b"head", b"x" * 20_000, b"tail"])
    assert right.recv(100_000) == b"head" + b"x" * 20_000 + b"tail"
    transport.abort()
    right.close()
    await asyncio.sleep(0)
