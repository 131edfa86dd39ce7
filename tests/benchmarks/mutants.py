"""Mutants: every mistake of every kind of layer, made wherever it can be made: caught, found at its step, named?

mutants [N]   in each layer of the tests alone, and in N random networks of every kind of layer (100 by default)
"""

import sys
from collections import Counter

import numpy as np
from rich.console import Console
from rich.table import Table

from manual.case import Case
from tests.benchmarks.parallel import in_parallel
from tests.feedforward import LAYERS, layer_case
from tests.sequences import NETWORKS, sequence_case
from torchref.diagnosis import diagnose
from torchref.mutants import mutants, trace_of
from torchref.random_cases import random_case
from torchref.random_chains import CHAINS
from torchref.steps import examine


def case_of(job: str | int) -> Case:
    """A layer of the tests by its name, or a random network by its number."""
    if isinstance(job, str):
        return layer_case(job) if job in LAYERS else sequence_case(job)
    return random_case(6, job, family=CHAINS[job // 2 % 2]).case


def check_one(job: str | int) -> dict[str, Counter[str]]:
    """What comes of every mutant of a case, by the kind of layer where it was made."""
    case, found = case_of(job), dict[str, Counter[str]]()
    with np.errstate(all="ignore"):
        for mutant in mutants(case):
            trace = trace_of(case, {mutant.quantity: mutant.value})
            if not all(np.isfinite(value).all() for value in trace.values()):
                continue
            findings = diagnose(examine(case, trace))
            counts = found.setdefault(" ".join(mutant.mistake.kinds[:3]) or "any", Counter())
            counts["mutants"] += 1
            counts["caught"] += bool(findings)
            counts["at the step"] += [f.step.name for f in findings] == [mutant.quantity]
            there = (e.name for f in findings if f.step.name == mutant.quantity for e in f.explanations)
            counts["named"] += mutant.mistake.name in there
    return found


def main() -> int:
    """Prints the table; 1 if any mutant was missed."""
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    total: dict[str, Counter[str]] = {}
    for found in in_parallel(check_one, [*LAYERS, *NETWORKS, *range(networks)], "layers and networks"):
        for kind, counts in found.items():
            total.setdefault(kind, Counter()).update(counts)
    total = dict(sorted(total.items())) | {"all": sum(total.values(), Counter[str]())}
    table = Table(title="Mutants", title_justify="left")
    columns = ("mutants", "caught", "at the step", "named")
    for column in ("mistakes of", *columns):
        table.add_column(column, justify="left" if column == "mistakes of" else "right")
    for kind, counts in total.items():
        table.add_row(kind, *(str(counts[column]) for column in columns))
    Console(width=110).print(table)
    return int(total["all"]["caught"] < total["all"]["mutants"])


if __name__ == "__main__":
    sys.exit(main())
