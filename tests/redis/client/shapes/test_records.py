"""Texts and records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Simple, Verbatim
from framewire.redis.client.shapes.records import number, record, records, rows, sorted_words, word, words


@given(st.binary())
def test_a_text_is_str_whatever_it_came_as(data: bytes) -> None:
    assert {word(data), word(Simple(data)), word(Verbatim(b"txt", data))} == {word(data)}
    assert word(data).encode("utf-8", "surrogateescape") == data


@pytest.mark.parametrize("other", [None, 7, 1.5, True, [b"a"]])
def test_what_is_no_text_stays(other: Any) -> None:
    assert word(other) is other


def test_lists_of_texts() -> None:
    assert words([b"b", Simple(b"a")]) == ["b", "a"]
    assert sorted_words([b"b", Simple(b"a")]) == sorted_words({Simple(b"a"), Simple(b"b")}) == ["a", "b"]


@pytest.mark.parametrize(
    ("reply", "result"), [(1, 1), (1.5, 1.5), (b"1.5", 1.5), (b"nan?", "nan?"), (b"inf", float("inf")), (None, None)]
)
def test_numbers(reply: Any, result: Any) -> None:
    assert (number(reply), type(number(reply))) == (result, type(result))


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.binary()))
def test_a_record_is_the_same_from_both_protocols(fields: dict[str, bytes]) -> None:
    flat = [part for name, value in fields.items() for part in (name.encode(), value)]
    assert record(flat) == record({name.encode(): value for name, value in fields.items()}) == fields
    assert records([flat, []]) == [fields, {}]


def test_rows() -> None:
    assert rows([[1, b"a"], [2, b"b"]]) == [(1, b"a"), (2, b"b")]
