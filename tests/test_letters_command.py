"""``letters`` as a user runs it: small networks, few images."""
import json
import math
import os
import random
import re
import signal
import subprocess
import sys

import pytest

from purenn import CrossEntropyLoss, Dataset, engines, evaluate
from purenn.cli import letters
from purenn.cli.main import main
from purenn.data.npz import read_npz, write_npz
from purenn.data.splitting import mean_and_deviation
from purenn.engines.counting import CountingEngine
from purenn.engines.loops import Loops
from purenn.files.model import load_model
from purenn.runs import Problem, Run, Score, Settings, problems
from purenn.data.sources import ImageSource
from purenn.engines.work import PAYS
from purenn.study.estimate import estimate
from purenn.show.report import worst_predictions

from .helpers import ROOT, assert_refused, cli, close, on_a_terminal, small_data
from .test_checkpointing import LETTERS, measured_once  # noqa: F401  (a fixture)

FILES = os.path.join(ROOT, "tests", "files")
DIGITS = os.path.join(FILES, "handwritten_digits.npz")


def small(train=200, epochs=3):
    return ("letters", "--train", train, "--validation", 60, "--test", 50, "--hidden", 8, "--epochs", epochs,
            "--workers", 1)


SMALL = small()


def run(*arguments):
    done = cli(*arguments)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_a_run_says_what_it_will_do_what_it_did_and_who_was_taken_for_whom():
    lines = run(*SMALL).splitlines()
    assert lines[0] == ("letters: images 28 × 28 drawn here, 10 classes; 200 to learn from, 60 validation, 50 test, "
                        "seed 1")
    assert lines[1].startswith("network 784-8-10 (6370 parameters), relu, softmax with cross-entropy, init xavier, "
                               "momentum lr 0.1 momentum 0.9, batches of 64, engine ")
    assert re.match(r"about [\d.]+ s an epoch, [\d.]+ s for 3 epochs \([\d,]+ images a second, measured on 64\)$",
                    lines[2])
    for number in (1, 2, 3):
        assert re.match(r"epoch    %d   train loss \d\.\d{6}, accuracy \d\.\d{4}   validation loss \d\.\d{6}, "
                        r"accuracy \d\.\d{4}   [\d.]+ s$" % number, lines[2 + number])
    assert "Stopped: the last epoch is done." in lines
    start = lines.index("taken for     A    B    C    D    E    F    G    H    I    J   recall")
    rows = [line.split() for line in lines[start + 1:start + 11]]
    assert [row[0] for row in rows] == list("ABCDEFGHIJ")
    assert sum(int(cell) for row in rows for cell in row[1:11] if cell != "-") == 50
    assert lines[start + 11].startswith("precision")
    assert re.match(r"After 3 epochs: test loss \d\.\d{6}, accuracy \d+/50 \(\d+\.\d%\)$", lines[-1])
    assert "The worst mistakes:" in lines and max(map(len, lines[3:])) <= 110
    assert "\r" not in "".join(lines)


@pytest.mark.slow
def test_json_has_the_same_figures_and_they_fit_each_other():
    shown = run(*SMALL)
    result = json.loads(run(*SMALL, "--json"))
    assert {"task", "settings", "seed", "epochs", "seconds", "loss", "accuracy", "validation_loss",
            "validation_accuracy", "test_loss", "test_accuracy", "predictions"} <= set(result)
    right = sum(row["right"] for row in result["predictions"])
    assert right == round(50 * result["test_accuracy"]) == sum(result["confusion"][k][k] for k in range(10))
    assert all(row["right"] == (row["target"] == row["output"]) for row in result["predictions"])
    assert len({row["image"] for row in result["predictions"]}) == 50
    losses = result["loss"], result["validation_loss"], result["test_loss"]
    assert "loss      %10.4f  %10.4f  %10.4f" % losses in shown
    assert len(result["history"]) == 3 and result["history"][-1]["validation_loss"] == result["validation_loss"]
    assert run(*SMALL, "--quiet") == shown.splitlines()[-1] + "\n"


@pytest.mark.slow
def test_the_seed_decides_and_the_engine_does_not():
    def outcome(*more):
        result = json.loads(run(*SMALL, "--json", *more))
        return [result["loss"], result["test_loss"]], [row["output"] for row in result["predictions"]]
    losses, guesses = outcome()
    assert outcome() == (losses, guesses) != outcome("--seed", 2)
    others, same = outcome("--engine", "loops")
    assert others == pytest.approx(losses, rel=1e-6) and same == guesses


