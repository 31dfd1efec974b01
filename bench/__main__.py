"""`make bench`: every table, with the loop, the versions and the machine. `make bench ARGS="resp server"` for some."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys

import framewire
from bench.measure import show

PARTS = [
    "resp", "exchange", "http", "buffers", "framing", "echo", "bulks", "tls", "pingpong", "server", "commands",
    "long_commands", "fairness", "idle", "client", "blocking_client", "cluster", "cluster_map",
    "cluster_slots",
]  # fmt: skip
PEERS = ["hiredis", "redis", "coredis", "valkey-glide", "h11", "httptools", "smol-bytes", "uvloop", "Cython"]


def redis_version() -> str:
    """The version of redis-server, or that there is none."""
    if not shutil.which("redis-server"):
        return "no redis-server"
    output = subprocess.run(["redis-server", "--version"], check=True, capture_output=True, text=True).stdout
    return "redis-server " + output.split("v=")[1].split()[0]


def version_of(peer: str) -> str:
    """The version of what is installed, or nothing."""
    try:
        return importlib.metadata.version(peer)
    except importlib.metadata.PackageNotFoundError:
        return ""


def main() -> None:
    """Run the parts that were named, or all."""
    versions = [f"{name} {version}" for name in PEERS if (version := version_of(name))]
    print(f"framewire {framewire.__version__} ({framewire.implementation}), CPython {platform.python_version()}, ")
    print(f"{', '.join([*versions, redis_version()])}; {os.cpu_count()} cores, {platform.machine()}\n")
    for part in sys.argv[1:] or PARTS:
        print(f"\n## {part}\n", flush=True)
        show(importlib.import_module(f"bench.{part}").rows())


if __name__ == "__main__":
    main()
