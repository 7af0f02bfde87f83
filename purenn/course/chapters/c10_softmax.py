"""Chapter 10: softmax with cross-entropy."""
from ... import activations, losses
from ..exercise import Chapter, Exercise, Known
from ..pages import CLASSES, GALLERY, P_MINUS_Y
from ..shapes import things, unchanged



def draw_shares(rng):
    """Three probabilities that sum to 1, and which class is right."""
    p0, p1 = rng.randint(15, 35) / 100, rng.randint(36, 45) / 100
    return {"p0": p0, "p1": p1, "p2": round(1.0 - p0 - p1, 2), "right": rng.choice((0, 2))}


PREDICT = Exercise(
    "10.1", "predict", "p_minus_y", "What is the slope of softmax with cross-entropy?", """\
To say to which of several classes an input belongs, a network has an output for each class. Softmax
turns the outputs z of the last layer into probabilities p, which sum to 1. The cost is C = −ln p_c,
where c is the right class. The target y_i is 1 for the right class and 0 for the others, so the
cost is also C = −Σ_i y_i·ln p_i. Each z_j changes every p_i, because softmax divides by a sum over
all classes. But the result of the chain rule is simple (the derivation is on the page named below):

    ∂C/∂z_j = p_j − y_j

Here p_0 = {p0}, p_1 = {p1}, p_2 = {p2}, and the right class is {right}. Work out ∂C/∂z_{right}.""",
    P_MINUS_Y, ("y of the right class is 1.", "The slope of the right class is negative: its z has to grow."),
    (Known("sign-of-the-error", "The sign is wrong: this is y − p.", P_MINUS_Y, lambda v: 1.0 - v[f"p{v['right']}"]),
     Known("share-for-slope", "This is p_j; for the right class, y_j = 1 must be subtracted.", P_MINUS_Y,
           lambda v: v[f"p{v['right']}"]),
     Known("softmax-diagonal", "This is ∂p_j/∂z_j = p_j·(1 − p_j); it must be multiplied by ∂C/∂p_j = −1/p_j.",
           P_MINUS_Y, lambda v: v[f"p{v['right']}"] * (1.0 - v[f"p{v['right']}"])),
     Known("slope-by-p", "This is ∂C/∂p_j = −1/p_j; the slope of softmax is missing.", P_MINUS_Y,
           lambda v: -1.0 / v[f"p{v['right']}"])),
    draw=draw_shares, right=lambda v: v[f"p{v['right']}"] - 1.0, answer="slope")


def probe_softmax(own, z):
    """The three parts of exponentials, and the probabilities."""
    with unchanged("exponentials", z):
        found = own.exponentials(z)
    powers, total, largest = things("exponentials", found, "the powers", "their sum", "m")
    yield "e^(z_j − m)", powers
    yield "their sum", total
    yield "m", largest
    with unchanged("softmax", z):
        shares = own.softmax(z)
    yield "softmax", shares


