"""`Client`: a Redis server, from asyncio.

What belongs here: how it is made, its views, and its end. What can be asked is in `commands`, where it goes in
`server`.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from framewire.errors import EncodeError
from framewire.redis.client.aio.link import WrongLoop
from framewire.redis.client.aio.server import Future, Server
from framewire.redis.client.commands.strings import Strings as Commands
from framewire.redis.client.definition import Asyncio
from framewire.redis.client.errors import DataError, QueueFullError
from framewire.redis.client.options import Options
from framewire.redis.client.shapes.basic import texted
from framewire.redis.exchange.calls import BacklogFull

__all__ = ["Client", "TextClient"]


class Client(Asyncio, Commands[bytes]):
    """A Redis server: `async with Client.from_url("redis://localhost") as client: await client.get("key")`."""

    def __init__(self, host: str = "localhost", port: int = 6379, db: int = 0, **options: Any) -> None:
        self._setup(Options(host=host, port=port, db=db, **options))

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        """The client for a URL; see `Options`. Raises `ValueError`."""
        return cls.from_options(Options.from_url(url, **options))

    @classmethod
    def from_options(cls, options: Options) -> Self:
        self = cls.__new__(cls)
        self._setup(options)
        return self

    def _setup(self, options: Options) -> None:
        self.options = options
        self._server = Server(options)
        self._timeout = options.socket_timeout

    def _run(self, request: tuple[Any, ...], shape: Any = None) -> Any:
        try:
            return self._server.call(request, shape, self._timeout)
        except (EncodeError, BacklogFull, WrongLoop) as error:
            return self._not_sent(error)

    def _not_sent(self, error: Exception) -> Future:
        if isinstance(error, EncodeError):
            raise DataError(str(error)) from None
        if isinstance(error, BacklogFull):
            raise QueueFullError(str(error)) from None
        raise RuntimeError("the client is used in another event loop than the one where it was first used") from None

    _run_raw = _run

    @property
    def text(self) -> TextClient:
        """The same client on the same link; its replies are `str`."""
        return TextClient(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._server.close()


class TextClient(Asyncio, Commands[str]):
    """A view of a client, whose replies are `str` where the client's are `bytes`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def _run(self, request: tuple[Any, ...], shape: Any = None) -> Any:
        return self._client._run(request, texted(shape))
