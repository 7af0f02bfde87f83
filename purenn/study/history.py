"""What the figures show of a run on points in the unit square, collected while the network learns and afterwards."""
import math
from array import array
from collections import namedtuple

from .. import engines
from ..linalg import dot
from ..training import Dataset, class_of

# The most snapshots in a history, and the most weights in all of them together.
MOST_SNAPSHOTS, MOST_NUMBERS = 200, 4_000_000

# Gradients are computed on at most this many samples, so that a snapshot takes no longer than a small epoch.
MEASURED = 1000

# The map behind the points reaches a little beyond the unit square, as far as LIMITS. Each side has SIDE points in a
# figure and FRAME_SIDE in an animation, or fewer if all maps together would take more than MOST_WORK multiplications.
LIMITS, SIDE, FRAME_SIDE, MOST_WORK = (-0.08, 1.08), 61, 41, 100_000_000

MOST_FRAMES = 60                # of an animation

MOST_LINES = 60                 # of a layer's weights

# The network after ``epoch`` epochs: its parameters' values, one array after another, and the sizes of its gradients.
Snapshot = namedtuple("Snapshot", ("epoch", "values", "gradients"))


class History:
    """How a network changes in training: snapshots, and the accuracies of all epochs.

    Most changes happen early. So at first every epoch has a snapshot, and later the snapshots are farther apart: the
    square roots of their epochs are at equal distances. A run may have any length: when there are too many snapshots,
    every second one is dropped, and the distance is doubled. The gradients are those of ``data``, or of its first
    MEASURED samples.
    """

    def __init__(self, network, loss, data, engine) -> None:
        self.network, self.loss, self.engine = network, loss, engine
        self.data = Dataset(data.inputs[:MEASURED], data.targets[:MEASURED])
        self.most = max(20, min(MOST_SNAPSHOTS, MOST_NUMBERS // network.count_parameters()))
        self.distance, self.due = 0.125, 1.0
        self.snapshots: list = []
        self.accuracies: list = []
        self._take(0)

    def see(self, epoch) -> None:
        """Look at the network after an epoch."""
        self.accuracies.append(epoch.accuracy)
        if epoch.number < self.due:
            return
        self._take(epoch.number)
        if len(self.snapshots) >= self.most:
            self.snapshots = self.snapshots[::2]
            self.distance *= 2.0
        self.due = (math.sqrt(epoch.number) + self.distance) ** 2

    def end(self, number: int) -> None:
        """Take a snapshot of the network after the last epoch, even if none is due."""
        if self.snapshots[-1].epoch != number:
            self._take(number)

    def epochs(self) -> list:
        """After how many epochs each snapshot was taken."""
        return [snapshot.epoch for snapshot in self.snapshots]

    def gradients(self) -> list:
        """For each layer its name, and the size of its gradient in each snapshot."""
        return [(name, [snapshot.gradients[layer] for snapshot in self.snapshots])
                for layer, name in _layers(self.network)]

    def movement(self) -> list:
        """For each layer its name and up to MOST_LINES lines: (neuron, is_bias, a value for each snapshot)."""
        panels = []
        for layer, name in _layers(self.network):
            places = _places(self.network, layer)
            some = places
            if len(places) > MOST_LINES:
                some = [places[i * len(places) // MOST_LINES] for i in range(MOST_LINES)]
                name += f", {MOST_LINES} of {len(places)}"
            panels.append((name, [(neuron, is_bias, [snapshot.values[place] for snapshot in self.snapshots])
                                  for place, neuron, is_bias in some]))
        return panels

    def last_map(self) -> list:
        """The network's outputs now, over the square from LIMITS[0] to LIMITS[1]."""
        return _map(self.network, self.loss, engines.make("auto", self.network), _side(self.network, SIDE, 1))

    def frames(self, tested) -> list:
        """(epoch, classes, map) of up to MOST_FRAMES snapshots; the network ends with the last one's weights."""
        number = min(MOST_FRAMES, len(self.snapshots))
        engine, side = engines.make("auto", self.network), _side(self.network, FRAME_SIDE, number)
        frames = []
        for i in range(number):
            snapshot = self.snapshots[round(i * (len(self.snapshots) - 1) / max(1, number - 1))]
            place = 0
            for _, row, _ in self.network.parameters():
                row[:] = snapshot.values[place:place + len(row)].tolist()
                place += len(row)
            guesses = [class_of(output, self.loss.threshold) for output in engine.outputs(self.network, tested.inputs)]
            frames.append((snapshot.epoch, guesses, _map(self.network, self.loss, engine, side)))
        return frames

    def _take(self, number):
        values = array("d")
        for _, row, _ in self.network.parameters():
            values.extend(row)
        self.snapshots.append(Snapshot(number, values, self._gradient_sizes()))

    def _gradient_sizes(self):
        """A dict from each layer's number to the Euclidean length of its gradient, √Σ (∂C/∂θ)²."""
        self.network.zero_grad()
        self.engine.gradients(self.network, self.loss, self.data.inputs, self.data.targets)
        squares: dict = {}
        for name, _, grads in self.network.parameters():
            layer = name.split(".")[0]
            squares[layer] = squares.get(layer, 0.0) + dot(grads, grads)
        return {layer: math.sqrt(total) for layer, total in squares.items()}


def _layers(network):
    """For each layer that learns: its index, as in parameters(), and what it is in words."""
    learning = [(str(i), layer) for i, layer in enumerate(network.layers) if hasattr(layer, "weight")]
    return [(layer, f"layer {i + 1}: {linear.in_features} → {linear.out_features}")
            for i, (layer, linear) in enumerate(learning)]


def _places(network, wanted):
    """Of each parameter of a layer: its place in a snapshot's values, its neuron, and whether it is a bias."""
    places = []
    start = 0
    for name, values, _ in network.parameters():
        layer, _, row = name.partition(".")
        if layer == wanted:
            is_bias = row == "bias"
            places += [(start + k, k if is_bias else int(row[len("weight["):-1]), is_bias)
                       for k in range(len(values))]
        start += len(values)
    return places


def _side(network, most, maps):
    """How many points a side of a map has: ``most``, or fewer if the maps would take too long."""
    return max(11, min(most, int(math.sqrt(MOST_WORK / (maps * network.count_parameters())))))


def _map(network, loss, engine, side):
    """The network's outputs at side × side points, clipped to 0 … 1."""
    steps = [LIMITS[0] + (LIMITS[1] - LIMITS[0]) * i / (side - 1) for i in range(side)]
    return [[min(1.0, max(0.0, loss.answer(output)[0])) for output in engine.outputs(
        network, [[x1, x2] for x1 in steps])]
            for x2 in steps]
