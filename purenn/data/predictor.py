"""Predict from a table with a saved network: a Predictor, made of a file's Model and its Preparation."""
import math
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence

from ..activations import sigmoid, softmax
from ..files.disk import naming
from ..files.model import Model, load_model
from ..linalg import PurennError
from .columns import Table
from .encoding import decode, encode, rows_to_encode
from .preparation import Number, Preparation, from_dict


class Predictor(NamedTuple):
    """A Model from a file, and how a table's row becomes its inputs; ``preparation`` is None if the file has none."""

    model: Model
    preparation: Optional[Preparation]

    def output_size(self) -> int:
        """How many outputs the network has."""
        network = self.model.network
        return len(network.predict([[0.0] * network.in_features])[0])

    def predict(self, table: Table) -> dict:
        """A dict: for each row that can be predicted, its number, from 0, and the pair (outputs, what they mean).

        Raises PurennError if the table does not fit, or an output is not finite.
        """
        preparation = self.preparation or self._plain(table)
        known = rows_to_encode(preparation, table, with_target=False)
        outputs = self.model.network.predict(encode(preparation, table, known, with_target=False)[0]) if known else []
        if not all(math.isfinite(value) for output in outputs for value in output):
            raise PurennError(f"an output of the network for {table.path} is not finite: its weights, or the "
                              "numbers of the table, are too large")
        likely = self.model.output == "probability"
        if likely and not all(0.0 <= value <= 1.0 for output in outputs for value in output):
            raise PurennError("the outputs of the network should be probabilities, but for "
                              f"{table.path} they are not between 0 and 1; the model is damaged")
        threshold = 0.0 if self.model.output == "binary logits" else 0.5
        return dict(zip(known, zip(outputs, decode(preparation, outputs, threshold))))

    def _plain(self, table):
        """The Preparation for a model that has none: all columns as they are, in their order."""
        wanted = self.model.network.in_features
        if len(table.names) != wanted:
            raise PurennError(f"{table.path} has {len(table.names)} columns, and the network takes {wanted} numbers, "
                              "one from each column")
        return Preparation(table.names, [Number(name) for name in table.names], Number(""))

    def probabilities(self, values: List[float]) -> Optional[List[float]]:
        """The probability of each class, from one sample's outputs; None if there are no classes, or no probabilities.

        Outputs that are independent probabilities, whose sum need not be 1, are divided by their sum.
        """
        if not self.preparation or not self.preparation.classes:
            return None
        if self.model.output == "logits":
            return softmax(values)
        if self.model.output == "binary logits":
            values = [sigmoid(z) for z in values]
        if self.model.output != "values":
            if len(values) == 1:
                return [1.0 - values[0], values[0]]
            total = math.fsum(values)
            return [value / total if total > 0.0 else 1.0 / len(values) for value in values]
        return None


def load_predictor(path: str, activation: Optional[str] = None, output_activation: Optional[str] = None) -> Predictor:
    """The Predictor in a file, as ``files.model.load_model`` reads it; its preparation is checked, too.

    Raises PurennError, in one line that names the file, if anything is wrong with it.
    """
    model = load_model(path, activation, output_activation)
    with naming(path):
        if model.network.in_features is None:
            raise PurennError("its network has no Linear layer, so it has learned nothing and predicts nothing")
        if model.preparation is None:
            return Predictor(model, None)
        found = Predictor(model, from_dict(model.preparation))
        _check_fits(found, found.preparation)
    return found


def _check_fits(found: Any, preparation: Any) -> None:
    outputs, classes = found.output_size(), preparation.output_count()
    if preparation.input_count() != found.model.network.in_features or outputs not in (
            (1, 2) if classes == 2 else (classes,)):
        raise PurennError(f"its network takes {found.model.network.in_features} numbers and gives {outputs}, and its "
                          f"preparation has {preparation.input_count()} inputs and {classes} outputs; the file is "
                          "damaged")
    if found.model.output == "logits" and outputs == 1:
        raise PurennError("its outputs are logits, and there is only one output; the file is damaged")


def predicted(predictor: Predictor, table: Any) -> Iterator[List[str]]:
    """The table's rows, the names first, with the prediction and the classes' probabilities.

    If ``missing`` was ``drop`` in training, the added fields of a row with missing values are empty.
    """
    found = predictor.predict(table)
    names = [_fresh(name, table.names) for name in _added_names(predictor)]
    yield [*table.names, *names]
    for row, texts in enumerate(zip(*table.columns)):
        yield [*texts, *_added(predictor, *found[row])] if row in found else [*texts, *[""] * len(names)]


def _fresh(name: str, taken: Sequence[str]) -> str:
    """The name, with a number added if the table has a column of that name."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def _added_names(predictor: Predictor) -> List[str]:
    """The names of the columns that are added."""
    if predictor.preparation is None:
        return [f"output{k + 1}" for k in range(predictor.output_size())]
    if not predictor.preparation.classes or predictor.model.output == "values":
        return ["prediction"]
    return ["prediction", *[f"probability_{name}" for name in predictor.preparation.classes]]


def _added(predictor: Predictor, output: List[float], meaning: Any) -> List[str]:
    """What is added to a row."""
    if predictor.preparation is None:
        return [repr(value) for value in output]
    likely = predictor.probabilities(output) or []
    return [meaning if isinstance(meaning, str) else repr(meaning), *[f"{share:.6f}" for share in likely]]
