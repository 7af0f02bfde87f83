"""Chapter 8: the loop."""
from ...engines import loops
from ...training import Dataset, batches
from ..exercise import Chapter, Exercise, Known
from ..pages import GALLERY, TRAIN, WHY_2
from ..shapes import listed, things
from ..stand_ins import Descent, Line, SquaredLoss, Turned
from . import c08_training



def probe_gradients(own, sample):
    """The cost, the outputs, and the gradients of a batch."""
    inputs, targets, reduction = sample
    network, loss = Line(left_over=0.5, outputs=2), SquaredLoss(reduction, 2.0)
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

loss is an object like the MSELoss of 3.2; C_x is loss.forward(output, y). The factor 1/n is
loss.share(n) (for a loss that is a sum it is 1: see 3.2). The gradients add up by themselves,
because network.backward adds to them. So the share is put in where each sample's backward pass
begins: ∂C/∂a_j = share · ∂C_x/∂a_j. The chain rule carries it to every gradient.

For each sample x with its target y:

    output = network.forward(x)
    the slopes loss.backward(output, y), each multiplied by the share, go into network.backward(...)

At the end, return the cost of the batch, from batch_cost, and the list of all outputs.""",
    WHY_2, ("batch_cost: add up loss.forward(outputs[i], targets[i]) over all i, and multiply by "
            "loss.share(len(outputs)).",
            "gradients: for x, y in zip(inputs, targets): forward, loss.backward, a new list with share * g for each "
            "g that loss.backward returns, network.backward, outputs.append(output)."),
    (Known("missing-1/n", "The loss is a mean over the samples, but its gradient is a sum: it is n times too large.",
           WHY_2, [("append(share * g)", "append(g)"), (("append(share * g)", "append(g)"), (
               "return loss.share(len(outputs)) * total", "return total / len(outputs)"))]),
     Known("1/n-twice", "The gradient has the 1/n of the mean twice, so it is n times too small.", WHY_2,
           [("append(share * g)", "append(share * share * g)"),
            ("append(share * g)", "append(share * g / len(inputs))")]),
     Known("missing-1/n-in-cost", "The 1/n of the mean is missing from the cost.", WHY_2,
           ("return loss.share(len(outputs)) * total", "return total")),
     Known("mean-of-a-sum", "The cost is always divided by n. For a loss that is a sum the factor is 1: "
           "loss.share(n) gives the right factor.", WHY_2, ("return loss.share(len(outputs)) * total",
                                                 "return total / len(outputs)")),
     Known("target-and-output-swapped-in-cost", "Output and target are swapped where they are given to loss.forward.",
           WHY_2, ("loss.forward(outputs[i], targets[i])", "loss.forward(targets[i], outputs[i])")),
     Known("cleared-here", "gradients(...) clears the gradients; it must add to what is already there.", GALLERY,
           ("outputs = []", "outputs = []\n        network.zero_grad()")),
     Known("last-sample-only", "Only the last sample's gradients are there: they are cleared for each sample.", GALLERY,
           ("output = network.forward(x)", "network.zero_grad()\n            output = network.forward(x)")),
     Known("forward-first", "All forward passes come first, so every backward pass has the numbers of the last sample. "
           "Each sample must go forward and back before the next.", GALLERY,
           (("for x, y in zip(inputs, targets):\n", "for output, y in zip([network.forward(x) for x in inputs], "
             "targets):\n"), ("output = network.forward(x) ", "pass "))),
     Known("target-and-output-swapped", "Output and target are swapped where they are given to loss.backward.", WHY_2,
           ("loss.backward(output, y)", "loss.backward(y, output)")),
     Known("share-twice-in-cost", "The cost is multiplied by the share twice; batch_cost(...) has done it once "
           "already.", WHY_2, ("return batch_cost(loss, outputs, targets), outputs",
                               "return share * batch_cost(loss, outputs, targets), outputs")),
     Known("mean-gradient-of-a-sum", "The slopes are always divided by n. For a loss that is a sum the factor is 1: "
           "loss.share(n) is right.", WHY_2, ("append(share * g)", "append(g / len(inputs))")),
     Known("backward-once", "Only the last sample goes backward. Does network.backward stand after the loop?", WHY_2,
           ("            network.backward(batch_grad)                        # ∂C/∂θ += share · ∂C_x/∂θ\n"
            "            outputs.append(output)\n",
            "            outputs.append(output)\n        network.backward(batch_grad)\n")),
     Known("error-for-slope", "output − target is taken as the slope of the loss; take what loss.backward gives.",
           WHY_2, ("in grad:", "in [a - t for a, t in zip(output, y)]:")),
     Known("share-of-the-outputs", "The share is computed from the number of output neurons; it must be computed from "
           "that of the samples.", WHY_2, ("append(share * g)", "append(loss.share(len(grad)) * g)")),
     Known("share-afterwards", "All gradients are multiplied by the share at the end, and so is what stood in them "
           "before.", WHY_2, (("append(share * g)", "append(g)"), ("        return batch_cost(loss, outputs, targets), "
            "outputs", "        for _, _, grads in network.parameters():\n            grads[:] = [share * g for g in "
            "grads]\n        return batch_cost(loss, outputs, targets), outputs")))),
    tried="A test case is the inputs x, the targets y, and whether the loss is a mean or a sum; the network has two "
          "outputs a_j = 0.5·x - 0.25, the cost of a sample is Σ_j (a_j - 2·y_j)², and the gradients are 0.5 at the "
          "start.",
    code='''\
def batch_cost(loss, outputs, targets):
    """C = share · Σ_x C_x, from the lists of the outputs and of the targets of all samples; a number."""
    ...


class Loops:
    """Computes the gradients, one sample after the other."""

    def gradients(self, network, loss, inputs, targets):
        """Add ∂C/∂θ of the batch to the network's gradients; return the pair cost, outputs.

        inputs, targets: two lists, each with a list for each sample.
        """
        ...
''', answers={"batch_cost": loops.batch_cost, "Loops.gradients": loops.Loops.gradients}, probe=probe_gradients,
    module="loops", names=("Loops", "batch_cost"),
    samples=(([[2.0]], [[1.0, 0.0]], "mean"),
             ([[2.0], [-1.0], [0.5], [1.0]], [[1.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [0.25, 1.0]], "mean"),
             ([[2.0], [-1.0], [0.5]], [[1.0, 0.0], [0.0, 0.5], [-1.0, 0.0]], "sum")))


def probe_learn(own, sample):
    """One batch after another, from gradients that have not been cleared."""
    count, left_over = sample
    network = Line(left_over=left_over)
    optimizer = Descent(network, 0.25)
    for number in range(1, count + 1):
        cost, _ = own.learn(loops.Loops(), network, SquaredLoss(), optimizer, ([[2.0], [-1.0]], [[1.0], [0.5]]))
        yield f"C before step {number}", cost
        yield f"θ after step {number}", network.values
    yield "calls of network.forward in learn itself", network.called.count("forward of a batch")


LEARN = Exercise(
    "8.2", "order", "learn", "Put the lines of one step of learning in order", """\
