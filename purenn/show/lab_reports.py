"""The results of the experiments of the lab reports: in words, as plain values, as Markdown, and as figures."""
import os

from ..study.lab_verdicts import RULES, VERDICTS, verdict
from ..study.printed import PRINTED
from . import terminal as show


def text_of(outcome, command: str) -> list:
    """The lines about an experiment; ``command`` is what to type to repeat one of its runs."""
    experiment = outcome.experiment
    lines = [f"{experiment.name:5s} {_setting(outcome)}",
             f"      report   {experiment.reported}",
             f"      reading  {experiment.reading}"]
    lines += [f"      {'holds' if each.holds else 'FAILS'}    {_claim(each)}" for each in outcome.checked]
    if experiment.others and outcome.others:
        lines.append(f"      {experiment.other}:")
        lines += [f"      {'holds' if each.holds else 'fails'}    {_claim(each)}" for each in outcome.others]
    return lines + [f"      verdict  {verdict(outcome.checked)}", f"      command  {command}", ""]


def _setting(outcome):
    return f"{outcome.experiment.setting} ({show.count(outcome.seeds, 'seed')})"


def _claim(checked):
    """A claim with what was found, such as ``loss at 1000, reported 0.0822: …``."""
    reported = getattr(checked.claim, "reported", None)
    if isinstance(reported, tuple):
        reported = f"{reported[0]} to {reported[1]}"
    return f"{checked.claim.what}{'' if reported is None else f', reported {reported}'}: {checked.found}"


def _marked(checked):
    return _claim(checked) + ("" if checked.holds else " (does not hold)")


def summary(done: list, wanted: int, seconds: float) -> list:
    """How many experiments got each verdict, and which; and the rules for the verdicts."""
    names: dict = {}
    for outcome in done:
        names.setdefault(verdict(outcome.checked), []).append(outcome.experiment.name)
    text = f"Of {show.count(len(done), 'experiment')}: " + "; ".join(
        f"{len(names[words])} {words} ({', '.join(names[words])})" for words in VERDICTS if words in names)
    if len(done) < wanted:
        text += f"; stopped before the other {wanted - len(done)}"
    return [f"{text}. It took {show.duration(seconds)}.", *RULES]


def as_json(done: list, seconds: float) -> dict:
    """The outcomes in plain values."""
    def claims(checked):
        return [{"claim": each.claim.what, "reported": getattr(each.claim, "reported", None), "found": each.found,
                 "holds": each.holds} for each in checked]
    return {"rules": list(RULES), "seconds": round(seconds, 3), "experiments": [
        {"name": outcome.experiment.name, "setting": outcome.experiment.setting, "seeds": outcome.seeds,
         "reported": outcome.experiment.reported, "reading": outcome.experiment.reading,
         "verdict": verdict(outcome.checked), "claims": claims(outcome.checked), "other": outcome.experiment.other,
         "other_claims": claims(outcome.others)} for outcome in done]}


def markdown(done: list, wanted: int, seconds: float, figures: list) -> list:
    """The experiments as a Markdown table, with ``figures``, pairs (name, file), below it."""
    lines = ["# The experiments of the five lab reports", "", " ".join(summary(done, wanted, seconds)), "",
             "| | setting and reading | report | purenn | for comparison | verdict |",
             "| --- | --- | --- | --- | --- | --- |"]
    for outcome in done:
        experiment = outcome.experiment
        others = "; ".join(_marked(each) for each in outcome.others)
        words = (experiment.name, f"{_setting(outcome)}. Reading: {experiment.reading}", experiment.reported,
                 "; ".join(_marked(each) for each in outcome.checked),
                 f"{experiment.other}: {others}" if others else "", verdict(outcome.checked))
        cells = [word.replace("|", "\\|") for word in words]
        lines.append(f"| {' | '.join(cells)} |")
    for name, picture in figures:
        lines += ["", f"![{name}]({picture})"]
    return lines


def draw(path: str, done: list) -> list:
    """Draw each experiment's curves, in the folder of the Markdown file ``path``; return pairs (name, file).

    If the report prints losses by epoch, the figure shows the middle 50 % and 90 % of the runs, and the printed losses
    as dots. Otherwise it shows the median of each setting, and the middle half of its runs.
    """
    from . import plots
    drawn = []
    for outcome in done:
        experiment = outcome.experiment
        name = f"{os.path.splitext(os.path.basename(path))[0]}-{experiment.name}.png"
        file, title = os.path.join(os.path.dirname(path), name), f"{experiment.name}: {experiment.setting}"
        is_sum = next(iter(experiment.runs.values())).settings.loss == "sse"
        loss = "loss (sum)" if is_sum else "loss"
        if experiment.name in PRINTED:
            label, printed = PRINTED[experiment.name]
            plots.save(plots.bands([trial.losses for trial in outcome.trials[label]], printed, title, loss), file)
        else:
            runs = [(label, [trial.losses for trial in trials]) for label, trials in outcome.trials.items()]
            plots.overlay(file, runs, title, loss)
        drawn.append((experiment.name, name))
    return drawn
