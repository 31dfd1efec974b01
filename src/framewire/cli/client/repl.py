"""The prompt: lines edited, asked, and their replies shown.

What belongs here: the line editor (prompt_toolkit) and what it is given; what a line for the prompt itself does. How a
request is asked is in `asking`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import clear

from framewire._version import __version__
from framewire.cli.client.asking import Asking, RequestFailed
from framewire.cli.client.completion import candidates
from framewire.cli.client.helping import help_on
from framewire.cli.client.hints import hint
from framewire.cli.client.history import history_file, is_secret
from framewire.cli.client.lines import Line, parse_line
from framewire.cli.client.session import place_of
from framewire.cli.client.words import Unbalanced, partial_words
from framewire.errors import FramewireError
from framewire.redis.client.errors import RedisError

__all__ = ["Prompt", "run_prompt"]

SLOW = 0.5
"""Seconds from which on it is told how long a reply took."""


def run_prompt(asking: Asking) -> None:
    """Read lines and ask what they say, until QUIT or the end of the input. The first connecting may fail."""
    print(f"framewire {__version__}: HELP tells how, TAB completes")
    Prompt(asking).run()


class Prompt:
    """A person at a terminal."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._session = asking.session
        self._shows_hints = True

    def run(self) -> None:
        self._try(self._session.connect)
        editor: PromptSession[str] = PromptSession(
            history=_history(history_file()),
            completer=_Completer(),
            complete_while_typing=False,
            input_processors=[_Hints(lambda: self._shows_hints)],
            color_depth=ColorDepth.DEPTH_4_BIT,
        )
        while True:
            try:
                text = editor.prompt(self.text)
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            if self._is_last(text):
                return

    def text(self) -> str:
        """What stands before a line: where one is, the database, whether in a transaction."""
        options = self._session.options
        if not self._session.connected:
            return "not connected> "
        db = f"[{options.db}]" if options.db else ""
        return f"{place_of(options)}{db}{'(TX)' if self._session.in_transaction else ''}> "

    def _is_last(self, text: str) -> bool:
        """Do what the line says. Whether it was the last one."""
        try:
            line = parse_line(text.encode("utf-8", "surrogateescape"))
        except Unbalanced:
            print("Invalid argument(s)")
            return False
        if line.local in (b"quit", b"exit"):
            return True
        if line.local:
            self._do_here[line.local](self, line)
        elif line.words:
            self._ask(line)
        return False

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, line: Line) -> None:
        began = time.monotonic()
        is_done = self._try(lambda: self._ask_all(line))
        took = time.monotonic() - began
        if is_done and not self._session.connected:  # Ctrl-C has ended the messages
            self._try(self._session.connect)
        elif is_done and took >= SLOW:
            print(f"({took:.2f}s)")

    def _ask_all(self, line: Line) -> None:
        for _ in range(line.times):
            self._asking.once(line.words)

    def _try(self, step: Callable[[], None]) -> bool:
        """Do it; what goes wrong is told. Ctrl-C ends what it waits for, and the link with it. Whether it was done."""
        try:
            step()
            return True
        except (RedisError, FramewireError, RequestFailed) as error:
            print(f"Error: {error}")
        except KeyboardInterrupt:
            print()
            self._session.drop()
            self._try(self._session.connect)
        return False

    # -- lines for the prompt itself ----------------------------------------------------------------------------------

    def _clear(self, line: Line) -> None:
        clear()

    def _connect(self, line: Line) -> None:
        host, port = (word.decode(errors="replace") for word in line.words[1:])
        session = self._session
        try:
            session.options = replace(session.options, host=host, port=int(port), path=None, memory=None)
        except ValueError as error:
            print(f"Error: {error}")
        else:
            self._try(session.connect)

    def _help(self, line: Line) -> None:
        print(help_on(line.words[1:]))

    def _set(self, line: Line) -> None:
        wanted = [word.lower() for word in line.words[1:]]
        if wanted in ([b"hints"], [b"nohints"]):
            self._shows_hints = wanted == [b"hints"]
        else:
            print("It is :set hints, or :set nohints")

    _do_here: Final = {b"clear": _clear, b"connect": _connect, b"help": _help, b"?": _help, b":set": _set}


# -- what the line editor is given ------------------------------------------------------------------------------------


class _Kept(FileHistory):
    """Lines on disk, in a file that others cannot read; those that may hold a password nowhere."""

    def append_string(self, string: str) -> None:
        if not is_secret(string.encode("utf-8", "surrogateescape")):
            super().append_string(string)


class _Forgotten(InMemoryHistory):
    """The same for this time only."""

    def append_string(self, string: str) -> None:
        if not is_secret(string.encode("utf-8", "surrogateescape")):
            super().append_string(string)


def _history(path: Path | None) -> History:
    """Lines from `path`, and those that come; where it cannot be written, only these."""
    if path is None:
        return _Forgotten()
    try:
        path.touch(mode=0o600)
    except OSError:
        return _Forgotten()
    return _Kept(str(path))


class _Completer(Completer):
    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        length, words = candidates(document.text_before_cursor.encode("utf-8", "surrogateescape"))
        return [Completion(f"{word} ", -length, display=word) for word in words]


class _Hints(Processor):
    """What may still follow, behind the cursor where that is at the end of the line."""

    def __init__(self, are_wanted: Callable[[], bool]) -> None:
        self._are_wanted = are_wanted

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        document, fragments = transformation_input.document, transformation_input.fragments
        text = document.text
        if get_app().is_done or not (self._are_wanted() and text and document.is_cursor_at_the_end):
            return Transformation(fragments)
        following = _following(text)
        space = "" if text.endswith(" ") or not following else " "
        return Transformation([*fragments, ("fg:ansibrightblack", space + following)])


def _following(text: str) -> str:
    """The hint behind a line: a word that is still being typed counts as typed."""
    words, begun = partial_words(text.encode("utf-8", "surrogateescape"))
    words = [*words, begun] if begun else words
    return hint(words[1:] if len(words) > 1 and words[0].isdigit() else words)
