"""The course: right solutions pass, planted mistakes are caught and named, and nothing handed out is a solution."""
import ast
import importlib
import json
import os
import random
import re
import sys
import types

import pytest

from purenn import Linear, MSELoss, Network, Sigmoid, activations, initializers, losses, neuron, optimizers
from purenn.course import chapters, child, general, judge, progress, source, workbook
from purenn.course.chapters import CHAPTERS, EXERCISES, exercise
from purenn.course.exercise import ways
from purenn.engines import loops
from purenn.linalg import PurennError
from purenn.study import tape
from purenn.study.gradcheck import relative_error
from purenn.study.mistakes import MISTAKES, planted

from .course_answers import RIGHT, WRONG
from .helpers import ROOT

CODE = [of for of in EXERCISES if of.kind in ("write", "repair")]
ANSWERED = [of for of in EXERCISES if of.kind in ("predict", "find")]
ORDERED = [of for of in EXERCISES if of.kind == "order"]
ALL = [chapter.number for chapter in CHAPTERS]
KNOWN = [(of, known) for of in CODE + ORDERED for known in of.known]
WAYS = [(of, known, way) for of, known in KNOWN for way in range(len(ways(known)))]


def ids(value):
    return getattr(value, "number", None) or getattr(value, "name", None)


def verdict_on(of, own):
    """The Verdict on what the names of ``own`` mean, without a process for it."""
    return verdict_of_results(of, source.results(of, own))


def verdict_of_results(of, found, blank=()):
    return judge.judged(of, json.loads(json.dumps([child.told(result, "", blank) for result in found])), blank)


def verdict_of(of, text):
    tree = ast.parse(text)
    blank = [name for name, _ in source.blank_functions(tree)]
    own = source.modules_for(of.number).run(source.stopping(tree), of.file)
    return verdict_of_results(of, source.results(of, own), blank)


def changed(number, changes):
    """The solution of an exercise with these changes, pairs of a text that it has once and another."""
    text = source.solution(exercise(number))
    for right, wrong in changes:
        assert text.count(right) == 1, (right, text)
        text = text.replace(right, wrong)
    return text


# What is in the course.

def test_the_course_has_every_chapter_and_mixes_its_kinds():
    assert ALL == list(range(1, 15))
    assert len(EXERCISES) >= 40 and len({of.name for of in EXERCISES}) == len(EXERCISES)
    assert {of.kind for of in EXERCISES} == {"predict", "order", "write", "repair", "find"}
    for chapter in CHAPTERS:
        assert [of.chapter for of in chapter.exercises] == [chapter.number] * len(chapter.exercises)
        assert len({of.kind for of in chapter.exercises}) > 1 or chapter.number in (11, 12)


def test_the_page_for_teachers_has_every_chapter():
    with open(os.path.join(ROOT, "docs", "course.md"), encoding="utf-8") as file:
        text = file.read()
    for chapter in CHAPTERS:
        assert "\n| %d | %s | %s |\n" % (chapter.number, chapter.title, chapter.teaches) in text


@pytest.mark.parametrize("of", EXERCISES, ids=ids)
def test_every_page_that_explains_is_there(of):
    for page in {of.page, *(known.page for known in of.known)}:
        name, _, heading = page.partition(", ")
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            headings = re.findall(r"^#+ (.*)$", file.read(), re.MULTILINE)
        assert heading in headings, page
    assert 1 <= len(of.hints) <= 3


# Right answers.

@pytest.mark.parametrize("of", CODE, ids=ids)
def test_a_right_solution_passes_with_what_comes_before_it_alone(of):
    assert verdict_of(of, source.solution(of)).status == "right"


@pytest.mark.parametrize("number, text", RIGHT)
def test_an_unusual_right_solution_passes(number, text):
    verdict = verdict_of(exercise(number), text)
    assert verdict.status == "right", verdict


def test_there_are_ten_unusual_right_solutions_and_ten_wrong_ones():
    assert len(RIGHT) >= 10 and len(WRONG) >= 10


def own(**names):
    return names


# The core's own functions under the names of an exercise. As functions, so that a planted mistake is seen.
CORE = {
    "1.2": lambda: own(forward=neuron.forward),
    "2.2": lambda: own(sigmoid=Sigmoid.function),
    "2.3": lambda: own(sigmoid_derivative=Sigmoid.derivative),
    "2.4": lambda: own(tanh_derivative=activations.Tanh.derivative),
    "3.2": lambda: own(MSELoss=MSELoss, squared_error=losses.squared_error),
    "3.3": lambda: own(backward=losses.HalfSquaredErrorLoss().backward),
    "4.2": lambda: own(backward=_same_lists),
    "5.2": lambda: own(uniform=initializers.INITIALIZERS["uniform"]),
    "5.3": lambda: own(Linear=Linear),
    "7.2": lambda: own(SGD=optimizers.SGD),
    "7.3": lambda: own(Adam=optimizers.Adam),
    "7.4": lambda: own(Adagrad=optimizers.Adagrad),
    "8.1": lambda: own(Loops=loops.Loops, batch_cost=loops.batch_cost),
    "9.3": lambda: own(relative_error=relative_error),
    "10.2": lambda: own(exponentials=activations.exponentials, softmax=activations.softmax),
    "10.3": lambda: own(CrossEntropyLoss=losses.CrossEntropyLoss),
    "10.4": lambda: own(backward=_softmax_backward),
    "14.2": lambda: own(Value=tape.Value),
    "14.3": lambda: own(Value=tape.Value),
    "14.4": lambda: own(Value=tape.Value),
}


