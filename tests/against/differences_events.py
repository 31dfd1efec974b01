"""The differences in what is told of changes: `expired k, set k` are two events of one key.

What belongs here: rows by the conversation they hold for.
"""

from __future__ import annotations

from tests.against.differences import Row, newer, valkey

EVENTS: dict[str, list[Row]] = {
    # What ends by a time that is past expires, instead of being deleted, or is not even set.
    "keys: expire": [valkey("EXPIRE key (0|-1)|PEXPIRE key (-5|-9223372036854775808)", "del key", "expired key")],
    "keys: expire conditions": [valkey("EXPIRE key -1 LT", "del key", "expired key")],
    "keys: expireat": [valkey("EXPIREAT k 1|PEXPIREAT k -1", "del k", "expired k")],
    "strings: getex": [valkey("GETEX k (EXAT|PXAT) 1", "del k", "expired k")],
    "strings: set with a time": [
        valkey("SET key v EXAT 1", "", "expired key", at=(18,)),
        valkey("SET key v PXAT 1", "", "", at=(20,)),
        valkey("GET key|EXISTS key", "expired key", "", at=(19, 21)),
    ],
    "sorted sets: how numbers are read": [valkey("(ZADD|ZINCRBY) [zn] 0[xX][^ ]+ m", "", "")],
    "transactions: what is refused ends it": [valkey("EXEC", "set a", "", at=(11,))],
    # A consumer is made by the first request in its name, also by one that gets nothing.
    "streams: read as a group": [newer("XREADGROUP GROUP g d BLOCK 1 STREAMS s >", "", "xgroup-createconsumer s")],
    "streams: claim": [
        newer("XCLAIM s g d 0 5-1|XCLAIM s g new 0 9-9", "", "xgroup-createconsumer s", at=(14, 53)),
        newer("XCLAIM s g d 0 5-1 FORCE", "xgroup-createconsumer s", ""),
    ],
    "streams: claim those in a row": [
        newer("XAUTOCLAIM s g d 0 - COUNT 1", "", "xgroup-createconsumer s", at=(19,)),
        newer("XAUTOCLAIM s g d 0 - COUNT 1", "xgroup-createconsumer s", "", at=(21,)),
    ],
    "streams: claim those in a row that are idle": [
        newer("XAUTOCLAIM s g b 800000 0 COUNT 1", "", "xgroup-createconsumer s", at=(43,)),
        newer("XAUTOCLAIM s g b 800000 11-1 COUNT 1", "xgroup-createconsumer s", "", at=(44,)),
    ],
    "streams: in a transaction": [
        newer("EXEC", "xadd s, xgroup-createconsumer s", "xgroup-createconsumer s, xadd s", at=(24,)),
    ],
    "streams: set id": [newer(r"XSETID s 6-5|XADD s 6-\* a 1", "", "", at=(54, 57))],
}  # fmt: skip


def rows_about(conversation: str, server: str, number: int, request: str) -> list[Row]:
    """The rows about what is told of the `number`th request of a conversation."""
    rows = EVENTS.get(conversation, [])
    return [row for row in rows if row.is_for(server, 2) and row.concerns(request, number)]
