"""What may still follow on the words of a line, by the command table: `[NX | XX] [EX seconds | ...]`.

What belongs here: words matched with arguments, from the left. Options that stand together are matched in any order, as
servers take them; a word that fits nowhere ends the matching, and then there is nothing to say. No I/O, and no error:
while somebody types, everything is half done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import NamedTuple

from framewire.redis.facts.arguments import Argument, syntax
from framewire.redis.facts.command import Command
from framewire.redis.facts.table import COMMANDS, lookup

__all__ = ["command_of", "hint", "next_words", "remaining"]

Arguments = tuple[Argument, ...]


class Match(NamedTuple):
    """Arguments matched with words: what of the arguments is left, and what of the words.

    `wants`: the last argument that was begun lacks a value, so nothing but it may follow.
    """

    left: Arguments
    words: Sequence[bytes]
    wants: bool = False


class Again(Argument):
    """An argument that stands there already, and may stand there once more."""

    __slots__ = ()


# -- asked by the prompt ----------------------------------------------------------------------------------------------


def hint(words: Sequence[bytes]) -> str:
    """What may follow on `words`; empty where that is nothing, or not known."""
    entry, used = command_of(words)
    if entry is None:
        return ""
    if entry.subcommands and used == 1:
        return "subcommand ..." if len(words) == 1 else ""
    left = remaining(entry.arguments, words[used:])
    return "" if left is None else " ".join(map(_shown, left))


def next_words(words: Sequence[bytes]) -> list[str]:
    """The words (tokens, subcommands) that may stand behind `words`, in the order of the table."""
    entry, used = command_of(words)
    if entry is None:
        return []
    if entry.subcommands and used == 1:
        return [word.decode().upper() for word in entry.subcommands] if len(words) == 1 else []
    left = remaining(entry.arguments, words[used:])
    return [] if left is None else list(dict.fromkeys(_beginnings(left)))


def command_of(words: Sequence[bytes]) -> tuple[Command | None, int]:
    """The command or subcommand that a line begins with, and how many words its name is."""
    if not words or words[0].lower() not in COMMANDS:
        return None, 0
    entry = lookup(words)
    return entry, 2 if entry is not None and "|" in entry.name else 1


def remaining(arguments: Iterable[Argument], words: Sequence[bytes]) -> Arguments | None:
    """What of `arguments` may follow on `words`; `None` where the words do not fit."""
    match = _match(tuple(arguments), words)
    return None if match.words else match.left


# -- matching ---------------------------------------------------------------------------------------------------------


def _match(arguments: Arguments, words: Sequence[bytes]) -> Match:
    """Match from the left, as far as the words go."""
    left = arguments
    while words and left:
        place, found = _first_match(left, words)
        if found is None:
            break
        behind = left[place + 1 :]
        if found.wants:
            return Match((*found.left, *_others(left, place), *behind), found.words, True)
        words = found.words
        left = (*_others(left, place), *found.left, *behind)
    return Match(left, words)


def _first_match(left: Arguments, words: Sequence[bytes]) -> tuple[int, Match | None]:
    """The first argument that the next word fits: one of the optional ones in front, or the one behind them.

    Words before values: else a value that may be anything would take a word that is an option's.
    """
    reachable = _reachable(left)
    for tokens in (True, False):
        for place in reachable:
            if _has_word(left[place]) is tokens:
                match = _match_one(left[place], words)
                if match is not None:
                    return place, match
    return 0, None


def _reachable(left: Arguments) -> range:
    for place, argument in enumerate(left):
        if not argument.optional:
            return range(place + 1)
    return range(len(left))


def _others(left: Arguments, place: int) -> Arguments:
    """What stood before `place` and was not used. Options before a value stay behind it only where it was one too."""
    return left[:place] if left[place].optional else ()


def _has_word(argument: Argument) -> bool:
    """Whether it can only begin with a word of its own."""
    if argument.word:
        return True
    if argument.type == "oneof":
        return all(map(_has_word, argument.arguments))
    return argument.type == "block" and bool(argument.arguments) and _has_word(argument.arguments[0])


def _match_one(argument: Argument, words: Sequence[bytes]) -> Match | None:
    """Match one argument; `None` where the next word is not its. What may stand again is left as an option."""
    rest = words
    if argument.word:
        if rest[0].upper() != argument.word.upper().encode():
            return None
        rest = rest[1:]
    once = _match_value(argument, rest)
    if once is None:
        return None
    again = _again(argument)
    if once.wants or not argument.multiple:
        return Match((*once.left, *(again if once.wants else ())), once.words, once.wants)
    return Match((*once.left, *again), once.words)


def _again(argument: Argument) -> Arguments:
    if not argument.multiple:
        return ()
    values = {item.name: getattr(argument, item.name) for item in fields(argument)}
    return (Again(**{**values, "word": argument.word if argument.repeats_word else None, "optional": True}),)


def _match_value(argument: Argument, words: Sequence[bytes]) -> Match | None:
    """Match what stands behind the word of an argument; with `wants` where words are lacking."""
    if argument.type == "pure-token":
        return Match((), words)
    if not words:
        return Match((replace(argument, word=None, optional=False, multiple=False),), words, True)
    if argument.type == "oneof":
        return _match_choice(argument.arguments, words)
    if argument.type == "block":
        return _match_block(argument.arguments, words)
    return Match((), words[1:])


def _match_choice(choices: Arguments, words: Sequence[bytes]) -> Match | None:
    """Match the choice that the next word fits; one that begins with a word is preferred."""
    for tokens in (True, False):
        for choice in choices:
            if _has_word(choice) is tokens:
                match = _match_one(choice, words)
                if match is not None:
                    return match
    return None


def _match_block(parts: Arguments, words: Sequence[bytes]) -> Match | None:
    """Match arguments that stand together; the first has to fit. What is still due is wanted."""
    match = _match(parts, words)
    if len(match.words) == len(words):
        return None
    due = any(not part.optional for part in match.left)
    return Match(match.left, match.words, match.wants or (due and not match.words))


# -- how it is shown --------------------------------------------------------------------------------------------------


def _shown(argument: Argument) -> str:
    """As the documentation writes it; `[key ...]` for one more of what is there."""
    if type(argument) is not Again:
        return syntax((argument,))
    return f"[{syntax((replace(argument, optional=False, multiple=False),))} ...]"


# -- words that may follow --------------------------------------------------------------------------------------------


def _beginnings(left: Arguments) -> Iterable[str]:
    for place in _reachable(left):
        yield from _words_of(left[place])


def _words_of(argument: Argument) -> Iterable[str]:
    if argument.word:
        yield argument.word
    elif argument.type == "oneof":
        for choice in argument.arguments:
            yield from _words_of(choice)
    elif argument.type == "block":
        yield from _beginnings(argument.arguments)