def _same_lists(*given):
    return neuron.backward(*given)


def _softmax_backward(a, grad):
    layer = activations.Softmax()
    layer.a = a
    return layer.backward(grad)


@pytest.mark.parametrize("number", CORE)
def test_the_core_itself_passes(number):
    assert verdict_on(exercise(number), CORE[number]()).status == "right"


# The gallery's mistakes by the exercise in whose functions the gallery itself can plant them; the others change what
# an exercise has otherwise (the network's parts, the step itself) and are planted into the solution, below.
BY_GALLERY = {
    "tanh-derivative": "2.4", "sigmoid-derivative-of-z": "2.3", "sigmoid-of-activation": "2.3",
    "shared-velocity": "7.2", "momentum-of-gradient": "7.2", "adam-moments-swapped": "7.3", "adam-betas": "7.3",
    "adam-correction": "7.3", "share-overwritten": "4.2",
    "adam-step-counter": "7.3", "adagrad-column": "7.4", "biases-never-updated": "4.2",
    "missing-factor-2": "3.2", "half-in-loss-only": "3.3", "missing-1/n": "8.1", "1/n-twice": "8.1",
    "softmax-diagonal": "10.4", "log-of-zero": "10.3", "exp-overflow": "2.2", "equal-weights": "5.2",
    "unused-seed": "5.2", "no-topological-order": "14.3", "gradient-overwritten": "14.3"}


@pytest.mark.parametrize("mistake", [mistake for mistake in MISTAKES if mistake.name in BY_GALLERY], ids=ids)
def test_a_mistake_that_the_gallery_plants_in_the_core_is_caught_and_named(mistake):
    of = exercise(BY_GALLERY[mistake.name])
    with planted(mistake):
        verdict = verdict_on(of, CORE[of.number]())
    assert (verdict.status, verdict.mistake) == ("wrong", mistake.name), verdict
    assert verdict_on(of, CORE[of.number]()).status == "right"


def test_every_mistake_of_the_gallery_is_known_in_an_exercise():
    assert {mistake.name for mistake in MISTAKES} <= {known.name for _, known in KNOWN}


@pytest.mark.parametrize("of, known, way", WAYS, ids=ids)
def test_a_mistake_planted_in_a_right_solution_is_caught_and_named(of, known, way):
    verdict = verdict_of(of, source.mistaken(of, known.name, way))
    assert (verdict.status, verdict.mistake) == ("wrong", known.name), verdict
    assert verdict.wrong and verdict.says == known.says and verdict.page == known.page


@pytest.mark.parametrize("of", CODE + ORDERED, ids=ids)
def test_no_two_mistakes_have_the_same_numbers_and_none_has_the_right_ones(of):
    names = [("", 0), *((known.name, way) for known in of.known for way in range(len(ways(known))))]
    tables = [[child.told(result, "") for result in source.expected(of, *name)] for name in names]
    assert not any(isinstance(result, dict) for result in tables[0])
    # An error on every sample would tell nothing: many mistakes raise one.
    assert not any(all(isinstance(result, dict) for result in table) for table in tables)
    for i, name in enumerate(names):
        assert [other for other, table in zip(names, tables) if judge.matches(source.expected(of, *name), table)] == [
            names[i]]


@pytest.mark.parametrize("number, name, text", WRONG)
def test_a_wrong_solution_is_caught_and_not_named_wrongly(number, name, text):
    verdict = verdict_of(exercise(number), text)
    assert verdict.status in ("wrong", "error")
    assert verdict.mistake == name


