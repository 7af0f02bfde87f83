"""The parser of the command line, and the types of its options: how a value is checked, and how it is refused."""
import argparse
import math
import os
import re
import sys
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set, Tuple, TypeVar, Union

from ..files.spelling import did_you_mean
from ..files.text import digits, short
from ..linalg import PurennError

T = TypeVar("T")
MOST_EPOCHS = 1_000_000_000
MOST_NEURONS = 100_000

# The words that stand for None.
NONE = {"batch_size": "all", "target_loss": "none"}

# Each: options A and B, a value of B ("" for any), and tasks ("" for all). In these, A has no effect beside B with
# this value. In xor and gate no data are drawn, so with --init zeros, and without --shuffle, the seed changes nothing.
BESIDE = (("quiet", "json", "", ""), ("log_every", "json", "", ""), ("log_every", "quiet", "", ""),
          ("activation", "hidden", "none", ""), ("seed", "init", "zeros", "xor gate"),
          ("seeds", "init", "zeros", "xor gate"), ("all", "at", "", ""), ("predict", "all", "", ""),
          ("all", "find", "", ""), ("at", "find", "", ""), ("predict", "find", "", ""))

# Each: options that have no effect alone, the options of which they need at least one, and the command ("" for all).
WITHOUT = ((("checkpoint_every",), ("checkpoint", "resume"), ""), (("seed",), ("name",), "mistakes"),
           (("engine",), ("step",), "explain"), (("batch_size", "shuffle", "engine"), ("after",), "step"),
           (("images", "labels", "ignore"), ("data", "resume"), "letters"),
           (("optimizer",), ("standalone", "torch", "c"), "unroll"),
           (("epochs", "lr", "momentum", "batch_size"), ("standalone", "torch"), "unroll"),
           (("shuffle", "engine"), ("standalone",), "unroll"))


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line: the option, what was found, what is allowed.

    The result has ``given``, the names of the options on the command line.
    """

    def __init__(self, command: str, **settings: Any):
        super().__init__(prog=f"{program_name()} {command}", allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **settings)
        self.command = command

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The options; unknown ones are refused by name, with the nearest known option."""
        named = [action.dest for action in self._actions if action.dest != "help"]
        blank = argparse.Namespace(**{name: None for name in named})
        options, rest = self.parse_known_args(self._joined(args or []), blank)
        if rest:
            known = [name.lstrip("-") for action in self._actions for name in action.option_strings]
            hint = did_you_mean(rest[0].split("=")[0].lstrip("-"), known, "--{}".format, 0.7).strip()
            hint = hint or f"{self.prog} --help lists what there is"
            self.error(f"there is no {'option' if rest[0].startswith('-') else 'argument'} {rest[0]}; {hint}")
        given: Set[str] = {name for name, value in vars(options).items() if value is not None}
        for name in named:
            if getattr(options, name) is None:
                setattr(options, name, self.get_default(name))
        options.given = given
        self.check_pairs(options, given)
        return options

    def check_pairs(self, options: Any, given: Set[str]) -> None:
        """Raise PurennError if one of the options ``given`` has no effect beside another, or without another."""
        command, _, task = self.command.rpartition(" ")
        for name, other, value, tasks in BESIDE:
            found = getattr(options, other, None)
            found = (" ".join(map(str, found)) or "none") if isinstance(found, list) else found
            if {name, other} <= given and value in ("", found) and (
                    not tasks or task in tasks.split() and not getattr(options, "shuffle", False)):
                self.error(f"{_option(name)}: has no effect with {_option(other)}{value and ' ' + value}; leave one of "
                           "the two out")
        for names, others, where in WITHOUT:
            for name in given.intersection(names) if where in ("", command or task) else ():
                if not any(getattr(options, other, None) for other in others):
                    needed = _option(others[0]) if others[0] != "name" else "NAME"
                    self.error(f"{_option(name)}: has no effect here; add {needed}, or leave out {_option(name)}")

    def value_of(self, option: str, text: str) -> Any:
        """What a text means as the value of an option; raises PurennError as ``parse_args`` does."""
        action = self._option_string_actions["--" + option]
        if action.nargs == 0:
            return text == "yes"
        try:
            return self._get_value(action, text)
        except argparse.ArgumentError as error:
            return self.error(str(error))

    def _joined(self, args: Sequence[str]) -> List[str]:
        """The arguments, with --lr -1e-3 joined into --lr=-1e-3: argparse would take the two for two options."""
        names = {name for action in self._actions for name in action.option_strings}
        valued = {name for action in self._actions for name in action.option_strings if action.nargs is None}
        once = {name for action in self._actions if not isinstance(action, argparse._AppendAction)
                for name in action.option_strings}
        joined: List[str] = []
        seen: Set[str] = set()
        for text in args:
            name = text.partition("=")[0]
            if name in once and name in seen:
                self.error(f"{name}: found it twice; leave one of the two out")
            seen.add(name)
            if text == "--" and joined and joined[-1] in valued or name in names and text == name + "=--":
                self.error(f"{(joined[-1] if text == '--' else name)}: found '--', which is no value; write ./-- if it "
                           "is a file")
            if joined and joined[-1] in valued and text.startswith("-") and text not in names:
                joined[-1] += "=" + text
            else:
                joined.append(text)
        return joined

    def error(self, message: str) -> Any:
        """Raise PurennError, which ``cli.main`` turns into one line and exit code 2."""
        message = message[len("argument "):] if message.startswith("argument ") else message
        message = message.replace("expected one argument", "found no value; it takes one")
        message = message.replace("ignored explicit argument", "it takes no value; found")
        raise PurennError(f"{self.command}: {' '.join(message.split())}")


