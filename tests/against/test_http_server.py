"""`examples/http_server.py`, driven by curl, by httpx and by a socket; in a process of its own, as a reader runs it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.test_examples import complaints
from tests.waiting import PATIENCE

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "http_server.py"
BIG = os.urandom(3_000_001)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("served")
    (directory / "hello.txt").write_text("hello\n")
    (directory / "empty").write_bytes(b"")
    (directory / "big.bin").write_bytes(BIG)
    (directory / "a & <b>.html").write_text("<p>")
    (directory / "sub").mkdir()
    (directory / "sub" / "page.html").write_text("page")
    (directory / "out").symlink_to("/etc")
    (directory / "circle").symlink_to("circle")
    os.mkfifo(directory / "fifo")
    return directory


@pytest.fixture(scope="module")
def url(directory: Path) -> Iterator[str]:
    """The server's address. It ends well by Ctrl-C, and complains about nothing."""
    command = [sys.executable, "-W", "error", "-X", "dev", str(SCRIPT), str(directory), "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.stderr and process.stderr.read()
        yield found[0]
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints(stderr)) == (0, "")
    finally:
        process.kill()
        process.wait()


def curl(*arguments: str) -> bytes:
    if shutil.which("curl") is None:
        if os.environ.get("CI"):
            pytest.fail("curl is needed in CI")
        pytest.skip("needs curl")
    command = ["curl", "--silent", "--show-error", "--max-time", "20", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_curl_gets_files(url: str) -> None:
    assert curl(url + "hello.txt") == b"hello\n"
    assert curl(url + "empty") == b""
    assert curl(url + "big.bin") == BIG
    assert curl("--head", url + "big.bin").startswith(b"HTTP/1.1 200 OK\r\n")
    assert curl("--http1.0", url + "hello.txt") == b"hello\n"
    assert curl("--location", url + "sub/page.html") == b"page"


def test_curl_keeps_the_connection(url: str) -> None:
    addresses = curl("-o", "/dev/null", "-w", "%{local_port}\\n", *[url + "hello.txt"] * 2, "-o", "/dev/null")
    first, second = addresses.split()
    assert first == second


def test_curl_uploads_and_is_refused_but_not_cut_off(url: str) -> None:
    for form in ([], ["-H", "Transfer-Encoding: chunked"]):
        answer = curl("--include", *form, "--data-binary", "x" * 100_000, url + "hello.txt")
        assert b"HTTP/1.1 405 Method Not Allowed" in answer and b"allow: GET, HEAD" in answer


def test_curl_cannot_leave_the_directory(url: str) -> None:
    for path in ("../../etc/passwd", "..%2f..%2fetc/passwd", "out/passwd", "%00", "hello.txt/", "none"):
        answer = curl("--path-as-is", "--include", url + path)
        assert answer.startswith(b"HTTP/1.1 404 Not Found") or path == "hello.txt/", path
        assert b"root:" not in answer


def test_httpx_follows_links(url: str) -> None:
    with httpx.Client(base_url=url, follow_redirects=True) as client:
        page = client.get("/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        links = re.findall(r'href="\./([^"]+)"', page.text)
        assert {"hello.txt", "big.bin", "sub/", "a%20%26%20%3Cb%3E.html"} <= set(links)
        assert "a &amp; &lt;b&gt;.html" in page.text
        assert client.get("a%20%26%20%3Cb%3E.html").text == "<p>"
        assert client.get("/sub").url.path == "/sub/"
        with client.stream("GET", "/big.bin") as response:
            assert b"".join(response.iter_bytes()) == BIG
        assert client.head("/big.bin").headers["content-length"] == str(len(BIG))
        assert client.post("/", content=(b"x" * 1000 for _ in range(100))).status_code == 405
        assert client.get("/none").status_code == 404


def test_pipelined_requests_are_answered_in_order(url: str) -> None:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    names = [b"hello.txt", b"none", b"empty", b"sub/page.html"]
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(b"".join(b"GET /%b HTTP/1.1\r\nHost: h\r\n\r\n" % name for name in names))
        sock.sendall(b"GET /hello.txt HTTP/1.0\r\n\r\n")
        answers = sock.makefile("rb").read()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"404", b"200", b"200", b"200"]
    assert answers.index(b"nothing is here") < answers.index(b"page")


def test_what_is_not_http_is_told_so(url: str) -> None:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
        answer = sock.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n") and b"Transfer-Encoding can't be present" in answer


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET http://[", b"400"),
        (b"GET http://[127.0.0.1]/", b"400"),
        (b"GET http://[::::]/", b"400"),
        (b"GET http://h/hello.txt", b"200"),
        (b"GET /hello.txt?a#b", b"400"),
        (b"GET *", b"400"),
        (b"OPTIONS *", b"405"),
        (b"CONNECT h:1", b"405"),
        (b"BREW /", b"501"),
        (b"GET /%00", b"404"),
        (b"GET /%ff%c3", b"404"),
        (b"GET /" + b"x" * 5000, b"404"),
        (b"GET /" + b"x/" * 5000, b"404"),
        (b"GET /circle", b"404"),
        (b"GET /fifo", b"404"),
        (b"GET /sub", b"301"),
        (b"GET /%2e%2e/%2e%2e/etc/passwd", b"404"),
    ],
)
def test_odd_targets_have_an_answer(url: str, line: bytes, status: bytes) -> None:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(line + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        answer = sock.makefile("rb").read()
    assert answer[9:12] == status


def test_who_leaves_early_is_no_failure(url: str) -> None:
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    for _ in range(3):
        with socket.create_connection((host, int(port)), timeout=20) as sock:
            sock.sendall(b"GET /big.bin HTTP/1.1\r\nHost: h\r\n\r\n")
            sock.recv(1000)
    assert curl(url + "hello.txt") == b"hello\n"
