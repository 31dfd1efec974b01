"""One server program on loopback: started, hurt, ended, and nothing of it left."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from framewire.kits import process as module
from framewire.kits.ports import free_port
from framewire.kits.process import ServerProcess, Tls
from framewire.kits.programs import Program, find_program
from framewire.redis.client.errors import ConnectionError, ResponseError
from tests.peers import PEERS, REDIS_7, programs, require
from tests.waiting import until

pytestmark = [pytest.mark.thorough, pytest.mark.peer]


@pytest.fixture(params=PEERS)
def program(request: pytest.FixtureRequest) -> Program:
    return programs()[require(request.param)]


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_answers_where_it_says(program: Program) -> None:
    with ServerProcess(program, ("--databases", "4")) as server:
        assert server.address == ("127.0.0.1", server.port)
        assert server.client.info("server")["process_id"] == server.pid
        assert server.client.config_get("databases") == {"databases": "4"}
        assert Path(server.client.config_get("dir")["dir"]) == server.directory
        assert server.is_running and server.is_awake and not server.is_stopped
        assert repr(server).endswith(f"{program.version} at 127.0.0.1:{server.port}, running>")
        pid, directory = server.pid, server.directory
    assert not is_there(pid) and not directory.exists() and not server.is_running
    server.end()


def test_its_start_leaves_no_connection_behind(program: Program) -> None:
    with ServerProcess(program) as server:
        until(lambda: len(server.client.client_list()) == 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_password_and_ipv6(program: Program, host: str) -> None:
    try:
        free_port(host)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with ServerProcess(program, host=host, password="se cret") as server:
        assert server.client.ping()
        with socket.create_connection(server.address) as stranger:
            stranger.sendall(b"PING\r\n")
            assert stranger.recv(100).startswith(b"-NOAUTH")


def test_tls(_key_and_certificate: tuple[str, str]) -> None:
    """The Valkey of the wheel speaks none."""
    key, certificate = _key_and_certificate
    with ServerProcess(programs()[require(REDIS_7)], tls=Tls(certificate, key, certificate)) as server:
        assert server.client.ping()


# -- hurt -------------------------------------------------------------------------------------------------------------


def test_a_kill_and_a_restart_with_what_was_stored(program: Program) -> None:
    with ServerProcess(program, ("--appendonly", "yes", "--appendfsync", "always")) as server:
        server.client.set("key", "value")
        address, directory, first = server.address, server.directory, server.pid
        server.kill()
        assert not is_there(first) and not server.is_running
        with pytest.raises(ConnectionError):
            server.client.ping()
        server.restart()
        assert (server.address, server.directory) == (address, directory)
        assert server.pid != first and server.client.get("key") == b"value"
        server.restart()
        assert server.client.get("key") == b"value"


def test_a_server_that_still_reads_its_files_is_waited_for(program: Program) -> None:
    slowly = ("--appendonly", "yes", "--key-load-delay", "50")  # microseconds
    with ServerProcess(program, slowly) as server:
        with server.client.pipeline() as pipeline:
            for number in range(20_000):
                pipeline.set(f"key:{number}", number)
        server.restart()
        assert server.client.dbsize() == 20_000


def test_a_stop_and_going_on(program: Program) -> None:
    with ServerProcess(program) as server, socket.create_connection(server.address) as client:
        server.stop()
        assert server.is_stopped and server.is_running and not server.is_awake
        client.sendall(b"PING\r\n")
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        server.resume()
        client.settimeout(None)
        assert client.recv(100) == b"+PONG\r\n" and server.is_awake


@pytest.mark.parametrize("call", ["stop", "resume"])
def test_who_does_not_run_cannot_be_stopped(program: Program, call: str) -> None:
    with ServerProcess(program) as server:
        server.kill()
        server.kill()
        with pytest.raises(RuntimeError, match="does not run"):
            getattr(server, call)()
    with pytest.raises(RuntimeError, match="was never started"):
        _ = ServerProcess(program).pid


# -- the end ----------------------------------------------------------------------------------------------------------


def test_one_that_is_stopped_ends_all_the_same(program: Program) -> None:
    with ServerProcess(program) as server:
        server.stop()
        pid = server.pid
    assert not is_there(pid)


def test_it_ends_with_an_exception(program: Program) -> None:
    server = ServerProcess(program)
    with pytest.raises(ZeroDivisionError), server:
        pid = server.pid
        raise ZeroDivisionError
    assert not is_there(pid)


def test_one_that_nobody_ended_ends_with_its_last_reference(program: Program) -> None:
    server = ServerProcess(program).start()
    pid = server.pid
    with pytest.warns(ResourceWarning):
        del server
        gc.collect()
    assert not is_there(pid)


def test_one_that_nobody_ended_ends_with_the_interpreter(program: Program) -> None:
    """But not with a child that was forked."""
    code = f"""
import os
from framewire.kits.process import ServerProcess
from framewire.kits.programs import Program
server = ServerProcess({program!r}).start()
if not os.fork():
    raise SystemExit(0)
os.wait()
print(server.pid, server.client.ping())
"""
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    pid, pong = said.stdout.split()
    assert pong == "True" and not is_there(int(pid))


# -- starts that fail -------------------------------------------------------------------------------------------------


def test_the_log_says_why_it_did_not_start(program: Program) -> None:
    server = ServerProcess(program, ("--nonsense", "yes"))
    with pytest.raises(RuntimeError, match=r"(?s)did not start; the end of its log:.*nonsense"):
        server.start()
    with pytest.raises(RuntimeError, match="has no directory"):
        _ = server.directory


def test_a_port_that_was_taken_meanwhile(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a server that answers, too: it is not taken for ours."""
    with ServerProcess(program) as other:
        ports = iter([other.port, other.port, free_port()])
        monkeypatch.setattr(module, "free_port", lambda host: next(ports))
        with ServerProcess(program) as server:
            assert server.port != other.port and server.client.ping()
        assert next(ports, None) is None


def test_one_that_starts_again_waits_for_its_port(program: Program) -> None:
    with ServerProcess(program) as server:
        address = server.address
        server.kill()
        with socket.create_server(address) as taken:
            server.launch()
            until(lambda: not server.is_running)
            taken.close()
        server.ready()
        assert server.address == address and server.client.ping()


def test_it_starts_once_at_a_time(program: Program) -> None:
    with ServerProcess(program) as server, pytest.raises(RuntimeError, match="runs already"):
        server.start()


def test_its_client_tries_nothing_twice(program: Program) -> None:
    with ServerProcess(program) as server, pytest.raises(ResponseError, match="unknown command"):
        server.client.execute("NONSENSE")


def test_a_name_will_do_for_a_program() -> None:
    require()
    with ServerProcess() as server:
        assert server.program == find_program()
