"""The results of the experiments of the lab reports: in words, as Markdown, and as figures."""
import os

from ..study.verdicts import VERDICTS, verdict
from . import terminal as show


def text_of(outcome, command: str) -> list:
    """The lines about an experiment; ``command`` is what to type for a run of it."""
    experiment = outcome.experiment
    return [f"{experiment.name:5s} {experiment.setting} ({show.count(experiment.seeds, 'seed')})",
            f"      report   {experiment.reported}", f"      purenn   {outcome.got}",
            f"      rule     {experiment.rule}", f"      verdict  {in_words(outcome)}",
            f"      as in    {command}", ""]


def in_words(outcome) -> str:
    """The verdict, with the remark if there is one."""
    remark = outcome.experiment.remark
    return verdict(outcome.found, outcome.figures) + (f". {remark[0].upper()}{remark[1:]}" if remark else "")


def summary(done: list, wanted: int, seconds: float) -> str:
    """How many came out as reported, and which did not."""
    names: dict = {}
    for outcome in done:
        names.setdefault(verdict(outcome.found, outcome.figures), []).append(outcome.experiment.name)
    text = f"Of {show.count(len(done), 'experiment')}: " + "; ".join(
        f"{len(names[words])} {words} ({', '.join(names[words])})" for words in VERDICTS if words in names)
    if len(done) < wanted:
        text += f"; stopped before the other {wanted - len(done)}"
    return f"{text}. It took {show.duration(seconds)}."


def markdown(done: list, wanted: int, seconds: float, figures: list) -> list:
    """The experiments as a Markdown table, with the figures, (name, file), beneath."""
    lines = ["# The experiments of the five lab reports", "", summary(done, wanted, seconds), "",
             "| | setting | report | purenn | rule | verdict |", "| --- | --- | --- | --- | --- | --- |"]
    for outcome in done:
        experiment = outcome.experiment
        words = (experiment.name, f"{experiment.setting} ({show.count(experiment.seeds, 'seed')})",
                 experiment.reported, outcome.got, experiment.rule, in_words(outcome))
        cells = [word.replace("|", "\\|") for word in words]
        lines.append(f"| {' | '.join(cells)} |")
    for name, picture in figures:
        lines += ["", f"![{name}]({picture})"]
    return lines


def draw(path: str, done: list) -> list:
    """Draw each experiment's curves beside the Markdown file of that path; return pairs (name, file)."""
    from . import plots
    drawn = []
    for experiment, trials, *_ in done:
        runs = [(label, [result.losses for result in results]) for label, results in trials.items()]
        name = f"{os.path.splitext(os.path.basename(path))[0]}-{experiment.name}.png"
        is_sum = next(iter(experiment.runs.values())).settings.loss == "sse"
        plots.overlay(os.path.join(os.path.dirname(path), name), runs, f"{experiment.name}: {experiment.setting}",
                      "loss (sum)" if is_sum else "loss")
        drawn.append((experiment.name, name))
    return drawn
