"""`sentinel_*` of redis-py: what sentinels are asked, by a `Redis` of one of them, or by `Sentinel` of all.

What belongs here: the methods. What becomes of the replies is in `sentinel_shapes`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SentinelMethods"]


class SentinelMethods:
    """With `return_responses`, `Sentinel` returns a list of what each says; else whether all say something."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Any command, by its words."""
        raise NotImplementedError

    def sentinel_get_master_addr_by_name(self, service_name: str, return_responses: bool = False) -> Any:
        """SENTINEL GET-MASTER-ADDR-BY-NAME: host and port of the primary, `None` for a service that is not known."""
        command = "SENTINEL GET-MASTER-ADDR-BY-NAME"
        return self.execute_command(command, service_name, once=True, return_responses=return_responses)

    def sentinel_master(self, service_name: str, return_responses: bool = False) -> Any:
        """SENTINEL MASTER: all about the primary."""
        return self.execute_command("SENTINEL MASTER", service_name, return_responses=return_responses)

    def sentinel_masters(self) -> Any:
        """SENTINEL MASTERS: all about all primaries, by service."""
        return self.execute_command("SENTINEL MASTERS")

    def sentinel_monitor(self, name: str, ip: str, port: int, quorum: int) -> Any:
        """SENTINEL MONITOR: watch one more service."""
        return self.execute_command("SENTINEL MONITOR", name, ip, port, quorum)

    def sentinel_remove(self, name: str) -> Any:
        """SENTINEL REMOVE: watch it no more."""
        return self.execute_command("SENTINEL REMOVE", name)

    def sentinel_sentinels(self, service_name: str, return_responses: bool = False) -> Any:
        """SENTINEL SENTINELS: all about the others that watch it."""
        return self.execute_command("SENTINEL SENTINELS", service_name, return_responses=return_responses)

    def sentinel_set(self, name: str, option: str, value: Any) -> Any:
        """SENTINEL SET: how it is watched."""
        return self.execute_command("SENTINEL SET", name, option, value)

    def sentinel_slaves(self, service_name: str) -> Any:
        """SENTINEL SLAVES: all about the replicas."""
        return self.execute_command("SENTINEL SLAVES", service_name)

    def sentinel_reset(self, pattern: str) -> Any:
        """SENTINEL RESET: forget what was learnt of services that match."""
        return self.execute_command("SENTINEL RESET", pattern, once=True)

    def sentinel_failover(self, new_master_name: str) -> Any:
        """SENTINEL FAILOVER: let a replica take over, without asking the others."""
        return self.execute_command("SENTINEL FAILOVER", new_master_name)

    def sentinel_ckquorum(self, new_master_name: str) -> Any:
        """SENTINEL CKQUORUM: whether enough sentinels are there. Raises `ResponseError` where they are not."""
        return self.execute_command("SENTINEL CKQUORUM", new_master_name, once=True)

    def sentinel_flushconfig(self) -> Any:
        """SENTINEL FLUSHCONFIG: write the configuration to disk."""
        return self.execute_command("SENTINEL FLUSHCONFIG")
