"""Error replies of a Redis server: their code words, and what each says of the request that it answers.

What belongs here: facts about the words, for who sends them and for who receives them. The texts behind a word are the
server's own business.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CODES", "code_of"]

CODES: Final[dict[str, str]] = {
    "ERR": "the request makes no sense: unknown command, wrong arguments, or whatever has no word of its own",
    "WRONGTYPE": "the key holds another type of value",
    # who asks
    "NOAUTH": "the client has not authenticated",
    "WRONGPASS": "the name or the password is wrong",
    "NOPERM": "the user may not do that",
    "DENIED": "protected mode: no password is set, and the client is on another machine",
    "NOPROTO": "HELLO with a protocol that there is not",
    # what is there
    "NOSCRIPT": "EVALSHA with a script that the server does not know",
    "NOGROUP": "the stream has no such consumer group",
    "BUSYGROUP": "the consumer group exists already",
    "BUSYKEY": "RESTORE to a key that exists already",
    "IOERR": "MIGRATE could not reach the other server",
    # transactions and waiting
    "EXECABORT": "a command of the transaction was refused, so none was run",
    "UNBLOCKED": "CLIENT UNBLOCK ... ERROR ended the wait",
    # scripts
    "BUSY": "a script runs for too long; SCRIPT KILL or SHUTDOWN NOSAVE end it",
    "NOTBUSY": "SCRIPT KILL where no script runs",
    "UNKILLABLE": "SCRIPT KILL of a script that has written",
    # what state the server is in
    "LOADING": "the server still reads its data from disk",
    "MISCONF": "the disk fails, so that nothing may be written",
    "OOM": "the memory limit is reached, and the command would need more",
    "READONLY": "a replica, or a script that only reads, takes no writes",
    "MASTERDOWN": "a replica has lost its master, and may not answer from what it has",
    "NOREPLICAS": "too few replicas follow well enough for a write",
    "NOMASTERLINK": "a replica has no link to its master",
    "INPROG": "a failover is under way",
    # clusters
    "MOVED": "the slot belongs to another node, for good",
    "ASK": "this key may be at another node, for this one request",
    "TRYAGAIN": "the keys of the request are at two nodes while their slot moves",
    "CROSSSLOT": "the keys of the request are in different slots",
    "CLUSTERDOWN": "the slot is served by nobody",
}
"""The words, and what they mean."""


def code_of(text: bytes) -> str:
    """The code word of an error reply: what stands before its first space."""
    return text.split(b" ", 1)[0].decode("utf-8", "replace")
