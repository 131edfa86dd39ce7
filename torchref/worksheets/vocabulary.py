"""Vocabulary: what a written name means in a case: the document's names, their usual variants, and a case's aliases.

out_h1, outh1, out_{h1} and a_h1 are one; so are l_h1, net_h1 and z_h1; ∂E/∂w5, dE/dw5, dw5; w5+, w5', w5new.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from manual.errors import UnknownNameError
from torchref.errors import InputError
from torchref.grade.record import Text
from torchref.worksheets.expression import Call, Expression, Name, Number, Power, Product, Sum, names
from torchref.worksheets.parser import parse
from torchref.worksheets.solution import Solution
from torchref.worksheets.spelling import SpellingError


class Meaning(NamedTuple):
    """What a name stands for: a number of the case, or its opposite."""

    is_negative: bool
    name: str


class UnknownWord(ValueError):  # noqa: N818  a word is no error of ours
    """A name that stands for nothing; `reason` says so in both languages, with the nearest name that does."""

    def __init__(self, word: str, choices: Iterator[str]) -> None:
        near = get_close_matches(word, list(choices), n=1, cutoff=0.5)
        english = f"; did you mean {near[0]!r}?" if near else ""
        chinese = f"；是否想写 {near[0]!r}？" if near else ""
        super().__init__(word)
        self.reason = Text(
            f"a name must be one of this case's (got {word!r}){english}", f"本例中没有叫 {word!r} 的量{chinese}"
        )


def fold(word: str) -> str:
    """A name without what people write in different ways: underscores, and capitals but for its first letter."""
    first, rest = word[:1], word[1:].replace("_", "").lower()
    return (first if first in "Ee" else first.lower()) + rest


class Vocabulary:
    """The names of a case. Aliases map a word to a number of the case, its opposite (-∂E/∂l_o1), or a formula.

    Raises    InputError for an alias that means nothing
    """

    def __init__(self, solution: Solution, aliases: Mapping[str, str] | None = None) -> None:
        self.solution = solution
        self.words: dict[str, str] = {}
        self.aliases: dict[str, Meaning] = {}
        for word, name in self._spellings():
            self.words.setdefault(fold(word), name)
        for word, text in (aliases or {}).items():
            self._add_alias(word, text)

    def _spellings(self) -> Iterator[tuple[str, str]]:
        wiring = self.solution.wiring
        forward = [name for name in wiring.elements if not name.endswith("+")]
        yield from ((name, name) for name in forward)
        yield from ((name, name) for name in self.solution.givens)
        yield from ((word, "E_total") for word in ("E", "Loss", "loss", "error"))
        for neuron in (neuron for layer in wiring.layers for neuron in layer):
            yield from ((f"{word}_{neuron.name}", neuron.linear) for word in ("net", "z", "in", "δ_l"))
            yield from ((f"{word}_{neuron.name}", neuron.output) for word in ("a", "o", "y"))
        for place, neuron in enumerate(wiring.outputs, start=1):
            target = f"target_{neuron.name}"
            yield from ((word, target) for word in (f"t{place}", f"t_{neuron.name}", f"target{place}"))
            if len(wiring.outputs) == 1:
                yield from ((word, target) for word in ("target", "t"))
        yield from ((name.replace("i", "x", 1), name) for name in forward if name[0] == "i")
        yield from ((word, "η") for word in ("eta", "lr", "learning_rate", "α", "alpha"))

    def _add_alias(self, word: str, text: str) -> None:
        try:
            expression = self.resolve(parse(text), "")
        except (SpellingError, UnknownWord) as error:
            raise InputError(f"alias {word}: {error.reason.english}") from error
        match expression:
            case Name(name):
                self.aliases[fold(word)] = Meaning(False, name)
            case Sum(((True, Name(name)),)):
                self.aliases[fold(word)] = Meaning(True, name)
            case _:
                self.solution.define(word, expression)
                self.words[fold(word)] = word

    def meaning(self, word: str, output: str = "") -> Meaning:
        """What a word stands for; `output` is the output that its line is about, for a bare "target".

        Raises    UnknownWord if it stands for nothing
        """
        if word.startswith("∂"):
            return self._derivative(word, output)
        is_new = word.endswith("+")
        base = fold(word.removesuffix("+"))
        if base.endswith("new") and base[:-3]:
            base, is_new = base[:-3], True
        found = self._known(base, output)
        if found is None:
            raise UnknownWord(word, iter([*self.solution.wiring.elements, *self.solution.givens]))
        if is_new and (found.name[0] in "iηt∂" or found.name not in self.solution.wiring.elements):
            raise UnknownWord(word, iter(self.solution.wiring.elements))
        return Meaning(found.is_negative, f"{found.name}+") if is_new else found

    def _known(self, base: str, output: str) -> Meaning | None:
        if base in self.aliases:
            return self.aliases[base]
        if base == "target" and output:
            return Meaning(False, f"target_{output}")
        if base in self.words:
            return Meaning(False, self.words[base])
        if base[:1] == "δ" or base[:5] == "delta":
            rest = base.removeprefix("δ").removeprefix("delta")
            return self._by(self.words.get(f"l{rest}"))
        for prefix in ("ded", "grad", "d"):
            rest = base.removeprefix(prefix)
            if rest != base and (rest in self.words or rest in self.aliases):
                return self._by(self.aliases[rest].name if rest in self.aliases else self.words[rest])
        return None

    def _by(self, name: str | None) -> Meaning | None:
        return Meaning(False, f"∂E_total/∂{name}") if name in self.solution.wiring.consumers else None

    def _derivative(self, word: str, output: str) -> Meaning:
        of, _, by = word[1:].partition("/∂")
        if not by:
            raise UnknownWord(word, iter(()))
        above, below = self.meaning(of, output), self.meaning(by, output)
        name = self.solution.canonical(above.name, below.name)
        try:
            self.solution.formula(name)
        except UnknownNameError:
            raise UnknownWord(word, iter(())) from None
        return Meaning(above.is_negative != below.is_negative, name)

    def resolve(self, expression: Expression, output: str) -> Expression:
        """The expression with the case's names for the written ones.

        Raises    UnknownWord for the first name that stands for nothing
        """
        match expression:
            case Name(text):
                meaning = self.meaning(text, output)
                return Sum(((True, Name(meaning.name)),)) if meaning.is_negative else Name(meaning.name)
            case Number():
                return expression
            case Sum(terms):
                return Sum(tuple((minus, self.resolve(term, output)) for minus, term in terms))
            case Product(factors):
                return Product(tuple((over, self.resolve(factor, output)) for over, factor in factors))
            case Power(base, exponent):
                return Power(self.resolve(base, output), self.resolve(exponent, output))
            case Call(function, argument):
                return Call(function, self.resolve(argument, output))

    def output_of(self, expressions: list[Expression]) -> str:
        """The one output that a line is about, such as o1, or nothing: what a bare "target" in it means."""
        outputs = [neuron.name for neuron in self.solution.wiring.outputs]
        words = [fold(name.text) for expression in expressions for name in names(expression)]
        found = {name for name in outputs if any(word.endswith(name) for word in words)}
        return found.pop() if len(found) == 1 else outputs[0] if len(outputs) == 1 else ""
