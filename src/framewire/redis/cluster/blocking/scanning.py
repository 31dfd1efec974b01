"""A page of SCAN over a cluster, from threads.

What belongs here: taking the steps of `cluster.scanning`, which says what to ask of which node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from framewire.redis.client.errors import RedisError, TimeoutError
from framewire.redis.cluster.addresses import Address
from framewire.redis.cluster.blocking.calling import Calling, send_call
from framewire.redis.cluster.blocking.places import Places
from framewire.redis.cluster.scanning import AskNode, NewMap, scan_page
from framewire.redis.exchange.calls import Request

__all__ = ["scan"]

Ask = Callable[[Address, Request, float | None], Any]
"""Asks one node, and no other, within so many seconds."""


def scan(request: Request, places: Places, ask: Ask, timeout: float | None) -> Any:
    """The page: a cursor and keys, within `timeout` seconds in all. Raises as `scan_page`, and `TimeoutError`."""
    call = Calling((request,), send_call(request, None), timeout)
    steps = scan_page(request, places.topology.owners, places.locate)
    try:
        step = next(steps)
        while True:
            match step:
                case AskNode(node, asked):
                    try:
                        reply = ask(node, asked, call.left())
                    except RedisError as error:
                        step = steps.throw(error)
                    else:
                        step = steps.send(reply)
                case NewMap():
                    _wait_for_map(places, call)
                    step = steps.send(None)
    except StopIteration as done:
        return done.value


def _wait_for_map(places: Places, call: Calling) -> None:
    with places.lock:
        places.topology.refreshing.want(at_once=True)
        if not places.refresher.wait_for_round(call.deadline):
            why = places.refresher.failure or "no node has told of them in time"
            raise TimeoutError(f"SCAN waited for a map of the slots: {why}")
