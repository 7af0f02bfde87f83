"""Chapter 8: the loop."""
import random

from ...engines import loops
from ...training import Dataset, batches
from ..exercise import Chapter, Exercise, Known
from ..pages import GALLERY, TRAIN, WHY_2
from ..shapes import listed, things
from ..stand_ins import Descent, Line, SquaredLoss, Turned



def probe_gradients(own, sample):
    """The cost, the outputs, and the gradients of a batch."""
    inputs, targets, reduction = sample
    network, loss = Line(left_over=0.5), SquaredLoss(reduction, 2.0)
    yield "C, of batch_cost", own.batch_cost(loss, [network.forward(x) for x in inputs], targets)
    cost, outputs = things("gradients", own.Loops().gradients(network, loss, inputs, targets), "cost", "outputs")
    yield "C, of gradients", cost
    yield "the outputs", outputs
    yield "∂C/∂θ", network.grads


GRADIENTS = Exercise(
    "8.1", "write", "batch_gradients", "Write the gradients of a batch", """\
A network learns from several samples at once, a batch of n. The cost of the batch is the mean of
the samples' costs C_x, and the slope of a sum is the sum of the slopes:

    C = 1/n · Σ_x C_x              ∂C/∂θ = 1/n · Σ_x ∂C_x/∂θ

The factor 1/n is loss.share(n) (for a loss that is a sum it is 1: see 3.2). The gradients add up
by themselves, because network.backward adds to them. So the share is put in where each sample's
backward pass begins: ∂C/∂a_j = share · ∂C_x/∂a_j. The chain rule carries it to every gradient.

For each sample x with its target y:

    output = network.forward(x)
    the slopes loss.backward(output, y), each multiplied by the share, go into network.backward(...)

In the end, return the cost of the batch, from batch_cost, and the list of all outputs.""",
    WHY_2, ("batch_cost: add up loss.forward(outputs[i], targets[i]) over all i, and multiply by "
            "loss.share(len(outputs)).",
            "gradients: for x, y in zip(inputs, targets): forward, loss.backward, a new list of share * g for each g "
            "of it, network.backward, outputs.append(output)."),
    (Known("missing-1/n", "The loss is a mean over the samples, its gradient a sum: it is n times too large.", WHY_2,
           [("append(share * g)", "append(g)"), (("append(share * g)", "append(g)"), (
               "return loss.share(len(outputs)) * total", "return total / len(outputs)"))]),
     Known("1/n-twice", "The 1/n of the mean is in the gradient twice: it is n times too small.", WHY_2,
           [("append(share * g)", "append(share * share * g)"),
            ("append(share * g)", "append(share * g / len(inputs))")]),
     Known("missing-1/n-in-cost", "The 1/n of the mean is missing from the cost.", WHY_2,
           ("return loss.share(len(outputs)) * total", "return total")),
     Known("mean-of-a-sum", "The cost is always divided by n. For a loss that is a sum the factor is 1: "
           "loss.share(n) gives the right factor.", WHY_2, ("return loss.share(len(outputs)) * total",
                                                 "return total / len(outputs)")),
     Known("target-and-output-swapped-in-cost", "Output and target are swapped where they are given to loss.forward.",
           WHY_2, ("loss.forward(outputs[i], targets[i])", "loss.forward(targets[i], outputs[i])")),
     Known("cleared-here", "The gradients are cleared here; they must be added to what is already there.", GALLERY,
           ("outputs = []", "outputs = []\n        network.zero_grad()")),
     Known("last-sample-only", "Only the last sample's gradients are there: they are cleared for each sample.", GALLERY,
           ("output = network.forward(x)", "network.zero_grad()\n            output = network.forward(x)")),
     Known("forward-first", "All forward passes come first, so every backward pass has the numbers of the last sample. "
           "Each sample must go forward and back before the next.", GALLERY,
           (("for x, y in zip(inputs, targets):\n", "for output, y in zip([network.forward(x) for x in inputs], "
             "targets):\n"), ("output = network.forward(x) ", "pass "))),
     Known("target-and-output-swapped", "Output and target are swapped where they are given to loss.backward.", WHY_2,
           ("loss.backward(output, y)", "loss.backward(y, output)"))),
    tried="A sample is the inputs x, the targets y, and whether the loss is a mean or a sum; the network is a = "
          "0.5·x - 0.25, the cost of a sample (a - 2·y)², and 0.5 stands in the gradients at the start.",
    code='''\
def batch_cost(loss, outputs, targets):
    """C = share · Σ_x C_x, from the lists of the outputs and of the targets of all samples; a number."""
    ...


class Loops:
    """Computes the gradients, one sample after the other."""

    def gradients(self, network, loss, inputs, targets):
        """Add ∂C/∂θ of the batch to the network's gradients; return the pair cost, outputs.

        inputs, targets: two lists of equally many lists, one for each sample.
        """
        ...
''', answers={"batch_cost": loops.batch_cost, "Loops.gradients": loops.Loops.gradients}, probe=probe_gradients,
    module="loops", names=("Loops", "batch_cost"),
    samples=(([[2.0]], [[1.0]], "mean"), ([[2.0], [-1.0], [0.5], [1.0]], [[1.0], [0.0], [-1.0], [0.25]], "mean"),
             ([[2.0], [-1.0], [0.5]], [[1.0], [0.0], [-1.0]], "sum")))


