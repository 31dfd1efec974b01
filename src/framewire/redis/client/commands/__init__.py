"""What can be asked of a server: the methods of every client, each defined once, a file for each group.

What belongs here: arguments by redis-py's names become a request, and the shape of its reply is named. How a request
goes and comes back is the business of the class that inherits these.
"""