# Code that computes the right numbers on small or symmetric samples.
ALMOST = [
    ("9.2", "moved-back", ("    values[k] = theta\n", "    values[k] += h\n")),
    ("1.2", "inputs-changed", ("z += weights[k] * inputs[k]", "weights[k] *= inputs[k]; z += weights[k]")),
    ("2.5", "inputs-changed", ("    delta = []", "    delta = grad"),
     ("delta.append(grad[j] * derivative(z[j], a[j]))", "grad[j] *= derivative(z[j], a[j])")),
    ("2.5", "inputs-changed", (" a = []\n", " a = z\n"), ("for z_j in z:\n            a.append(f(z_j))",
                                                       "for j in range(len(z)):\n            z[j] = f(z[j])")),
    ("6.3", "only-layers-with-parameters",
     ("for i in range(len(self.layers)):", "i = -1\n        for layer in self.layers:"
                                            "\n            i += bool(list(layer.parameters()))"),
     ("in self.layers[i].parameters():", "in layer.parameters():")),
    ("6.3", "biases-not-cleared", ("for _, _, grads in layer.parameters():",
                                   "for _, _, grads in list(layer.parameters())[:-1]:")),
    ("7.2", "inputs-changed", ("values[k] -= self.lr * v[k]", "values[k] -= self.lr * v[k]; grads[k] = 0.0")),
    ("7.2", "begins-with-gradients", ("[zeros(len(values)) for _, values, _ in self.parameters]",
                                      "[grads[:] for _, _, grads in self.parameters]")),
    ("7.4", "sum-forgotten", ("s[k] += g * g", "new = s[k] + g * g"), ("math.sqrt(s[k])", "math.sqrt(new)")),
    ("7.3", "corrected-kept", ("v_hat = self", "v_hat = v[k] = self")),
    ("8.1", "share-of-the-outputs", ("append(share * g)", "append(g * loss.share(len(output)))")),
    ("8.3", "not-shuffled", ("chosen = order[start:start + batch_size]",
                             "chosen = range(start, min(start + batch_size, count))")),
    ("8.4", "stops-in-an-epoch",
     ("        if target_loss is not None and total < target_loss:\n            break\n", ""),
     ("len(inputs)))\n", "len(inputs)))\n            if target_loss is not None and cost < target_loss:\n"
      "                break\n")),
    ("9.4", "returned-too-early", ("    return found", "        return found")),
    ("9.4", "last-list-only",
     ("    for name", "    for name, values, grads in parameters:\n        pass\n    for name"),
     ("in parameters:\n        for k", "in [(name, values, grads)]:\n        for k")),
    ("9.4", "last-left-out", ("range(len(values))", "range(len(values))[:-1]")),
    ("9.4", "first-only", ("range(len(values))", "range(len(values))[:1]")),
    ("9.4", "returned-too-early", ("in parameters:", "in parameters[:1]:")),
    ("9.2", "copy-changed", ("values[k] = theta + h", "theta += h"), ("values[k] = theta - h", "theta -= 2 * h"),
     ("    values[k] = theta\n", "")),
    ("9.3", "", ("if largest != 0.0", "if largest > 1e-6")),
    ("10.3", "something-added-to-p", ("log_powers + (m - z)", "-math.log(max(math.exp(z - m) / powers, 1e-12))")),
    ("12.1", "first-layer-left-out", ("zip(layers, grads)", "list(zip(layers, grads))[1:]")),
    ("10.2", "inputs-changed", ("largest = max(z)", "largest = max(z); z[:] = [z_j - largest for z_j in z]"),
     ("exp(z_j - largest)", "exp(z_j)")),
    ("10.4", "grad-of-j", ("delta[j] +=", "delta[i] +=")),
    ("10.4", "same-left-out", ("same = 1.0 if i == j else 0.0", "same = 0.0")),
    ("14.3", "first-slope-twice", ("+= value.grad * slope", "+= value.grad * value.slopes[list(value.parents).index("
                                   "parent)]")),
    ("14.3", "from-the-parents-on", ("reversed(order)", "[self]")),
    ("14.3", "slope-alone", ("+= value.grad * slope", "+= self.grad * slope")),
    ("14.3", "nothing-handed-on", ("parent.grad += value.grad * slope", "grad = parent.grad; grad += slope")),
    ("14.3", "nothing-handed-on", ("for value in reversed(order):", "for value in reversed(order):\n            "
                                   "value.grad = float(value is self)")),
    ("2.5", "", (" a = []", " self.kept = a = getattr(self, 'kept', [])")),
    ("6.2", "layers-turned-round", ("for layer in reversed(self.layers)", "self.layers.reverse()\n        for layer in "
                                    "self.layers")),
    ("6.3", "only-first-list", ("for _, _, grads in layer.parameters()", "for _, _, grads in list(layer.parameters())"
                                "[:1]")),
    ("7.4", "eps-left-out", (" + self.eps", "")),
    ("8.1", "cleared-here", ("outputs = []", "outputs = []; network.zero_grad()")),
    ("8.1", "target-and-output-swapped-in-cost", ("loss.forward(outputs[i], targets[i])",
                                                  "loss.forward(targets[i], outputs[i])")),
    ("8.1", "mean-of-a-sum", ("loss.share(len(outputs)) * total", "total / len(outputs)")),
    ("8.4", "n/N-of-a-sum", ("(loss.share(count) / loss.share(len(inputs)))", "len(inputs) / count")),
    ("8.4", "", ("            total +=", "            if target_loss is not None and cost < target_loss:\n"
                 "                return losses + [total]\n            total +=")),
    ("8.4", "ends-too-early", ("total < target_loss", "total <= target_loss")),
    ("8.3", "shuffled-apart", ("rng.shuffle(order)", "data = type(data)(list(data.inputs), list(data.targets)); "
                               "rng.shuffle(data.inputs); rng.shuffle(data.targets)")),
    ("9.2", "moved-back", ("values[k] = theta + h", "values[k] += h"), ("values[k] = theta - h", "values[k] -= 2 * h"),
     ("values[k] = theta\n", "values[k] += h\n")),
    ("9.4", "", ("error))", "7))")),
    ("9.4", "not-relative", ("relative_error(grads[k], numeric_slope(cost, values, k, h))",
                             "abs(grads[k] - numeric_slope(cost, values, k, h))")),
    ("10.2", "largest-from-0", ("largest = max(z)", "largest = max([0.0] + z)")),
    ("14.2", "seen-is-kept", ("not in seen", "not in seen and not hasattr(value, 'seen')"),
     ("seen.add(value)", "value.seen = seen.add(value)")),
    ("14.4", "number-for-object", ("return Value(a.data + b.data", "return Value(a.data + other.data")),
    ("14.2", "seen-by-number", ("not in seen", ".data not in seen"), ("seen.add(value)", "seen.add(value.data)"),
     ("value .data", "value.data")),
]


