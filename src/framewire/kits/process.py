"""One server program that runs on loopback: started, asked whether it is there, hurt, ended.

What belongs here: processes, their directories and logs, the same for plain servers, nodes and sentinels. What
they are told on their command line is said by who inherits this.

    launch     ready     resume
    new -> starting -> running <-> stopped         stop: SIGSTOP, as a machine that hangs
              ^           |          |
              |           | kill, end|
              +-- over <--+----------+
          restart: on the same ports, in the same directory
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from framewire.kits.ports import free_port
from framewire.kits.programs import Program, find_program
from framewire.redis.client.blocking.client import BlockingClient
from framewire.redis.client.errors import RedisError
from framewire.redis.client.retries import Retry
from framewire.redis.cluster.addresses import Address

__all__ = ["ServerProcess", "Tls"]

START_SECONDS = 60.0
END_SECONDS = 10.0
LOOK_AGAIN = 0.005
_ATTEMPTS = 10
_LOG_LINES = 20


class Tls(NamedTuple):
    """The files with which servers speak TLS, to clients and to one another: PEM, as Redis wants them.

    The certificate must be signed by `ca`, or be it.
    """

    certificate: str
    key: str
    ca: str


class ServerProcess:
    """A server of some program: `with ServerProcess("redis") as server:` then `host`, `port`, `client`.

    Nothing is stored unless `arguments` say so; these are those of redis-server (`"--databases", "4"`). Its directory
    is removed with it. `stop()` is what SIGSTOP does; `end()`, or the end of the `with` block, ends it for good.
    """

    def __init__(
        self, program: str | Program | None = None, arguments: Sequence[str] = (), *,
        host: str = "127.0.0.1", password: str | None = None, tls: Tls | None = None,
    ) -> None:  # fmt: skip
        self.program = find_program(program)
        self.host = host
        self.port = 0
        self.password = password
        self.tls = tls
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._client: BlockingClient | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._is_stopped = False
        self._was_ready = False

    # -- what it is told ----------------------------------------------------------------------------------------------

    def _command_line(self) -> list[str]:
        """The program and all its arguments, now that the ports are chosen. What comes later wins."""
        settings = [word for name, value in self._settings().items() for word in ("--" + name, value)]
        return [*self.program.command, *settings, "--save", "", "--appendonly", "no", *self._arguments]

    def _settings(self) -> dict[str, str]:
        """Where it listens, who may ask, where its files are: by the names of the configuration file."""
        settings = {"bind": self.host, "port": str(self.port), "dir": str(self.directory)}
        if self.password is not None:
            settings |= {"requirepass": self.password, "masterauth": self.password}
        if self.tls is not None:
            settings |= {"port": "0", "tls-port": str(self.port), "tls-auth-clients": "no", "tls-replication": "yes",
                         "tls-cert-file": self.tls.certificate, "tls-key-file": self.tls.key,
                         "tls-ca-cert-file": self.tls.ca}  # fmt: skip
        return settings

    def _choose_ports(self) -> None:
        """Ports for the first start; later ones take the same."""
        self.port = free_port(self.host)

    # -- start --------------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start it and wait until it answers. Raises `RuntimeError` with the end of its log where it does not."""
        self.launch()
        self.ready()
        return self

    def launch(self) -> None:
        """Start it and wait for nothing: `ready` does."""
        if self.is_running:
            raise RuntimeError(f"{self} runs already")
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="framewire-kit-")
            self._choose_ports()
        self._spawn()

    def ready(self) -> None:
        """Wait until it answers; where its first ports were taken meanwhile, start it on others."""
        deadline = time.monotonic() + START_SECONDS
        for _ in range(_ATTEMPTS):
            if self._answers(deadline):
                self._was_ready = True
                return
            if not self._found_its_port_taken() or time.monotonic() > deadline:
                break
            self._again()
        error = RuntimeError(f"{self} did not start; the end of its log:\n{self.log}")
        self.end()
        raise error

    def _again(self) -> None:
        if self._was_ready:
            time.sleep(0.1)  # others know it by its ports: who sits there will go
        else:
            self._choose_ports()
        self._spawn()

    def _spawn(self) -> None:
        self._forget_client()
        self._log_from = self._log_file.stat().st_size if self._log_file.exists() else 0
        with self._log_file.open("ab") as log:
            process = subprocess.Popen(self._command_line(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._process, self._is_stopped = process, False
        self._leash = weakref.finalize(self, _kill, process, os.getpid())

    def _answers(self, deadline: float) -> bool:
        """Whether it answers before its end, and before the deadline."""
        while self.is_running and time.monotonic() < deadline:
            with contextlib.suppress(RedisError, OSError):
                if self._is_there():
                    return True
            time.sleep(LOOK_AGAIN)
        return False

    def _is_there(self) -> bool:
        """Whether it answers: it itself, not another one on its port. Raises `RedisError`, `OSError`.

        While it still reads its files it tells who it is, and refuses PING.
        """
        with BlockingClient(self.host, self.port, **self.client_options) as client:
            return bool(client.info("server")["process_id"] == self.pid and client.ping())

    def _found_its_port_taken(self) -> bool:
        return not self.is_running and "in use" in self.log

    # -- what it is ---------------------------------------------------------------------------------------------------

    @property
    def address(self) -> Address:
        """Where it listens: host and port."""
        return Address(self.host, self.port)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last. Raises `RuntimeError` before the first start."""
        if self._process is None:
            raise RuntimeError(f"{self} was never started")
        return self._process

    @property
    def pid(self) -> int:
        """Its process id. Raises `RuntimeError` before the first start."""
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there, stopped or not."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` has stopped it."""
        return self._is_stopped and self.is_running

    @property
    def is_awake(self) -> bool:
        """Whether it runs and is not stopped: then it can be asked."""
        return self.is_running and not self._is_stopped

    @property
    def directory(self) -> Path:
        """Where it keeps its files, until it is ended."""
        if self._folder is None:
            raise RuntimeError(f"{self} has no directory: it is not started, or ended")
        return Path(self._folder.name)

    @property
    def log(self) -> str:
        """The last lines that it wrote since it was started last."""
        with self._log_file.open("rb") as file:
            file.seek(self._log_from)
            return "\n".join(file.read().decode(errors="replace").splitlines()[-_LOG_LINES:])

    @property
    def _log_file(self) -> Path:
        return self.directory / "log"

    @property
    def client(self) -> BlockingClient:
        """A client of this server alone. It tries nothing twice, and waits for ten seconds."""
        if self._client is None:
            self._client = BlockingClient(self.host, self.port, **self.client_options)
        return self._client

    @property
    def client_options(self) -> Mapping[str, Any]:
        """What a client must know beside the address, by the names of `Options`."""
        options: dict[str, Any] = {"password": self.password, "retry": Retry(0)}
        options |= {"socket_timeout": 10.0, "socket_connect_timeout": 10.0, "health_check_interval": 0.0}
        if self.tls is not None:
            options |= {"ssl": True, "ssl_ca_certs": self.tls.ca, "ssl_check_hostname": False}
        return options

    def _forget_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    # -- hurt ---------------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """End it by SIGKILL, as a machine that loses its power; its files stay, `restart` finds them."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._forget_client()

    def stop(self) -> None:
        """SIGSTOP: it hangs, and its connections stay open. `resume` lets it go on."""
        self._signal(signal.SIGSTOP)
        self._is_stopped = True

    def resume(self) -> None:
        """SIGCONT: it goes on where it was stopped."""
        self._signal(signal.SIGCONT)
        self._is_stopped = False

    def restart(self) -> None:
        """Start it again, on the same ports and in the same directory, and wait until it answers; kill it before."""
        self.kill()
        self.start()

    def _signal(self, number: signal.Signals) -> None:
        if not self.is_running:
            raise RuntimeError(f"{self} does not run")
        self.process.send_signal(number)

    # -- the end ------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """End it, by SIGTERM and after ten seconds by SIGKILL, and remove its directory. Ending twice is fine."""
        if self.is_running:
            self.process.terminate()
            self.process.send_signal(signal.SIGCONT)  # one that is stopped hears no SIGTERM
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_SECONDS)
        self.kill()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder, self._was_ready = None, False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def __repr__(self) -> str:
        state = "stopped" if self.is_stopped else "running" if self.is_running else "not running"
        name = Path(self.program.command[-1]).name
        return f"<{type(self).__name__} {name} {self.program.version} at {self.address}, {state}>"


def _kill(process: subprocess.Popen[bytes], owner: int) -> None:
    """What nobody ended goes with its last reference, or with the interpreter. A forked child ends nothing here."""
    if os.getpid() == owner and process.poll() is None:
        process.kill()
        process.wait()
