"""A batch's samples divided among worker processes: for wide layers, for which even one sample is a lot of work.

The gradient of a batch is a sum over its samples, so each worker can do its part with an engine of its
own, and the parts are added:

    ∂C/∂θ = share(n) · Σ_x ∂C_x/∂θ = Σ over the workers of share(n)/share(n_w) · (their own ∂C/∂θ)

where n is the number of samples of the batch, and n_w that of the worker.

Each worker has a copy of the network, made when it starts. With a batch's part it is sent the weights
as they are now, and it sends back its cost, its outputs and its gradients, all as packed doubles.
"""
import multiprocessing
import os
import signal
import threading
from array import array

from ..linalg import Matrix, PurennError
from .loops import Engine, Loops

# How long to wait for the end of a worker that no longer answers, in seconds.
PATIENCE = 1.0


class Processes(Engine):
    """The engine that shares a batch out over ``workers`` processes, each with its own copy of ``inner``.

    ``inner`` is an engine, by default ``Loops()``; ``workers`` is by default the number of cores. The workers are
    started once, with the first batch; ``close()``, or the end of a ``with`` block, ends them. A worker that dies or
    raises ends them all, with a PurennError. Raises PurennError unless ``workers`` is a whole number from 1 up.
    """

    _members: list = []                             # (process, connection) of each worker; none has started yet

    def __init__(self, workers=None, inner=None) -> None:
        workers = workers if workers is not None else os.cpu_count() or 1
        if not isinstance(workers, int) or workers < 1:
            raise PurennError(f"processes: workers is {workers!r}; it must be a whole number from 1 up")
        self.workers = workers
        self.inner = inner or Loops()
        self._layers: list = []
        self._loss = None

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """Add ∂C/∂θ of the batch to the network's gradients; return the cost C and the outputs."""
        whole = loss.share(len(inputs))
        cost, outputs = 0.0, []
        for count, (part_cost, part_outputs, gradients) in self._shared_out(network, loss, inputs, targets):
            factor = whole / loss.share(count)
            cost += factor * part_cost
            outputs += part_outputs
            _add(network, gradients, factor)
        return cost, outputs

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        outputs = []
        for _, part in self._shared_out(network, self._loss, inputs, None):
            outputs += part
        return outputs

    def close(self) -> None:
        """End the workers. They start again with the next batch."""
        for process, connection in self._members:
            connection.close()
            process.terminate()
        for process, _ in self._members:
            process.join()
        self._members = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    def __repr__(self):
        return f"Processes(workers={self.workers}, inner={self.inner!r})"

    def _shared_out(self, network, loss, inputs, targets):
        """Each worker's number of samples and its answer, in the order of the samples."""
        try:
            self._start(network, loss)
            weights = _packed([values for _, values, _ in network.parameters()])
            parts = []
            for index, (start, stop) in enumerate(_shares(len(inputs), self.workers)):
                rows = None if targets is None else _packed(targets[start:stop])
                self._ask(index, (weights, _packed(inputs[start:stop]), rows))
                parts.append(stop - start)
            return [(count, self._answer(index)) for index, count in enumerate(parts)]
        except BaseException:                       # a Ctrl-C in the middle, too: answers may be on their way
            self.close()
            raise

    def _start(self, network, loss):
        if self._members and self._layers == network.layers and (loss is None or loss is self._loss):
            return
        self.close()
        if not may_start():
            raise PurennError("processes: this process is itself a worker and may start no others; take another engine")
        self._layers, self._loss = list(network.layers), loss
        for _ in range(self.workers):
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=_work, args=(theirs, network, loss, self.inner), daemon=True)
            process.start()
            theirs.close()
            self._members.append((process, ours))

    def _ask(self, index, question):
        try:
            self._members[index][1].send(question)
        except OSError:
            raise self._died(index) from None

    def _died(self, index):
        process = self._members[index][0]
        process.join(PATIENCE)
        return PurennError(f"processes: worker {index} has died ({why_died(process)}); the batch is lost and the run "
                           "has "
                           "ended")

    def _answer(self, index):
        try:
            kind, answer = self._members[index][1].recv()
        except (EOFError, OSError):
            raise self._died(index) from None
        if kind == "error":
            raise PurennError(f"processes: worker {index}: {answer}")
        if kind == "outputs":
            return _rows(answer)
        cost, outputs, gradients = answer
        return cost, _rows(outputs), gradients


def may_start() -> bool:
    """Whether this process may have children: a worker of another pool may not."""
    return not multiprocessing.current_process().daemon


def why_died(process) -> str:
    """What is known of a worker that has died: its exit code and, if that fits, the usual reason."""
    text = f"exit code {process.exitcode}"
    if process.exitcode == 1 and multiprocessing.get_start_method() != "fork":
        text += ('; where processes are spawned, what the program does must be under if __name__ == "__main__", and '
                 "classes of your own must be in a module that can be imported")
    return text


def _shares(count, workers):
    """``count`` samples as up to ``workers`` ranges of nearly equal length, none of them empty."""
    workers = min(workers, count)
    bounds = [count * i // workers for i in range(workers + 1)]
    return list(zip(bounds, bounds[1:]))


def _work(connection, network, loss, engine):
    """What a worker does: wait for work, do it, answer; until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)                # Ctrl-C is the parent's to handle
    threading.Thread(target=end_with_parent, daemon=True).start()
    while True:
        try:
            weights, inputs, targets = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer = _do(engine, network, loss, weights, _rows(inputs), targets)
        except Exception as error:
            answer = "error", f"{type(error).__name__}: {error}"
        connection.send(answer)


def end_with_parent():
    """End this worker at once when its parent is gone, even in the middle of an answer that nobody reads.

    A daemon thread of the worker runs this.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(engine, network, loss, weights, inputs, targets):
    for (_, values, _), row in zip(network.parameters(), _rows(weights)):
        values[:] = row
    if targets is None:
        return "outputs", _packed(engine.outputs(network, inputs))
    network.zero_grad()
    cost, outputs = engine.gradients(network, loss, inputs, _rows(targets))
    return "gradients", (cost, _packed(outputs), _packed([grads for _, _, grads in network.parameters()]))


def _add(network, gradients, factor):
    for (_, _, grads), row in zip(network.parameters(), _rows(gradients)):
        grads[:] = [g + factor * part for g, part in zip(grads, row)]


def _packed(rows):
    """Lists of floats as their lengths and one block of doubles."""
    block = array("d")
    for row in rows:
        block.extend(row)
    return [len(row) for row in rows], block.tobytes()


def _rows(packed):
    lengths, data = packed
    block = array("d")
    block.frombytes(data)
    rows, start = [], 0
    for length in lengths:
        rows.append(block[start:start + length].tolist())
        start += length
    return rows