def test_patience_ends_a_run_that_gets_no_better_and_keeps_its_best_weights():
    result = json.loads(run(*LETTERS, "--json", "--epochs", 60, "--patience", 2, "--lr", 0.3))
    losses = [epoch["validation_loss"] for epoch in result["history"]]
    best = losses.index(min(losses)) + 1
    assert result["stopped"] == "patience" and result["epochs"] == best + 2 and result["kept"] == best
    assert result["validation_loss"] == min(losses)
    again = json.loads(run(*LETTERS, "--json", "--epochs", best, "--patience", 0, "--lr", 0.3))
    for name in ("loss", "test_loss", "predictions"):                   # the network is that of the best epoch
        assert result[name] == again[name]


@pytest.mark.slow
def test_without_patience_the_last_weights_stay():
    result = json.loads(run(*small(epochs=15), "--json", "--patience", 0, "--lr", 0.3))
    losses = [epoch["validation_loss"] for epoch in result["history"]]
    assert (result["stopped"], result["kept"], len(losses)) == ("epochs", 15, 15)
    assert result["validation_loss"] == losses[-1] > min(losses)


@pytest.mark.slow
def test_lr_decay_and_weight_decay_change_the_run_and_a_decayed_rate_slows_it():
    plain, decayed, regular = [json.loads(run(*SMALL, "--json", *more))["history"] for more in (
        (), ("--lr-decay", 0.001), ("--weight-decay", 0.1))]
    assert plain[0] == decayed[0] != regular[0]                         # the first epoch is before the first decay
    assert abs(decayed[2]["validation_loss"] - decayed[1]["validation_loss"]) < 1e-3
    assert abs(plain[2]["validation_loss"] - plain[1]["validation_loss"]) > 1e-2


def test_standardized_pixels_are_those_of_the_images_learned_from_with_mean_0_and_deviation_1():
    source = ImageSource(data=DIGITS, train=50, validation=500, test=200)
    plain = problems.make(source, random.Random(3)).parts()
    scaled = problems.make(source._replace(standardize=True), random.Random(3)).parts()
    mean, deviation = mean_and_deviation(x for row in scaled[0].inputs for x in row)
    assert abs(mean) < 1e-12 and abs(deviation - 1.0) < 1e-12
    mean, deviation = mean_and_deviation(x for row in plain[0].inputs for x in row)
    for before, after in zip(plain, scaled):
        assert close(after.inputs, [[(x - mean) / deviation for x in row] for row in before.inputs])
    assert len({id(x) for part in scaled for row in part.inputs for x in row}) == 17


@pytest.mark.slow
def test_two_workers_get_what_one_gets():
    one, two = [json.loads(run(*SMALL[:-1], workers, "--json")) for workers in (1, 2)]
    assert two["settings"]["engine"] == "Processes(workers=2, inner=%s)" % one["settings"]["engine"]
    assert two["loss"] == pytest.approx(one["loss"], rel=1e-6)
    assert two["test_accuracy"] == one["test_accuracy"]


def test_full_is_the_setting_of_the_report_and_other_options_still_count():
    result = json.loads(run("letters", "--full", "--hidden", 5, "--train", 100, "--epochs", 2, "--json"))
    settings = result["settings"]
    assert settings["sizes"] == [784, 5, 10] and settings["batch_size"] == settings["train"] == 100
    assert json.loads(run("letters", "--full", "--hidden", 5, "--train", 100, "--epochs", 1, "--optimizer", "adam",
                          "--json"))["settings"]["lr"] == 0.001
    assert (settings["lr"], settings["momentum"], settings["init"], settings["patience"]) == (0.1, 0.9, "xavier", 0)
    assert "--full" in run("letters", "--help")


def test_with_c_the_defaults_differ_unless_an_option_for_images_network_or_training_is_given(monkeypatch):
    def hidden(words):
        return letters.parse(["--quiet", *words.split()]).hidden

    monkeypatch.setattr(letters, "can_use_c", lambda engine: engine in ("auto", "compiled"))
    for words in ("", "--engine compiled", "--seed 2 --workers 1", "--checkpoint c --checkpoint-every 2", "--save m"):
        assert hidden(words) == [300], words
    for words in ("--engine matrix", "--train 300", "--activation tanh", "--lr 0.2", "--epochs 2", "--standardize"):
        assert hidden(words) == [32], words


