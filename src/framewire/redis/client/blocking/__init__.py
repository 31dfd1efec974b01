"""The blocking client, for threads.

    client.py       `BlockingClient`, and its text view
    route.py        where requests go: what a client needs of that
    node.py         one server: its shared link, links of their own, and what listens
    server.py       its shared link: connecting, and trying again
    link.py         one connection: calls, deadlines, silence
    threads/        how threads share a link, wait for one another, and come and go
    wire.py         a socket: what waits for it waits for a beat at most
    opening.py      sockets, TLS, memory: a link for the options
    pool.py         links of their own: blocking commands, transactions that watch, MONITOR
    pubsub.py       one listener, as an iterator
    key_events.py   keyspace events
    listening.py    the methods of the client that make listeners
    subscribing/    who listens, and the one link of all listeners
    hooked.py       calls that hooks are told of
"""
