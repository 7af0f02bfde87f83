"""The loops, compiled: C for a network (``c_source.py``), built by the machine's own compiler, called by ``ctypes``.

The digits are those of ``Loops``, bit for bit, with any number of threads. Where each sample has its own sums, the
threads divide the samples; where a sum runs over the samples, they divide the neurons.

While ``train`` goes on, the numbers are in C, and the network's lists are out of date. So the lists are taken out of
the network, and a descriptor (``Behind``) stands in their place: when a program reads a list, the descriptor first puts
the numbers back. If a program keeps a reference to one of the lists, the numbers are put back after each epoch.
"""
import os

from ..linalg import Matrix, PurennError
from ..losses import MSELoss
from ..optimizers import SGD
from . import c_compiler
from .c_source import c_source
from .c_templates import STEPS
from .crew import Crew
from .loops import Engine
from .numbers import Data, Numbers, block
from .work import Until

# The most multiplications in one call to C: Ctrl-C waits until a call ends.
MOST_IN_A_CALL = 2e8

# The most multiplications in one call of several epochs: they take about a twentieth of a second.
MOST_AHEAD = 1e7

# The number of samples that each thread computes at once.
ROOM = 64

# At most this many data sets are kept in the form for C, such as those of training, validation and test.
MOST_KEPT = 4


