"""Side-by-side measurements; see docs/performance.md for what they mean and how to repeat them."""
