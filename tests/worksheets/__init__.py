"""Tests of worksheets, and of the document as input."""
