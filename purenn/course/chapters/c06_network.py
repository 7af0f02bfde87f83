"""Chapter 6: a network, forward and back."""
from ... import network
from ...activations import Sigmoid
from ...layers import Linear
from ...losses import HalfSquaredErrorLoss
from ...network import Network
from ...optimizers import SGD
from ...study.explain import explain
from ..exercise import Chapter, Exercise, Known
from ..pages import BP1, BP2, GALLERY
from ..shapes import listed, things
from ..stand_ins import Bare, Scale



def draw_network(rng):
    """A 1-1-1 network of sigmoids, a sample, and all the numbers of a step, as ``explain`` has them."""
    names = ("x", "y", "w", "b", "v", "c")
    values = {name: rng.choice((-1, 1)) * rng.randint(20, 150) / 100 for name in names}
    values["y"] = rng.choice((0.0, 1.0))
    made = Network([Linear(1, 1), Sigmoid(), Linear(1, 1), Sigmoid()])
    made.load_state_dict({"0.weight": [[values["w"]]], "0.bias": [values["b"]], "2.weight": [[values["v"]]],
                          "2.bias": [values["c"]]})
    for section in explain(made, HalfSquaredErrorLoss(), SGD(made.parameters(), lr=0.1), [values["x"]], [values["y"]]):
        for quantity in section.quantities:
            name = "".join(c for c in quantity.name if c not in "⁽⁾⁰¹²³⁴⁵⁶⁷⁸⁹")             # δ⁽²⁾_0 is δ_0 of layer 2
            values[f"{section.part} {section.layer} {name}"] = quantity.result
    values["a"], values["out"] = (round(values[f"forward {i} a_0"], 6) for i in (1, 3))
    return values


PREDICT = Exercise(
    "6.1", "predict", "hidden_delta", "What is δ of the hidden neuron?", """\
A network 1-1-1: the input x goes into a hidden neuron (one between the input and the output).
It has weight w and bias b, and gives a = σ(w·x + b).
This a goes into the output neuron with weight v and bias c, and the output is o = σ(v·a + c).
The cost is C = ½·(o − y)². The slopes are computed from the output back to the hidden neuron:

    ∂C/∂o           = o − y                                 chapter 3
    δ of the output = ∂C/∂o · o·(1 − o)                     BP1, chapter 2
    ∂C/∂a           = δ of the output · v                   BP2, chapter 4
    δ of the hidden = ∂C/∂a · a·(1 − a)                     BP1 once more

Here x = {x}, w = {w}, b = {b}, v = {v}, c = {c}, and the target y = {y}.
The forward pass gives a = {a} and o = {out}.

Work out δ of the hidden neuron, to three significant digits: 0.0123 has three, 0.01 has one.
(To see all the numbers of such a calculation, for another network: python cli.py explain mazur)""",
    BP2, ("Work down the four lines; each needs the one above.",
          "In the third line the weight is v, which leads from the hidden neuron to the output."),
    (Known("without-its-own-slope", "The slope a·(1 − a) of the hidden neuron is missing: this is ∂C/∂a.", BP1,
           lambda v: v["backward 2 ∂C/∂a_0"]),
     Known("without-the-output-slope", "The slope o·(1 − o) of the output neuron is missing.", BP1,
           lambda v: (v["out"] - v["y"]) * v["v"] * v["a"] * (1.0 - v["a"])),
     Known("wrong-weight", "The weight w is taken, which leads into the hidden neuron; v leads from it to the output.",
           BP2, lambda v: v["backward 3 δ_0"] * v["w"] * v["a"] * (1.0 - v["a"])),
     Known("without-the-weight", "The weight v is missing.", BP2,
           lambda v: v["backward 3 δ_0"] * v["a"] * (1.0 - v["a"])),
     Known("delta-of-the-output", "This is δ of the output neuron.", BP1, lambda v: v["backward 3 δ_0"]),
     Known("sign-of-the-error", "The sign is wrong: ∂C/∂o is o − y.", BP1, lambda v: -v["backward 1 δ_0"])),
    draw=draw_network, right=lambda v: v["backward 1 δ_0"], answer="delta")


def probe_network(own, sample):
    """What each layer is handed forward and back, and what comes out."""
    factors, x, grad = sample
    made = [Scale(f"layer {i}", factor) for i, factor in enumerate(factors)]
    net = own.Network(made)
    for way, label, call in (("forward", "output of forward", lambda: net.forward(list(x))),
                             ("backward", "∂C/∂x, returned by backward", lambda: net.backward(list(grad)))):
        yield label, call()
        for layer in made:
            yield f"{layer.name}, {way}: what it is handed", [what for w, what in layer.handed if w == way]
    yield "output of a second forward", net.forward(list(x))


