"""Matt Mazur's worked example, with the numbers that he publishes for the first step.

"A Step by Step Backpropagation Example", 2015, https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
Two inputs, two hidden neurons, two outputs, sigmoid, cost ½Σ(t − o)², learning rate 0.5; the biases
are left as they are.
"""
from ..activations import Sigmoid
from ..layers import Linear
from ..network import Network

X = [0.05, 0.10]
Y = [0.01, 0.99]
LR = 0.5

# (part, layer, name of the quantity) → Mazur's name for it, and his digits.
PUBLISHED = {
    ("forward", 0, "z⁽⁰⁾_0"): "net_h1 = 0.3775",
    ("forward", 1, "a⁽¹⁾_0"): "out_h1 = 0.593269992",
    ("forward", 1, "a⁽¹⁾_1"): "out_h2 = 0.596884378",
    ("forward", 2, "z⁽²⁾_0"): "net_o1 = 1.105905967",
    ("forward", 3, "a⁽³⁾_0"): "out_o1 = 0.75136507",
    ("forward", 3, "a⁽³⁾_1"): "out_o2 = 0.772928465",
    ("cost", None, "E_0"): "E_o1 = 0.274811083",
    ("cost", None, "E_1"): "E_o2 = 0.023560026",
    ("cost", None, "C"): "E = 0.298371109",
    ("backward", None, "∂C/∂a⁽³⁾_0"): "∂E/∂out_o1 = 0.74136507",
    ("backward", 3, "∂a⁽³⁾_0/∂z⁽²⁾_0"): "∂out_o1/∂net_o1 = 0.186815602",
    ("backward", 3, "δ⁽²⁾_0"): "δ_o1 = 0.138498562",
    ("backward", 2, "∂C/∂w⁽²⁾_00"): "∂E/∂w5 = 0.082167041",
    ("backward", 2, "∂C/∂a⁽¹⁾_0"): "∂E_o1/∂out_h1 = 0.055399425, ∂E_o2/∂out_h1 = -0.019049119, their sum 0.036350306",
    ("backward", 1, "∂a⁽¹⁾_0/∂z⁽⁰⁾_0"): "∂out_h1/∂net_h1 = 0.241300709",
    ("backward", 0, "∂C/∂w⁽⁰⁾_00"): "∂E/∂w1 = 0.000438568",
    ("update", 0, "new w⁽⁰⁾_00"): "w1 = 0.149780716",
    ("update", 0, "new w⁽⁰⁾_01"): "w2 = 0.19956143",
    ("update", 0, "new w⁽⁰⁾_10"): "w3 = 0.24975114",
    ("update", 0, "new w⁽⁰⁾_11"): "w4 = 0.29950229",
    ("update", 2, "new w⁽²⁾_00"): "w5 = 0.35891648",
    ("update", 2, "new w⁽²⁾_01"): "w6 = 0.408666186",
    ("update", 2, "new w⁽²⁾_10"): "w7 = 0.511301270",
    ("update", 2, "new w⁽²⁾_11"): "w8 = 0.561370121",
}

SLIP = (
    "Only the weights are updated, as in the article: the biases keep their values. Their slopes are shown "
    "nevertheless.",
    "",
    "A slip in the article: it says that after this one step the error is 0.291027924. That number, and those after "
    "10,000 steps, come from a program that had already changed the output layer's weights when it computed the "
    "hidden layer's slopes. The article's own text says to use the weights of the forward pass. With these the error "
    "is 0.291027773694 after one step, and 3.51018778e-05 after 10,000 steps, with outputs 0.015913620 and "
    "0.984064274.",
)


def network() -> Network:
    """The network before its first step."""
    built = Network([Linear(2, 2, init="zeros"), Sigmoid(), Linear(2, 2, init="zeros"), Sigmoid()])
    built.load_state_dict({"0.weight": [[0.15, 0.20], [0.25, 0.30]], "0.bias": [0.35, 0.35],
                           "2.weight": [[0.40, 0.45], [0.50, 0.55]], "2.bias": [0.60, 0.60]})
    return built


def parameters(built: Network) -> list:
    """The parameters that learn: the weights without the biases."""
    return [parameter for parameter in built.parameters() if not parameter[0].endswith("bias")]
