"""Chapter 7: a step."""
from ... import optimizers
from ..exercise import Chapter, Exercise, Known
from ..pages import ADAM, GALLERY, PYTORCH, STEP
from ..shapes import unchanged


# The gradients of four steps, for one list of two parameters and for two lists of one.
GRADIENTS = ([0.5, -4.0], [1.0, 2.0], [-1.0, 1.0], [0.25, -0.5])


def draw_gradients(rng):
    """Three gradients, the start of θ, lr and μ."""
    values = {name: rng.choice((-1, 1)) * rng.randint(20, 190) / 100 for name in ("g1", "g2", "g3", "theta")}
    return {**values, "lr": rng.choice((0.1, 0.2, 0.5)), "mu": rng.choice((0.5, 0.8, 0.9))}


def descent(v, third):
    """Where three steps lead; the first two velocities are g1 and μ·g1 + g2."""
    return v["theta"] - v["lr"] * (v["g1"] + v["mu"] * v["g1"] + v["g2"] + third)


PREDICT = Exercise(
    "7.1", "predict", "momentum_by_hand", "Where do three steps with momentum lead?", """\
The slope g = ∂C/∂θ of a parameter θ says which way the cost C grows. A step of gradient descent
goes the other way: θ ← θ − lr·g, with a learning rate lr. (← is = in Python: compute the right
side, and keep the result under the name on the left.)

With momentum, the parameter has a velocity v. It begins at 0. In each step first v changes, then θ,
with the new v:

    v ← μ·v + g
    θ ← θ − lr·v

μ (mu) says how much of the velocity stays. Here μ = {mu}, lr = {lr}, θ begins at {theta}, and the
slopes in the three steps are g = {g1}, then {g2}, then {g3}.

Work out θ after the three steps, to four digits after the point.""",
    STEP, ("After the first step v is the first slope, and θ is its start minus lr·v.",
           "In the second step v is μ times the v of the first step, plus the second slope. Keep v and θ apart."),
    (Known("momentum-of-gradient", "μ is multiplied by the gradient of the step before; it must be multiplied by the "
           "velocity.", STEP, lambda v: descent(v, v["mu"] * v["g2"] + v["g3"])),
     Known("no-momentum", "This is gradient descent without momentum.", STEP,
           lambda v: v["theta"] - v["lr"] * (v["g1"] + v["g2"] + v["g3"])),
     Known("uphill", "The steps go uphill: the sign is wrong.", STEP,
           lambda v: 2.0 * v["theta"] - descent(v, v["mu"] * (v["mu"] * v["g1"] + v["g2"]) + v["g3"])),
     Known("mean-momentum", "The slope is multiplied by 1 − μ; the formula is v ← μ·v + g.", PYTORCH,
           lambda v: v["theta"] - (1.0 - v["mu"]) * (v["theta"] - descent(
               v, v["mu"] * (v["mu"] * v["g1"] + v["g2"]) + v["g3"]))),
     Known("two-steps", "This is θ after two steps.", STEP, lambda v: descent(v, 0.0))),
    draw=draw_gradients, right=lambda v: descent(v, v["mu"] * (v["mu"] * v["g1"] + v["g2"]) + v["g3"]), answer="theta")


def probe_steps(make):
    """A probe: several steps from 1.0 and −2.0, with both in one list, or each in a list of its own."""
    def probe(own, sample):
        lists, settings, steps = sample
        values = [list(part) for part in lists]
        grads = [[0.5] * len(part) for part in lists]               # these numbers must not matter
        optimizer = make(own)([(f"{i}.bias", values[i], grads[i]) for i in range(len(lists))], **settings)
        for number in range(steps):
            rest = list(GRADIENTS[number])
            for part in grads:
                part[:] = [rest.pop(0) for _ in part]
            with unchanged("step", grads):
                optimizer.step()
            slopes = GRADIENTS[number][:sum(map(len, lists))]
            yield f"θ after step {number + 1}, with g = {slopes}", values
    return probe


ONE, TWO_LISTS = [[1.0, -2.0]], [[1.0], [-2.0]]

