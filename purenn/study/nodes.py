"""The nodes of a graph of Values by their place: to which layer, neuron and formula of the derivation each belongs."""
from collections import namedtuple

from ..activations import Softmax
from ..layers import Linear
from .formulas import w

# A Value of the graph: its layer's place in the network and its neuron (None for the input, the target and the cost),
# its role, its name, and its uses: triples (name, Value, slope) of the Values that were made from it. The roles:
# input, target, weight, bias, product, sum, activation, cost and number.
Node = namedtuple("Node", ("value", "layer", "neuron", "role", "name", "uses"))

# A part of the graph: its layer's place (None for the input and for the cost), a title that says what it is, how many
# nodes it has, and its formulas forward and backward, a line each.
Part = namedtuple("Part", ("layer", "title", "count", "forward", "backward"))

# A name is at most this long; in place of a longer one, the operation alone is shown.
LONGEST = 12
OPERATIONS = ("+", "-", "·", "Σ", "ln")


def nodes_of(network, graph) -> list:
    """The Nodes of a Graph, the cost last; each comes after those that it was made from."""
    found: dict = {}                                        # Value → layer, neuron, role, name
    for k in range(len(graph.x)):
        found[graph.x[k]] = (None, None, "input", f"x_{k}")
    for j in range(len(graph.y)):
        found[graph.y[j]] = (None, None, "target", f"y_{j}")
    inputs = graph.x
    for i in range(len(network.layers)):
        for j in range(len(graph.outputs[i])):
            value = graph.outputs[i][j]
            if type(network.layers[i]) is Linear:
                found.update(_neuron(i, j, value, graph.parameters[i], [found[a][3] for a in inputs]))
            else:
                found[value] = (i, j, "activation", f"a_{j}")
        inputs = graph.outputs[i]
    order = graph.cost.order()
    for value in order:
        if value not in found:
            found[value] = (None, None, "cost" if value.parents else "number", _expression(value, found))
    found[graph.cost] = (None, None, "cost", "C")
    uses: dict = {value: [] for value in order}
    for value in order:
        for parent, slope in zip(value.parents, value.slopes):
            uses[parent].append((found[value][3], value, slope))
    nodes = []
    for value in order:
        layer, neuron, role, name = found[value]
        nodes.append(Node(value, layer, neuron, role, name, uses[value]))
    return nodes


def _neuron(i, j, z, rows, inputs):
    """The Values of one neuron of a Linear."""
    found = {z: (i, j, "sum", f"z_{j}")}
    for k in range(len(inputs)):
        found[rows[j][k]] = (i, j, "weight", w(j, k))
        found[z.parents[len(z.parents) - len(inputs) + k]] = (i, j, "product", f"{w(j, k)}·{inputs[k]}")
    if len(z.parents) > len(inputs):
        found[z.parents[0]] = (i, j, "bias", f"b_{j}")
    return found


def _expression(value, found):
    """How a Value of the cost was made, in the names of its parents; if that is long, its operation alone."""
    names = [found[parent][3] for parent in value.parents]
    if not names:
        return f"{value.data:.4g}"
    if value.operation == "ln Σ exp":
        return "S"
    if set(names) & set(OPERATIONS):
        return value.operation
    if value.operation == "·" and value.parents[0] is value.parents[1]:
        text = f"({names[0]})²"
    elif value.operation in ("+", "-", "·"):
        names = [f"({name})" if " " in name and value.operation != "+" else name for name in names]
        text = (value.operation if value.operation == "·" else f" {value.operation} ").join(names)
    else:
        text = " + ".join(names) if value.operation == "Σ" else f"{value.operation}({', '.join(names)})"
    return text if len(text) <= LONGEST else value.operation


def around(nodes: list, neuron: tuple) -> list:
    """The Nodes of one neuron, (layer, number), with the Nodes they were made from and those made from them."""
    own = {node.value for node in nodes if (node.layer, node.neuron) == neuron}
    near = own | {parent for value in own for parent in value.parents}
    near |= {child for node in nodes if node.value in own for _, child, _ in node.uses}
    return [node for node in nodes if node.value in near]


def formula(node, network, loss) -> str:
    """The formula of the derivation that gives the gradient of a Node."""
    if node.role == "weight":
        return "BP4: ∂C/∂w_jk = δ_j·" + ("x_k" if node.layer == 0 else "a_k")
    if node.role == "bias":
        return "BP3: ∂C/∂b_j = δ_j"
    if node.role == "product":
        return "δ_j, passed on by the sum z_j"
    if node.role in ("sum", "activation", "input"):
        place = -1 if node.layer is None else node.layer
        return _slope(network, loss, place, {"sum": "z", "activation": "a", "input": "x"}[node.role])
    if node.role in ("target", "number"):
        return "not used"
    return "∂C/∂C = 1" if node.name == "C" else "in the loss"


def _slope(network, loss, i, symbol):
    """The formula of ∂C/∂(the output of layers[i]). ``symbol`` is the letter of that output."""
    if i + 1 == len(network.layers):
        return f"∂C/∂{symbol}_j: {type(loss).__name__}"
    following = network.layers[i + 1]
    if type(following) is Linear:
        return f"BP2: ∂C/∂{symbol}_k = Σ_j δ_j·w_jk"
    if type(following) is Softmax:
        return f"∂C/∂{symbol}_j = Σ_i ∂C/∂a_i·∂a_i/∂{symbol}_j"
    return f"BP1: {'δ_j' if symbol == 'z' else '∂C/∂' + symbol + '_j'} = ∂C/∂a_j·f′({symbol}_j)"


def folded(network, loss, nodes: list) -> list:
    """The Parts of a graph: the input, each layer, the cost; with the formulas of a layer's nodes as in the loops."""
    def count(layer, *roles):
        return sum(1 for node in nodes if node.layer == layer and (not roles or node.role in roles))

    parts = [Part(None, "the input", count(None, "input"), ["x_k"], [_slope(network, loss, -1, "x")])]
    symbol = "x"
    for i in range(len(network.layers)):
        layer = network.layers[i]
        backward = []
        if type(layer) is Linear:
            bias = "b_j + " if layer.bias else ""
            forward = [f"z_j = {bias}Σ_k w_jk·{symbol}_k"]
            backward = [f"BP4: ∂C/∂w_jk = δ_j·{symbol}_k"] + (["BP3: ∂C/∂b_j = δ_j"] if layer.bias else [])
            symbol = "z"
        elif type(layer) is Softmax:
            forward, symbol = [f"a_j = exp({symbol}_j) / Σ_i exp({symbol}_i)"], "a"
        else:
            forward, symbol = [f"a_j = f({symbol}_j)"], "a"
        backward = [_slope(network, loss, i, symbol)] + backward
        parts.append(Part(i, f"layers[{i}] = {layer!r}", count(i), forward, backward))
    return parts + [Part(None, f"the cost, {type(loss).__name__}", count(None, "target", "cost", "number"), ["C"],
                         ["∂C/∂C = 1, and so on through the loss"])]