SOFTMAX = Exercise(
    "10.2", "write", "softmax", "Write softmax", """\
The probability of class i is e^z_i over the sum of all of them:

    p_i = e^z_i / Σ_j e^z_j

As with the sigmoid (2.2), e^1000 is too large for a float. But the fraction stays the same if
its numerator and its denominator are divided by e^m: e^(z_i − m) / Σ_j e^(z_j − m). If m is the
largest of the z, no exponent is above 0, and no power is above 1.

exponentials returns three things: the list of the powers, their sum, and m. The cost of 10.3 needs
the sum and m.""",
    CLASSES, ("exponentials: m = max(z); in a loop, power = exp(z_j - m) is appended and added up.",
              "softmax: powers, total, largest = exponentials(z), and then a list of power / total."),
    (Known("exp-overflow", "The largest z is not subtracted, and e^z overflows.", CLASSES,
           (("exp(z_j - largest)", "exp(z_j)"), ("largest = max(z)", "largest = 0.0"))),
     Known("exp-overflow-with-m", "The largest z is found and not subtracted: e^z overflows.", CLASSES,
           ("exp(z_j - largest)", "exp(z_j)")),
     Known("divided-by-the-count", "The powers are divided by their number; they must be divided by their sum.",
           CLASSES, ("power / total for", "power / len(powers) for")),
     Known("not-divided", "The powers are not divided by their sum, so the probabilities do not sum to 1.", CLASSES,
           ("power / total for", "power for")),
     Known("smallest-subtracted", "The smallest z is subtracted instead of the largest.", CLASSES,
           ("largest = max(z)", "largest = min(z)")),
     Known("first-for-largest", "m is the first z; it must be the largest.", CLASSES,
           ("max(z)\n    powers", "z[0]\n    powers")),
     Known("sign-of-the-exponent", "The exponent is m − z; it must be z − m.", CLASSES,
           ("exp(z_j - largest)", "exp(largest - z_j)")),
     Known("divided-by-m", "The powers are divided by m; they must be divided by their sum.", CLASSES,
           (("powers, total, _ =", "powers, _, total ="), ("power / total for", "power / (total or 1e-300) for"))),
     Known("largest-from-0", "The search for the largest z begins at 0; all of them may be negative.", CLASSES,
           ("largest = max(z)", "largest = max(0.0, max(z))")),
     Known("linear-shares", "The probabilities are shares of z itself: the exponential function is missing.", CLASSES,
           ("exp(z_j - largest)", "z_j")),
     Known("largest-by-size", "m is the largest |z|; it must be the largest z.", CLASSES,
           ("largest = max(z)", "largest = max(abs(z_j) for z_j in z)")),
     Known("sum-changes", "The powers are divided by their sum one after the other, and their sum changes meanwhile.",
           CLASSES, ("    return [power / total for power in powers]", "    for i in range(len(powers)):\n        "
                     "powers[i] = powers[i] / sum(powers)\n    return powers")),
     Known("m-in-the-sum-only", "m is subtracted in the sum, but not in the numerator: it must be e^(z − m), too.",
           CLASSES, ("power / total for power in powers", "exp(z_i) / total for z_i in z"))),
    code='''\
from math import exp


def exponentials(z):
    """Three things: the list of the e^(z_j − m), their sum, and m, the largest z.

    exponentials([1000.0, 1000.0]) is ([1.0, 1.0], 2.0, 1000.0). z stays as it is.
    """
    ...


def softmax(z):
    """The list of the probabilities e^z_i / Σ_j e^z_j: softmax([1000.0, 1000.0]) is [0.5, 0.5]. z stays as it is."""
    ...
''', answers={"exponentials": activations.exponentials, "softmax": activations.softmax}, module="activations",
    names=("exponentials", "softmax"), probe=probe_softmax, tried="A test case is z.",
    samples=([0.5], [0.0, 1.0], [-1.0, -3.0], [2.0, -1.0, 0.5], [1000.0, 999.0], [-1000.0, 0.0]))


def probe_cross_entropy(own, sample):
    """Cost and slope."""
    loss = own.CrossEntropyLoss()
    z, y = sample
    yield "C", loss.forward(list(z), list(y))
    yield "∂C/∂z_j", loss.backward(list(z), list(y))


