"""Judge: every equals sign of a worksheet, one after the other: the calculation, and the value in the case.

A chain such as l_h1 = 0.05*0.10 + 0.15*0.20 + 0.35 = 0.385 makes two claims: that this calculation is l_h1, and that
it gives 0.385. The number is then held against the case: exact digits first; then what follows from the numbers that
the worksheet has written before, right or wrong.
"""

from dataclasses import dataclass

from torchref.grade.record import NOTHING, Text
from torchref.worksheets import bounds
from torchref.worksheets.evaluate import evaluate
from torchref.worksheets.expression import Expression, Number
from torchref.worksheets.interval import ArithmeticalError, Interval, rounds, truncates
from torchref.worksheets.judgement import Judgement, Sign
from torchref.worksheets.naming import Namer
from torchref.worksheets.notebook import Entry, Notebook
from torchref.worksheets.operands import Operands, said, to_digits
from torchref.worksheets.parser import number as read_number
from torchref.worksheets.scan import Equation
from torchref.worksheets.sides import Side, parse_side, resolve_sides, zero
from torchref.worksheets.vocabulary import Vocabulary


@dataclass(frozen=True)
class Finding:
    """What was found of one equals sign; `value` is what was found of its number alone, beside whatever calculation."""

    judgement: Judgement
    reason: Text = NOTHING
    expected: str = ""
    value: Judgement | None = None


@dataclass
class Chain:
    """An equation as it is gone through: what it is about, and whether a sign of it was wrong already."""

    target: str = ""
    written: str = ""
    is_negative: bool = False
    has_failed: bool = False
    has_slipped: bool = False