def probe_learn(own, sample):
    """One batch after another, from gradients that are not clear."""
    count, left_over = sample
    network = Line(left_over=left_over)
    optimizer = Descent(network, 0.25)
    for number in range(1, count + 1):
        cost, _ = own.learn(loops.Loops(), network, SquaredLoss(), optimizer, ([[2.0], [-1.0]], [[1.0], [0.5]]))
        yield f"C before step {number}", cost
        yield f"θ after step {number}", network.values
    yield "how often network.forward is called besides", network.called.count("forward of a batch")


LEARN = Exercise(
    "8.2", "order", "learn", "Put the lines of one step of learning in order", """\
Learning from one batch takes three things: the gradients of the batch before are cleared, the
gradients of this batch are added up, and the optimizer takes a step with them. The cost that is
returned is the one before the step.

engine.gradients(...) is what you wrote in 8.1; optimizer.step() that of 7.2; network.zero_grad()
that of 6.3.""",
    GALLERY, ("The four lines without a # behind them belong there; which needs which?",
            "Clear before you add, and step after."),
    (Known("gradients-not-cleared", "The gradients of one batch are still there when the next is added.", GALLERY,
           ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "optimizer.step()",
            "return cost, outputs")),
     Known("nothing-learned", "Nothing is learned: there is no step, or the gradients have been cleared before it.",
           GALLERY, ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "network.zero_grad()",
            "optimizer.step()", "return cost, outputs")),
     Known("cleared-after-the-step", "The gradients are cleared after the step, not before they are added up: what "
           "stands in them at the start is in the first step.", GALLERY,
           ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "optimizer.step()",
            "network.zero_grad()", "return cost, outputs")),
     Known("forward-of-outputs", "network.forward is handed outputs, not an input; and it is not needed: "
           "engine.gradients goes forward.", TRAIN,
           ("network.zero_grad()", "cost, outputs = engine.gradients(network, loss, inputs, targets)",
            "optimizer.step()", "network.forward(outputs)        # to see what came of it", "return cost, outputs")),
     Known("step-before-the-gradients", "The step is taken before the gradients of this batch are there.", GALLERY,
           ("optimizer.step()", "network.zero_grad()",
            "cost, outputs = engine.gradients(network, loss, inputs, targets)", "return cost, outputs")),
     Known("two-steps", "Two steps are taken with the same gradients.", TRAIN,
           ("network.zero_grad()", "cost, outputs = engine.gradients(network, loss, inputs, targets)",
            "optimizer.step()", "optimizer.step()        # once more", "return cost, outputs"))),
    tried="A sample is the number of steps, and what stands in the gradients at the start; θ is w and b "
          "of a = w·x + b.",
    code='''\
def learn(engine, network, loss, optimizer, batch):
    """One step of learning from a batch; returns its cost before the step, and the outputs."""
    inputs, targets = batch
    ...
''', answers={"learn": "network.zero_grad()\ncost, outputs = engine.gradients(network, loss, inputs, targets)\n"
              "optimizer.step()\nreturn cost, outputs"},
    others=("optimizer.step()        # once more", "network.forward(outputs)        # to see what came of it"),
    samples=((1, 0.0), (3, 0.5)), probe=probe_learn)


