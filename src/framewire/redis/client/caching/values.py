"""Replies as things to keep: how much memory they take, copies that their owner may change, whether something is gone.

What belongs here: what is true of any decoded reply. Nothing here recurses: the decoder allows for a thousand levels.
"""

from __future__ import annotations

from typing import Any, Final

from framewire.frames.resp import Simple, Verbatim

__all__ = ["copy_of", "size_of", "tells_of_absence"]

OBJECT: Final = 56
"""Bytes that any object takes beside its content, about."""

_UNCHANGING: Final = frozenset({bytes, int, float, bool, type(None), Simple, Verbatim, str})


def size_of(reply: Any) -> int:
    """About how many bytes of memory a reply takes. Linear in its items."""
    size, todo = 0, [reply]
    while todo:
        item = todo.pop()
        size += OBJECT
        kind = type(item)
        if kind is bytes:
            size += len(item)
        elif kind is Simple or kind is Verbatim:
            size += len(item.data)
        elif kind is dict:
            todo += item.keys()
            todo += item.values()
        elif kind in (list, set, tuple):
            size += 8 * len(item)
            todo += item
    return size


def tells_of_absence(reply: Any, keys: int) -> bool:
    """Whether one of so many keys may not be there, as far as this reply to a read of them tells."""
    if not reply or reply in _ABSENT:
        return True
    if type(reply) is list:
        return not any(reply) or None in reply or -2 in reply or 1 < keys != len(reply)
    return keys > 1


_ABSENT: Final = (-2, Simple(b"none"))
"""What EXPIRETIME and TYPE say of what is not there; others say null, 0, or nothing."""


def copy_of(reply: Any) -> Any:
    """The reply itself where nobody can change it, else a copy of its containers."""
    kind = type(reply)
    if kind in _UNCHANGING:
        return reply
    if kind is list and all(type(item) in _UNCHANGING for item in reply):
        return reply.copy()
    if kind is dict and all(type(item) in _UNCHANGING for item in reply.values()):
        return reply.copy()
    return _deep_copy(reply)


def _deep_copy(reply: Any) -> Any:
    """A copy of a nested reply: what is inside of what is copied first, from a list of what is still to do.

    Tuples (a map whose keys Python cannot hold is a list of pairs) are lists meanwhile, and made anew from the inside.
    """
    root: list[Any] = [reply]
    todo: list[Any] = [root]
    tuples: list[tuple[Any, Any]] = []
    while todo:
        container = todo.pop()
        places = container.items() if type(container) is dict else enumerate(container)
        for place, item in list(places):
            kind = type(item)
            if kind in (list, dict):
                container[place] = copied = item.copy()
                todo.append(copied)
            elif kind is tuple:
                container[place] = copied = list(item)
                todo.append(copied)
                tuples.append((container, place))
            elif kind is set:
                container[place] = item.copy()
    for container, place in reversed(tuples):
        container[place] = tuple(container[place])
    return root[0]
