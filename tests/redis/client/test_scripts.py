"""What is sent of a script: its SHA-1, and all of it where the server must not, or does not, know it."""

from __future__ import annotations

from typing import Any

import pytest

from framewire.redis.client.errors import NoScriptError, ResponseError
from framewire.redis.client.scripts import ScriptText
from framewire.redis.client.steps import Ask
from tests.redis.client.playing import Played

SHA = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"  # of `return 1`, as Redis' documentation has it
UNKNOWN = NoScriptError("NOSCRIPT No matching script. Please use EVAL.")


@pytest.mark.parametrize("script", ["return 1", b"return 1", bytearray(b"return 1")])
def test_the_sha_is_the_servers(script: Any) -> None:
    assert ScriptText(script).sha == SHA


@pytest.mark.parametrize(("keys", "args", "rest"), [
    (None, None, (0,)), (["a", b"b"], None, (2, "a", b"b")), ((), (1, 2), (0, 1, 2)),
    (["a"], iter([1.5, "x"]), (1, "a", 1.5, "x")),
])  # fmt: skip
def test_keys_and_arguments(keys: Any, args: Any, rest: tuple[Any, ...]) -> None:
    played = Played(ScriptText("return 1").run(keys, args))
    assert played.request == (b"EVALSHA", SHA, *rest)
    played.answer(7)
    assert played.result == 7


def test_a_script_that_is_not_known_is_sent_whole_once() -> None:
    played = Played(ScriptText("return 1").run(["a"], iter([1])))
    played.fail(UNKNOWN)
    assert played.request == (b"EVAL", "return 1", 1, "a", 1)
    with pytest.raises(NoScriptError):
        played.fail(UNKNOWN)


@pytest.mark.parametrize("error", [NoScriptError("NOSCRIPT says the script"), ResponseError("ERR no")])
def test_an_error_of_the_script_itself_is_its_result(error: ResponseError) -> None:
    played = Played(ScriptText("return 1").run(None, None))
    with pytest.raises(type(error)):
        played.fail(error)


def test_a_pipeline_has_it_whole_the_first_time() -> None:
    sent: set[str] = set()
    queued: list[tuple[Any, ...]] = []
    first, second = ScriptText("return 1"), ScriptText("return 2")
    for script in (first, second, first):
        script.queue(lambda request, shape: queued.append(request), sent, ["k"], ["v"])
    assert queued == [
        (b"EVAL", "return 1", 1, "k", "v"), (b"EVAL", "return 2", 1, "k", "v"), (b"EVALSHA", SHA, 1, "k", "v"),
    ]  # fmt: skip


def test_and_what_could_not_be_queued_was_not_sent() -> None:
    sent: set[str] = set()

    def refuse(request: tuple[Any, ...], shape: Any) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        ScriptText("return 1").queue(refuse, sent, None, None)
    assert not sent


def test_results_are_plain_python() -> None:
    step = next(ScriptText("return 1").run(None, None))
    assert isinstance(step, Ask) and step.shape is not None
