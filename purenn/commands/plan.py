"""What ``compare`` is asked for: settings from options and the values of --vary, checked before anything runs."""
import itertools
import re
from collections import namedtuple

from ..linalg import PurennError
from ..show.terminal import count
from . import figures
from .options import Parser, short, whole
from .runs import Job, prepare
from .task import add_task_options, parse

DESCRIPTION = "Run a task with several settings, each with the same seeds, and show them side by side."

MOST_RUNS = 10_000

# By default: four learning rates with 20 seeds each are through within half a minute on two cores.
MOST_EPOCHS = 8_000

# What is varied: the option's name, and its values as they were given.
Axis = namedtuple("Axis", ("name", "values"))

# What will be run: the task, the options, the axes, the settings (a tuple of values each, one of each axis), what each
# comes to, the seeds, and the jobs: every setting with the first seed, then every one with the next.
Plan = namedtuple("Plan", ("task", "options", "axes", "settings", "resolved", "seeds", "jobs"))


def make_plan(task, arguments) -> Plan:
    """What the arguments ask for, checked to the last value; raises PurennError where something is wrong."""
    own = Parser("compare " + task.name, add_help=False)
    _add_own_options(own)
    parser = Parser("compare " + task.name, description=DESCRIPTION, parents=[own])
    add_task_options(parser, task)
    parser.set_defaults(engine="auto", epochs=min(MOST_EPOCHS, task.defaults["epochs"]))
    options = parser.parse_args(arguments)
    if options.csv is not None:
        from ..files.disk import check_writable
        check_writable(options.csv)
    given = own.parse_known_args(arguments)[1]
    if options.epochs == parser.get_default("epochs"):
        given += ["--epochs", str(options.epochs)]
    switches = {action.option_strings[0][2:]: action.nargs == 0 for action in parser._actions
                if action not in own._actions and action.dest not in ("help", "seed")}
    axes = read_axes(task, options.vary, switches, arguments)
    runs = options.seeds
    for axis in axes:
        runs *= len(axis.values)
    if runs > MOST_RUNS:
        raise PurennError("compare: %s with %s are %d runs; at most %d are allowed: give fewer values or fewer --seeds"
                          % (count(runs // options.seeds, "setting"), count(options.seeds, "seed"), runs, MOST_RUNS))
    for axis in axes:
        _check_values(task, axis, given)
    settings = list(itertools.product(*[axis.values for axis in axes]))
    seeds = list(range(options.seed, options.seed + options.seeds))
    asked = [given + [text for axis, value in zip(axes, values) for text in as_arguments(axis.name, value)]
             for values in settings]
    resolved = [prepare(Job(task.name, each)).settings for each in asked]
    jobs = [Job(task.name, each + ["--seed", str(seed)]) for seed in seeds for each in asked]
    return Plan(task, options, axes, settings, resolved, seeds, jobs)


def _add_own_options(parser):
    group = parser.add_argument_group("the comparison")
    group.add_argument("--vary", metavar="NAME=V1,V2,...", action="append", default=[],
                       help="an option of the task and its values, as in lr=1,0.5, hidden=4,4x4,none or "
                       "shuffle=yes,no; given twice: each value of the one with each of the other")
    group.add_argument("--seeds", metavar="N", type=whole(1), default=5,
                       help="runs of each setting, with the seeds from --seed on (default: %(default)s)")
    group.add_argument("--workers", metavar="N", type=whole(1, 256),
                       help="processes that share out the runs (default: the cores there are)")
    group.add_argument("--csv", metavar="FILE", help="write the runs to a file, a line each")
    group.add_argument("--json", action="store_true", help="one JSON object on stdout, and nothing else")
    figures.add_options(parser)


def read_axes(task, texts: list, switches: dict, arguments: list) -> list:
    """The Axis of each --vary; ``switches`` says of each option that can be varied whether it takes no value."""
    if not texts:
        raise PurennError("compare %s: found no --vary, which says what to compare, as in --vary lr=1,0.5" % task.name)
    axes: list = []
    for text in texts:
        name, equals, values = text.partition("=")
        name = name.strip().lstrip("-").replace("_", "-").lower()
        axis = Axis(name, [value.strip() for value in values.split(",")])
        if name not in switches:
            import difflib
            near = difflib.get_close_matches(name, switches, 1, 0.7)
            hint = "--seeds says how many seeds; " if name in ("seed", "seeds") else ""
            hint = "did you mean %s? " % near[0] if near else hint
            _refuse(task, "found %s; %sit must be one of %s" % (short(name), hint, ", ".join(switches)))
        if not equals or not values.strip():
            _refuse(task, "found %s, without values; give it as NAME=V1,V2,..., such as lr=1,0.5" % short(text))
        if "" in axis.values:
            _refuse(task, "found %s, with an empty value; leave out a comma" % short(text))
        if name in [other.name for other in axes]:
            _refuse(task, "found %s twice; give all its values in one" % name)
        if "--" + name in [argument.split("=")[0] for argument in arguments]:
            _refuse(task, "found %s, and --%s beside it; leave one of the two out" % (name, name))
        for value in axis.values:
            if switches[name] and value not in ("yes", "no"):
                _refuse(task, "%s: found %s; it must be yes or no" % (name, short(value)))
            if name == "hidden" and not re.match(r"(none|[1-9]\d*(x[1-9]\d*)*)$", value.lower()):
                _refuse(task, "hidden: found %s; it must be a size such as 4, sizes such as 4x4, or none"
                        % short(value))
        axes.append(axis)
    if len(axes) > 2:
        _refuse(task, "found %d of them; at most two make a grid" % len(axes))
    return axes


def _refuse(task, what):
    raise PurennError("compare %s: --vary: %s" % (task.name, what))


def as_arguments(name: str, value: str) -> list:
    """A value of an option as it is typed on the task's command line.

    >>> as_arguments("lr", "0.5"), as_arguments("hidden", "4x4"), as_arguments("shuffle", "no")
    (['--lr=0.5'], ['--hidden', '4', '4'], [])
    """
    if name == "hidden":
        return ["--hidden"] + value.lower().split("x")
    if value in ("yes", "no"):
        return ["--" + name] if value == "yes" else []
    return ["--%s=%s" % (name, value)]


def _check_values(task, axis, given):
    """Raise PurennError for a value that the task does not take, or that means the same as one before."""
    meant: list = []
    for value in axis.values:
        found = getattr(parse(task, given + as_arguments(axis.name, value)), axis.name.replace("-", "_"))
        if found in meant:
            _refuse(task, "%s: found %s, which is there already as %s" % (
                axis.name, short(value), short(axis.values[meant.index(found)])))
        meant.append(found)


def label(plan: Plan, values: tuple) -> str:
    """A setting in words, such as ``lr 0.5, hidden 4x4``."""
    return ", ".join("%s %s" % (axis.name, value) for axis, value in zip(plan.axes, values))
