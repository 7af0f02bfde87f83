"""An engine that counts the samples, for a progress line, and leaves the work to another engine."""
from typing import Any, Callable

from ..linalg import Matrix
from .loops import Engine
from .work import Until


class CountingEngine(Engine):
    """Does what ``engine`` does, and counts the ``samples`` that were learned from.

    ``tell``, if it is set, is called with that number after each batch.
    """

    def __init__(self, engine: Engine):
        self.engine = engine
        self.samples = 0
        self.tell: "Callable[[int], None] | None" = None

    def gradients(self, network, loss, inputs: Matrix, targets: Matrix) -> tuple:
        """What the engine's own ``gradients`` returns."""
        return self.engine.gradients(network, loss, inputs, targets)

    def outputs(self, network, inputs: Matrix) -> Matrix:
        """The network's output for each input."""
        return self.engine.outputs(network, inputs)

    def learn(self, network, loss, optimizer, inputs: Matrix, targets: Matrix) -> tuple:
        """What the engine's own ``learn`` returns."""
        done = self.engine.learn(network, loss, optimizer, inputs, targets)
        self.samples += len(inputs)
        if self.tell:
            self.tell(self.samples)
        return done

    def epoch(self, network, loss, optimizer, data, batch_size, rng):
        """What the engine's own ``epoch`` returns."""
        batches = self.engine.epoch(network, loss, optimizer, data, batch_size, rng)
        return None if batches is None else self._counted(batches)

    def epochs(self, network, loss, optimizer, data, batch_size, until: Until) -> Any:
        """What ``Compiled.epochs`` returns; None with another engine, or if ``tell`` is set."""
        learn = None if self.tell else getattr(self.engine, "epochs", None)
        found = learn(network, loss, optimizer, data, batch_size, until) if learn else None
        return None if found is None else self._counted_epochs(found, len(data.inputs))

    def _counted_epochs(self, epochs, samples):
        for losses, hits in epochs:
            self.samples += samples * len(losses)
            yield losses, hits

    def _counted(self, batches):
        for batch in batches:
            self.samples += batch[1]
            if self.tell:
                self.tell(self.samples)
            yield batch

    def sync(self) -> None:
        """Bring the network's lists up to date."""
        self.engine.sync()

    def close(self) -> None:
        """End what the engine keeps running."""
        self.engine.close()

    def __repr__(self):
        return repr(self.engine)
