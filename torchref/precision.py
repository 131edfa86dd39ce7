"""Precision: float32 that is float32. CUDA may round factors to 10 bits (TF32), which looks like a wrong gradient.

Source       torch 2.9's fp32_precision settings; cuDNN convolutions and recurrent layers default to "tf32"
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def ieee_float32() -> Iterator[None]:
    """Has CUDA compute float32 products and convolutions in IEEE float32, and restores the settings afterwards."""
    backends: Any = torch.backends
    if hasattr(backends.cuda.matmul, "fp32_precision"):
        # Through this API alone: reading allow_tf32 after it was used raises.
        places = [backends.cuda.matmul, backends.cudnn.conv, backends.cudnn.rnn]
        setting, ieee = "fp32_precision", "ieee"
    else:
        places, setting, ieee = [backends.cuda.matmul, backends.cudnn], "allow_tf32", False  # type: ignore[assignment]
    before = [getattr(place, setting) for place in places]
    try:
        for place in places:
            setattr(place, setting, ieee)
        yield
    finally:
        for place, value in zip(places, before, strict=True):
            setattr(place, setting, value)
