"""``explain``: every result is the core's, bit for bit, and every line of numbers comes to its result."""
import ast
import html
import inspect
import math
import os
import random
import re
import subprocess
import sys
import textwrap

import pytest

from purenn import (SGD, Adagrad, Adam, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, Identity,
                    Layer, LeakyReLU, Linear, Loss, MSELoss, Network, PurennError, ReLU, RMSprop, Sigmoid, Softmax,
                    Tanh)
from purenn.cli.explain import HINT
from purenn.data.tasks import gate, xor
from purenn.engines.loops import Loops
from purenn.optimizers import Optimizer
from purenn.show.explanation import blocks, place, shortened
from purenn.show.mathematics import latex
from purenn.study import mazur
from purenn.study.explain import explain
from purenn.study.explain_cost import cost
from purenn.study.formulas import mark, select, stop
from purenn.study.worksheet import known

from .helpers import ROOT, assert_refused, cli, found

FUNCTIONS = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "max": max, "__builtins__": {}}
OPTIMIZERS = {"sgd": SGD, "momentum": lambda p: SGD(p, lr=0.1, momentum=0.9), "adagrad": Adagrad, "rmsprop": RMSprop,
              "adam": Adam, "sgd with decay": lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
              "adam with decay": lambda p: Adam(p, weight_decay=0.1)}
FULL = r"((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)"


def evaluated(line, names=None):
    """What a line of numbers comes to; · is times, ² squared, ^ a power."""
    line = re.sub(r"\(%s\)²" % FULL, r"((\1)*(\1))", line.replace("·", "*").replace("^", "**"))
    return eval(line, {**FUNCTIONS, **(names or {})})


def check_numbers(sections):
    """Each line of numbers against its result; returns how many there were."""
    count = 0
    for section in sections:
        for quantity in section.quantities:
            for terms in quantity.numbers:
                value = evaluated(" + ".join(terms))
                assert repr(value + 0.0) == repr(quantity.result + 0.0), (section.title, quantity)
                count += 1
    return count


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def identifiers(text):
    """A formula in symbols as a Python expression: ∂C/∂w⁽²⁾_10 becomes D_C_wL2_10, and so on."""
    text = re.sub("⁽(.*?)⁾", lambda layer: "L" + layer.group(1).translate(RAISED), text)
    text = re.sub(r"∂(\w+)/∂(\w+(?:,\d+)?)", r"D_\1_\2", text.replace("1/2·", "0.5·"))
    for symbol, name in (("β₁", "beta1"), ("β₂", "beta2"), ("m̂", "m_hat"), ("v̂", "v_hat")):
        text = text.replace(symbol, name)
    return re.sub(r"(?<=\d),(?=\d)", "_", text)


def check_symbols(network, loss, optimizer, x, y):
    """Each formula in symbols against its result: with what was known before, and with the results above it."""
    before = known(network, optimizer, x, y)
    here = {identifiers(name): value for name, value in before.items()}
    here["μ"] = getattr(optimizer, "momentum", 0.0)
    output = network.forward(x)
    count = 0
    for section in explain(network, loss, optimizer, x, y):
        if section.part != "update":
            here["m"] = max(network.layers[section.layer].z if type(section.layer) is int and isinstance(
                network.layers[section.layer], Softmax) else output)
        for quantity in section.quantities:
            if quantity.name == "new C":
                continue
            if section.part == "update":
                symbol = re.search(r"[wb]⁽.⁾_[\d,]+", quantity.name).group()
                for letter in "vsm":
                    state = "%s(%s)" % (letter, symbol)
                    if quantity.name == state or letter not in here:
                        here[letter] = before.get("old " + state, 0.0)
            expression = identifiers(" + ".join(quantity.symbols))
            value = evaluated(expression, here)
            assert value == pytest.approx(quantity.result, rel=1e-12, abs=1e-15), (section.title, quantity, expression)
            count += 1
            name = identifiers(re.sub(r"\([wb].*\)", "", quantity.name))
            if not name.startswith("new"):
                here[name] = quantity.result
            if name.startswith("D_C_z"):
                here["δ" + name[5:]] = quantity.result
    return count


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("output, loss", [
    (Sigmoid, MSELoss()), (Sigmoid, BCELoss()), (None, CrossEntropyLoss()), (Softmax, MSELoss("sum")),
    (Tanh, HalfSquaredErrorLoss()), (LeakyReLU, MSELoss()), (None, BCEWithLogitsLoss()),
    (Tanh, BCEWithLogitsLoss("sum")),
], ids=lambda value: getattr(value, "__name__", repr(value)))
def test_every_formula_in_symbols_comes_to_its_result_too(optimizer, output, loss):
    rng = random.Random(4)
    network = Network([Linear(2, 3, rng=rng), Tanh(), Linear(3, 2, rng=rng), *([output()] if output else [])])
    steps = OPTIMIZERS[optimizer](network.parameters())
    for _ in range(3):
        assert check_symbols(network, loss, steps, [0.3, -0.7], [0.0, 1.0]) > 50


