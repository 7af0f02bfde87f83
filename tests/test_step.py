"""Walking through a recorded step: the keys, the screen, the questions, and the command ``step``."""
import contextlib
import io
import math
import os
import random
import re
import select
import struct
import subprocess
import sys
import time

import pytest

from purenn import SGD, Linear, MSELoss, Network, Sigmoid, Tanh
from purenn.linalg import PurennError
from purenn.show import equations, stepping
from purenn.show.keyboard import ENTER, HOME, LEAVE, split_keys
from purenn.show.stepper import HELP, Walk
from purenn.show.terminal import Terminal
from purenn.show.text_network import lit, network_lines, network_width
from purenn.study import walking
from purenn.study.examples import ALL
from purenn.study.recording import record

from .helpers import ROOT, assert_refused, cli
from .recorded import recordings


def recorded(sizes=(2, 4, 4, 1)):
    network = Network.mlp(list(sizes), rng=random.Random(1))
    return record(network, MSELoss(), SGD(network.parameters(), lr=1.0), [0.1, 0.9], [1.0], 3)


@pytest.fixture(scope="module")
def recording():
    return recorded()


class Stream(io.StringIO):
    def __init__(self, encoding):
        io.StringIO.__init__(self)
        self.name_of_encoding = encoding

    encoding = property(lambda self: self.name_of_encoding)


def text_of(lines, width=0, encoding="utf-8"):
    return [stepping.painted(Terminal(Stream(encoding)), line, width) for line in lines]


def where(recording, function, target):
    """The first event of a function at which this is set."""
    return next(number for number, event in enumerate(recording.events) if event.target == target
                and recording.functions[event.function].name == function)


# From event to event.

def test_over_goes_on_in_the_same_function_and_back(recording):
    call = where(recording, "Linear.forward", "z[0]")
    after = walking.over(recording, call)
    assert after > call + 5
    assert recording.events[after].depth == recording.events[call].depth
    assert recording.source_line(after).strip() == "for j in self.neurons:"
    assert walking.over(recording, after, -1) == call


def test_out_goes_to_the_caller_and_back_to_the_call(recording):
    inside = where(recording, "forward", "z")
    for way, line in ((1, "for j in self.neurons:"), (-1, "z.append(neuron.forward(self.weight[j], b, inputs))")):
        found = walking.out(recording, inside, way)
        assert recording.source_line(found).strip() == line
        assert recording.events[found].depth == recording.events[inside].depth - 1
    last = len(recording) - 1
    assert walking.out(recording, last) == last and walking.over(recording, 0, -1) == 0


@pytest.mark.parametrize("level, count", [("phase", 4), ("layer", 16), ("neuron", 60), ("input", 80)])
def test_each_level_is_gone_through_forward_and_back(recording, level, count):
    def place(number):
        return recording.events[number].place[:walking.LEVELS.index(level) + 1 + (level != "phase")]
    stops, number = [], 0
    while not stops or stops[-1] != number:
        stops.append(number)
        number = walking.along(recording, number, level)
    assert abs(len(stops) - count) <= 6
    for before, after in zip(stops[1:], stops[2:]):
        assert place(before) != place(after) and place(after)[-1] is not None
        assert not any(place(between) not in (place(before), place(after)) and place(between)[-1] is not None
                       for between in range(before, after))
    back = [stops[-1]]
    while walking.along(recording, back[-1], level, -1) != back[-1]:
        back.append(walking.along(recording, back[-1], level, -1))
    assert list(reversed(back))[-len(stops) + 1:] == stops[1:]


@pytest.mark.parametrize("names, value", [
    (("w2_10", "2.weight[1][0]"), ("2.weight[1]", 0)), (("g0_31", "0.weight_grad[3][1]"), ("0.weight_grad[3]", 1)),
    (("b4_0", "4.bias[0]"), ("4.bias", 0)), (("gb2_3", "2.bias_grad[3]"), ("2.bias_grad", 3)),
    (("z2_1", "a2_1", "2.output[1]"), ("2.output", 1))])
def test_a_quantity_is_found_where_it_was_set_last(recording, names, value):
    number = next(key for key, name in recording.names.items() if name == value[0])

    def entry(at):
        entries = recording.state(at).lists.get(number, [])
        return entries[value[1]] if len(entries) > value[1] else None
    end = len(recording) - 1
    for name in names:
        found = walking.last_change(recording, end, name)
        after = walking.over(recording, found)
        assert recording.events[found].kind == "line"
        assert entry(found) != entry(after) == entry(end)
        assert entry(after) == recording.events[found].result
        assert walking.last_change(recording, found, name) == found         # the first that will, before it


