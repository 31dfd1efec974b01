"""Whether the reports of nodes make one cluster: one that is well, and each thing that may be amiss with it."""

from __future__ import annotations

import pytest

from framewire.kits.cluster.agreement import Report, amiss, report_of, slots_of
from framewire.redis.client.shapes.cluster import cluster_info, nodes, slots

P, Q, R = "p" * 40, "q" * 40, "r" * 40  # two primaries; R is a replica of Q
SERVED = ((0, 8191, P, frozenset[str]()), (8192, 16383, Q, frozenset({R})))
WELL = Report("ok", {P: P, Q: Q, R: Q}, frozenset(), SERVED, frozenset(), True, {P: 1, Q: 2})


def test_all_say_the_same() -> None:
    assert amiss({P: WELL, Q: WELL, R: WELL}, 3) is None


def test_a_dead_replica_that_nobody_names_is_fine() -> None:
    """Nor does it matter whether they know already that it is dead."""
    alone = ((0, 8191, P, frozenset[str]()), (8192, 16383, Q, frozenset[str]()))
    failed, unsure = {P: P, Q: Q}, {P: P, Q: Q, R: Q}
    here = WELL._replace(primaries=failed, served=alone)
    there = WELL._replace(primaries=unsure, served=alone, unsure=frozenset({R}))
    assert amiss({P: here, Q: there}, 3) is None


@pytest.mark.parametrize(("changes", "said"), [
    ({"state": "fail"}, "says cluster_state:fail"),
    ({"is_linked": False}, "is not in step with its primary"),
    ({"primaries": {P: P, Q: Q}}, "does not know rrrrrrrr, or takes them for failed"),
    ({"unsure": frozenset({P, R})}, "is not sure of pppppppp, rrrrrrrr"),
    ({"primaries": {P: P, Q: Q, R: Q, "s" * 40: "s" * 40}}, "knows 4 nodes, of which there are 3"),
    ({"served": SERVED[:1]}, "says that 8192 of 16384 slots are served"),
    ({"served": ((0, 16383, "s" * 40, frozenset[str]()),)}, "says that ssssssss, which does not run, serves slots"),
    ({"served": ((0, 8191, P, frozenset()), (8192, 16383, Q, frozenset()))},
     "does not tell clients of the replicas rrrrrrrr"),
    ({"primaries": {P: P, Q: Q, R: P}, "served": ((0, 8191, P, frozenset({R})), (8192, 16383, Q, frozenset()))},
     "says otherwise than another who is whose replica"),
    ({"served": ((0, 8190, P, frozenset()), (8191, 16383, Q, frozenset({R})))},
     "says otherwise than another who serves which slots"),
    ({"epochs": {P: 1, Q: 3}}, "says otherwise than another which claims to slots are newer"),
])  # fmt: skip
def test_one_says_otherwise(changes: dict[str, object], said: str) -> None:
    assert amiss({P: WELL, Q: WELL._replace(**changes), R: WELL}, 3) == f"node qqqqqqqq {said}"


def test_no_node_runs() -> None:
    assert amiss({}, 3) == "no node runs"


# -- out of what nodes answer -----------------------------------------------------------------------------------------

NODES = f"""\
{P} 127.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-8190 8191 [8191->-{Q}]
{Q} 127.0.0.1:7002@17002 master - 0 0 2 connected 8192-16383
{R} 127.0.0.1:7003@17003 slave {Q} 0 0 2 connected
{"s" * 40} 127.0.0.1:7004@17004 slave,fail {P} 0 0 1 disconnected
{"t" * 40} 127.0.0.1:7005@17005 slave,fail? {P} 0 0 1 connected
{"u" * 40} 127.0.0.1:7006@17006 handshake - 0 0 0 disconnected
{"v" * 40} 127.0.0.1:7007@17007 master - 0 0 0 disconnected
"""


def test_a_report_out_of_replies() -> None:
    ranges = [[8192, 16383, [b"h", 7002, Q.encode(), []], [b"h", 7003, R.encode(), []]],
              [0, 8191, [b"h", 7001, P.encode(), []]]]  # fmt: skip
    lines = nodes(NODES.encode())
    report = report_of(cluster_info(b"cluster_state:ok\r\n"), lines.values(), slots(ranges), True)
    assert report == Report(
        state="ok",
        primaries={P: P, Q: Q, R: Q, "t" * 40: P, "u" * 40: "u" * 40, "v" * 40: "v" * 40},
        unsure=frozenset({"t" * 40, "u" * 40, "v" * 40}),
        served=SERVED,
        open_slots=frozenset({"8191"}),
        is_linked=True,
        epochs={P: 1, Q: 2, "u" * 40: 0, "v" * 40: 0},
    )
    assert slots_of(lines["127.0.0.1:7001"]) == list(range(8192))
    assert slots_of(lines["127.0.0.1:7003"]) == []
