"""Chapter 4: the neuron backward."""
from ... import neuron
from ..exercise import Chapter, Exercise, Known
from ..pages import BP2, BP3, BP4, OLD_WEIGHTS



def draw_two(rng):
    """Two neurons: δ of each, and its weights from two inputs."""
    names = ("d0", "d1", "w00", "w01", "w10", "w11")
    return {name: rng.choice((-1, 1)) * rng.randint(12, 99) / 100 for name in names}


PREDICT = Exercise(
    "4.1", "predict", "share_of_an_input", "How much does an input change the cost?", """\
An input a_k goes into every neuron j of a layer, with the weight w_jk. The first index is that of
the neuron, the second that of the input. a_k changes the cost C by changing the z_j of each neuron.
From z_j = Σ_k w_jk·a_k + b_j it follows that ∂z_j/∂a_k = w_jk. The chain rule multiplies the slopes
for each j, and adds the products:

    ∂C/∂a_k = Σ_j δ_j·w_jk          with δ_j = ∂C/∂z_j                     (BP2)

A layer has two neurons and two inputs. Here δ_0 = {d0}, δ_1 = {d1}, and the weights are

    w_00 = {w00}    w_01 = {w01}
    w_10 = {w10}    w_11 = {w11}

Work out ∂C/∂a_1, to four digits after the point.""",
    BP2, ("k is 1: the weights that belong to input 1 are w_01 and w_11.", "δ_0·w_01 + δ_1·w_11."),
    (Known("other-input", "This is ∂C/∂a_0: k is the second index.", BP2,
           lambda v: v["d0"] * v["w00"] + v["d1"] * v["w10"]),
     Known("row-for-column", "This takes the weights of neuron 1, w_10 and w_11; those of input 1 are w_01 and "
           "w_11.", BP2, lambda v: v["d0"] * v["w10"] + v["d1"] * v["w11"]),
     Known("last-neuron-only", "Only the last neuron's part is there; the parts of both must be added.", BP2,
           lambda v: v["d1"] * v["w11"]),
     Known("first-neuron-only", "Only the first neuron's part is there; the parts of both must be added.", BP2,
           lambda v: v["d0"] * v["w01"])),
    draw=draw_two, right=lambda v: v["d0"] * v["w01"] + v["d1"] * v["w11"], answer="slope")


def probe(own, sample):
    """What is added to lists that already hold gradients, and what is returned."""
    delta, weights, inputs, weight_grads, input_grads = sample
    bias = own.backward(delta, weights, inputs, weight_grads, input_grads)
    return [("∂C/∂w_k (weight_grads)", weight_grads), ("∂C/∂a_k (input_grads)", input_grads),
            ("∂C/∂b (returned)", bias), ("the weights, which stay as they are", weights)]


