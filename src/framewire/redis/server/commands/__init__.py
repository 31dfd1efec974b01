"""What each command does: a folder for each type, `(client, request) -> reply`; `binding.py` gives them their names."""
