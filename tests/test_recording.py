"""A recorded training step: what really ran, line by line, with the numbers put in."""
import ast
import copy
import importlib.util
import json
import math
import os
import random
import re
import sys
import time
import zlib

import pytest

from purenn import Linear, Network, Sigmoid, activations, linalg, losses, neuron, optimizers
from purenn.activations import ACTIVATIONS
from purenn.engines.loops import Loops, batch_cost
from purenn.layer import Layer
from purenn.linalg import PurennError
from purenn.losses import BCELoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from purenn.optimizers import SGD, Adagrad, Adam, RMSprop
from purenn.study import tracing
from purenn.study.recording import MOST_PARAMETERS, from_json, record

from . import anywhere
from .helpers import ROOT

OPTIMIZERS = {
    "sgd": lambda parameters: SGD(parameters, lr=0.1),
    "momentum": lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.01),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adam": lambda parameters: Adam(parameters, weight_decay=0.01),
}
LOSSES = {"mse": MSELoss, "sse": lambda: MSELoss("sum"), "half-sse": HalfSquaredErrorLoss, "bce": BCELoss,
          "cross-entropy": CrossEntropyLoss}
X, Y = [0.1, 0.9], [1.0, 0.0]


def made(activation="sigmoid", loss="mse", optimizer="sgd", sizes=(2, 3, 2), bias=True):
    """A network, a loss and an optimizer that has taken two steps, so that its state is not all zeros."""
    output = {"bce": "sigmoid", "cross-entropy": None}.get(loss, activation)
    network = Network.mlp(list(sizes), activation, output, bias=bias, rng=random.Random(3))
    loss, optimizer = LOSSES[loss](), OPTIMIZERS[optimizer](network.parameters())
    for _ in range(2):
        Loops().learn(network, loss, optimizer, [[0.4, -0.2]], [[0.0, 1.0][:sizes[-1]]])
    return network, loss, optimizer


@pytest.fixture(scope="module")
def recording():
    """The usual one: xor's network, 2-4-4-1, with its sample 3."""
    return record_xor()


def record_xor():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    return record(network, MSELoss(), SGD(network.parameters(), lr=1.0), [0.1, 0.9], [1.0], 3)


# A line with the numbers put in.

LAYERS = {"Linear"} | {kind.__name__ for kind in ACTIVATIONS.values()}
NAMES = {**vars(math), **vars(linalg), **vars(losses), **vars(activations), **vars(optimizers), "neuron": neuron,
         "math": math, "Linear": Linear, "batch_cost": batch_cost}


def entries(state, number):
    return [plain(state, value) for value in state.lists[number]]


def plain(state, value):
    """A value of a recording as Python's own."""
    if not isinstance(value, dict):
        return value
    (kind, inside), = value.items()
    if kind == "list":
        return entries(state, inside)
    if kind == "tuple":
        return tuple([plain(state, part) for part in inside])
    return float(inside) if kind == "float" else inside


class Returned(ast.NodeTransformer):
    """A call of a method of something that the formula does not show, by what was returned."""

    def __init__(self, values):
        self.values = values

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute):
            thing = node.func.value
            name = getattr(getattr(thing, "func", thing), "id", "")
            if name in ("self", "network", "layer", "optimizer", "loss") or name in LAYERS:
                return ast.copy_location(ast.Name("returned_%d" % self.values.pop(0), ast.Load()), node)
        return node


def evaluated(recording, number, result_state):
    """What the formula of an event comes to; calls of methods are taken from the recording."""
    event, state = recording.events[number], recording.state(number)
    returned, values = [], {}
    for later in range(number + 1, len(recording)):
        after = recording.events[later]
        if after.depth <= event.depth:
            break
        if after.kind == "return" and after.depth == event.depth + 1:
            returned.append(later)
            values["returned_%d" % later] = plain(recording.state(later), after.result)
    text = re.sub(r"#(\d+)", lambda match: repr(entries(state, int(match.group(1)))), event.formula)
    tree = ast.fix_missing_locations(Returned(returned).visit(ast.parse(text, mode="eval")))
    return eval(compile(tree, text, "eval"), {**NAMES, **values})


