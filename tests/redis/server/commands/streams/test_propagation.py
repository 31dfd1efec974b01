"""What the append-only file holds of changes to streams, and what it does when it is run again."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error
from framewire.redis.server.persistence.log import Unit
from framewire.redis.server.persistence.recorder import Recorder
from tests.redis.server.commands.streams.histories import ADDED, GROUP, READ
from tests.redis.server.scripted import NOON, Clients, ScriptedClient

# Each row: requests, what is logged for the last one.
LOGGED: list[tuple[str, list[str]]] = [
    ("XADD s * a 1", [f"XADD s {NOON}-0 a 1"]),
    ("XADD s 5-* a 1", ["XADD s 5-0 a 1"]),
    ("XADD s 5 a 1", ["XADD s 5-0 a 1"]),
    ("XADD s 5-1 a 1", ["XADD s 5-1 a 1"]),
    ("XADD s NOMKSTREAM * a 1", []),
    (f"{ADDED},XADD s MAXLEN 2 4-1 a 1", ["XADD s MAXLEN 2 4-1 a 1"]),
    (f"{ADDED},XADD s MAXLEN ~ 2 LIMIT 9 4-1 a 1", ["XADD s MAXLEN = 4 4-1 a 1"]),
    (f"{ADDED},XADD s NOMKSTREAM MINID ~ 3 4-1 a 1", ["XADD s MINID = 1-1 4-1 a 1"]),
    (f"{ADDED},XTRIM s MAXLEN 1", ["XTRIM s MAXLEN = 1"]),
    (f"{ADDED},XTRIM s MINID ~ 9", ["XTRIM s MINID = 0-0"]),
    (f"{ADDED},XTRIM s MAXLEN 9", []),
    (f"{ADDED},XDEL s 9", []),
    (f"{ADDED},XDEL s 1", []),
    (f"{ADDED},XDEL s 1-1", ["XDEL s 1-1"]),
    (f"{ADDED},XREAD STREAMS s 0", []),
    (f"{ADDED},XGROUP CREATE s g $", ["XGROUP CREATE s g $"]),
    (f"{GROUP},XREADGROUP GROUP g c COUNT 1 STREAMS s >", [
        "XGROUP CREATECONSUMER s g c", f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
        "XGROUP SETID s g 1-1 ENTRIESREAD 1",
    ]),
    (f"{READ},XREADGROUP GROUP g c NOACK STREAMS s >", ["XGROUP SETID s g 3-1 ENTRIESREAD 3"]),
    (f"{READ},XREADGROUP GROUP g c COUNT 1 STREAMS s 0", [
        f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 2 FORCE JUSTID LASTID 2-1"
    ]),
    (f"{READ},XREADGROUP GROUP g c STREAMS s 9", []),
    (f"{READ},XACK s g 9-9", []),
    (f"{READ},XACK s g 1-1", ["XACK s g 1-1"]),
    (f"{READ},XCLAIM s g c 0 1-1 IDLE 50 LASTID 3-1", [
        f"XCLAIM s g c 0 1-1 TIME {NOON - 50} RETRYCOUNT 2 FORCE JUSTID LASTID 3-1",
        "XGROUP SETID s g 3-1 ENTRIESREAD 2",
    ]),
    (f"{READ},XCLAIM s g d 9 1-1", []),
    (f"{READ},XDEL s 1-1,XAUTOCLAIM s g c 0 0 COUNT 1", [
        f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 1 FORCE JUSTID LASTID 2-1"
    ]),
    (f"{READ},XAUTOCLAIM s g c 0 (1-1", [f"XCLAIM s g c 0 2-1 TIME {NOON} RETRYCOUNT 2 FORCE JUSTID LASTID 2-1"]),
]  # fmt: skip


@pytest.mark.parametrize(("requests", "logged"), LOGGED)
def test_what_is_logged(clients: Clients, client: ScriptedClient, requests: str, logged: list[str]) -> None:
    units: list[Unit] = []
    Recorder(clients.state, units.append).start()
    for request in requests.split(","):
        units.clear()
        assert not isinstance(client(request), Error)
    assert [b" ".join(request).decode() for unit in units for _, request in unit] == logged


class TestRunAgain:
    """While an append-only file is read, what it says of times is true."""

    @pytest.fixture
    def loading(self, clients: Clients, client: ScriptedClient) -> ScriptedClient:
        clients.state.loading = True
        return client

    def test_times_are_those_of_the_file(self, clients: Clients, loading: ScriptedClient) -> None:
        for request in (*GROUP.split(","), f"XCLAIM s g c 0 1-1 TIME {NOON} RETRYCOUNT 3 FORCE JUSTID"):
            loading(request)
        clients.state.loading, clients.now = False, NOON + 70
        assert loading("XPENDING s g - + 9") == [[b"1-1", b"c", 70, 3]]

    def test_no_consumer_was_seen_before_the_server_was_there(self, clients: Clients, loading: ScriptedClient) -> None:
        for request in (*GROUP.split(","), "XGROUP CREATECONSUMER s g c"):
            loading(request)
        clients.state.loading, clients.now = False, NOON + 70
        (consumer,) = loading("XINFO CONSUMERS s g")
        assert consumer[b"idle"] == 70

    def test_a_limit_had_its_effect_already(self, loading: ScriptedClient) -> None:
        """As Redis logs it: `~` became `=`, and LIMIT, which is refused with that, stayed."""
        for request in ADDED.split(","):
            loading(request)
        assert loading("XADD s MAXLEN = 2 LIMIT 1 4-1 a 1") == b"4-1"
        assert loading("XLEN s") == 2
