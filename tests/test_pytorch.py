"""The PyTorch program that ``unroll`` prints: where PyTorch is installed, its losses are purenn's."""
import random
import subprocess
import sys

import pytest

from purenn import (SGD, Adagrad, Adam, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Dataset, HalfSquaredErrorLoss,
                    Layer, LeakyReLU, Linear, Loss, MSELoss, Network, PurennError, ReLU, RMSprop, Sigmoid, Softmax,
                    Tanh, train)
from purenn.data.tasks import gate, xor
from purenn.engines.pytorch import pytorch_source

from .helpers import assert_refused, cli, small_data, small_network


def losses_of_the_program(source):
    """The losses of a printed program, run by PyTorch."""
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    namespace = {}
    exec(compile(source, "<unroll>", "exec"), namespace)
    return namespace["losses"]


# Without PyTorch: what the program says.

def test_the_program_is_short_and_has_the_numbers_of_the_network_and_of_the_data():
    source = cli("unroll", "gate", "--torch", "--hidden", 2, "--epochs", 7, "--seed", 3).stdout
    compile(source, "<unroll>", "exec")
    lines = source.splitlines()
    assert len(lines) < 50 and max(len(line) for line in lines) <= 120
    network = Network.mlp([2, 2, 1], rng=random.Random(3))
    for key, values in network.state_dict().items():
        assert f'    "{key}": torch.tensor({values!r}),' in lines
    for row in gate().inputs + gate().targets:
        assert f"    {row!r}," in lines
    assert "for epoch in range(1, 7 + 1):" in lines
    assert "optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.5)" in lines
    assert "        loss = 0.5 * criterion(model(x), y)" in lines


def test_the_source_has_every_optimizer_setting_that_matters():
    network = Network([Linear(2, 1, bias=False), Sigmoid()])
    lines = {kind: pytorch_source(network, BCELoss(), make(network.parameters()), xor(), 10).splitlines()
             for kind, make in OPTIMIZERS.items()}
    assert [next(line for line in lines[kind] if line.startswith("optimizer")) for kind in OPTIMIZERS] == [
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.5)",
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)",
        "optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1, eps=1e-10)",
        "optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-08)",
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-08, weight_decay=0.1, betas=(0.9, 0.99))"]
    assert "    torch.nn.Linear(2, 1, bias=False)," in lines["sgd"] and "criterion = torch.nn.BCELoss()" in lines["sgd"]


class Mine(Loss, Layer):
    """Neither a loss nor a layer that PyTorch has."""


@pytest.mark.parametrize("network, loss", [
    (Network([Linear(2, 1), Mine()]), MSELoss()), (Network([Linear(2, 1)]), Mine())])
def test_what_pytorch_does_not_have_is_refused(network, loss):
    with pytest.raises(PurennError, match="there is no (source for layers|PyTorch program for)"):
        pytorch_source(network, loss, SGD(network.parameters()), xor(), 10)


@pytest.mark.parametrize("arguments, named", [
    ("unroll xor --torch --standalone", "--standalone: not allowed with argument --torch"),
    ("unroll xor --torch --shuffle", "--shuffle: has no effect here; add --standalone, or leave out --shuffle"),
    ("unroll xor --torch --engine loops", "--engine: has no effect here; add --standalone"),
    ("unroll xor --lr 3", "--lr: has no effect here; add --standalone, or leave out --lr"),
])
def test_options_without_an_effect_are_refused(arguments, named):
    assert_refused(arguments, named)


# With PyTorch: the losses of 100 epochs, within 1e-12. The settings are such that a rounding error does not grow from
# step to step, as it does where the learning rate is so large that the loss jumps up and down.

def close_losses(source, expected):
    found = losses_of_the_program(source)
    assert len(found) == len(expected) == 100
    assert max(abs(a - b) for a, b in zip(found, expected)) <= 1e-12


@pytest.mark.parametrize("line", [
    "xor", "xor --optimizer adam --batch-size 8", "xor --activation tanh --loss bce --lr 0.1",
    "linear --loss sse --lr 0.01", "gate",
    "gate --activation leaky_relu --optimizer rmsprop --batch-size 4", "xor --activation relu --init he"])
def test_the_losses_of_the_command_are_those_of_the_program(line, tmp_path):
    history = str(tmp_path / "history.csv")
    source = cli("unroll", *line.split(), "--torch", "--epochs", 100).stdout
    assert cli(*line.split(), "--epochs", 100, "--history", history, "--quiet").returncode == 0
    with open(history, encoding="utf-8") as file:
        head, *rows = [row.split(",") for row in file.read().splitlines()]
    assert head[:2] == ["epoch", "loss"]
    close_losses(source, [float(row[1]) for row in rows])


OPTIMIZERS = {
    "sgd": lambda parameters: SGD(parameters, lr=0.5),
    "momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9),
    "adagrad": lambda parameters: Adagrad(parameters, lr=0.1),
    "rmsprop": lambda parameters: RMSprop(parameters, lr=0.001, alpha=0.9),
    "adam": lambda parameters: Adam(parameters, lr=0.01, betas=(0.9, 0.99), weight_decay=0.1),
}
LOSSES = {"mse": (MSELoss(), Tanh()), "sse": (MSELoss("sum"), ReLU()), "half": (HalfSquaredErrorLoss(), LeakyReLU(0.2)),
          "half-mean": (HalfSquaredErrorLoss("mean"), Softmax()), "bce": (BCELoss(), Sigmoid()),
          "bce-with-logits": (BCEWithLogitsLoss(), None),
          "cross-entropy": (CrossEntropyLoss(), None), "cross-entropy-sum": (CrossEntropyLoss("sum"), None)}


@pytest.mark.parametrize("name, batch_size", [*((name, None) for name in LOSSES), ("mse", 3), ("half-mean", 3),
                                              ("sse", 3)])
def test_every_loss_and_optimizer_is_the_same_there(name, batch_size):
    loss, output = LOSSES[name]
    data = small_data()
    for kind in OPTIMIZERS:
        network = small_network(output=output)
        optimizer = OPTIMIZERS[kind](network.parameters())
        source = pytorch_source(network, loss, optimizer, Dataset(*data), 100, batch_size)
        close_losses(source, [epoch.loss for epoch in train(network, data, loss, optimizer, 100, batch_size)])


def test_the_program_runs_by_itself(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    path = tmp_path / "program.py"
    path.write_text(cli("unroll", "xor", "--torch", "--epochs", 20).stdout, encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], stdout=subprocess.PIPE, encoding="utf-8", check=True)
    assert len(done.stdout.splitlines()) == 11 and done.stdout.startswith("epoch      1   loss 0.250400\n")
