"""Chapter 8, its last exercise: the training loop."""
import random

from ...training import Dataset
from ..exercise import Exercise, Known
from ..pages import GALLERY, TRAIN, WHY_2
from ..stand_ins import Descent, Line, SquaredLoss


def probe_train(own, sample):
    """A line learned from four points, in several ways."""
    network = Line(left_over=0.5)
    data = Dataset([[2.0], [-1.0], [0.5], [1.0]], [[1.0], [0.0], [-1.0], [0.25]])
    losses = own.train(network, data, SquaredLoss(sample["loss"]), Descent(network, 0.1), sample["epochs"],
                       sample["target_loss"], sample["batch_size"], random.Random(3) if sample["rng"] else None)
    yield "the losses", losses
    yield "θ afterwards", network.values
    yield "the steps", network.called.count("step")


def training(epochs, target_loss=None, batch_size=None, rng=False, loss="mean"):
    """A sample, with names."""
    return {"epochs": epochs, "target_loss": target_loss, "batch_size": batch_size, "rng": rng, "loss": loss}


LOSS = 0.25 * (0.0625 + 0.5625 + 1.0 + 0.0)             # of the first epoch, exactly; a loss is not below itself

ADDED = "            total += cost * (loss.share(count) / loss.share(len(inputs)))\n"
STOPS = ADDED + "            if target_loss is not None and cost < target_loss:\n                "
ENDS = "        if target_loss is not None and total < target_loss:\n            break\n"

