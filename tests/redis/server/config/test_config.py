"""Parameters: in code, as texts, and that a refused change changes nothing."""

from __future__ import annotations

import pytest

from framewire.redis.server.config.config import Config
from framewire.redis.server.config.parameters import PARAMETERS
from framewire.redis.server.parsing.errors import CommandError


def test_every_parameter_can_be_asked_for_and_set_to_what_it_is() -> None:
    config = Config()
    shown = config.get([b"*"])
    assert set(shown) == set(PARAMETERS)
    for name, text in shown.items():
        if PARAMETERS[name].mutable:
            config.set([(name, text)])
    assert config == Config()


def test_parameters_in_code_are_checked_too() -> None:
    config = Config(port=0, requirepass=b"\xff", maxclients=10)
    assert (config.port, config.requirepass, config.maxclients) == (0, b"\xff", 10)
    with pytest.raises(ValueError, match="port: argument must be between 0 and 65535 inclusive, not 70000"):
        Config(port=70_000)
    with pytest.raises(TypeError, match="no parameter 'prot'"):
        config.assign("prot", 1)


@pytest.mark.parametrize(
    ("attribute", "given", "kept"),
    [
        ("port", None, None), ("port", "0", 0), ("requirepass", "secret", b"secret"), ("databases", 4, 4),
        ("unixsocket", "/tmp/ä", "/tmp/ä"), ("proto_max_bulk_len", "1mb", 1024 * 1024), ("loglevel", "DEBUG", "debug"),
        ("appendonly", False, False), ("bind", "127.0.0.1 ::1", "127.0.0.1 ::1"),
    ],
)  # fmt: skip
def test_assigning(attribute: str, given: object, kept: object) -> None:
    config = Config()
    config.assign(attribute, given)
    assert getattr(config, attribute) == kept


def test_a_server_without_tcp_shows_port_0() -> None:
    assert Config(port=None).get([b"port"]) == {b"port": b"0"}


@pytest.mark.parametrize(
    ("text", "size"),
    [(b"1048576", 2**20), (b"1mb", 2**20), (b"1MB", 2**20), (b"2m", 2 * 10**6), (b"1g", 10**9), (b"1gb", 2**30),
     (b"2048kb", 2**21), (b"2000k", 2_000_000), (b"1048576b", 2**20)],
)  # fmt: skip
def test_sizes(text: bytes, size: int) -> None:
    config = Config()
    config.set([(b"proto-max-bulk-len", text)])
    assert config.proto_max_bulk_len == size
    assert config.get([b"proto-max-bulk-len"]) == {b"proto-max-bulk-len": b"%d" % size}


FAILED = "CONFIG SET failed (possibly related to argument '{}') - {}"


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([(b"timeout", b"x")], FAILED.format("timeout", "argument couldn't be parsed into an integer")),
        ([(b"timeout", b"-1")], FAILED.format("timeout", "argument must be between 0 and 2147483647 inclusive")),
        ([(b"timeout", b"5"), (b"Port", b"1")], FAILED.format("Port", "can't set immutable config")),
        ([(b"timeout", b"5"), (b"TIMEOUT", b"1")], FAILED.format("TIMEOUT", "duplicate parameter")),
        ([(b"timeout", b"5"), (b"save", b"1 1")], FAILED.format("save", "Invalid save parameters")),
        ([(b"timeout", b"5"), (b"maxmemory", b"1gb")], FAILED.format("maxmemory", "this server does not evict keys")),
        ([(b"proto-max-bulk-len", b"9" * 30)], FAILED.format("proto-max-bulk-len", "argument must be a memory value")),
        ([(b"timeout", b"5"), (b"x", b"1")], "Unknown option or number of arguments for CONFIG SET - 'x'"),
    ],
)
def test_a_refused_change_changes_nothing(pairs: list[tuple[bytes, bytes]], error: str) -> None:
    config = Config()
    with pytest.raises(CommandError) as refused:
        config.set(pairs)
    assert refused.value.text.decode() == "ERR " + error
    assert config == Config()


def test_output_limits_are_those_of_classes_and_who_is_not_named_keeps_its_own() -> None:
    config = Config(client_output_buffer_limit="pubsub 1mb 0 0")
    assert config.client_output_buffer_limit.pubsub == (1024 * 1024, 0, 0)
    config.set([(b"client-output-buffer-limit", b"slave 1 2 3 normal 3mb 1mb 7")])
    assert config.client_output_buffer_limit == ((3 << 20, 1 << 20, 7), (1, 2, 3), (1 << 20, 0, 0))
    assert config.get([b"client-output*"])[b"client-output-buffer-limit"] == (
        b"normal 3145728 1048576 7 slave 1 2 3 pubsub 1048576 0 0"
    )
    with pytest.raises(CommandError, match="Invalid client class"):
        config.set([(b"client-output-buffer-limit", b"nobody 5 5 5")])
