"""Running a client's requests: look-up, checks, transactions, hooks; no socket, and no command of its own type."""
