"""`framewire cli` as the shell sees it: its options, by redis-cli's names. What there is not of those is not taken.

What belongs here: options and their help. What they ask for is done in `starting`, which is loaded when it is called.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from framewire.cli.client.rendering import Form

__all__ = ["cli"]

_FILE = click.Path(dir_okay=False)


@click.command(
    context_settings={
        "ignore_unknown_options": False,
        "allow_interspersed_args": False,
        "help_option_names": ["--help"],
    }
)
@click.option("-h", "host", default="127.0.0.1", show_default=True, metavar="HOST", help="The server's host.")
@click.option("-p", "port", default=6379, show_default=True, type=click.IntRange(1, 65535), help="Its port.")
@click.option("-s", "path", default=None, metavar="PATH", help="Its Unix socket, instead of host and port.")
@click.option("-u", "url", default=None, metavar="URL",
              help="redis://user:password@host:port/db, rediss://, unix://, memory:// (a server in this process).")
@click.option("-t", "timeout", default=5.0, show_default=True, type=click.FloatRange(0, min_open=True),
              metavar="SECONDS", help="How long connecting may take.")
@click.option("-a", "--pass", "password", default=None, envvar="REDISCLI_AUTH", metavar="PASSWORD",
              help="Give this password; from the environment's REDISCLI_AUTH others do not see it.")
@click.option("--user", default=None, metavar="NAME", help="The user that the password is of.")
@click.option("--askpass", is_flag=True, help="Ask for the password on the terminal.")
@click.option("--no-auth-warning", is_flag=True, hidden=True)
@click.option("-n", "db", default=None, type=click.IntRange(0), metavar="DB", help="The number of the database.")
@click.option("-2", "protocol", flag_value=2, type=int, default=None, help="Speak RESP2, the default but for JSON.")
@click.option("-3", "protocol", flag_value=3, type=int, help="Speak RESP3.")
@click.option("-r", "times", default=1, type=int, metavar="N", help="Ask so many times; -1 for ever.")
@click.option("-i", "interval", default=None, type=click.FloatRange(0), metavar="SECONDS",
              help="Wait so long between them; between cycles of --scan, --stat and --latency-history, and between 100"
                   " of --bigkeys.")
@click.option("-x", "last", is_flag=True, help="The standard input is the last argument.")
@click.option("-X", "tag", default=None, metavar="TAG", help="The standard input is the argument that is TAG.")
@click.option("-d", "between", default="\\n", metavar="TEXT", help="What stands between the elements of a raw reply.")
@click.option("-D", "behind", default="\\n", metavar="TEXT", help="What stands behind a raw reply.")
@click.option("-e", "fails", is_flag=True, help="An error is written to the standard error, and the status is 1.")
@click.option("--tls", is_flag=True, help="Speak TLS.")
@click.option("--cacert", default=None, type=_FILE, help="Who must have signed the server's certificate.")
@click.option("--cacertdir", default=None, metavar="DIR", help="The same, as a directory.")
@click.option("--cert", default=None, type=_FILE, help="The certificate to show.")
@click.option("--key", default=None, type=_FILE, help="Its key.")
@click.option("--insecure", is_flag=True, help="Do not look at the server's certificate.")
@click.option("--tls-ciphers", default=None, metavar="LIST", help="Ciphers of TLS 1.2, the preferred ones first.")
@click.option("--raw", "form", flag_value=Form.RAW, type=Form, default=None,
              help="Write the bytes themselves; the default where the output is no terminal.")
@click.option("--no-raw", "form", flag_value=Form.STANDARD, type=Form, help="Write for people, terminal or not.")
@click.option("--csv", "form", flag_value=Form.CSV, type=Form, help="Write CSV.")
@click.option("--json", "form", flag_value=Form.JSON, type=Form, help="Write JSON; speaks RESP3 but with -2.")
@click.option("--quoted-json", "form", flag_value=Form.QUOTED_JSON, type=Form, help="Write JSON in ASCII.")
@click.option("--quoted-input", is_flag=True, help=r"Arguments may be quoted: '\"\\x00\"' is one byte.")
@click.option("--show-pushes", default=None, type=bool, metavar="YES|NO",
              help="Whether what comes unasked is written; by default, where the output is a terminal.")
@click.option("--eval", "script", default=None, type=_FILE, help="Run this Lua script; KEYS, a comma, ARGV follow.")
@click.option("--pipe", "mode", flag_value="pipe", default=None, help="Send the requests in the standard input.")
@click.option("--pipe-timeout", default=30.0, show_default=True, type=click.FloatRange(0), metavar="SECONDS",
              help="Give up when nothing comes for so long behind the last request; 0 is never.")
@click.option("--scan", "mode", flag_value="scan", help="Write all keys.")
@click.option("--pattern", default=None, help="For --scan and --bigkeys: keys that match this.")
@click.option("--quoted-pattern", default=None, metavar="PATTERN", help="The same, quoted as in --quoted-input.")
@click.option("--count", default=None, type=click.IntRange(1), help="For --scan and --bigkeys: how many at a time.")
@click.option("--type", "kind", default=None, help="For --scan: keys of this type.")
@click.option("--bigkeys", "mode", flag_value="bigkeys", help="Find the biggest keys of each type.")
@click.option("--stat", "mode", flag_value="stat", help="A line of the server's figures each second.")
@click.option("--latency", "mode", flag_value="latency", help="Measure how long a PING takes, with a chart.")
@click.option("--latency-history", "mode", flag_value="latency-history", help="The same, a line each 15 seconds.")
@click.argument("request", nargs=-1, type=click.UNPROCESSED)
def cli(request: tuple[str, ...], **given: Any) -> None:
    """Ask a Redis server: REQUEST is a command and its arguments. Without one, a prompt, or the lines of the standard
    input."""
    from framewire.cli.client.starting import start

    sys.exit(start([os.fsencode(word) for word in request], given))
