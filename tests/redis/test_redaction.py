"""How requests, and other people's texts, are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.redis.redaction import printable, without_secrets


@pytest.mark.parametrize(("text", "shown"), [
    ("plain text", "plain text"), ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"), ("a\nb\r", "a\\nb\\r"),
    ("\x1b[31m", "\\x1b[31m"), ("\u202eabc", "\\u202eabc"), ("\u2028", "\\u2028"), ("\x00\x7f", "\\x00\\x7f"),
    ("\udc80", "\\udc80"), ("\u00a0", "\\xa0"),
])  # fmt: skip
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_it_is_one_line_whatever_the_text(text: str) -> None:
    assert printable(text).isprintable()


@pytest.mark.parametrize(("request_", "shown"), [
    ("AUTH sesam", "AUTH ?"), ("auth user sesam", "auth ? ?"), ("HELLO 3 AUTH user sesam", "HELLO 3 AUTH ? ?"),
    ("CONFIG SET maxclients 9 requirepass sesam", "CONFIG SET maxclients 9 requirepass ?"),
    ("config set masterauth sesam", "config set masterauth ?"), ("CONFIG GET requirepass", "CONFIG GET requirepass"),
    ("CONFIG SET tls-key-file-pass sesam", "CONFIG SET tls-key-file-pass ?"),
    ("ACL SETUSER bob on >sesam ~*", "ACL SETUSER ? ? ? ?"), ("ACL LIST", "ACL LIST"),
    ("SET auth open", "SET auth open"),
    ("MIGRATE h 1 k 0 9 COPY AUTH sesam", "MIGRATE h 1 k 0 9 COPY AUTH ?"),
])  # fmt: skip
def test_passwords_are_hidden(request_: str, shown: str) -> None:
    words = [word.replace(b"(redacted)", b"?") for word in without_secrets(request_.encode().split())]
    assert b" ".join(words).decode() == shown
