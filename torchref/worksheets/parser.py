r"""Parser: one side of an equals sign as an expression. Recursive descent over what spelling.plain gives; never eval.

sum      = product { (+|-) product }
product  = factor { (*|/| ) factor }            a factor that follows another is multiplied
factor   = (+|-) factor | primary [ ^ exponent ]
primary  = number | name | (sum) | {sum} | [sum] | "|"sum"|" | \frac{sum}{sum} | function primary
"""

from decimal import Decimal

from torchref.worksheets import bounds
from torchref.worksheets.cursor import Cursor
from torchref.worksheets.expression import Call, Expression, Name, Number, Power, Product, Sum, negative, whole
from torchref.worksheets.spelling import SpellingError, plain

_FUNCTIONS = {"exp": "exp", "ln": "ln", "log": "ln", "sqrt": "sqrt", "abs": "abs", "sign": "sign", "relu": "relu"}
_FUNCTIONS |= {"tanh": "tanh", "sigmoid": "sigmoid", "σ": "sigmoid", "max": "relu"}
_CLOSING = {"(": ")", "{": "}", "[": "]", "|": "|"}


def parse(text: str) -> Expression:
    """The expression that a text says.

    Raises    SpellingError, with its reason in both languages, if it says none or one that is too deep or too long
    """
    if len(text) > bounds.MOST_CHARACTERS:
        raise SpellingError(
            f"an equation must have at most {bounds.MOST_CHARACTERS} characters (got more)",
            f"一个等式最多 {bounds.MOST_CHARACTERS} 个字符",
        )
    return _Parser(plain(text).rstrip(" .,;\n")).whole()


class _Parser(Cursor):
    """Reads an expression, each method one rule of the grammar."""

    def whole(self) -> Expression:
        result = self.sum()
        if self.rest():
            raise self.unexpected()
        return result

    def sum(self) -> Expression:
        terms = [(False, self.product())]
        while self.peek() in (("sign", "+"), ("sign", "-")):
            terms.append((self.take() == "-", self.product()))
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms))

    def product(self) -> Expression:
        factors = [(False, self.factor())]
        while True:
            kind, text = self.peek()
            if kind == "sign" and text in "*/":
                factors.append((self.take() == "/", self.factor()))
            elif self._starts_a_factor(kind, text):
                factors.append((False, self.factor()))
            else:
                return factors[0][1] if len(factors) == 1 else Product(tuple(factors))

    def _starts_a_factor(self, kind: str, text: str) -> bool:
        """Whether what comes next is multiplied without a sign: 2x, out (1 - out), but no number after a number."""
        if kind == "number":
            return self.text[: self.place].rstrip()[-1:] in (")", "}", "]")
        return kind in ("word", "command") or (kind == "sign" and (text in "({[∂" or (text == "|" and not self.bars)))

    def factor(self) -> Expression:
        signs = 0
        while self.peek() in (("sign", "+"), ("sign", "-")):
            signs += self.take() == "-"
        result = self.primary()
        if self.has("^"):
            result = self.power(result)
        return negative(result) if signs % 2 else result

    def power(self, base: Expression) -> Expression:
        with self.deeper():
            exponent = self.factor()
        return Call("exp", exponent) if base == Name("e") else Power(base, exponent)

    def primary(self) -> Expression:
        with self.deeper():
            return self.inner()

    def inner(self) -> Expression:
        kind, text = self.peek()
        if kind == "number":
            return number(self.take())
        if kind == "word":
            return self.word()
        if kind == "command":
            return self.command()
        if text in _CLOSING and text:
            return self.bracket()
        if text == "∂":
            return self.derivative()
        raise self.unexpected()

    def bracket(self) -> Expression:
        opening = self.take()
        self.bars += opening == "|"
        inside = self.sum()
        self.bars -= opening == "|"
        if not self.has(_CLOSING[opening]):
            raise self.unexpected()
        return Call("abs", inside) if opening == "|" else inside

    def command(self) -> Expression:
        if self.take() != "\\frac":
            raise SpellingError("a TeX command in it is not known", "其中有无法识别的 TeX 命令")
        above, below = self.argument(), self.argument()
        if isinstance(above, Name) and isinstance(below, Name):
            of, by = above.text, below.text
            if of.startswith("∂") and by.startswith("∂"):
                return Name(f"{of}/{by}")
            if of[0] == by[0] == "d" and len(of) > 1 < len(by):
                return Name(f"∂{of[1:]}/∂{by[1:]}")
        return Product(((False, above), (True, below)))

    def argument(self) -> Expression:
        r"""An argument of a command: a group, or one character, as in \frac12."""
        kind, text = self.peek()
        if kind == "number" and len(text) > 1 and text.isdigit():
            self.place = self.text.index(text, self.place) + 1
            return number(text[0])
        return self.primary()

    def word(self) -> Expression:
        word = self.name()
        if word == "sum":
            if self.peek()[1] in ("_", "^"):
                raise SpellingError("a sum with limits is not worked out", "带上下限的求和不作计算")
            return self.primary()
        if word in _FUNCTIONS and self.peek()[1] not in ("", "+", "-", "*", "/", ")"):
            return self.call(_FUNCTIONS[word])
        if word == "e" and self.peek() != ("sign", "^"):
            return Call("exp", whole(1))
        return Name(word)

    def call(self, function: str) -> Expression:
        return Call(function, self.maximum() if function == "relu" else self.primary())

    def maximum(self) -> Expression:
        """What follows max: (0, z) or (z, 0); or what follows relu: (z)."""
        if not self.has("("):
            return self.primary()
        one = self.sum()
        if self.has(","):
            other = self.sum()
            zero = whole(0)
            if getattr(one, "value", None) == zero.value:
                one = other
            elif getattr(other, "value", None) != zero.value:
                raise SpellingError("max is understood of 0 and one other number", "max 只支持 0 与另一个数")
        if not self.has(")"):
            raise self.unexpected()
        return one

    def derivative(self) -> Expression:
        """∂A/∂B, or ∂A alone above or below a line of a fraction."""
        self.take()
        of = self.name()
        before = self.place
        if self.has("/") and self.has("∂"):
            return Name(f"∂{of}/∂{self.name()}")
        self.place = before
        return Name(f"∂{of}")


def number(text: str) -> Number:
    """A number as it is written.

    Raises    SpellingError if it has too many digits, or an exponent that is too large
    """
    figures, _, exponent = text.lower().partition("e")
    if len(figures) > bounds.MOST_DIGITS:
        raise SpellingError(
            f"a number must have at most {bounds.MOST_DIGITS} digits (got {len(figures)})",
            f"一个数最多 {bounds.MOST_DIGITS} 位（得到 {len(figures)} 位）",
        )
    power = exponent.lstrip("+-0")
    if len(power) > 4 or int(power or 0) > bounds.LARGEST_EXPONENT:
        raise SpellingError(
            f"an exponent must be at most {bounds.LARGEST_EXPONENT} (got {text[:20]})",
            f"指数最大为 {bounds.LARGEST_EXPONENT}（得到 {text[:20]}）",
        )
    decimals = len(figures.partition(".")[2])
    unit = Decimal(1).scaleb(int(exponent or 0) - decimals)
    return Number(Decimal(text), unit, text.lower())
