"""A real primary with replicas and sentinels for tests, on loopback.

    sentinel.py     `RedisSentinel`: servers and sentinels, brought together
      process.py    `SentinelProcess`: one sentinel, and what it says
      agreement.py  whether what all sentinels say is one healthy service: no I/O
"""