def test_the_drawn_letters_are_written_in_the_shape_of_notmnist_and_read_back(tmp_path):
    path = tmp_path / "drawn.npz"
    assert run("letters", "--train", 300, "--write-data", path) == (
        "%s: an npz with images 561 × 28 × 28 and labels 561, unsigned bytes; read it with --names ABCDEFGHIJ\n"
        % path)
    arrays = read_npz(str(path))
    assert arrays["images"].shape == (561, 28, 28) and arrays["labels"].shape == (561,)
    assert sorted(set(arrays["labels"].values)) == list(range(10))
    shown = run("letters", "--data", path, "--train", 100, "--epochs", 1, "--hidden", 4, "--workers", 1,
                "--names", "ABCDEFGHIJ")
    assert "images 28 × 28 from %s, 10 classes; 100 to learn from, 60 validation, 27 test" % path in shown
    assert os.listdir(str(tmp_path)) == ["drawn.npz"]


def test_show_data_draws_images_as_text():
    lines = run("letters", "--show-data", 3).splitlines()
    titles = [title for line in lines for title in re.findall(r"(\d): [A-J]\b", line)]
    assert titles == ["1", "2", "3"] and max(map(len, lines)) <= 80
    assert sum("█" in line for line in lines) >= 10
    assert run("letters", "--show-data", 1, "--data", DIGITS).splitlines()[0] == "1: 0"


def test_mnists_files_bring_their_own_test_part():
    result = json.loads(run("letters", "--data", FILES, "--hidden", 3, "--epochs", 2, "--json", "--train", 12,
                            "--validation", 8))
    assert result["settings"]["test"] == 10
    assert sorted(row["image"] for row in result["predictions"]) == list(range(20, 30))


def test_a_csv_is_a_row_an_image(tmp_path):
    path = tmp_path / "images.csv"
    rows = ["kind,a,b,c,d"] + ["%d,%d,0,0,%d" % (i % 2, 255 * (i % 2), 255 - 255 * (i % 2)) for i in range(60)]
    path.write_text("\n".join(rows) + "\n")
    result = json.loads(run("letters", "--data", path, "--labels", "kind", "--json"))
    assert result["test_accuracy"] == 1.0 and result["settings"]["sizes"] == [4, 32, 2]
    assert result["settings"]["epochs"] == 40


def test_more_classes_than_fit_beside_each_other_are_listed(tmp_path):
    path = str(tmp_path / "many.npz")
    write_npz(path, {"images": ((60, 4), bytes(range(240))), "labels": ((60,), bytes(i % 20 for i in range(60)))})
    shown = run("letters", "--data", path, "--epochs", 2, "--patience", 0)
    assert re.search(r"^class +images  precision  recall$", shown, re.MULTILINE)
    assert "Most often mistaken: " in shown


@pytest.mark.slow
def test_handwritten_digits_are_read_at_95_percent_with_the_defaults():
    result = json.loads(run("letters", "--data", DIGITS, "--json"))
    assert result["test_accuracy"] >= 0.95
    assert sum(result["settings"][part] for part in ("train", "validation", "test")) <= 1797


