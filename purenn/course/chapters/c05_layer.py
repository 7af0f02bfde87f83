"""Chapter 5: a layer."""
import random

from ... import layers
from ..exercise import Chapter, Exercise, Known
from ..pages import BP2, BP3, EQUAL, FORWARD, GALLERY, OLD_WEIGHTS
from ..shapes import things


PREDICT = Exercise(
    "5.1", "predict", "count_parameters", "How many numbers does a network learn?", """\
In a layer, each neuron j has a weight w_jk from each input k, and one bias b_j. "2-4-1" means
2 inputs, a layer of 4 neurons, and a layer of 1 neuron, whose inputs are the 4 outputs of the
layer before. Weights and biases are what a network learns: its parameters.

How many parameters does a network {m}-{h}-{n} have?""",
    FORWARD, ("Count each layer: neurons times inputs, and a bias for each neuron.", "The input is not a layer."),
    (Known("no-biases", "The biases are not counted.", FORWARD, lambda v: v["m"] * v["h"] + v["h"] * v["n"]),
     Known("one-bias-a-layer", "One bias is counted for each layer; there is one for each neuron.", FORWARD,
           lambda v: v["m"] * v["h"] + v["h"] * v["n"] + 2),
     Known("biases-of-the-input", "The input is counted as a layer with biases; it has none.", FORWARD,
           lambda v: v["m"] * v["h"] + v["h"] * v["n"] + v["h"] + v["n"] + v["m"]),
     Known("first-layer-only", "Only the first layer is counted.", FORWARD, lambda v: v["m"] * v["h"] + v["h"])),
    draw=lambda rng: {"m": rng.randint(3, 9), "h": rng.randint(5, 12), "n": rng.randint(3, 7)},
    right=lambda v: v["m"] * v["h"] + v["h"] + v["h"] * v["n"] + v["n"], answer="parameters")


def probe_uniform(own, sample):
    """Draw twice from one seed; if the two draws differ, there are no numbers to compare."""
    seed, inputs, outputs = sample
    twice = []
    for _ in range(2):
        twice.append(things("uniform", own.uniform(inputs, outputs, random.Random(seed)), "weight", "bias"))
    for name, first, second in zip(("weight", "bias"), *twice):
        yield f"{name}, drawn twice from one seed", first if first == second else "not the same twice"


