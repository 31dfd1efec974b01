"""What keys hold, apart from strings, which are `bytes`: one file for each type.

What belongs here: data structures. They know no key, no client, no reply and no clock. Each class has `kind`, the name
that TYPE gives, and `encoding(config)`, the name that OBJECT ENCODING gives; an empty one is falsy, and who empties one
removes its key.
"""
