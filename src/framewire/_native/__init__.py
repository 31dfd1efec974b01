"""Everything that is compiled. What is public of it is named, as in `_pure`, by `buffer` and `resp`."""
