"""Programs that treat a client badly: they fork under it, leave without closing it, or end in the middle of a call.

Each runs in a process of its own. What is asserted is what it says, that it ends, and that it complains of nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from framewire.redis import ThreadServer, run_in_thread
from tests.waiting import PATIENCE

BEGINNING = """
import asyncio, os, sys
from framewire.aio.loops import new_event_loop
from framewire.redis.client.aio.client import Client
from framewire.redis.client.blocking.client import BlockingClient
url, kind = sys.argv[1:]
def run(main):
    with asyncio.Runner(loop_factory=lambda: new_event_loop(kind)) as runner:
        return runner.run(main())
"""

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadServer]:
    with run_in_thread() as server:
        yield server


@pytest.fixture(params=["asyncio", "uvloop"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return str(request.param)


def says(program: str, url: str, kind: str, code: int = 0) -> str:
    """What a program prints, which ends with `code` and has no complaint."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", BEGINNING + textwrap.dedent(program), url, kind],
        capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, "")
    return done.stdout


URLS = ["redis", "memory"]


@pytest.fixture(params=URLS)
def url(request: pytest.FixtureRequest, server: ThreadServer) -> str:
    return server.url if request.param == "redis" else "memory://hostile"


# -- the end of a program ---------------------------------------------------------------------------------------------

ENDS = {
    "left open": """
        async def main():
            client = Client.from_url(url)
            print(await client.set("k", "v"))
        run(main)
    """,
    "held by the module": """
        client = Client.from_url(url)
        async def main():
            print(await client.set("k", "v"))
        run(main)
    """,
    "with a call under way": """
        async def main():
            global client, calls
            client = Client.from_url(url)
            print(await client.set("k", "v"))
            calls = [client.get("k") for _ in range(10)]
        run(main)
    """,
    "with tasks that wait": """
        async def main():
            client = Client.from_url(url)
            print(await client.set("k", "v"))
            global tasks
            tasks = [asyncio.ensure_future(client.blpop("never")) for _ in range(3)]
            await asyncio.sleep(0.01)
        run(main)
    """,
    "while it connects": """
        async def get(client):
            await client.get("k")
        async def main():
            client = Client(port=1)
            task = asyncio.ensure_future(get(client))
            await asyncio.sleep(0)
            print(True)
        run(main)
    """,
    "before the first call": """
        client = Client.from_url(url)
        print(True)
    """,
    "a blocking client left open": """
        client = BlockingClient.from_url(url)
        print(client.set("k", "v"))
    """,
}


@pytest.mark.parametrize("program", ENDS.values(), ids=ENDS)
def test_a_program_that_just_ends(program: str, url: str, kind: str) -> None:
    assert says(program, url, kind) == "True\n"


def test_a_call_that_nobody_waits_for_and_that_never_left_is_told_of(url: str, kind: str) -> None:
    """What was to be written is lost, and nobody else would say so."""
    program = """
        async def main():
            asyncio.get_running_loop().set_exception_handler(lambda _, about: print(about["exception"]))
            Client.from_url(url).set("k", "v")
        run(main)
    """
    assert says(program, url, kind) == "connecting was cancelled, as when an event loop ends\n"


def test_a_program_that_exits_in_the_middle_of_calls(url: str, kind: str) -> None:
    program = """
        async def main():
            client = Client.from_url(url)
            await client.ping()
            asyncio.get_running_loop().call_soon(sys.exit, 3)
            await client.blpop("never")
        run(main)
    """
    assert says(program, url, kind, code=3) == ""


# -- fork -------------------------------------------------------------------------------------------------------------

FORK = """
    def child(work):
        "What `work` prints in a child of ours."
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            try:
                work()
            except BaseException as error:
                print(isinstance(error, RuntimeError), error)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
"""


def test_a_child_may_not_use_the_loop_of_its_parent(server: ThreadServer) -> None:
    """Its links are the parent's: two processes on one would get one another's replies."""
    program = FORK + """
    async def main():
        client = Client.from_url(url)
        await client.set("k", "v")
        async def use():
            print(await client.get("k"))
        child(lambda: asyncio.run(use()))
        print(await client.get("k"))
        await client.aclose()
    asyncio.run(main())
    """
    said = says(program, server.url, "asyncio").splitlines()
    assert said == ["True a client is used in the event loop where it was first used, and in no other", "b'v'"]


def test_children_begin_anew_after_the_loop_of_their_parent(server: ThreadServer) -> None:
    program = FORK + """
    client = Client.from_url(url)
    async def use():
        print(await client.get("k"))
    async def write():
        await client.set("k", "v")
    asyncio.run(write())
    child(lambda: asyncio.run(use()))
    child(lambda: asyncio.run(use()))
    asyncio.run(use())
    """
    assert says(program, server.url, "asyncio") == "b'v'\n" * 3


def test_a_client_that_has_not_connected_yet_goes_with_the_child(server: ThreadServer) -> None:
    program = FORK + """
    client = Client.from_url(url)
    async def use():
        print(await client.set("k", "v"))
        await client.aclose()
    child(lambda: asyncio.run(use()))
    asyncio.run(use())
    """
    assert says(program, server.url, "asyncio") == "True\n" * 2
