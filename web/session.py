"""What the page asks of purenn, and the answers: the protocol of docs/page.md.

``Page(…).answer(text)`` takes a question as JSON and returns the answer as JSON, in the browser's own Python and in
the server alike. The page draws; it computes nothing of a network.
"""
import json
from typing import Any, Callable, Dict, List, Optional

from purenn.files.strict_json import parsed
from purenn.runs import PurennError
from purenn.runs.defaults import POINT_TASKS
from purenn.runs.settings import BETWEEN, LOSSES, OPTIMIZERS, ChoiceError
from purenn.study.formulas import PARTS
from web import cards, planting, points
from web.forms import chosen, noise
from web.training import Session

MOST_UNDO = 30
MOST_EPOCHS = 1_000_000         # of one question
MOST_MAP = 101                  # points along each side of a map
INITS = ("uniform", "normal", "xavier", "he", "zeros")


class Page:
    """One page and its training, which starts with the question "start"."""

    def __init__(self) -> None:
        self.session: Optional[Session] = None
        self.form: Dict[str, Any] = {}
        self.earlier: List[Any] = []            # what "undo" goes back to, the last one last
        self.walk: Any = None                   # the step that is walked through

    def answer(self, text: str) -> str:
        """The answer to a question; {"error": {"field": …, "text": …}} if it is refused: then nothing has changed."""
        try:
            question = _read(text)
            name = question.pop("question")
            found = QUESTIONS[name](self, **question)
        except ChoiceError as error:
            found = {"error": {"field": error.choice, "text": error.reason}}
        except PurennError as error:
            found = {"error": {"field": None, "text": str(error)}}
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
            found = {"error": {"field": None, "text": "The page asked something that cannot be answered. Reload it."}}
        return _json(found)

    def _session(self) -> Session:
        if self.session is None:
            raise PurennError("This page's training is no longer there. Reload the page.")
        return self.session

    def _keep(self) -> None:
        """Remember the current training before another one takes its place."""
        if self.session is not None:
            self.earlier.append((self.session, self.form))
            del self.earlier[:-MOST_UNDO]

    def _shown(self) -> Dict[str, Any]:
        """All there is to draw after a change."""
        session = self._session()
        return {**session.about(), **session.state(), "form": self.form, "began": session.began,
                "undo": len(self.earlier), "losses": [epoch.loss for epoch in session.run.curve]}

    # The questions.

    def choices(self) -> Dict[str, Any]:
        """What there is to choose from."""
        return {"tasks": POINT_TASKS, "activations": BETWEEN, "losses": [name for name in LOSSES
                if name != "cross-entropy"], "optimizers": list(OPTIMIZERS), "inits": INITS, "parts": PARTS,
                "mistakes": planting.mistakes()}

    def start(self, form: Dict[str, Any]) -> Dict[str, Any]:
        """A new training, at epoch 0."""
        form = _plain(form)
        session = Session(form["task"], chosen(form), noise(form), form.get("mistake", ""))
        self._keep()
        session.began = form
        self.session, self.form = session, form
        return self._shown()

    def change(self, form: Dict[str, Any]) -> Dict[str, Any]:
        """Go on with other choices.

        If there was no epoch and no change by hand yet, or if the choices require it, begin a new training.
        """
        session, form = self._session(), _plain(form)
        fixed = ("task", "seed", "init", "mistake")
        if not (session.run.curve or session.log) or any([form.get(name, "") != self.form.get(name, "")
                                                          for name in fixed]):
            return self.start(form)
        names = {**self.form, **form}
        given = {name: form.get(name, "") for name in names if form.get(name, "") != self.form.get(name, "")}
        found, deviation = chosen(form), noise(form)
        return self._acted("change", given, lambda one: _change(one, found, deviation), form)

    def act(self, what: str, values: List[Any]) -> Dict[str, Any]:
        """Change the training by hand, in one of the ways in ACTS."""
        return self._acted(what, values, lambda one: ACTS[what](one, *values))

    def _acted(self, what: str, values: Any, do: Callable[[Session], Any], form: Any = None) -> Dict[str, Any]:
        session = self._session()
        changed = session.copied()
        do(changed)
        self._keep()
        changed.log.append([len(session.run.curve), what, values])
        self.session, self.form = changed, dict(self.form if form is None else form)
        if changed.chosen.get("hidden") is not None:
            self.form["hidden"] = " ".join(map(str, changed.chosen["hidden"])) or "none"
        return self._shown()

    def undo(self) -> Dict[str, Any]:
        """What there was before the last change."""
        if not self.earlier:
            raise PurennError("There is nothing to undo.")
        self.session, self.form = self.earlier.pop()
        return self._shown()

    def advance(self, epochs: int, milliseconds: "float | None" = None, maps: int = 0,
                slopes: bool = False) -> Dict[str, Any]:
        """Train for a number of epochs, or for a time; return the losses, and what there is to draw after them."""
        session = self._session()
        losses = session.advance(max(1, min(int(epochs), MOST_EPOCHS)),
                                 float("inf") if milliseconds is None else milliseconds / 1000.0)
        found = {"losses": losses, **session.state()}
        return {**found, **self.look(maps, slopes)} if maps or slopes else found

    def look(self, maps: int, slopes: bool = False) -> Dict[str, Any]:
        """The neurons' maps, with ``maps`` points a side, and the slopes ∂C/∂θ."""
        session, found = self._session(), {}
        if maps:
            found["maps"] = session.maps(max(2, min(int(maps), MOST_MAP)))
        if slopes:
            found["slopes"] = session.slopes()
        return found

    def card(self, sample: int, column: int, place: int, source: "int | None" = None) -> Dict[str, Any]:
        """The formulas of a neuron or an edge, with their numbers and their source."""
        session = self._session()
        with session._planted():
            return cards.card(session.run, sample, column, place, source)

    def record(self, sample: int, number: int = 0, hides: bool = False) -> Dict[str, Any]:
        """The next step on a sample, recorded to be walked through, and what there is at one of its events."""
        from web.stepping import Walk           # which takes its time to load in a browser
        session = self._session()
        with session._planted():
            walk = Walk(session.run, sample)
        self.walk = walk
        return {**walk.about(), **walk.view(max(0, min(int(number), walk.about()["events"] - 1)), hides)}

    def view(self, number: int, hides: bool = False) -> Dict[str, Any]:
        """The view of an event of the recording."""
        return self._walk().view(number, hides)

    def go(self, number: int, how: str, way: int = 1, hides: bool = False) -> Dict[str, Any]:
        """The view of the event that is reached from another one."""
        return self._walk().view(self._walk().go(number, how, way), hides)

    def wrote(self, number: int, column: int, place: int, source: int, hides: bool = False) -> Dict[str, Any]:
        """The view of the event that last wrote an edge."""
        return self._walk().view(self._walk().wrote(number, column, place, source), hides)

    def guess(self, number: int, text: str) -> Dict[str, Any]:
        """Whether a learner's guess at the result of a line is right, and what the right result is."""
        return self._walk().guess(number, str(text))

    def _walk(self) -> Any:
        if self.walk is None:
            raise PurennError("No step has been recorded.")
        return self.walk

    def explanation(self, sample: int, part: str) -> Dict[str, Any]:
        """One step on a sample, or a part of it, in HTML; and the number of epochs, which is None after divergence."""
        session = self._session()
        step = None if session.diverged() else len(session.run.curve)
        try:
            return {"step": step, "html": cards.explanation(session.run, sample, part)}
        except PurennError as error:
            return {"step": step, "refused": str(error)}

    def caught(self, name: str) -> Dict[str, Any]:
        """The message of the check that catches a mistake of the gallery."""
        return {"text": planting.caught(name)}

    def read_csv(self, text: str) -> Dict[str, Any]:
        """The points in the text of a CSV."""
        return {"points": points.read_csv(text)}

    def points(self) -> Dict[str, Any]:
        """The points that are learned from, without the noise."""
        return {"points": points.rows_of(self._session().base)}