TRAINING = Exercise(
    "8.4", "write", "train", "Write the training loop", """\
An epoch is one pass through all the data, batch by batch: for each batch, one step of learning,
as in 8.2. The cost of a batch is the one before its step.

The loss of the epoch is the mean over all samples. A batch of n out of N samples counts for n/N
of it, so each batch adds cost · n/N. (For a loss that is a sum the factor is 1, not n/N.
cost * (loss.share(N) / loss.share(n)) is right for both: the factor is n/N or 1.)

Training stops when the loss of an epoch is below target_loss, if there is one, or after the
given number of epochs.""",
    TRAIN, ("losses = []; for each epoch: total = 0.0; for inputs, targets in batches(data, batch_size, rng): "
            "zero_grad, gradients, step, total += ...",
            "After the batches losses.append(total); then, if target_loss is not None and total < target_loss: break."),
    (Known("gradients-not-cleared", "The gradients of one batch are still there when those of the next are added.",
           GALLERY,
           ("            network.zero_grad()\n", "")),
     Known("cleared-once-an-epoch", "The gradients are cleared once in each epoch; they should be cleared before each "
           "batch.",
           GALLERY, (("            network.zero_grad()\n", ""),
                   ("total = 0.0", "total = 0.0\n        network.zero_grad()"))),
     Known("step-once-an-epoch", "There is one step in each epoch; there should be one after each batch.", TRAIN,
           (("            optimizer.step()\n", ""), ("losses.append(total)", "optimizer.step()\n        losses.append("
                                                     "total)"))),
     Known("never-stops-early", "The training never stops early: target_loss has no effect.", TRAIN,
           ("total < target_loss", "False")),
     Known("stops-one-early", "The loss of the last epoch is missing from the list.", TRAIN,
           (("        losses.append(total)\n", ""),
            ("            break", "            break\n        losses.append(total)"))),
     Known("nothing-learned", "Nothing is learned: the gradients are cleared just before the step.", GALLERY,
           (("            network.zero_grad()\n", ""), ("            optimizer.step()\n",
            "            network.zero_grad()\n            optimizer.step()\n"))),
     Known("stops-above", "The training stops when the loss is above target_loss; it must be below.", TRAIN,
           ("total < target_loss", "total > target_loss")),
     Known("mean-of-the-batches", "The loss is the mean over the batches, so that a smaller batch counts as much as a "
           "full one.", WHY_2,
           (("total = 0.0", "total = 0.0\n        count = len(list(batches(data, batch_size)))"),
            ("cost * (loss.share(count) / loss.share(len(inputs)))", "cost / count"))),
     Known("n/N-of-a-sum", "The cost of a batch is always multiplied by n/N. For a loss that is a sum the factor is 1: "
           "loss.share(N) / loss.share(n) is right.", WHY_2,
           ("(loss.share(count) / loss.share(len(inputs)))", "len(inputs) / count")),
     Known("total-goes-on", "total is not set to 0 for each epoch: it goes on growing.", TRAIN,
           (("        total = 0.0\n", ""), ("losses = []", "losses, total = [], 0.0"))),
     Known("not-shuffled", "rng is not given to batches.", TRAIN,
           ("(data, batch_size, rng):\n", "(data, batch_size):\n")),
     Known("last-batch-only", "The loss is that of the last batch alone.", TRAIN,
           ("total += cost * (loss.share(count) / loss.share(len(inputs)))", "total = cost")),
     Known("batch-losses-summed", "The costs of the batches are added as they are; for a mean, each counts only for "
           "its part of the samples.", WHY_2, ("cost * (loss.share(count) / loss.share(len(inputs)))", "cost")),
     Known("batches-once", "The batches are made once, before the epochs: they are used up after the first epoch.",
           TRAIN, (("losses = []", "losses, all_batches = [], batches(data, batch_size, rng)"),
            ("in batches(data, batch_size, rng):\n", "in all_batches:\n"))),
     Known("batch-size-left-out", "batch_size is not given to batches.", TRAIN,
           ("(data, batch_size, rng):\n", "(data, None, rng):\n")),
     Known("share-turned-round", "The factor is the wrong way round: it must be loss.share(N) / loss.share(n).", WHY_2,
           ("(loss.share(count) / loss.share(len(inputs)))", "(loss.share(len(inputs)) / loss.share(count))")),
     Known("returned-too-early", "The training ends after the first epoch. Is the return inside the loop?", TRAIN,
           ("    return losses", "        return losses")),
     Known("a-loss-for-each-batch", "The list has the cost of each batch; it must have one loss for each epoch.",
           TRAIN, (("            total += ", "            losses.append(cost)\n            total += "),
            ("        losses.append(total)\n", ""))),
     Known("loss-after-the-steps", "The losses are computed after the steps of the epoch; each batch's cost must be "
           "the one before its step.", TRAIN,
           ("losses.append(total)", "total = loss.share(count) * sum(loss.forward(network.forward(x), y) for "
            "x, y in zip(data.inputs, data.targets))\n        losses.append(total)")),
     Known("stops-in-an-epoch", "target_loss is compared with the loss in the middle of an epoch; it is for the loss "
           "of a whole epoch, after its last batch.", TRAIN,
           [(ADDED, STOPS + "break\n"), ((ADDED, STOPS + "break\n"), (ENDS, "")),
            (ADDED, STOPS + "return losses + [total]\n")])),
    tried="A test case is epochs, target_loss, batch_size, whether there is an rng, and whether the loss is a mean "
          "or a sum. The network is a = w·x + b, learned from 4 samples; its gradients are 0.5 at the start.",
    code='''\
from loops import Loops
from training_batches import batches


def train(network, data, loss, optimizer, epochs, target_loss=None, batch_size=None, rng=None):
    """Train for up to ``epochs`` epochs; return the list of the losses of the epochs.

    Each batch of batches(data, batch_size, rng): network.zero_grad(), Loops().gradients(network, loss, inputs,
    targets), optimizer.step().
    """
    ...
''', answers={"train": '''\
losses = []
count = len(data.inputs)
for epoch in range(epochs):
    total = 0.0
    for inputs, targets in batches(data, batch_size, rng):
        network.zero_grad()
        cost, outputs = Loops().gradients(network, loss, inputs, targets)
        optimizer.step()
        total += cost * (loss.share(count) / loss.share(len(inputs)))
    losses.append(total)
    if target_loss is not None and total < target_loss:
        break
return losses
'''}, module="training", names=("train",), probe=probe_train,
    samples=(training(1), training(4), training(3, batch_size=3), training(50, 0.5), training(6, 0.39),
             training(3, batch_size=2, rng=True), training(2, batch_size=3, loss="sum"),
             training(3, LOSS), training(8, 0.4, 3), training(3, 0.2, 1)))
