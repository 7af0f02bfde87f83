"""What the page's controls say, read and checked."""
import math
from typing import Any, Callable, Dict, List, Optional, Tuple

from purenn.runs.settings import ChoiceError

MOST_LAYERS = 4
MOST_NEURONS = 16
MOST_NOISE = 0.5


def chosen(form: Dict[str, Any]) -> Dict[str, Any]:
    """The choices made with the page's controls, except the task, the noise, the mistake, and those left empty.

    >>> chosen({"task": "xor", "hidden": "4, 4", "activation": "tanh", "optimizer": "", "lr": "0,5", "seed": ""})
    {'hidden': [4, 4], 'activation': 'tanh', 'lr': 0.5}

    Raises ChoiceError for a text that cannot be read, and for a network that the page could not draw.
    """
    found: Dict[str, Any] = {}
    for name, read, expected in FIELDS:
        text = str(form.get(name, "")).strip()
        if text:
            try:
                found[name] = read(text)
            except ChoiceError:
                raise
            except ValueError:
                raise ChoiceError(name, f"found {_short(text)!r}; it must be {expected}") from None
    return found


def number(text: str) -> float:
    """The number that a text stands for; its decimal mark may be a point or a comma.

    >>> number("0,5"), number("1e-3")
    (0.5, 0.001)

    Raises ValueError if it is not a number.
    """
    text = text.strip()
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    return float(text)


def noise(form: Dict[str, Any]) -> float:
    """The standard deviation of the noise of the points. Raises ChoiceError if it is not from 0 to MOST_NOISE."""
    text = str(form.get("noise", "")).strip() or "0"
    try:
        value = number(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= MOST_NOISE:
        raise ChoiceError("noise", f"found {_short(text)!r}; it must be a number from 0 to {MOST_NOISE:g}")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _sizes(text: str) -> List[int]:
    sizes = [] if text.lower() == "none" else [int(size) for size in text.replace(",", " ").split()]
    if len(sizes) > MOST_LAYERS:
        raise ChoiceError("hidden", f"found {len(sizes)} layers; the page draws at most {MOST_LAYERS}; on "
                          "the command line there may be any number")
    for size in sizes:
        if size < 1:
            raise ValueError
        if size > MOST_NEURONS:
            raise ChoiceError("hidden", f"found {_short(str(size))} neurons; the page draws at most {MOST_NEURONS} in "
                              "a layer; on the command line there may be more")
    return sizes


def _batch_size(text: str) -> Optional[int]:
    return None if text.lower() == "all" else int(text)


def _target_loss(text: str) -> Optional[float]:
    return None if text.lower() == "none" else number(text)


# For each control: its name, how its text is read, and what it must be.
FIELDS: Tuple[Tuple[str, Callable[[str], Any], str], ...] = (
    ("hidden", _sizes, "sizes such as 4 4, or the word none"),
    ("activation", str, ""), ("output_activation", str, ""), ("loss", str, ""), ("optimizer", str, ""),
    ("lr", number, "a number above 0"), ("momentum", number, "a number that is at least 0 and less than 1"),
    ("batch_size", _batch_size, "a whole number from 1 up, or the word all"),
    ("target_loss", _target_loss, "a number above 0, or the word none"), ("epochs", int, "a whole number from 1 up"),
    ("init", str, ""), ("seed", int, "a whole number from 0 up"))
