"""What a type checker must see. Not run: `mypy` checks the `assert_type` calls (see `make check`)."""

from __future__ import annotations

from typing import assert_type

from framewire import (
    Bytes,
    BytesMut,
    Chain,
    Cursor,
    Limit,
    Reader,
    RespCodec,
    RespFrame,
    RespServerCodec,
    Rope,
    Take,
    Writer,
    check,
    parse,
)
from framewire.aio import Connection, Parts, connect, memory_pair
from framewire.redis import BlockingClient, Server, ThreadServer, run_in_thread


async def connections_are_generic_in_their_frames() -> None:
    connection = await connect(RespCodec(), "127.0.0.1", 6379)
    assert_type(connection, Connection[RespFrame])
    assert_type(await connection.read_frame(), RespFrame | None)
    assert_type(await connection.read_frames(), list[RespFrame])
    async for frame in connection:
        assert_type(frame, RespFrame)
    left, _ = memory_pair(RespCodec(), RespCodec())
    assert_type(left, Connection[RespFrame])
    assert_type(await left.into_parts(), Parts[RespFrame])


def buffers_have_the_types_of_their_names() -> None:
    buffer = BytesMut(b"abc")
    assert_type(buffer.split_to(1), BytesMut)
    assert_type(buffer.freeze(), Bytes)
    assert_type(Bytes(b"abc")[0], int)
    assert_type(Bytes(b"abc")[:2], Bytes)
    assert_type(Cursor(b"abc").get_u8(), int)


def adaptors_know_what_they_stand_on() -> None:
    assert_type(Chain(Cursor(b"a"), Rope(b"b")).into_inner(), tuple[Cursor, Rope])
    assert_type(Take(Rope(b"abc"), 2).inner, Rope)
    assert_type(Limit(BytesMut(), 2).into_inner(), BytesMut)
    assert_type(Reader(Cursor(b"abc")).into_inner(), Cursor)
    assert_type(Writer(BytesMut()).inner, BytesMut)
    assert_type(Rope(b"a") + b"b", Rope)


def codecs_say_what_they_give() -> None:
    assert_type(RespCodec().decode(BytesMut()), RespFrame | None)
    assert_type(RespServerCodec().decode(BytesMut()), list[bytes] | None)
    assert_type(check(b"+OK\r\n"), int | None)
    assert_type(parse(b"+OK\r\n"), RespFrame)


async def servers_are_context_managers() -> None:
    async with Server(port=0) as server:
        assert_type(server, Server)
        assert_type(server.url, str)
    with run_in_thread() as threaded:
        assert_type(threaded, ThreadServer)


def blocking_clients_return_results() -> None:
    with BlockingClient.from_url("redis://localhost") as client:
        assert_type(client, BlockingClient)
        assert_type(client.get("key"), bytes | None)
        assert_type(client.text.get("key"), str | None)
        assert_type(client.db(1).incr("key"), int)
        with client.pipeline() as p:
            place = p.get("key")
        assert_type(place.result(), bytes | None)
        with client.dedicated() as own:
            assert_type(own.get("key"), bytes | None)