def program_name() -> str:
    """The command that started this program, for the help."""
    name = os.path.basename(sys.argv[0] or "")
    return {"cli.py": "python cli.py", "__main__.py": "python -m purenn"}.get(name, "purenn")


def task_name(command: str, description: str, names: Sequence[str], arguments: Sequence[str]) -> Optional[str]:
    """The task that the arguments begin with; None if they asked for help, which has then been given.

    Raises PurennError if there is none, or it is not one of ``names``.
    """
    if arguments and arguments[0] in ("-h", "--help"):
        parser = Parser(command, description=description, add_help=False)
        parser.add_argument("task", help=f"{', '.join(names)}; {command} TASK --help lists its options")
        parser.print_help()
        return None
    if not arguments:
        raise PurennError(f"{command}: found no task; it must be one of {', '.join(names)}")
    try:
        return one_of(names)(arguments[0])
    except argparse.ArgumentTypeError as error:
        raise PurennError(f"{command}: task: {error}") from None


def typed(words: Sequence[str], choices: Dict[str, Any]) -> str:
    """The command to type for these words and choices: numbers have all their digits, True is the option's name alone.

    >>> typed(["xor"], {"hidden": (), "lr": 1e-05, "batch_size": None, "target_loss": None, "shuffle": True})
    'xor --hidden none --lr 1e-05 --batch-size all --target-loss none --shuffle'
    """
    parts = list(words)
    for name, value in choices.items():
        if isinstance(value, (tuple, list)):
            value = " ".join(map(str, value)) or "none"
        elif isinstance(value, float):
            value = digits(value)
        option = f"--{name.replace('_', '-')}"
        parts.append(option if value is True else f"{option} {NONE.get(name) if value is None else value}")
    return " ".join(parts)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


# The types.

def whole(least: int, most: Optional[int] = None) -> Callable[[str], int]:
    """An option type: a whole number from ``least`` up, to ``most`` if given."""
    allowed = f"a whole number from {least} {'up' if most is None else f'to {most}'}"

    def check(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"found {short(text)}; it must be {allowed}") from None
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError(f"found {short(text)}; it must be {allowed}")
        return value
    return check


def number(allowed: str, accepts: Callable[[float], bool]) -> Callable[[str], float]:
    """An option type: a finite number for which ``accepts`` is true; ``allowed`` says so in words."""
    def check(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not accepts(value):
            finite = allowed if not math.isinf(value) else allowed.replace("a number", "a finite number")
            raise argparse.ArgumentTypeError(f"found {short(text)}; it must be {finite}")
        return value
    return check


positive = number("a number above 0", lambda value: value > 0.0)
not_negative = number("a number from 0 up", lambda value: value >= 0.0)
momentum = number("a number from 0 up and below 1", lambda value: 0.0 <= value < 1.0)
decay = number("a number above 0 and up to 1", lambda value: 0.0 < value <= 1.0)


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """An option type: one of ``names``, however it is spelled: leaky_relu, leaky-relu or LeakyReLU."""
    def plain(text: str) -> str:
        return text.lower().replace("_", "").replace("-", "")

    def check(text: str) -> str:
        for name in names:
            if plain(text) == plain(name):
                return name
        raise argparse.ArgumentTypeError(f"found {short(text)}; it must be one of {', '.join(names)}")
    return check


def hidden_size(text: str) -> Union[int, str]:
    """An option type: the size of a hidden layer, or the word none."""
    return _or_word(text, "none", whole(1, MOST_NEURONS), "; separate several sizes with spaces, as in 4 4")


def hidden_sizes(sizes: List[Any]) -> Tuple[int, ...]:
    """The sizes of the hidden layers; raises ChoiceError if ``none`` is given beside a number."""
    if "none" in sizes and len(sizes) > 1:
        from ..data.sources import ChoiceError
        raise ChoiceError("hidden", "found the word none beside another value; give either sizes or the word none")
    return () if "none" in sizes else tuple(sizes)


def batch_size(text: str) -> Union[int, str]:
    """An option type: a whole number from 1 up, or the word all."""
    return _or_word(text, "all", whole(1), "")


def target_loss(text: str) -> Union[float, str]:
    """An option type: a number above 0, or the word none."""
    return _or_word(text, "none", positive, "")


def _or_word(text: str, word: str, check: Callable[[str], T], more: str) -> Union[T, str]:
    if text.lower() == word:
        return word
    try:
        return check(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or the word {word}{more}") from None


def part_size(text: str) -> Union[int, float]:
    """An option type: a number of samples, or a share of all of them."""
    from ..data.splitting import is_part
    size: Union[int, float]
    try:
        size = float(text) if "." in text else int(text)
    except ValueError:
        size = 0
    if not is_part(size):
        raise argparse.ArgumentTypeError(
            f"found {short(text)}; it must be a whole number from 1 up, or a share such as 0.6")
    return size


def yes_or_no(text: str) -> bool:
    """An option type: yes or no, as True or False."""
    if text.lower() not in ("yes", "no"):
        raise argparse.ArgumentTypeError(f"found {text!r}; it must be yes or no")
    return text.lower() == "yes"


def file_name(ending: str) -> Callable[[str], str]:
    """An option type: the name of a file with this ending, such as .gif."""
    def check(text: str) -> str:
        if not text.lower().endswith(ending):
            raise argparse.ArgumentTypeError(f"found {text!r}; it must be the name of a {ending} file")
        return text
    return check


def neuron(text: str, others: str = "") -> Tuple[int, ...]:
    """An option type: a pair (layer, neuron); ``others`` is what else is allowed, in words."""
    if not re.match(r"[0-9]{1,9}\.[0-9]{1,9}\Z", text):
        raise argparse.ArgumentTypeError(f"found {text!r}; it must be {others}LAYER.NEURON, such as 0.1")
    return tuple(int(number) for number in text.split("."))
