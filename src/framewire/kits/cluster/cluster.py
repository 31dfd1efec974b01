"""`RedisCluster`: nodes of a real server program that are one cluster, for tests of programs that talk to one.

What belongs here: how nodes are brought together, changed, and waited for. How one is started is in `node`, how slots
move in `moving`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from framewire.kits.cluster.agreement import amiss, replicated, slots_of
from framewire.kits.cluster.division import Move, divide, plan_leaving, plan_rebalance
from framewire.kits.cluster.moving import move_slots
from framewire.kits.cluster.node import Arguments, ClusterNode
from framewire.kits.process import Tls
from framewire.kits.programs import Program, find_program
from framewire.kits.resetting import empty, settings_of
from framewire.kits.waiting import PATIENCE, wait_until_well
from framewire.redis.client.errors import RedisError, ResponseError
from framewire.redis.client.shapes.cluster import ClusterNode as Line
from framewire.redis.slots import slot_of

__all__ = ["RedisCluster"]

_GIVES_UP = 6.0  # seconds; a node gives a failover up that it was asked for after five


class RedisCluster:
    """A cluster on loopback: `with RedisCluster() as cluster:` then `url`, `nodes`, and what can be done to them.

    There are `primaries`, each with `replicas`, of a `program` as `find_program` takes it. A node that is not heard of
    for `node_timeout` milliseconds counts as lost. Nothing is stored unless `arguments` say so. These are those of
    redis-server, for all nodes, or a function from a `ClusterNode` to those of that one:

    - what survives a kill: `("--appendonly", "yes", "--appendfsync", "always")`;
    - hostnames: `lambda node: ("--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type",
      "hostname")`; or no names at all: `"unknown-endpoint"`;
    - a network that translates addresses: `lambda node: ("--cluster-announce-port", str(node.port + 10_000))`.

    `host="::1"` is IPv6, `tls` has all speak TLS, to one another too, `password` is that of the user `default`.
    """

    def __init__(
        self, primaries: int = 3, replicas: int = 1, *, program: str | Program | None = None, arguments: Arguments = (),
        node_timeout: int = 1000, host: str = "127.0.0.1", password: str | None = None, tls: Tls | None = None,
    ) -> None:  # fmt: skip
        """Raises `NoProgram` where there is no such program, and `ValueError` for numbers that make no cluster."""
        if replicas < 0:
            raise ValueError(f"replicas must be 0 or more, not {replicas}")
        self._shares = divide(primaries)
        self._replicas = replicas
        self.program = find_program(program)
        self.host = host
        self.password = password
        self.tls = tls
        self._make: Callable[[], ClusterNode] = lambda: ClusterNode(
            self.program, arguments, node_timeout=node_timeout, host=host, password=password, tls=tls
        )
        self.nodes: list[ClusterNode] = []
        """All nodes, dead or alive; at the start first the primaries, then their replicas by turns."""

    @property
    def url(self) -> str:
        """Its URL, which names all nodes: `redis+cluster://127.0.0.1:10001,127.0.0.1:10002`, and the password."""
        scheme = "redis+cluster" if self.tls is None else "rediss+cluster"
        secret = "" if self.password is None else f":{quote(self.password, safe='')}@"
        return f"{scheme}://{secret}{','.join(str(node.address) for node in self.nodes)}"

    # -- start and end ------------------------------------------------------------------------------------------------

    def start(self) -> Self:
        """Start all nodes, bring them together, and wait until all is well: some three seconds.

        Raises `RuntimeError` where a node does not start, and `TimeoutError` where they do not come together.
        """
        with ExitStack() as undo:
            undo.callback(self.stop)
            self._launch(len(self._shares) * (1 + self._replicas))
            self._join()
            self.wait_until_ok()
            self._at_start = self._state()
            undo.pop_all()
        return self

    def reset(self) -> None:
        """Make it as good as new: without keys, scripts and functions, whole, and set up as it was at the start.

        That takes some milliseconds; but where nodes, slots, parameters or users have changed since, all nodes are
        ended, and `start` makes new ones, with other ports.
        """
        try:
            if self._state() == self._at_start:
                primaries = self.primaries
                empty(primaries, [node for node in self.nodes if node not in primaries])
                return
        except (RedisError, RuntimeError):
            pass  # one that cannot even be asked
        self.stop()
        self.start()

    def _state(self) -> Any:
        """What `reset` finds again, where nobody has changed it."""
        if len(self._awake()) < len(self.nodes):
            return None
        return [(node.pid, node.id, node.report().layout, settings_of(node)) for node in self.nodes]

    def stop(self) -> None:
        """End all nodes, by SIGKILL: what they have stored goes too. Stopping twice is fine."""
        for node in self.nodes:
            node.kill()
        while self.nodes:
            self.nodes.pop().end()

    def _launch(self, count: int) -> list[ClusterNode]:
        """So many further nodes, all started before any is waited for."""
        nodes = [self._make() for _ in range(count)]
        self.nodes += nodes
        for node in nodes:
            node.launch()
        for node in nodes:
            node.ready()
        return nodes

    def _join(self) -> None:
        """Each primary gets its slots and its epoch, all meet, each replica learns whose it is."""
        primaries = self.nodes[: len(self._shares)]
        for number, (node, slots) in enumerate(zip(primaries, self._shares, strict=True), 1):
            node.client.cluster_addslotsrange(slots[0], slots[-1])
            node.client.cluster_set_config_epoch(number)
        self._meet(self.nodes)
        for number, node in enumerate(self.nodes[len(primaries) :]):
            node.client.cluster_replicate(primaries[number % len(primaries)].id)

    def _meet(self, newcomers: Iterable[ClusterNode]) -> None:
        """Each of them meets all others at once: what nodes tell one another of third ones comes later."""
        for node in newcomers:
            for other in self._awake():
                if other is not node:
                    node.client.cluster_meet(other.host, other.port, other.bus_port)
        wait_until_well(self._strangers, "the nodes to know one another")

    def _strangers(self) -> str | None:
        alone = [node for node in self._awake() if not node.knows(len(self.nodes))]
        return f"{alone[0]} does not know all {len(self.nodes)} nodes" if alone else None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # -- who is what --------------------------------------------------------------------------------------------------

    @property
    def primaries(self) -> list[ClusterNode]:
        """The nodes that can be asked and say that they are primaries, with slots or without."""
        return [node for node in self._awake() if node.is_primary]

    def primary_of(self, slot: int | str | bytes) -> ClusterNode:
        """Who says that a slot is his, or the slot of a key, which is text or bytes. Raises `LookupError`."""
        key = slot.encode() if isinstance(slot, str) else slot
        number = slot_of(key) if isinstance(key, bytes) else key
        claims = [(int(line["epoch"]), node) for node, line in self._lines() if number in slots_of(line)]
        if not claims:
            raise LookupError(f"no node that runs serves slot {number}")
        return max(claims, key=lambda claim: claim[0])[1]

    def replicas_of(self, primary: ClusterNode) -> list[ClusterNode]:
        """The nodes that can be asked and say that they are replicas of this one."""
        return [node for node, line in self._lines() if node is not primary and replicated(line) == primary.id]

    def _awake(self) -> list[ClusterNode]:
        return [node for node in self.nodes if node.is_awake]

    def _lines(self) -> Iterable[tuple[ClusterNode, Line]]:
        return [(node, node.myself) for node in self._awake()]

    # -- waiting ------------------------------------------------------------------------------------------------------

    def wait_until_ok(self, seconds: float = PATIENCE) -> None:
        """Wait until all nodes that run, and are not stopped, say the same and serve all slots, replicas in step.

        Raises `TimeoutError`, which says what is amiss.
        """
        wait_until_well(self._amiss, "the cluster", seconds)

    def _amiss(self) -> str | None:
        return amiss({node.id: node.report() for node in self._awake()}, len(self.nodes))

    # -- slots --------------------------------------------------------------------------------------------------------

    def move_slot(
        self, slot: int, to: ClusterNode, *, keys_per_step: int = 1, pause: Callable[[], object] | None = None
    ) -> None:
        """Move a slot with its keys to another primary. O(N) of its keys.

        `pause` is called when the slot is open and nothing has moved yet, and after each MIGRATE of `keys_per_step`
        keys; if it raises, the slot stays half-way, and moving it again ends it. Replicas learn of it after the return:
        `wait_until_ok` waits for that.
        """
        source = self.primary_of(slot)
        if source is not to:
            self._move([slot], source, to, keys_per_step=keys_per_step, pause=pause)

    def rebalance(
        self, *, keys_per_step: int = 100, slots_per_step: int = 1000, pause: Callable[[], object] | None = None
    ) -> int:
        """Move slots until all primaries have as many, give or take one; returns how many were moved.

        `slots_per_step` are on their way at once; `pause` as for `move_slot`. It returns when all nodes know. Redis
        needs a second for 4000 slots without keys, and Valkey, where replicas have a say in each, several.
        """
        primaries = self.primaries
        moves = plan_rebalance(_owned(primaries))
        self._carry_out(moves, primaries, keys_per_step=keys_per_step, slots_per_step=slots_per_step, pause=pause)
        return sum(len(move.slots) for move in moves)

    def _carry_out(self, moves: Sequence[Move], nodes: Sequence[ClusterNode], **how: Any) -> None:
        for slots, source, target in moves:
            self._move(slots, nodes[source], nodes[target], **how)
        self.wait_until_ok()

    def _move(self, slots: Sequence[int], source: ClusterNode, target: ClusterNode, **how: Any) -> None:
        others = [node for node in self.primaries if node not in (source, target)]
        move_slots(slots, source, target, others, **how)

    # -- nodes come, go, and change sides -----------------------------------------------------------------------------

    def add_node(self, replica_of: ClusterNode | None = None) -> ClusterNode:
        """One more node: a primary without slots, or a replica that is in step. `rebalance` gives a primary slots."""
        (node,) = self._launch(1)
        self._meet([node])
        if replica_of is not None:
            node.client.cluster_replicate(replica_of.id)
        self.wait_until_ok()
        return node

    def remove_node(self, node: ClusterNode) -> None:
        """One node less: its slots go to the other primaries, its replicas to the poorest of them, all forget it."""
        if node.is_awake and node.is_primary:
            self._empty(node)
        node.kill()
        self.nodes.remove(node)
        for other in self._awake():
            try:
                other.client.cluster_forget(node.id)
            except ResponseError as error:
                if "Unknown node" not in str(error):  # another one has told it already
                    raise
        node.end()
        self.wait_until_ok()

    def _empty(self, node: ClusterNode) -> None:
        primaries = self.primaries
        self._carry_out(plan_leaving(_owned(primaries), primaries.index(node)), primaries)
        others = [primary for primary in self.primaries if primary is not node]
        for replica in self.replicas_of(node):
            poorest = min(others, key=lambda primary: len(self.replicas_of(primary)))
            replica.client.cluster_replicate(poorest.id)
        self.wait_until_ok()

    def failover(self, node: ClusterNode, option: Literal["FORCE", "TAKEOVER"] | None = None) -> ClusterNode:
        """Let a replica take its primary's place: `node`, or the first replica of `node`. Returns who is primary now.

        By CLUSTER FAILOVER: no write is lost. `"FORCE"` does not ask the primary, `"TAKEOVER"` nobody at all. Raises
        `LookupError` where there is no replica.
        """
        replica = self._replica_for(node)
        deadline = time.monotonic() + PATIENCE
        while True:
            replica.client.cluster_failover(option)
            try:
                wait_until_well(lambda: None if replica.is_primary else f"{replica} is none", "a primary", _GIVES_UP)
                break
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise
        self.wait_until_ok()
        return replica

    def _replica_for(self, node: ClusterNode) -> ClusterNode:
        if node.is_awake and not node.is_primary:
            return node
        if not (replicas := self.replicas_of(node)):
            raise LookupError(f"{node} has no replica that can be asked")
        return replicas[0]


def _owned(nodes: Iterable[ClusterNode]) -> list[list[int]]:
    return [slots_of(node.myself) for node in nodes]
