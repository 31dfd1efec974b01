"""`framewire bench` against real servers and ours: what it sends, what it counts, how it ends."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import redis

from framewire.cli.bench.suite import SUITE
from framewire.cli.bench.workload import payload
from framewire.redis import run_in_thread
from tests.peers import PEERS, RedisServer
from tests.waiting import PATIENCE, until

OURS = "framewire"


@pytest.fixture(scope="module", params=[OURS, *PEERS])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server of each kind."""
    with run_in_thread() if request.param == OURS else RedisServer(name=request.param) as server:
        yield server.port


@pytest.fixture
def client(port: int) -> Iterator[redis.Redis]:
    with redis.Redis(port=port) as client:
        client.flushall()
        yield client


def bench(*arguments: str | int, status: int = 0) -> str:
    """What `framewire bench` prints; it must end with this status."""
    ended = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=PATIENCE * 3)
    assert ended.returncode == status, ended.stderr
    return ended.stdout


def command(*arguments: str | int) -> list[str]:
    return [sys.executable, "-m", "framewire.cli", "bench", *map(str, arguments)]


# -- what is sent -----------------------------------------------------------------------------------------------------


class Monitored:
    """What a server is asked, as MONITOR tells it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.sendall(b"MONITOR\r\n")
        self._lines = self._socket.makefile("rb")
        assert self._lines.readline() == b"+OK\r\n"

    def requests(self) -> list[str]:
        """Those so far, without what a load generator asks for itself."""
        with redis.Redis(port=self._port, protocol=2) as client:
            client.echo("the end")
        found: list[str] = []
        while "the end" not in (line := self._lines.readline().decode()):
            found.append(line.split("] ", 1)[1].strip())
        self._lines.close()
        self._socket.close()
        return [each for each in found if not re.match(r'"(INFO|CONFIG|CLIENT|COMMAND)"', each, re.IGNORECASE)]


@pytest.mark.parametrize("keys", [[], ["-r", "1"]], ids=["one key", "random keys"])
def test_it_sends_what_redis_benchmark_sends(keys: list[str]) -> None:
    if (theirs := shutil.which("redis-benchmark")) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("redis-benchmark is not installed")
    options = ["-n", "1", "-c", "1", "-d", "20", "-q", *keys]
    with RedisServer(name="redis 7.0") as server:
        monitored = Monitored(server.port)
        subprocess.run([theirs, "-p", str(server.port), *options], check=True, capture_output=True, timeout=PATIENCE)
        expected = monitored.requests()
        monitored = Monitored(server.port)
        bench("-p", server.port, *options)
        found = monitored.requests()
    data = re.search(r'"SET" "\S+" "(\S{20,})"', "\n".join(expected))
    assert data is not None
    assert [each.replace(data[1], "DATA") for each in expected] == [
        each.replace(payload(20, Random(0)).decode(), "DATA") for each in found
    ]
    assert len(found) == len(SUITE)


# -- what is counted --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [[], ["-3"], ["-P", "16", "-r", "50"], ["--loop", "asyncio", "-r", "1000"]])
def test_the_whole_suite_runs_without_errors(port: int, client: redis.Redis, options: list[str]) -> None:
    rows = list(csv.DictReader(bench("-p", port, "-n", 400, "-c", 7, "--csv", *options).splitlines()))
    assert [row["test"] for row in rows] == [test.title for test in SUITE]
    assert all(row["errors"] == "0" and float(row["rps"]) > 0 for row in rows)
    assert all(
        0 < float(row["min_latency_ms"]) <= float(row["p50_latency_ms"]) <= float(row["p99_latency_ms"])
        <= float(row["max_latency_ms"]) for row in rows
    )  # fmt: skip


@pytest.mark.parametrize("options", [
    [], ["-P", "9"], ["-3"], ["--rate", "20000"], ["--rate", "1e9", "-P", "4"], ["-k", "0"],
    ["-k", "0", "-P", "8"], ["--loop", "asyncio"],
])  # fmt: skip
def test_it_asks_exactly_as_often_as_it_was_told(port: int, client: redis.Redis, options: list[str]) -> None:
    text = bench("-p", port, "-t", "incr", "-n", 1003, "-c", 7, *options)
    assert client.get("counter:__rand_int__") == b"1003"
    assert "1003 requests completed" in text
    assert "cumulative count 1003)" in text


def test_what_is_pushed_is_no_reply() -> None:
    """Tracking: each GET makes the server remember the key, each SET makes it tell."""
    with RedisServer() as server, redis.Redis(port=server.port) as client:
        mix = ["--mix", "get=1,incr=1,set=1", "-n", 1003, "-c", 7, "-P", 3, "-r", 2]
        text = bench("-p", server.port, "-3", "--enable-tracking", *mix)
        assert "1003 requests completed" in text
        assert client.info("clients")["tracking_clients"] == 0


def test_a_mix_and_its_keys(port: int, client: redis.Redis) -> None:
    bench("-p", port, "--mix", "set=1,sadd=1", "-n", 3000, "-r", 20, "--key-distribution", "sequential", "-d", 10)
    keys = {f"key:{number:012}".encode() for number in range(20)}
    assert set(client.keys()) == {*keys, b"myset"}
    assert all(client.strlen(key) == 10 for key in keys)
    assert client.scard("myset") <= 20


def test_a_command_of_ones_own(port: int, client: redis.Redis) -> None:
    text = bench("-p", port, "-n", 60, "-r", 30, "--key-distribution", "sequential", "RPUSH", "l", "__rand_int__")
    assert "====== RPUSH l __rand_int__ ======" in text
    assert sorted(client.lrange("l", 0, -1)) == sorted(2 * [b"%012d" % number for number in range(30)])


def test_the_last_argument_from_standard_input(port: int, client: redis.Redis) -> None:
    value = b"\0 %012d\r\n\xff"
    subprocess.run(command("-p", port, "-n", 1, "-x", "SET", "key"), input=value, check=True, timeout=PATIENCE)
    assert client.get("key") == value


def test_large_values(port: int, client: redis.Redis) -> None:
    text = bench("-p", port, "-t", "set,get", "-d", 3_000_000, "-n", 40, "-c", 3, "-P", 2, "-q")
    assert text.count("requests per second") == 2
    assert client.strlen("key:__rand_int__") == 3_000_000


def test_errors_are_counted_the_first_is_shown_and_the_status_is_1(port: int, client: redis.Redis) -> None:
    client.set("mylist", "no list")
    text = bench("-p", port, "-t", "set,lpush,get", "-n", 100, status=1)
    assert text.count("100 requests completed") == 3
    assert "100 of 100 replies were errors. The first: WRONGTYPE Operation against a key" in text


def test_latency_is_counted_from_when_a_request_was_due(port: int, client: redis.Redis) -> None:
    whole = json.loads(bench("-p", port, "-n", 1000, "-c", 1, "--rate", 1000, "--json", "PING"))
    (server,) = whole["tests"][0]["servers"].values()
    assert whole["tests"][0]["latency_from"] == "due"
    assert server["rounds"][0]["seconds"] >= 0.999  # the last is due then, and not before
    assert server["percentiles"]["50"] >= server["percentiles_from_sending"]["50"]


# -- how it ends ------------------------------------------------------------------------------------------------------


def started(*arguments: str | int) -> subprocess.Popen[str]:
    """A run that goes on until something ends it."""
    endless = command(*arguments, "-t", "incr", "-n", 10**9)
    return subprocess.Popen(endless, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def test_a_server_that_is_killed_leaves_a_partial_report_and_status_1() -> None:
    with RedisServer() as server, redis.Redis(port=server.port) as client:
        running = started("-p", server.port)
        until(lambda: int(client.get("counter:__rand_int__") or 0) > 1000)
        server.process.kill()
        text, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 1
    completed = re.search(r"(\d+) requests completed", text)
    assert completed is not None and int(completed[1]) > 0
    assert "The run ended before its time: " in text
    assert "requests were sent and not answered" in text


def test_a_server_that_is_stopped_is_given_up() -> None:
    with RedisServer() as server, redis.Redis(port=server.port) as client:
        running = started("-p", server.port, "-c", 2, "--timeout", 5)
        until(lambda: int(client.get("counter:__rand_int__") or 0) > 1000)
        server.process.send_signal(signal.SIGSTOP)
        try:
            text, _ = running.communicate(timeout=PATIENCE)
        finally:
            server.process.send_signal(signal.SIGCONT)
    assert running.returncode == 1
    assert "The run ended before its time: the server has not answered for" in text


def test_ctrl_c_leaves_a_partial_report_and_status_130(port: int, client: redis.Redis) -> None:
    running = started("-p", port)
    until(lambda: int(client.get("counter:__rand_int__") or 0) > 1000)
    running.send_signal(signal.SIGINT)
    text, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert "The run ended before its time: interrupted" in text


def test_who_reads_no_further_ends_it_quietly(port: int) -> None:
    endless = command("-p", port, "-l", "-q", "-n", 100, "-t", "get")
    running = subprocess.Popen(endless, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None and running.stderr is not None
    assert running.stdout.readline().startswith("GET: ")
    running.stdout.close()
    assert running.wait(PATIENCE) == 1
    assert not [line for line in running.stderr.read().splitlines() if "core" not in line]
    running.stderr.close()


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = taken.getsockname()[1]
        ended = subprocess.run(command("-p", place, "-q"), capture_output=True, text=True, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"Could not measure redis://127.0.0.1:{place}/0: " in ended.stderr


# -- two servers, and ways to reach one -------------------------------------------------------------------------------


def test_two_servers_are_compared_and_drawn(tmp_path: Path) -> None:
    chart = tmp_path / "chart.svg"
    with RedisServer() as theirs, run_in_thread() as ours:
        compared = ["-p", theirs.port, "--compare", ours.url, "--rounds", 2, "-t", "get,set", "-n", 500]
        text = bench(*compared, "--svg", chart)
        whole = json.loads(bench(*compared, "--json"))
    assert text.count("2 rounds of each in turn") == 2
    assert len(re.findall(r"requests per second .* \(\d+\.\d\d to \d+\.\d\d\)", text)) == 2
    assert chart.read_text().count('class="title"') == 2
    for test in whole["tests"]:
        rounds = [[each["requests"] for each in server["rounds"]] for server in test["servers"].values()]
        assert rounds == [[500, 500], [500, 500]]


def test_password_database_and_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    with run_in_thread(requirepass="secret", unixsocket=path) as server:
        asked = ["-n", 10, "-c", 2, "-q"]
        bench("-p", server.port, "-a", "secret", "--dbnum", 2, *asked, "INCR", "options")
        bench("-u", f"redis://:secret@127.0.0.1:{server.port}/2", *asked, "INCR", "url")
        bench("-s", path, "--user", "default", "-a", "secret", "--dbnum", 2, "-3", *asked, "INCR", "socket")
        with redis.Redis(port=server.port, password="secret", db=2) as client:
            assert client.mget("options", "url", "socket") == [b"10"] * 3
        ended = subprocess.run(command("-p", server.port, "-a", "wrong", "PING"), capture_output=True, text=True)
        assert ended.returncode == 1
        assert "AUTH was answered: WRONGPASS" in ended.stderr


def test_tls(_key_and_certificate: tuple[str, str]) -> None:
    key, certificate = _key_and_certificate
    with run_in_thread(tls_port=0, tls_cert_file=certificate, tls_key_file=key, tls_auth_clients="no") as server:
        place = ["-h", "localhost", "-p", server.tls_port, "--tls", "-n", 50, "-q", "-t", "set"]
        assert "SET: " in bench(*place, "--cacert", certificate)
        assert "SET: " in bench(*place, "--insecure")
        assert "SET: " in bench(*place, "--cacert", certificate, "-k", 0)
        assert bench(*place, status=1) == ""