@pytest.mark.parametrize("arguments", [
    ["xor"], ["gate", "--optimizer", "adam", "--step", 3], ["softmax"], ["mazur"],
    ["xor", "--hidden", 12, "--only", "0.11"],
    ["linear", "--loss", "bce", "--activation", "leaky_relu", "--optimizer", "rmsprop"],
    ["xor", "--loss", "bce-with-logits", "--step", 50],
], ids=str)
def test_every_line_that_is_printed_comes_to_its_result(arguments):
    text = cli("explain", *arguments, "--digits", 17).stdout
    text = re.sub(r"(?<=\S)   +\S.*", "", text)             # what is said beside the formulas
    text = re.sub(r"\n +([-+/·] ?)(?=\S)", r" \1", text)
    quantities = []
    for line in text.splitlines():
        match = re.match(r"  (\S.*?)? += (.*?)(?:  break .*)?$", line)
        if match and line.startswith("  "):
            if match.group(1):
                quantities.append([match.group(1)])
            quantities[-1].append(match.group(2).strip())
    assert len(quantities) > 6
    for name, *rows in quantities:
        for row in rows[1:]:
            assert evaluated(row) + 0.0 == float(rows[-1]) + 0.0, (name, rows)


def by_name(sections, part, layer=None):
    return {quantity.name: quantity.result for section in sections if section.part == part and section.layer == layer
            for quantity in section.quantities}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("make, loss, x, y", [
    (lambda: Network.mlp([2, 4, 4, 1], rng=random.Random(1)), MSELoss(), [0.1, 0.9], [1.0]),
    (lambda: Network([Linear(2, 3, rng=random.Random(2)), Tanh(), Linear(3, 3, rng=random.Random(3))]),
     CrossEntropyLoss(), [0.3, -0.7], [0.0, 1.0, 0.0]),
], ids=["2-4-4-1", "2-3-3"])
def test_every_line_comes_to_its_result_at_each_of_three_steps(optimizer, make, loss, x, y):
    network = make()
    steps = OPTIMIZERS[optimizer](network.parameters())
    for _ in range(3):
        assert check_numbers(explain(network, loss, steps, x, y)) > 60


@pytest.mark.parametrize("hidden", [Sigmoid, Tanh, ReLU, LeakyReLU, Identity, Softmax])
@pytest.mark.parametrize("output, loss", [
    (Sigmoid, MSELoss()), (Sigmoid, BCELoss()), (None, CrossEntropyLoss()), (Softmax, MSELoss("sum")),
    (Softmax, BCELoss("sum")), (Tanh, HalfSquaredErrorLoss()), (None, MSELoss()), (None, BCEWithLogitsLoss()),
    (Tanh, BCEWithLogitsLoss("sum")),
], ids=lambda value: getattr(value, "__name__", repr(value)))
def test_every_layer_and_loss_is_explained(hidden, output, loss):
    for seed in range(3):
        rng = random.Random(seed)
        layers = [Linear(2, 3, rng=rng), hidden(), Linear(3, 3, rng=rng, bias=seed > 0)]
        network = Network(layers + ([output()] if output else []))
        optimizer = SGD(network.parameters(), lr=0.5)
        assert check_numbers(explain(network, loss, optimizer, [0.3, -0.7], [0.0, 1.0, 0.0])) > 30


def as_python(formula):
    """A title's formula as Python; its Σ_j is a sum over the outputs, whose symbol is a."""
    formula = re.sub(r"\|(.*?)\|", r"abs(\1)", re.sub(r"\b(a|y)_j", r"\1[j]", formula))
    formula = re.sub(r"(ln )?Σ_j (.*)", lambda m: "%s(sum([%s for j in range(len(a))]))" % (m[1] or "", m[2]), formula)
    return re.sub(r"(\(.*?\))²", r"\1**2", formula.replace("·", "*"))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", [MSELoss, HalfSquaredErrorLoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss])
def test_the_formula_in_the_title_of_the_cost_comes_to_the_cost(loss, reduction):
    loss, a, y = loss(reduction), [0.2, 0.7, 0.3] if loss is BCELoss else [-0.4, 0.7, 0.3], [0.0, 0.0, 1.0]
    title = cost(loss, "a", a, y)[0].title.split(": ", 1)[1].split(";")[0]
    whole, *rest = title[len("C = "):].split(", with ")
    names = {**FUNCTIONS, "a": a, "y": y, "m": max(a) if isinstance(loss, CrossEntropyLoss) else len(a),
             "sum": sum, "range": range, "len": len, "abs": abs}
    for definition in rest:
        name, part = definition.split(" = ")
        whole = re.sub(r"\b%s\b" % name, "(%s)" % as_python(part), whole)
    assert eval(as_python(whole), names) == pytest.approx(loss.forward(a, y), rel=1e-12)


