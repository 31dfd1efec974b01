"""The parameters of a server, as CONFIG GET and CONFIG SET know them."""