def check_formulas(recording):
    """Each line with the numbers put in comes to its result; returns how many there are."""
    count = 0
    for number, event in enumerate(recording.events):
        if event.kind != "line" or event.formula is None or event.result is None:
            continue
        after = next(later for later in range(number + 1, len(recording))
                     if recording.events[later].depth <= event.depth)
        result = plain(recording.state(after), event.result)
        if not isinstance(result, str):                     # a function, by its name
            value = evaluated(recording, number, None)
            value = tuple(value) if isinstance(result, tuple) else value
            assert repr(value) == repr(result), (number, event)
            count += 1
    return count


CASES = [(activation, loss, optimizer) for activation in ACTIVATIONS for loss in LOSSES for optimizer in OPTIMIZERS]


@pytest.mark.parametrize("activation, loss, optimizer", [
    ("sigmoid", "mse", "sgd"), ("tanh", "cross-entropy", "adam"), ("leaky_relu", "bce", "rmsprop"),
    ("softmax", "half-sse", "momentum"), ("relu", "sse", "adagrad"), ("identity", "mse", "sgd")])
def test_each_line_with_its_numbers_comes_to_its_result(activation, loss, optimizer):
    assert check_formulas(record(*made(activation, loss, optimizer), X, Y)) > 100


@pytest.mark.slow
@pytest.mark.parametrize("activation, loss, optimizer", CASES)
def test_so_it_does_with_every_activation_loss_and_optimizer(activation, loss, optimizer):
    check_formulas(record(*made(activation, loss, optimizer), X, Y))


def test_a_comprehension_over_what_a_line_calls_is_written_out_when_that_has_returned():
    taken = record(*made("tanh", "cross-entropy"), X, Y)
    p = next(event.result for number, event in enumerate(taken.events) if event.kind == "return"
             and taken.functions[event.function].name == "softmax")
    (event,) = [event for event in taken.events if event.kind == "line"
                and taken.functions[event.function].name == "CrossEntropyLoss.backward"]
    first, second = entries(taken.state(len(taken) - 1), p["list"])
    assert event.formula == f"[{first!r} - 1.0, {second!r} - 0.0]"


# States.

def seen(monkeypatch, make):
    """What ``make`` records, and all that there was at each event, copied as it was recorded."""
    snapshots = []
    add = tracing.Tracer._add

    def copied(value):
        if isinstance(value, (list, tuple)):
            return [copied(part) for part in value]
        return repr(value) if isinstance(value, (int, float, type(None))) else type(value)

    def also(self, kind, running, result=None):
        add(self, kind, running, result)
        snapshots.append([(each.line, {name: copied(each.frame.f_locals[name]) for name in each.function.names
                                       if name in each.frame.f_locals}) for each in self.running])
    monkeypatch.setattr(tracing.Tracer, "_add", also)
    taken = make()
    monkeypatch.undo()
    return taken, snapshots


def check_state(recording, number, snapshot):
    state = recording.state(number)

    def restored(value):
        value = plain(state, value)
        return [restored_list(part) for part in value] if isinstance(value, (list, tuple)) else repr(value)

    def restored_list(part):
        return [restored_list(each) for each in part] if isinstance(part, (list, tuple)) else repr(part)
    assert len(state.frames) == len(snapshot)
    for frame, (line, variables) in zip(state.frames, snapshot):
        assert frame.line == line
        assert [name for name in frame.variables if not name.startswith("self.")] == sorted(
            variables, key=list(frame.variables).index)
        for name, value in variables.items():
            if isinstance(value, str):
                assert restored(frame.variables[name]) == value, (number, name)
            elif isinstance(value, list) and not any(isinstance(part, type) for part in flat(value)):
                assert restored(frame.variables[name]) == value, (number, name)


def flat(value):
    return [part for each in value for part in flat(each)] if isinstance(value, list) else [value]


def test_walking_to_the_last_event_and_back_restores_every_state(monkeypatch):
    taken, snapshots = seen(monkeypatch, lambda: record(*made("tanh", "bce", "momentum"), X, Y))
    jumps = list(range(len(taken)))
    random.Random(1).shuffle(jumps)
    for number in [*range(len(taken)), *reversed(range(len(taken))), *jumps]:
        check_state(taken, number, snapshots[number])


def test_a_state_is_ones_own(recording):
    before = copy.deepcopy(recording.state(400))
    changed = recording.state(400)
    changed.frames[-1].variables.clear()
    for values in changed.lists.values():
        values.clear()
    assert recording.state(400) == before