UNIFORM = Exercise(
    "5.2", "write", "initial_weights", "Write the function that draws the initial weights", """\
Training begins with random weights. If all weights were equal, and all biases too, the
neurons of a layer would compute the same number. In every layer but the last they would also get the
same slopes, so they would stay equal to each other forever, and be no better than one neuron.

The function uniform draws a row of in_features weights for each of the out_features neurons, and
then their biases.

rng is a generator of random numbers, made as random.Random(seed). rng.uniform(-1.0, 1.0) draws
a number between −1 and 1. The same seed gives the same numbers, if they are drawn in the same
order. The order here is: first the weights, row after row, each row from its first entry on; then
the biases.""",
    EQUAL, ("Build weight, a list of out_features lists; in each of them in_features draws.",
            "Then bias, a list of out_features draws. Return weight, bias."),
    (Known("equal-weights", "All weights and biases are equal at the start; each must be drawn.",
           EQUAL, (("row.append(rng.uniform(-1.0, 1.0))", "row.append(0.5)"),
                   ("bias.append(rng.uniform(-1.0, 1.0))", "bias.append(0.5)"))),
     Known("zero-weights", "All weights and biases are 0 at the start; each must be drawn.", EQUAL,
           (("row.append(rng.uniform(-1.0, 1.0))", "row.append(0.0)"),
            ("bias.append(rng.uniform(-1.0, 1.0))", "bias.append(0.0)"))),
     Known("unused-seed", "The numbers are not drawn from rng, so its seed has no effect: no two runs are the same.",
           GALLERY, ("row = []", "row, rng = [], random.Random()")),
     Known("one-row-for-all", "One row is drawn and used for all neurons; each needs a row of its own.", EQUAL,
           ("    row = []\n        for k in range(in_features):\n            row.append(rng.uniform(-1.0, 1.0))",
            "    row = weight[0] if weight else [rng.uniform(-1.0, 1.0) for k in range(in_features)]")),
     Known("row-goes-on", "All rows are one list, which goes on growing: each neuron needs a new list.", EQUAL,
           (("        row = []\n", ""), ("weight = []", "weight, row = [], []"))),
     Known("biases-drawn-first", "The biases are drawn before the weights.", GALLERY,
           (("weight = []", "weight, bias = [], [rng.uniform(-1.0, 1.0) for j in range(out_features)]"),
            ("    bias = []\n    for j in range(out_features):\n        bias.append(rng.uniform(-1.0, 1.0))\n", ""))),
     Known("bias-after-each-row", "Each bias is drawn right after its row; all weights must come first.", GALLERY,
           (("weight = []", "weight, bias = [], []"),
            ("    bias = []\n    for j in range(out_features):\n        bias.append(rng.uniform(-1.0, 1.0))\n", ""),
            ("weight.append(row)", "weight.append(row)\n        bias.append(rng.uniform(-1.0, 1.0))"))),
     Known("bias-zero", "The biases are 0; they must be drawn, as the weights are.", EQUAL,
           ("bias.append(rng.uniform(-1.0, 1.0))", "bias.append(0.0)")),
     Known("only-positive", "The numbers are between 0 and 1; they must be between −1 and 1.", EQUAL,
           (("row.append(rng.uniform(-1.0, 1.0))", "row.append(rng.random())"),
            ("bias.append(rng.uniform(-1.0, 1.0))", "bias.append(rng.random())"))),
     Known("transposed", "weight has a row for each input; it must have one for each neuron.", FORWARD,
           (("for j in range(out_features):\n        row", "for j in range(in_features):\n        row"),
            ("for k in range(in_features)", "for k in range(out_features)")))),
    tried="A test case is the seed, in_features, out_features: uniform(in_features, out_features, "
          "random.Random(seed)).",
    code='''\
import random


def uniform(in_features, out_features, rng):
    """The weights, a list of out_features lists of in_features numbers, and the biases, a list of out_features numbers.

    All are drawn with rng.uniform(-1.0, 1.0): the weights row by row, then the biases.
    Returns the pair weight, bias.
    """
    ...
''', answers={"uniform": '''\
weight = []
for j in range(out_features):
    row = []
    for k in range(in_features):
        row.append(rng.uniform(-1.0, 1.0))
    weight.append(row)
bias = []
for j in range(out_features):
    bias.append(rng.uniform(-1.0, 1.0))
return weight, bias
'''}, module="initializers", names=("uniform",), probe=probe_uniform, samples=((1, 1, 3), (2, 2, 3), (3, 3, 2)))


def probe_linear(own, sample):
    """Two samples forward and back, one after the other; the gradients are of both."""
    inputs, outputs, xs, deltas = sample
    layer = own.Linear(inputs, outputs, rng=random.Random(4))
    for number, (x, delta) in enumerate(zip(xs, deltas), 1):
        yield f"z_j, sample {number}", layer.forward(list(x))
        yield f"∂C/∂a_k, sample {number}", layer.backward(list(delta))
    yield "∂C/∂w_jk (weight_grad), of both samples", layer.weight_grad
    yield "∂C/∂b_j (bias_grad), of both samples", layer.bias_grad


