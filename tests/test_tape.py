"""The tape: the same gradients as backpropagation's, from a graph; what is in the graph, and in its drawing."""
import math
import os
import random
import re
import xml.etree.ElementTree as ElementTree

import pytest

from purenn import (SGD, Activation, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss,
                    Layer, LeakyReLU, Linear, Loss,
                    MSELoss, Network, PurennError, ReLU, Sigmoid, Softmax, Tanh)
from purenn.activations import relu, relu_derivative
from purenn.data.tasks import xor
from purenn.engines.loops import Loops, batch_cost
from purenn.show.tape import comparison, svg
from purenn.study import graph, mazur
from purenn.study.graph import Tape, agree, compare, sample_graph, units_apart
from purenn.study.mistakes import MISTAKES, planted
from purenn.study.nodes import around, folded, formula, nodes_of
from purenn.study.tape import Value, bend, log, log_sum_exp, softmax, total

from .helpers import ROOT, assert_refused, cli, close
from .test_unrolled import random_case

MISTAKE = {mistake.name: mistake for mistake in MISTAKES}


# Values.

@pytest.mark.parametrize("f", [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: 3.0 - a, lambda a, b: 3.0 * b + a,
    lambda a, b: 2.0 + a * a, lambda a, b: total([a, b, a]), lambda a, b: log(a), lambda a, b: log_sum_exp([a, b]),
    lambda a, b: bend(a, math.tanh, lambda z, a: 1.0 - a * a), lambda a, b: softmax([a, b])[0],
    lambda a, b: softmax([a, b, a * b])[2]])
def test_the_slope_of_every_operation_is_that_of_its_value(f):
    numbers, h = [0.7, 1.3], 1e-6
    a, b = values = [Value(number) for number in numbers]
    f(a, b).backward()
    for k in range(2):
        above, below = list(numbers), list(numbers)
        above[k] += h
        below[k] -= h
        # log_sum_exp takes the largest out, and holds it fixed: its own slope is that of the whole.
        whole = (max(above) - max(below)) / (2 * h) if f(a, b).operation == "ln Σ exp" else 0.0
        slope = (f(*map(Value, above)).data - f(*map(Value, below)).data) / (2 * h) + whole
        assert values[k].grad == pytest.approx(slope, rel=1e-8, abs=1e-9)


def test_a_value_that_is_used_twice_gets_both_gradients_before_it_passes_them_on():
    a = Value(3.0)
    b = a * 2.0
    C = b * b + b                                           # 4a² + 2a
    C.backward()
    assert (C.data, a.grad, b.grad) == (42.0, 26.0, 13.0)
    C.backward()                                            # it begins at 0 again
    assert a.grad == 26.0


def test_each_value_stands_behind_its_parents_and_once():
    a = Value(1.0)
    b = a + a
    C = b * a + b
    order = C.order()
    assert len(order) == len(set(order)) == 4 and order[-1] is C
    for value in order:
        assert all(order.index(parent) < order.index(value) for parent in value.parents)


@pytest.mark.slow
def test_a_graph_may_be_deeper_than_python_recurses():
    a = value = Value(1.0)
    for _ in range(100_000):
        value = value + a
    value.backward()
    assert (value.data, a.grad) == (100_001.0, 100_001.0)


def test_the_room_is_small():
    with open(os.path.join(ROOT, "purenn", "study", "tape.py"), encoding="utf-8") as file:
        assert len(file.readlines()) <= 120


# The mistakes, in a graph as small as can be.

def gradient_of(C, a):
    C.backward()
    return a.grad


def test_without_a_topological_order_a_gradient_is_wrong_where_a_value_is_used_twice():
    with planted(MISTAKE["no-topological-order"]):
        a = Value(3.0)
        assert gradient_of((a * 2.0 + 1.0) * 5.0, a) == 10.0        # each is used once
        b = Value(3.0) * 1.0
        assert gradient_of(b * b, b) == 6.0                         # used twice, but nothing is passed on
        a = Value(3.0)
        b = a * 1.0
        assert gradient_of(b * b, a) == 9.0 != 6.0


