"""A network's arithmetic as Python source: no loops over neurons or inputs, every number a local variable.

The source does what ``engines/loops.py`` does, the same operations in the same order, so that it gives
the same digits. It is written to be read: one line for each neuron, a comment for each layer.

Names: ``w2_0_3`` is the weight of layers[2] into its neuron 0 from input 3, ``b2_0`` the neuron's bias,
``z2_0`` its weighted sum, ``a3_0`` the activation that layers[3] makes of it. ``dw2_0_3`` and ``db2_0`` are
∂C/∂ of the weight and the bias. ``d3_0`` is ∂C/∂ of input 0 of layers[3], which is ``z2_0`` here.
Only ∂C/∂x, which is not needed, is left out.
"""
from ..activations import LeakyReLU, Softmax
from ..layers import Linear
from ..linalg import PurennError
from .cost_source import cost_of, softmax_of, sum_of
from .templates import LOSSES, SLOPES, STEPS, VALUES


def check_known(network, loss=None, engine="unrolled", losses=LOSSES) -> None:
    """Raise PurennError for a layer or loss that the engine has no source for."""
    for i in range(len(network.layers)):
        if type(network.layers[i]) not in VALUES and type(network.layers[i]) not in (Linear, Softmax):
            raise PurennError(f"{engine}: there is no source for layers[{i}], {network.layers[i]!r}; use the "
                              "engine 'loops'")
    if network.in_features is None:
        raise PurennError(f"{engine}: the network has no Linear layer, so its size is unknown; use the engine 'loops'")
    if loss is not None and type(loss) not in losses:
        raise PurennError(f"{engine}: there is no source for the loss {loss!r}; use the engine 'loops'")


def gradients_source(network, loss) -> str:
    """The source of ``gradients(layers, loss, inputs, targets)``: the cost and the outputs, the gradients added up."""
    lines = ["def gradients(layers, loss, inputs, targets):"]
    lines += _block(1, _weights(network) + ["# the gradients so far"] + _unpacked(network, "dw", "db", "_grad"))
    lines += _block(1, _batch(network, loss) + ["return share * total, outputs"])
    return "\n".join(lines) + "\n"


def learn_source(network, loss, optimizer) -> str:
    """The source of ``learn(layers, loss, optimizer, inputs, targets)``: the gradients of a batch, and the step.

    It returns the cost before the step, and the outputs; if the cost is not finite, there is no step. The step has no
    weight decay.
    """
    settings, states, step = STEPS[type(optimizer)]
    lines = ["def learn(layers, loss, optimizer, inputs, targets):"]
    lines += _block(1, _weights(network) + ["# the gradients start at 0"] + _zeros(network))
    lines += _block(1, _batch(network, loss) + ["cost = share * total", "if not isfinite(cost):",
                                                "    return cost, outputs", f"# the step: {optimizer!r}"])
    lines += _block(1, list(settings))
    for letter, state in states.items():
        lines += _block(1, [f"{', '.join(_rows(network, letter, 'b' + letter))}, = optimizer.{state}"])
    for i in _linears(network):
        for name in _numbers(network.layers[i], i):
            lines += _block(1, [line.format(w=name("w", "b"), g=name("dw", "db"), **{
                letter: name(letter, "b" + letter) for letter in states}) for line in step])
    lines += _block(1, _stored(network, "w", "b", ""))
    for letter, state in states.items():
        lines += _block(1, [f"optimizer.{state}[{i}][:] = {row}" for i, row in enumerate(
            _rows(network, letter, "b" + letter, "{0}"))])
    return "\n".join(lines + ["    return cost, outputs"]) + "\n"


def outputs_source(network) -> str:
    """The source of ``outputs(layers, inputs)``: forward only."""
    check_known(network)
    names, forward = _forward(network)
    lines = ["def outputs(layers, inputs):"] + _block(1, _weights(network))
    lines += _block(1, ["outputs = []", f"for {', '.join(names[0])}, in inputs:"])
    lines += _block(2, forward + [f"outputs.append([{', '.join(names[-1])}])"])
    return "\n".join(lines + ["    return outputs"]) + "\n"


