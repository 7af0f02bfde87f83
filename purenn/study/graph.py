"""The cost of a network as a graph of Values. Its slopes are compared with those of backpropagation.

What the layers and losses of the core compute on numbers is computed here on Values (``tape.py``), with the same
formulas in the same order. No backward pass is written: ``Value.backward`` finds it in the graph.
"""
import math
from collections import namedtuple

from ..activations import Activation, Softmax, relu, relu_derivative, sigmoid
from ..engines.loops import Engine, Loops
from ..layers import Linear
from ..linalg import PurennError
from ..losses import (BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss,
                      log_of_one_plus)
from ..training import Dataset, check_data
from .tape import Value, bend, log, log_sum_exp, softmax, total

# The graph of one sample's cost: the Value of the cost C; the parameters, for each layer its rows as its
# ``parameters()`` has them; the input x; what each layer puts out; and the target y. All but the cost are lists.
Graph = namedtuple("Graph", ("cost", "parameters", "x", "outputs", "y"))

# One parameter: its layer, its name such as weight[1][2], its gradient by the tape and by backpropagation, and how far
# the two are apart, in units in the last place of the larger one.
Slope = namedtuple("Slope", ("layer", "name", "tape", "loops", "units"))


def parameters_of(network) -> list:
    """A Value for each number that is learned: for each layer its rows, as its ``parameters()`` has them."""
    return [[[Value(number) for number in values] for _, values, _ in layer.parameters()] for layer in network.layers]


def sample_graph(network, loss, x: list, y: list, parameters=None) -> Graph:
    """The Graph of the cost of one sample; ``parameters`` is what ``parameters_of`` returned, if it was called.

    Raises PurennError for a layer or loss that has no operations here.
    """
    if type(loss) not in COSTS:
        raise PurennError(f"tape: there are no operations for the loss {loss!r}; add them to purenn.study.graph.COSTS")
    parameters = parameters or parameters_of(network)
    inputs, targets = [Value(number) for number in x], [Value(number) for number in y]
    outputs: list = []
    a = inputs
    for i in range(len(network.layers)):
        a = _layer(i, network.layers[i], parameters[i], a)
        outputs.append(a)
    return Graph(COSTS[type(loss)](loss, a, targets), parameters, inputs, outputs, targets)


def _layer(i, layer, rows, inputs):
    if type(layer) is Linear:
        return [_weighted_sum(rows[j], rows[-1][j] if layer.bias else None, inputs) for j in layer.neurons]
    if type(layer) is Softmax:
        return softmax(inputs)
    if isinstance(layer, Activation) and type(layer).forward is Activation.forward:
        return [bend(z, layer.function, layer.derivative, _symbol(layer)) for z in inputs]
    raise PurennError(f"tape: layers[{i}], {layer!r}, has no operations here; the tape knows Linear and activations")


def _weighted_sum(weights, bias, inputs):
    terms = [] if bias is None else [bias]
    for k in range(len(inputs)):
        terms.append(weights[k] * inputs[k])
    return total(terms)                                                         # z = b + Σ_k w_k·a_k


def _symbol(layer):
    return {"Sigmoid": "σ", "Identity": "id"}.get(type(layer).__name__, type(layer).__name__.lower())


# The losses, each as the Value of one sample's cost from the outputs and the targets.

def _squared_error(loss, a, y):
    errors = [a_j - y_j for a_j, y_j in zip(a, y)]
    return _scaled(loss.share(len(a)), _sum([error * error for error in errors]))      # C = 1/m · Σ_j (a_j − y_j)²


def _half_squared_error(loss, a, y):
    errors = [a_j - y_j for a_j, y_j in zip(a, y)]
    return 0.5 * _sum([error * error for error in errors])                     # C = ½ Σ_j (a_j − y_j)²


def _binary_cross_entropy(loss, a, y):
    terms = []
    for a_j, y_j in zip(a, y):
        if a_j.data * (1.0 - a_j.data) < 1e-12:     # the core bounds ln and its slope: take the core's numbers
            one = BCELoss("sum")
            terms.append(Value(-one.forward([a_j.data], [y_j.data]), (a_j,),
                               (-one.backward([a_j.data], [y_j.data])[0],), "ln, bounded"))
        else:
            terms.append(y_j * log(a_j) + (1.0 - y_j) * log(1.0 - a_j))
    return -loss.share(len(a)) * _sum(terms)        # C = −1/m · Σ_j [y_j·ln a_j + (1 − y_j)·ln(1 − a_j)]