@pytest.mark.parametrize("number, name, changes", [(number, name, changes) for number, name, *changes in ALMOST])
def test_code_that_is_almost_right_does_not_pass(number, name, changes):
    verdict = verdict_of(exercise(number), changed(number, changes))
    status = "error" if name in ("inputs-changed", "number-for-object") else "wrong"
    assert (verdict.status, verdict.mistake) == (status, name), verdict


# Mistakes that can be made in any exercise.
GENERAL = [
    ("1.2", "nothing-returned", "wrong", "None", ("return z", "print(z)")),
    ("9.3", "nothing-returned", "wrong", "each branch", ("return abs", "if largest: return abs"),
     (" if largest != 0.0 else 0.0", "")),
    ("14.2", "nothing-returned", "error", "a print", ("return order", "pass")),
    ("10.2", "another-shape", "error", "the docstring", ("return powers, total, largest", "return powers, total")),
    ("2.4", "caret-for-power", "error", "a ** 2", ("a * a", "a ^ 2")),
    ("2.4", "sign-turned", "wrong", "every number of tanh′(z) is wrong", ("1.0 - a * a", "a * a - 1.0")),
    ("2.5", "not-kept-on-self", "error", "the line that sets self.a missing", ("self.a = a", "pass")),
    ("5.3", "not-kept-on-self", "error", "Linear has no inputs yet", ("self.inputs = inputs", "pass")),
    ("14.4", "number-for-object", "error", "has no attribute data",
     ("_value(other)\n        return Value(a.data * b", "other\n        return Value(a.data * b")),
    ("9.4", "number-called", "error", "instead of the function", ("numeric_slope(cost,", "numeric_slope(cost(),")),
    ("6.2", "list-called", "error", "[k], not", ("reversed(self.layers)", "[self.layers(0)]")),
    ("8.4", "none-used", "error", "whether it is None", ("target_loss is not None and ", "")),
    ("1.2", "place-beyond-the-end", "error", "len(list) - 1", ("range(len(weights))", "range(len(weights) + 1)")),
    ("7.3", "divided-by-zero", "error", "increased before", ("self.t += 1", "pass")),
    ("14.2", "calls-itself-forever", "error", "without an end",
     ("order: list = []\n        seen", "self.order()\n        seen")),
    ("1.2", "used-before-it-is-set", "error", "total is not known here",
     ("z = bias", "z = bias; total += 1; total = 0")),
    ("1.2", "used-before-it-is-set", "error", "its import is missing", ("* inputs", "* inptus")),
    ("3.2", "sum-for-list", "wrong", "list of the single numbers",
     ("[share * 2.0 * (a - y) for", "sum(share * 2.0 * (a - y) for"), ("target)]", "target))")),
    ("10.3", "list-for-sum", "wrong", "their sum is asked for",
     ("total = 0.0", "total = []"), ("total += y", "total += [y"),
     ("(m - z))", "(m - z))]")),
    ("6.3", "ends-too-early", "wrong", "inside a loop",
     ("yield f\"{i}.{name}\", values, grads", "yield f\"{i}.{name}\", values, grads\n            return")),
    ("8.4", "goes-on-too-long", "wrong", "Does a loop end too late?", ("range(epochs)", "range(epochs + 1)")),
    ("3.3", "divided-by-the-count", "wrong", "length of the list", ("a - y for", "(a - y) / len(output) for")),
]


