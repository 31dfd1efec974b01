"""The pytest plugin as test suites use it: each test here writes a small suite and runs it with pytest."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from framewire.kits import programs as kits_programs
from framewire.redis import ThreadServer, run_in_thread
from tests.peers import require
from tests.serving import command, read_exactly
from tests.waiting import PATIENCE

pytestmark = pytest.mark.thorough

pytest_plugins = ["pytester"]

TALK = """
import socket

def ask(server, *arguments):
    with socket.create_connection((server.host, server.port), 10) as client:
        client.sendall(b"*%d\\r\\n" % len(arguments))
        client.sendall(b"".join(b"$%d\\r\\n%b\\r\\n" % (len(word), word) for word in arguments))
        return client.recv(10_000)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A place for a small test suite that has the plugin, and no other settings."""
    pytester.makepyfile(talk=TALK)
    pytester.makeconftest("import sys\nsys.path.insert(0, '')\n")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # which this suite may run in, but not the small one
    return pytester


PLUGINS = ("-p", "pytest_framewire", "-p", "no:cacheprovider")


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_inprocess(*PLUGINS, *arguments)


def run_apart(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess(*PLUGINS, *arguments, timeout=2 * PATIENCE)


def test_each_test_finds_the_same_server_without_keys(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        from talk import ask
        ports = set()

        def test_one(mini_redis):
            ports.add(mini_redis.port)
            assert ask(mini_redis, b"SET", b"k", b"v") == b"+OK\\r\\n"
            assert ask(mini_redis, b"CONFIG", b"SET", b"maxclients", b"7") == b"+OK\\r\\n"

        def test_two(mini_redis, redis_url):
            assert ask(mini_redis, b"GET", b"k") == b"$-1\\r\\n"
            assert b"10000" in ask(mini_redis, b"CONFIG", b"GET", b"maxclients")
            assert ports == {mini_redis.port} and redis_url == f"redis://127.0.0.1:{mini_redis.port}/0"
    """)
    run(suite).assert_outcomes(passed=2)


def test_a_failing_test_leaves_nothing_to_the_next(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        from talk import ask

        def test_that_fails(mini_redis):
            ask(mini_redis, b"LPUSH", b"queue", b"job")
            ask(mini_redis, b"CLIENT", b"PAUSE", b"60000")
            raise RuntimeError("half-way")

        def test_next(mini_redis):
            assert ask(mini_redis, b"LLEN", b"queue") == b":0\\r\\n"
    """)
    run(suite).assert_outcomes(passed=1, failed=1)


def test_a_hanging_test_is_ended_and_the_next_goes_on(suite: pytest.Pytester) -> None:
    """pytest-timeout interrupts the one that waits for ever; its client goes, and takes nothing of the next one's.

    The alarm that pytest-timeout has set is rung as soon as the test waits, not after a second that may be too short.
    """
    suite.makepyfile("""
        import os, signal, threading
        import redis

        def ring_when_it_waits(redis_url):
            with redis.from_url(redis_url) as client:
                while not any(other["cmd"] == "blpop" for other in client.client_list()):
                    pass
            os.kill(os.getpid(), signal.SIGALRM)

        def test_that_hangs(redis_url):
            threading.Thread(target=ring_when_it_waits, args=(redis_url,)).start()
            with redis.from_url(redis_url) as client:
                client.blpop("queue")

        def test_next(redis_url):
            with redis.from_url(redis_url) as client:
                client.lpush("queue", "job")
                assert client.llen("queue") == 1
    """)
    result = run_apart(suite, "-p", "pytest_timeout", "--timeout", "600", "--timeout-method", "signal")
    result.assert_outcomes(passed=1, failed=1)


def test_xdist_gives_each_worker_a_server_of_its_own(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import os, pytest
        from talk import ask

        @pytest.mark.parametrize("number", range(40))
        def test_counting(mini_redis, number):
            name = os.environ["PYTEST_XDIST_WORKER"].encode()
            assert ask(mini_redis, b"INCR", b"counter") == b":1\\r\\n"
            assert ask(mini_redis, b"GET", b"counter") == b"$1\\r\\n1\\r\\n"
            with open(name.decode(), "w") as file:
                file.write(str(mini_redis.port))
    """)
    run_apart(suite, "-p", "xdist", "-n", "2").assert_outcomes(passed=40)
    ports = {path.read_text() for path in suite.path.glob("gw*")}
    assert len(ports) == 2


