"""A cluster, from asyncio: links to its nodes, and calls that find their way among them.

What belongs here: what waits and sends. What is decided, is decided by the files above, without I/O.

    route           where the requests of a client go: by slot, by policy, or in parts
    several         calls that several nodes answer, in parts or each for itself
    gathering       the outcomes of parts, awaited together
    scanning        a page of SCAN
    places          which node serves a slot, and the map kept fresh
    nodes           the nodes that there are links to
    refreshing      who asks for the slot map, and when
    redirecting     what becomes of a call that a node has refused or lost, or whose slot nobody owns
    batched         one call that leaves as a batch: a transaction, or what stands behind ASKING
    latency         which node is the nearest
    waiting         calls that wait for a time, or for the map
    pipelining      batches over several nodes, and transactions that move
    owning          links of one's own
    apart           batches that wait at their servers
    subscriber      who listens over the cluster: a link to each node that is to be told of something
"""
