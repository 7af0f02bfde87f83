"""Chapter 1: a neuron."""
from ... import neuron
from ..exercise import Chapter, Exercise, Known
from ..pages import FORWARD
from ..shapes import unchanged



def draw_inputs(rng):
    """Two inputs, two weights and a bias, of two digits each."""
    a, b, c, d, e = (rng.choice((-1, 1)) * rng.randint(11, 99) / 100 for _ in range(5))
    return {"w0": a, "w1": b, "a0": c, "a1": d, "b": e}


PREDICT = Exercise(
    "1.1", "predict", "weighted_sum_by_hand", "What does this neuron give?", """\
A neuron has a weight for each of its inputs, and a bias. It multiplies each input by its
weight, and adds up the products and the bias. The result is called z:

    z = w_0·a_0 + w_1·a_1 + b

Here w_0 = {w0}, w_1 = {w1} (the weights), a_0 = {a0}, a_1 = {a1} (the inputs), and
b = {b} (the bias). Work out z, to four digits after the point. (A pocket calculator
will do, or Python.)""",
    FORWARD, ("Multiply first: w_0·a_0, then w_1·a_1.", "Add the two products, then the bias, each with its sign."),
    (Known("bias-left-out", "The bias is left out.", FORWARD, lambda v: v["w0"] * v["a0"] + v["w1"] * v["a1"]),
     Known("bias-subtracted", "The bias is subtracted; it must be added.", FORWARD,
           lambda v: v["w0"] * v["a0"] + v["w1"] * v["a1"] - v["b"]),
     Known("inputs-not-weighed", "The weights and the inputs are added; each weight must be multiplied by its "
           "input.", FORWARD,
           lambda v: v["w0"] + v["a0"] + v["w1"] + v["a1"] + v["b"]),
     Known("weights-crossed", "Each weight is multiplied by the other input.", FORWARD,
           lambda v: v["w0"] * v["a1"] + v["w1"] * v["a0"] + v["b"])),
    draw=draw_inputs, right=lambda v: neuron.forward([v["w0"], v["w1"]], v["b"], [v["a0"], v["a1"]]), answer="z")

def probe(own, sample):
    """z; the lists are to stay as they are."""
    with unchanged("forward", *sample):
        z = own.forward(*sample)
    yield "z", z


WRITE = Exercise(
    "1.2", "write", "weighted_sum", "Write the weighted sum of a neuron", """\
This is the z of 1.1, the weighted sum, for any number of inputs. k is the index of an input, w_k
and a_k are its weight and its value, and Σ_k is the sum over all k, a loop in Python.""",
    FORWARD, ("Begin with z = bias, and add to it in a loop over k.",
           "k goes through range(len(weights)); in each pass weights[k] * inputs[k] is added to z."),
    (Known("bias-left-out", "The bias is left out.", FORWARD, ("z = bias", "z = 0.0")),
     Known("bias-subtracted", "The bias is subtracted; it must be added.", FORWARD, ("z = bias", "z = -bias")),
     Known("bias-for-each-input", "The bias is added in each pass of the loop; it must be added only once.", FORWARD,
           [(("z = bias", "z = 0.0"), ("weights[k] * inputs[k]", "weights[k] * inputs[k] + bias")),
            ("weights[k] * inputs[k]", "weights[k] * inputs[k] + bias")]),
     Known("last-product-only", "z is overwritten in each pass of the loop (= instead of +=), so only the last "
           "product is left.", FORWARD,
           [("z += ", "z = "), (("z += ", "z = "), ("    return z", "    return z + bias"))]),
     Known("last-input-left-out", "The last input is left out: the loop ends too early.", FORWARD,
           ("range(len(weights))", "range(len(weights) - 1)")),
     Known("first-input-left-out", "The first input is left out: the loop begins at 1, and lists begin at 0.", FORWARD,
           ("range(len(weights))", "range(1, len(weights))")),
     Known("returned-too-early", "Only the first product is added. Is the return inside the loop?", FORWARD,
           ("    return z", "        return z")),
     Known("inputs-not-weighed", "The weights and the inputs are added; each weight must be multiplied by its "
           "input.", FORWARD,
           ("weights[k] * inputs[k]", "weights[k] + inputs[k]"))),
    tried="A test case is weights, bias, inputs.",
    code='''\
def forward(weights, bias, inputs):
    """z = Σ_k w_k·a_k + b: the weighted sum of the inputs.

    weights: the list of the w_k; bias: b, a number; inputs: the list of the a_k, as long as
    weights. Returns z, a number: forward([0.5, 2.0], 1.0, [4.0, 3.0]) is 9.0. The lists stay
    as they are.
    """
    ...
''', answers={"forward": neuron.forward}, module="neuron", names=("forward",),
    samples=(([0.5], 0.25, [2.0]), ([0.5, 2.0], 1.0, [4.0, 3.0]), ([0.15, 0.20], 0.35, [0.05, 0.10]),
             ([0.5, -1.5, 2.0, 0.125], -0.75, [1.5, 0.25, -0.5, 3.0])),
    probe=probe)

CHAPTER = Chapter(1, "A neuron", "A neuron is a sum of products and a bias.", (PREDICT, WRITE))