def test_parameters_from_the_ini_file_and_the_command_line(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nmini_redis =\n  maxclients=77\n  proto-max-bulk-len = 2mb\n  unixsocket={worker}.sock\n")
    suite.makepyfile("""
        from talk import ask

        def test_config(mini_redis, mini_redis_parameters):
            assert b"2097152" in ask(mini_redis, b"CONFIG", b"GET", b"proto-max-bulk-len")
            assert b"78" in ask(mini_redis, b"CONFIG", b"GET", b"maxclients")
            assert mini_redis_parameters["unixsocket"] == "master.sock"
    """)
    run(suite, "--mini-redis", "maxclients=78").assert_outcomes(passed=1)


def test_parameters_from_a_fixture(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import pytest
        from talk import ask

        @pytest.fixture(scope="session")
        def mini_redis_parameters():
            return {"requirepass": "secret"}

        def test_password(redis_url, mini_redis):
            assert redis_url == f"redis://:secret@127.0.0.1:{mini_redis.port}/0"
            assert ask(mini_redis, b"PING").startswith(b"-NOAUTH")
    """)
    run(suite).assert_outcomes(passed=1)


def test_what_is_wrong_with_a_parameter_is_said(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import pytest

        @pytest.fixture(scope="session", params=[{"nonsense": 1}, {"maxclients": "many"}, {"bind": "192.0.2.1"}])
        def mini_redis_parameters(request):
            return request.param

        def test_nothing(mini_redis):
            pass
    """)
    result = run(suite)
    result.assert_outcomes(errors=3)
    for cause in ("there is no parameter 'nonsense'", "maxclients: ", "*192.0.2.1 port 0"):
        result.stdout.fnmatch_lines([f"*mini_redis cannot be started: {cause}*"])


def test_a_parameter_without_a_value_is_refused(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_nothing(mini_redis): pass")
    result = run(suite, "--mini-redis", "maxclients")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mini_redis wants NAME=VALUE, not 'maxclients'*"])


def test_what_is_not_installed_is_named(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import sys

        def test_nothing(monkeypatch, request):
            for name in [name for name in sys.modules if name.startswith("framewire.redis")]:
                monkeypatch.delitem(sys.modules, name)
            monkeypatch.setitem(sys.modules, "sortedcontainers", None)
            request.getfixturevalue("mini_redis")
    """)
    result = run(suite)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*mini_redis needs pip install 'framewire[[]server[]]': *sortedcontainers*"])


def test_asyncio_tests_need_no_help_of_a_plugin(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import asyncio
        import redis.asyncio

        def test_it(redis_url):
            async def main():
                async with redis.asyncio.from_url(redis_url) as client:
                    assert await client.incr("visits") == 1
            asyncio.run(main())
    """)
    run(suite).assert_outcomes(passed=1)


def test_time_stands_still_and_is_moved(suite: pytest.Pytester) -> None:
    """In the second of the two tests it is the machine's again, whatever became of the first."""
    suite.makepyfile("""
        import time
        import redis

        def test_expiry(redis_url, mini_redis_clock):
            with redis.from_url(redis_url) as client:
                client.set("session", "x", ex=3600)
                time.sleep(0.002)
                assert client.pttl("session") == 3_600_000
                mini_redis_clock.advance(3599)
                assert client.ttl("session") == 1
                mini_redis_clock.advance(1)
                assert not client.exists("session")
                assert client.time()[0] == int(mini_redis_clock.now)
                raise RuntimeError("half-way")

        def test_next(redis_url):
            with redis.from_url(redis_url) as client:
                assert abs(client.time()[0] - time.time()) < 60
    """)
    run(suite).assert_outcomes(passed=1, failed=1)


def test_who_waits_is_answered_when_time_is_moved(suite: pytest.Pytester) -> None:
    suite.makepyfile("""
        import threading
        import redis

        def test_blocking(mini_redis, redis_url, mini_redis_clock):
            replies = []

            def wait():
                with redis.from_url(redis_url, socket_timeout=None) as client:
                    replies.append(client.blpop("queue", timeout=600))

            waiting = threading.Thread(target=wait)
            waiting.start()
            with redis.from_url(redis_url) as client:
                while client.info("clients")["blocked_clients"] == 0:
                    pass
            mini_redis_clock.advance(600)
            waiting.join()
            assert replies == [None]
    """)
    run(suite).assert_outcomes(passed=1)


CLIENT_SUITE = """
    import pytest

    {mark}
    @pytest.mark.parametrize("number", range(2))
    async def test_counting(mini_redis_client, number{more}):
        assert await mini_redis_client.incr("visits") == 1
        assert await mini_redis_client.text.get("visits") == "1"
        async with mini_redis_client.pubsub("news") as pubsub:
            assert await mini_redis_client.publish("news", "x") == 1
"""


@pytest.mark.parametrize(
    ("plugins", "mark", "more"),
    [
        (["pytest_asyncio.plugin"], "@pytest.mark.asyncio", ""),
        (["anyio.pytest_plugin"], "@pytest.mark.anyio", ", anyio_backend"),
        (["pytest_asyncio.plugin", "anyio.pytest_plugin"], "@pytest.mark.asyncio", ""),
        (["pytest_asyncio.plugin", "anyio.pytest_plugin"], "@pytest.mark.anyio", ", anyio_backend"),
    ],
    ids=["pytest-asyncio", "anyio", "both, asyncio", "both, anyio"],
)
def test_a_client_for_asyncio_tests(suite: pytest.Pytester, plugins: list[str], mark: str, more: str) -> None:
    """Whichever plugin runs the test runs the fixture too, in the same loop, and the client is closed before that."""
    scope = "asyncio_default_fixture_loop_scope = function" if "pytest_asyncio.plugin" in plugins else ""
    suite.makeini(f"[pytest]\n{scope}\nfilterwarnings = error\n")
    suite.makeconftest("import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n")
    suite.makepyfile(CLIENT_SUITE.format(mark=mark, more=more))
    run_apart(suite, *(word for plugin in plugins for word in ("-p", plugin))).assert_outcomes(passed=2)


def test_a_client_for_asyncio_tests_needs_somebody_who_runs_them(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_nothing(mini_redis_client): pass")
    result = run_apart(suite)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mini_redis_client needs pytest-asyncio or anyio, or else Client.from_url(*"])


def test_a_client_for_tests_with_threads(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nfilterwarnings = error\n")
    suite.makepyfile("""
        import pytest
        from concurrent.futures import ThreadPoolExecutor

        @pytest.mark.parametrize("number", range(2))
        def test_counting(mini_redis_blocking_client, number):
            with ThreadPoolExecutor(4) as threads:
                counts = threads.map(lambda _: mini_redis_blocking_client.incr("visits"), range(20))
                assert sorted(counts) == list(range(1, 21))
            assert mini_redis_blocking_client.get("visits") == b"20"

        def test_time(mini_redis_blocking_client, mini_redis_clock):
            mini_redis_blocking_client.set("session", "x", ex=60)
            mini_redis_clock.advance(60)
            assert mini_redis_blocking_client.text.get("session") is None
    """)
    run_apart(suite).assert_outcomes(passed=3)


def test_its_options_are_explained(suite: pytest.Pytester) -> None:
    run(suite, "--help").stdout.fnmatch_lines(["*--mini-redis=NAME=VALUE*", "*mini_redis (linelist)*"])
    run(suite, "--fixtures").stdout.fnmatch_lines(["*redis_url*", "*The URL of `mini_redis`*", "*mini_redis_clock*"])


def test_who_does_not_use_it_does_not_pay_for_it() -> None:
    program = "import sys, pytest, pytest_framewire; print([name for name in sys.modules if 'framewire.' in name])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"


def test_pytest_finds_it_by_itself() -> None:
    declared = 'pytest11]\npytest_framewire = "pytest_framewire"'
    assert declared in (Path(__file__).parent.parent / "pyproject.toml").read_text()
    for found in entry_points(group="pytest11", name="pytest_framewire"):  # none where the installation is an older one
        assert found.load().__name__ == "pytest_framewire"

# -- real servers -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.peer
@pytest.mark.parametrize(("fixture", "one"), [
    ("redis_cluster", "redis_cluster.primary_of('k')"), ("redis_sentinel", "redis_sentinel.primary"),
])  # fmt: skip
def test_each_test_finds_real_servers_as_good_as_new(suite: pytest.Pytester, fixture: str, one: str) -> None:
    require()
    suite.makepyfile(f"""
        seen = []

        def test_one({fixture}):
            {one}.client.set("k", "v")
            seen.append({fixture}.url)

        def test_two({fixture}):
            assert {one}.client.get("k") is None
            assert seen == [{fixture}.url]
            {one}.kill()

        def test_three({fixture}):
            assert {one}.client.get("k") is None
            {one}.client.config_set("timeout", 7)
            seen.append({fixture}.url)

        def test_four({fixture}):
            assert {one}.client.config_get("timeout") == {{"timeout": "0"}}
            assert {fixture}.url not in seen
    """)
    run(suite).assert_outcomes(passed=4)


@pytest.mark.slow
@pytest.mark.peer
def test_real_servers_are_as_the_parameters_say(suite: pytest.Pytester) -> None:
    require()
    suite.makepyfile("""
        import pytest

        @pytest.fixture(scope="session")
        def redis_cluster_parameters():
            return {"primaries": 2, "replicas": 0}

        @pytest.fixture(scope="session")
        def redis_sentinel_parameters():
            return {"sentinels": 1, "replicas": 1, "service": "mine"}

        def test_cluster(redis_cluster, redis_cluster_servers):
            assert len(redis_cluster.nodes) == len(redis_cluster.primaries) == 2
            assert redis_cluster_servers is redis_cluster

        def test_sentinel(redis_sentinel, redis_sentinel_servers):
            assert redis_sentinel.url.endswith("/mine") and len(redis_sentinel.servers) == 2
            assert redis_sentinel_servers is redis_sentinel
    """)
    run(suite).assert_outcomes(passed=2)


def test_without_a_server_program_they_skip(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.makepyfile("""
        def test_one(redis_cluster): ...
        def test_two(redis_cluster): ...
        def test_three(redis_sentinel): ...
    """)
    monkeypatch.setattr(kits_programs, "programs", lambda: {})
    result = run(suite, "-rs")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*redis_cluster: no server program here*put redis-server or valkey-server*"])


class TestReset:
    @pytest.fixture
    def server(self) -> ThreadServer:
        return run_in_thread(requirepass="secret", slowlog_log_slower_than=0)

    def test_it_forgets_and_clients_stay_connected(self, server: ThreadServer) -> None:
        with server, server_client(server) as client:
            for request in (
                command(b"SELECT", b"3"), command(b"SET", b"k", b"v"), command(b"CONFIG", b"SET", b"timeout", b"9"),
            ):  # fmt: skip
                client.sendall(request)
                assert read_exactly(client, 5) == b"+OK\r\n"
            server.reset()
            client.sendall(command(b"DBSIZE") + command(b"CONFIG", b"GET", b"timeout"))
            expected = b":0\r\n*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n"
            assert read_exactly(client, len(expected)) == expected

    def test_a_changed_password_is_as_before(self, server: ThreadServer) -> None:
        with server, server_client(server) as client:
            client.sendall(command(b"CONFIG", b"SET", b"requirepass", b"other"))
            assert read_exactly(client, 5) == b"+OK\r\n"
            server.reset()
            server_client(server).close()

    def test_nobody_is_left_in_the_list_of_clients(self, server: ThreadServer) -> None:
        with server, server_client(server) as client:
            server.reset()
            client.sendall(command(b"CLIENT", b"LIST"))
            assert client.recv(10_000).count(b"id=") == 1

    def test_a_server_that_is_stopped_cannot_be_reset(self, server: ThreadServer) -> None:
        server.stop()
        with pytest.raises(RuntimeError):
            server.reset()


def server_client(server: ThreadServer) -> socket.socket:
    client = socket.create_connection((server.host, server.port), 10)
    client.sendall(command(b"AUTH", b"secret"))
    assert read_exactly(client, 5) == b"+OK\r\n"
    return client
