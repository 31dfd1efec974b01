"""Why no node tells the slot map: the one error for all who wait."""

from __future__ import annotations

import pytest

from framewire.redis.client.errors import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    InvalidResponse,
    ResponseError,
    error_of_reply,
)
from framewire.redis.client.fates import Fate
from framewire.redis.cluster.unanswered import is_final, why_no_map

REFUSED = ConnectionError("could not connect")
WRONG = AuthenticationError("WRONGPASS invalid username-password pair")
NO_DATABASE = ResponseError("ERR SELECT is not allowed in cluster mode")
NONSENSE = InvalidResponse("redis://localhost:6379/0 sent what it must not", fate=Fate.UNKNOWN)
BUSY = error_of_reply(b"BUSY Redis is busy running a script")
LOADING = BusyLoadingError("LOADING")


@pytest.mark.parametrize(
    ("failures", "kind", "text", "final"),
    [
        ([WRONG, WRONG], AuthenticationError, str(WRONG), True),
        ([NO_DATABASE], ResponseError, str(NO_DATABASE), True),
        ([WRONG, REFUSED], ConnectionError, f"no node tells of the slots: {WRONG}; {REFUSED}", False),
        ([REFUSED, REFUSED], ConnectionError, f"no node tells of the slots: {REFUSED}", False),
        ([NONSENSE], InvalidResponse, str(NONSENSE), True),
        ([BUSY], ConnectionError, f"no node tells of the slots: {BUSY}", False),
        ([LOADING], ConnectionError, "no node tells of the slots: LOADING", False),
        ([ValueError("no map")], ConnectionError, "no node tells of the slots: no map", False),
        ([OSError()], ConnectionError, "no node tells of the slots: OSError()", False),
    ],
    ids=[
        "wrong password", "no database", "one of them", "nobody there", "nonsense", "busy", "loading", "no map",
        "without a text",
    ],
)  # fmt: skip
def test_what_who_waits_is_told(failures: list[Exception], kind: type, text: str, final: bool) -> None:
    error = why_no_map(failures)
    assert (type(error), str(error), is_final(error)) == (kind, text, final)
    assert error not in failures
    assert error.fate is Fate.NOT_EXECUTED  # what he asks for was not sent
