"""``reproduce``: every experiment of the five lab reports, with several seeds, and whether it comes out as reported."""
import argparse
import os
import random
import time
from collections import namedtuple

from ..show import terminal as show
from .experiments import EXPERIMENTS, LETTERS, LettersResult
from ..linalg import PurennError
from ..study.verdicts import VERDICTS, verdict
from .options import Parser, whole
from .runs import TASKS, Interrupted, Job, run_jobs
from .task import parse as parse_task

DESCRIPTION = "Repeat the experiments of the five lab reports, and say of each whether it comes out as reported."
# What came of an experiment: the Results by label, whether what was found is found again, whether the figures agree
# (None without any), and what came out, in words.
Outcome = namedtuple("Outcome", ("experiment", "results", "found", "figures", "got"))

NAMES = [experiment.name for experiment in EXPERIMENTS] + [LETTERS.name]


def run(arguments) -> int:
    """Run the experiments and show what came of them; return the exit code."""
    options = parse(arguments)
    if options.markdown is not None:
        from ..files.disk import check_writable
        check_writable(options.markdown)
    terminal = show.Terminal()
    chosen = [each for each in EXPERIMENTS + [LETTERS] if each.name in (options.names or NAMES)]
    done: list = []
    known: dict = {}
    start = time.perf_counter()
    stop = None
    try:
        for experiment in chosen:
            found = run_experiment(experiment, options.workers, terminal, known)
            done.append(Outcome(experiment, found, *experiment.check(found)))
            for line in text_of(done[-1]):
                terminal.line(line)
            terminal.stream.flush()
    except (KeyboardInterrupt, PurennError) as error:       # what is done is shown and written all the same
        stop = error
        if not done:
            raise
    seconds = time.perf_counter() - start
    terminal.line(summary(done, len(chosen), seconds))
    if options.markdown is not None:
        write_markdown(options.markdown, done, len(chosen), seconds)
    if isinstance(stop, PurennError):
        raise stop
    return 130 if stop else 0


def parse(arguments):
    """The options as given."""
    parser = Parser("reproduce", description=DESCRIPTION)
    parser.add_argument("names", metavar="NAME", nargs="*", type=one_of_names,
                        help="one or several of %s (default: all)" % ", ".join(NAMES))
    parser.add_argument("--workers", metavar="N", type=whole(1, 256),
                        help="processes that share out the runs (default: the cores there are)")
    parser.add_argument("--markdown", metavar="FILE", help="write the table as Markdown too, and the figures, where "
                        "matplotlib is installed, beside it")
    return parser.parse_args(arguments)


def one_of_names(text):
    """An option type: an experiment's name."""
    if text.upper() not in NAMES:
        raise argparse.ArgumentTypeError("found %r; it must be one of %s" % (text, ", ".join(NAMES)))
    return text.upper()


def run_experiment(experiment, workers, terminal, known: dict) -> dict:
    """The Results of an experiment by label, in the seeds' order; a run that is ``known`` is not done again."""
    labels = list(experiment.runs)
    seeds = range(1, experiment.seeds + 1)
    jobs = [Job(task, options.split() + ["--seed", str(seed)])
            for seed in seeds for task, options in experiment.runs.values()]
    progress = show.Progress(terminal, len(jobs))
    try:
        if experiment is LETTERS:
            results = []
            for job in jobs:
                results.append(_letters(job))
                progress.update(len(results), "%s: run %d of %d", experiment.name, len(results), len(jobs))
        else:
            keys = [_meaning(job) for job in jobs]
            fresh = [i for i, key in enumerate(keys) if key not in known]
            progress.total = len(fresh)
            found = run_jobs([jobs[i] for i in fresh], workers, lambda done, total: progress.update(
                done, "%s: run %d of %d", experiment.name, done, total))
            known.update((keys[i], result) for i, result in zip(fresh, found))
            results = [known[key] for key in keys]
    except Interrupted:
        raise KeyboardInterrupt from None
    finally:
        progress.clear()
    return {label: results[i::len(labels)] for i, label in enumerate(labels)}


