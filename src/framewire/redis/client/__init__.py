"""The clients: what they are told (`options`), and how they reach a server, from asyncio and from threads.

What belongs here: the other end of the wire that `redis.server` serves. Neither of them knows the other.
"""
