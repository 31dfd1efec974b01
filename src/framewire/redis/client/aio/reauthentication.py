"""New credentials on links that are open, from asyncio.

What belongs here: who is told of them, and when. The shared link is told at once, in order with its requests; a link of
somebody's own before it is lent the next time; new ones are opened with what the provider says then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.route import Route
from framewire.redis.client.credentials import Credentials, auth_arguments, listen, new_arguments
from framewire.redis.client.errors import RedisError

__all__ = ["Reauthenticates"]

logger = logging.getLogger(__name__)


class Reauthenticates:
    """A client whose credentials may change while it is used."""

    _opener: Opener
    _route: Route
    _siblings: dict[int, Any]
    _members: dict[tuple[str, int], Any]

    async def reauthenticate(self, credentials: Credentials | None = None) -> None:
        """Be who `credentials` say from now on, on all links; without them, who the provider says, who is asked.

        A provider that streams its credentials does this by itself. Raises `AuthenticationError` where the server
        refuses them: then links stay what they were.
        """
        auth = await self._opener.credentials() if credentials is None else auth_arguments(credentials)
        await self._reauthenticate(auth)

    async def _reauthenticate(self, auth: Sequence[bytes]) -> None:
        if not auth:
            raise ValueError("there are no credentials to authenticate with")
        for each in (self, *self._siblings.values(), *self._members.values()):
            await each._route.reauthenticate(auth)
        self._opener.renew(auth)

    # -- what providers call, from whichever thread -------------------------------------------------------------------

    def _listen_for_credentials(self) -> None:
        listen(self._opener.provider, self._has_new_credentials, self._has_no_new_credentials)

    def _has_new_credentials(self, given: Any) -> Any:
        """Returns what may be awaited, by providers that do so, where this is called in a loop."""
        auth = new_arguments(given)
        running = asyncio._get_running_loop()
        loop = running if self._route.left_behind() else self._route.loop or running
        if loop is None:  # then there is no shared link either
            return self._opener.renew(auth)
        if loop is running:
            return asyncio.ensure_future(self._renewing(auth))
        future = asyncio.run_coroutine_threadsafe(self._renewing(auth), loop)
        return future if running is None else asyncio.wrap_future(future)

    async def _renewing(self, auth: Sequence[bytes]) -> None:
        try:
            await self._reauthenticate(auth)
        except RedisError as error:
            logger.error("the server does not take the new credentials: %s", error)

    def _has_no_new_credentials(self, error: Exception) -> None:
        logger.error("the credential provider has no new credentials: %s", error)
