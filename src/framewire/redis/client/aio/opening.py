"""A link opened: a transport to where the options say the server is (TCP, TLS, Unix, memory), and hands shaken.

What belongs here: one attempt, what may go wrong in it, and the options of sockets. Who tries again is elsewhere.
"""

from __future__ import annotations

import asyncio
import builtins
import ipaddress
import ssl
from collections.abc import Sequence
from time import perf_counter
from typing import Any, Protocol

from framewire.redis.client.aio.link import Link
from framewire.redis.client.credentials import AsyncCredentialProvider, auth_arguments
from framewire.redis.client.errors import RedisError, TimeoutError
from framewire.redis.client.hooks import Hooks
from framewire.redis.client.options import Options
from framewire.redis.client.tcp import set_tcp_options
from framewire.redis.client.tls import not_opened, ssl_context
from framewire.redis.urls import factory

__all__ = ["Finder", "Opener"]


class Finder(Protocol):
    """Who knows where a server is at the moment."""

    async def find(self, link: Link) -> None:
        """Tell `link` where it goes to. Raises what the clients raise, within `socket_connect_timeout`."""

    def failed(self, link: Link) -> None:
        """`link` could not be opened there."""

    async def aclose(self) -> None:
        """Nothing is to be found any more."""


class Opener:
    """Opens the links of one client, each to where its own options say; and of its siblings for other databases."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._context: ssl.SSLContext | None = None
        self._hold: Any = factory("memory")(options.memory) if options.memory is not None else None
        self.finder: Finder | None = None  # who is asked where links go to, where their options do not say it
        self.hooks: Hooks | None = None  # who is told of what was opened
        self.provider = options.credential_provider
        self.renewed: Sequence[bytes] = options.auth  # the newest that is known to be taken
        self.renewals = 0

    async def connect(self, link: Link) -> None:
        """Open `link`: one attempt, within `socket_connect_timeout`.

        Raises `ConnectionError` and its kin, `TimeoutError`, or the server's refusal; then the link is of no use.
        """
        if self.finder is None:
            return await self._connect(link, perf_counter())
        began = perf_counter()
        await self.finder.find(link)
        try:
            await self._connect(link, began)
        except RedisError:
            self.finder.failed(link)
            raise

    async def _connect(self, link: Link, began: float) -> None:
        seconds = link.options.socket_connect_timeout
        try:
            async with asyncio.timeout(None if seconds is None else began + seconds - perf_counter()):
                await self._open_transport(link)
                await link.greet(await self.credentials())
        except RedisError:
            raise
        except builtins.TimeoutError as error:
            raise TimeoutError(f"could not connect to {link.where} within {seconds} s") from error
        except (OSError, ValueError, RuntimeError) as error:
            raise not_opened(link.where, error) from error
        if self.hooks is not None:
            link.hooks = self.hooks
            self.hooks.opened(link.options, perf_counter() - began)

    async def _open_transport(self, link: Link) -> None:
        """Raises `OSError`, `ssl.SSLError`, `ValueError` (of TLS options) and `RuntimeError` (of memory)."""
        loop = asyncio.get_running_loop()
        options = link.options
        if self._hold is not None:
            await self._hold.open_connection(lambda: link)
        elif options.path is not None:
            await loop.create_unix_connection(lambda: link, options.path)
        else:
            await self._open_tcp(loop, link)

    async def _open_tcp(self, loop: asyncio.AbstractEventLoop, link: Link) -> None:
        options = link.options
        if options.ssl and self._context is None:
            self._context = await loop.run_in_executor(None, ssl_context, options)  # it reads files
        several = not _is_uvloop(loop) and not _is_address(options.host)  # uvloop tries them one after the other
        eyeballs: dict[str, Any] = {"happy_eyeballs_delay": 0.25} if several else {}
        transport, _ = await loop.create_connection(
            lambda: link, options.host, options.port, ssl=self._context, **eyeballs
        )
        set_tcp_options(transport.get_extra_info("socket"), options.socket_keepalive)

    # -- who it is ----------------------------------------------------------------------------------------------------

    async def credentials(self) -> Sequence[bytes]:
        """What stands behind AUTH, as it was last given, or from the provider, which may block."""
        provider = self.provider
        if provider is None:
            return self.renewed
        if isinstance(provider, AsyncCredentialProvider):
            return auth_arguments(await provider.get_credentials_async())
        loop = asyncio.get_running_loop()
        return auth_arguments(await loop.run_in_executor(None, provider.get_credentials))

    def renew(self, auth: Sequence[bytes]) -> None:
        """From now on links are opened and lent with these."""
        self.renewed = auth
        self.renewals += 1

    async def aclose(self) -> None:
        """Nothing more is opened: a server in memory that nobody else holds ends."""
        if self.finder is not None:
            await self.finder.aclose()
        if self._hold is not None:
            await self._hold.aclose()


def _is_address(host: str) -> bool:
    """Whether it is one, and need not be resolved. (A race that is cancelled may leave a socket of asyncio's open.)"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_uvloop(loop: asyncio.AbstractEventLoop) -> bool:
    return type(loop).__module__.partition(".")[0] == "uvloop"
