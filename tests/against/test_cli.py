"""`framewire cli` beside redis-cli: the same requests to the same server, and the same bytes on the standard output.

What belongs here: what must be the same. Errors in JSON are not among it, for redis-cli's are no JSON (`error:"..."`);
nor are sets of more members than one, which have no order. Many requests stand in the lines of one standard input, so
that neither program is started more often than it must be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.client.running import run_cli
from tests.peers import PEERS, RedisServer, require
from tests.waiting import PATIENCE

FORMS = ["--no-raw", "--raw", "--csv", "--json", "--quoted-json"]

FILL = rb"""
RPUSH list a 'b c' "x\ny" "\x00\xff"
RPUSH ten 1 2 3 4 5 6 7 8 9 10
HSET hash f1 v1 f2 v2 f3 v3 f4 v4 f5 v5
SADD set 7
ZADD zset 1.5 a 3 b
XADD stream 1-1 f v g w
SET text "caf\xc3\xa9 \x7f\x1f"
SET number 12
"""

REQUESTS = rb"""
GET text
GET number
GET nothing
INCR number
LRANGE list 0 -1
LRANGE ten 0 -1
HGETALL hash
HGETALL nothing
SMEMBERS set
SMEMBERS nothing
ZRANGE zset 0 -1 WITHSCORES
XRANGE stream - +
XREAD STREAMS stream 0
TYPE list
PING
PING "a b"
ECHO ""
EVAL "return {1,{2,{3,'x'},{}},{{{4}}},false}" 0
EVAL "redis.setresp(3); return {map={d={1,2}, e={{1,2}}, f={{{1}}}, g={}, h={set={}}}}" 0
EVAL "redis.setresp(3); return {double=3.25}" 0
CONFIG GET maxclients
COMMAND DOCS get
MULTI
INCR number
LRANGE list 0 0
EXEC
DEBUG PROTOCOL string
DEBUG PROTOCOL integer
DEBUG PROTOCOL double
DEBUG PROTOCOL null
DEBUG PROTOCOL array
DEBUG PROTOCOL set
DEBUG PROTOCOL map
DEBUG PROTOCOL verbatim
DEBUG PROTOCOL true
DEBUG PROTOCOL false
"""

ERRORS = rb"""
NOSUCH
GET
INCR text
EVAL "return {1,redis.error_reply('ERR inside'),2}" 0
"""


@pytest.fixture(scope="module", params=PEERS)
def peer(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    require(request.param)
    with RedisServer("--enable-debug-command", "yes", name=request.param) as server:
        theirs(server, stdin=FILL)
        yield server


def theirs(server: RedisServer, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
    program = shutil.which("redis-cli")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("redis-cli is not installed")
    command = [program, "-p", str(server.port), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def ours(server: RedisServer, *arguments: str, stdin: bytes = b"", status: int = 0) -> bytes:
    return run_cli("-p", str(server.port), *arguments, stdin=stdin, status=status).stdout


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("protocol", ["-2", "-3"])
def test_replies_look_the_same(peer: RedisServer, form: str, protocol: str) -> None:
    requests = b"SET number 12\n" + REQUESTS
    assert ours(peer, form, protocol, stdin=requests) == theirs(peer, form, protocol, stdin=requests)


@pytest.mark.parametrize("form", ["--no-raw", "--raw", "--csv"])
@pytest.mark.parametrize("protocol", ["-2", "-3"])
def test_errors_look_the_same(peer: RedisServer, form: str, protocol: str) -> None:
    assert ours(peer, form, protocol, stdin=ERRORS) == theirs(peer, form, protocol, stdin=ERRORS)


LINES = [
    b"",
    b"   \t  ",
    b"GET 'number'",
    b'ECHO "a\\x41\\n\\t\\q\\"" ',
    b"ECHO 'a\\n\\'b'",
    b'ECHO "unbalanced',
    b'ECHO "a"b',
    b"ECHO 'a'b",
    b'ECHO a"b c"',
    b"ECHO a\\ b",
    b'"ECHO" ""',
    b"2 ECHO x",
]


def test_lines_are_read_the_same(peer: RedisServer) -> None:
    for line in LINES:
        text = line + b"\nECHO end\n"
        assert ours(peer, "--no-raw", stdin=text) == theirs(peer, "--no-raw", stdin=text).replace(
            b"Invalid argument(s)\n", b""
        ), line


@pytest.mark.parametrize(
    ("arguments", "stdin", "status"),
    [
        (["GET", "number"], b"", 0),
        (["-e", "NOSUCH"], b"", 1),
        (["NOSUCH"], b"", 0),
        (["-x", "ECHO"], b"from\0stdin\n", 0),
        (["-X", "T", "ECHO", "T"], b"from stdin", 0),
        (["-d", "|", "-D", "$", "LRANGE", "ten", "0", "-1"], b"", 0),
        (["-r", "3", "ECHO", "x"], b"", 0),
        (["--quoted-input", "ECHO", r'"\x41 b"'], b"", 0),
        (["-n", "3", "DBSIZE"], b"", 0),
        (["--scan", "--pattern", "te[x]t"], b"", 0),
        (["--no-raw", "--scan", "--pattern", "te[x]t"], b"", 0),
        (["--csv", "--scan", "--pattern", "te[x]t"], b"", 0),
    ],
)
def test_options_do_the_same(peer: RedisServer, arguments: list[str], stdin: bytes, status: int) -> None:
    assert ours(peer, *arguments, stdin=stdin, status=status) == theirs(peer, *arguments, stdin=stdin, status=status)


def test_mass_insertion_counts_the_same(peer: RedisServer) -> None:
    requests = b"".join(b"SET mass:%d %d\r\n" % (number, number) for number in range(5000)) + b"NOSUCH\r\n"
    counted = ours(peer, "--pipe", stdin=requests, status=1)
    assert counted.splitlines()[-1] == theirs(peer, "--pipe", stdin=requests, status=1).splitlines()[-1]
