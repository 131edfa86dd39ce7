"""Vacuity: what a case cannot tell. A mistake that changes nothing here passes here, whatever the tolerance.

Every mistake of the catalogue is tried on the case. Those that could be made in this network, and show on a case drawn
to discriminate but not on this one, are what the check is blind to.
"""

from collections.abc import Mapping

from manual.arrays import Array
from manual.case import Case
from torchref.mistakes import MISTAKES
from torchref.mutants import mutants
from torchref.report import Note

# What makes a case blind, and how it is seen.
SHOWN = 6


def blind_to(case: Case, better: Case, handed_over: Mapping[str, Array]) -> list[str]:
    """The mistakes that show on the better case, in the quantities that were handed over, and not on this one."""
    wanted = {(m.mistake.name, m.quantity) for m in mutants(better)}
    seen = {(m.mistake.name, m.quantity) for m in mutants(case)}
    rooms = {name.partition("/")[0] for name in handed_over}
    missed = {name for name, quantity in wanted - seen if quantity.partition("/")[0] in rooms | {"backward", "slope"}}
    return [name for name in MISTAKES if name in missed]


def vacuity_note(case: Case, better: Case, handed_over: Mapping[str, Array]) -> Note | None:
    """A note on what the case cannot tell, and why; None if it can tell all that a better one can."""
    missed = blind_to(case, better, handed_over)
    if not missed:
        return None
    reasons = _reasons(case)
    shown = ", ".join(missed[:SHOWN]) + (f" and {len(missed) - SHOWN} more" if len(missed) > SHOWN else "")
    because = f" ({'; '.join(english for english, _ in reasons)})" if reasons else ""
    because_zh = f"（{'；'.join(chinese for _, chinese in reasons)}）" if reasons else ""
    english = f"the case given cannot tell: {shown}{because}; a case drawn to discriminate was checked as well"
    chinese = f"给定的例子看不出：{shown}{because_zh}；另外用随机生成的例子也检查了一遍"
    return Note("vacuity", english, chinese)


def _reasons(case: Case) -> list[tuple[str, str]]:
    """What about a case hides mistakes."""
    reasons = []
    if case.x.shape[0] == 1:
        reasons.append(("one example only", "只有一个样本"))
    zero = [name for name, value in case.parameters.items() if not value.any()]
    if zero:
        reasons.append((f"{', '.join(zero)} all 0", f"{', '.join(zero)} 全为 0"))
    if case.loss.kind == "inner_product" and (case.target == case.target.flat[0]).all():
        reasons.append(("the gradient from above is the same everywhere", "上游梯度处处相同"))
    if case.optimiser.learning_rate == 1.0:
        reasons.append(("learning rate 1", "学习率为 1"))
    return reasons
