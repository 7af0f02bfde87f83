"""A worksheet of one training step, and its answers. It has what is given, and formulas with the results left open."""
from typing import Any, Dict, List

from .formulas import Quantity, Section, names_in, parameter, plain
from .updates import HYPERPARAMETERS, states

BLANK = "_" * 12                    # the result of a quantity that is left open
HERE = ""                           # the source of a quantity for which no function is named


def known(network, optimizer, x: list, y: list) -> Dict[str, float]:
    """What is known before the step, by its symbol: the sample, the parameters, and the optimizer's numbers."""
    found = {f"x_{k}": value for k, value in enumerate(x)}
    found.update({f"y_{j}": value for j, value in enumerate(y)})
    for name, values, _ in network.parameters():
        layer, _, own = name.partition(".")
        for k in range(len(values)):
            found[parameter(network, int(layer), own, k)[0]] = values[k]
    for symbol, attribute in HYPERPARAMETERS.items():
        if getattr(optimizer, attribute, 0.0):
            found[symbol] = getattr(optimizer, attribute)
    if hasattr(optimizer, "t"):
        found["t"] = optimizer.t + 1
    before = states(optimizer)
    for letter in before:
        if not any([any(part) for part in before[letter]]):
            found[f"every old {letter}"] = 0.0
            continue
        for (name, values, _), part in zip(optimizer.parameters, before[letter]):
            layer, _, own = name.partition(".")
            for k in range(len(values)):
                found[f"old {letter}({parameter(network, int(layer), own, k)[0]})"] = part[k]
    return found


def sheet(sections: List[Any], chosen: List[Any], before: Dict[str, float], open_: bool) -> List[Any]:
    """The chosen sections with their quantities numbered; the results are left open, or shown for the answers.

    If the results are left open, a first section has what is given: what the formulas need but do not compute.
    ``before`` is what was ``known`` before the step. A quantity without a formula keeps its result, except the new C.
    """
    numbered = []
    count = 0
    for section in chosen:
        quantities = []
        for quantity in section.quantities:
            asked = bool(quantity.symbols) or quantity.name == "new C"
            count += asked
            changed = quantity._replace(source=HERE, name=f"({count}) {quantity.name}" if asked else quantity.name)
            if open_ and asked:
                changed = changed._replace(numbers=[], result=BLANK, remark="", expected=None)
            quantities.append(changed)
        numbered.append(section._replace(quantities=quantities))
    return [_given(sections, chosen, before)] + numbered if open_ else numbered


def _given(sections, chosen, before):
    computed = {quantity.name for section in chosen for quantity in section.quantities}
    values = dict(before)
    for section in sections:
        for quantity in section.quantities:
            values.setdefault(quantity.name, quantity.result)
            if quantity.name.startswith("∂C/∂z"):
                values.setdefault("δ" + quantity.name[5:], quantity.result)
    needed = _needed([quantity for section in chosen for quantity in section.quantities])
    found: List[Quantity] = [plain(None, None, name, values[name], HERE) for name in values
                             if name in needed and name not in computed
                             and name.replace("δ", "∂C/∂z") not in computed]
    title = "What the formulas below need. Find the results in the order of their numbers."
    return Section("given", None, title, found)


def _needed(quantities):
    """The symbols in the formulas. The new v, s and m of an optimizer need the old ones, too."""
    names = set(names_in(quantities))
    for quantity in quantities:
        if quantity.name.startswith(("v(", "s(", "m(")):
            names |= {"old " + quantity.name, "every old " + quantity.name[0]}
    return names
