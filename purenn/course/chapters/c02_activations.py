"""Chapter 2: activations and their slopes."""
import math

from ... import activations
from ..exercise import Chapter, Exercise, Known
from ..pages import BP1, FORWARD, GALLERY
from ..shapes import unchanged


OF_Z = Known("sigmoid-derivative-of-z", "This is z·(1 − z); the formula needs a.", BP1, None)
TWICE = Known("sigmoid-of-activation", "This is σ(a)·(1 − σ(a)); a is σ(z) already, so the sigmoid is applied twice.",
              BP1, None)


def draw_z(rng):
    """A z with two digits after the point, and σ(z)."""
    z = rng.choice((-1, 1)) * rng.randint(40, 250) / 100
    return {"z": z, "a": round(activations.sigmoid(z), 6)}


def twice(a):
    """The slope computed from σ(a) instead of a: the sigmoid is applied twice."""
    return activations.sigmoid(a) * (1.0 - activations.sigmoid(a))


PREDICT = Exercise(
    "2.1", "predict", "slope_by_hand", "How steep is the sigmoid here?", """\
After the weighted sum z comes the activation a = f(z). One such f is the sigmoid,

    σ(z) = 1 / (1 + e^−z)

It turns any number into a number between 0 and 1. Its slope says how fast a changes when z does.
From σ(z) = (1 + e^−z)^−1 it follows by the chain rule (calculus) that

    σ′(z) = e^−z / (1 + e^−z)² = σ(z)·(1 − σ(z)) = a·(1 − a)

So where a is known, the slope needs only a subtraction and a multiplication.

Here z = {z}, and a = σ(z) = {a}.
Work out the slope σ′(z), to four digits after the point.""",
    BP1, ("The last form of σ′(z), with a, needs no z.", "Subtract a from 1, and multiply the result by a."),
    (OF_Z._replace(change=lambda v: v["z"] * (1.0 - v["z"])),
     TWICE._replace(change=lambda v: twice(v["a"])),
     Known("value-for-slope", "This is σ(z) itself, not its slope.", BP1, lambda v: v["a"]),
     Known("square", "This is a², not a·(1 − a).", BP1, lambda v: v["a"] * v["a"]),
     Known("complement", "This is 1 − a; the factor a is missing.", BP1, lambda v: 1.0 - v["a"]),
     Known("tanh-slope", "This is 1 − a², the slope of tanh (2.4).", BP1, lambda v: 1.0 - v["a"] * v["a"])),
    draw=draw_z, right=lambda v: activations.sigmoid_derivative(v["z"], v["a"]), answer="slope")

