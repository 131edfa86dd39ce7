"""Grade class: what `torchref grade` shows while it marks, and what it leaves: pages, marks.csv, a summary."""

import re

from rich.console import Console

from torchref import verdict
from torchref.errors import must_be
from torchref.grade.exports import ClassContext, export_class
from torchref.grade.grading import GradeRequest, Grading
from torchref.grade.pages.folder import write_pages
from torchref.grade.pages.summary import Summary
from torchref.render.class_summary import change_line, print_summary
from torchref.render.progress import progress


def shard_of(text: str) -> tuple[int, int]:
    """The two numbers of 3/8; raises InputError if it is not such a part."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    number, shards = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= shards:
        raise must_be("--shard", "I/N with I from 1 to N, as in 3/8", repr(text))
    return number, shards


def grade_class(request: GradeRequest, language: str = "en", with_numbers: bool = False) -> int:
    """Marks a class and returns the exit code; `with_numbers` for pages that are the teacher's alone."""
    console = Console(highlight=False, soft_wrap=True)
    with Grading(request) as grading:
        console.print(f"{grading.assignment.name}: {len(grading.found)} submissions, {request.submissions}")
        if strangers := [found.student for found in grading.found if not found.is_known]:
            shown = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5} more" if len(strangers) > 5 else "")
            console.print(f"not on the roster: {shown}", markup=False)
        console.print(f"sandbox: {grading.self_test()}")
        done = 0
        try:
            for _ in progress(grading.run(), len(grading.found), "marking"):
                done += 1
        except KeyboardInterrupt:
            console.print(
                f"\ninterrupted: {done} of {len(grading.found)} are marked; the same command goes on from here"
            )
            raise
        return _report(console, grading, language, with_numbers)


def _report(console: Console, grading: Grading, language: str, with_numbers: bool) -> int:
    """Writes what the run leaves, and prints the summary of all records that there are."""
    name, folder, roster = grading.assignment.name, grading.request.output, grading.roster
    outline = grading.assignment.outline
    write_pages(outline, grading.store.records(name), folder, roster, language, with_numbers)
    export_class("csv", outline, grading.store.records(name), folder / "marks.csv", ClassContext(roster=roster or {}))
    summary = Summary(outline)
    open_marks = 0
    for record in grading.store.records(name):
        summary.add(record)
        open_marks += not record.is_complete
    print_summary(console, summary, language)
    if grading.kept:
        console.print(f"{grading.kept} are as they were and keep their marks")
    if grading.request.regrade:
        changes = list(grading.store.before_and_after(name, grading.began))
        for change in changes:
            console.print(change_line(*change))
        console.print(f"{len(changes)} of {len(grading.found)} records change")
    console.print(f"[bold]{folder / 'index.html'}[/] shows the class, {folder / 'marks.csv'} has the marks")
    return verdict.NOT_JUDGED if open_marks else verdict.AGREES
