"""Requests asked and their replies shown: that in the shell's arguments, or those in the lines of the standard input.

What belongs here: repeating, and listening to what comes behind a SUBSCRIBE or MONITOR. The prompt, which does the same
for a person, is in `repl`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewire.cli.client.lines import parse_line
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session
from framewire.cli.client.words import Unbalanced
from framewire.frames.resp import Error

__all__ = ["Asking", "RequestFailed"]

_LOCAL_ENDS = (b"quit", b"exit")


class RequestFailed(Exception):
    """The server answered with this error, where that is to end the program."""


@dataclass
class Asking:
    """How requests are asked.

    times: how often each is; less than 0 for ever. interval: seconds between them. fails: an error ends it.
    """

    session: Session
    output: Output
    times: int = 1
    interval: float = 0.0
    fails: bool = False
    shows_pushes: bool = True

    def repeat(self, request: Sequence[bytes]) -> None:
        """Ask so many times. Raises `RequestFailed`, `ConnectionError` and its kin."""
        left = self.times
        while left:
            self.once(request)
            left -= 1
            if left and self.interval:
                time.sleep(self.interval)

    def once(self, request: Sequence[bytes]) -> None:
        """Ask, and show the reply; behind a SUBSCRIBE or MONITOR, what comes, until Ctrl-C."""
        reply = self.session.ask(request)
        if isinstance(reply, Error) and self.fails:
            raise RequestFailed(str(reply))
        is_confirmed = self.session.listening and isinstance(reply, list)
        for each in reply if is_confirmed else [reply]:
            self.output.reply(request, each)
        if self.session.listening:
            self.listen()
        elif self.shows_pushes:
            self.show_pushes()
        self.session.pushes.clear()

    def listen(self) -> None:
        """Show what comes until Ctrl-C, which ends the link, or until that is lost, which raises `ConnectionError`."""
        if self.output.form is Form.STANDARD:
            self.output.write(b"Reading messages... (press Ctrl-C to quit)\n")
        try:
            while True:
                self.show_pushes()
                self.session.wait()
        except KeyboardInterrupt:
            self.session.drop()

    def show_pushes(self) -> None:
        """Show what has come unasked."""
        while self.session.pushes:
            self.output.pushed(self.session.pushes.popleft())

    def lines(self, lines: Iterable[bytes]) -> None:
        """Ask what each line says. A line that cannot be split is told, and passed over. Raises as `repeat`."""
        for text in lines:
            try:
                line = parse_line(text)
            except Unbalanced:
                print("Invalid argument(s)", file=sys.stderr)
                continue
            if line.local in _LOCAL_ENDS:
                return
            for _ in range(line.times if line.words else 0):
                self.repeat(line.words)
