"""Mini-Redis, the server: rooms from bytes that a peer chose (`parsing`) up to sockets (`network`).

    parsing <- config <- values <- keyspace <- clients <- scripting | persistence <- commands <- running <- network

A room imports from those left of it, and only `network` knows a socket or a loop.
"""
