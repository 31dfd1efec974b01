"""What the state machines share: two servers that are asked the same and must answer the same, byte for byte.

What belongs here: the connections and the comparison. Each data type has a machine of its own, `test_random_*.py`,
whose rules are its commands.
"""

from __future__ import annotations

from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, run_state_machine_as_test

from tests.against.dialogue import Client, normalised
from tests.against.steps import Request

__all__ = ["INTEGERS", "KEYS", "BothServers", "run"]

KEYS = st.sampled_from(["a", "b", "c", ""])
INTEGERS = st.sampled_from(
    ["0", "1", "-1", "2", "41", "9223372036854775807", "-9223372036854775808", "01", "+1", "x", ""]
)


class BothServers(RuleBasedStateMachine):
    """Random requests, answered by both servers alike at each step; in RESP2 or RESP3, which each run draws."""

    addresses: ClassVar[list[tuple[str, int]]]

    def __init__(self) -> None:
        super().__init__()
        self.clients = [Client(*address) for address in self.addresses]
        self.ask("FLUSHALL")

    def teardown(self) -> None:
        for client in self.clients:
            client.close()

    @initialize(protocol=st.sampled_from([2, 3]))
    def choose_protocol(self, protocol: int) -> None:
        self.ask(f"HELLO {protocol}", "kind")

    def ask(self, request: Request, normal: str = "") -> None:
        """Both get the request; their replies, through the normaliser of that name, are the same."""
        own, real = (normalised(normal, client.ask(request)) for client in self.clients)
        assert own == real, request


def run(machine: type[BothServers], *addresses: tuple[str, int], examples: int = 40, steps: int = 30) -> None:
    """Run the machine against our server and the real one."""
    machine.addresses = list(addresses)
    profile = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    run_state_machine_as_test(machine, settings=profile)
