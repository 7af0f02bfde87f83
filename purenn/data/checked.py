"""A preparation, as ``features.py`` describes it, that comes from a file and is not to be believed yet."""
import math
from collections import Counter

from ..files.disk import short
from ..linalg import PurennError, is_finite
from .columns import IS_MISSING, REMEDIES
from .features import MOST_VALUES


def check_preparation(preparation) -> dict:
    """Give back what ``fit`` could have made; raise PurennError, naming what is wrong, for anything else."""
    _check_keys("the whole", preparation, ("columns", "inputs", "missing", "target"))
    columns = _check_texts("columns", preparation["columns"], 2, math.inf)
    inputs = preparation["inputs"]
    if not isinstance(inputs, list) or not inputs:
        raise _wrong("inputs", inputs, "a list of at least one")
    for number, feature in enumerate(inputs):
        _check_feature("inputs[%d]" % number, feature, "category", "values", 1)
    _check_feature("target", preparation["target"], "classes", "classes", 2)
    names = [feature["name"] for feature in [*inputs, preparation["target"]]]
    _check_texts("the names", names, 2, math.inf)
    if not set(names) <= set(columns):
        raise _wrong("columns", columns, "a list that names each input and the target")
    if not isinstance(preparation["missing"], str) or preparation["missing"] not in REMEDIES:
        raise _wrong("missing", preparation["missing"], " or ".join(REMEDIES))
    return preparation


def _wrong(what, found, expected):
    return PurennError("preparation: %s: found %s, expected %s" % (what, short(found), expected))


def _check_keys(what, found, keys):
    if not isinstance(found, dict) or found.keys() != set(keys):
        raise _wrong(what, list(found) if isinstance(found, dict) else found, "an object of " + ", ".join(keys))


def _check_feature(what, feature, kind, values, least):
    """One input or the target: a number, or of this kind, with these values."""
    found = feature.get("kind") if isinstance(feature, dict) else None
    if found == kind:
        _check_keys(what, feature, ("name", "kind", values))
        for text in _check_texts("%s: %s" % (what, values), feature[values], least, MOST_VALUES):
            if text in IS_MISSING:
                raise _wrong("%s: %s" % (what, values), text, "none of those that stand for a missing value")
    elif found == "number":
        _check_keys(what, feature, ("name", "kind", "mean", "deviation"))
        for name in ("mean", "deviation"):
            if isinstance(feature[name], bool) or not is_finite(feature[name]):
                raise _wrong("%s: %s" % (what, name), feature[name], "a finite number")
        if feature["deviation"] <= 0.0:
            raise _wrong("%s: deviation" % what, feature["deviation"], "a number above 0")
    else:
        raise _wrong(what, feature, "an object whose kind is number or " + kind)


def _check_texts(what, texts, least, most):
    """A list of different texts, none of them empty, at least and at most so many."""
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise _wrong(what, texts, "a list of texts that are not empty")
    if len(set(texts)) < len(texts):
        raise _wrong(what, Counter(texts).most_common(1)[0][0], "each only once")
    if not least <= len(texts) <= most:
        raise _wrong(what, "%d" % len(texts), "at least %d and at most %s of them" % (least, most))
    return texts
