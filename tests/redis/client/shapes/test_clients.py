"""Lines about links."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Simple
from framewire.redis.client.shapes.clients import client_info, clients, pong, tracking

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=20)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters=" \n", exclude_categories=["Cc", "Cs"]))
LINES = st.lists(st.dictionaries(NAMES, VALUES, min_size=1))


@given(LINES)
def test_what_was_written_is_read(lines: list[dict[str, str]]) -> None:
    """Names of users may have any character but spaces; some of Unicode's look like ends of lines to Python."""
    text = "".join(" ".join(f"{name}={value}" for name, value in line.items()) + "\n" for line in lines)
    assert clients(text.encode()) == lines


def test_numbers_are_numbers_but_for_names() -> None:
    line = b"id=3 name=12 user=7 addr=1 resp=3 multi=-1 cmd=5 lib-ver=2 age=x events=\n"
    assert client_info(line) == {
        "id": 3, "name": "12", "user": "7", "addr": "1", "resp": 3, "multi": -1, "cmd": "5", "lib-ver": "2",
        "age": "x", "events": "",
    }  # fmt: skip


def test_pong() -> None:
    assert pong(Simple(b"PONG")) and pong([b"pong", b""])
    assert not pong(Simple(b"QUEUED"))


def test_flags_are_sorted() -> None:
    assert tracking([b"flags", [b"on", b"bcast"], b"redirect", 0, b"prefixes", []])["flags"] == ["bcast", "on"]
