"""What the commands' options have in common: how a value is checked, and how it is refused."""
import argparse
import math
import os
import sys

from ..activations import ACTIVATIONS
from ..initializers import INITIALIZERS
from ..linalg import PurennError

# Of hidden layers and of a single output, of which softmax is always 1.
BETWEEN = [name for name in ACTIVATIONS if name != "softmax"]

MOST_PARAMETERS = 100_000
MOST_EPOCHS = 1_000_000_000
MOST_POINTS = 1_000_000


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that refuses in one line: the option, what was found, what is allowed."""

    def __init__(self, command: str, **settings):
        super().__init__(prog="%s %s" % (program_name(), command), allow_abbrev=False,
                         formatter_class=argparse.RawDescriptionHelpFormatter, **settings)
        self.command = command

    def parse_args(self, args=None, namespace=None):
        """The options; what is left over is refused by name, with the nearest option there is."""
        options, rest = self.parse_known_args(self._joined(args or []), namespace)
        if rest:
            known = [name.lstrip("-") for action in self._actions for name in action.option_strings]
            import difflib
            near = difflib.get_close_matches(rest[0].split("=")[0].lstrip("-"), known, 1, 0.7)
            hint = "did you mean --%s?" % near[0] if near else "%s --help lists what there is" % self.prog
            self.error("there is no %s %s; %s" % ("option" if rest[0].startswith("-") else "argument", rest[0], hint))
        return options

    def _joined(self, args):
        """--lr -1e-3 as --lr=-1e-3, which argparse would otherwise take for two options."""
        names = {name for action in self._actions for name in action.option_strings}
        valued = {name for action in self._actions for name in action.option_strings if action.nargs is None}
        joined: list = []
        for text in args:
            if joined and joined[-1] in valued and text.startswith("-") and text not in names:
                joined[-1] += "=" + text
            else:
                joined.append(text)
        return joined

    def error(self, message):
        """Raise PurennError, which ``commands.main`` turns into one line and exit code 2."""
        message = message[len("argument "):] if message.startswith("argument ") else message
        message = message.replace("expected one argument", "found no value; it takes one")
        message = message.replace("ignored explicit argument", "it takes no value; found")
        raise PurennError("%s: %s" % (self.command, " ".join(message.split())))


def program_name() -> str:
    """How this program was called, for the help."""
    name = os.path.basename(sys.argv[0] or "")
    return {"cli.py": "python cli.py", "__main__.py": "python -m purenn"}.get(name, "purenn")


def whole(least: int, most=None):
    """An option type: a whole number from ``least`` up, to ``most`` if given."""
    allowed = "a whole number from %d %s" % (least, "up" if most is None else "to %d" % most)

    def check(text):
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError("found %s; it must be %s" % (short(text), allowed)) from None
        if value < least or (most is not None and value > most):
            raise argparse.ArgumentTypeError("found %s; it must be %s" % (short(text), allowed))
        return value
    return check


def number(allowed: str, accepts):
    """An option type: a finite number that ``accepts`` says yes to; ``allowed`` is that in words."""
    def check(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not accepts(value):
            finite = allowed if not math.isinf(value) else allowed.replace("a number", "a finite number")
            raise argparse.ArgumentTypeError("found %s; it must be %s" % (short(text), finite))
        return value
    return check


def short(text: str) -> str:
    """What was found, quoted, and cut where it is long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


positive = number("a number above 0", lambda value: value > 0.0)
momentum = number("a number from 0 up and below 1", lambda value: 0.0 <= value < 1.0)


def one_of(names):
    """An option type: one of ``names``, however it is spelled: leaky_relu, leaky-relu or LeakyReLU."""
    def plain(text):
        return text.lower().replace("_", "").replace("-", "")

    def check(text):
        for name in names:
            if plain(text) == plain(name):
                return name
        raise argparse.ArgumentTypeError("found %s; it must be one of %s" % (short(text), ", ".join(names)))
    return check


def task_name(command: str, description: str, names: list, arguments: list):
    """The task that the arguments begin with; None where they asked for help, which has then been given.

    Raises PurennError where there is none, or it is not one of ``names``.
    """
    if arguments and arguments[0] in ("-h", "--help"):
        parser = Parser(command, description=description, add_help=False)
        parser.add_argument("task", help="%s; %s TASK --help lists its options" % (", ".join(names), command))
        parser.print_help()
        return None
    if not arguments:
        raise PurennError("%s: found no task; it must be one of %s" % (command, ", ".join(names)))
    try:
        return one_of(names)(arguments[0])
    except argparse.ArgumentTypeError as error:
        raise PurennError("%s: task: %s" % (command, error)) from None


def hidden_size(text):
    """An option type: the size of a hidden layer, or the word none."""
    if text.lower() == "none":
        return "none"
    try:
        return whole(1, MOST_PARAMETERS)(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError("%s, or the word none; several sizes go with spaces, as in 4 4"
                                         % error) from None


def add_network_options(parser: Parser, hidden: list, activation: str = "sigmoid", init: str = "uniform",
                        output: bool = True) -> None:
    """The options that say what the network is; ``output`` is whether its output's activation is one of them."""
    group = parser.add_argument_group("the network")
    group.add_argument("--hidden", metavar="N", nargs="*", type=hidden_size, default=hidden,
                       help="neurons in each hidden layer; none: no hidden layer (default: %s)"
                       % " ".join(map(str, hidden)))
    group.add_argument("--activation", metavar="NAME", type=one_of(BETWEEN), default=activation,
                       help="of the hidden layers: %s (default: %%(default)s)" % ", ".join(BETWEEN))
    if output:
        group.add_argument("--output-activation", metavar="NAME", type=one_of(BETWEEN), default="sigmoid",
                           help="of the output layer, one of the same (default: %(default)s)")
    group.add_argument("--init", metavar="NAME", type=one_of(list(INITIALIZERS)), default=init,
                       help="how the weights start: %s (default: %%(default)s)" % ", ".join(INITIALIZERS))


def hidden_sizes(options) -> list:
    """The sizes of the hidden layers; raises PurennError where ``none`` stands beside a number."""
    if "none" in options.hidden:
        if len(options.hidden) > 1:
            raise PurennError("--hidden: found none beside other sizes; give either sizes or none")
        return []
    return options.hidden


def check_size(sizes: list, most: int = MOST_PARAMETERS) -> None:
    """Raise PurennError for a network of more parameters than ``most``."""
    count = 0
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        count += fan_in * fan_out + fan_out
    if count > most:
        raise PurennError("--hidden: the network %s has %d parameters; at most %d are allowed: make it smaller"
                          % ("-".join(map(str, sizes)), count, most))
