"""``explain`` where the code is not what the formulas say, and as a worksheet with its answers."""
import math
import random
import re
import unicodedata

import pytest

from purenn import SGD, Adam, CrossEntropyLoss, Linear, MSELoss, Network, Sigmoid, Softmax, Tanh
from purenn.activations import Activation
from purenn.cli.main import main
from purenn.show.explanation import blocks, rounded
from purenn.study.explain import explain
from purenn.study.formulas import names_in, select
from purenn.study.mistakes import MISTAKES, planted
from purenn.study.worksheet import BLANK, known, sheet

from .helpers import assert_refused, cli
from .test_explain import evaluated, identifiers

BY_NAME = {mistake.name: mistake for mistake in MISTAKES}


# Where code and formula disagree.

@pytest.mark.parametrize("name, arguments, marked", [
    ("tanh-derivative", "softmax", 3), ("sigmoid-derivative-of-z", "gate --hidden 2", 3),
    ("sigmoid-of-activation", "gate --hidden 2", 3), ("missing-factor-2", "xor --loss mse", 1),
    ("half-in-loss-only", "mazur", 2), ("biases-never-updated", "gate --hidden 2", 3),
    ("updated-weights", "gate --hidden 2", 6), ("shared-velocity", "gate --hidden 2 2 --momentum 0.9", None),
    ("momentum-of-gradient", "gate --hidden 2 --momentum 0.9 --step 1", None),
    ("adam-correction", "gate --hidden 2 --optimizer adam --step 1", None),
    ("adam-step-counter", "gate --hidden 2 --optimizer adam --step 1", None),
    ("adagrad-column", "gate --hidden 2 --optimizer adagrad", None),
    ("gradients-not-cleared", "gate --hidden 2 --step 1", None),
])
def test_a_line_whose_code_is_not_its_formula_is_marked_and_the_exit_code_is_1(name, arguments, marked, capsys):
    assert main(["explain", *arguments.split()]) == 0
    assert "≠" not in capsys.readouterr().out
    with planted(BY_NAME[name]):
        assert main(["explain", *arguments.split()]) == 1
    text = capsys.readouterr().out
    found = re.findall(r"≠ (\S+)[^≠]*?the formula gives (\S+),\s+the code (\S+)", text)
    assert found and all(code == shown and formula != code for shown, formula, code in found)
    said = re.search(r"≠ marks (\d+) lines? where the code and the formula give different numbers\.\n$", text)
    assert int(said.group(1)) == len(found) and marked in (None, len(found))


def test_softmaxs_diagonal_is_marked_too():
    with planted(BY_NAME["softmax-diagonal"]):
        network = Network([Linear(2, 3, rng=random.Random(1)), Softmax()])
        sections = explain(network, MSELoss(), SGD(network.parameters()), [0.3, -0.7], [0.0, 1.0, 0.0])
    assert [quantity.name for section in sections for quantity in section.quantities
            if quantity.expected is not None] == ["δ⁽⁰⁾_0", "δ⁽⁰⁾_1", "δ⁽⁰⁾_2"]


@pytest.mark.parametrize("layout, mark", [
    ("text", "≠ "), ("markdown", r"$\neq "), ("latex", r"&\neq "), ("html", "≠ ")])
def test_every_layout_marks_it(layout, mark, monkeypatch):
    monkeypatch.setattr(Activation, "backward", lambda self, grad: [0.5 for _ in grad])
    network = Network([Linear(1, 1, rng=random.Random(1)), Tanh()])
    sections = explain(network, MSELoss(), SGD(network.parameters()), [0.3], [0.0])
    text = "\n".join(line for block in blocks(sections, layout) for line in block)
    assert text.count(mark) == 1 and "the code 0.5" in text


def test_a_difference_below_the_digits_is_shown_with_all_of_them(monkeypatch):
    monkeypatch.setattr(Tanh, "derivative", staticmethod(lambda z, a: (1.0 - a * a) * (1.0 + 1e-8)))
    network = Network([Linear(1, 1, rng=random.Random(1)), Tanh()])
    sections = explain(network, MSELoss(), SGD(network.parameters()), [0.3], [0.0])
    text = " ".join(line for block in blocks(sections, "text") for line in block)
    formula, code = re.search(r"the formula gives (\S+), +the code (\S+)", text).groups()
    assert 0.0 < abs(float(formula) - float(code)) < 1e-7


def test_a_formula_that_cannot_be_computed_is_marked_and_not_a_traceback(monkeypatch):
    monkeypatch.setattr(Sigmoid, "function", staticmethod(lambda z: 1.0))
    network = Network([Linear(1, 1, rng=random.Random(1)), Sigmoid()])
    sections = explain(network, CrossEntropyLoss(), SGD(network.parameters()), [0.3], [1.0])
    assert [section.quantities[0].expected is not None for section in sections[:2]] == [False, True]


# What is shown of a step.

