"""Rules that decide whether an experiment of the lab reports gives the reported result.

A report had one run of each experiment; here every setting has several seeds, and a rule is about most of them, or
their median. A rule gets the results by setting and returns three things: whether the finding is the same; whether the
figures agree (a loss agrees if it is at most twice the reported one); and the result in words.

A result is a ``comparison.Trial``; its ``losses`` and ``accuracies`` are pairs (epoch, value).
"""
from math import inf

from .comparison import median

OPTIMIZERS = ("sgd", "momentum", "adagrad", "adam")
RATES = ("0.1", "0.01", "0.001")
D3_RATES = ("1", "0.5", "0.1", "0.05")
POINTS = 21                                                     # of xor; a sum of squares by it is a mean
PLATEAU = 0.249433                                              # the best mean loss on xor without hidden activations


VERDICTS = ("as reported", "the same finding, other figures", "as expected; the report's figures are lost",
            "NOT as reported")
LOST = "lost"


def verdict(found: bool, figures) -> str:
    """One of VERDICTS, in words; ``figures`` is None if the report has none, and LOST if they are lost."""
    if not found:
        return VERDICTS[3]
    return VERDICTS[2] if figures == LOST else VERDICTS[1] if figures is False else VERDICTS[0]


# What is measured, over the seeds' Results.

def right(results) -> int:
    """How many runs end with every point right."""
    return sum(result.accuracy == 1.0 for result in results)


def reached(results) -> int:
    """How many runs reached their target loss."""
    return sum(result.needed is not None for result in results)


def loss(results) -> float:
    """The median loss at the end; a run that diverged counts as infinite."""
    return median([result.loss for result in results])


def accuracy(results) -> float:
    """The median accuracy at the end, from 0 to 1; 0 if training diverged."""
    return median([result.accuracy or 0.0 for result in results])


def loss_at(results, epoch: int) -> float:
    """The median loss at that epoch, or at the nearest that a run's curve has; infinite for a run that has none."""
    return median([_nearest(result.losses, epoch) for result in results])


def accuracy_at(results, epoch: int) -> float:
    """The median accuracy at that epoch, or at the nearest that a run's curve has; 0 for a run that has none."""
    return median([_nearest(result.accuracies, epoch) if result.accuracies else 0.0 for result in results])


def _nearest(curve, epoch):
    return min(curve, key=lambda point: abs(point[0] - epoch))[1] if curve else inf


def epochs(results) -> float:
    """The median number of epochs until the target loss; a run that does not get there counts as infinite."""
    return median([inf if result.needed is None else result.needed for result in results])


def first_below(results, limit: float) -> float:
    """The median of the first epochs whose loss is below the limit, among those of the curves; infinite for never."""
    return median([min([epoch for epoch, value in result.losses if value < limit], default=inf) for result in results])


def rises(results) -> float:
    """The median of the sums of all rises of the loss from an epoch to the next; infinite if training diverged."""
    return median([inf if result.diverged else result.rises for result in results])


def worst(result) -> float:
    """The largest distance of an output from its target, |a − y|; infinite if training diverged."""
    return max([abs(output[0] - target[0]) for _, target, output in result.predictions], default=inf)


# The rules: whether the finding is the same, whether the figures agree, and the result in words.

def _agrees(found, reported):
    return found <= 2.0 * reported


def _most(number, results):
    return 2 * number > len(results)


def _of(number, results):
    return f"{number} of {len(results)} seeds"


def _number(value):
    return f"{int(value + 0.5)}" if value < inf else "never"


def _each(by_label, text):
    return "; ".join(f"{label}: {text(results)}" for label, results in by_label.items())


def a1(found) -> tuple:
    """Linear points are learned, and as soon as reported."""
    results = found["linear"]
    return (accuracy(results) >= 0.99, _agrees(loss_at(results, 1000), 0.0822),
            f"accuracy {accuracy(results):.3f}, loss (sum) {loss_at(results, 1000):.3g} at epoch 1000, "
            f"{loss(results):.3g} at 5000")


def a2(found) -> tuple:
    """Most seeds learn xor, and as soon as reported."""
    results = found["xor"]
    at = [loss_at(results, epoch) for epoch in (2000, 3000)]
    return (_most(right(results), results), _agrees(at[0], 0.268) and _agrees(at[1], 0.0429),
            f"all points right: {_of(right(results), results)}; loss (sum) {at[0]:.3g} at epoch 2000, "
            f"{at[1]:.3g} at 3000")


