"""Cursor: a place in a text that is read from left to right: the tokens there, and names with their subscripts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from torchref.worksheets import bounds
from torchref.worksheets.spelling import SpellingError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<command>\\[A-Za-z]+)"
    r"|(?P<word>f'?\(x\)|[A-Za-zηδσθαε]\w*'?)|(?P<sign>[-+*/^(){}\[\]|,'∂_]))"
)
_NEW = re.compile(r"\s*\^\s*(?:\{\s*|\(\s*)?(?:\+|new|neu|')(?![\w.(])(?:\s*[)}])?")
# w5+ with nothing between, and then no further operand: the updated w5, and no sum.
_PLUS = re.compile(r"\+(?=\s*(?:$|[=)}\]*/^,:]|[-+](?!\d)\s)|\s+[-+])")


class Cursor:
    """A place in a text, which moves on as the text is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.bars = 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level further in; raises SpellingError where that is too deep."""
        self.depth += 1
        if self.depth > bounds.DEEPEST:
            raise SpellingError(
                f"it must be at most {bounds.DEEPEST} brackets deep (got more)", f"括号嵌套最多 {bounds.DEEPEST} 层"
            )
        yield
        self.depth -= 1

    def rest(self) -> str:
        """What is still to be read."""
        return self.text[self.place :].lstrip()

    def peek(self) -> tuple[str, str]:
        """The kind and the text of what comes next; ("", "") at the end."""
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            if self.rest():
                raise self.unexpected()
            return "", ""
        kind = str(found.lastgroup)
        return kind, found[kind]

    def take(self) -> str:
        """Moves past the next token, and gives it."""
        found = _TOKEN.match(self.text, self.place)
        assert found is not None
        self.place = found.end()
        return str(found[str(found.lastgroup)])

    def has(self, sign: str) -> bool:
        """Moves past a sign if it comes next."""
        if self.peek() != ("sign", sign):
            return False
        self.take()
        return True

    def unexpected(self) -> SpellingError:
        """The error for what stands here."""
        rest = self.rest()
        if not rest:
            return SpellingError("something is missing at its end", "末尾缺少内容")
        shown = rest if len(rest) <= 20 else rest[:20] + "…"
        return SpellingError(f"it cannot be read from {shown!r} on", f"从 {shown!r} 起无法读懂")

    def name(self) -> str:
        """A name with its subscripts and its mark of being updated: w5+, w_5^{new}, out_{h1}'."""
        if self.has("{") or self.has("("):
            with self.deeper():
                inner = self.name()
            if not (self.has("}") or self.has(")")):
                raise self.unexpected()
            return inner
        if self.peek()[0] != "word":
            raise self.unexpected()
        word = self.take()
        while word.endswith("_") or self.text[self.place : self.place + 1] == "_":
            word = word.rstrip("_") + "_" + self.subscript()
        if word.endswith("'"):
            return word[:-1] + "+"
        found = _NEW.match(self.text, self.place) or _PLUS.match(self.text, self.place)
        if found or self.text[self.place : self.place + 1] == "'":
            self.place = found.end() if found else self.place + 1
            return word + "+"
        return word

    def subscript(self) -> str:
        """What belongs to a name below the line: _h1 or _{h1}."""
        self.has("_")
        if self.text[self.place : self.place + 1] == "{":
            end = self.text.find("}", self.place)
            inside = self.text[self.place + 1 : end].strip() if end > 0 else ""
            if not re.fullmatch(r"[\w,+ -]+", inside):
                raise self.unexpected()
            self.place = end + 1
            return re.sub(r"[\s,]", "", inside)
        found = re.compile(r"\w+").match(self.text, self.place)
        if found is None:
            raise self.unexpected()
        self.place = found.end()
        return found[0]
