"""`framewire bench` as click sees it: redis-benchmark's options by their names, and ours.

What belongs here: options and their help. Nothing that takes long is imported before it is needed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from framewire.cli.bench.keys import DISTRIBUTIONS
from framewire.cli.bench.options import Options
from framewire.cli.security import Security

__all__ = ["bench"]

POSITIVE = click.IntRange(1)
ABOVE_ZERO = click.FloatRange(0, min_open=True)
REFUSED = {
    "threads": "one Python process sends with one core: run several, or see what limits whom in the report's CPU lines",
    "cluster": "this sends to one server; the slots of a cluster are not followed",
}


def _refuse(context: click.Context, option: click.Parameter, value: object) -> None:
    if value:
        raise click.UsageError(f"--{option.name}: {REFUSED[str(option.name)]}")


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("-h", "--host", default="127.0.0.1", show_default=True, help="The server's name or address.")
@click.option("-p", "--port", default=6379, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option("-s", "--socket", default=None, metavar="PATH", help="Its Unix socket instead.")
@click.option("-u", "--uri", default=None, metavar="URL", help="redis://user:password@host:port/db; rediss:, unix:.")
@click.option("-a", "--password", default=None, envvar="REDISCLI_AUTH", help="Password to authenticate with.")
@click.option("--user", default=None, help="User to authenticate as; with -a.")
@click.option("--dbnum", default=0, type=click.IntRange(0), help="Database to select.")
@click.option("-3", "resp3", is_flag=True, help="Speak RESP3.")
@click.option("--enable-tracking", is_flag=True, help="CLIENT TRACKING ON first; with -3.")
@click.option("--tls", is_flag=True, help="Speak TLS.")
@click.option("--sni", default=None, metavar="HOST", help="Name to ask for and to find in the certificate.")
@click.option("--cacert", default=None, metavar="FILE", help="Who must have signed the server's certificate.")
@click.option("--cacertdir", default=None, metavar="DIRECTORY", help="The same, many files.")
@click.option("--cert", default=None, metavar="FILE", help="The certificate to show.")
@click.option("--key", default=None, metavar="FILE", help="Its key.")
@click.option("--insecure", is_flag=True, help="Do not look at the server's certificate.")
@click.option("-c", "--clients", default=50, show_default=True, type=POSITIVE, help="Connections.")
@click.option("-n", "--requests", type=POSITIVE, help="In all.  [default: 100000, or what --duration has time for]")
@click.option("--duration", type=ABOVE_ZERO, metavar="SECONDS", help="Ask for so long.")
@click.option("--rate", type=ABOVE_ZERO, metavar="REQUESTS", help="So many are due per second, kept up with or not.")
@click.option("-P", "--pipeline", default=1, show_default=True, type=POSITIVE, help="Requests under way on each.")
@click.option("-k", "keep_alive", default="1", type=click.Choice(["0", "1"]), help="0: each batch on a new one.")
@click.option("--timeout", default=30.0, show_default=True, type=ABOVE_ZERO, help="Seconds of silence that end it.")
@click.option("-d", "size", default=3, show_default=True, type=click.IntRange(0), help="Bytes of values (__data__).")
@click.option("-r", "keyspace", type=click.IntRange(1, 10**12), metavar="KEYS", help="__rand_int__: a number below.")
@click.option("--key-distribution", "distribution", default="uniform", show_default=True,
              type=click.Choice(list(DISTRIBUTIONS)), help="How they are drawn.")  # fmt: skip
@click.option("--key-zipf-exp", "zipf_exponent", default=1.0, show_default=True, type=ABOVE_ZERO,
              help="Of zipf: 1 / rank to this power.")  # fmt: skip
@click.option("--key-median", "median", type=float, help="Of gaussian.  [default: the middle]")
@click.option("--key-stddev", "stddev", type=ABOVE_ZERO, help="Of gaussian.  [default: a sixth of the keys]")
@click.option("--seed", default=0, show_default=True, help="Of all that is random.")
@click.option("-t", "tests", default=None, metavar="TESTS", help="Only these, by redis-benchmark's names: get,lrange.")
@click.option("--mix", default=None, metavar="TEST=WEIGHT,...", help="One test of several requests: get=9,set=1.")
@click.option("-x", "from_stdin", is_flag=True, help="The command's last argument is standard input.")
@click.option("-l", "endless", is_flag=True, help="Again and again.")
@click.option("-I", "only_idle", is_flag=True, help="Open the connections and wait.")
@click.option("--compare", default=None, metavar="SERVER", help="Another server, HOST:PORT or URL, in turn with this.")
@click.option("--rounds", default=5, show_default=True, type=POSITIVE, help="Of each test on each, with --compare.")
@click.option("-q", "form", flag_value="quiet", help="A line for each test.")
@click.option("--csv", "form", flag_value="csv", help="redis-benchmark's columns, and some.")
@click.option("--json", "form", flag_value="json", help="All that is known.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="A chart of all tests.")
@click.option("--precision", default=3, show_default=True, type=click.IntRange(0, 6), help="Digits of milliseconds.")
@click.option("-e", "show_errors", is_flag=True, help="Changes nothing: errors are counted and shown anyway.")
@click.option("--loop", default="auto", show_default=True, type=click.Choice(["auto", "asyncio", "uvloop"]),
              help="auto: uvloop where it is installed.")  # fmt: skip
@click.option("--threads", type=int, callback=_refuse, expose_value=False, help="Not here: one process, one core.")
@click.option("--cluster", is_flag=True, callback=_refuse, expose_value=False, help="Not here: one server.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def bench(
    command: tuple[str, ...], keep_alive: str, from_stdin: bool, endless: bool, only_idle: bool, rounds: int,
    form: str | None, svg: Path | None, precision: int, loop: str, show_errors: bool, **options: Any,
) -> None:  # fmt: skip
    """Load a server that speaks RESP, and say how fast it answers.

    A COMMAND of one's own may hold __rand_int__ (with -r) and __data__.
    """
    names = ("cacert", "cert", "key", "insecure", "cacertdir", "sni")
    security = Security(**{name: options.pop(name) for name in names})
    if from_stdin and not command:
        raise click.UsageError("-x gives the last argument of a command: which one?")
    words = tuple(map(os.fsencode, command)) + ((sys.stdin.buffer.read(),) if from_stdin else ())
    given = Options(command=words, keep_alive=keep_alive == "1", security=security, **options)
    if endless and (form == "json" or svg is not None):
        raise click.UsageError("-l has no end at which --json or --svg could be written")
    from framewire.cli.bench import starting

    try:
        ready = starting.prepare(given, rounds, form or "text", precision, svg, endless)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    sys.exit(starting.start(ready, loop, only_idle=only_idle))
