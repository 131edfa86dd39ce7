"""An assignment of one task, the gradient of a small network, with short limits: for classes that are made up."""

from dataclasses import replace

from torchref.grade import Assignment
from torchref.grade.assignments import load
from torchref.grade.program import Limits

assignment = Assignment("mlp-gradient", "The gradient of a network", limits=Limits(wall=6, cpu=1, memory=256 << 20))
assignment.add(replace(load("mlp").tasks["backward"], forward="", hidden=1))
