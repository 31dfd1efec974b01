"""The biggest keys of each type."""

from __future__ import annotations

from io import BytesIO

from framewire.cli.client.bigkeys import Figures, find_big_keys
from framewire.cli.client.output import Output
from framewire.cli.client.scan import Scan
from framewire.cli.client.session import Session


def test_figures() -> None:
    figures = Figures()
    for key, length, memory in [(b"a", 1, 100), (b"b", 5, 50), (b"c", None, None), (b"d", 5, 100)]:
        figures.add(key, length, memory)
    assert (figures.keys, figures.length, figures.memory) == (4, 11, 250)
    assert (figures.longest, figures.heaviest) == ((5, b"b"), (100, b"a"))


def test_a_survey(session: Session) -> None:
    session.batch([(b"SET", b"s%d" % number, b"x" * number) for number in range(50)])
    session.ask((b"RPUSH", b"list", b"a", b"b"))
    session.ask((b"HSET", b"hash", b"f", b"v"))
    stream = BytesIO()
    find_big_keys(session, Scan(session), Output(stream))
    lines = stream.getvalue().decode().splitlines()
    names = sum(len(f"s{number}") for number in range(50)) + len("listhash")
    assert lines[0] == f"52 keys, their names {names} bytes"
    assert lines[1].split()[:2] == ["type", "keys"]
    assert " ".join(lines[2].split()).startswith('string 50 1225 bytes 24.50 "s49" has 49 bytes')
    assert {" ".join(line.split()).split('"')[0] for line in lines[3:]} == {
        "list 1 2 items 2.00 ", "hash 1 1 fields 1.00 ",
    }  # fmt: skip


def test_an_empty_database(session: Session) -> None:
    stream = BytesIO()
    find_big_keys(session, Scan(session), Output(stream))
    assert stream.getvalue().startswith(b"0 keys, their names 0 bytes\n")
