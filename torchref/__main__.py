"""Runs the command line as `python -m torchref`."""

from torchref.cli import main

main()
