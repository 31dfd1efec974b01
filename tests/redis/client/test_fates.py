"""Which replies prove which fate."""

from __future__ import annotations

import pytest

from framewire.redis.client.fates import NOT_EXECUTED_WORDS, Fate, fate_of_reply

SCRIPTS = [b"EVAL", b"EVALSHA", b"EVAL_RO", b"EVALSHA_RO", b"FCALL", b"FCALL_RO", b"EXEC"]


@pytest.mark.parametrize("word", sorted(NOT_EXECUTED_WORDS))
def test_words_of_refusal(word: str) -> None:
    assert fate_of_reply(word, f"{word} no", b"SET") is Fate.NOT_EXECUTED


@pytest.mark.parametrize("command", SCRIPTS)
@pytest.mark.parametrize("word", sorted(NOT_EXECUTED_WORDS))
def test_words_that_may_come_from_the_middle_of_something(word: str, command: bytes) -> None:
    assert fate_of_reply(word, f"{word} no", command) is Fate.UNKNOWN


@pytest.mark.parametrize("text", ["ERR no", "WRONGTYPE no", "OOM no", "NOPERM no", "LOADINGX no", "loading no", ""])
def test_all_others_were_executed(text: str) -> None:
    assert fate_of_reply(text.partition(" ")[0], text, b"SET") is Fate.EXECUTED


def test_a_server_without_room() -> None:
    assert fate_of_reply("ERR", "ERR max number of clients reached", b"SET") is Fate.NOT_EXECUTED


def test_they_read_as_words() -> None:
    assert [str(fate) for fate in Fate] == ["executed", "not executed", "unknown"]