NETWORK = Exercise(
    "6.2", "write", "network", "Write a network, forward and back", """\
A network is a list of layers. Forward, the output of each is the input of the next; the last one's
output is the network's. Backward goes the other way: the last layer is handed ∂C/∂output, the slope
of the cost with respect to its outputs, and returns the slope with respect to its inputs. These are
the outputs of the layer before it, so the layer before is handed that slope. What the first layer
returns is ∂C/∂x, and backward returns it.

Each layer has forward(inputs) and backward(grad), as Linear and Sigmoid have.""",
    BP2, ("forward: a = x, and then for each layer a = layer.forward(a).",
          "backward is the same with grad, through reversed(self.layers)."),
    (Known("backward-in-order", "backward goes through the layers from the first to the last; it must begin with "
           "the last.",
           BP2, ("reversed(self.layers)", "self.layers")),
     Known("grad-not-handed-on", "Every layer is handed ∂C/∂output; each should be handed what the layer after it "
           "returned.", BP2, ("for layer in reversed(self.layers):\n            grad = layer.backward(grad)\n        "
                              "return grad", "for layer in reversed(self.layers):\n            result = layer.backward("
                              "grad)\n        return result")),
     Known("layers-turned-round", "backward reverses the list of the layers itself, so the next pass goes "
           "the wrong way; reversed(self.layers) leaves the list as it is.", BP2,
           ("for layer in reversed(self.layers):", "self.layers.reverse()\n        for layer in self.layers:")),
     Known("input-for-all", "Every layer is handed x; each must be handed the output of the one before.", BP2,
           ("a = layer.forward(a)", "a = layer.forward(x)")),
     Known("last-layer-left-out", "backward leaves out the last layer.", BP2,
           ("reversed(self.layers)", "reversed(self.layers[:-1])")),
     Known("first-layer-left-out", "backward leaves out the first layer, so that it never learns.", BP2,
           ("reversed(self.layers)", "reversed(self.layers[1:])")),
     Known("returned-too-early", "forward or backward goes through one layer alone. Is the return inside the loop?",
           BP2, [("        return a\n", "            return a\n"),
                 ("        return grad\n", "            return grad\n"),
            (("        return a\n", "            return a\n"),
             ("        return grad\n", "            return grad\n"))])),
    tried="A test case is a list with a factor f for each layer; then x; then ∂C/∂output. Forward, a layer turns "
          "an input a into f·a + 1; backward, it turns a slope g into f·g.",
    code='''\
class Network:
    """A list of layers."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        """From the input x, a list of numbers, through all layers to the output."""
        ...

    def backward(self, grad):
        """From ∂C/∂output back through all layers; returns ∂C/∂x."""
        ...
''', answers={"Network.forward": network.Network.forward, "Network.backward": network.Network.backward},
    probe=probe_network, module="network_passes", names=("Network",),
    samples=(((2.0,), [1.0], [3.0]), ((2.0, -0.5, 3.0), [1.0, 0.25], [1.5, -1.0])))


def probe_parameters(own, sample):
    """The names, the lists themselves, and the gradients after zero_grad."""
    made = [Scale(f"layer {i}", factor) if factor else Bare() for i, factor in enumerate(sample)]
    net = own.Network(made)
    triples = [things("parameters, each time,", triple, "name", "values", "grads")
               for triple in listed("parameters", net.parameters())]
    yield "the names of parameters()", [name for name, _, _ in triples]
    yield "the values and gradients of parameters()", [[values, grads] for _, values, grads in triples]
    yield "parameters() gives the layers' own lists, no copies", [
        values is own_values and grads is own_grads for (_, values, grads), (_, own_values, own_grads) in zip(
            triples, [triple for layer in made for triple in layer.parameters()])]
    returned = net.zero_grad()
    yield "the layers' gradients after zero_grad()", [layer.grads for layer in made]
    yield "the layers' values after zero_grad()", [layer.values for layer in made]
    yield "zero_grad() returns", returned


