"""An experiment of the lab reports: what it is, and how it is carried out with many seeds."""
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from ..engines import c_compiler
from ..runs.pool import Interrupted, Job, run_all
from .comparison import Trial, rises, trial
from .lab_verdicts import Checked, Comparison, Trials, check
from .printed import PRINTED

SEEDS = 100                     # of an experiment, if there is a compiler
FEW_SEEDS = 10                  # without a compiler

# The epochs of a curve that are kept, besides the last one: the first 60, some of the later ones at equal
# distances, and those at which the reports print a loss.
KEPT = frozenset([*range(1, 61), *range(80, 401, 20), *range(1, 5002, 100), *range(500, 100_001, 500),
                  *(epoch for _, lines in PRINTED.values() for epoch, _ in lines)])

# Only the rises of a loss up to this epoch are added up: report A speaks of rises "below epoch 1000".
RISING = 1000


class Experiment(NamedTuple):
    """An experiment of a report.

    ``setting`` and ``reported`` are what was done and what the report says, in words. ``reading`` says what was assumed
    if the report leaves something open. It also names the report's mistakes that are repeated here on purpose. ``runs``
    are Jobs by label, each done with every seed; ``claims`` are checked on them. ``others`` are Jobs with the right
    method, if that of the report has a mistake. They are done, too, for comparison, each under the label of the run
    that it corrects; ``other`` is one name for all of them. ``seeds`` is the largest number of seeds, None for any;
    ``few_seeds`` is their number without a compiler.
    """

    name: str
    setting: str
    reported: str
    reading: str
    runs: Dict[str, Job]
    claims: Sequence[Any]
    other: str = ""
    others: Dict[str, Job] = {}
    seeds: Optional[int] = None
    few_seeds: int = FEW_SEEDS


class Outcome(NamedTuple):
    """The outcome of an experiment: the trials by label, a Checked for each claim, and the same for ``others``."""

    experiment: Experiment
    seeds: int
    trials: Trials
    checked: List[Checked]
    others: List[Checked]


def seeds_of(experiment: Experiment, asked: Optional[int] = None) -> int:
    """How many seeds an experiment is run with: those asked for; else SEEDS with a C compiler, a few without one.

    There are never more than the ``seeds`` of the experiment.
    """
    seeds = asked or (experiment.few_seeds if c_compiler.why_none() else SEEDS)
    return min(seeds, experiment.seeds or seeds)


def jobs_of(experiment: Experiment, seeds: Optional[int] = None) -> List[Job]:
    """The experiment's runs, and the others, each with each seed from 1 up; ``seeds_of`` says how many seeds."""
    seeds = seeds_of(experiment, seeds)
    return [job._replace(settings=job.settings._replace(seed=seed)) for seed in range(1, seeds + 1)
            for job in [*experiment.runs.values(), *experiment.others.values()]]


def carry_out(experiment: Experiment, seeds: Optional[int] = None, workers: Optional[int] = None,
              tell: Optional[Callable[[int, int], None]] = None, known: Optional[Dict[Any, Any]] = None) -> Outcome:
    """Run an experiment: each of its runs with each seed from 1 up.

    ``known`` has the Trials of earlier runs, which are not run again; the new ones are added to it.
    Raises KeyboardInterrupt if it is interrupted, PurennError if a run could not be done.
    """
    known, seeds = {} if known is None else known, seeds_of(experiment, seeds)
    by_label = [*experiment.runs.items(), *experiment.others.items()]
    jobs = jobs_of(experiment, seeds)
    keys = [(job.label, job.settings, job.variant) for job in jobs]
    first: Dict[Any, int] = {}
    for i, key in enumerate(keys):
        first.setdefault(key, i)
    fresh = [i for key, i in first.items() if key not in known]
    alone = any((job.settings.workers or 1) > 1 for job in jobs)
    try:
        trials = run_all([jobs[i] for i in fresh], 1 if alone else workers, tell, kept)
    except Interrupted:
        raise KeyboardInterrupt from None
    known.update((keys[i], found) for i, found in zip(fresh, trials))
    results = [known[key] for key in keys]
    found = [results[i::len(by_label)] for i in range(len(by_label))]
    count = len(experiment.runs)
    trials_of = {label: trials for (label, _), trials in zip(by_label[:count], found)}
    others = {**trials_of, **{label: trials for (label, _), trials in zip(by_label[count:], found[count:])}}
    return Outcome(experiment, seeds, trials_of, [check(claim, trials_of) for claim in experiment.claims],
                   [check(claim, others) for claim in experiment.claims if experiment.others
                    and (isinstance(claim, Comparison) or claim.label in experiment.others)])


def kept(result: Any) -> Trial:
    """The Trial of a Result, with the epochs of its curve that the claims and the figures ask for."""
    found = trial(result)
    curve, last = result.curve, len(result.curve)
    chosen = [curve[number - 1] for number in sorted({*KEPT, last}) if 1 <= number <= last]
    return found._replace(
        losses=[(epoch.number, epoch.loss) for epoch in chosen],
        accuracies=[(epoch.number, epoch.accuracy) for epoch in chosen],
        rises=rises([epoch.loss for epoch in curve[:RISING]]),
        predictions=found.predictions if result.problem.name == "gate" else [])
