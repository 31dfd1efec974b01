"""What a server says of itself."""

from __future__ import annotations

from datetime import datetime

from framewire.frames.resp import Simple
from framewire.redis.client.shapes.server import config, debugged, instant, modules, moment


def test_parameters_of_both_protocols() -> None:
    assert config([b"save", b"", b"dir", b"/\xff"]) == config({b"save": b"", b"dir": b"/\xff"})
    assert config([b"dir", b"/\xff"]) == {"dir": "/\udcff"}


def test_time() -> None:
    assert instant([b"1700000000", b"000012"]) == (1_700_000_000, 12)
    assert moment(1_700_000_000) == datetime.fromtimestamp(1_700_000_000)
    assert moment(0).tzinfo is None


def test_modules() -> None:
    assert modules([[b"name", b"m", b"ver", 1]]) == modules([{b"name": b"m", b"ver": 1}]) == [{"name": "m", "ver": 1}]


def test_objects() -> None:
    assert debugged(Simple(b"Value at:0x1 refcount:1 ratio:1.5 x:-2 y:")) == {
        "type": "Value", "at": "0x1", "refcount": 1, "ratio": "1.5", "x": -2, "y": "",
    }  # fmt: skip
