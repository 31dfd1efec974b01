"""A child that the program forks keeps nothing of a server: clients see the end, and the port is free."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.waiting import PATIENCE

PROGRAM = """
import os, signal, socket, sys
from framewire.redis import run_in_thread

server = run_in_thread()
client = socket.create_connection((server.host, server.port), 60)
client.sendall(b"PING\\r\\n")
assert client.recv(100) == b"+PONG\\r\\n"
child = os.fork()
if not child:
    signal.pause()  # it lives, and does nothing
try:
    server.stop()
    assert client.recv(100) == b"", "the client does not see the end"
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # for the connection that has just ended
    probe.bind((server.host, server.port))
    probe.listen()
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_keeps_no_copy() -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0, ended.stderr
