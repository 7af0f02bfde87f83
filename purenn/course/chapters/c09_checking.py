"""Chapter 9: checking gradients."""
from ...study import gradcheck
from ..exercise import Chapter, Exercise, Known
from ..pages import GRADCHECK, STEP_H
from ..shapes import listed, things



def draw_costs(rng):
    """A cost on both sides of a parameter."""
    return {"above": rng.randint(2000, 4000) / 10000, "below": rng.randint(1000, 1900) / 10000, "h": 0.01,
            "here": rng.randint(1910, 1990) / 10000}


PREDICT = Exercise(
    "9.1", "predict", "slope_from_costs", "What slope do these costs show?", """\
Is a gradient right? The cost itself can tell. Move one parameter θ a little, by h, both ways, and
see how the cost changes:

    ∂C/∂θ ≈ (C(θ + h) − C(θ − h)) / (2·h)                  the central difference

Here h = {h}, C(θ + h) = {above}, C(θ) = {here}, and C(θ − h) = {below}.
Work out the slope by the central difference, to four digits after the point.""",
    GRADCHECK, ("C(θ) is not needed.", "From θ − h to θ + h the distance is 2·h."),
    (Known("divided-by-h", "The difference is divided by h; from θ − h to θ + h the distance is 2·h.", GRADCHECK,
           lambda v: (v["above"] - v["below"]) / v["h"]),
     Known("one-sided", "This is (C(θ + h) − C(θ)) / h, on one side; the central difference is far more accurate.",
           STEP_H,
           lambda v: (v["above"] - v["here"]) / v["h"]),
     Known("other-side", "This is (C(θ) − C(θ − h)) / h, on one side.", STEP_H,
           lambda v: (v["here"] - v["below"]) / v["h"]),
     Known("multiplied", "The parentheses around 2·h are missing: this divides by 2, and multiplies by h.", GRADCHECK,
           lambda v: (v["above"] - v["below"]) / 2.0 * v["h"]),
     Known("sign", "The sign is wrong: C(θ + h) comes first.", GRADCHECK,
           lambda v: (v["below"] - v["above"]) / (2.0 * v["h"]))),
    draw=draw_costs, right=lambda v: (v["above"] - v["below"]) / (2.0 * v["h"]), answer="slope")


def probe_numeric(own, sample):
    """The slope of a cubic in each of two numbers, and the numbers afterwards."""
    values, h = sample
    before = list(values)
    for k in range(2):
        yield f"the slope with respect to θ_{k}", own.numeric_slope(
            lambda: values[0] * values[0] * values[0] + 2.0 * values[0] * values[1], values, k, h)
    yield "the values afterwards", values
    yield "the values are what they were, to the last bit", values == before


