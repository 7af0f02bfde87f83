"""Whether the target column of a table names classes or is a number to predict, and what its classes are called."""
import re

TASKS = ("classification", "regression")

MOST_WHOLE = 10                 # by default, whole numbers are classes if there are at most this many different ones


def usual_task(values: list, texts: list) -> str:
    """The default task for a target of numbers, by their ``values`` and by the ``texts`` in which they are written.

    The numbers are classes if there are from 2 to MOST_WHOLE different ones, if each occurs at least twice on average,
    and if either all are whole or at least one is not exact (``is_exact``). Otherwise the task is a regression.
    """
    different = set(texts)
    few = 2 <= len(different) <= min(MOST_WHOLE, len(values) // 2)
    names = any(not is_exact(text) for text in different)
    return "classification" if few and (names or all(value == int(value) for value in values)) else "regression"


def is_exact(text: str) -> bool:
    """Whether a float keeps a number as it is written: no leading zeros, no more digits than a float holds.

    >>> is_exact("7"), is_exact("007"), is_exact("1234567890123456789")
    (True, False, False)
    """
    whole = text.lstrip("+-").split(".")[0]
    digits = [c for c in re.split("[eE]", text)[0] if c.isdigit()]
    return not (len(whole) > 1 and whole[0] == "0") and len(digits) <= 15


def class_names(texts: list) -> list:
    """The names of classes that are numbers: as they are written, in the order of their values.

    >>> class_names(["2", "1", "2"]), class_names(["01", "1"]), class_names(["1.0", "0"])
    (['1', '2'], ['01', '1'], ['0', '1.0'])
    """
    return sorted(set(texts), key=lambda text: (float(text), text))
