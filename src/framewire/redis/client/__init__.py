"""Clients of Redis servers: `aio` for asyncio, `blocking` for threads, from one set of `commands`.

    commands/     what can be asked, a file for each group: arguments to a request, and the shape of its reply
    shapes/       replies in one Python form under RESP2 and RESP3
    aio/          the asyncio client: links, pools, pipelines, pub/sub
    blocking/     the same for threads

The other files are what both share and what needs no I/O.
"""
