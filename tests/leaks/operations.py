"""Every public operation as a call that can be repeated: what it is called with, and in which ways it fails.

What belongs here: the table. A public method of a class listed here that has no row makes a test fail. How calls are
repeated and what is measured is in `measure.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import pickle
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import framewire as fw
from framewire import aio, blocking
from framewire.errors import EncodeError, IncompleteFrame, ProtocolError
from framewire.frames.http import BodyChunk, EndOfMessage, RequestHead, ResponseHead
from fuzz.harness import TWINS, Twin
from tests.vectors.resp import BOTH_WAYS, COMMANDS, ENCODE_VALUES
from tests.vectors.resp import REQUESTS as RESP_REQUESTS
from tests.vectors.resp_hostile import FRAMES, REPLIES, VALUES
from tests.vectors.resp_hostile import REQUESTS as REFUSED_REQUESTS

__all__ = ["BUFFERS", "EXPLICIT", "NUMBERS", "arguments_of", "buffer_rows", "connection_rows", "rows"]

Call = Callable[[], object]
Tls = tuple[ssl.SSLContext, ssl.SSLContext]
EXPECTED = (
    ArithmeticError, AttributeError, BufferError, EOFError, LookupError, MemoryError, NotImplementedError, TypeError,
    ValueError, OSError, pickle.PicklingError, ProtocolError, IncompleteFrame, fw.FramewireError,
)  # fmt: skip

# ---- buffers: one factory for each class, one row for each method name -------------------------------------------

SMALL = b"GET /index.html\r\nabcdefghijklmnop" * 2


def buffers_of(twin: Twin) -> dict[str, Callable[[bytes], Any]]:
    """How to make each class of buffer over some bytes."""
    b = twin.buffer
    return {
        "Bytes": b.Bytes,
        "Bytes over a foreign owner": lambda data: b.Bytes.from_owner(memoryview(bytearray(data)).toreadonly()),
        "BytesMut": b.BytesMut,
        "BytesMut behind a consumed part": lambda data: _behind(b.BytesMut(b"before" + data)),
        "Cursor": b.Cursor,
    }


def _behind(mut: Any) -> Any:
    mut.advance(6)
    return mut


ADAPTORS: dict[str, Callable[[bytes], Any]] = {
    "Chain": lambda data: fw.Chain(fw.BytesMut(data[:5]), fw.BytesMut(data[5:])),
    "Chain of Cursors": lambda data: fw.Chain(fw.Cursor(data[:5]), fw.Cursor(data[5:])),
    "Take": lambda data: fw.Take(fw.BytesMut(data), len(data) - 1),
    "Limit": lambda data: fw.Limit(fw.BytesMut(data), len(data)),
    "Reader": lambda data: fw.Reader(fw.Cursor(data)),
    "Writer": lambda data: fw.Writer(fw.BytesMut(data)),
    "Rope": lambda data: fw.Rope(data[:5], data[5:]),
    "WriteBuffer": lambda data: _pending(data),
}


def _pending(data: bytes) -> fw.WriteBuffer:
    dst = fw.WriteBuffer()
    dst.put_slice(data)
    return dst


BUFFERS: dict[str, dict[str, Callable[[bytes], Any]]] = {
    **{f"{twin.name} {name}": {name: make} for twin in TWINS for name, make in buffers_of(twin).items()},
    **{name: {name: make} for name, make in ADAPTORS.items()},
}

NUMBERS = [f"{kind}{bits}{order}" for kind in "iuf" for bits in (8, 16, 32, 64, 128) for order in ("", "_le", "_ne")]

# Arguments by method name, the same for every class that has it; `x` stands for another object of the same class.
X = object()
ARGUMENTS: dict[str, Sequence[tuple[Any, ...]]] = {
    **dict.fromkeys(
        (
            "capacity", "chunk", "chunk_mut", "clear", "close", "closed", "compact", "copy", "decode", "detach",
            "expected", "fileno", "first", "flush", "freeze", "get_ref", "has_remaining", "has_remaining_mut", "hex",
            "inner", "into_inner", "is_unique", "isatty", "last", "limit", "mark", "position", "read", "readable",
            "readall", "readlines", "remaining", "remaining_mut", "retained", "seekable", "segments", "split", "tail",
            "take", "tell", "to_bytes", "view", "writable",
        ),
        ((),),
    ),
    **dict.fromkeys(
        ("advance", "advance_mut", "commit", "copy_to_bytes", "expect", "reserve"), ((3,), (10**7,), (-1,))
    ),
    **dict.fromkeys(("lease", "peek", "read1", "readline", "split_at", "split_off", "split_to"), ((3,), (10**7,))),
    **dict.fromkeys(("truncate", "try_reclaim", "chunks_vectored", "zeroed", "with_capacity"), ((3,), (-1,))),
    **dict.fromkeys(("count", "find", "index", "rfind", "rindex"), ((b"a",), (b"\0\1",), (10, 2, 20))),
    **dict.fromkeys(("endswith", "startswith"), ((b"GET",), ((b"x", b"y"),))),
    **dict.fromkeys(
        ("extend", "put", "put_slice", "append", "appendleft", "write"), ((b"xyz",), (X,), (bytearray(9),))
    ),
    **dict.fromkeys(("copy_to_slice", "readinto", "readinto1"), ((bytearray(4),), (bytearray(500),))),
    **dict.fromkeys(("try_unsplit", "unsplit"), ((X,),)),
    **dict.fromkeys(("copy_from", "from_owner"), ((b"xyz",), (X,))),
    "decode": [(), ("ascii",), ("utf-16",), ("no such codec",)],
    "extend_from_within": [(0, 3), (3, 10**7)],
    "partition": [(b"\r\n",), (b"",)],
    "put_bytes": [(7, 3), (300, 3)],
    "put_taken": [([b"xyz", memoryview(bytes(20_000))],), ([object()],)],
    "resize": [(3, 0), (200, 1), (-1, 0)],
    "rollback": [((0, 0),), ((0, 10**7),)],
    "seek": [(1,), (-1,)],
    "slice": [(1, 3), (1, 10**7)],
    "split": [(), (b"\r\n",), (b"",)],
    "writelines": [([b"a", b"b"],), ([object()],)],
    **{f"get_{name}": [()] for name in NUMBERS},
    **{f"put_{name}": [(1,), (2**200,)] for name in NUMBERS},
    **{f"get_{kind}int{order}": [(3,), (17,)] for kind in ("", "u") for order in ("", "_le", "_ne")},
    **{f"put_{kind}int{order}": [(3, 3), (2**70, 2)] for kind in ("", "u") for order in ("", "_le", "_ne")},
}  # fmt: skip


def arguments_of(name: str) -> Sequence[tuple[Any, ...]]:
    """What a method of this name is called with; raises `KeyError` where nobody has thought of it."""
    return ARGUMENTS[name]


def public(obj: object) -> list[str]:
    return [name for name in dir(type(obj)) if not name.startswith("_")]


def buffer_rows(make: Callable[[bytes], Any], data: bytes) -> Iterator[tuple[str, Call]]:
    """Each public method on a new object, with its arguments and with a wrong one; and what Python itself calls."""
    for name in public(make(data)):
        for arguments in [*arguments_of(name), (object(),), (object(), object())]:
            yield f"{name}{arguments}"[:60], _method(make, data, name, arguments)
    for name, operator in OPERATORS.items():
        yield name, _operator(make, data, operator)


def _method(make: Callable[[bytes], Any], data: bytes, name: str, arguments: tuple[Any, ...]) -> Call:
    def call() -> None:
        obj = make(data)
        given = [make(data) if argument is X else argument for argument in arguments]
        with contextlib.suppress(*EXPECTED):
            method = getattr(obj, name)
            if callable(method):
                method(*given)

    return call


def _set_item(obj: Any) -> None:
    obj[1] = 7


def _del_item(obj: Any) -> None:
    del obj[1]


def _in_place(obj: Any) -> None:
    obj += b"abc"


OPERATORS: dict[str, Callable[[Any], object]] = {
    "len": len, "bool": bool, "bytes": bytes, "list": list, "repr": repr, "hash": hash, "copy": copy.copy,
    "memoryview": memoryview, "deepcopy": copy.deepcopy, "pickle": lambda obj: pickle.loads(pickle.dumps(obj, 5)),
    "pickle out of band": lambda obj: pickle.dumps(obj, 5, buffer_callback=lambda buffer: None),
    "equal": lambda obj: obj == b"abc", "unequal": lambda obj: obj != [], "less": lambda obj: obj < b"zzz",
    "less than a wrong one": lambda obj: obj < 7, "in": lambda obj: b"abc" in obj, "wrong in": lambda obj: "x" in obj,
    "item": lambda obj: obj[1], "part": lambda obj: obj[1:5], "steps": lambda obj: obj[::2],
    "no item": lambda obj: obj[10**9],
    "set item": _set_item, "del item": _del_item, "plus": lambda obj: obj + b"x", "right plus": lambda obj: b"x" + obj,
    "in place": _in_place, "a view that outlives it": lambda obj: memoryview(obj.view())[1:],
    "lease and commit": lambda obj: (obj.lease(), obj.commit(1)),
    "leases": lambda obj: [obj.lease(9) for _ in range(3)],
}  # fmt: skip


def _operator(make: Callable[[bytes], Any], data: bytes, operator: Callable[[Any], object]) -> Call:
    def call() -> None:
        with contextlib.suppress(*EXPECTED):
            operator(make(data))

    return call


# ---- codecs -------------------------------------------------------------------------------------------------------


def decoded(make: Callable[[], Any], wires: list[bytes]) -> Call:
    """Each of `wires` whole and in two pieces, to its end, errors included; and one left in the middle of a frame."""

    def call() -> None:
        for wire in wires:
            for cut in (len(wire), len(wire) // 2):
                codec, src = make(), fw.BytesMut(wire[:cut])
                with contextlib.suppress(ProtocolError, IncompleteFrame):
                    while codec.decode(src) is not None:
                        pass
                    src.extend(wire[cut:])
                    while codec.decode_eof(src) is not None:
                        pass
        make().decode(fw.BytesMut(wires[0][:2]))

    return call


def encoded(make: Callable[[], Any], items: list[Any]) -> Call:
    def call() -> None:
        dst = fw.WriteBuffer()
        codec = make()
        for item in items:
            with contextlib.suppress(EncodeError, TypeError, AttributeError):
                codec.encode(item, dst)
        dst.take()

    return call


def batched(twin: Twin, output: str, wires: list[bytes]) -> Call:
    def call() -> None:
        for wire in wires:
            decoder = twin.resp.RespDecoder(output)
            src = twin.buffer.BytesMut(wire)
            with contextlib.suppress(ProtocolError):
                decoder.decode_batch(src, 5)
            with contextlib.suppress(ProtocolError):
                twin.resp.FrameScanner().scan(wire)

    return call


def written(twin: Twin) -> Call:
    """Everything that the encoders write, and everything that they refuse."""
    frames = [row.frame for row in BOTH_WAYS.values()] + [row[0] for row in FRAMES.values()]
    values = [row.value for row in ENCODE_VALUES.values()] + [row[0] for row in VALUES.values()]

    def call() -> None:
        for what, encode in ((frames, twin.resp.encode_frame), (values, twin.resp.encode_values)):
            for item in what:
                tail, segments = twin.buffer.BytesMut(), []  # type: ignore[var-annotated]
                with contextlib.suppress(EncodeError):
                    encode(item if what is frames else [item], 3, tail, segments)
        for command, _ in COMMANDS.values():
            with contextlib.suppress(EncodeError):
                twin.resp.encode_commands([command], twin.buffer.BytesMut(), [])
                twin.resp.pack_command(*command)

    return call


def http_exchange() -> None:
    client, server, dst = fw.HttpCodec("client"), fw.HttpCodec("server"), fw.WriteBuffer()
    host = ((b"host", b"h"), (b"transfer-encoding", b"chunked"))
    for frame in (RequestHead(b"POST", b"/", host), BodyChunk(b"abc"), EndOfMessage(((b"a", b"b"),))):
        client.encode(frame, dst)
    src = fw.BytesMut(b"".join(map(bytes, dst.take())))
    while server.decode(src) is not None:
        pass
    for frame in (ResponseHead(200, ((b"content-length", b"3"),)), BodyChunk(b"abc"), EndOfMessage()):
        server.encode(frame, dst)
    with contextlib.suppress(EncodeError):
        server.encode(ResponseHead(200, ((b"a", b"b\r\nc"),)), dst)
    src = fw.BytesMut(b"".join(map(bytes, dst.take())))
    while client.decode(src) is not None:
        pass


def short(wires: list[bytes]) -> list[bytes]:
    return [wire for wire in wires if len(wire) < 300][::3]


REPLY_WIRES = short([*(row.wire for row in BOTH_WAYS.values()), *(row.wire for row in REPLIES.values())])
PUSH_WIRES = [
    b"*2\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n*1\r\n>1\r\n+subscribe\r\n:1\r\n",
    b"*2\r\n>1\r\n$9\r\nsubscribe\r\n|1\r\n+a\r\n:1\r\n>1\r\n$9\r\nsubscribe\r\n",
    b"*2\r\n*1\r\n>2\r\n%1\r\n+a\r\n>",
    b"*2\r\n*1\r\n>2\r\n*1\r\n$9\r\nabc",
]
REQUEST_WIRES = short([*(wire for wire, _ in RESP_REQUESTS.values()), *(row.wire for row in REFUSED_REQUESTS.values())])
HTTP_WIRES = [
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 3,
    b"GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5x\r\nhello\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n",
]


def map_round() -> None:
    codec = fw.LinesCodec().map(decode=int, encode=lambda number: str(number).encode())
    src = fw.BytesMut(b"12\nx\n")
    codec.decode(src)
    with contextlib.suppress(ProtocolError):
        codec.decode(src)
    codec.encode(7, fw.WriteBuffer())


def one_shot() -> None:
    for wire in (b"$3\r\nabc\r\n", b"*2\r\n:1\r\n", b"?"):
        for make in (bytes, fw.Bytes, fw.BytesMut, fw.Cursor):
            for function in (fw.check, fw.parse):
                with contextlib.suppress(ProtocolError, IncompleteFrame):
                    function(make(wire))
    fw.pack_command(b"SET", b"k", "v")


EXPLICIT: dict[str, Call] = {
    **{f"{twin.name} decode_batch {output}": batched(twin, output, wires) for twin in TWINS for output, wires in (
        ("frames", REPLY_WIRES), ("values", REPLY_WIRES), ("replies", [*REPLY_WIRES, *PUSH_WIRES]),
        ("requests", REQUEST_WIRES))},
    **{f"{twin.name} encoders": written(twin) for twin in TWINS},
    "RespCodec": decoded(fw.RespCodec, REPLY_WIRES),
    "RespClientCodec": encoded(fw.RespClientCodec, [[b"SET", "k", 1], [object()], []]),
    "RespServerCodec": decoded(fw.RespServerCodec, REQUEST_WIRES),
    "LinesCodec": decoded(lambda: fw.LinesCodec(max_length=8), [b"a\r\nb\n" + b"x" * 20 + b"\nok"]),
    "LinesCodec of text": decoded(lambda: fw.LinesCodec(encoding="utf-8"), ["grün\n".encode(), b"\xff\n"]),
    "LinesCodec encode": encoded(fw.LinesCodec, [b"a", b"b\n", b"c" * 70_000, 7]),
    "DelimiterCodec": decoded(lambda: fw.DelimiterCodec(b"--", max_length=8), [b"a--b---" + b"x" * 20 + b"--ok"]),
    "DelimiterCodec encode": encoded(lambda: fw.DelimiterCodec(b"--"), [b"a", b"b--", b"-", 7]),
    "LengthDelimitedCodec": decoded(fw.LengthDelimitedCodec, [b"\0\0\0\2ab\0\0\0\1c", b"\0\1\0\0x", b"\xff" * 4]),
    "LengthDelimitedCodec encode": encoded(lambda: fw.LengthDelimitedCodec(max_frame_length=9), [b"a", b"b" * 10, 7]),
    "RawCodec": decoded(fw.RawCodec, [b"abc", SMALL]),
    "RawCodec encode": encoded(fw.RawCodec, [b"abc", 7]),
    "HttpCodec of a server": decoded(lambda: fw.HttpCodec("server"), HTTP_WIRES[:4]),
    "HttpCodec of both": http_exchange,
    "Codec.map": map_round,
    "check and parse": one_shot,
}  # fmt: skip


# ---- connections --------------------------------------------------------------------------------------------------


async def _in_memory() -> None:
    left, right = aio.memory_pair(fw.LinesCodec(), fw.LinesCodec(max_length=20))
    await left.write_frame(b"one")
    left.feed_frame(b"two")
    await left.flush()
    assert [await right.read_frame(), await right.read_frame()] == [b"one", b"two"]
    await left.write_frame(b"x" * 30)
    with contextlib.suppress(ProtocolError):
        await right.read_frame()
    with contextlib.suppress(TimeoutError):
        await right.read_frame(timeout=0)
    left.write_eof()
    assert await right.read_frame() is None
    for side in (left, right):
        side.close()
        await side.wait_closed()


async def _cancelled() -> None:
    left, right = aio.memory_pair(fw.RespCodec(), fw.RespCodec())
    reading = asyncio.ensure_future(right.read_frame())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    left.abort()
    with contextlib.suppress(OSError, IncompleteFrame):
        await right.read_frame()
    right.close()
    await right.wait_closed()


async def _over_sockets() -> None:
    async def answer(connection: Any) -> None:
        async for line in connection:
            await connection.write_frame(line)

    listener = await aio.listen(answer, fw.LinesCodec, "127.0.0.1", 0)
    client = await aio.connect(fw.LinesCodec(), *listener.sockets[0].getsockname()[:2])
    await client.write_frame(b"hello")
    assert await client.read_frame() == b"hello"
    client.close()
    await client.wait_closed()
    listener.close()
    await listener.wait_closed()


def _tls() -> Tls:
    """A server's and a client's context without a certificate: keys are agreed on, and nobody proves who they are."""
    contexts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    contexts[1].check_hostname = False
    contexts[1].verify_mode = ssl.CERT_NONE
    for context in contexts:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH-AES128-SHA:@SECLEVEL=0")
    return contexts


async def _handed_over(tls: Tls) -> None:
    client, server = [await aio.connect(fw.LinesCodec(), sock=end) for end in socket.socketpair()]
    serving = asyncio.ensure_future(server.start_tls(tls[0], server_side=True))
    await client.start_tls(tls[1])
    await serving
    transport = (await server.into_parts()).transport
    transport.abort()
    client.abort()
    await client.wait_closed()


async def _taken_apart() -> None:
    ends = socket.socketpair()
    connection = await aio.connect(fw.LinesCodec(), sock=ends[0], received=b"one\ntwo")
    assert await connection.read_frame() == b"one"
    parts = await connection.into_parts()
    with parts.into_socket() as sock, ends[1] as peer:
        await aio.write_all_buf(sock, fw.Rope(parts.received.freeze(), b"more"))
        peer.setblocking(False)
        received = fw.BytesMut()
        assert await aio.read_buf(peer, received) == 7
        with contextlib.suppress(BufferError):
            await aio.read_buf(peer, fw.Limit(received, 0))
        reading = asyncio.ensure_future(aio.read_buf(peer, received))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def _blocking_handed_over(tls: Tls) -> None:
    client, server = [blocking.Connection(end, fw.LinesCodec()) for end in socket.socketpair()]
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.start_tls, tls[0], server_side=True)
        client.start_tls(tls[1])
        serving.result()
    server.into_parts().sock.close()
    client.abort()
    near, far = socket.socketpair()
    sock = blocking.Connection(near, fw.LinesCodec(), received=b"rest").into_parts().sock
    with sock, far:
        blocking.write_all_buf(sock, fw.Rope(b"one", b"two"))
        assert blocking.read_buf(far, fw.BytesMut()) == 6


def _blocking() -> None:
    ends = [blocking.Connection(end, fw.LinesCodec()) for end in socket.socketpair()]
    ends[0].write_frame(b"hello")
    assert ends[1].read_frame() == b"hello"
    with contextlib.suppress(TimeoutError):
        ends[1].read_frame(timeout=0.0001)
    ends[0].close()
    assert ends[1].read_frame() is None
    ends[1].abort()


def connection_rows(loop: asyncio.AbstractEventLoop) -> dict[str, Call]:
    """Opening, using and closing connections, on a loop that lives on."""
    tls = _tls()
    return {
        "a pair in memory": lambda: loop.run_until_complete(_in_memory()),
        "a cancelled read, and an abort": lambda: loop.run_until_complete(_cancelled()),
        "a listener and a client": lambda: loop.run_until_complete(_over_sockets()),
        "a blocking pair": _blocking,
        "TLS that begins, and a transport given away": lambda: loop.run_until_complete(_handed_over(tls)),
        "a connection taken apart, and bytes by hand": lambda: loop.run_until_complete(_taken_apart()),
        "the same in threads": lambda: _blocking_handed_over(tls),
    }


def rows(group: str) -> Iterator[tuple[str, Call]]:
    """The rows of one group: a buffer's name, or `codecs`."""
    if group == "codecs":
        yield from EXPLICIT.items()
    else:
        for make in BUFFERS[group].values():
            yield from buffer_rows(make, SMALL)


