"""The manifest: which files hold the data, in which order.

What belongs here: its text form, which is that of Redis 7, and how it follows from the one before.

    file appendonly.aof.2.base.aof seq 2 type b        the state at some time
    file appendonly.aof.1.incr.aof seq 1 type h        history: not needed any more, may be removed
    file appendonly.aof.2.incr.aof seq 2 type i        the changes since then; the last of these grows

As in Redis, the pairs of a line may stand in any order, and pairs that a later version adds are passed over.

It is only ever replaced as a whole, by a rename. So whatever is interrupted, there is either the old one, whose files
are all still there, or the new one, whose files are complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from framewire._pure.resp_inline import split_inline
from framewire.redis.server.persistence.disk import Disk, write_all

__all__ = ["File", "Manifest", "load_manifest", "manifest_name", "parse_manifest", "save_manifest"]

_is_sequence = re.compile(rb"0{0,18}[1-9][0-9]{0,18}").fullmatch
_SHOWN = 100
_needs_quotes = re.compile(r"[^!#-&(-\[\]-~]").search


@dataclass(frozen=True, slots=True)
class File:
    """One file, its number, and its kind: `b`, `i` or `h`."""

    name: str
    sequence: int
    kind: str

    def __str__(self) -> str:
        name = _quoted(self.name) if _needs_quotes(self.name) else self.name
        return f"file {name} seq {self.sequence} type {self.kind}\n"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one append-only log. It never changes; each step makes a new one."""

    base: File | None = None
    history: tuple[File, ...] = ()
    increments: tuple[File, ...] = ()

    def __str__(self) -> str:
        return "".join(map(str, [*([self.base] if self.base else []), *self.history, *self.increments]))

    @property
    def files(self) -> list[File]:
        """What has to be loaded, in order."""
        return [*([self.base] if self.base else []), *self.increments]

    def next_increment(self, prefix: str, skip: int = 0) -> File:
        """The incremental file that comes behind the last one. `skip` leaves out numbers that may be spoiled."""
        number = (self.increments[-1].sequence if self.increments else 0) + 1 + skip
        return File(f"{prefix}.{number}.incr.aof", number, "i")

    def next_base(self, prefix: str, skip: int = 0) -> File:
        """The base that replaces this one."""
        number = (self.base.sequence if self.base else 0) + 1 + skip
        return File(f"{prefix}.{number}.base.aof", number, "b")

    def with_increment(self, file: File) -> Manifest:
        """The same, and `file` grows from now on."""
        return Manifest(self.base, self.history, (*self.increments, file))

    def rewritten(self, base: File, increment: File | None) -> Manifest:
        """`base` and `increment` hold everything; what there was before is history."""
        past = tuple(File(old.name, old.sequence, "h") for old in self.files if old != increment)
        return Manifest(base, (*self.history, *past), (increment,) if increment is not None else ())

    def without_history(self) -> Manifest:
        return Manifest(self.base, (), self.increments)


def parse_manifest(data: bytes) -> Manifest:
    """The manifest of that text. Raises `ValueError`, which names the line."""
    files = list(_parse_lines(data))
    bases = [file for file in files if file.kind == "b"]
    increments = [file for file in files if file.kind == "i"]
    numbers = [file.sequence for file in increments]
    if not files:
        raise ValueError("it is empty")
    if len(bases) > 1:
        raise ValueError(f"it has {len(bases)} base files")
    for first, second in pairwise(numbers):
        if first >= second:
            raise ValueError(f"its incremental files are not in order: {second} comes behind {first}")
    history = tuple(file for file in files if file.kind == "h")
    return Manifest(bases[0] if bases else None, history, tuple(increments))


def _parse_lines(data: bytes) -> Iterator[File]:
    if data and not data.endswith(b"\n"):
        raise ValueError("its last line has no end")
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        if line.startswith(b"#"):
            continue
        file = _parse_line(line)
        if file is None:
            raise ValueError(f"line {number} is none of a manifest: {_cut(line)}")
        if "/" in file.name:
            raise ValueError(f"line {number} names a file elsewhere: {_cut(line)}")
        yield file


def _parse_line(line: bytes) -> File | None:
    """The file that a line is about, quoted as an inline command is; `None` where it says too little."""
    words = split_inline(line)
    if not words or len(words) % 2:
        return None
    said = {key.lower(): value for key, value in zip(words[::2], words[1::2], strict=True)}
    name, sequence, kind = said.get(b"file", b""), said.get(b"seq", b""), said.get(b"type", b"")[:1]
    if not name or not _is_sequence(sequence) or kind not in (b"b", b"h", b"i"):
        return None
    return File(name.decode("utf-8", "surrogateescape"), int(sequence), kind.decode())


def _cut(line: bytes) -> str:
    """A line as an error shows it."""
    return repr(line[:_SHOWN]) + ("..." if len(line) > _SHOWN else "")


def _quoted(name: str) -> str:
    pieces = []
    for byte in name.encode("utf-8", "surrogateescape"):
        character = chr(byte)
        plain = character.isprintable() and byte < 127
        pieces.append("\\" + character if character in '"\\' else character if plain else f"\\x{byte:02x}")
    return '"' + "".join(pieces) + '"'


def manifest_name(prefix: str) -> str:
    """The file that holds the manifest."""
    return f"{prefix}.manifest"


def load_manifest(disk: Disk, prefix: str) -> Manifest | None:
    """The manifest on disk, `None` where there is none. Raises `OSError`, and `ValueError` where it makes no sense."""
    name = manifest_name(prefix)
    return parse_manifest(disk.read(name)) if disk.exists(name) else None


def save_manifest(disk: Disk, prefix: str, manifest: Manifest) -> None:
    """Let `manifest` be the one that holds, also after a loss of power. Raises `OSError`; then either may hold."""
    name = manifest_name(prefix)
    temporary = f"temp-{name}"
    fd = disk.create(temporary)
    try:
        write_all(disk, fd, [str(manifest).encode("utf-8", "surrogateescape")])
        disk.sync(fd)
    finally:
        disk.close(fd)
    disk.rename(temporary, name)
    disk.sync_names()
