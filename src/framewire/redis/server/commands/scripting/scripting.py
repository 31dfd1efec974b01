"""Scripts: EVAL and EVALSHA, their read-only forms, and SCRIPT.

What belongs here: these commands. What a script is and how it runs is in `server/scripting`. Where `lupa` is
not installed none of them exists.
"""

from __future__ import annotations

from framewire.redis.facts.command import Command, KeySpec
from framewire.redis.server.clients.client import Client
from framewire.redis.server.commands.containers import help_command, subcommands
from framewire.redis.server.commands.replies import OK
from framewire.redis.server.parsing.arguments import parse_int64
from framewire.redis.server.parsing.errors import NOT_AN_INTEGER, CommandError
from framewire.redis.server.scripting.cache import Scripts
from framewire.redis.server.scripting.scripts import AVAILABLE, Script

__all__ = ["COMMANDS"]

_SHA_LENGTH = 40


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
    count = parse_int64(request[2])
    if count is None:
        raise CommandError(NOT_AN_INTEGER)
    if count > len(request) - 3:
        raise CommandError(b"ERR Number of keys can't be greater than number of args")
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
    if len(request) > 3 or (len(request) == 3 and request[2].lower() not in (b"sync", b"async")):
        raise CommandError(b"ERR SCRIPT FLUSH only support SYNC|ASYNC option")
    client.state.part(Scripts).flush()
    return OK


def script_kill(client: Client, request: list[bytes]) -> object:
    """While a script runs, nobody is asked anything (see `scripting/interpreter.py`)."""
    raise CommandError(b"NOTBUSY No scripts in execution right now.")


def script_debug(client: Client, request: list[bytes]) -> object:
    """There is no debugger: it can be switched off."""
    mode = request[2].lower()
    if mode == b"no":
        return OK
    if mode in (b"yes", b"sync"):
        raise CommandError(b"ERR SCRIPT DEBUG is not supported by this server")
    raise CommandError(b"ERR Use SCRIPT DEBUG YES/SYNC/NO")


_FLAGS = "noscript stale skip_monitor no_mandatory_keys movablekeys"
_READS_ONLY = f"readonly {_FLAGS}"
_ASSUME = "We cannot tell how the keys will be used so we assume the worst, "
_KEYS = KeySpec("RW access update", 2, counted=True, notes=_ASSUME + "RW and UPDATE")
_KEYS_OF_SHA = KeySpec("RW access update", 2, counted=True)
_KEYS_READ = KeySpec("RO access", 2, counted=True, notes=_ASSUME + "RO and ACCESS")
_KEYS_READ_OF_SHA = KeySpec("RO access", 2, counted=True)
_COMPLEXITY = "That of the script"

_ALL_NODES = ("request_policy:all_nodes", "response_policy:all_succeeded")

_SCRIPT = subcommands([
    Command(
        "script|debug", script_debug, 3, "noscript", None, "@scripting",
        summary="Takes NO: this server has no debugger of scripts.", since="3.2.0", group="scripting",
        complexity="O(1)",
    ),
    Command(
        "script|exists", script_exists, -3, "noscript", None, "@scripting",
        tips=("request_policy:all_shards", "response_policy:agg_logical_and"),
        summary="Tells which scripts the server knows, by their SHA1.", since="2.6.0", group="scripting",
        complexity="O(N), N scripts asked for",
    ),
    Command(
        "script|flush", script_flush, -2, "noscript", None, "@scripting", tips=_ALL_NODES,
        summary="Forgets all scripts.", since="2.6.0", group="scripting", complexity="O(N), N scripts known",
    ),
    Command(
        "script|kill", script_kill, 2, "noscript allow_busy", None, "@scripting",
        tips=("request_policy:all_shards", "response_policy:one_succeeded"),
        summary="Answers that no script runs: a script that runs too long is stopped by the server itself.",
        since="2.6.0", group="scripting", complexity="O(1)",
    ),
    Command(
        "script|load", script_load, 3, "noscript stale", None, "@scripting", tips=_ALL_NODES,
        summary="Remembers a script, for EVALSHA.", since="2.6.0", group="scripting",
        complexity="O(N), N bytes of the script",
    ),
    help_command("script", "5.0.0", "scripting", "@scripting", {
        "DEBUG (YES|SYNC|NO)": "There is no debugger; only NO is taken.",
        "EXISTS <sha1> [<sha1> ...]": "Whether scripts are known.",
        "FLUSH [ASYNC|SYNC]": "Forget all scripts.",
        "KILL": "Refused: no script runs while anybody is asked.",
        "LOAD <script>": "Remember a script without running it.",
    }),
])  # fmt: skip

_ALL = [
    Command(
        "eval", eval_, -3, _FLAGS, _KEYS, "@scripting",
        summary="Runs a Lua script.", since="2.6.0", group="scripting", complexity=_COMPLEXITY,
    ),
    Command(
        "evalsha", evalsha, -3, _FLAGS, _KEYS_OF_SHA, "@scripting",
        summary="Runs a Lua script that the server knows, by its SHA1.", since="2.6.0", group="scripting",
        complexity=_COMPLEXITY,
    ),
    Command(
        "eval_ro", eval_ro, -3, _READS_ONLY, _KEYS_READ, "@scripting",
        summary="Runs a Lua script that must not write.", since="7.0.0", group="scripting", complexity=_COMPLEXITY,
    ),
    Command(
        "evalsha_ro", evalsha_ro, -3, _READS_ONLY, _KEYS_READ_OF_SHA, "@scripting",
        summary="Runs a Lua script that the server knows and that must not write.", since="7.0.0",
        group="scripting", complexity=_COMPLEXITY,
    ),
    Command(
        "script", None, -2, summary="Commands about the scripts that the server knows.", since="2.6.0",
        group="scripting", complexity="Depends on the subcommand.", subcommands=_SCRIPT,
    ),
]  # fmt: skip

COMMANDS = _ALL if AVAILABLE else []