def probe_batches(own, sample):
    """The batches, and the data afterwards."""
    count, size, shuffled = sample
    data = Dataset([[float(i)] for i in range(count)], [[10.0 * i] for i in range(count)])
    found = [things("batches, each time,", pair, "inputs", "targets")
             for pair in listed("batches", own.batches(data, size, Turned() if shuffled else None))]
    yield f"the batches of {count} samples, batch_size {size}{', shuffled' if shuffled else ''}", found
    yield "the data afterwards", [data.inputs, data.targets]


BATCHES = Exercise(
    "8.3", "write", "batches", "Cut the data into batches", """\
data.inputs and data.targets are two lists, with an entry for each sample. A batch has up to
batch_size of them, in order; the last batch has what is left, and may be smaller. Without a
batch_size (None) all samples are one batch.

If there is an rng, the samples are shuffled first: rng.shuffle(list) puts a list in a new order,
in place. The data are the caller's and must stay as they are, and each input must keep its
target. So shuffle a list of the numbers of the samples, 0, 1, 2, ...

A function with yield in it is a generator: "yield a, b" hands out a pair and goes on after it
when the next is asked for.""",
    TRAIN, ("order = list(range(len(data.inputs))), shuffled if rng is not None.",
            "for start in range(0, count, batch_size): chosen = order[start:start + batch_size]; a slice may go beyond "
            "the end. Then yield the inputs and the targets of the chosen numbers."),
    (Known("last-batch-dropped", "The last, smaller batch is left out.", TRAIN,
           ("range(0, count, batch_size)", "range(0, count - batch_size + 1, batch_size)")),
     Known("not-shuffled", "rng is not used: the samples are not shuffled.", TRAIN,
           ("rng.shuffle(order)", "pass")),
     Known("data-shuffled", "The caller's own lists are shuffled; they must stay as they are.", TRAIN,
           [("rng.shuffle(order)", "rng.shuffle(data.inputs)\n        rng.shuffle(data.targets)"),
            ("rng.shuffle(order)", "rng.shuffle(data.inputs)")]),
     Known("shuffled-apart", "The inputs and the targets are shuffled separately: each input has another's target.",
           TRAIN,
           (("rng.shuffle(order)", "rng.shuffle(order)\n        other = order[::-1]\n        rng.shuffle(other)"),
            ("for i in chosen]\n", "for i in (other if rng else order)[start:start + batch_size]]\n"))),
     Known("targets-not-shuffled", "The inputs are shuffled and the targets are not: each input has another's target.",
           TRAIN, ("[data.targets[i] for i in chosen]", "data.targets[start:start + batch_size]")),
     Known("shuffle-returned", "rng.shuffle works in place and returns None, not a list.", TRAIN,
           ("rng.shuffle(order)", "order = rng.shuffle(order)")),
     Known("return-for-yield", "return hands out the first batch and ends; yield hands it out and goes on after it.",
           TRAIN, (("yield [", "return ["), ("yield data.inputs, data.targets\n        return",
                                             "return data.inputs, data.targets"))),
     Known("overlapping", "The batches overlap: start grows by 1, not by batch_size.", TRAIN,
           [("range(0, count, batch_size)", "range(0, count)"), (("range(0, count, batch_size)", "range(0, count)"),
                                                                 ("is None and rng is None", "is ..."))])),
    tried="A sample is how many samples there are, batch_size, and whether there is an rng (its first shuffle "
          "reverses a list).",
    code='''\
def batches(data, batch_size=None, rng=None):
    """Yield the data as pairs (inputs, targets), two lists of up to batch_size entries, in an order shuffled by rng."""
    ...
''', answers={"batches": batches}, module="training_batches", names=("batches",), probe=probe_batches,
    samples=((2, 1, False), (5, 2, False), (4, None, False), (5, 2, True), (4, None, True)))


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


LOSS = 0.25 * (0.0625 + 0.5625 + 1.0 + 0.0)             # of the first epoch, exactly: not below it

