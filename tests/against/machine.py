"""What the state machines share: two servers that are asked the same and must answer the same, byte for byte.

What belongs here: the connections and the comparison. Each data type has a machine of its own, `test_random_*.py`,
whose rules are its commands; what newer servers answer otherwise stands in `differences_random.py`.
"""

from __future__ import annotations

from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, run_state_machine_as_test

from framewire.redis import ThreadServer
from tests.against.dialogue import Client, Turn
from tests.against.differences import assert_alike
from tests.against.differences_random import is_asked, rows_about
from tests.against.normalisers import normalised
from tests.against.steps import Request, Step
from tests.peers import REDIS_7, RedisServer

__all__ = ["INTEGERS", "KEYS", "BothServers", "run"]

KEYS = st.sampled_from(["a", "b", "c", ""])
INTEGERS = st.sampled_from(
    ["0", "1", "-1", "2", "41", "9223372036854775807", "-9223372036854775808", "01", "+1", "x", ""]
)


class BothServers(RuleBasedStateMachine):
    """Random requests, answered by both servers alike at each step; in RESP2 or RESP3, which each run draws."""

    ours: ClassVar[ThreadServer]
    peer: ClassVar[RedisServer]

    def __init__(self) -> None:
        super().__init__()
        self.protocol = 2
        self.clients = [Client(server.host, server.port) for server in (self.ours, self.peer)]
        self.ask("FLUSHALL")

    def teardown(self) -> None:
        for client in self.clients:
            client.close()

    @initialize(protocol=st.sampled_from([2, 3]))
    def choose_protocol(self, protocol: int) -> None:
        self.ask(f"HELLO {protocol}", "kind")
        self.protocol = protocol

    def ask(self, request: Request, normal: str = "") -> None:
        """Both get the request; their replies, through the normaliser of that name, are the same, or as rows say."""
        step = Step(request, normal)
        asked = Turn(step, [], {}).request
        if not is_asked(type(self).__name__, asked, self.peer.name):
            return
        own, real = (Turn(step, normalised(normal, client.ask(request)), {}) for client in self.clients)
        rows = rows_about(type(self).__name__, asked, self.peer.name, self.protocol)
        assert_alike(own, real, rows, self.protocol, self.peer.version)


def run(machine: type[BothServers], ours: ThreadServer, peer: RedisServer, examples: int = 40, steps: int = 30) -> None:
    """Run the machine against our server and the real one: less often against those that ours does not follow.

    `examples` are as many as are run where hypothesis' profile asks for a hundred.
    """
    machine.ours, machine.peer = ours, peer
    share = 1.0 if peer.name == REDIS_7 else 0.25
    count = max(1, round(examples * share * settings.default.max_examples / 100))
    profile = settings(max_examples=count, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(machine, settings=profile)
