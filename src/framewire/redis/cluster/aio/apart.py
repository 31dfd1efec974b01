"""What is of one slot in a batch that waits at its server, on a link of its own.

    together --> replies --> MOVED, ASK, ... : that request alone, on another link, which the next ones share
                         |-> link lost       : behind the replies that came, each learns its fate
                         `-> all else        : the reply is there

What belongs here: such a part, until all its requests have their replies. Which requests it has is said by others.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from framewire.errors import EncodeError
from framewire.frames.resp import Error
from framewire.redis.client.aio.apart import ask_together
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.aio.route import OwnLinks
from framewire.redis.client.batches import Failed
from framewire.redis.client.errors import RedisError, error_of_reply
from framewire.redis.client.outcomes import copied, unsent
from framewire.redis.client.requests import words_of
from framewire.redis.cluster.aio.pipelining import Whole
from framewire.redis.cluster.apart import of_own_link
from framewire.redis.exchange.calls import BacklogFull, Request

__all__ = ["ApartPart"]


class ApartPart:
    """The requests of `whole` with these indexes."""

    _own: OwnLink  # the one that is used; it may become another one

    def __init__(self, whole: Whole, indexes: Sequence[int], links: OwnLinks) -> None:
        self._whole, self._indexes, self._links = whole, indexes, links
        self._requests = [whole.requests[index] for index in indexes]

    async def run(self) -> None:
        """Give all replies to the whole, `Failed` among them."""
        try:
            self._own = await self._links.take(self._requests)
        except Exception as error:
            return self._settle([], error)
        try:
            replies = await ask_together(self._own, self._requests, self._left())
        except Exception as error:
            self._settle(getattr(error, "replies", ()), unsent(error))
        else:
            await self._follow(replies)
            self._settle(replies)
        finally:
            self._links.give_back(self._own, clean=self._own.idle)

    def _left(self) -> float | None:
        deadline = self._whole.deadline
        return None if deadline == math.inf else max(0.0, deadline - asyncio.get_running_loop().time())

    def _settle(self, replies: Sequence[Any], error: Exception | None = None) -> None:
        """Those that there are; of the others, why there are none."""
        self._whole.settle_all(self._indexes[: len(replies)], replies)
        for index in self._indexes[len(replies) :]:
            self._whole.settle(index, Failed(copied(error) if isinstance(error, RedisError) else error))  # type: ignore[arg-type]

    async def _follow(self, replies: list[Any]) -> None:
        """Ask again for what was refused. What waits for the writes of its link does so where they are, too."""
        first = self._own
        for place, (request, reply) in enumerate(zip(self._requests, replies, strict=True)):
            if isinstance(reply, Error):
                replies[place] = await self._ask_again(request, reply)
            elif self._own is not first and of_own_link(request):
                replies[place] = await self._ask(request)

    async def _ask_again(self, request: Request, refusal: Error) -> Any:
        """Its reply or `Failed`, on another link if need be."""
        reply: Any = refusal
        error: Exception = error_of_reply(refusal.data, words_of(request[:1])[0])
        while isinstance(error, RedisError):
            try:
                another = await self._links.take_again(self._own, [request], error)
            except RedisError as failure:
                return Failed(failure)
            if another is None:
                break
            self._own = another
            reply = await self._ask(request)
            if not isinstance(reply, Failed):
                break
            error = reply.error
        return reply

    async def _ask(self, request: Request) -> Any:
        """Its reply, or `Failed`."""
        try:
            return await self._own.call(request, None, self._left())
        except (RedisError, EncodeError, BacklogFull) as error:
            return Failed(unsent(error))
