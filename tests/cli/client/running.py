"""`framewire cli` as a process, for the tests: with pipes, or on a terminal of its own.

What belongs here: how it is started, fed, watched and ended.
"""

from __future__ import annotations

import os
import pty
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import IO, Self

from tests.waiting import PATIENCE, until

__all__ = ["Terminal", "command_line", "free_port", "run_cli"]


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "framewire.cli", "cli", *arguments]


def run_cli(*arguments: str, stdin: bytes = b"", status: int | None = 0) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end; `status` is how it must end, `None` for any way."""
    done = subprocess.run(command_line(*arguments), input=stdin, capture_output=True, timeout=PATIENCE, check=False)
    assert status is None or done.returncode == status, (done.returncode, done.stderr)
    return done


class Terminal:
    """`with Terminal("-p", "6379") as terminal:` a person at a terminal, who types and sees.

    The text seen is without what moves the cursor and colors; the bell and the like are gone too.
    """

    _TO_THE_RIGHT = re.compile(r"\x1b\[[0-9]*C")
    _CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\][^\x07]*\x07|[\x07\r]")

    def __init__(
        self, *arguments: str, environment: Mapping[str, str] | None = None, stdin: IO[bytes] | None = None
    ) -> None:
        self._arguments = arguments
        self._stdin = stdin
        self._environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40", **(environment or {})}
        self._seen: list[bytes] = []
        self._from = 0

    def __enter__(self) -> Self:
        self._main, end = pty.openpty()
        self.process = subprocess.Popen(
            command_line(*self._arguments), stdin=self._stdin or end, stdout=end, stderr=end, env=self._environment,
            start_new_session=True, preexec_fn=_take_terminal,
        )  # fmt: skip
        os.close(end)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self) -> None:
        try:
            while data := os.read(self._main, 65536):
                self._seen.append(data)
                if b"\x1b[6n" in data:
                    os.write(self._main, b"\x1b[1;1R")  # where the cursor is, which prompt_toolkit asks
        except OSError:
            pass  # the end of a terminal is an error

    @property
    def text(self) -> str:
        """All that was seen."""
        seen = b"".join(self._seen).decode("utf-8", "replace")
        return self._CONTROL.sub("", self._TO_THE_RIGHT.sub(" ", seen))

    def type(self, text: str) -> None:
        """Type; what is seen from now on is what `sees` looks at."""
        self._from = len(self.text)
        os.write(self._main, text.encode())

    def sees(self, text: str) -> None:
        """Wait until this is seen, behind what was typed last."""
        until(lambda: text in self.text[self._from :] or self.process.poll() is not None)
        assert text in self.text[self._from :], self.text

    def ends(self) -> int:
        """Wait for the end; the exit status."""
        return self.process.wait(PATIENCE)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        os.close(self._main)


def _take_terminal() -> None:
    """The terminal on the standard output is the process' own: Ctrl-C reaches it."""
    import fcntl
    import termios

    fcntl.ioctl(1, termios.TIOCSCTTY, 0)


def free_port() -> int:
    """A port that nobody listens on, as far as one can know."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
