"""The unrolled engine: the loops' digits, bit for bit, and source that can be read and run on its own."""
import math
import random
import subprocess
import sys

import pytest

from purenn import (SGD, Adagrad, Adam, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Dataset, HalfSquaredErrorLoss,
                    LeakyReLU, Linear, MSELoss, Network, PurennError, ReLU, RMSprop, Sigmoid, Softmax, Tanh, train)
from purenn.cli.main import main
from purenn.data.tasks import linear, xor
from purenn.engines.loops import Engine, Loops
from purenn.engines.matrix import Matrix
from purenn.engines.source import gradients_source, outputs_source, standalone_source
from purenn.engines.unrolled import Unrolled
from purenn.runs import TASKS, Run, resolve
from purenn.runs.settings import BETWEEN
from purenn.study.gradcheck import ACTIVATIONS, LOSSES

from .helpers import assert_refused, cli


def random_case(seed):
    """A network of up to four Linear layers, a loss that goes with it, and a batch."""
    rng = random.Random(seed)
    depth = rng.randint(1, 4)
    sizes = [rng.randint(1, 5) for _ in range(depth + 1)]
    loss = LOSSES[rng.choice(list(LOSSES))]()
    layers = [ACTIVATIONS[rng.choice(list(ACTIVATIONS))]()] if rng.random() < 0.1 else []
    for i in range(depth):
        layers.append(Linear(sizes[i], sizes[i + 1], bias=rng.random() < 0.7, rng=rng))
        if i < depth - 1 and rng.random() < 0.9:
            layers.append(ACTIVATIONS[rng.choice(list(ACTIVATIONS))]())
    if isinstance(loss, BCELoss):
        layers.append(rng.choice([Sigmoid, Softmax])())
    elif rng.random() < 0.6:
        layers.append(ACTIVATIONS[rng.choice(list(ACTIVATIONS))]())
    count = rng.randint(1, 6)
    inputs = [[rng.choice([0.0, 1.0, rng.uniform(-2, 2)]) for _ in range(sizes[0])] for _ in range(count)]
    classes = [rng.randrange(sizes[-1]) for _ in range(count)]
    return Network(layers), loss, inputs, [[1.0 if j == c else 0.0 for j in range(sizes[-1])] for c in classes]


def digits(engine, network, loss, inputs, targets):
    """All that an engine gives, as text, so that the sign of a zero counts too; twice, for gradients add up."""
    network.zero_grad()
    costs = [engine.gradients(network, loss, inputs, targets) for _ in range(2)]
    return repr(costs), repr([grads for _, _, grads in network.parameters()]), repr(engine.outputs(network, inputs))


@pytest.mark.parametrize("start", [0, 50, 100, 150, *(
    pytest.param(start, marks=pytest.mark.slow) for start in range(200, 400, 50))])
def test_the_digits_are_those_of_the_loops_for_random_networks(start):
    for seed in range(start, start + 50):
        case = random_case(seed)
        assert digits(Unrolled(), *case) == digits(Loops(), *case), (seed, case[0], case[1])


def test_the_random_networks_have_every_layer_activation_and_loss():
    cases = [random_case(seed) for seed in range(200)]
    assert {type(layer).__name__ for network, *_ in cases for layer in network.layers} == {
        "Linear", "Sigmoid", "Tanh", "ReLU", "LeakyReLU", "Identity", "Softmax"}
    assert {repr(case[1]) for case in cases} == {repr(make()) for make in LOSSES.values()}
    assert {layer.bias is None for network, *_ in cases for layer in network.layers if isinstance(layer, Linear)} == {
        True, False}


def test_the_digits_of_logits_are_those_of_the_loops_where_the_network_is_sure():
    for size in (1.0, 30.0, 1000.0, 1e300):
        for seed in range(10):
            rng = random.Random(seed)
            network = Network([Linear(2, 3, rng=rng), Tanh(), Linear(3, 2, rng=rng)])
            for row in [*network.layers[2].weight, network.layers[2].bias]:
                row[:] = [size * w for w in row]
            inputs = [[rng.uniform(-2, 2), rng.uniform(-2, 2)] for _ in range(4)]
            targets = [[rng.choice([0.0, 1.0, 0.3]), 1.0] for _ in range(4)]
            case = network, BCEWithLogitsLoss(rng.choice(["mean", "sum"])), inputs, targets
            assert digits(Unrolled(), *case) == digits(Loops(), *case)


