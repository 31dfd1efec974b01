"""A real cluster for tests: nodes of a real server program, on loopback.

    cluster.py      `RedisCluster`: the nodes, brought together, grown, shrunk, and as they were again
      node.py       `ClusterNode`: one node, and what it says of itself and of the others
      moving.py     slots on their way from one node to another, key by key
      division.py   which slots belong to whom: numbers alone
      agreement.py  whether what all nodes say is one healthy cluster: no I/O either
"""
