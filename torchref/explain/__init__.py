"""Explain: the full derivation of a case, with numbers, as a plain record that renderers show."""
