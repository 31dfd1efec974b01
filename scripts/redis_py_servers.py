"""A cluster and a service behind sentinels for redis-py's own tests: `python -m redis_py_servers FILE`, until SIGTERM.

What belongs here: what is started; FILE gets the options by which the tests find it. Run by `scripts/redis-py-suite`.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from framewire.kits import RedisCluster, RedisSentinel

SERVICE = "redis-py-test"


def options(cluster: RedisCluster, service: RedisSentinel) -> list[str]:
    """What the tests are told."""
    sentinels = ",".join(f"localhost:{sentinel.port}" for sentinel in service.sentinels)
    return [
        f"--redis-url=redis://localhost:{cluster.nodes[0].port}/0",
        f"--redis-cluster-nodes={len(cluster.nodes)}",
        f"--sentinels={sentinels}",
        f"--master-service={SERVICE}",
    ]


def main(file: Path) -> None:
    """Start all, tell where they are, and wait for a signal, which ends all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    debug = ("--enable-debug-command", "yes")
    with RedisCluster(arguments=debug) as cluster, RedisSentinel(service=SERVICE, arguments=debug) as service:
        unfinished = file.with_suffix(".new")
        unfinished.write_text(" ".join(options(cluster, service)))
        os.replace(unfinished, file)
        while True:
            signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