@pytest.mark.parametrize("arguments, named", [
    ("--train 0", "--train: found '0'; it must be a whole number from 1 up, or a share such as 0.6"),
    ("--train 1.5", "--train: found '1.5'"),
    ("--validation x", "--validation: found 'x'"),
    ("--train 0.8 --validation 0.3 --data %s" % DIGITS,
     "train 1437 + validation 539 + test 1 are 1977 samples, and there are 1797"),
    ("--test 5000 --data %s" % DIGITS, "test 5000 are 5002 samples, and there are 1797"),
    ("--train 300000", "308724 images are asked for; at most 200000 are drawn"),
    ("--data no_such_file.npz", "no_such_file.npz"),
    ("--data README.md", "README.md: "),
    ("--data %s --images pixels" % DIGITS, "there is no array 'pixels'; it has images 1797 × 8 × 8, labels 1797"),
    ("--data %s --labels digits" % DIGITS, "there is no array 'digits'"),
    ("--images x --data %s" % FILES, "--images: is for an npz, which %s is not" % FILES),
    ("--labels x --data %s" % FILES, "--labels: is for an npz or a CSV, and %s is a folder" % FILES),
    ("--images x --data README.md", "--images: is for an npz, which README.md is not"),
    ("--write-data x.npz --show-data 3", "--write-data: cannot be used with --show-data"),
    ("--show-data 2 --data %s --seed 3" % DIGITS, "--seed: cannot be used with --show-data"),
    ("--images x", "--images: has no effect here; add --data"),
    ("--show-data 2 --lr 3", "--lr: cannot be used with --show-data"),
    ("--show-data 2 --full", "--full: cannot be used with --show-data"),
    ("--write-data x.npz --save m.json", "--save: cannot be used with --write-data"),
    ("--show-data 2 --json", "--json: cannot be used with --show-data"),
    ("--write-data x.npz --quiet", "--quiet: cannot be used with --write-data"),
    ("--names AACDEFGHIJ --train 20", "--names: found 'AACDEFGHIJ'; it must be different characters, without spaces"),
    ("--write-data tests/files --train 9", "tests/files: is not a regular file"),
    ("--labels x", "--labels: has no effect here; add --data"),
    ("--data %s --ignore x" % DIGITS, "--ignore: is for a CSV, which %s is not; leave it out" % DIGITS),
    ("--data %s --ignore x" % FILES, "--ignore: is for a CSV, which %s is not; leave it out" % FILES),
    ("--write-data x.npz --data %s" % DIGITS, "--data: cannot be used with --write-data"),
    ("--write-data no_such_folder/x.npz --train 9", "no_such_folder/x.npz: cannot be written"),
    ("--show-data 3 --plot", "--plot: cannot be used with --show-data"),
    ("--write-data x.npz --names ABCDEFGHIJ", "--names: cannot be used with --write-data"),
    ("--names ABC --train 20", "--names: found 'ABC', 3 characters; there must be one for each of the 10 classes"),
    ("--batch-size 0", "--batch-size: found '0'; it must be a whole number from 1 up, or the word all"),
    ("--patience -1", "--patience: found '-1'"),
    ("--lr-decay 2", "--lr-decay: found '2'; it must be a number above 0 and up to 1"),
    ("--weight-decay -1", "--weight-decay: found '-1'; it must be a number from 0 up"),
    ("--workers 0", "--workers: found '0'"),
    ("--hidden 100000 --train 50", "at most 20000000 are allowed"),
    ("--optimizer adam --momentum 0.5 --train 20", "--momentum: found it with the optimizer adam"),
    ("--epoch 3", "did you mean --epochs?"),
])
def test_bad_input_is_refused_in_one_line(arguments, named):
    assert_refused("letters " + arguments, named)


def test_where_letters_cannot_be_written_none_is_drawn(monkeypatch, capsys):
    monkeypatch.setattr("purenn.data.letters.drawing", lambda count, rng: pytest.fail("drawn, and nowhere to put them"))
    assert main(["letters", "--write-data", "no_such_folder/x.npz", "--train", "9"]) == 2
    assert "no_such_folder/x.npz: cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize("cost", [math.inf, math.nan])
def test_a_loss_that_is_not_finite_after_the_last_step_ends_with_exit_code_3(part, cost, monkeypatch, capsys):
    costs = {"train": 0.5, "validation": 0.5, "test": 0.5, part: cost}
    sizes = {20: "train", 11: "validation", 10: "test"}
    monkeypatch.setattr("purenn.runs.run.evaluate", lambda network, loss, data, engine: (
        costs[sizes[len(data.inputs)]], 0.5, network.predict(data.inputs)))
    assert main(["letters", "--data", DIGITS, "--train", "20", "--validation", "11", "--test", "10", "--hidden", "2",
                 "--epochs", "1", "--workers", "1", "--json"]) == 3
    shown = capsys.readouterr()
    assert shown.out == "" and "diverged" in shown.err


def test_labels_of_one_class_are_refused(tmp_path):
    path = str(tmp_path / "one.npz")
    write_npz(path, {"images": ((4, 4), bytes(16)), "labels": ((4,), bytes([3, 3, 3, 3]))})
    assert_refused("letters --data " + path, "all labels are '3'; there must be at least two classes")


def test_a_rate_that_is_too_large_ends_with_exit_code_3():
    done = cli(*SMALL, "--lr", "1e300")
    assert done.returncode == 3 and "diverged" in done.stderr and done.stderr.count("\n") == 1


OWN = Settings(sizes=(3, 4, 3), output_activation=None, loss="cross-entropy", target_loss=None)


