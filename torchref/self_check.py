"""Self check: what `torchref check` does without an argument: document, random networks, procedures."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from torchref import verdict
from torchref.agreement import NetworkResult, check_networks
from torchref.errors import NotJudgedError, must_be
from torchref.verdict import Verdict

# Failing networks that are shown one by one, the smallest ones; the others are counted.
SHOWN = 3


@dataclass(frozen=True)
class Request:
    """What is to be checked; `device` None stands for the CPU and every CUDA device."""

    networks: int
    seed: int
    only: int | None
    device: str | None
    json_file: str | None
    language: str = "en"


def run(request: Request) -> int:
    """Checks, prints, writes the JSON file if one is wanted, and returns the exit code."""
    if request.networks < 1:
        raise must_be("--networks", "at least 1", request.networks)
    if request.seed < 0 or (request.only or 0) < 0:
        raise must_be("--seed and --only", "at least 0", (request.seed, request.only))
    json_file = Path(request.json_file) if request.json_file else None
    if json_file:
        _check_writable(json_file)
    from torchref.devices import devices_of

    devices = devices_of(request.device)
    console = Console(highlight=False)
    if request.only is not None:
        return _run_one(request.seed, request.only, devices, request.language, console)
    results = _run_all(request, devices, console)
    if json_file:
        json_file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        console.print(f"results written to {json_file}")
    return _exit_code(results["verdicts"])


def _check_writable(path: Path) -> None:
    """Raises InputError, before the work is done, if the file cannot be written when it is."""
    try:
        path.open("a", encoding="utf-8").close()
    except OSError as error:
        raise must_be("--json", "a file that can be written", f"{path}: {error.strerror}") from error


def _run_one(seed: int, number: int, devices: Sequence[str], language: str, console: Console) -> int:
    """One random network, every step of it shown."""
    import manual
    from torchref.diagnosis import diagnose
    from torchref.random_cases import random_case
    from torchref.render.report import finding_lines
    from torchref.render.tables import steps_table
    from torchref.steps import examine

    drawn = random_case(seed, number)
    verdicts: list[Verdict] = []
    for device in devices:
        examination = examine(drawn.case, manual.run(drawn.case), device)
        title = f"Network {number} of seed {seed} on {device}, {drawn.family}: {drawn.label}"
        console.print(steps_table(examination.steps, title))
        for finding in diagnose(examination):
            for line in finding_lines(finding, language):
                console.print(line, style="red", markup=False)
        verdicts += [step.verdict for step in examination.steps]
    return _exit_code(verdicts)


def _run_all(request: Request, devices: Sequence[str], console: Console) -> dict[str, Any]:
    from torchref.document_check import check_document
    from torchref.procedures import check_procedures
    from torchref.render import tables
    from torchref.render.report import finding_lines

    document = check_document()
    console.print(tables.document_table(document))
    console.print(tables.document_summary(document))
    for finding in document.findings:
        for line in finding_lines(finding, request.language):
            console.print(line, style="red", markup=False)

    networks = list(_networks(request, devices))
    console.print()
    console.print(tables.networks_table(networks))
    _print_failing([result for result in networks if result.verdict is not Verdict.AGREES], console)

    procedures = list(check_procedures())
    console.print()
    console.print(tables.procedures_table(procedures))
    verdicts = [s.verdict for s in document.steps] + [r.verdict for r in networks] + [p.verdict for p in procedures]
    if not document.is_right:
        verdicts.append(Verdict.DIFFERS)
    console.print(_last_line(networks, devices, verdicts))
    return {
        "versions": {name: version(name) for name in ("torchref", "numpy", "torch")},
        "seed": request.seed,
        "devices": list(devices),
        "document": [asdict(row) for row in document.rows],
        "networks": [asdict(result) for result in networks],
        "procedures": [asdict(procedure) for procedure in procedures],
        "verdicts": sorted(set(verdicts)),
    }


def _print_failing(failing: Sequence[NetworkResult], console: Console) -> None:
    for result in sorted(failing, key=lambda result: result.steps)[:SHOWN]:
        console.print(f"[bold]network {result.number} on {result.device}[/]: {result.label}")
        for sentence in result.sentences:
            console.print(f"  {sentence}", style="red", markup=False)
        console.print(f"  again, alone: {result.command}")
    if len(failing) > SHOWN:
        console.print(f"and {len(failing) - SHOWN} more")
    for function, count in Counter(name for result in failing for name in set(result.wrong)).most_common():
        console.print(f"{function} is wrong given right inputs in {count} networks", style="bold red")


def _networks(request: Request, devices: Sequence[str]) -> Iterator[NetworkResult]:
    from torchref.render.progress import progress

    for device in devices:
        try:
            results = check_networks(request.seed, range(request.networks), device)
            yield from progress(results, request.networks, f"random networks on {device}")
        except BrokenProcessPool as error:
            advice = "perhaps for memory; run it again with fewer --networks"
            raise NotJudgedError(f"a worker process was killed, {advice}") from error


def _last_line(networks: Sequence[NetworkResult], devices: Sequence[str], verdicts: Sequence[Verdict]) -> str:
    where = " and ".join(devices)
    if _exit_code(verdicts) == verdict.AGREES:
        return f"[bold green]All agree[/]: the document, {len(networks)} networks on {where}, what is around the step."
    unjudged = sum(v is Verdict.NOT_JUDGED for v in verdicts)
    wrong = sum(v is not Verdict.AGREES for v in verdicts) - unjudged
    return f"[bold red]{wrong} differ[/], {unjudged} could not be judged (on {where})."


def _exit_code(verdicts: Sequence[Verdict]) -> int:
    if set(verdicts) <= {Verdict.AGREES}:
        return verdict.AGREES
    return verdict.NOT_JUDGED if set(verdicts) <= {Verdict.AGREES, Verdict.NOT_JUDGED} else verdict.DIFFERS