def test_an_overwritten_gradient_is_wrong_where_a_value_is_used_twice():
    with planted(MISTAKE["gradient-overwritten"]):
        a = Value(3.0)
        assert gradient_of((a * 2.0 + 1.0) * 5.0, a) == 10.0
        assert gradient_of(a * a, a) == 3.0 != 6.0


@pytest.mark.parametrize("name", ["no-topological-order", "gradient-overwritten"])
def test_the_command_says_so_where_the_gradients_are_not_the_same(name, capsys):
    from purenn.cli.main import main
    assert cli("tape", "mazur").returncode == 0
    with planted(MISTAKE[name]):
        assert main(["tape", "mazur"]) == 1
    assert "DO NOT AGREE" in capsys.readouterr().out


# The same gradients as backpropagation's.

def check_random_networks(seeds):
    """Digit for digit; for bce, whose slope is put together from two logarithms here, within 1e-12 of the largest."""
    compared = 0
    for seed in seeds:
        network, loss, inputs, targets = random_case(seed)
        if (type(loss), type(network.layers[-1])) in (
                (CrossEntropyLoss, Softmax), (BCEWithLogitsLoss, Sigmoid)):
            continue                                                # refused, for it has softmax or sigmoid in it
        for x, y in list(zip(inputs, targets))[:2]:
            found, slopes = compare(network, loss, x, y)
            assert len(slopes) == network.count_parameters()
            assert found.cost.data == loss.forward(network.forward(x), y), (seed, network, loss)
            assert agree(slopes), (seed, network, loss)
            if not isinstance(loss, (BCELoss, BCEWithLogitsLoss)):
                assert [slope.tape for slope in slopes] == [slope.loops for slope in slopes], (seed, network, loss)
        compared += 1
    return compared


def test_the_gradients_of_random_networks_are_those_of_backpropagation():
    assert check_random_networks(range(48)) >= 40


@pytest.mark.slow
def test_the_gradients_of_200_random_networks_are_those_of_backpropagation():
    assert check_random_networks(range(45, 300)) >= 200


def test_the_random_networks_have_every_layer_activation_and_loss():
    cases = [random_case(seed) for seed in range(45)]
    assert {type(layer).__name__ for network, *_ in cases for layer in network.layers} == {
        "Linear", "Sigmoid", "Tanh", "ReLU", "LeakyReLU", "Identity", "Softmax"}
    assert {type(case[1]) for case in cases} == set(graph.COSTS)
    assert len({repr(case[1]) for case in cases}) == 9                      # with both reductions


def test_a_whole_batch_is_one_graph_with_the_gradients_of_the_loops():
    for seed in range(60):
        network, loss, inputs, targets = random_case(seed)
        ends = []
        for engine in (Loops(), Tape()):
            network.zero_grad()
            for _ in range(2):                                              # gradients add up
                cost, outputs = engine.gradients(network, loss, inputs, targets)
            ends.append((cost, outputs, [list(grads) for _, _, grads in network.parameters()]))
        assert ends[0][:2] == ends[1][:2]
        assert close(ends[0][2], ends[1][2], 1e-9, 1e-12), (seed, network, loss)


@pytest.mark.parametrize("z, y", [(40.0, 0.0), (40.0, 1.0), (-40.0, 1.0), (-40.0, 0.0), (-800.0, 1.0), (800.0, 0.3)])
def test_bce_of_a_sure_output_is_bounded_as_in_the_core(z, y):
    network = Network([Linear(1, 1, init="zeros"), Sigmoid()])
    network.layers[0].weight[0][0] = z
    found, slopes = compare(network, BCELoss(), [1.0], [y])
    assert found.cost.data == BCELoss().forward(network.forward([1.0]), [y])
    assert [slope.tape for slope in slopes] == [slope.loops for slope in slopes]


def test_softmax_behind_a_loss_for_probabilities_is_exact_where_it_is_sure():
    network = Network([Linear(1, 2, init="zeros"), Softmax()])
    network.layers[0].weight[0][0] = 30.0
    for loss in (MSELoss(), HalfSquaredErrorLoss()):
        _, slopes = compare(network, loss, [1.0], [0.0, 1.0])
        assert [slope.units for slope in slopes] == [0.0] * 4


