"""Bytes on a wire become messages. The public names, re-exported; nothing else."""