@pytest.mark.parametrize("arguments", [
    "xor", "xor --digits 17 --optimizer adam --hidden 12 12", "linear --loss bce --digits 17 --activation leaky_relu",
    "softmax --digits 17", "mazur --digits 17", "xor --loss bce-with-logits --digits 17 --optimizer rmsprop",
    "xor --blank --digits 17", "softmax --answers --digits 17",
])
def test_no_line_has_more_than_100_columns(arguments):
    text = cli("explain", *arguments.split()).stdout
    widths = [len([c for c in line if not unicodedata.combining(c)]) for line in text.splitlines()]
    assert len(widths) > 50 and 90 < max(widths) <= 100


def test_numbers_are_rounded_only_where_they_have_more_digits():
    assert rounded("w⁽²⁾_10 0.125 + 1.0·(-0.12345678) - 1e-08 / 123456789.0 inf", 4) == (
        "w⁽²⁾_10 0.125 + 1.0·(-0.1235) - 1e-08 / 1.235e+08 inf")
    assert rounded("0.1234567890123", 17) == "0.1234567890123"
    text, full = (cli("explain", "xor", "--only", "cost", "--digits", digits).stdout for digits in (3, 17))
    assert "= 0.239\n" in text and "= 0.23911313889313077" in full
    assert_refused("explain xor --digits 0", "--digits: found '0'; it must be a whole number from 1 to 17")
    assert_refused("explain xor --digits 18", "--digits: found '18'; it must be a whole number from 1 to 17")


def test_only_a_neuron_includes_where_its_delta_comes_from():
    text = cli("explain", "xor", "--only", "2.1").stdout
    for line in ("δ⁽²⁾_1 = ∂C/∂a⁽³⁾_1·∂a⁽³⁾_1/∂z⁽²⁾_1", "∂C/∂a⁽³⁾_1 = δ⁽⁴⁾_0·w⁽⁴⁾_01", "∂a⁽³⁾_1/∂z⁽²⁾_1 = ",
                 "∂C/∂w⁽²⁾_10 = δ⁽²⁾_1·a⁽¹⁾_0", "new w⁽²⁾_13 = "):
        assert "  " + line in text
    assert "  δ⁽⁴⁾_0 = " not in text and "∂a⁽³⁾_0/" not in text
    last = cli("explain", "xor", "--only", "4.0").stdout
    assert "  ∂C/∂a⁽⁵⁾_0 = 2·(a⁽⁵⁾_0 - y_0)" in last and "  δ⁽⁴⁾_0 = ∂C/∂a⁽⁵⁾_0·∂a⁽⁵⁾_0/∂z⁽⁴⁾_0" in last
    logits = cli("explain", "softmax", "--only", "2.1").stdout
    assert "  ∂C/∂z⁽²⁾_1 = p_1 - y_1" in logits and "  ∂C/∂w⁽²⁾_10 = δ⁽²⁾_1·a⁽¹⁾_0" in logits


def test_the_cost_after_the_step_stands_beside_the_cost_before_it():
    text = cli("explain", "mazur").stdout
    assert re.search(r"  new C = 0\.291028 .*\n *before the step: C = 0\.298371\n", text)
    network = Network.mlp([2, 3, 1], rng=random.Random(1))
    sections = explain(network, MSELoss(), SGD(network.parameters(), lr=0.5), [0.1, 0.9], [1.0])
    z = network.layers[0].z if hasattr(network.layers[0], "z") else network.layers[1].z
    assert z == [quantity.result for quantity in sections[0].quantities]        # of the step, not of what came after
    assert sections[-1].quantities[-1].result == MSELoss().forward(network.forward([0.1, 0.9]), [1.0])


def test_both_forms_of_the_sigmoid_are_named():
    text = cli("explain", "xor", "--only", "forward").stdout
    assert "a⁽¹⁾_0 = exp(z⁽⁰⁾_0) / (1 + exp(z⁽⁰⁾_0))" in text and "a⁽¹⁾_2 = 1 / (1 + exp(-z⁽⁰⁾_2))" in text
    assert ("where z⁽⁰⁾_j < 0, exp(-z⁽⁰⁾_j) could overflow, and the same number is computed as exp(z⁽⁰⁾_j) / (1 + "
            "exp(z⁽⁰⁾_j))") in text.replace("\n", " ")


# Worksheets.

def sheets(only=None, network=None, optimizer=SGD, steps=1, loss=None, y=(1.0,)):
    network = network or Network.mlp([2, 3, 2, 1], rng=random.Random(4))
    steps_of = optimizer(network.parameters())
    for _ in range(steps):
        before = known(network, steps_of, [0.3, 0.8], list(y))
        sections = explain(network, loss or MSELoss(), steps_of, [0.3, 0.8], list(y))
    chosen = select(sections, only, len(network.layers) - 1)
    return [sheet(sections, chosen, before, open_) for open_ in (True, False)]


@pytest.mark.parametrize("only", [None, "forward", "cost", "backward", "update", (0, 1), (2, 1), (3, 0), (5, 0)])
@pytest.mark.parametrize("optimizer, steps", [(SGD, 1), (Adam, 1), (Adam, 2), (
    lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1), 2)], ids=["sgd", "adam", "adam-2", "decay-2"])