Learning from one batch takes three things: the gradients of the previous batch are cleared, the
gradients of this batch are added up, and the optimizer takes a step with them. The cost that is
returned is the one before the step.

engine is a Loops() of 8.1, with gradients(...) as you wrote it; optimizer.step() is that of 7.2,
network.zero_grad() that of 6.3.""",
    GALLERY, ("The four lines without a comment are needed. Which line uses what another line computes?",
            "Clear before you add, and step after."),
    (Known("gradients-not-cleared", "The gradients of one batch are still there when those of the next are added.",
           GALLERY,
           ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "optimizer.step()",
            "return cost, outputs")),
     Known("nothing-learned", "Nothing is learned: there is no step, or the gradients are cleared just before it.",
           GALLERY, ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "network.zero_grad()",
            "optimizer.step()", "return cost, outputs")),
     Known("cleared-after-the-step", "The gradients are cleared after the step, not before they are added up: the "
           "first step also uses what stands in them at the start.", GALLERY,
           ("cost, outputs = engine.gradients(network, loss, inputs, targets)", "optimizer.step()",
            "network.zero_grad()", "return cost, outputs")),
     Known("forward-of-outputs", "network.forward is handed outputs; it must get an input. And it is not needed: "
           "engine.gradients goes forward.", TRAIN,
           ("network.zero_grad()", "cost, outputs = engine.gradients(network, loss, inputs, targets)",
            "optimizer.step()", "network.forward(outputs)        # to see what came of it", "return cost, outputs")),
     Known("step-before-the-gradients", "The step is taken before the gradients of this batch are there.", GALLERY,
           ("optimizer.step()", "network.zero_grad()",
            "cost, outputs = engine.gradients(network, loss, inputs, targets)", "return cost, outputs")),
     Known("two-steps", "Two steps are taken with the same gradients.", TRAIN,
           ("network.zero_grad()", "cost, outputs = engine.gradients(network, loss, inputs, targets)",
            "optimizer.step()", "optimizer.step()        # once more", "return cost, outputs"))),
    tried="A test case is the number of steps, and the value of all gradients at the start; θ is w and b "
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
batch_size samples, in order; the last batch has what is left, and may be smaller. Without a
batch_size (None) all samples are one batch.

If there is an rng, the samples are shuffled first: rng.shuffle(list) puts a list in a new order,
in place. The data are the caller's and must stay as they are, and each input must keep its
target. So shuffle a list of the numbers of the samples, 0, 1, 2, ...

A function with yield in it is a generator: "yield a, b" hands out a pair; when the next is
asked for, the function goes on after the yield.""",
    TRAIN, ("order = list(range(len(data.inputs))), shuffled if rng is not None.",
            "for start in range(0, count, batch_size): chosen = order[start:start + batch_size]; a slice may go beyond "
            "the end. Then yield the inputs and the targets of the chosen numbers."),
    (Known("last-batch-dropped", "The last, smaller batch is left out.", TRAIN,
           ("range(0, count, batch_size)", "range(0, count - batch_size + 1, batch_size)")),
     Known("not-shuffled", "The samples are not in a new order: either rng is not used, or it shuffles a list that "
           "is not used.", TRAIN,
           ("rng.shuffle(order)", "pass")),
     Known("data-shuffled", "The caller's own lists are shuffled; they must stay as they are.", TRAIN,
           [("rng.shuffle(order)", "rng.shuffle(data.inputs)\n        rng.shuffle(data.targets)"),
            ("rng.shuffle(order)", "rng.shuffle(data.inputs)"),
            ("rng.shuffle(order)", "rng.shuffle(order)\n        data.inputs[:] = [data.inputs[i] for i in order]\n"
             "        data.targets[:] = [data.targets[i] for i in order]\n        order.sort()")]),
     Known("shuffled-apart", "The inputs and the targets are shuffled separately: each input has another's target.",
           TRAIN,
           (("rng.shuffle(order)", "rng.shuffle(order)\n        other = order[::-1]\n        rng.shuffle(other)"),
            ("for i in chosen]\n", "for i in (other if rng else order)[start:start + batch_size]]\n"))),
     Known("targets-not-shuffled", "The inputs are shuffled and the targets are not: each input has another's target.",
           TRAIN, ("[data.targets[i] for i in chosen]", "data.targets[start:start + batch_size]")),
     Known("shuffle-returned", "rng.shuffle works in place and returns None, not a list.", TRAIN,
           ("rng.shuffle(order)", "order = rng.shuffle(order)")),
     Known("return-for-yield", "There is a return with a batch. In a generator it ends everything; yield hands "
           "a batch out.", TRAIN, (("yield [", "return ["), ("yield data.inputs, data.targets\n        return",
                                             "return data.inputs, data.targets"))),
     Known("overlapping", "The batches overlap: start grows by 1, not by batch_size.", TRAIN,
           [("range(0, count, batch_size)", "range(0, count)"), (("range(0, count, batch_size)", "range(0, count)"),
                                                                 ("is None and rng is None", "is ..."))]),
     Known("empty-batch", "If batch_size divides the number of samples, there is an empty batch at the end.", TRAIN,
           [("range(0, count, batch_size)", "range(0, count + 1, batch_size)"),
            (("range(0, count, batch_size)", "range(0, count + 1, batch_size)"), ("is None and rng is None",
                                                                                 "is ..."))])),
    tried="A test case is how many samples there are, batch_size, and whether there is an rng (its first shuffle "
          "reverses a list).",
    code='''\
def batches(data, batch_size=None, rng=None):
    """Yield the data as pairs (inputs, targets), two lists of up to batch_size entries, in an order shuffled by rng."""
    ...
''', answers={"batches": batches}, module="training_batches", names=("batches",), probe=probe_batches,
    samples=((2, 1, False), (5, 2, False), (4, None, False), (5, 2, True), (4, None, True)))


CHAPTER = Chapter(8, "The loop: batches, clearing gradients, stopping", "Each step clears the "
                  "gradients, adds up those of the batch, and changes the weights; the factor 1/n of a mean is in each "
                  "gradient once.",
                  (GRADIENTS, LEARN, BATCHES, c08_training.TRAINING))
