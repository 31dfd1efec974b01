"""The notation of arguments, and how they are shown."""

from __future__ import annotations

import pytest

from framewire.redis.facts.arguments import (
    Argument,
    block,
    double,
    integer,
    key,
    oneof,
    pattern,
    string,
    syntax,
    token,
    unix_time,
)

NX_XX = (token("NX"), token("XX"))


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        (key("key"), "key"),
        (key("key", multiple=True), "key [key ...]"),
        (string("value", optional=True), "[value]"),
        (string("member", optional=True, multiple=True), "[member [member ...]]"),
        (integer("seconds", "EX"), "EX seconds"),
        (double("delta", "EPSILON", optional=True), "[EPSILON delta]"),
        (unix_time("when", "EXAT"), "EXAT when"),
        (integer("id", "ID", multiple=True), "ID id [id ...]"),
        (pattern("pattern", "GET", multiple=True, repeats_word=True), "GET pattern [GET pattern ...]"),
        (pattern("pattern", "GET", optional=True, multiple=True, repeats_word=True), "[GET pattern [GET pattern ...]]"),
        (token("CH", "change", optional=True), "[CH]"),
        (token("", "empty"), '""'),
        (oneof("how", *NX_XX), "<NX | XX>"),
        (oneof("how", *NX_XX, optional=True), "[NX | XX]"),
        (oneof("how", *NX_XX, word="IF"), "IF <NX | XX>"),
        (oneof("how", *NX_XX, word="IF", optional=True), "[IF <NX | XX>]"),
        (oneof("how", *NX_XX, multiple=True), "<NX | XX> [<NX | XX> ...]"),
        (oneof("how", *NX_XX, multiple=True, optional=True), "[<NX | XX> [<NX | XX> ...]]"),
        (block("pair", double("score"), string("member"), multiple=True), "score member [score member ...]"),
        (block("limit", integer("offset"), integer("count"), word="LIMIT", optional=True), "[LIMIT offset count]"),
        (block("count", integer("count", "COUNT"), token("ANY", optional=True), optional=True), "[COUNT count [ANY]]"),
    ],
)
def test_shown(argument: Argument, shown: str) -> None:
    assert syntax([argument]) == shown


def test_several_are_shown_in_a_row() -> None:
    assert syntax([key("key"), oneof("how", *NX_XX, optional=True), string("value")]) == "key [NX | XX] value"
    assert syntax([]) == ""


def test_types() -> None:
    kinds = [key("a"), string("a"), integer("a"), double("a"), pattern("a"), unix_time("a"), token("A")]
    kinds += [oneof("a"), block("a")]
    expected = ["key", "string", "integer", "double", "pattern", "unix-time", "pure-token", "oneof", "block"]
    assert [argument.type for argument in kinds] == expected


def test_a_word_gives_its_name() -> None:
    assert token("WITHSCORES").name == "withscores"
    assert token("~", "approximately").name == "approximately"
    assert token("", "empty").name == "empty"


def test_a_key_knows_its_place() -> None:
    assert (key("a").spec, key("b", spec=1).spec, string("c").spec) == (0, 1, None)