WRITE = Exercise(
    "4.2", "write", "neuron_backward", "Write the backward pass of a neuron", """\
A neuron computes z = Σ_k w_k·a_k + b. Going back, it is handed δ = ∂C/∂z, and computes the slope of
C with respect to each number in the formula of z. How fast does z change with each of them? The
formula of z says:

    ∂z/∂w_k = a_k         ∂z/∂a_k = w_k         ∂z/∂b = 1

The chain rule multiplies each by δ:

    ∂C/∂w_k = δ·a_k       for each weight                                  (BP4)
    δ·w_k                 this neuron's part of ∂C/∂a_k                     (BP2)
    ∂C/∂b   = δ           for the bias                                     (BP3)

The first two are added to lists that are handed in, and must not replace what is there. In one
step the network learns from several samples (a sample is the inputs of the network and its
targets), and the slopes of each sample are added to weight_grads. The other neurons of the layer
add their parts to input_grads (the Σ_j of BP2). The third, ∂C/∂b, is returned.""",
    BP4, ("One loop over k, with two lines in it, each with +=.",
          "weight_grads[k] += delta * inputs[k]; the same for input_grads[k], with weights[k]; finally return delta."),
    (Known("biases-never-updated", "∂C/∂b is not returned, so the bias would never be learned.", BP3,
           ("return delta", "return 0.0")),
     Known("weights-for-inputs", "The weights and the inputs are swapped: ∂C/∂w_k is δ·a_k, and a neuron's part of "
           "∂C/∂a_k is δ·w_k.", BP4, (("delta * inputs[k]", "delta * INPUTS[k]"), ("delta * weights[k]",
                                      "delta * inputs[k]"), ("INPUTS", "weights"))),
     Known("weight-grads-replaced", "weight_grads is overwritten (= instead of +=): what other samples added is "
           "lost.",
           BP4, ("weight_grads[k] +=", "weight_grads[k] =")),
     Known("share-overwritten", "input_grads is overwritten (= instead of +=): what other neurons added is lost.",
           BP2, ("input_grads[k] +=", "input_grads[k] =")),
     Known("gradients-replaced", "Both lists are overwritten (= instead of +=): what others added is lost.", BP2,
           (("weight_grads[k] +=", "weight_grads[k] ="), ("input_grads[k] +=", "input_grads[k] ="))),
     Known("nothing-added", "Nothing is added to the lists that were handed in. (grads = ... gives the name to another "
           "list; grads[k] += ... changes the list.)", BP4,
           (("weight_grads[k] += delta", "weight_grads[k] += 0.0 * delta"),
            ("input_grads[k] += delta", "input_grads[k] += 0.0 * delta"))),
     Known("delta-left-out", "δ is left out of what is added to a list.", BP4,
           [(("delta * inputs[k]", "inputs[k]"), ("delta * weights[k]", "weights[k]")),
            ("delta * inputs[k]", "inputs[k]"), ("delta * weights[k]", "weights[k]")]),
     Known("returned-too-early", "Only the first entries are changed. Is the return inside the loop?", BP4,
           ("    return delta", "        return delta")),
     Known("subtracted", "The gradients are subtracted from the lists; they must be added.",
           BP4, (("weight_grads[k] +=", "weight_grads[k] -="), ("input_grads[k] +=", "input_grads[k] -="))),
     Known("input-slope-without-weight", "The neuron's part of ∂C/∂a_k is δ alone; the weight is missing.", BP2,
           ("delta * weights[k]", "delta")),
     Known("bias-times-input", "What is returned is δ times an input; ∂z/∂b is 1, so ∂C/∂b is δ.", BP3,
           ("return delta", "return delta * inputs[-1]")),
     Known("updated-weights", "The weights have been changed before the inputs' slopes are computed from them.",
           OLD_WEIGHTS, ("input_grads[k] +=", "weights[k] -= delta * inputs[k]\n"
                                                      "        input_grads[k] +=")),
     Known("bias-slope-of-z", "∂z/∂b = 1 is returned; it must be multiplied by δ.", BP3,
           ("return delta", "return 1.0")),
     Known("last-left-out", "The last weight and the last input are left out: the loop ends too early.", BP4,
           ("range(len(weights))", "range(len(weights) - 1)")),
     Known("slope-of-the-sigmoid", "What is added to input_grads has the factor a·(1 − a). That is BP1, and is done by "
           "the layer of activations.", BP2,
           ("delta * weights[k]", "delta * weights[k] * inputs[k] * (1.0 - inputs[k])"))),
    tried="A test case is delta, weights, inputs, weight_grads, input_grads.",
    code='''\
def backward(delta, weights, inputs, weight_grads, input_grads):
    """From δ = ∂C/∂z: add δ·a_k to weight_grads[k] and δ·w_k to input_grads[k]; return ∂C/∂b = δ.

    delta: δ, a number; weights, inputs: the w_k and a_k of the forward pass; weight_grads, input_grads: two
    lists of the same length, which are changed in place (list[k] += ...).
    """
    ...
''', answers={"backward": neuron.backward}, module="neuron", names=("backward",), probe=probe,
    samples=((2.0, [0.5], [3.0], [0.0], [0.0]), (0.5, [0.25, -2.0], [1.5, 4.0], [0.0, 0.0], [1.0, -1.0]),
             (-1.5, [0.5, 1.0, -0.25], [2.0, 0.0, 0.75], [0.125, -1.0, 3.0], [0.5, 0.25, -2.0])))

CHAPTER = Chapter(4, "The neuron backward", "Three slopes of one formula, each multiplied by δ; gradients add up.",
                  (PREDICT, WRITE))