def test_every_result_is_what_the_core_computes():
    rng = random.Random(1)
    network, twin = (Network.mlp([2, 4, 4, 1], rng=random.Random(1)) for _ in range(2))
    x, y = [rng.random(), rng.random()], [1.0]
    optimizer, other = (SGD(net.parameters(), lr=0.5, momentum=0.9) for net in (network, twin))
    for _ in range(3):
        sections = explain(network, MSELoss(), optimizer, x, y)
        twin.zero_grad()
        cost, (output,) = Loops().gradients(twin, MSELoss(), [x], [y])
        for i in (0, 2, 4):
            assert list(by_name(sections, "forward", i).values()) == twin.layers[i + 1].z
            assert list(by_name(sections, "forward", i + 1).values()) == twin.layers[i + 1].a
            slopes, at = by_name(sections, "backward", i), mark(i)
            for j, row in enumerate(twin.layers[i].weight_grad):
                assert [slopes["∂C/∂w%s_%d%d" % (at, j, k)] for k in range(len(row))] == row
            assert [slopes["∂C/∂b%s_%d" % (at, j)] for j in range(len(twin.layers[i].bias))] == twin.layers[i].bias_grad
        assert by_name(sections, "forward", 5)["a⁽⁵⁾_0"] == output[0]
        assert by_name(sections, "cost")["C"] == cost
        other.step()
        for i in (0, 2, 4):
            new, at = by_name(sections, "update", i), mark(i)
            assert [new["new b%s_%d" % (at, j)] for j in range(len(twin.layers[i].bias))] == twin.layers[i].bias
            assert [new["v(b%s_%d)" % (at, j)] for j in range(len(twin.layers[i].bias))] == other.velocity[
                [name for name, _, _ in twin.parameters()].index("%d.bias" % i)]
        assert network.state_dict() == twin.state_dict()


def test_the_derivation_of_p_minus_y_ends_where_the_core_does():
    network = Network([Linear(2, 3, rng=random.Random(3))])
    sections = explain(network, CrossEntropyLoss(), SGD(network.parameters()), [0.3, -0.7], [0.0, 1.0, 0.0])
    through, direct = [section.quantities for section in sections if section.part == "backward"][3:5]
    expected = [quantity.result for quantity in direct]
    assert [quantity.result for quantity in through] == pytest.approx(expected, abs=1e-15)
    assert direct[1].symbols == ["p_1 - y_1"]


@pytest.mark.parametrize("z, y", [(40.0, 0.0), (-800.0, 1.0), (40.0, 1.0), (0.0, 1.0), (-3.0, 0.0)])
def test_the_slope_of_a_logit_is_derived_where_it_can_be_and_computed_everywhere(z, y):
    network = Network([Linear(1, 1, init="zeros")])
    network.layers[0].bias[0] = z
    sections = explain(network, BCEWithLogitsLoss(), SGD(network.parameters()), [1.0], [y])
    assert check_numbers(sections) > 5
    slopes = by_name(sections, "backward")
    p = slopes["p_0"]
    assert slopes["∂C/∂z⁽⁰⁾_0"] == p - y
    assert ("∂C/∂p_0" in slopes) == (0.0 < p < 1.0)
    if "∂C/∂p_0" in slopes:
        assert slopes["∂C/∂p_0"] * slopes["∂p_0/∂z⁽⁰⁾_0"] == pytest.approx(p - y, rel=1e-15)


def all_sections():
    """Those of a step with each layer, each loss and each optimizer."""
    for loss, output in ((MSELoss(), [Sigmoid()]), (CrossEntropyLoss(), []), (BCELoss(), [Softmax()]),
                         (BCEWithLogitsLoss(), []),
                         (HalfSquaredErrorLoss(), [ReLU()]), (MSELoss("sum"), [Tanh()]), (MSELoss(), [LeakyReLU()]),
                         (MSELoss(), [Identity()])):
        for make in OPTIMIZERS.values():
            network = Network([Linear(2, 2, rng=random.Random(1)), *output])
            yield from explain(network, loss, make(network.parameters()), [0.1, 0.2], [1.0, 0.0])


def test_every_source_is_a_function_of_the_core_and_the_stop_is_a_line_of_its_body():
    sources = {quantity.source for section in all_sections() for quantity in section.quantities} - {None}
    assert len(sources) >= 30
    for source in sources:
        assert found("%s.%s" % (source.__module__[len("purenn."):], source.__qualname__)) is source
        path, _, line = stop(source).partition(":")
        lines, first = inspect.getsourcelines(source)
        function, = ast.parse(textwrap.dedent("".join(lines))).body
        body = function.body[1:] if ast.get_docstring(function) else function.body
        assert path == source.__module__.replace(".", "/") + ".py"
        assert int(line) == first + body[0].lineno - 1, source


COST = "the forward of the loss"


