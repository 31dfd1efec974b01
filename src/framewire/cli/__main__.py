"""`python -m framewire.cli`: the same as the `framewire` command."""

from framewire.cli import main

main()
