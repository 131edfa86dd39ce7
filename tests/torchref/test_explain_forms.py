"""The forms of a derivation: terminal, Markdown, LaTeX that compiles; the command, and what it does with bad input."""

import re
import shutil
import subprocess
import sys
import time

import pytest

from tests.torchref.command import run
from tests.torchref.explained import nth
from torchref.case_file import CaseFile, named_case, named_case_file, write_case
from torchref.explain.derive import explain
from torchref.explain.latex import latex
from torchref.explain.markdown import markdown
from torchref.explain.present import Request, present, selected
from torchref.explain.words import KINDS, REASONS, reason
from torchref.random_cases import Limits

FORMS = ("terminal", "markdown", "latex", "html")


def compile_tex(folder, text, program):
    """Runs TeX on a document; its log if it failed."""
    (folder / "a.tex").write_text(text, encoding="utf-8")
    command = [program, "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    log = (folder / "a.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    assert (folder / "a.pdf").stat().st_size > 10_000
    return log


def needs(program, package):
    if not shutil.which(program) or not shutil.which("kpsewhich"):
        pytest.skip(f"needs {program} (Debian: texlive-latex-base, texlive-xetex)")
    if subprocess.run(["kpsewhich", package], capture_output=True, check=False).returncode:
        pytest.skip(f"needs {package} (Debian: texlive-latex-base, texlive-xetex)")


@pytest.mark.parametrize("number", [None, 4, 16, 26, 40])
def test_the_latex_compiles_and_nothing_sticks_out_of_the_page(tmp_path, number):
    needs("pdflatex", "amsmath.sty")
    about = named_case_file("document") if number is None else nth(3, number, Limits(4, 4, 1))
    derivation = explain(about, "A & B: 100% of #1, C:\\x_y^z {~} η")
    log = compile_tex(tmp_path, present(derivation, Request(), "latex"), "pdflatex")
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert all(points < 60 for points in wide), wide  # the margin is 62 pt


def test_the_chinese_latex_compiles(tmp_path):
    needs("xelatex", "fontspec.sty")
    if not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout:
        pytest.skip("needs a Chinese font (Debian: fonts-noto-cjk)")
    derivation = explain(named_case_file("document"))
    log = compile_tex(tmp_path, latex(derivation, *selected(derivation, Request("w1"))[:1], language="zh"), "xelatex")
    assert "Missing character" not in log


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_in_both_languages(capsys, monkeypatch, tmp_path, form, language):
    ending = {"terminal": "txt", "markdown": "md", "latex": "tex", "html": "html"}[form]
    file = tmp_path / f"a.{ending}"
    outcome = run(capsys, monkeypatch, "explain", "mazur", "--language", language, "--output", file)
    assert (outcome.code, outcome.err) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert {"en": "Backward", "zh": "反向传播"}[language] in text
    assert "0.000438567" in text  # Mazur's ∂E/∂w1, 0.000438567724…


def test_the_terminal_s_is_readable_at_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    outcome = run(capsys, monkeypatch, "explain")
    assert outcome.code == 0
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert "out_h1 = 1 / (1 + e^(-l_h1))" in outcome.out


def test_one_quantity_and_its_digits(capsys, monkeypatch):
    outcome = run(capsys, monkeypatch, "explain", "--quantity", "dE/dw5", "--digits", "5")
    assert outcome.out.splitlines()[0] == "The chain of ∂E_total/∂w5"
    assert "≈ -0.018375\n" in outcome.out
    assert "h1 = 1 /" not in outcome.out


def test_the_document_is_explained_at_once_and_without_torch():
    code = (
        "import sys, time; sys.argv = ['torchref', 'explain']\n"
        "from torchref.cli import main\n"
        "try: main()\n"
        "finally: print(time.process_time(), 'torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, has_torch = done.stderr.split()
    assert has_torch == "False"
    assert float(seconds) < 2  # 0.6 on the machine this was written on, which shared its two cores


def test_markdown_s_formulas_stand_between_dollars_and_its_text_is_escaped():
    derivation = explain(CaseFile(named_case("document"), "a *b* <script>\n# c", "", "[x](y)"))
    text = markdown(derivation, selected(derivation, Request())[0])
    assert text.count("$$") % 2 == 0
    assert text.startswith("# a \\*b\\* \\<script\\> \\# c\n")
    assert "\\[x\\](y)" in text
    assert r"\frac{\partial E_{\mathrm{total}}}{\partial w_{5}} &= " in text


def test_every_kind_and_reason_has_its_words():
    from torchref.explain import definitions

    kinds = {*definitions.ACTIVATIONS, *definitions.ELEMENTS, *definitions.ROWS, *definitions.UPDATES}
    assert kinds <= set(KINDS)
    for number in range(0, 60, 2):
        case = nth(3, number, Limits(4, 4, 1))
        for quantity in explain(named_case("document") if case.loss.domain[0] == 0 else case).quantities.values():
            assert quantity.why.split()[0] in REASONS
            assert reason(quantity, "en") != reason(quantity, "zh")


def bad_files(folder):
    (folder / "binary.toml").write_bytes(bytes(range(256)))
    (folder / "large.toml").write_bytes(b"# " + b"x" * 10_000_000)
    text = write_case(named_case("document"))
    (folder / "nan.toml").write_text(text.replace("0.05", "nan"))
    (folder / "twice.toml").write_text(text + "\nx = [1, 2]\n")
    (folder / "huge.toml").write_text(text.replace("[2, 2, 2]", "[2, 1000, 2]"))
    (folder / "python.toml").write_text(text.replace("0.05", "\"__import__('os')\""))
    text = text.replace("half_squared_error", "binary_cross_entropy")
    (folder / "infinite.toml").write_text(text.replace("0.25", "1e5"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["documnet"], "did you mean 'document'?"),
        (["missing.toml"], "must be a readable file"),
        (["binary.toml"], "must be text in UTF-8"),
        (["large.toml"], "must be at most 100000 bytes"),
        (["nan.toml"], "must be a finite number (got nan)"),
        (["twice.toml"], "must be valid TOML (got Cannot overwrite a value"),
        (["huge.toml"], "must be a network of at most 500 weights and biases (got 5002)"),
        (["python.toml"], "weights[0][0][0] must be a number"),
        (["infinite.toml"], "must be finite (got Infinity)"),
        (["--quantity", "w9"], "did you mean 'w8'?"),
        (["--quantity", "__import__('os')"], "quantity must be one of the case's"),
        (["--digits", "0"], "--digits"),
        (["--format", "pdf"], "--format"),
        (["--output", "missing/a.md"], "--output must be a file that can be written"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_exit_2(capsys, monkeypatch, tmp_path, arguments, message):
    monkeypatch.chdir(tmp_path)
    bad_files(tmp_path)
    start = time.perf_counter()
    outcome = run(capsys, monkeypatch, "explain", *arguments)
    assert time.perf_counter() - start < 5
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert message in outcome.err