@pytest.mark.parametrize("layers, loss, optimizer, expected", [
    ([Sigmoid], MSELoss(), SGD, {
        "forward z": "forward", "forward a": "sigmoid", "cost E": "squared_error", "cost C": "MSELoss.forward",
        "backward ∂C/∂a": "MSELoss.backward", "backward ∂a/∂z": "sigmoid_derivative",
        "backward δ": "Activation.backward", "backward ∂C/∂w": "backward", "backward ∂C/∂b": "backward",
        "update new w": "SGD.step", "update new b": "SGD.step",
        "update new C": COST}),
    ([Softmax], HalfSquaredErrorLoss(), Adam, {
        "forward z": "forward", "forward a": "softmax", "cost E": "HalfSquaredErrorLoss.forward",
        "cost C": "HalfSquaredErrorLoss.forward", "backward ∂C/∂a": "HalfSquaredErrorLoss.backward",
        "backward ∂a/∂z": "softmax_jacobian", "backward δ": "Softmax.backward", "backward ∂C/∂w": "backward",
        "backward ∂C/∂b": "backward", "update m(w": "Adam.step", "update m(b": "Adam.step", "update v(w": "Adam.step",
        "update v(b": "Adam.step", "update m̂(w": "Adam.corrected", "update m̂(b": "Adam.corrected",
        "update v̂(w": "Adam.corrected", "update v̂(b": "Adam.corrected", "update new w": "Adam.step",
        "update new b": "Adam.step", "update new C": COST}),
    ([], CrossEntropyLoss(), lambda p: SGD(p, weight_decay=0.1), {
        "forward z": "forward", "cost S": "CrossEntropyLoss.forward", "cost C": "CrossEntropyLoss.forward",
        "backward p": "softmax", "backward ∂C/∂p": None, "backward ∂p/∂z": "softmax_jacobian",
        "backward ∂C/∂z": "Softmax.backward CrossEntropyLoss.backward", "backward ∂C/∂w": "backward",
        "backward ∂C/∂b": "backward", "update g(w": "Optimizer.decayed", "update g(b": "Optimizer.decayed",
        "update new w": "SGD.step", "update new b": "SGD.step",
        "update new C": COST}),
], ids=["sigmoid", "softmax", "cross-entropy"])
def test_beside_each_quantity_stands_the_function_that_computes_it(layers, loss, optimizer, expected):
    network = Network([Linear(2, 2, rng=random.Random(1)), *[layer() for layer in layers]])
    beside = {}
    for section in explain(network, loss, optimizer(network.parameters()), [0.1, 0.2], [1.0, 0.0]):
        for quantity in section.quantities:
            kind = "%s %s" % (section.part, re.sub(r"⁽.⁾|_\w+\)?", "", quantity.name))
            name = quantity.source and quantity.source.__qualname__
            if name not in beside.setdefault(kind, []):
                beside[kind].append(name)
    expected = {kind: name if name is not COST else type(loss).__name__ + ".forward" for kind, name in expected.items()}
    assert {kind: " ".join(names) if names[0] else None for kind, names in beside.items()} == expected


def stops_in(text):
    """The breakpoints that a printed explanation gives, with the functions beside them, each once, in their order."""
    text = html.unescape(text.replace("\\_", "_").replace("`", ""))
    assert len(re.findall(r"\bbreak\b", text)) == len(re.findall(r"\bbreak purenn/\w+\.py:\d+ \([\w.]+\)", text)) > 0
    return list(dict.fromkeys(re.findall(r"\b(break purenn/\w+\.py:\d+) \(([\w.]+)\)", text)))


def in_pdb(commands, *arguments, cwd=ROOT):
    """What pdb answers to commands, one after the other, with cli.py as its program."""
    done = subprocess.run([sys.executable, "-m", "pdb", os.path.join(ROOT, "cli.py"), *arguments], cwd=cwd,
                          input="\n".join([*commands, "quit", ""]), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8"}, timeout=120)
    return done.stdout.split("(Pdb) ")[1:]


@pytest.mark.parametrize("layout", ["text", "markdown", "latex", "html"])
@pytest.mark.slow
def test_pdb_takes_every_breakpoint_in_every_layout_and_from_any_folder(layout, tmp_path):
    shown = "\n".join(line for block in blocks(list(all_sections()), layout) for line in block)
    stops = stops_in(shown)
    assert len(stops) >= 30
    for answer, (command, name) in zip(in_pdb([command for command, _ in stops], cwd=str(tmp_path)), stops):
        place = command[len("break "):].replace("/", os.sep)
        assert re.match(r"Breakpoint \d+ at .*%s\n" % re.escape(place), answer), (name, answer)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="the words are those of CPython's pdb")
def test_pdb_stops_at_each_breakpoint_in_the_function_that_is_named():
    stops = stops_in(cli("explain", "xor").stdout)
    assert len(stops) == 9
    answers = in_pdb(["t" + command for command, _ in stops] + ["continue"] * len(stops), "xor")
    met = [re.search(r"> (?:.*[/\\])?(\w+\.py)\((\d+)\)(\w+)\(\)", answer).groups()
           for answer in answers[len(stops):2 * len(stops)]]
    assert sorted("%s:%s %s" % stop for stop in met) == sorted(
        "%s %s" % (command.rpartition("/")[2], name.rpartition(".")[2]) for command, name in stops)


def test_where_a_function_is_in_no_file_its_name_stands_alone():
    namespace = {}
    exec("def typed(x):\n    return x", namespace)
    assert (stop(namespace["typed"]), place(namespace["typed"])) == (None, "typed")
    assert (stop(len), place(len)) == (None, "len")
    exec(compile("def short(x): return x", __file__, "exec"), namespace)
    assert stop(namespace["short"]) == __file__ + ":1"                      # all in the line of its def
    assert "not computed by the core" in place(None)


MAZUR = [
    "0.3775", "0.593269992", "0.596884378", "1.105905967", "0.75136507", "0.772928465", "0.274811083",
    "0.023560026", "0.298371109", "0.74136507", "0.186815602", "0.082167041", "0.138498562", "0.35891648",
    "0.408666186", "0.511301270", "0.561370121", "0.055399425", "-0.019049119", "0.036350306", "0.241300709",
    "0.000438568", "0.149780716", "0.19956143", "0.24975114", "0.29950229", "0.291027924", "0.291027773694",
    "3.51018778e-05", "0.015913620", "0.984064274",
]


