"""Every mistake of the catalogue, made in a built-in assignment, loses marks and gets its name."""

import pytest

from tests.grade.built_in import CODE
from torchref.grade import assignments, seeds
from torchref.grade.credit import earns
from torchref.grade.hints import hints_of
from torchref.grade.tasks.case_task import CaseTask
from torchref.mutants import mutants, trace_of


def wrong_answers(task, example):
    """Each mutant of what the task asks, and the student's answer with that mistake in it."""
    packings = example.returned
    asked = {key for packing in packings.values() for key in packing.holds}
    for mutant in mutants(example.case):
        is_in_what_is_summed = mutant.quantity == "loss/elements" and "loss" in asked
        if mutant.quantity in asked or is_in_what_is_summed:
            trace = {**example.known, **trace_of(example.case, {mutant.quantity: mutant.value})}
            yield mutant, {name: packing.pack(trace) for name, packing in packings.items()}


def examples(name):
    assignment = assignments.load(name)
    for task in assignment.tasks.values():
        if isinstance(task, CaseTask):
            yield task, task.draw(seeds.generator(b"test", name, task.name, "1"), 1)


@pytest.mark.parametrize("name", CODE)
def test_every_mutant_loses_marks_and_gets_its_name(name):
    for task, example in examples(name):
        for mutant, answer in wrong_answers(task, example):
            judged = example.judge(answer)
            what = f"{task.name}: {mutant.mistake.name} at {mutant.quantity}"
            assert not all(earns(judged, quantity) for quantity in judged.asked), what
            named = {part for hint in hints_of(judged) for part in hint.mistake.replace(" + ", " / ").split(" / ")}
            assert mutant.mistake.name in named, f"{what}: {named}"