class Clock(Loops):
    """A clock, and an engine by it: a second for a sample to learn from, a quarter for one to look at."""

    now = 0.0

    def gradients(self, network, loss, inputs, targets):
        self.now += 1.0 * len(inputs)
        return 0.5, []

    def outputs(self, network, inputs):
        self.now += 0.25 * len(inputs)

    def step(self):
        """That of an optimizer: ten seconds."""
        self.now += 10.0

    def perf_counter(self):
        """What time it is."""
        return self.now


def test_an_epochs_estimate_has_its_samples_its_steps_and_the_validation(monkeypatch):
    clock = Clock()
    run = Run(Problem("own", small_data(count=10), small_data(count=8)), OWN._replace(batch_size=4))
    run.engine = CountingEngine(clock)
    monkeypatch.setattr("purenn.study.estimate.make_optimizer", lambda *_: clock)
    expected = 10 * 1.0 + 3 * 10.0 + 8 * 0.25, 10 / (10 * 1.0 + 3 * 10.0), 4                        # three batches
    assert estimate(run, clock.perf_counter) == expected


class Interrupting(Loops):
    """An engine at whose n-th batch, or n-th look at the validation data, Ctrl-C is pressed."""

    def __init__(self, batch=None, look=None):
        self.left = {"batch": batch, "look": look}

    def gradients(self, network, loss, inputs, targets):
        self._press("batch")
        return Loops.gradients(self, network, loss, inputs, targets)

    def outputs(self, network, inputs):
        self._press("look")
        return Loops.outputs(self, network, inputs)

    def _press(self, what):
        if self.left[what] is not None:
            self.left[what] -= 1
            if self.left[what] == 0:
                raise KeyboardInterrupt


@pytest.fixture
def with_engine(monkeypatch, capsys):
    """``letters`` on 4 digits, two batches an epoch, with an engine: the exit code, stdout and stderr."""
    def run(engine, *more):
        with monkeypatch.context() as context:
            context.setattr(engines, "make", lambda name, network, work: engine)
            code = main(["letters", "--data", DIGITS, "--train", "4", "--validation", "4", "--test", "5",
                         "--batch-size", "2", "--hidden", "3", "--workers", "1", "--json", *map(str, more),
                         *(() if "--epochs" in more else ("--epochs", "9"))])
        shown = capsys.readouterr()
        return code, shown.out, shown.err
    return run


@pytest.mark.parametrize("engine, epochs, kept", [
    (Interrupting(batch=6), 2, None), (Interrupting(batch=5), 2, 2), (Interrupting(look=1), 0, None)])
def test_ctrl_c_in_the_middle_of_an_epoch_leaves_weights_that_are_of_no_epoch(engine, epochs, kept, with_engine):
    code, out, err = with_engine(engine, "--patience", 0)
    result = json.loads(out)
    assert (code, err, result["stopped"], result["epochs"]) == (130, "", "interrupted", epochs)
    assert result["kept"] == kept and len(result["history"]) == epochs


def test_ctrl_c_keeps_the_best_weights_where_there_is_patience(with_engine):
    steep = ("--lr", 40)                                                    # steps so large that it gets worse
    code, out, _ = with_engine(Interrupting(batch=10), *steep, "--patience", 5)
    found = json.loads(out)
    assert (code, found["stopped"], found["epochs"]) == (130, "interrupted", 4) and 0 < found["kept"] < 4
    code, out, _ = with_engine(Loops(), *steep, "--patience", 0, "--epochs", found["kept"])
    best = json.loads(out)
    for name in ("loss", "validation_loss", "test_loss", "predictions"):
        assert found[name] == best[name]


def test_weights_that_are_of_no_epoch_are_tested_on_the_validation_part_too(with_engine, tmp_path):
    path = str(tmp_path / "model.json")
    code, out, _ = with_engine(Interrupting(batch=6), "--patience", 0, "--save", path)
    result, network = json.loads(out), load_model(path).network
    parts = problems.make(ImageSource(data=DIGITS, train=4, validation=4, test=5), random.Random(1)).parts()
    losses = [evaluate(network, CrossEntropyLoss(), part)[0] for part in parts]
    assert (code, result["kept"]) == (130, None)
    assert [result["loss"], result["validation_loss"], result["test_loss"]] == losses
    assert result["validation_loss"] != result["history"][-1]["validation_loss"]


