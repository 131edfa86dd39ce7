"""python -m torchref: the same as the torchref command."""

from torchref.cli import main

main()
