"""Agreement: manual against its twin on random networks, many of them, on every processor and device there is."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from itertools import islice

from torchref.random_cases import random_case
from torchref.verdict import Verdict
from torchref.workers import WORTH_WORKERS, processors, workers

# Networks in one parcel of work: some 0.1 s, so that a progress bar moves and an interrupt is soon heeded.
PARCEL = 16


@dataclass(frozen=True)
class NetworkResult:
    """What came of one random network on one device.

    verdict           agrees, differs, or not judged
    wrong             what is itself at fault, as in sigmoid.backward, and in sentences
    steps             how many quantities were judged; `share` is the worst difference as a share of its allowance
    gradient_digits   end to end: decimal digits to which the worst of all gradients agrees with torch's
    update_digits     the same of the updates, (old − new) / learning rate, which rounds off what the weight hides
    """

    seed: int
    number: int
    family: str
    label: str
    dtype: str
    device: str
    verdict: Verdict
    wrong: tuple[str, ...]
    sentences: tuple[str, ...]
    steps: int
    share: float
    gradient_digits: float
    update_digits: float

    @property
    def command(self) -> str:
        """The command that checks this network alone."""
        device = "" if self.device == "cpu" else f" --device {self.device}"
        return f"torchref check --seed {self.seed} --only {self.number}{device}"


def check_network(seed: int, number: int, device: str) -> NetworkResult:
    """Checks one random network: every step by itself, and the gradients and updates from end to end."""
    import manual
    from torchref import end_to_end, twin
    from torchref.compare import ALL_DIGITS
    from torchref.diagnosis import diagnose
    from torchref.render.report import finding_lines
    from torchref.steps import examine, judge

    drawn = random_case(seed, number)
    trace = manual.run(drawn.case)
    examination = examine(drawn.case, trace, device)
    steps = list(examination.steps)
    theirs = twin.run(drawn.case, device)
    if device != "cpu":  # a GPU's own arithmetic is under test too
        steps += [step for step in judge(drawn.case, theirs) if step.verdict is not Verdict.AGREES]
    verdicts = {step.verdict for step in steps}
    unjudged = Verdict.NOT_JUDGED if Verdict.NOT_JUDGED in verdicts else Verdict.AGREES
    digits = end_to_end.worst(end_to_end.digits(drawn.case, trace, theirs))
    gradient_digits = digits.get("gradient", digits.get("backward", ALL_DIGITS))  # without parameters there is none
    return NetworkResult(
        seed,
        number,
        drawn.family,
        drawn.label,
        str(drawn.case.dtype),
        device,
        Verdict.DIFFERS if verdicts - {Verdict.AGREES, Verdict.NOT_JUDGED} else unjudged,
        tuple(kind_of(step.function) for step in steps if step.verdict.is_wrong),
        tuple(line for finding in diagnose(examination) for line in finding_lines(finding)),
        len(steps),
        max(step.comparison.share for step in steps),
        gradient_digits,
        digits.get("updated", gradient_digits),
    )


def check_networks(seed: int, numbers: Sequence[int], device: str = "cpu") -> Iterator[NetworkResult]:
    """Checks the random networks of these numbers; results come as they are ready, in no particular order."""
    if device != "cpu" or len(numbers) < WORTH_WORKERS:
        yield from (check_network(seed, number, device) for number in numbers)
        return
    parcels = (numbers[start : start + PARCEL] for start in range(0, len(numbers), PARCEL))
    with workers() as pool:
        # No more parcels are handed out than the workers need to stay busy, so that an interrupt ends soon.
        running = {pool.submit(_check_parcel, seed, parcel) for parcel in islice(parcels, 2 * processors())}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_check_parcel, seed, parcel) for parcel in islice(parcels, len(done))}
            for future in done:
                yield from future.result()


def _check_parcel(seed: int, numbers: Sequence[int]) -> list[NetworkResult]:
    return [check_network(seed, number, "cpu") for number in numbers]


def kind_of(function: str) -> str:
    """A layer's function without the layer's place: sigmoid.backward for sigmoid3.backward."""
    path, dot, name = function.rpartition(".")
    return path.rpartition(".")[2].rstrip("0123456789") + dot + name
