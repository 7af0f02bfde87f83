"""``--plot``, ``--animate`` and ``activations`` without matplotlib, and what is collected for the figures."""
import json
import math
import os
import random
import re

import pytest

from purenn import MSELoss, Network, SGD, train
from purenn.activations import ACTIVATIONS
from purenn.study import history as room
from purenn.study.history import History
from purenn.data.tasks import gate, xor
from purenn.engines.loops import Loops
from purenn.engines.unrolled import Unrolled
from purenn.training import Epoch, class_of

from .helpers import assert_refused, cli, cli_process, close

MISSING = "purenn: no figures are drawn: matplotlib is not installed; get it with: pip install matplotlib\n"


def watched(epochs, sizes=(2, 3, 1), data=None, engine=None):
    """A network that was trained for so many epochs, and its history."""
    data, loss = data or gate(), MSELoss()
    network = Network.mlp(list(sizes), rng=random.Random(3))
    engine = engine or Loops()
    seen = History(network, loss, data, engine)
    number = 0
    for epoch in train(network, data, loss, SGD(network.parameters(), lr=0.5), epochs, engine=engine):
        seen.see(epoch)
        number = epoch.number
    seen.end(number)
    return network, seen


@pytest.mark.parametrize("arguments", ["xor --plot", "linear --animate x.gif", "gate --plot a --animate b.gif"])
def test_without_matplotlib_one_line_says_how_to_get_it_and_the_run_goes_on(tmp_path, arguments):
    name, *more = arguments.split()
    plain = cli(name, "--epochs", 5, cwd=str(tmp_path))
    done = cli(name, "--epochs", 5, *more, cwd=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, MISSING)
    assert os.listdir(str(tmp_path)) == []


def test_a_matplotlib_that_cannot_be_loaded_is_one_line_too(tmp_path):
    folder = tmp_path / "matplotlib"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise ImportError('numpy is of another\\nkind')")
    done = cli_process("gate", "--epochs", 2, "--plot", flags=("-S",), env={"PYTHONPATH": str(tmp_path)},
                       cwd=str(tmp_path))
    assert done.returncode == 0 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("purenn: no figures are drawn: matplotlib cannot be loaded: numpy is of another kind")


def test_letters_and_activations_go_on_without_matplotlib_too(tmp_path):
    done = cli("letters", "--train", 60, "--hidden", 3, "--epochs", 1, "--json", "--plot", cwd=str(tmp_path))
    assert done.returncode == 0 and done.stderr == MISSING and json.loads(done.stdout)["epochs"] == 1
    done = cli("activations", "--plot", cwd=str(tmp_path))
    assert done.returncode == 0 and done.stderr == MISSING and done.stdout.startswith("            sigmoid")
    assert os.listdir(str(tmp_path)) == []


def test_an_animation_must_be_a_gif():
    assert_refused("xor --animate x.mp4", "--animate: found 'x.mp4'; it must be the name of a .gif file")
    assert_refused("letters --animate x.gif", "letters: there is no option --animate")


def test_activations_are_the_functions_and_their_derivatives():
    rows = cli("activations").stdout.splitlines()
    names = rows[0].split()
    assert names == ["sigmoid", "tanh", "relu", "leaky_relu", "identity"] and max(map(len, rows[:-1])) <= 80
    for row in rows[2:-2]:
        z, *numbers = [float(text) for text in row.split()]
        assert len(numbers) == 10
        for name, value, derivative in zip(names, numbers[::2], numbers[1::2]):
            layer = ACTIVATIONS[name]()
            assert abs(layer.forward([z])[0] - value) <= 5.01e-4
            if z != 0.0:
                slope = (layer.forward([z + 1e-6])[0] - layer.forward([z - 1e-6])[0]) / 2e-6
                assert abs(slope - derivative) < 6e-4, (name, z)


@pytest.mark.parametrize("engine", [Loops, Unrolled])
def test_being_watched_changes_no_digit_of_what_is_learned(engine):
    network, seen = watched(40, data=xor(), engine=engine())
    alone = Network.mlp([2, 3, 1], rng=random.Random(3))
    for _ in train(alone, xor(), MSELoss(), SGD(alone.parameters(), lr=0.5), 40, engine=engine()):
        pass
    assert network.state_dict() == alone.state_dict()
    assert seen.frames(xor())[-1][0] == 40 and network.state_dict() == alone.state_dict()


