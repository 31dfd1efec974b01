"""`framewire serve`: settings, signals and the log around a `Server`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from framewire import __version__, implementation
from framewire.aio.loops import new_event_loop
from framewire.cli.collecting import Collector
from framewire.redis.redaction import printable
from framewire.redis.server.config.config import Config
from framewire.redis.server.network.server import Server
from framewire.redis.server.persistence.load import UnreadableFile

__all__ = ["run_server"]

logger = logging.getLogger("framewire.redis")

SIGNALS = (signal.SIGINT, signal.SIGTERM)

IGNORED = tuple(getattr(signal, name) for name in ("SIGHUP", "SIGUSR1", "SIGUSR2") if hasattr(signal, name))
"""What would end a process that says nothing about it, and its clients with it."""

SPARE_DESCRIPTORS = 32
"""File descriptors kept for ourselves beside those of clients (what Redis reserves too)."""


def run_server(loop: str, log_level: str, shutdown_timeout: float, parameters: Mapping[str, Any]) -> None:
    """Serve until SIGINT or SIGTERM; a second one does not wait for clients.

    A start that fails ends the process with one line and status 1.
    """
    _log_to_stderr(log_level)
    try:
        runner = asyncio.Runner(loop_factory=lambda: new_event_loop(loop))
        with runner:
            runner.run(_serve(shutdown_timeout, parameters))
    except ImportError as error:
        sys.exit(f"framewire: {error}: the loop asked for is not installed")
    except (OSError, ValueError, UnreadableFile) as error:
        sys.exit(f"framewire: cannot serve: {error}")


async def _serve(shutdown_timeout: float, parameters: Mapping[str, Any]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    for number in IGNORED:
        loop.add_signal_handler(number, _ignore, number)
    server = Server(shutdown_timeout=shutdown_timeout, **parameters)
    _reach_scripts(server)
    server.state.on_shutdown = stop.set
    _allow_descriptors(server.config.maxclients + SPARE_DESCRIPTORS)
    collector = Collector(server.state)
    collector.prepare()
    async with server:
        collector.start()
        logger.info("listening on %s (%s)", ", ".join(server.addresses), _about(server, loop))
        _warn_if_open(server.config)
        await stop.wait()
        collector.stop()
        logger.info("shutting down: %d clients", len(server.state.clients))
        for number in SIGNALS:
            loop.add_signal_handler(number, server.abort)
    logger.info("bye")


def _ignore(number: int) -> None:
    logger.info("%s does nothing here: the log is not a file that could be opened anew", signal.Signals(number).name)


def _reach_scripts(server: Server) -> None:
    """Let signals reach a server that is inside a script, where the loop does not run and its handlers neither.

    Python's own handlers do; the loop is woken all the same, by the descriptor that it gave to `set_wakeup_fd`.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: server.interrupt())


def _warn_if_open(config: Config) -> None:
    """Say where other machines may reach a server that asks for no password: there is no protected mode."""
    reachable = [host for host in config.bind.split() if not _is_loopback(host)]
    certain_of_clients = config.port is None and config.tls_auth_clients == "yes"
    if reachable and not config.requirepass and not certain_of_clients:
        logger.warning("whoever reaches %s may do anything: no password is set (--requirepass)", ", ".join(reachable))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _about(server: Server, loop: asyncio.AbstractEventLoop) -> str:
    """What an operator wants to know of a process that has just begun."""
    directory = os.path.abspath(server.config.dir)
    return f"framewire {__version__}, {implementation}, {_loop_name(loop)}, pid {os.getpid()}, directory {directory}"


def _loop_name(loop: asyncio.AbstractEventLoop) -> str:
    return type(loop).__module__.partition(".")[0]


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class _OneLine(logging.Formatter):
    """Whatever is in a message, it is one line; a traceback, which is ours, follows on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = printable(record.message)
        return super().formatMessage(record)


def _allow_descriptors(wanted: int) -> None:
    """Raise the soft limit of open files as far as the hard one allows, and say where it does not reach."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted or soft == resource.RLIM_INFINITY:
        return
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
    if limit < wanted:
        logger.warning("only %d file descriptors are allowed, %d would be needed for maxclients", limit, wanted)
