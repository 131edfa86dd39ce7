"""Plain: formulas as text, as one would type them: out_h1 · (1 - out_h1), 1/2 · (target_o1 - out_o1)²."""

from torchref.explain.digits import Digits
from torchref.explain.notation import Binds, Notation

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Plain(Notation):
    """Text in one line."""

    fraction_binds = Binds.PRODUCT

    def number(self, number: Digits) -> str:
        """-0.0184, or 1.84e-9."""
        return number.text

    def symbol(self, name: str) -> str:
        """The name itself."""
        return name

    def times(self, factor: str) -> str:
        """· factor."""
        return f"· {factor}"

    def sign(self, sign: str, term: str, is_first: bool) -> str:
        """- term."""
        return f"{sign}{term}" if is_first else f"{sign} {term}"

    def brackets(self, inner: str) -> str:
        """(inner)."""
        return f"({inner})"

    def fraction(self, top: str, bottom: str) -> str:
        """Top / bottom."""
        return f"{top} / {bottom}"

    def ratio(self, top: str, bottom: str) -> str:
        """1/2."""
        return f"{top}/{bottom}"

    def power(self, base: str, exponent: int) -> str:
        """Base²."""
        return base + str(exponent).translate(SUPERSCRIPTS)

    def call(self, function: str, argument: str) -> str:
        """e^(argument), |argument|, ln(argument)."""
        shapes = {"exp": "e^({})", "abs": "|{}|"}
        return shapes.get(function, function + "({})").format(argument)

    def cases(self, condition: tuple[str, str], then: str, other: str) -> str:
        """Then if a > b else other."""
        return f"({then} if {condition[0]} > {condition[1]} else {other})"
