"""Kits for tests of programs that talk to Redis: what breaks the line between client and server, on purpose.

What belongs here: the public names. Nobody inside the package imports from here.
"""

from framewire.kits.faults import ThreadFaultProxy, fault_proxy_in_thread
from framewire.tap.faults.actions import (
    Cut,
    Delay,
    Drop,
    Duplicate,
    Inject,
    Limit,
    Pass,
    Refuse,
    Replace,
    Slice,
    Stall,
    Swap,
)
from framewire.tap.faults.judge import Entry
from framewire.tap.faults.proxy import FaultProxy
from framewire.tap.faults.rule import Byte, Connections, Frames, Rule
from framewire.tap.faults.text import parse_program, parse_rule

__all__ = [
    "Byte",
    "Connections",
    "Cut",
    "Delay",
    "Drop",
    "Duplicate",
    "Entry",
    "FaultProxy",
    "Frames",
    "Inject",
    "Limit",
    "Pass",
    "Refuse",
    "Replace",
    "Rule",
    "Slice",
    "Stall",
    "Swap",
    "ThreadFaultProxy",
    "fault_proxy_in_thread",
    "parse_program",
    "parse_rule",
]
