"""Secret: the teacher's, from which every student's hidden numbers follow; kept in a file that only its owner reads."""

import os
import secrets
from hashlib import sha256
from pathlib import Path

from torchref.errors import must_be


def read_or_make(path: Path) -> bytes:
    """The secret in a file; if there is no file, a new one. Raises InputError if it cannot be read or made."""
    try:
        if path.exists():
            secret = path.read_bytes().strip()
            if not secret:
                raise must_be(str(path), "a secret", "an empty file", "delete it, and a new one is made")
            return secret
        secret = secrets.token_hex(32).encode()
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
        return secret
    except OSError as error:
        raise must_be(str(path), "a file for the secret", error.strerror or str(error)) from error


def fingerprint(secret: bytes) -> str:
    """Changes whenever the secret does, and does not give it away."""
    return sha256(b"fingerprint" + secret).hexdigest()[:12]
