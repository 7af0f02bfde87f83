"""A run is a value: the one training loop, its rules for stopping, and what comes of it, without any command."""
import gc
import json
import math
import random
import time
from functools import partial

import pytest

from purenn import Adagrad, Dataset, DivergedError, Linear, MSELoss, Network, PurennError, Sigmoid, Tanh
from purenn.data.preparation import of_points
from purenn.data.sources import ChoiceError, Points
from purenn.losses import LOSSES
from purenn.optimizers import OPTIMIZERS
from purenn.runs import TASKS, Problem, Run, Settings, problems, resolve
from purenn.runs.checkpointing import Keeper, load_start, resume
from purenn.study.estimate import estimate
from purenn.training import evaluate

from .helpers import cli

ADAM = Settings(optimizer="adam", lr=0.1, epochs=60)


def points(count, seed):
    """So many points and as many to validate with, on two sides of a curve."""
    rng = random.Random(seed)
    parts = []
    for _ in range(2):
        inputs = [[rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0)] for _ in range(count)]
        parts.append(Dataset(inputs, [[float(x * x > y)] for x, y in inputs]))
    return Problem("own", *parts, preparation=of_points(2))


def weights(run):
    return run.network.state_dict()


def test_a_run_ends_with_the_digits_of_the_command_line():
    for arguments, problem, settings in (
            ("xor --lr 0.5 --epochs 30", problems.xor(), Settings(lr=0.5, epochs=30)),
            ("linear --points 9 --seed 4 --epochs 30 --shuffle", partial(problems.linear, points=9),
             Settings(seed=4, epochs=30, shuffle=True))):
        said = json.loads(cli(*arguments.split(), "--json").stdout)
        result = Run(problem, settings).result().as_json()
        assert {**result, "seconds": 0} == {**said, "seconds": 0}


def test_the_loop_is_the_callers_and_a_break_is_a_pause():
    settings = ADAM._replace(shuffle=True, batch_size=4, seed=3)
    whole, parts = Run(problems.xor(), settings), Run(problems.xor(), settings)
    expected = [epoch.loss for epoch in whole.epochs()]
    found = []
    for many in (1, 7, 100):
        for epoch in parts.epochs():
            found.append(epoch.loss)
            if len(found) >= many:
                break
    assert found == expected and weights(whole) == weights(parts)
    assert whole.stopped == parts.stopped == "epochs" and parts.result().epochs == 60


def test_it_stops_below_the_target_before_and_after_the_step():
    run = Run(problems.xor(), ADAM._replace(target_loss=0.01, epochs=2000))
    result = run.result()
    assert result.stopped == "target" and result.train.loss < 0.01
    assert [epoch.loss < 0.01 for epoch in result.curve[:-1]].count(True) <= len(result.curve) - 2
    assert list(run.epochs()) == [] and run.result()._replace(seconds=0) == result._replace(seconds=0)


def test_with_patience_the_best_weights_are_put_back_and_the_run_ends_so_many_epochs_later():
    settings = Settings(sizes=(2, 6, 1), activation="tanh", lr=3.0, momentum=0.9, optimizer="momentum", batch_size=2,
                        shuffle=True, target_loss=None, patience=4, epochs=400)
    run = Run(points(12, 5), settings)
    kept = {}
    for epoch in run.epochs():
        kept[epoch.number] = weights(run)
    result = run.result()
    best = min(result.curve, key=lambda epoch: epoch.validation_loss)
    assert result.stopped == "patience" and result.kept == best.number == result.epochs - 4
    assert weights(run) == kept[best.number] != kept[result.epochs]
    assert result.validation.loss == best.validation_loss


def test_training_that_diverges_raises_once_and_then_says_what_there_was():
    run = Run(problems.xor(), Settings(activation="identity", output_activation="identity", lr=10.0))
    with pytest.raises(DivergedError):
        run.result()
    result = run.result()
    assert (result.stopped, result.train.loss, result.train.accuracy) == ("diverged", math.inf, None)
    assert result.epochs == len(result.curve) > 0


def test_a_last_step_that_diverges_is_found_too():
    run = Run(problems.xor(), Settings(activation="identity", lr=1e300, epochs=1))
    assert [epoch.number for epoch in run.epochs()] == [1]
    with pytest.raises(DivergedError):
        run.result()
    assert run.result().stopped == "diverged"


