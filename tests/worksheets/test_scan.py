"""Scanning: equations are found in plain lines, lists, tables, CSV and TeX, each with its line; text is passed over."""

import pytest

from tests.worksheets.papers import check
from torchref.worksheets.scan import scan


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("l_h1 = 0.385", [("l_h1", "0.385")]),
        ("- l_h1 = 0.05*0.10 + 0.35 = 0.355", [("l_h1", "0.05*0.10 + 0.35", "0.355")]),
        ("3. **w5+** = 0.268 (new)", [("w5+", "0.268")]),
        ("> `out_h1` ≈ 0.595", [("out_h1", "0.595")]),
        ("the hidden neuron: out_h1 = 0.595", [("out_h1", "0.595")]),
        ("so we get out_h1 = 0.595 and go on", [("out_h1", "0.595")]),
        ("隐藏层第一个节点输出：out_h1＝0.595，见图 7", [("out_h1", "0.595")]),
        ("l_h1 = 0.385, l_h2 = 0.4", [("l_h1", "0.385"), ("l_h2", "0.4")]),
        ("l_h1 := 0.385  # by hand", [("l_h1", "0.385")]),
        ("$l_{h1} = 0.385$ and $l_{h2} \\approx 0.4$", [("l_{h1}", "0.385"), ("l_{h2}", "0.4")]),
        ("\\(l_{h1} = 0.385\\)", [("l_{h1}", "0.385")]),
        ("\\[l_{h1} = 0.385\\]", [("l_{h1}", "0.385")]),
        ("$\\sum_{i=1}^n x_i$ is a sum", []),
        ("it cost $5", []),
        ("no equation here", []),
        ("", []),
    ],
)
def test_the_equations_of_a_line(line, parts):
    assert [equation.parts for equation in scan(line).equations] == parts


def test_rows_of_an_aligned_formula_are_one_chain_with_a_line_each():
    rows = "l_{h1} &= 0.05 \\times 0.10 + 0.38 \\\\\n &= 0.385 \\\\\nE &= 0.1\n"
    first, second = scan(f"text\n\\begin{{align}}\n{rows}\\end{{align}}\n").equations
    assert first.parts == ("l_{h1}", "0.05 \\times 0.10 + 0.38", "0.385")
    assert first.lines == (3, 3, 4)
    assert (second.parts, second.line) == (("E", "0.1"), 5)


def test_a_markdown_table_and_csv_hold_the_same():
    table = "| quantity | value | note |\n|---|---:|---|\n| l_h1 | 0.385 | a |\n| w2+ | ____ | b |\n"
    for text, suffix in (
        (table, ".md"),
        ("note;name;value\na;l_h1;0.385\nb;w2+;\n", ".csv"),
        ("l_h1\t0.385\nw2+\t\n", ".csv"),
    ):
        assert [str(sign.judgement) for sign in check(text, suffix=suffix).signs] == ["right", "left blank"]


def test_a_whole_tex_file_is_read_by_its_formulas_alone():
    text = (
        "\\documentclass[a=b]{article}\n\\begin{document}\nkey = value\n% l_h1 = 3\n$l_{h1} = 0.385$\n\\end{document}\n"
    )
    assert [equation.parts for equation in scan(text, is_tex_file=True).equations] == [("l_{h1}", "0.385")]


def test_figures_and_words_are_counted_as_text():
    scanned = scan("# Title\n\nFigure 7 shows it.\nl_h1 = 0.385\n")
    assert (scanned.lines, scanned.text_lines) == (4, 2)


@pytest.mark.parametrize(
    "line",
    [
        "net_h1 = 0.385",
        "z_h1 = 0.385",
        "l_{h1} = 0.385",
        "L_H1 = 0.385",
        "lh1=0.385",
        "a_h1 = 0.5951",
        "outh1 = 0.5951",
        "Out_h1 = 0.5951",
        "x1 = 0.1",
        "i_1 = 0.10",
        "t1 = 0.85",
        "target_o2 = 0.30",
        "eta = 1",
        "learning_rate = 1.0",
        "E = 0.0969",
        "Etotal = 0.0969",
        "Loss = 0.0969",
        "dw5 = -0.0184",
        "grad_w5 = -0.0184",
        "dE/dw5 = -0.0184",
        "∂E/∂w5 = -0.0184",
        "∂E_total/∂w_5 = -0.0184",
        "∂E_o1/∂w5 = -0.0184",
        "δ_o1 = -0.0309",
        "delta_h1 = 0.00425",
        "w5new = 0.2684",
        "w5_new = 0.2684",
        "w_5^{+} = 0.2684",
        "w5' = 0.2684",
        "w₅⁺ = 0.2684",
        "-∂E/∂w5 = 0.0184",
        "0.385 = l_h1",
        "E_o1 = ½(target − out_o1)² = 0.0109",
        "E+ = 0.0911",
    ],
)
def test_the_usual_variants_of_a_name_are_understood(line):
    assert {str(sign.judgement) for sign in check(line).signs} <= {"right"}
