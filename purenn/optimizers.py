"""Optimizers: from gradients to better weights.

Backpropagation ends with a gradient g = ∂C/∂θ for every parameter θ, the direction in which the
cost grows. An optimizer takes a step the other way. The definitions and the defaults are
PyTorch's (``torch.optim``). eps, a small number, keeps a denominator from being 0; each class says where it is added.

Every number to learn has a state of its own: its own velocity, its own mean of squares. The
state lists have the shape of the parameters, one list for each.
"""
import math

from .linalg import PurennError, ShapeError, Vector, check_vector, is_finite, zeros

MOST_STEPS = 1 << 53            # the largest step number: up to here β^t can be computed


class Optimizer:
    """What every optimizer does: hold the parameters and the learning rate, and ``step``.

    ``parameters`` is what ``network.parameters()`` yields. ``lr`` may be changed between steps.
    ``weight_decay`` is the λ of L2 regularization: ½λ·Σθ² is added to the cost.

    An optimizer's state is what it keeps besides these, such as the velocities. A class names the parts
    of its state. Those in ``state_lists`` and ``state_squares`` have the shape of the parameters, and the squares are
    never below 0. Those in ``state_counts`` are whole numbers.

    Raises PurennError if there are no parameters, one is given twice, or lr or weight_decay is not a finite number
    from 0 up.
    """

    state_lists: tuple = ()
    state_squares: tuple = ()
    state_counts: tuple = ()

    def __init__(self, parameters, lr: float, weight_decay: float = 0.0):
        try:
            iter(parameters)
        except TypeError:
            raise PurennError("%s: parameters is %r; give it network.parameters()"
                              % (type(self).__name__, parameters)) from None
        self.parameters = list(parameters)
        if not self.parameters:
            raise PurennError("%s: there are no parameters to learn; give it network.parameters()"
                              % type(self).__name__)
        if len(set([id(values) for _, values, _ in self.parameters])) < len(self.parameters):
            raise PurennError("%s: a list of parameters is there twice, and would be changed twice in each step; give "
                              "each once" % type(self).__name__)
        self.lr = self._checked("lr", lr)
        self.weight_decay = self._checked("weight_decay", weight_decay)

    def step(self) -> None:
        """Change every parameter once, by its gradient."""
        raise NotImplementedError("%s has no step()" % type(self).__name__)

    def decayed(self, values: Vector, grads: Vector) -> Vector:
        """g + λ·θ for each parameter θ, biases too, as in ``torch.optim``: the slope of the cost with ½λ·Σθ² added."""
        if self.weight_decay == 0.0:
            return grads
        return [g + self.weight_decay * w for g, w in zip(grads, values)]

    def state_dict(self) -> dict:
        """Copies of lr and state: ``{"lr": 0.1, "velocity": [[…], …]}``, each list in the shape of the parameters."""
        return _state_of(self)

    def load_state_dict(self, state: dict) -> None:
        """Load what ``state_dict`` returned. All of it is checked before any of it is loaded.

        Raises PurennError for missing or unknown names and for impossible numbers, ShapeError for wrong shapes.
        """
        _check_state(self, state)
        _load(self, state)

    def __repr__(self):
        decay = ", weight_decay=%r" % self.weight_decay if self.weight_decay else ""
        return "%s(lr=%r%s)" % (type(self).__name__, self.lr, decay)

    def _state(self):
        """A list of zeros for each list of parameters, equally long."""
        return [zeros(len(values)) for _, values, _ in self.parameters]

    def _checked(self, name, value, limit=None):
        """``value`` if it is a number from 0 up, below ``limit`` if that is given; otherwise raises PurennError."""
        if not is_finite(value) or value < 0.0 or (limit is not None and value >= limit):
            raise PurennError("%s: %s is %r; it must be a number from 0 up%s" % (
                type(self).__name__, name, value, "" if limit is None else " and below %g" % limit))
        return value if type(value) is int else float(value)           # a NumPy number would get into the weights

    def _checked_eps(self, eps):
        """``eps`` if it is a number above 0: it keeps a denominator from being 0. Otherwise raises PurennError."""
        if not is_finite(eps) or eps <= 0.0:
            raise PurennError("%s: eps is %r; it must be a number above 0" % (type(self).__name__, eps))
        return float(eps)


