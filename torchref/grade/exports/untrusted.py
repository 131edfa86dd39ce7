"""Untrusted: text that a student may have written, made harmless for the place that it lands in."""

import re

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # spreadsheets read the wide ones as formulas, too
CUT = "\n[…]\n"

# Controls but tab and line feed; lone surrogates and non-characters, which UTF-8 and XML do not have; and the marks
# that turn the direction of text, which make it read otherwise than it is.
_NO_TEXT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\ufeff]"
)


def plain(text: str) -> str:
    """The text without what is none: control characters, lone surrogates, marks of direction. Lines end in a feed."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text as one line: every run of white space is a space."""
    return " ".join(plain(text).split())


def csv_text(text: str) -> str:
    """A cell that a spreadsheet shows and never computes: what looks like a formula gets an apostrophe before it."""
    kept = plain(text)
    risky = text.startswith(FORMULA) or kept.lstrip().startswith(FORMULA)
    return "'" + kept if risky else kept


def capped(text: str, limit: int) -> str:
    """The text in at most `limit` characters; what is too long is cut in the middle."""
    if len(text) <= limit:
        return text
    head = (limit - len(CUT)) // 2
    return text[:head] + CUT + text[len(text) - (limit - len(CUT) - head) :]
