"""The plain-Python twins: the specification, the fallback without a compiler, and what type checkers see."""
