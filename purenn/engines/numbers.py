"""A network's numbers and its data in the form for C, and the way back into the network's lists."""
import ctypes
import sys
from array import array
from itertools import chain

from ..activations import LeakyReLU
from ..layers import Linear
from ..linalg import Matrix, PurennError, ShapeError
from ..optimizers import Optimizer
from .c_source import layout, pad
from .c_templates import STEPS

BYTES = 8                                   # of a double, and of a long long

# A vector instruction may read this many numbers beyond a block's end.
BEYOND = 32

LAYER_LISTS = ("weight", "bias", "weight_grad", "bias_grad")


class Task(ctypes.Structure):
    """What is passed to C: ``struct task`` of ``c_frame.py``."""

    _fields_ = ([(name, ctypes.c_void_p) for name in (
        "inputs", "targets", "order", "w", "g", "v", "u", "across", "work", "outputs", "costs", "hits")]
        + [(name, ctypes.c_longlong) for name in (
            "start", "count", "room", "first", "fresh", "last", "right", "invalid", "steps", "done",
            "epochs")]
        + [(name, ctypes.c_double) for name in ("share", "total", "lr", "decay")]
        + [("settings", ctypes.c_double * 3)])


def block(count: int, whole: bool = False) -> tuple:
    """Room for this many numbers, doubles or whole ones, all 0: a memoryview, and its address.

    The address is a multiple of 64 bytes, the length of a vector of eight doubles.
    """
    raw = bytearray((count + BEYOND) * BYTES + 64)
    begin = -ctypes.addressof(ctypes.c_char.from_buffer(raw)) % 64
    view = memoryview(raw)[begin:begin + count * BYTES]
    return view.cast("q") if whole else view.cast("d"), ctypes.addressof(ctypes.c_char.from_buffer(raw)) + begin


class Data:
    """Inputs and targets in the form for C; ``keep`` remembers the rows as they are, to see whether they have changed.

    Raises ShapeError unless each row has one number for each input or output of the network.
    """

    target_rows = target_address = None

    def __init__(self, network, inputs: Matrix, targets, keep: bool = False):
        self.inputs, self.targets, self.keep = inputs, targets, keep
        self.count, self.width = len(inputs), network.in_features
        self.rows, self.address = _laid_out(inputs, self.width, pad(self.width), "input")
        width = network.out_features
        if targets is not None:
            self.target_rows, self.target_address = _laid_out(targets, width, width, "target")
        self.seen = [[row[:] for row in rows] for rows in (inputs, targets) if keep and rows is not None]

    def is_unchanged(self) -> bool:
        """True if each row still holds what it held."""
        return self.inputs == self.seen[0] and (self.targets is None or self.targets == self.seen[1])


def _laid_out(rows, width, step, what):
    view, address = block(len(rows) * step)
    for i, row in enumerate(rows):
        if len(row) != width:
            raise ShapeError(f"compiled: {what} {i} has {len(row)} numbers; expected {width}, the number of the "
                             f"network's {'outputs' if what == 'target' else 'inputs'}")
        view[i * step:i * step + width] = array("d", row)
    return view, address