def test_interrupted_it_says_what_there_is_and_whose_weights_they_are():
    run = Run(points(12, 5), ADAM._replace(batch_size=4))
    assert not run.has_learned()
    for epoch in run.epochs():
        if epoch.number == 3:
            break
    run.interrupt()
    result = run.result()
    assert (result.stopped, result.epochs, result.kept) == ("interrupted", 3, 3)
    run = Run(points(12, 5), ADAM._replace(batch_size=4))
    run.engine.tell = lambda samples: (_ for _ in ()).throw(KeyboardInterrupt) if samples == 16 else None
    with pytest.raises(KeyboardInterrupt):
        run.result()
    run.interrupt()
    assert (run.result().epochs, run.result().kept) == (1, None)        # in the middle of the second


@pytest.mark.slow
class OwnLoss(MSELoss):
    pass


class OwnOptimizer(Adagrad):
    pass


def test_a_loss_and_an_optimizer_of_ones_own_are_found_by_name(monkeypatch):
    monkeypatch.setitem(LOSSES, "own", OwnLoss)
    monkeypatch.setitem(OPTIMIZERS, "own", OwnOptimizer)
    with pytest.raises(ChoiceError, match="lr: found none, and there is no usual one for the optimizer own"):
        resolve(TASKS["xor"], problems.xor(), loss="own", optimizer="own")
    own = resolve(TASKS["xor"], problems.xor(), loss="own", optimizer="own", lr=0.1, epochs=5, engine="auto")
    result = Run(problems.xor(), own).result()
    assert result.curve == Run(problems.xor(), own._replace(loss="mse", optimizer="adagrad")).result().curve
    assert result.engine == "Loops()"                       # there is no source for this loss
    run = Run(problems.xor(), own._replace(engine="processes", workers=1))
    assert run.result().curve == result.curve and repr(run.engine) == "Processes(workers=1, inner=Loops())"
    run.close()


def test_a_network_of_ones_own_is_trained_too():
    rng = random.Random(2)
    network = Network([Linear(2, 5, rng=rng), Tanh(), Linear(5, 1, rng=rng), Sigmoid()])
    result = Run(problems.xor(), Settings(sizes=(2, 5, 1), epochs=4000, lr=0.5), network=network).result()
    assert result.parameters == 21 and result.train.accuracy == 1.0
    assert evaluate(network, Run(problems.xor(), Settings()).loss, problems.xor().train)[0] == result.train.loss


def test_a_run_says_why_it_has_not_learned_and_nothing_where_it_has():
    assert Run(problems.xor(), ADAM._replace(epochs=2000)).result().why_not_learned == []
    why = Run(problems.xor(), Settings(sizes=(2, 1), epochs=5)).result().why_not_learned
    assert why[0].startswith("There is no activation between the layers")


def test_the_estimate_leaves_the_network_as_it_is(monkeypatch):
    monkeypatch.setattr("purenn.study.estimate.MEASURING", 0.0)
    run = Run(points(12, 5), ADAM._replace(batch_size=4))
    before = weights(run), run.optimizer.state_dict()
    expected = estimate(run, time.perf_counter)
    assert (weights(run), run.optimizer.state_dict()) == before and run.engine.samples == 0
    assert expected.seconds > 0.0 and expected.measured == 4


@pytest.mark.slow
def test_seconds_are_those_of_training_and_not_of_what_is_done_between_epochs():
    run = Run(problems.xor(), Settings(epochs=3))
    for _ in run.epochs():
        time.sleep(0.2)
    assert run.seconds < 0.2


def test_before_the_end_the_weights_are_those_of_the_last_epoch():
    points_of_xor = problems.xor()
    worse = points_of_xor.train._replace(targets=[[1.0 - y] for y, in points_of_xor.train.targets])
    run = Run(points_of_xor._replace(validation=worse), Settings(lr=1.0, epochs=60, patience=60))
    for epoch in run.epochs():
        if epoch.number == 30:
            break
    assert run.best.number < 30 and run.measured().kept == 30


def test_a_run_is_not_resumed_with_other_settings_than_how_long_it_is_trained(tmp_path):
    path = str(tmp_path / "c.json")
    run = Run(problems.xor(), Settings(epochs=2))
    run.keeper = Keeper(path, 1, Points("xor", 21))
    run.result()
    start = load_start(path, "xor")
    assert resume(start, problems.xor(), start.settings._replace(epochs=3)).result().epochs == 3
    with pytest.raises(PurennError, match="it was begun with lr 1.0, and cannot go on with 3.0"):
        resume(start, problems.xor(), start.settings._replace(lr=3.0))


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_afterwards_as_it_was_before(collects):
    was = gc.isenabled()
    (gc.enable if collects else gc.disable)()
    try:
        Run(problems.gate(), Settings(sizes=(2, 2, 1)))._add_all([0.5], [2])
        assert gc.isenabled() == collects
    finally:
        (gc.enable if was else gc.disable)()
