"""File check: what `torchref check FILE[:NAME]` does with Python: runs it, and prints the reports that it makes."""

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from torchref import verdict
from torchref.crosschecks.collected import collecting
from torchref.crosschecks.scripts import run_script
from torchref.errors import InputError, NotJudgedError, must_be, unknown
from torchref.report import Report

SUFFIXES = (".py", ".ipynb")
ADVICE = (
    "let it call torchref.crosscheck(…), or name a function in it: FILE:NAME, which takes nothing and returns a "
    "report, or takes a Case and returns its quantities by name"
)


@dataclass(frozen=True)
class FileRequest:
    """A file and a name in it, and what random networks to try an implementation on."""

    path: Path
    name: str | None
    networks: int
    seed: int
    only: int | None
    language: str


def split_target(target: str) -> tuple[Path, str | None]:
    """A path and a name, of path.py:name."""
    path, colon, name = target.rpartition(":")
    if colon and path.endswith(SUFFIXES):
        return Path(path), name
    return Path(target), None


def check_file(request: FileRequest) -> int:
    """Runs the file, prints every report, and returns the exit code of the worst."""
    console = Console(highlight=False, soft_wrap=True)
    reports = list(_reports(request))
    if not reports:
        raise must_be(str(request.path), "a file that checks something", "no check", ADVICE)
    from torchref.render.report import report_text

    for report in reports:
        console.print(report_text(report, request.language), markup=False)
    return worst([report.exit_code for report in reports])


def worst(codes: Sequence[int]) -> int:
    """1 if anything differs, else 3 if anything could not be judged, else 0."""
    if verdict.DIFFERS in codes:
        return verdict.DIFFERS
    return verdict.NOT_JUDGED if verdict.NOT_JUDGED in codes else verdict.AGREES


def _reports(request: FileRequest) -> Iterator[Report]:
    with collecting() as made:
        namespace = _run(request.path)
        if request.name is None:
            yield from made
            return
        if request.name not in namespace:
            names = [n for n, v in namespace.items() if callable(v) and not n.startswith("_")]
            raise unknown(f"a name in {request.path}", request.name, names)
        yield from _by_name(request, namespace[request.name])


def _run(path: Path) -> dict[str, Any]:
    """Runs somebody's file as a script, with its folder on the import path."""
    sys.path.insert(0, str(path.resolve().parent))
    try:
        return run_script(path)
    except (InputError, KeyboardInterrupt):
        raise
    except SystemExit as error:
        raise NotJudgedError(f"{path} was not judged: it ended itself ({error.code})") from error
    except BaseException as error:
        from torchref.crosschecks.call import place_of

        raise NotJudgedError(f"{path} was not judged: {type(error).__name__}: {error} ({place_of(error)})") from error


def _by_name(request: FileRequest, thing: Any) -> Iterator[Report]:
    """The reports of a function that takes nothing, or of an implementation, a function of a Case."""
    if not callable(thing):
        raise must_be(f"{request.path}:{request.name}", "a function", type(thing).__name__, ADVICE)
    wanted = [
        p for p in inspect.signature(thing).parameters.values() if p.default is p.empty and p.kind < p.VAR_POSITIONAL
    ]
    if not wanted:
        report = thing()
        if not isinstance(report, Report):
            raise must_be(f"what {request.name}() returns", "a report", type(report).__name__)
        yield report
    elif len(wanted) == 1:
        yield from check_implementation(thing, request)
    else:
        got = f"one that takes {', '.join(p.name for p in wanted)}"
        raise must_be(f"{request.path}:{request.name}", "a function of nothing or of a Case", got, ADVICE)


def check_implementation(implementation: Callable[[Any], Mapping[str, Any]], request: FileRequest) -> Iterator[Report]:
    """An implementation, Case -> quantities by name: on the document's example, then on random networks."""
    import manual
    from torchref.random_cases import random_case

    if request.only is None:
        yield report_of(implementation, manual.document.example(), "the document's example")
    numbers = range(request.networks) if request.only is None else [request.only]
    for number in numbers:
        drawn = random_case(request.seed, number)
        report = report_of(implementation, drawn.case, f"network {number} of seed {request.seed} ({drawn.label})")
        if not report.ok or request.only is not None:
            yield report


def report_of(implementation: Callable[[Any], Mapping[str, Any]], case: Any, title: str) -> Report:
    """The report on an implementation's quantities of one case."""
    import numpy as np

    from torchref.crosschecks.call import place_of
    from torchref.proofread import proofread

    try:
        trace = {str(name): np.asarray(value) for name, value in implementation(case).items()}
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return Report(title, crashed=f"{type(error).__name__}: {error} ({place_of(error)})")
    return proofread(title, case, trace)