def test_whole_trainings_end_with_the_same_digits():
    ends = []
    for engine in (Loops(), Unrolled()):
        rng = random.Random(7)
        network = Network.mlp([2, 8, 1], activation="tanh", rng=rng)
        epochs = list(train(network, linear(50, rng), BCELoss(), Adam(network.parameters(), lr=0.01), 15, batch_size=8,
                            engine=engine, rng=rng, validation=linear(20, rng)))
        ends.append((epochs, network.state_dict()))
    assert ends[0] == ends[1]


OPTIMIZERS = {
    "sgd": lambda parameters: SGD(parameters, lr=0.1),
    "momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9),
    "adagrad": lambda parameters: Adagrad(parameters, lr=0.1),
    "rmsprop": lambda parameters: RMSprop(parameters, lr=0.1),
    "adam": lambda parameters: Adam(parameters, lr=0.1),
}


def state(optimizer):
    """All numbers that an optimizer keeps, as text."""
    return repr({name: value for name, value in vars(optimizer).items() if name != "parameters"})


@pytest.mark.parametrize("seeds", [range(30), pytest.param(range(30, 60), marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_end_with_the_same_digits_for_random_networks(name, seeds):
    for seed in seeds:
        ends = []
        for engine in (Loops(), Unrolled()):
            network, loss, inputs, targets = random_case(seed)
            optimizer = OPTIMIZERS[name](network.parameters())
            done = [engine.learn(network, loss, optimizer, inputs, targets) for _ in range(3)]
            ends.append((repr(done), repr(list(network.parameters())), state(optimizer)))
        assert ends[0] == ends[1], (seed, network, loss)


def test_a_step_is_the_engines_own_only_where_it_knows_the_optimizer(monkeypatch):
    class Mine(SGD):
        def step(self):
            self.velocity[0][0] = 7.0

    by_itself, learn = [], Engine.learn
    monkeypatch.setattr(Engine, "learn", lambda self, *batch: by_itself.append(batch[2]) or learn(self, *batch))
    network, data, engine = Network.mlp([2, 3, 1], rng=random.Random(1)), xor(), Unrolled()
    before = network.state_dict()
    half = SGD(list(network.parameters())[:2], lr=0.1)
    engine.learn(network, MSELoss(), half, *data)
    assert by_itself == [half]
    after = network.state_dict()
    assert after["0.weight"][:2] != before["0.weight"][:2] and after["0.weight"][2] == before["0.weight"][2]
    assert after["2.weight"] == before["2.weight"]
    optimizer = Mine(network.parameters(), lr=0.1)
    engine.learn(network, MSELoss(), optimizer, *data)
    assert optimizer.velocity[0][0] == 7.0 and network.state_dict() == after and by_itself == [half, optimizer]
    optimizer = SGD(network.parameters(), lr=0.1)
    engine.learn(network, MSELoss(), optimizer, *data)
    assert by_itself[2:] == [] and network.state_dict() != after
    optimizer.lr, optimizer.momentum = 0.0, 0.5                 # what is changed between steps counts
    before = network.state_dict()
    engine.learn(network, MSELoss(), optimizer, *data)
    assert by_itself[2:] == [] and network.state_dict() == before


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_with_weight_decay_the_steps_are_those_of_the_loops_too(name):
    ends = []
    for engine in (Loops(), Unrolled()):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        optimizer = OPTIMIZERS[name](network.parameters())
        optimizer.weight_decay = 0.1
        for _ in range(3):
            engine.learn(network, MSELoss(), optimizer, *xor())
        ends.append((repr(network.state_dict()), state(optimizer)))
    assert ends[0] == ends[1]


def test_there_is_no_step_where_the_cost_is_not_finite():
    for engine in (Loops(), Unrolled()):
        network = Network([Linear(1, 1, rng=random.Random(1))])
        optimizer, before = Adam(network.parameters()), network.state_dict()
        cost, _ = engine.learn(network, MSELoss(), optimizer, [[1e200]], [[0.0]])
        assert cost == math.inf and network.state_dict() == before and optimizer.t == 0


def test_a_wide_layer_is_summed_in_the_same_order():
    network = Network.mlp([150, 3, 2], rng=random.Random(1))
    case = (network, HalfSquaredErrorLoss(), [[0.01 * k for k in range(150)]], [[1.0, 0.0]])
    assert digits(Unrolled(), *case) == digits(Loops(), *case)


@pytest.mark.parametrize("loss", [MSELoss(), CrossEntropyLoss(), HalfSquaredErrorLoss()], ids=repr)
@pytest.mark.slow
def test_many_outputs_are_not_too_much_for_the_compiler(loss):
    network = Network([Linear(1, 2000, rng=random.Random(1))])
    case = (network, loss, [[0.5]], [[1.0] + [0.0] * 1999])
    assert digits(Unrolled(), *case) == digits(Loops(), *case)


def test_far_out_it_behaves_as_the_loops_do():
    for activation in ("sigmoid", "tanh", "relu", "softmax"):
        network = Network.mlp([1, 2, 1], activation=activation, rng=random.Random(1))
        for x in (1e4, -1e4, 1e308):
            case = (network, MSELoss(), [[x]], [[1.0]])
            assert digits(Unrolled(), *case) == digits(Loops(), *case)
    network = Network([Linear(1, 1, rng=random.Random(1)), Tanh()])
    network.load_state_dict({"0.weight": [[-5.0]], "0.bias": [0.0]})
    with pytest.raises(PurennError, match="BCELoss: an output is -0.99.*; it must be a probability"):
        Unrolled().gradients(network, BCELoss(), [[1.0]], [[1.0]])


def test_it_follows_when_the_network_the_loss_or_a_weight_changes():
    engine, data = Unrolled(), xor()
    first, second = (Network.mlp([2, 3, 1], rng=random.Random(seed)) for seed in (1, 2))
    for network, loss in ((first, MSELoss()), (second, MSELoss()), (second, BCELoss()), (first, MSELoss("sum"))):
        assert digits(engine, network, loss, *data) == digits(Loops(), network, loss, *data)
    loss = MSELoss()
    digits(engine, first, loss, *data)
    first.layers[0].weight[0][0] = 5.0
    assert digits(engine, first, loss, *data) == digits(Loops(), first, loss, *data)
    first.layers[1] = ReLU()
    assert digits(engine, first, loss, *data) == digits(Loops(), first, loss, *data)
    first.layers[1] = LeakyReLU(0.2)
    digits(engine, first, loss, *data)
    first.layers[1].negative_slope = 0.4
    assert digits(engine, first, loss, *data) == digits(Loops(), first, loss, *data)


def test_the_source_is_straight_but_for_the_samples():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    source = gradients_source(network, MSELoss())
    assert source.count("for ") == 1 and "range(" not in source and "[k]" not in source
    assert "z0_0 = b0_0 + w0_0_0 * x_0 + w0_0_1 * x_1" in source
    assert "a1_0 = 1.0 / (1.0 + exp(-z0_0))" in source
    assert "dw2_0_3 += d3_0 * a1_3" in source
    assert "# back through layers[2] = Linear(4, 4)" in source
    assert max(len(line) for line in source.splitlines()) < 200
    assert "total" not in outputs_source(network)


@pytest.mark.parametrize("activation", ["sigmoid", "leaky_relu", "softmax"])
def test_the_standalone_program_needs_nothing_and_predicts_the_same_digits(tmp_path, activation):
    network = Network.mlp([2, 3, 2], activation=activation, rng=random.Random(1))
    path = tmp_path / "program.py"
    path.write_text(standalone_source(network), encoding="utf-8")
    done = subprocess.run([sys.executable, "-S", "-E", "-I", str(path), "0.1", "0.9", "-3", "4e2"], cwd=str(tmp_path),
                          stdout=subprocess.PIPE, encoding="utf-8")
    expected = network.predict([[0.1, 0.9], [-3.0, 400.0]])
    assert [[float(text) for text in line.split()] for line in done.stdout.splitlines()] == expected
    done = subprocess.run([sys.executable, str(path), "1"], stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1 and done.stderr == "give 2 numbers for each sample\n"


def test_what_it_has_no_source_for_is_refused():
    class Mine(Sigmoid):
        pass

    class MyLoss(MSELoss):
        pass

    data = Dataset([[0.0, 1.0]], [[1.0]])
    network = Network([Linear(2, 1, rng=random.Random(1)), Mine()])
    with pytest.raises(PurennError, match=r"unrolled: there is no source for layers\[1\], Mine\(\); use the "
                                          "engine 'loops'"):
        Unrolled().gradients(network, MSELoss(), *data)
    network = Network.mlp([2, 1], rng=random.Random(1))
    with pytest.raises(PurennError, match="unrolled: there is no source for the loss MyLoss"):
        Unrolled().gradients(network, MyLoss(), *data)
    with pytest.raises(PurennError, match="unrolled: the network has 40401 parameters; this engine is for tiny "
                                          "networks, with at most 20000"):
        Unrolled().outputs(Network.mlp([200, 200, 1], init="zeros"), [[0.0] * 200])
    with pytest.raises(PurennError, match="unrolled: the network has no Linear layer"):
        Unrolled().outputs(Network([Sigmoid()]), [[0.0]])


def test_an_engine_that_is_not_known_is_refused():
    done = cli("xor", "--engine", "foo")
    assert done.returncode == 2 and "--engine: found 'foo'; it must be one of loops, unrolled" in done.stderr


@pytest.mark.parametrize("command", ["xor", "linear", "gate"])
def test_the_commands_print_the_same_with_each_engine(command):
    shown = [cli(command, "--epochs", 60, "--engine", engine).stdout for engine in ("loops", "unrolled")]
    assert shown[0].splitlines()[0] + ", engine Unrolled()" == shown[1].splitlines()[0]
    assert shown[0].splitlines()[1:] == shown[1].splitlines()[1:]


def test_unroll_prints_the_source_and_standalone_a_trained_program(tmp_path):
    done = cli("unroll", "xor")
    assert (done.returncode, done.stderr) == (0, "")
    compile(done.stdout, "shown", "exec")
    assert "def gradients(layers, loss, inputs, targets):" in done.stdout and "def outputs(" in done.stdout
    done = cli("unroll", "xor", "--standalone", "--epochs", 50)
    path = tmp_path / "xor.py"
    path.write_text(done.stdout, encoding="utf-8")
    said = subprocess.run([sys.executable, str(path), "0.1", "0.9"], stdout=subprocess.PIPE).stdout
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), 50):
        pass
    assert float(said) == network.predict([[0.1, 0.9]])[0][0]


@pytest.mark.parametrize("arguments, named", [
    ("unroll", "unroll: found no task; it must be one of xor, linear, gate"),
    ("unroll foo", "unroll: task: found 'foo'; it must be one of xor, linear, gate"),
    ("unroll xor --hidden 300 300",
     "unrolled: the network has 91501 parameters; this engine is for tiny networks, with at most 20000"),
    ("xor --engine unrolled --hidden 300 300", "unrolled: the network has 91501 parameters"),
    ("unroll xor --epochs 5", "--epochs: has no effect here; add --standalone"),
    ("unroll xor --lr 3", "--lr: has no effect here; add --standalone"),
    ("unroll xor --batch-size 2", "--batch-size: has no effect here; add --standalone"),
])
def test_what_cannot_be_unrolled_is_refused_in_one_line(arguments, named):
    assert_refused(arguments, named)


@pytest.mark.parametrize("task, more", [("xor", {}), ("linear", {"loss": "bce"}), ("gate", {})] + [
    ("xor", {"activation": name, "loss": "sse"}) for name in BETWEEN])
def test_what_unroll_prints_is_a_program_that_needs_nothing_and_has_the_gradients_of_the_loops(task, more, tmp_path):
    path = tmp_path / "program.py"
    choices = {"hidden": 3, "seed": 4, **more}
    options = [word for name, value in choices.items() for word in ("--" + name, value)]
    path.write_text(cli("unroll", task, *options).stdout, encoding="utf-8")
    done = subprocess.run([sys.executable, "-S", "-E", path.name], cwd=str(tmp_path), stdout=subprocess.PIPE,
                          encoding="utf-8", check=True)
    rng = random.Random(4)
    problem = TASKS[task].problem(rng)
    run = Run(problem, resolve(TASKS[task], problem, **{**choices, "hidden": [3]}), rng)
    cost, _ = Loops().gradients(run.network, run.loss, *problem.train)
    lines = done.stdout.splitlines()
    assert lines[0] == "cost %r" % cost
    for layer, line in zip(run.network.layers, lines[1:]):
        assert "'weight_grad': %r, 'bias_grad': %r}" % (layer.weight_grad, layer.bias_grad) in line if isinstance(
            layer, Linear) else line == "%r" % ({"negative_slope": 0.01} if isinstance(layer, LeakyReLU) else {})


DIVERGING = ["--lr", "1e308", "--loss", "half-sse", "--activation", "relu", "--output-activation", "identity"]


@pytest.mark.parametrize("more, code", [([], 0), (DIVERGING, 3)])
def test_the_engine_that_trained_a_standalone_program_is_closed(monkeypatch, more, code):
    closed = []
    monkeypatch.setattr(Matrix, "close", lambda self: closed.append(self))
    assert main(["unroll", "xor", "--standalone", "--epochs", "2", "--engine", "matrix", *more]) == code
    assert [type(engine).__name__ for engine in closed] == ["Matrix"]


def test_a_training_that_diverges_is_not_printed_as_a_program():
    done = cli("unroll", "xor", "--standalone", "--epochs", 1, *DIVERGING)
    assert (done.returncode, done.stdout) == (3, "") and "diverged" in done.stderr
