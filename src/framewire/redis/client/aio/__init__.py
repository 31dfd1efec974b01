"""The asyncio client.

    client.py       `Client`, and its text view
    server.py       where requests go: one server; connecting, and what becomes of requests when a link is lost
    link.py         one connection: bytes to and from its exchange, deadlines, silence
    opening.py      sockets, TLS, memory: a transport for the options
    listening.py    what a client offers to who listens
    pubsub.py       one listener, as an iterator
    key_events.py   keyspace events
    subscribing/    who listens, and the one link of all listeners
"""
