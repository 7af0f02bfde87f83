"""One training step, recorded line by line as it really runs, to be walked through in both directions.

``record`` runs the core's own code on a copy of the network and follows it with ``sys.settrace``. A Recording has the
events, in their order: each line that was about to run, each call, each return. ``state(n)`` is what there was at
event n: the functions with their variables, and all lists. The format is written down in docs/recording.md.
"""
import copy
import json
import sys
from collections import namedtuple
from typing import Any, Dict, List, Tuple

from ..engines.loops import Loops
from ..linalg import PurennError
from ..training import Dataset, check_data, check_finite
from .events import EMPTY, KINDS, PHASES, Event, Named, Place
from .tracing import Tracer

FORMAT, VERSION = "purenn recording", 1
MOST_PARAMETERS = 1000          # so that a recording takes a few seconds and megabytes at most
EVERY = 64                      # the state is kept at each event whose number is a multiple of this number

# One function that is running: its number in Recording.functions, the line it is at, its variables in their order.
Frame = namedtuple("Frame", ("function", "line", "variables"))

# What there is at an event: the running functions, from the outermost to the one at work, and all lists so far.
State = namedtuple("State", ("number", "frames", "lists"))


class Recording:
    """A step that was recorded.

    ``about`` says what was recorded: network, loss, optimizer (as texts), layers, widths, sample, x and y. ``sources``
    are the files that were stepped into, ``functions`` the functions. ``names`` maps the number of a list to its name,
    such as ``2.weight[1]``; lists without a name are left out.

    A value is a number, True, False or None; {"list": n}, list number n; {"tuple": [values]}; {"float": "nan"}; or
    {"text": t}, another object as text.
    """

    def __init__(self, about: Dict[str, Any], sources: Dict[str, str], functions: List[Named], names: Dict[int, str],
                 events: List[Event]):
        self.about, self.sources, self.functions, self.names = about, sources, functions, names
        self.events = events
        self._kept: Dict[int, State] = {}
        self._last = State(-1, [], {})

    def __len__(self) -> int:
        return len(self.events)

    def state(self, number: int) -> State:
        """What there was at an event, counted from 0. The caller may change the State.

        Raises PurennError if there is no such event.
        """
        if not 0 <= number < len(self.events):
            raise PurennError(f"there is no event {number}; the recording has events 0 to {len(self.events) - 1}")
        state = self._last
        if state.number > number or number - state.number > EVERY:
            nearest = [kept for kept in self._kept if kept <= number]
            state = _copied(self._kept[max(nearest)]) if nearest else State(-1, [], {})
        while state.number < number:
            state = _advanced(state, self.events[state.number + 1])
            if state.number % EVERY == 0 and state.number not in self._kept:
                self._kept[state.number] = _copied(state)
        self._last = state
        return _copied(state)

    def source_line(self, number: int) -> str:
        """The line of source at an event."""
        event = self.events[number]
        lines = self.sources[self.functions[event.function].file].split("\n")
        return lines[event.line - 1] if 0 < event.line <= len(lines) else ""

    def as_json(self) -> str:
        """The whole recording as JSON: the same text in every version of Python."""
        return json.dumps({"format": FORMAT, "version": VERSION, "about": self.about, "sources": self.sources,
                           "functions": [list(function) for function in self.functions],
                           "names": {str(number): name for number, name in self.names.items()},
                           "events": [_plain(*pair) for pair in zip([None, *self.events], self.events)]},
                          ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def record(network, loss, optimizer, x: list, y: list, sample: int = 0) -> Recording:
    """Record one training step on the sample (x, y), a batch of one; ``sample`` is its number, to be shown.

    Nothing of what is given is changed. Raises PurennError for an x or y that does not fit, and for a network that
    cannot be copied or has more than MOST_PARAMETERS parameters; DivergedError if the cost is not finite.
    """
    if network.count_parameters() > MOST_PARAMETERS:
        raise PurennError(f"record: the network has {network.count_parameters()} parameters; at most {MOST_PARAMETERS} "
                          "are recorded: make it smaller")
    try:
        # Two copies. One is only for checking x and y: the check leaves numbers in the copy's layers.
        given = (network, loss, optimizer, list(x), list(y))
        checked, (network, loss, optimizer, x, y) = copy.deepcopy(given), copy.deepcopy(given)
    except Exception as error:                              # a layer of your own may raise anything there
        raise PurennError("record: the network cannot be copied (%s: %s); remove from your layers what copy.deepcopy "
                          "cannot copy" % (type(error).__name__, error)) from None
    check_data("sample", checked[0], checked[1], Dataset([x], [y]))
    x, y = [[value if type(value) is int else float(value) for value in values] for values in (x, y)]
    tracer = Tracer(network, loss, optimizer, sample)
    tracer.lists.know(network, optimizer, x, y)
    inputs, targets = [x], [y]
    before = sys.gettrace()
    sys.settrace(tracer.trace)
    try:
        cost, _ = Loops().learn(network, loss, optimizer, inputs, targets)
    finally:
        sys.settrace(before)
    check_finite(cost, optimizer, 0)
    if not tracer.events:
        raise PurennError("record: the source of purenn cannot be found, but a recording needs it; install purenn "
                          "with its .py files")
    text = tracer.lists.text
    about = {"network": text(network), "loss": text(loss), "optimizer": text(optimizer),
             "layers": [text(layer) for layer in network.layers], "widths": tracer.widths(len(x)), "sample": sample,
             "x": x, "y": y}
    return Recording(about, tracer.rooms.sources, tracer.functions, tracer.lists.names, tracer.finished())


# From one state to the next.

def _copied(state):
    return State(state.number, [frame._replace(variables=dict(frame.variables)) for frame in state.frames],
                 {number: list(entries) for number, entries in state.lists.items()})


def _advanced(state, event):
    """The state at the next event. ``state`` is changed and must not be used again."""
    frames = state.frames[:event.depth - 1 if event.kind == "call" else event.depth]
    variables = {} if event.kind == "call" else frames.pop().variables
    variables.update(event.variables)
    frames.append(Frame(event.function, event.line, variables))
    for number, change in event.lists.items():
        if isinstance(change, list):
            state.lists[number] = list(change)
        else:
            entries = state.lists[number]
            for index, value in change.items():
                if index == len(entries):
                    entries.append(value)
                else:
                    entries[index] = value
    return State(state.number + 1, frames, state.lists)


# JSON.

def _plain(before, event):
    """An event as a dict. What is empty is left out, and so is what is the same as in the event before."""
    found = {"line": event.line}
    for name in ("kind", "function", "depth", "place"):
        value = getattr(event, name)
        if before is None or value != getattr(before, name):
            found[name] = list(value) if name == "place" else value
    if event.variables:
        found["variables"] = event.variables
    if event.lists:
        found["lists"] = {str(number): change if isinstance(change, list) else
                          {str(index): value for index, value in change.items()}
                          for number, change in event.lists.items()}
    for name in ("target", "formula", "result"):
        if getattr(event, name) is not None:
            found[name] = getattr(event, name)
    return found


def from_json(text: str) -> Recording:
    """The Recording from which ``as_json`` made the text. All of it is checked; nothing of it is run.

    Raises PurennError for any other text.
    """
    try:
        found = json.loads(text)
        if found["format"] != FORMAT or found["version"] != VERSION:
            raise ValueError("format or version")
        about, sources = _checked_about(found["about"]), _texts(found["sources"])
        functions = [Named(*_fitting(each, (str, str, int, str))) for each in found["functions"]]
        names = {int(number): name for number, name in _texts(found["names"]).items()}
        sizes: Dict[int, int] = {}
        events: List[Event] = []
        for each in found["events"]:
            before = events[-1] if events else None
            if before:
                same = {name: getattr(before, name) for name in ("kind", "function", "depth")}
                each = {**same, "place": list(before.place), **dict.fromkeys(EMPTY), **each}
            events.append(_checked_event(each, functions, sizes, before))
        for event in events:
            _check_value(event.result, sizes)               # it may be a list that is written later
            if not -1 < (event.place.layer or 0) < len(about["layers"]):
                raise ValueError("a layer")
        for number, line in [(event.function, event.line) for event in events] + [
                (number, function.line) for number, function in enumerate(functions)]:
            if not 1 <= line <= sources[functions[number].file].count("\n") + 1:
                raise ValueError("line")
        if not events:
            raise ValueError("events")
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise PurennError("this is not a recording of purenn, or it is damaged (%s: %.80s)"
                          % (type(error).__name__, error)) from None
    return Recording(about, sources, functions, names, events)


def _texts(found):
    for key, value in found.items():
        _fitting([key, value], (str, str))
    return found


def _fitting(found: list, kinds: Tuple[Any, ...]) -> list:
    if type(found) is not list or len(found) != len(kinds):
        raise ValueError("%.40r" % (found,))
    for value, kind in zip(found, kinds):
        if kind is not None and type(value) is not kind:
            raise ValueError("%.40r" % (value,))
    return found


def _checked_about(about):
    _fitting([about[name] for name in ("network", "loss", "optimizer", "sample")], (str, str, str, int))
    _fitting(about["layers"], (str,) * len(about["layers"]))
    _fitting(about["widths"], (int,) * (len(about["layers"]) + 1))
    for name in ("x", "y"):
        for value in about[name]:
            if type(value) not in (int, float):
                raise ValueError("%s: %.40r" % (name, value))
    return about


def _checked_event(found, functions, sizes, before):
    """The Event that ``found`` describes. ``sizes`` has the length of each list so far; the event's lists are added."""
    depth = found["depth"]
    most = (before.depth if before else 0) + (found["kind"] == "call")
    if found["kind"] not in KINDS or type(depth) is not int or not 1 <= depth <= most:
        raise ValueError("kind or depth")
    _fitting([found["line"], found["function"]], (int, int))
    if not 0 <= found["function"] < len(functions):
        raise ValueError("function")
    place = Place(*_fitting(found["place"], (None,) * 5))
    if place.phase not in PHASES or any([type(part) not in (int, type(None)) for part in place[1:]]):
        raise ValueError("place")
    lists: Dict[int, Any] = {}
    for number, change in (found.get("lists") or {}).items():
        number = int(number)
        lists[number] = change = change if isinstance(change, list) else {int(key): change[key] for key in change}
        if isinstance(change, list):
            sizes[number] = len(change)
        for index in change if isinstance(change, dict) else ():
            if not 0 <= index <= sizes[number]:
                raise ValueError("lists")
            sizes[number] = max(sizes[number], index + 1)
    for change in lists.values():
        for value in change.values() if isinstance(change, dict) else change:
            _check_value(value, sizes)
    variables = found.get("variables") or {}
    for value in variables.values():
        _check_value(value, sizes)
    _texts({name: found[name] for name in ("target", "formula") if found.get(name) is not None})
    return Event(found["kind"], found["function"], found["line"], depth, place, variables, lists, found.get("target"),
                 found.get("formula"), found.get("result"))


def _check_value(value, sizes):
    if value is None or type(value) in (int, float, bool):
        return
    (kind, inside), = value.items()
    if kind == "list":
        sizes[inside]
    elif kind == "tuple":
        for part in inside:
            _check_value(part, sizes)
    elif kind not in ("text", "float") or type(inside) is not str:
        raise ValueError("%.40r" % (value,))
