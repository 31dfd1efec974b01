"""The prompt, driven through a terminal of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from framewire.cli.client.session import Session
from framewire.redis import ThreadServer, run_in_thread
from tests.cli.client.conftest import options_for
from tests.cli.client.running import Terminal
from tests.waiting import until

pytestmark = pytest.mark.thorough


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def terminal(server: ThreadServer, history: Path) -> Iterator[Terminal]:
    with Terminal("-p", str(server.port), environment={"FRAMEWIRE_HISTFILE": str(history)}) as terminal:
        terminal.sees(f"127.0.0.1:{server.port}> ")
        yield terminal


def test_requests_and_replies(terminal: Terminal, server: ThreadServer) -> None:
    terminal.type("SET k 'a b'\r")
    terminal.sees("OK\n")
    terminal.type("GET k\r")
    terminal.sees('"a b"\n')
    terminal.type("3 INCR n\r")
    terminal.sees("(integer) 1\n(integer) 2\n(integer) 3\n")
    terminal.type("NOSUCH\r")
    terminal.sees("(error) ERR unknown command")
    terminal.type('GET "\r')
    terminal.sees("Invalid argument(s)")
    terminal.type("quit\r")
    assert terminal.ends() == 0


def test_the_prompt_says_where_one_is(terminal: Terminal, server: ThreadServer) -> None:
    terminal.type("SELECT 2\r")
    terminal.sees(f"127.0.0.1:{server.port}[2]> ")
    terminal.type("MULTI\r")
    terminal.sees("[2](TX)> ")
    terminal.type("INCR n\r")
    terminal.sees("QUEUED")
    terminal.type("EXEC\r")
    terminal.sees("1) (integer) 1\n")
    terminal.sees("[2]> ")  # the end of the input is one only where a line is waited for
    terminal.type("\x04")
    assert terminal.ends() == 0


def test_hints_completion_and_help(terminal: Terminal) -> None:
    terminal.type("SETRANGE k")
    terminal.sees("offset value")
    terminal.type(" 0 abc\r")
    terminal.sees("(integer) 3")
    terminal.type("getr\t")
    terminal.sees("getrange")
    terminal.type("k 0 0\r")
    terminal.sees('"a"\n')
    terminal.type(":set nohints\r")
    terminal.type("HELP client kill\r")
    terminal.sees("CLIENT KILL")
    terminal.sees("since:")


def test_ctrl_c_ends_what_it_waits_for(terminal: Terminal, server: ThreadServer) -> None:
    with Session(options_for(server)) as other:
        terminal.type("BLPOP queue 0\r")
        until(lambda: b"cmd=blpop" in other.ask((b"CLIENT", b"LIST")))
        terminal.type("\x03")
        terminal.sees(f"127.0.0.1:{server.port}> ")
        until(lambda: b"cmd=blpop" not in other.ask((b"CLIENT", b"LIST")))
        terminal.type("SUBSCRIBE news\r")
        terminal.sees("Reading messages...")
        other.ask((b"PUBLISH", b"news", b"hello"))
        terminal.sees('3) "hello"')
    terminal.type("\x03")
    terminal.sees(f"127.0.0.1:{server.port}> ")
    terminal.type("PING\r")
    terminal.sees("PONG\n")


def test_a_lost_link_is_told_and_made_anew(terminal: Terminal, server: ThreadServer) -> None:
    with Session(options_for(server)) as other:
        other.ask((b"CLIENT", b"KILL", b"TYPE", b"normal"))
    terminal.type("INCR n\r")
    terminal.sees("connected anew")
    terminal.sees("(integer) 1")


def test_history_keeps_lines_but_no_secrets(server: ThreadServer, history: Path) -> None:
    arguments, environment = ("-p", str(server.port)), {"FRAMEWIRE_HISTFILE": str(history)}
    with Terminal(*arguments, environment=environment) as terminal:
        terminal.sees("> ")
        for line in ("ECHO one", "AUTH secret", "CONFIG SET requirepass ''", "ACL SETUSER u >secret"):
            terminal.type(f"{line}\r")
            terminal.sees("> ")
        terminal.type("quit\r")
        assert terminal.ends() == 0
    text = history.read_text()
    assert "ECHO one" in text and "secret" not in text and "requirepass" not in text
    assert history.stat().st_mode & 0o077 == 0
    with Terminal(*arguments, environment=environment) as terminal:
        terminal.sees("> ")
        terminal.type("\x1b[A\x1b[A\r")  # QUIT is the last line, ECHO the one before
        terminal.sees('"one"')


def test_no_server() -> None:
    from tests.cli.client.running import free_port

    with Terminal("-p", str(free_port()), environment={"FRAMEWIRE_HISTFILE": ""}) as terminal:
        terminal.sees("Connection refused")
        terminal.sees("not connected> ")
        terminal.type("PING\r")
        terminal.sees("Connection refused")
        terminal.type("quit\r")
        assert terminal.ends() == 0
        assert terminal.text.count("Connection refused") == 2


def test_a_password_is_asked_for() -> None:
    with (
        run_in_thread(requirepass="secret") as guarded,
        Terminal("-p", str(guarded.port), "--askpass", "PING") as terminal,
    ):
        terminal.sees("Please input password:")
        terminal.type("secret\r")
        terminal.sees("PONG")
        assert terminal.ends() == 0
        assert "secret" not in terminal.text


def test_a_chart_until_ctrl_c(server: ThreadServer) -> None:
    with Terminal("-p", str(server.port), "--latency", "-i", "0.01") as terminal:
        terminal.sees(f"PING 127.0.0.1:{server.port}")
        terminal.sees("samples)")
        terminal.sees("p99.9:")
        terminal.type("\x03")
        assert terminal.ends() == 130


def test_mass_insertion_has_a_bar(server: ThreadServer, tmp_path: Path) -> None:
    requests = tmp_path / "requests"
    requests.write_bytes(b"PING\r\n" * 20_000)
    with requests.open("rb") as stdin, Terminal("-p", str(server.port), "--pipe", stdin=stdin) as terminal:
        terminal.sees("errors: 0, replies: 20000")
        assert terminal.ends() == 0
    assert "0 errors" in terminal.text and "120.0/120.0 kB" in terminal.text
