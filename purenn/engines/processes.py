"""A batch's samples divided among worker processes: for wide layers, for which even one sample is a lot of work.

The gradient of a batch is a sum over its samples, so each worker can do its part with an engine of its
own, and the parts are added:

    ∂C/∂θ = share(n) · Σ_x ∂C_x/∂θ = Σ over the workers of share(n)/share(n_w) · (their own ∂C/∂θ)

where n is the number of samples of the batch, and n_w that of the worker.

Each worker has a copy of the network, made when it starts. For each batch, it is sent the current weights and its part
of the samples. It sends back its cost, its outputs and its gradients. All but the cost are packed doubles.
"""
import os
from array import array
from functools import partial
from typing import Any

from ..linalg import Matrix, PurennError
from .loops import Engine, Loops
from .workers import Workers, may_start


class Processes(Engine):
    """The engine that shares a batch out over ``workers`` processes, each with its own copy of ``inner``.

    ``inner`` is an engine, by default ``Loops()``; ``workers`` is by default the number of cores. The workers are
    started once, with the first batch; ``close()``, or the end of a ``with`` block, ends them. A worker that dies or
    raises ends them all, with a PurennError. Raises PurennError unless ``workers`` is a whole number from 1 up.
    """

    _crew: Any = None                               # the Workers, once they have started

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
            outputs += _rows(part_outputs)
            _add(network, gradients, factor)
        return cost, outputs

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        outputs = []
        for _, part in self._shared_out(network, self._loss, inputs, None):
            outputs += _rows(part)
        return outputs

    def close(self) -> None:
        """End the workers. They start again with the next batch."""
        if self._crew:
            self._crew.close()
        self._crew = None

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
        self._start(network, loss)
        weights = _packed([values for _, values, _ in network.parameters()])
        shares = _shares(len(inputs), self.workers)
        worker, answers = 0, []
        try:
            for worker, (start, stop) in enumerate(shares):
                rows = None if targets is None else _packed(targets[start:stop])
                self._crew.ask(worker, (weights, _packed(inputs[start:stop]), rows))
            for worker, (start, stop) in enumerate(shares):
                answers.append((stop - start, self._crew.answer(worker)))
            return answers
        except PurennError as error:
            self.close()
            raise PurennError(f"processes: worker {worker}: {error}") from None
        except BaseException:                       # a Ctrl-C in the middle, too: answers may be on their way
            self.close()
            raise

    def _start(self, network, loss):
        if self._crew and self._layers == network.layers and (loss is None or loss is self._loss):
            return
        self.close()
        if not may_start():
            raise PurennError("processes: this process is itself a worker and may start no others; take another engine")
        self._layers, self._loss = list(network.layers), loss
        self._crew = Workers(self.workers, partial(_do, self.inner, network, loss))


def _shares(count, workers):
    """``count`` samples as up to ``workers`` ranges of nearly equal length, none of them empty."""
    workers = min(workers, count)
    bounds = [count * i // workers for i in range(workers + 1)]
    return list(zip(bounds, bounds[1:]))


def _do(engine, network, loss, question):
    """What a worker does: its cost, outputs and gradients, or without targets the outputs alone."""
    weights, inputs, targets = question
    for (_, values, _), row in zip(network.parameters(), _rows(weights)):
        values[:] = row
    if targets is None:
        return _packed(engine.outputs(network, _rows(inputs)))
    network.zero_grad()
    cost, outputs = engine.gradients(network, loss, _rows(inputs), _rows(targets))
    return cost, _packed(outputs), _packed([grads for _, _, grads in network.parameters()])


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
