"""Whether what the nodes of a cluster say makes one healthy cluster, and if not, what is amiss.

What belongs here: reports, as a node gives them, and what is read out of several. Nothing here asks a node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from framewire.redis.client.shapes.cluster import ClusterNode, SlotRange
from framewire.redis.slots import SLOTS

__all__ = ["Report", "amiss", "replicated", "report_of", "slots_of"]


class Report(NamedTuple):
    """What one node says, with ids for nodes."""

    state: str
    """`ok` or `fail`."""
    primaries: Mapping[str, str]
    """Of each node that it knows and does not take for failed, whose replica it is; itself for a primary."""
    unsure: frozenset[str]
    """Nodes that it has just met, may have lost, or has no link to."""
    served: tuple[tuple[int, int, str, frozenset[str]], ...]
    """Ranges of slots as it tells clients: the first and the last, the primary, its replicas."""
    open_slots: frozenset[str]
    """Slots that come or go here."""
    is_linked: bool
    """Whether it is a primary, or a replica that has all from its primary so far."""
    epochs: Mapping[str, int] = MappingProxyType({})
    """Of each primary that it knows, the epoch of its claim to its slots. Who takes a slot over claims it with an epoch
    that is higher than all that he knows: where he does not know them all, a slot may end up with nobody."""

    @property
    def layout(self) -> tuple[object, ...]:
        """Who serves what, and what is on its way: it stays until somebody changes it."""
        return self.state, self.served, self.open_slots


def report_of(
    info: Mapping[str, str], nodes: Iterable[ClusterNode], ranges: Iterable[SlotRange], is_linked: bool
) -> Report:
    """What CLUSTER INFO, CLUSTER NODES and CLUSTER SLOTS of one node say."""
    nodes = list(nodes)
    flags = {node["node_id"]: set(node["flags"].split(",")) for node in nodes}
    return Report(
        state=info["cluster_state"],
        primaries={node["node_id"]: replicated(node) for node in nodes if "fail" not in flags[node["node_id"]]},
        unsure=frozenset(node["node_id"] for node in nodes if _is_unsure(node, flags[node["node_id"]])),
        served=tuple(sorted((item["start"], item["end"], item["primary"]["id"],
                             frozenset(node["id"] for node in item["replicas"])) for item in ranges)),
        open_slots=frozenset(migration["slot"] for node in nodes for migration in node["migrations"]),
        is_linked=is_linked,
        epochs={node["node_id"]: int(node["epoch"]) for node in nodes if node["master_id"] == "-"},
    )  # fmt: skip


def replicated(node: ClusterNode) -> str:
    """Whose replica a node is; its own id where it is a primary."""
    return node["node_id"] if node["master_id"] == "-" else node["master_id"]


def slots_of(node: ClusterNode) -> list[int]:
    """The slots that a node has, as CLUSTER NODES says it."""
    return [slot for bounds in node["slots"] for slot in range(int(bounds[0]), int(bounds[-1]) + 1)]


def _is_unsure(node: ClusterNode, flags: set[str]) -> bool:
    if "fail" in flags:
        return False
    return bool(flags & {"handshake", "fail?", "noaddr"}) or not (node["connected"] or "myself" in flags)


def amiss(reports: Mapping[str, Report], known: int) -> str | None:
    """What is not as it should be, in words; `None` where all is well.

    `reports` are those of the nodes that run, by their ids; all together there are `known` nodes, some of which may be
    dead. All is well when all that run say the same, count one another in, serve all slots, and no dead one serves any.
    """
    return next(_complaints(reports, known), None)


def _complaints(reports: Mapping[str, Report], known: int) -> Iterator[str]:
    if not reports:
        yield "no node runs"
        return
    running, first = set(reports), next(iter(reports.values()))
    for name, report in reports.items():
        troubles = chain(_alone(report), _of_nodes(report, running, known), _of_slots(report, running))
        yield from (f"node {name[:8]} {trouble}" for trouble in chain(troubles, _unlike(report, first, running)))


def _alone(report: Report) -> Iterator[str]:
    if report.state != "ok":
        yield f"says cluster_state:{report.state}"
    if not report.is_linked:
        yield "is not in step with its primary"


def _of_nodes(report: Report, running: set[str], known: int) -> Iterator[str]:
    if missing := running - report.primaries.keys():
        yield f"does not know {_short(missing)}, or takes them for failed"
    if unsure := report.unsure & running:
        yield f"is not sure of {_short(unsure)}"
    if len(report.primaries) > known:
        yield f"knows {len(report.primaries)} nodes, of which there are {known}"


def _of_slots(report: Report, running: set[str]) -> Iterator[str]:
    if (served := sum(end - start + 1 for start, end, *_ in report.served)) != SLOTS:
        yield f"says that {served} of {SLOTS} slots are served"
    if dead := {primary for *_, primary, _ in report.served} - running:
        yield f"says that {_short(dead)}, which does not run, serves slots"
    for *_, primary, replicas in report.served:
        if absent := {node for node in running if report.primaries.get(node) == primary != node} - replicas:
            yield f"does not tell clients of the replicas {_short(absent)}"


def _unlike(report: Report, first: Report, running: set[str]) -> Iterator[str]:
    if any(report.primaries.get(node) != first.primaries.get(node) for node in running):
        yield "says otherwise than another who is whose replica"
    if report.served != first.served:
        yield "says otherwise than another who serves which slots"
    if any(report.epochs.get(node) != first.epochs.get(node) for node in running):
        yield "says otherwise than another which claims to slots are newer"


def _short(ids: Iterable[str]) -> str:
    return ", ".join(sorted(each[:8] for each in ids))
