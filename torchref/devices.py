"""Devices: the processors that torch can compute on here."""

import torch

from manual.errors import unknown


def available() -> list[str]:
    """The CPU and every CUDA device."""
    return ["cpu", *(f"cuda:{k}" for k in range(torch.cuda.device_count()))]


def devices_of(name: str | None) -> list[str]:
    """The device of a name; None stands for all that there are, cuda for the first CUDA device.

    Raises    InputError if there is no such device here
    """
    devices = available()
    if name is None:
        return devices
    full = "cuda:0" if name == "cuda" else name
    if full not in devices:
        raise unknown("--device", name, devices)
    return [full]
