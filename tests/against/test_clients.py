"""Unchanged clients against `framewire serve`: redis-cli, redis-benchmark, redis-py in both protocols, our own cli."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import redis.asyncio

from tests.serving import Serving


def tool(name: str) -> str:
    """The path of an installed program; a missing one is a skip on a laptop and a failure in CI."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{name} is not installed")
    return str(path)


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def server(request: pytest.FixtureRequest) -> Iterator[Serving]:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    with Serving("--loop", request.param) as server:
        yield server


@pytest.fixture(params=[2, 3])
def client(server: Serving, request: pytest.FixtureRequest) -> Iterator[redis.Redis]:
    with redis.Redis(port=server.port, protocol=request.param) as client:
        client.flushall()
        yield client


def run(*command: str, stdin: str = "") -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, input=stdin, timeout=60).stdout


class TestRedisCli:
    @pytest.mark.parametrize("protocol", ["-2", "-3"])
    def test_requests_from_the_command_line(self, server: Serving, protocol: str) -> None:
        cli = [tool("redis-cli"), "-p", str(server.port), protocol]
        assert run(*cli, "SET", "greeting", "hello world") == "OK\n"
        assert run(*cli, "GET", "greeting") == "hello world\n"
        assert run(*cli, "--no-raw", "GET", "missing") == "(nil)\n"
        assert run(*cli, "--no-raw", "INCR", "greeting") == "(error) ERR value is not an integer or out of range\n"

    def test_requests_from_a_pipe(self, server: Serving) -> None:
        requests = "SET a 1\nINCR a\nGET a\nnonsense\nPING\n"
        lines = run(tool("redis-cli"), "-p", str(server.port), stdin=requests).splitlines()
        assert [line for line in lines if line] == [
            "OK", "2", "2", "ERR unknown command 'nonsense', with args beginning with: ", "PONG",
        ]  # fmt: skip

    def test_mass_insertion(self, server: Serving) -> None:
        requests = "".join(f"SET mass:{n} {n}\r\n" for n in range(10_000))
        assert "errors: 0, replies: 10000" in run(tool("redis-cli"), "-p", str(server.port), "--pipe", stdin=requests)

    def test_it_shows_server_information(self, server: Serving) -> None:
        assert "redis_version:7.0." in run(tool("redis-cli"), "-p", str(server.port), "INFO", "server")


@pytest.mark.parametrize("pipeline", ["1", "16"])
def test_redis_benchmark(server: Serving, pipeline: str) -> None:
    command = [tool("redis-benchmark"), "-p", str(server.port), "-t", "ping,set,get", "-P", pipeline]
    output = run(*command, "-n", "5000", "-q")
    assert output.count("requests per second") == 4  # PING_INLINE, PING_MBULK, SET, GET
    assert "rror" not in output


class TestRedisPy:
    def test_strings(self, client: redis.Redis) -> None:
        assert client.set("k", b"\x00\xff\r\n") is True
        assert client.get("k") == b"\x00\xff\r\n"
        assert client.set("k", "v", nx=True) is None
        assert client.set("k", "w", get=True) == b"\x00\xff\r\n"
        assert client.incr("n", 1) == 1
        assert client.delete("k", "n", "missing") == 2

    def test_expiry(self, client: redis.Redis) -> None:
        client.set("k", "v", ex=100)
        assert 99 <= client.ttl("k") <= 100
        assert client.persist("k") is True
        assert client.ttl("k") == -1
        assert client.pexpire("k", 20) is True
        deadline = time.monotonic() + 5
        while client.exists("k"):
            assert time.monotonic() < deadline
        assert client.ttl("k") == -2

    def test_errors_are_the_client_library_s_own_classes(self, client: redis.Redis) -> None:
        client.set("k", "text")
        with pytest.raises(redis.ResponseError, match="not an integer"):
            client.incr("k")
        with pytest.raises(redis.ResponseError, match="unknown command"):
            client.execute_command("NOSUCH")
        with pytest.raises(redis.ResponseError, match="wrong number of arguments"):
            client.execute_command("GET")

    def test_pipelines(self, client: redis.Redis) -> None:
        with client.pipeline(transaction=False) as pipeline:
            for number in range(1000):
                pipeline.set(f"p:{number}", number).get(f"p:{number}")
            replies = pipeline.execute()
        assert replies == [item for number in range(1000) for item in (True, b"%d" % number)]

    def test_a_large_value(self, client: redis.Redis) -> None:
        value = os.urandom(5 * 1024 * 1024)
        client.set("large", value)
        assert client.get("large") == value

    def test_pub_sub(self, client: redis.Redis) -> None:
        with client.pubsub() as pubsub:
            pubsub.subscribe("news")
            pubsub.psubscribe("w*")
            kinds = [pubsub.get_message(timeout=5)["type"] for _ in range(2)]
            assert kinds == ["subscribe", "psubscribe"]
            assert client.publish("news", "one") == 1
            assert client.publish("weather", b"\xff") == 1
            assert pubsub.get_message(timeout=5)["data"] == b"one"
            message = pubsub.get_message(timeout=5)
            assert (message["pattern"], message["channel"], message["data"]) == (b"w*", b"weather", b"\xff")
            pubsub.unsubscribe()
            pubsub.punsubscribe()
            assert [pubsub.get_message(timeout=5)["type"] for _ in range(2)] == ["unsubscribe", "punsubscribe"]

    def test_server_commands(self, client: redis.Redis) -> None:
        assert client.info("server")["redis_version"].startswith("7.0.")
        assert client.client_id() > 0
        assert client.client_setname("me") and client.client_getname() in ("me", b"me")
        assert client.config_get("maxclients") == {"maxclients": "10000"}
        assert client.command_count() > 20
        assert len(client.time()) == 2

    def test_asyncio(self, server: Serving) -> None:
        async def main() -> None:
            async with redis.asyncio.Redis(port=server.port) as client:
                await client.set("async", "1")
                assert await asyncio.gather(*(client.incr("async") for _ in range(50))) is not None
                assert await client.get("async") == b"51"

        asyncio.run(main())