@pytest.mark.parametrize("number, name, status, says, changes", [
    (number, name, status, says, changes) for number, name, status, says, *changes in GENERAL])
def test_a_mistake_of_any_exercise_is_named(number, name, status, says, changes):
    of = exercise(number)
    verdict = verdict_of(of, changed(number, changes))
    assert (verdict.status, verdict.mistake, verdict.page) == (status, name, of.page), verdict
    assert says in verdict.says


def test_every_mistake_of_any_exercise_is_planted_in_one():
    named = {"not-kept-on-self"}
    named |= {name for name, *_ in (*general.ERRORS, *general.SEEN_IN_THE_WRONG, *general.SEEN_IN_ALL)}
    assert named == {name for _, name, *_ in GENERAL} | {name for _, name, *_ in ALMOST if name == "inputs-changed"}


def test_one_part_too_many_is_told():
    of = exercise("1.2")
    found = [source.Outcome([*outcome.parts, ["more", 1.0]]) for outcome in judge.expected(of)]
    verdict = verdict_of_results(of, found)
    assert verdict.status == "wrong" and any("nothing is expected here" in said for said in verdict.sentences), verdict


def test_numbers_that_only_look_like_a_mistake_of_any_exercise_are_not_named():
    of = exercise("3.3")
    for found in ([[[-0.75]], [[-1.0, -0.75]], [[-0.25, 3.0, 0.25]]], [0.5, 0.25, -2.875],
                  [[[0.75]], [[0.5, -0.375]], [[0.25, -3.0, -0.125]]]):
        verdict = verdict_of_results(of, [source.Outcome([["∂C/∂a_j", value]]) for value in found])
        assert verdict.status == "wrong" and verdict.mistake == "", verdict


def test_of_a_long_value_the_first_entry_that_is_wrong_is_shown():
    def uniform(inputs, outputs, rng):
        weight, bias = initializers.INITIALIZERS["uniform"](inputs, outputs, rng)
        weight[-1][-1] *= inputs
        return weight, bias
    sentence = verdict_on(exercise("5.2"), own(uniform=uniform)).sentences[-1]
    assert re.fullmatch(r"weight, drawn twice from one seed, entry \[2\]: expected \[(\S+), \S+\], found \[\1, \S+\]",
                        sentence), sentence


# What comes back in another shape: a sentence that says what it is to be.
SHAPES = [
    ("5.2", ("return weight, bias", "return weight"), "uniform must return 2 things: weight, bias; it returned [["),
    ("6.3", ('yield f"{i}.{name}", values, grads', 'yield f"{i}.{name}"'),
     "parameters, each time, must return 3 things: name, values, grads; it returned '0.weight[0]'"),
    ("8.1", ("return batch_cost(loss, outputs, targets), outputs", "return batch_cost(loss, outputs, targets)"),
     "gradients must return 2 things: cost, outputs; it returned 2.125"),
    ("8.1", ("return batch_cost(loss, outputs, targets), outputs", "pass"), "it returned None; is a return missing?"),
    ("8.3", ("yield [data.inputs[i] for i in chosen], [data.targets[i] for i in chosen]",
             "yield [data.inputs[i] for i in chosen]"),
     "batches, each time, must return 2 things: inputs, targets; it returned [[0.0]]"),
    ("9.4", ('(f"{name}[{k}]", error)', 'f"{name}[{k}]"'),
     "wrong_gradients, for each of them, must return 2 things: name, error; it returned 'w[0]'"),
    ("10.2", ("total, largest\n", "total\n"),
     "exponentials must return 3 things: the powers, their sum, m; it returned [[1.0], 1.0]"),
    ("12.1", ("return losses", "pass"), "train_xor must return a list; it returned None; is a return missing?"),
    ("14.2", ("return order", "pass"), "order must return a list; it returned None; is a return missing?"),
    ("14.4", ("return Value(a.data + b.data, (a, b), (1.0, 1.0), \"+\")", "return a.data + b.data"),
     "a + b must return a Value; it returned 5.0"),
]


@pytest.mark.parametrize("number, change, says", SHAPES)
def test_another_shape_is_told_in_a_sentence(number, change, says):
    of = exercise(number)
    text = source.solution(of)
    assert text.count(change[0]) == 1, text
    verdict = verdict_of(of, text.replace(*change))
    assert verdict.status == "error" and says in verdict.sentences[-1], verdict
    assert not re.match(r"(line \d+: )?\w+(Error|shapen)", verdict.sentences[-1])


@pytest.mark.parametrize("change", [lambda a: [2.0 * each for each in a] + [0.0], lambda a: [a]])
def test_a_list_of_another_shape_is_not_compared_by_a_factor(change):
    def forward(self, z):
        return change([activations.sigmoid(each) for each in z])
    layer = type("Layer", (), {"forward": forward, "backward": lambda self, grad: grad})
    verdict = verdict_on(exercise("2.5"), own(Activation=layer, Sigmoid=layer))
    assert verdict.status == "wrong" and verdict.wrong[0] == "a_j, sigmoid"
    assert not any("times the expected one" in sentence for sentence in verdict.sentences)