@pytest.fixture(scope="module")
def mazur_text():
    done = cli("explain", "mazur", "--digits", 17)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("published", MAZUR)
def test_explain_mazur_has_each_published_number(published, mazur_text):
    assert re.search(r"(?<![\d.])%s(?!\d)" % re.escape(published), mazur_text)


def test_each_published_number_is_what_stands_before_it():
    network = mazur.network()
    optimizer = SGD(mazur.parameters(network), lr=mazur.LR)
    sections = explain(network, HalfSquaredErrorLoss(), optimizer, mazur.X, mazur.Y)
    shown = [re.sub(r"break \S+ \S+|\s+", " ", " ".join(block))
             for block in blocks(sections, "text", mazur.PUBLISHED, digits=17)]
    found = [(block, text) for text in mazur.PUBLISHED.values() for block in shown if text in block]
    assert len(found) == len(mazur.PUBLISHED) == 24
    for block, published in found:
        numbers = re.findall(r"(?<=[ =])-?\d[\d.]*", published)
        sides = block.partition(published)[0].split(" = ")
        expected = [float(sides[-1])]
        if len(numbers) == 3:                           # two terms and their sum: the terms stand one line above
            expected = [float(term) for term in re.findall(r"-?\d[\d.]+", sides[-2])] + expected
        assert [abs(a - float(b)) <= 1e-8 for a, b in zip(expected, numbers)] == [True] * len(numbers), block


def test_a_long_sum_is_shortened_with_the_number_of_terms_left_out():
    network = Network.mlp([100, 12, 1], rng=random.Random(1))
    sections = explain(network, MSELoss(), SGD(network.parameters(), lr=0.5), [0.01] * 100, [1.0])
    assert check_numbers(sections) > 1000
    text = "\n".join(line for block in blocks(sections, "text", hint=HINT) for line in block)
    assert "… 93 more terms" in text
    assert "… 4 more quantities of this layer; --only 0.J shows those of neuron J" in text
    # 12 neurons with 100 weights and a bias: 8 neurons with 8 weights and the bias are shown
    assert "… %d more quantities of this layer" % (12 * 101 - 8 * 9) in text
    assert shortened(["x"] * 9)[-1] == "… 1 more term"


def test_latex_is_plain_ascii_with_balanced_braces_and_amsmath_alone():
    for arguments in (["mazur"], ["softmax"], ["xor", "--optimizer", "adam", "--activation", "leaky_relu"]):
        text = cli("explain", *arguments, "--format", "latex").stdout
        assert text.isascii() and text.count("{") == text.count("}")
        assert re.findall(r"\\usepackage.*", text) == [r"\usepackage{amsmath}"]
        assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") > 30
        commands = set(re.findall(r"\\([a-zA-Z]+)", text))
        assert commands <= {"documentclass", "usepackage", "allowdisplaybreaks", "begin", "end", "section",
                            "bigskip", "newline", "raggedright", "setlength", "parindent", "texttt", "text", "frac",
                            "partial", "cdot", "delta", "exp", "ln", "sqrt", "max",
                            "tanh", "hat", "beta", "mu", "alpha", "theta", "sum", "leftarrow", "surd", "mathit", "quad",
                            "dots", "sigma"}, commands
    assert latex("w_12,3·m̂") == r"w_{12,3} \cdot \hat{m}"


def test_markdown_has_headings_and_the_same_results():
    text = cli("explain", "mazur", "--format", "markdown", "--digits", 17).stdout
    assert "## Forward: from the input to the output" in text
    assert "\n  $= 0.2983711087600027$ " in text


def test_only_shows_a_part_or_a_neuron():
    text = cli("explain", "xor", "--only", "cost").stdout
    assert "COST" in text and "FORWARD" not in text and "UPDATE" not in text
    text = cli("explain", "xor", "--hidden", 20, "--only", "0.19").stdout
    assert "z⁽⁰⁾_19 =" in text and "new b⁽⁰⁾_19" in text and "z⁽⁰⁾_18 =" not in text


def test_step_trains_first_with_the_tasks_own_settings():
    from purenn import evaluate, train
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), 7):
        pass
    output = evaluate(network, MSELoss(), xor())[2][3][0]
    text = cli("explain", "xor", "--step", 7, "--sample", 3, "--only", "5.0", "--digits", 17).stdout
    assert "= %r" % output in text


def test_pause_waits_for_enter_and_goes_on_without_input():
    done = cli("explain", "mazur", "--only", "cost", "--pause")
    assert done.returncode == 0 and "= 0.298371" in done.stdout
    command = [sys.executable, "-u", "cli.py", "explain", "mazur", "--only", "cost", "--pause"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          encoding="utf-8") as process:
        assert process.stdout.readline().startswith("explain mazur: ")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
        process.stdin.write("\n" * 10)
        process.stdin.close()
        out = process.stdout.read()
    assert process.returncode == 0 and "= 0.298371" in out


def test_a_cost_that_is_not_finite_is_not_explained():
    done = cli("explain", "xor", "--activation", "identity", "--output-activation", "identity", "--lr", 1e200,
               "--step", 1)
    assert done.returncode == 3 and done.stderr.count("\n") == 1 and "training diverged" in done.stderr


