"""Case file: a small fully connected network with its numbers, as a short TOML or JSON file that a person writes.

    layers = [2, 2, 2]                    # inputs, hidden neurons, outputs
    activations = "sigmoid"               # one for all, or a list: one a layer after the inputs
    bias = "shared"                       # neuron, shared or none; or a list: one a layer
    weights = [                           # a matrix a layer, a row a neuron
        [[0.05, 0.15], [0.10, 0.20]],     # w1 w2, w3 w4
        [[0.25, 0.35], [0.30, 0.40]],     # w5 w6, w7 w8
    ]
    biases = [0.35, 0.50]                 # a number a layer where it is shared, else a list: one a neuron
    x = [0.10, 0.20]
    target = [0.85, 0.30]
    loss = "half_squared_error"           # the sum; or half_squared_error_mean
    learning_rate = 1
    frozen = ["b1", "b2"]                 # what stays as it is: document names, biases or weights

Weights and biases may stand by name instead: a table [weights] with w1 = 0.05, w2 = …, and [biases] with b1 = ….
Further keys: title, title_zh, source; l1, l2, penalise_biases; and a table [aliases] of the names that its source has
for numbers of the case, as in Err6 = "-∂E/∂l_o1".
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manual.case import Case
from manual.errors import InputError, must_be, unknown
from manual.network import Network
from manual.optimisers.sgd import SGD
from manual.penalty import Penalty
from torchref import case_keys as keys
from torchref.case_text import write_case

__all__ = ["CaseFile", "case_names", "named_case", "named_case_file", "read_case", "read_case_file", "write_case"]

# Ten times what a network of keys.MOST_PARAMETERS takes.
MOST_BYTES = 100_000

SHAPE = ("layers", "activations", "bias", "weights", "biases")
STEP = ("x", "target", "loss", "learning_rate", "frozen", "l1", "l2", "penalise_biases")
KEYS = ("title", "title_zh", "source", *SHAPE, *STEP, "aliases")

CASES = Path(__file__).parent / "explain" / "cases"


@dataclass(frozen=True)
class CaseFile:
    """A case, and what its file says of it: a title in English and in Chinese, where it comes from, and aliases.

    aliases    names in its source -> a number of the case, its opposite, or a formula of them
    """

    case: Case
    title: str
    title_zh: str
    source: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


def read_case(path: Path | str) -> Case:
    """The case of a TOML or JSON file.

    Raises    InputError, in one line: what must be, what was got, what to do
    """
    return read_case_file(path).case


def read_case_file(path: Path | str) -> CaseFile:
    """The case of a TOML or JSON file, with its title and source; raises InputError as read_case does."""
    path = Path(path)
    try:
        return _case_file(_read(path), path.stem)
    except InputError as error:
        if str(error).startswith(str(path)):
            raise
        raise type(error)(f"{path}: {error}") from None


def case_names() -> list[str]:
    """The names of the cases that come with this package: document, han-kamber, integer, mazur."""
    return sorted(path.stem for path in CASES.glob("*.toml"))


def parse_case_file(text: str, name: str) -> CaseFile:
    """The case of a TOML or JSON file's text, of that name; raises InputError as read_case does."""
    return _case_file(_parsed(text.encode(), Path(name)), Path(name).stem)


def named_case_file(name_or_path: Path | str) -> CaseFile:
    """A case that comes with this package, by name, or the one of a file, by its path."""
    name = str(name_or_path)
    if name in case_names():
        return read_case_file(CASES / f"{name}.toml")
    if "/" not in name and "\\" not in name and "." not in name:
        raise unknown("case", name, [*case_names(), "a .toml or .json file"])
    return read_case_file(name)


def named_case(name_or_path: Path | str) -> Case:
    """The case of named_case_file."""
    return named_case_file(name_or_path).case


def _read(path: Path) -> Mapping[str, Any]:
    """The file's keys and values, as they stand there."""
    if path.suffix not in (".toml", ".json"):
        raise must_be(str(path), "a case file that ends in .toml or .json", path.suffix or "no ending")
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise must_be(str(path), "a readable file", error.strerror) from None
    return _parsed(raw, path)


def _parsed(raw: bytes, path: Path) -> Mapping[str, Any]:
    """The keys and values of a file's bytes."""
    if len(raw) > MOST_BYTES:
        raise must_be(str(path), f"at most {MOST_BYTES} bytes", "more", "a case to derive by hand is a small network")
    try:
        text = raw.decode("utf-8-sig")
        parsed = _json(text) if path.suffix == ".json" else tomllib.loads(text)
    except UnicodeDecodeError:
        raise must_be(str(path), "text in UTF-8", "something else") from None
    except (ValueError, RecursionError) as error:  # both parsers' errors are ValueErrors
        kind = path.suffix[1:].upper()
        reason = "brackets nested too deep" if isinstance(error, RecursionError) else _short(str(error))
        raise must_be(str(path), f"valid {kind}", reason) from None
    if not isinstance(parsed, dict):
        raise must_be(str(path), "an object with the keys of a case", type(parsed).__name__)
    return parsed


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"


def _json(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} given twice")
        return found

    return json.loads(text, object_pairs_hook=once)


def _case_file(given: Mapping[str, Any], stem: str) -> CaseFile:
    for key in given:
        if key not in KEYS:
            raise unknown("key", key, KEYS)
    for key in ("layers", "weights", "x", "target"):
        if key not in given:
            raise must_be(key, "given", "nothing")
    network, loss = Network(keys.layers_of(given)), keys.loss_of(given)
    sizes = given["layers"]
    case = Case(
        network,
        keys.parameters_of(network, given),
        keys.numbers("x", given["x"], (sizes[0],))[None],
        keys.target_of(given, sizes[-1], loss),
        loss,
        SGD(keys.number("learning_rate", given.get("learning_rate", 1.0))),
        Penalty(_strength(given, "l1"), _strength(given, "l2"), keys.flag(given, "penalise_biases")),
        keys.frozen_of(network, given),
    )
    title = keys.text(given, "title") or stem
    title_zh, source = keys.text(given, "title_zh") or title, keys.text(given, "source")
    return CaseFile(case, title, title_zh, source, keys.texts(given, "aliases"))


def _strength(given: Mapping[str, Any], key: str) -> float:
    return keys.number(key, given.get(key, 0.0))
