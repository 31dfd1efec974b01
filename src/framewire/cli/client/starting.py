"""What the options of `framewire cli` ask for, done: a session, a mode, an exit status.

What belongs here: options (`given`, by the names of `command.py`) turned into what the modes take, and the choice of
one. Each mode is loaded when it is asked for, so that one request takes as little time as can be.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from framewire.cli.client.arguments import eval_request, from_stdin
from framewire.cli.client.asking import Asking, RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session, place_of
from framewire.cli.client.words import Unbalanced, unquoted
from framewire.errors import FramewireError
from framewire.redis.client.errors import AuthenticationError, ConnectionError, RedisError, TimeoutError
from framewire.redis.client.options import Options
from framewire.redis.client.retries import Retry

__all__ = ["start"]

_INTERRUPTED = 130


def start(words: list[bytes], given: dict[str, Any]) -> int:
    """The exit status: 0, or 1 where the server cannot be reached, or (`-e`) answers with an error."""
    try:
        session = Session(_options(given), lambda line: print(line, file=sys.stderr))
        with session:
            _start(session, words, given)
    except RequestFailed as error:
        print(error, file=sys.stderr)
        return 1
    except AuthenticationError as error:
        print(f"AUTH failed: {error}", file=sys.stderr)
        return 1
    except (ConnectionError, TimeoutError) as error:
        print(_reason(error, session), file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        print(f"framewire cli: this needs {name}: pip install 'framewire[server]'", file=sys.stderr)
        return 1
    except (RedisError, FramewireError, OSError) as error:
        return _failed(error)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _failed(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):  # nobody reads any more, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    print(f"Error: {error}", file=sys.stderr)
    return 1


def _reason(error: RedisError, session: Session) -> str:
    """Whether it could not connect, or had and lost it."""
    if session.connected or error.__cause__ is None or not str(error).startswith("could not connect"):
        return f"Error: {error}"
    return f"Could not connect to Redis at {place_of(session.options)}: {error.__cause__}"


def _start(session: Session, words: list[bytes], given: dict[str, Any]) -> None:
    output = _output(given)
    if given["mode"] is not None:
        _MODES[given["mode"]](session, output, given)
        return
    is_terminal = sys.stdout.isatty()
    shows = is_terminal if given["show_pushes"] is None else given["show_pushes"]
    asking = Asking(session, output, given["times"], given["interval"] or 0.0, given["fails"], shows)
    if words or given["script"]:
        request = _request(words, given)  # which may make no sense, whether there is a server or not
        session.connect()
        asking.repeat(request)
    elif sys.stdin.isatty() and is_terminal:
        from framewire.cli.client.repl import run_prompt

        run_prompt(asking)
    else:
        session.connect()
        asking.lines(sys.stdin.buffer)


# -- what the options say ---------------------------------------------------------------------------------------------


def _options(given: dict[str, Any]) -> Options:
    """Where the server is, and how it is spoken to. Raises `click.UsageError`."""
    form, protocol = given["form"], given["protocol"]
    password = _password(given)
    said = {
        "password": password,
        "username": given["user"] if password is not None else None,
        "protocol": protocol or (3 if form in (Form.JSON, Form.QUOTED_JSON) else 2),
        "lib_name": None,
        "socket_timeout": None,
        "socket_connect_timeout": given["timeout"],
        "health_check_interval": 0,
        "retry": Retry(retries=0),
        **_tls(given),
    }
    try:
        if given["url"] is not None:
            options = Options.from_url(given["url"], **said)
        else:
            options = Options(host=given["host"], port=given["port"], path=given["path"], **said)
        return options if given["db"] is None else replace(options, db=given["db"])
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _password(given: dict[str, Any]) -> str | None:
    if not given["askpass"]:
        return given["password"]  # type: ignore[no-any-return]
    import getpass

    return getpass.getpass("Please input password: ")


def _tls(given: dict[str, Any]) -> dict[str, Any]:
    insecure = {"ssl_cert_reqs": "none", "ssl_check_hostname": False} if given["insecure"] else {}
    names = {"cacert": "ssl_ca_certs", "cacertdir": "ssl_ca_path", "cert": "ssl_certfile", "key": "ssl_keyfile",
             "tls_ciphers": "ssl_ciphers"}  # fmt: skip
    files = {option: given[name] for name, option in names.items() if given[name] is not None}
    return {"ssl": given["tls"], **insecure, **files}


def _output(given: dict[str, Any]) -> Output:
    form = given["form"] or (Form.STANDARD if sys.stdout.isatty() else Form.RAW)
    ends = [_unescaped(given[name]) for name in ("between", "behind")]
    return Output(sys.stdout.buffer, form, *ends)


def _unescaped(text: str) -> bytes:
    r"""The default is written `\n` to be seen in the help; a shell gives others as they are."""
    return b"\n" if text == "\\n" else os.fsencode(text)


def _request(words: Sequence[bytes], given: dict[str, Any]) -> list[bytes]:
    """The request in the arguments of the shell. Raises `click.UsageError`."""
    try:
        if given["quoted_input"]:
            words = [unquoted(word) for word in words]
    except Unbalanced as error:
        raise click.UsageError(f"--quoted-input: {error}") from None
    if given["script"]:
        return eval_request(given["script"], words)
    if given["last"] or given["tag"] is not None:
        tag = None if given["tag"] is None else os.fsencode(given["tag"])
        if tag is not None and tag not in words:
            raise click.UsageError(f"-X: no argument is {given['tag']}")
        return from_stdin(words, tag, sys.stdin.buffer.read())
    return list(words)


def _pattern(given: dict[str, Any]) -> bytes | None:
    if given["quoted_pattern"] is not None:
        return unquoted(os.fsencode(given["quoted_pattern"]))
    return None if given["pattern"] is None else os.fsencode(given["pattern"])


# -- the special modes ------------------------------------------------------------------------------------------------


def _pipe(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.pipe import run_pipe

    run_pipe(session, output, sys.stdin.buffer, given["pipe_timeout"])


def _scan(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.scan import Scan, show_keys

    kind = None if given["kind"] is None else os.fsencode(given["kind"])
    show_keys(Scan(session, _pattern(given), given["count"], kind, given["interval"] or 0.0), output)


def _bigkeys(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.bigkeys import find_big_keys
    from framewire.cli.client.scan import Scan

    pause = (given["interval"] or 0.0) / 100
    find_big_keys(session, Scan(session, _pattern(given), given["count"], None, pause), output)


def _stat(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.stat import show_stat

    show_stat(session, output, given["interval"] or 1.0)


def _latency(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.latency import measure_latency

    measure_latency(session, output, given["interval"])


def _latency_history(session: Session, output: Output, given: dict[str, Any]) -> None:
    from framewire.cli.client.latency import write_latency_history

    write_latency_history(session, output, given["interval"] or 15.0)


_MODES: dict[str, Callable[[Session, Output, dict[str, Any]], None]] = {
    "pipe": _pipe,
    "scan": _scan,
    "bigkeys": _bigkeys,
    "stat": _stat,
    "latency": _latency,
    "latency-history": _latency_history,
}
