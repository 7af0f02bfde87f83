"""What the page says of one neuron or one edge: each formula, the numbers put in, and the lines of source."""
import copy
import linecache
import os
from typing import Any, Dict, List, Optional

from purenn.runs import PurennError, Run
from purenn.show.explanation import blocks
from purenn.study.changes import linears
from purenn.study.explain import explain
from purenn.study.formulas import select, stop

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_LINES = 12


def sections_of(run: Run, sample: int) -> List[Any]:
    """The Sections of the next step on one sample, taken on a copy. Raises PurennError if there is no such sample."""
    data = run.problem.train
    if not 0 <= sample < len(data.inputs):
        raise PurennError(f"There is no point {sample}; there are points 0 to {len(data.inputs) - 1}.")
    network, optimizer = copy.deepcopy((run.network, run.optimizer))
    return list(explain(network, run.loss, optimizer, data.inputs[sample], data.targets[sample]))


def explanation(run: Run, sample: int, part: str) -> str:
    """One step on a sample, or a part of it, in HTML as ``explain`` shows it."""
    found = select(sections_of(run, sample), part or None, len(run.network.layers) - 1)
    return "\n".join("\n".join(block) for block in blocks(found, "html", hint="; on the command line each can be seen"))


def card(run: Run, sample: int, column: int, place: int, source: Optional[int]) -> Dict[str, Any]:
    """The card of a neuron or, if ``source`` is given, of the edge to it from neuron ``source`` of the column before.

    ``column`` is 0 for the inputs, which compute nothing. Raises PurennError if there is no such neuron or edge.
    """
    sizes = run.settings.sizes
    if not (0 <= column < len(sizes) and 0 <= place < sizes[column]):
        raise PurennError("There is no such neuron.")
    if source is not None and not (column > 0 and 0 <= source < sizes[column - 1]):
        raise PurennError("There is no such edge.")
    if column == 0:
        return {"quantities": []}
    layer = run.network.layers.index(linears(run.network)[column - 1])
    last = len(run.network.layers) - 1
    places = [layer] if source is not None or layer + 1 > last else [layer, layer + 1]
    quantities = []
    for section in sections_of(run, sample):
        for quantity in section.quantities:
            if quantity.neuron != place or section.layer not in places:
                continue
            if quantity.input == source and (source is not None or section.part in ("forward", "backward")):
                quantities.append(_quantity(quantity, section.part))
    return {"quantities": quantities}


def _quantity(quantity: Any, part: str) -> Dict[str, Any]:
    found = {"part": part, "name": quantity.name, "formula": " + ".join(quantity.symbols),
             "numbers": [" + ".join(line) for line in quantity.numbers], "result": quantity.result}
    place = stop(quantity.source) if quantity.source else None
    if place:
        file, _, line = place.rpartition(":")
        found.update(file=file, line=int(line), source=lines_from(file, int(line)))
    return found


def lines_from(file: str, first: int) -> List[str]:
    """The lines of a function of purenn, from ``first`` to the end of its block, at most MOST_LINES, not indented."""
    path = os.path.join(ROOT, *file.split("/"))
    line = linecache.getline(path, first)
    margin = len(line) - len(line.lstrip())
    found: List[str] = []
    while line.strip() and len(line) - len(line.lstrip()) >= margin and len(found) < MOST_LINES:
        found.append(line[margin:].rstrip())
        line = linecache.getline(path, first + len(found))
    return found
