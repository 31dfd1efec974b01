"""Taking what is ready in one go, for `Connection.read_frames` of every kind.

What belongs here: the choice between a codec's own `decode_batch` and one `decode` after another.
"""

from __future__ import annotations

from typing import TypeVar

from framewire._impl import BytesMut
from framewire.codec import Decoder
from framewire.errors import ProtocolError

__all__ = ["decode_ready"]

F = TypeVar("F")


def decode_ready(codec: Decoder[F], src: BytesMut, frames: list[F], max_frames: int) -> ProtocolError | None:
    """Append to `frames`, which holds the one before, all that is whole in `src`, until there are `max_frames`.

    Stops behind a frame for which the codec's `is_switch_point(frame)`, where it has one, is true. A codec without it
    may decode in batches (`decode_batch(src, max_items)`). Returns the error of an offender behind the good frames; the
    caller raises it when it is asked for more.
    """
    is_switch_point = getattr(codec, "is_switch_point", None)
    decode_batch = getattr(codec, "decode_batch", None)
    try:
        if decode_batch is not None and is_switch_point is None:
            if max_frames > len(frames):
                frames += decode_batch(src, max_frames - len(frames))
            return None
        while len(frames) < max_frames and not (is_switch_point and is_switch_point(frames[-1])):
            frame = codec.decode(src)
            if frame is None:
                break
            frames.append(frame)
    except ProtocolError as error:
        return error
    return None
