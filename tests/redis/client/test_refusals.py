"""What is refused on a shared link: every command that changes a link, and no other, with what to use instead."""

from __future__ import annotations

import pytest

from framewire.redis.client.refusals import INSTEAD, refusal
from framewire.redis.facts import walk


def test_every_command_that_changes_a_link_has_its_text_and_no_other() -> None:
    assert {entry.name for entry in walk() if entry.changes_link} == INSTEAD.keys()


def test_each_is_refused_by_its_name() -> None:
    for name, instead in INSTEAD.items():
        text = refusal(name.upper().encode().split(b"|"))
        assert text is not None
        assert text.startswith(f"{name.upper().replace('|', ' ')} ") and instead in text


@pytest.mark.parametrize(("request_line", "instead"), [
    (b"select 1", "client.db(n)"), (b"Client Reply OFF", "client.dedicated()"), (b"SUBSCRIBE a b", "client.pubsub()"),
    (b"MULTI", "client.transaction()"), (b"monitor", "client.monitor()"), (b"AUTH sesam", "credential_provider"),
])  # fmt: skip
def test_what_to_use_instead(request_line: bytes, instead: str) -> None:
    text = refusal(request_line.split())
    assert text is not None and instead in text and "sesam" not in text


@pytest.mark.parametrize("request_line", [b"GET select", b"CLIENT LIST", b"CLIENT", b"NOTHING x", b""])
def test_what_is_not_refused(request_line: bytes) -> None:
    assert refusal(request_line.split()) is None


@pytest.mark.parametrize("request_", [
    ["CLIENT", "reply", "OFF"], [b"client", bytearray(b"REPLY")], ["Select", 1], [memoryview(b"MULTI")],
])  # fmt: skip
def test_words_may_be_of_any_kind(request_: list[object]) -> None:
    assert refusal(request_) is not None


@pytest.mark.parametrize("request_", [["CLIENT", 5], ["GET", None], ["GET", "\udcff"], []])
def test_and_mean_nothing_otherwise(request_: list[object]) -> None:
    assert refusal(request_) is None
