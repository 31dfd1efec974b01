"""What happens to a cluster under load: slots move, primaries die and hang, nodes come and go, all start anew.

What belongs here: the scenes, each a function of a cluster and the load on it, in a thread beside the loop of the
load; and reading, in the end, what all nodes hold. A scene goes on when the load has, never when some time has passed.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.redis.client.errors import RedisError
from framewire.redis.slots import slot_of
from tests.against.cluster_ledger import Content, Ledger
from tests.against.cluster_load import HOT, Progress
from tests.waiting import PATIENCE, until

__all__ = ["CLIENT_NAME", "SCENES", "Scene", "Stage", "play", "read_all"]

CLIENT_NAME = "load"
"""Of the client's links: those are cut, and no others."""

CANCELLED = ("CancelledError", "RedisError('nobody waited")
"""Errors of writes that were cancelled, alone and in a pipeline."""

CUTS, LOST = 100, 20
"""So often links are cut at least, until so many writes have lost their replies."""

STEP = 30
"""So many steps the load has to make before a scene goes on."""


class Stage:
    """The cluster, the load's books, and how far it is. `failed`: whether the load has ended, and waiting is vain."""

    def __init__(self, cluster: RedisCluster, ledger: Ledger, progress: Progress, failed: Callable[[], bool]) -> None:
        self.cluster = cluster
        self.ledger = ledger
        self.progress = progress
        self._failed = failed
        self._chance = random.Random(1)

    @property
    def hot(self) -> ClusterNode:
        """Who has the hot slot."""
        return self.cluster.primary_of(slot_of(HOT))

    def go_on(self, steps: int = STEP) -> None:
        """Wait until the load has made so many steps more."""
        target = self.progress.steps + steps
        self._wait(lambda: self.progress.steps >= target)

    def serve_hot(self) -> None:
        """Wait until writes to the hot slot are acknowledged."""
        target = self.progress.hot + STEP
        self._wait(lambda: self.progress.hot >= target)

    def _wait(self, condition: Callable[[], bool]) -> None:
        until(lambda: self._failed() or condition())
        assert not self._failed(), "a writer has given up"

    @contextlib.contextmanager
    def calm(self) -> Iterator[None]:
        """Nobody is hurt: nothing may fail."""
        first = len(self.ledger.writes)
        yield
        for write in list(self.ledger.writes[first:]):
            if write.said and not write.said.startswith(CANCELLED):
                self.ledger.faults.append(f"in a calm scene {write.member!r} is {write.outcome}: {write.said}")

    @contextlib.contextmanager
    def risk(self) -> Iterator[None]:
        """Primaries may die: whatever was acknowledged before is with their replicas, and in the end all is well."""
        self.ledger.is_risky = True
        self._wait_for_replicas()
        yield
        self.cluster.wait_until_ok()
        self.ledger.is_risky = False

    def _wait_for_replicas(self) -> None:
        for node in self.cluster.primaries:
            offset = _offset(node)
            until(lambda node=node, offset=offset: all(each >= offset for each in _replicated(node)))

    def cut_links(self) -> None:
        """Cut the load's links to some node."""
        node = self._chance.choice([node for node in self.cluster.nodes if node.is_awake])
        with contextlib.suppress(RedisError):
            for link in node.client.client_list():
                if link["name"] == CLIENT_NAME:
                    node.client.client_kill_filter(_id=link["id"])


def _offset(node: ClusterNode) -> int:
    return int(node.client.info("replication")["master_repl_offset"])


def _replicated(node: ClusterNode) -> list[int]:
    info = node.client.info("replication")
    return [int(info[f"slave{number}"]["offset"]) for number in range(info["connected_slaves"])]


# -- the scenes -------------------------------------------------------------------------------------------------------


def links_cut(stage: Stage) -> None:
    """The client's links are lost, again and again, and with them the replies to enough writes."""
    deadline = time.monotonic() + PATIENCE
    for cuts in itertools.count():
        if cuts >= CUTS and stage.ledger.lost >= LOST:
            return
        lost = stage.ledger.lost
        assert time.monotonic() < deadline, f"after {cuts} cuts {lost} writes are unknown: too few lost their reply"
        stage.cut_links()
        stage.go_on(10)


def slot_moved(stage: Stage) -> None:
    """A slot goes round, key by key."""
    for _, node in zip(range(2), itertools.cycle(node for node in stage.cluster.primaries if node is not stage.hot)):
        with stage.calm():
            stage.cluster.move_slot(slot_of(HOT), node, pause=lambda: stage.go_on(3))
            stage.go_on()


