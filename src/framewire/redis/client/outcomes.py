"""What callers are told of requests that have no reply.

What belongs here: an error given to whoever waits, the same for links of every kind. Which error it is, and whether the
request is sent again instead, others decide.
"""

from __future__ import annotations

from framewire.errors import EncodeError, FramewireError
from framewire.frames.resp import Error
from framewire.redis.client.errors import (
    ConnectionError,
    DataError,
    InvalidResponse,
    MaxConnectionsError,
    QueueFullError,
    RedisError,
    error_of_reply,
)
from framewire.redis.client.fates import Fate
from framewire.redis.client.options import Options
from framewire.redis.exchange.calls import BacklogFull, Call, UnexpectedReply

__all__ = ["broken_error", "copied", "explained", "fail", "lost_error", "name_of", "no_room", "refusal_of", "unsent"]


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


def unsent(error: Exception) -> Exception:
    """The error for who called with what the exchange did not take, and so has not sent."""
    match error:
        case EncodeError():
            return DataError(str(error))
        case BacklogFull():
            return QueueFullError(str(error))
    return error


def broken_error(where: str, error: FramewireError) -> ConnectionError:
    """The error for a link to `where` on which what came is wrong. An error that answers nothing says, as a rule, why
    the server closes the connection: that it has no room for one more, for example.
    """
    if not (isinstance(error, UnexpectedReply) and isinstance(error.reply, Error)):
        return InvalidResponse(f"{where} sent what it must not: {error}")
    said = error_of_reply(error.reply.data)
    kind = type(said) if isinstance(said, ConnectionError) else ConnectionError
    return kind(f"{where} ended the connection: {said}")


def refusal_of(call: Call, error: Error) -> RedisError:
    """The error for `call`, which the server has answered with one."""
    return error_of_reply(error.data, name_of(call))


def no_room(options: Options) -> MaxConnectionsError:
    """The error for who has waited in vain for a link of his own."""
    return MaxConnectionsError(
        f"all {options.max_connections} links that max_connections allows are in use, and none was given back within "
        f"{options.socket_timeout:.3g} s"
    )


def name_of(call: Call) -> bytes:
    """The name of its first command."""
    name = call.requests[0][0]
    return name if isinstance(name, bytes) else str(name).encode()


def explained(error: RedisError, why: str) -> RedisError:
    """The same error, and why nothing more is done about it."""
    return type(error)(f"{error} ({why})", fate=error.fate)


def copied(error: RedisError) -> RedisError:
    """An error of one's own for each caller: a traceback grows where it is raised."""
    copy = type(error)(*error.args, fate=error.fate)
    copy.__cause__ = error.__cause__
    return copy
