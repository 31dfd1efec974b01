"""`framewire serve`: settings, signals and the log around a `Server`."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import sys
from collections.abc import Mapping
from typing import Any

from framewire import implementation
from framewire.aio.loops import new_event_loop
from framewire.cli.collecting import Collector
from framewire.redis.server.config.config import Config
from framewire.redis.server.network.server import Server
from framewire.redis.server.persistence.load import DamagedFile

__all__ = ["run_server"]

logger = logging.getLogger("framewire.redis")

SIGNALS = (signal.SIGINT, signal.SIGTERM)

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
    except (OSError, ValueError, DamagedFile) as error:
        sys.exit(f"framewire: cannot serve: {error}")


async def _serve(shutdown_timeout: float, parameters: Mapping[str, Any]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    server = Server(shutdown_timeout=shutdown_timeout, **parameters)
    _reach_scripts(server)
    server.state.on_shutdown = stop.set
    _allow_descriptors(server.config.maxclients + SPARE_DESCRIPTORS)
    collector = Collector(server.state)
    collector.prepare()
    async with server:
        collector.start()
        logger.info("listening on %s (%s, %s)", ", ".join(server.addresses), implementation, _loop_name(loop))
        _warn_if_open(server.config)
        await stop.wait()
        collector.stop()
        logger.info("shutting down: %d clients", len(server.state.clients))
        for number in SIGNALS:
            loop.add_signal_handler(number, server.abort)
    logger.info("bye")


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


def _loop_name(loop: asyncio.AbstractEventLoop) -> str:
    return type(loop).__module__.partition(".")[0]


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


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
