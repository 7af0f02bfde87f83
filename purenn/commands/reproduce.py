"""``reproduce``: every experiment of the five lab reports, with several seeds, and whether it comes out as reported."""
import argparse
import os
import random
import time

from ..show import terminal as show
from .experiments import EXPERIMENTS, LETTERS, LettersResult
from .options import Parser, whole
from .runs import Interrupted, Job, run_jobs

DESCRIPTION = "Repeat the experiments of the five lab reports, and say of each whether it comes out as reported."
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
    start = time.perf_counter()
    try:
        for experiment in chosen:
            found = run_experiment(experiment, options.workers, terminal)
            done.append((experiment, found, *experiment.check(found)))
            for line in text_of(*done[-1]):
                terminal.line(line)
            terminal.stream.flush()
    except KeyboardInterrupt:
        if not done:
            raise
    terminal.line(summary(done, len(chosen), time.perf_counter() - start))
    if options.markdown is not None:
        write_markdown(options.markdown, done, len(chosen), time.perf_counter() - start)
    return 0 if len(done) == len(chosen) else 130


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
    """An option type: an experiment's name; A4 is found in A3-A5."""
    for name in NAMES:
        if text.upper() == name or (name == "A3-A5" and text.upper() in ("A3", "A4", "A5")):
            return name
    raise argparse.ArgumentTypeError("found %r; it must be one of %s" % (text, ", ".join(NAMES)))


def run_experiment(experiment, workers, terminal) -> dict:
    """The Results of an experiment by label, in the seeds' order."""
    labels = list(experiment.runs)
    seeds = range(1, experiment.seeds + 1)
    jobs = [Job(task, options.split() + ["--seed", str(seed)])
            for seed in seeds for task, options in experiment.runs.values()]
    progress = show.Progress(terminal, len(jobs))
    try:
        if experiment is LETTERS:
            results = [_letters(job, workers) for job in jobs]
        else:
            results = run_jobs(jobs, workers, lambda done, total: progress.update(
                done, "%s: run %d of %d", experiment.name, done, total))
    except Interrupted:
        raise KeyboardInterrupt from None
    finally:
        progress.clear()
    return {label: results[i::len(labels)] for i, label in enumerate(labels)}


def _letters(job, workers):
    """A run of ``letters``; it shares its batches out by itself."""
    from . import letters
    options = letters.parse(job.arguments + (["--workers", str(workers)] if workers else []))
    result = letters.carried_out(options, random.Random(options.seed))[2]
    if result["stopped"] == "interrupted":
        raise KeyboardInterrupt
    return LettersResult([(epoch["number"], epoch["loss"]) for epoch in result["history"]], result)


def text_of(experiment, found, holds, got) -> list:
    """What is shown of an experiment."""
    lines = ["%-5s %s (%s)" % (experiment.name, experiment.setting, show.count(experiment.seeds, "seed")),
             "      report   " + experiment.reported, "      purenn   " + got, "      rule     " + experiment.rule,
             "      verdict  " + verdict(holds) + (": " + experiment.remark if experiment.remark else "")]
    task, options = next(iter(experiment.runs.values()))
    return lines + ["      as in    %s" % " ".join([task] + options.split() + ["--seed 1"]), ""]


def verdict(holds: bool) -> str:
    """The verdict in words."""
    return "as reported" if holds else "NOT as reported"


def summary(done, wanted: int, seconds: float) -> str:
    """How many came out as reported, and which did not."""
    others = [experiment.name for experiment, _, holds, _ in done if not holds]
    text = "%d of %s as reported" % (len(done) - len(others), show.count(len(done), "experiment"))
    if others:
        text += "; not: " + ", ".join(others)
    if len(done) < wanted:
        text += "; interrupted before the other %d" % (wanted - len(done))
    return text + " (%s)" % show.duration(seconds)


def write_markdown(path: str, done: list, wanted: int, seconds: float) -> None:
    """The experiments as a Markdown table, with a figure of each experiment's curves where matplotlib is there."""
    from ..files.disk import replacing
    lines = ["# The experiments of the five lab reports", "", summary(done, wanted, seconds) + ".", "",
             "| | setting | report | purenn | rule | verdict |", "| --- | --- | --- | --- | --- | --- |"]
    for experiment, _, holds, got in done:
        words = (experiment.name, "%s (%s)" % (experiment.setting, show.count(experiment.seeds, "seed")),
                 experiment.reported, got, experiment.rule,
                 verdict(holds) + (": " + experiment.remark if experiment.remark else ""))
        lines.append("| %s |" % " | ".join(word.replace("|", "\\|") for word in words))
    for name, picture in _figures(path, done):
        lines += ["", "![%s](%s)" % (name, picture)]
    with replacing(path) as beside, open(beside, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _figures(path, done):
    """Draw each experiment's curves; the names and the files, relative to the Markdown."""
    from ..show import plots
    if plots.missing():
        return
    for experiment, found, _, _ in done:
        runs = [(label, [result.losses for result in results]) for label, results in found.items()]
        name = "%s-%s.png" % (os.path.splitext(os.path.basename(path))[0], experiment.name)
        plots.overlay(os.path.join(os.path.dirname(path), name), runs, "%s: %s" % (experiment.name, experiment.setting))
        yield experiment.name, name