def standalone_source(network) -> str:
    """A program with the weights in it that needs nothing but Python: numbers in, one output line for each sample."""
    check_known(network)
    names, forward = _forward(network)
    lines = [f'"""{network!r}, with its trained weights. Usage: python FILE x_0 x_1 ...',
             "", "The inputs of one sample, or of several, one after the other; prints the outputs of each.", '"""',
             "import sys", "from math import exp, tanh", ""]
    lines += ["# the weights and biases"] + _values(network) + ["", ""]
    lines += [f"def predict({', '.join(names[0])}):"]
    lines += _block(1, forward + [f"return [{', '.join(names[-1])}]"])
    count = len(names[0])
    lines += ["", "", 'if __name__ == "__main__":', "    numbers = [float(text) for text in sys.argv[1:]]",
              f"    if not numbers or len(numbers) % {count}:",
              f'        sys.exit("give {count} numbers for each sample")',
              f"    for i in range(0, len(numbers), {count}):",
              f"        print(*predict(*numbers[i:i + {count}]))"]
    return "\n".join(lines) + "\n"


# The pieces.

def _block(depth, lines):
    return ["    " * depth + line for line in lines]


def _linears(network):
    return [i for i in range(len(network.layers)) if isinstance(network.layers[i], Linear)]


def _matrix(name, i, layer, wrap="({0})"):
    """``(w0_0_0, w0_0_1,), (w0_1_0, w0_1_1,)``: the names of a weight matrix, a row each."""
    rows = [", ".join([_w(name, i, j, k) for k in range(layer.in_features)]) for j in range(layer.out_features)]
    return [wrap.format(row + ",") for row in rows]


def _w(name, i, j, k):
    return f"{name}{i}_{j}_{k}"


def _vector(name, i, count):
    return [f"{name}{i}_{j}" for j in range(count)]


def _weights(network):
    lines = ["# the weights and biases"] + _unpacked(network, "w", "b", "")
    for i in range(len(network.layers)):
        if isinstance(network.layers[i], LeakyReLU):
            lines.append(f"slope{i} = layers[{i}].negative_slope")
    return lines


def _unpacked(network, w, b, end):
    """Each layer's lists ``weight`` + ``end`` and ``bias`` + ``end``, unpacked into variables: ``w…`` and ``b…``."""
    lines = []
    for i in _linears(network):
        layer = network.layers[i]
        lines.append(f"{', '.join(_matrix(w, i, layer))}, = layers[{i}].weight{end}")
        if layer.bias:
            lines.append(f"{', '.join(_vector(b, i, layer.out_features))}, = layers[{i}].bias{end}")
    return lines


def _stored(network, w, b, end):
    """The variables of ``_unpacked``, back into the lists."""
    lines = []
    for i in _linears(network):
        layer = network.layers[i]
        for j, row in enumerate(_matrix(w, i, layer, "{0}")):
            lines.append(f"layers[{i}].weight{end}[{j}][:] = {row}")
        if layer.bias:
            lines.append(f"layers[{i}].bias{end}[:] = {', '.join(_vector(b, i, layer.out_features))},")
    return lines


def _rows(network, w, b, wrap="({0})"):
    """The variables of each entry of ``network.parameters()``, in its order."""
    rows = []
    for i in _linears(network):
        layer = network.layers[i]
        rows += _matrix(w, i, layer, wrap)
        if layer.bias:
            rows.append(wrap.format(", ".join(_vector(b, i, layer.out_features)) + ","))
    return rows


def _numbers(layer, i):
    """For each number that a layer learns, a function from the prefixes of weights and biases (dw, db) to its name."""
    for j in range(layer.out_features):
        for k in range(layer.in_features):
            yield lambda w, b, j=j, k=k: _w(w, i, j, k)
    if layer.bias:
        for j in range(layer.out_features):
            yield lambda w, b, j=j: _vector(b, i, j + 1)[j]