@pytest.mark.parametrize("number", [-1, 10 ** 6])
def test_an_event_that_is_not_there_is_refused(recording, number):
    with pytest.raises(PurennError, match="there is no event .*; the recording has events 0 to"):
        recording.state(number)


# What is recorded.

@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_recorded_step_gives_the_digits_of_the_loops_and_changes_nothing(optimizer):
    network, loss, optimizer = made("tanh", "mse", optimizer)
    before = [copy.deepcopy(network.state_dict()), copy.deepcopy(optimizer.state_dict())]
    taken = record(network, loss, optimizer, X, Y)
    assert [network.state_dict(), optimizer.state_dict()] == before
    cost, outputs = Loops().learn(network, loss, optimizer, [X], [Y])
    last = taken.state(len(taken) - 1)
    assert plain(last, taken.events[-1].result) == (cost, outputs)
    by_name = {name: entries(last, number) for number, name in taken.names.items()}
    for name, values, grads in network.parameters():
        assert by_name[name] == values
        assert by_name[re.sub(r"(\[\d+\])?$", r"_grad\1", name, count=1) if "[" in name else name + "_grad"] == grads


def test_a_change_of_a_weight_or_a_slope_is_at_its_place(recording):
    count = 0
    for number, event in enumerate(recording.events[1:], 1):
        for key, change in event.lists.items():
            match = re.match(r"(\d)\.weight(?:_grad)?\[(\d)\]$", recording.names.get(key, ""))
            if match and isinstance(change, dict):
                place = recording.events[number - 1].place
                assert (place.layer, place.neuron, [place.input]) == (int(match[1]), int(match[2]), list(change))
                assert place.phase == ("backward" if "grad" in recording.names[key] else "update")
                count += 1
    assert count == 2 * 28


def test_phases_layers_and_neurons_come_in_their_order(recording):
    phases = [event.place.phase for event in recording.events]
    assert [phase for n, phase in enumerate(phases) if n == 0 or phases[n - 1] != phase] == [
        "forward", "backward", "cost", "update"]
    for phase, expected in (("forward", [0, 1, 2, 3, 4, 5]), ("backward", [5, 4, 3, 2, 1, 0]), ("update", [0, 2, 4])):
        layers = [event.place.layer for event in recording.events if event.place.phase == phase]
        assert list(dict.fromkeys([layer for layer in layers if layer is not None])) == expected
    neurons = {(event.place.layer, event.place.neuron) for event in recording.events
               if event.place.phase == "forward" and event.place.neuron is not None}
    assert neurons == {(i, j) for i, width in enumerate([4, 4, 4, 4, 1, 1]) for j in range(width)}
    assert {event.place.sample for event in recording.events} == {3}


@pytest.mark.parametrize("line, phase, layer", [
    ("grad = loss.backward(output, y)", "backward", None), ("return batch_cost(loss, outputs", "cost", None),
    ("optimizer.step()", "update", None), ("output = network.forward(x)", "forward", None)])
def test_a_line_that_calls_belongs_to_the_phase_of_what_it_calls(recording, line, phase, layer):
    (place,) = [event.place for number, event in enumerate(recording.events) if event.kind == "line"
                and recording.source_line(number).strip().startswith(line)]
    assert (place.phase, place.layer) == (phase, layer)


def test_an_input_is_that_of_the_connection(recording):
    for event in recording.events:
        if recording.functions[event.function].name == "forward" and event.target == "z" and "*" in event.formula:
            weight = float(re.search(r"\+ \(?(-?[\d.e-]+)\)? \*", event.formula).group(1))
            state = recording.state(0)
            row = next(key for key, name in recording.names.items()
                       if name == f"{event.place.layer}.weight[{event.place.neuron}]")
            assert state.lists[row][event.place.input] == weight


def test_checks_and_bookkeeping_are_not_stepped_into(recording):
    names = {function.name.rpartition(".")[2] for function in recording.functions}
    assert {"forward", "backward", "sigmoid", "sigmoid_derivative", "squared_error", "step", "learn"} <= names
    assert not names & {"zero_grad", "parameters", "zeros", "is_finite", "__init__", "check_finite", "<listcomp>"}
    files = {function.file for function in recording.functions}
    assert files == set(recording.sources)
    assert files <= {"purenn/%s.py" % name for name in (
        "neuron", "layers", "activations", "network", "losses", "optimizers", "engines/loops")}
    assert not any("raise" in recording.source_line(number) or "in_features:" in recording.source_line(number)
                   for number in range(len(recording)))