NUMERIC = Exercise(
    "9.2", "write", "numeric_slope", "Write the central difference", """\
cost() computes the cost from the values as they are at that moment. To get C(θ + h), change
values[k] to θ + h and call cost(); likewise for θ − h. At the end values[k] is θ again, exactly: so
keep θ in a variable. Because of rounding, (θ + h) − h may differ from θ.""",
    GRADCHECK, ("theta = values[k]; values[k] = theta + h; above = cost(); and the same for below.",
           "Do not forget values[k] = theta before the return."),
    (Known("one-sided", "This is the difference on one side, (C(θ + h) − C(θ)) / h; the central one is far more "
           "accurate.", STEP_H, (("values[k] = theta - h\n", "values[k] = theta\n"), ("(2.0 * h)", "h"))),
     Known("second-cost-at-theta", "The second cost is C(θ); it must be C(θ − h).", STEP_H,
           ("values[k] = theta - h\n", "values[k] = theta\n")),
     Known("divided-by-h", "The difference is divided by h; from θ − h to θ + h the distance is 2·h.", GRADCHECK,
           ("(2.0 * h)", "h")),
     Known("multiplied", "The parentheses around 2·h are missing: this divides by 2, and multiplies by h.", GRADCHECK,
           ("(2.0 * h)", "2.0 * h")),
     Known("moved-back", "values[k] is moved back by h. That may not give θ, because of rounding: keep θ in a "
           "variable.",
           GRADCHECK, [(("values[k] = theta - h\n", "values[k] -= 2.0 * h\n"),
             ("    values[k] = theta\n", "    values[k] += h\n")),
            ("    values[k] = theta\n", "    values[k] += h\n")]),
     Known("not-restored", "values[k] is not set back to θ.", GRADCHECK, ("    values[k] = theta\n", "")),
     Known("sign", "The sign is wrong: C(θ + h) comes first.", GRADCHECK, ("(above - below)", "(below - above)")),
     Known("other-side", "This is the difference on one side, (C(θ) − C(θ − h)) / h; the central one is far more "
           "accurate.", STEP_H, (("values[k] = theta + h\n", "values[k] = theta\n"), ("(2.0 * h)", "h"))),
     Known("copy-changed", "The cost does not change from call to call: before each, change values[k] itself, in the "
           "list that is handed in.", GRADCHECK,
           ("theta = values[k]\n", "values = list(values)\n    theta = values[k]\n"))),
    tried="A test case is the two values and h; the cost is θ_0³ + 2·θ_0·θ_1.",
    code='''\
def numeric_slope(cost, values, k, h):
    """(C(θ + h) − C(θ − h)) / (2·h), where θ is values[k] and cost() is C. Afterwards values are as before."""
    ...
''', answers={"numeric_slope": '''\
theta = values[k]
values[k] = theta + h
above = cost()
values[k] = theta - h
below = cost()
values[k] = theta
return (above - below) / (2.0 * h)
'''}, module="checking", names=("numeric_slope",), probe=probe_numeric,
    samples=(([1.0, 0.5], 0.5), ([0.1, -0.7], 0.5), ([1.1, 0.3], 0.3), ([0.1, 0.7], 1e-5)))