def _meaning(job):
    """What a job comes to: the same for two that say the same in other words."""
    options = vars(parse_task(TASKS[job.task], job.arguments))
    del options["kept_arguments"]                           # the words that it was said in
    return job.task, str(sorted(options.items()))


def _letters(job):
    """A run of ``letters``; it shares its batches out by itself."""
    from . import letters
    options = letters.parse(job.arguments)
    result = letters.carried_out(options, random.Random(options.seed))[2]
    if result["stopped"] == "interrupted":
        raise KeyboardInterrupt
    return LettersResult([(epoch["number"], epoch["loss"]) for epoch in result["history"]], result)


def text_of(outcome: Outcome) -> list:
    """What is shown of an experiment."""
    experiment = outcome.experiment
    lines = ["%-5s %s (%s)" % (experiment.name, experiment.setting, show.count(experiment.seeds, "seed")),
             "      report   " + experiment.reported, "      purenn   " + outcome.got,
             "      rule     " + experiment.rule, "      verdict  " + in_words(outcome)]
    task, options = next(iter(experiment.runs.values()))
    return lines + ["      as in    %s" % " ".join([task] + once(options) + ["--seed 1"]), ""]


def once(options: str) -> list:
    """Each option once, as it was given last.

    >>> once("--lr 0.1 --hidden 4 4 --lr 1")
    ['--hidden 4 4', '--lr 1']
    """
    given: dict = {}
    for option in options.split("--")[1:]:
        given.pop(option.split()[0], None)
        given[option.split()[0]] = "--" + option.strip()
    return list(given.values())


def in_words(outcome: Outcome) -> str:
    """The verdict, with the remark if there is one."""
    remark = outcome.experiment.remark
    return verdict(outcome.found, outcome.figures) + (". " + remark[0].upper() + remark[1:] if remark else "")


def summary(done, wanted: int, seconds: float) -> str:
    """How many came out as reported, and which did not."""
    names: dict = {}
    for outcome in done:
        names.setdefault(verdict(outcome.found, outcome.figures), []).append(outcome.experiment.name)
    text = "Of %s: " % show.count(len(done), "experiment") + "; ".join(
        "%d %s (%s)" % (len(names[words]), words, ", ".join(names[words])) for words in VERDICTS if words in names)
    if len(done) < wanted:
        text += "; stopped before the other %d" % (wanted - len(done))
    return text + ". It took %s." % show.duration(seconds)


def write_markdown(path: str, done: list, wanted: int, seconds: float) -> None:
    """The experiments as a Markdown table, with a figure of each experiment's curves where matplotlib is there."""
    from ..files.disk import replacing
    lines = ["# The experiments of the five lab reports", "", summary(done, wanted, seconds), "",
             "| | setting | report | purenn | rule | verdict |", "| --- | --- | --- | --- | --- | --- |"]
    for outcome in done:
        experiment = outcome.experiment
        words = (experiment.name, "%s (%s)" % (experiment.setting, show.count(experiment.seeds, "seed")),
                 experiment.reported, outcome.got, experiment.rule, in_words(outcome))
        lines.append("| %s |" % " | ".join(word.replace("|", "\\|") for word in words))
    for name, picture in _figures(path, done):
        lines += ["", "![%s](%s)" % (name, picture)]
    with replacing(path) as beside, open(beside, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _figures(path, done):
    """Draw each experiment's curves; the names and the files, relative to the Markdown."""
    from . import figures
    if not figures.can_be_drawn():
        return
    from ..show import plots
    for experiment, results_of, *_ in done:
        runs = [(label, [result.losses for result in results]) for label, results in results_of.items()]
        name = "%s-%s.png" % (os.path.splitext(os.path.basename(path))[0], experiment.name)
        plots.overlay(os.path.join(os.path.dirname(path), name), runs, "%s: %s" % (experiment.name, experiment.setting),
                      "loss (sum)" if "--loss sse" in next(iter(experiment.runs.values()))[1] else "loss")
        yield experiment.name, name
