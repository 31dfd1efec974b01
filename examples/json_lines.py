"""A calculator that speaks JSON, one value a line: `python examples/json_lines.py 4002`

    $ echo '{"id": 1, "method": "mul", "params": [6, 7]}' | nc 127.0.0.1 4002
    {"id": 1, "result": 42.0}

Codec: `LinesCodec().map(...)`: each line goes through `json.loads`, each answer through `json.dumps`.
"""

from __future__ import annotations

import asyncio
import json
import operator
import sys
from collections.abc import Callable
from typing import Any

from framewire import Codec, LinesCodec, ProtocolError
from framewire.aio import Connection, Listener, serve

METHODS: dict[str, Callable[..., Any]] = {"add": operator.add, "mul": operator.mul, "max": max}


def codec() -> Codec[Any]:
    return LinesCodec(max_length=4096).map(decode=json.loads, encode=lambda value: json.dumps(value).encode())


def answer(request: Any) -> dict[str, Any]:
    try:
        return {"id": request.get("id"), "result": METHODS[request["method"]](*map(float, request["params"]))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


async def calculate(connection: Connection[Any]) -> None:
    while True:
        try:
            request = await connection.read_frame()
        except ProtocolError as error:  # that line was consumed: go on with the next one
            await connection.write_frame({"error": str(error)})
            continue
        if request is None:
            return
        await connection.write_frame(answer(request))


def announce(listener: Listener[Any]) -> None:
    print(f"listening on 127.0.0.1:{listener.port}", flush=True)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4002
    asyncio.run(serve(calculate, codec, "127.0.0.1", port, started=announce))
