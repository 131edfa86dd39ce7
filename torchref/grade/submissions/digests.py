"""Digests: the address of a submission's content: whoever hands in the same gets the same."""

import hashlib
from collections.abc import Mapping


def digest(files: Mapping[str, str | bytes]) -> str:
    """SHA-256 of names and contents, in hexadecimal; their order does not matter, text counts as its UTF-8."""
    total = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        for piece in (name.encode("utf-8", "surrogatepass"), data):
            total.update(len(piece).to_bytes(8, "big"))  # so that no name can pass for the beginning of a content
            total.update(piece)
    return total.hexdigest()
