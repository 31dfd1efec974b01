"""Client-side caching: replies kept here until the server says that what they tell has changed.

    kinds.py     what of the command table may be kept, and what changes keys
    values.py    how large a reply is, and copies of it
    cache.py     the cache: which replies are there, under way, or not to be trusted

What belongs here: decisions. No I/O and no clock: who asks says what was sent, what has come, and what time it is.
"""
