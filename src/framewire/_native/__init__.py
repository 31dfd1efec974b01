"""Everything that is compiled, and nothing else: `buffer` and `resp`, with the names and behaviour of `_pure`."""
