"""Free ports: where they are, and that they are free."""

from __future__ import annotations

import random
import socket

import pytest

from framewire.kits import ports as module
from framewire.kits.ports import free_port


def test_ports_are_not_those_of_outgoing_connections() -> None:
    """Someone who connects must not get the port of a server that starts again."""
    ports = {free_port() for _ in range(50)}
    assert max(ports) < 32_768 and len(ports) > 25


def test_one_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(module, "_chance", Choosing([port, port, 0]))
        assert free_port() == 0
        monkeypatch.setattr(module, "_chance", Choosing([port]))
        with pytest.raises(OSError, match="none is free"):
            free_port()


class Choosing(random.Random):
    """Chance that has these ports."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports

    def sample(self, *_: object, **__: object) -> list[int]:  # type: ignore[override]
        return self._ports