class TestOurCli:
    def cli(self, server: Serving, *arguments: str, status: int = 0) -> str:
        command = [sys.executable, "-m", "framewire.cli", "cli", "-p", str(server.port), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == status, done.stderr
        return done.stdout

    def test_it_prints_what_redis_cli_prints(self, server: Serving) -> None:
        requests = ['SET k a"q"\n', "GET k", "GET none", "INCR n", "KEYS nothing*", "ECHO -3"]
        for request in (text.split(" ") for text in requests):
            expected = run(tool("redis-cli"), "-p", str(server.port), "--no-raw", *request)
            run(tool("redis-cli"), "-p", str(server.port), "DEL", "n")
            assert self.cli(server, "--no-raw", *request) == expected
            run(tool("redis-cli"), "-p", str(server.port), "DEL", "n")

    def test_an_error_reply_is_status_1_where_it_was_asked_for(self, server: Serving) -> None:
        assert self.cli(server, "--no-raw", "NOSUCH").startswith("(error) ERR unknown command 'NOSUCH'")
        assert self.cli(server, "-e", "NOSUCH", status=1) == ""

    @pytest.mark.parametrize("protocol", [[], ["-3"]])
    def test_a_report_is_text_to_read(self, server: Serving, protocol: list[str]) -> None:
        expected = run(tool("redis-cli"), "-p", str(server.port), *protocol, "--no-raw", "INFO", "cluster")
        assert self.cli(server, *protocol, "--no-raw", "INFO", "cluster").split() == expected.split()

    def test_maps_in_resp3(self, server: Serving) -> None:
        expected = run(tool("redis-cli"), "-p", str(server.port), "-3", "--no-raw", "CONFIG", "GET", "maxclients")
        assert self.cli(server, "-3", "--no-raw", "CONFIG", "GET", "maxclients") == expected


class TestServing:
    def test_a_taken_port_is_one_line(self, server: Serving) -> None:
        command = [sys.executable, "-m", "framewire.cli", "serve", "--port", str(server.port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "in use" in done.stderr and str(server.port) in done.stderr

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_signals_end_it_in_order(self, number: signal.Signals) -> None:
        with Serving() as server, server.connect() as client:
            client.sendall(b"PING\r\n")
            assert client.recv(7) == b"+PONG\r\n"
            server.process.send_signal(number)
            assert server.process.wait(10) == 0
            assert client.recv(1) == b""
        assert "shutting down: 1 clients" in server.text

    def test_a_killed_server_starts_again_at_once_on_its_unix_socket(self, tmp_path: Path) -> None:
        path = str(tmp_path / "socket")
        with Serving("--unixsocket", path) as server:
            server.process.kill()
            server.process.wait()
        with Serving("--unixsocket", path), redis.Redis(unix_socket_path=path) as client:
            assert client.ping()

    def test_its_first_line_says_where_and_how(self) -> None:
        with Serving("--loop", "asyncio") as server:
            assert f"listening on redis://127.0.0.1:{server.port}/0" in server.text
            assert "asyncio" in server.text