SIGMOID = Exercise(
    "2.2", "write", "sigmoid", "Write the sigmoid", """\
σ(z) = 1 / (1 + e^−z). In Python e^x is exp(x), which is imported below.

Take care: exp(x) of a large x, such as 1000, is too large for a float and raises OverflowError.
If z is −1000, then e^−z is too large, but e^z is not. Multiply the numerator and the denominator
of the fraction by e^z:

    σ(z) = e^z / (1 + e^z)

This is the same value. Use the first formula for z ≥ 0, and the second one for z < 0.""",
    FORWARD, ("Write the formula for z >= 0 first, with an if before it.",
              "For z < 0: e = exp(z), and then the fraction of e and 1.0 + e."),
    (Known("exp-overflow", "The sigmoid is written 1 / (1 + e^−z) for negative z too, and e^−z overflows.", GALLERY,
           ("    e = exp(z)\n    return e / (1.0 + e)", "    return 1.0 / (1.0 + exp(-z))")),
     Known("exp-overflow-above", "The sigmoid is written e^z / (1 + e^z) for positive z too, and e^z overflows.",
           GALLERY, ("return 1.0 / (1.0 + exp(-z))", "return exp(z) / (1.0 + exp(z))")),
     Known("sign-of-exponent", "The sign of the exponent is wrong: this is 1 − σ(z).", FORWARD,
           (("(1.0 + exp(-z))", "(1.0 + 1.0 / exp(-z) if z < 700.0 else math.inf)"),
            ("return e / (1.0 + e)", "return 1.0 / (1.0 + e)"))),
     Known("branches-swapped", "The two formulas are swapped: 1 / (1 + e^−z) is for z ≥ 0.", FORWARD,
           (("return 1.0 / (1.0 + exp(-z))", "return exp(z) / (1.0 + exp(z))"),
            ("    e = exp(z)\n    return e / (1.0 + e)", "    return 1.0 / (1.0 + exp(-z))"))),
     Known("second-fraction", "For negative z this is 1 / (1 + e^z); the e^z in the numerator is missing.", FORWARD,
           ("return e / (1.0 + e)", "return 1.0 / (1.0 + e)")),
     Known("brackets-left-out", "The parentheses around 1 + e^... are missing: 1 / 1 + e is (1 / 1) + e.", FORWARD,
           [("1.0 / (1.0 + exp(-z))", "1.0 / 1.0 + exp(-z)"), ("e / (1.0 + e)", "e / 1.0 + e"),
            (("1.0 / (1.0 + exp(-z))", "1.0 / 1.0 + exp(-z)"), ("e / (1.0 + e)", "e / 1.0 + e"))])),
    code='''\
import math
from math import exp


def sigmoid(z):
    """σ(z) = 1 / (1 + e^−z), a number between 0 and 1; for z < 0 as e^z / (1 + e^z).

    sigmoid(0.0) is 0.5, sigmoid(1000.0) is 1.0, sigmoid(-1000.0) is 0.0.
    """
    ...
''', answers={"sigmoid": activations.sigmoid}, module="activations", names=("sigmoid",), tried="A test case is z.",
    samples=(0.0, 1.0, -1.0, 2.5, -0.3, 30.0, 1000.0, -1000.0),
    probe=lambda own, z: [("σ(z)", own.sigmoid(z))])

SLOPE = Exercise(
    "2.3", "write", "sigmoid_slope", "Write the slope of the sigmoid", """\
The formula of 2.1: σ′(z) = a·(1 − a), with a = σ(z).

The function is given both z and a = σ(z). In this course, every function for the slope of
an activation is given both, because some slopes are easier to compute from z. Take care which
of the two you use.""",
    BP1, ("z is not used at all.", "One line: the product of a and 1.0 - a."),
    (OF_Z._replace(change=("a * (1.0 - a)", "z * (1.0 - z)")),
     TWICE._replace(change=("a * (1.0 - a)", "1.0 / (1.0 + math.exp(-a)) * (1.0 - 1.0 / (1.0 + math.exp(-a)))")),
     Known("sign-of-the-slope", "The sign is wrong: σ grows everywhere, so its slope is above 0.", BP1,
           ("a * (1.0 - a)", "a * (a - 1.0)")),
     Known("value-for-slope", "This is σ(z) itself, not its slope.", BP1, ("a * (1.0 - a)", "a")),
     Known("brackets-left-out", "The parentheses are missing: a·1 − a is 0.", BP1, ("a * (1.0 - a)", "a * 1.0 - a")),
     Known("z-in-one-place", "One of the two factors has z; both must have a.", BP1,
           [("a * (1.0 - a)", "a * (1.0 - z)"), ("a * (1.0 - a)", "z * (1.0 - a)")]),
     Known("complement", "This is 1 − a; the factor a is missing.", BP1, ("a * (1.0 - a)", "1.0 - a")),
     Known("tanh-slope", "This is 1 − a², the slope of tanh (2.4).", BP1, ("a * (1.0 - a)", "1.0 - a * a"))),
    tried="A test case is z and a.",
    code='''\
import math


def sigmoid_derivative(z, a):
    """σ′(z) = a·(1 − a), from z and the activation a = σ(z), both numbers.

    sigmoid_derivative(0.0, 0.5) is 0.25, the largest it can be.
    """
    ...
''', answers={"sigmoid_derivative": activations.sigmoid_derivative}, module="activations",
    names=("sigmoid_derivative",), samples=tuple((z, activations.sigmoid(z)) for z in (0.0, 1.0, -1.0, 2.5, -3.25)),
    probe=lambda own, sample: [("σ′(z)", own.sigmoid_derivative(*sample))])

