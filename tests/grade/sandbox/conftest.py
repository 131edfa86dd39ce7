"""What the tests of the sandbox share: one sandbox for them all, where there can be one."""

import pytest

from torchref.grade.sandbox import Sandbox, layers


@pytest.fixture(scope="session")
def needs_sandbox():
    """Skips where there is no sandbox."""
    if not layers.is_supported():
        pytest.skip("needs Linux on x86_64 or aarch64")
    if layers.SECCOMP not in layers.available():
        pytest.skip("needs a kernel that takes seccomp filters")


@pytest.fixture(scope="session")
def sandbox(needs_sandbox):
    """A sandbox with every layer that this machine has."""
    with Sandbox() as one:
        yield one


@pytest.fixture(scope="session")
def unlocked(needs_sandbox):
    """A sandbox with no layer at all: what it lets through shows that a test would see an effect."""
    with Sandbox(layers=()) as one:
        yield one