SGD = Exercise(
    "7.2", "write", "momentum_step", "Write gradient descent with momentum", """\
The two formulas of 7.1, for all parameters of a network. self.parameters is the list of triples
(name, values, grads) of 6.3: the slope of values[k] is grads[k]. Every single parameter has a
velocity of its own, so self.velocity is a list of lists: for each list of parameters, a list of the
same length. At first all are zeros; _state() makes them.

A step changes the lists in place, values[k] -= ..., so that the network changes.""",
    STEP, ("_state: [zeros(len(values)) for _, values, _ in self.parameters].",
           "step: a loop over both, for (_, values, grads), v in zip(self.parameters, self.velocity), and in it a loop "
           "over k: first v[k] = ..., then values[k] -= ..."),
    (Known("momentum-of-gradient", "μ is multiplied by the gradient of the step before; it must be multiplied by the "
           "velocity.", STEP,
           (("v[k] = self.momentum * v[k] + grads[k]", "change = self.momentum * v[k] + grads[k]"),
            ("values[k] -= self.lr * v[k]", "values[k] -= self.lr * change\n                v[k] = grads[k]"))),
     Known("shared-velocity", "The lists of parameters share a velocity; each must have its own.", STEP,
           ("[zeros(len(values)) for _, values, _ in self.parameters]",
            "[zeros(len(self.parameters[0][1]))] * len(self.parameters)")),
     Known("values-for-velocity", "The velocity is the list of the values itself; it must be another list, of zeros.",
           STEP, ("[zeros(len(values)) for _, values, _ in self.parameters]",
                  "[values for _, values, _ in self.parameters]")),
     Known("no-momentum", "This is plain gradient descent: the v of the step before has no effect. (Is the new v "
           "kept in v[k]? Is θ changed by v?)", STEP,
           ("self.momentum * v[k] + grads[k]", "grads[k]")),
     Known("uphill", "The steps go uphill. g must be added to v, and lr·v subtracted from θ.", STEP,
           ("values[k] -= self.lr", "values[k] += self.lr")),
     Known("mean-momentum", "The slope is multiplied by 1 − μ; the formula is v ← μ·v + g.", PYTORCH,
           ("+ grads[k]", "+ (1.0 - self.momentum) * grads[k]")),
     Known("momentum-of-both", "The slope is multiplied by μ too: v ← μ·(v + g) instead of μ·v + g.", STEP,
           ("self.momentum * v[k] + grads[k]", "self.momentum * (v[k] + grads[k])")),
     Known("nesterov", "θ is changed by g + μ·v with the new v: that is Nesterov's momentum.", PYTORCH,
           ("self.lr * v[k]", "self.lr * (grads[k] + self.momentum * v[k])")),
     Known("lr-twice", "lr is in v, too: v ← μ·v + lr·g, and then θ ← θ − lr·v.", STEP,
           ("+ grads[k]", "+ self.lr * grads[k]")),
     Known("values-not-changed", "The values do not change. (values = ... gives the name to another list; values[k] -= "
           "... changes the list.)", STEP, ("values[k] -= self.lr * v[k]", "pass")),
     Known("one-velocity-a-list", "All numbers of a list share one velocity; each must have its own.", STEP,
           ("v[k] = self.momentum * v[k] + grads[k]\n                values[k] -= self.lr * v[k]",
            "v[0] = self.momentum * v[0] + grads[k]\n                values[k] -= self.lr * v[0]")),
     Known("lr-left-out", "The learning rate is left out.", STEP, ("self.lr * v[k]", "v[k]")),
     Known("old-velocity", "θ is changed by the velocity of the step before; first v must be changed, then θ.", STEP,
           ("v[k] = self.momentum * v[k] + grads[k]\n                values[k] -= self.lr * v[k]",
            "values[k] -= self.lr * v[k]\n                v[k] = self.momentum * v[k] + grads[k]")),
     Known("begins-with-gradients", "The velocity begins as a copy of the gradients; it must begin at 0.", STEP,
           ("[zeros(len(values)) for _, values, _ in", "[list(grads) for _, _, grads in"))),
    tried="A test case is the parameters at the start (one list or two), the arguments of the optimizer, and "
          "the number of steps.",
    code='''\
from linalg import zeros


class SGD:
    """Gradient descent with momentum: v ← μ·v + g, θ ← θ − lr·v."""

    def __init__(self, parameters, lr=0.001, momentum=0.0):
        self.parameters = list(parameters)
        self.lr = lr
        self.momentum = momentum                # μ
        self.velocity = self._state()           # v

    def _state(self):
        """A list of lists: for each list of parameters, a list of zeros of the same length."""
        ...

    def step(self):
        """v ← μ·v + g; θ ← θ − lr·v, for every parameter. The slopes stay as they are."""
        ...
''', answers={"SGD._state": optimizers.Optimizer._state, "SGD.step": optimizers.SGD.step}, module="optimizers",
    names=("SGD",), probe=probe_steps(lambda own: own.SGD),
    samples=((ONE, {"lr": 0.1}, 2), (ONE, {"lr": 0.1, "momentum": 0.9}, 4),
             (TWO_LISTS, {"lr": 0.2, "momentum": 0.5}, 4)))

