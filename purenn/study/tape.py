"""The tape: numbers that remember what they were computed from, so that the slopes can be found by a program.

A calculation with Values makes a graph. Each Value has its parents, from which it was made, and its slope with respect
to each of them. ``backward`` goes through the graph from the cost C to the parameters, with the chain rule at each
Value: automatic differentiation, as in PyTorch. ``graph.py`` computes a network's cost in this way.
"""
import math

from .. import activations


class Value:
    """A number v, ``data``, and how it was made: ``operation``, ``parents``, and the ``slopes`` ∂v/∂(each parent).

    ``grad`` is ∂C/∂v, after ``backward`` of a Value C has been called.

    >>> a = Value(3.0)
    >>> C = a * a + 2.0 * a
    >>> C.backward()
    >>> C.data, a.grad                  # 2·a + 2
    (15.0, 8.0)
    """

    __slots__ = ("data", "grad", "parents", "slopes", "operation")

    def __init__(self, data: float, parents: tuple = (), slopes: tuple = (), operation: str = ""):
        self.data = data
        self.grad = 0.0
        self.parents, self.slopes, self.operation = parents, slopes, operation

    def __add__(self, other):
        a, b = self, _value(other)
        return Value(a.data + b.data, (a, b), (1.0, 1.0), "+")                  # ∂(a + b)/∂a = 1, ∂(a + b)/∂b = 1

    def __sub__(self, other):
        a, b = self, _value(other)
        return Value(a.data - b.data, (a, b), (1.0, -1.0), "-")                 # ∂(a − b)/∂a = 1, ∂(a − b)/∂b = −1

    def __mul__(self, other):
        a, b = self, _value(other)
        return Value(a.data * b.data, (a, b), (b.data, a.data), "·")            # ∂(a·b)/∂a = b, ∂(a·b)/∂b = a

    __radd__, __rmul__ = __add__, __mul__                                       # number + Value, number · Value

    def __rsub__(self, other):
        return _value(other) - self

    def order(self) -> list:
        """All that this Value was computed from, each after its parents, and itself last: a topological order.

        The search is depth-first, with a list in place of recursion, so that a graph may be deep. It visits the last
        parent first, so that ``backward`` adds up in the same order as the core's loops.
        """
        order: list = []
        seen = set()
        stack = [(self, False)]
        while stack:
            value, has_parents = stack.pop()
            if has_parents:                                                     # all of them are in the order
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                for parent in value.parents:
                    stack.append((parent, False))
        return order

    def backward(self) -> None:
        """Set ``grad`` to ∂C/∂v for each Value v that this one, C, was computed from. Older gradients are forgotten.

        ∂C/∂parent = Σ ∂C/∂child · ∂child/∂parent, over all that was made from the parent. In the loop each
        Value comes after all its children, so its gradient is complete before it is passed on.
        """
        order = self.order()
        for value in order:
            value.grad = 0.0
        self.grad = 1.0                                                         # ∂C/∂C
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes):
                parent.grad += value.grad * slope                               # ∂C/∂child · ∂child/∂parent

    def __repr__(self):
        return f"Value({self.data!r}, grad={self.grad!r})"


def _value(number):
    return number if isinstance(number, Value) else Value(float(number))


def total(terms: list) -> Value:
    """Σ_k t_k, from left to right."""
    data = terms[0].data
    for term in terms[1:]:
        data += term.data
    return Value(data, tuple(terms), (1.0,) * len(terms), "Σ")                  # ∂(Σ_k t_k)/∂t_k = 1


def bend(z: Value, f, derivative, operation: str = "f") -> Value:
    """f(z), with ``derivative(z, f(z))`` for f′(z), as the core has them."""
    a = f(z.data)
    return Value(a, (z,), (derivative(z.data, a),), operation)                  # ∂a/∂z = f′(z)


def log(p: Value) -> Value:
    """The natural logarithm, ln p."""
    return Value(math.log(p.data), (p,), (1.0 / p.data,), "ln")                 # ∂(ln p)/∂p = 1/p


def softmax(z: list) -> list:
    """a_i = e^z_i / Σ_j e^z_j: each is made from all z_j."""
    a = activations.softmax([z_j.data for z_j in z])
    return [Value(a_i, tuple(z), tuple(row), "softmax")                         # ∂a_i/∂z_j = a_i·([i = j] − a_j)
            for a_i, row in zip(a, activations.softmax_jacobian(a))]


def log_sum_exp(z: list) -> Value:
    """ln Σ_j e^(z_j − m), where m, the largest z_j, is held fixed."""
    numbers = [z_j.data for z_j in z]
    return Value(math.log(activations.exponentials(numbers)[1]), tuple(z),
                 tuple(activations.softmax(numbers)), "ln Σ exp")               # ∂/∂z_j = e^z_j / Σ_i e^z_i
