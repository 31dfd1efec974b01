"""INFO, and what is written like it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewire.frames.resp import Verbatim
from framewire.redis.client.shapes.info import info, lines_of, typed

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_0123456789", min_size=1, max_size=20)
FRACTIONS = st.integers(-(10**9), 10**9).map(lambda hundredths: hundredths / 100)
VALUES: st.SearchStrategy[int | float | str] = st.one_of(
    st.integers(), FRACTIONS, st.sampled_from(["", "ok", "007", "7.0.15"])
)


def written(value: int | float | str) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@given(st.dictionaries(NAMES, st.one_of(VALUES, st.dictionaries(NAMES, VALUES, min_size=1))))
def test_what_was_written_is_read(about: dict[str, Any]) -> None:
    about.pop("module", None)
    lines = ["# Section"]
    for name, value in about.items():
        record = isinstance(value, dict)
        text = ",".join(f"{key}={written(item)}" for key, item in value.items()) if record else written(value)
        lines.append(f"{name}:{text}")
    reply = "\r\n".join([*lines, "", ""]).encode()
    assert info(reply) == info(Verbatim(b"txt", reply)) == about


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-1", -1), ("00", "00"), ("1e5", "1e5"), ("1.50", 1.5), ("-0.25", -0.25), ("7.0.15", "7.0.15"),
        ("1_0", "1_0"), ("", ""), ("0" * 40, "0" * 40), ("18446744073709551615", 2**64 - 1), ("12.50%", "12.50%"),
    ],
)  # fmt: skip
def test_only_what_is_written_as_a_number_is_one(text: str, value: object) -> None:
    assert (typed(text), type(typed(text))) == (value, type(value))


def test_values_may_have_colons_and_equals_signs() -> None:
    assert info(b"a:b:c=d\r\nexecutable:/x=y\r\n") == {"a": "b:c=d", "executable": "/x=y"}
    assert info(b"slave0:ip=::1,port=1\r\n") == {"slave0": {"ip": "::1", "port": 1}}


def test_lines() -> None:
    assert list(lines_of(b"# x:y\r\n\r\nno colon\r\na:1\nb:\r\n")) == [("a", "1"), ("b", "")]
