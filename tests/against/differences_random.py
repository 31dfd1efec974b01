"""The differences that random requests meet.

What belongs here: by machine, rows about requests, whatever was said before, and the requests that some servers are not
asked (`NOT_ASKED`): what they do there is another thing, behind which both would hold other values, or depends on more
than the request.
"""

from __future__ import annotations

from functools import cache

from tests.against.differences import Row, newer, redis_8, valkey

_NOT_AN_INTEGER = "-ERR value is not an integer or out of range"
_SYNTAX = "-ERR syntax error"
_TOO_SMALL = "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"
_INVALID_TIME = "-ERR invalid expire time in 'getex' command"

RANDOM: dict[str, list[Row]] = {
    "Bits": [  # the arguments are looked at before the key
        redis_8(r"BITCOUNT \S* \S+", "", _SYNTAX),
        redis_8(r"BITCOUNT \S* (x \S+|\S+ x)( \S+)?", "", _NOT_AN_INTEGER),
        redis_8(r"BITCOUNT \S* -?\d+ -?\d+ x", "", _SYNTAX),
        valkey(r"BITCOUNT \S* (x( .*)?|-?\d+ x( BIT| BYTE| bit)?)", "", _NOT_AN_INTEGER),
        valkey(r"BITCOUNT \S* -?\d+ \S+ x", "", _SYNTAX),
        newer(r"BITPOS \S* [01] (x( .*)?|-?\d+ x( BIT| BYTE| bit)?)", "", _NOT_AN_INTEGER),
        newer(r"BITPOS \S* [01] -?\d+ \S+ x", "", _SYNTAX),
    ],
    "Lists": [newer(r"LPOS \S* \S* (RANK|rank) -9223372036854775808.*", "", _TOO_SMALL)],
    "SortedSets": [newer("OBJECT ENCODING .*", '"hashtable"', '"listpack"')],
    "Streams": [
        newer("XADD .*", "Elements are too large to be stored",
              "The ID specified in XADD is equal or smaller than the target stream top item"),
    ],
    "Strings": [
        *(
            valkey(rf"GETEX \S* ({unit} \S+ )?{unit} {time}", "", error)  # of two times in one unit the last counts
            for unit, time, error in (
                ("(EX|ex)", "x", _NOT_AN_INTEGER), ("(EX|ex)", r"(0|-7|9223372036854775\d*)", _INVALID_TIME),
                ("PX", "0", _INVALID_TIME), ("EXAT", "(0|-1|9223372036854775807)", _INVALID_TIME),
                ("PXAT", "(0000|9223372036854775807000)", _NOT_AN_INTEGER), ("PXAT", "-1000", _INVALID_TIME),
            )
        ),
    ],
}  # fmt: skip

_ = ""
NOT_ASKED: dict[str, list[Row]] = {
    "Bits": [valkey(r"BITCOUNT \S* -?\d+", _, _)],  # the end is the last byte
    "Lists": [
        newer("LPOS .* (RANK|rank) -9223372036854775808.*", _, _),  # refused, by the first option that is wrong
        newer(r"LREM \S* -9223372036854775808 .*", _, _),  # refused
        newer(r"LSET \S* -?9223372036854775\d+ .*", _, _),  # taken for one that is there
    ],
    "Sets": [newer("OBJECT ENCODING .*", _, _)],  # small ones are listpacks, as long as a request foresees no more
    "scenes": [  # of several keys the first that was asked for serves, not the first that came
        newer("(BLPOP k l|BLPOP l k|BLMPOP 0 2 k l|BLMPOP 0 2 l k) .*", _, _),
    ],
    "SortedSets": [
        valkey("Z.* 0x2( .*)?", _, _),  # no number
        newer("CONFIG SET zset-max-listpack-entries .*", _, _),  # by what a request foresees
        newer("ZRANGE.* (LIMIT|limit) -1 1.*", _, _),
    ],
    "Sorting": [newer("(RPUSH|SADD|ZADD) .*0x7.*", _, _)],  # no number
    "Streams": [
        newer(r"XREAD .* \+( .*)?", _, _),  # the last entry
        newer("XSETID .*", _, _),  # not below an entry that was deleted
        newer("XGROUP CREATECONSUMER .*", _, _),  # those that got nothing are there
        newer("XINFO (GROUPS|STREAM .* FULL).*", _, _),  # lag, and times
    ],
}  # fmt: skip


def rows_about(machine: str, request: str, server: str, protocol: int) -> list[Row]:
    """The rows about a request of a machine, in the order in which they are applied."""
    return [row for row in _rows_for(machine, server, protocol) if row.concerns(request)]


@cache
def _rows_for(machine: str, server: str, protocol: int) -> list[Row]:
    return [row for row in RANDOM.get(machine, []) if row.is_for(server, protocol)]


def is_asked(machine: str, request: str, server: str) -> bool:
    """Whether that server gets the request at all."""
    return not any(row.concerns(request) for row in NOT_ASKED.get(machine, []) if server in row.servers)
