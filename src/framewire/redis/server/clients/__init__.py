"""What the server knows of its clients: one client's state, what all share, and who wants to see what they do."""
