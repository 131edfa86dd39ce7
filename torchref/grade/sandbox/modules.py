"""Modules: what a submission may import, held ready in memory, for it can open no file; and where its own files are."""

import importlib
import importlib.util
import sys
import types
import warnings
from collections.abc import Iterable, Mapping, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec

STANDARD = """
abc argparse array ast atexit base64 bisect builtins calendar cmath codecs collections collections.abc contextlib copy
copyreg csv ctypes dataclasses datetime decimal difflib enum errno fractions functools gc glob hashlib heapq inspect io
itertools json keyword linecache locale logging math numbers operator os os.path pathlib pickle platform pprint queue
random re reprlib secrets shutil signal statistics string struct sys tempfile textwrap threading time timeit token
tokenize traceback types typing unicodedata uuid warnings weakref zlib __future__ _strptime
encodings.ascii encodings.latin_1 encodings.utf_8 encodings.idna encodings.utf_16 encodings.cp1252
"""
NUMPY = """
numpy numpy.char numpy.core numpy.ctypeslib numpy.fft numpy.lib.format numpy.lib.stride_tricks numpy.linalg numpy.ma
numpy.polynomial numpy.random numpy.rec numpy.strings numpy.testing numpy.typing
"""


def preload(extra: Iterable[str]) -> None:
    """Imports them all. Raises ImportError if one of `extra` cannot be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in [*STANDARD.split(), *NUMPY.split(), *extra]:
            importlib.import_module(name)


class OwnFiles(Loader):
    """The submission's files as modules: the first place that an import looks at."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a file, of a folder with an __init__.py, or of a folder without."""
        base = name.replace(".", "/")
        for file in (f"{base}.py", f"{base}/__init__.py"):
            if file in self.files:
                return importlib.util.spec_from_loader(name, self, origin=file, is_package=file != f"{base}.py")
        if any(file.startswith(f"{base}/") for file in self.files):
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [base]
            return spec
        return None

    def module(self, file: str) -> types.ModuleType:
        """A file as a module, to be executed yet, whatever its name."""
        spec = importlib.util.spec_from_loader(file.removesuffix(".py").replace("/", "."), self, origin=file)
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module.__name__] = module
        return module

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's own way."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Runs the file."""
        spec = module.__spec__
        assert spec is not None
        assert spec.origin is not None
        code = compile(self.files[spec.origin], spec.origin, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102  this is what the sandbox is for

    def get_source(self, name: str) -> str | None:
        """The source, for tracebacks and inspect."""
        base = name.replace(".", "/")
        return self.files.get(f"{base}.py", self.files.get(f"{base}/__init__.py"))


class Refusal:
    """The last place that an import looks at: says what may be imported."""

    def __init__(self, extra: Sequence[str]) -> None:
        self.allowed = ", ".join(["NumPy", "the usual modules of Python", *extra])

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Always raises ModuleNotFoundError."""
        message = f"{name!r} cannot be imported here; what can: {self.allowed}, and the submission's own files"
        raise ModuleNotFoundError(message, name=name)


def close(extra: Sequence[str]) -> None:
    """From here on an import finds what is in memory, and nothing else; this package is no more to be found."""
    for name in [name for name in sys.modules if name == "__main__" or name.split(".")[0] == __package__]:
        del sys.modules[name]
    sys.path.clear()
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [Refusal(extra)]


def open_to(files: Mapping[str, str]) -> OwnFiles:
    """Lets an import find these files, before all else. Returns their finder."""
    own = OwnFiles(files)
    for file in files:
        sys.modules.pop(file.removesuffix(".py").split("/")[0], None)  # one's own random.py comes before Python's
    sys.meta_path.insert(0, own)
    return own
