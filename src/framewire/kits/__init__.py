"""Kits for tests of programs that talk to Redis: real servers, clusters, sentinels, and what breaks a line.

What belongs here: the public names. Nobody inside the package imports from here.
"""

from framewire.kits.cluster.cluster import RedisCluster
from framewire.kits.cluster.node import ClusterNode
from framewire.kits.faults import ThreadFaultProxy, fault_proxy_in_thread
from framewire.kits.process import ServerProcess, Tls
from framewire.kits.programs import NoProgram, Program, find_program
from framewire.kits.sentinel.process import SentinelProcess
from framewire.kits.sentinel.sentinel import RedisSentinel
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
    "ClusterNode",
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
    "NoProgram",
    "Pass",
    "Program",
    "RedisCluster",
    "RedisSentinel",
    "Refuse",
    "Replace",
    "Rule",
    "SentinelProcess",
    "ServerProcess",
    "Slice",
    "Stall",
    "Swap",
    "ThreadFaultProxy",
    "Tls",
    "fault_proxy_in_thread",
    "find_program",
    "parse_program",
    "parse_rule",
]
