"""Each example, run as its reader would run it, and talked to by a program that we did not write where there is one."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Client
from pathlib import Path
from threading import Thread

import pytest

from tests.peers import RedisServer
from tests.waiting import PATIENCE

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
COMMAND = [sys.executable, "-W", "error", "-X", "dev"]


def complaints(stderr: str) -> str:
    """What is wrong with a program, without asyncio's notes on how long something took on a busy machine."""
    return re.sub(r"Executing .* took [0-9.]+ seconds\n", "", stderr)


class Example:
    """A server among the examples, in a process of its own until the `with` block ends; then it ends as by Ctrl-C."""

    def __init__(self, name: str, *arguments: str) -> None:
        command = [*COMMAND, str(EXAMPLES / name), "0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", self.process.stdout.readline())
        if found is None:
            self.process.kill()
            raise AssertionError(self.process.communicate()[1])
        self.port = int(found[1])

    def stop(self) -> str:
        """Interrupt it; returns what it printed. It must end well, and complain about nothing."""
        self.process.send_signal(signal.SIGINT)
        try:
            printed, stderr = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert (self.process.returncode, complaints(stderr)) == (0, "")
        return printed


@contextmanager
def running(name: str, *arguments: str) -> Iterator[Example]:
    example = Example(name, *arguments)
    try:
        yield example
    finally:
        if example.process.poll() is None:
            example.stop()


class Nc:
    """What `nc` is to a user: lines in, lines out."""

    def __init__(self, port: int, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE)
        if receive_buffer:  # before it connects, or the system goes on enlarging it
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def say(self, line: str | bytes) -> None:
        self.socket.sendall((line.encode() if isinstance(line, str) else line) + b"\n")

    def hear(self) -> str:
        return self.file.readline().decode().removesuffix("\n")

    def leave(self) -> None:
        self.file.close()
        self.socket.close()


def run(name: str, *arguments: str, data: bytes = b"") -> str:
    command = [*COMMAND, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE)
    assert (done.returncode, complaints(done.stderr.decode())) == (0, "")
    return done.stdout.decode()


def test_every_example_is_tested() -> None:
    tested = set(re.findall(r"\"(\w+\.py)\"", Path(__file__).read_text()))
    assert {path.name for path in EXAMPLES.glob("*.py")} - tested <= {"http_server.py"}  # which has its own test


def test_chat() -> None:
    with running("chat.py") as example:
        ada, bob = Nc(example.port), Nc(example.port)
        assert ada.hear() == bob.hear() == "* who are you?"
        ada.say("Ada")
        assert ada.hear() == "* Ada is here"
        bob.say("Ada")
        assert bob.hear() == "* choose another name"
        bob.say("Bob\r")  # as telnet ends its lines
        assert ada.hear() == bob.hear() == "* Bob is here"
        bob.say("hellö")
        assert ada.hear() == bob.hear() == "Bob: hellö"
        ada.say("x" * 501)
        assert ada.hear() == "* that line was too long: 500 bytes are allowed"
        bob.say(b"\xff")
        assert bob.hear() == "* a line is not utf-8: invalid start byte at byte 0"
        assert ada.hear() == "* Bob has left"
        assert bob.hear() == ""
        ada.leave()
        bob.leave()


def test_a_chat_does_not_wait_for_who_does_not_read() -> None:
    with running("chat.py") as example:
        ada, mute = Nc(example.port), Nc(example.port, receive_buffer=4096)
        mute.say("mute")
        assert [mute.hear(), mute.hear()] == ["* who are you?", "* mute is here"]
        ada.say("Ada")
        assert [ada.hear(), ada.hear()] == ["* who are you?", "* Ada is here"]
        heard: list[str] = []
        for batch in range(800):  # 20 MB: far more than the system holds for a sender
            ada.say("\n".join(f"{batch * 50 + line:0490}" for line in range(50)))
            heard = [ada.hear() for _ in range(50)]
            if "* mute has left" in heard:
                break
        assert "* mute has left" in heard
        ada.leave()
        mute.leave()


def test_lines_against_smtplib() -> None:
    with running("lines.py") as example:
        with smtplib.SMTP("127.0.0.1", example.port, timeout=PATIENCE) as client:
            client.sendmail("a@example.org", ["b@example.org"], "Subject: dots\r\n\r\n.one\r\n..two\r\n")
            assert client.docmd("XYZZY") == (500, b"unknown command")
        assert example.stop() == "Subject: dots\n\n.one\n..two\n"


@pytest.fixture
def mail_server(_key_and_certificate: tuple[str, str]) -> Iterator[Example]:
    key, certificate = _key_and_certificate
    with running("starttls.py", certificate, key) as example:
        yield example


