"""TeX: formulas as LaTeX and KaTeX read them."""

from torchref.explain.digits import Digits
from torchref.explain.notation import Notation
from torchref.explain.symbol_parts import GREEK, DerivativeName, Name, take_apart

CALLS = {
    "exp": "e^{{{}}}",
    "ln": r"\ln\left({}\right)",
    "tanh": r"\tanh\left({}\right)",
    "abs": r"\left|{}\right|",
    "sign": r"\operatorname{{sign}}\left({}\right)",
}


class Tex(Notation):
    """The inside of a formula between dollar signs."""

    def number(self, number: Digits) -> str:
        r"""-0.0184, or 1.84 \times 10^{-9}."""
        sign = "-" if number.is_negative else ""
        return sign + number.digits + (rf" \times 10^{{{number.power}}}" if number.power else "")

    def symbol(self, name: str) -> str:
        r"""out_{h1}, or \frac{\partial E_{total}}{\partial w_5}."""
        parts = take_apart(name)
        if isinstance(parts, DerivativeName):
            return rf"\frac{{\partial {_name(parts.of)}}}{{\partial {_name(parts.by)}}}"
        return _name(parts)

    def times(self, factor: str) -> str:
        r"""\cdot factor."""
        return rf"\cdot {factor}"

    def sign(self, sign: str, term: str, is_first: bool) -> str:
        """- term."""
        return f"{sign}{term}" if is_first else f"{sign} {term}"

    def brackets(self, inner: str) -> str:
        r"""\left(inner\right)."""
        return rf"\left({inner}\right)"

    def fraction(self, top: str, bottom: str) -> str:
        r"""\frac{top}{bottom}."""
        return rf"\frac{{{top}}}{{{bottom}}}"

    def power(self, base: str, exponent: int) -> str:
        """Base^{2}."""
        return f"{base}^{{{exponent}}}"

    def call(self, function: str, argument: str) -> str:
        r"""e^{argument}, \ln\left(argument\right)."""
        return CALLS[function].format(argument)

    def cases(self, condition: tuple[str, str], then: str, other: str) -> str:
        """A brace with two lines."""
        above, below = f"{condition[0]} > {condition[1]}", rf"{condition[0]} \le {condition[1]}"
        return rf"\begin{{cases}} {then} & {above} \\ {other} & {below} \end{{cases}}"


def _name(name: Name) -> str:
    stem = rf"\mathrm{{{name.stem}}}" if name.is_word else f"\\{GREEK[name.stem]}" if name.stem in GREEK else name.stem
    index = name.index if name.index.isdigit() else rf"\mathrm{{{name.index}}}"
    return stem + (f"_{{{index}}}" if name.index else "") + ("^{+}" if name.is_updated else "")
