"""The trace function that ``recording.record`` sets: it writes an Event for each line, call and return.

The place of an event follows from the functions that are running. If a function of a layer is running, the event is in
that layer. The loops around the line, from the outermost in, show which neuron the event is in, and which of the
neuron's inputs it is about.
"""
import re
from typing import Any, Dict, List, Tuple

from .events import Event, Named, Place
from .lists import Lists, same
from .numbers import Put, put
from .rooms import TRANSPARENT, Function, Rooms
from .values import Unknown, Values

INSIDE = ("neuron", "input")                                # what the loops of a layer or a loss go through


class _Running:
    """A function that is running, as the tracer knows it."""

    def __init__(self, frame: Any, function: Function, number: int):
        self.frame, self.function, self.number = frame, function, number
        self.line = function.line
        self.loops: Tuple[Any, ...] = ()                    # those around the line
        self.counts: Dict[Any, int] = {}                    # of each loop, the number of its pass, from 0
        self.levels: Tuple[str, ...] = ()                   # what its loops go through
        self.layer: Any = None                              # the number of the layer whose function it is
        self.variables: Dict[str, Any] = {}
        self.values: Any = None                             # the variables before the line
        self.put_node: Any = None
        self.event = 0                                      # the number of the line's event
        self.put: Any = None                                # the line with its numbers, until its result is known
        self.returned: List[Any] = []                       # what the calls in the line have returned


