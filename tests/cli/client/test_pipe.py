"""Mass insertion: counting without I/O in every cut, and 100 000 requests through a process."""

from __future__ import annotations

import subprocess

import pytest

from framewire.cli.client.pipe import MOST_ERRORS, Replies
from framewire.cli.client.session import Session
from framewire.redis import ThreadServer
from tests.cli.client.conftest import options_for
from tests.cli.client.running import command_line, run_cli
from tests.serving import command
from tests.waiting import PATIENCE

WIRE = b"+OK\r\n$3\r\na\r\n\r\n-ERR no\r\n*2\r\n:1\r\n-ERR inside\r\n>2\r\n+push\r\n+x\r\n$-1\r\n$4\r\nmark\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_replies_are_counted_however_they_are_cut(size: int) -> None:
    replies = Replies(b"mark")
    for start in range(0, len(WIRE), size):
        assert not replies.ended
        replies.feed(WIRE[start : start + size])
    assert (replies.count, replies.failed, replies.errors, replies.ended) == (5, 1, [b"ERR no"], True)


def test_errors_are_all_counted_and_some_kept() -> None:
    replies = Replies(b"mark")
    replies.feed(b"-ERR x\r\n" * 1000)
    assert (replies.failed, len(replies.errors)) == (1000, MOST_ERRORS)


@pytest.mark.thorough
@pytest.mark.parametrize("inline", [True, False])
def test_100_000_requests(server: ThreadServer, inline: bool) -> None:
    pairs = ((b"k%d" % number, b"v%d" % number) for number in range(100_000))
    requests = (b"SET %b %b\r\n" % pair if inline else command(b"SET", *pair) for pair in pairs)
    done = run_cli("-p", str(server.port), "-n", "3", "--pipe", stdin=b"".join(requests))
    assert done.stdout == b"errors: 0, replies: 100000\n"
    with Session(options_for(server)) as session:
        session.ask((b"SELECT", b"3"))
        assert session.ask((b"DBSIZE",)) == 100_000
        assert session.ask((b"GET", b"k99999")) == b"v99999"


@pytest.mark.thorough
def test_large_requests_and_replies_go_both_ways_at_once(server: ThreadServer) -> None:
    value = b"x" * 1_000_000
    requests = command(b"SET", b"k", value) + command(b"GET", b"k") * 60
    done = run_cli("-p", str(server.port), "--pipe", stdin=requests * 2)
    assert done.stdout == b"errors: 0, replies: 122\n"


@pytest.mark.thorough
def test_errors_are_shown_and_the_status_is_1(server: ThreadServer) -> None:
    done = run_cli("-p", str(server.port), "--pipe", stdin=b"SET k v\r\nINCR k\r\nNOSUCH\r\nGET k", status=1)
    assert done.stdout == b"errors: 2, replies: 4\n"
    assert b"ERR value is not an integer" in done.stderr and b"ERR unknown command" in done.stderr


@pytest.mark.thorough
def test_a_server_that_ends_the_connection(server: ThreadServer) -> None:
    """QUIT: what stands behind it is never answered."""
    done = run_cli("-p", str(server.port), "--pipe", stdin=b"SET k v\r\nQUIT\r\n" + b"PING\r\n" * 1000, status=1)
    assert b"the server ended the connection" in done.stderr


@pytest.mark.thorough
def test_it_reads_as_its_source_writes(server: ThreadServer) -> None:
    """What one process writes bit by bit arrives, though it goes on for long."""
    with subprocess.Popen(
        command_line("-p", str(server.port), "--pipe"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        with Session(options_for(server)) as session:
            process.stdin.write(b"SET first 1\r\n")
            process.stdin.flush()
            from tests.waiting import until

            until(lambda: session.ask((b"EXISTS", b"first")))
        process.stdin.write(b"SET second 1\r\n")
        process.stdin.close()
        assert process.stdout.read() == b"errors: 0, replies: 2\n"
        assert process.wait(PATIENCE) == 0
