"""Which lines are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from framewire.cli.client.history import history_file, is_secret

SECRET = [
    b"AUTH secret", b"auth user secret", b"HELLO 3 AUTH user secret", b"2 AUTH secret", b'AUTH "se cret"', b'auth "x',
    b"CONFIG SET requirepass x", b"config set maxmemory 1 masterauth x", b"CONFIG SET tls-key-file-pass x",
    b"ACL SETUSER u on >secret", b"MIGRATE h 1 k 0 1 AUTH secret", b"migrate h 1 k 0 1 auth2 u p", b'"AUTH" x',
]  # fmt: skip
OPEN = [
    b"", b"GET k", b"HELLO 3", b"CONFIG SET maxmemory 1", b"CONFIG GET *", b"ACL WHOAMI", b"ACL LIST", b"NOSUCH x",
    b"MIGRATE h 1 k 0 1", b"QUIT", b"SET auth x",
]  # fmt: skip


@pytest.mark.parametrize("line", SECRET)
def test_secret(line: bytes) -> None:
    assert is_secret(line)


@pytest.mark.parametrize("line", OPEN)
def test_open(line: bytes) -> None:
    assert not is_secret(line)


def test_where_it_is() -> None:
    assert history_file({}) == Path.home() / ".framewire_history"
    assert history_file({"FRAMEWIRE_HISTFILE": "/tmp/x"}) == Path("/tmp/x")
    assert history_file({"FRAMEWIRE_HISTFILE": ""}) is None
