"""What sentinels say, as values: the answers to what is asked, and what they publish.

What belongs here: requests, and how replies and messages are read. What is believed of them is in `discovery`. Source:
Redis' documentation of Sentinel, "Sentinel commands" and "Pub/sub messages".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewire.frames.resp import Error
from framewire.redis.client.shapes.basic import mapping, text_of

__all__ = ["CHANNELS", "MOST", "Address", "Answer", "Event", "Remap", "event_of", "questions", "read_answer", "shown"]

Address = tuple[str, int]
"""A host and a port."""

Remap = Callable[[Address], Address]
"""From what servers tell to where they are reached."""

MOST: Final = 256
"""How many replicas, or other sentinels, are taken from one answer: the number is the peer's."""

CHANNELS: Final = (b"+switch-master", b"+sdown", b"-sdown", b"+slave", b"+reboot", b"-monitor")
"""What is listened to: a new primary; a server down, or back, or new, or restarted; a service watched no longer."""

_UNFIT: Final = frozenset(("s_down", "o_down", "disconnected", "failover_in_progress"))
"""Flags of a replica that is not to be read from."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one sentinel says of a service.

    `epoch` grows with each failover; of two that disagree, who has the higher one is right. `voters` are all sentinels
    that watch the service, as far as this one knows, itself among them.
    """

    primary: Address
    epoch: int = 0
    voters: int = 1
    replicas: tuple[Address, ...] = ()
    sentinels: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What one sentinel has published: of which server, and in the place of which other.

    `kind` is the channel, `role` is `master`, `slave` or `sentinel`; a switch has a `successor`.
    """

    kind: str
    service: str
    role: str
    server: Address
    successor: Address | None = None


def shown(address: Address) -> str:
    """`host:port`; an IPv6 address in brackets."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def questions(service: str) -> list[tuple[bytes | str, ...]]:
    """What a sentinel is asked, in one write; `read_answer` takes the replies."""
    return [
        (b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", service),
        (b"SENTINEL", b"MASTER", service),
        (b"SENTINEL", b"REPLICAS", service),
        (b"SENTINEL", b"SENTINELS", service),
    ]


def read_answer(replies: Sequence[Any], remap: Remap | None = None) -> Answer | str:
    """The answer, or in words why it is none. Only the address is needed: the rest a sentinel may refuse."""
    address, master, replicas, sentinels = replies
    if address is None:
        return "knows no such service"
    if isinstance(address, Error):
        return f"refuses: {address}"
    try:
        said, about = _address(*address), _fields(master)
        epoch, voters = int(about.get("config-epoch", "0")), 1 + int(about.get("num-other-sentinels", "0"))
        others = _fit(replicas), [*_fit(sentinels), *_unfit(sentinels)]
    except (TypeError, ValueError, LookupError, AttributeError):
        return "answers what no sentinel does"
    mapped = [tuple(_mapped(server, remap) for server in servers) for servers in others]
    return Answer(_mapped(said, remap), epoch, voters, *mapped)


def _fit(reply: Any) -> list[Address]:
    """Those in a list of servers, or of sentinels, that are there."""
    return [address for address, is_fit in _servers(reply) if is_fit]


def _unfit(reply: Any) -> list[Address]:
    """The others: of sentinels they too are worth a question, for this one may not have met them yet."""
    return [address for address, is_fit in _servers(reply) if not is_fit]


def _servers(reply: Any) -> Iterator[tuple[Address, bool]]:
    if isinstance(reply, Error):
        return
    for fields in map(_fields, reply[:MOST]):
        flags = _UNFIT.intersection(fields.get("flags", "").split(","))
        yield _address(fields["ip"], fields["port"]), not flags and fields.get("replica-announced", "1") != "0"


def _fields(reply: Any) -> dict[str, str]:
    if isinstance(reply, Error):
        return {}
    return {text_of(name): text_of(value) for name, value in mapping(reply).items()}


def _address(host: Any, port: Any) -> Address:
    """Raises `ValueError` for what is none."""
    address = text_of(host), int(port)
    if not address[0] or not 0 < address[1] < 65536:
        raise ValueError
    return address


def _mapped(address: Address, remap: Remap | None) -> Address:
    return address if remap is None else remap(address)


def event_of(channel: bytes, data: bytes, remap: Remap | None = None) -> Event | None:
    """What was published; `None` for what is not understood.

    Of a switch it is `service old-host old-port new-host new-port`, of all else `role name host port`, and behind an @
    `service host port` of the primary, unless it is the primary itself.
    """
    kind, words = text_of(channel), text_of(data).split(" ")
    try:
        match words:
            case [service, host, port, new_host, new_port] if kind == "+switch-master":
                old, new = _address(host, port), _address(new_host, new_port)
                return Event(kind, service, "master", _mapped(old, remap), _mapped(new, remap))
            case [role, _, host, port, "@", service, _, _]:
                return Event(kind, service, role, _mapped(_address(host, port), remap))
            case ["master", service, host, port, *_]:
                return Event(kind, service, "master", _mapped(_address(host, port), remap))
    except ValueError:
        pass
    return None