# What is not finished.

PARTLY = [of for of in EXERCISES if of.kind == "write" and len(of.answers) > 1]


def written_of(of, names):
    """An exercise with the right code in some of its functions."""
    return source.filled(of.code, {name: answer if isinstance(answer, str) else source.body(answer)
                                   for name, answer in of.answers.items() if name in names})


@pytest.mark.parametrize("of", PARTLY, ids=ids)
def test_what_is_written_is_checked_while_the_rest_is_blank(of):
    names = list(of.answers)
    assert verdict_of(of, written_of(of, [])).status == "blank"
    for left in names:
        verdict = verdict_of(of, written_of(of, [name for name in names if name != left]))
        assert verdict.status == "unfinished" and not verdict.wrong and verdict.unreached, (left, verdict)
        assert verdict.sentences == (f"Still blank: '{left}'.",)


def test_forward_alone_is_right_and_backward_is_not_tried():
    of = exercise("5.3")
    verdict = verdict_of(of, written_of(of, ["Linear.forward"]))
    assert verdict.right == ("z_j, sample 1",) and verdict.unreached[0] == "∂C/∂a_k, sample 1"
    wrong = written_of(of, ["Linear.forward"]).replace("self.weight[j], b, inputs", "self.weight[j], 0.0, inputs")
    verdict = verdict_of(of, wrong)
    assert (verdict.status, verdict.mistake, verdict.wrong) == ("wrong", "bias-left-out", ("z_j, sample 1",))
    assert verdict.sentences[-1] == "Still blank: 'Linear.backward'."


def test_parts_that_an_error_has_kept_from_being_tried_are_not_called_wrong():
    of = exercise("5.3")
    verdict = verdict_of(of, source.solution(of).replace("        self.inputs = inputs\n", ""))
    assert verdict.status == "error" and verdict.right == ("z_j, sample 1",)
    assert verdict.wrong == ("∂C/∂a_k, sample 1",) and len(verdict.unreached) == 4
    assert verdict.sentences[-1] == "AttributeError: 'Linear' object has no attribute 'inputs'"


def test_an_error_alone_is_no_known_mistake():
    verdict = verdict_on(exercise("10.2"), own(exponentials=lambda z: 10.0 ** 1000, softmax=None))
    assert verdict.status == "error" and not verdict.mistake and "OverflowError" in verdict.sentences[-1]


def test_most_wrong_solutions_are_named():
    assert len([name for _, name, _ in WRONG if name]) >= 7


def test_what_is_not_known_is_told_by_its_factor():
    verdict = verdict_on(exercise("2.3"), own(sigmoid_derivative=lambda z, a: 3.0 * a * (1.0 - a)))
    assert verdict.mistake == "" and "Every number of σ′(z) is 3 times the expected one." in verdict.sentences


# Numbers that are drawn.

@pytest.mark.parametrize("of", ANSWERED, ids=ids)
def test_drawn_answers_pass_and_each_known_mistake_is_named_for_many_seeds(of):
    for seed in range(40 if of.kind == "predict" else 3):
        values = workbook.drawn(of, seed)
        right = of.right(values)
        assert judge.judged_answer(of, seed, right).status == "right"
        if of.kind == "find":
            others = [name for name in values["names"] if name != right]
            assert all(judge.judged_answer(of, seed, name).status == "wrong" for name in others)
            continue
        for rounded in as_people_round(of, right):
            assert judge.judged_answer(of, seed, rounded).status == "right"
        for known in of.known:
            for rounded in as_people_round(of, known.change(values)):
                verdict = judge.judged_answer(of, seed, rounded)
                assert (verdict.status, verdict.mistake) == ("wrong", known.name)


def as_people_round(of, number):
    """A number as the text of an exercise asks for it, and with one digit more."""
    if "three significant digits" in of.text:
        return [float("%.3g" % number), float("%.4g" % number)]
    assert of.number in ("5.1", "10.1") or "four digits after the point" in of.text.replace("\n", " ")
    return [round(number, 4), round(number, 5)]


def test_too_few_digits_of_the_right_answer_are_not_called_wrong():
    of = exercise("7.1")
    right = of.right(workbook.drawn(of, 29))
    for few in (round(right, 2), int(right * 100) / 100):
        verdict = judge.judged_answer(of, 29, few)
        assert verdict.status == "wrong" and verdict.sentences[0].endswith(
            "is right as far as it goes: give more digits, and round the last one")
    assert "not" in judge.judged_answer(of, 29, round(right, 2) + 0.02).sentences[0]
    for none in (float("inf"), float("nan")):
        assert "it must be a number" in judge.judged_answer(of, 29, none).sentences[0]


