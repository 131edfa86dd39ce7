"""Text: the cards that tell what a sweep found, in Markdown."""

from collections.abc import Sequence

from manual.case import Case
from torchref.sweep.curves import Curves
from torchref.sweep.rate_verdict import RateVerdict, Rating

EXPLAINED = {
    Rating.TOO_SMALL: "The rate is too small: every step goes the right way, but so little that the loss hardly moves.",
    Rating.SLOW: "A slow rate gets there in the end; a larger one takes fewer steps.",
    Rating.GOOD: "A good rate brings the loss down to a thousandth, or as far as the best of the sweep does.",
    Rating.OSCILLATING: "An oscillating rate jumps over the minimum: most steps end where the gradient points back.",
    Rating.LOCAL_MINIMUM: "The walk ended in a local minimum: the gradient is 0, though another valley is deeper.",
    Rating.SATURATED: (
        "The rate is too large, and the network is saturated: the first steps threw its weights so far that the "
        "activations sit at their bounds, where their slope y (1 − y) is next to 0. The gradient is multiplied by that "
        "slope, so no later step can bring the weights back. The loss does not rise; it stands still."
    ),
    Rating.DIVERGED: "The rate is too large: each step lands further up the other side, and the loss has no bound.",
}


def rates_card(title: str, curves: Curves, verdicts: Sequence[RateVerdict]) -> str:
    """The table of rates, and what each of the verdicts in it means."""
    rows = [f"# {title}", "", f"{len(curves.rates)} learning rates, {curves.steps} steps each.", ""]
    rows += ["| learning rate | verdict | first loss | last loss | why |", "|---:|---|---:|---:|---|"]
    for rate, loss, verdict in zip(curves.rates, curves.loss, verdicts, strict=True):
        rows.append(f"| {rate:g} | {verdict.rating} | {loss[0]:.4g} | {loss[-1]:.4g} | {verdict.reason} |")
    rows += ["", *(f"- **{rating}** — {EXPLAINED[rating]}" for rating in dict.fromkeys(v.rating for v in verdicts))]
    return "\n".join(rows) + "\n"


READING_CARD = """# How to read this page

- `1_loss/log10` is the loss on a logarithmic scale, one curve a learning rate; the run's name carries its verdict. \
A triangle marks the step at which a loss was no longer finite.
- `2_gradient/log10_norm` is the length of the gradient: where it falls while the loss stands still, the network is \
saturated or the walk has reached a minimum.
- `5_torch/log10` is the same training by torch, and `5_torch/difference` is (NumPy − torch) / first loss: rounding, \
near 1e-16.
- Pictures stand in the run `00_summary`; the sliders of `3_descent` walk through the steps.
"""


def derivation_card(case: Case) -> str:
    """How the first step changes the first weight, factor by factor, as torchref explain derives it."""
    from torchref.explain.chain import chain
    from torchref.explain.derive import explain
    from torchref.explain.markdown import table

    shown = table(chain(explain(case), "w1"), ("quantity", "formula", "numbers", "value"))
    return f"# The first step of w1, factor by factor\n\n{shown}\n`torchref explain` derives every quantity.\n"


def step_card() -> str:
    """The document's own numbers: every result that it prints, beside NumPy and torch."""
    from torchref.document_check import check_document
    from torchref.render.markdown import document_markdown

    return f"# The first step, in the document's numbers\n\n{document_markdown(check_document())}"
