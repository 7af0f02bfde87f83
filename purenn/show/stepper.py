"""Walking through a recording with the keys of a terminal, and predicting its results.

``Walk`` holds the place in the recording and the answers: ``press`` takes a key, ``lines`` gives the screen. ``walk``
connects it with a terminal. ``print_all`` and ``ask_all`` need no whole screen.
"""
from typing import Any

from ..linalg import PurennError
from ..study import walking
from ..study.recording import Recording
from . import stepping
from .equations import digits, shown_formula
from .keyboard import RESIZED, FullScreen
from .stepping import painted
from .terminal import Terminal

# The list of keys: pairs of one or more keys, and what they do.
HELP = (
    ("→ space enter", "the next line"),
    ("← backspace", "the line before"),
    ("↓ o    O", "over the calls of this line; O: backward"),
    ("↑ u    U", "out to the caller; U: back to the call"),
    ("p l n i", "the next phase, layer, neuron, input"),
    ("P L N I", "the phase, layer, neuron, input before"),
    ("f    F", "the next formula; F: the one before"),
    ("/w2_10", "last change: w, layer 2, neuron 1, input 0"),
    ("", "also biases b2_1, slopes g2_10 and gb2_1,"),
    ("", "z2_1, 2.weight[1][0], delta; / Enter: again"),
    (":42", "line 42; of another file: neuron.py:42"),
    ("g100", "event 100; home, end: the first, the last"),
    ("h", "when a result is asked for: a hint"),
    ("?    q", "show or hide these keys; quit"),
)
ALSO = "h: a hint; →: the result"                           # what may be typed in place of an answer
ALSO_IN_LINES = "h: a hint; an empty line: the result; q: quit"
LEVEL_KEYS = dict(zip("plni", walking.LEVELS))
PROMPTS = {"/": "the last change of: ", ":": "line: ", "g": "event: ", "answer": "= "}


class Walk:
    """The place in a recording. With ``predict`` the results of formulas are asked for before they are shown."""

    def __init__(self, recording: Recording, predict: bool = False):
        self.recording, self.predict = recording, predict
        self.number = 0
        self.message = ""
        self.mode = ""                                      # what is being typed: "", "/", ":", "g" or "answer"
        self.typed = ""
        self.help = False
        self.quantity = ""                                  # the one that was searched for last
        self.revealed: dict = {}                            # for each event asked: whether the answer was right

    def asked(self) -> Any:
        """The Question at this event, as long as its result is asked for; otherwise None."""
        if not self.predict or self.number in self.revealed:
            return None
        return walking.question(self.recording, self.number)

    def press(self, key: str) -> bool:
        """Do what a key stands for; False if it ends the walk."""
        if self.mode:
            self._type(key)
            return True
        if key in ("q", "quit", "interrupt"):
            return False
        self.message = ""
        if self.help or key == "?":
            self.help = not self.help
        elif key in ("/", ":", "g"):
            self.mode, self.typed = key, ""
        elif self.asked() and (key.isdigit() or key in "-+.,") and len(key) == 1:
            self.mode, self.typed = "answer", key
        elif key == "h":
            self.message = self._hint()
        elif self.asked() and key in ("right", "down", "o", " ", "enter"):
            self._reveal(False)
        else:
            self._move(key)
        return True

    def _move(self, key):
        recording, number = self.recording, self.number
        moves = {"right": number + 1, " ": number + 1, "enter": number + 1, "left": number - 1,
                 "backspace": number - 1, "home": 0, "end": len(recording) - 1}
        if key in moves:
            number = min(max(moves[key], 0), len(recording) - 1)
        elif key in ("down", "o", "O"):
            number = walking.over(recording, number, -1 if key == "O" else 1)
        elif key in ("up", "u", "U"):
            number = walking.out(recording, number, -1 if key == "U" else 1)
        elif key in ("f", "F"):
            number = walking.formula(recording, number, -1 if key == "F" else 1)
        elif key.lower() in LEVEL_KEYS:
            number = walking.along(recording, number, LEVEL_KEYS[key.lower()], 1 if key.islower() else -1)
        else:
            self.message = "? shows the keys"
            return
        if number == self.number:
            self.message = "there is nothing before" if key in ("left", "backspace", "home", "O", "U") or (
                key.isupper()) else "there is nothing after"
        self.number = number

    def _type(self, key):
        """A key while something is being typed."""
        if key == "escape":
            self.mode = ""
        elif key == "backspace":
            self.mode = self.mode if self.typed else ""
            self.typed = self.typed[:-1]
        elif key == "enter":
            mode, self.mode = self.mode, ""
            if mode == "answer":
                self._answer(self.typed)
            elif self.typed or (mode == "/" and self.quantity):
                self._jump(mode)
        elif len(key) == 1 and len(self.typed) < 60:
            self.typed += key

    def _jump(self, mode):
        recording, number = self.recording, self.number
        try:
            if mode == "/":
                self.quantity = self.typed or self.quantity
                self.number = walking.last_change(recording, number, self.quantity)
            elif mode == ":":
                self.number = walking.line_at(recording, number, self.typed)
            else:
                self.number = walking.event(recording, self.typed)
        except PurennError as error:
            self.message = str(error)

    # Predicting.

    def _answer(self, text):
        """Compare what was typed with the result."""
        asked = self.asked()
        try:
            given = float(text.replace(",", "."))
        except ValueError:
            self.message = f"found {text!r}; type a number"
            return
        if walking.is_right(asked.answer, given):
            self._reveal(True)
        else:
            self.message = f"{text} is not right. Try again; {ALSO}"

    def _reveal(self, is_right):
        asked = self.asked()
        self.revealed[self.number] = is_right
        self.message = f"{'Right' if is_right else 'It is'}: {digits(asked.answer)}   {self.score()}"

    def _hint(self):
        asked = self.asked()
        if not asked:
            return "nothing is asked here"
        state = self.recording.state(self.number)
        return f"hint: {shown_formula(self.recording, state, asked.formula)}"

    def score(self) -> str:
        """How many answers were right."""
        return f"{sum(self.revealed.values())} of {len(self.revealed)} right"

    def end(self) -> str:
        """How many answers were right, and the event at which the walk has stopped."""
        return f"{self.score()}; stopped at event {self.number}."

    # The screen.

    def lines(self, width: int, height: int) -> list:
        """The lines of the screen, ``height`` in number."""
        if self.help:
            pad = max(len(keys) for keys, _ in HELP)
            lines = [[("Keys", "strong")], []][:2 if height > len(HELP) + 2 else 1]
            lines += [[(f"  {keys.ljust(pad)}  ", "now"), (what, "")] for keys, what in HELP]
            lines = lines[:height - 1]
        else:
            lines = stepping.screen(self.recording, self.number, width, height, self.predict and (
                self.number not in self.revealed))
        lines += [[]] * (height - 1 - len(lines))
        return lines + [self._last_line()]

    def _last_line(self):
        if self.mode:
            name = self.asked().name + " " if self.mode == "answer" else ""
            return [(name + PROMPTS[self.mode] + self.typed + "_", "strong")]
        if self.message:
            return [(self.message, "strong")]
        if self.asked():
            return [(f"What is {self.asked().name}? Type it, and Enter. {ALSO}", "strong")]
        return [(stepping.KEYS_IN_SHORT, "dim")]