def test_starttls_against_smtplib(mail_server: Example, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    with smtplib.SMTP("localhost", mail_server.port, timeout=PATIENCE) as client:
        with pytest.raises(smtplib.SMTPSenderRefused, match="530"):
            client.sendmail("a@example.org", ["b@example.org"], "in the clear")
        assert client.has_extn("starttls")
        assert client.starttls(context=tls[1]) == (220, b"go ahead")
        client.ehlo()
        assert not client.has_extn("starttls")
        client.sendmail("a@example.org", ["b@example.org"], "Subject: secret\r\n\r\n..dot\r\n")
        assert client.docmd("STARTTLS")[0] == 502
    assert mail_server.stop() == "Subject: secret\n\n..dot\n"


def test_starttls_obeys_no_command_that_was_put_behind_it(mail_server: Example) -> None:
    """CVE-2011-0411: what is behind STARTTLS in the same packet would pass for what the client says over TLS."""
    attacker = Nc(mail_server.port)
    assert attacker.hear().startswith("220 ")
    attacker.say(b"STARTTLS\r\nMAIL FROM:<somebody@else>\r")
    assert attacker.hear() == ""
    attacker.leave()


@pytest.mark.skipif(shutil.which("find") is None, reason="needs find")
def test_delimiter_against_find(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "line\nbreak.py", "c.txt", "plain"):
        (tmp_path / name).touch()
    found = subprocess.run(["find", str(tmp_path), "-type", "f", "-print0"], capture_output=True, check=True).stdout
    assert sorted(run("delimiter.py", data=found).split()) == ["(none)", ".py", ".txt", "1", "1", "3"]


@pytest.mark.parametrize("size", [0, 5, 3_000_000])
def test_length_delimited_against_multiprocessing(size: int) -> None:
    with running("length_delimited.py") as example, Client(("127.0.0.1", example.port)) as client:
        message = bytes(range(256)) * (size // 256 + 1)
        for part in (message[:size], b"another"):
            client.send_bytes(part)
            assert client.recv_bytes() == hashlib.sha256(part).digest()


def test_json_lines() -> None:
    with running("json_lines.py") as example:
        peer = Nc(example.port)
        for line, answer in [
            ('{"id": 1, "method": "mul", "params": [6, 7]}', {"id": 1, "result": 42.0}),
            ('{"method": "max", "params": [3, 9, 4]}', {"id": None, "result": 9.0}),
            ('{"method": "exec", "params": []}', {"error": "KeyError: 'exec'"}),
            ("7", {"error": "AttributeError: 'int' object has no attribute 'get'"}),
            ("null", {"error": "a frame was decoded to None, which means that there is none"}),
            ("[" * 5000, {"error": "an item is longer than 4096 bytes"}),
        ]:
            peer.say(line)
            assert json.loads(peer.hear()) == answer
        peer.say("{")
        assert json.loads(peer.hear())["error"].startswith("a frame cannot be decoded: JSONDecodeError")
        peer.leave()


def test_resp_against_a_mini_redis_of_its_own() -> None:
    lines = run("resp.py").splitlines()
    assert [line.split()[-1] for line in lines] == ["key:7", "key:70", "key:700"]


@pytest.mark.peer
def test_resp_against_a_real_redis() -> None:
    with RedisServer() as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as client:
            client.sendall(b"SET soon 1 EX 50\r\nSET later 1 EX 500\r\nSET never 1\r\n")
            assert client.makefile("rb").read(15) == b"+OK\r\n" * 3
        lines = run("resp.py", "127.0.0.1", str(server.port)).splitlines()
    assert [line.split()[-1] for line in lines] == ["soon", "later"]


CLIENTS = [
    (
        "client.py", ["to", "be", "or", "not", "to", "be", "to"],
        "to: 3\nbe: 2\nor: 1\nnot: 1\nWRONGTYPE (executed): the words are no number\n",
    ),
    ("client_threads.py", [*map(str, range(1, 101))], "100 jobs, sum of squares 338350\n"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "words", "printed"), CLIENTS)
def test_clients_of_a_server_in_memory(name: str, words: list[str], printed: str) -> None:
    assert run(name, *words) == printed


@pytest.mark.peer
@pytest.mark.parametrize(("name", "words", "printed"), CLIENTS)
def test_clients_of_a_real_redis(name: str, words: list[str], printed: str) -> None:
    with RedisServer() as server:
        for _ in range(2):  # what is left by the first does not disturb the second
            assert run(name, "--url", f"redis://127.0.0.1:{server.port}", *words) == printed


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "300000")
        self.end_headers()
        self.wfile.write(b"tunnel" * 50_000)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def http_port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_tunnel_against_curl(http_port: int) -> None:
    with running("tunnel.py") as example:
        curl = ["curl", "-sS", "--max-time", f"{PATIENCE}", "--proxytunnel", "-x", f"127.0.0.1:{example.port}"]
        done = subprocess.run([*curl, f"http://127.0.0.1:{http_port}/"], capture_output=True)
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", b"tunnel" * 50_000)
        unheard = subprocess.run([*curl, "http://127.0.0.1:1/"], capture_output=True)
        assert b"502" in unheard.stderr


def test_tunnel_tunnels_only() -> None:
    with running("tunnel.py") as example:
        peer = Nc(example.port)
        peer.say("GET http://example.org/ HTTP/1.1\r\n\r")
        assert peer.hear() == "HTTP/1.1 405 Only CONNECT, please\r"
        peer.leave()
