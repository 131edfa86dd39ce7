"""MathML: formulas as a browser sets them, in pieces between which a narrow screen may break them."""

from html import escape

from torchref.explain.digits import Digits
from torchref.explain.notation import Notation
from torchref.explain.symbol_parts import DerivativeName, Name, take_apart


class MathML(Notation):
    """The inside of a <math> element."""

    def number(self, number: Digits) -> str:
        """−0.0184, or 1.84 × 10⁻⁹."""
        text = f"<mn>{number.digits}</mn>"
        if number.power:
            power = _row(_signed(number.power < 0, f"<mn>{abs(number.power)}</mn>"))
            text += f"<mo>×</mo><msup><mn>10</mn>{power}</msup>"
        return _row(_signed(number.is_negative, text)) if number.is_negative or number.power else text

    def symbol(self, name: str) -> str:
        """A letter with its index, or a fraction of two with ∂."""
        parts = take_apart(name)
        if isinstance(parts, DerivativeName):
            return f"<mfrac>{_row('<mo>∂</mo>' + _name(parts.of))}{_row('<mo>∂</mo>' + _name(parts.by))}</mfrac>"
        return _name(parts)

    def joined(self, pieces: list[str]) -> str:
        """Pieces in a row."""
        return "".join(pieces)

    def times(self, factor: str) -> str:
        """· factor."""
        return f'<mo form="infix">·</mo>{factor}'

    def sign(self, sign: str, term: str, is_first: bool) -> str:
        """− term."""
        form = ' form="prefix"' if is_first else ' form="infix"'
        return f"<mo{form}>{'−' if sign == '-' else '+'}</mo>{term}"

    def brackets(self, inner: str) -> str:
        """(inner)."""
        return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>"

    def fraction(self, top: str, bottom: str) -> str:
        """A fraction with a bar."""
        return f"<mfrac>{_row(top)}{_row(bottom)}</mfrac>"

    def ratio(self, top: str, bottom: str) -> str:
        """A fraction of two whole numbers."""
        return f"<mfrac><mn>{top}</mn><mn>{bottom}</mn></mfrac>"

    def power(self, base: str, exponent: int) -> str:
        """Base with an exponent."""
        return f"<msup>{_row(base)}<mn>{exponent}</mn></msup>"

    def call(self, function: str, argument: str) -> str:
        """The power of e to the argument, |argument|, ln(argument)."""
        if function == "exp":
            return f"<msup><mi>e</mi>{_row(argument)}</msup>"
        if function == "abs":
            return f'<mrow><mo form="prefix">|</mo>{argument}<mo form="postfix">|</mo></mrow>'
        return f"<mrow><mi>{function}</mi><mo>&#x2061;</mo>{self.brackets(argument)}</mrow>"

    def cases(self, condition: tuple[str, str], then: str, other: str) -> str:
        """A brace with two lines."""
        rows = (
            (then, f"{condition[0]}<mo>&gt;</mo>{condition[1]}"),
            (other, f"{condition[0]}<mo>≤</mo>{condition[1]}"),
        )
        lines = "".join(f"<mtr><mtd>{_row(a)}</mtd><mtd>{_row(b)}</mtd></mtr>" for a, b in rows)
        return f"<mrow><mo>{{</mo><mtable>{lines}</mtable></mrow>"


def _row(inner: str) -> str:
    return f"<mrow>{inner}</mrow>"


def _signed(is_negative: bool, inner: str) -> str:
    return f'<mo form="prefix">−</mo>{inner}' if is_negative else inner


def _name(name: Name) -> str:
    """A letter is set slanted and a word upright, as browsers do by themselves."""
    stem = f"<mi>{escape(name.stem)}</mi>"
    index = (
        "" if not name.index else f"<mn>{name.index}</mn>" if name.index.isdigit() else f"<mi>{escape(name.index)}</mi>"
    )
    if name.is_updated:
        return f"<msubsup>{stem}{index or '<mrow></mrow>'}<mo>+</mo></msubsup>"
    return f"<msub>{stem}{index}</msub>" if index else stem
