"""How the columns of a table become a network's inputs and target: a Preparation, which is saved with the network.

``features.fit`` finds the Preparation of a table, ``of_points`` and ``of_pixels`` give that of points and of images,
and ``from_dict`` reads a saved one. ``encoding.encode`` uses it to turn a table's rows into inputs and targets.
"""
import math
from collections import Counter
from typing import List, NamedTuple, Tuple, Union

from ..files.text import short
from ..linalg import PurennError, is_finite

MOST_VALUES = 100               # different texts in a column of categories or classes, at most


class Number(NamedTuple):
    """A column of numbers, standardized: z = (x − mean) / deviation, both measured on the training rows."""

    name: str
    mean: float = 0.0
    deviation: float = 1.0


class Category(NamedTuple):
    """A column of texts, one-hot over these different values: an input for each."""

    name: str
    values: List[str]


class Classes(NamedTuple):
    """A target that is one of these classes, one-hot: an output for each."""

    name: str
    classes: List[str]


class Preparation(NamedTuple):
    """How a row of a table becomes the inputs and the target of a network.

    ``columns`` are the names of all columns of the table, in their order; ``inputs`` has a Number or a Category for
    each column that is an input, ``target`` describes the one that is predicted. ``missing`` is what is done about
    missing values: ``refuse`` them, put in the ``mean`` (for a category all zeros), or ``drop`` the row. ``header`` is
    whether the table named its columns, ``decimal`` its decimal separator, point or comma.
    """

    columns: List[str]
    inputs: List[Union[Number, Category]]
    target: Union[Number, Classes]
    missing: str = "refuse"
    header: bool = True
    decimal: str = "point"

    @property
    def classes(self) -> Tuple[str, ...]:
        """The names of the classes; none if a number is predicted."""
        return tuple(self.target.classes) if isinstance(self.target, Classes) else ()

    def input_count(self) -> int:
        """How many numbers go into the network: one for each number, and one for each value of a category."""
        count = 0
        for feature in self.inputs:
            count += len(feature.values) if isinstance(feature, Category) else 1
        return count

    def output_count(self, single: bool = False) -> int:
        """The number of outputs: one for each class, but one alone for two classes if ``single``; one for a number."""
        return 1 if single or not self.classes else len(self.classes)

    def as_dict(self) -> dict:
        """This Preparation in plain values, which JSON can hold; ``from_dict`` reads them."""
        return {"columns": list(self.columns), "inputs": [_as_dict(feature) for feature in self.inputs],
                "target": _as_dict(self.target), "missing": self.missing, "header": self.header,
                "decimal": self.decimal}


KINDS = {"number": Number, "category": Category, "classes": Classes}


def _as_dict(feature):
    kind = next(name for name in KINDS if isinstance(feature, KINDS[name]))
    return {"name": feature.name, "kind": kind, **feature._asdict()}


def of_points(features: int) -> Preparation:
    """The Preparation of points: the numbers x1, x2 and so on, as they are, and a class of 0 or 1."""
    names = [f"x{k + 1}" for k in range(features)]
    return Preparation([*names, "class"], [Number(name) for name in names], Classes("class", ["0", "1"]))


def of_pixels(images, names: list, mean: float, deviation: float) -> Preparation:
    """The Preparation of Images: the target is the label, and the inputs are the pixels.

    All pixels are standardized with the same ``mean`` and ``deviation``, which are in the scale of the file's pixels.
    """
    layout = images.layout
    if layout is None:
        from .images import Layout
        pixels = [f"pixel{k + 1}" for k in range(images.height * images.width)]
        layout = Layout(["label", *pixels], "label", pixels, True)
    return Preparation(layout.columns, [Number(name, mean, deviation) for name in layout.pixels],
                       Classes(layout.label, list(names)), header=layout.header)


# A preparation from a file, which is not trusted.

def from_dict(found) -> Preparation:
    """The Preparation whose ``as_dict`` gave this; raises PurennError, naming what is wrong, for anything else."""
    from .columns import DECIMALS, positions
    from .missing import REMEDIES
    known = {"header": found["columns"] != positions(len(found["columns"])), "decimal": "point", **found} if isinstance(
        found, dict) and isinstance(found.get("columns"), list) else found     # files of 0.1.0 have neither
    _check_keys("the whole", known, ("columns", "inputs", "missing", "target", "header", "decimal"))
    columns = _check_texts("columns", found["columns"], 2, math.inf)
    if not isinstance(found["inputs"], list) or not found["inputs"]:
        raise _wrong("inputs", found["inputs"], "a list of at least one")
    inputs = [_feature(f"inputs[{number}]", feature, "category", "values", 1)
              for number, feature in enumerate(found["inputs"])]
    target = _feature("target", found["target"], "classes", "classes", 2)
    names = [feature.name for feature in [*inputs, target]]
    _check_texts("the names", names, 2, math.inf)
    if not set(names) <= set(columns):
        raise _wrong("columns", columns, "a list that names each input and the target")
    if not isinstance(found["missing"], str) or found["missing"] not in REMEDIES:
        raise _wrong("missing", found["missing"], " or ".join(REMEDIES))
    if not isinstance(known["header"], bool):
        raise _wrong("header", known["header"], "true or false")
    if known["decimal"] not in DECIMALS:
        raise _wrong("decimal", known["decimal"], " or ".join(DECIMALS))
    return Preparation(columns, inputs, target, found["missing"], known["header"], known["decimal"])


def _wrong(what, found, expected):
    return PurennError(f"preparation: {what}: found {short(found)}, expected {expected}")


def _check_keys(what, found, keys):
    if not isinstance(found, dict) or found.keys() != set(keys):
        raise _wrong(what, list(found) if isinstance(found, dict) else found, "a dict with " + ", ".join(keys))


def _feature(what, feature, kind, values, least):
    """One input or the target: a Number; or a Category or Classes, as ``kind`` says, with its ``values``."""
    from .columns import IS_MISSING
    found = feature.get("kind") if isinstance(feature, dict) else None
    if found == kind:
        _check_keys(what, feature, ("name", "kind", values))
        for text in _check_texts(f"{what}: {values}", feature[values], least, MOST_VALUES):
            if text in IS_MISSING:
                raise _wrong(f"{what}: {values}", text, "a text that does not stand for a missing value")
    elif found == "number":
        _check_keys(what, feature, ("name", "kind", "mean", "deviation"))
        for name in ("mean", "deviation"):
            if isinstance(feature[name], bool) or not is_finite(feature[name]):
                raise _wrong(f"{what}: {name}", feature[name], "a finite number")
        if feature["deviation"] <= 0.0:
            raise _wrong(f"{what}: deviation", feature["deviation"], "a number above 0")
    else:
        raise _wrong(what, feature, "an object whose kind is number or " + kind)
    return KINDS[found](**{name: value for name, value in feature.items() if name != "kind"})


def _check_texts(what, texts, least, most):
    """A list of different texts, none of them empty, from ``least`` to ``most`` of them."""
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise _wrong(what, texts, "a list of texts that are not empty")
    if len(set(texts)) < len(texts):
        raise _wrong(what, Counter(texts).most_common(1)[0][0], "each only once")
    if not least <= len(texts) <= most:
        raise _wrong(what, f"{len(texts)}", f"at least {least} and at most {most} of them")
    return texts
