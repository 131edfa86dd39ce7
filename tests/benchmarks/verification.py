"""Verification: false alarms, misses, and what is localised and named, beside the judgements that people use today.

verification [N]   over N networks a family (40 by default)
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
from rich.console import Console
from rich.table import Table

import manual
from manual.arrays import Array
from manual.case import Case
from tests.benchmarks import peers
from tests.benchmarks.parallel import in_parallel
from torchref import twin
from torchref.diagnosis import Finding, diagnose
from torchref.mutants import Mutant, mutants, trace_of
from torchref.random_cases import Limits, random_case
from torchref.steps import examine

# Family of random networks, and dtype: even numbers are float64, odd ones float32.
FAMILIES = {
    "ordinary": ("ordinary", 0, Limits()),
    "float32": ("ordinary", 1, Limits()),
    "vanishing": ("vanishing", 0, Limits(12, 64, 32)),
    "saturated": ("saturated", 0, Limits()),
    "cancelling": ("cancelling", 0, Limits()),
    "cancelling, float32": ("cancelling", 1, Limits()),
    "mixed scales": ("mixed", 0, Limits()),
    "small": ("ordinary", 0, Limits(2, 8, 8)),
    "convolutional": ("convolutional", 0, Limits()),
    "sequence": ("sequence", 0, Limits()),
}
MUTANTS, PAIRS = 40, 10
PEERS: dict[str, Callable[[peers.Arrays, peers.Arrays], bool]] = {
    "allclose": peers.allclose,
    "assert_close": peers.assert_close,
    "CS231n": peers.cs231n,
}


def check_one(job: tuple[str, int]) -> tuple[str, Counter[str]]:
    """One network of a family: right, with each of some mistakes, and with pairs of them."""
    family, number = job
    drawn_from, odd, limits = FAMILIES[family]
    case = random_case(2, 2 * number + odd, limits, drawn_from).case
    right, counts = twin.run(case), Counter[str]()
    with np.errstate(all="ignore"):
        _check_right(case, right, counts)
        rng = np.random.default_rng(number)
        pool = list(mutants(case))
        for place in rng.permutation(len(pool))[:MUTANTS]:
            _check_mutant(case, right, pool[place], counts)
        _check_pairs(case, pool, rng, counts)
    return family, counts


def _check_right(case: Case, right: Mapping[str, Array], counts: Counter[str]) -> None:
    trace = manual.run(case)
    counts["right"] += 1
    counts["alarm: torchref"] += bool(examine(case, trace).roots)
    counts.update({f"alarm: {name}": not agree(trace, right) for name, agree in PEERS.items()})
    if peers.gradcheck_applies(case):
        counts["right for gradcheck"] += 1
        counts["alarm: gradcheck"] += not peers.gradcheck(case, trace)


def _check_mutant(case: Case, right: Mapping[str, Array], mutant: Mutant, counts: Counter[str]) -> None:
    trace = trace_of(case, {mutant.quantity: mutant.value})
    if not all(np.isfinite(value).all() for value in trace.values()):
        return
    findings = diagnose(examine(case, trace))
    counts["mutants"] += 1
    counts["miss: torchref"] += not findings
    counts["localised"] += [f.step.name for f in findings] == [mutant.quantity]
    counts[_naming(mutant, findings)] += 1
    counts.update({f"miss: {name}": agree(trace, right) for name, agree in PEERS.items()})
    if peers.gradcheck_applies(case) and mutant.quantity.startswith(("backward/", "gradient/")):
        counts["mutants for gradcheck"] += 1
        counts["miss: gradcheck"] += peers.gradcheck(case, trace)


def _naming(mutant: Mutant, findings: list[Finding]) -> str:
    """Whether the mistake was named, alone or among others that give the same numbers here."""
    names = {e.name for f in findings if f.step.name == mutant.quantity for e in f.explanations}
    if mutant.mistake.name not in names:
        return "not named"
    return "named" if len(names) == 1 else "tie"


def _check_pairs(case: Case, pool: list[Mutant], rng: np.random.Generator, counts: Counter[str]) -> None:
    for _ in range(PAIRS if len(pool) > 1 else 0):
        a, b = (pool[place] for place in rng.choice(len(pool), 2, replace=False))
        trace = trace_of(case, {a.quantity: a.value, b.quantity: b.value})
        if a.quantity != b.quantity and all(np.isfinite(value).all() for value in trace.values()):
            counts["pairs"] += 1
            counts["pairs caught"] += bool(examine(case, trace).roots)


def table_of(networks: int) -> int:
    """Prints the table; 1 if this comparator raised a false alarm or missed a mistake."""
    jobs = [(family, number) for number in range(networks) for family in FAMILIES]
    counts = {family: Counter[str]() for family in FAMILIES}
    for family, found in in_parallel(check_one, jobs, "networks, right and wrong"):
        counts[family].update(found)
    judges = ["torchref", *PEERS, "gradcheck"]
    alarms = Table(title="False alarms, % of the right networks", title_justify="left")
    misses = Table(title="Mistakes missed, % of the mutants", title_justify="left")
    for table in (alarms, misses):
        table.add_column("family")
        for name in ["of", *judges, "of"]:
            table.add_column(name, justify="right")
    for family, c in counts.items():
        alarms.add_row(family, *_row(c, "alarm", "right", judges))
        misses.add_row(family, *_row(c, "miss", "mutants", judges))
    named = Table(title="What torchref says of the mutants, %", title_justify="left")
    for column in ("family", "of", "at the right step", "named", "a tie", "not named", "pairs caught", "of"):
        named.add_column(column, justify="left" if column == "family" else "right")
    for family, c in counts.items():
        shares = (_percent(c[key], c["mutants"]) for key in ("localised", "named", "tie", "not named"))
        named.add_row(family, str(c["mutants"]), *shares, _percent(c["pairs caught"], c["pairs"]), str(c["pairs"]))
    console = Console(width=110)
    for table in (alarms, misses, named):
        console.print(table)
    console.print("The last column 'of' counts those to which gradcheck applies: float64, at most 150 parameters.")
    total = sum(counts.values(), Counter[str]())
    wrong = total["alarm: torchref"] + total["miss: torchref"] + total["pairs"] - total["pairs caught"]
    return int(wrong > 0)


def _row(c: Counter[str], what: str, of: str, judges: list[str]) -> list[str]:
    counts = [c[f"{of} for gradcheck"] if name == "gradcheck" else c[of] for name in judges]
    shares = [_percent(c[f"{what}: {name}"], count) for name, count in zip(judges, counts, strict=True)]
    return [str(c[of]), *shares, str(c[f"{of} for gradcheck"])]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


if __name__ == "__main__":
    sys.exit(table_of(int(sys.argv[1]) if len(sys.argv) > 1 else 40))