def test_a_slope_is_followed_back_term_by_term_as_the_page_on_reading_says(recording):
    walk, found = Walk(recording), []
    for text in ("g0_10", "1.input_grad[1]", "2.input_grad[1]", "", "", "", "3.input_grad[3]"):
        for key in ["/", *text, "enter"]:
            walk.press(key)
        found.append((walk.number, recording.events[walk.number].place[2:]))
    numbers, places = zip(*found)
    assert list(places) == [(0, 1, 0), (1, 1, None), (2, 3, 1), (2, 2, 1), (2, 1, 1), (2, 0, 1), (3, 3, None)]
    assert list(numbers) == sorted(numbers, reverse=True)


def test_a_variable_and_a_line_are_found(recording):
    number = walking.last_change(recording, len(recording) - 1, "cost")
    assert "self.gradients" in recording.source_line(number)
    for text in ("neuron.py:42", "purenn/neuron.py:42"):
        found = walking.line_at(recording, 0, text)
        assert "weight_grads[k] +=" in recording.source_line(found)
        assert walking.line_at(recording, found, "42") > found
    last = [number for number, event in enumerate(recording.events)
            if "weight_grads[k] +=" in recording.source_line(number)][-1]
    assert walking.line_at(recording, last, "42") == found                      # from the start again


@pytest.mark.parametrize("jump, text, message", [
    (walking.last_change, "nothing", "nothing is called 'nothing'; names are 2.weight"),
    (walking.last_change, "w9_10", "nothing is called 'w9_10'"), (walking.last_change, "", "nothing is called ''"),
    (walking.last_change, "2.weight[1][9]", r"2.weight\[1\]\[9\] does not change"),
    (walking.last_change, "x", "x does not change in this step"),
    (walking.line_at, "4x", "found '4x'; give a line"), (walking.line_at, "9999", "no event is at line 9999 of purenn"),
    (walking.line_at, "x.py:1", "no event is at line 1 of x.py")])
def test_a_jump_to_what_is_not_there_says_so(recording, jump, text, message):
    with pytest.raises(PurennError, match=message):
        jump(recording, 0, text)


