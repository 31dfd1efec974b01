"""One sentinel asked, from threads: over a link that is opened for it.

What belongs here: one question and its answer, within its time.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from framewire.redis.client.blocking.opening import Opener
from framewire.redis.client.errors import RedisError
from framewire.redis.client.options import Options
from framewire.redis.sentinel.answers import Address, questions
from framewire.redis.sentinel.discovery import Said
from framewire.redis.sentinel.told import options_of_sentinel

__all__ = ["ask_sentinel"]


def ask_sentinel(options: Options, opener: Opener, sentinel: Address, seconds: float) -> Said:
    """What `sentinel` says of the service of `options`; or the error, also where it says nothing for so long."""
    assert options.service is not None
    ends = monotonic() + seconds
    told = replace(options_of_sentinel(options, sentinel), socket_connect_timeout=seconds)
    try:
        link = opener.connect(told, ends, False)
    except RedisError as error:
        return error
    try:
        return link.batch(questions(options.service), max(0.0, ends - monotonic()))
    except RedisError as error:
        return error
    finally:
        link.abort()