def _plain(form: Dict[str, Any]) -> Dict[str, str]:
    """A form as texts, without what is left empty, and with a task."""
    return {"task": "xor", **{str(name): str(value) for name, value in form.items() if str(value).strip()}}


def _change(session: Session, found: Dict[str, Any], deviation: float) -> None:
    gone = {name: None for name in session.chosen if name not in found}
    for name in gone:
        del session.chosen[name]
    session.change(found)
    if deviation != session.noise:
        session.set_noise(deviation)


def _read(text: str) -> Any:
    """The value of a question's JSON; ValueError if it is no JSON, or so deep that Python's own reader may crash."""
    try:
        return parsed(text.encode("utf-8"))
    except PurennError:
        raise ValueError("no question") from None


def _json(value: Any) -> str:
    """JSON has neither nan nor infinity, which a training that diverged may leave behind; they become null."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(json.loads(json.dumps(value), parse_constant=lambda _: None))


ACTS: Dict[str, Callable[..., None]] = {
    "remove": Session.remove, "add_neuron": Session.add_neuron, "add_layer": Session.add_layer,
    "set_parameter": Session.set_parameter, "set_points": Session.set_points}

QUESTIONS: Dict[str, Callable[..., Dict[str, Any]]] = {
    each.__name__: each for each in (
        Page.choices, Page.start, Page.change, Page.act, Page.undo, Page.advance, Page.look, Page.card,
        Page.explanation, Page.record, Page.view, Page.go, Page.wrote, Page.guess, Page.caught, Page.read_csv,
        Page.points)}