class Judge:
    """Goes through the equations of a worksheet in order."""

    def __init__(self, vocabulary: Vocabulary, namer: Namer | None = None) -> None:
        self.vocabulary = vocabulary
        self.namer = namer
        self.named = 0
        self.notebook = Notebook(vocabulary.solution)
        self.operands = Operands(self.notebook)

    def fork(self) -> "Judge":
        """Another one that has read the same so far."""
        other = Judge.__new__(Judge)
        other.vocabulary, other.namer = self.vocabulary, self.namer
        other.named = self.named
        other.notebook = self.notebook.fork()
        other.operands = self.operands.beside(other.notebook)
        return other

    def equation(self, equation: Equation, sides: list[Side] | None = None) -> list[Sign]:
        """The equals signs of one equation; `sides` are its own, where they have been read already."""
        if sides is None:
            sides = resolve_sides([parse_side(text) for text in equation.parts], self.vocabulary)
        has_numbers = any(side.is_numeric or side.is_blank for side in sides)
        chain = Chain()
        for side in reversed(sides):
            if side.reason is None and side.name is not None:
                (chain.is_negative, chain.target), chain.written = side.name, side.written or side.name[1]
        self.operands.look_near(self.notebook.solution.operands(chain.target) if chain.target else ())
        signs, results = [], []
        for place in range(1, len(sides)):
            left, right = sides[place - 1], sides[place]
            finding = self._sign(chain, left, right, equation.is_tex and not has_numbers)
            number = right.number or left.number
            if number is not None and finding.value is not None and chain.target:
                results.append((number, equation.lines[place], finding.value))
            chain.has_failed |= finding.judgement is Judgement.WRONG
            printed = number.text if number else ""
            where = (equation.lines[place], chain.target, left.text, right.text)
            shown = (printed, finding.expected, has_numbers, chain.written)
            signs.append(Sign(*where, finding.judgement, finding.reason, *shown))
        for number, line, value in results:
            own = number.negated if chain.is_negative else number
            self.notebook.write(chain.target, own, line, Judgement.WRONG if self._is_root(chain, value) else value)
        return self._named(chain, signs)

    def _named(self, chain: Chain, signs: list[Sign]) -> list[Sign]:
        """The signs, the first wrong one with the mistakes that give the number at the end of its chain."""
        wrong = next((place for place, sign in enumerate(signs) if sign.judgement is Judgement.WRONG), None)
        if self.namer is None or wrong is None or not chain.target or self.named >= bounds.MOST_NAMED:
            return signs
        self.named += 1
        printed = next((sign.printed for sign in signs[wrong:] if sign.printed), "")
        if printed:
            number = read_number(printed.lstrip("-"))
            number = number.negated if printed.startswith("-") != chain.is_negative else number
            signs[wrong] = signs[wrong].read_as(self.namer.readings(chain.target, number, self.notebook))
        return signs

    @staticmethod
    def _is_root(chain: Chain, value: Judgement) -> bool:
        return chain.has_failed and value not in (Judgement.RIGHT, Judgement.TRUNCATED)

    def _sign(self, chain: Chain, left: Side, right: Side, may_be_prose: bool) -> Finding:
        if left.is_blank or right.is_blank:
            return Finding(Judgement.BLANK)
        for side in (left, right):
            if side.reason is not None:
                return Finding(Judgement.FORMULA if may_be_prose else Judgement.NOT_UNDERSTOOD, side.reason)
        try:
            return self._judged(chain, left, right)
        except ArithmeticalError as error:
            return Finding(Judgement.WRONG if error.is_wrong else Judgement.NOT_UNDERSTOOD, error.reason)

    def _judged(self, chain: Chain, left: Side, right: Side) -> Finding:
        assert left.expression is not None
        assert right.expression is not None
        number, other = (right.number, left) if right.number else (left.number, right)
        assert other.expression is not None
        if number is None:
            return self._equality(chain, left.expression, right.expression)
        if other.name == (chain.is_negative, chain.target):
            return self._value(chain, number, None)
        return self._calculation(chain, other.expression, number)

    # A calculation and its printed result

    def _calculation(self, chain: Chain, expression: Expression, number: Number) -> Finding:
        written = evaluate(expression, self.operands.written)
        between = self.operands.between(expression)
        value = self._value(chain, number, written, self.operands.is_off(expression)) if chain.target else None
        slips = [] if chain.has_slipped else self.operands.slips(expression)
        expected = value.expected if value else ""
        known = value.value if value else None
        if not (_says(number, written) or rounds(number, between)):
            if chain.has_failed and known in (Judgement.RIGHT, Judgement.TRUNCATED):
                return Finding(known, NOTHING, expected, known)
            reason = slips[0] if slips else _gives(written, number)
            return Finding(Judgement.WRONG, reason, expected, _not_consistent(known))
        if slips:
            chain.has_slipped = True
            return Finding(Judgement.WRONG, slips[0], expected, _not_consistent(known))
        if value is None:
            return self._without_a_name(expression, number, written)
        if chain.has_failed and known not in (Judgement.RIGHT, Judgement.TRUNCATED):
            reason = Text("it follows from this line's own calculation", "由本行的算式得出")
            return Finding(Judgement.CONSISTENT, reason, expected, Judgement.WRONG)
        return value

    def _without_a_name(self, expression: Expression, number: Number, written: Interval) -> Finding:
        if rounds(number, written):
            return Finding(Judgement.RIGHT)
        if truncates(number, written):
            return Finding(Judgement.TRUNCATED)
        return Finding(Judgement.CONSISTENT if self.operands.is_off(expression) else Judgement.CARRIED)

    # The value in the case

    def _value(self, chain: Chain, number: Number, written: Interval | None, is_off: bool = False) -> Finding:
        """The printed number of the chain's target against the case, and against what the worksheet has written."""
        name = chain.target
        number = number.negated if chain.is_negative else number
        exact = self.notebook.solution.exact(name)
        right = to_digits(exact.low, number.unit)
        expected = right.text if right else said(exact.low)
        if chain.is_negative and right:
            expected = right.negated.text
        judgement, reason = self._value_of(name, number, exact, written, is_off)
        return Finding(judgement, reason, expected, judgement)

    def _value_of(
        self, name: str, number: Number, exact: Interval, written: Interval | None, is_off: bool
    ) -> tuple[Judgement, Text]:
        sources = self.notebook.sources(name)
        computed = [self.notebook.from_written(self.notebook.solution.formula(name))]
        computed += [written] if written is not None else []
        known = self.notebook.entries.get(name)
        shows_nothing = zero(number) and bool(exact.low)
        if rounds(number, exact) and not shows_nothing:
            return Judgement.RIGHT, NOTHING
        if truncates(number, exact) and not shows_nothing:
            follows = any(rounds(number, value) for value in computed)
            was_cut = any(entry.judgement is Judgement.TRUNCATED for entry in sources.values())
            if not follows or was_cut:
                return Judgement.TRUNCATED, NOTHING
        if known is not None and (said_before := _again(name, number, known)):
            return said_before
        is_off = is_off or any(entry.is_off for entry in sources.values())
        if shows_nothing and not is_off:
            return Judgement.WRONG, Text(f"{number.text} shows no digit of it", f"{number.text} 没有给出任何有效数字")
        between = self.notebook.follows(name)
        if any(_says(number, value) for value in computed) or (_says if is_off else rounds)(number, between):
            return (Judgement.CONSISTENT if is_off else Judgement.CARRIED), _from(sources, is_off)
        return Judgement.WRONG, NOTHING

    # Two sides without a printed result

    def _equality(self, chain: Chain, left: Expression, right: Expression) -> Finding:
        slips = [] if chain.has_slipped else [*self.operands.slips(left), *self.operands.slips(right)]
        if slips:
            chain.has_slipped = True
            return Finding(Judgement.WRONG, slips[0])
        exact = [self.operands.exactly(side) for side in (left, right)]
        if exact[0].meets(exact[1]):
            return Finding(Judgement.RIGHT)
        between = [self._follows(chain, side) for side in (left, right)]
        if between[0].meets(between[1]):
            is_off = any(self.operands.is_off(side) for side in (left, right))
            is_off |= bool(chain.target) and any(e.is_off for e in self.notebook.sources(chain.target).values())
            return Finding(Judgement.CONSISTENT if is_off else Judgement.CARRIED)
        stray = self.operands.stray(right, self.notebook.solution.formula(chain.target)) if chain.target else None
        values = [said(interval.middle) for interval in exact]
        reason = Text(
            f"the left side is {values[0]}, the right side {values[1]}", f"左边是 {values[0]}，右边是 {values[1]}"
        )
        return Finding(Judgement.WRONG, stray or reason)

    def _follows(self, chain: Chain, side: Expression) -> Interval:
        if Side("", side).name == (False, chain.target):
            return self.notebook.follows(chain.target)
        return self.operands.between(side)


