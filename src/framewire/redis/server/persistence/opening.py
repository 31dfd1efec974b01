"""What is done with the files before anything is logged: read, created, or taken over from before Redis 7.

What belongs here: which files there may be, and what to do when one of them is torn, damaged or missing.

Before Redis 7 there was one file, beside the directory that there is now. As Redis does, we make it the base of a first
manifest. It is loaded where it is: one that cannot be read stays there, for the server that can.

    the file, no manifest  --1 a manifest that names it as the base-->  --2 it is moved into the directory-->
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from time import monotonic
from typing import cast

from framewire.redis.server.clients.client import Client
from framewire.redis.server.clients.state import State
from framewire.redis.server.persistence.disk import Disk
from framewire.redis.server.persistence.load import DamagedFile, Loader, OpenSession
from framewire.redis.server.persistence.manifest import File, Manifest, load_manifest, manifest_name, save_manifest
from framewire.redis.server.persistence.rewrite import remove_history
from framewire.redis.server.values.streams import StreamValue

__all__ = ["open_files", "read_manifest", "warn_of_old_file"]

logger = logging.getLogger("framewire.redis")

_SHOWN = 5  # names in an error


def open_files(state: State[Client], open_session: OpenSession, disk: Disk) -> Manifest:
    """Load what is on disk into `state`; create the files where there are none. The last increment may then grow.

    Caller has locked the directory. Raises `UnreadableFile`, and `OSError`; the state is then not to be used.
    """
    prefix = state.config.appendfilename
    manifest = read_manifest(disk, prefix)
    if manifest is None:
        _refuse_without_manifest(disk, prefix)
    if _has_old_file(disk, prefix, manifest):
        manifest = _take_over(state, open_session, disk, prefix)
    elif manifest is None:
        return _create_files(disk, prefix)
    else:
        warn_of_old_file(disk, prefix)
        _load_files(state, open_session, disk, manifest)
    manifest = remove_history(disk, prefix, manifest)
    return manifest if manifest.increments else _with_increment(disk, prefix, manifest)


def read_manifest(disk: Disk, prefix: str) -> Manifest | None:
    """The manifest on disk, `None` where there is none. Raises `DamagedFile`, and `OSError`."""
    try:
        return load_manifest(disk, prefix)
    except ValueError as error:
        raise DamagedFile(manifest_name(prefix), 0, str(error)) from None


def _refuse_without_manifest(disk: Disk, prefix: str) -> None:
    """A first start that was interrupted leaves empty files only; anything else is somebody's data."""
    orphans = [
        name
        for name in disk.names()
        if (name == prefix or (name.startswith(f"{prefix}.") and name.endswith((".aof", ".rdb")))) and disk.size(name)
    ]
    if orphans:
        names = ", ".join(orphans[:_SHOWN]) + (f" and {len(orphans) - _SHOWN} more" if orphans[_SHOWN:] else "")
        problem = f"it is missing, but there are {names}; move them away to begin anew"
        raise DamagedFile(manifest_name(prefix), 0, problem)


def _has_old_file(disk: Disk, prefix: str, manifest: Manifest | None) -> bool:
    """Whether there is a file of before Redis 7 that was not taken over, or only half: step 2 is missing then."""
    if not disk.outside().exists(prefix):
        return False
    if manifest is None or not manifest.files:
        return True
    return [file.name for file in manifest.files] == [prefix] and not disk.exists(prefix)


def _take_over(state: State[Client], open_session: OpenSession, disk: Disk, prefix: str) -> Manifest:
    manifest = Manifest(File(prefix, 1, "b"))
    _load_files(state, open_session, disk.outside(), manifest)
    save_manifest(disk, prefix, manifest)
    disk.move_in(prefix)
    logger.info("append-only file: %s was of before Redis 7, and is now in %s", prefix, disk.directory)
    return manifest


def warn_of_old_file(disk: Disk, prefix: str) -> None:
    """One of before Redis 7 is of another time than what is, or will be, in the directory; as in Redis, it stays."""
    if disk.outside().exists(prefix):
        logger.warning("append-only file: %s is not read, since %s holds the data", prefix, disk.directory)


def _create_files(disk: Disk, prefix: str) -> Manifest:
    """An empty base and an empty increment, as Redis begins."""
    base, increment = Manifest().next_base(prefix), Manifest().next_increment(prefix)
    for file in (base, increment):
        disk.close(disk.create(file.name))
    disk.sync_names()
    manifest = Manifest(base, (), (increment,))
    save_manifest(disk, prefix, manifest)
    return manifest


def _with_increment(disk: Disk, prefix: str, manifest: Manifest) -> Manifest:
    increment = manifest.next_increment(prefix)
    disk.close(disk.create(increment.name))
    disk.sync_names()
    manifest = manifest.with_increment(increment)
    save_manifest(disk, prefix, manifest)
    return manifest


def _load_files(state: State[Client], open_session: OpenSession, disk: Disk, manifest: Manifest) -> None:
    started = monotonic()
    loader = Loader(state, open_session, disk)
    files = manifest.files
    for position, file in enumerate(files):
        good, size = loader.load(file.name), disk.size(file.name)
        if good < size:
            if any(disk.size(later.name) for later in files[position + 1 :]):
                raise DamagedFile(file.name, good, f"{size - good} more end within a command, and other files follow")
            _cut_off(disk, file.name, good, size, state.config.aof_load_truncated)
    _wake_consumers(state)
    logger.info("append-only file: %d commands loaded in %.1f s", loader.commands, monotonic() - started)
    if loader.errors:
        logger.warning("%d of them were refused, first: %s", loader.errors, loader.first_error.decode("latin-1"))


def _wake_consumers(state: State[Client]) -> None:
    """When a consumer of a stream was last seen is not in the file; as in Redis, it is now."""
    streams = (value for db in state.databases for value in db.values.values() if value.__class__ is StreamValue)
    for stream in cast("Iterator[StreamValue]", streams):
        for group in stream.groups.values():
            for consumer in group.consumers.values():
                consumer.seen = state.clock


def _cut_off(disk: Disk, name: str, good: int, size: int, allowed: bool) -> None:
    """The end of the last file is torn."""
    if not allowed:
        raise DamagedFile(name, good, f"{size - good} more end within a command, and aof-load-truncated is no")
    lost = size - good
    logger.warning("append-only file %s: cut off behind %d bytes, %d more were no whole command", name, good, lost)
    disk.truncate(name, good)
