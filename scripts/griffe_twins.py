"""For the API reference: where `framewire._impl` chooses between the twins, read the plain one, as type checkers do.

What belongs here: this one correction. The compiled twins are no Python files, so nothing could be read from them.
"""

from __future__ import annotations

from typing import Any

from griffe import Extension, Module


class PlainTwins(Extension):
    """Points the names that `_impl` imports from `_native` to their namesakes in `_pure`."""

    def on_package(self, *, pkg: Module, **_: Any) -> None:
        for member in pkg["_impl"].members.values():
            if member.is_alias:
                member.target_path = member.target_path.replace("._native.", "._pure.")
