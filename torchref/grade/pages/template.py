"""Template: HTML files of this package, filled in. What is filled in is escaped; no page asks a network for more."""

from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from torchref.grade.exports.mark import number
from torchref.grade.exports.untrusted import one_line, plain
from torchref.grade.exports.words import STATUSES, STEPS, VERDICTS, step_mark, word
from torchref.grade.pages.phrases import PHRASES
from torchref.grade.record import NOT_JUDGED, PARTLY_RIGHT, RIGHT, WRONG

CLASSES = {RIGHT: "right", PARTLY_RIGHT: "partly", WRONG: "wrong", NOT_JUDGED: "open"}
STEP_CLASSES = {"agrees": "right", "consistent": "partly", "missing": "open", "not judged": "open"}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("torchref.grade.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "plain": plain, "one_line": one_line, "share": _share}
    environment.globals |= {"classes": CLASSES, "step_classes": STEP_CLASSES, "step_mark": step_mark}
    return environment


def template(name: str, language: str) -> Template:
    """A template of this package, which speaks a language: en or zh."""
    said: dict[str, Callable[[str], str] | str] = {
        "language": "zh" if language == "zh" else "en",
        "say": lambda phrase: PHRASES[phrase].say(language),
        "verdict_word": lambda verdict: word(VERDICTS, verdict, language),
        "status_word": lambda status: word(STATUSES, status, language),
        "step_word": lambda verdict: word(STEPS, verdict, language),
    }
    return _environment().get_template(name, globals=said)


def script(name: str) -> tuple[str, str]:
    """A script of this package, and the hash by which a page's policy allows it and no other."""
    text = _environment().get_template(name).render()
    return text, "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _share(part: float, whole: float) -> str:
    """A part of a whole in percent, between 0 and 100, as CSS takes it."""
    return number(round(min(max(part / whole, 0.0), 1.0) * 100, 2)) if whole else "0"
