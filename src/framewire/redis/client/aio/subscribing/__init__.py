"""Who listens at one server, and his link.

    subscriber.py  subscribing, and the wait until that is confirmed
    feed.py        a link and its book: connecting, and telling the server what is listened to
"""
