"""Listening sockets: what is bound, and what is left behind."""


from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import pytest

from framewire._listening import close_listening, listen_at, listen_unix
from framewire._listening import listen_tcp as listen_on
from tests.listening import listen_tcp, open_files


async def test_all_addresses_of_a_name_share_the_port_that_was_free() -> None:
    sockets = listen_tcp("", 0, 5)
    try:
        assert len({sock.getsockname()[1] for sock in sockets}) == 1
        assert all(not sock.getblocking() for sock in sockets)
    finally:
        close_listening(sockets)


async def test_a_taken_port_names_itself_and_leaves_nothing_open() -> None:
    (taken,) = listen_tcp("127.0.0.1", 0, 5)
    port = taken.getsockname()[1]
    before = open_files()
    with pytest.raises(OSError) as caught:
        listen_tcp("127.0.0.1", port, 5)
    assert caught.value.errno == errno.EADDRINUSE
    assert str(port) in str(caught.value.filename)
    assert open_files() == before
    close_listening([taken])


async def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(OSError) as caught:
        listen_tcp("192.0.2.1", 0, 5)
    assert caught.value.errno == errno.EADDRNOTAVAIL


async def test_of_several_addresses_the_first_that_is_ours_may_be_enough() -> None:
    def tcp(host: str) -> tuple[int, int, int, str, tuple[str, int]]:
        return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, 0))

    (sock,) = listen_on([tcp("192.0.2.1"), tcp("127.0.0.2"), tcp("127.0.0.1")], 5, at_most=1)
    assert sock.getsockname()[0] == "127.0.0.2"
    close_listening([sock])


def test_a_unix_socket_file_comes_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    sock = listen_unix(str(path), 5)
    assert path.is_socket()
    with pytest.raises(OSError) as caught:  # it is alive
        listen_unix(str(path), 5)
    assert caught.value.errno == errno.EADDRINUSE and caught.value.filename == str(path)
    close_listening([sock])
    assert not path.exists()


def test_a_stale_socket_file_is_replaced_and_another_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    listen_unix(str(path), 5).close()  # as a killed server leaves it
    assert path.is_socket()
    close_listening([listen_unix(str(path), 5)])
    path.write_text("precious")
    with pytest.raises(OSError):
        listen_unix(str(path), 5)
    assert path.read_text() == "precious"


def test_closing_does_not_mind_a_file_that_somebody_has_removed(tmp_path: Path) -> None:
    sock = listen_unix(str(tmp_path / "socket"), 5)
    (tmp_path / "socket").unlink()
    close_listening([sock])
    assert sock.fileno() < 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract names")
def test_an_abstract_name_is_no_file() -> None:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(f"\0framewire-test-{os.getpid()}")
    close_listening([sock])
    assert sock.fileno() < 0


def test_an_address_that_cannot_be_meant_leaves_nothing_open() -> None:
    before = open_files()
    with pytest.raises(OverflowError):
        listen_at(socket.AF_INET, ("127.0.0.1", 70_000), 5)
    assert open_files() == before
