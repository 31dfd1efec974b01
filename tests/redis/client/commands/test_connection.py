"""Links: requests and results."""

from __future__ import annotations

from datetime import timedelta

import pytest

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.commands.connection import Connections
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(lambda c: c.ping(), "PING", Simple(b"PONG"), True),
    Row(lambda c: c.ping("x"), "PING x", b"x"),
    Row(lambda c: c.echo(1), "ECHO 1", b"1"),
    Row(lambda c: c.client_id(), "CLIENT ID", 7),
    Row(lambda c: c.client_getname(), "CLIENT GETNAME", None),
    Row(lambda c: c.client_getname(), "CLIENT GETNAME", b"me", "me"),
    Row(
        lambda c: c.client_info(), "CLIENT INFO",
        Verbatim(b"txt", b"id=3 addr=127.0.0.1:4711 fd=8 name=12 db=0 multi=-1 user=7 lib-ver=1\n"),
        {"id": 3, "addr": "127.0.0.1:4711", "fd": 8, "name": "12", "db": 0, "multi": -1, "user": "7", "lib-ver": "1"},
    ),
    Row(
        lambda c: c.client_list(), "CLIENT LIST", Verbatim(b"txt", b"id=3 name= user=default\nid=4 name=a=b\n"),
        [{"id": "3", "name": "", "user": "default"}, {"id": "4", "name": "a=b"}],
    ),
    Row(lambda c: c.client_list("pubsub"), "CLIENT LIST TYPE pubsub", Verbatim(b"txt", b""), []),
    Row(lambda c: c.client_list(client_id=[3, 4]), "CLIENT LIST ID 3 4", Verbatim(b"txt", b"id=3\n"), [{"id": "3"}]),
    Row(lambda c: c.client_kill("127.0.0.1:4711"), "CLIENT KILL 127.0.0.1:4711", b"OK", True),
    Row(
        lambda c: c.client_kill_filter(3, "normal", "a:1", False, "b:2", "u", 60),
        "CLIENT KILL TYPE normal SKIPME NO ID 3 ADDR a:1 LADDR b:2 USER u MAXAGE 60", 1,
    ),
    Row(lambda c: c.client_kill_filter(skipme=True), "CLIENT KILL SKIPME YES", 0),
    Row(lambda c: c.client_pause(100), "CLIENT PAUSE 100 ALL", b"OK", True),
    Row(lambda c: c.client_pause(timedelta(seconds=1), all=False), "CLIENT PAUSE 1000 WRITE", b"OK", True),
    Row(lambda c: c.client_unpause(), "CLIENT UNPAUSE", b"OK", True),
    Row(lambda c: c.client_unblock(3), "CLIENT UNBLOCK 3 TIMEOUT", 0, False),
    Row(lambda c: c.client_unblock(3, error=True), "CLIENT UNBLOCK 3 ERROR", 1, True),
    Row(lambda c: c.client_getredir(), "CLIENT GETREDIR", -1),
    Row(
        lambda c: c.client_trackinginfo(), "CLIENT TRACKINGINFO",
        {b"flags": {Simple(b"on"), Simple(b"bcast")}, b"redirect": 0, b"prefixes": [b"a"]},
        {"flags": ["bcast", "on"], "redirect": 0, "prefixes": [b"a"]},
    ),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.client_list("slow"),
    lambda c: c.client_kill_filter(),
    lambda c: c.client_kill_filter(_type="slow"),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(Connections)