def test_a_snapshot_is_the_network_after_that_epoch():
    _, seen = watched(9)
    assert seen.epochs() == list(range(10)) and len(seen.accuracies) == 9
    for epochs in (0, 4, 9):
        network, _ = watched(epochs) if epochs else (Network.mlp([2, 3, 1], rng=random.Random(3)), None)
        values = [value for _, row, _ in network.parameters() for value in row]
        assert list(seen.snapshots[epochs].values) == values
    panels = seen.movement()
    assert [name for name, _ in panels] == ["layer 1: 2 → 3", "layer 2: 3 → 1"]
    assert [(neuron, is_bias) for neuron, is_bias, _ in panels[0][1]] == [
        (0, False), (0, False), (1, False), (1, False), (2, False), (2, False), (0, True), (1, True), (2, True)]
    weight = network.state_dict()["2.weight"][0]
    assert [line[2][-1] for line in panels[1][1]] == weight + network.state_dict()["2.bias"]


def test_the_gradients_sizes_are_those_of_the_costs_slopes_at_the_snapshot():
    network, seen = watched(5)
    loss, data, h = MSELoss(), gate(), 1e-6
    for layer, (_, sizes) in zip(("0", "2"), seen.gradients()):
        total = 0.0
        for name, row, _ in network.parameters():
            for k in range(len(row) if name.startswith(layer) else 0):
                costs = []                              # the mean over the four rows
                for step in (h, -2.0 * h):
                    row[k] += step
                    outputs = network.predict(data.inputs)
                    costs.append(sum(loss.forward(a, y) for a, y in zip(outputs, data.targets)) / 4)
                row[k] += h
                total += ((costs[0] - costs[1]) / (2.0 * h)) ** 2
        assert close(sizes[-1], math.sqrt(total), 1e-6)


@pytest.mark.parametrize("length", [1, 150, 5000, 200000])
def test_a_history_of_any_length_has_the_first_and_the_last_epoch_and_at_most_200(monkeypatch, length):
    network = Network.mlp([2, 1])
    monkeypatch.setattr(History, "_gradient_sizes", lambda self: {})
    seen = History(network, MSELoss(), gate(), Loops())
    most = 0
    for number in range(1, length + 1):
        seen.see(Epoch(number, 0.1, 0.5, None, None))
        most = max(most, len(seen.snapshots))
    seen.end(length)
    epochs = seen.epochs()
    assert most <= 200 and len(epochs) >= min(length + 1, 60) and epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, length) and len(seen.accuracies) == length
    roots = [math.sqrt(epoch) for epoch in epochs]
    assert max(b - a for a, b in zip(roots[5:], roots[6:])) <= 2.1 * roots[-1] / len(roots) if length > 1 else True


def test_a_wide_network_has_fewer_snapshots_coarser_maps_and_some_of_its_lines(monkeypatch):
    _, seen = watched(1, sizes=(2, 100, 1))
    (name, lines), _ = seen.movement()
    assert name == "layer 1: 2 → 100, 60 of 300" and len(lines) == 60 and {line[1] for line in lines} == {False, True}
    side = len(seen.last_map())
    monkeypatch.setattr(room, "MOST_WORK", 401 * 20 * 20)
    assert side == room.SIDE and len(seen.last_map()) == 20
    monkeypatch.setattr(room, "MOST_NUMBERS", 401 * 50)
    assert History(seen.network, MSELoss(), gate(), Loops()).most == 50


def test_a_map_is_what_the_network_puts_out_with_x2_upward():
    network, seen = watched(20)
    grid = seen.last_map()
    low, high = room.LIMITS
    assert len(grid) == room.SIDE and all(len(row) == room.SIDE for row in grid)
    assert close(grid[0][-1], network.predict([[high, low]])[0][0])
    assert close(grid[-1][0], network.predict([[low, high]])[0][0])
    for row in network.layers[-2].weight:
        row[:] = [1e9 for _ in row]
    assert all(0.0 <= value <= 1.0 for row in seen.last_map() for value in row)


def test_frames_are_at_most_60_from_the_untrained_network_to_the_trained_one():
    network, seen = watched(200)
    frames = seen.frames(gate())
    assert len(frames) == room.MOST_FRAMES and (frames[0][0], frames[-1][0]) == (0, 200)
    untrained = Network.mlp([2, 3, 1], rng=random.Random(3))
    for (_, guesses, grid), then in ((frames[0], untrained), (frames[-1], network)):
        assert guesses == [class_of(output) for output in then.predict(gate().inputs)]
        assert close(grid[0][0], then.predict([[room.LIMITS[0]] * 2])[0][0])


def test_what_is_in_the_gallery_is_shown_there_with_its_command():
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "plots")
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as handle:
        text = handle.read()
    files = [name for name in os.listdir(folder) if name.endswith((".png", ".gif", ".svg"))]
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    there = [name for name in shown if os.path.exists(os.path.join(folder, name))]
    assert shown == there and len(shown) >= 10 and set(shown) <= set(files)
    for name in shown:
        assert os.path.getsize(os.path.join(folder, name)) < 150_000, name
