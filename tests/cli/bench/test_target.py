"""Where a server is and what is said first, by options and by URL."""

from __future__ import annotations

import pytest

from framewire.cli.bench.target import Target
from framewire.cli.security import Security

BASE = Target("h", 1, username="u", password="p", db=3)


@pytest.mark.parametrize(("place", "expected"), [
    ("redis://example.org", Target("example.org", 6379, None, "u", "p", 3)),
    ("redis://example.org:7000/5", Target("example.org", 7000, None, "u", "p", 5)),
    ("redis://me:s%40crt@[::1]:7/0", Target("::1", 7, None, "me", "s@crt", 0)),
    ("redis://:only@x:7/", Target("x", 7, None, "u", "only", 3)),
    ("rediss://x:7", Target("x", 7, None, "u", "p", 3, security=Security())),
    ("unix:///tmp/a%20b", Target("h", 1, "/tmp/a b", "u", "p", 3)),
    ("x:7000", Target("x", 7000, None, "u", "p", 3)),
    ("[::1]:7000", Target("::1", 7000, None, "u", "p", 3)),
    ("7000", Target("h", 7000, None, "u", "p", 3)),
])  # fmt: skip
def test_another_place_for_the_same_user(place: str, expected: Target) -> None:
    assert BASE.at(place) == expected


@pytest.mark.parametrize(("place", "words"), [
    ("http://secret@x", "begins with redis, rediss, unix, not 'http'"),
    ("redis://:secret@x:y/", "number up to 65535"),
    ("redis://:secret@x/a", "database's number, not 'a'"),
    ("redis://:secret@x/0?timeout=secret", r"no options here: \?timeout"),
    ("somewhere", "HOST:PORT or a URL"),
    ("x:99999", "up to 65535, not '99999'"),
])  # fmt: skip
def test_what_is_no_place_is_refused_without_telling_secrets(place: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        BASE.at(place)
    assert "secret" not in str(raised.value)


def test_names_tell_where_and_never_the_password() -> None:
    assert Target("h", 1, password="secret").name == "redis://h:1/0"
    assert Target("::1", 1, security=Security()).name == "rediss://[::1]:1/0"
    assert Target(path="/s").name == "unix:///s"
    assert "secret" not in repr(Target(password="secret"))


@pytest.mark.parametrize(("target", "greeting"), [
    (Target(), []),
    (Target(password="p"), [[b"AUTH", b"p"]]),
    (Target(username="u", password="p\udcff", db=2), [[b"AUTH", b"u", b"p\xff"], [b"SELECT", b"2"]]),
    (Target(password="p", resp3=True, tracking=True),
     [[b"AUTH", b"p"], [b"HELLO", b"3"], [b"CLIENT", b"TRACKING", b"ON"]]),
])  # fmt: skip
def test_what_is_said_first(target: Target, greeting: list[list[bytes]]) -> None:
    assert target.greeting() == greeting
