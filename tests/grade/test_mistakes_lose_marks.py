"""Every mistake of the catalogue, made in a built-in assignment, loses marks and gets its name."""

import pytest

from tests.grade.built_in import CODE
from torchref.grade import assignments, seeds
from torchref.grade.credit import earned
from torchref.grade.hints import named_in


def examples(name):
    """A hidden example of each task; of several, the first, for the last is large."""
    for task in assignments.load(name).tasks.values():
        yield task, task.draw(seeds.generator(b"test", name, task.name, "1"), 1)


@pytest.mark.parametrize("name", CODE)
def test_every_mistake_loses_marks_and_gets_its_name(name):
    for task, example in examples(name):
        for wrong in example.mistaken():
            judged = example.judge(wrong.answer)
            what = f"{task.name}: {wrong.mistake} at {wrong.quantity}"
            assert not all(earned([judged])), what
            named = named_in(judged)
            assert wrong.mistake in named, f"{what}: {named}"