def walk(terminal: Terminal, recording: Recording, predict: bool = False, number: int = 0) -> None:
    """Walk through a recording on the whole screen, from an event on, until q."""
    at = Walk(recording, predict)
    at.number = number
    with FullScreen(terminal.stream) as screen:
        _draw(terminal, screen, at)
        for key in screen.keys():
            if key != RESIZED and not at.press(key):
                break
            _draw(terminal, screen, at)
    if predict:
        terminal.line(at.end())


def _draw(terminal, screen, at):
    width, height = screen.size()
    screen.draw([painted(terminal, line, width) for line in at.lines(width, height)])


# Without a whole screen.

def print_state(terminal: Terminal, recording: Recording, number: int, width: int = 100, height: int = 40) -> None:
    """Print the screen of one event; several empty lines after each other become one."""
    before = ""
    for line in stepping.screen(recording, number, width, height):
        text = painted(terminal, line)
        if text.strip() or before.strip():
            terminal.line(text)
        before = text


def print_all(terminal: Terminal, recording: Recording) -> None:
    """Print each event in a few lines."""
    for number in range(len(recording)):
        terminal.lines([painted(terminal, line) for line in stepping.in_short(recording, number)])


def print_changes(terminal: Terminal, recording: Recording, quantity: str) -> None:
    """Print each line that sets a quantity, with its result."""
    for number in walking.all_changes(recording, quantity):
        terminal.lines([painted(terminal, line) for line in stepping.in_short(recording, number, ahead=True)])


def ask_all(terminal: Terminal, recording: Recording, answers, start: int = 0) -> None:
    """Print the events, and ask for each formula's result; ``answers`` yields lines: a number, h, ?, q or ""."""
    at = Walk(recording, predict=True)
    for at.number in range(start, len(recording)):
        terminal.lines([painted(terminal, line) for line in stepping.in_short(recording, at.number, hidden=True)])
        while at.asked():
            terminal.stream.flush()
            text = next(answers, "q").strip()
            if text == "q":
                terminal.line(at.end())
                return
            if text == "?":
                at.message = f"type the result, within 1%; press Enter; {ALSO}"
            else:
                at.press("h") if text == "h" else at._answer(text) if text else at._reveal(False)
            terminal.line("     " + at.message.replace(ALSO, ALSO_IN_LINES))
    terminal.line(at.end())