LINEAR = Exercise(
    "5.3", "write", "linear_layer", "Write a layer of neurons, forward and back", """\
A layer is a row of neurons; j is the number of a neuron. Forward, each neuron computes its z_j from
the same inputs: neuron.forward (1.2) with its own row of weights, self.weight[j], and its own bias.

Backward, the layer is handed the list of the δ_j = ∂C/∂z_j. Each δ_j is given to neuron.backward
(4.2), which adds to the neuron's own row of self.weight_grad, and to one list, input_grads. At
first this list is all zeros, and all neurons add to it: the sum Σ_j of BP2. What
neuron.backward returns is the slope of the neuron's bias; it is added to self.bias_grad[j].

backward needs the inputs of the forward pass: forward keeps them in self.inputs.""",
    BP2, ("forward: z = [], and for each j append neuron.forward(self.weight[j], self.bias[j], inputs).",
          "backward: input_grads = zeros(self.in_features) before the loop; in it self.bias_grad[j] += "
          "neuron.backward(delta[j], self.weight[j], self.inputs, self.weight_grad[j], input_grads)."),
    (Known("biases-never-updated", "The biases get no gradient and stay as they began.", BP3,
           ("self.bias_grad[j] += bias_slope", "self.bias_grad[j] += 0.0")),
     Known("as-long-as-the-outputs", "The list that is returned is as long as the outputs; it needs an entry for each "
           "input.", BP2, ("input_grads = [0.0] * self.in_features", "input_grads = [0.0] * self.out_features")),
     Known("bias-grads-replaced", "bias_grad is overwritten (= instead of +=): what the previous sample added is "
           "lost.",
           BP3, ("self.bias_grad[j] += ", "self.bias_grad[j] = ")),
     Known("gradients-replaced", "weight_grad and bias_grad have only the last sample's gradients; those of all "
           "samples must be added up.",
           BP3, ("for j in self.neurons:\n            bias_slope", "for j in self.neurons:\n            "
                 "self.weight_grad[j][:] = zeros(self.in_features)\n            self.bias_grad[j] = 0.0\n            "
                 "bias_slope")),
     Known("input-grads-anew", "input_grads is made anew for each neuron, so only the last one's part is left.",
           BP2, ("for j in self.neurons:\n            bias_slope",
                 "for j in self.neurons:\n            input_grads = [0.0] * self.in_features\n            bias_slope")),
     Known("updated-weights", "The weights have been changed before the inputs' slopes are computed from them.",
           OLD_WEIGHTS,
           ("for j in self.neurons:\n            bias_slope", "for j in self.neurons:\n            for k in range("
            "self.in_features):\n                self.weight[j][k] -= delta[j] * self.inputs[k]\n            bias_slo"
            "pe")),
     Known("weight-grads-replaced", "weight_grad has only the last sample's gradients; those of all samples must be "
           "added up.", BP3,
           ("for j in self.neurons:\n            bias_slope", "for j in self.neurons:\n            "
            "self.weight_grad[j][:] = zeros(self.in_features)\n            bias_slope")),
     Known("first-delta-for-all", "Every neuron is handed δ of the first one.", BP2, ("delta[j]", "delta[0]")),
     Known("delta-returned", "The δ_j are returned as they came; the ∂C/∂a_k are asked for.", BP2,
           ("return input_grads", "return delta")),
     Known("bias-slope-twice", "The slope of the bias is added twice.", BP3,
           ("self.bias_grad[j] += bias_slope", "self.bias_grad[j] += 2.0 * bias_slope")),
     Known("bias-left-out", "The biases are left out in the forward pass.", FORWARD,
           ("self.weight[j], b, inputs", "self.weight[j], 0.0, inputs")),
     Known("first-row-for-all", "Every neuron computes with the weights of the first one.", FORWARD,
           ("self.weight[j], b, inputs", "self.weight[0], b, inputs")),
     Known("weights-for-inputs", "∂C/∂w_jk and ∂C/∂a_k have changed places. In the call of neuron.backward, "
           "either the weights and the inputs are swapped, or the lists of their gradients are.", BP2,
           ("self.weight[j], self.inputs,", "self.inputs, self.weight[j],")),
     Known("first-row-backward", "backward takes the weights of the first neuron for every neuron.", BP2,
           ("delta[j], self.weight[j]", "delta[j], self.weight[0]"))),
    tried="A test case is in_features, out_features, the inputs of two samples, and the δ_j for each; the layer is "
          "Linear(in_features, out_features, random.Random(4)).",
    code='''\
import initializers
import neuron
from linalg import zeros


class Linear:
    """A row of out_features neurons, each with in_features inputs."""

    def __init__(self, in_features, out_features, rng):
        self.in_features = in_features
        self.out_features = out_features
        self.neurons = range(out_features)                      # their numbers, j
        self.weight, self.bias = initializers.uniform(in_features, out_features, rng)
        self.weight_grad = zeros(out_features, in_features)     # a list of lists, in the shape of weight
        self.bias_grad = zeros(out_features)                    # a list of zeros

    def forward(self, inputs):
        """z_j = Σ_k w_jk·a_k + b_j for each neuron j: from the list of the a_k to the list of the z_j."""
        ...

    def backward(self, delta):
        """From the list of the δ_j to the list of the ∂C/∂a_k; adds to self.weight_grad and self.bias_grad."""
        ...

    def parameters(self):
        """What it learns: triples of a name, a list of values, and the list of their gradients."""
        for j in self.neurons:
            yield "weight[%d]" % j, self.weight[j], self.weight_grad[j]
        yield "bias", self.bias, self.bias_grad
''', answers={"Linear.forward": layers.Linear.forward, "Linear.backward": layers.Linear.backward}, module="layers",
    names=("Linear",), probe=probe_linear,
    samples=((1, 1, ([0.5], [2.0]), ([1.0], [-0.5])),
             (2, 3, ([0.5, -1.0], [2.0, 0.25]), ([1.0, -0.5, 0.25], [0.125, 2.0, -1.0]))))

CHAPTER = Chapter(5, "A layer", "A layer is a loop over neurons; an input's slope is a sum over all of them.",
                  (PREDICT, UNIFORM, LINEAR))
