"""All lists of a training step: their numbers, their names, and what has changed in them.

A list keeps its number for the whole recording. This shows, for example, that ``weights`` in ``neuron.py`` is the list
``2.weight[1]`` of the network.
"""
import operator
import re
from typing import Any, Dict, List, Tuple

from ..layer import Layer
from ..losses import Loss
from ..network import Network
from ..optimizers import Optimizer


class Lists:
    """The lists. ``names`` maps the number of a list to its name, ``parameters`` the id of a list to (layer, name)."""

    def __init__(self) -> None:
        self.names: Dict[int, str] = {}
        self.parameters: Dict[int, Tuple[int, str]] = {}
        self._numbers: Dict[int, int] = {}                  # from the id of a list to its number
        self._lists: List[list] = []                        # by their numbers; kept, so that no id is used again
        self._copies: List[Any] = []                        # as they were at the last event; None for a new list

    def know(self, network: Any, optimizer: Any, x: list, y: list) -> None:
        """Give names to the lists that exist before the step."""
        self.name(x, "x")
        self.name(y, "y")
        names = {}
        for name, values, grads in network.parameters():
            self.name(values, name)
            self.name(grads, re.sub(r"((\[\d+\])?)$", r"_grad\1", name, count=1))
            layer, _, rest = name.partition(".")
            self.parameters[id(values)] = (int(layer), rest)
            names[id(values)] = name
        for kind in optimizer.state_lists + optimizer.state_squares:
            for (_, values, _), state in zip(optimizer.parameters, getattr(optimizer, kind)):
                name = names.get(id(values))
                if name:
                    self.name(state, re.sub(r"((\[\d+\])?)$", r"_%s\1" % kind, name, count=1))
        for i, layer in enumerate(network.layers):
            for name, value in vars(layer).items():
                if type(value) is list and name in ("weight", "bias", "weight_grad", "bias_grad"):
                    self.name(value, f"{i}.{name}")

    def name(self, values: Any, name: str) -> None:
        """Give a name to a list that has none yet."""
        if type(values) is list:
            self.names.setdefault(self.reference(values), name)

    def reference(self, values: list) -> int:
        """The number of a list. A new list gets the next number, and then each new list in it gets one."""
        number = self._numbers.get(id(values))
        if number is None:
            number = self._numbers[id(values)] = len(self._lists)
            self._lists.append(values)
            self._copies.append(None)
            for value in values:
                if type(value) is list:
                    self.reference(value)
        return number

    def value(self, value: Any) -> Any:
        """A value in the form that a Recording has for it."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            value = float(value) if isinstance(value, float) else int(value)
            return value if value - value == 0 else {"float": repr(value)}
        if type(value) is list:
            return {"list": self.reference(value)}
        if type(value) is tuple:
            return {"tuple": [self.value(part) for part in value]}
        return {"text": self.text(value)}

    def text(self, value: Any) -> str:
        """An object as text, without what differs from run to run."""
        kind = type(value)
        if kind in (range, str) or isinstance(value, (Layer, Loss, Optimizer, Network)):
            try:
                return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
            except Exception:                               # from a __repr__ of your own
                return f"<{kind.__name__}>"
        owner = getattr(value, "__self__", None)
        if isinstance(owner, (Layer, Loss, Optimizer)):
            return f"{self.text(owner)}.{value.__name__}"
        return str(getattr(value, "__name__", f"<{kind.__name__}>")).rpartition(".")[2]

    def text_in_formula(self, value: Any) -> Any:
        """A layer or a loss as text for a formula; None for other objects, which keep their names."""
        return self.text(value) if isinstance(value, (Layer, Loss)) else None

    def changed(self) -> Dict[int, Any]:
        """The lists that have changed since the last event: a dict from the number of each to its changes, by index.

        A list that is new or has become shorter is there as a whole.
        """
        changed: Dict[int, Any] = {}
        number = 0
        while number < len(self._lists):                    # self.value adds the new lists that it finds
            values, copy = self._lists[number], self._copies[number]
            if copy is None or len(values) < len(copy):
                changed[number] = [self.value(value) for value in values]
                self._copies[number] = list(values)
            elif len(values) != len(copy) or not all(map(operator.is_, values, copy)):
                entries = {k: self.value(values[k]) for k in range(len(values))
                           if k >= len(copy) or not same(values[k], copy[k])}
                if entries:
                    changed[number] = entries
                self._copies[number] = list(values)
            number += 1
        return changed

    def sizes(self) -> Dict[str, int]:
        """The length of each list that has a name."""
        return {name: len(self._lists[number]) for number, name in self.names.items()}


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same to the last bit, and of one type."""
    return a is b or (type(a) is type(b) and (repr(a) == repr(b) if isinstance(a, float) else a == b))
