"""torchref."""
