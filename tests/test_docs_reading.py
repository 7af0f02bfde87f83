"""The derivation and the walk with a debugger: what docs/derivation.md, reading.md and explain.md say is so."""
import inspect
import os
import random
import re
import subprocess
import sys
import threading
from collections import namedtuple

import pytest

from purenn import SGD, Adam, MSELoss, Network, train
from purenn.data.tasks import xor
from purenn.study.gradcheck import gradcheck, sweep

from .helpers import ROOT, cli, found

pdb = pytest.mark.skipif(sys.implementation.name != "cpython" or sys.platform == "emscripten",
                         reason="the words are those of CPython's pdb, in a process of its own")


def text_of(page):
    with open(os.path.join(ROOT, "docs", page), encoding="utf-8") as file:
        return file.read()


def rows_of(text, *header):
    """The rows of the table with this header."""
    table = text[text.index("| %s |" % " | ".join(header)):].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip()[1:-1].split("|")] for row in table.splitlines()[2:]]


def line_of(path, number):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read().splitlines()[int(number) - 1]


READING = text_of("reading.md")
DERIVATION = text_of("derivation.md")
SESSION = re.search(r"^```console\n\$ (python3 -m pdb cli\.py xor)\n(.*?)^```$", READING, re.M | re.S).group(2)

Station = namedtuple("Station", ("number", "file", "function", "typed", "names", "prose"))
STATIONS = [Station(int(number), file, function, typed, re.findall("`(.*?)`", names), " ".join(prose.split()))
            for number, file, function, typed, names, prose in re.findall(
                r"^### (\d+)\. .*\n\n- Stop: `(.*)`, in `(.*)`\n- Type: `(.*)`\n- Look at: (.*)\n\n((?:.*\n)*?)(?=##)",
                READING, re.M)]
FLOAT = r"`(-?\d+\.\d+(?:e-\d+)?)`"

# What a station promises of `next`: the words, how many more they mean, and what then has the number that follows them.
MOVES = {
    3: [("After one `next`", 1, "z"), ("after two more", 2, "z")],
    7: [("After one `next`", 1, "delta[0]")],
    8: [("The first `next`", 1, "weight_grads[0]"), ("The second", 1, "input_grads[0]")],
    11: [("After one `next`", 1, "total")],
    12: [("After one `next`", 1, "v[k]"), ("After two", 1, "values[k]")],
}


def environment():
    return {**os.environ, "PYTHONIOENCODING": "utf-8"}


def in_the_page(text):
    """What pdb prints as the page shows it: paths begin at the folder of cli.py."""
    return text.replace(ROOT + os.sep, "").replace(os.sep, "/")


def typed_in(commands):
    """All that a session prints, the answers to its commands one by one."""
    done = subprocess.run([sys.executable, "-m", "pdb", "cli.py", "xor"], cwd=ROOT, input="\n".join(commands) + "\n",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=120,
                          env=environment())
    return in_the_page(done.stdout).split("(Pdb) ")


