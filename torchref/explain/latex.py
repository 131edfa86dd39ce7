"""LaTeX: a derivation as a whole document; pdflatex sets the English one, xelatex the Chinese one."""

from collections.abc import Iterable, Iterator

from torchref.explain.chain import by_stage
from torchref.explain.markdown import aligned, rules
from torchref.explain.record import Derivation, Quantity, Stage
from torchref.explain.tex import Tex
from torchref.explain.words import PHRASES, STAGES, reason, say, summary, title

# One size fits all of a document's formulas but the widest fraction, a softmax over many outputs.
PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
%s
\usepackage{amsmath}
\usepackage[margin=22mm]{geometry}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\begin{document}
"""

# Characters of titles and sources other than Latin ones need the second.
LATIN = r"\usepackage[utf8]{inputenc}"
CHINESE = r"""% !TeX program = xelatex
\IfFileExists{ctex.sty}{\usepackage[UTF8]{ctex}}{%
  \usepackage{fontspec}
  \IfFontExistsTF{Noto Serif CJK SC}{\setmainfont{Noto Serif CJK SC}}{%
    \IfFontExistsTF{SimSun}{\setmainfont{SimSun}}{\setmainfont{Songti SC}}}
  \XeTeXlinebreaklocale "zh"
  \XeTeXlinebreakskip = 0pt plus 1pt
}"""

ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
ESCAPES |= {c: f"\\{c}" for c in "#$%&_{}"}
SIGNS = {"η": r"$\eta$", "λ": r"$\lambda$", "½": r"$\frac12$", "≈": r"$\approx$", "∂": r"$\partial$"}


def latex(
    derivation: Derivation, quantities: Iterable[Quantity], digits: int = 9, language: str = "en", heading: str = ""
) -> str:
    """The whole document; `heading` instead of the title."""
    tex, head = Tex(digits), heading or title(derivation, language)
    shown = head if heading else head + derivation.source
    is_latin = language == "en" and all(c < "ɐ" or c in SIGNS for c in shown)
    parts = [PREAMBLE % (LATIN if is_latin else CHINESE), rf"\section*{{{escape(head)}}}"]
    if not heading:
        parts.append(escape(summary(derivation, language)) + r"\par")
        parts += [escape(say(PHRASES["source"], language, source=derivation.source)) + r"\par"] * bool(
            derivation.source
        )
        parts.append(escape(say(PHRASES["rounded"], language, digits=digits)))
        parts.append(rf"\subsection*{{{escape(say(PHRASES['rules'], language))}}}")
        parts += [_block(rule) for rule in rules(derivation, tex)]
    for stage, group in by_stage(quantities):
        parts.append(rf"\subsection*{{{say(STAGES[stage], language)}}}")
        parts += _equations(stage, group, tex, language)
    return "\n".join(parts) + "\n\\end{document}\n"


def escape(text: str) -> str:
    """Text that LaTeX sets as it stands."""
    return "".join(ESCAPES.get(c, SIGNS.get(c, c)) for c in text if c.isprintable())


def _equations(stage: Stage, quantities: Iterable[Quantity], tex: Tex, language: str) -> Iterator[str]:
    last = ""
    for quantity in quantities:
        why = reason(quantity, language)
        if why != last and stage not in (Stage.GIVEN, Stage.UPDATE):
            yield f"{escape(why)}:"
        last = why
        yield _block(aligned(quantity, tex))


def _block(inner: str) -> str:
    return f"\\begin{{align*}}\n{inner}\n\\end{{align*}}"