def test_units_in_the_last_place():
    assert units_apart(1.0, 1.0 + 3 * 2.0 ** -52) == 3.0
    assert units_apart(-1e-300, 1e-300) > 1e15 and units_apart(5e-324, -5e-324) == 2.0
    assert not agree([graph.Slope(0, "w", 1.0, 1.0, 0.0), graph.Slope(0, "v", 1e-3, 1e-3 + 1e-11, 1.0)])


def test_the_comparison_says_how_many_are_equal_and_how_far_the_worst_is_off():
    slopes = [graph.Slope(0, f"weight[0][{i}]", 1.0, 1.0, 0.0) for i in range(4)]
    assert comparison(slopes) == "The gradients of the 4 parameters are those of backpropagation, digit for digit."
    near = graph.Slope(2, "bias[1]", 1.0, 1.0 + 2.0 ** -52, 1.0)
    assert comparison([*slopes, near]) == (
        "The gradients of the 5 parameters agree with those of backpropagation: 4 are equal digit for digit, the "
        "others up to rounding. The largest difference is at layers[2].bias[1]: 1.0 by the tape and "
        "1.0000000000000002 by backpropagation, 1 units in the last place.")
    far = near._replace(loops=2.0, units=9e9)
    assert "DO NOT AGREE with those of backpropagation; only 4 are equal. The largest" in comparison([*slopes, far])


# One's own.

class Hinge(Loss):
    """max(0, 1 − y·a), for targets −1 and 1."""

    def forward(self, output, target):
        return relu(1.0 - target[0] * output[0])

    def backward(self, output, target):
        return [-target[0] * relu_derivative(1.0 - target[0] * output[0], 0.0)]


@pytest.fixture
def hinge(monkeypatch):
    """One more loss is one more function."""
    monkeypatch.setitem(graph.COSTS, Hinge, lambda loss, a, y: bend(1.0 - y[0] * a[0], relu, relu_derivative))
    return Hinge()


def test_what_has_no_operations_is_refused():
    class Mine(Layer):
        def forward(self, inputs):
            return inputs

    with pytest.raises(PurennError, match=r"tape: there are no operations for the loss Hinge\(reduction='mean'\); add"):
        sample_graph(Network([Linear(1, 1)]), Hinge(), [1.0], [1.0])
    with pytest.raises(PurennError, match=r"tape: layers\[1\], Mine\(\), has no operations here; .* knows Linear"):
        sample_graph(Network([Linear(1, 1), Mine()]), MSELoss(), [1.0], [1.0])
    with pytest.raises(PurennError, match=r"sample.inputs\[0\] has length 2; expected 1"):
        compare(Network([Linear(1, 1)]), MSELoss(), [1.0, 2.0], [1.0])


def test_an_activation_of_ones_own_needs_nothing_more():
    class Square(Activation):
        def function(self, z):
            return z * z

        def derivative(self, z, a):
            return 2.0 * z

    network = Network([Linear(2, 3, rng=random.Random(1)), Square(), Linear(3, 1, rng=random.Random(2))])
    _, slopes = compare(network, MSELoss(), [0.3, -0.4], [1.0])
    assert all(slope.units == 0.0 for slope in slopes) and any(slope.tape for slope in slopes)


# micrograd's demonstration.