PARAMETERS = Exercise(
    "6.3", "write", "parameters", "List what a network learns, and clear its gradients", """\
The optimizer of the next chapter changes every parameter. It gets them from parameters(), as
triples: a name, a list of values, and the list of their gradients. A layer's own parameters()
gives such triples. The network's gives those of all layers. Before each name it puts the index of
the layer, from 0, and a dot: "0.weight[1]" is the row of neuron 1 in layer 0. The lists are the
layers' own, not copies: whoever changes them changes the layer. (parameters() may return a list of
the triples. Or it may have yield in place of append, as Linear.parameters of 5.3 has: then it hands
out one triple after the other; 8.3 says more about it.)

backward adds to the gradients. Before the next batch (the samples of one step) they are all set to
0 again: zero_grad(). It changes the lists in place, because the optimizer has the same lists:
grads[:] = ... puts new entries into the same list, but grads = ... would only give the name to
another list.

(The class inherits forward and backward of 6.2: Passes has both.)""",
    GALLERY, ("parameters: two loops, over i in range(len(self.layers)) and over self.layers[i].parameters(); in them "
              "yield f\"{i}.{name}\", values, grads.",
              "zero_grad: two loops, over layer in self.layers and over layer.parameters(); in them "
              "grads[:] = [0.0] * len(grads)."),
    (Known("gradients-not-cleared", "The gradients of one batch are still there when those of the next are added: "
           "zero_grad has changed no list. (grads = ... gives the name to another list; grads[:] = ... changes the "
           "list.)", GALLERY,
           ("grads[:] = [0.0] * len(grads)", "grads = [0.0] * len(grads)")),
     Known("gradients-shorter", "zero_grad makes the lists shorter or longer: each must have as many zeros as it had "
           "entries.", GALLERY, [("grads[:] = [0.0] * len(grads)", "grads[:] = [0.0]"),
            ("grads[:] = [0.0] * len(grads)", "grads.clear()")]),
     Known("values-for-gradients", "zero_grad clears the values, and not the gradients.", GALLERY,
           (("for _, _, grads in", "for _, grads, _ in"),)),
     Known("values-cleared", "zero_grad clears the values too: all that has been learned is lost.", GALLERY,
           (("for _, _, grads in", "for _, values, grads in"),
            ("grads[:] = [0.0] * len(grads)", "grads[:] = [0.0] * len(grads)\n                values[:] = [0.0] * "
             "len(values)"))),
     Known("only-first-gradients", "Only the first layer's gradients are cleared.", GALLERY,
           ("for layer in self.layers:", "for layer in self.layers[:1]:")),
     Known("only-first-list", "Only the first list of each layer is cleared; those after it, such as the biases', are "
           "not.",
           GALLERY, ("for _, _, grads in layer.parameters():", "for _, _, grads in list(layer.parameters())[:1]:")),
     Known("places-of-the-lists", "The number before a name counts the lists; it must be the index of the layer.",
           GALLERY, (("for i in range(len(self.layers)):", "i = -1\n        for layer in self.layers:"),
            ("self.layers[i].parameters():", "layer.parameters():\n                i += 1"))),
     Known("names-without-place", "The names lack the layer's index and the dot before them.", GALLERY,
           ('yield f"{i}.{name}", values', 'yield name, values')),
     Known("copies", "parameters() gives copies: to change them does not change the layers.", GALLERY,
           [('yield f"{i}.{name}", values, grads', 'yield f"{i}.{name}", list(values), list(grads)'),
            (('yield f"{i}.{name}", values, grads', 'yield f"{i}.{name}", list(values), list(grads)'),
             ("grads[:] = [0.0] * len(grads)", "pass"))]),
     Known("places-from-1", "The layers are counted from 1; lists begin at 0.", GALLERY,
           ('f"{i}.{name}"', 'f"{i + 1}.{name}"')),
     Known("biases-not-cleared", "The gradients of the biases are not cleared.", GALLERY,
           ("for _, _, grads in layer.parameters():\n", "for name, _, grads in layer.parameters():\n                if "
            "name != 'bias':\n    ")),
     Known("only-layers-with-parameters", "Layers without parameters are left out of the count; they have an index, "
           "too.",
           GALLERY, ('f"{i}.{name}"', 'f"{len([0 for each in self.layers[:i] if [*each.parameters()]])}.{name}"'))),
    tried="A test case is a number f for each layer; f = 0 means a layer without parameters. The others have three "
          "lists of numbers: \"weight[0]\" is f, 2f, \"weight[1]\" is 3f, 4f, and \"bias\" is 5f, 6f. Before "
          "zero_grad() their gradients are [0.5, -0.5], [1.0, 2.0] and [0.25, -1.5].",
    code='''\
from network_passes import Network as Passes


class Network(Passes):
    """A list of layers, with what it learns."""

    def parameters(self):
        """The triples of all layers, as a list or with yield: "0.bias", values, grads, where 0 is the layer's place."""
        ...

    def zero_grad(self):
        """Set every gradient of every layer to 0.0, in place."""
        ...
''', answers={"Network.parameters": network.Network.parameters, "Network.zero_grad": network.Network.zero_grad},
    probe=probe_parameters, module="network", names=("Network",), samples=((2.0,), (2.0, 0.0, -0.5, 3.0)))

CHAPTER = Chapter(6, "A network, forward and back", "Each layer is handed what its neighbor returns; gradients are "
                  "kept until they are cleared.", (PREDICT, NETWORK, PARAMETERS))
