"""Connections as they are shown and ended."""

from __future__ import annotations

from framewire.redis.compat.connections import Connection, shown


class Line:
    """A link to end."""

    lost = False

    def abort(self) -> None:
        self.lost = True


def test_a_connection_is_ended() -> None:
    connection = Connection(Line(), {"host": "h", "db": 3})
    assert (connection.host, connection.port, connection.db, connection.is_connected) == ("h", 6379, 3, True)
    connection.disconnect()
    assert not connection.is_connected


def test_no_secret_is_shown() -> None:
    text = shown(Connection, {"host": "h", "username": "u1", "password": "p1", "ssl_password": "p2", "db": None})
    assert text.endswith("Connection(host=h,username=<REDACTED>,password=<REDACTED>,ssl_password=<REDACTED>)>")