def _values(network):
    """The weights and biases as they are, as assignments."""
    lines = []
    for i in range(len(network.layers)):
        layer = network.layers[i]
        if isinstance(layer, LeakyReLU):
            lines.append(f"slope{i} = {layer.negative_slope!r}")
        if isinstance(layer, Linear):
            for j in range(layer.out_features):
                lines += [f"{_w('w', i, j, k)} = {layer.weight[j][k]!r}" for k in range(layer.in_features)]
                lines += [f"b{i}_{j} = {layer.bias[j]!r}"] if layer.bias else []
    return lines


def _zeros(network):
    return [f"{' = '.join([row.strip('(),').replace(', ', ' = ')])} = 0.0" for row in _rows(network, "dw", "db")]


def _batch(network, loss):
    """From the inputs and targets to the share, the total, the outputs and the gradients."""
    check_known(network, loss)
    names, forward = _forward(network)
    outputs = names[-1]
    targets = [f"y_{j}" for j in range(len(outputs))]
    lines = ["share = loss.share(len(inputs))", "total = 0.0", "outputs = []",
             f"for ({', '.join(names[0])},), ({', '.join(targets)},) in zip(inputs, targets):"]
    lines += _block(1, forward + [f"outputs.append([{', '.join(outputs)}])"])
    lines += _block(1, cost_of(loss, outputs, targets, _before(network, len(network.layers))))
    lines += _block(1, _backward(network, names))
    return lines + ["# the gradients of the batch"] + _stored(network, "dw", "db", "_grad")


def _forward(network):
    """The names of what goes into each layer, followed by those of the outputs; and the lines that compute them."""
    names = [[f"x_{k}" for k in range(network.in_features)]]
    lines = []
    for i in range(len(network.layers)):
        layer = network.layers[i]
        inputs = names[-1]
        lines.append(f"# layers[{i}] = {layer!r}")
        if isinstance(layer, Linear):
            made = _vector("z", i, layer.out_features)
            for j in range(layer.out_features):
                start = f"b{i}_{j}" if layer.bias else "0.0"
                terms = [f"{_w('w', i, j, k)} * {inputs[k]}" for k in range(len(inputs))]
                lines += sum_of(made[j], [start] + terms)
        else:
            made = _vector("a", i, len(inputs))
            if isinstance(layer, Softmax):
                lines += softmax_of(made, inputs, f"e{i}_")
            else:
                for z, a in zip(inputs, made):
                    lines += [line.format(z=z, a=a, i=i) for line in VALUES[type(layer)]]
        names.append(made)
    return names, lines


def _before(network, i):
    """The names of ∂C/∂ of what goes into layers[i]."""
    width = network.in_features
    for layer in network.layers[:i]:
        width = layer.out_features if isinstance(layer, Linear) else width
    return [f"d{i}_{j}" for j in range(width)]


def _backward(network, names):
    """From ∂C/∂ of the outputs to ∂C/∂ of every weight and bias."""
    lines = []
    first = _linears(network)[0]
    for i in reversed(range(first, len(network.layers))):
        layer, inputs, made = network.layers[i], names[i], names[i + 1]
        after, before = _before(network, i + 1), _before(network, i)
        lines.append(f"# back through layers[{i}] = {layer!r}")
        if isinstance(layer, Linear):
            for j in range(len(made)):
                lines += [f"{_w('dw', i, j, k)} += {after[j]} * {inputs[k]}" for k in range(len(inputs))]
                lines += [f"db{i}_{j} += {after[j]}"] if layer.bias else []
            if i > first:
                for k in range(len(inputs)):
                    lines += sum_of(before[k], [f"{after[j]} * {_w('w', i, j, k)}" for j in range(len(made))])
        elif isinstance(layer, Softmax):
            for j in range(len(made)):
                same = ["1.0" if m == j else "0.0" for m in range(len(made))]
                lines += sum_of(before[j], [f"{after[m]} * ({made[m]} * ({same[m]} - {made[j]}))"
                                          for m in range(len(made))])
        else:
            for j in range(len(made)):
                lines.append(f"{before[j]} = {SLOPES[type(layer)].format(da=after[j], a=made[j], z=inputs[j], i=i)}")
    return lines
