from __future__ import annotations

import pytest

from framewire.redis.client.errors import PubSubError
from framewire.redis.client.subscriptions.events import Database, EventFilter, KeyEvent
from framewire.redis.client.subscriptions.items import Kind, Message


@pytest.mark.parametrize(("pattern", "events", "db", "names"), [
    (b"*", (), 0, [b"__keyevent@0__:*"]),
    (b"*", (), "*", [b"__keyevent@*__:*"]),
    (b"*", ("set", "del"), 3, [b"__keyevent@3__:del", b"__keyevent@3__:set"]),
    (b"*", ("a[b*",), 0, [b"__keyevent@0__:a\\[b\\*"]),
    (b"user:*", (), 0, [b"__keyspace@0__:user:*"]),
    (b"user:*", ("set",), "*", [b"__keyspace@*__:user:*"]),
])  # fmt: skip
def test_what_is_listened_to(pattern: bytes, events: tuple[str, ...], db: Database, names: list[bytes]) -> None:
    assert EventFilter(pattern, events, db).topics() == [(Kind.PATTERN, name) for name in names]


@pytest.mark.parametrize(("events", "channel", "data", "event"), [
    ((), b"__keyevent@0__:set", b"k", KeyEvent("set", b"k", 0)),
    ((), b"__keyspace@12__:a:b\n", b"del", KeyEvent("del", b"a:b\n", 12)),
    (("del",), b"__keyspace@0__:k", b"set", None),
    ((), b"__keyevent@x__:set", b"k", None),
    ((), b"news", b"k", None),
])  # fmt: skip
def test_what_a_message_says(
    events: tuple[str, ...], channel: bytes, data: bytes, event: KeyEvent[bytes] | None
) -> None:
    assert EventFilter(b"*", events, 0).event_of(Message("pmessage", channel, b"p", data)) == event


@pytest.mark.parametrize(("pattern", "events", "flags", "lacking"), [
    (b"*", (), "", "AE"),
    (b"*", (), "AKE", ""),
    (b"*", (), "E$", ""),
    (b"*", (), "KA", "E"),
    (b"k", (), "EA", "K"),
    (b"*", ("set",), "EA", ""),
    (b"*", ("set", "keymiss"), "EA", "m"),
    (b"*", ("set", "del"), "E$", "g"),
    (b"*", ("one.of.a.module",), "E", ""),
])  # fmt: skip
def test_what_the_server_was_not_told_to_send(
    pattern: bytes, events: tuple[str, ...], flags: str, lacking: str
) -> None:
    wanted = EventFilter(pattern, events, 0)
    assert wanted.lacking(flags) == lacking
    if lacking:
        with pytest.raises(PubSubError, match=f"lacks '{lacking}'"):
            wanted.check(flags)
    else:
        wanted.check(flags)
