"""Seeds: which random numbers a student gets: their own, the same at every regrade, and not to be guessed.

The seed is HMAC-SHA256 of the assignment, the student, the task and the example's number under the teacher's secret.
Tasks differ in their inputs on purpose: one task may be given what is another's answer on its inputs.
"""

import hashlib
import hmac

import numpy as np

# The examples that everybody may see are drawn with this for a secret, and for nobody in particular.
PUBLIC = b"public"


def generator(secret: bytes, *names: str) -> np.random.Generator:
    """The generator of one example: secret, assignment, student, task, number."""
    message = "\0".join(names).encode()
    digest = hmac.digest(secret, message, hashlib.sha256)
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
