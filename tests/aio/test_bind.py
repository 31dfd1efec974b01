"""Binding the addresses of names: one port for all, and nothing left open where one of them cannot be had."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import pytest

from framewire._listening import close_listening
from framewire.aio.bind import bind_each
from tests.listening import open_files


def found(*hosts: str) -> Any:
    """A `getaddrinfo` that finds these addresses, whatever it is asked for, on the port that it is asked for."""

    async def getaddrinfo(_: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port)) for host in hosts]

    return getaddrinfo


async def test_several_hosts_share_the_port_that_was_free() -> None:
    sockets = await bind_each(["127.0.0.1", "127.0.0.2"], 0, 5)
    names = [sock.getsockname() for sock in sockets]
    close_listening(sockets)
    assert names == [("127.0.0.1", names[0][1]), ("127.0.0.2", names[0][1])]


async def test_a_name_stands_for_its_first_address_that_this_machine_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found("192.0.2.1", "127.0.0.1", "127.0.0.2"))
    (sock,) = await bind_each(["localhost"], 0, 5)
    assert sock.getsockname()[0] == "127.0.0.1"
    close_listening([sock])


async def test_where_one_is_taken_none_stays_open_and_the_error_names_it_as_it_was_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (taken,) = await bind_each(["127.0.0.2"], 0, 5)
    port = taken.getsockname()[1]
    before = open_files()
    with pytest.raises(OSError) as caught:
        await bind_each(["127.0.0.1", "127.0.0.2"], port, 5)
    assert caught.value.errno == errno.EADDRINUSE
    assert open_files() == before
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found("127.0.0.2"))
    with pytest.raises(OSError) as caught:
        await bind_each(["my.host"], port, 5)
    assert caught.value.filename == f"my.host port {port}"
    close_listening([taken])


async def test_a_name_that_nobody_knows_is_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    with pytest.raises(OSError, match="no-such-host port 6379"):
        await bind_each(["no-such-host"], 6379, 5)
