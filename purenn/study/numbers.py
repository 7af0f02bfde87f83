"""A line of Python with the numbers put in, from the line's own syntax tree.

``weight_grads[k] += delta * inputs[k]`` becomes the target ``weight_grads[2]`` and the formula ``0.0 + 0.00492126 *
0.640999``. A formula that has only numbers is valid Python: evaluated, it gives the result of the line. Names,
attributes and entries are replaced by their values; calls stay calls; comprehensions are written out. A list is written
as ``#`` and its number in the recording. Values are found by reading variables, attributes and entries. Of all calls,
only those of a few built-ins, such as ``range``, are run.
"""
import ast
import types
from typing import Any, Callable, Dict, NamedTuple, Optional

from .values import Unknown, Values, attribute, index_of

NUMBERS = (int, float)
OPERATORS = {ast.Add: ("+", 10), ast.Sub: ("-", 10), ast.Mult: ("*", 11), ast.Div: ("/", 11), ast.FloorDiv: ("//", 11),
             ast.Mod: ("%", 11), ast.Pow: ("**", 13), ast.USub: ("-", 12), ast.UAdd: ("+", 12), ast.Not: ("not ", 3),
             ast.Or: ("or", 1), ast.And: ("and", 2), ast.Lt: ("<", 4), ast.LtE: ("<=", 4), ast.Gt: (">", 4),
             ast.GtE: (">=", 4), ast.Eq: ("==", 4), ast.NotEq: ("!=", 4), ast.Is: ("is", 4), ast.IsNot: ("is not", 4),
             ast.In: ("in", 4), ast.NotIn: ("not in", 4)}
NEGATIVE = 9                                                # a negative number beside an operator is put in parentheses


class Put(NamedTuple):
    """What a line sets, and its formula with the numbers put in. ``read`` gives the result once the line has run."""

    target: Optional[str] = None
    formula: Optional[str] = None
    read: Optional[Callable[..., Any]] = None


def put(node: Any, values: Values) -> Put:
    """The statement ``node`` with the numbers put in."""
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        symbol, level = OPERATORS[type(node.op)]
        formula = f"{text(node.target, values, level)} {symbol} {text(node.value, values, level + 1)}"
        return Put(_target(node.target, values), formula, _reader(node.target, values))
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return Put(_target(node.targets[0], values), text(node.value, values), _reader(node.targets[0], values))
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return Put(_target(node.target, values), text(node.value, values), _reader(node.target, values))
    if isinstance(node, ast.Return):
        return Put("return", None if node.value is None else text(node.value, values))
    if isinstance(node, (ast.If, ast.While)):
        return Put("if" if isinstance(node, ast.If) else "while", text(node.test, values))
    if isinstance(node, ast.For):
        return Put(_target(node.target, values), None, _reader(node.target, values))
    if isinstance(node, ast.Expr):
        return _append(node.value, values) or Put(None, text(node.value, values))
    return Put()


def _append(node, values):
    """``a.append(x)`` sets the next entry of ``a``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
        try:
            container = values.of(node.func.value)
        except Unknown:
            return None
        if type(container) is list and len(node.args) == 1:
            index = len(container)
            return Put(f"{_source(node.func.value)}[{index}]", text(node.args[0], values), lambda _: container[index])
    return None


def _target(node, values):
    """What is set, as in the source, with the values of the indices put in."""
    if isinstance(node, ast.Subscript):
        return f"{_target(node.value, values)}[{text(index_of(node), values)}]"
    return _source(node)


def _reader(node, values):
    """The function that returns the value that was set, given the variables after the line has run; or None."""
    if isinstance(node, ast.Name):
        return lambda variables: variables[node.id]
    try:
        if isinstance(node, (ast.Tuple, ast.List)):
            readers = [_reader(part, values) for part in node.elts]
            return lambda variables: tuple([read(variables) for read in readers])
        if isinstance(node, ast.Attribute):
            thing = values.of(node.value)
            return lambda _: attribute(thing, node.attr)
        if isinstance(node, ast.Subscript):
            container, index = values.of(node.value), values.of(index_of(node))
            return (lambda _: container[index]) if type(container) in (list, dict) else None
    except Unknown:
        pass
    return None


# A node as text.

def text(node: Any, values: Values, level: int = 0) -> str:
    """A node's text with the numbers put in; the text is in parentheses if its operator binds less than ``level``."""
    written, own = _written(node, values)
    return f"({written})" if own < level else written


