"""One sentinel asked, from asyncio: over a link that is opened for it.

What belongs here: one question and its answer, within its time.
"""

from __future__ import annotations

import asyncio
import builtins
from dataclasses import replace

from framewire.redis.client.aio.opening import Opener
from framewire.redis.client.aio.own import OwnLink
from framewire.redis.client.errors import RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.sentinel.answers import Address, questions
from framewire.redis.sentinel.discovery import Said
from framewire.redis.sentinel.told import options_of_sentinel

__all__ = ["ask_sentinel"]


async def ask_sentinel(options: Options, opener: Opener, sentinel: Address, seconds: float) -> Said:
    """What `sentinel` says of the service of `options`; or the error, also where it says nothing for so long."""
    assert options.service is not None
    own = OwnLink(replace(options_of_sentinel(options, sentinel), socket_connect_timeout=seconds))
    try:
        async with asyncio.timeout(seconds):
            await opener.connect(own.link)
            replies = asyncio.get_running_loop().create_future()
            own.send_batch(questions(options.service), replies, None)
            return await replies  # type: ignore[no-any-return]
    except builtins.TimeoutError as error:
        return error if isinstance(error, RedisError) else TimeoutError(f"says nothing for {seconds:.3g} s")
    except RedisError as error:
        return error
    finally:
        own.abort()
