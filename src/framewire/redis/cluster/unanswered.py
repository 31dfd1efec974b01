"""Why no node tells the slot map.

What belongs here: the one error for all who wait for it, out of what each node that was asked has said.
"""

from __future__ import annotations

from collections.abc import Sequence

from framewire.redis.client.errors import ConnectionError, RedisError
from framewire.redis.client.fates import Fate
from framewire.redis.client.outcomes import copied
from framewire.redis.client.repeating import is_passing, may_pass

__all__ = ["is_final", "why_no_map"]


def why_no_map(failures: Sequence[Exception]) -> RedisError:
    """The error for who waits, where all who were asked have failed so.

    Where none of them would say anything else when it is asked again (a wrong password, a database that there is not,
    no cluster at all), it is what the first has said.
    """
    final = [failure for failure in failures if isinstance(failure, RedisError) and is_final(failure)]
    if final and len(final) == len(failures):
        error = copied(final[0])
        error.fate = Fate.NOT_EXECUTED  # of who waits; the question for the map may have been
        return error
    said = dict.fromkeys(str(failure) or repr(failure) for failure in failures)
    return ConnectionError(f"no node tells of the slots: {'; '.join(said)}")


def is_final(failure: RedisError) -> bool:
    """Whether nobody need be asked again."""
    return not (may_pass(failure) or is_passing(failure))
