"""What is of one slot in a batch that waits at its server, on a link of its own, from threads.

    together --> replies --> MOVED, ASK, ... : that request alone, on another link, which the next ones share
                         |-> link lost       : behind the replies that came, each learns its fate
                         `-> all else        : the reply is there

What belongs here: such a part, until all its requests have their replies. Which requests it has is said by others.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from framewire.frames.resp import Error
from framewire.redis.client.batches import Failed
from framewire.redis.client.blocking.route import OwnLinks
from framewire.redis.client.errors import RedisError, error_of_reply
from framewire.redis.client.outcomes import copied
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.apart import of_own_link
from framewire.redis.exchange.calls import Request

__all__ = ["ApartPart"]


class ApartPart:
    """Requests that go together."""

    def __init__(self, requests: Sequence[Request], links: OwnLinks, timeout: float | None) -> None:
        self._requests, self._links = requests, links
        self._deadline = None if timeout is None else monotonic() + timeout

    def run(self) -> list[Any]:
        """Their replies, `Error` and `Failed` among them."""
        try:
            self._link = self._links.take(self._requests)
        except RedisError as error:
            return self._failed([], error)
        try:
            replies = self._link.batch(self._requests, self._left())
            self._follow(replies)
            return replies
        except RedisError as error:
            return self._failed(getattr(error, "replies", ()), error)
        finally:
            self._links.give_back(self._link, clean=self._link.idle)

    def _left(self) -> float | None:
        return None if self._deadline is None else max(0.0, self._deadline - monotonic())

    def _failed(self, known: Sequence[Any], error: RedisError) -> list[Any]:
        """The replies that there are; and of the others, why there are none."""
        return [*known, *(Failed(copied(error)) for _ in self._requests[len(known) :])]

    def _follow(self, replies: list[Any]) -> None:
        """Ask again for what was refused. What waits for the writes of its link does so where they are, too."""
        first = self._link
        for place, (request, reply) in enumerate(zip(self._requests, replies, strict=True)):
            if isinstance(reply, Error):
                replies[place] = self._ask_again(request, reply)
            elif self._link is not first and of_own_link(request):
                replies[place] = self._ask(request)

    def _ask_again(self, request: Request, refusal: Error) -> Any:
        """Its reply or `Failed`, on another link if need be."""
        reply: Any = refusal
        error: Exception = error_of_reply(refusal.data, words_of(request[:1])[0])
        while isinstance(error, RedisError):
            try:
                another = self._links.take_again(self._link, [request], error)
            except RedisError as failure:
                return Failed(failure)
            if another is None:
                break
            self._link = another
            reply = self._ask(request)
            if not isinstance(reply, Failed):
                break
            error = reply.error
        return reply

    def _ask(self, request: Request) -> Any:
        """Its reply, or `Failed`."""
        try:
            return self._link.call(request, None, self._left())
        except RedisError as error:
            return Failed(error)
