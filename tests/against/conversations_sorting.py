"""What is said about SORT. Where the order of equal items is left to chance, nothing is asked; nor about numbers
out of a double's range, since Redis 7.0 forgets to forget that there was one (errno), and refuses the next SORT too.
"""

from __future__ import annotations

from tests.against.steps import Conversation, volatile

_NAMES = "sort sort_ro".split()

SORTING: dict[str, Conversation] = {
    "lists": [
        "SORT miss", "RPUSH l 3 1 2 10", "SORT l", "SORT l DESC", "SORT l ASC", "SORT l ASC DESC", "SORT l ALPHA",
        "SORT l ALPHA DESC", "SORT l LIMIT 1 2", "SORT l LIMIT -1 2", "SORT l LIMIT 1 -5", "SORT l LIMIT 10 2",
        "SORT l LIMIT 0 0", "SORT l LIMIT 2 100", "SORT l DESC LIMIT 0 1", "sort l desc alpha limit 1 2",
        "SORT l BY nosort", "SORT l BY nosort DESC", "SORT l BY nosort LIMIT 1 2", "SORT l BY nosort DESC LIMIT 1 2",
    ],
    "numbers": [
        ["RPUSH", "l", "1.5", "-2", "1e3", "0x10", "inf", "-inf", " 7", ""], "SORT l", "SORT l DESC", "RPUSH m 1 x",
        "SORT m", "SORT m ALPHA", "SORT m BY nosort", "SORT m BY w_*", "RPUSH n nan", "SORT n", ["RPUSH", "p", "1 "],
        "SORT p", "RPUSH q 1 1 1.0 01 1", "SORT q", "SORT q DESC",
        "RPUSH big 100000000000000000001 100000000000000000000 99999999999999999999", "SORT big",
    ],
    "weights and what is got": [
        "RPUSH l 3 1 2 10", "MSET w_3 1 w_1 5 w_2 3", "SORT l BY w_*", "SORT l BY w_* DESC", "SORT l BY w_* ALPHA",
        "SORT l BY w_* ALPHA DESC GET # GET w_*", "SORT l GET #", "SORT l GET fixed", "SORT l GET #x",
        "SORT l GET w_* GET nothing_* GET #", "HSET h_1 f one g 9", "HSET h_2 f two g 8", "SORT l GET h_*->f",
        "SORT l BY h_*->g GET h_*->f", "SORT l GET h_*->", "SORT l GET h_*->nothing", "SORT l GET w_*->f",
        "SORT l GET h_*", "SORT l BY h_*->f ALPHA", "SORT l BY h_*->f", "SET f_1->f odd", "SORT l GET f_*->f",
        "SORT l GET *", "SORT l GET *_*", "SET w_1 x", "SORT l BY w_*", "APPEND w_1 y", "SORT l BY w_* ALPHA GET w_*",
    ],
    "store": [
        "RPUSH l 3 1 2", "SORT l STORE d", "LRANGE d 0 -1", "OBJECT ENCODING d", "SORT l DESC LIMIT 0 2 STORE d",
        "LRANGE d 0 -1", "SET w_1 5", "SORT l GET w_* GET # STORE d", "LRANGE d 0 -1", "SET s x EX 100",
        "SORT l STORE s", "TYPE s", "TTL s", "SORT miss STORE s", "EXISTS s", "SORT miss STORE s", "SORT l STORE l",
        "LRANGE l 0 -1", "SORT l STORE a STORE b", "EXISTS a b", "SORT l LIMIT 5 1 STORE b", "EXISTS b",
        "SORT_RO l STORE d", "SORT_RO l", "SORT_RO l DESC LIMIT 0 1", "SORT_RO miss",
    ],
    "sets": [
        "SADD s 3 1 2", "SORT s", "SORT s DESC", "SORT s BY nosort", "SORT s BY nosort STORE d", "LRANGE d 0 -1",
        "SADD t c a b", "SORT t", "SORT t ALPHA", "SORT t BY nosort STORE d", "LRANGE d 0 -1",
        "SORT t BY nosort DESC STORE d", "LRANGE d 0 -1", volatile("sorted", "SORT t BY nosort"),
    ],
    "sorted sets": [
        "ZADD z 3 a 2 b 1 c", "SORT z", "SORT z ALPHA", "SORT z ALPHA DESC", "SORT z BY nosort",
        "SORT z BY nosort DESC",
        "SORT z BY nosort LIMIT 1 1", "SORT z BY nosort DESC LIMIT 1 2", "SORT z BY nosort DESC STORE d",
        "LRANGE d 0 -1", "ZADD n 1 30 2 4", "SORT n",
    ],
    "errors": [
        "SORT", "SORT l nonsense", "SORT l BY", "SORT l GET", "SORT l STORE", "SORT l LIMIT 1", "SORT l LIMIT x 1",
        "SORT l LIMIT 1 x", "SORT l LIMIT", "SET s x", "SORT s", "SORT s nonsense", "HSET h f v", "SORT h", "SORT_RO s",
        "SORT_RO", "SORT l LIMIT 9223372036854775808 1",
    ],
    "getkeys": [
        "COMMAND GETKEYS SORT a STORE b", "COMMAND GETKEYS SORT a BY x GET STORE LIMIT 0 1 STORE b STORE c",
        "COMMAND GETKEYS SORT_RO a BY x", "COMMAND GETKEYS SORT a", "COMMAND GETKEYS BITOP AND a b c",
        "COMMAND GETKEYS COPY a b", "COMMAND GETKEYS MSET a 1 b 2", "COMMAND GETKEYS OBJECT ENCODING a",
    ],
    "what they are": [*(f"COMMAND INFO {name}" for name in _NAMES)],
}  # fmt: skip
