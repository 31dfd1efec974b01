"""The differences that clients who wait meet: since 7.2, what they asked is simply run again when there is something.

What belongs here: rows by the scene they hold for.
"""

from __future__ import annotations

import re

from tests.against.differences import Row, newer

_NO_GROUP = "-NOGROUP No such key '{key}' or consumer group '{group}' in XREADGROUP with GROUP option"
_WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value"
_GONE = "-UNBLOCKED the stream key no longer exists"
_GROUP_GONE = "-NOGROUP the consumer group this client was blocked on no longer exists"

SCENES: dict[str, list[Row]] = {
    "lists: several keys": [  # the keys are looked at in the order in which they were asked for
        newer("p: MULTI; RPUSH y 1; RPUSH x 1; EXEC", '["y" "1"]', '["x" "1"]'),
        newer("a: BRPOP x x 0", "", "1 wait"),
        newer("b: BLPOP x 0", "1 wait", "2 wait"),
        newer("p: RPUSH x 5", "", 'a hears ["x" "5"], p hears :1, 1 wait'),
        newer("p: RPUSH x 6", "", 'b hears ["x" "6"], p hears :1, 0 wait'),
    ],
    "lists: several keys in a transaction": [
        newer("p: MULTI.*", re.compile(r'a hears (\S+ "1"\]), b hears (\S+ "3"\]), c hears (\S+ "2"\])'),
              r"a hears \3, b hears \1, c hears \2"),
    ],
    "sorted sets: several keys": [
        newer("p: MULTI.*", '["y" "a" "1"]', '["x" "b" "2"]', 2),
        newer("p: MULTI.*", '["y" "a" ,1]', '["x" "b" ,2]', 3),
    ],
    "streams: of a key that is named twice the first id counts": [  # each does
        newer("p: XADD s 6-5 a 1", re.compile("b hears (.*), p hears (.*), 1 wait"),
              r"a hears \1, b hears \1, p hears \2, 0 wait"),
        newer("p: XADD s 7-5 a 1", "", 'p hears "7-5", 0 wait'),
    ],
    "streams: several at once": [  # all that has come
        newer("p: MULTI.*", 'a hears [["y"', 'a hears [["x" [["2-1" ["a" "1"]]]] ["y"', 2),
        newer("p: MULTI.*", 'b hears [["y" [["1-1" ["a" "1"]]]]]',
              'b hears [["y" [["1-1" ["a" "1"]]]] ["x" [["2-1" ["a" "1"]]]]]', 2),
        newer("p: MULTI.*", 'a hears %["y"', 'a hears %["x" [["2-1" ["a" "1"]]] "y"', 3),
        newer("p: MULTI.*", 'b hears %["y" [["1-1" ["a" "1"]]]]',
              'b hears %["y" [["1-1" ["a" "1"]]] "x" [["2-1" ["a" "1"]]]]', 3),
    ],
    "streams: what comes and goes at once": [  # nobody is woken by what is gone
        newer("p: MULTI; XADD s 1-1 a 1; XDEL s 1-1; EXEC", re.compile("a hears .*, p (.*), 0 wait"), r"p \1, 1 wait"),
        newer("b: XREAD.*", "1 wait", "2 wait"),
        newer("p: XADD s MAXLEN.*", "", 'p hears "2-1", 2 wait'),
        newer("c: XREAD.*", "1 wait", "3 wait"),
        newer("p: MULTI; XADD s 3-1 a 1; DEL s; EXEC", "1 wait", "3 wait"),
        newer("p: XADD s 1-1 a 1", "", 'a hears [["s" [["1-1" ["a" "1"]]]]], p hears "1-1", 2 wait', 2),
        newer("p: XADD s 1-1 a 1", "", 'a hears %["s" [["1-1" ["a" "1"]]]], p hears "1-1", 2 wait', 3),
        newer("p: XADD s 4-1 a 1", re.compile("^c hears (.*), p"), r"b hears \1, c hears \1, p"),
    ],
    "streams: consumers share": [newer("p: XINFO GROUPS s", '"consumers" :0', '"consumers" :3', at=(5,))],
    "streams: a group goes": [
        newer("p: XGROUP DESTROY s g", _GROUP_GONE, _NO_GROUP.format(key="s", group="g")),
        newer("p: DEL s", _GONE, _NO_GROUP.format(key="s", group="h")),
    ],
    "streams: a stream goes": [
        newer("p: (FLUSHALL|FLUSHDB|SWAPDB 0 1)", _GONE, _NO_GROUP.format(key="k", group="g"), at=(29, 35, 41)),
        newer("p: (SET s|MULTI; DEL s; SADD|MULTI; DEL s; RPUSH|RPUSH l 1; RENAME|SET t v; COPY|RPUSH n 1 2; SORT).*",
              _GONE, _WRONG_TYPE),
        newer("p: (DEL s|RENAME s t|MOVE s 1|PEXPIRE s -1|SINTERSTORE s none|UNLINK s|RPUSH x 1; LMOVE.*)", _GONE,
              _NO_GROUP.format(key="s", group="g")),
        newer("p: (MULTI; DEL s; XADD|XADD t 1-1 a 1; RENAME|XADD u 1-1 a 1; COPY).*", _GROUP_GONE,
              _NO_GROUP.format(key="s", group="g")),
    ],
}  # fmt: skip


def rows_about(scene: str, server: str, protocol: int, number: int, request: str) -> list[Row]:
    """The rows about the `number`th step of a scene."""
    rows = SCENES.get(scene, [])
    return [row for row in rows if row.is_for(server, protocol) and row.concerns(request, number)]
