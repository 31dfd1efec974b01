"""New credentials on links that are open, from threads.

What belongs here: who is told of them, and when. The shared link is told at once, in order with its requests; a link of
somebody's own before it is lent the next time; new ones are opened with what the provider says then.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.blocking.route import Route
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

    def reauthenticate(self, credentials: Credentials | None = None) -> None:
        """Be who `credentials` say from now on, on all links; without them, who the provider says, who is asked.

        A provider that streams its credentials does this by itself. Raises `AuthenticationError` where the server
        refuses them: then links stay what they were.
        """
        self._reauthenticate(self._opener.credentials() if credentials is None else auth_arguments(credentials))

    def _reauthenticate(self, auth: Sequence[bytes]) -> None:
        if not auth:
            raise ValueError("there are no credentials to authenticate with")
        for each in (self, *list(self._siblings.values()), *list(self._members.values())):
            each._route.reauthenticate(auth)
        self._opener.renew(auth)

    # -- what providers call, from whichever thread -------------------------------------------------------------------

    def _listen_for_credentials(self) -> None:
        listen(self._opener.provider, self._has_new_credentials, self._has_no_new_credentials)

    def _has_new_credentials(self, given: Any) -> None:
        try:
            self._reauthenticate(new_arguments(given))
        except RedisError as error:
            logger.error("the server does not take the new credentials: %s", error)

    def _has_no_new_credentials(self, error: Exception) -> None:
        logger.error("the credential provider has no new credentials: %s", error)