class Behind:
    """A descriptor in place of a list while its numbers are in C: a list that is read is first brought up to date."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, owner, kind=None):
        numbers = owner.__dict__.get("_in_c") if owner is not None else None
        if numbers is None:
            raise AttributeError(f"{getattr(kind, '__name__', kind)!r} object has no attribute {self.name!r}")
        numbers.sync()
        return getattr(owner, self.name)


def _state(owner):
    """What is copied or pickled of a layer or an optimizer: its lists must be there, and up to date."""
    if "_in_c" in owner.__dict__:
        owner.__dict__["_in_c"].sync()
    return owner.__dict__


def _install():
    for kind, names in ((Linear, LAYER_LISTS), (Optimizer, ("parameters",) + STATES)):
        for name in names:
            setattr(kind, name, Behind(name))
        setattr(kind, "__getstate__", _state)       # noqa: B010


STATES = tuple(sorted({state for _, states, _ in STEPS.values() for state in states}))
_install()


def _references(holders):
    """What sys.getrefcount returns for a list that is in ``holders`` other lists."""
    lists: list = [[[]]]
    lists += [[lists[0][0]] for _ in range(holders - 1)]
    return next(map(sys.getrefcount, lists[0]))


class Numbers:
    """The parameters, gradients and states of a network and an optimizer, in C and in their lists.

    ``in_c`` is True while the lists are out of their places; ``sync``, as when a program reads one, ends that.
    """

    def __init__(self, network, loss, optimizer, library):
        self.layers, self.loss, self.optimizer, self.library = list(network.layers), loss, optimizer, library
        self.facts = _facts(network, loss)
        self.place = layout(network)
        self.settings, self.states, _ = STEPS[type(optimizer)]
        self.task = Task()
        self.views: dict = {}
        self.pointer = ctypes.byref(self.task)
        for name, count in (*zip("wgvu", [self.place.parameters] * 4), ("across", self.place.laid_across)):
            self._make(name, count)
        self.lists: dict = {}               # by the letter in C, the lists of parameters, gradients and states
        self.in_c = False
        self.out_of_place: list = []        # (layer or optimizer, name, its list)
        self.orders: list = []              # (layer or optimizer, the names of all that it has)
        self.data = self.order = None       # what the task points to
        _declare(library)

    def suits(self, network, loss, optimizer) -> bool:
        """True if these are the numbers of this network, and the C is for this loss and optimizer, where given."""
        return (self.layers == network.layers and (optimizer is None or optimizer is self.optimizer)
                and self.facts == _facts(network, loss or self.loss))

    def are_in_c(self) -> bool:
        """True if the lists are out of date, and none of them was replaced by another."""
        return self.in_c and not any([name in owner.__dict__ for owner, name, _ in self.out_of_place])

    def load(self) -> None:
        """Take over the lists, unless the numbers are in C already."""
        if self.are_in_c():
            return
        self.sync()
        self.lists = {"w": [], "g": [], "v": [], "u": []}
        for layer in self.layers:
            if isinstance(layer, Linear):
                self.lists["w"] += layer.weight if layer.bias is None else [*layer.weight, layer.bias]
                self.lists["g"] += layer.weight_grad if layer.bias is None else [*layer.weight_grad, layer.bias_grad]
        for letter, state in zip("vu", self.states):
            self.lists[letter] = list(getattr(self.optimizer, state))
        for letter, lists in self.lists.items():
            numbers = array("d")
            for values in lists:
                numbers.extend(values)
            if lists and len(numbers) != self.place.parameters:
                raise ShapeError(f"compiled: the network's lists hold {len(numbers)} numbers; expected "
                                 f"{self.place.parameters}, as its layers say")
            self.views[letter][:len(numbers)] = numbers
        if len(set(map(id, chain(self.lists["w"], self.lists["g"])))) < 2 * len(self.lists["w"]):
            raise PurennError("compiled: one list of numbers is in the network twice; use the engine 'loops'")
        self.library.begin(self.pointer, 0, 1)

    def store(self) -> None:
        """Put the numbers into the lists."""
        for letter, lists in self.lists.items():
            numbers, begin = self.views[letter].tolist() if lists else [], 0
            for values in lists:
                end = begin + len(values)
                values[:] = numbers[begin:end]
                begin = end

    def hide(self) -> None:
        """Take the lists out of their places, so that reading one is noticed. If a program holds one, all stay."""
        if self.in_c:
            return
        owners: list = [(layer, LAYER_LISTS) for layer in self.layers if isinstance(layer, Linear)]
        owners.append((self.optimizer, ("parameters", *self.states)))
        for owner, names in owners:
            self.orders.append((owner, list(owner.__dict__)))
            for name in names:
                if owner.__dict__.get(name) is not None:
                    self.out_of_place.append((owner, name, owner.__dict__.pop(name)))
            owner._in_c = self
        self.in_c = True
        if self._is_held():
            self._put_back()

    def sync(self) -> None:
        """Put the lists back into their places, and the numbers into the lists."""
        if self.in_c:
            self._put_back()
            self.store()

    def _put_back(self):
        self.in_c = False
        for owner, name, values in self.out_of_place:
            owner.__dict__.setdefault(name, values)
            owner.__dict__.pop("_in_c", None)
        for owner, order in self.orders:
            for name in order:                      # in the old order, for a program that goes through them
                owner.__dict__[name] = owner.__dict__.pop(name)
        self.out_of_place, self.orders = [], []

    def _is_held(self):
        """Whether there are more references to one of the lists than those that are known."""
        outer = [values for _, name, values in self.out_of_place if not name.startswith("bias")]
        if max(map(sys.getrefcount, outer)) > _references(2):       # out_of_place, this list
            return True
        groups = ((self.lists["w"], 3), (self.lists["g"], 3),       # the layer's list, the optimizer's triple, this one
                  (self.lists["v"], 2), (self.lists["u"], 2),       # the optimizer's list, this one
                  ([values for _, name, values in self.out_of_place if name == "parameters"][0], 1))
        return any(max(map(sys.getrefcount, group), default=0) > _references(holders) for group, holders in groups)

    # What goes into the task, and what comes out of it.

    def set_up(self, data, optimizer, order) -> None:
        """What the next calls are about: data, the optimizer's settings, an order of the samples or None."""
        task = self.task
        if data is not self.data:
            self.data, task.inputs, task.targets = data, data.address, data.target_address
        if order is not self.order:
            self.order, task.order = order, None
            if order is not None:
                numbers, task.order = block(len(order), whole=True)
                numbers[:] = array("q", order)
                self.views["order"] = numbers
        task.right = task.invalid = task.done = 0
        task.steps = getattr(self.optimizer, "t", 0)
        if optimizer is not None:
            task.lr, task.decay = optimizer.lr, optimizer.weight_decay
            for k, name in enumerate(self.settings):
                task.settings[k] = getattr(optimizer, name)

    def make_room(self, samples: int, batches: int = 1) -> int:
        """Room for this many samples at once, and for the results of this many batches; returns ``samples``."""
        if samples != self.task.room:
            self.task.room = samples
            self._make("work", samples * self.place.a_sample)
            self._make("outputs", samples * self.place.widths[-1])
            self._make("costs", samples)
            self._make("hits", samples)
        if batches > len(self.views.get("found", ())):
            self.views["found"], self.found = block(batches)
            self.views["right"], self.right = block(batches, whole=True)
        return samples

    def outputs(self) -> list:
        """The outputs of the samples that were computed last."""
        width = self.place.widths[-1]
        flat = self.views["outputs"][:self.task.count * width].tolist()
        return [flat[i:i + width] for i in range(0, len(flat), width)]

    def call_batches(self, samples, size) -> None:
        """Learn from all batches in one call."""
        self.library.batches(self.pointer, samples, size, self.loss.reduction == "mean", self.found, self.right)

    def call_epochs(self, samples, size, until, found, right) -> None:
        """Learn several epochs in one call."""
        self.library.epochs(self.pointer, samples, size, self.loss.reduction == "mean", *until, self.found, self.right,
                            found, right)

    def _make(self, name, count):
        self.views[name], address = block(count)
        setattr(self.task, name, address)


def _facts(network, loss):
    """What is constant in the C, although a program may change it in Python; without the layers' kinds and sizes."""
    return type(loss), loss.reduction, [layer.negative_slope for layer in network.layers
                                        if isinstance(layer, LeakyReLU)]


def _declare(library):
    longs, pointer = ctypes.c_longlong, ctypes.c_void_p
    for name, arguments in (("forward_and_back", [longs] * 2), ("predict", [longs] * 2),
                            ("slopes_and_step", [longs] * 2), ("begin", [longs] * 2), ("sum_costs", []),
                            ("batches", [longs, longs, ctypes.c_int, pointer, pointer]),
                            ("epochs", [longs, longs, ctypes.c_int, longs, ctypes.c_double, *[pointer] * 4])):
        function = getattr(library, name)
        function.argtypes, function.restype = [pointer, *arguments], None
    library.sum_costs.restype = ctypes.c_int
