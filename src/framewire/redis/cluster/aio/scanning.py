"""A page of SCAN over a cluster, from asyncio.

What belongs here: taking the steps of `cluster.scanning`, which says what to ask of which node.
"""

from __future__ import annotations

from typing import Any

from framewire.redis.client.errors import RedisError
from framewire.redis.cluster.aio.places import Places
from framewire.redis.cluster.aio.several import Several
from framewire.redis.cluster.scanning import AskNode, NewMap, scan_page
from framewire.redis.exchange.calls import Request

__all__ = ["scan"]


async def scan(request: Request, places: Places, several: Several, timeout: float | None) -> Any:  # noqa: ASYNC109
    """The page: a cursor and keys; each question has `timeout` seconds. Raises as `scan_page`, `Places.refreshed`."""
    until = await several.map_is_there(timeout)
    steps = scan_page(request, places.topology.owners, places.locate)
    try:
        step = next(steps)
        while True:
            try:
                reply = await _take(step, places, several, timeout, until)
            except RedisError as error:
                step = steps.throw(error)
            else:
                step = steps.send(reply)
    except StopIteration as page:
        return page.value


async def _take(
    step: AskNode | NewMap,
    places: Places,
    several: Several,
    timeout: float | None,  # noqa: ASYNC109
    until: float,
) -> Any:
    match step:
        case AskNode(node, request):
            return await several.pinned(node, request, None, timeout)
        case NewMap():
            return await places.refreshed(until)