def test_softmax_that_has_rounded_a_share_to_0_is_explained_without_dividing_by_it():
    done = cli("explain", "softmax", "--lr", 5000, "--step", 3)
    assert (done.returncode, done.stderr) == (0, "")
    assert "so -y_j / p_j cannot be computed" in done.stdout


def test_bce_at_its_floor():
    network = Network([Linear(1, 1, rng=random.Random(1)), Sigmoid()])
    network.load_state_dict({"0.weight": [[-150.0]], "0.bias": [0.0]})
    assert check_numbers(explain(network, BCELoss(), SGD(network.parameters()), [1.0], [1.0])) > 5


def test_only_a_neuron_has_its_hidden_sum_and_nothing_left_out():
    text = cli("explain", "xor", "--hidden", 12, 12, "--only", "1.11").stdout
    assert "∂C/∂a⁽¹⁾_11 = " in text and "a⁽¹⁾_11 = " in text and "…" not in text
    assert "more" not in cli("explain", "xor", "--hidden", 12, 12, "--only", "2.3").stdout


def test_a_shortened_sum_is_closed():
    network = Network([Linear(2, 12, rng=random.Random(1)), Softmax()])
    sections = explain(network, MSELoss(), SGD(network.parameters()), [0.1, 0.2], [1.0] + [0.0] * 11)
    for block in blocks(sections, "text"):
        for line in " ".join(block).split(" = ")[1:]:
            assert line.count("(") == line.count(")"), line


@pytest.mark.parametrize("arguments, named", [
    ("explain", "explain: found no task; it must be one of xor, linear, gate, mazur, softmax"),
    ("explain foo", "explain: task: found 'foo'; it must be one of xor, linear, gate, mazur, softmax"),
    ("explain xor --sample 21", "--sample: found 21; it must be a whole number from 0 to 20"),
    ("explain xor --sample -1", "--sample: found '-1'; it must be a whole number from 0 up"),
    ("explain xor --step x", "--step: found 'x'; it must be a whole number from 0 up"),
    ("explain xor --only foo", "--only: found 'foo'; it must be forward, cost, backward, update, or LAYER.NEURON"),
    ("explain xor --only 9.0", "--only: found layer 9; the network has layers 0 to 5"),
    ("explain xor --only 1.4", "--only: found neuron 4; layer 1 has neurons 0 to 3"),
    ("explain xor --format pdf", "--format: found 'pdf'; it must be one of text, markdown, latex"),
    ("explain mazur --hidden 4", "there is no option --hidden"),
    ("explain xor --loss bce --output-activation relu", "--loss: bce needs outputs between 0 and 1"),
    ("explain xor --json", "there is no option --json"),
])
def test_what_cannot_be_explained_is_refused_in_one_line(arguments, named):
    assert_refused(arguments, named)


def test_a_sample_that_does_not_fit_is_refused():
    network = Network([Linear(2, 1)])
    with pytest.raises(PurennError, match=r"sample.inputs\[0\] has length 1; expected 2"):
        explain(network, MSELoss(), SGD(network.parameters()), [1.0], [1.0])


# The sample.

@pytest.mark.parametrize("arguments, said", [
    ("xor", "Samples are counted from 0. Sample 3 is the default because its two inputs differ. In training, a step "
     "uses 21 samples: the slopes of each are divided by 21 and added up."),
    ("xor --sample 0", "In training, a step uses 21 samples: the slopes of each are divided by 21 and added up."),
    ("xor --loss sse --sample 5", "In training, a step uses 21 samples: their slopes are added up."),
    ("xor --batch-size 6 --sample 19",
     "In training, a step uses 3 samples: the slopes of each are divided by 3 and added up."),
    ("xor --batch-size 6 --sample 19 --shuffle",
     "In training, a step uses 6 samples: the slopes of each are divided by 6 and added up."),
    ("gate", "Samples are counted from 0. Sample 1 is the default because its two inputs differ. In training, too, a "
     "step uses one sample."),
    ("linear --points 50", "In training, a step uses 50 samples: the slopes of each are divided by 50 and added up."),
    ("softmax", "In training, a step uses 3 samples: the slopes of each are divided by 3 and added up."),
    ("mazur", "There is one sample, so training takes this very step."),
])
def test_the_second_line_says_how_the_step_relates_to_that_of_training(arguments, said):
    beginning = cli("explain", *arguments.split(), "--only", "cost").stdout.partition("\n\n")[0].replace("\n", " ")
    number = (re.findall(r"--sample (\d+)", arguments) or re.findall("Sample (\\d+) is the default", said) or ["0"])[0]
    assert "; a batch of sample %s alone: x = [" % number in beginning and beginning.endswith("] " + said)


def test_the_default_sample_has_two_inputs_that_differ_and_the_help_says_so():
    for name, data in (("xor", xor()), ("gate", gate())):
        sample = int(re.search(r"sample\s(\d+)\salone", cli("explain", name, "--only", "cost").stdout).group(1))
        assert data.inputs[sample][0] != data.inputs[sample][1]
        said = " ".join(cli("explain", name, "--help").stdout.split())
        assert "which sample, counted from 0 (default: %d, whose two inputs differ)" % sample in said
    assert "(default: 0)" in cli("explain", "linear", "--help").stdout


