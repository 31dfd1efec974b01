"""Pub/sub without I/O: who listens to what, what the server is to be told, and what waits to be read.

    items.py     what listeners get: messages, and gaps between them
    backlog.py   what one listener has not read yet: bounded, with gaps where messages were lost
    listener.py  one listener: its topics, what it misses, how it ended
    state.py     what is known of one topic: who listens, what the server was told, who waits for its answer
    book.py      all listeners of a link: confirmations, messages to who listens, what to say to a new link
    asked.py     what a user asks to listen to, as topics
    handlers.py  what is called with the messages of which topics
    events.py    keyspace events: their channels, and what a message on one says
"""
