"""What callers are told of requests that have no reply.

What belongs here: an error given to whoever waits, the same for links of every kind. Which error it is, and whether the
request is sent again instead, others decide.
"""

from __future__ import annotations

from framewire.frames.resp import Error
from framewire.redis.client.errors import ConnectionError, RedisError, error_of_reply
from framewire.redis.client.fates import Fate
from framewire.redis.exchange.calls import Call

__all__ = ["copied", "fail", "lost_error", "name_of", "refusal_of"]


def fail(call: Call, error: Exception) -> None:
    """Tell the waiter of `call`; a batch learns too which of its replies came before."""
    if call.waiter is None or call.waiter.done():
        return
    if call.batch:
        error.replies = call.replies  # type: ignore[attr-defined]
    call.waiter.set_exception(error)


def lost_error(call: Call, loss: Exception) -> ConnectionError:
    """The error for `call`, whose link is gone: of the kind of `loss`, where that is one of ours."""
    kind = type(loss) if isinstance(loss, ConnectionError) else ConnectionError
    return kind(str(loss), fate=Fate.UNKNOWN if call.written else Fate.NOT_EXECUTED)


def refusal_of(call: Call, error: Error) -> RedisError:
    """The error for `call`, which the server has answered with one."""
    return error_of_reply(error.data, name_of(call))


def name_of(call: Call) -> bytes:
    """The name of its first command."""
    name = call.requests[0][0]
    return name if isinstance(name, bytes) else str(name).encode()


def copied(error: RedisError) -> RedisError:
    """An error of one's own for each caller: a traceback grows where it is raised."""
    copy = type(error)(*error.args, fate=error.fate)
    copy.__cause__ = error.__cause__
    return copy
