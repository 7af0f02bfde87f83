"""Chapter 3: a loss and its slope."""
from ... import losses
from ..exercise import Chapter, Exercise, Known
from ..pages import GALLERY, TWO_CLASSES, WHY_2

TWO = Known("missing-factor-2", "The factor 2 of the slope of (a − y)² is missing.", WHY_2, None)
SIGN = Known("sign-of-the-error", "The sign is wrong: this is y − a, but the slope has a − y.", WHY_2, None)
NO_SHARE = Known("missing-1/m", "The 1/m of the mean over the outputs is missing.", WHY_2, None)


def draw_outputs(rng):
    """Two outputs and their targets."""
    return {"a0": rng.randint(60, 95) / 100, "a1": rng.randint(5, 45) / 100, "y0": rng.choice((0.0, 0.2)),
            "y1": rng.choice((1.0, 0.8))}


PREDICT = Exercise(
    "3.1", "predict", "loss_slope_by_hand", "What is the slope of the cost?", """\
The cost C, or loss, says how wrong the outputs a_j are. y_j is the target, what a_j should be. The
mean squared error of m outputs is

    C = 1/m · Σ_j (a_j − y_j)²

To train, we need its slope with respect to each output: how fast C changes when a_j does. In the
sum only one term has a_j in it, and the derivative of a square x² is 2x:

    ∂C/∂a_j = 1/m · 2·(a_j − y_j)

A network has m = 2 outputs: a_0 = {a0}, a_1 = {a1}. Their targets are y_0 = {y0} and
y_1 = {y1}. Work out ∂C/∂a_0, to four digits after the point.""",
    WHY_2, ("Only a_0 and y_0 are needed; a_1 and y_1 are in the other term of the sum.",
           "1/m is 1/2, and it is multiplied by 2·(a_0 − y_0)."),
    (NO_SHARE._replace(change=lambda v: 2.0 * (v["a0"] - v["y0"])),
     TWO._replace(change=lambda v: 0.5 * (v["a0"] - v["y0"])),
     SIGN._replace(change=lambda v: v["y0"] - v["a0"]),
     Known("other-output", "This is ∂C/∂a_1.", WHY_2, lambda v: v["a1"] - v["y1"]),
     Known("cost-for-slope", "This is the cost C, not its slope.", WHY_2,
           lambda v: 0.5 * ((v["a0"] - v["y0"]) ** 2 + (v["a1"] - v["y1"]) ** 2)),
     Known("square-for-slope", "This is (a_0 − y_0)², not its slope.", WHY_2, lambda v: (v["a0"] - v["y0"]) ** 2)),
    draw=draw_outputs, right=lambda v: losses.MSELoss().backward([v["a0"], v["a1"]], [v["y0"], v["y1"]])[0],
    answer="slope")


def probe_mse(own, sample):
    """Cost and slope, as a mean and as a sum."""
    output, target = sample
    yield "squared_error", own.squared_error(list(output), list(target))
    losses = [(reduction, own.MSELoss(reduction)) for reduction in ("mean", "sum")]
    for reduction, loss in losses:
        yield f"share of 4, {reduction}", loss.share(4)
    for reduction, loss in losses:
        yield f"C, {reduction}", loss.forward(list(output), list(target))
    for reduction, loss in losses:
        yield f"∂C/∂a_j, {reduction}", loss.backward(list(output), list(target))


