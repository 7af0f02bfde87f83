"""``python -m benchmarks``: measure, print the table of ratios, write the raw figures."""
import argparse
import importlib
import json
import platform
import subprocess
import sys
from statistics import median

from purenn.cli.parser import number, positive, whole
from purenn.files.disk import check_writable, replacing
from purenn.linalg import PurennError

from . import own
from .contenders import CONTENDERS, OWN, suits
from .race import Elsewhere, Here, race
from .tasks import TASKS, make

PACKAGES = ("numpy", "torch", "sklearn", "kerze", "sann", "gradwave", "tinymlp", "micrograd")


def main() -> int:
    """Measure; return the exit code. Ctrl-C ends with the table of the tasks that were done."""
    try:
        return _run(_options())
    except PurennError as error:
        _say("benchmarks: %s" % error)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(options):
    if options.json:
        check_writable(options.json)
    also = {python: _name_of(python) for python in options.also}
    for python in [python for python in also if also[python] is None]:
        _say("left out: purenn on %s, which cannot be run" % python)
        del also[python]
    if len(set(also.values())) < len(also):
        raise PurennError("--also: found two that are the same, %s; leave one out" % ", ".join(also.values()))
    results = {"python": own.python(), "machine": platform.machine(), "system": platform.platform(terse=True),
               "packages": _versions(), "also": also, "tasks": {}}
    code = 0
    try:
        for task in options.task:
            results["tasks"][task] = _measured(task, options, also)
    except KeyboardInterrupt:
        code = 130
    if results["tasks"]:
        print(_table(results))
    if options.json:
        with replacing(options.json) as beside, open(beside, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    return code


def _options():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS), metavar="TASK",
                        help="one or several of: %s (default: all)" % ", ".join('"%s"' % name for name in TASKS))
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), metavar="NAME",
                        help="one or several of: %s (default: all)" % ", ".join('"%s"' % name for name in CONTENDERS))
    parser.add_argument("--also", nargs="+", default=[], metavar="PYTHON",
                        help="measure purenn's engines on these interpreters too, such as pypy3")
    parser.add_argument("--turns", type=whole(1), default=7,
                        help="turns of each contender; the median counts (default: 7)")
    parser.add_argument("--seconds", type=positive, default=0.2, help="how long a turn is (default: 0.2)")
    parser.add_argument("--warm-up", type=number("a number from 0 up", lambda value: value >= 0.0), default=6.0,
                        metavar="SECONDS",
                        help="on an interpreter that compiles while it runs, before the first turn (default: 6)")
    parser.add_argument("--json", metavar="FILE", help="write the raw figures")
    options = parser.parse_args()
    if "loops" not in options.only:
        options.only.insert(0, "loops")                 # what the others are compared with
    return options


def _measured(task, options, also):
    """The seconds of each turn by contender; those that are not installed are said and left out."""
    runners, missing = {}, []
    for name in options.only:
        if not suits(name, task):
            continue
        try:
            runners[name] = Here(name, task)
        except ImportError as error:
            missing.append("%s (%s)" % (name, error.name or error))
    for python, label in also.items():
        for name in OWN:
            if name in options.only and suits(name, task):
                runners["%s on %s" % (name, label)] = Elsewhere(python, name, task)
    if missing:
        _say("%s: left out, not installed: %s" % (task, ", ".join(missing)))
    _say("%s: %d contenders, %d turns" % (task, len(runners), options.turns))
    compiles = sys.implementation.name != "cpython"
    warm_up = {name: options.warm_up if compiles or isinstance(runner, Elsewhere) else 0.0
               for name, runner in runners.items()}
    try:
        return race(runners, options.seconds, options.turns, warm_up)
    finally:
        for runner in runners.values():
            runner.close()


def _table(results):
    """Markdown: speed as a multiple of the loops' in the same run; in the last row what the loops did in a second."""
    tasks = results["tasks"]
    rows = []
    for taken in tasks.values():
        rows += [name for name in taken if name not in rows]
    lines = ["| times as fast as `loops` | %s |" % " | ".join(tasks), "| --- |%s" % (" ---: |" * len(tasks))]
    for name in rows:
        cells = []
        for taken in tasks.values():
            same = "loops" in taken and name in taken
            cells.append(_ratio(median(taken["loops"]) / median(taken[name])) if same else "")
        lines.append("| %s | %s |" % (name, " | ".join(cells)))
    lines.append("| what the loops did | %s |" % " | ".join(_absolute(task, taken) for task, taken in tasks.items()))
    packages = ", ".join("%s %s" % pair for pair in results["packages"].items())
    return "\n".join(lines) + "\n\n%s, %s; %s" % (results["python"], results["machine"], packages or "no other package")


def _ratio(value):
    return "%.0f" % value if value >= 20 else "%.1f" % value if value >= 10 else "%.2f" % value


def _absolute(task, taken):
    if "loops" not in taken:
        return ""
    each = median(taken["loops"])
    if make(task).kind == "tiny":
        return "%s epochs/s" % format(round(1.0 / each), ",")
    return "%.0f samples/s" % (len(make(task).data.inputs) / each)


def _versions():
    found = {}
    for package in PACKAGES:
        try:
            module = importlib.import_module(package)
        except ImportError:
            continue
        found[package] = getattr(module, "__version__", "")
    return found


def _name_of(python):
    """What that interpreter calls itself, or None where it cannot be run."""
    try:
        return subprocess.run([python, "-c", "from benchmarks.own import python; print(python())"],
                              stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