def solves(found) -> tuple:
    """Most seeds learn xor."""
    results = found["xor"]
    return (_most(right(results), results), None,
            f"all points right: {_of(right(results), results)}; loss (sum) {loss(results):.3g}")


def a6(found) -> tuple:
    """A large enough rate learns; smaller ones stay where all outputs are one half."""
    solving, *small = [found["lr " + lr] for lr in RATES]
    stuck = [abs(loss(results) / POINTS - 0.25) < 0.02 and 0.4 < accuracy(results) < 0.65 for results in small]
    return (_most(right(solving), solving) and all(stuck), None, "mean loss " + _each(
        found, lambda results: f"{loss(results) / POINTS:.4f}, accuracy {accuracy(results):.2f}"))


def a7(found) -> tuple:
    """4 and 8 neurons learn; with 100 the loss goes up and down."""
    tame, wild = rises(found["hidden 4, 250 epochs"]), rises(found["hidden 100, 250 epochs"])
    solving = {size: found[size] for size in ("hidden 4", "hidden 8")}
    return (all(_most(right(results), results) for results in solving.values()) and wild > 1.0 and wild > 5.0 * tame,
            all(right(results) == len(results) for results in solving.values()),
            f"all points right: {_each(solving, lambda results: _of(right(results), results))}; all rises of the loss "
            f"in 250 epochs together: {tame:.2f} with 4, {wild:.2f} with 100")


def a8(found) -> tuple:
    """Without hidden activations the loss stays at the best constant."""
    results = found["xor"]
    mean = loss(results) / POINTS
    return (abs(mean - PLATEAU) < 0.01 and 0.4 < accuracy(results) < 0.65, None,
            f"mean loss {mean:.6f}, accuracy {accuracy(results):.4f}")


def a9(found) -> tuple:
    """Momentum and Adam end below plain gradient descent."""
    return (all(loss(found[name]) < loss(found["sgd"]) for name in ("momentum", "adam")), LOST,
            "loss (sum) " + _each(found, lambda results: f"{loss(results):.3g}"))


def b1(found) -> tuple:
    """Linear points are learned, and as soon as reported."""
    results = found["linear"]
    return (accuracy(results) >= 0.99, _agrees(loss_at(results, 20), 0.0284) and _agrees(loss(results), 0.00294),
            f"loss {loss_at(results, 20):.3g}, accuracy {accuracy_at(results, 20):.3f} at epoch 20; "
            f"{loss(results):.3g}, {accuracy(results):.3f} at 400")


def b2(found) -> tuple:
    """Most seeds learn xor, and as soon as reported."""
    results = found["xor"]
    return (_most(right(results), results), _agrees(loss_at(results, 20), 0.287) and _agrees(loss(results), 0.0205)
            and accuracy_at(results, 220) == 1.0,
            f"all points right: {_of(right(results), results)}; loss {loss_at(results, 20):.3g} at epoch 20, accuracy "
            f"{accuracy_at(results, 220):.3f} at 220, loss {loss(results):.3g} at 400")


def b3(found) -> tuple:
    """The largest rate goes up and down, the smallest crawls, the one between ends lowest."""
    holds = True
    for task in ("linear", "xor"):
        high, middle, low = [found[f"{task} lr {lr}"] for lr in RATES]
        holds = holds and rises(high) > rises(middle) and loss(middle) < min(loss(low), loss(high))
    return holds, None, "loss at 400, and all its rises: " + _each(
        found, lambda results: f"{loss(results):.3g}, {rises(results):.2f}")


def b4(found) -> tuple:
    """The widest network ends lower than the narrowest."""
    ranks = []
    for task in ("linear", "xor"):
        narrow, *_, wide = [loss(found[f"{task} hidden {size}"]) for size in (2, 8, 32)]
        ranks.append(wide < narrow)
    return all(ranks), None, "loss at 400: " + _each(found, lambda results: f"{loss(results):.3g}")


def b5(found) -> tuple:
    """Without activations linear takes longer, and xor is never learned."""
    with_, without = [first_below(found["linear " + how], 0.05) for how in ("with relu", "without")]
    least = min(result.loss for result in found["xor without"])
    return (least >= PLATEAU - 1e-6 and with_ < inf and without >= 2.0 * with_, None,
            f"linear below 0.05 after {_number(with_)} epochs with relu, {_number(without)} without; xor without: loss "
            f"{least:.4f} at best")


def b6(found) -> tuple:
    """Gradient descent ends highest, Adam lowest."""
    ranks = []
    for task in ("linear", "xor"):
        first, *between, last = [loss(found[f"{task} {name}"]) for name in OPTIMIZERS]
        ranks.append(first > max(between) and min(between) > last)
    return all(ranks), None, "loss at 400: " + _each(found, lambda results: f"{loss(results):.3g}")


