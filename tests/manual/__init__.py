"""Tests of manual."""