TANH = Exercise(
    "2.4", "repair", "tanh_slope", "Repair the slope of tanh", """\
Another activation is tanh(z) = (e^z − e^−z) / (e^z + e^−z), between −1 and 1. Its slope is

    tanh′(z) = 1 − tanh(z)² = 1 − a²     with a = tanh(z)

The function below, which is given z and a = tanh(z), has one mistake in it. Find it and repair it.""",
    BP1, ("Which number is a: the one before tanh is applied, or the one after?",
          "a has been through tanh already; do not apply tanh once more."),
    (Known("tanh-derivative", "tanh′ is computed as 1 − tanh(a)² from the activation a, which has been through tanh "
           "already.", BP1, ("1.0 - a * a", "1.0 - math.tanh(a) * math.tanh(a)")),
     Known("tanh-derivative-of-z", "This is 1 − z²; the formula needs a.", BP1, ("1.0 - a * a", "1.0 - z * z")),
     Known("plus-for-minus", "This is 1 + a²; it must be 1 − a².", BP1, ("1.0 - a * a", "1.0 + a * a")),
     Known("twice-for-square", "This is 1 − 2a; a² is a·a.", BP1, ("1.0 - a * a", "1.0 - 2.0 * a")),
     Known("half-repaired", "One of the two factors is still tanh(a).", BP1,
           ("1.0 - a * a", "1.0 - a * math.tanh(a)")),
     Known("square-left-out", "This is 1 − a; the square is missing.", BP1, ("1.0 - a * a", "1.0 - a")),
     Known("sigmoid-slope", "This is a·(1 − a), the slope of the sigmoid.", BP1, ("1.0 - a * a", "a * (1.0 - a)"))),
    tried="A test case is z and a.",
    code='''\
import math


def tanh_derivative(z, a):
    """tanh′(z) = 1 − a², from z and the activation a = tanh(z), both numbers."""
    ...
''', answers={"tanh_derivative": activations.tanh_derivative}, planted="tanh-derivative", module="activations",
    names=("tanh_derivative",), samples=tuple((z, math.tanh(z)) for z in (0.0, 1.0, -0.5, 2.5)),
    probe=lambda own, sample: [("tanh′(z)", own.tanh_derivative(*sample))])


def probe_layer(own, sample):
    """Forward and back, through a layer of sigmoids and through one of f(z) = 3z."""
    z, grad = sample
    triple = type("Triple", (own.Activation,), {"function": staticmethod(lambda z: 3.0 * z),
                                                "derivative": staticmethod(lambda z, a: z + 2.0 * a)})
    for name, layer in (("sigmoid", own.Sigmoid()), ("f(z) = 3z", triple())):
        with unchanged("forward", z):
            a = layer.forward(z)
        yield "a_j, " + name, a
        with unchanged("backward", grad):
            delta = layer.backward(grad)
        yield ("δ_j = ∂C/∂z_j, " if name == "sigmoid" else "what backward gives, ") + name, delta
        yield "a_j, of 2·z_j, " + name, layer.forward([2.0 * each for each in z])
        yield "what backward gives then, " + name, layer.backward(list(grad))