ERROR = Exercise(
    "9.3", "write", "relative_error", "Compare two slopes", """\
Is 0.001 a large difference? Beside 1000 it is not, beside 0.002 it is. So the difference is
divided by the size of the two slopes, the analytic one (by backpropagation) and the numeric one (by
the cost):

    |analytic − numeric| / max(|analytic|, |numeric|)

It is 0 where they agree, ½ where one is twice the other, and 2 where only the sign differs. If both
are 0 it is 0, and nothing is divided. (|x| is abs(x) in Python.) If this relative error is below
1e-6, the gradient counts as right. If it is above, the gradient is wrong. There are two exceptions:
where an activation has a kink, the central difference itself may be wrong, and where the slopes are
tiny, rounding matters. (The command gradcheck takes the rounding of the cost into account. So it
can be stricter, 1e-7.)""",
    GRADCHECK, ("abs of the difference, over the larger of two things.", "The two things: abs(analytic) and "
                "abs(numeric). If the larger is 0, return 0.0."),
    (Known("sign-kept", "The difference is taken with its sign; |analytic − numeric| has none.", GRADCHECK,
           ("abs(analytic - numeric)", "(analytic - numeric)")),
     Known("not-relative", "This is the difference alone; it must be divided by the size of the slopes.", GRADCHECK,
           (" / largest", "")),
     Known("size-of-one", "The size is that of one slope alone; it must be the larger of the two.", GRADCHECK,
           [("max(abs(analytic), abs(numeric))", "abs(analytic)"),
            ("max(abs(analytic), abs(numeric))", "abs(numeric)"), ("/ largest", "/ abs(numeric)")]),
     Known("largest-without-abs", "The size is max(analytic, numeric): of two negative slopes, the one nearer to 0.",
           GRADCHECK, [("max(abs(analytic), abs(numeric))", "max(analytic, numeric)"),
                       ("max(abs(analytic), abs(numeric))", "abs(max(analytic, numeric))")]),
     Known("difference-of-the-sizes", "The numerator is |analytic| − |numeric|, so a wrong sign is not seen.",
           GRADCHECK, ("abs(analytic - numeric)", "abs(abs(analytic) - abs(numeric))")),
     Known("size-of-both", "The size is the sum of the two sizes; it must be the larger of them.", GRADCHECK,
           ("max(abs(analytic), abs(numeric))", "abs(analytic) + abs(numeric)")),
     Known("size-of-the-sum", "The size is that of the sum, which is 0 for two opposite slopes; it must be the larger "
           "of the two.", GRADCHECK, ("max(abs(analytic), abs(numeric))", "abs(analytic + numeric)")),
     Known("divides-by-zero", "0 is divided by 0; if both slopes are 0, the error is 0.", GRADCHECK,
           (" if largest != 0.0 else 0.0", "")),
     Known("minimum", "The size is the smaller of the two, min instead of max.", GRADCHECK,
           [("max(abs(analytic)", "min(abs(analytic)"), ("/ largest", "/ min(abs(analytic), abs(numeric))")]),
     Known("one-zero", "This is 0 where only one slope is 0; there the error is 1.", GRADCHECK,
           ("if largest != 0.0 else", "if analytic and numeric else")),
     Known("eps-added", "Something is added to the larger size, which changes the error of small slopes; if both are "
           "0, return 0.0.", GRADCHECK, [("/ largest if largest != 0.0 else 0.0", "/ (largest + 1e-8)"),
           ("/ largest if largest != 0.0 else 0.0", "/ (largest + 1e-12)")]),
     Known("mean-of-the-sizes", "The size is the mean of the two sizes; it must be the larger of them.", GRADCHECK,
           ("max(abs(analytic), abs(numeric))", "(abs(analytic) + abs(numeric)) / 2.0"))),
    tried="A test case is the two slopes.",
    code='''\
def relative_error(analytic, numeric):
    """|analytic − numeric| / max(|analytic|, |numeric|), from the two slopes; 0.0 if both are 0."""
    ...
''', answers={"relative_error": gradcheck.relative_error}, module="checking", names=("relative_error",),
    probe=lambda own, sample: [("relative error", own.relative_error(*sample))],
    samples=((1.0, 1.0), (1.0, 3.0), (0.5, 0.25), (2.0, -2.0), (0.0, 0.0), (-0.001, -0.002), (1e-9, 0.0), (2e-9, 1e-9)))


class _Curve:
    """A network with five numbers to learn, whose gradients are the right ones times the factors."""

    def __init__(self, factors, size):
        self.factors, self.size = factors, size
        self.values = [[0.5, -1.5, 2.0], [0.25, -0.5]]

    def cost(self):
        """C = size·(w_0·w_1² + w_2·b_0·b_1)."""
        (w_0, w_1, w_2), (b_0, b_1) = self.values
        return self.size * (w_0 * w_1 * w_1 + w_2 * b_0 * b_1)

    def parameters(self):
        """A list of three numbers, and one of two."""
        (w_0, w_1, w_2), (b_0, b_1) = self.values
        slopes = [self.size * factor * slope for factor, slope in zip(
            self.factors, (w_1 * w_1, 2.0 * w_0 * w_1, b_0 * b_1, w_2 * b_1, w_2 * b_0))]
        yield "w", self.values[0], slopes[:3]
        yield "b", self.values[1], slopes[3:]


def probe_check(own, sample):
    """The names that are listed, and their errors to four digits: more digits would only be rounding errors."""
    network = _Curve(*sample)
    found = [things("wrong_gradients, for each of them,", pair, "name", "error") for pair in listed(
        "wrong_gradients", own.wrong_gradients(network.cost, list(network.parameters()), 1e-5))]
    yield "the names of the wrong ones", [name for name, _ in found]
    yield "their errors", [round(error, 4) if type(error) is float else error for _, error in found]
    yield "the values afterwards", network.values


