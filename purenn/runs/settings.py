"""Settings: every choice of a training as one immutable, comparable, hashable value; and what its names mean."""
from typing import Any, NamedTuple, Optional, Tuple

from .. import engines
from ..activations import ACTIVATIONS
from ..data.sources import ChoiceError
from ..files.text import short
from ..initializers import INITIALIZERS
from ..linalg import is_finite
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS, SGD, Optimizer

# The activations of hidden layers and of a single output. Softmax is not one of them: of one number it is always 1.
BETWEEN = [name for name in ACTIVATIONS if name != "softmax"]

# The losses that take logits, so that no activation follows the last layer; and the activation that is inside each.
OF_LOGITS = {"bce-with-logits": "sigmoid", "cross-entropy": "softmax"}


class Settings(NamedTuple):
    """Every choice of a training. The defaults are those of the task xor.

    ``sizes``: inputs, hidden layers, outputs. ``output_activation`` None: no activation, as for OF_LOGITS. ``momentum``
    is for the optimizers sgd and momentum only. ``lr`` is multiplied by ``lr_decay`` after each epoch. ``batch_size``
    None: all samples. ``target_loss``: stop below it; None: never. ``patience`` N: stop when the validation loss has no
    new minimum for N epochs, and keep the weights with which it was lowest; 0: never. ``workers`` None: as many
    processes as make training faster. ``seed`` is that of the generator of weights, orders and drawn data.
    """

    sizes: Tuple[int, ...] = (2, 4, 4, 1)
    activation: str = "sigmoid"
    output_activation: Optional[str] = "sigmoid"
    init: str = "uniform"
    loss: str = "mse"
    optimizer: str = "sgd"
    lr: float = 1.0
    momentum: float = 0.0
    weight_decay: float = 0.0
    lr_decay: float = 1.0
    batch_size: Optional[int] = None
    shuffle: bool = False
    epochs: int = 100_000
    target_loss: Optional[float] = 0.005
    patience: int = 0
    engine: str = "loops"
    workers: Optional[int] = 1
    seed: int = 1


def make_optimizer(settings: Settings, parameters: Any) -> Optimizer:
    """The optimizer of the settings, for these parameters."""
    kind = OPTIMIZERS[settings.optimizer]
    if kind is SGD:
        return SGD(parameters, settings.lr, settings.momentum, settings.weight_decay)
    return kind(parameters, lr=settings.lr, weight_decay=settings.weight_decay)     # type: ignore[no-any-return]


def output_kind(settings: Settings) -> str:
    """What a network's outputs mean, one of ``files.model.OUTPUTS``."""
    if settings.loss in OF_LOGITS:
        return "logits" if settings.loss == "cross-entropy" else "binary logits"
    return "probability" if settings.output_activation == "sigmoid" else "values"


def check_settings(settings: Settings) -> None:
    """Raise ChoiceError for the first invalid choice."""
    for name, allowed in (("activation", ACTIVATIONS), ("output_activation", ACTIVATIONS), ("init", INITIALIZERS),
                          ("loss", LOSSES), ("optimizer", OPTIMIZERS), ("engine", engines.NAMES)):
        value = getattr(settings, name)
        if not (isinstance(value, str) and value in allowed) and (name, value) != ("output_activation", None):
            raise ChoiceError(name, f"found {short(value)}; it must be one of {', '.join(allowed)}")
    sizes = settings.sizes
    if not isinstance(sizes, (tuple, list)) or len(sizes) < 2 or {type(n) is int and n > 0 for n in sizes} != {True}:
        raise ChoiceError("sizes", f"found {short(sizes)}; give whole numbers from 1 up: inputs, hidden, outputs")
    if settings.momentum and OPTIMIZERS[settings.optimizer] is not SGD:
        raise ChoiceError("momentum", f"found it with the optimizer {settings.optimizer}; it is for sgd and "
                          "momentum only")
    if settings.output_activation == "softmax" and sizes[-1] == 1:
        raise ChoiceError("output_activation", "found softmax with one output, which would always be 1; take sigmoid")
    if type(settings.shuffle) is not bool:
        raise ChoiceError("shuffle", f"found {short(settings.shuffle)}; it must be True or False")
    for name, least in (("epochs", 1), ("patience", 0), ("seed", 0), ("batch_size", 1), ("workers", 1)):
        value = getattr(settings, name)
        if not (value is None and name in ("batch_size", "workers")) and not (type(value) is int and value >= least):
            raise ChoiceError(name, f"found {short(value)}; it must be a whole number from {least} up")
    for name in ("lr", "target_loss", "lr_decay"):
        value = getattr(settings, name)
        if not (value is None and name == "target_loss") and not (is_finite(value) and value > 0.0):
            raise ChoiceError(name, f"found {short(value)}; it must be a number above 0")
