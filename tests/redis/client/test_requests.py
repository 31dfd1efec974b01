"""Requests in a user's words, and what may not go over a shared link."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import DataError, SharedLinkError
from framewire.redis.client.requests import check_shareable, name_of, refuse_changes, worded, words_of


@pytest.mark.parametrize(("words", "request_"), [
    (("get", "k"), (b"GET", "k")), ((b"Client List",), (b"CLIENT", b"LIST")),
    (("config get", "max*"), (b"CONFIG", b"GET", "max*")), (("SET", "a b", 1), (b"SET", "a b", 1)),
    ((" ping ",), (b"PING",)),
])  # fmt: skip
def test_a_name_is_in_capitals_and_its_words_are_apart(words: tuple[Any, ...], request_: tuple[Any, ...]) -> None:
    assert worded(words) == request_


@pytest.mark.parametrize("words", [(), ("",), ("  ",), (1,), (None, "x")])
def test_a_command_has_a_name(words: tuple[Any, ...]) -> None:
    with pytest.raises(DataError):
        worded(words)


def test_words_as_the_server_sees_them() -> None:
    large = bytes(10)
    words = words_of((b"SET", "\u00e4", large, bytearray(b"x"), memoryview(b"y"), 1.5))
    assert words == [b"SET", b"\xc3\xa4", bytes(10), b"x", b"y", b"1.5"] and words[2] is large


def test_the_name_of_a_request_is_text() -> None:
    assert name_of((b"GET", b"k")) == name_of(["GET"]) == "GET"
    assert name_of((b"\xff",)) == "\ufffd"


@pytest.mark.parametrize(("words", "instead"), [
    ([b"SELECT", b"1"], r"client\.db\(n\)"), ([b"WAIT", b"1", b"0"], r"dedicated\(\) or a pipeline"),
])  # fmt: skip
def test_what_is_refused_says_what_to_use(words: list[bytes], instead: str) -> None:
    with pytest.raises(SharedLinkError, match=instead) as caught:
        check_shareable(words)
    assert caught.value.fate == "not executed"


def test_in_a_pipeline_it_is_known_whose_link_it_is() -> None:
    refuse_changes([b"WAIT", b"1", b"0"])
    with pytest.raises(SharedLinkError):
        refuse_changes([b"SELECT", b"1"])
