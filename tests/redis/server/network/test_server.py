"""`Server` and `run_in_thread`: embedding, addresses, limits, pub/sub between clients, shutdown."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from redis.backoff import NoBackoff
from redis.retry import Retry

from framewire.redis import Config, Server, ThreadServer, run_in_thread
from framewire.redis.server.network.pump import ClientPump
from framewire.redis.server.persistence.persistence import Persistence
from tests.redis.server.network.talking import Talker
from tests.serving import command, read_exactly, read_to_end
from tests.waiting import PATIENCE, until, until_in_loop

PING = command(b"PING")


async def test_embedded_in_two_lines() -> None:
    async with Server(port=0) as server:
        async with redis.asyncio.from_url(server.url) as client:
            assert await client.set("key", "value")
            assert await client.get("key") == b"value"


def test_embedded_in_a_thread() -> None:
    with run_in_thread() as server, redis.from_url(server.url) as client:
        assert client.ping()
        assert server.url == f"redis://127.0.0.1:{server.port}/0"


def test_a_thread_may_be_stopped_twice_and_from_several_threads_but_not_started_again() -> None:
    server = run_in_thread()
    stopping = [threading.Thread(target=server.stop) for _ in range(8)]
    for thread in stopping:
        thread.start()
    for thread in stopping:
        thread.join(PATIENCE)
    server.stop()
    assert not server._thread.is_alive()
    with pytest.raises(RuntimeError):
        server.start()
    ThreadServer(port=0).stop()  # never started


def test_a_failure_after_the_start_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: failures.append(arguments.exc_value))

    async def close(server: Server) -> None:
        await server.close()
        raise RuntimeError("cannot close")

    with monkeypatch.context() as patch:
        patch.setattr(Server, "__aexit__", lambda server, *_: close(server))
        run_in_thread().stop()
    assert [str(error) for error in failures] == ["cannot close"]


def test_a_password_is_in_the_url() -> None:
    with run_in_thread(requirepass="s3:cr/t") as server:
        with redis.from_url(server.url) as client:
            assert client.ping()
        once = Retry(NoBackoff(), 0)  # redis-py would ask again, later and later
        with redis.Redis(port=server.port, retry=once) as client, pytest.raises(redis.AuthenticationError):
            client.ping()


def test_a_password_of_any_bytes_is_in_the_url_and_nowhere_else() -> None:
    with run_in_thread(requirepass=b"\xff\xfe pass") as server:
        assert server.url == f"redis://:%FF%FE%20pass@127.0.0.1:{server.port}/0"


def test_a_unix_socket_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with run_in_thread(unixsocket=str(path), port=None) as server, redis.from_url(server.url) as client:
        assert client.ping()
        assert server.port == 0
    assert not path.exists()


def test_a_stale_unix_socket_is_replaced_and_a_live_one_is_not(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    with run_in_thread(unixsocket=path, port=None):
        with pytest.raises(OSError) as taken:
            run_in_thread(unixsocket=path, port=None)
        assert taken.value.errno == errno.EADDRINUSE
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
            client.sendall(PING)
            assert client.recv(7) == b"+PONG\r\n"


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(OSError) as taken:
        run_in_thread(unixsocket=str(path))
    assert taken.value.errno == errno.EADDRINUSE
    assert taken.value.filename == str(path)
    assert path.read_text() == "data"


async def test_closing_again_removes_no_socket_of_another(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    first = await Server(port=None, unixsocket=path).start()
    await first.close()
    async with Server(port=None, unixsocket=path):
        await first.close()
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(PING)
        assert await reader.readexactly(7) == b"+PONG\r\n"
        writer.close()


async def test_a_name_may_stand_for_an_address_that_this_machine_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `localhost` does for `::1` in many containers."""

    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        tcp = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
        return [(*tcp, ("192.0.2.1", 0)), (*tcp, ("127.0.0.1", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with Server(port=0, bind="localhost") as server:
        assert server.host == "127.0.0.1"


async def test_several_addresses_share_a_port(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with Server(port=0, bind="127.0.0.1 127.0.0.2", unixsocket=path, requirepass="secret") as server:
        assert server.addresses == [
            f"redis://127.0.0.1:{server.port}/0", f"redis://127.0.0.2:{server.port}/0", f"unix://{path}"
        ]  # fmt: skip


def test_a_taken_port_is_an_os_error() -> None:
    with run_in_thread() as server:
        with pytest.raises(OSError) as taken:
            run_in_thread(port=server.port)
        assert taken.value.errno == errno.EADDRINUSE
        assert f"127.0.0.1 port {server.port}" in str(taken.value)


def test_servers_do_not_share_keys() -> None:
    with run_in_thread() as one, run_in_thread() as other:
        with redis.from_url(one.url) as a, redis.from_url(other.url) as b:
            a.set("key", 1)
            assert b.get("key") is None


def test_servers_do_not_share_parameters() -> None:
    config = Config(port=0)
    with run_in_thread(config=config) as one, run_in_thread(config=config, requirepass="secret") as other:
        with redis.from_url(one.url) as a, redis.from_url(other.url) as b:
            assert a.config_set("timeout", 7)
            assert [int(value) for value in b.config_get("timeout").values()] == [0]
    assert config == Config(port=0)


def test_idle_clients_are_closed_and_busy_ones_are_not() -> None:
    """Time is passed in: the server's timer is real, but goes by the clock of the test."""
    with run_in_thread(timeout=60) as server:
        state = server._server.state
        clock = [state.now()]
        state.now = lambda: clock[0]
        address = server.host, server.port
        with socket.create_connection(address, PATIENCE) as idle, socket.create_connection(address, PATIENCE) as busy:
            ping(idle)
            for _ in range(2):
                ping(busy)
                clock[0] += 40_000
            assert idle.recv(1) == b""
            ping(busy)


def ping(client: socket.socket) -> None:
    client.sendall(PING)
    assert read_exactly(client, 7) == b"+PONG\r\n"


def test_messages_reach_subscribers_in_order_and_one_read_is_one_write() -> None:
    with run_in_thread() as server, socket.create_connection((server.host, server.port), 10) as subscriber:
        subscriber.sendall(command(b"SUBSCRIBE", b"news"))
        confirmation = b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n"
        assert read_exactly(subscriber, len(confirmation)) == confirmation
        with socket.create_connection((server.host, server.port), 10) as publisher:
            publisher.sendall(b"".join(command(b"PUBLISH", b"news", b"%03d" % n) for n in range(100)))
            assert read_exactly(publisher, 400) == b":1\r\n" * 100
        expected = b"".join(command(b"message", b"news", b"%03d" % n) for n in range(100))
        assert read_exactly(subscriber, len(expected)) == expected


def test_a_subscriber_that_never_reads_is_closed_at_its_limit(caplog: pytest.LogCaptureFixture) -> None:
    with run_in_thread(client_output_buffer_limit="pubsub 1mb 0 0") as server, redis.from_url(server.url) as publisher:
        with socket.create_connection((server.host, server.port), 10) as subscriber:
            subscriber.sendall(command(b"SUBSCRIBE", b"flood"))
            assert subscriber.recv(1) == b"*"
            for _ in range(1000):
                if publisher.publish("flood", b"x" * 60_000) == 0:
                    break
            else:
                pytest.fail("60 MB were taken for a subscriber that does not read, limit 1 MiB")
    assert "more than its limit" in caplog.text


def test_a_pipeline_is_answered_although_its_sender_has_ended_its_side() -> None:
    with run_in_thread() as server, socket.create_connection((server.host, server.port), 30) as client:
        client.sendall(command(b"SET", b"k", b"v" * 100_000) + command(b"GET", b"k") * 500)
        client.shutdown(socket.SHUT_WR)
        assert len(read_to_end(client)) == 5 + 500 * (100_000 + 11)


def test_quit_is_answered_then_closed_and_later_requests_are_not_run() -> None:
    with run_in_thread() as server, socket.create_connection((server.host, server.port), 10) as client:
        client.sendall(command(b"QUIT") + command(b"SET", b"late", b"1"))
        assert read_to_end(client) == b"+OK\r\n"
        with redis.from_url(server.url) as other:
            assert other.exists("late") == 0


async def test_shutdown_answers_what_was_asked_and_closes() -> None:
    server = await Server(port=0).start()
    reader, writer = await asyncio.open_connection(server.host, server.port)
    writer.write(PING)
    assert await reader.readexactly(7) == b"+PONG\r\n"
    await server.close()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError):
        await asyncio.open_connection(server.host, server.port)


async def test_a_start_that_is_given_up_leaves_the_directory_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while what is on disk is being loaded, which goes on in its thread."""
    loading, go_on, load = threading.Event(), threading.Event(), Persistence.load

    def slow_load(persistence: Persistence) -> None:
        loading.set()
        assert go_on.wait(10)
        load(persistence)

    monkeypatch.setattr(Persistence, "load", slow_load)
    start = asyncio.create_task(Server(port=0, dir=str(tmp_path), appendonly=True).start())
    await asyncio.to_thread(loading.wait, 10)
    start.cancel()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await start
    async with Server(port=0, dir=str(tmp_path), appendonly=True):
        pass


async def test_shutdown_has_a_deadline_for_clients_that_do_not_read(caplog: pytest.LogCaptureFixture) -> None:
    server = await Server(port=0, shutdown_timeout=0.2).start()
    with socket.create_connection((server.host, server.port)) as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, command(b"SET", b"k", b"x" * 5_000_000) + command(b"GET", b"k") * 8)
        await until_in_loop(lambda: server.state.stats.commands_processed == 9)
        await server.close()
    assert "aborting 1 clients" in caplog.text


async def test_a_client_that_arrives_while_the_server_stops_is_closed() -> None:
    server = await Server(port=0, shutdown_timeout=3600).start()
    (endpoint,) = server._listening.endpoints
    with socket.create_connection((server.host, server.port)) as client:
        endpoint.acceptor._accept(endpoint.acceptor.sockets[0])
        assert server._listening.connection_count == 1
        assert len(server.connections) == 0
        await server.close()
        assert client.recv(1) == b""


async def test_a_stop_that_is_cancelled_leaves_no_client() -> None:
    server = await Server(port=0, shutdown_timeout=60).start()
    with socket.create_connection((server.host, server.port)) as client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, command(b"SET", b"k", b"x" * 5_000_000) + command(b"GET", b"k") * 8)
        await until_in_loop(lambda: server.state.stats.commands_processed == 9)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.close(), 0.1)
        await asyncio.sleep(0)
        assert len(server.connections) == 0


async def test_a_client_that_is_just_being_opened_does_not_count_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Server(port=0, maxclients=2) as server:
        opened, late = server.connections.opened, []
        acceptor = server._listening.endpoints[0].acceptor

        def open_and_accept_another(pump: ClientPump) -> None:
            opened(pump)
            if not late:
                late.append(socket.create_connection((server.host, server.port)))
                acceptor._accept(acceptor.sockets[0])

        monkeypatch.setattr(server.connections, "opened", open_and_accept_another)
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(PING)
        assert await reader.readexactly(7) == b"+PONG\r\n"
        late[0].setblocking(False)
        await asyncio.get_running_loop().sock_sendall(late[0], PING)
        assert await asyncio.get_running_loop().sock_recv(late[0], 100) == b"+PONG\r\n"
        late[0].close()
        writer.close()


def test_parameters_that_change_at_run_time_are_obeyed() -> None:
    with run_in_thread() as server, redis.from_url(server.url) as client:
        with socket.create_connection((server.host, server.port), 10) as other:
            other.sendall(PING)
            assert read_exactly(other, 7) == b"+PONG\r\n"
            assert client.config_set("proto-max-bulk-len", 1024 * 1024)
            other.sendall(b"*2\r\n$4\r\nECHO\r\n$1048577\r\n")
            assert read_to_end(other) == b"-ERR Protocol error: invalid bulk length\r\n"
        assert client.config_set("proto-max-bulk-len", 2**63 - 1)
        assert client.config_set("client-query-buffer-limit", 1024 * 1024)
        with socket.create_connection((server.host, server.port), 10) as other:
            other.sendall(b"*2\r\n$4\r\nECHO\r\n$1048577\r\n")
            assert read_to_end(other).startswith(b"-ERR Protocol error: ")
        assert client.config_set("tcp-keepalive", 2**31 - 1)  # more than the system takes
        server_says(server.port, PING, b"+PONG\r\n")


def server_says(port: int, request: bytes, reply: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(request)
        assert read_exactly(client, len(reply)) == reply


def test_a_password_that_is_taken_away_lets_waiting_strangers_in() -> None:
    with run_in_thread(requirepass="secret") as server, redis.from_url(server.url) as client:
        with socket.create_connection((server.host, server.port), 10) as stranger:
            stranger.sendall(PING)
            assert read_exactly(stranger, 5) == b"-NOAU"
            assert client.config_set("requirepass", "")
            stranger.sendall(command(b"HELLO") + command(b"ECHO", b"y" * 20_000))
            expected = b"$20000\r\n" + b"y" * 20_000 + b"\r\n"
            answer = b""
            while not answer.endswith(expected):
                answer += stranger.recv(1 << 20)
        assert client.config_set("requirepass", "new")
        assert client.ping()  # who is in stays in
        server_says(server.port, PING, b"-NOAUTH Authentication required.\r\n")


@pytest.mark.parametrize("code", [errno.EMFILE, errno.EPROTO, errno.EPERM])
async def test_accepting_rests_after_any_failure(code: int, caplog: pytest.LogCaptureFixture) -> None:
    """That it goes on behind that is tested with the toolkit, whose acceptor it is; the words are ours."""

    class Failing:
        def accept(self) -> None:
            raise OSError(code, os.strerror(code))

    async with Server(port=0) as server:
        acceptor = server._listening.endpoints[0].acceptor
        acceptor._accept(Failing())  # type: ignore[arg-type]
        assert acceptor._retry is not None
    assert f"cannot accept clients: {os.strerror(code)}" in caplog.text


def test_keys_expire_without_being_asked_for() -> None:
    with run_in_thread() as server, redis.from_url(server.url) as client:
        for number in range(100):
            client.set(f"key:{number}", "v", px=50)
        until(lambda: client.dbsize() == 0)


@pytest.mark.parametrize("parameters", [{"port": 70_000}, {"no_such": 1}])
def test_a_wrong_parameter_is_refused_at_once(parameters: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        run_in_thread(**parameters)


def test_no_test_here_left_an_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), run_in_thread() as server, redis.from_url(server.url) as client:
        for _ in range(10):
            client.ping()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


# -- without an address -----------------------------------------------------------------------------------------------


async def test_a_client_in_memory_and_one_on_a_socket_share_the_keys() -> None:
    async with Server(port=0) as server:
        _, talker = server.open_connection(Talker)
        assert await talker.ask(command(b"SET", b"key", b"value")) == b"+OK\r\n"
        async with redis.asyncio.from_url(server.url) as client:
            assert await client.get("key") == b"value"
            assert {"memory:0"} <= {other["addr"] for other in await client.client_list()}
        talker.transport.close()
        await talker.wait_lost()


async def test_a_server_that_listens_nowhere() -> None:
    async with Server(listen=False, requirepass="secret") as server:
        assert (server.host, server.port, server.tls_port, server.url, server.addresses) == ("", 0, 0, "", [])
        _, talker = server.open_connection(Talker)
        assert (await talker.ask(PING)).startswith(b"-NOAUTH")
        assert await talker.ask(command(b"AUTH", b"secret")) == b"+OK\r\n"


async def test_large_values_in_memory() -> None:
    value = os.urandom(3_000_000)
    async with Server(listen=False) as server:
        _, talker = server.open_connection(Talker)
        assert await talker.ask(command(b"SET", b"key", value)) == b"+OK\r\n"
        expected = b"$%d\r\n%b\r\n" % (len(value), value)
        talker.transport.write(command(b"GET", b"key") * 3)
        assert await talker.read_exactly(3 * len(expected)) == expected * 3


async def test_messages_reach_clients_in_memory_and_their_waits_end() -> None:
    async with Server(listen=False) as server:
        talkers = [server.open_connection(Talker)[1] for _ in range(3)]
        await talkers[0].ask(command(b"SUBSCRIBE", b"news"))
        talkers[1].transport.write(command(b"BLPOP", b"list", b"0"))
        assert await talkers[2].ask(command(b"PUBLISH", b"news", b"it works")) == b":1\r\n"
        assert b"it works" in await talkers[0].read()
        assert await talkers[2].ask(command(b"RPUSH", b"list", b"x")) == b":1\r\n"
        assert await talkers[1].read() == b"*2\r\n$4\r\nlist\r\n$1\r\nx\r\n"


async def test_the_end_of_the_server_sends_what_was_answered_and_closes_clients_in_memory() -> None:
    async with Server(listen=False) as server:
        _, talker = server.open_connection(Talker)
        talker.transport.write(PING)
        await asyncio.sleep(0)
    assert await talker.read() == b"+PONG\r\n"
    assert await talker.wait_lost() is None


async def test_a_client_in_memory_that_takes_no_reply_is_aborted_at_the_end() -> None:
    async with Server(listen=False, shutdown_timeout=0) as server:
        _, talker = server.open_connection(Talker)
        talker.transport.pause_reading()
        talker.transport.write(PING)
        await until_in_loop(lambda: server.state.stats.commands_processed)
    assert isinstance(await talker.wait_lost(), ConnectionResetError)


async def test_one_client_too_many_in_memory() -> None:
    async with Server(listen=False, maxclients=1) as server:
        _, talker = server.open_connection(Talker)
        with pytest.raises(ConnectionRefusedError, match="max number of clients reached"):
            server.open_connection(Talker)
        assert b"rejected_connections:1" in await talker.ask(command(b"INFO", b"stats"))
        talker.transport.close()
        await talker.wait_lost()
        await until_in_loop(lambda: not server._listening.connection_count)
        server.open_connection(Talker)


async def test_nobody_is_joined_in_memory_to_a_server_that_does_not_run_or_runs_elsewhere() -> None:
    server = Server(listen=False)
    with pytest.raises(ConnectionRefusedError):
        server.open_connection(Talker)
    async with server:
        with pytest.raises(RuntimeError, match="in another event loop"):
            await asyncio.to_thread(asyncio.run, _open_in(server))
    with pytest.raises(ConnectionRefusedError):
        server.open_connection(Talker)


async def _open_in(server: Server) -> None:
    server.open_connection(Talker)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(PATIENCE)
        yield ours, theirs


async def test_a_socket_that_is_connected_already_is_adopted(ends: tuple[socket.socket, socket.socket]) -> None:
    async with Server(listen=False) as server:
        server.adopt(ends[1])
        ends[0].sendall(PING)
        assert await asyncio.to_thread(ends[0].recv, 100) == b"+PONG\r\n"
    assert await asyncio.to_thread(ends[0].recv, 100) == b""


async def test_an_adopted_socket_that_is_one_too_many_is_told_so(ends: tuple[socket.socket, socket.socket]) -> None:
    async with Server(listen=False, maxclients=1) as server:
        server.open_connection(Talker)
        server.adopt(ends[1])
        assert await asyncio.to_thread(read_to_end, ends[0]) == b"-ERR max number of clients reached\r\n"


async def test_a_server_that_has_stopped_closes_what_it_is_to_adopt(ends: tuple[socket.socket, socket.socket]) -> None:
    async with Server(listen=False) as server:
        pass
    server.adopt(ends[1])
    assert ends[1].fileno() == -1


def test_a_thread_adopts_sockets(ends: tuple[socket.socket, socket.socket]) -> None:
    with run_in_thread(listen=False) as server:
        server.adopt(ends[1])
        ends[0].sendall(PING)
        assert read_exactly(ends[0], 7) == b"+PONG\r\n"
    assert ends[0].recv(100) == b""
    ours, theirs = socket.socketpair()
    with ours:
        with pytest.raises(RuntimeError):
            server.adopt(theirs)
        assert theirs.fileno() == -1


def test_what_a_thread_did_not_come_to_before_its_end_is_let_down(ends: tuple[socket.socket, socket.socket]) -> None:
    server = run_in_thread(listen=False)
    question: Future[None] = Future()
    server._asked.add(question)
    server._adopting.add(ends[1])
    server.stop()
    assert isinstance(question.exception(0), RuntimeError)
    assert ends[1].fileno() == -1
