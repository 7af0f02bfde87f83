"""How long an epoch of a run will take, measured before it begins."""
import math
from typing import NamedTuple

from ..runs.settings import make_optimizer
from ..training import Dataset

# An epoch is measured on at most this many samples, again and again for this many seconds.
MEASURED, MEASURING = 256, 0.1


class Estimate(NamedTuple):
    """The seconds that an epoch takes, the samples learned in a second, and how many samples were timed."""

    seconds: float
    rate: float
    measured: int


def estimate(run, clock) -> Estimate:
    """How long an epoch will take, measured by a clock on one batch or a part of it; the network stays as it is."""
    network, engine, data = run.network, run.engine.engine, run.problem.train
    batch = min(run.settings.batch_size or len(data.inputs), len(data.inputs))
    part = Dataset(data.inputs[:min(batch, MEASURED)], data.targets[:min(batch, MEASURED)])
    state, own = network.state_dict(), run.optimizer.state_dict()
    learning = _learning(run, part, -(-len(data.inputs) // batch), clock)
    outputs = _seconds(lambda: engine.outputs(network, part.inputs), clock) / len(part.inputs)
    network.load_state_dict(state)
    run.optimizer.load_state_dict(own)
    network.zero_grad()
    others = len(run.problem.validation.inputs) if run.problem.validation else 0
    return Estimate(learning + outputs * others, len(data.inputs) / learning, len(part.inputs))


def _learning(run, part, batches, clock):
    """The seconds that an epoch's learning takes: all samples, and a step for each batch."""
    network, loss, engine, samples = run.network, run.loss, run.engine.engine, len(run.problem.train.inputs)

    def learn():
        return list(engine.epoch(network, loss, run.optimizer, part, None, None) or ())
    if learn():                                                         # the engine did a whole epoch, steps included
        return _seconds(learn, clock) * samples / len(part.inputs)
    optimizer = make_optimizer(run.settings, network.parameters())
    engine.learn(network, loss, optimizer, *part)                       # not timed: workers start, source is compiled
    gradients = _seconds(lambda: engine.gradients(network, loss, *part), clock) / len(part.inputs)
    return gradients * samples + _seconds(optimizer.step, clock) * batches


def _seconds(function, clock):
    """The seconds of the fastest call; the function is called again and again for MEASURING seconds."""
    best, begin = math.inf, clock()
    while best == math.inf or clock() - begin < MEASURING:
        start = clock()
        function()
        seconds = clock() - start
        best = min(best, seconds)
    return best