class SGD(Optimizer):
    """Gradient descent, with or without momentum.

        v ← μ·v + g
        θ ← θ − lr·v

    μ is ``momentum``, from 0 (none) up to below 1. The velocity is built from all gradients so far, not only the
    current one. Polyak 1964, in the form of ``torch.optim.SGD``, where lr multiplies all of v.
    """

    state_lists = ("velocity",)

    def __init__(self, parameters, lr: float = 0.001, momentum: float = 0.0, weight_decay: float = 0.0):
        Optimizer.__init__(self, parameters, lr, weight_decay)
        self.momentum = self._checked("momentum", momentum, 1.0)
        self.velocity = self._state()

    def step(self) -> None:
        """v ← μ·v + g; θ ← θ − lr·v."""
        for (_, values, grads), v in zip(self.parameters, self.velocity):
            grads = self.decayed(values, grads)
            for k in range(len(values)):
                v[k] = self.momentum * v[k] + grads[k]
                values[k] -= self.lr * v[k]


class Adagrad(Optimizer):
    """Each parameter's steps are divided by the size of all its gradients so far.

        s ← s + g²
        θ ← θ − lr·g / (√s + eps)

    Duchi, Hazan and Singer 2011. eps stands outside the root, as in ``torch.optim.Adagrad``.
    """

    state_squares = ("square_sum",)

    def __init__(self, parameters, lr: float = 0.01, eps: float = 1e-10, weight_decay: float = 0.0):
        Optimizer.__init__(self, parameters, lr, weight_decay)
        self.eps = self._checked_eps(eps)
        self.square_sum = self._state()

    def step(self) -> None:
        """s ← s + g²; θ ← θ − lr·g / (√s + eps)."""
        for (_, values, grads), s in zip(self.parameters, self.square_sum):
            grads = self.decayed(values, grads)
            for k in range(len(values)):
                g = grads[k]
                s[k] += g * g
                values[k] -= self.lr * g / (math.sqrt(s[k]) + self.eps)


class RMSprop(Optimizer):
    """Adagrad with a running mean of g² in place of the sum.

        s ← α·s + (1 − α)·g²
        θ ← θ − lr·g / (√s + eps)

    Tieleman and Hinton 2012 (lecture 6.5). eps stands outside the root, as in ``torch.optim.RMSprop``.
    """

    state_squares = ("square_mean",)

    def __init__(self, parameters, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.0):
        Optimizer.__init__(self, parameters, lr, weight_decay)
        self.alpha = self._checked("alpha", alpha, 1.0)
        self.eps = self._checked_eps(eps)
        self.square_mean = self._state()

    def step(self) -> None:
        """s ← α·s + (1 − α)·g²; θ ← θ − lr·g / (√s + eps)."""
        for (_, values, grads), s in zip(self.parameters, self.square_mean):
            grads = self.decayed(values, grads)
            for k in range(len(values)):
                g = grads[k]
                s[k] = self.alpha * s[k] + (1.0 - self.alpha) * (g * g)
                values[k] -= self.lr * g / (math.sqrt(s[k]) + self.eps)