def slot_moved_and_links_cut(stage: Stage) -> None:
    """A slot goes back, key by key, and meanwhile links are lost."""

    def pause() -> None:
        stage.cut_links()
        stage.go_on(3)

    node = next(node for node in stage.cluster.primaries if node is not stage.hot)
    stage.cluster.move_slot(slot_of(HOT), node, pause=pause)


def rebalanced(stage: Stage) -> None:
    """One primary gets slots of another, and gives them back."""
    one, two = stage.cluster.primaries[:2]
    slots = [slot for bounds in one.myself["slots"] for slot in range(int(bounds[0]), int(bounds[-1]) + 1)]
    with stage.calm():
        for slot in slots[:40]:
            stage.cluster.move_slot(slot, two)
        stage.go_on()
        assert stage.cluster.rebalance(pause=lambda: stage.go_on(1)) > 30
        stage.go_on()


def primary_killed(stage: Stage) -> None:
    """One dies, its replica takes its place, and it comes back as that one's replica."""
    node = stage.hot
    with stage.risk():
        node.kill()
        stage.cluster.wait_until_ok()
        stage.serve_hot()
        node.restart()
    assert not node.is_primary


def primary_stopped(stage: Stage) -> None:
    """One hangs until its replica has taken its place, then goes on, and learns that it is none any more."""
    node = stage.hot
    with stage.risk():
        node.stop()
        stage.cluster.wait_until_ok()
        stage.serve_hot()
        node.resume()
    assert not node.is_primary


def node_added(stage: Stage) -> None:
    """A primary more, which gets its part of the slots."""
    with stage.calm():
        stage.cluster.add_node()
        assert stage.cluster.rebalance(pause=lambda: stage.go_on(1)) > 1000
        stage.go_on()


def node_removed(stage: Stage) -> None:
    """A primary less: its slots and its replica go to others."""
    stage.cluster.remove_node(stage.hot)


def all_restarted(stage: Stage) -> None:
    """All die at once, and are started again."""
    with stage.risk():
        for node in stage.cluster.nodes:
            node.kill()
        for node in stage.cluster.nodes:
            node.launch()
        for node in stage.cluster.nodes:
            node.ready()


Scene = Callable[[Stage], None]

SCENES: list[Scene] = [
    links_cut, slot_moved, slot_moved_and_links_cut, rebalanced, primary_killed, primary_stopped, node_added,
    node_removed, all_restarted,
]  # fmt: skip


def play(scene: Scene, stage: Stage) -> None:
    """The scene, while the load goes on before it and behind it."""
    progress = stage.progress
    stage.serve_hot()
    progress.begin()
    before = progress.acknowledged
    scene(stage)
    stage.serve_hot()
    print(f"{scene.__name__}: {progress.acknowledged - before} acknowledged, {progress}")


# -- reading ----------------------------------------------------------------------------------------------------------


def read_all(cluster: RedisCluster) -> tuple[Mapping[bytes, Content], list[str]]:
    """What all primaries hold together; and what is wrong: keys at two of them, replicas that hold something else.

    No client may write meanwhile, and the cluster must be well.
    """
    found: dict[bytes, Content] = {}
    faults: list[str] = []
    for primary in cluster.primaries:
        held = _read(primary)
        faults += [f"{key!r} is at two primaries" for key in held.keys() & found.keys()]
        faults += [f"{replica} holds something else than {primary}" for replica in cluster.replicas_of(primary)
                   if not _comes_to(replica, held)]  # fmt: skip
        found |= held
    return found, faults


def _comes_to(replica: ClusterNode, held: Mapping[bytes, Content]) -> bool:
    with contextlib.suppress(AssertionError):
        until(lambda: _read(replica) == held)
    return _read(replica) == held


def _read(node: ClusterNode) -> dict[bytes, Content]:
    with node.client.dedicated() as link:
        link.execute("READONLY")
        keys = sorted(set(link.scan_iter(count=1000)))
        with link.pipeline() as pipeline:
            types = [pipeline.type(key) for key in keys]
        with link.pipeline() as pipeline:
            values = [_ask(pipeline, key, kind.result()) for key, kind in zip(keys, types, strict=True)]
        return {key: _content(key, value.result()) for key, value in zip(keys, values, strict=True)}


def _ask(pipeline: Any, key: bytes, kind: bytes) -> Any:
    match kind:
        case b"list":
            return pipeline.lrange(key, 0, -1)
        case b"set":
            return pipeline.smembers(key)
    return pipeline.get(key)


def _content(key: bytes, value: Any) -> Content:
    if isinstance(value, bytes):
        return int(value) if key.startswith(b"count:") else Counter([value])
    return Counter(value)
