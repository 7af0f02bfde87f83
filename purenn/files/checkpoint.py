"""Save a run to a file, and resume it later: the results are the same, to the last digit.

A checkpoint holds everything that the next epoch depends on: the settings, where the data come from, the weights, the
optimizer's state and the random generator's. It holds values only: no command-line options, and no names of files to be
written.
"""
import random
from collections import namedtuple

from .. import __version__
from ..linalg import PurennError
from ..training import Epoch
from .architecture import check_row
from .disk import naming
from .text import short
from .model import check_format, check_keys
from .strict_json import read_json, write_json

# task: its name. settings and source: dicts of the Settings, and of where the data come from. engine: its name in
# full. data: a digest of the data. epoch: how many are done. network and optimizer: their state_dict(). random: the
# generator's getstate(). progress: a dict of the curve so far, the best weights, the seconds. The dicts hold plain
# values only; a tuple in one comes back as a list.
Checkpoint = namedtuple("Checkpoint", ("task", "settings", "source", "engine", "data", "epoch", "network", "optimizer",
                                       "random", "progress"))

FORMAT, VERSION = "purenn checkpoint", 2
HEAD = ["format", "version", "purenn"]


def save_checkpoint(path, checkpoint: Checkpoint) -> None:
    """Write a Checkpoint to a file; an old file is replaced only when the new one is complete.

    Raises PurennError if a number is not finite, a part is not what ``Checkpoint`` says, or the file cannot
    be written.
    """
    if not isinstance(checkpoint, Checkpoint):
        raise PurennError(f"save_checkpoint: found a {type(checkpoint).__name__}; give a "
                          f"Checkpoint({', '.join(Checkpoint._fields)})")
    with naming(path):
        _check(checkpoint)
        document = {"format": FORMAT, "version": VERSION, "purenn": __version__, **checkpoint._asdict()}
    write_json(path, document, 1)


def load_checkpoint(path) -> Checkpoint:
    """The Checkpoint in a file that ``save_checkpoint`` wrote.

    Raises PurennError, in one line that names the file, if anything is wrong with it.
    """
    document = read_json(path)
    with naming(path):
        check_format(document, FORMAT, VERSION, "it is a model, not a checkpoint: training cannot go on from it")
        if document["version"] < VERSION:
            raise PurennError(f"is of version {document['version']} of the format, but this "
                              f"purenn reads version {VERSION}: start the training again")
        check_keys(document, [*HEAD, *Checkpoint._fields])
        found = Checkpoint(**{name: document[name] for name in Checkpoint._fields})
        found = found._replace(random=_as_tuples(found.random))
        _check(found)
    return found


def _as_tuples(state):
    """A generator's state as ``setstate`` takes it: JSON has lists only."""
    if isinstance(state, list):
        return tuple(tuple(part) if isinstance(part, list) else part for part in state)
    return state


def _check(checkpoint):
    """Raise PurennError unless each part of a checkpoint is what it must be."""
    if not isinstance(checkpoint.task, str) or not checkpoint.task:
        raise PurennError(f"task is {short(checkpoint.task)}; it must be a name")
    if type(checkpoint.epoch) is not int or not 0 <= checkpoint.epoch < 1 << 53:
        raise PurennError(f"epoch is {short(checkpoint.epoch)}; it must be a whole number from 0 up")
    if not isinstance(checkpoint.engine, str) or type(checkpoint.data) is not int:
        raise PurennError(f"engine and data are {short(checkpoint.engine)} and {short(checkpoint.data)}; they must be "
                          "a name and a whole number")
    for name in ("settings", "source", "network", "optimizer", "progress"):
        if not isinstance(getattr(checkpoint, name), dict):
            raise PurennError(f"{name} is {short(getattr(checkpoint, name))}; it must be a dict")
    for name, values in checkpoint.network.items():
        _check_numbers(f"network: {short(name)}", values)
    for name, values in checkpoint.optimizer.items():
        _check_numbers(f"optimizer: {short(name)}", values)
    _check_random(checkpoint.random)


def _check_numbers(where, values):
    """Raise PurennError unless ``values`` is a finite number, a list of these, or a list of such lists."""
    rows = values if isinstance(values, list) else [[values]]
    if rows and not isinstance(rows[0], list):
        rows = [rows]
    for row in rows:
        check_row(where, row, len(row) if isinstance(row, list) else None)


def _check_random(state):
    """Raise PurennError unless a random generator could be in this state."""
    try:
        version, numbers, gauss = state
        random.Random().setstate(state)                     # it accepts some impossible states
        if (type(version) is int and version == random.Random.VERSION and set(map(type, numbers)) == {int}
                and all(0 <= number < 1 << 32 for number in numbers) and (gauss is None or type(gauss) is float)):
            return
    except (TypeError, ValueError, OverflowError):
        pass
    raise PurennError(f"random is {short(state)}; it must be what getstate() of a random.Random gives")


def check_sizes(sizes, network) -> None:
    """Raise PurennError unless the weights fit the sizes; called before a network of these sizes is made."""
    matrices = [values for name, values in network.items() if name.endswith(".weight")]
    fits = len(matrices) == len(sizes) - 1
    for matrix, fan_in, fan_out in zip(matrices, sizes, sizes[1:]):
        fits = fits and isinstance(matrix, list) and len(matrix) == fan_out and all(
            isinstance(row, list) and len(row) == fan_in for row in matrix)
    if not fits:
        raise PurennError(f"its sizes are {short(sizes)}, and its weights have others; the file is damaged")


def check_history(columns, epoch: int, needed) -> None:
    """Raise PurennError unless a checkpoint's history is possible for its epochs."""
    if not isinstance(columns, dict) or not needed <= set(columns) <= set(Epoch._fields[1:]):
        raise PurennError(f"its history is not a dict with {', '.join(sorted(needed))}; the file is damaged")
    for name, numbers in columns.items():
        if not isinstance(numbers, list) or len(numbers) != epoch:
            found = f"{len(numbers)} entries" if isinstance(numbers, list) else "no list"
            raise PurennError(f"its history has {found} under {name}, but {epoch} epochs are done; the file is damaged")
        if not all(type(number) is float and number >= 0.0 for number in numbers):
            raise PurennError(f"its history has an entry under {name} that is not a number from 0 up; the file is "
                              "damaged")