class Adam(Optimizer):
    """Momentum and RMSprop together, both corrected for having started at zero.

        t ← t + 1                           once a step, not once a parameter
        m ← β₁·m + (1 − β₁)·g               first moment: the mean of g
        v ← β₂·v + (1 − β₂)·g²              second moment: the mean of g²
        m̂ = m / (1 − β₁^t)
        v̂ = v / (1 − β₂^t)
        θ ← θ − lr·m̂ / (√v̂ + eps)

    Kingma and Ba 2015, algorithm 1. eps stands outside the root, as there and in ``torch.optim.Adam``.
    """

    state_lists = ("first_moment",)
    state_squares = ("second_moment",)
    state_counts = ("t",)

    def __init__(self, parameters, lr: float = 0.001, betas: tuple = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.0):
        Optimizer.__init__(self, parameters, lr, weight_decay)
        if not isinstance(betas, (list, tuple)) or len(betas) != 2:
            raise PurennError("Adam: betas is %r; give two numbers, such as (0.9, 0.999)" % (betas,))
        self.beta1 = self._checked("betas[0]", betas[0], 1.0)
        self.beta2 = self._checked("betas[1]", betas[1], 1.0)
        self.eps = self._checked_eps(eps)
        self.first_moment = self._state()
        self.second_moment = self._state()
        self.t = 0

    def step(self) -> None:
        """m̂ and v̂ from the moments of g; θ ← θ − lr·m̂ / (√v̂ + eps)."""
        self.t += 1
        for (_, values, grads), m, v in zip(self.parameters, self.first_moment, self.second_moment):
            grads = self.decayed(values, grads)
            for k in range(len(values)):
                g = grads[k]
                m[k] = self.beta1 * m[k] + (1.0 - self.beta1) * g
                v[k] = self.beta2 * v[k] + (1.0 - self.beta2) * (g * g)
                m_hat = self.corrected(m[k], self.beta1)
                v_hat = self.corrected(v[k], self.beta2)
                values[k] -= self.lr * m_hat / (math.sqrt(v_hat) + self.eps)

    def corrected(self, moment: float, beta: float) -> float:
        """m̂ = m / (1 − β^t): after t steps from zero, the factors of the gradients add up to 1 − β^t, not to 1."""
        return moment / (1.0 - beta ** self.t)


# What saves an optimizer's state, checks it, and loads it.

def _state_of(optimizer):
    state: dict = {"lr": optimizer.lr}
    for name in optimizer.state_counts:
        state[name] = getattr(optimizer, name)
    for name in optimizer.state_lists + optimizer.state_squares:
        state[name] = [list(values) for values in getattr(optimizer, name)]
    return state


def _load(optimizer, state):
    optimizer.lr = state["lr"]
    for name in optimizer.state_counts:
        setattr(optimizer, name, state[name])
    for name in optimizer.state_lists + optimizer.state_squares:
        for own, values in zip(getattr(optimizer, name), state[name]):
            own[:] = [float(value) for value in values]


def _check_state(optimizer, state):
    kind = type(optimizer).__name__
    names = ("lr",) + optimizer.state_counts + optimizer.state_lists + optimizer.state_squares
    if not isinstance(state, dict) or set(state) != set(names):
        found = ", ".join([str(name) for name in state]) if isinstance(state, dict) else type(state).__name__
        raise PurennError("%s.load_state_dict: found %s; give what state_dict() of the same kind of optimizer "
                          "returned, %s" % (kind, found or "nothing", ", ".join(names)))
    optimizer._checked("lr", state["lr"])
    for name in optimizer.state_counts:
        if type(state[name]) is not int or not 0 <= state[name] < MOST_STEPS:
            raise PurennError("%s: %s is %.40r; it must be a whole number from 0 up, below 2**53"
                              % (kind, name, state[name]))
    for name in optimizer.state_lists + optimizer.state_squares:
        own, given = getattr(optimizer, name), state[name]
        if not isinstance(given, (list, tuple)) or len(given) != len(own):
            raise ShapeError("%s: %s must be %d lists, one for each list of parameters" % (kind, name, len(own)))
        for i in range(len(own)):
            check_vector("%s: %s[%d]" % (kind, name, i), given[i], len(own[i]))
            if name in optimizer.state_squares and any([value < 0.0 for value in given[i]]):
                raise PurennError("%s: %s[%d] has a number below 0; squares must be from 0 up" % (kind, name, i))


OPTIMIZERS: dict = {"sgd": SGD, "momentum": SGD, "adagrad": Adagrad, "rmsprop": RMSprop, "adam": Adam}
