"""All keys of a database, a bit at a time.

What belongs here: the cycle of SCAN, and how keys are shown. A key that is there from the beginning to the end comes at
least once, others may come, and one may come twice: that is what SCAN promises.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from framewire.cli.client.asking import RequestFailed
from framewire.cli.client.output import Output
from framewire.cli.client.rendering import Form
from framewire.cli.client.session import Session
from framewire.frames.resp import Error

__all__ = ["Scan", "show_keys"]


@dataclass
class Scan:
    """Which keys; without a word about it, all. `pause` is how many seconds it rests between two requests."""

    session: Session
    pattern: bytes | None = None
    count: int | None = None
    kind: bytes | None = None
    pause: float = 0.0

    def batches(self) -> Iterator[list[bytes]]:
        """The keys, as many at a time as a reply has, also none. Raises `RequestFailed`, and what `ask` raises."""
        cursor = b"0"
        while True:
            cursor, keys = self._step(cursor)
            yield keys
            if cursor == b"0":
                return
            if self.pause:
                time.sleep(self.pause)

    def _step(self, cursor: bytes) -> tuple[bytes, list[bytes]]:
        reply = self.session.ask(self._request(cursor))
        if isinstance(reply, Error):
            raise RequestFailed(str(reply))
        return reply[0], reply[1]

    def _request(self, cursor: bytes) -> list[bytes]:
        request = [b"SCAN", cursor]
        if self.pattern is not None:
            request += [b"MATCH", self.pattern]
        if self.count is not None:
            request += [b"COUNT", b"%d" % self.count]
        if self.kind is not None:
            request += [b"TYPE", self.kind]
        return request


def show_keys(scan: Scan, output: Output) -> None:
    """Each key on a line of its own: the bytes themselves, quoted for people, a text of JSON for JSON."""
    if output.form is Form.CSV:
        output.form = Form.RAW
    for keys in scan.batches():
        for key in keys:
            output.value(key)