def test_the_text_of_an_exercise_fits_on_a_screen():
    assert [(of.number, line) for of in EXERCISES for line in of.text.split("\n") if len(line) > 106] == []


def test_an_answer_that_is_near_the_right_one_is_not_called_right_as_far_as_it_goes():
    of = exercise("13.1")
    seed = next(seed for seed in range(1000) if 0.243 < of.right(workbook.drawn(of, seed)) < 0.2435)
    for near, named in ((0.25, "answer-one-half"), (0.244, ""), (0.2436, "")):
        verdict = judge.judged_answer(of, seed, near)
        assert verdict.sentences == ("%s is not the right loss" % near,) and verdict.mistake == named


def test_one_digit_is_too_few_whether_it_is_right_or_not():
    of = exercise("6.1")
    right = of.right(workbook.drawn(of, 3))
    for few in (float("%.0e" % right), float("%.0e" % (right * 1.5))):
        assert "has one significant digit: give at least three" in judge.judged_answer(of, 3, few).sentences[0]


@pytest.mark.parametrize("of", ANSWERED + ORDERED, ids=ids)
def test_another_seed_draws_others_and_the_same_seed_the_same(of):
    texts = [workbook.handed_out(of, seed) for seed in (1, 2, 3, 4, 5)]
    assert len(set(texts)) > 1
    workbook._drawn.cache_clear()
    assert workbook.handed_out(of, 1) == texts[0]


@pytest.mark.parametrize("of", ORDERED, ids=ids)
def test_lines_in_order_pass_and_others_do_not(of):
    right = next(text for each, text in workbook.solutions(ALL, 5) if each is of).split('"')[1]
    assert judge.judged_answer(of, 5, right).status == "right"
    assert judge.judged_answer(of, 5, right[::-1]).status in ("wrong", "error")
    assert judge.judged_answer(of, 5, " ".join(right.lower())).status == "right"
    for answer in ("AA", "Aa", "ÄB", "?", 3, ["A"]):
        verdict = judge.judged_answer(of, 5, answer)
        assert verdict.status == "wrong" and "each at most once" in verdict.sentences[0]
    letters = {line: letter for letter, line in workbook.lettered(of, 5)}
    for known in of.known:
        verdict = judge.judged_answer(of, 5, "".join(letters[line] for line in known.change))
        assert verdict.mistake == known.name


# What is handed out.

