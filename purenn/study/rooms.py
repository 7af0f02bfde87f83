"""The source of the functions that a recording steps into: their lines, statements, loops and names.

The files with these functions are called rooms here: those of the core, and those of your own layers, losses and
optimizers. Checks and bookkeeping are not stepped into, and neither are comprehensions and generators, which Python's
versions trace differently.
"""
import ast
import linecache
import os
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from .. import activations, layer, layers, linalg, losses, network, neuron, optimizers
from ..engines import loops

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORE = tuple(module.__file__ for module in (linalg, neuron, activations, layer, layers, network, losses, optimizers,
                                            loops))

# Not stepped into, nor are functions whose names begin with ``check``: they are not part of the derivation.
BOOKKEEPING = {"zero_grad", "parameters", "zeros", "shape", "is_finite", "state_dict", "load_state_dict", "sync"}
GENERATOR = 0x20                                            # the flag of a generator in co_flags

# Functions whose frames belong to the line in which they are written.
TRANSPARENT = ("<listcomp>", "<genexpr>", "<setcomp>", "<dictcomp>", "<lambda>")


class Statement(NamedTuple):
    """A statement: its first line, its node, and the ``for`` loops whose bodies it is in, from the outside in."""

    line: int
    node: Any
    loops: Tuple[Any, ...]


class Function(NamedTuple):
    """A function that is stepped into.

    ``names`` are its arguments and variables, ``attributes`` those of ``self`` that its lines use. ``statements`` has
    the Statement of each of its lines. ``doc`` is the first line of its docstring.
    """

    name: str
    file: str
    line: int
    doc: str
    names: Tuple[str, ...]
    attributes: Tuple[str, ...]
    statements: Dict[int, Statement]


class Rooms:
    """The files that are stepped into: those of the core and those of the classes of ``objects``."""

    def __init__(self, objects: List[Any]):
        self.files: Dict[str, str] = {os.path.abspath(str(file)): _shown(str(file)) for file in CORE}
        for thing in objects:
            for kind in type(thing).__mro__[:-1]:
                for code in _codes(kind):
                    self.files.setdefault(os.path.abspath(code.co_filename), _shown(code.co_filename))
        self.sources: Dict[str, str] = {}                   # of the files that were stepped into, by the name shown
        self._functions: Dict[Any, Optional[Function]] = {}

    def function(self, code: Any, scope: Dict[str, Any]) -> Optional[Function]:
        """The Function of a code object; None if it is not stepped into. ``scope`` has the globals of its module."""
        if code not in self._functions:
            self._functions[code] = self._read(code, scope)
        return self._functions[code]

    def _read(self, code, scope):
        name = code.co_name
        file = os.path.abspath(code.co_filename)
        if file not in self.files or code.co_flags & GENERATOR or name in BOOKKEEPING or name.startswith(
                ("<", "__", "check", "_check")):
            return None
        lines = linecache.getlines(code.co_filename, scope)
        if not lines:                                       # it was typed at a prompt
            return None
        shown = self.files[file]
        source = "".join(lines)
        for path, node in _definitions(ast.parse(source), ()):
            first = min([node.lineno] + [decorator.lineno for decorator in node.decorator_list])
            if node.name == name and first <= code.co_firstlineno <= node.lineno:
                self.sources[shown] = source
                doc = (ast.get_docstring(node) or "").partition("\n")[0]
                return Function(".".join([*path, name]), shown, node.lineno, doc, tuple(_names(node)),
                                tuple(_attributes(node)), _statements(node))
        return None


def _codes(kind):
    for value in vars(kind).values():
        value = getattr(value, "__func__", value)           # the function of a staticmethod
        code = getattr(value, "__code__", None)
        if hasattr(code, "co_filename"):
            yield code


def _shown(file):
    """The name shown for a file: purenn/neuron.py for one of this package, the name without a folder for another."""
    file = os.path.abspath(file)
    if file.startswith(PACKAGE + os.sep):
        return os.path.relpath(file, os.path.dirname(PACKAGE)).replace(os.sep, "/")
    return os.path.basename(file)


def _definitions(node, path):
    """Each function below a node, with the names of the classes and functions that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            if isinstance(child, ast.FunctionDef):
                yield path, child
            yield from _definitions(child, (*path, child.name))
        else:
            yield from _definitions(child, path)


def _own_nodes(node):
    """The nodes of a function, without those of comprehensions and of functions within it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda, ast.FunctionDef,
                              ast.ClassDef)):
            continue
        yield child
        yield from _own_nodes(child)


def _names(function):
    """The arguments and then the variables, each once, in their order; ``_`` is left out."""
    of = function.args
    found = [each.arg for each in [*of.posonlyargs, *of.args, of.vararg, *of.kwonlyargs, of.kwarg] if each]
    found += [node.id for node in _own_nodes(function)
              if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return [name for name in dict.fromkeys(found) if name != "_"]


def _attributes(function):
    found = [node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)
             and isinstance(node.value, ast.Name) and node.value.id == "self"]
    return dict.fromkeys(found)


def _statements(function):
    found: Dict[int, Statement] = {}

    def visit(body, loops):
        for node in body:
            statement = Statement(node.lineno, node, loops)
            blocks = [getattr(node, name, None) or [] for name in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(node, "handlers", [])]
            starts = [block[0].lineno for block in blocks if block]
            last = node.end_lineno if not starts else max(node.lineno, min(starts) - 1)
            for line in range(node.lineno, last + 1):
                found.setdefault(line, statement)
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                for number, block in enumerate(blocks):
                    within = isinstance(node, ast.For) and number == 0
                    visit(block, (*loops, node) if within else loops)
    visit(function.body, ())
    return found