def d1(found) -> tuple:
    """Linear points are learned and fresh ones told apart, as soon as reported."""
    results = found["linear"]
    tested = median([result.test_accuracy or 0.0 for result in results])
    return (tested >= 0.97 and _most(reached(results), results),
            _agrees(loss_at(results, 500), 0.0313) and _agrees(epochs(results), 3631),
            f"loss {loss_at(results, 500):.3g} at epoch 500; below 0.005 after {_number(epochs(results))}; "
            f"{100 * tested:.1f} of 100 fresh points right")


def d2(found) -> tuple:
    """Most seeds learn xor, and as soon as reported."""
    results = found["xor"]
    at = [loss_at(results, epoch) for epoch in (500, 1500)]
    best = min([result.needed for result in results if result.needed], default=inf)
    return (_most(right(results), results) and _most(reached(results), results),
            _agrees(at[0], 0.2365) and _agrees(at[1], 0.0382) and _agrees(epochs(results), 2692),
            f"21/21 with {_of(right(results), results)}; loss {at[0]:.4f} at epoch 500, {at[1]:.4f} at 1500; below "
            f"0.005 after {_number(epochs(results))}, at best {_number(best)}")


def d3(found) -> tuple:
    """All rates learn, a larger one sooner."""
    line, cross = [[found[f"{task} lr {lr}"] for lr in D3_RATES] for task in ("linear", "xor")]
    needed, losses = [epochs(results) for results in cross], [loss(results) for results in line]
    shares = [accuracy(results) for results in line + cross]
    return (min(shares) >= 0.98 and _rising(needed) and _rising(losses), min(shares) == 1.0,
            f"xor: accuracy {_listed(shares[4:], '.3f')}, below 0.005 after {', '.join(map(_number, needed))}; linear: "
            f"accuracy {_listed(shares[:4], '.3f')}, loss at 8000 {_listed(losses, '.3g')}")


def _listed(values, form):
    return ", ".join(format(value, form) for value in values)


def _rising(values):
    return all(a < b for a, b in zip(values, values[1:]))


def d4(found) -> tuple:
    """All widths learn, the widest sooner than the narrowest."""
    needed = [epochs(found[f"xor hidden {size}"]) for size in (2, 4, 8)]
    return (all(accuracy(results) >= 0.98 for results in found.values()) and needed[2] < needed[0], None,
            "accuracy, and epochs until the loss is below 0.005: " + _each(
                found, lambda results: f"{accuracy(results):.3f}, {_number(epochs(results))}"))


def d5(found) -> tuple:
    """Without any activation about half of xor is wrong, and with a large rate training diverges."""
    slow, fast = found["xor lr 0.001"], found["xor lr 10"]
    diverged = sum(result.diverged for result in fast)
    return (0.35 < accuracy(slow) < 0.65 and diverged == len(fast), None,
            f"xor: accuracy {accuracy(slow):.3f}, loss {loss(slow):.4f} at lr 0.001; diverged with lr 10: "
            f"{_of(diverged, fast)}; linear: accuracy {accuracy(found['linear lr 0.001']):.3f}")


def e(found) -> tuple:
    """The deep network learns the truth table to the reported digits; the small one is stuck for some seeds."""
    deep, small = [[worst(result) for result in found[name]] for name in ("2-4-4-1", "2-2-1")]
    near, stuck = sum(error <= 0.02 for error in deep), sum(error > 0.4 for error in small)
    return (_most(near, deep) and 0 < stuck < len(small), _agrees(median(deep), 0.0064),
            f"2-4-4-1: the worst output is {median(deep):.4f} from its target, at best {min(deep):.4f}; 2-2-1: stuck "
            f"with {_of(stuck, small)}")


def c1(found) -> tuple:
    """Letters are learned, those of the training part better than the validation part, as well as reported."""
    results = found["letters"]
    train_loss, train_accuracy, validation_loss, validation_accuracy = [
        median([getattr(result, name) for result in results])
        for name in ("loss", "accuracy", "validation_loss", "validation_accuracy")]
    first = median([result.validation_losses[0][1] for result in results])
    return (train_accuracy > validation_accuracy > 0.7 and train_loss < validation_loss < first,
            abs(validation_accuracy - 0.9128) <= 0.02,
            f"train acc {train_accuracy:.4f}, validation acc {validation_accuracy:.4f}, train loss {train_loss:.2f}, "
            f"validation loss {validation_loss:.4f}")