MSE = Exercise(
    "3.2", "write", "squared_error", "Write the squared error and its slope", """\
The formulas of 3.1, for any number of outputs. Some people take the sum instead of the
mean; self.reduction says which one. The factor in front of the sum is 1/m for "mean" and 1
for "sum". It stands in one function, share, so that the cost and its slope cannot disagree.""",
    WHY_2, ("share: 1.0 / count if self.reduction == \"mean\", otherwise 1.0.",
           "forward: self.share(len(output)) times squared_error; backward: share = self.share(len(output)), and "
           "then a list with share * 2.0 * (a - y) for each output a and its target y (zip goes through both lists)."),
    (TWO._replace(change=("share * 2.0 * (a - y)", "share * (a - y)")),
     SIGN._replace(change=("share * 2.0 * (a - y)", "share * 2.0 * (y - a)")),
     NO_SHARE._replace(says="The 1/m of the mean is missing from the slope.",
                       change=("share * 2.0 * (a - y)", "2.0 * (a - y)")),
     Known("square-for-slope", "This slope has the factor (a − y)²; the derivative of (a − y)² is 2·(a − y).", WHY_2,
           [("share * 2.0 * (a - y)", "share * (a - y) * (a - y)"),
            ("share * 2.0 * (a - y)", "share * 2.0 * (a - y) * (a - y)")]),
     Known("size-of-the-error", "The slope has lost its sign: it is made of |a − y|.", WHY_2,
           ("share * 2.0 * (a - y)", "share * 2.0 * abs(a - y)")),
     Known("missing-1/m-in-cost", "The 1/m of the mean is missing from the cost.", WHY_2,
           ("return self.share(len(output)) * squared_error", "return squared_error")),
     Known("1/m-twice", "The 1/m of the mean is in the slope twice.", WHY_2,
           ("share * 2.0 * (a - y)", "share * share * 2.0 * (a - y)")),
     Known("half-in-cost", "The cost has a ½ that is not in its formula; the slope is right.", WHY_2,
           ("return self.share(len(output)) * ", "return 0.5 * self.share(len(output)) * ")),
     Known("not-squared", "The errors are added without being squared, so that errors of both signs cancel.", WHY_2,
           ("total += error * error", "total += error")),
     Known("square-of-the-sum", "The sum is squared, so that errors of both signs cancel; each error must be squared.",
           WHY_2, (("total += error * error", "total += error"), ("return total\n", "return total * total\n"))),
     Known("absolute-value", "The error is added as |a − y|; it must be squared.", WHY_2,
           ("total += error * error", "total += abs(error)")),
     Known("mean-too-early", "The 1/m is in squared_error, which must return the sum alone; forward multiplies "
           "it by the share.", WHY_2, ("return total\n", "return total / len(output)\n")),
     Known("share-is-the-count", "For a mean, share returns the number of the terms; it must return 1 divided by "
           "that number.", WHY_2,
           ("return 1.0 / count", "return 1.0 * count")),
     Known("last-error-only", "total is overwritten in each pass of the loop (= instead of +=).", WHY_2,
           ("total += error * error", "total = error * error")),
     Known("share-turned-round", "share is the wrong way round; it must be 1/count for the mean, 1 for the sum.", WHY_2,
           ('== "mean"', '!= "mean"')),
     Known("share-of-a-sum", "share gives 1/count for a sum, too; for a sum it must be 1.", WHY_2,
           (' if self.reduction == "mean" else 1.0', "")),
     Known("mean-of-a-sum", "The slope is divided by m for a sum, too. There the factor must be 1, as self.share(m) "
           "gives it.",
           WHY_2, ("share * 2.0 * (a - y)", "2.0 * (a - y) / len(output)"))),
    tried="A test case is the outputs and the targets.",
    code='''\
def squared_error(output, target):
    """Σ_j (a_j − y_j)², from the lists of the outputs a_j and the targets y_j; a number.

    squared_error([1.0, 2.0], [0.0, 0.0]) is 5.0.
    """
    ...


class MSELoss:
    """C = 1/m · Σ_j (a_j − y_j)² with reduction "mean", Σ_j (a_j − y_j)² with "sum"."""

    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def share(self, count):
        """The factor of each of ``count`` terms: 1/count for "mean", 1 for "sum"."""
        ...

    def forward(self, output, target):
        """C, a number: MSELoss().forward([1.0, 0.0], [0.0, 0.0]) is 0.5."""
        ...

    def backward(self, output, target):
        """The list of the ∂C/∂a_j: MSELoss().backward([1.0, 0.0], [0.0, 0.0]) is [1.0, 0.0]."""
        ...
''', answers={"squared_error": losses.squared_error, "MSELoss.share": losses.Loss.share,
              "MSELoss.forward": losses.MSELoss.forward, "MSELoss.backward": losses.MSELoss.backward},
    module="losses", names=("MSELoss", "squared_error"), probe=probe_mse,
    samples=(([0.75], [0.0]), ([1.0, 0.25], [0.0, 1.0]), ([0.5, -2.0, 0.875, 0.1], [0.25, 1.0, 1.0, -0.5])))

