"""One training step of one point, recorded line by line, as the page walks through it."""
from typing import Any, Dict, List, Optional

from purenn.runs import PurennError, Run
from purenn.show.equations import digits, equation, symbols
from purenn.show.stepping import source_lines, variable_lines
from purenn.study import walking
from purenn.study.changes import linears
from purenn.study.recording import record
from web.forms import number as read_number

WIDTH, ROWS = 200, 16           # of the texts: columns, and lines at a time

# How to go from one event to another: over a call, out of a function, or to the next formula.
WAYS = {"over": walking.over, "out": walking.out, "formula": walking.formula}


class Walk:
    """A recording of the next step on one sample, and what there is to show of each of its events.

    Raises PurennError where there is no such sample, the network is too large, or the cost is not finite.
    """

    def __init__(self, run: Run, sample: int):
        data = run.problem.train
        if not 0 <= sample < len(data.inputs):
            raise PurennError(f"There is no point {sample}; there are points 0 to {len(data.inputs) - 1}.")
        self.recording = record(run.network, run.loss, run.optimizer, data.inputs[sample], data.targets[sample], sample)
        self.layers = [run.network.layers.index(layer) for layer in linears(run.network)]

    def about(self) -> Dict[str, Any]:
        """The number of events, and those at which the phases begin."""
        phases: List[List[Any]] = []
        for place, event in enumerate(self.recording.events):
            if not phases or phases[-1][1] != event.place.phase:
                phases.append([place, event.place.phase])
        return {"events": len(self.recording), "phases": phases}

    def view(self, number: int, hides: bool = False) -> Dict[str, Any]:
        """What there is at an event. With ``hides``, a formula's result is left out and asked for."""
        recording = self.recording
        self._check(number)
        event = recording.events[number]
        named = recording.functions[event.function]
        asked = walking.question(recording, number) if hides else None
        return {"number": number, "phase": event.place.phase, "place": event.place._asdict(),
                "column": self._column(event.place.layer), "kind": event.kind,
                "function": [named.name, named.file, event.line, named.doc],
                "source": source_lines(recording, number, WIDTH, ROWS), "symbols": symbols(recording, number),
                "equation": equation(recording, number, hides), "asked": asked.name if asked else None,
                "stack": [[recording.functions[frame.function].name, recording.functions[frame.function].file,
                           frame.line] for frame in recording.state(number).frames],
                "variables": variable_lines(recording, number, WIDTH, ROWS)}

    def go(self, number: int, how: str, way: int) -> int:
        """The event to go to from event ``number``, on (1) or back (−1); ``number`` if there is none."""
        self._check(number)
        way = 1 if way > 0 else -1
        if how == "line":
            return max(0, min(len(self.recording) - 1, number + way))
        if how in walking.LEVELS:
            return walking.along(self.recording, number, how, way)
        if how not in WAYS:
            raise PurennError("There is no such way to go.")
        return WAYS[how](self.recording, number, way)

    def wrote(self, number: int, column: int, place: int, source: int) -> int:
        """The event that last wrote to the edge, or the first that will.

        During the update, to its weight; before the update, to its slope.
        """
        self._check(number)
        if not 0 < column <= len(self.layers):
            raise PurennError("There is no such edge.")
        is_update = self.recording.events[number].place.phase == "update"
        name = "weight" if is_update else "weight_grad"
        return walking.last_change(self.recording, number, f"{self.layers[column - 1]}.{name}[{place}][{source}]")

    def guess(self, number: int, text: str) -> Dict[str, Any]:
        """Whether a number is the result of the line, within 1%. Raises PurennError if it is no number."""
        self._check(number)
        asked = walking.question(self.recording, number)
        if asked is None:
            raise PurennError("Nothing is asked here.")
        try:
            given = read_number(text)
        except ValueError:
            raise PurennError(f"Give a number; found {text[:40]!r}.") from None
        return {"right": walking.is_right(asked.answer, given), "answer": digits(asked.answer)}

    def _check(self, number: Any) -> None:
        if type(number) is not int or not 0 <= number < len(self.recording):
            raise PurennError(f"There is no step {number!r:.20}; there are steps 0 to {len(self.recording) - 1}.")

    def _column(self, layer: Optional[int]) -> Optional[int]:
        """The column of the page's network that a layer is in."""
        return None if layer is None else len([first for first in self.layers if first <= layer])