def _written(node, values):
    """The text of a node, and how strongly it binds."""
    try:
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return _value(values.of(node), node, values)
    except Unknown:
        return _source(node), 15
    if isinstance(node, ast.BinOp):
        symbol, own = OPERATORS.get(type(node.op), ("", 0))
        if symbol:
            is_power = symbol == "**"
            return (f"{text(node.left, values, own + is_power)} {symbol} "
                    f"{text(node.right, values, own + (not is_power))}"), own
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        symbol, own = OPERATORS[type(node.op)]
        return symbol + text(node.operand, values, own), own
    if isinstance(node, ast.BoolOp):
        symbol, own = OPERATORS[type(node.op)]
        return f" {symbol} ".join([text(part, values, own + 1) for part in node.values]), own
    if isinstance(node, ast.Compare):
        parts = [text(node.left, values, 5)]
        for each, right in zip(node.ops, node.comparators):
            parts += [OPERATORS[type(each)][0], text(right, values, 5)]
        return " ".join(parts), 4
    if isinstance(node, ast.IfExp):
        return (f"{text(node.body, values, 1)} if {text(node.test, values, 1)} else "
                f"{text(node.orelse, values, 0)}"), 0
    if isinstance(node, ast.Call):
        given = [text(argument, values) for argument in node.args]
        given += [f"{word.arg}={text(word.value, values)}" for word in node.keywords if word.arg]
        return f"{_callee(node.func, values)}({', '.join(given)})", 15
    if isinstance(node, ast.Tuple) and node.elts:
        return ", ".join([text(part, values, 1) for part in node.elts]) + "," * (len(node.elts) == 1), 0
    if isinstance(node, ast.List):
        return f"[{', '.join([text(part, values) for part in node.elts])}]", 15
    if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
        try:
            return f"[{', '.join(_expanded(node, node.generators, values))}]", 15
        except Unknown:
            return f"[{_not_expanded(node, values)}]", 15
    return _source(node), 15


def _callee(node, values):
    """The text of what is called: a function by its own name, whatever variable holds it; a method with its object."""
    try:
        found = values.of(node)
        if isinstance(node, ast.Attribute) and not isinstance(values.of(node.value), types.ModuleType):
            return f"{_value(values.of(node.value), node.value, values)[0]}.{node.attr}"
    except Unknown:
        return _source(node)
    if isinstance(node, ast.Name):
        owner = getattr(found, "__self__", None)
        if owner is None or isinstance(owner, types.ModuleType):
            return getattr(found, "__name__", node.id)
        shown = values.shown(owner)
        return f"{shown}.{found.__name__}" if shown else node.id
    return _source(node)


def _value(value, node, values):
    """The text of a value, and how strongly it binds."""
    if value is None or isinstance(value, (bool, str)):
        return repr(value), 15
    if isinstance(value, NUMBERS):
        written = repr(float(value) if isinstance(value, float) else value)
        return written, NEGATIVE if written.startswith("-") else 15
    if type(value) is list:
        return f"#{values.reference(value)}", 15
    if type(value) is tuple and all([type(part) in NUMBERS for part in value]):
        return repr(value), 15
    if isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, tuple)):
        return _source(node), 15
    return values.shown(value) or _source(node), 15


def _expanded(node, generators, values):
    """The elements of a comprehension, each with its numbers put in."""
    if not generators:
        return [text(node.elt, values, 1)]
    first = generators[0]
    if first.ifs or first.is_async:
        raise Unknown
    found = []
    try:
        for item in iter(values.iterable(first.iter)):
            more: Dict[str, Any] = {}
            _bind(first.target, item, more)
            found += _expanded(node, generators[1:], values.having(more))
    except TypeError:                                       # it cannot be looped over
        raise Unknown from None
    return found


def _not_expanded(node, values):
    """A comprehension whose elements are unknown until it runs: only numbers that do not depend on them are put in."""
    inside = values.hiding([each.id for generator in node.generators for each in ast.walk(generator.target)
                            if isinstance(each, ast.Name)])
    parts = [text(node.elt, inside, 1)]
    for number, generator in enumerate(node.generators):
        parts.append(f"for {_source(generator.target)} in {text(generator.iter, inside if number else values, 1)}")
        parts += [f"if {text(test, inside, 1)}" for test in generator.ifs]
    return " ".join(parts)


def _bind(target, item, found):
    if isinstance(target, ast.Name):
        found[target.id] = item
    elif isinstance(target, (ast.Tuple, ast.List)) and type(item) in (list, tuple) and len(item) == len(target.elts):
        for part, each in zip(target.elts, item):
            _bind(part, each, found)
    else:
        raise Unknown


def _source(node):
    """A node as Python writes it, without numbers put in. Rare kinds of nodes are written as ``…``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_source(node.value)}.{node.attr}"
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.Subscript):
        return f"{_source(node.value)}[{_source(index_of(node))}]"
    if isinstance(node, (ast.Tuple, ast.List)):
        inside = ", ".join([f"({_source(part)})" if isinstance(part, ast.Tuple) else _source(part)
                            for part in node.elts])
        return f"[{inside}]" if isinstance(node, ast.List) else inside
    if isinstance(node, ast.Starred):
        return "*" + _source(node.value)
    return "…"