def test_what_a_layer_keeps_of_a_sample_is_not_there_before_the_step(recording):
    first = next(number for number, event in enumerate(recording.events)
                 if recording.functions[event.function].name == "Activation.forward" and event.target == "self.z")
    assert "self.z" not in recording.state(first).frames[-1].variables
    assert "self.z" in recording.state(first + 1).frames[-1].variables


def test_lists_have_the_names_of_what_they_hold(recording):
    names = set(recording.names.values())
    assert {"x", "y", "0.weight", "0.weight[3]", "2.weight_grad[1]", "4.bias", "4.bias_grad", "0.output", "5.output",
            "output_grad", "2.input_grad", "2.weight_velocity[1]", "0.bias_velocity"} <= names
    assert len(names) == len(recording.names)


def own_layer():
    spec = importlib.util.spec_from_file_location("own_layer", os.path.join(ROOT, "examples", "own_layer.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_layer_of_ones_own_is_stepped_into(monkeypatch):
    own, rng = own_layer(), random.Random(1)
    network = Network([Linear(2, 3, rng=rng), own.Swish(), own.Square(), Linear(3, 1, rng=rng), Sigmoid()])
    taken = record(network, MSELoss(), SGD(network.parameters(), lr=0.1), X, [1.0])
    assert "class Swish" in taken.sources["own_layer.py"]
    assert not any(ROOT in text for text in (taken.as_json(),))
    names = [function.name for function in taken.functions]
    assert {"Swish.function", "Swish.derivative", "Square.forward", "Square.backward"} <= set(names)
    places = [event.place for event in taken.events if taken.functions[event.function].name == "Swish.derivative"]
    assert {(place.layer, place.neuron) for place in places} == {(1, 0), (1, 1), (1, 2)}
    monkeypatch.setattr(sys.modules[__name__], "LAYERS", LAYERS | {"Swish", "Square"})
    assert check_formulas(taken) > 80
    (square,) = [event for event in taken.events if event.kind == "line"
                 and taken.functions[event.function].name == "Square.forward" and event.target == "return"]
    assert re.match(r"\[\S+ \* \S+, \S+ \* \S+, \S+ \* \S+\]$", square.formula)


def twice(x):
    """2·x."""
    return 2.0 * x


class Spread(Layer):
    """One of one's own with a statement in several lines, and with calls in a comprehension."""

    def forward(self, inputs):
        """2·x, and 1."""
        factor = (1.0
                  + 1.0
                  - 1.0)
        return [factor * twice(x) for x in inputs]

    def backward(self, grad):
        """2·g."""
        return [twice(g)
                for g in grad]


def test_a_line_is_there_once_however_often_python_comes_to_it():
    network = Network([Linear(2, 2, rng=random.Random(1)), Spread()])
    taken = record(network, MSELoss(), SGD(network.parameters(), lr=0.1), X, Y)
    names = [taken.functions[event.function].name for event in taken.events]
    for name, lines in (("Spread.forward", 2), ("Spread.backward", 1)):
        kinds = [event.kind for event, each in zip(taken.events, names) if each == name]
        assert kinds == ["call", *["line"] * lines, "return"]
    assert names.count("twice") == 4 * 3
    assert {event.place.layer for event, name in zip(taken.events, names) if name == "twice"} == {1}


class Odd(Layer):
    """One of one's own that has what is not to be run or used up to be shown."""

    touched = 0

    @property
    def number(self):
        """Not a plain number."""
        Odd.touched += 1
        return 2.0

    def forward(self, inputs):
        """Each input twice."""
        pairs = iter(inputs)
        outputs = [self.number * x for x in pairs]
        for _ in ():
            pass
        return outputs

    def backward(self, grad):
        """And each slope."""
        return [2.0 * g for g in grad]


def test_nothing_is_run_or_used_up_to_show_it():
    network = Network([Linear(2, 2, rng=random.Random(1)), Odd()])
    Odd.touched = 0
    taken = record(network, MSELoss(), SGD(network.parameters(), lr=0.1), X, Y)
    assert Odd.touched == 4                                 # in the check at the door, and in the step: 2 inputs each
    output = next(key for key, name in taken.names.items() if name == "1.output")
    assert taken.state(len(taken) - 1).lists[output] == network.forward(X)


# At the door.

def test_what_cannot_be_recorded_is_refused():
    network, loss, optimizer = made()
    with pytest.raises(PurennError, match=r"sample.inputs\[0\] has length 3; expected 2"):
        record(network, loss, optimizer, [1.0, 2.0, 3.0], Y)
    wide = Network.mlp([2, MOST_PARAMETERS, 1], rng=random.Random(1))
    with pytest.raises(PurennError, match="the network has .* parameters; at most 1000 are recorded"):
        record(wide, loss, SGD(wide.parameters()), X, [1.0])
    network.layers[0].file = sys.stdin.__class__
    network.layers[0].lock = (number for number in ())
    with pytest.raises(PurennError, match="record: the network cannot be copied .TypeError"):
        record(network, loss, optimizer, X, Y)


def test_without_its_source_there_is_nothing_to_record(monkeypatch):
    monkeypatch.setattr("linecache.getlines", lambda *_: [])
    with pytest.raises(PurennError, match="record: the source of purenn cannot be found"):
        record_xor()


class Broken(Layer):
    """A layer with a mistake."""

    def forward(self, inputs):
        """The same, as long as nobody looks."""
        return inputs

    def backward(self, grad):
        """A mistake."""
        return grad[99]


def test_the_trace_function_is_as_before_whatever_happens():
    network = Network([Linear(2, 2, rng=random.Random(1)), Broken()])
    for trace in (None, lambda *_: None):
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with pytest.raises(IndexError):
                record(network, MSELoss(), SGD(network.parameters()), X, Y)
            after = sys.gettrace()
        finally:
            sys.settrace(before)
        assert after is trace


# JSON.

def test_a_recording_is_the_same_after_json(recording):
    text = recording.as_json()
    again = from_json(text)
    assert again.as_json() == text
    assert (again.events, again.names, again.functions) == (recording.events, recording.names, recording.functions)
    assert all(again.state(number) == recording.state(number) for number in range(0, len(recording), 7))


@pytest.mark.parametrize("event, change", [
    (0, {"depth": 0}), (0, {"kind": "line"}), (5, {"depth": 99}), (5, {"function": 999}), (5, {"function": -1}),
    (5, {"kind": "jump"}), (5, {"place": [1, 2]}), (5, {"place": ["forward", 3, 99, 0, 0]}), (5, {"line": "42"}),
    (5, {"formula": 42}), (5, {"lists": {"0": {"99": 1.0}}}), (5, {"lists": {"999": {"0": 1.0}}}),
    (5, {"lists": [1]}), (5, {"variables": {"z": {"list": 999}}}), (5, {"variables": {"z": {"code": "1"}}}),
    (5, {"variables": 7}), (5, {"result": {"list": 999}}), (5, {"line": None}), (5, {"result": "text"}),
    ("", {"version": 2}), ("", {"format": "other"}), ("", {"events": []}), ("", {"events": None}),
    ("", {"sources": {}}), ("", {"names": 3}), ("", {"functions": [["a"]]}), ("about", {"widths": [1]}),
    ("about", {"x": ["a"]}), ("about", {"layers": [1]}), ("about", {"network": None})])
def test_a_damaged_recording_is_refused_in_one_line(recording, event, change):
    found = json.loads(recording.as_json())
    (found if event == "" else found["about"] if event == "about" else found["events"][event]).update(change)
    for text in (json.dumps(found), recording.as_json()[:-5]):
        with pytest.raises(PurennError, match="this is not a recording of purenn, or it is damaged") as caught:
            from_json(text)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_a_recording_is_small_and_quick():
    begin = time.perf_counter()
    taken = record_xor()
    seconds = time.perf_counter() - begin
    text = taken.as_json().encode()
    assert 700 < len(taken) < 850
    assert len(text) < 170_000 and len(zlib.compress(text)) < 30_000
    assert seconds < 3.0


@pytest.mark.slow
def test_every_python_records_the_same():
    found = {}
    for python in anywhere.pythons():
        done = anywhere.run(python, os.path.join(ROOT, "tests", "recorded.py"))
        found[python[:2]] = done.stdout + done.stderr
    assert len(set(found.values())) == 1 and len(found[next(iter(found))].split()) > 10, found
