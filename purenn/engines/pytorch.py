"""A training as a short PyTorch program: the same numbers, the same weights, the same loop, in PyTorch's usual style.

purenn has PyTorch's names, shapes and definitions, so little is left to translate. Except for rounding, the program's
losses are purenn's.
"""
from ..layers import Linear
from ..linalg import PurennError
from ..losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HalfSquaredErrorLoss, MSELoss
from ..optimizers import SGD, Adagrad, Adam, RMSprop
from .source import check_known

PROGRAM = """\
import torch

torch.set_default_dtype(torch.float64)          # double precision, as in Python

inputs = torch.tensor([
{inputs}
])
targets = torch.tensor([
{targets}
])

model = torch.nn.Sequential(
{layers}
)
model.load_state_dict({{                         # the weights with which purenn begins
{weights}
}})
criterion = torch.nn.{criterion}
optimizer = torch.optim.{optimizer}

losses = []
for epoch in range(1, {epochs} + 1):
{loop}
    if epoch == 1 or epoch % {every} == 0:
        print(f"epoch {{epoch:6}}   loss {{losses[-1]:.6f}}")
"""

# For each loss its name in PyTorch, and the factor before it. One more loss is one more line.
LOSSES = {MSELoss: ("MSELoss", ""), HalfSquaredErrorLoss: ("MSELoss", "0.5 * "), BCELoss: ("BCELoss", ""),
          BCEWithLogitsLoss: ("BCEWithLogitsLoss", ""), CrossEntropyLoss: ("CrossEntropyLoss", "")}

# For each optimizer its settings besides lr.
SETTINGS = {SGD: ("momentum",), Adagrad: ("eps",), RMSprop: ("alpha", "eps"), Adam: ("beta1", "beta2", "eps")}


def pytorch_source(network, loss, optimizer, data, epochs: int, batch_size=None) -> str:
    """The program that trains the network in PyTorch, from the weights that it has now.

    Raises PurennError for a layer, loss or optimizer that there is no program for.
    """
    check_known(network)
    if type(loss) not in LOSSES or type(optimizer) not in SETTINGS:
        raise PurennError(f"there is no PyTorch program for {loss!r} with {optimizer!r}; use a loss and an "
                          "optimizer of purenn's")
    state = network.state_dict()
    return PROGRAM.format(inputs=_rows(data.inputs), targets=_rows(data.targets),
                          layers="\n".join(f"    {_layer(layer)}," for layer in network.layers),
                          weights="\n".join(f'    "{key}": torch.tensor({state[key]!r}),' for key in state),
                          criterion=_criterion(loss), optimizer=_optimizer(optimizer), epochs=epochs,
                          every=max(1, epochs // 10), loop="\n".join(_loop(loss, batch_size)))


def _rows(rows):
    return "\n".join(f"    {row!r}," for row in rows)


def _layer(layer):
    if type(layer) is Linear:
        return f"torch.nn.Linear({layer.in_features}, {layer.out_features}{'' if layer.bias else ', bias=False'})"
    return f"torch.nn.{'Softmax(dim=-1)' if type(layer).__name__ == 'Softmax' else repr(layer)}"


def _optimizer(optimizer):
    values = {name: getattr(optimizer, name) for name in ("lr", *SETTINGS[type(optimizer)], "weight_decay")}
    if type(optimizer) is Adam:
        values["betas"] = (values.pop("beta1"), values.pop("beta2"))
    shown = [f"{name}={value!r}" for name, value in values.items() if value or name == "lr"]
    return f"{type(optimizer).__name__}(model.parameters(), {', '.join(shown)})"


def _criterion(loss):
    is_sum = loss.reduction == "sum" or isinstance(loss, HalfSquaredErrorLoss)
    return LOSSES[type(loss)][0] + ('(reduction="sum")' if is_sum else "()")


def _loop(loss, batch_size):
    """An epoch: one step for all samples, or one for each batch in their order."""
    x, y = ("inputs", "targets") if batch_size is None else ("x", "y")
    before = LOSSES[type(loss)][1]
    if before and loss.reduction == "mean":
        before = f"0.5 / len({x}) * "
    step = ["optimizer.zero_grad()", f"loss = {before}criterion(model({x}), {y})", "loss.backward()",
            "optimizer.step()"]
    if batch_size is None:
        return ["    " + line for line in [*step, "losses.append(loss.item())"]]
    share = " * len(x) / len(inputs)" if loss.reduction == "mean" else ""
    lines = ["total = 0.0", f"for x, y in zip(inputs.split({batch_size}), targets.split({batch_size})):"]
    lines += ["    " + line for line in [*step, f"total += loss.item(){share}"]]
    return ["    " + line for line in [*lines, "losses.append(total)"]]
