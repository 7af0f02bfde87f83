"""Your own layers and losses in ``gradcheck``: do they return what they must, and what does an error in them mean?"""
from typing import Any, List

from ..linalg import PurennError

# What a method of a layer or of a loss is given and returns.
AGREEMENTS = {
    ("layer", "forward"): "forward is given a list with one number for each input, and returns a list of numbers",
    ("layer", "backward"): "backward is given ∂C/∂a for each number a that forward returned, and returns a list with "
                           "∂C/∂x for each number x that forward was given",
    ("layer", "parameters"): "parameters() yields, for each list of parameters, its name, the list itself, and a list "
                             "of the gradients, of the same length",
    ("loss", "forward"): "forward is given the outputs and the targets of one sample, and returns its cost, one number",
    ("loss", "backward"): "backward is given the outputs and the targets of one sample, and returns a list with "
                          "∂C/∂a for each output a",
}


class explained:
    """Inside ``with explained(network, loss):`` an error in a layer or in the loss becomes a PurennError about it.

    Its cause is the error itself. A PurennError, or an error from elsewhere, stays as it is.
    """

    def __init__(self, network, loss):
        self.parts = [(f"layers[{i}], {type(network.layers[i]).__name__}", "layer", network.layers[i])
                      for i in range(len(network.layers))]
        self.parts.append((f"the loss, {type(loss).__name__}", "loss", loss))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if not isinstance(error, Exception) or isinstance(error, PurennError):
            return
        found = None
        while traceback is not None:
            frame = traceback.tb_frame
            for name, what, part in self.parts:
                if frame.f_locals.get("self") is part:
                    found = name, what, frame.f_code.co_name, traceback.tb_lineno
            traceback = traceback.tb_next
        if found:
            name, what, method, line = found
            agreement = AGREEMENTS.get((what, method), "see the cause")
            raised = f"raised {type(error).__name__} in line {line} ({error})"
            raise PurennError(f"gradcheck: {name}: its {method} {raised}; {agreement}") from error


def check_forward(network, x: list) -> List[Any]:
    """Run one sample forward. Return what each layer is given, and the output.

    Raises PurennError if a layer returns anything but a list of numbers.
    """
    passed: List[Any] = [list(x)]
    for i, layer in enumerate(network.layers):
        passed.append(layer.forward(list(passed[-1])))
        _check(f"layers[{i}], {type(layer).__name__}", ("layer", "forward"), passed[-1], None)
    return passed


def check_layers(network, loss, x: list, y: list) -> None:
    """Run one sample forward and back. Raises PurennError if a method does not return what AGREEMENTS says."""
    *inputs, a = check_forward(network, x)
    name = f"the loss, {type(loss).__name__}"
    cost = loss.forward(list(a), list(y))
    if not _is_number(cost):
        raise PurennError(f"gradcheck: {name}: its forward returned {_short(cost)}; {AGREEMENTS['loss', 'forward']}")
    grad = loss.backward(list(a), list(y))
    _check(name, ("loss", "backward"), grad, len(a))
    for i in reversed(range(len(network.layers))):
        layer = network.layers[i]
        grad = layer.backward(list(grad))
        if i > 0:
            _check(f"layers[{i}], {type(layer).__name__}", ("layer", "backward"), grad, len(inputs[i]))


def check_repeats(costs: list) -> None:
    """Raise PurennError unless all these costs, of the same batch with the same parameters, are equal."""
    other = [cost for cost in costs if cost != costs[0] and cost == cost]
    if other:
        raise PurennError(f"gradcheck: the forward pass is random: the same batch with the same parameters costs "
                          f"{costs[0]!r}, and then {other[0]!r}; let it draw the same numbers each time, or turn "
                          "the randomness off for the check, as is usual with dropout")


def _check(name, method, values, count):
    what = method[1]
    if not isinstance(values, (list, tuple)) or not all([_is_number(value) for value in values]):
        raise PurennError(f"gradcheck: {name}: its {what} returned {_short(values)}; {AGREEMENTS[method]}")
    if count is not None and len(values) != count:
        raise PurennError(f"gradcheck: {name}: what its {what} returned has length {len(values)}, expected {count}; "
                          f"{AGREEMENTS[method]}")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
