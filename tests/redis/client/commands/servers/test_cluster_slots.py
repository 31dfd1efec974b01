"""The slots of a cluster: requests and results."""

from __future__ import annotations

import pytest

from framewire.redis.client.commands.servers.cluster_slots import ClusterSlots
from framewire.redis.client.errors import DataError
from tests.redis.client.commands.asking import Call, Recorder, Row, called_in, check, methods_of

ROWS = [
    Row(
        lambda c: c.cluster_slots(), "CLUSTER SLOTS",
        [[0, 5, [b"h", 1, b"07c", {b"hostname": b"n"}], [None, 2, b"08d", {}]], [6, 9, [b"h", 1, b"07c", []]]],
        [
            {
                "start": 0, "end": 5, "primary": {"host": "h", "port": 1, "id": "07c", "metadata": {"hostname": "n"}},
                "replicas": [{"host": None, "port": 2, "id": "08d", "metadata": {}}],
            },
            {
                "start": 6, "end": 9, "primary": {"host": "h", "port": 1, "id": "07c", "metadata": {}}, "replicas": []
            },
        ],
    ),
    Row(lambda c: c.cluster_keyslot("k"), "CLUSTER KEYSLOT k", 7629),
    Row(lambda c: c.cluster_countkeysinslot(7), "CLUSTER COUNTKEYSINSLOT 7", 2),
    Row(lambda c: c.cluster_get_keys_in_slot(7, 10), "CLUSTER GETKEYSINSLOT 7 10", [b"k"]),
    Row(lambda c: c.cluster_addslots(1, 2), "CLUSTER ADDSLOTS 1 2", b"OK", True),
    Row(lambda c: c.cluster_addslotsrange(1, 5, 7, 9), "CLUSTER ADDSLOTSRANGE 1 5 7 9", b"OK", True),
    Row(lambda c: c.cluster_delslots(1), "CLUSTER DELSLOTS 1", b"OK", True),
    Row(lambda c: c.cluster_delslotsrange(1, 5), "CLUSTER DELSLOTSRANGE 1 5", b"OK", True),
    Row(lambda c: c.cluster_flushslots(), "CLUSTER FLUSHSLOTS", b"OK", True),
    Row(lambda c: c.cluster_setslot("07c", 7, "MIGRATING"), "CLUSTER SETSLOT 7 MIGRATING 07c", b"OK", True),
    Row(lambda c: c.cluster_setslot_stable(7), "CLUSTER SETSLOT 7 STABLE", b"OK", True),
]  # fmt: skip

WRONG: list[Call] = [
    lambda c: c.cluster_addslots(),
    lambda c: c.cluster_addslotsrange(),
    lambda c: c.cluster_addslotsrange(1, 2, 3),
    lambda c: c.cluster_delslots(),
    lambda c: c.cluster_delslotsrange(1),
    lambda c: c.cluster_setslot("07c", 7, "STABLE"),
]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_requests_and_results(row: Row, protocol: int) -> None:
    check(row, protocol)


@pytest.mark.parametrize("call", WRONG)
def test_arguments_that_contradict_one_another(call: Call) -> None:
    with pytest.raises(DataError):
        call(Recorder())


def test_no_method_is_left_out() -> None:
    assert called_in(row.call for row in ROWS) >= methods_of(ClusterSlots)
