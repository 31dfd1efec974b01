"""Requests with the standard input, or a script, in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from framewire.cli.client.arguments import eval_request, from_stdin


def test_the_input_is_the_last_argument_or_where_the_tag_is() -> None:
    assert from_stdin([b"SET", b"k"], None, b"v\n") == [b"SET", b"k", b"v\n"]
    assert from_stdin([b"SET", b"k", b"T", b"EX", b"T"], b"T", b"v") == [b"SET", b"k", b"v", b"EX", b"T"]
    with pytest.raises(ValueError, match="not in list"):
        from_stdin([b"SET", b"k"], b"T", b"v")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [b"0"]),
        ([b"k1", b"k2"], [b"2", b"k1", b"k2"]),
        ([b"k", b",", b"a", b","], [b"1", b"k", b"a", b","]),
        ([b",", b"a"], [b"0", b"a"]),
    ],
)
def test_keys_and_arguments_of_a_script(tmp_path: Path, words: list[bytes], expected: list[bytes]) -> None:
    (tmp_path / "a.lua").write_bytes(b"return 1")
    assert eval_request(str(tmp_path / "a.lua"), words) == [b"EVAL", b"return 1", *expected]