def test_ctrl_c_before_anything_is_learned_is_passed_on(with_engine):
    assert with_engine(Interrupting(batch=1)) == (130, "", "purenn: interrupted\n")


def test_the_worst_mistakes_come_first_and_what_is_right_does_not_come():
    outputs = [[1.0, 0.0], [0.0, 1.0], [0.0, 5.0]]
    data = Dataset([[0.0, 0.0]] * 3, [[1.0, 0.0]] * 3)
    problem = Problem("letters", data, data, data, kind="images", tested=(0, 1, 2))
    result = Run(problem, OWN._replace(sizes=(2, 2))).measured()._replace(test=Score(outputs=outputs))
    assert [row["image"] for row in worst_predictions(result, 9)] == [2, 1]
    assert [row["image"] for row in worst_predictions(result, 1)] == [2]


def test_more_processes_are_taken_where_the_work_is_worth_it(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setenv("CC", "false")                                   # threads in C would be taken instead
    settings = Settings(sizes=(10, 10, 2), activation="relu", output_activation=None, loss="cross-entropy",
                        engine="auto", workers=None)
    parameters = 10 * 10 + 10 + 10 * 2 + 2
    for batch, workers in ((PAYS // parameters + 1, 2), (PAYS // parameters, 1)):
        problem = Problem("own", Dataset([[0.0] * 10] * batch, [[1.0, 0.0]] * batch))
        run = Run(problem, settings)
        run.close()
        assert run.settings.workers == workers
        assert repr(run.engine).startswith("Processes(workers=2, ") == (workers == 2)


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="no signals here")
@pytest.mark.slow
def test_ctrl_c_keeps_what_was_learned_and_reports_it():
    with subprocess.Popen([sys.executable, "-S", "-E", "-u", os.path.join(ROOT, "cli.py"),
                           *map(str, LETTERS), "--epochs", "100000", "--patience", "0"], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler)) as process:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("epoch    3"):
                process.send_signal(signal.SIGINT)
                break
        rest, errors = process.communicate(timeout=60)
        lines += rest.splitlines()
    assert process.returncode == 130 and errors == ""
    assert "Stopped: interrupted. What was learned so far:" in lines
    assert re.match(r"After \d+ epochs: test loss", lines[-1])


@pytest.mark.slow
def test_on_a_terminal_there_is_progress_with_the_time_left():
    text = on_a_terminal(*map(str, small(train=1500)), COLUMNS="120")
    assert re.search(r"drawing letters: \d+ of 1610, at most [\d.]+ s left", text)
    assert re.search(r"epoch \d of 3, \d+ of 1500 samples, [\d,]+ a second, at most [\d.]+ s left", text)


@pytest.mark.parametrize("names", [["pixel1", "pixel10", "pixel11", "pixel2"], ["pixel0", "pixel3", "pixel2", "pixel1"],
                                   ["1x1", "2x1", "1x2", "2x2"], ["a", "b", "d", "c"], None])
def test_a_model_of_a_csv_says_of_the_file_what_it_learned_of_it(names, tmp_path):
    rng, path, model = random.Random(1), tmp_path / "t.csv", tmp_path / "m.json"
    rows = [[k % 2 + 3] + [rng.randrange(100) + (155 if k % 2 == place % 2 else 0) for place in range(4)]
            for k in range(80)]
    lines = ([["Label", *names]] if names else []) + rows
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in lines))
    run("letters", "--data", path, "--epochs", 30, "--hidden", 4, "--workers", 1, "--save", model, "--quiet")
    assert json.loads(run("evaluate", model, path, "--json"))["accuracy"] == 1.0
    if names:                                               # and in any order
        path.write_text("".join(",".join(map(str, row[::-1])) + "\n" for row in lines))
        assert json.loads(run("evaluate", model, path, "--json"))["accuracy"] == 1.0


@pytest.mark.skipif(os.name != "posix", reason="its names of files are text")
def test_a_file_name_that_is_no_utf_8_is_found_before_training(tmp_path):
    name = os.fsdecode(os.fsencode(str(tmp_path)) + b"/\xff.csv")
    try:
        open(name, "w").close()
    except OSError:
        pytest.skip("this file system has no such names")
    with open(name, "w") as handle:
        handle.write("label,p1,p2\n" + "0,1,2\n1,2,1\n" * 20)
    done = cli("letters", "--data", name, "--epochs", 100000, "--save", tmp_path / "m.json")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "epoch" not in done.stdout
