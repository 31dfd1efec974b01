from __future__ import annotations

import pytest

from framewire.redis.client.subscriptions.items import Kind, Message, message_of, texted


@pytest.mark.parametrize(("kind", "items", "message"), [
    (Kind.CHANNEL, [b"message", b"c", b"x"], Message("message", b"c", None, b"x")),
    (Kind.PATTERN, [b"pmessage", b"p*", b"c", b"x"], Message("pmessage", b"c", b"p*", b"x")),
    (Kind.SHARD, [b"smessage", b"c", b"x"], Message("smessage", b"c", None, b"x")),
])  # fmt: skip
def test_a_message_as_it_comes(kind: Kind, items: list[bytes], message: Message[bytes]) -> None:
    assert items[0] == kind.message
    assert message_of(kind, items) == message


def test_as_text_what_is_no_text_survives() -> None:
    text = texted(Message("pmessage", "ü".encode(), b"*", b"\xff"))
    assert text == Message("pmessage", "ü", "*", "\udcff")
    assert text.data.encode("utf-8", "surrogateescape") == b"\xff"
