"""The right code of an exercise, and the same with a known mistake in it.

Where the core has the function that is asked for, the right code is read from its files. What the core does besides
the formulas (checking what it is given, weight decay) is left out. A few exercises have right code of their own.
"""
import ast
import builtins
import copy
import inspect
import textwrap
import types
from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from .. import linalg
from ..linalg import PurennError
from .exercise import Exercise, ways
from .shapes import plain

# What every workbook has besides the exercises: helpers without a formula.
GIVEN = {"linalg": (linalg.zeros,)}
# Lines of the core that stay outside the course.
LEFT_OUT = ("grads = self.decayed(values, grads)",)

PYTHONS_IMPORT = builtins.__import__

# All exercises in their order (chapters/ puts them here), and what has been computed from each, under its number.
BOOK: List[Exercise] = []
SOLUTIONS: Dict[str, str] = {}
EXPECTED: Dict[Tuple[str, str, int], List["Outcome"]] = {}


class Outcome(NamedTuple):
    """What a probe gave for a sample: pairs of a label and a value. ``error`` is the error that ended it."""

    parts: List[Any]
    error: Optional[Exception] = None


def whole(function: Any) -> str:
    """The source of a function of the core."""
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise PurennError(f"course: the source of {function.__name__} cannot be read; the course needs purenn with its "
                          ".py files") from None


def body(function: Any) -> str:
    """The lines of a function below its docstring, but not checks that raise an error, nor the lines in LEFT_OUT."""
    text = whole(function)
    lines = text.splitlines()
    kept: List[str] = []
    tree: Any = ast.parse(text)
    for node in tree.body[0].body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(getattr(node, "value", None), ast.Constant)
        is_check = isinstance(node, ast.If) and isinstance(node.body[0], ast.Raise)
        if not is_docstring and not is_check:
            kept += lines[node.lineno - 1:node.end_lineno]
    return textwrap.dedent("\n".join(line for line in kept if line.strip() not in LEFT_OUT))


def blanks(code: str) -> List[Tuple[str, Any]]:
    """The functions whose last line is ``...``: the name of each, with that of its class, and where the line is."""
    return [(name, function.body[-1]) for name, function in blank_functions(ast.parse(code))]


def blank_functions(tree: Any) -> List[Tuple[str, Any]]:
    """The functions of a module whose last line is ``...``: the name of each, with that of its class, and its node."""
    found = []

    def visit(nodes, before):
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                visit(node.body, before + node.name + ".")
            elif isinstance(node, ast.FunctionDef):
                last: Any = node.body[-1]
                if isinstance(last, ast.Expr) and getattr(last.value, "value", None) is Ellipsis:
                    found.append((before + node.name, node))
    visit(tree.body, "")
    return found


def stopping(tree: Any) -> Any:
    """The same module, but a function that is blank raises NotImplementedError instead of returning None."""
    for _, function in blank_functions(tree):
        function.body[-1] = ast.copy_location(ast.parse("raise NotImplementedError").body[0], function.body[-1])
        ast.fix_missing_locations(function)
    return tree


def filled(code: str, answers: Dict[str, str]) -> str:
    """The code with the answers in the places of its blanks."""
    lines = code.splitlines()
    for name, node in reversed(blanks(code)):
        if name in answers:
            new = textwrap.indent(answers[name].strip("\n"), " " * node.col_offset)
            lines[node.lineno - 1:node.end_lineno] = new.splitlines()
    return "\n".join(lines) + "\n"


def solution(exercise: Exercise) -> str:
    """The right code of an exercise of kind write, repair or order."""
    if exercise.number not in SOLUTIONS:
        answers = {name: answer if isinstance(answer, str) else body(answer)
                   for name, answer in exercise.answers.items()}
        SOLUTIONS[exercise.number] = filled(exercise.code, answers)
    return SOLUTIONS[exercise.number]


def mistaken(exercise: Exercise, name: str, way: int = 0) -> str:
    """The right code with the known mistake of that name in it, made in one of its ways."""
    text = solution(exercise)
    for known in exercise.known:
        if known.name == name:
            change = ways(known)[way]
            if exercise.kind == "order":
                return filled(exercise.code, {blanks(exercise.code)[0][0]: "\n".join(change)})
            changes = change if isinstance(change[0], tuple) else (change,)
            for right, wrong in changes:
                if text.count(right) != 1:
                    raise PurennError(f"course: {exercise.number}, {name}: {right!r} is found {text.count(right)} "
                                      "times in the right code; it must be there exactly once")
                text = text.replace(right, wrong)
            return text
    raise PurennError(f"course: {exercise.number} has no mistake {name}")


class Modules:
    """What a learner's file may import: Python's modules and right versions of earlier exercises, but not purenn."""

    def __init__(self, exercises: Tuple[Exercise, ...]):
        self.own: Dict[str, types.ModuleType] = {}
        for name, functions in GIVEN.items():
            self._add(name, self.run("\n".join(whole(function) for function in functions), name),
                      [function.__name__ for function in functions])
        for exercise in exercises:
            if exercise.module:
                self._add(exercise.module, self.run(solution(exercise), exercise.file), exercise.names)

    def _add(self, module, own, names):
        made = self.own.setdefault(module, types.ModuleType(module))
        for name in names:
            setattr(made, name, own[name])

    def run(self, text: Union[str, ast.AST], file: str) -> Dict[str, Any]:
        """Run the source of a file; return its names."""
        code: Any = compile(text, file, "exec", dont_inherit=True)          # type: ignore[arg-type]
        own_builtins = dict(vars(builtins), __import__=self._import)
        namespace: Dict[str, Any] = {"__name__": "exercise", "__builtins__": own_builtins}
        before = builtins.__import__
        builtins.__import__ = self._import                      # PyPy looks only there
        try:
            exec(code, namespace)
        finally:
            builtins.__import__ = before
        return namespace

    def _import(self, name, *rest):
        if name.split(".")[0] == "purenn":
            raise ImportError("purenn is imported; write the code yourself, without it")
        return self.own[name] if name in self.own else PYTHONS_IMPORT(name, *rest)


@lru_cache(maxsize=None)
def modules_for(number: str) -> Modules:
    """What an exercise can import: what was to be written in the exercises before it, in right versions."""
    numbers = [exercise.number for exercise in BOOK]
    return Modules(tuple(BOOK[:numbers.index(number)]))


def results(exercise: Exercise, own: Dict[str, Any]) -> List[Outcome]:
    """The Outcome of each sample; ``own`` has the names of the file that is run."""
    probe: Any = exercise.probe
    found = []
    for sample in exercise.samples:
        parts: List[Any] = []
        stopped = None
        try:
            for label, value in probe(types.SimpleNamespace(**own), copy.deepcopy(sample)):
                parts.append([label, plain(value)])
        except Exception as error:
            stopped = error
        found.append(Outcome(parts, stopped))
    return found


def expected(exercise: Exercise, name: str = "", way: int = 0) -> List[Outcome]:
    """The results of the right code, or of the code with the mistake of that name, made in one of its ways."""
    key = exercise.number, name, way
    if key not in EXPECTED:
        text = mistaken(exercise, name, way) if name else solution(exercise)
        EXPECTED[key] = results(exercise, modules_for(exercise.number).run(text, exercise.file))
    return EXPECTED[key]