class Tracer:
    """Follows one step. ``trace`` is the trace function; ``finished`` and ``widths`` are called after the step."""

    def __init__(self, network: Any, loss: Any, optimizer: Any, sample: int):
        self.network, self.loss, self.optimizer, self.sample = network, loss, optimizer, sample
        self.rooms = Rooms([*network.layers, loss, optimizer])
        self.functions: List[Named] = []
        self.lists = Lists()
        self.events: List[Event] = []
        self.running: List[_Running] = []
        self.phase = "forward"

    # The trace function.

    def trace(self, frame: Any, event: str, arg: Any) -> Any:
        """Python calls this where a function begins. It returns what Python calls at each line and at the end."""
        function = self.rooms.function(frame.f_code, frame.f_globals)
        if function is None or not self._belongs(frame.f_back):
            return None
        named = Named(*function[:4])
        if named not in self.functions:
            self.functions.append(named)
        running = _Running(frame, function, self.functions.index(named))
        self._place_of(running)
        self.running.append(running)
        self._add("call", running)
        return self._trace_within

    def _belongs(self, frame):
        """Whether a frame is the one at work, or a comprehension in it: checks and what they call are left out."""
        while frame is not None and frame.f_code.co_name in TRANSPARENT:
            frame = frame.f_back
        return not self.running or frame is self.running[-1].frame

    def _trace_within(self, frame, event, arg):
        running = self.running[-1]
        if running.frame is not frame:
            return self._trace_within
        if event == "line":
            self._line(running, frame)
        elif event == "return":
            self._finish(running, None, arg)
            self._name_result(running, arg)
            self._add("return", running, result=self.lists.value(arg))
            self.running.pop()
            if self.running:
                self.running[-1].returned.append(arg)
        return self._trace_within

    def _line(self, running, frame):
        statement = running.function.statements.get(frame.f_lineno)
        if statement is None or statement.line == running.line:         # still the same statement, as after a call
            return
        self._finish(running, statement.line, None)
        node = statement.node
        if hasattr(node, "target") and hasattr(node, "orelse"):         # a for loop, or its next pass, begins
            within = node.lineno < running.line <= node.end_lineno
            running.counts[node] = running.counts.get(node, 0) + 1 if within else 0
        running.line, running.loops = statement.line, statement.loops
        if _is_check(node):
            return
        running.values = Values(dict(frame.f_locals), frame.f_globals, self.lists.reference, self.lists.text_in_formula)
        running.put = put(node, running.values)
        running.put_node, running.event, running.returned = node, len(self.events), []
        self._add("line", running)

    def _finish(self, running, next_line, returned):
        """The line that was about to run has run: write its result into its event."""
        found, running.put = running.put, None
        if found is None or found.target is None:
            return
        node = running.put_node
        inside = next_line is not None and hasattr(node, "body") and node.body[0].lineno <= next_line <= (
            node.body[-1].end_lineno)
        if found.target == "return":
            result = returned
        elif found.target in ("if", "while"):
            result = inside
        elif found.read is None or (found.formula is None and not inside):      # a for loop that has ended
            result = None
        else:
            try:
                result = found.read(running.frame.f_locals)
            except (Unknown, LookupError, TypeError):
                result = None
        event = self.events[running.event]
        if running.returned and found.formula and " for " in found.formula:     # a comprehension over results of calls
            running.values.returned = list(running.returned)
            event = event._replace(formula=put(node, running.values).formula)
        self.events[running.event] = event._replace(result=self.lists.value(result))

    def _add(self, kind, running, result=None):
        found = running.put if kind == "line" else Put()
        variables = self._changed_variables(running)
        self.events.append(Event(kind, running.number, running.line, len(self.running), self._place(), variables,
                                 self.lists.changed(), found.target, found.formula, result))

    # What has changed.

    def _changed_variables(self, running):
        now = {name: running.frame.f_locals[name] for name in running.function.names
               if name in running.frame.f_locals}
        own = getattr(now.get("self"), "__dict__", {})
        for name in running.function.attributes:
            if name in own and not callable(own[name]):
                now["self." + name] = own[name]
        changed = {}
        for name, value in now.items():
            value = self.lists.value(value)
            if name not in running.variables or not same(running.variables[name], value):
                running.variables[name] = changed[name] = value
        return changed

    # Where in the derivation.

    def _place_of(self, running):
        """What a function is about: the phase, the layer, and what its loops go through."""
        caller = self.running[-1] if self.running else None
        thing = running.frame.f_locals.get("self")
        name = running.function.name.rpartition(".")[2]
        layers = [i for i, layer in enumerate(self.network.layers) if layer is thing]
        if caller:
            running.levels = caller.levels[len(caller.loops):]
        if thing is self.network and name in ("forward", "backward"):
            self.phase, running.levels = name, ("layer",)
        elif thing is self.loss:
            self.phase = "backward" if name == "backward" else self.phase
            running.levels = INSIDE if name in ("forward", "backward") else ()
        elif thing is self.optimizer and name == "step":
            self.phase, running.levels = "update", ("parameter", "entry")
        elif name in ("gradients", "batch_cost") and running.function.file.endswith("engines/loops.py"):
            self.phase = "cost" if name == "batch_cost" else self.phase
            running.levels = ("sample", "neuron")
        elif layers:
            running.layer = layers[0]
            if not any([other.layer == layers[0] for other in self.running]):
                running.levels = INSIDE
        if running.function.name == "Network.backward":
            self.lists.name(running.frame.f_locals.get("grad"), "output_grad")

    def _name_result(self, running, returned):
        """What a layer or the loss returns gets a name."""
        name = running.function.name.rpartition(".")[2]
        if running.layer is not None and name in ("forward", "backward"):
            self.lists.name(returned, f"{running.layer}.{'output' if name == 'forward' else 'input_grad'}")
        elif running.frame.f_locals.get("self") is self.loss and name == "backward":
            self.lists.name(returned, "sample_grad")

    def _place(self):
        at: Dict[str, Any] = {"sample": self.sample}
        for running in self.running:
            if running.layer is not None and at.get("layer") != running.layer:
                at = {"sample": self.sample, "layer": running.layer}
            for loop, level in zip(running.loops, running.levels):
                if level in INSIDE:
                    at[level] = self._count(running, loop)
                elif level == "layer":
                    at["layer"] = self._in_target(running, loop, self._layer_number)
                elif level == "parameter":
                    at["layer"], at["parameter"] = self._in_target(running, loop, self._parameter) or (None, "")
                elif level == "entry":
                    own = re.search(r"\[(\d+)\]$", at["parameter"])
                    entry = self._count(running, loop)
                    at["neuron"], at["input"] = (int(own.group(1)), entry) if own else (entry, None)
        own = re.search(r"\[(\d+)\]$", at.get("parameter") or "")
        if own:
            at["neuron"] = int(own.group(1))
        return Place(self.phase, *[at.get(level) for level in Place._fields[1:]])

    @staticmethod
    def _count(running, loop):
        """The number of a loop's pass: its variable, if the loop goes through a range; otherwise a count from 0."""
        value = running.frame.f_locals.get(getattr(loop.target, "id", None))
        values = Values(running.frame.f_locals, running.frame.f_globals, len, str)
        try:
            if type(value) is int and isinstance(values.of(loop.iter), range):
                return value
        except Unknown:
            pass
        return running.counts.get(loop, 0)

    @staticmethod
    def _in_target(running, loop, meaning):
        """Call ``meaning`` with each of a loop's variables; return the first result that is not None, if any."""
        found = [meaning(value) for value in map(running.frame.f_locals.get, _target_names(loop.target))]
        return next((each for each in found if each is not None), None)

    def _layer_number(self, value):
        return next((i for i, layer in enumerate(self.network.layers) if layer is value), None)

    def _parameter(self, value):
        return self.lists.parameters.get(id(value))

    # What there is after the step.

    def finished(self) -> List[Event]:
        """The events. A line that calls a function gets the function's phase.

        If the line has no layer, it also gets the function's layer.
        """
        for n in range(len(self.events) - 1):
            event, following = self.events[n], self.events[n + 1]
            if event.kind == "line" and following.kind == "call":
                place = event.place._replace(phase=following.place.phase)
                if place.layer is None and following.place.neuron is None:
                    place = place._replace(layer=following.place.layer)
                self.events[n] = event._replace(place=place)
        return self.events

    def widths(self, inputs: int) -> List[int]:
        """How many numbers go into the network and come out of each layer."""
        sizes = self.lists.sizes()
        found = [inputs]
        for i in range(len(self.network.layers)):
            found.append(sizes.get(f"{i}.output", self.network.layers[i].out_features or found[-1]))
        return found


def _is_check(node):
    """Whether a statement does nothing but raise an exception if a condition is true."""
    return [type(each).__name__ for each in getattr(node, "body", ())] == ["Raise"]


def _target_names(node):
    if hasattr(node, "elts"):
        return [name for part in node.elts for name in _target_names(part)]
    return [node.id] if hasattr(node, "id") else []
