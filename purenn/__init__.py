"""purenn: the neural-network textbook that runs.

Backpropagation, line by line, in pure standard-library Python. Each loop of the derivation has
a file of its own. In a debugger, stepping into the call in a loop goes one level down:

    training.py       the epochs, and the batches of an epoch
    engines/loops.py  the samples of a batch
    network.py        the layers of a network
    layers.py         the neurons of a layer
    neuron.py         the inputs of a neuron

All levels but the first work forward (from the inputs to the cost) and backward (from the cost
to its slopes).

Glossary
    x       the network's input, one sample: a list of numbers
    w, b    weights and biases, the parameters; together θ
    z       a neuron's weighted sum, z_j = Σ_k w_jk·a_k + b_j
    a       an activation, a_j = f(z_j); the output of a layer and the input of the next
    y       the target, what the output should be
    C       the cost: how wrong the output is
    δ       delta, ∂C/∂z: how much the cost grows with a neuron's weighted sum
    j, k    a neuron of a layer, and one of its inputs: w_jk leads from input k to neuron j
    grad    the slopes ∂C/∂q of a list of numbers q, as in weight_grad
    lr      learning rate: how far a step goes against the gradient
    batch   the samples used for one step; an epoch is one pass over all samples
"""
from .activations import Activation, Identity, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from .layers import Layer, Linear
from .linalg import PurennError, ShapeError
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, Loss, MSELoss
from .network import Network
from .optimizers import SGD, Adagrad, Adam, RMSprop
from .training import Dataset, DivergedError, Epoch, evaluate, train

__version__ = "0.2.0"

__all__ = [
    "Activation", "Adagrad", "Adam", "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "Dataset", "DivergedError",
    "Epoch", "HalfSquaredErrorLoss", "Identity", "Layer", "LeakyReLU", "Linear", "Loss", "MSELoss", "Network",
    "PurennError", "RMSprop", "ReLU", "SGD", "ShapeError", "Sigmoid", "Softmax", "Tanh", "evaluate", "train",
]
