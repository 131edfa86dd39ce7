"""Tests of torchref."""