def _binary_cross_entropy_with_logits(loss, z, y):
    terms = []
    for z_j, y_j in zip(z, y):
        above = bend(z_j, relu, relu_derivative, "max(z, 0)")
        rest = bend(z_j, lambda z: log_of_one_plus(math.exp(-abs(z))),
                    lambda z, _: -sigmoid(-z) if z > 0.0 else sigmoid(z), "ln(1 + e^−|z|)")
        terms.append(above - z_j * y_j + rest)
    return _scaled(loss.share(len(z)), _sum(terms))     # C = 1/m · Σ_j [max(z_j, 0) − z_j·y_j + ln(1 + e^−|z_j|)]


def _cross_entropy(loss, z, y):
    m = max([z_i.data for z_i in z])                                            # the largest z
    S = log_sum_exp(z)                                                          # S = ln Σ_k e^(z_k − m)
    return _sum([y_i * (S + (m - z_i)) for z_i, y_i in zip(z, y)])              # C = Σ_i y_i·(S + (m − z_i))


def _sum(terms):
    return total(terms) if len(terms) > 1 else terms[0]


def _scaled(share, value):
    return value if share == 1.0 else share * value


# To add a loss, write a function like these and add it here.
COSTS: dict = {MSELoss: _squared_error, HalfSquaredErrorLoss: _half_squared_error, BCELoss: _binary_cross_entropy,
               BCEWithLogitsLoss: _binary_cross_entropy_with_logits, CrossEntropyLoss: _cross_entropy}


# Compared with backpropagation.

class Tape(Engine):
    """An engine without a backward pass of its own: one graph for the whole batch, as in PyTorch. It is slow."""

    def gradients(self, network, loss, inputs: list, targets: list) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        parameters = parameters_of(network)
        samples = [sample_graph(network, loss, x, y, parameters) for x, y in zip(inputs, targets)]
        cost = loss.share(len(inputs)) * total([sample.cost for sample in samples])     # C = share · Σ_x C_x
        cost.backward()
        for layer, rows in zip(network.layers, parameters):
            for (_, _, grads), row in zip(layer.parameters(), rows):
                for k in range(len(grads)):
                    grads[k] += row[k].grad
        return cost.data, [[value.data for value in sample.outputs[-1]] for sample in samples]

    def outputs(self, network, inputs: list) -> list:
        """The network's output for each input."""
        return Loops().outputs(network, inputs)

    def __repr__(self):
        return "Tape()"


def compare(network, loss, x: list, y: list) -> tuple:
    """The Graph of one sample's cost, with its gradients, and a Slope for each parameter.

    Afterwards the network has the gradients of backpropagation. Raises PurennError for an x or y that does not fit.
    """
    check_data("sample", network, loss, Dataset([x], [y]))
    graph = sample_graph(network, loss, x, y)
    graph.cost.backward()
    network.zero_grad()
    Loops().gradients(network, loss, [x], [y])
    slopes = []
    for i in range(len(network.layers)):
        for (name, _, grads), row in zip(network.layers[i].parameters(), graph.parameters[i]):
            for k in range(len(grads)):
                slopes.append(Slope(i, f"{name}[{k}]", row[k].grad, grads[k], units_apart(row[k].grad, grads[k])))
    return graph, slopes


def agree(slopes: list) -> bool:
    """True if the two gradients of each Slope differ by at most 1e-12 times the largest gradient."""
    largest = max(abs(slope.loops) for slope in slopes)
    return all(abs(slope.tape - slope.loops) <= 1e-12 * largest for slope in slopes)


def units_apart(a: float, b: float) -> float:
    """|a − b| in units in the last place (ulp) of the larger: 1 is the distance to the next double.

    >>> units_apart(1.0, 1.0), units_apart(1.0, 1.0 + 2.0 ** -52), units_apart(0.0, 5e-324)
    (0.0, 1.0, 1.0)
    """
    if a == b:
        return 0.0
    exponent = math.frexp(max(abs(a), abs(b)))[1]
    return abs(a - b) / math.ldexp(1.0, max(exponent - 53, -1074))
