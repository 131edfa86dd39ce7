"""Benchmarks: what scripts/bench runs."""
