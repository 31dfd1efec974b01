"""A real service behind sentinels: brought together, asked, hurt, reset, and nothing of it left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from framewire.kits.ports import free_port
from framewire.kits.process import Tls
from framewire.kits.programs import Program
from framewire.kits.sentinel.sentinel import RedisSentinel
from framewire.redis.client.blocking.client import BlockingClient
from tests.peers import REDIS_7, VALKEY, programs, require

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.peer]


@pytest.fixture(scope="module", params=[REDIS_7, VALKEY])
def program(request: pytest.FixtureRequest) -> Program:
    return programs()[require(request.param)]


@pytest.fixture(scope="module")
def servers(program: Program) -> Iterator[RedisSentinel]:
    with RedisSentinel(program=program) as service:
        yield service


@pytest.fixture
def service(servers: RedisSentinel) -> RedisSentinel:
    servers.reset()
    return servers


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids(service: RedisSentinel) -> list[int]:
    return [process.pid for process in (*service.servers, *service.sentinels)]


def test_a_primary_two_replicas_three_sentinels(service: RedisSentinel) -> None:
    assert service.primary is service.servers[0] and service.replicas == service.servers[1:]
    assert service.url == f"redis+sentinel://{','.join(f'127.0.0.1:{s.port}' for s in service.sentinels)}/mymaster"
    for sentinel in service.sentinels:
        assert sentinel.names_primary() == service.primary.address
        assert len(sentinel.client.execute("SENTINEL", "SENTINELS", "mymaster")) == 2
        assert sentinel.settings()["quorum"] == "2"
    service.primary.client.set("key", "value")
    for replica in service.replicas:
        assert replica.client.role()[:3] == [b"slave", b"127.0.0.1", service.primary.port]


def test_sentinels_tell_who_listens_of_a_failover(service: RedisSentinel) -> None:
    before = service.primary
    sentinel = service.sentinels[0]
    with BlockingClient(sentinel.host, sentinel.port) as client, client.pubsub() as listener:
        listener.subscribe("+switch-master")
        after = service.failover()
        told = next(message.data for message in listener if message.type == "message")
    assert after is not before and service.primary is after
    places = [f"{server.host} {server.port}" for server in (before, after)]
    assert told.decode().split(" ", 1)[1] == " ".join(places)
    assert before.client.role()[0] == b"slave" and after.client.role()[0] == b"master"


def test_a_primary_is_killed_and_comes_back(service: RedisSentinel) -> None:
    before = service.primary
    before.kill()
    service.wait_until_ok()
    after = service.primary
    assert after is not before and before not in service.replicas
    before.restart()
    service.wait_until_ok()
    assert service.primary is after and before in service.replicas


def test_a_primary_hangs_and_goes_on(service: RedisSentinel) -> None:
    before = service.primary
    before.stop()
    service.wait_until_ok()
    assert service.primary is not before
    before.resume()
    service.wait_until_ok()
    assert before in service.replicas


def test_a_sentinel_is_gone_and_comes_back(service: RedisSentinel) -> None:
    service.sentinels[0].kill()
    service.wait_until_ok()
    assert service.primary is service.servers[0]
    service.sentinels[0].restart()
    service.wait_until_ok()
    for sentinel in service.sentinels:
        sentinel.kill()
    with pytest.raises(LookupError, match="no sentinel can be asked"):
        _ = service.primary
    with pytest.raises(TimeoutError, match="waited 0 s for the service: 0 sentinels name 0 primaries"):
        service.wait_until_ok(0)


def test_a_reset_empties_all_and_keeps_them(service: RedisSentinel) -> None:
    before = pids(service)
    service.primary.client.set("key", "value")
    service.reset()
    assert pids(service) == before
    assert [server.client.dbsize() for server in service.servers] == [0, 0, 0]


@pytest.mark.parametrize("change", [
    lambda service: service.servers[1].kill(),
    lambda service: service.sentinels[1].stop(),
    lambda service: service.failover(),
    lambda service: service.servers[2].client.config_set("maxmemory", 100_000_000),
    lambda service: service.sentinels[2].client.execute("SENTINEL", "SET", "mymaster", "quorum", "1"),
], ids=["killed", "stopped", "failover", "parameter", "quorum"])  # fmt: skip
def test_a_reset_makes_new_ones_where_more_was_changed(
    service: RedisSentinel, change: Callable[[RedisSentinel], object]
) -> None:
    before = pids(service)
    change(service)
    service.reset()
    assert not any(map(is_there, before))
    assert service.primary is service.servers[0] and len(service.replicas) == 2


def test_passwords_ipv6_and_a_name(program: Program) -> None:
    try:
        free_port("::1")
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with RedisSentinel(
        1, 1, service="my-service", program=program, host="::1", password="p/w", sentinel_password="s@w"
    ) as service:
        (sentinel,) = service.sentinels
        assert service.url == f"redis+sentinel://:p%2Fw@[::1]:{sentinel.port}/my-service?sentinel_password=s%40w"
        assert service.failover() is service.servers[1]
        sentinel.restart()
        service.wait_until_ok()
        assert service.primary is service.servers[1]


def test_tls(_key_and_certificate: tuple[str, str]) -> None:
    """The Valkey of the wheel speaks none."""
    key, certificate = _key_and_certificate
    with RedisSentinel(3, 1, program=programs()[require(REDIS_7)], tls=Tls(certificate, key, certificate)) as service:
        assert service.url.startswith("rediss+sentinel://127.0.0.1:") and service.url.endswith("?sentinel_ssl=true")
        assert service.failover() is service.servers[1]


def test_nothing_is_left_whatever_happens(program: Program) -> None:
    before: list[int] = []
    with pytest.raises(ZeroDivisionError), RedisSentinel(program=program) as service:
        before += pids(service)
        service.servers[0].stop()
        service.sentinels[0].stop()
        service.sentinels[1].kill()
        raise ZeroDivisionError
    assert len(before) == 6 and not any(map(is_there, before))
    service.stop()


@pytest.mark.parametrize(("sentinels", "replicas"), [(0, 1), (1, -1)])
def test_numbers_that_make_no_service(program: Program, sentinels: int, replicas: int) -> None:
    with pytest.raises(ValueError, match=f"not {sentinels} and {replicas}"):
        RedisSentinel(sentinels, replicas, program=program)


def test_nothing_is_left_of_a_start_that_fails(program: Program) -> None:
    service = RedisSentinel(program=program, sentinel_lines=["nonsense yes"])
    with pytest.raises(RuntimeError, match=r"(?s)did not start.*nonsense"):
        service.start()
    assert service.servers == service.sentinels == []
