"""`Outbound`: however the kernel cuts a write, the bytes leave in order and nothing is copied."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from framewire import WriteBuffer
from framewire.blocking.outbound import Outbound


class Kernel:
    """A stream that takes as many bytes as the script says, one number for each call; then all it is offered."""

    def __init__(self, script: list[int]) -> None:
        self.script = script
        self.taken = b""

    def send(self, segments: Any) -> int:
        offered = b"".join(map(bytes, segments))
        room = self.script.pop(0) if self.script else len(offered)
        self.taken += offered[:room]
        return min(room, len(offered))


FRAMES = st.lists(st.one_of(st.binary(max_size=20), st.integers(16_384, 20_000).map(lambda size: b"L" * size)))


@given(st.lists(FRAMES, max_size=4), st.lists(st.integers(0, 30_000), max_size=12))
def test_short_writes_are_resumed(writes: list[list[bytes]], script: list[int]) -> None:
    kernel, outbound, out = Kernel(script), Outbound(), WriteBuffer()
    fed = b""
    for frames in writes:
        for frame in frames:
            out.put_slice(frame)
            fed += frame
        done = outbound.send(out, kernel)  # type: ignore[arg-type]
        assert not out
        assert done == (kernel.taken == fed) == (not outbound)
        assert fed.startswith(kernel.taken)
    while not outbound.send(out, kernel):  # type: ignore[arg-type]
        pass
    assert kernel.taken == fed and not outbound.torn


def test_torn_means_that_a_part_was_taken_and_a_part_was_not() -> None:
    outbound, out = Outbound(), WriteBuffer()
    kernel: Any = Kernel([0, 2, 0])
    out.put_slice(b"abcdef")
    assert not outbound.send(out, kernel) and not outbound.torn
    assert not outbound.send(out, kernel) and outbound.torn
    assert outbound.send(out, kernel) and not outbound.torn
    out.put_slice(b"g")
    kernel.script = [0]
    assert not outbound.send(out, kernel) and not outbound.torn
    outbound.clear()
    assert not outbound