class Compiled(Engine):
    """The engine for any network of purenn's layers, with its losses and optimizers, if there is a C compiler.

    ``threads`` is the number of threads, by default one for each core. Raises PurennError if there is no compiler,
    if it fails, if a layer or the loss is your own, or if ``threads`` is not a whole number from 1 up.
    """

    def __init__(self, threads=None) -> None:
        threads = threads if threads is not None else os.cpu_count() or 1
        if not isinstance(threads, int) or threads < 1:
            raise PurennError(f"compiled: threads is {threads!r}; it must be a whole number from 1 up")
        reason = c_compiler.why_none()
        if reason:
            raise PurennError(f"compiled: {reason}; take another engine")
        self.threads = threads
        self._numbers: "Numbers | None" = None
        self._data: list = []
        self._crew = Crew(threads)

    def prepare(self, network, loss, optimizer) -> None:
        """Compile the C for a training, before it begins. Raises PurennError if that fails."""
        self._for(network, loss, optimizer if type(optimizer) in STEPS else None)

    @staticmethod
    def is_ready(network, loss, optimizer) -> bool:
        """True if the C for these has been compiled already."""
        try:
            return c_compiler.is_loaded(c_source(network, loss, optimizer))
        except (PurennError, KeyError):                 # there is no C for one of them
            return False

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        return self._from_lists(network, loss, None, Data(network, inputs, targets))

    def learn(self, network, loss, optimizer, inputs: Matrix, targets: Matrix) -> tuple:
        """Learn from one batch, the step included; return the cost before it, and the outputs.

        If the optimizer is your own, or learns only a part of the network, its own ``step`` is called.
        """
        if self._ours(network, loss, optimizer):
            return self._from_lists(network, loss, optimizer, Data(network, inputs, targets))
        return Engine.learn(self, network, loss, optimizer, inputs, targets)

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        numbers, found = self._for(network, None, None), []
        data = self._kept(network, inputs, None)
        numbers.load()
        numbers.set_up(data, None, None)
        task, room = numbers.task, numbers.make_room(self._room(numbers, data.count))
        for start in range(0, data.count, room):
            task.start, task.count = start, min(room, data.count - start)
            self._crew.share_out(numbers, numbers.library.predict, task.count)
            found += numbers.outputs()
        return found

    def epoch(self, network, loss, optimizer, data, batch_size, rng):
        """Learn from all batches of an epoch: an iterator over each batch's cost, size, and number of right outputs.

        Returns None instead if the optimizer is one of your own, or learns only a part of the network.
        """
        numbers = self._ours(network, loss, optimizer)
        if numbers is None:
            return None
        kept = self._kept(network, data.inputs, data.targets)
        numbers.load()
        numbers.hide()
        order = None if rng is None else list(range(kept.count))
        if order:
            rng.shuffle(order)                              # as training.batches does
        numbers.set_up(kept, optimizer, order)
        size = min(batch_size or kept.count, kept.count)
        numbers.make_room(self._room(numbers, size), -(-kept.count // size))
        if numbers.place.parameters * kept.count > MOST_IN_A_CALL or self._crew.shares(numbers, size):
            return self._batch_by_batch(numbers, kept, size)
        return self._in_one_call(numbers, kept, size)

    def epochs(self, network, loss, optimizer, data, batch_size, until: Until):
        """Learn several epochs at once, as many as may be done before a program looks at the network.

        Returns an iterator with one item, a pair: the losses of the epochs (the last may be infinite or nan), and how
        many outputs were right in each epoch. Returns None instead if ``epoch`` does, or if an epoch is long.
        """
        numbers = self._ours(network, loss, optimizer)
        if numbers is None or numbers.place.parameters * len(data.inputs) > MOST_AHEAD / 10:
            return None
        kept = self._kept(network, data.inputs, data.targets)
        numbers.load()
        numbers.hide()
        numbers.set_up(kept, optimizer, None)
        size = min(batch_size or kept.count, kept.count)
        numbers.make_room(self._room(numbers, size), -(-kept.count // size))
        until = until._replace(epochs=min(until.epochs, int(MOST_AHEAD / (numbers.place.parameters * kept.count))))
        return self._ahead(numbers, kept, size, until)

    def sync(self) -> None:
        """Bring the network's lists up to date."""
        if self._numbers:
            self._numbers.sync()

    def close(self) -> None:
        """Bring the lists up to date, and end the threads."""
        self.sync()
        self._crew.end()
        self._numbers, self._data = None, []

    def __del__(self):
        numbers = getattr(self, "_numbers", None)
        if numbers:
            numbers.sync()

    def __repr__(self):
        return "Compiled()"

    # The pieces.

    def _ours(self, network, loss, optimizer):
        """The numbers, if C has this optimizer's step and it learns all that the network has; otherwise None."""
        numbers = self._numbers
        if numbers and numbers.are_in_c() and numbers.suits(network, loss, optimizer):
            return numbers
        if type(optimizer) not in STEPS:
            return None
        theirs = [(id(values), id(grads)) for _, values, grads in optimizer.parameters]
        if theirs != [(id(values), id(grads)) for _, values, grads in network.parameters()]:
            return None
        return self._for(network, loss, optimizer)

    def _for(self, network, loss, optimizer):
        """The numbers of this network, with the C for the loss and the optimizer, if they are given."""
        numbers = self._numbers
        if numbers is None or not numbers.suits(network, loss, optimizer):
            if numbers:
                numbers.sync()
            loss = loss or (numbers.loss if numbers and numbers.layers == network.layers else MSELoss())
            optimizer = optimizer or SGD(network.parameters())
            library = c_compiler.load(c_source(network, loss, optimizer))
            self._numbers = numbers = Numbers(network, loss, optimizer, library)
        return numbers

    def _kept(self, network, inputs, targets):
        """The data in the form for C, made anew if they have changed."""
        for i, data in enumerate(self._data):
            if data.inputs is inputs and (data.targets is targets or targets is None):
                if data.width == network.in_features and data.is_unchanged():
                    return data
                del self._data[i]
                break
        data = Data(network, inputs, targets, keep=True)
        self._data = [data] + self._data[:MOST_KEPT - 1]
        return data

    def _room(self, numbers, size):
        """How many samples are computed at once."""
        most = max(1, int(MOST_IN_A_CALL * self.threads / max(1, numbers.place.parameters)))
        return min(size, ROOM * (4 * self.threads if self.threads > 1 else 1), most)

    def _from_lists(self, network, loss, optimizer, data):
        """The cost and the outputs of one batch; all lists are up to date before and after."""
        numbers = self._for(network, loss, optimizer)
        numbers.sync()
        numbers.load()
        numbers.set_up(data, optimizer, None)
        numbers.make_room(self._room(numbers, data.count))
        found: list = []
        try:
            return self._batch(numbers, data, 0, data.count, optimizer is not None, found), found
        finally:
            self._after(numbers)

    def _in_one_call(self, numbers, data, size):
        """All batches of an epoch in one call. After Ctrl-C, the batches that were done are counted first."""
        interrupted = None
        try:
            numbers.call_batches(data.count, size)
        except KeyboardInterrupt as error:
            interrupted = error
        done = self._after(numbers)
        found, right = numbers.views["found"], numbers.views["right"]
        if numbers.task.invalid:
            self._refuse(numbers, data, (done - 1) * size, size)
        for i in range(done):
            yield found[i], min(size, data.count - i * size), right[i]
        if interrupted:
            raise interrupted

    def _ahead(self, numbers, data, size, until):
        """Several epochs in one call. After Ctrl-C, the epochs that were done are counted first."""
        losses, found = block(until.epochs)
        hits, right = block(until.epochs, whole=True)
        interrupted = None
        try:
            numbers.call_epochs(data.count, size, until, found, right)
        except KeyboardInterrupt as error:
            interrupted = error
        batches = self._after(numbers)
        done = numbers.task.epochs - numbers.task.invalid
        yield losses[:done].tolist(), hits[:done].tolist()
        if numbers.task.invalid:
            self._refuse(numbers, data, (batches - 1) * size, size)
        if interrupted:
            raise interrupted

    def _batch_by_batch(self, numbers, data, size):
        """All batches of an epoch, in calls that end soon and are divided among the threads."""
        for start in range(0, data.count, size):
            count, interrupted, cost = min(size, data.count - start), None, 0.0
            try:
                cost = self._batch(numbers, data, start, count, True, None)
            except KeyboardInterrupt as error:
                if not numbers.task.done:
                    raise
                interrupted, cost = error, numbers.task.share * numbers.task.total
            finally:
                self._after(numbers)
            yield cost, count, numbers.task.right
            if interrupted:
                raise interrupted

    def _after(self, numbers):
        """What is to be done after a call that may have learned; returns how many batches were done."""
        task = numbers.task
        if "t" in numbers.optimizer.__dict__:
            numbers.optimizer.t = task.steps
        if not numbers.in_c:
            numbers.store()
        return task.done

    def _batch(self, numbers, data, start, count, step, outputs):
        """The cost of a batch and its gradients, and the step if it is wanted; the outputs are added to a list."""
        task, library = numbers.task, numbers.library
        task.share, task.done = numbers.loss.share(count), 0
        for begin in range(start, start + count, task.room):
            task.start, task.count = begin, min(task.room, start + count - begin)
            task.first = begin == start
            task.fresh = step and task.first
            self._crew.share_out(numbers, library.forward_and_back, task.count)
            is_fine = library.sum_costs(numbers.pointer)
            if outputs is not None:
                outputs += numbers.outputs()
            if task.invalid:
                self._refuse(numbers, data, start, count)
            task.last = step and is_fine and begin + task.count == start + count
            try:
                self._crew.share_out(numbers, library.slopes_and_step, None)
            finally:                                # Ctrl-C takes effect after all of it, the step included
                task.done = task.last
                task.steps += task.last
        return task.share * task.total

    def _refuse(self, numbers, data, start, count):
        """Raise the loss's own error for an output that it is not defined for."""
        order, layers = numbers.order, numbers.layers
        for place in range(start, min(start + count, data.count)):
            sample = place if order is None else order[place]
            output = data.inputs[sample]
            for layer in layers:
                output = layer.forward(output)
            numbers.loss.forward(output, data.targets[sample])
