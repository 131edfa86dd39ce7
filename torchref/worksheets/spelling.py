r"""Spelling: the many ways to write one formula (TeX, Unicode, full-width forms, plain text) brought to one.

×, ·, \times and \cdot become *, − becomes -, ² becomes ^(2), ½ becomes (1/2), \left( becomes (. What is no
letter or sign that names and formulas use is refused by its name, so that nothing hides in a line.
"""

import re
import unicodedata

from torchref.grade.record import Text

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans(
    _FULL_WIDTH
    | {ord(c): "*" for c in "×⋅·∙∗✕・"}
    | {ord(c): "/" for c in "÷∕⁄"}
    | {ord(c): "-" for c in "−–‒﹣"}
    | {ord(c): str(i) for i, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
    | {
        ord("½"): "(1/2)",
        ord("¼"): "(1/4)",
        ord("¾"): "(3/4)",
        ord("√"): " sqrt ",
        ord("∑"): " sum ",
        ord("Σ"): " sum ",
    }
    | {ord(c): "'" for c in "′’ʹ"}
    | {ord(c): " " for c in "\u00a0\u2009\u202f\u3000\t"}
    | {ord("ŷ"): "yhat", ord("。"): " ", ord("，"): ",", ord("ϵ"): "ε", ord("∞"): " infinity "}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")

_COMMANDS = {
    **dict.fromkeys(("times", "cdot", "ast", "bullet", "odot"), "*"),
    **dict.fromkeys(("div",), "/"),
    **dict.fromkeys(
        ("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "displaystyle"), " "
    ),
    **dict.fromkeys(("quad", "qquad", "limits", "nolimits", "hfill", "tag"), " "),
    **dict.fromkeys(("dfrac", "tfrac", "cfrac"), "\\frac"),
    **dict.fromkeys(("exp", "ln", "log", "tanh", "sqrt", "sum"), None),
    "partial": "∂",
    "eta": "η",
    "delta": "δ",
    "sigma": "σ",
    "theta": "θ",
    "prime": "'",
    "lvert": "|",
    "rvert": "|",
    "alpha": "α",
    "mathrm": "",
    "mathit": "",
    "operatorname": "",
    "text": "",
    "textrm": "",
    "lbrace": "(",
    "rbrace": ")",
}
_COMMAND = re.compile(r"\\([A-Za-z]+)|\\([,;:!>{}%&_ ])")
_WORDS = re.compile(r"\\(?:text|textrm|mbox|mathrm|textbf|mathbf|mathit|operatorname)\s*\{([^{}]*)\}")
_IS_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_D_BY_D = re.compile(r"(?<![\w∂])d\s?([A-Za-z]\w*(?:\{\w*\})?)\s*/\s*d\s?\(?([A-Za-z]\w*(?:\{\w*\})?)")
_HAT = re.compile(r"\\hat\s*\{?\s*([A-Za-z])\s*\}?")
_DOTS = re.compile(r"…|\.\.\.+|\\(?:l|c)?dots(?:b|c)?")

# Letters of other scripts than Latin that names and formulas use.
_LETTERS = "∂ηδσθαε"


class SpellingError(ValueError):
    """A line cannot be read as a formula; `reason` says why in both languages."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.reason = Text(english, chinese)


def plain(text: str) -> str:
    r"""The text in one spelling: names, numbers, + - * / ^ ( ) { } | ', and the commands \frac and its like.

    Raises    SpellingError if it holds a character that no formula holds
    """
    text = _WORDS.sub(lambda found: found[1] if _IS_WORD.match(found[1].strip()) else " ", text)
    text = _RAISED_RUN.sub(lambda found: f"^({found[0].translate(_RAISED)})", text.translate(_SIGNS))
    text = _HAT.sub(r"\1hat", _DOTS.sub(" ", text))
    text = _COMMAND.sub(_command, text).replace("**", "^").replace("&", " ")
    for character in text:
        _check(character)
    return _D_BY_D.sub(r"∂\1/∂\2", text)


def _command(found: re.Match[str]) -> str:
    if found[2] is not None:
        return {"{": "(", "}": ")", "_": "_"}.get(found[2], " ")
    word = found[1]
    if word not in _COMMANDS:
        return f"\\{word} "
    known = _COMMANDS[word]
    return f" {word} " if known is None else f"{known} " if known.startswith("\\") else known or " "


def _check(character: str) -> None:
    if (character.isascii() and (character.isprintable() or character == "\n")) or character in _LETTERS:
        return
    if character.isdigit() or unicodedata.category(character) == "Nd":
        raise SpellingError(
            f"a digit must be one of 0 to 9 (got {character!r}, {unicodedata.name(character, 'unnamed').lower()})",
            f"数字须为 0 到 9（得到 {character!r}）",
        )
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "no character").lower()
    raise SpellingError(f"a formula holds no {code} ({name})", f"公式中不应有字符 {code}（{name}）")