def test_the_slopes_of_all_samples_divided_by_their_number_and_added_up_are_those_of_training():
    data, share = xor(), 1.0 / 21.0
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    Loops().gradients(network, MSELoss(), data.inputs, data.targets)
    expected = [g for _, _, grads in network.parameters() for g in grads]
    total = [0.0] * len(expected)
    for x, y in zip(data.inputs, data.targets):
        one = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
        sections = explain(one, MSELoss(), SGD(one.parameters()), x, y)
        slopes = [quantity.result for i in (0, 2, 4) for section in sections if (section.part, section.layer) == (
            "backward", i) for kind in ("∂C/∂w", "∂C/∂b") for quantity in section.quantities
            if quantity.name.startswith(kind)]
        total = [a + share * b for a, b in zip(total, slopes)]
    assert total == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("layout, end", [("markdown", "  "), ("latex", r"\newline")])
def test_the_two_lines_stay_two_lines_in_every_layout(layout, end):
    lines = cli("explain", "xor", "--only", "cost", "--format", layout).stdout.splitlines()
    i = next(i for i, line in enumerate(lines) if line.startswith("explain xor: "))
    assert lines[i].endswith("y = [1.0]" + end) and lines[i + 1].startswith("Samples are counted from 0. ")
    assert lines[i + 2] == ""


# A layer, a loss and an optimizer of one's own.

class Scale(Layer):
    """a_j = s·x_j, with one number s, and a weight that is not used."""

    def __init__(self):
        self.s, self.s_grad, self.more, self.more_grad = [1.5], [0.0], [[2.0, 3.0]], [[0.0, 0.0]]

    def forward(self, inputs):
        self.inputs = list(inputs)
        for k in range(len(inputs)):
            inputs[k] *= self.s[0]              # in place
        return inputs

    def backward(self, grad):
        for k in range(len(grad)):
            self.s_grad[0] += grad[k] * self.inputs[k]
            grad[k] *= self.s[0]
        return grad

    def parameters(self):
        yield "s", self.s, self.s_grad
        yield "more_of_it[0]", self.more[0], self.more_grad[0]


class FourthPower(Loss):
    def forward(self, output, target):
        return sum((a - y) ** 4 for a, y in zip(output, target))

    def backward(self, output, target):
        return [4.0 * (a - y) ** 3 for a, y in zip(output, target)]


class SignDescent(Optimizer):
    def step(self):
        for _, values, grads in self.parameters:
            for k in range(len(values)):
                values[k] -= self.lr * ((grads[k] > 0.0) - (grads[k] < 0.0))


class MyLinear(Linear):
    def forward(self, inputs):
        return [2.0 * z for z in Linear.forward(self, inputs)]

    def backward(self, delta):
        return Linear.backward(self, [2.0 * d for d in delta])


class MyTanh(Tanh):
    pass


class MySquares(MSELoss):
    def backward(self, output, target):
        return MSELoss.backward(self, output, target)


def own(first=Linear):
    return Network([first(2, 2, rng=random.Random(1)), Scale(), Sigmoid(), Linear(2, 2, rng=random.Random(2))])


def test_a_layer_of_ones_own_is_shown_by_its_numbers_and_the_others_by_their_formulas():
    network, twin = own(), own()
    optimizer, other = (SGD(net.parameters(), lr=0.5, momentum=0.9) for net in (network, twin))
    for _ in range(2):
        sections = explain(network, MSELoss(), optimizer, [0.3, -0.7], [0.0, 1.0])
        twin.zero_grad()
        (_, scale, sigmoid, last), grad = twin.layers, MSELoss().backward(twin.forward([0.3, -0.7]), [0.0, 1.0])
        output_grad = sigmoid.backward(last.backward(grad))
        input_grad = scale.backward(list(output_grad))
        twin.layers[0].backward(list(input_grad))
        other.step()
        assert by_name(sections, "forward", 1) == {
            "input⁽¹⁾_0": scale.inputs[0], "input⁽¹⁾_1": scale.inputs[1], "output⁽¹⁾_0": sigmoid.z[0],
            "output⁽¹⁾_1": sigmoid.z[1]}
        assert by_name(sections, "backward", 1) == {
            "∂C/∂output⁽¹⁾_0": output_grad[0], "∂C/∂output⁽¹⁾_1": output_grad[1], "∂C/∂s⁽¹⁾_0": scale.s_grad[0],
            "∂C/∂more_of_it⁽¹⁾_00": 0.0, "∂C/∂more_of_it⁽¹⁾_01": 0.0, "∂C/∂input⁽¹⁾_0": input_grad[0],
            "∂C/∂input⁽¹⁾_1": input_grad[1]}
        new = by_name(sections, "update", 1)
        assert (new["new s⁽¹⁾_0"], new["v(s⁽¹⁾_0)"], new["new more_of_it⁽¹⁾_01"]) == (
            scale.s[0], other.velocity[3][0], 3.0)
        assert network.state_dict() == twin.state_dict()
        assert check_numbers(sections) > 40
        plain = [quantity for section in sections for quantity in section.quantities if not quantity.symbols]
        assert len(plain) == 4 + 7 + 1 and all(quantity.source in (Scale.forward, Scale.backward, MSELoss.forward)
                                             for quantity in plain)