def test_places_are_counted_from_0_and_lines_from_1_as_the_page_on_reading_says(recording):
    assert [layer.partition("(")[0] for layer in recording.about["layers"]] == ["Linear", "Sigmoid"] * 3
    for level in ("layer", "neuron", "input"):
        assert min(getattr(event.place, level) for event in recording.events
                   if getattr(event.place, level) is not None) == 0
    with open(os.path.join(ROOT, "purenn", "neuron.py"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    assert recording.source_line(walking.line_at(recording, 0, "neuron.py:42")) == lines[42 - 1]
    assert walking.event(recording, "0") == 0 and walking.event(recording, "764") == len(recording) - 1


# The screen.

SIZES = [(60, 20), (120, 40), (100, 30), (80, 24), (20, 8), (200, 60)]


@pytest.mark.parametrize("width, height", SIZES)
def test_every_screen_fits(recording, width, height):
    walk = Walk(recording)
    for number in range(0, len(recording), 11):
        walk.number = number
        lines = text_of(walk.lines(width, height), width)
        assert len(lines) == height
        assert all(stepping._width(line) <= width for line in lines)


@pytest.mark.parametrize("width, height", SIZES[:4])
def test_the_screen_shows_the_place_the_line_its_numbers_and_the_connection(recording, width, height):
    number = walking.last_change(recording, len(recording) - 1, "g2_10")
    lines = text_of(stepping.screen(recording, number, width, height), width)
    assert lines[0].startswith("backward › sample 3 › layer 2") and lines[0].endswith(f"{number}/{len(recording) - 1}")
    assert "› neuron 1 › input 0" in lines[0]
    assert lines[1].startswith("purenn/neuron.py  backward  ") and "∂C/∂" in lines[1]
    (at,) = [line for line in lines if line.startswith("→")]
    assert "weight_grads[k] += delta * inputs[k]" in at
    text = "\n".join(lines)
    assert "  ∂C/∂w_k  = δ · a_k\n  weight_grads[0] = 0.0 + 0.00492126·0.435357\n" in text
    assert "= 0.0021425   (2.weight_grad[1][0])" in text
    assert "delta        = 0.00492126" in text and "* k            = 0" in text
    assert text.count("●") == 2 and "◀┓" in text and "┗━●" in text


def test_what_is_lit_is_what_the_event_is_about(recording):
    for number, event in enumerate(recording.events):
        column, j, k = lit(recording, number)
        place = event.place
        if place.layer is not None:
            assert (column, j) == (place.layer + 1, place.neuron)
            assert k == (place.input if place.input is not None or place.layer % 2 == 0 else place.neuron)
        text = "".join(text for line in network_lines(recording, number, 80, 5) for text, _ in line)
        assert text.count("●") == (j is not None) + (k is not None)
        arrows = [mark for mark in "▶◀" if mark in text]
        assert arrows == ([] if k is None or place.phase in ("update", "cost") else
                          ["▶"] if place.phase == "forward" else ["◀"])


@pytest.mark.parametrize("quantity, gaps", [
    ("w2_00", ["━━━", "   ", "   ", "   "]), ("g2_10", ["◀┓ ", " ┗━", "   ", "   "]),
    ("g2_02", [" ┏━", " ┃ ", "◀┛ ", "   "]), ("2.input_grad[0]", ["◀┓ ", " ┃ ", " ┃ ", " ┗━"])])
def test_a_connection_goes_from_its_input_to_its_neuron(recording, quantity, gaps):
    number = walking.last_change(recording, len(recording) - 1, quantity)
    lines = network_lines(recording, number, 40, 5)
    assert [line[5][0] for line in lines[1:]] == gaps       # x, a gap, 0, a gap, 1, and this gap


def test_of_a_large_network_the_part_around_what_is_lit_is_shown():
    large = recorded((2, 14, 12, 1))
    for number in range(0, len(large), 131):
        for room, rows in ((31, 6), (17, 5), (74, 12)):
            lines = network_lines(large, number, room, rows)
            text = "".join(text for line in lines for text, _ in line)
            assert len(lines) <= rows
            assert all(sum(len(text) for text, _ in line) <= room for line in lines)
            assert ("●" in text) == (lit(large, number)[1] is not None)
    assert network_width(large, 100) == 74 and network_width(large, 40) == 25


def test_the_network_shows_activations_on_the_way_forward_and_slopes_on_the_way_back(recording):
    forward = where(recording, "Linear.backward", "input_grads") - 20
    state = recording.state(len(recording) - 1)
    by_name = {name: state.lists[key] for key, name in recording.names.items()}
    assert walking.neurons(recording, 260)[2] == tuple(by_name["1.output"])
    assert walking.neurons(recording, len(recording) - 1)[2] == tuple(by_name["2.input_grad"])
    assert walking.neurons(recording, 0)[0] == (0.1, 0.9) and walking.neurons(recording, 0)[1] == (None,) * 4
    assert forward > 0


def test_what_the_line_before_has_changed_is_marked(recording):
    number = walking.over(recording, where(recording, "forward", "z") + 2)
    lines = text_of(stepping.variable_lines(recording, number, 100, 20))
    changed = [line for line in lines if line.startswith("* ")]
    assert len(changed) == 1 and re.match(r"\* z +=\s+-0\.885408   was -0\.812281$", changed[0])


def test_a_stream_of_ascii_gets_ascii(recording):
    for number in range(0, len(recording), 50):
        for line in text_of(stepping.screen(recording, number, 60, 20), 60, "ascii"):
            assert line.isascii() and len(line) <= 60
    number = walking.last_change(recording, 700, "g2_10")
    assert "@<+" in "".join(text_of(stepping.screen(recording, number, 60, 20), 60, "ascii"))


def test_the_docstring_is_shown_where_there_is_room(recording):
    number = where(recording, "backward", "weight_grads[0]")
    for height, shown in ((20, False), (40, True)):
        text = "\n".join(text_of(stepping.screen(recording, number, 120, height), 120))
        assert ("The chain rule multiplies each by δ" in text) == shown
        assert "def backward(" in text and "return delta" in text and "def forward" not in text


# Predicting.

def questions(recording):
    return [number for number in range(len(recording)) if walking.question(recording, number)]


def line_asked(recording, number):
    """The line whose result is asked for at an event: its own, or the one that the event returns to."""
    return number if recording.events[number].kind == "line" else walking.calling_line(recording, number)


def test_each_formula_is_asked_for_and_no_line_that_only_calls(recording):
    lines = [line_asked(recording, number) for number in questions(recording)]
    assert len(set(lines)) == len(lines)
    asked = {(recording.functions[recording.events[line].function].name, recording.source_line(line)
              .partition("  #")[0].strip()) for line in lines}
    assert asked == {
        ("Activation.backward", "delta.append(grad[j] * derivative(z[j], a[j]))"),
        ("MSELoss.forward", "return self.share(len(output)) * squared_error(output, target)"),
        ("batch_cost", "total += loss.forward(outputs[i], targets[i])"),
        ("batch_cost", "return loss.share(len(outputs)) * total"),
        ("forward", "z += weights[k] * inputs[k]"), ("backward", "weight_grads[k] += delta * inputs[k]"),
        ("backward", "input_grads[k] += delta * weights[k]"), ("sigmoid", "e = exp(z)"),
        ("sigmoid", "return e / (1.0 + e)"), ("sigmoid", "return 1.0 / (1.0 + exp(-z))"),
        ("sigmoid_derivative", "return a * (1.0 - a)"), ("squared_error", "error = a - y"),
        ("squared_error", "total += error * error"), ("Linear.backward", "self.bias_grad[j] += bias_slope"),
        ("MSELoss.backward", "return [share * 2.0 * (a - y) for a, y in zip(output, target)]"),
        ("Loops.gradients", "batch_grad.append(share * g)"), ("SGD.step", "v[k] = self.momentum * v[k] + grads[k]"),
        ("SGD.step", "values[k] -= self.lr * v[k]")}


def test_delta_is_asked_for_when_its_derivative_is_known(recording):
    deltas = [number for number in questions(recording) if walking.question(recording, number).name.startswith("delta")]
    end = recording.state(len(recording) - 1)
    lists = {name: end.lists[key] for key, name in recording.names.items()}
    answers = [walking.question(recording, number).answer for number in deltas]
    assert answers == lists["4.bias_grad"] + lists["2.bias_grad"] + lists["0.bias_grad"]         # ∂C/∂b = δ
    asked = walking.question(recording, deltas[0])
    assert asked.name == "delta[0]" and re.match(r"\(-0\.97798\d+\) \* 0\.24987\d+$", asked.formula)
    assert text_of(stepping.screen(recording, deltas[0], 60, 20, hidden=True), 60)[9:12] == [
        "  activations.sigmoid_derivative returns 0.249879", "  delta.append(grad[j] * derivative(z[j], a[j]))",
        "  delta[0] = ?"]


@pytest.mark.slow
def test_what_is_asked_for_at_a_return_comes_from_what_was_returned():
    """Its formula has no call left of what was stepped into, and evaluates to the answer, to the last bit."""
    names = {"exp": math.exp, "log": math.log}
    count = 0
    for recording in recordings():
        for number in questions(recording):
            asked = walking.question(recording, number)
            if recording.events[number].kind == "return":
                assert eval(asked.formula, dict(names)) == asked.answer
                assert not re.search(r"[-+*/] -", asked.formula)
                count += 1
    assert count > 100


def test_the_right_answers_are_right_and_counted(recording):
    walk = Walk(recording, predict=True)
    asked = questions(recording)
    for number in asked:
        walk.number = number
        answer = walking.question(recording, number).answer
        for key in [*f"{answer * 1.004!r}", "enter"]:
            walk.press(key)
        assert walk.message.startswith("Right: ") and not walk.asked()
    assert walk.score() == f"{len(asked)} of {len(asked)} right"


def test_a_wrong_answer_is_asked_again_and_a_result_that_is_shown_is_not_right(recording):
    walk = Walk(recording, predict=True)
    walk.press("f")
    number = walk.number
    for key in [*"-0.9", "enter"]:                          # −0.885408: 1.6 % away
        walk.press(key)
    assert walk.message.startswith("-0.9 is not right") and walk.asked() and walk.score() == "0 of 0 right"
    walk.press("h")
    assert walk.message == "hint: (-0.812281) + (-0.731272)·0.1"
    for key in ["1", "x", "enter"]:
        walk.press(key)
    assert walk.message == "found '1x'; type a number"
    walk.press("right")
    assert walk.number == number and walk.message == "It is: -0.885408   0 of 1 right"
    walk.press("right")
    assert walk.number == number + 1
    walk.press("left")
    assert not walk.asked()


def test_nothing_gives_an_answer_away_before_it_is_given(recording):
    walk = Walk(recording, predict=True)
    for number in range(len(recording)):
        walk.number = number
        said = equations.equation(recording, number, hidden=True)
        if walk.asked():
            line = line_asked(recording, number)
            source = [] if line == number else [recording.source_line(line).partition("  # ")[0].strip()]
            assert said[-1 - len(source):] == [*source, f"{walk.asked().name} = ?"]
            assert [text.split(" returns ")[1:] for text in said[:-1 - len(source)]] == [
                [equations.digits(recording.events[number].result)] for _ in source]
        elif recording.events[number].kind == "line" and recording.events[number + 1].kind == "call":
            assert len(said) == 1


# The keys.

def test_keys_of_a_terminal_have_names():
    assert split_keys("\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA\x1b[H\x1b[4~") == [
        "up", "down", "right", "left", "up", "home", "end"]
    assert split_keys("a\r\x7f\x1b") == ["a", "enter", "backspace", "escape"]
    assert split_keys("\x1b[15~q\x1b[1;5Cz\x00") == ["q", "z"]                     # keys that have no name here


def test_each_key_that_the_help_names_does_something(recording):
    names = {"→": "right", "←": "left", "↓": "down", "↑": "up", "space": " ", "/w2_10": "/", ":42": ":", "g100": "g"}
    for text, _ in HELP:
        for key in text.split():
            walk = Walk(recording)
            walk.number = 300
            alive = walk.press(names.get(key, key))
            assert walk.message != "? shows the keys"
            assert not alive or walk.number != 300 or walk.mode or walk.help or key == "h", key


def test_a_jump_is_typed_and_may_be_given_up(recording):
    walk = Walk(recording)

    def typed(text):
        for key in text.split() if " " in text else text:
            walk.press("enter" if key == "\r" else key)
        return walk.number
    assert typed("g100\r") == 100
    assert typed("g9999\r") == 100 and walk.message.startswith("found '9999'; it must be a whole number from 0 to")
    assert typed(":neuron.py:24\r") != 100
    at = walk.number
    assert typed("/ w 2 _ 1 escape") == at and walk.mode == ""
    assert typed("/ w backspace backspace") == at and walk.mode == ""
    assert typed("/w2_10\r") == walking.last_change(recording, at, "w2_10")
    assert typed("home") == walk.number
    for key, there in (("home", 0), ("end", len(recording) - 1)):
        walk.press(key)
        assert walk.number == there
    walk.press("right")
    assert walk.message == "there is nothing after"


# The command.

def test_the_state_of_an_event_is_printed(recording):
    done = cli("step", "xor", "--at", "380")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    expected = text_of(stepping.screen(recording, 380, 100, 40))
    assert list(filter(None, lines)) == list(filter(None, expected))
    assert not any(first == second == "" for first, second in zip(lines, lines[1:]))
    assert "  weight_grads[0] = 0.0 + 0.00492126·0.435357" in lines
    assert "\x1b" not in done.stdout


def test_all_events_are_printed_where_there_is_no_terminal():
    assert cli("step", "mazur").stdout == cli("step", "mazur", "--all").stdout


def test_what_a_call_comes_to_is_printed_after_it_and_not_before(recording):
    def printed(number):
        return [line.strip() for line in text_of(stepping.in_short(recording, number))][1:]
    calls = [number for number in range(len(recording)) if walking.calls(recording, number)]
    returns = {walking.calling_line(recording, number): number for number in range(len(recording))}
    assert len(calls) > 60
    for number in calls:
        assert not [line for line in printed(number) if line.startswith("= ")]
        target, result = recording.events[number].target, recording.events[number].result
        if type(result) is float and target != "return":
            after = printed(returns[number])
            assert after[1].startswith(f"{target} = ") and re.search(
                "= %s( |$)" % re.escape(equations.digits(result)), after[-1])
            numbers = equations.shown_formula(recording, None, walking.formula_at_return(recording, returns[number]))
            assert after[1].startswith(f"{target} = {numbers}")
    texts = [" ".join(printed(number)) for number in range(len(recording))]
    assert "delta[0] = (-0.977984)·0.249879 = -0.244377" in " ".join(texts)
    first = next(number for number, text in enumerate(texts) if "0.239113" in text)             # the cost
    assert recording.functions[recording.events[first].function].name == "squared_error"


def test_an_entry_of_input_grad_is_called_what_it_is_the_slope_of():
    """Each name is held against a slope measured on that number, and δ against ∂C/∂b."""
    rng = random.Random(2)
    layers = [Linear(2, 3, rng=rng), Tanh(), Sigmoid(), Linear(3, 2, rng=rng)]
    found = record(Network(layers), MSELoss(), SGD(Network(layers).parameters()), [0.1, 0.9], [1.0, 0.0])
    end = found.state(len(found) - 1)
    lists = {name: end.lists[key] for key, name in found.names.items()}
    lists["x"] = [0.1, 0.9]
    said = {}
    for number in range(len(found)):
        match = re.search(r"= (\S+)   \((\S+_grad\[\d\]): (?:δ of layer (\d), )?∂C/∂ (\S+?)\[(\d)\](, so far)?\)",
                          " ".join(equations.equation(found, number)))
        if match and not match.group(6):
            value, name, layer, of, j = match.groups()[:5]
            said[name] = float(value)
            assert (layer is not None) == (of in ("0.output", "3.output"))
            assert layer is None or lists[layer + ".bias_grad"][int(j)] == pytest.approx(float(value), rel=1e-5)
            costs = []
            for h in (1e-5, -1e-5):
                values = list(lists[of])
                values[int(j)] += h
                for later in layers[0 if of == "x" else int(of[0]) + 1:]:
                    values = later.forward(values)
                costs.append(MSELoss().forward(values, [1.0, 0.0]))
            assert (costs[0] - costs[1]) / 2e-5 == pytest.approx(float(value), rel=1e-4)
    assert len(said) == 2 + 3 + 3 + 3 + 2


@pytest.mark.parametrize("name", ["g2_10", "2.weight_grad[1]", "1.input_grad[1]", "2.input_grad[1]", "total"])
def test_the_lines_that_set_a_quantity_are_those_that_the_search_goes_to(recording, name):
    lines = cli("step", "xor", "--find", name).stdout.splitlines()
    numbers = [int(line.split()[0]) for line in lines if re.match(r"\d", line)]
    back = [walking.last_change(recording, len(recording), name)]
    while walking.last_change(recording, back[0], name) < back[0]:
        back.insert(0, walking.last_change(recording, back[0], name))
    assert numbers == back
    assert lines == [line for number in back for line in text_of(stepping.in_short(recording, number, ahead=True))]


def test_a_quantity_is_found_with_its_result_where_there_is_no_terminal():
    text = cli("step", "xor", "--find", "1.input_grad[1]").stdout
    assert text.endswith("     delta[1] = (-0.032339)·sigmoid_derivative(-1.33143, 0.208924)\n"
                         "              = -0.00534481   (1.input_grad[1]: δ of layer 0, ∂C/∂ 0.output[1])\n")
    assert_refused("step xor --find w9_10", "nothing is called 'w9_10'; names are 2.weight[1][0] or w2_10")
    assert_refused("step xor --find x", "x does not change in this step")
    for other in ("--all", "--predict", "--at 3"):
        option = other.partition(" ")[0]
        assert_refused(f"step xor --find delta {other}", f"{option}: has no effect with --find; leave one")


@pytest.mark.parametrize("name", ["mazur", *[pytest.param(name, marks=pytest.mark.slow) for name in ALL
                                             if name != "mazur"]])
def test_every_event_is_printed_in_its_order(name):
    done = cli("step", name)
    numbers = [int(line.split()[0]) for line in done.stdout.splitlines() if re.match(r"\d+  \w+ › sample", line)]
    assert numbers == list(range(len(numbers))) and len(numbers) > 300


def test_the_step_after_some_epochs_is_one_of_the_trained_network():
    first = cli("step", "gate", "--after", "3", "--sample", "2", "--hidden", "2", "--activation", "tanh").stdout
    assert "› sample 2 ›" in first and "tanh" in first
    assert first != cli("step", "gate", "--sample", "2", "--hidden", "2", "--activation", "tanh").stdout


@pytest.mark.slow
def test_predicting_reads_answers_from_a_pipe():
    def asked(text, *more):
        done = subprocess.run([sys.executable, "cli.py", "step", "xor", "--predict", *more], cwd=ROOT, input=text,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                              env={**os.environ, "PYTHONUTF8": "1"})
        assert done.returncode == 0 and done.stderr == ""
        return done.stdout
    text = asked("-0.885\n5\nh\n-0,26\n\n")
    assert "     Right: -0.885408   1 of 1 right\n" in text
    assert "     5 is not right. Try again; h: a hint; an empty line: the result; q: quit\n" in text
    assert "     hint: (-0.885408) + 0.694867·0.9\n" in text
    assert "     Right: -0.260027   2 of 2 right\n     It is: " not in text
    assert text.endswith("\n2 of 3 right; stopped at event 40.\n")
    assert re.search(r"\n0 of 20\d right; stopped at event 764\.\n$", asked("\n" * 300))
    text = asked("?\n\nq\n1\n", "--at", "40")
    assert text.startswith("40  forward › sample 3 › layer 0 › neuron 1 › input 1 ")
    assert "\n     type the result, within 1%; press Enter; h: a hint; an empty line: the result; q: quit\n" in text
    assert re.search(r"\n0 of 1 right; stopped at event 5\d\.\n$", text) and "type a number" not in text


def test_what_has_no_effect_or_cannot_be_is_refused():
    assert_refused("step", "step: found no task; it must be one of xor, linear, gate, mazur, softmax")
    assert_refused("step xor --at 3 --all", "step xor: --all: has no effect with --at; leave one of the two out")
    assert_refused("step xor --predict --at 765", "--at: found 765; it must be a whole number from 0 to 764")
    assert_refused("step gate --predict --all", "--predict: has no effect with --all")
    assert_refused("step xor --engine matrix", "xor: --engine: has no effect here; add --after, or leave out --engine")
    assert_refused("step xor --shuffle", "--shuffle: has no effect here; add --after")
    assert_refused("step linear --batch-size 3 --after 0", "--batch-size: has no effect here; add --after")
    assert_refused("step xor --at 9999", "--at: found 9999; it must be a whole number from 0 to 764")
    assert_refused("step xor --sample 21", "--sample: found 21; it must be a whole number from 0 to 20")
    assert_refused("step xor --hidden 30 30", "has 1051 parameters; at most 1000 are recorded")
    assert_refused("step mazur --hidden 3", "there is no option --hidden")


# In a terminal.

class Screen:
    """``step`` in a terminal of its own: ``press`` types, ``lines`` is what is on the screen."""

    def __init__(self, width, height, *arguments, **environment):
        import pty
        self.leader, follower = pty.openpty()
        self.resize(width, height)
        import termios
        self.before = termios.tcgetattr(follower)
        variables = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        program = ("import fcntl, os, runpy, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
                   "sys.argv[0] = 'cli.py'; runpy.run_path('cli.py', run_name='__main__')")
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, "step", *arguments], cwd=ROOT, stdin=follower, stdout=follower,
            stderr=follower, env={**variables, "TERM": "xterm", "PYTHONUTF8": "1", **environment})
        self.follower = follower
        self.output = b""
        self.wait_for(lambda: "? keys" in self.text() or "Type it" in self.text())

    def resize(self, width, height):
        import fcntl
        import termios
        self.width, self.height = width, height
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds):
        while select.select([self.leader], [], [], seconds)[0]:
            try:
                chunk = os.read(self.leader, 65536)
            except OSError:
                return
            if not chunk:
                return
            self.output += chunk
            seconds = 0.0

    def wait_for(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.read(0.05)
            assert time.monotonic() < end, self.output[-3000:].decode("utf-8", "replace")

    def frames(self):
        return self.output.decode("utf-8", "ignore").split(HOME)[1:]

    def text(self):
        """What is on the screen, without its colors; only whole frames count."""
        whole = [frame for frame in self.frames() if "\x1b[J" in frame]
        if not whole:
            return ""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", whole[-1].partition("\x1b[J")[0])

    def lines(self):
        return [line.rstrip() for line in self.text().split("\r\n")]

    def press(self, keys):
        """Type, and wait until the screen has been drawn again."""
        for key in keys if isinstance(keys, list) else [keys]:
            count = self.output.count(b"\x1b[J")
            os.write(self.leader, key.encode())
            self.wait_for(lambda count=count: self.output.count(b"\x1b[J") > count)
        self.read(0.01)
        lines = self.lines()
        assert len(lines) == self.height and all(len(line) <= self.width for line in lines)
        return lines

    def number(self):
        return int(re.search(r"(\d+)/764", self.text()).group(1))

    def end(self, key="q"):
        import termios
        os.write(self.leader, key.encode())
        self.wait_for(lambda: self.process.poll() is not None or self.read(0.05))
        self.read(0.05)
        after = termios.tcgetattr(self.follower)
        with contextlib.suppress(OSError):
            os.close(self.follower)
            os.close(self.leader)
        assert after == self.before
        assert self.output.decode().count(ENTER) == self.output.decode().count(LEAVE) == 1
        return self.process.wait(timeout=10), self.output.decode().rpartition(LEAVE)[2].replace("\r\n", "\n")


needs_terminals = pytest.mark.skipif(os.name == "nt" or sys.platform == "emscripten", reason="needs pseudo-terminals")


@needs_terminals
@pytest.mark.parametrize("width, height", [(60, 20), (120, 40)])
@pytest.mark.slow
def test_every_key_in_a_terminal(recording, width, height):
    screen = Screen(width, height, "xor")
    assert screen.number() == 0
    walk = Walk(recording)
    keys = ["\x1b[C", " ", "\r", "\x1b[D", "\x7f", "\x1b[B", "o", "O", "\x1b[A", "u", "p", "l", "n", "i", "U", "f", "F",
            "I", "N", "L", "P", "\x1b[F", "\x1b[H", "*"]
    for key in keys:
        walk.press(split_keys(key)[0])
        lines = screen.press(key)
        assert screen.number() == walk.number, key
        assert lines == [line.rstrip() for line in text_of(walk.lines(width, height), width)], key
    lines = screen.press("?")
    assert all(any(what in line for line in lines) for _, what in HELP)
    screen.press("?")
    screen.press(list("/g2_10\r"))
    assert screen.number() == walking.last_change(recording, 0, "g2_10")
    assert any("weight_grads[0] = 0.0 + 0.00492126·0.435357" in line for line in screen.lines())
    screen.press(list(":43\r"))
    assert screen.number() == walking.line_at(recording, 380, "43")
    screen.press(list("g100\r"))
    assert screen.number() == 100
    assert screen.press(list("/nothing\r"))[-1].startswith("nothing is called 'nothing'")
    screen.press(list("/w"))
    screen.press("\x1b")
    assert "\x1b[1;36m" in screen.frames()[-1]
    assert screen.end() == (0, "")


@needs_terminals
def test_the_screen_follows_the_size_of_the_terminal_and_ctrl_c_restores_it(recording):
    screen = Screen(60, 20, "xor", NO_COLOR="1")
    assert len(screen.lines()) == 20
    screen.resize(120, 40)
    screen.wait_for(lambda: len(screen.lines()) == 40)
    assert any(len(line) > 100 for line in screen.press("p"))
    screen.resize(40, 12)
    screen.wait_for(lambda: len(screen.lines()) == 12)
    screen.press("n")
    assert not re.search(r"\x1b\[[0-9;]*m", screen.output.decode())
    assert screen.end("\x03") == (130, "purenn: interrupted\n")


@needs_terminals
def test_predicting_in_a_terminal(recording):
    screen = Screen(60, 20, "xor", "--predict")
    assert screen.press("f")[-1] == "What is z? Type it, and Enter. h: a hint; →: the result"
    assert screen.press(list("-0.8"))[-1] == "z = -0.8_"
    assert screen.press("\r")[-1].startswith("-0.8 is not right")
    assert screen.press(list("-0.885\r"))[-1] == "Right: -0.885408   1 of 1 right"
    assert any("= -0.885408" in line for line in screen.lines())
    screen.press(["f", "\x1b[C"])
    assert screen.lines()[-1] == "It is: -0.260027   1 of 2 right"
    assert screen.end() == (0, "1 of 2 right; stopped at event 27.\n")


@needs_terminals
def test_predicting_in_a_terminal_begins_where_it_is_told(recording):
    number = next(number for number in questions(recording)
                  if walking.question(recording, number).name.startswith("delta"))
    screen = Screen(60, 20, "xor", "--predict", "--at", str(number))
    assert screen.number() == number
    assert screen.lines()[-1] == "What is delta[0]? Type it, and Enter. h: a hint; →: the result"[:60]
    assert screen.press("h")[-1] == "hint: (-0.977984)·0.249879"
    assert screen.press(list("-0.244\r"))[-1] == "Right: -0.244377   1 of 1 right"
    assert any("= -0.244377   (5.input_grad[0]: δ of layer 4" in line for line in screen.lines())
    assert screen.end() == (0, f"1 of 1 right; stopped at event {number}.\n")