def bodies(text):
    """What the functions of a source do, without their docstrings."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            found.add((node.name, "".join(ast.dump(each) for each in body)))
    return found


def test_nothing_handed_out_contains_a_solution():
    files = workbook.files(ALL, 3, "python cli.py")
    there = set().union(*(bodies(text) for name, text in files.items() if name.endswith(".py")))
    for of in CODE:
        blank = {name.split(".")[-1] for name, _ in source.blanks(of.code)}
        answers = {(name, body) for name, body in bodies(source.solution(of)) if name in blank}
        assert answers and not answers & there, of.number
    for of in ANSWERED:
        if of.kind == "predict":
            right = of.right(workbook.drawn(of, 3))
            assert not re.search(r"(?<![\d.])%s(?![\d.])" % re.escape("%.5g" % right), workbook.handed_out(of, 3))
    for of in ORDERED:
        assert source.solution(of) not in files[of.file + ".py"]


def test_what_is_handed_out_is_python_and_as_it_is_blank_or_wrong():
    for of in EXERCISES:
        text = workbook.handed_out(of, 3)
        namespace = source.modules_for(of.number).run(text, of.file)
        if of.kind == "repair":
            assert verdict_of(of, text).mistake == of.planted
        elif of.kind == "write":
            assert source.blanks(text)
            assert verdict_on(of, namespace).status in ("wrong", "error")
        else:
            assert not namespace["order" if of.kind == "order" else of.answer]
        seeds = range(30) if of in ANSWERED and of.chapter != 13 else [3]
        assert max(len(line) for seed in seeds for line in workbook.handed_out(of, seed).splitlines()) <= 120, of.number


def test_a_handout_of_some_chapters_imports_nothing_that_is_not_there():
    for last in range(1, 15):
        files = workbook.files(list(range(1, last + 1)), 3, "python cli.py")
        for name, text in files.items():
            for node in ast.walk(ast.parse(text)) if name.endswith(".py") else ():
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    module = node.names[0].name if isinstance(node, ast.Import) else node.module
                    assert module + ".py" in files or module in ("math", "random"), (name, module)


def test_each_file_of_a_workbook_can_be_imported_alone(tmp_path, monkeypatch):
    workbook.write(str(tmp_path / "w"), [chapter.number for chapter in CHAPTERS], 1, "p")
    names = sorted(path.stem for path in (tmp_path / "w").glob("*.py"))
    monkeypatch.syspath_prepend(str(tmp_path / "w"))
    for name in names:
        importlib.import_module(name)
        for own in names:
            sys.modules.pop(own, None)
    assert len(names) > 49


def test_a_workbook_writes_over_nothing(tmp_path):
    (tmp_path / "neuron.py").write_text("mine")
    with pytest.raises(PurennError, match="already has a file neuron.py, and no file is overwritten"):
        workbook.write(str(tmp_path), [1], 1, "purenn")
    assert [path.name for path in tmp_path.iterdir()] == ["neuron.py"]


def test_a_zip_has_the_same_bytes_twice_and_the_files_of_the_folder(tmp_path):
    import zipfile
    workbook.write_zip(str(tmp_path / "a.zip"), [1, 2], 7, "purenn")
    workbook.write_zip(str(tmp_path / "b.zip"), [1, 2], 7, "purenn")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    workbook.write(str(tmp_path / "workbook"), [1, 2], 7, "purenn")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        for path in (tmp_path / "workbook").iterdir():
            assert packed.read("workbook/" + path.name) == path.read_bytes()


# Progress is data.

def test_progress_is_read_as_it_was_written(tmp_path):
    state = progress.Progress(7, (1, 2), {"1.1": progress.Done(3, 1, True)})
    progress.write(str(tmp_path), state)
    assert progress.read(str(tmp_path)) == state


@pytest.mark.parametrize("content, named", [
    ("[]", "it must have the keys seed, chapters and done"),
    ('{"seed": -1, "chapters": [1], "done": {}}', "its seed is -1"),
    ('{"seed": true, "chapters": [1], "done": {}}', "its seed is True"),
    ('{"seed": 1, "chapters": [99], "done": {}}', "its chapters are [99]"),
    ('{"seed": 1, "chapters": [], "done": {}}', "its chapters are []"),
    ('{"seed": 1, "chapters": [[1]], "done": {}}', "its chapters are [[1]]"),
    ('{"seed": 1, "chapters": [1], "done": {"../x": [1, 1, true]}}', "done has '../x'"),
    ('{"seed": 1, "chapters": [1], "done": {"1.1": [1, -1, true]}}', "done has '1.1'"),
    ('{"seed": 1, "chapters": [1], "done": {"1.1": [1, 1, 1]}}', "done has '1.1'"),
    ("{", "is not JSON")])
def test_progress_that_cannot_be_is_refused(tmp_path, content, named):
    (tmp_path / progress.FILE).write_text(content)
    with pytest.raises(PurennError) as caught:
        progress.read(str(tmp_path))
    assert named in str(caught.value) and str(caught.value).startswith(str(tmp_path))


def test_what_answers_from_outside_is_taken_for_values_alone():
    of = exercise("1.2")
    from purenn.course import check
    for outcome in ({}, {"results": 3}, {"results": [[]] * 4}, {"results": [[["z"]]] * 4, "blank": []},
                    {"results": [{}] * 4, "blank": []}, {"results": [{"parts": []}] * 4, "blank": []},
                    {"results": [{"parts": [], "error": 3, "message": [3]}] * 4, "blank": []},
                    {"results": [[["z", {"a": []}]]] * 4, "blank": []},
                    {"results": [[["z", 10 ** 400]]] * 4, "blank": []}, {"problem": [], "line": {}},
                    {"answer": {"x": 1}, "printed": 3}, {"results": [[["z", 1.25]]], "blank": []}):
        assert check.verdict(of, 1, outcome).status != "right"
    for outcome in ({"answer": []}, {"answer": {"type": "x"}}, {"answer": True}, {"answer": 10 ** 400}, {}):
        assert check.verdict(exercise("1.1"), 1, outcome).status in ("wrong", "blank")


def test_a_name_that_is_no_exercise_is_refused():
    told = "there is no exercise '1.9'; give a number from 1.1 to 14.4, such as 1.2"
    with pytest.raises(PurennError, match=told):
        exercise("1.9")
    assert exercise("weighted_sum") is exercise("ex01_2_weighted_sum.py") is exercise("1.2")


def test_a_finished_workbook_is_a_small_purenn_to_the_last_bit():
    modules = source.Modules(EXERCISES).own
    rng, data = random.Random(1), chapters.c13_stuck.xor()
    stack = []
    for inputs, outputs in ((2, 4), (4, 4), (4, 1)):
        stack += [modules["layers"].Linear(inputs, outputs, rng), modules["activation_layers"].Sigmoid()]
    network = modules["network"].Network(stack)
    optimizer = modules["optimizers"].SGD(network.parameters(), lr=1.0, momentum=0.9)
    found = modules["training"].train(network, data, modules["losses"].MSELoss(), optimizer, 20)
    core = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    from purenn import SGD, train
    epochs = train(core, data, MSELoss(), SGD(core.parameters(), lr=1.0, momentum=0.9), 20)
    assert found == [epoch.loss for epoch in epochs]
    assert isinstance(modules["layers"], types.ModuleType)
