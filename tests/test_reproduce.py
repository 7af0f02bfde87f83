"""``reproduce``: the experiments of the reports, and rules that can fail."""
import re

import pytest

from purenn.commands.experiments import EXPERIMENTS, LETTERS, LettersResult
from purenn.commands.reproduce import NAMES, text_of
from purenn.commands.runs import Job, Result, prepare

from .helpers import assert_refused, cli

REPORTED = ["A1", "A2", "A3-A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3", "B4", "B5", "B6", "D1", "D2", "D3", "D4",
            "D5", "E", "C1"]


def result(**changes):
    """A run that learned nothing, but for the changes."""
    nothing = Result(False, None, 5000, 5.3, 0.5, 0.25, 0.5, False, 1.0, [(1, 5.3), (5000, 5.3)], [(1, 0.5)],
                     [([0.0, 0.0], [0.0], [0.5])])
    return nothing._replace(**changes)


GOOD = {"solved": True, "needed": 3000, "loss": 1e-3, "accuracy": 1.0, "test_loss": 1e-3, "test_accuracy": 1.0,
        "losses": [(1, 0.1), (5000, 1e-3)], "predictions": [([0.0, 0.0], [0.0], [0.001])]}


def test_every_experiment_of_the_reports_is_there():
    assert NAMES == REPORTED


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_every_run_is_one_that_the_command_line_takes(experiment):
    for task, options in experiment.runs.values():
        prepare(Job(task, options.split() + ["--seed", "1"]))
    assert experiment.seeds >= 3 and experiment.rule and experiment.reported


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_no_rule_holds_both_where_nothing_and_where_everything_is_learned(experiment):
    verdicts = [experiment.check({label: [result(**changes)] * experiment.seeds for label in experiment.runs})[0]
                for changes in ({}, GOOD)]
    assert not all(verdicts)


@pytest.mark.parametrize("name", ["A1", "A2", "A3-A5", "B2", "D1", "D2"])
def test_what_is_to_be_solved_needs_most_seeds(name):
    experiment = next(each for each in EXPERIMENTS if each.name == name)
    few, most = experiment.seeds // 2, experiment.seeds // 2 + 1

    def verdict(solved):
        return experiment.check({label: [result(**GOOD)] * solved + [result()] * (experiment.seeds - solved)
                                 for label in experiment.runs})[0]
    assert verdict(most) and not verdict(min(few, experiment.seeds - most))


def test_the_letters_rule_wants_training_ahead_of_validation_and_both_learned():
    def run(accuracy, validation):
        history = [{"validation_loss": 2.3, "loss": 2.3}]
        return LettersResult([(1, 2.3)], {
            "accuracy": accuracy, "validation_accuracy": validation, "loss": 1.0 - accuracy,
            "validation_loss": 1.0 - validation, "history": history})
    assert LETTERS.check({"letters": [run(0.95, 0.8)]})[0]
    assert not LETTERS.check({"letters": [run(0.8, 0.95)]})[0]
    assert not LETTERS.check({"letters": [run(0.6, 0.5)]})[0]


def test_what_is_shown_has_the_report_the_outcome_the_rule_and_the_verdict():
    experiment = next(each for each in EXPERIMENTS if each.name == "A9")
    lines = text_of(experiment, {}, False, "so and so")
    assert lines[0] == "A9    xor, momentum, adagrad, adam at lr 0.01 (5 seeds)"
    assert lines[2] == "      purenn   so and so"
    assert lines[4].startswith("      verdict  NOT as reported: the report's adagrad adds")


def test_one_can_be_run_alone_and_written_as_markdown(tmp_path):
    path = tmp_path / "report.md"
    done = cli("reproduce", "a8", "--markdown", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^1 of 1 experiment as reported \([\d.]+ s\)$", done.stdout, re.MULTILINE)
    assert "purenn   mean loss 0.249433, accuracy 0.5238" in done.stdout
    assert "| A8 | xor without activation in the hidden layers (5 seeds) |" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments, named", [
    ("Z1", "reproduce: NAME: found 'Z1'; it must be one of A1, A2, A3-A5"),
    ("A8 --workers 0", "--workers: found '0'"),
    ("A8 --markdown no_such_folder/x.md", "no_such_folder/x.md: cannot be written"),
])
def test_bad_input_is_refused_in_one_line(arguments, named):
    assert_refused("reproduce " + arguments, named)