def test_a_worksheet_can_be_solved_from_what_it_gives_in_the_order_of_its_numbers(only, optimizer, steps):
    blank, answers = sheets(only, optimizer=optimizer, steps=steps)
    given = {quantity.name: quantity.result for quantity in blank[0].quantities}
    here = {identifiers(name): value for name, value in given.items()}
    for letter in "vsm":
        here[letter] = given.get("every old " + letter, 0.0)
    count = 0
    for open_section, section in zip(blank[1:], answers):
        for asked, answer in zip(open_section.quantities, section.quantities):
            count += 1
            number, _, name = asked.name.partition(" ")
            assert (number, asked.result, asked.numbers) == ("(%d)" % count, BLANK, []) and answer.name == asked.name
            if name == "new C":
                continue
            state = name[0] if re.match(r"[vsm]\(", name) else None
            if state and "old " + name in given:
                here[state] = given["old " + name]
            elif state:
                here[state] = given["every old " + state]
            value = evaluated(identifiers(" + ".join(asked.symbols)), {**here, "exp": math.exp})
            assert value == pytest.approx(answer.result, rel=1e-12), asked
            plain = identifiers(re.sub(r"\([wb].*\)", "", name))
            here[plain] = value
            if plain.startswith("D_C_z"):
                here["δ" + plain[5:]] = value
    assert count >= 2


@pytest.mark.parametrize("only", [(1, 1), (0, 2), (2, 0)])
def test_a_delta_that_is_known_as_the_slope_of_a_logit_is_given_under_its_own_name(only):
    network = Network([Linear(2, 3, rng=random.Random(3)), Tanh(), Linear(3, 2, rng=random.Random(4))])
    blank, _ = sheets(only, network=network, loss=CrossEntropyLoss(), y=(0.0, 1.0))
    there = {quantity.name for quantity in blank[0].quantities}
    asked = [quantity for section in blank[1:] for quantity in section.quantities]
    there |= {quantity.name.partition(" ")[2].replace("∂C/∂z", "δ") for quantity in asked}
    needed = {name for name in names_in(asked) if name.startswith("δ")}
    assert needed and needed <= there


def test_a_worksheet_gives_nothing_that_it_asks_for_and_nothing_that_is_not_needed():
    for only in (None, "backward", (2, 1)):
        blank, _ = sheets(only)
        given = {quantity.name for quantity in blank[0].quantities}
        asked = [quantity for section in blank[1:] for quantity in section.quantities]
        assert given and not given & {quantity.name.partition(" ")[2] for quantity in asked}
        assert given <= set(names_in(asked))


@pytest.mark.parametrize("layout, blank, heading, number", [
    ("text", BLANK, "FORWARD: FROM", "  (1) z⁽⁰⁾_0 = b⁽⁰⁾_0 + "),
    ("markdown", r"= \underline{\hspace{3cm}}$", "\n## Forward: from", r"- $\text{(1) }z^{(0)}_{0} = b^{(0)}_{0} + "),
    ("latex", r"&= \underline{\hspace{3cm}}", r"\section*{Forward: from", r"\text{(1) }z^{(0)}_{0} &= b^{(0)}_{0} + "),
])
def test_worksheet_and_answers_in_every_layout(layout, blank, heading, number):
    arguments = ["explain", "gate", "--hidden", 2, "--format", layout]
    sheet_, answers = (cli(*arguments, option).stdout for option in ("--blank", "--answers"))
    count = max(int(n) for n in re.findall(r"\((\d+)\) ", sheet_))
    assert sheet_.count(blank) == count > 30 and blank not in answers
    for text in (sheet_, answers):
        assert heading in text and number in text and "break purenn" not in text
        assert max(int(n) for n in re.findall(r"\((\d+)\) ", text)) == count
        if layout == "markdown":
            assert all(line.count("$") % 2 == 0 for line in text.splitlines())
            assert text.count("{") == text.count("}")
    results = re.findall(r"= (-?0\.\d{4,})", answers)
    assert len(results) > 20 and "Given" in sheet_.title() and "Given" not in answers.title()


def test_each_student_gets_other_numbers_with_another_seed():
    for task in ("xor", "softmax"):
        first, again, other = (cli("explain", task, "--blank", "--seed", seed).stdout for seed in (5, 5, 6))
        numbers = [re.findall(r"  w\S+ = (\S+)", text) for text in (first, other)]
        assert first == again and len(numbers[0]) >= 12 and not set(numbers[0]) & set(numbers[1])
        assert "seed 5" in first
    assert cli("explain", "softmax").stdout == cli("explain", "softmax", "--seed", 1).stdout
    assert_refused("explain mazur --seed 2", "--seed: the numbers of mazur are those of Matt Mazur's article; only "
                   "those of xor, linear, gate and softmax depend on the seed")


def test_blank_and_answers_are_two_sheets():
    assert_refused("explain xor --blank --answers", "not allowed with argument")


def test_an_answer_that_is_not_what_the_code_computes_is_not_handed_out_silently(capsys):
    for option in ("--blank", "--answers"):
        with planted(BY_NAME["missing-factor-2"]):
            assert main(["explain", "xor", option]) == 1
        assert "≠ marks 1 line" in capsys.readouterr().out
