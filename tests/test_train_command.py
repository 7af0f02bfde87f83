"""``train`` as a user runs it: tables of all kinds, and what is refused."""
import csv
import io
import json
import os
import random
import statistics

import pytest

from purenn.data.sources import TableSource
from purenn.engines.counting import CountingEngine
from purenn.files.model import load_model
from purenn.runs import problems
from purenn.losses import LOSSES
from purenn.runs.settings import OF_LOGITS

from .helpers import ROOT, cli
from .test_checkpointing import FILES, IRIS, assert_refused, measured_once, run  # noqa: F401  (a fixture)

SHORT = ("--epochs", 2, "--hidden", 3)


def result(*arguments):
    """What ``train --json`` says."""
    code, out, err = run("train", *arguments, "--json")
    assert (code, err) == (0, ""), err
    return json.loads(out)


def written(path, rows, delimiter=",", **how):
    """A CSV of these rows."""
    with open(path, "w", newline="", **how) as handle:
        csv.writer(handle, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return path


def mixed(count=60, seed=3):
    """Rows with a header: a number, a text, a constant; a class by name, which follows from the text and the number."""
    rng = random.Random(seed)
    rows = [["size", "color", "one", "kind"]]
    for _ in range(count):
        size, color = rng.uniform(-1.0, 1.0), rng.choice(["red", "green", "dark blue"])
        rows.append(["%.3f" % size, color, "1", "good one" if (color == "red") == (size > 0.0) else "bad"])
    return rows


# What is reported.

def test_the_report_of_classes_says_what_is_done_and_who_was_taken_for_whom():
    code, out, err = run("train", IRIS, "--target", "species", "--epochs", 40)
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == ("train: %s, 150 rows, columns: sepal_length, sepal_width, petal_length, petal_width ... "
                        "(5 in all); seed 1" % IRIS)
    assert lines[1] == ("from 4 columns of numbers predict species (3 classes: setosa, versicolor, virginica); "
                        "106 rows to learn from, 22 validation, 22 test")
    assert lines[2].startswith("network 4-16-3 (131 parameters), relu, cross-entropy loss, init he, adam lr ")
    assert [line[:12] for line in lines[4:9]] == ["epoch %4d  " % number for number in (1, 10, 20, 30, 40)]
    assert "Stopped: the last epoch is done." in lines[9]
    start = lines.index("taken for        setosa versicolor  virginica   recall")
    assert [line.split()[0] for line in lines[start + 1:start + 4]] == ["setosa", "versicolor", "virginica"]
    cells = [cell for line in lines[start + 1:start + 4] for cell in line.split()[1:4]]
    assert sum(int(cell) for cell in cells if cell != "-") == 22
    assert "test loss" in lines[-1] and "/22 (" in lines[-1]


def test_the_report_of_numbers_has_r2_and_the_errors_in_the_targets_own_unit():
    arguments = (os.path.join(FILES, "diabetes.csv"), "--target", "progression", "--epochs", 5)
    lines = run("train", *arguments)[1].splitlines()
    assert "predict progression (a number, mean 1" in lines[1] and "adam lr 0.01 weight decay 0.03, " in lines[2]
    assert "weight decay" not in run("train", *arguments, "--weight-decay", 0)[1]
    found = result(*arguments)
    truth = [row["target"] for row in found["predictions"]]
    errors = [row["output"] - row["target"] for row in found["predictions"]]
    assert found["test_mae"] == pytest.approx(statistics.mean(map(abs, errors)))
    assert found["test_mse"] == pytest.approx(statistics.mean([error ** 2 for error in errors]))
    assert found["test_r2"] == pytest.approx(1.0 - found["test_mse"] / statistics.pvariance(truth))
    assert 30.0 < found["test_mae"] < 80.0 and found["test_accuracy"] is None
    assert lines[-1].endswith("test R^2 %.4f, mean absolute error %.5g" % (found["test_r2"], found["test_mae"]))
    table = [line.split() for line in lines if line.startswith(("train  ", "validation  ", "test  "))]
    assert [row[1] for row in table] == ["310", "66", "66"]
    assert table[2][2:] == ["%.4f" % found["test_r2"], "%.5g" % found["test_mae"], "%.5g" % found["test_mse"]]


def test_quiet_is_the_last_line_and_json_has_its_figures():
    arguments = ("train", IRIS, "--target", "species", "--epochs", 3)
    lines = run(*arguments)[1].splitlines()
    assert run(*arguments, "--quiet")[1] == lines[-1] + "\n"
    found = result(*arguments[1:])
    confusion = found["test_confusion"]
    right = sum(confusion[k][k] for k in range(3))
    assert right == round(22 * found["test_accuracy"]) == sum(
        row["target"] == row["output"] for row in found["predictions"])
    assert "%d/22" % right in lines[-1] and "test loss %.6f" % found["test_loss"] in lines[-1]
    assert len(found["history"]) == found["epochs"] == 3


def test_the_rows_of_the_test_part_are_named_by_their_lines_in_the_file():
    with open(IRIS) as handle:
        lines = handle.read().splitlines()
    rows = result(IRIS, "--target", "species", *SHORT)["predictions"]
    assert len({row["line"] for row in rows}) == 22
    assert all(lines[row["line"] - 1].endswith("," + row["target"]) for row in rows)


def test_the_same_seed_gives_the_same_digits_and_another_another_split():
    def outcome(seed, *more):
        found = result(IRIS, "--target", "species", *SHORT, "--seed", seed, *more)
        return found["loss"], found["test_loss"], [row["line"] for row in found["predictions"]]
    assert outcome(1) == outcome(1) != outcome(2)
    assert outcome(1)[2] != outcome(2)[2]
    for engine in ("loops", "matrix"):
        assert outcome(1, "--engine", engine)[:2] == pytest.approx(outcome(1)[:2])


def test_the_parts_are_as_large_as_is_said():
    for options, sizes in (((), [106, 22, 22]), (("--test", 0.5), [62, 12, 75]), (("--train", 20), [20, 4, 4]),
                           (("--train", 0.2, "--validation", 10, "--test", 7), [30, 10, 7])):
        settings = result(IRIS, "--target", "species", *SHORT, *options)["settings"]
        assert [settings[part] for part in ("train", "validation", "test")] == sizes


def test_inputs_and_a_number_to_predict_are_standardized_by_the_rows_that_are_learned_from():
    path = os.path.join(FILES, "diabetes.csv")
    problem = problems.table(TableSource(path, "progression"), random.Random(1))
    for column in (*zip(*problem.train.inputs), [values[0] for values in problem.train.targets]):
        assert abs(statistics.mean(column)) < 1e-9 and abs(statistics.pstdev(column) - 1.0) < 1e-9
    assert [len(part.inputs) for part in problem.parts()] == [310, 66, 66]
    preparation = problem.preparation
    found = []                                              # the rows of the three parts, in the table's own numbers
    for part in problem.parts():
        for x, y in zip(part.inputs, part.targets):
            scales = [*preparation.inputs, preparation.target]
            found.append([round(z * scale.deviation + scale.mean, 6) for z, scale in zip([*x, *y], scales)])
    table = [[round(x, 6) for x in row] for row in zip(*problem.source.numbers)]
    assert sorted(found) == sorted(table) and len(table) == 442
    assert found[310 + 66:] == [table[row] for row in problem.tested]


# What kinds of tables there are.

def test_texts_go_in_as_categories_and_classes_are_kept_by_name(tmp_path):
    path = written(tmp_path / "t.csv", mixed(300))
    found = result(path, "--target", "kind", "--epochs", 40, "--save", tmp_path / "m.json")
    assert found["settings"]["sizes"] == [5, 16, 2] and found["test_accuracy"] > 0.9
    assert {row["output"] for row in found["predictions"]} == {"good one", "bad"}
    preparation = load_model(tmp_path / "m.json").preparation
    assert preparation["target"]["classes"] == ["bad", "good one"]
    assert [feature.get("values") for feature in preparation["inputs"]] == [None, ["dark blue", "green", "red"], None]
    shown = run("train", path, "--target", "kind", "--epochs", 1)[1]
    assert "from 2 columns of numbers and 1 column of texts predict kind (2 classes: bad, good one)" in shown


def test_delimiters_line_ends_marks_and_quotes_change_nothing(tmp_path):
    rows = mixed()
    plain = result(written(tmp_path / "a.csv", rows), "--target", "kind", *SHORT)
    text = (tmp_path / "a.csv").read_text()
    variants = {"semicolon": text.replace(",", ";"), "tab": text.replace(",", "\t"), "bar": text.replace(",", "|"),
                "crlf": text.replace("\n", "\r\n"), "mark": "\ufeff" + text, "no end": text.rstrip("\n"),
                "quoted": "\n".join(",".join('"%s"' % field for field in row) for row in rows)}
    for name, variant in variants.items():
        (tmp_path / "b.csv").write_bytes(variant.encode("utf-8"))
        more = ("--delimiter", "|") if name == "bar" else ()
        found = result(tmp_path / "b.csv", "--target", "kind", *SHORT, *more)
        assert (found["loss"], found["predictions"]) == (plain["loss"], plain["predictions"]), name
    assert_refused("there is no column", "train", tmp_path / "a.csv", "--target", "kind", "--delimiter", "semicolon")


def test_a_table_is_read_from_stdin(monkeypatch):
    with open(IRIS, "rb") as handle:
        data = handle.read()
    for _ in range(2):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        found = result("-", "--target", "species", *SHORT)
    assert found["predictions"] == result(IRIS, "--target", "species", *SHORT)["predictions"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert_refused("stdin: is empty", "train", "-", "--target", "species")


def test_without_a_header_columns_have_numbers(tmp_path):
    path = written(tmp_path / "t.csv", mixed()[1:])
    with_header = result(written(tmp_path / "h.csv", mixed()), "--target", "kind", *SHORT)
    for target in (4, "last"):
        found = result(path, "--target", target, *SHORT)
        assert found["loss"] == with_header["loss"]
    assert result(tmp_path / "h.csv", "--target", 4, "--header", "yes", *SHORT)["loss"] == with_header["loss"]
    assert_refused("--header: found 'maybe'; it must be yes or no", "train", path, "--target", 4, "--header", "maybe")
    rows = [["a", "b"]] + [["x", "y"], ["y", "x"]] * 10
    assert len(result(written(tmp_path / "n.csv", rows), "--target", 2, "--header", "no", *SHORT)[
        "test_confusion"]) == 3


def test_missing_values_are_refused_or_put_in_or_dropped(tmp_path):
    rows = mixed()
    rows[7][0] = rows[9][1] = "?"
    path = written(tmp_path / "t.csv", rows)
    assert_refused("line 8", "train", path, "--target", "kind")
    assert_refused("'size'", "train", path, "--target", "kind")
    assert_refused("set 'missing' to 'mean' or to 'drop'", "train", path, "--target", "kind")
    sizes = [sum(result(path, "--target", "kind", "--missing", missing, *SHORT)["settings"][part] for part in (
        "train", "validation", "test")) for missing in ("mean", "drop")]
    assert sizes == [60, 58]
    assert result(path, "--target", "kind", "--ignore", "size", "--ignore", 2, *SHORT)["settings"]["sizes"][0] == 1
    rows[3][3] = ""
    assert_refused("line 4", "train", written(path, rows), "--target", "kind", "--missing", "mean")
    assert result(path, "--target", "kind", "--missing", "drop", *SHORT)["settings"]["train"] == 41


def test_the_task_can_be_said(tmp_path):
    wine = os.path.join(FILES, "wine.csv")
    found = result(wine, "--target", "class", "--task", "regression", *SHORT)
    assert found["settings"]["sizes"][-1] == 1 and "test_r2" in found and found["settings"]["loss"] == "mse"
    found = result(os.path.join(FILES, "iris.csv"), "--target", "petal_width", "--task", "classification", *SHORT)
    assert len(found["test_confusion"]) == 22
    assert_refused("'setosa'", "train", IRIS, "--target", "species", "--task", "regression")
    assert_refused("--task: found 'guess'; it must be one of classification, regression", "train", IRIS, "--target",
                   "species", "--task", "guess")


def test_points_where_commas_were_said_to_be_are_named_by_their_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i}.5\n" for i in range(9)))
    for more in ((), ("--missing", "drop")):
        assert_refused("line 2, column 'y': found '0.5', expected a number", "train", path, "--target", "y",
                       "--decimal", "comma", "--task", "regression", *more)


def test_rates_are_shown_with_all_their_digits_and_the_decay_of_the_rate_with_them():
    code, out, err = run("train", IRIS, "--target", "species", "--epochs", 1, "--lr", 0.0123456789, "--lr-decay",
                         0.98765432)
    assert (code, err) == (0, "") and "adam lr 0.0123456789 lr decay 0.98765432, batches" in out


# Losses, and what goes with them.

@pytest.mark.parametrize("file, target, classes", [("iris", "species", 3), ("breast_cancer", "benign", 2),
                                                   ("diabetes", "progression", 0)])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.slow
def test_every_loss_with_the_outputs_that_go_with_it(file, target, classes, loss, tmp_path):
    with open(os.path.join(FILES, file + ".csv")) as handle:
        head, *lines = handle.readlines()
    (tmp_path / "t.csv").write_text(head + "".join(lines[::len(lines) // 150]))     # so many rows will do
    arguments = (tmp_path / "t.csv", "--target", target, "--epochs", 10, "--loss", loss)
    if not classes and loss in ("bce", "bce-with-logits", "cross-entropy"):
        assert_refused("--loss: found %s, which is for classes, and the target 'progression' is a number" % loss,
                       "train", *arguments)
        return
    found = result(*arguments, "--save", tmp_path / "m.json")
    single = classes == 2 and loss != "cross-entropy"
    assert found["settings"]["sizes"][-1] == (1 if single or not classes else classes)
    assert found["settings"]["output_activation"] == (
        None if loss in OF_LOGITS else "sigmoid" if classes else "identity")
    assert load_model(tmp_path / "m.json").output == (
        {"bce-with-logits": "binary logits", "cross-entropy": "logits"}[loss] if loss in OF_LOGITS else
        "probability" if classes else "values")
    if classes:
        assert found["test_accuracy"] > 0.5 and len(found["test_confusion"]) == classes


@pytest.mark.slow
def test_two_classes_are_told_apart_by_one_output_as_well_as_by_two():
    file = os.path.join(FILES, "breast_cancer.csv")
    for loss in ("bce", "bce-with-logits", "cross-entropy", "mse"):
        found = result(file, "--target", "benign", "--epochs", 6, "--loss", loss)
        assert found["test_accuracy"] > 0.93, loss
        assert {row["output"] for row in found["predictions"]} == {"0", "1"}


@pytest.mark.parametrize("named, arguments", [
    ("found no file; give a CSV", ("--target", "species")),
    ("found no --target; say which column", (IRIS,)),
    ("there is no column 'kind'", (IRIS, "--target", "kind")),
    ("there is no column '9'", (IRIS, "--target", 9)),
    ("there is no column 'kind'", (IRIS, "--target", "species", "--ignore", "kind")),
    ("'species' is the target and cannot be ignored", (IRIS, "--target", "species", "--ignore", "species")),
    ("no column is left", (IRIS, "--target", "species", "--ignore", 1, "--ignore", 2, "--ignore", 3, "--ignore", 4)),
    ("No such file", ("none.csv", "--target", "species")),
    ("is a folder", (FILES, "--target", "species")),
    ("holds a NUL byte", (os.path.join(FILES, "letters.npz"), "--target", "species")),
    ("--output-activation: found it with the loss cross-entropy", (IRIS, "--target", "species", "--output-activation",
                                                                   "tanh")),
    ("--loss: bce needs outputs between 0 and 1", (IRIS, "--target", "species", "--loss", "bce", "--output-activation",
                                                   "tanh")),
    ("--loss: found 'foo'", (IRIS, "--target", "species", "--loss", "foo")),
    ("train 200 + validation 1 + test 1 are 202 samples, and there are 150", (IRIS, "--target", "species", "--train",
                                                                               200)),
    ("--momentum: found it with the optimizer adam", (IRIS, "--target", "species", "--momentum", 0.5)),
    ("--missing: found 'guess'", (IRIS, "--target", "species", "--missing", "guess")),
    ("parameters; at most 20000000", (IRIS, "--target", "species", "--hidden", 90000, 90000)),
    ("did you mean --target?", (IRIS, "--traget", "species")),
    ("there is no argument more.csv", (IRIS, "more.csv", "--target", "species")),
    ("delimiter is 'ab'", (IRIS, "--target", "species", "--delimiter", "ab")),
    ("--hidden", (IRIS, "--target", "species", "--hidden", "x")),
])
def test_wrong_use_is_refused_in_one_line(named, arguments):
    assert_refused(named, "train", *arguments)


@pytest.mark.parametrize("named, text", [
    ("is empty", ""), ("no rows below it", "a,b\n"), ("has 2 rows to use; there must be at least 3", "a,b\n1,2\n2,3\n"),
    ("line 3", "a,b\n1,2\n1,2,3\n"), ("line 2", 'a,b\n"1,2\n'), ("", "a,a\n1,2\n"),
    ("1 class only", "a,b\n1,x\n2,x\n3,x\n"),
    ("inf", "a,b\n1,1.5\ninf,2.5\n3,4.5\n4,5.5\n"), ("", "a\n1\n2\n3\n"), ("line 2", "a,b\n,x\n2,y\n3,x\n"),
])
def test_a_table_that_cannot_be_learned_from_is_refused_in_one_line(named, text, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert_refused(named, "train", path, "--target", "last")


def test_three_rows_are_enough_and_a_constant_target_has_no_r2(tmp_path):
    path = written(tmp_path / "t.csv", [["a", "b"], [1, 2.5], [2, 3.5], [3, 4.5]])
    found = result(path, "--target", "b", *SHORT)
    assert [found["settings"][part] for part in ("train", "validation", "test")] == [1, 1, 1]
    assert found["test_r2"] is None
    assert run("train", path, "--target", "b", *SHORT)[1].splitlines()[-1].count("test R^2 -, mean absolute error") == 1


def test_the_engine_is_closed_also_where_training_fails(monkeypatch):
    closed, close = [], CountingEngine.close
    monkeypatch.setattr(CountingEngine, "close", lambda engine: (closed.append(engine), close(engine)))
    code, _, _ = run("train", os.path.join(FILES, "diabetes.csv"), "--target", "progression", "--lr", 1e200, "--epochs",
                     5)
    assert code == 3 and len(closed) == 1


def test_the_command_line_trains_too():
    done = cli("train", IRIS, "--target", "species", "--epochs", 2, encoding="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii() and "(5 in all)" in done.stdout


def test_the_test_rows_have_no_part_in_the_training(tmp_path):
    """With other targets in the test rows alone nothing is learned otherwise."""
    with open(IRIS, encoding="utf-8") as handle:
        lines = handle.read().splitlines()
    found = []
    for spoiled in ([], [row["line"] for row in json.loads(run("train", IRIS, "--target", "species", "--epochs", 3,
                                                               "--json")[1])["predictions"]]):
        table, model = tmp_path / "t.csv", tmp_path / "m.json"
        table.write_text("\n".join(line.rpartition(",")[0] + ",setosa" if number in spoiled else line
                                   for number, line in enumerate(lines, 1)) + "\n")
        result = json.loads(run("train", table, "--target", "species", "--epochs", 30, "--patience", 5, "--json",
                                "--save", model)[1])
        found.append((result["history"], result["kept"], load_model(model).network.state_dict()))
        assert result["history"][result["kept"] - 1]["validation_loss"] == result["validation_loss"]
    assert found[0] == found[1] and len(spoiled) == 22


def test_a_regression_has_no_accuracy_even_where_its_numbers_are_0_and_1(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,y\n" + "".join("%d,7.5\n" % i for i in range(39)) + "39,8.5\n")
    code, out, err = run("train", table, "--target", "y", "--task", "regression", "--epochs", 2, "--checkpoint",
                         tmp_path / "c", "--history", tmp_path / "h.csv")
    assert (code, err) == (0, "") and "accuracy" not in out
    assert (tmp_path / "h.csv").read_text().startswith("epoch,loss,validation_loss\n")
    assert run("train", "--resume", tmp_path / "c", "--epochs", 3, "--quiet")[0] == 0


# What the majority class alone would score, and "Not learned".

def labelled(tmp_path, label):
    """A table of 60 rows whose x says nothing of y, which is what ``label(i)`` says."""
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join("%d,%s\n" % (i * 7919 % 13, label(i)) for i in range(1, 61)))
    return path


def test_the_report_says_what_the_most_frequent_class_would_score_and_that_no_more_was_learned(tmp_path):
    path = labelled(tmp_path, lambda i: "a" if i % 3 == 0 else "b")
    lines = cli("train", path, "--target", "y", "--epochs", 30).stdout.splitlines()
    rows = json.loads(cli("train", path, "--target", "y", "--epochs", 30, "--json").stdout)["predictions"]
    right = [row["target"] for row in rows].count("b")
    assert "Answering b for every test row would be right for %d/%d" % (right, len(rows)) in "\n".join(lines)
    assert lines[-1].startswith(
        "Not learned. On the test rows the network is no better than answering b for every row; try")


def test_what_is_better_than_the_most_frequent_class_is_not_called_not_learned():
    done = cli("train", os.path.join(ROOT, "tests", "files", "iris.csv"), "--target", "species", "--epochs", 40)
    assert "Answering virginica for every test row would be right for 8/22 (36.4%)." in done.stdout
    assert "Not learned" not in done.stdout


def test_a_regression_no_better_than_the_mean_is_not_learned(tmp_path):
    path = labelled(tmp_path, lambda i: (i * 31 % 17) / 7)
    lines = cli("train", path, "--target", "y", "--epochs", 3, "--task", "regression", "--seed", 2).stdout.splitlines()
    r2 = float(lines[-2].split("R\u00b2 ")[1].split(",")[0])
    assert (r2 <= 0.0) == lines[-1].startswith(
        "Not learned. On the test rows the network is no better than answering the mean")
    assert r2 <= 0.0
