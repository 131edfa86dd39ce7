"""Memory files: files without a name, of a size that the kernel holds: what passes between grader and submission."""

import os
from collections.abc import Iterable


def _seal(descriptor: int, *, is_read_only: bool) -> None:
    import fcntl  # not on Windows, where this package must still import

    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals | (fcntl.F_SEAL_WRITE if is_read_only else 0))


def of_content(chunks: Iterable[bytes | memoryview]) -> int:
    """A descriptor of a file with this content, that nobody can change."""
    descriptor = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        _seal(descriptor, is_read_only=True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def of_size(size: int) -> int:
    """A descriptor of an empty file with room for `size` bytes, and no more."""
    descriptor = os.memfd_create("result", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.truncate(descriptor, size)
        _seal(descriptor, is_read_only=False)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def received(descriptor: int) -> int:
    """How many bytes are really there: what was only claimed, by a length or a seek, takes no memory."""
    known = os.fstat(descriptor)
    return min(known.st_size, known.st_blocks * 512)
