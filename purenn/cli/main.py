"""What the command line does: it finds the command and runs it, or ends with a message and an exit code.

Exit codes: 0 done, 1 something that was checked is wrong, 2 bad input, 3 training diverged, 130 interrupted.
"""
import sys
from typing import List, Optional, Sequence

from ..linalg import PurennError
from ..training import DivergedError

# command, what it does, an example
COMMANDS = (
    ("xor", "21 points on two crossing lines; no straight line separates the two classes", "xor --hidden 8 --lr 0.5"),
    ("linear", "points to the left and right of a line; tested on fresh ones", "linear --points 200 --seed 3"),
    ("gate", "the truth table of XOR, a step after each sample, with momentum", "gate --hidden 2 --seed 5"),
    ("letters", "images of letters, ten classes: drawn here, or notMNIST, MNIST, a CSV", "letters --hidden 100"),
    ("train", "your own table, a CSV: predict one column from the others",
     "train tests/files/iris.csv --target species"),
    ("predict", "predict the rows of a table with a saved network",
     "predict tests/files/iris.json tests/files/iris.csv"),
    ("evaluate", "measure a saved network on a table", "evaluate tests/files/iris.json tests/files/iris.csv"),
    ("show", "a saved network: its layers, its training, its curve", "show tests/files/iris.json"),
    ("reproduce", "repeat the experiments of five lab reports, and compare the results", "reproduce A8"),
    ("explain", "one training step of one sample, with the numbers put in", "explain mazur --only backward"),
    ("step", "walk through one training step line by line, forward and back", "step xor"),
    ("tape", "the gradients by automatic differentiation, compared with backpropagation", "tape mazur --only 2.0"),
    ("gradcheck", "check the gradients of every activation with every loss", "gradcheck --activation tanh"),
    ("activations", "each activation function and its derivative, as a table or a figure", "activations"),
    ("mistakes", "classic mistakes of backpropagation, and the check that finds each", "mistakes missing-factor-2"),
    ("course", "exercises that build a small purenn, and checks that name the mistake", "course start"),
    ("compare", "a task with several settings, each with the same seeds, side by side",
     "compare xor --vary optimizer=adagrad,adam"),
    ("page", "the page in the browser: watch a network learn, and change it while it learns", "page"),
    ("unroll", "a network as arithmetic, line by line: what the unrolled engine runs", "unroll xor --hidden 2"),
)

MOST_LETTERS = 300              # how many characters of a word an error shows at most; the word may have thousands

# Used in the examples if the program is installed, without the files of its tests.
INSTALLED = (("tests/files/iris.csv", "TABLE.csv"), ("tests/files/iris.json", "MODEL.json"), ("species", "COLUMN"))


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run a command; return the exit code. Any error ends as one line on stderr."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except PurennError as error:
        return _fail(error, 3 if isinstance(error, DivergedError) else 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except BrokenPipeError:                                 # the reader, say `head`, has seen enough
        _drop_output()
        return 0
    except MemoryError:
        return _fail("out of memory; make the network or the data smaller", 2)
    except OSError as error:
        _drop_output()
        return _fail(f"cannot write: {error}", 2)


def _dispatch(arguments: List[str]) -> int:
    from .parser import program_name
    names = [name for name, _, _ in COMMANDS]
    if len(arguments) > 1 and arguments[0] in ("-h", "--help", "help") and arguments[1] in names:
        arguments = [arguments[1], "--help"]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _say(overview(program_name()))
        return 0
    if arguments[0] == "--version":
        from .. import __version__
        _say(f"purenn {__version__}")
        return 0
    if arguments[0] not in names:
        if arguments[0].startswith("-"):
            raise PurennError(f"found the option {arguments[0]} where a command belongs; the command comes first: "
                              f"{', '.join(names)}")
        from ..files.spelling import did_you_mean
        hint = did_you_mean(arguments[0], names)
        raise PurennError(f"there is no command {arguments[0]!r}; {hint}the commands are {', '.join(names)}")
    from importlib import import_module
    return int(import_module("." + arguments[0], __package__).run(arguments[1:]))


def overview(program: str) -> str:
    """What ``python cli.py`` alone shows: every command with an example."""
    lines = ["purenn: backpropagation in pure Python, written to be read.", "", "Commands, each with an example:"]
    for name, summary, example in COMMANDS:
        for file, word in () if program.endswith("cli.py") else INSTALLED:
            example = example.replace(file, word)
        lines += ["", f"  {name:10} {summary}", f"             {program} {example}"]
    lines += ["", f"{program} COMMAND --help lists a command's options."]
    return "\n".join(lines)


def _say(text: str) -> None:
    from ..show.terminal import Terminal
    Terminal().lines(text.split("\n"))


def _fail(error: object, code: int) -> int:
    """Write a message as one line on stderr, and return the exit code."""
    from ..files.text import escaped
    words = [word if len(word) <= MOST_LETTERS else word[:MOST_LETTERS] + "..." for word in str(error).split()]
    message = "purenn: " + escaped(" ".join(words))
    if sys.stderr is not None:
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        try:
            sys.stderr.write(message.encode(encoding, "replace").decode(encoding) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):                       # there is no stderr; the exit code says it
            pass
    return code


def _drop_output() -> None:
    """Point stdout at the null device, so that Python's flush at exit raises no error."""
    import os
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        pass
