"""Tests, golden numbers and benchmarks."""
