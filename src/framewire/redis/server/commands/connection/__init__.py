"""Commands about connections: the client's own and others, channels, transactions."""