LAYER = Exercise(
    "2.5", "write", "activation_layer", "Write a layer of activations, forward and back", """\
Now for a whole list of neurons at once; j is the number of a neuron. Forward, each z_j becomes
a_j = f(z_j). Backward is the other direction. C is the cost, a number that says how wrong the
output of the network is. ∂C/∂a_j is how fast C changes when a_j alone does. We want ∂C/∂z_j,
which is called δ_j (delta). z_j changes C by changing a_j, and the chain rule multiplies the two slopes:

    δ_j = ∂C/∂z_j = ∂C/∂a_j · ∂a_j/∂z_j = ∂C/∂a_j · f′(z_j)              (BP1)

backward is handed the list of the ∂C/∂a_j. Slopes of the cost are also called gradients, so the
list is called grad. backward needs z and a of the forward pass, so forward keeps them in self.z and
self.a.

f and f′ are self.function(z) and self.derivative(z, a). The class Sigmoid below, which is
finished, says that they are your own sigmoid and its slope.""",
    BP1, ("forward: a new list a, filled in a loop with self.function(z_j); then self.z = z, self.a = a, return a.",
          "backward: for each j, grad[j] * self.derivative(self.z[j], self.a[j])."),
    (Known("slope-not-multiplied", "The factor ∂C/∂a_j is missing: this is f′(z_j) alone.", BP1,
           ("grad[j] * derivative(z[j], a[j])", "derivative(z[j], a[j])")),
     Known("slope-left-out", "The slope f′ is left out: this is ∂C/∂a_j as it came.", BP1,
           ("grad[j] * derivative(z[j], a[j])", "grad[j]")),
     Known("function-for-slope", "∂C/∂a_j is multiplied by a_j = f(z_j) instead of the slope f′(z_j).", BP1,
           ("grad[j] * derivative(z[j], a[j])", "grad[j] * a[j]")),
     Known("a-for-z", "The first argument of derivative must be z_j; here it is a_j.", BP1,
           ("derivative(z[j], a[j])", "derivative(a[j], a[j])")),
     Known("z-for-a", "The second argument of derivative must be a_j; here it is z_j.", BP1,
           ("derivative(z[j], a[j])", "derivative(z[j], z[j])")),
     Known("z-and-a-swapped", "z and a are swapped: where they are kept, or where they are given to "
           "derivative(z, a).", BP1, ("derivative(z[j], a[j])", "derivative(a[j], z[j])")),
     Known("slope-added", "∂C/∂a_j and f′(z_j) are added; the chain rule multiplies them.", BP1,
           ("grad[j] * derivative", "grad[j] + derivative")),
     Known("sigmoid-written-in", "The sigmoid or its slope is computed here; call self.function and self.derivative, "
           "since f may be another function.", BP1,
           [("f = self.function", "f = sigmoid"), ("derivative(z[j], a[j])", "a[j] * (1.0 - a[j])"),
            (("f = self.function", "f = sigmoid"), ("derivative(z[j], a[j])", "a[j] * (1.0 - a[j])"))])),
    tried="A test case is the z_j and the ∂C/∂a_j; forward and backward are called with these, and then again with "
          "2·z_j and the same ∂C/∂a_j. All this is done with Sigmoid, and then with f(z) = 3z. For 3z, "
          "derivative(z, a) returns z + 2a. That is not the slope of 3z, but it shows which number is z and which a.",
    code='''\
from activations import sigmoid, sigmoid_derivative


class Activation:
    """A layer that turns each of its numbers z_j into a_j = f(z_j)."""

    def forward(self, z):
        """a_j = f(z_j): from the list of the z_j to a new list of the a_j. Keeps z in self.z and a in self.a."""
        ...

    def backward(self, grad):
        """δ_j = ∂C/∂a_j · f′(z_j): from the list of the ∂C/∂a_j to a new list of the δ_j."""
        ...

    def parameters(self):
        """What the layer learns: nothing."""
        return []


class Sigmoid(Activation):
    """a_j = σ(z_j)."""

    function = staticmethod(sigmoid)
    derivative = staticmethod(sigmoid_derivative)
''', answers={"Activation.forward": activations.Activation.forward,
              "Activation.backward": activations.Activation.backward},
    module="activation_layers", names=("Activation", "Sigmoid"), probe=probe_layer,
    samples=(([0.5], [2.0]), ([0.3, -1.2], [0.5, -1.5]), ([2.0, 0.0, -0.75], [-1.0, 0.25, 3.0])))

CHAPTER = Chapter(2, "Activations and their slopes", "A slope is a factor of the chain rule; it matters which number "
                  "it is computed from, z or a.", (PREDICT, SIGMOID, SLOPE, TANH, LAYER))
