"""PyTorch's own numbers, in torch_parity.json: outputs, gradients, losses and six steps of each optimizer."""
import json
import os

from purenn import (SGD, Adagrad, Adam, BCELoss, CrossEntropyLoss, LeakyReLU, Linear, MSELoss, Network, ReLU, RMSprop,
                    Sigmoid, Tanh)
from purenn.engines.loops import Loops

from .helpers import close


def check_torch_parity(only=None):
    """Outputs, gradients, losses and six steps of each optimizer are PyTorch's, within 1e-10."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_parity.json"), encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for number, case in enumerate(cases):
        if only is None or case["optimizer"] in only:
            _check_torch_case("case %d" % number, case)


def _check_torch_case(where, case):
    activations = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "leaky_relu": LeakyReLU}
    network = Network([Linear(*row[1:3], bias=row[3]) if row[0] == "Linear" else activations[row[0]]()
                       for row in case["layers"]])
    network.load_state_dict(case["initial"])
    name, _, reduction = case["loss"].rpartition("_")
    loss = {"mse": MSELoss, "bce": BCELoss, "cross_entropy": CrossEntropyLoss}[name](reduction)
    optimizer = {"sgd": lambda p, lr: SGD(p, lr=lr), "sgd_momentum": lambda p, lr: SGD(p, lr=lr, momentum=0.9),
                 "adagrad": lambda p, lr: Adagrad(p, lr=lr), "rmsprop": lambda p, lr: RMSprop(p, lr=lr),
                 "adam": lambda p, lr: Adam(p, lr=lr)}[case["optimizer"]](network.parameters(), case["lr"])
    for number, step in enumerate(case["steps"]):
        network.zero_grad()
        cost, outputs = Loops().gradients(network, loss, case["inputs"], case["targets"])
        assert close(cost, step["loss"]), "%s: the loss of step %d" % (where, number)
        if "outputs" in step:
            assert close(outputs, step["outputs"]), where + ": the outputs"
            gradients = {}
            for name, _, grads in network.parameters():
                gradients.setdefault(name.split("[")[0], []).append(list(grads))
            for key, expected in step["gradients"].items():
                found = gradients[key] if key.endswith("weight") else gradients[key][0]
                assert close(found, expected), "%s: the gradient of %s" % (where, key)
        optimizer.step()
    for key, expected in case["final"].items():
        assert close(network.state_dict()[key], expected), "%s: %s after the steps" % (where, key)
