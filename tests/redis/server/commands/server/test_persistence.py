"""Saving, and the end of the server."""

from __future__ import annotations

import pytest

from framewire.frames.resp import Error
from tests.redis.server.scripted import Clients, ScriptedClient
from tests.serving import Serving, command
from tests.waiting import PATIENCE


class TestTheEnd:
    def test_a_server_in_a_program_cannot_be_ended(self, client: ScriptedClient) -> None:
        assert client("SHUTDOWN NOSAVE") == Error(b"ERR this server is part of a program, which alone can end it")
        assert not client.client.closing

    def test_who_asked_gets_no_reply(self, clients: Clients, client: ScriptedClient) -> None:
        ended: list[bool] = []
        clients.state.on_shutdown = lambda: ended.append(True)
        assert client.batch([b"SHUTDOWN", b"NOW"], [b"SET", b"k", b"v"]) == []
        assert ended == [True]
        assert clients.state.databases[0].values == {}

    def test_saving_is_refused(self, clients: Clients, client: ScriptedClient) -> None:
        clients.state.on_shutdown = lambda: pytest.fail("it was to be saved first")
        for request in ("SAVE", "BGSAVE", "BGSAVE SCHEDULE", "SHUTDOWN SAVE"):
            assert str(client(request)).startswith("ERR this server writes no RDB files")

    @pytest.mark.thorough
    def test_a_process_of_its_own_ends(self) -> None:
        with Serving() as server, server.connect() as client:
            client.sendall(command(b"SHUTDOWN", b"NOSAVE"))
            assert client.recv(100) == b""
            assert server.process.wait(PATIENCE) == 0