def _says(number: Number, value: Interval) -> bool:
    """Whether a number is some value of the interval, rounded or cut off."""
    return rounds(number, value) or truncates(number, value)


def _not_consistent(judgement: Judgement | None) -> Judgement | None:
    """A wrong calculation makes its result wrong, unless that is right all the same."""
    is_right = judgement in (Judgement.RIGHT, Judgement.TRUNCATED, None)
    return judgement if is_right else Judgement.WRONG


def _gives(written: Interval, number: Number) -> Text:
    gives = said(written.middle)
    return Text(f"the calculation gives {gives}, not {number.text}", f"算式的结果是 {gives}，不是 {number.text}")


def _again(name: str, number: Number, known: Entry) -> tuple[Judgement, Text] | None:
    """A number that was written before: the same again, or another one."""
    if abs(known.number.value - number.value) <= max(known.number.unit, number.unit) / 2:
        if known.judgement is Judgement.WRONG:
            again = Text(f"as in line {known.line}", f"与第 {known.line} 行相同")
            return Judgement.CONSISTENT, again
        return None
    other = known.number.text
    english = f"it contradicts line {known.line}, where {name} is {other}"
    return Judgement.WRONG, Text(english, f"与第 {known.line} 行矛盾：那里 {name} 为 {other}")


def _from(sources: dict[str, Entry], wrong: bool) -> Text:
    """Which written numbers it follows from."""
    used = {name: entry for name, entry in sources.items() if entry.is_off} if wrong else sources
    shown = ", ".join(f"{name} = {entry.number.text} (line {entry.line})" for name, entry in list(used.items())[:3])
    chinese = "、".join(f"{name} = {entry.number.text}（第 {entry.line} 行）" for name, entry in list(used.items())[:3])
    if not shown:
        return NOTHING
    return Text(f"it follows from {shown}", f"由 {chinese} 得出")