ADAM_STEP = Exercise(
    "7.3", "write", "adam_step", "Write a step of Adam", """\
Adam keeps two running means for each parameter: m, the mean of g, and v, the mean of g². Its step
is lr times m divided by √v, so the scale of the slopes does not matter:

    t ← t + 1                        once a step: it counts the steps
    m ← β₁·m + (1 − β₁)·g            first moment
    v ← β₂·v + (1 − β₂)·g²           second moment
    m̂ = m / (1 − β₁^t)               corrected
    v̂ = v / (1 − β₂^t)
    θ ← θ − lr·m̂ / (√v̂ + eps)

Both means begin at 0, and are too near 0 at first. After t steps m is a sum of all slopes so far,
each times a factor, and the factors add up to 1 − β₁^t, not to 1. Dividing m by 1 − β₁^t corrects it;
v is corrected likewise. β₁ and β₂ say how much of a mean stays; the small eps prevents dividing by
0. (β^t is beta ** t in Python.)""",
    ADAM, ("corrected: one line, with self.t in it.",
           "In step, self.t += 1 stands before all loops. Then as in 7.2, with m and v from self.first_moment and "
           "self.second_moment."),
    (Known("adam-moments-swapped", "The moments are swapped: m must be the mean of g, and v that of g².", STEP,
           (("(1.0 - self.beta1) * g\n", "(1.0 - self.beta1) * (g * g)\n"),
            ("(1.0 - self.beta2) * (g * g)", "(1.0 - self.beta2) * g"))),
     Known("adam-betas", "v is computed as if β₂ were 0.1. Is 1 − β₁ used in place of β₂, or is the default of betas "
           "changed?", STEP, ("betas=(0.9, 0.999)", "betas=(0.9, 0.1)")),
     Known("adam-correction", "The correction divides by 1 − β; it must divide by 1 − β^t.", ADAM,
           ("(1.0 - beta ** self.t)", "(1.0 - beta)")),
     Known("times-for-power", "This is 1 − β·t; β^t is beta ** t.", ADAM, ("beta ** self.t", "beta * self.t")),
     Known("adam-step-counter", "t goes up once for each list of parameters; it must go up once for each step.", ADAM,
           (("self.t += 1\n", "pass\n"), ("            for k in range(len(values)):",
                                          "            self.t += 1\n            for k in range(len(values)):"))),
     Known("adam-counter-each-number", "t goes up once for each single parameter; it must go up once for each step.",
           ADAM, (("self.t += 1\n", "pass\n"), ("g = grads[k]", "g = grads[k]\n                self.t += 1"))),
     Known("adam-without-correction", "The correction is left out: m and v are used as they are.", ADAM,
           (("self.corrected(m[k], self.beta1)", "m[k]"), ("self.corrected(v[k], self.beta2)", "v[k]"))),
     Known("no-square-root", "The root is left out: the step is divided by v̂, not by √v̂.", STEP,
           ("math.sqrt(v_hat)", "v_hat")),
     Known("eps-inside-the-root", "eps is added inside the root; it should be added to the root.", STEP,
           ("(math.sqrt(v_hat) + self.eps)", "math.sqrt(v_hat + self.eps)")),
     Known("second-moment-of-m", "v is the mean of m²; it must be that of g².", STEP,
           ("(1.0 - self.beta2) * (g * g)", "(1.0 - self.beta2) * (m[k] * m[k])")),
     Known("sum-for-mean", "The factors 1 − β are left out: m and v are sums, not means.", STEP,
           (("(1.0 - self.beta1) * g\n", "g\n"), ("(1.0 - self.beta2) * (g * g)", "(g * g)"))),
     Known("corrected-kept", "m̂ is kept in the place of m, or v̂ in that of v, so that it is corrected again in the "
           "next step.", ADAM,
           [("m_hat = self", "m_hat = m[k] = self"), ("v_hat = self", "v_hat = v[k] = self"),
            (("m_hat = self", "m_hat = m[k] = self"), ("v_hat = self", "v_hat = v[k] = self"))]),
     Known("one-beta-corrected", "Both corrections are made with β₁; that of v must have β₂.", ADAM,
           ("self.corrected(v[k], self.beta2)", "self.corrected(v[k], self.beta1)")),
     Known("one-beta-for-both", "Both means are made with β₁; v must be made with β₂.", STEP,
           ("v[k] = self.beta2 * v[k] + (1.0 - self.beta2)", "v[k] = self.beta1 * v[k] + (1.0 - self.beta1)")),
     Known("multiplied", "The correction multiplies by 1 − β^t; it must divide.", ADAM,
           ("return moment / (", "return moment * (")),
     Known("power-of-all", "This is (1 − β)^t instead of 1 − β^t.", ADAM,
           ("(1.0 - beta ** self.t)", "(1.0 - beta) ** self.t")),
     Known("eps-left-out", "eps is left out.", STEP, (" + self.eps)", ")")),
     Known("uphill", "The steps go uphill: the sign is wrong.", STEP, ("values[k] -=", "values[k] +=")),
     Known("t-one-ahead", "t is too large by 1: in the first step it must be 1.", ADAM,
           ("self.t += 1\n", "self.t = max(2, self.t + 1)\n")),
     Known("betas-swapped", "β₁ and β₂ are swapped in the two means.", STEP,
           (("m[k] = self.beta1 * m[k] + (1.0 - self.beta1)", "m[k] = self.beta2 * m[k] + (1.0 - self.BETA2)"),
            ("v[k] = self.beta2 * v[k] + (1.0 - self.beta2)", "v[k] = self.beta1 * v[k] + (1.0 - self.beta1)"),
            ("self.BETA2", "self.beta2"))),
     Known("not-squared", "v is the mean of g; it must be that of g².", STEP,
           ("(1.0 - self.beta2) * (g * g)", "(1.0 - self.beta2) * g")),
     Known("one-factor-left-out", "The factor 1 − β is missing from m or from v, which is then a sum, not a mean.",
           STEP, [("(1.0 - self.beta1) * g\n", "g\n"), ("(1.0 - self.beta2) * (g * g)", "(g * g)")]),
     Known("factor-of-the-other-beta", "One mean has both betas, as in β₁·m + (1 − β₂)·g; it must have only one.",
           STEP, [("(1.0 - self.beta2) * (g * g)", "(1.0 - self.beta1) * (g * g)"),
            ("(1.0 - self.beta1) * g\n", "(1.0 - self.beta2) * g\n")]),
     Known("one-correction-left-out", "One of m and v is not corrected; both must be.", ADAM,
           [("self.corrected(m[k], self.beta1)", "m[k]"), ("self.corrected(v[k], self.beta2)", "v[k]")])),
    tried="A test case is the parameters at the start (one list or two), the arguments of the optimizer, and "
          "the number of steps.",
    code='''\
import math

from linalg import zeros


class Adam:
    """Adam (Kingma and Ba, 2015)."""

    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr = lr
        self.beta1, self.beta2 = betas
        self.eps = eps
        self.first_moment = [zeros(len(values)) for _, values, _ in self.parameters]    # m
        self.second_moment = [zeros(len(values)) for _, values, _ in self.parameters]   # v
        self.t = 0

    def step(self):
        """One step for every parameter, with the formulas of 7.3."""
        ...

    def corrected(self, moment, beta):
        """moment / (1 − β^t), a number: m̂ from m and β₁, v̂ from v and β₂."""
        ...
''', answers={"Adam.step": optimizers.Adam.step, "Adam.corrected": optimizers.Adam.corrected}, module="optimizers",
    names=("Adam",), probe=probe_steps(lambda own: own.Adam),
    samples=(([[1.0]], {"lr": 0.1}, 1), (ONE, {"lr": 0.1}, 4), (TWO_LISTS, {"lr": 0.2}, 4),
             ([[1.0]], {"lr": 0.1, "eps": 0.25}, 2)))

