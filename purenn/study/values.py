"""The values of variables, attributes and entries in a frame, found by reading: only a few built-ins are called."""
import ast
import builtins
import types
from typing import Any, Callable, Dict, Iterable, List, Optional, Set

ITERABLES: Dict[str, Any] = {"zip": zip, "range": range, "len": len, "enumerate": enumerate, "reversed": reversed,
                             "list": list}


class Unknown(Exception):
    """The value of a node cannot be found by reading alone."""


class Values:
    """The variables of a frame. ``reference`` gives the number of a list, ``shown`` the text of another object.

    ``returned`` are the results of the calls in a line that has run, in their order.
    """

    def __init__(self, variables: Dict[str, Any], scope: Dict[str, Any], reference: Callable[[list], int],
                 shown: Callable[[Any], Optional[str]]):
        self.variables, self.scope, self.reference, self.shown = variables, scope, reference, shown
        self.returned: List[Any] = []
        self.hidden: Set[str] = set()                       # variables of a comprehension that is not written out

    def having(self, more: Dict[str, Any]) -> "Values":
        """These, and some more variables."""
        return Values({**self.variables, **more}, self.scope, self.reference, self.shown)

    def hiding(self, names: Iterable[str]) -> "Values":
        """These, without some variables."""
        values = self.having({})
        values.hidden = self.hidden | set(names)
        return values

    def of(self, node: Any) -> Any:
        """The value of a node; raises Unknown if more than reading would be needed."""
        if isinstance(node, ast.Name) and node.id not in self.hidden:
            for names in (self.variables, self.scope, vars(builtins)):
                if node.id in names:
                    return names[node.id]
        elif isinstance(node, ast.Constant):
            return node.value
        elif isinstance(node, ast.Attribute):
            return attribute(self.of(node.value), node.attr)
        elif isinstance(node, ast.Subscript):
            container, index = self.of(node.value), self.of(index_of(node))
            if type(container) in (list, tuple, dict) and isinstance(index, (int, str)):
                try:
                    return container[index]
                except (IndexError, KeyError):
                    raise Unknown from None
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            left, right = self.of(node.left), self.of(node.right)
            if type(left) is type(right) is int:
                return left + right if isinstance(node.op, ast.Add) else left - right
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.of(node.operand)
            if type(value) is int:
                return -value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            function = ITERABLES.get(node.func.id)
            if function is not None and self.of(node.func) is function:
                try:
                    return function(*[self.iterable(argument) for argument in node.args])
                except (TypeError, ValueError):
                    raise Unknown from None
        if isinstance(node, ast.Call) and self.returned:
            return self.returned.pop(0)
        raise Unknown

    def iterable(self, node: Any) -> Any:
        """The value of a node, if it is a number or can be looped over more than once; else raises Unknown."""
        value = self.of(node)
        if type(value) in (list, tuple, range, int) or isinstance(node, ast.Call):
            return value
        raise Unknown


def index_of(node: Any) -> Any:
    """The index of a subscript, which Python 3.8 wraps in a node of its own."""
    return node.slice.value if type(node.slice).__name__ == "Index" else node.slice


def attribute(thing: Any, name: str) -> Any:
    """An attribute that can be read without running anything; raises Unknown otherwise."""
    if isinstance(thing, types.ModuleType):
        return getattr(thing, name)
    if name in getattr(thing, "__dict__", {}):
        return thing.__dict__[name]
    for kind in type(thing).__mro__:
        if name in kind.__dict__:
            found = kind.__dict__[name]
            if isinstance(found, (types.FunctionType, staticmethod, classmethod)) or not hasattr(found, "__get__"):
                return getattr(thing, name)
            break                                           # the code of a property would have to be run
    raise Unknown
