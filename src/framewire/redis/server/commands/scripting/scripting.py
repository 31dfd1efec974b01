"""Scripts: EVAL and EVALSHA, their read-only forms, and SCRIPT.

What belongs here: these commands. What a script is and how it runs is in `server/scripting`. Where `lupa` is
not installed none of them exists.
"""

from __future__ import annotations

from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.shared.containers import help_of
from framewire.redis.server.commands.shared.flush import check_flush_mode
from framewire.redis.server.commands.shared.numkeys import TOO_MANY_KEYS
from framewire.redis.server.commands.shared.replies import OK
from framewire.redis.server.parsing.arguments import require_int64
from framewire.redis.server.parsing.errors import CommandError
from framewire.redis.server.scripting.cache import Scripts
from framewire.redis.server.scripting.scripts import Script

__all__ = [
    "eval_",
    "eval_ro",
    "evalsha",
    "evalsha_ro",
    "script_debug",
    "script_exists",
    "script_flush",
    "script_help",
    "script_kill",
    "script_load",
]

_SHA_LENGTH = 40
_UNKILLABLE = (
    b"UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script "
    b"termination or kill the server in a hard way using the SHUTDOWN NOSAVE command."
)


def eval_(client: Client, request: list[bytes]) -> object:
    _count_keys(request)
    return _run(client, request, client.state.part(Scripts).load(client, request[1]), read_only=False)


def eval_ro(client: Client, request: list[bytes]) -> object:
    _count_keys(request)
    return _run(client, request, client.state.part(Scripts).load(client, request[1]), read_only=True)


def evalsha(client: Client, request: list[bytes]) -> object:
    return _run(client, request, _known(client, request), read_only=False)


def evalsha_ro(client: Client, request: list[bytes]) -> object:
    return _run(client, request, _known(client, request), read_only=True)


def _count_keys(request: list[bytes]) -> int:
    """How many keys the request says that it has. Raises `CommandError`."""
    count = require_int64(request[2])
    if count > len(request) - 3:
        raise CommandError(TOO_MANY_KEYS)
    if count < 0:
        raise CommandError(b"ERR Number of keys can't be negative")
    return count


def _known(client: Client, request: list[bytes]) -> Script:
    """The script of the SHA1 in the request. Raises `CommandError`."""
    if len(request[1]) == _SHA_LENGTH:
        _count_keys(request)
        script = client.state.part(Scripts).get(request[1].lower())
        if script is not None:
            return script
    raise CommandError(b"NOSCRIPT No matching script. Please use EVAL.")


def _run(client: Client, request: list[bytes], script: Script, *, read_only: bool) -> object:
    if script.may_write:
        _check_may_write(client, read_only)
    behind_keys = 3 + int(request[2])
    return client.state.part(Scripts).interpreter(client).run(
        client, script, request[3:behind_keys], request[behind_keys:], read_only=read_only or script.only_reads
    )


def _check_may_write(client: Client, read_only: bool) -> None:
    if read_only:
        raise CommandError(b"ERR Can not execute a script with write flag using *_ro command.")
    if client.state.write_error is not None:
        raise CommandError(client.state.write_error)


# -- SCRIPT -----------------------------------------------------------------------------------------------------------


def script_load(client: Client, request: list[bytes]) -> object:
    return client.state.part(Scripts).load(client, request[2]).sha


def script_exists(client: Client, request: list[bytes]) -> object:
    return [int(client.state.part(Scripts).get(sha.lower()) is not None) for sha in request[2:]]


def script_flush(client: Client, request: list[bytes]) -> object:
    check_flush_mode(request[2:], b"ERR SCRIPT FLUSH only support SYNC|ASYNC option")
    client.state.part(Scripts).flush()
    return OK


def script_kill(client: Client, request: list[bytes]) -> object:
    """One that may be killed has ended by itself before anybody is asked (see `scripting/limits.py`)."""
    raise CommandError(_UNKILLABLE if client.state.busy else b"NOTBUSY No scripts in execution right now.")


def script_debug(client: Client, request: list[bytes]) -> object:
    """There is no debugger: it can be switched off."""
    mode = request[2].lower()
    if mode == b"no":
        return OK
    if mode in (b"yes", b"sync"):
        raise CommandError(b"ERR SCRIPT DEBUG is not supported by this server")
    raise CommandError(b"ERR Use SCRIPT DEBUG YES/SYNC/NO")


script_help = help_of("script", {
    "DEBUG (YES|SYNC|NO)": "There is no debugger; only NO is taken.",
    "EXISTS <sha1> [<sha1> ...]": "Whether scripts are known.",
    "FLUSH [ASYNC|SYNC]": "Forget all scripts.",
    "KILL": "Refused: a script that may be killed ends by itself.",
    "LOAD <script>": "Remember a script without running it.",
})  # fmt: skip