def two_moons(count, rng):
    """Points on two half circles that reach into each other, with a noise of 0.1; the targets are −1 and 1."""
    inputs, targets = [], []
    for i in range(count):
        t = math.pi * (i // 2) / (count // 2 - 1)
        x = [math.cos(t), math.sin(t)] if i % 2 else [1.0 - math.cos(t), 0.5 - math.sin(t)]
        inputs.append([value + rng.gauss(0.0, 0.1) for value in x])
        targets.append([1.0 if i % 2 else -1.0])
    return inputs, targets


def trained_on_moons(engine, loss, sizes, count, steps):
    """micrograd's network, loss, L2 regularization and learning rates; the share that is right, and the last cost."""
    rng = random.Random(1337)
    inputs, targets = two_moons(count, rng)
    network = Network.mlp(sizes, activation="relu", output_activation=None, rng=rng)
    optimizer = SGD(network.parameters(), lr=1.0, weight_decay=2e-4)
    for step in range(steps):
        optimizer.lr = 1.0 - 0.9 * step / steps
        engine.learn(network, loss, optimizer, inputs, targets)
    outputs = network.predict(inputs)
    right = sum((a[0] > 0.0) == (y[0] > 0.0) for a, y in zip(outputs, targets))
    return right / count, batch_cost(loss, outputs, targets)


@pytest.mark.parametrize("sizes, count, steps, least", [
    ([2, 8, 1], 40, 30, 0.9), pytest.param([2, 16, 16, 1], 100, 100, 1.0, marks=pytest.mark.slow)])
def test_micrograds_two_moons_are_learned_with_the_tape_as_with_the_loops(hinge, sizes, count, steps, least):
    tape, loops = [trained_on_moons(engine, hinge, sizes, count, steps) for engine in (Tape(), Loops())]
    print(tape, loops)
    assert tape[0] == loops[0] >= least
    assert tape[1] == pytest.approx(loops[1], rel=1e-6)


# Which node belongs to which layer, neuron and formula.

def nodes_of_sample(network, loss, x, y):
    """The Nodes of a sample's graph; the gradients are there."""
    return nodes_of(network, compare(network, loss, x, y)[0])


def named(nodes, layer, neuron, name):
    """The one Node of that place and name."""
    found, = [node for node in nodes if (node.layer, node.neuron, node.name) == (layer, neuron, name)]
    return found


def test_every_node_of_mazurs_example_has_its_place():
    nodes = nodes_of_sample(mazur.network(), HalfSquaredErrorLoss(), mazur.X, mazur.Y)
    of_neuron = {(node.layer, node.neuron): [] for node in nodes}
    for node in nodes:
        of_neuron[node.layer, node.neuron].append(node.name)
    assert len(nodes) == 39
    assert sorted(of_neuron[0, 1]) == sorted(["w_10", "w_11", "w_10·x_0", "w_11·x_1", "b_1", "z_1"])
    assert sorted(of_neuron[2, 0]) == sorted(["w_00", "w_01", "w_00·a_0", "w_01·a_1", "b_0", "z_0"])
    assert of_neuron[1, 0] == of_neuron[3, 0] == ["a_0"]
    assert sorted(of_neuron[None, None]) == sorted([
        "x_0", "x_1", "y_0", "y_1", "a_0 - y_0", "a_1 - y_1", "(a_0 - y_0)²", "(a_1 - y_1)²", "Σ", "0.5", "C"])
    assert sum(len(names) for names in of_neuron.values()) == 39
    assert named(nodes, 2, 0, "z_0").value.data == pytest.approx(1.105905967, abs=1e-9)     # Mazur's net_o1
    assert named(nodes, 2, 0, "w_00").value.grad == pytest.approx(0.082167041, abs=1e-9)    # and his ∂E/∂w5


@pytest.mark.parametrize("network, loss", [
    (Network.mlp([2, 3, 3, 2], rng=random.Random(1)), MSELoss()),
    (Network([Linear(2, 3, bias=False, rng=random.Random(2)), Tanh(), Linear(3, 2, rng=random.Random(3))]),
     CrossEntropyLoss()),
    (Network([Linear(2, 3, rng=random.Random(4)), LeakyReLU(), Linear(3, 2, rng=random.Random(5)), Softmax()]),
     BCELoss()),
    (Network([Tanh(), Linear(2, 2, rng=random.Random(6)), Linear(2, 2, rng=random.Random(7)), ReLU(), Sigmoid()]),
     MSELoss("sum"))])
def test_the_gradients_of_the_nodes_are_what_the_layers_hand_to_each_other(network, loss, monkeypatch):
    """δ at the sums, ∂C/∂a at the activations, ∂C/∂x at the input; and the formula says which."""
    handed = {}
    for i, layer in enumerate(network.layers):
        def backward(grad, i=i, original=layer.backward):
            handed[i] = list(grad)
            handed[i - 1] = original(grad)
            return handed[i - 1]
        monkeypatch.setattr(layer, "backward", backward)
    nodes = nodes_of_sample(network, loss, [0.3, -0.7], [0.0, 1.0])
    for i, layer in enumerate(network.layers):
        letter = "z" if isinstance(layer, Linear) else "a"
        for j in range(len(handed[i])):
            node = named(nodes, i, j, f"{letter}_{j}")
            assert node.value.grad == pytest.approx(handed[i][j], rel=1e-12)
            after = network.layers[i + 1] if i + 1 < len(network.layers) else loss
            assert formula(node, network, loss).split(":")[0] == (
                "BP2" if isinstance(after, Linear) else f"∂C/∂{letter}_j" if after is loss else
                f"∂C/∂{letter}_j = Σ_i ∂C/∂a_i·∂a_i/∂{letter}_j" if isinstance(after, Softmax) else "BP1")
            if letter == "z":
                for k in range(layer.in_features):
                    weight = named(nodes, i, j, f"w_{j}{k}")
                    assert weight.value.grad == pytest.approx(layer.weight_grad[j][k], rel=1e-12)
                    assert weight.value.data == layer.weight[j][k] and formula(weight, network, loss).startswith("BP4")
                    product, = [each for each in nodes if (each.layer, each.neuron, each.role) == (i, j, "product")
                                and weight.value in each.value.parents]
                    assert product.value.grad == pytest.approx(handed[i][j], rel=1e-12)
                if layer.bias:
                    assert formula(named(nodes, i, j, f"b_{j}"), network, loss).startswith("BP3")
    for k in range(2):
        assert named(nodes, None, None, f"x_{k}").value.grad == pytest.approx(handed[-1][k], rel=1e-12, abs=1e-15)


def test_the_parts_have_all_nodes_between_them():
    network = Network.mlp([2, 3, 1], rng=random.Random(1))
    nodes = nodes_of_sample(network, BCELoss(), [0.3, -0.7], [1.0])
    parts = folded(network, BCELoss(), nodes)
    assert sum(part.count for part in parts) == len(nodes)
    assert [part.count for part in parts[:5]] == [2, 18, 3, 8, 1]
    assert parts[1].forward == ["z_j = b_j + Σ_k w_jk·x_k"] and parts[3].forward == ["z_j = b_j + Σ_k w_jk·a_k"]


def test_around_a_neuron_are_its_nodes_what_they_are_made_from_and_what_is_made_from_them():
    network = Network.mlp([2, 2, 3, 1], rng=random.Random(1))
    nodes = nodes_of_sample(network, MSELoss(), [0.3, -0.7], [1.0])
    assert sorted((node.layer, node.name) for node in around(nodes, (1, 0))) == [
        (0, "z_0"), (1, "a_0"), (2, "w_00·a_0"), (2, "w_10·a_0"), (2, "w_20·a_0")]
    assert sorted((node.layer, node.name) for node in around(nodes, (2, 1))) == [
        (1, "a_0"), (1, "a_1"), (2, "b_1"), (2, "w_10"), (2, "w_10·a_0"), (2, "w_11"), (2, "w_11·a_1"), (2, "z_1"),
        (3, "a_1")]


# The drawing.

SVG = "{http://www.w3.org/2000/svg}"


def boxes(text):
    """For each box of a drawing: its lines of text, its corners, its color and the thickness of its border."""
    root = ElementTree.fromstring(text)
    found = []
    for group in root.iter(SVG + "g"):
        rect = group.find(SVG + "rect")
        x, y, width, height = [float(rect.get(name)) for name in ("x", "y", "width", "height")]
        found.append(([line.text for line in group.findall(SVG + "text")], (x, y, x + width, y + height),
                      rect.get("fill"), float(rect.get("stroke-width")), group.get("opacity"),
                      group.find(SVG + "title").text))
    return root, found


@pytest.mark.parametrize("line, count", [
    ("mazur", 39), ("softmax", 64), ("gate --hidden 2", 28), ("xor --hidden 4 --loss bce", 53), ("xor --only 2.1", 15),
    ("linear --hidden none", 12), ("xor --hidden 12 --only 2.0", 39)])
def test_the_drawing_shows_every_node_once_within_its_borders_and_none_on_another(line, count, tmp_path):
    path = str(tmp_path / "graph.svg")
    done = cli("tape", *line.split(), "--svg", path)
    assert (done.returncode, done.stderr) == (0, "")
    with open(path, encoding="utf-8") as file:
        root, found = boxes(file.read())
    _, _, width, height = map(float, root.get("viewBox").split())
    assert len(found) == count and width <= 870                             # the width of the README
    for i, (lines, corners, *_) in enumerate(found):
        assert len(lines) == 3 and all(lines) and max(len(text) for text in lines) <= 12
        assert 0 <= corners[0] < corners[2] <= width and 0 <= corners[1] < corners[3] <= height
        for _, others, *_ in found[:i]:
            assert corners[2] <= others[0] or others[2] <= corners[0] or corners[3] <= others[1] or (
                others[3] <= corners[1]), (lines, corners, others)
    # What the text lists is what is drawn.
    rows = done.stdout.partition("in the derivation\n")[2].splitlines()
    assert len(rows) == count
    for row, (lines, *_, title) in zip(reversed(rows), found):
        place, name, value, gradient = re.split(r"  +", row)[:4]
        assert title.startswith(f"{place} {name} = ")
        assert float(value) == pytest.approx(float(lines[1]), rel=1e-3) and name[:11] == lines[0][:11]
        assert float(gradient) == pytest.approx(float(lines[2]), rel=1e-3)


def test_the_drawing_has_a_color_for_each_layer_thick_borders_for_parameters_and_an_edge_for_each_use():
    network = mazur.network()
    nodes = nodes_of_sample(network, HalfSquaredErrorLoss(), mazur.X, mazur.Y)
    root, found = boxes(svg("a < b", network, nodes))
    by_layer = {}
    for node, (lines, _, color, border, opacity, title) in zip(nodes, found):
        if node.role not in ("input", "target", "number"):
            by_layer.setdefault(node.layer, set()).add(color)
        assert (border > 1) == (node.role in ("weight", "bias")) and opacity is None
        assert lines[0] == node.name and repr(node.value.data) in title and repr(node.value.grad) in title
    assert all(len(colors) == 1 for colors in by_layer.values())
    assert len(set.union(*by_layer.values())) == len(by_layer) == 5
    assert len(list(root.iter(SVG + "path"))) == sum(len(node.uses) for node in nodes) == 44
    texts = [text.text for text in root.iter(SVG + "text")]
    assert texts[0] == "a < b: C = 0.298371" and "layers[2] = Linear(2, 2)" in texts
    # Each edge runs downward, from what is used to what is made from it.
    for path in root.iter(SVG + "path"):
        numbers = [float(number) for number in re.findall(r"[\d.]+", path.get("d"))]
        assert numbers[1] < numbers[-1]


def test_a_neuron_alone_has_the_slopes_at_its_edges_and_its_neighbors_pale():
    network = mazur.network()
    nodes = nodes_of_sample(network, HalfSquaredErrorLoss(), mazur.X, mazur.Y)
    root, found = boxes(svg("one", network, nodes, (1, 0)))
    assert {(lines[0], opacity) for lines, _, _, _, opacity, _ in found} == {
        ("z_0", "0.55"), ("a_0", None), ("w_00·a_0", "0.55"), ("w_10·a_0", "0.55")}
    labels = [text.text for text in root.iter(SVG + "text") if text.text.startswith("·")]
    assert sorted(labels) == ["·0.2413", "·0.4", "·0.5"]                    # f′(z_0), w_00, w_10


# The command.

@pytest.mark.parametrize("line", ["xor", "linear --points 5 --sample 4", "gate --activation tanh --loss mse",
                                  "mazur", "softmax --sample 2", "xor --hidden none --output-activation identity"])
def test_the_gradients_are_digit_for_digit_the_same(line):
    done = cli("tape", *line.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^The gradients of the \d+ parameters are those of backpropagation, digit for digit\.$",
                     done.stdout, re.MULTILINE)


def test_bce_is_a_few_units_in_the_last_place_off():
    done = cli("tape", "xor", "--loss", "bce", "--sample", 1)
    assert done.returncode == 0
    units = re.search(r": 7 are equal digit for digit, the others up to rounding\. .*, (\d+) units in the last place\.",
                      done.stdout)
    assert 1 <= int(units.group(1)) <= 4


def test_the_numbers_are_those_of_explain():
    explained = cli("explain", "gate", "--hidden", 2, "--seed", 4, "--only", "0.1", "--digits", 17).stdout
    delta = re.search(r"δ⁽⁰⁾_1 = ∂C/∂a⁽¹⁾_1·∂a⁽¹⁾_1/∂z⁽⁰⁾_1.*\n.*\n *= (\S+)", cli(
        "explain", "gate", "--hidden", 2, "--seed", 4, "--only", "1.1", "--digits", 17).stdout).group(1)
    slope = re.search(r"∂C/∂w⁽⁰⁾_11 = δ⁽⁰⁾_1·x_1.*\n.*\n *= (\S+)", explained).group(1)
    rows = [re.split(r"  +", row) for row in cli(
        "tape", "gate", "--hidden", 2, "--seed", 4, "--only", "0.1").stdout.splitlines()]
    grads = {row[1]: row[3] for row in rows if row[0] == "0.1"}
    assert grads["z_1"] == f"{float(delta):.6g}" and grads["w_11"] == f"{float(slope):.6g}"


def test_a_large_graph_is_folded_but_not_listed():
    shown = cli("tape", "xor", "--hidden", 30).stdout
    assert "layers[0] = Linear(2, 30)" in shown
    assert shown.endswith("nodes are too many to list: make the layers narrower with --hidden, or choose a neuron with "
                          "--only LAYER.NEURON\n")
    assert cli("tape", "xor", "--hidden", 30, "--only", "2.0").stdout.endswith(
        "93 nodes are too many to list: make the layers narrower with --hidden\n")


@pytest.mark.parametrize("arguments, named", [
    ("tape", "tape: found no task; it must be one of xor, linear, gate, mazur, softmax"),
    ("tape letters", "task: found 'letters'"),
    ("tape xor --sample 21", "--sample: found 21; it must be a whole number from 0 to 20"),
    ("tape xor --only 9.0", "--only: found layer 9; the network has layers 0 to 5"),
    ("tape xor --only backward", "--only: found 'backward'; it must be LAYER.NEURON, such as 0.1"),
    ("tape xor --svg x.png", "--svg: found 'x.png'; it must be the name of a .svg file"),
    ("tape xor --svg x.svg", "--svg: found 88 nodes; at most 64 can be drawn: make the layers "),
    ("tape mazur --svg nowhere/x.svg", "nowhere/x.svg: cannot be written"),
    ("tape xor --lr 1", "there is no option --lr"),
    ("tape mazur --hidden 2", "there is no option --hidden"),
])
def test_bad_input_gets_one_line(arguments, named):
    assert_refused(arguments, named)


def test_the_drawing_in_the_gallery_is_what_the_command_draws(tmp_path):
    path = str(tmp_path / "tape.svg")
    assert cli("tape", "mazur", "--svg", path).returncode == 0
    with open(path, encoding="utf-8") as drawn, open(os.path.join(ROOT, "plots", "tape.svg"), encoding="utf-8") as kept:
        assert drawn.read() == kept.read()


def test_the_tape_of_a_batch_takes_many_times_the_memory_of_the_loops():
    tracemalloc = pytest.importorskip("tracemalloc")
    network, peaks = Network.mlp([2, 4, 4, 1], rng=random.Random(1)), []
    for engine in (Tape(), Loops()):
        engine.gradients(network, MSELoss(), *xor())
        tracemalloc.start()
        engine.gradients(network, MSELoss(), *xor())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[0] > 20 * peaks[1]                                         # docs/tape.md: 290 kB and 4 kB
