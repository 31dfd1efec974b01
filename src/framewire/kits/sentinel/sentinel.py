"""`RedisSentinel`: a primary, its replicas, and sentinels that watch them, for tests of programs that ask sentinels.

What belongs here: how servers and sentinels are brought together, changed, and waited for. How one sentinel is started
is in `process`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

from framewire.kits.process import ServerProcess, Tls
from framewire.kits.programs import Program, find_program
from framewire.kits.resetting import empty, settings_of
from framewire.kits.sentinel.agreement import ServerSaid, amiss
from framewire.kits.sentinel.process import SentinelProcess, Watched
from framewire.kits.waiting import PATIENCE, wait_until_well
from framewire.redis.client.errors import RedisError, ResponseError
from framewire.redis.cluster.addresses import Address

__all__ = ["RedisSentinel"]


class RedisSentinel:
    """A service behind sentinels: `with RedisSentinel() as service:` then `url`, `primary`, `servers`, `sentinels`.

    There is a primary with `replicas`, and `sentinels` that watch it, of a `program` as `find_program` takes it. Who is
    not heard of for `down_after` milliseconds is down for a sentinel; `quorum` of them (most, if not said) make it so
    for all, and a failover that has failed is tried again after twice `failover_timeout`. `password` is that of the
    servers, `sentinel_password` that of the sentinels: words without blanks and quotes, which sentinels write down
    wrongly. `arguments` are those of redis-server for the servers, `sentinel_lines` are lines for the configuration of
    the sentinels. `host="::1"` is IPv6, and `tls` has all speak TLS.
    """

    def __init__(
        self, sentinels: int = 3, replicas: int = 2, *, service: str = "mymaster", quorum: int | None = None,
        program: str | Program | None = None, arguments: Sequence[str] = (), sentinel_lines: Sequence[str] = (),
        down_after: int = 1000, failover_timeout: int = 5000, host: str = "127.0.0.1", password: str | None = None,
        sentinel_password: str | None = None, tls: Tls | None = None,
    ) -> None:  # fmt: skip
        """Raises `NoProgram` where there is no such program, and `ValueError` for numbers that make no service."""
        if sentinels < 1 or replicas < 0:
            raise ValueError(f"sentinels must be 1 or more and replicas 0 or more, not {sentinels} and {replicas}")
        self.service = service
        self.program = find_program(program)
        self.host = host
        self.password = password
        self.sentinel_password = sentinel_password
        self.tls = tls
        self._counts = sentinels, replicas
        self._quorum = sentinels // 2 + 1 if quorum is None else quorum
        self._times = down_after, failover_timeout
        self._arguments = arguments
        self._lines = sentinel_lines
        self.servers: list[ServerProcess] = []
        """All servers, dead or alive; the first one is the primary at the start."""
        self.sentinels: list[SentinelProcess] = []
        """All sentinels, dead or alive."""

    @property
    def url(self) -> str:
        """Its URL, which names all sentinels: `redis+sentinel://127.0.0.1:10001,127.0.0.1:10002/mymaster`."""
        scheme = "redis+sentinel" if self.tls is None else "rediss+sentinel"
        secret = "" if self.password is None else f":{quote(self.password, safe='')}@"
        places = ",".join(str(sentinel.address) for sentinel in self.sentinels)
        options = {} if self.sentinel_password is None else {"sentinel_password": self.sentinel_password}
        options |= {} if self.tls is None else {"sentinel_ssl": "true"}
        behind = f"?{urlencode(options, quote_via=quote)}" if options else ""
        return f"{scheme}://{secret}{places}/{quote(self.service, safe='')}{behind}"

    # -- start and end ------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start servers and sentinels, and wait until all is well: some three seconds.

        Raises `RuntimeError` where one does not start, and `TimeoutError` where they do not come together.
        """
        sentinels, replicas = self._counts
        with ExitStack() as undo:
            undo.callback(self.stop)
            primary = self._server().start()
            for server in [self._server(primary) for _ in range(replicas)]:
                server.launch()
            for server in self.servers[1:]:
                server.ready()
            for sentinel in [self._sentinel(primary) for _ in range(sentinels)]:
                sentinel.launch()
            for sentinel in self.sentinels:
                sentinel.ready()
            self.wait_until_ok()
            self._at_start = self._state()
            undo.pop_all()
        return self

    def reset(self) -> None:
        """Make it as good as new: without keys, scripts and functions, and set up as it was at the start.

        That takes some milliseconds; but where the primary, the sentinels, parameters or users have changed since, all
        are ended, and `start` makes new ones, with other ports.
        """
        try:
            if self._state() == self._at_start and self._amiss() is None:
                empty(self.servers[:1], self.servers[1:])
                return
        except (RedisError, RuntimeError):
            pass  # one that cannot even be asked
        self.stop()
        self.start()

    def _state(self) -> Any:
        """What `reset` finds again, where nobody has changed it."""
        if not all(process.is_awake for process in (*self.servers, *self.sentinels)):
            return None
        watched = [(sentinel.pid, sentinel.settings()) for sentinel in self.sentinels]
        return watched, [(server.pid, settings_of(server)) for server in self.servers]

    def stop(self) -> None:
        """End all, by SIGKILL: what they have stored goes too. Stopping twice is fine."""
        for process in (*self.sentinels, *self.servers):
            process.kill()
        for processes in (self.sentinels, self.servers):
            while processes:
                processes.pop().end()

    def _server(self, primary: ServerProcess | None = None) -> ServerProcess:
        follows = () if primary is None else ("--replicaof", f"{primary.host} {primary.port}")
        arguments = ("--repl-diskless-sync-delay", "0", *follows, *self._arguments)
        server = ServerProcess(self.program, arguments, host=self.host, password=self.password, tls=self.tls)
        self.servers.append(server)
        return server

    def _sentinel(self, primary: ServerProcess) -> SentinelProcess:
        watched = Watched(self.service, primary.address, self._quorum, *self._times, self.password)
        sentinel = SentinelProcess(
            watched, self.program, self._lines, host=self.host, password=self.sentinel_password, tls=self.tls
        )
        self.sentinels.append(sentinel)
        return sentinel

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # -- who is what --------------------------------------------------------------------------------------------------

    @property
    def primary(self) -> ServerProcess:
        """The server that most sentinels name, dead or alive. Raises `LookupError` where no sentinel can be asked."""
        named = Counter(sentinel.names_primary() for sentinel in self._awake_sentinels())
        if not named:
            raise LookupError("no sentinel can be asked who the primary is")
        address = named.most_common(1)[0][0]
        return next(server for server in self.servers if server.address == address)

    @property
    def replicas(self) -> list[ServerProcess]:
        """The other servers that can be asked."""
        primary = self.primary
        return [server for server in self.servers if server.is_awake and server is not primary]

    def _awake_sentinels(self) -> list[SentinelProcess]:
        return [sentinel for sentinel in self.sentinels if sentinel.is_awake]

    # -- what can be done ---------------------------------------------------------------------------------------------

    def failover(self) -> ServerProcess:
        """Let a replica take the primary's place, as SENTINEL FAILOVER does; returns who is primary now.

        The primary is not asked whether it is well. Raises `LookupError` where no sentinel can be asked, and
        `TimeoutError` where there is no good replica.
        """
        before = self.primary
        wait_until_well(lambda: self._ask_for_failover(before), "the failover")
        self.wait_until_ok()
        return self.primary

    def _ask_for_failover(self, before: ServerProcess) -> str | None:
        """Ask for it, again where one came to nothing; one that goes on is an error, which waits for its end."""
        sentinel = self._awake_sentinels()[0]
        if sentinel.names_primary() != before.address:
            return None if self.primary is not before else "not all sentinels know the new primary"
        try:
            sentinel.client.execute("SENTINEL", "FAILOVER", self.service)
        except ResponseError as error:
            return str(error)
        return f"{sentinel} has just begun it"

    def wait_until_ok(self, seconds: float = PATIENCE) -> None:
        """Wait until all sentinels that run name one primary that runs, all servers that run follow it, and they know.

        Raises `TimeoutError`, which says what is amiss.
        """
        wait_until_well(self._amiss, "the service", seconds)

    def _amiss(self) -> str | None:
        sentinels = {sentinel.address: sentinel.said() for sentinel in self._awake_sentinels()}
        servers = {server.address: _said_by(server) for server in self.servers if server.is_awake}
        return amiss(sentinels, servers, len(self.sentinels))


def _said_by(server: ServerProcess) -> ServerSaid:
    said = server.client.info("replication")
    if said["role"] == "master":
        return ServerSaid(True, None)
    follows = said["master_link_status"] == "up" and not said["master_sync_in_progress"]
    return ServerSaid(False, Address(said["master_host"], int(said["master_port"])) if follows else None)
