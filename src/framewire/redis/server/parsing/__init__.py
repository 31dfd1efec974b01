"""What the bytes of a request mean: numbers, options, and the error that refuses them."""
