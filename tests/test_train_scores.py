"""``train`` with its defaults against scikit-learn's network of the same shape, on the same rows."""
import os
import random
import statistics
import warnings

import pytest

from purenn.data.sources import TableSource
from purenn.runs import problems

from .test_checkpointing import FILES
from .test_train_command import result

SEEDS = (1, 2, 3, 4, 5)


def of_scikit_learn(networks, problem, hidden, seed, early):
    """The test score of scikit-learn's network; with ``early`` stopping it looks at as many rows as purenn does."""
    parts = [(part.inputs, [row[0] if problem.is_regression else row.index(1.0) for row in part.targets])
             for part in problem.parts()]
    (inputs, targets), (further, more), tested = parts
    how = {}
    if early:
        inputs, targets = inputs + further, targets + more
        how = {"early_stopping": True, "validation_fraction": len(more) / len(targets), "n_iter_no_change": 20,
               "learning_rate_init": 0.01}
    network = (networks.MLPRegressor if problem.is_regression else networks.MLPClassifier)(
        hidden_layer_sizes=(hidden,), max_iter=2000, random_state=seed, **how)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")                     # of 2000 epochs that were not enough
        return network.fit(inputs, targets).score(*tested)


@pytest.mark.slow
@pytest.mark.parametrize("name, target, score", [
    ("iris", "species", "accuracy"), ("wine", "class", "accuracy"), ("breast_cancer", "benign", "accuracy"),
    ("diabetes", "progression", "r2")])
def test_the_defaults_are_as_good_as_scikit_learns_network_of_the_same_shape(name, target, score):
    """On average over the seeds, within the spread of scikit-learn's: with early stopping, and without."""
    networks = pytest.importorskip("sklearn.neural_network")
    file = os.path.join(FILES, name + ".csv")
    own, early, to_the_end = [], [], []
    for seed in SEEDS:
        arguments = [file, "--target", target, "--seed", str(seed)]
        found = result(*arguments)
        own.append(found["test_" + score])
        problem = problems.table(TableSource(file, target), random.Random(seed))
        assert [row["line"] for row in found["predictions"]] == [problem.source.lines[row] for row in problem.tested]
        for stops, scores in ((True, early), (False, to_the_end)):
            scores.append(of_scikit_learn(networks, problem, found["settings"]["sizes"][1], seed, stops))
    for what, scores in (("purenn", own), ("scikit-learn, early stopping", early), ("scikit-learn", to_the_end)):
        print("%s: %-28s %s %.4f ± %.4f" % (name, what, score, statistics.mean(scores), statistics.stdev(scores)))
    for scores in (early, to_the_end):
        assert statistics.mean(own) >= statistics.mean(scores) - statistics.stdev(scores)
