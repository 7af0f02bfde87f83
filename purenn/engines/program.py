"""The unrolled source of a network as a program to be stepped through, with the numbers to run it."""
from ..layers import Linear
from .source import gradients_source, outputs_source

HEAD = """# {!r}, {!r}
# The batch's gradients and the outputs, as engines.unrolled compiles them. (The optimizer's step is not shown here.)
# The names are explained in purenn/engines/source.py. To step through it: python -m pdb THIS_FILE
from math import exp, log, tanh
from types import SimpleNamespace


"""


def program_source(network, loss, data) -> str:
    """The gradients of a batch and the outputs, and at the end the network's numbers, the data, and a call."""
    return (f"{HEAD.format(network, loss)}{gradients_source(network, loss)}\n\n{outputs_source(network)}\n\n"
            f"{_main(network, loss, data)}")


def _main(network, loss, data):
    lines = ["if __name__ == \"__main__\":", "    layers = ["]
    for layer in network.layers:
        names = ("weight", "bias", "weight_grad", "bias_grad") if isinstance(layer, Linear) else ("negative_slope",)
        values = [f"{name}={getattr(layer, name)!r}" for name in names if hasattr(layer, name)]
        lines.append(f"        SimpleNamespace({', '.join(values)}),")
    share = "1.0 / count" if loss.reduction == "mean" else "1.0"
    lines += ["    ]", f"    loss = SimpleNamespace(share=lambda count: {share})", f"    inputs = {data.inputs!r}",
              f"    targets = {data.targets!r}", "    cost, _ = gradients(layers, loss, inputs, targets)",
              "    print(\"cost\", cost)", "    for layer in layers:", "        print(vars(layer))"]
    return "\n".join(lines)
