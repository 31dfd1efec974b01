"""Whether what sentinels say of a service, and its servers of themselves, is as it should be; if not, what is amiss.

What belongs here: what each says, and what is read out of it. Nothing here asks anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from framewire.redis.cluster.addresses import Address

__all__ = ["Said", "ServerSaid", "amiss"]


class Said(NamedTuple):
    """What one sentinel says of the service."""

    primary: Address
    flags: frozenset[str]
    """Of the primary; of a healthy one `master` alone."""
    other_sentinels: int
    replicas: Mapping[Address, frozenset[str]]
    """Of each replica its flags; of a healthy one `slave` alone."""


class ServerSaid(NamedTuple):
    """What a server says of itself."""

    is_primary: bool
    follows: Address | None
    """Whose data it has, with nothing missing; `None` while that is not so."""


def amiss(sentinels: Mapping[Address, Said], servers: Mapping[Address, ServerSaid], known: int) -> str | None:
    """What is amiss, in words; `None` where all is well.

    Given are those that run, by their addresses; all together there are `known` sentinels. All is well when all
    sentinels that run name the same primary, which says so itself and runs, and each other server that runs follows it,
    and they know that.
    """
    return next(_complaints(sentinels, servers, known), None)


def _complaints(
    sentinels: Mapping[Address, Said], servers: Mapping[Address, ServerSaid], known: int
) -> Iterator[str]:
    named = {said.primary for said in sentinels.values()}
    if len(named) != 1:
        yield f"{len(sentinels)} sentinels name {len(named)} primaries"
        return
    (primary,) = named
    if primary not in servers or not servers[primary].is_primary:
        yield f"the sentinels name {primary}, which is no primary that runs"
    replicas = servers.keys() - {primary}
    for replica in replicas:
        if servers[replica].follows != primary:
            yield f"server {replica} does not follow {primary}, or lacks some of its data"
    for sentinel, said in sentinels.items():
        yield from (f"sentinel {sentinel} {trouble}" for trouble in _troubles(said, replicas, known))


def _troubles(said: Said, replicas: set[Address], known: int) -> Iterator[str]:
    if said.flags != {"master"}:
        yield f"says that the primary is {', '.join(sorted(said.flags))}"
    if said.other_sentinels != known - 1:
        yield f"knows {said.other_sentinels} other sentinels, of which there are {known - 1}"
    for replica in replicas:
        if (flags := said.replicas.get(replica)) is None:
            yield f"does not know the replica {replica}"
        elif flags != {"slave"}:
            yield f"says that the replica {replica} is {', '.join(sorted(flags))}"
