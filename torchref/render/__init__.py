"""Render: plain records in, something to look at out. Nothing here computes."""
