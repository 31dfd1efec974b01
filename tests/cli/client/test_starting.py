"""The program as the shell sees it: what options do, exit statuses, standard streams, what is loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from framewire.redis import ThreadServer
from tests.cli.client.running import command_line, run_cli
from tests.waiting import PATIENCE

pytestmark = pytest.mark.thorough


def cli(server: ThreadServer, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
    return run_cli("-p", str(server.port), *arguments, stdin=stdin, status=status).stdout


def test_one_request(server: ThreadServer) -> None:
    assert cli(server, "SET", "k", "-v") == b"OK\n"
    assert cli(server, "GET", "k") == b"-v\n"
    assert cli(server, "--no-raw", "GET", "k") == b'"-v"\n'
    assert cli(server, "-3", "--no-raw", "CONFIG", "GET", "maxclients") == b'1# "maxclients" => "10000"\n'
    assert cli(server, "--json", "CONFIG", "GET", "maxclients") == b'{"maxclients":"10000"}\n'
    assert cli(server, "--json", "-2", "CONFIG", "GET", "maxclients") == b'["maxclients","10000"]\n'
    assert cli(server, "-n", "2", "GET", "k") == b"\n"
    assert run_cli("-u", f"redis://127.0.0.1:{server.port}/0", "GET", "k").stdout == b"-v\n"
    assert run_cli("-u", "memory://", "PING").stdout == b"PONG\n"


def test_arguments_of_other_sources(server: ThreadServer, tmp_path: Path) -> None:
    assert cli(server, "-x", "SET", "k", stdin=b"a\0b\n") == b"OK\n"
    assert cli(server, "-D", "", "GET", "k") == b"a\0b\n"
    assert cli(server, "-X", "TAG", "SET", "TAG", "v", stdin=b"key") == b"OK\n"
    assert cli(server, "--quoted-input", "GET", r'"\x6bey"') == b"v\n"
    script = tmp_path / "script.lua"
    script.write_text("return {KEYS[1], ARGV[1], #ARGV}")
    assert cli(server, "--eval", str(script), "k", ",", "a", "b") == b"k\na\n2\n"
    assert cli(server, "-r", "3", "-i", "0.001", "INCR", "n") == b"1\n2\n3\n"
    assert cli(server, stdin=b"INCR n\nINCR n\n") == b"4\n5\n"


def test_statuses(server: ThreadServer) -> None:
    assert cli(server, "NOSUCH").startswith(b"ERR unknown command")
    done = run_cli("-p", str(server.port), "-e", "NOSUCH", status=1)
    assert done.stdout == b"" and done.stderr.startswith(b"ERR unknown command")
    port = "1"  # nobody listens there, and nobody will
    done = run_cli("-p", port, "PING", status=1)
    assert done.stderr.decode() == f"Could not connect to Redis at 127.0.0.1:{port}: [Errno 111] Connection refused\n"
    assert run_cli("-s", "/nonexistent/socket", "PING", status=1).stderr.startswith(
        b"Could not connect to Redis at /nonexistent/socket: "
    )


def test_usage() -> None:
    assert b"Usage:" in run_cli("--help").stdout
    assert b"no such option" in run_cli("--nosuch", status=2).stderr.lower()
    assert b"a port is a number" in run_cli("-u", "redis://h:x", status=2).stderr
    assert b"no argument is T" in run_cli("-X", "T", "PING", status=2).stderr
    assert b"localhost" not in run_cli("-u", "redis://:se@cret@localhost:x", status=2).stderr


def test_passwords(server: ThreadServer) -> None:
    from framewire.redis import run_in_thread

    with run_in_thread(requirepass="secret") as guarded:
        port = ("-p", str(guarded.port))
        assert run_cli(*port, "-a", "secret", "PING").stdout == b"PONG\n"
        assert run_cli(*port, "--user", "default", "--pass", "secret", "-3", "PING").stdout == b"PONG\n"
        assert run_cli("-u", f"redis://:secret@127.0.0.1:{guarded.port}", "PING").stdout == b"PONG\n"
        wrong = run_cli(*port, "-a", "wrong", "PING", status=1)
        assert wrong.stderr.startswith(b"AUTH failed: WRONGPASS") and b"wrong " not in wrong.stderr
        assert run_cli(*port, "PING").stdout.startswith(b"NOAUTH")


def test_a_reader_that_leaves_is_no_error(server: ThreadServer) -> None:
    cli(server, "SET", "k", "x" * 100_000)
    process = subprocess.Popen(
        command_line("-p", str(server.port), "-r", "1000", "GET", "k"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    with process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("request_", "first", "cause", "then"),
    [
        (["SUBSCRIBE", "c"], b"subscribe\nc\n1\n", ["PUBLISH", "c", "m"], b"message\nc\nm\n"),
        (["PSUBSCRIBE", "c*"], b"psubscribe\nc*\n1\n", ["PUBLISH", "c", "m"], b"pmessage\nc*\nc\nm\n"),
        (["MONITOR"], b"OK\n", ["ECHO", "hi"], b'"ECHO" "hi"\n'),
    ],
)
@pytest.mark.parametrize("protocol", ["-2", "-3"])
def test_listening_until_ctrl_c(
    server: ThreadServer, protocol: str, request_: list[str], first: bytes, cause: list[str], then: bytes
) -> None:
    with subprocess.Popen(
        command_line("-p", str(server.port), protocol, *request_), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(len(first)) == first
        cli(server, *cause)
        seen = b""
        while not seen.endswith(then):
            seen += os.read(process.stdout.fileno(), 1000)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == b""


def test_one_request_loads_no_server_and_no_event_loop(server: ThreadServer) -> None:
    program = (
        "import sys; from framewire.cli import main\n"
        "try: main()\n"
        "finally: print([name for name in ('asyncio', 'rich', 'prompt_toolkit', 'framewire.redis.server.commands',"
        " 'framewire.redis.client.commands') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, "cli", "-p", str(server.port), "PING"]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
    assert done.stdout == b"PONG\n[]\n"


def test_a_missing_extra_is_named(server: ThreadServer) -> None:
    program = "import sys; sys.modules['rich'] = None; from framewire.cli import main; main()"
    command = [sys.executable, "-c", program, "cli", "-p", str(server.port)]
    done = subprocess.run([*command, "--pipe"], input=b"", capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr == b"framewire cli: this needs rich: pip install 'framewire[server]'\n"
    assert subprocess.run([*command, "PING"], capture_output=True, timeout=PATIENCE, check=True).stdout == b"PONG\n"
