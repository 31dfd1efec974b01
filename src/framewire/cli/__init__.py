"""The command line: `framewire serve`, `framewire cli` and `framewire bench`. Needs the extra `framewire[server]`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Entry point of the `framewire` command."""
    try:
        from framewire.cli.commands import framewire
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("framewire: the command line needs click: pip install 'framewire[server]'")
    framewire()
