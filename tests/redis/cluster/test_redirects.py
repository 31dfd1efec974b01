"""Redirects and troubles: the grammar, and that no text is too strange for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.client.errors import error_of_reply
from framewire.redis.client.fates import NOT_EXECUTED_WORDS
from framewire.redis.cluster.redirects import TROUBLES, Redirect, is_about_its_command, redirect_of

REDIRECTS = [
    ("MOVED 3999 127.0.0.1:6381", Redirect(True, 3999, "127.0.0.1", 6381)),
    ("ASK 0 127.0.0.1:6381", Redirect(False, 0, "127.0.0.1", 6381)),
    ("MOVED 16383 ::1:6381", Redirect(True, 16383, "::1", 6381)),
    ("MOVED 1 :6380", Redirect(True, 1, "", 6380)),
    ("MOVED 1 ?:6380", Redirect(True, 1, "?", 6380)),
    ("ASK 1 a.example:6380", Redirect(False, 1, "a.example", 6380)),
]


@pytest.mark.parametrize(("text", "redirect"), REDIRECTS)
def test_redirects(text: str, redirect: Redirect) -> None:
    assert redirect_of(text) == redirect


NONE = [
    "", "MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED 1 host", "MOVED 16384 h:1", "MOVED -1 h:1", "MOVED x h:1",
    "MOVED 1 h:0", "MOVED 000001 h:1", "MOVED ² h:1", "moved 1 h:1", "MOVEDTO 1 h:1", "ERR MOVED 1 h:1",
    "TRYAGAIN 1 h:1",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_redirect(text: str) -> None:
    assert redirect_of(text) is None


@given(st.text(max_size=40).map(lambda text: f"MOVED {text}") | st.text(max_size=40))
def test_any_text_is_a_redirect_or_none(text: str) -> None:
    redirect = redirect_of(text)
    assert redirect is None or (0 <= redirect.slot < 16384 and 1 <= redirect.port <= 65535)


def test_all_these_words_prove_that_nothing_was_executed() -> None:
    assert {"MOVED", "ASK", *TROUBLES} <= NOT_EXECUTED_WORDS


@pytest.mark.parametrize(("text", "command", "is_so"), [
    (b"TRYAGAIN torn apart", b"MGET", True),
    (b"TRYAGAIN torn apart", b"EVAL", False),
    (b"MOVED 1 h:1", b"MGET", True),
    (b"MOVED 1 h:1", b"EVAL", True),  # its keys are elsewhere
    (b"MOVED to nowhere", b"EVAL", False),
    (b"BUSY a script runs", b"GET", True),
])  # fmt: skip
def test_out_of_a_script_nothing_is_proved(text: bytes, command: bytes, is_so: bool) -> None:
    assert is_about_its_command(error_of_reply(text, command)) is is_so
