"""Formulas read back: what a renderer shows, parsed by other means than those that wrote it, and worked out."""

import ast
import math
import re
import xml.etree.ElementTree as ElementTree

SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
FUNCTIONS = {
    "exp": lambda x: math.exp(min(x, 700)),
    "ln": math.log,
    "tanh": math.tanh,
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
}


def work_out(text, values=None):
    """The value of a formula in Python's notation, by walking its syntax tree; and of names in `values`."""
    return _value(ast.parse(text, mode="eval").body, values or {})


def _value(node, values):
    match node:
        case ast.Constant(value=number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner, values)
        case ast.BinOp(left=left, op=operator, right=right):
            a, b = _value(left, values), _value(right, values)
            match operator:
                case ast.Add():
                    return a + b
                case ast.Sub():
                    return a - b
                case ast.Mult():
                    return a * b
                case ast.Div():
                    return a / b
                case ast.Pow():
                    return a**b
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, values))
        case ast.IfExp(test=ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]), body=then, orelse=other):
            return _value(then if _value(left, values) > _value(right, values) else other, values)
    raise AssertionError(f"{ast.dump(node)} is not a formula")


def named(text, values):
    """A formula in which names stand, with v0, v1, … for them, and these numbers by the new names."""
    found = {}
    for place, name in enumerate(sorted(values, key=len, reverse=True)):
        text, count = re.subn(rf"(?<![\w∂/]){re.escape(name)}(?![\w/+])", f"v{place}", text)
        if count:
            found[f"v{place}"] = values[name]
    return text, found


def from_plain(text):
    """Plain text as Python's notation."""
    text = text.replace("·", "*").replace("e^(", "exp(")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    return re.sub(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: f"**{power[0].translate(SUPERSCRIPTS)}", text)


def from_mathml(markup):
    """MathML with numbers in it as Python's notation; it must be well-formed XML."""
    return _mathml(ElementTree.fromstring(f"<mrow>{markup.replace('&#x2061;', '')}</mrow>"))


def _mathml(element):
    parts = [_mathml(part) for part in element]
    match element.tag:
        case "mn":
            return element.text
        case "mi":
            return element.text
        case "mo":
            return {"−": "-", "·": "*", "×": "*"}.get(element.text, element.text or "")
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msup":
            return f"exp({parts[1]})" if parts[0] == "e" else f"({parts[0]})**({parts[1]})"
        case "mtable":
            (then, condition), (other, _) = ([_mathml(cell) for cell in row] for row in element)
            return f"({then} if {condition} else {other})"
    return re.sub(r"\|([^|]*)\|", r"abs(\1)", "".join(parts).replace("{(", "("))


def from_tex(text):
    """TeX with numbers in it as Python's notation."""
    text = re.sub(r"\\left\|(.*?)\\right\|", r"abs(\1)", text)
    text = text.replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*").replace(r"\times", "*")
    text = re.sub(r"\\(ln|tanh)", r"\1", text).replace(r"\operatorname{sign}", "sign")
    cases = r"\\begin\{cases\} (.*?) & (.*?) \\\\ (.*?) & .*? \\end\{cases\}"
    text = re.sub(cases, r"(\1 if \2 else \3)", text)
    while (place := text.find(r"\frac")) >= 0:
        top, end = _braces(text, place + len(r"\frac"))
        bottom, end = _braces(text, end)
        text = f"{text[:place]}(({top})/({bottom})){text[end:]}"
    while (place := text.find("^{")) >= 0:
        inner, end = _braces(text, place + 1)
        before = text[:place]
        text = f"{before[:-1]}exp({inner}){text[end:]}" if before.endswith("e") else f"{before}**({inner}){text[end:]}"
    return text


def _braces(text, start):
    """What stands between the braces that open at `start`, and the place behind them."""
    assert text[start] == "{"
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text[start + 1 : place], place + 1
    raise AssertionError(f"unbalanced braces in {text}")


NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?")


def carried(text):
    """How far the value of a formula may be off because each of its numbers is a rounded one."""
    exact, total = work_out(text), 0.0
    for found in NUMBER.finditer(text):
        digits = found[0]
        mantissa, _, power = digits.partition("e")
        if len(mantissa.replace(".", "").lstrip("0")) < 9:
            continue  # an exact number; one that was rounded has nine digits
        decimals = len(mantissa.partition(".")[2])
        unit = 10.0 ** (int(power or 0) - decimals)
        moved = [
            work_out(f"{text[: found.start()]}({digits}{sign}{unit / 2!r}){text[found.end() :]}") - exact
            for sign in "+-"
        ]
        total += max(map(abs, moved))
    return 1.1 * total  # second order, and the rounding of this very sum
