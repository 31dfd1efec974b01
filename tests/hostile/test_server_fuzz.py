"""Any bytes, cut anywhere, from several clients at once: the server answers or closes, logs no defect, serves others.

Requests that are mostly right and sometimes damaged reach deeper than noise does. The seeds are fixed; `ROUNDS` is
small enough for every run, and may be raised for a long one.
"""

from __future__ import annotations

import random
import socket
import struct
import threading

import pytest

from tests.serving import Serving, command

ROUNDS = 60
CLIENTS = 4
PING = command(b"PING")

KEYS = [b"k1", b"k2", b"", b"\x00\xff", b"k" * 300]
VALUES = [b"1", b"-5", b"abc", b"", b"x" * 100, b"x" * 20_000, b"x" * 100_000, b"9223372036854775807"]
REQUESTS = [
    b"SET K V", b"GET K", b"MGET K K", b"INCR K", b"APPEND K V", b"DEL K", b"EXPIRE K V", b"KEYS *", b"FLUSHALL",
    b"PUBLISH c V", b"SUBSCRIBE c d", b"PSUBSCRIBE *", b"UNSUBSCRIBE", b"PUNSUBSCRIBE", b"HELLO 3", b"HELLO 2",
    b"HELLO V", b"RESET", b"PING",
    b"PING V", b"SELECT V", b"COMMAND", b"INFO", b"CLIENT INFO", b"CONFIG GET *", b"QUIT", b"V V V",
    b"CONFIG SET proto-max-bulk-len 1mb", b"CONFIG SET proto-max-bulk-len 512mb", b"CONFIG SET timeout V",
    b"CONFIG SET timeout 0",
]  # fmt: skip
NOISE = [b"\r\n", b"*", b"$5\r\n", b"-1", b"99999999999", b"*3\r\n", b"'", b"\x00"]


def request(rng: random.Random) -> bytes:
    words = rng.choice(REQUESTS).split()
    parts = [rng.choice({b"K": KEYS, b"V": VALUES}.get(word, [word])) for word in words]
    wire = bytearray(command(*parts) if rng.random() < 0.9 else b" ".join(parts) + b"\r\n")
    for _ in range(rng.choice([0] * 8 + [1, 3])):
        at = rng.randrange(len(wire))
        if rng.random() < 0.5:
            del wire[at : at + rng.randint(1, 4)]
        wire[at:at] = rng.choice(NOISE)
    return bytes(wire)


def converse(port: int, rng: random.Random) -> None:
    """One connection: send, sometimes read, and leave in one of the ways in which clients leave."""
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.settimeout(0.002)
        try:
            for _ in range(rng.randint(1, 10)):
                send_in_pieces(client, b"".join(request(rng) for _ in range(rng.randint(1, 30))), rng)
            if rng.random() < 0.3:
                client.shutdown(socket.SHUT_WR)
            elif rng.random() < 0.5:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass  # the server has closed, or waits for us to read


def send_in_pieces(client: socket.socket, wire: bytes, rng: random.Random) -> None:
    while wire:
        size = rng.choice([1, 2, 10, 100, 1000, 10_000, 100_000])
        client.sendall(wire[:size])
        wire = wire[size:]
        if rng.random() < 0.5:
            try:
                client.recv(1 << 20)
            except TimeoutError:
                pass


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_damaged_traffic(loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    with Serving("--loop", loop) as server:

        def play(seed: int) -> None:
            rng = random.Random(seed)
            for _ in range(ROUNDS):
                converse(server.port, rng)

        players = [threading.Thread(target=play, args=(seed,)) for seed in range(CLIENTS)]
        for player in players:
            player.start()
        while any(player.is_alive() for player in players):
            server.ask(PING, b"+PONG\r\n")
            players[0].join(0.05)
        server.ask(PING, b"+PONG\r\n")
        assert server.process.poll() is None
        assert "Traceback" not in server.text and "ERROR" not in server.text
