"""`read_buf`, `write_buf`, `write_all_buf` over every kind of socket and file: one call each, nothing lost or twice."""

from __future__ import annotations

import gzip
import io
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire import Bytes, BytesMut, Chain, Cursor, Limit, Rope, Take
from framewire.blocking import read_buf, write_all_buf, write_buf
from tests.buffer_inputs import Dribble
from tests.properties import examples
from tests.waiting import PATIENCE

Ends = tuple[Any, Any]


@contextmanager
def sockets(tls: Any = None) -> Iterator[Ends]:
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(PATIENCE)
        far.settimeout(PATIENCE)
        yield near, far


@contextmanager
def tcp(tls: Any = None) -> Iterator[Ends]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname(), PATIENCE)
        far, _ = server.accept()
    with near, far:
        far.settimeout(PATIENCE)
        yield near, far


@contextmanager
def tls_sockets(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Ends]:
    with sockets() as (near, far):
        shaking = threading.Thread(target=lambda: done.append(tls[0].wrap_socket(far, server_side=True)))
        done: list[ssl.SSLSocket] = []
        shaking.start()
        near = tls[1].wrap_socket(near, server_hostname="localhost")
        shaking.join(PATIENCE)
        with near, done[0]:
            yield near, done[0]


@contextmanager
def pipes(tls: Any = None, buffering: int = 0) -> Iterator[Ends]:
    read_end, write_end = os.pipe()
    with open(write_end, "wb", buffering=buffering) as near, open(read_end, "rb", buffering=buffering) as far:
        yield near, far


@contextmanager
def buffered_pipes(tls: Any = None) -> Iterator[Ends]:
    with pipes(buffering=8192) as ends:
        yield ends


@contextmanager
def socket_files(tls: Any = None) -> Iterator[Ends]:
    with sockets() as (near, far), near.makefile("wb", 0) as writing, far.makefile("rb", 0) as reading:
        yield writing, reading


WAYS = [sockets, tcp, tls_sockets, pipes, buffered_pipes, socket_files]
way = pytest.mark.parametrize("open_ends", WAYS)

BODY = bytes(range(256)) * 1024
BUFFERS: dict[str, Callable[[], Any]] = {
    "cursor": lambda: Cursor(BODY),
    "buffer": lambda: BytesMut(BODY),
    "rope": lambda: Rope(*(BODY[i : i + 100] for i in range(0, len(BODY), 100))),
    "chain": lambda: Chain(Cursor(BODY[:1000]), Rope(BODY[1000:70_000], BODY[70_000:])),
    "take": lambda: Take(Rope(BODY, b"and more"), len(BODY)),
}


@way
@pytest.mark.parametrize("make", BUFFERS.values(), ids=BUFFERS)
def test_all_arrives(open_ends: Any, make: Callable[[], Any], tls: Any) -> None:
    with open_ends(tls) as (near, far):
        buf, received = make(), BytesMut.with_capacity(5000)

        def write() -> None:
            write_all_buf(near, buf)
            if hasattr(near, "flush"):
                near.flush()

        writing = threading.Thread(target=write)
        writing.start()
        while len(received) < len(BODY):
            assert read_buf(far, received) > 0
        writing.join(PATIENCE)
        assert received == BODY and not buf.remaining()


@way
def test_0_is_the_end_and_nothing_else(open_ends: Any, tls: Any) -> None:
    with open_ends(tls) as (near, far):
        received = BytesMut()
        write_all_buf(near, Cursor(b"last"))
        if isinstance(near, ssl.SSLSocket):
            far.suppress_ragged_eofs = True
        near.close() if not isinstance(near, socket.socket) else near.shutdown(socket.SHUT_WR)
        if open_ends is socket_files:
            far._sock.settimeout(PATIENCE)
        assert read_buf(far, received) == 4
        with pytest.raises(BufferError, match="no room"):
            read_buf(far, Limit(received, 0))
        if open_ends is not socket_files:  # whose socket is still open
            assert read_buf(far, received) == read_buf(far, received) == 0
        assert received == b"last"


@way
def test_one_read_at_most(open_ends: Any, tls: Any) -> None:
    """Two bytes are there and no more will come: a second read would wait for ever."""
    with open_ends(tls) as (near, far):
        write_all_buf(near, Cursor(b"ab"))
        if hasattr(near, "flush"):
            near.flush()
        received = BytesMut.with_capacity(100)
        assert read_buf(far, received) == 2
        assert received == b"ab"


@way
def test_a_limit_holds(open_ends: Any, tls: Any) -> None:
    with open_ends(tls) as (near, far):
        write_all_buf(near, Cursor(b"headbody"))
        if hasattr(near, "flush"):
            near.flush()
        received = BytesMut()
        head = Limit(received, 4)
        while head.has_remaining_mut():
            read_buf(far, head)
        assert received == b"head"
        assert received.capacity < 8192  # room was made for the limit only


def test_a_limit_holds_for_what_is_written() -> None:
    with sockets() as (near, far):
        source = Rope(b"on", b"ly th", b"ree")
        assert write_buf(near, Take(source, 3)) == 3
        assert (far.recv(100), source) == (b"onl", b"y three")


