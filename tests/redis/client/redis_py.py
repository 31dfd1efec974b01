"""Where our methods are not redis-py's: the tables that tests of arguments, of results and of the documentation share.

What belongs here: a row for each difference from redis-py 8, with its reason.
"""

from __future__ import annotations

ONLY_OURS = {
    "georadius_ro": "redis-py has no method for it",
    "georadiusbymember_ro": "redis-py has no method for it",
}
"""Methods that redis-py has not."""

OTHER_ARGUMENTS = {
    "set": "ifeq, ifne, ifdeq and ifdne are of Redis 8.4 (the first of Valkey 8.1 too): `execute` takes them",
}
"""Methods whose arguments have other names, or another order, or other defaults."""

PAIR = "a tuple: the two items have different types"
SCORES = "tuples of a member and a float, as from all other commands"
YES_OR_NO = "a bool, which is equal to 0 or 1"

OTHER_RESULTS = {
    "set": "False where nothing was set: all yes-or-no replies are bools",
    "lcs": "with idx a dict with str keys, for a record with names",
    "pfadd": YES_OR_NO,
    "hsetnx": YES_OR_NO,
    "hsetex": YES_OR_NO,
    "sismember": YES_OR_NO,
    "smismember": YES_OR_NO,
    "hrandfield": "with withvalues tuples of a field and a value",
    "lmpop": PAIR,
    "blmpop": PAIR,
    "zmpop": SCORES,
    "bzmpop": SCORES,
    "zdiff": SCORES,
    "zrandmember": SCORES,
    "zrank": PAIR,
    "zrevrank": PAIR,
}
"""Methods whose result is another than redis-py's (RESP2, bytes), or of another type."""
