"""The commands and their options, as click sees them. What they do is in `serve.py`, `client/` and `bench/`.

Neither the server nor a client is imported before the command that needs it is called: `--help` takes no time.
"""

from __future__ import annotations

import click

from framewire._version import __version__
from framewire.cli.bench.command import bench
from framewire.cli.client.command import cli
from framewire.redis.server.config.output_limits import DEFAULT_LIMITS

__all__ = ["framewire"]

LOG_LEVELS = ["debug", "info", "warning", "error"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="framewire")
def framewire() -> None:
    """Mini-Redis, and tools for the wire of any Redis server."""


@framewire.command()
@click.option("-h", "--host", default="127.0.0.1", show_default=True, help="Addresses to bind, separated by spaces.")
@click.option("-p", "--port", default=6379, show_default=True, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("-s", "--unixsocket", default="", metavar="PATH", help="Listen on a Unix socket too.")
@click.option("--tls-port", default=None, type=click.IntRange(0, 65535), help="Listen with TLS too; 0: any free port.")
@click.option("--tls-only", is_flag=True, help="Listen on no TCP port without TLS.")
@click.option("--tls-cert-file", default="", metavar="FILE", help="The server's certificate, and those that signed it.")
@click.option("--tls-key-file", default="", metavar="FILE", help="Its key, where that is not in the same file.")
@click.option("--tls-ca-cert-file", default="", metavar="FILE", help="Who must have signed a client's certificate.")
@click.option(
    "--tls-auth-clients", default="yes", show_default=True, type=click.Choice(["yes", "no", "optional"]),
    help="Whether clients must show a certificate.",
)  # fmt: skip
@click.option("-a", "--requirepass", default="", metavar="PASSWORD", envvar="FRAMEWIRE_PASSWORD", help="Ask for AUTH.")
@click.option("--maxclients", default=10_000, show_default=True, type=click.IntRange(1), help="Clients at a time.")
@click.option("--timeout", default=0, show_default=True, type=click.IntRange(0), help="Close idle clients, seconds.")
@click.option(
    "--client-output-buffer-limit", default=str(DEFAULT_LIMITS), show_default=True,
    metavar="CLASS HARD SOFT SECONDS ...",
    help="Bytes that may wait for a client that does not read, by class: at most, and for so many seconds.",
)  # fmt: skip
@click.option("--appendonly", is_flag=True, help="Keep what is changed on disk, and load it at the start.")
@click.option(
    "--appendfsync", default="everysec", show_default=True, type=click.Choice(["always", "everysec", "no"]),
    help="When the disk is waited for.",
)  # fmt: skip
@click.option("--dir", default=".", show_default=True, type=click.Path(file_okay=False), help="Where that is kept.")
@click.option("--appenddirname", default="appendonlydir", show_default=True, help="The directory's name in there.")
@click.option("--appendfilename", default="appendonly.aof", show_default=True, help="What its files' names begin with.")
@click.option(
    "--shutdown-timeout", default=5.0, show_default=True, type=click.FloatRange(0),
    help="Seconds that clients get to take their last replies.",
)  # fmt: skip
@click.option("--loop", default="auto", show_default=True, type=click.Choice(["auto", "asyncio", "uvloop"]))
@click.option("--log-level", default="info", show_default=True, type=click.Choice(LOG_LEVELS, case_sensitive=False))
def serve(
    host: str, tls_only: bool, loop: str, log_level: str, shutdown_timeout: float, **parameters: object
) -> None:
    """Run Mini-Redis until SIGINT or SIGTERM."""
    from framewire.cli.serve import run_server

    if tls_only:
        parameters["port"] = None
    run_server(loop, log_level, shutdown_timeout, {"bind": host, **parameters})


framewire.add_command(cli)
framewire.add_command(bench)
