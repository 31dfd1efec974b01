"""One sentinel: a server program that watches a primary, and what it says of it.

What belongs here: how a sentinel is started, and what is asked of one alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from framewire.kits.process import ServerProcess, Tls
from framewire.kits.programs import Program
from framewire.kits.sentinel.agreement import Said
from framewire.redis.cluster.addresses import Address

__all__ = ["SentinelProcess", "Watched"]

_PERIODS = ("INFO-PERIOD", 200, "PUBLISH-PERIOD", 200, "ASK-PERIOD", 200, "TILT-PERIOD", 1000)
"""In milliseconds: how often it asks servers and tells other sentinels, where it would take seconds."""

_SETTINGS = ("ip", "port", "config-epoch", "quorum", "down-after-milliseconds", "failover-timeout", "parallel-syncs")


class Watched(NamedTuple):
    """What a sentinel is to watch: its name, where its primary is at first, how many must agree that that is gone."""

    service: str
    primary: Address
    quorum: int
    down_after: int
    failover_timeout: int
    password: str | None


class SentinelProcess(ServerProcess):
    """A sentinel of a `RedisSentinel`: `address`, `pid`, `client`; `kill()`, `stop()`, `resume()`, `restart()`."""

    def __init__(
        self, watched: Watched, program: str | Program | None = None, lines: Sequence[str] = (), *,
        host: str = "127.0.0.1", password: str | None = None, tls: Tls | None = None,
    ) -> None:  # fmt: skip
        super().__init__(program, host=host, password=password, tls=tls)
        self.watched = watched
        self._lines = lines

    def _command_line(self) -> list[str]:
        """It keeps what it learns in its file, so that is written for its first start alone."""
        file = self.directory / "sentinel.conf"
        if not self._was_ready:
            file.write_text("\n".join([*self._configuration(), *self._lines, ""]))
        return [*self.program.command, str(file), "--sentinel"]

    def _configuration(self) -> list[str]:
        service, (host, port), quorum, down_after, timeout, password = self.watched
        settings = self._settings()
        settings.pop("masterauth", None)  # that is for who has a primary of its own
        lines = [f"{name} {_quoted(value)}" for name, value in settings.items()]
        lines += [
            f"sentinel monitor {service} {host} {port} {quorum}",
            f"sentinel down-after-milliseconds {service} {down_after}",
            f"sentinel failover-timeout {service} {timeout}",
        ]
        if password is not None:
            lines.append(f"sentinel auth-pass {service} {_quoted(password)}")
        if self.password is not None:
            lines.append(f"sentinel sentinel-pass {_quoted(self.password)}")
        return lines

    def ready(self) -> None:
        """Wait until it answers, and let it look more often than it does by itself."""
        super().ready()
        self.client.execute("SENTINEL", "DEBUG", *_PERIODS)

    # -- what it says -------------------------------------------------------------------------------------------------

    def names_primary(self) -> Address:
        """SENTINEL GET-MASTER-ADDR-BY-NAME."""
        host, port = self.client.execute("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.watched.service)
        return Address(host.decode(), int(port))

    def settings(self) -> dict[str, str]:
        """What SENTINEL SET changes, and how often the primary has changed."""
        primary = _texts(self.client.execute("SENTINEL", "MASTER", self.watched.service))
        return {name: primary[name] for name in _SETTINGS}

    def said(self) -> Said:
        """What it says of the service: SENTINEL MASTER and SENTINEL REPLICAS."""
        primary = _texts(self.client.execute("SENTINEL", "MASTER", self.watched.service))
        replicas = map(_texts, self.client.execute("SENTINEL", "REPLICAS", self.watched.service))
        return Said(
            primary=Address(primary["ip"], int(primary["port"])),
            flags=_flags(primary),
            other_sentinels=int(primary["num-other-sentinels"]),
            replicas={Address(each["ip"], int(each["port"])): _flags(each) for each in replicas},
        )


def _flags(record: Mapping[str, str]) -> frozenset[str]:
    return frozenset(record["flags"].split(","))


def _texts(reply: Any) -> dict[str, str]:
    """A record as RESP3 or RESP2 gives it."""
    pairs = reply.items() if isinstance(reply, dict) else zip(reply[::2], reply[1::2], strict=True)
    return {name.decode(): value.decode() for name, value in pairs}


def _quoted(value: str) -> str:
    """As the configuration file wants what may have blanks, quotes or a `#` in it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