HALF = Exercise(
    "3.3", "repair", "half_squared_error", "Repair the slope of half the squared error", """\
Books often take half the sum as the cost, C = ½ Σ_j (a_j − y_j)², so that the ½ and the 2 of
the derivative cancel. In the function below the slope does not belong to that cost. Repair it.""",
    WHY_2, ("Differentiate ½·(a − y)² with respect to a: the exponent 2 becomes a factor.", "½·2 is 1."),
    (Known("half-in-loss-only", "The cost has a ½, but its slope still has a 2.", GALLERY,
           ("[a - y for", "[2.0 * (a - y) for")),
     SIGN._replace(change=("[a - y for", "[y - a for")),
     Known("half-twice", "The slope still has the ½; it must go, because ½·2 is 1.", WHY_2,
           ("[a - y for", "[0.5 * (a - y) for")),
     Known("cost-for-slope", "These are the costs ½·(a − y)², not their slopes.", WHY_2,
           ("[a - y for", "[0.5 * (a - y) * (a - y) for"))),
    tried="A test case is output and target.",
    code='''\
def backward(output, target):
    """∂C/∂a_j of C = ½ Σ_j (a_j − y_j)²: from the lists of outputs and targets, the list of the slopes."""
    ...
''', answers={"backward": losses.HalfSquaredErrorLoss.backward}, planted="half-in-loss-only",
    samples=(([0.75], [0.0]), ([1.0, 0.25], [0.0, 1.0]), ([0.5, -2.0, 0.875], [0.25, 1.0, 1.0])),
    probe=lambda own, sample: [("∂C/∂a_j", own.backward(*sample))])

ORDER = Exercise(
    "3.4", "order", "binary_cross_entropy", "Put the lines of binary cross-entropy in order", """\
If an output a is the probability of "yes", and the target y is 1 for yes and 0 for no, another cost
is usual, binary cross-entropy. It is −ln a if the right answer is yes, and −ln(1 − a) if it is no:

    C = −1/m · Σ_j [y_j·ln a_j + (1 − y_j)·ln(1 − a_j)]

(y_j is 1 or 0, so one of the two terms is always 0.)""",
    TWO_CLASSES, ("Four lines are needed.", "The minus of the formula goes into the loop: total -= ..."),
    (Known("sign-of-the-logarithm", "The minus is missing: ln of a probability is negative, and a cost is not.",
           TWO_CLASSES,
           ("total = 0.0", "for a, y in zip(output, target):",
            "    total += y * math.log(a) + (1.0 - y) * math.log(1.0 - a)", "return total / len(output)")),
     Known("only-yes", "Only the term for yes is there: where the target is 0, the output costs nothing.",
           TWO_CLASSES,
           ("total = 0.0", "for a, y in zip(output, target):", "    total -= y * math.log(a)",
            "return total / len(output)")),
     Known("missing-1/m", "The 1/m of the mean over the outputs is missing.", WHY_2,
           ("total = 0.0", "for a, y in zip(output, target):",
            "    total -= y * math.log(a) + (1.0 - y) * math.log(1.0 - a)", "return total"))),
    tried="A test case is output and target.",
    code='''\
import math


def forward(output, target):
    """C = −1/m · Σ_j [y_j·ln a_j + (1 − y_j)·ln(1 − a_j)]."""
    ...
''', answers={"forward": "total = 0.0\nfor a, y in zip(output, target):\n"
              "    total -= y * math.log(a) + (1.0 - y) * math.log(1.0 - a)\nreturn total / len(output)"},
    others=("    total += y * math.log(a) + (1.0 - y) * math.log(1.0 - a)", "    total -= y * math.log(a)",
            "return total"),
    samples=(([0.75], [1.0]), ([0.25, 0.125], [0.0, 1.0])),
    probe=lambda own, sample: [("C", own.forward(*sample))])

CHAPTER = Chapter(3, "A loss and its slope", "The slope must belong to the cost: a factor of the cost is a factor of "
                  "its slope.", (PREDICT, MSE, HALF, ORDER))