CROSS_ENTROPY = Exercise(
    "10.3", "write", "cross_entropy", "Write softmax with cross-entropy", """\
C = −Σ_i y_i·ln p_i, with p = softmax(z). If a p is so small that it is rounded to 0, ln p cannot be
computed. So −ln p is computed from z: the logarithm of a fraction is a difference,

    −ln p_i = −ln(e^(z_i − m) / S) = ln S + (m − z_i)        with S = Σ_j e^(z_j − m)

exponentials (10.2) gives S and m. As the y_i add up to 1, the slope is that of 10.1: ∂C/∂z_j = p_j − y_j.

output is the list of the z: the network ends without softmax, which is computed here. math.log is ln.""",
    P_MINUS_Y, ("forward: powers, S, m = exponentials(output); then add up y * (math.log(S) + (m - z)) for each z and "
            "y.", "backward: the list of p - y for p, y in zip(softmax(output), target)."),
    (Known("log-of-zero", "Cross-entropy takes the logarithm of a probability that has been rounded to 0.", GALLERY,
           ("total += y * (log_powers + (m - z))", "total -= y * math.log(math.exp(z - m) / powers)")),
     Known("sign-of-the-error", "The sign of the slope is wrong: this is y − p.", P_MINUS_Y, ("[p - y", "[y - p")),
     Known("softmax-diagonal", "Softmax's derivative is taken to be only p·(1 − p), the diagonal of its Jacobian "
           "(the matrix of all ∂p_i/∂z_j).",
           GALLERY, ("[p - y for", "[-y * (1.0 - p) for")),
     Known("slope-by-p", "This slope is −y/p, which is ∂C/∂p; the slope of softmax is missing.", P_MINUS_Y,
           [("[p - y for", "[-y / max(p, 1e-300) for"), ("[p - y for", "[-y / p for")]),
     Known("sign-of-m", "The sign of m − z is wrong: this is ln S + (z − m).", P_MINUS_Y, ("(m - z)", "(z - m)")),
     Known("one-subtracted", "This slope is p − 1 for every class; it must be p − y.", P_MINUS_Y,
           ("[p - y", "[p - 1.0")),
     Known("largest-left-out", "m is left out: it was subtracted from every exponent, so it must be added to ln S.",
           P_MINUS_Y, ("(log_powers + (m - z))", "(log_powers - z)")),
     Known("share-for-slope", "This slope is p; the target is not subtracted.", P_MINUS_Y, ("[p - y", "[p")),
     Known("z-for-p", "This slope is z − y: softmax is left out.", P_MINUS_Y, ("zip(softmax(output), target)",
                                                                         "zip(output, target)")),
     Known("sign-of-the-cost", "The sign of the cost is wrong: ln p is negative, and a cost is not.", P_MINUS_Y,
           ("total += y", "total -= y")),
     Known("all-classes", "The cost is that of all classes: y is left out.", P_MINUS_Y,
           ("total += y * (", "total += (")),
     Known("sum-left-out", "ln S is left out of the cost.", P_MINUS_Y, ("(log_powers + (m - z))", "(m - z)")),
     Known("something-added-to-p", "p is kept away from 0, by adding something or by a lower limit: the cost of a very "
           "small p is then wrong.", P_MINUS_Y,
           [("y * (log_powers + (m - z))", "-y * math.log(math.exp(z - m) / powers + 1e-12)"),
            ("y * (log_powers + (m - z))", "-y * math.log(math.exp(z - m) / powers + 1e-15)")]),
     Known("divided-by-the-classes", "The cost is divided by the number of classes; it must not be divided.",
           P_MINUS_Y, ("return total", "return total / len(output)")),
     Known("slope-of-the-sigmoid", "The slope is multiplied by p·(1 − p); p − y is all of it.", P_MINUS_Y,
           ("[p - y", "[(p - y) * p * (1.0 - p)")),
     Known("brackets-left-out", "y multiplies ln S alone; it must multiply ln S + (m − z).", P_MINUS_Y,
           ("y * (log_powers + (m - z))", "y * log_powers + (m - z)"))),
    tried="A test case is the z and the y.",
    code='''\
import math

from activations import exponentials, softmax


class CrossEntropyLoss:
    """C = −Σ_i y_i·ln p_i, with p = softmax(z)."""

    def forward(self, output, target):
        """C, a number, from the lists of the z and the y; it must not fail for [1000.0, -1000.0]."""
        ...

    def backward(self, output, target):
        """The list of the ∂C/∂z_j = p_j − y_j."""
        ...
''', answers={"CrossEntropyLoss.forward": losses.CrossEntropyLoss.forward,
              "CrossEntropyLoss.backward": losses.CrossEntropyLoss.backward}, module="losses",
    names=("CrossEntropyLoss",), probe=probe_cross_entropy,
    samples=(([0.0, 0.5], [1.0, 0.0]), ([2.0, -1.0, 0.5], [0.0, 0.0, 1.0]), ([1000.0, -1000.0], [0.0, 1.0])))


def probe_jacobian(own, sample):
    """∂C/∂z through softmax."""
    z, grad = sample
    return [("∂C/∂z_j", own.backward(activations.softmax(z), list(grad)))]


