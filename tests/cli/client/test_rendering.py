"""Values into text. That it is redis-cli's text is shown against the real one, in `tests/against/test_cli.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.cli.client.rendering import as_csv, as_json, as_quoted_json, as_raw, as_standard
from framewire.frames.resp import Error, Push, Simple, Verbatim

VALUES: list[tuple[Any, bytes, bytes, bytes, bytes]] = [
    # value, for people, raw, CSV, JSON
    (None, b"(nil)\n", b"", b"NULL", b"null"),
    (True, b"(true)\n", b"(true)", b"true", b"true"),
    (False, b"(false)\n", b"(false)", b"false", b"false"),
    (-7, b"(integer) -7\n", b"-7", b"-7", b"-7"),
    (10**40, b"(integer) 1" + b"0" * 40 + b"\n", b"1" + b"0" * 40, b"1" + b"0" * 40, b"1" + b"0" * 40),
    (1.5, b"(double) 1.5\n", b"1.5", b"1.5", b"1.5"),
    (3.0, b"(double) 3\n", b"3", b"3", b"3"),
    (float("inf"), b"(double) inf\n", b"inf", b"inf", b'"inf"'),
    (Simple(b"OK"), b"OK\n", b"OK", b'"OK"', b'"OK"'),
    (Error(b"ERR no"), b"(error) ERR no\n", b"ERR no\n", b'ERROR,"ERR no"', b'{"error":"ERR no"}'),
    (b'a"\n\xff', b'"a\\"\\n\\xff"\n', b'a"\n\xff', b'"a\\"\\n\\xff"', b'"a\\"\\n\xff"'),
    (Verbatim(b"txt", b"a\nb"), b"a\nb\n", b"a\nb", b'"a\\nb"', b'"a\\nb"'),
    ([], b"(empty array)\n", b"", b"", b"[]"),
    (set(), b"(empty set)\n", b"", b"", b"[]"),
    ({}, b"(empty hash)\n", b"", b"", b"{}"),
    ({b"10", b"9", b"x"}, b'1~ "9"\n2~ "10"\n3~ "x"\n', b"9\n10\nx", b'"9","10","x"', b'["9","10","x"]'),
    ([1, [2, []], None], b"1) (integer) 1\n2) 1) (integer) 2\n   2) (empty array)\n3) (nil)\n",
     b"1\n2\n\n", b"1,2,,NULL", b"[1,[2,[]],null]"),
    ({b"a": 1, 2: [3, 4]}, b'1# "a" => (integer) 1\n2# (integer) 2 => \n   1) (integer) 3\n   2) (integer) 4\n',
     b"a 1\n2 3\n4", b'"a",1,2,3,4', b'{"a":1,"2":[3,4]}'),
    ([([1], b"x")], b'1# 1) (integer) 1 => "x"\n', b"1 x", b'1,"x"', b'{"1":"x"}'),
    (Push((b"message", b"c")), b'1) "message"\n2) "c"\n', b"message\nc", b'"message","c"', b'["message","c"]'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "standard", "raw", "csv", "jsoned"), VALUES)
def test_forms(value: Any, standard: bytes, raw: bytes, csv: bytes, jsoned: bytes) -> None:
    assert (as_standard(value), as_raw(value), as_csv(value), as_json(value)) == (standard, raw, csv, jsoned)


def test_numbers_of_elements_are_as_wide_as_the_last() -> None:
    assert as_standard(list(range(10))).splitlines()[::9] == [b" 1) (integer) 0", b"10) (integer) 9"]


def test_the_delimiter_of_raw() -> None:
    assert as_raw([1, {b"a": b"b"}, [2, 3]], b"|") == b"1|a b|2|3"


SCALARS = st.none() | st.booleans() | st.integers() | st.text().map(str.encode) | st.builds(Error, st.just(b"ERR x"))
KEYS = st.text().map(str.encode) | st.integers(-100, 100)
REPLIES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.sets(KEYS))


@given(REPLIES)
def test_json_is_json_and_ascii_where_quoted(value: Any) -> None:
    json.loads(as_json(value))
    json.loads(as_quoted_json(value).decode("ascii"))


@given(st.binary())
def test_quoted_json_holds_any_bytes(data: bytes) -> None:
    from framewire.redis.redaction import quoted

    assert json.loads(as_quoted_json(data)) == quoted(data)[1:-1].decode()


@pytest.mark.parametrize("form", [as_standard, as_raw, as_csv, as_json, as_quoted_json])
@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {b"k": inner}, lambda inner: [(inner, inner)]])
def test_depth_is_no_matter(form: Any, wrap: Any) -> None:
    is_doubling = isinstance(wrap(1)[0], tuple) if isinstance(wrap(1), list) else False
    value: Any = 1
    for _ in range(10 if is_doubling else 1024):
        value = wrap(value)
    assert form(value).strip()