class Debugger:
    """A session that goes on: one command after the other, each with its answer."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-m", "pdb", "cli.py", "xor"], cwd=ROOT, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())
        self.timer = threading.Timer(120.0, self.process.kill)
        self.timer.start()
        self._read()

    def _read(self):
        said = b""
        while not said.endswith(b"(Pdb) "):
            byte = self.process.stdout.read(1)
            assert byte, said.decode()
            said += byte
        return in_the_page(said[:-len(b"(Pdb) ")].decode("utf-8").replace("\r\n", "\n"))

    def say(self, command):
        self.process.stdin.write((command + "\n").encode("utf-8"))
        self.process.stdin.flush()
        return self._read()

    def stop(self, said):
        """The file, the line and the function of the stop that was said last."""
        file, line, function = re.findall(r"^> (.*)\((\d+)\)(\w+|<module>)\(\)", said, re.M)[-1]
        return file, int(line), function

    def close(self):
        self.timer.cancel()
        self.process.kill()
        self.process.communicate()


def asked_above(debugger, stop, function, expression):
    """What an expression is in the function that called, directly or not."""
    for _ in range(8):
        if stop[2] == function:
            return debugger.say("p " + expression).strip()
        stop = debugger.stop(debugger.say("up"))
    raise AssertionError(function)


@pytest.fixture(scope="module")
def walk():
    """What is met at each station, by its number, all in one session: (stop, {name: value}, [moved values], sample)."""
    met, debugger = {}, Debugger()
    try:
        for station in STATIONS:
            if station.number == 10:
                assert "Delete the breakpoints of stations 6 and 9 before" in station.prose
                debugger.say("clear 6"), debugger.say("clear 9")
            assert debugger.say(station.typed).startswith("Breakpoint %d at " % station.number), station.typed
            place = re.search(r" (\S+):(\d+)", station.typed)
            for _ in range(3):                          # the breakpoint that stays is met in between
                stop = debugger.stop(debugger.say("continue"))
                if stop[:2] == (place.group(1), int(place.group(2))):
                    break
            values = {name: debugger.say("p " + name).strip() for name in station.names}
            moved = []
            for _, count, expression in MOVES.get(station.number, ()):
                before = [debugger.say("p " + other) for _, _, other in MOVES[station.number]]
                for _ in range(count):
                    debugger.say("next")
                after = [debugger.say("p " + other) for _, _, other in MOVES[station.number]]
                others = [other for (_, _, other), old, new in zip(MOVES[station.number], before, after) if old != new]
                moved.append((debugger.say("p " + expression).strip(), set(others)))
            sample = None
            if station.number == 1:
                sample = debugger.say("p inputs[3], targets[3]").strip()
            elif station.number < 10:
                sample = asked_above(debugger, stop, "gradients", "x, y")
            elif station.number < 12:
                sample = asked_above(debugger, stop, "batch_cost", "outputs[i], targets[i]")
            met[station.number] = stop, values, moved, sample
    finally:
        debugger.close()
    return met


# docs/reading.md

@pdb
def test_each_breakpoint_of_the_zoom_is_taken_and_is_the_line_beside_it():
    rows = rows_of(READING, "file", "loops over", "forward", "backward", "breakpoint on the way back", "on the line")
    assert [re.search(r"purenn/([\w/]+)\.py", row[0]).group(1) for row in rows] == [
        "training", "engines/loops", "network", "layers", "neuron"]
    for file, _, _, _, command, line in rows:
        path, number = re.match(r"`break (\S+):(\d+)`$", command).groups()
        assert "../%s)" % path in file and line.strip("`") in line_of(path, number), command
    answers = typed_in([row[4].strip("`") for row in rows] + ["quit"])[1:]
    for i, row in enumerate(rows):
        assert answers[i] == "Breakpoint %d at %s\n" % (i + 1, row[4].strip("`")[len("break "):])


def test_the_stations_are_there_and_follow_one_sample():
    assert [station.number for station in STATIONS] == list(range(1, 14)) and "thirteen stations" in READING
    assert "x = (0.1, 0.9) with the target 1. Counted from 0, it is sample 3 of the 21." in " ".join(READING.split())
    data = xor()
    assert (data.inputs[3], data.targets[3], len(data.inputs)) == ([0.1, 0.9], [1.0], 21)


@pdb
@pytest.mark.parametrize("station", STATIONS, ids=lambda station: str(station.number))
def test_the_walk_stops_at_each_station_in_order_with_the_names_and_the_numbers_that_it_promises(station, walk):
    stop, values, moved, _ = walk[station.number]
    place = re.search(r" (\S+):(\d+)", station.typed)
    assert stop == (place.group(1), int(place.group(2)), station.function) and place.group(1) == station.file
    assert len(values) >= 1 and not [name for name, value in values.items() if "NameError" in value or not value]
    for (words, _, expression), (value, changed) in zip(MOVES.get(station.number, ()), moved):
        sentence = re.split(r"[.;](?=\s|$)", station.prose[station.prose.index(words):])[0]
        assert re.findall(FLOAT, sentence)[-1] == value, words
        assert changed == {expression}, words


@pdb
def test_the_walk_is_on_the_sample_from_the_first_station_to_the_cost(walk):
    samples = [walk[number][3] for number in range(1, 12)]
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    output = network.forward([0.1, 0.9])
    assert samples[:9] == ["([0.1, 0.9], [1.0])"] * 9
    assert samples[9:] == ["(%r, [1.0])" % output] * 2
    assert walk[3][1]["inputs"] == "[0.1, 0.9]" and walk[4][1]["z"] == repr(network.layers[1].z[0])
    assert walk[5][1]["output"] == repr(output) and walk[7][1]["a"] == repr(network.layers[5].a)
    assert walk[8][1]["inputs"] == repr(network.layers[3].a) and walk[8][1]["weights"] == repr(
        network.layers[4].weight[0])
    assert (walk[1][1]["number"], walk[13][1]["number"]) == ("1", "1")      # the first epoch, to the end


@pdb
def test_the_session_goes_as_shown():
    commands = re.findall(r"^\(Pdb\) (.*)$", SESSION, re.M)
    answers = typed_in(commands)
    shown = answers[0] + "".join("(Pdb) %s\n%s" % pair for pair in zip(commands, answers[1:]))
    assert shown == SESSION


def test_what_is_typed_in_the_session_is_what_the_stations_say():
    commands = re.findall(r"^\(Pdb\) (.*)$", SESSION, re.M)
    assert [command for command in commands if "break" in command] == [station.typed for station in STATIONS]
    assert {command.split()[0] for command in commands} <= {
        word for row in rows_of(READING, "command of pdb", "what it does") for word in re.findall(r"`(\w+)", row[0])}


@pytest.mark.parametrize("station", STATIONS, ids=lambda station: str(station.number))
def test_each_number_of_a_station_is_printed_in_its_part_of_the_session(station):
    begin = SESSION.index("(Pdb) %s\n" % station.typed)
    end = SESSION.find("(Pdb) %s\n" % STATIONS[station.number].typed) if station.number < len(STATIONS) else None
    part = SESSION[begin:end]
    for number in re.findall(FLOAT, station.prose):
        assert re.search(r"(?<![\d.])%s(?![\d.])" % re.escape(number), part), number
    for layer in re.findall(r"`((?:Linear|Sigmoid)\(.*?\))`", station.prose):
        assert layer in SESSION, layer


def test_the_stop_before_the_training_that_the_page_warns_of_is_there():
    calls = []

    class Watched(Network):
        def forward(self, x):
            calls.append(x)
            return Network.forward(self, x)

    network = Watched(Network.mlp([2, 4, 4, 1], rng=random.Random(1)).layers)
    next(train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), 1))
    assert calls == [[0.0, 0.0], *xor().inputs]


# docs/derivation.md

def test_each_formula_of_the_derivation_is_computed_in_its_line():
    rows = rows_of(DERIVATION, "formula", "in words", "function", "line")
    assert len(rows) >= 20
    for _, _, function, line in rows:
        assert line.strip("`") in inspect.getsource(found(function.strip("`"))), function
    functions = {row[2].strip("`") for row in rows}
    assert functions >= {"neuron.forward", "neuron.backward", "losses.CrossEntropyLoss.backward", "activations.softmax",
                         "optimizers.SGD.step", "optimizers.Adam.step", "optimizers.Adam.corrected"}


@pytest.mark.parametrize("section, least", [("## Forward", 4), ("### BP1", 3), ("### BP2", 3), ("### BP3", 1),
                                            ("### BP4", 1)])
def test_each_step_of_the_derivation_names_its_line(section, least):
    begin = DERIVATION.index(section)
    part = DERIVATION[begin:DERIVATION.index("\n##", begin + 1)]
    named = re.findall(r"`((?:\w+\.)+\w+)`,\s+in\s+the\s+line\s+`([^`]+)`", part)
    assert len(named) >= least
    for function, line in named:
        assert line in inspect.getsource(found(function)), (function, line)


def test_each_line_that_is_named_by_its_number_is_that_line():
    named = re.findall(r"`(purenn/[\w/]+\.py):(\d+)`,\s+`([^`]+)`", DERIVATION)
    assert [path for path, _, _ in named] == ["purenn/neuron.py", "purenn/activations.py"]
    for path, number, line in named:
        assert line in line_of(path, number), (path, number)


def test_everything_that_the_derivation_names_is_there():
    spans = re.findall(r"`([^`\n]+)`", DERIVATION)
    functions = {span for span in spans if re.match(r"[a-z]\w*\.(?:\w+\.)*\w+$", span) and not span.endswith(".py")}
    assert len(functions) >= 20
    for function in functions:
        assert callable(found(function)), function
    for path in {span for span in spans if span.endswith(".py") and " " not in span}:
        assert os.path.exists(os.path.join(ROOT, path)), path


def test_the_order_that_the_derivation_speaks_of_is_that_of_the_code():
    learn = inspect.getsource(found("engines.loops.Engine.learn"))
    assert 0 < learn.index("self.gradients(network, loss, inputs, targets)") < learn.index("optimizer.step()")
    step = inspect.getsource(found("optimizers.Adam.step"))
    assert 0 < step.index("self.t += 1") < step.index("for ")
    assert "return 0.5 * squared_error(output, target)" in inspect.getsource(found("losses.HalfSquaredErrorLoss"))


def constants():
    """The loss of a constant output on xor, for constants from 0 to 1 in steps of 1/2100."""
    targets = [y[0] for y in xor().targets]
    return {c: sum((c / 2100 - y) ** 2 for y in targets) / len(targets) for c in range(2101)}


def test_the_best_constant_on_xor_is_the_mean_and_the_network_without_activations_finds_it():
    losses = constants()
    best = min(losses, key=losses.get)
    assert best == 1000 and 1000 / 2100 == 10 / 21
    assert abs(losses[best] - 10 / 21 * 11 / 21) < 1e-15
    assert all(abs(losses[c] - ((c / 2100 - 10 / 21) ** 2 + losses[best])) < 1e-12 for c in losses)
    assert sorted(y[0] for y in xor().targets) == [0.0] * 11 + [1.0] * 10
    for arguments in (["--hidden", "none", "--output-activation", "identity", "--lr", 0.1], ["--init", "zeros"]):
        assert "loss 0.249433, accuracy 11/21 (52.4%)" in cli(
            "xor", *arguments, "--epochs", 2000, "--engine", "unrolled", "--quiet").stdout


def test_momentum_in_the_other_form_is_the_same_until_lr_changes():
    for rates, same in (((0.1, 0.1), True), ((0.1, 0.05), False)):
        values, grads, u, moved = [0.0], [1.0], 0.0, []
        optimizer = SGD([("θ", values, grads)], lr=rates[0], momentum=0.9)
        for lr in rates:
            optimizer.lr, before = lr, values[0]
            optimizer.step()
            u = 0.9 * u - lr
            moved.append((round(values[0] - before, 12), round(u, 12)))
        assert all(a == b for a, b in moved) == same
    assert moved == [(-0.1, -0.1), (-0.095, -0.14)]


def test_the_first_step_of_adam_is_lr_and_without_the_correction_three_times_that():
    for g in (1e-3, 1.0, -50.0):
        values = [0.0]
        Adam([("θ", values, [g])], lr=0.25, eps=1e-300).step()
        assert abs(abs(values[0]) - 0.25) < 1e-12
    assert "%.2f" % (0.1 / 0.001 ** 0.5) == "3.16"
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    assert (len(list(network.parameters())), network.count_parameters()) == (12, 37)
    optimizer = Adam([("θ", [0.0], [2.0])])
    optimizer.step()
    optimizer.t = 12
    assert abs(optimizer.first_moment[0][0] / optimizer.corrected(optimizer.first_moment[0][0], 0.9)
               - (1 - 0.9 ** 12)) < 1e-15


def test_the_mean_with_lr_1_and_the_sum_with_lr_1_over_21_take_the_same_steps():
    weights = []
    for loss, lr in ((MSELoss(), 1.0), (MSELoss("sum"), 1.0 / 21.0)):
        network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
        for _ in train(network, xor(), loss, SGD(network.parameters(), lr=lr), 50):
            pass
        weights.append([value for _, values, _ in network.parameters() for value in values])
    assert weights[0] == pytest.approx(weights[1], rel=1e-9)


def test_equal_neurons_stay_equal_and_with_zeros_less_is_learned():
    def trained(activation, epochs, init="zeros"):
        network = Network.mlp([2, 4, 4, 1], activation=activation, init=init, rng=random.Random(1))
        if init != "zeros":
            first, second = network.layers[0], network.layers[2]
            first.weight[1][:], first.bias[1] = first.weight[0], first.bias[0]
            for row in second.weight:
                row[1] = row[0]
        before = network.state_dict()
        for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), epochs):
            pass
        after = network.state_dict()
        return network, {key for key in before if before[key] != after[key]}

    network, changed = trained("sigmoid", 200, init="uniform")
    assert len(changed) == 6 and network.layers[0].weight[0] == network.layers[0].weight[1]
    assert network.layers[0].weight[0] != network.layers[0].weight[2]
    assert trained("sigmoid", 1)[1] == {"4.weight", "4.bias"}
    for activation in ("tanh", "relu"):
        assert trained(activation, 20)[1] == {"4.bias"}


def test_the_two_errors_of_the_worked_example_are_those_that_the_mistake_shows():
    shown = cli("mistakes", "updated-weights").stdout
    wrong, right = re.search(r"E = ([\d.]+); by his method ([\d.]+)", shown).groups()
    assert ("%.9f" % float(right), "%.9f" % float(wrong)) == ("0.291027774", "0.291027924")


def test_there_is_no_number_in_the_derivation_that_is_not_checked():
    checked = {"0.249433": 10 / 21 * 11 / 21, "0.476190": 10 / 21, "0.047619": 1 / 21, "0.717570": 1 - 0.9 ** 12,
               "3.16": 0.1 / 0.001 ** 0.5, "0.095": 0.05 * 1.9, "0.14": 0.9 * 0.1 + 0.05, "52.4": 1100 / 21,
               "0.291027774": 0.291027773694, "0.291027924": 0.291027923905,
               # as they are chosen there
               "0.1": 0.1, "0.05": 0.05, "0.5": 0.5, "0.9": 0.9, "0.999": 0.999, "0.001": 0.001}
    prose = DERIVATION[DERIVATION.index("## Questions"):]
    numbers = set(re.findall(r"(?<![\w.])\d+\.\d+", prose))
    assert numbers == set(checked)
    for text, value in checked.items():
        assert float(text) == round(value, len(text.split(".")[1])), text


# docs/explain.md

def test_the_step_h_is_what_the_page_says_and_why():
    page = text_of("explain.md")
    epsilon = sys.float_info.epsilon

    def error(h):
        return epsilon / h + h * h
    best = min((10.0 ** (-power / 1000) for power in range(3000, 9000)), key=error)
    for value in (epsilon, (epsilon / 2) ** (1 / 3), epsilon ** (1 / 3)):
        assert "%.1e" % value in page
    assert "%.1e" % best == "%.1e" % (epsilon / 2) ** (1 / 3)
    assert inspect.signature(gradcheck).parameters["h"].default == 1e-5
    assert "### Why the step h is 1e-5" in page
    network = Network.mlp([2, 4, 1], rng=random.Random(5))
    errors = [error for _, error in sweep(network, MSELoss(), *xor())]
    assert all(90 < above / below < 110 for above, below in zip(errors[:3], errors[1:4]))
    assert 3 < (errors[11] / errors[5]) ** (1 / 6) < 30             # about 10 a row, on the whole
