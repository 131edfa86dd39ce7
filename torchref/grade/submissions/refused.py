"""Refused: what is raised, inside this package alone, by something in a submission that cannot be used."""

from torchref.grade.record import Text


class Refused(Exception):  # noqa: N818  it is the student's outcome, no error of ours
    """Why not, in both languages; `is_open` as in Unusable."""

    def __init__(self, text: Text, is_open: bool = False) -> None:
        super().__init__(text.english)
        self.text, self.is_open = text, is_open


def refused(what: str, english: tuple[str, str], chinese: tuple[str, str], is_open: bool = False) -> Refused:
    """The refusal '{what} must be {expected} (got {got})', given as (expected, got) in both languages."""
    expected, got = english
    expected_chinese, got_chinese = chinese
    said = Text(f"{what} must be {expected} (got {got})", f"{what} 必须是{expected_chinese}(实际:{got_chinese})")
    return Refused(said, is_open)
