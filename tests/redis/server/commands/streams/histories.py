"""What tests of streams begin with: requests, with commas between them."""

from __future__ import annotations

A = [b"a", b"1"]
"""The fields of each entry below."""

ADDED = "XADD s 1-1 a 1,XADD s 2-1 a 1,XADD s 3-1 a 1"
GROUP = f"{ADDED},XGROUP CREATE s g 0"
READ = f"{GROUP},XREADGROUP GROUP g c COUNT 2 STREAMS s >"