def test_a_rope_leaves_in_one_call() -> None:
    calls = []

    class Counting(socket.socket):
        def sendmsg(self, chunks: Any, *rest: Any) -> int:  # type: ignore[override]
            calls.append(len(chunks))
            return super().sendmsg(chunks, *rest)

    near, far = socket.socketpair()
    with Counting(fileno=near.detach()) as counting, far:
        assert write_buf(counting, Rope(b"a", b"b" * 100, b"c")) == 102
        assert calls == [3]
        assert far.recv(200) == b"a" + b"b" * 100 + b"c"


def test_an_unbuffered_file_takes_many_chunks_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open(path, "wb", buffering=0) as file:
        assert write_buf(file, Rope(b"ab", b"cd", b"ef")) == 6  # its own write would have taken two
    assert path.read_bytes() == b"abcdef"
    with open(path, "rb", buffering=0) as file:
        received = BytesMut.with_capacity(4)
        assert read_buf(file, received) == 4
        assert read_buf(file, received) == 2
        assert read_buf(file, received) == 0


def test_a_buffered_file_keeps_its_order(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open(path, "wb") as file:
        file.write(b"first ")
        write_all_buf(file, Rope(b"sec", b"ond"))
    assert path.read_bytes() == b"first second"


def test_files_that_are_none_of_the_systems() -> None:
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as file:
        write_all_buf(file, Chain(Cursor(b"a" * 100), Dribble(b"b" * 100)))
    packed.seek(0)
    received = BytesMut()
    with gzip.open(packed, "rb") as file:
        while read_buf(file, received):
            pass
    assert received == b"a" * 100 + b"b" * 100


@pytest.mark.parametrize("open_ends", [sockets, tcp, pipes, socket_files])
def test_not_now_loses_nothing(open_ends: Any, tls: Any) -> None:
    with open_ends(tls) as (near, far):
        for end in (near, far):
            os.set_blocking(end.fileno(), False)
            if isinstance(end, socket.socket):
                end.setblocking(False)
            elif isinstance(end, socket.SocketIO):
                end._sock.setblocking(False)
        received, sent = BytesMut(), BytesMut(BODY * 100)
        with pytest.raises(BlockingIOError):
            read_buf(far, received)
        with pytest.raises(BlockingIOError):
            write_all_buf(near, sent)
        assert 0 < sent.remaining() < len(BODY) * 100
        while len(received) < len(BODY) * 100:
            try:
                write_all_buf(near, sent)
            except BlockingIOError:
                pass
            read_buf(far, received)
        assert received == BODY * 100


def test_a_timeout_loses_nothing() -> None:
    with sockets() as (near, far):
        far.settimeout(0.01)
        received = BytesMut()
        with pytest.raises(TimeoutError):
            read_buf(far, received)
        near.sendall(b"late")
        assert read_buf(far, received) == 4 and received == b"late"


def test_what_is_no_socket_and_no_file_is_refused() -> None:
    with pytest.raises(TypeError, match="to read from, not dict"):
        read_buf({}, BytesMut())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="to write to, not dict"):
        write_buf({}, Cursor(b"x"))  # type: ignore[arg-type]
    with sockets() as (near, _), pytest.raises(TypeError, match="a buffer is needed"):
        read_buf(near, bytearray(10))  # type: ignore[arg-type]


def test_a_sink_that_takes_nothing_is_no_endless_loop() -> None:
    class Wall(io.RawIOBase):
        def write(self, data: Any) -> int:
            return 0

    with pytest.raises(OSError, match="takes no bytes; 3 were left"):
        write_all_buf(Wall(), Cursor(b"abc"))


def test_what_wraps_a_socket_is_never_sent_past() -> None:
    """A wrapper that hands unknown names on to the socket below it, as some do that encrypt."""

    class Wrapper:
        def __init__(self, sock: socket.socket) -> None:
            self.sock, self.sent = sock, b""

        def send(self, data: Any) -> int:
            self.sent += bytes(data)
            return len(data)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.sock, name)

    with sockets() as (near, far):
        wrapper = Wrapper(near)
        write_all_buf(wrapper, Rope(b"se", b"cret"))  # type: ignore[arg-type]
        far.setblocking(False)
        assert wrapper.sent == b"secret"
        with pytest.raises(BlockingIOError):
            far.recv(1)


@examples(60)
@given(pieces=st.lists(st.binary(max_size=300), max_size=30), capacity=st.integers(1, 200), limit=st.integers(1, 500))
def test_any_pieces_through_any_rooms(pieces: list[bytes], capacity: int, limit: int) -> None:
    with ExitStack() as stack:
        near, far = stack.enter_context(sockets())
        write_all_buf(near, Rope(*pieces))
        near.shutdown(socket.SHUT_WR)
        received = BytesMut.with_capacity(capacity)
        total = 0
        while n := read_buf(far, Limit(received, limit)):
            assert n <= limit
            total += n
        assert received == b"".join(pieces) and total == len(received)
        assert Bytes(received) == b"".join(pieces)