ADAGRAD = Exercise(
    "7.4", "repair", "adagrad_step", "Repair a step of Adagrad", """\
Adagrad is older than Adam. Each slope of a parameter makes later steps of that parameter smaller:

    s ← s + g²
    θ ← θ − lr·g / (√s + eps)

The s of a parameter is made of its own slopes alone. In the code below it is not. Repair it.""",
    STEP, ("What is added to s[k]: the square of one slope, or of several?",
           "Only grads[k] belongs to values[k]; the other entries of grads are the slopes of other parameters."),
    (Known("adagrad-column", "Each s[k] gets the squares of the whole list; it must get grads[k]² only.", GALLERY,
           ("s[k] += g * g", "s[k] += sum(g * g for g in grads)")),
     Known("not-squared", "s is the sum of g or of |g|; it must be the sum of g².", STEP,
           [("s[k] += g * g", "s[k] += abs(g)"), ("s[k] += g * g", "s[k] += g")]),
     Known("square-of-the-sum", "This is (s + g)² instead of s + g².", STEP,
           ("s[k] += g * g", "s[k] = (s[k] + g) * (s[k] + g)")),
     Known("sum-forgotten", "The earlier slopes are forgotten: either s is overwritten (= instead of +=), or the "
           "new s is not kept in s[k].", STEP,
           ("s[k] += g * g", "s[k] = g * g")),
     Known("no-square-root", "The root is left out: the step is divided by s, not by √s.", STEP,
           ("math.sqrt(s[k])", "s[k]")),
     Known("eps-left-out", "eps is left out: if all slopes so far are 0, the step divides 0 by 0.", STEP,
           ("(math.sqrt(s[k]) + self.eps)", "math.sqrt(s[k])")),
     Known("sum-of-the-list", "s is the sum of the squares of the whole list in this step; it must be the sum of g² of "
           "one parameter over all steps.", STEP, ("s[k] += g * g", "s[k] = sum(g * g for g in grads)")),
     Known("eps-inside-the-root", "eps is added inside the root; it should be added to the root.", STEP,
           ("(math.sqrt(s[k]) + self.eps)", "math.sqrt(s[k] + self.eps)"))),
    tried="A test case is the parameters at the start, the arguments of the optimizer, and the number of steps.",
    code='''\
import math

from linalg import zeros


class Adagrad:
    """s ← s + g²; θ ← θ − lr·g / (√s + eps)."""

    def __init__(self, parameters, lr=0.01, eps=1e-10):
        self.parameters = list(parameters)
        self.lr = lr
        self.eps = eps
        self.square_sum = [zeros(len(values)) for _, values, _ in self.parameters]      # s

    def step(self):
        """One step for every parameter."""
        ...
''', answers={"Adagrad.step": optimizers.Adagrad.step}, planted="adagrad-column",
    probe=probe_steps(lambda own: own.Adagrad), samples=(([[1.0]], {"lr": 0.1}, 2), (ONE, {"lr": 0.1}, 4),
                                                           ([[1.0]], {"lr": 0.1, "eps": 0.25}, 2)))

CHAPTER = Chapter(7, "A step: gradient descent, momentum, Adam", "An optimizer keeps numbers for each single "
                  "parameter; it matters which numbers, and when they change.", (PREDICT, SGD, ADAM_STEP, ADAGRAD))
