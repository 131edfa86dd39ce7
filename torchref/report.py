"""Report: everything that was found about one implementation, as a plain record that renderers read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from torchref import verdict
from torchref.diagnosis import Finding
from torchref.steps import StepVerdict
from torchref.verdict import Verdict


@dataclass(frozen=True)
class Note:
    """Something to say beside the verdicts, in both languages.

    kind       convention, reading, witness, vacuity, calls, crash, or shape
    excuses    the quantities whose difference it explains as a convention, which then are no errors
    """

    kind: str
    english: str
    chinese: str
    excuses: tuple[str, ...] = ()

    def sentence(self, language: str = "en") -> str:
        """The note, in a language."""
        return self.chinese if language == "zh" else self.english


@dataclass(frozen=True)
class Report:
    """The verdict on every quantity, the roots with their readings, and notes.

    title      what was checked
    steps      every quantity, in the order in which they are computed; MISSING where it was not handed over
    findings   the steps that are themselves at fault
    notes      what else is to be said
    crashed    why there is nothing to judge, if there is not
    end_to_end   to how many digits each quantity is what right code would have got from the start
    """

    title: str
    steps: tuple[StepVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    crashed: str = ""
    end_to_end: Mapping[str, float] = field(default_factory=dict)

    @property
    def excused(self) -> frozenset[str]:
        """The quantities whose difference is a convention."""
        return frozenset(name for note in self.notes for name in note.excuses)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that no convention excuses."""
        return tuple(f for f in self.findings if f.step.name not in self.excused)

    @property
    def judged(self) -> tuple[StepVerdict, ...]:
        """The quantities that were handed over and could be judged."""
        return tuple(s for s in self.steps if s.verdict not in (Verdict.MISSING, Verdict.NOT_JUDGED))

    @property
    def verdict(self) -> Verdict:
        """AGREES, DIFFERS, or NOT_JUDGED where nothing could be."""
        if self.crashed or not self.judged:
            return Verdict.NOT_JUDGED
        return Verdict.DIFFERS if self.errors else Verdict.AGREES

    @property
    def ok(self) -> bool:
        """Whether all that was judged agrees, conventions aside."""
        return self.verdict is Verdict.AGREES

    @property
    def exit_code(self) -> int:
        """0 agrees, 1 differs, 3 not judged."""
        codes = {Verdict.AGREES: verdict.AGREES, Verdict.DIFFERS: verdict.DIFFERS}
        return codes.get(self.verdict, verdict.NOT_JUDGED)

    def with_notes(self, *notes: Note) -> "Report":
        """The report with more notes."""
        return replace(self, notes=self.notes + notes)

    def __str__(self) -> str:
        from torchref.render.report import report_text

        return report_text(self)

    def _repr_html_(self) -> str:
        from torchref.render.report import report_html

        return report_html(self)
