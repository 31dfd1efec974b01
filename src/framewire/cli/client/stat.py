"""A line of the server's figures, again and again: keys, memory, clients, requests.

What belongs here: what of INFO is shown, and how. Source of the columns: `redis-cli --stat`.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Any

from framewire.cli.client.asking import RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.session import Session
from framewire.frames.resp import Error, Verbatim

__all__ = ["figures_of", "line_of", "show_stat"]

LINES_UNDER_A_HEAD = 20

HEAD = f"{'keys':>10} {'mem':>9} {'clients':>8} {'blocked':>8} {'requests':>22} {'connections':>12}"


def show_stat(session: Session, output: Output, interval: float) -> None:
    """A line each `interval` seconds, for ever. Raises `RequestFailed`, and what `ask` raises."""
    before = None
    for number in itertools.count():
        reply = session.ask((b"INFO",))
        if isinstance(reply, Error):
            raise RequestFailed(str(reply))
        figures = figures_of(reply.data if isinstance(reply, Verbatim) else reply)
        if number % LINES_UNDER_A_HEAD == 0:
            output.write(HEAD.encode() + b"\n")
        output.write(line_of(figures, before).encode() + b"\n")
        before = figures
        time.sleep(interval)


def figures_of(info: bytes) -> dict[str, Any]:
    """The fields of INFO, as texts; `keys` is the number of keys in all databases."""
    fields = dict(
        line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line and line[0] != "#"
    )
    spaces = [text for name, text in fields.items() if name.startswith("db") and name[2:].isdigit()]
    return {**fields, "keys": sum(int(text.partition("=")[2].partition(",")[0]) for text in spaces)}


def line_of(figures: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """The line for what INFO says now, with the requests since it was asked `before`; `-` for what it does not say."""
    requests = figures.get("total_commands_processed")
    text = "-" if requests is None else requests
    if requests is not None and before is not None:
        text += f" (+{int(requests) - int(before.get('total_commands_processed', 0))})"
    columns = [figures.get(name, "-") for name in ("keys", "used_memory_human", "connected_clients", "blocked_clients")]
    return "{:>10} {:>9} {:>8} {:>8} {:>22} {:>12}".format(
        *columns, text, figures.get("total_connections_received", "-")
    )