JACOBIAN = Exercise(
    "10.4", "repair", "softmax_backward", "Repair the backward pass of softmax", """\
Softmax can also be a layer, with another cost after it. Then the backward pass is the chain
rule in full. Each z_j changes C through every output a_i, so the products for all i are added:

    ∂C/∂z_j = Σ_i ∂C/∂a_i · ∂a_i/∂z_j      with ∂a_i/∂z_j = a_i·(1 − a_j) for i = j, otherwise −a_i·a_j

The code below does not do that. Repair it.""",
    P_MINUS_Y, ("The code has one product for each j, that with i = j. The others are missing. Begin with "
              "delta[j] = 0.0, and for each i add grad[i] times a slope.",
            "The slope is a[i] * (same - a[j]), where same is 1.0 if i == j, otherwise 0.0."),
    (Known("softmax-diagonal", "Softmax's derivative is taken to be only a·(1 − a), the diagonal of its Jacobian "
           "(the matrix of all ∂a_i/∂z_j).",
           GALLERY, ("    for i in range(len(a)):\n            same = 1.0 if i == j else 0.0\n            delta[j] += "
                     "grad[i] * a[i] * (same - a[j])\n", "    delta[j] = grad[j] * a[j] * (1.0 - a[j])\n")),
     Known("grad-of-j", "Each number is 0, up to rounding: either each product has ∂C/∂a_j instead of ∂C/∂a_i, or it "
           "is added to delta[i], not to delta[j].", P_MINUS_Y,
           ("grad[i] * a[i]", "grad[j] * a[i]")),
     Known("diagonal-left-out", "The term for i = j is missing.", P_MINUS_Y,
           ("(same - a[j])", "(0.0 if i == j else -a[j])")),
     Known("same-left-out", "For i = j the slope is taken to be −a_i·a_j; it must be a_i·(1 − a_j).", P_MINUS_Y,
           ("(same - a[j])", "(0.0 - a[j])")),
     Known("diagonal-twice", "For i = j, −a_i·a_j is added besides a_i·(1 − a_j).", P_MINUS_Y,
           ("(same - a[j])", "(same * (1.0 - a[j]) - a[j])")),
     Known("grad-off-the-diagonal", "For i and j that differ, ∂C/∂a_i is left out.", P_MINUS_Y,
           ("grad[i] * a[i] * (same - a[j])", "(grad[i] if i == j else 1.0) * a[i] * (same - a[j])")),
     Known("factor-left-out", "A factor a_j is left out: ∂C/∂z_j is a_j·(∂C/∂a_j − Σ_i ∂C/∂a_i·a_i).", P_MINUS_Y,
           ("delta[j] += grad[i] * a[i] * (same - a[j])", "delta[j] += grad[i] * (same - a[i])")),
     Known("returned-too-early", "Only the first number is computed. Is the return inside the outer loop?", P_MINUS_Y,
           ("    return delta", "        return delta")),
     Known("last-way-only", "delta[j] is overwritten (= instead of +=), so only the last term is left.", P_MINUS_Y,
           ("delta[j] += ", "delta[j] = ")),
     Known("sign-outside", "For i and j that differ the slope is −a_i·a_j; here it is positive.", P_MINUS_Y,
           ("(same - a[j])", "(1.0 - a[j] if i == j else a[j])"))),
    tried="A test case is z, and grad; a is softmax(z).",
    code='''\
def backward(a, grad):
    """∂C/∂z_j for each j, from a = softmax(z) and grad, the list of the ∂C/∂a_i."""
    ...
''', answers={"backward": '''\
delta = [0.0] * len(a)
for j in range(len(a)):
    for i in range(len(a)):
        same = 1.0 if i == j else 0.0
        delta[j] += grad[i] * a[i] * (same - a[j])
return delta
'''}, planted="softmax-diagonal", probe=probe_jacobian,
    samples=(([0.0, 0.5], [1.0, 0.25]), ([2.0, -1.0, 0.5], [0.5, -2.0, 1.0])))

CHAPTER = Chapter(10, "Softmax with cross-entropy", "Softmax divides by a sum over all inputs, so "
                  "each output depends on each input.", (PREDICT, SOFTMAX, CROSS_ENTROPY, JACOBIAN))
