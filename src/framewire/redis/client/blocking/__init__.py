"""The blocking client, for threads.

    client.py       `BlockingClient`, and its text view
    server.py       where requests go: one server; connecting, and trying again
    link.py         one connection, which the threads that call drive themselves
    waiter.py       who waits for a reply
    wire.py         a socket: what waits for it waits for a beat at most
    opening.py      sockets, TLS, memory: a link for the options
"""