TRAINING = Exercise(
    "8.4", "write", "train", "Write the training loop", """\
An epoch is one pass through all the data, batch by batch: for each batch, one step of learning,
as in 8.2. The cost of a batch is the one before its step.

The loss of the epoch is the mean over all samples. A batch of n out of N samples counts for n/N
of it, so each batch adds cost · n/N. (For a loss that is a sum the factor is 1, not n/N.
loss.share(N) / loss.share(n) is right for both: n/N or 1.)

Training stops when the loss of an epoch is below target_loss, if there is one, or after the
given number of epochs.""",
    TRAIN, ("losses = []; for each epoch: total = 0.0; for inputs, targets in batches(data, batch_size, rng): "
            "zero_grad, gradients, step, total += ...",
            "After the batches losses.append(total); then, if target_loss is not None and total < target_loss: break."),
    (Known("gradients-not-cleared", "The gradients of one batch are still there when the next is added.", GALLERY,
           ("            network.zero_grad()\n", "")),
     Known("cleared-once-an-epoch", "The gradients are cleared once in each epoch; they should be cleared before each "
           "batch.",
           GALLERY, (("            network.zero_grad()\n", ""),
                   ("total = 0.0", "total = 0.0\n        network.zero_grad()"))),
     Known("step-once-an-epoch", "There is one step in each epoch; there should be one after each batch.", TRAIN,
           (("            optimizer.step()\n", ""), ("losses.append(total)", "optimizer.step()\n        losses.append("
                                                     "total)"))),
     Known("never-stops-early", "target_loss is not used: the training never stops early.", TRAIN,
           ("total < target_loss", "False")),
     Known("stops-one-early", "The loss of the last epoch is missing from the list.", TRAIN,
           (("        losses.append(total)\n", ""),
            ("            break", "            break\n        losses.append(total)"))),
     Known("nothing-learned", "Nothing is learned: the gradients are cleared before the step.", GALLERY,
           (("            network.zero_grad()\n", ""), ("            optimizer.step()\n",
            "            network.zero_grad()\n            optimizer.step()\n"))),
     Known("stops-above", "The training stops when the loss is above target_loss; it must be below.", TRAIN,
           ("total < target_loss", "total > target_loss")),
     Known("mean-of-the-batches", "The loss is the mean over the batches, so that a smaller batch counts as much as a "
           "full one.", WHY_2,
           (("total = 0.0", "total = 0.0\n        count = len(list(batches(data, batch_size)))"),
            ("cost * (loss.share(count) / loss.share(len(inputs)))", "cost / count"))),
     Known("n/N-of-a-sum", "The cost of a batch is multiplied by n/N. For a loss that is a sum the factor is 1: "
           "loss.share(N) / loss.share(n) is right.", WHY_2,
           ("(loss.share(count) / loss.share(len(inputs)))", "len(inputs) / count")),
     Known("total-goes-on", "total is not set to 0 for each epoch: it goes on growing.", TRAIN,
           (("        total = 0.0\n", ""), ("losses = []", "losses, total = [], 0.0"))),
     Known("not-shuffled", "rng is not given to batches.", TRAIN,
           ("(data, batch_size, rng):\n", "(data, batch_size):\n")),
     Known("last-batch-only", "The loss is that of the last batch alone.", TRAIN,
           ("total += cost * (loss.share(count) / loss.share(len(inputs)))", "total = cost")),
     Known("batch-losses-summed", "The costs of the batches are added as they are; each must count only for its part "
           "of the samples.", WHY_2, ("cost * (loss.share(count) / loss.share(len(inputs)))", "cost"))),
    tried="A sample is epochs, target_loss, batch_size, whether there is an rng, and whether the loss is a mean or a "
          "sum. The network is a = w·x + b, learned from 4 samples, and 0.5 stands in its gradients at the start.",
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
             training(3, LOSS), training(8, 0.4, 3)))

CHAPTER = Chapter(8, "The loop: batches, clearing gradients, stopping", "Each step clears the "
                  "gradients, adds them up, and changes the weights; 1/n is in one place only.",
                  (GRADIENTS, LEARN, BATCHES, TRAINING))
