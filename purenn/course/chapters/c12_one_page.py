"""Chapter 12: all of it on one page."""
import textwrap

from ..exercise import Chapter, Exercise, Known
from ..pages import BP1, BP2, EQUAL, FORWARD, GALLERY, LINES, OLD_WEIGHTS, STEP, TRAIN, WHY_2
from ..shapes import listed


SOLUTION = '''\
points = []
for i in range(11):
    points.append(([0.1 * i, 0.1 * i], 0.0))
    if i != 5:
        points.append(([0.1 * i, 1 - 0.1 * i], 1.0))
rng = random.Random(seed)
layers = []
for n_in, n_out in ((2, 4), (4, 4), (4, 1)):
    weight = [[rng.uniform(-1.0, 1.0) for k in range(n_in)] for j in range(n_out)]
    layers.append((weight, [rng.uniform(-1.0, 1.0) for j in range(n_out)]))
losses = []
grads = [([[0.0] * len(row) for row in weight], [0.0] * len(bias)) for weight, bias in layers]
for epoch in range(epochs):
    loss = 0.0
    grads = [([[0.0] * len(row) for row in weight], [0.0] * len(bias)) for weight, bias in layers]
    for x, y in points:
        a = [x]
        for weight, bias in layers:
            out = []
            for j in range(len(bias)):
                z = bias[j]
                for k in range(len(weight[j])):
                    z += weight[j][k] * a[-1][k]
                out.append(1.0 / (1.0 + math.exp(-z)))
            a.append(out)
        error = a[3][0] - y
        loss += error * error / len(points)
        slopes = [2.0 * error / len(points)]
        for i in (2, 1, 0):
            weight, bias = layers[i]
            below = [0.0] * len(a[i])
            for j in range(len(bias)):
                delta = slopes[j] * a[i + 1][j] * (1.0 - a[i + 1][j])
                grads[i][1][j] += delta
                for k in range(len(a[i])):
                    grads[i][0][j][k] += delta * a[i][k]
                    below[k] += delta * weight[j][k]
            slopes = below
    for (weight, bias), (weight_grad, bias_grad) in zip(layers, grads):
        for j in range(len(bias)):
            bias[j] -= lr * bias_grad[j]
            for k in range(len(weight[j])):
                weight[j][k] -= lr * weight_grad[j][k]
    losses.append(loss)
return losses
'''

RIGHT_DELTA = "slopes[j] * a[i + 1][j] * (1.0 - a[i + 1][j])"
HIDDEN = "slopes[j] * (a[i + 1][j] * (1.0 - a[i + 1][j]) if i == 2 else "       # the output neuron's is right

# A step after each point: the gradients are cleared in the loop over the points, and the step goes into it.
CLEAR_EACH = "grads = [([[0.0] * len(row) for row in weight], [0.0] * len(bias)) for weight, bias in layers]"
STEP_LINES = SOLUTION[SOLUTION.index("    for (weight, bias), "):SOLUTION.index("    losses.append")]
STEP_EACH = textwrap.indent(STEP_LINES, "    ")