def test_so_are_a_loss_and_an_optimizer_of_ones_own():
    network, twin = own(), own()
    optimizer, other = (SignDescent(net.parameters(), lr=0.1) for net in (network, twin))
    loss = FourthPower()
    sections = explain(network, loss, optimizer, [0.3, -0.7], [0.0, 1.0])
    cost, (output,) = Loops().gradients(twin, loss, [[0.3, -0.7]], [[0.0, 1.0]])
    other.step()
    assert by_name(sections, "cost") == {"C": cost}
    assert by_name(sections, "backward") == {"∂C/∂z⁽³⁾_%d" % j: slope for j, slope in enumerate(
        loss.backward(output, [0.0, 1.0]))}
    for i, layer in ((0, twin.layers[0]), (3, twin.layers[3])):
        new = by_name(sections, "update", i)
        assert new == {**{"new w%s_%d%d" % (mark(i), j, k): layer.weight[j][k] for j in range(2) for k in range(2)},
                       **{"new b%s_%d" % (mark(i), j): layer.bias[j] for j in range(2)}}
    assert network.state_dict() == twin.state_dict()
    assert {quantity.source for section in sections if section.part == "update" for quantity in section.quantities} == {
        SignDescent.step, FourthPower.forward}


def test_a_class_that_changes_what_one_of_the_core_does_is_not_explained_by_the_formulas_of_the_core():
    network = Network([MyLinear(2, 2, rng=random.Random(1)), MyTanh(), MyLinear(2, 2, rng=random.Random(2))])
    sections = explain(network, MySquares(), SGD(network.parameters()), [0.3, -0.7], [0.0, 1.0])
    assert check_numbers(sections) == 2 * 6             # the update alone is known
    assert not [quantity for section in sections if section.part != "update" for quantity in section.quantities
                if quantity.symbols]
    assert by_name(sections, "forward", 0)["output⁽⁰⁾_1"] == network.layers[1].z[1]
    assert by_name(sections, "backward", 0)["∂C/∂weight⁽⁰⁾_10"] == network.layers[0].weight_grad[1][0]
    assert by_name(sections, "update", 2)["new bias⁽²⁾_1"] == network.layers[2].bias[1]


@pytest.mark.parametrize("layout", ["text", "markdown", "latex", "html"])
def test_what_is_shown_by_its_numbers_can_be_printed_in_every_layout(layout):
    network = own(MyLinear)
    sections = explain(network, FourthPower(), SignDescent(network.parameters(), 0.1), [0.3, -0.7], [0.0, 1.0])
    lines = [line for block in blocks(sections, layout) for line in block]
    text = "\n".join(lines)
    title = "network.layers[1] = Scale(): no formulas are known for it; here are its numbers"
    assert title.replace("_", r"\_") in text and not [line for line in lines if "\n" in line]
    place_of_scale = stop(Scale.forward)
    assert re.match(r".*test_explain\.py:\d+$", place_of_scale) and os.path.isabs(place_of_scale.rpartition(":")[0])
    shown = text.replace(r"\_", "_").replace("`", "")
    assert "break %s (Scale.forward)" % place_of_scale in html.unescape(shown)
    name = {"latex": r"\frac{\partial C}{\partial \mathit{more\ of\ it}^{(1)}_{01}} &= 0.0",
            "html": "<b>∂C/∂more_of_it⁽¹⁾_01</b> <span>= 0.0</span>",
            "markdown": r"$\frac{\partial C}{\partial \mathit{more\ of\ it}^{(1)}_{01}} = 0.0$"}.get(
                layout, "∂C/∂more_of_it⁽¹⁾_01 = 0.0")
    assert name in text
    if layout == "latex":
        assert text.count("{") == text.count("}")


def test_pdb_takes_the_breakpoint_in_a_layer_of_ones_own():
    answer, = in_pdb(["break " + stop(Scale.forward)])[:1]
    assert re.match(r"Breakpoint 1 at .*test_explain\.py:\d+\n", answer), answer


def test_only_a_neuron_has_the_numbers_of_a_layer_of_ones_own():
    network = own()
    sections = explain(network, MSELoss(), SGD(network.parameters()), [0.3, -0.7], [0.0, 1.0])
    names = [quantity.name for section in select(sections, (1, 1), 3) for quantity in section.quantities]
    assert names == ["output⁽¹⁾_1", "∂C/∂output⁽¹⁾_1"]
    names = [quantity.name for section in select(sections, (0, 1), 3) if section.layer == 1
             for quantity in section.quantities]
    assert names == ["∂C/∂input⁽¹⁾_1"]


def test_a_wide_layer_of_ones_own_is_shortened():
    network = Network([Linear(2, 12, rng=random.Random(1)), Scale()])
    sections = explain(network, MSELoss(), SGD(network.parameters()), [0.1, 0.2], [0.0] * 12)
    text = "\n".join(line for block in blocks(sections, "text") for line in block)
    assert "output⁽¹⁾_7 =" in text and "output⁽¹⁾_8 =" not in text and "… 8 more quantities of this layer" in text