APPEND = 'found.append((f"{name}[{k}]", error))'
CHECK = Exercise(
    "9.4", "write", "wrong_gradients", "Write a gradient check", """\
Now for all parameters: for each triple (name, values, grads), as in 6.3, and each k, compare
grads[k] with the slope that the cost shows (9.2), by their relative error (9.3). If it is above
1e-6, the gradient is wrong.""",
    GRADCHECK, ("Two loops: over the triples, and over k.",
           "error = relative_error(grads[k], numeric_slope(cost, values, k, h)); if error > 1e-6, append the pair "
           "(f\"{name}[{k}]\", error)."),
    (Known("not-relative", "This is the difference alone; it must be the relative error.", GRADCHECK,
           ("relative_error(grads[k], numeric_slope(cost, values, k, h))",
            "abs(grads[k] - numeric_slope(cost, values, k, h))")),
     Known("names-without-place", "The names lack the index of the entry; they must have the form \"name[k]\".",
           GRADCHECK, ('(f"{name}[{k}]", error)', "(name, error)")),
     Known("places-from-1", "The indices are counted from 1; lists begin at 0.", GRADCHECK,
           ("{name}[{k}]", "{name}[{k + 1}]")),
     Known("another-bound", "The bound is larger than 1e-6.", GRADCHECK, ("error > 1e-6", "error > 1e-3")),
     Known("first-only", "Only the first number of each list is checked.", GRADCHECK,
           ("range(len(values))", "range(1)")),
     Known("right-ones-listed", "The right ones are listed, and the wrong ones are not.", GRADCHECK,
           ("error > 1e-6", "error <= 1e-6")),
     Known("all-listed", "All are listed, right and wrong.", GRADCHECK, ("if error > 1e-6:", "if True:")),
     Known("last-left-out", "The last number of each list is left out: the loop ends too early.", GRADCHECK,
           ("range(len(values))", "range(len(values) - 1)")),
     Known("returned-too-early", "Only the first list is checked, or only its first number. Is the return inside a "
           "loop?", GRADCHECK,
           [("    return found", "        return found"), ("    return found", "            return found")]),
     Known("ends-at-the-first", "After the first wrong gradient the check ends, or skips the rest of its list. Is "
           "there a return or a break after append?", GRADCHECK,
           [(APPEND, APPEND + "\n                break"), (APPEND, APPEND + "\n                return found")]),
     Known("last-list-only", "Only the last list is checked.", GRADCHECK,
           ("in parameters:", "in list(parameters)[-1:]:")),
     Known("slope-of-the-first", "Each gradient is compared with the numeric slope of its list's first number.",
           GRADCHECK, ("numeric_slope(cost, values, k, h)", "numeric_slope(cost, values, 0, h)"))),
    tried="A test case is five factors, and s. The cost is s·(w_0·w_1² + w_2·b_0·b_1); its five gradients are "
          "multiplied by the factors.",
    code='''\
from checking import numeric_slope, relative_error


def wrong_gradients(cost, parameters, h):
    """A list of pairs (name, error), one for each gradient whose relative error is above 1e-6.

    cost: a function without arguments that gives C; parameters: a list of triples name, values, grads. The name
    of an entry ends with its place: "weight[0][2]" is entry 2 of the list "weight[0]".
    """
    ...
''', answers={"wrong_gradients": '''\
found = []
for name, values, grads in parameters:
    for k in range(len(values)):
        error = relative_error(grads[k], numeric_slope(cost, values, k, h))
        if error > 1e-6:
            found.append((f"{name}[{k}]", error))
return found
'''}, module="gradient_check", names=("wrong_gradients",), probe=probe_check,
    samples=(((1.0, 1.0, 1.0, 1.0, 1.0), 1.0), ((2.0, 1.0, 1.0, 1.0, 1.0), 1.0), ((1.0, 1.0, 1.00001, 1.0, 1.0), 1.0),
             ((0.5, -1.0, 1.0, 2.0, 1.0), 1.0), ((1.0, 1.0, 3.0, 1.0, 1.0), 1e-8)))

CHAPTER = Chapter(9, "Checking gradients", "The cost itself shows whether a gradient is right.",
                  (PREDICT, NUMERIC, ERROR, CHECK))