PAGE = Exercise(
    "12.1", "write", "one_page", "Everything on one page: xor from nothing", """\
All of it once more, without classes and without the earlier files: loops, lists and numbers.

The data, 21 points on the two diagonals of a square, whose corners have the targets of xor: for
i = 0 ... 10 the point [0.1·i, 0.1·i] with the target 0, and, unless i is 5, the point
[0.1·i, 1 − 0.1·i] with the target 1.

The network, 2-4-4-1: three layers of sigmoid neurons. rng = random.Random(seed); for one layer after
the other, first the weights are drawn with rng.uniform(-1.0, 1.0), row by row (5.2), then the biases.

The cost: the mean of (a − y)² over the 21 points. Each epoch: the loss of all points and the
gradients of all points; then one step of gradient descent, θ ← θ − lr·g, for every weight and bias.

Return the losses of the epochs, each as it was before its step. The first loss for seed 1 is about
0.2504. All losses must be right, except for rounding.""",
    LINES, ("Forward, keep the activations of every layer in a list: the backward pass needs them all.",
          "Backward: slopes = [2·(a − y)/21]; for the layers from the last to the first: delta = slopes[j]·a·(1 − a); "
          "add delta to the bias's gradient; add delta times the weight's input to each weight's gradient; collect the "
          "slopes of the layer below in a new list."),
    (Known("biases-never-updated", "The biases get no gradient and stay as they began.", GALLERY,
           ("grads[i][1][j] += delta", "grads[i][1][j] += 0.0")),
     Known("gradients-not-cleared", "The gradients of one epoch are still there when those of the next are added.",
           GALLERY,
           (f"    loss = 0.0\n        {CLEAR_EACH}\n", "    loss = 0.0\n")),
     Known("missing-factor-2", "The factor 2 of the slope of (a − y)² is missing.", WHY_2,
           ("2.0 * error / len(points)", "error / len(points)")),
     Known("missing-1/n", "The loss is a mean over the samples, but its gradient is a sum: it is n times too large.",
           WHY_2, ("2.0 * error / len(points)", "2.0 * error")),
     Known("1/n-twice", "The gradient has the 1/n of the mean twice, so it is n times too small.", WHY_2,
           ("2.0 * error / len(points)", "2.0 * error / len(points) / len(points)")),
     Known("sum-for-mean", "The loss and its gradient are sums over the points; they must be means.", WHY_2,
           (("loss += error * error / len(points)", "loss += error * error"),
            ("2.0 * error / len(points)", "2.0 * error"))),
     Known("sigmoid-of-activation", "The slope f′ is computed as σ(a)·(1 − σ(a)); a is σ(z) already.",
           BP1, [(RIGHT_DELTA, "slopes[j] * 1.0 / (1.0 + math.exp(-a[i + 1][j])) * (1.0 - 1.0 / (1.0 + math.exp(-a[i + "
                 "1][j])))"), (RIGHT_DELTA, HIDDEN + "1.0 / (2.0 + math.exp(-a[i + 1][j]) + math.exp(a[i + 1][j])))")]),
     Known("sigmoid-derivative-of-z", "The slope f′ is computed as z·(1 − z); it must be a·(1 − a).", BP1,
           (RIGHT_DELTA, "slopes[j] * math.log(a[i + 1][j] / (1.0 - a[i + 1][j])) * (1.0 - math.log(a[i + 1][j] / "
            "(1.0 - a[i + 1][j])))")),
     Known("tanh-slope", "The slope is 1 − a², that of tanh; these are sigmoids.", BP1,
           (RIGHT_DELTA, "slopes[j] * (1.0 - a[i + 1][j] * a[i + 1][j])")),
     Known("slope-for-delta", "BP2 is given ∂C/∂a_j instead of δ_j: the slope f′ is missing.", BP2,
           ("below[k] += delta * weight[j][k]", "below[k] += slopes[j] * weight[j][k]")),
     Known("bias-left-out", "The biases are left out in the forward pass.", FORWARD, ("z = bias[j]", "z = 0.0")),
     Known("slope-left-out", "The slope f′ is left out in every layer.", BP1, (RIGHT_DELTA, "slopes[j]")),
     Known("hidden-slope-left-out", "The slope f′ of the hidden neurons is left out.", BP1,
           (RIGHT_DELTA, HIDDEN + "1.0)")),
     Known("output-slope-left-out", "The slope f′ of the output neuron is left out.", BP1,
           (RIGHT_DELTA, "slopes[j] * (1.0 if i == 2 else a[i + 1][j] * (1.0 - a[i + 1][j]))")),
     Known("last-points-left-out", "The points of i = 10 are left out: range(11) goes up to 10.", TRAIN,
           ("range(11)", "range(10)")),
     Known("targets-swapped", "The targets 0 and 1 are swapped.", TRAIN,
           (("0.1 * i], 0.0))", "0.1 * i], ONE))"), ("0.1 * i], 1.0))", "0.1 * i], 0.0))"), ("ONE", "1.0"))),
     Known("sum-for-loss", "The loss is a sum over the points; it must be a mean. The gradient is right.", WHY_2,
           ("loss += error * error / len(points)", "loss += error * error")),
     Known("bias-after-each-row", "Each bias is drawn right after its row; all weights of a layer must come first.",
           EQUAL,
           (("weight = [[", "rows = [["), ("for k in range(n_in)]", "for k in range(n_in + 1)]"),
            ("(weight, [rng.uniform(-1.0, 1.0) for j in range(n_out)])",
             "([row[:-1] for row in rows], [row[-1] for row in rows])"))),
     Known("updated-weights", "The hidden layers' slopes are computed from weights that have already been changed.",
           OLD_WEIGHTS,
           (("weight, bias = layers[i]\n                below", "weight, bias = layers[i]\n                weight = "
             "[[weight[j][k] - lr * slopes[j] * a[i + 1][j] * (1.0 - a[i + 1][j]) * a[i][k] for k in range(len(a[i]))] "
             "for j in range(len(bias))]\n                below"),)),
     Known("step-for-each-point", "There is a step after each point; there should be one in each epoch, after "
           "all points.", TRAIN,
           (("    for x, y in points:\n", f"    for x, y in points:\n            {CLEAR_EACH}\n"),
            (textwrap.indent(STEP_LINES, "    "), textwrap.indent(STEP_EACH, "    ")))),
     Known("uphill", "The steps go uphill: either the sign of the step is wrong, or that of the error.", STEP,
           (("bias[j] -= lr", "bias[j] += lr"), ("weight[j][k] -= lr", "weight[j][k] += lr"))),
     Known("equal-weights", "All weights and biases are equal at the start, so the neurons of a layer stay identical.",
           EQUAL,
           (("[[rng.uniform(-1.0, 1.0) for k in range(n_in)]", "[[0.5 for k in range(n_in)]"),
            ("[rng.uniform(-1.0, 1.0) for j in range(n_out)]))", "[0.5 for j in range(n_out)]))"))),
     Known("loss-divided-twice", "The 1/n of the mean is in the loss twice.", WHY_2,
           ("error * error / len(points)", "error * error / len(points) / len(points)")),
     Known("bias-zero", "The biases are 0 at the start; they must be drawn, as the weights are.", EQUAL,
           ("[rng.uniform(-1.0, 1.0) for j in range(n_out)]))", "[0.0] * n_out))")),
     Known("middle-point-twice", "The point for i = 5 is there with the target 1, too: then one point has two targets.",
           GALLERY, ("if i != 5:", "if i >= 0:")),
     Known("loss-after-the-step", "The losses are those after each step; they must be those before it.", GALLERY,
           (("return losses", "return losses[1:]"),
            ("range(epochs)", "range(epochs + 1)"))),
     Known("biases-drawn-first", "The biases of a layer are drawn before its weights.", EQUAL,
           (("weight = [[", "bias = [rng.uniform(-1.0, 1.0) for j in range(n_out)]\n        weight = [["),
            ("(weight, [rng.uniform(-1.0, 1.0) for j in range(n_out)])", "(weight, bias)"))),
     Known("biases-drawn-last", "All weights are drawn first, and then all biases; they must be drawn layer by layer.",
           EQUAL,
           (("(weight, [rng.uniform(-1.0, 1.0) for j in range(n_out)])", "(weight, [0.0] * n_out)"),
            ("    losses = []\n", "    for _, bias in layers:\n        bias[:] = [rng.uniform(-1.0, 1.0) for j in "
             "bias]\n    losses = []\n"))),
     Known("seed-for-each-layer", "rng is made anew for each layer, so each begins with the same numbers.",
           EQUAL, ("weight = [[", "rng = random.Random(seed)\n        weight = [[")),
     Known("changed-in-the-loop", "The weights are changed for each point while its slopes are computed; there should "
           "be one step, after all points.", OLD_WEIGHTS,
           (("below[k] += delta * weight[j][k]", "weight[j][k] -= lr * delta * a[i][k]\n                        "
             "below[k] += delta * weight[j][k]"), ("weight[j][k] -= lr * weight_grad[j][k]", "pass"))),
     Known("first-layer-left-out", "The first layer does not learn. Does the loop of the backward pass, or that of the "
           "step, end too early?", BP2,
           ("(2, 1, 0)", "(2, 1)")),
     Known("share-overwritten", "The slopes of the layer below are overwritten (= instead of +=): only the last "
           "neuron's part is left.", BP2, ("below[k] += ", "below[k] = ")),
     Known("lr-left-out", "The learning rate is left out.", STEP,
           (("lr * bias_grad", "bias_grad"), ("lr * weight_grad", "weight_grad")))),
    tried="A test case is epochs, seed, lr.",
    code='''\
import math
import random


def train_xor(epochs, seed, lr):
    """A list of the losses of the epochs: 2-4-4-1 sigmoid neurons learn the 21 points by gradient descent."""
    ...
''', answers={"train_xor": SOLUTION}, samples=((1, 1, 1.0), (2, 1, 1.0), (4, 2, 0.5)),
    probe=lambda own, sample: [(f"loss of epoch {number}", loss) for number, loss in
                               enumerate(listed("train_xor", own.train_xor(*sample)), 1)])

CHAPTER = Chapter(12, "All of it on one page: xor from nothing", "Backpropagation is a page of loops.", (PAGE,))
