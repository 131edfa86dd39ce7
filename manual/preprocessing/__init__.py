"""Preprocessing: each transform is fitted on one set and applied to any other, one file each."""

from manual.preprocessing.min_max import MinMax
from manual.preprocessing.standardise import Standardise
from manual.preprocessing.whiten import Whiten

__all__ = ["MinMax", "Standardise", "Whiten"]
