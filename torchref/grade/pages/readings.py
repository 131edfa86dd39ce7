"""Readings: the name that a hint gives to a mistake, as a sentence of the catalogue.

Such a name is one mistake's; or several at once, joined by " + ", with a factor such as "× ½" on top; or more than one
reading of the same number, joined by " / ".
"""

import re

from torchref.grade.exports.untrusted import one_line
from torchref.grade.record import NOTHING, Text
from torchref.mistakes import MISTAKES

OR, AND, FACTOR = " / ", " + ", "× "


def grouped(name: str) -> str:
    """The name under which a class is counted: × 1/N = 1/5 and × 1/N = 1/8 are one mistake."""
    return re.sub(r" = \S+", "", name)


def sentence(name: str, otherwise: Text) -> Text:
    """The catalogue's sentence, or another one if the catalogue lacks any part of it."""
    readings = [[_part(part) for part in reading.split(AND)] for reading in name.split(OR)]
    parts = [[part for part in reading if part] for reading in readings]
    if [len(reading) for reading in parts] != [len(reading) for reading in readings]:
        return Text(one_line(otherwise.english), one_line(otherwise.chinese))
    english = dict.fromkeys("; and ".join(part.english for part in reading) for reading in parts)
    chinese = dict.fromkeys("；".join(part.chinese for part in reading) for reading in parts)
    return Text("; or ".join(english), "；或者".join(chinese))


def look(name: str) -> Text:
    """What to look at for the first reading's first mistake."""
    first = name.split(OR)[0].split(AND)[0]
    return Text(MISTAKES[first].look, MISTAKES[first].look_chinese) if first in MISTAKES else NOTHING


def _part(name: str) -> Text | None:
    """A mistake's sentence, or a factor's. The catalogue leaves a place for the kind of layer; a class has several."""
    if name.startswith(FACTOR):
        factor = name.removeprefix(FACTOR)
        return Text(f"it is {factor} times the answer", f"是答案的 {factor} 倍")
    if name not in MISTAKES:
        return None
    return Text(MISTAKES[name].english.format(kind="the layer"), MISTAKES[name].chinese.format(kind="该层"))
