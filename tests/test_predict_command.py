"""``predict``, ``evaluate`` and ``show``: a saved network at work, as a user has it."""
import csv
import io
import json
import os
from functools import lru_cache

import pytest

from purenn.cli.main import main
from purenn.data.npz import read_npz
from purenn.data.predictor import Predictor
from purenn.data.preparation import Classes, Number, Preparation
from purenn.files.model import Model, load_model

from .helpers import cli, close
from .test_checkpointing import FILES, IRIS, LETTERS, assert_refused, damaged, measured_once, run  # noqa: F401  (a fixture)
from .test_train_command import mixed, result, written

DIABETES, CANCER = [os.path.join(FILES, name + ".csv") for name in ("diabetes", "breast_cancer")]
TRAINED = {
    "classes": (IRIS, "--target", "species"),
    "numbers": (DIABETES, "--target", "progression"),
    "one output": (CANCER, "--target", "benign", "--loss", "bce"),
    "one logit": (CANCER, "--target", "benign", "--loss", "bce-with-logits"),
    "a logit a class": (IRIS, "--target", "species", "--loss", "bce-with-logits"),
    "two outputs": (CANCER, "--target", "benign"),
    "a sum of squares": (IRIS, "--target", "species", "--loss", "sse"),
    "half a sum of squares": (DIABETES, "--target", "progression", "--loss", "half-sse"),
    "an output a class": (IRIS, "--target", "species", "--loss", "mse"),
    "outputs that are no probabilities": (IRIS, "--target", "species", "--loss", "mse", "--output-activation", "tanh"),
}


def table_of(text, delimiter=","):
    """The rows of a CSV, as dicts."""
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


def predicted(*arguments):
    """What ``predict`` writes to stdout, as dicts."""
    code, out, err = run("predict", *arguments)
    assert (code, err) == (0, ""), err
    return table_of(out)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A model of iris, as it is saved."""
    path = tmp_path_factory.mktemp("iris") / "m.json"
    main(["train", IRIS, "--target", "species", "--epochs", "3", "--quiet", "--save", str(path)])
    return path.read_bytes()


@pytest.fixture
def iris(tmp_path, saved):
    """A file of its own with that model."""
    path = tmp_path / "m.json"
    path.write_bytes(saved)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train one of TRAINED, once for each ending of the file it is saved in: that file, and what --json says."""
    @lru_cache(maxsize=None)
    def train(name, ending):
        path = tmp_path_factory.mktemp("trained") / ("m." + ending)
        return path, result(*TRAINED[name], "--epochs", 6, "--save", path)
    return train


@pytest.mark.parametrize("output", ["probability", "values", "logits", "binary logits"])
@pytest.mark.parametrize("size", [1e300, 1e307, 1.7e308])
def test_weights_near_the_largest_float_are_refused_in_one_line_or_predict_finite_numbers(output, size, iris):
    document = json.loads(iris.read_text())
    document["output"] = output
    document["weights"]["2.weight"] = [[0.0] * len(row) for row in document["weights"]["2.weight"]]
    document["weights"]["2.bias"] = [size] * 3                  # their sum is no float
    iris.write_text(json.dumps(document))
    for arguments in (["show", iris], ["predict", iris, IRIS], ["evaluate", iris, IRIS]):
        code, out, err = run(*arguments)
        assert code in (0, 2) and "nan" not in out and "inf" not in out.replace("information", "")
        assert (err == "") if code == 0 else (err.startswith("purenn: ") and err.count("\n") == 1)
    assert run("predict", iris, IRIS)[0] == (2 if output == "probability" else 0)


@pytest.mark.parametrize("ending", ["json", pytest.param("safetensors", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TRAINED)
def test_a_saved_network_says_of_the_test_rows_what_training_said(name, ending, trained):
    path, found = trained(name, ending)
    file = TRAINED[name][0]
    rows = predicted(path, file)
    assert len(rows) == len(open(file).readlines()) - 1
    for row in found["predictions"]:
        said = rows[row["line"] - 2]["prediction"]
        assert said == row["output"] if isinstance(row["output"], str) else float(said) == row["output"]
    likely = [name for name in rows[0] if name.startswith("probability_")]
    assert bool(likely) == (file != DIABETES and name != "outputs that are no probabilities")
    for row in rows if likely else []:
        shares = {name[len("probability_"):]: float(row[name]) for name in likely}
        assert sum(shares.values()) == pytest.approx(1.0, abs=2e-6)
        assert shares[row["prediction"]] == max(shares.values())


@pytest.mark.parametrize("name", TRAINED)
def test_evaluate_gives_the_test_scores_that_training_gave(name, tmp_path, trained):
    path, found = trained(name, "json")
    with open(TRAINED[name][0]) as handle:
        lines = handle.read().splitlines()
    part = tmp_path / "part.csv"
    part.write_text("\n".join([lines[0], *[lines[row["line"] - 1] for row in found["predictions"]]]))
    code, out, err = run("evaluate", path, part, "--json")
    scores = json.loads(out)
    assert (code, err, scores["rows"]) == (0, "", len(found["predictions"]))
    for key in ("loss", "accuracy", "mse", "mae", "r2", "confusion"):
        if key == "loss" or found.get("test_" + key) is not None:
            assert close(scores[key], found["test_" + key]), key
    shown = run("evaluate", path, part)[1].splitlines()
    said = run("train", *TRAINED[name], "--epochs", 6, "--quiet")[1]
    assert shown[-1] == "%s on %s: %s" % (path, part, said.split(": test ")[1].rstrip())


def test_columns_are_found_by_name_and_others_are_passed_through(iris, tmp_path):
    plain = predicted(iris, IRIS)
    with open(IRIS, newline="") as handle:
        rows = list(csv.reader(handle))
    other = written(tmp_path / "o.csv", [["note" if i == 0 else "n", *row[:4][::-1]] for i, row in enumerate(rows)],
                    delimiter=";")
    code, out, _ = run("predict", iris, other)
    found = table_of(out, ";")
    assert code == 0 and list(found[0])[:6] == ["note", *rows[0][:4][::-1], "prediction"]
    assert [list(row.values())[-4:] for row in found] == [list(row.values())[-4:] for row in plain]
    without = written(tmp_path / "w.csv", [row[:4] for row in rows[1:]])            # no header, no target
    assert [row["prediction"] for row in predicted(iris, without)] == [row["prediction"] for row in plain]


def test_what_does_not_fit_the_model_is_refused_in_one_line(iris, tmp_path):
    with open(IRIS, newline="") as handle:
        rows = list(csv.reader(handle))
    table = written(tmp_path / "t.csv", [row[1:] for row in rows])
    assert_refused("there is no column 'sepal_length', one of the inputs", "predict", iris, table)
    assert_refused("there is no column 'species', the target", "evaluate", iris,
                   written(tmp_path / "t.csv", [row[:4] for row in rows]))
    assert_refused("found 3 columns, expected 5", "predict", iris, written(table, [row[:3] for row in rows[1:]]))
    rows[9][1] = "wide"
    assert_refused("line 10", "predict", iris, written(table, rows))
    rows[9][1] = "?"
    assert_refused("line 10", "predict", iris, written(table, rows))
    rows[9][1], rows[9][4] = "1", "rose"
    assert_refused("'rose'", "evaluate", iris, written(table, rows))
    assert predicted(iris, table)[8]["species"] == "rose"                           # the target is not looked at
    assert_refused("found no table; give a CSV", "predict", iris)
    assert_refused("found no table; give a CSV", "evaluate", iris)
    assert_refused("No such file", "predict", tmp_path / "none.json", IRIS)
    assert_refused("No such file", "predict", iris, tmp_path / "none.csv")
    assert_refused("save a model in a file that ends in", "predict", IRIS, iris)
    for command in ("predict", "evaluate", "show"):
        assert_refused("%s: the following arguments are required: MODEL" % command, command)


def test_a_category_that_was_not_there_in_training_is_refused_with_its_line(tmp_path):
    rows = mixed()
    model, table = tmp_path / "m.json", written(tmp_path / "t.csv", rows)
    result(table, "--target", "kind", "--epochs", 2, "--save", model)
    rows[5][1] = "pink"
    assert_refused("line 6", "predict", model, written(table, rows))
    assert_refused("'pink'", "predict", model, table)


def test_rows_with_missing_values_have_a_prediction_unless_training_dropped_them(tmp_path):
    rows = mixed()
    rows[7][0] = rows[9][1] = "?"
    table, model = written(tmp_path / "t.csv", rows), tmp_path / "m.json"
    for missing, empty in (("drop", {6, 8}), ("mean", set())):
        found = result(table, "--target", "kind", "--missing", missing, "--epochs", 2, "--save", model)
        said = predicted(model, table)
        assert {k for k, row in enumerate(said) if not row["prediction"]} == empty
        assert all(said[row["line"] - 2]["prediction"] == row["output"] for row in found["predictions"])
        assert json.loads(run("evaluate", model, table, "--json")[1])["rows"] == 60 - len(empty)
    only = written(tmp_path / "o.csv", [rows[0], ["?", "red", "1", "bad"]])
    result(table, "--target", "kind", "--missing", "drop", "--epochs", 2, "--save", model)
    for command in ("predict", "evaluate"):
        assert_refused("each of the 1 rows has a missing value", command, model, only)


def test_out_is_what_stdout_would_be_and_takes_the_old_files_place_at_once(iris, tmp_path):
    out, table = tmp_path / "out.csv", tmp_path / "t.csv"
    table.write_bytes(open(IRIS, "rb").read())
    assert run("predict", iris, table, "--out", out) == (0, "", "")
    expected = run("predict", iris, table)[1]
    assert out.read_text() == expected
    table.write_text(table.read_text().replace("4.9,3,1.4", "4.9,x,1.4", 1))
    assert_refused("line 3", "predict", iris, table, "--out", out)
    assert out.read_text() == expected and len(list(tmp_path.iterdir())) == 3
    assert_refused("cannot be written", "predict", iris, IRIS, "--out", tmp_path / "none" / "o.csv")
    for path in (table, iris):
        before = path.read_bytes()
        assert_refused("--out: %s is read, too; give the predictions a file of their own" % path,
                       "predict", iris, table, "--out", path)
        assert path.read_bytes() == before
    assert run("predict", iris, IRIS, "--out", "-") == (0, expected, "")


@pytest.mark.parametrize("text", ["x\ny", "x\ry", "x\r\ny", '"x",y', "größe β"])
def test_a_field_comes_out_as_it_went_in_on_stdout_and_in_a_file(text, iris, tmp_path):
    table, out = tmp_path / "t.csv", tmp_path / "o.csv"
    with open(table, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\r\n").writerows([
            ["note", "sepal_length", "sepal_width", "petal_length", "petal_width"], [text, 5, 3, 1, 0.2]])
    assert run("predict", iris, table, "--out", out) == (0, "", "")
    done = cli("predict", iris, table, encoding="ascii")
    with open(out, newline="", encoding="utf-8") as handle:
        content = handle.read()
    assert next(csv.DictReader(io.StringIO(content, newline="")))["note"] == text
    assert (done.returncode, done.stdout, done.stderr) == (0, content, "")


def test_what_is_written_can_be_read_as_a_csv_whatever_is_in_the_fields(tmp_path):
    rows = [[field.replace("dark blue", 'dark, "blue"\nén') for field in row] for row in mixed()]
    table, model = written(tmp_path / "t.csv", rows, encoding="utf-8"), tmp_path / "m.json"
    result(table, "--target", "kind", "--epochs", 2, "--save", model)
    run("predict", model, table, "--out", tmp_path / "o.csv")
    with open(tmp_path / "o.csv", newline="", encoding="utf-8") as handle:
        found = list(csv.reader(handle))
    assert [row[:4] for row in found] == rows and found[0][4:] == ["prediction", "probability_bad",
                                                                   "probability_good one"]


# The networks of the other commands, and PyTorch's.

@pytest.mark.parametrize("begun", [("xor", "--optimizer", "adam", "--engine", "unrolled"),
                                   ("linear", "--epochs", "100", "--engine", "unrolled"),
                                   ("gate", "--epochs", "500"),
                                   ("xor", "--output-activation", "tanh", "--epochs", "9")])
def test_the_networks_of_points_predict_and_are_measured(begun, tmp_path):
    model = tmp_path / "m.safetensors"
    found = json.loads(run(*begun, "--save", model, "--json")[1])
    table = written(tmp_path / "t.csv", [["x2", "x1", "class"]] + [
        [repr(x) for x in reversed(row["input"])] + ["%d" % row["target"][0]] for row in found["predictions"]])
    rows = predicted(model, table)
    assert [row["prediction"] == row["class"] for row in rows] == [row["right"] for row in found["predictions"]]
    if "tanh" in begun:
        assert "probability_1" not in rows[0]
    else:
        assert [row["probability_1"] for row in rows] == ["%.6f" % row["output"][0] for row in found["predictions"]]
    scores = json.loads(run("evaluate", model, table, "--json")[1])
    assert scores["accuracy"] == found.get("test_accuracy", found["accuracy"])
    assert close(scores["loss"], found.get("test_loss", found["loss"]))
    assert "Predicts class, one of 2 classes: 0, 1" in run("show", model)[1]


def test_the_network_of_letters_predicts_from_pixels_with_the_label_or_without_it(tmp_path):
    model = tmp_path / "m.json"
    found = json.loads(run(*LETTERS, "--epochs", 8, "--save", model, "--json")[1])
    arrays = read_npz(LETTERS[2])
    pixels = list(arrays["images"].values)
    tested = [row["image"] for row in found["predictions"]]
    rows = [["%d" % x for x in pixels[64 * i:64 * i + 64]] for i in tested]
    said = predicted(model, written(tmp_path / "t.csv", rows))
    assert [row["prediction"] for row in said] == ["%d" % row["output"] for row in found["predictions"]]
    assert [float(row["probability_" + row["prediction"]]) for row in said] == pytest.approx(
        [row["probability"] for row in found["predictions"]], abs=1e-6)
    labelled = [["%d" % row["target"], *values] for row, values in zip(found["predictions"], rows)]
    scores = json.loads(run("evaluate", model, written(tmp_path / "t.csv", labelled), "--json")[1])
    assert close(scores["loss"], found["test_loss"]) and scores["confusion"] == found["confusion"]


@pytest.mark.parametrize("kind", ["f64", "f32", "f16", "bf16"])
def test_pytorchs_files_predict_a_number_for_each_output(kind, tmp_path):
    path = os.path.join(FILES, "torch_%s.safetensors" % kind)
    network = load_model(path, "tanh").network
    row = [0.5 - 0.25 * k for k in range(network.in_features)]
    outputs = network.predict([row])[0]
    found = predicted(path, written(tmp_path / "t.csv", [["%r" % x for x in row]] * 2), "--activation", "tanh")
    assert [float(found[0]["output%d" % (k + 1)]) for k in range(len(outputs))] == outputs
    table = written(tmp_path / "t.csv", [["1"] * (network.in_features + 1)])
    assert_refused("the network takes %d numbers, one from each column" % network.in_features, "predict", path, table,
                   "--activation", "tanh")
    assert_refused("set activation to one of identity", "predict", path, table)
    assert_refused("does not say what its outputs mean", "evaluate", path, table, "--activation",
                   "tanh")
    shown = run("show", path, "--activation", "tanh", "--output-activation", "softmax")[1]
    assert "Takes %d numbers" % network.in_features in shown and "Tanh()" in shown and "Softmax()" in shown


# What is shown of a network.

def test_show_has_the_layers_the_columns_the_training_and_the_curve(iris, tmp_path):
    lines = run("show", iris)[1].splitlines()
    table = [line.split() for line in lines[:5]]
    assert table[1][-4:] == ["x", "4", "16", "80"] and table[3][-4:] == ["x", "16", "3", "51"]
    assert lines[4] == "131 parameters in all"
    assert "Predicts species, one of 3 classes: setosa, versicolor, virginica" in lines
    assert "from sepal_length, sepal_width, petal_length, petal_width." in lines
    said = " ".join(lines[lines.index("Trained with") + 1:])
    for text in ("optimizer adam", "loss", "seed 1", "epochs 3", "test accuracy 0."):
        assert text in said, text
    assert lines[-14].startswith("loss") and lines[-1].endswith("1                                epoch 3")
    assert max(len(line) for line in lines if "file " not in line) <= 80
    run("train", *map(str, TRAINED["numbers"]), "--epochs", 2, "--save", tmp_path / "n.json")
    assert "Predicts progression, a number" in run("show", tmp_path / "n.json")[1]


LIES = [
    (["output"], "logit"), (["output"], 1), (["preparation"], {}), (["preparation"], []),
    (["preparation", "missing"], "x"), (["preparation", "columns"], []), (["preparation", "target", "classes"], ["a"]),
    (["preparation", "target", "classes"], ["a", "b"]), (["preparation", "target", "classes"], list("abcd")),
    (["preparation", "target"], {"name": "species", "kind": "number", "mean": 0.0, "deviation": 1.0}),
    (["preparation", "inputs"], []), (["preparation", "inputs", 0, "deviation"], 0.0),
    (["preparation", "inputs", 0, "kind"], "category"), (["history", "loss"], [1.0]), (["history"], []),
    (["weights", "0.bias"], [1.0]), (["weights"], {}), (["architecture"], []), (["version"], 2), (["format"], "x"),
    (["training"], []),
]


def test_a_model_that_lies_is_refused_in_one_line_by_every_command(iris):
    whole = iris.read_bytes()
    for where, value in LIES:
        iris.write_bytes(whole)
        damaged(iris, where, value)
        for command in (["predict", iris, IRIS], ["evaluate", iris, IRIS], ["show", iris]):
            assert_refused(str(iris), *command)
    for length in (0, 5, len(whole) // 2):
        iris.write_bytes(whole[:length])
        assert_refused(str(iris), "show", iris)


@pytest.mark.parametrize("where, value", [
    (["training"], {}), (["training", "settings"], None), (["training", "settings"], {"loss": ["x"]}),
    (["training", "settings", "loss"], "bce"), (["training", "settings", "loss"], 3),
    (["history"], {}), (["history", "loss"], [None, None, None]), (["history", "loss"], [-1.0, 1.0, 1.0]),
    (["history", "loss"], [10 ** 400, 1.0, 1.0]), (["history", "loss"], [1e308, 0.0, 1e-320]),
    (["output"], "values"), (["output"], "probability"), (["training", "epochs"], 10 ** 500),
    (["training", "note"], "a\nb\x1b[31m")])
def test_a_model_with_other_words_in_it_is_shown_or_refused_and_breaks_nothing(where, value, iris):
    damaged(iris, where, value)
    for command in (["predict", iris, IRIS], ["evaluate", iris, IRIS], ["show", iris]):
        code, out, err = run(*command)
        assert (code, err) == (0, "") or (code, out, err.count("\n")) == (2, "", 1), (command, err)
        assert "\x1b" not in out
        rows = table_of(out) if command[0] == "predict" and code == 0 else []
        assert not any(None in row or None in row.values() for row in rows)


def test_one_output_is_no_logits(tmp_path):
    path = tmp_path / "m.json"
    run("train", *TRAINED["one output"], "--epochs", 1, "--save", path)
    damaged(path, ["output"], "logits")
    assert_refused("the file is damaged", "predict", path, CANCER)


def test_outputs_that_are_probabilities_each_are_divided_by_their_sum():
    def probabilities(output, values, target=None):
        preparation = Preparation(["x", "y"], [Number("x")], target or Classes("y", ["a", "b", "c", "d"]))
        return Predictor(Model(None, {}, output, {}, {}), preparation).probabilities(values)
    assert probabilities("probability", [0.5, 0.25, 0.25]) == [0.5, 0.25, 0.25]
    assert probabilities("probability", [0.8, 0.8]) == [0.5, 0.5]
    assert probabilities("probability", [0.0, 0.0, 0.0, 0.0]) == [0.25] * 4
    assert probabilities("probability", [0.25]) == [0.75, 0.25]
    assert probabilities("logits", [2.0, 2.0]) == [0.5, 0.5]
    assert probabilities("values", [0.25]) is None
    assert probabilities("probability", [0.25], Number("y")) is None


def test_the_command_line_does_it_too_and_a_reader_may_leave(iris, tmp_path):
    done = cli("predict", iris, IRIS)
    assert (done.returncode, done.stderr) == (0, "") and len(done.stdout.splitlines()) == 151
    for command in ("evaluate", "show"):
        done = cli(command, iris, *[IRIS] * (command == "evaluate"), encoding="ascii")
        assert (done.returncode, done.stderr) == (0, "") and done.stdout.isascii()


def test_numbers_that_are_too_large_are_said_so_and_not_predicted(tmp_path):
    table, model = tmp_path / "t.csv", tmp_path / "m.json"
    table.write_text("a,y\n" + "".join("%d,%s\n" % (i, 3.5 * i) for i in range(20)))
    assert run("train", table, "--target", "y", "--epochs", 1, "--quiet", "--save", model)[0] == 0
    table.write_text("a,y\n" + "".join("%de307,%de307\n" % (i, i) for i in range(1, 17)))
    assert_refused("too large", "evaluate", model, table)
    stored = json.loads(model.read_text())
    stored["weights"]["0.weight"] = [[1e308] for _ in stored["weights"]["0.weight"]]
    stored["weights"]["2.weight"] = [[1e308] * 16]
    model.write_text(json.dumps(stored))
    table.write_text("a,y\n100,2\n300,4\n")
    assert_refused("is not finite: its weights, or the numbers of the table, are too large", "predict", model, table)
    assert_refused("are too large", "evaluate", model, table)


def test_a_constant_column_decides_nothing(tmp_path):
    rows = [["x", "c", "y"], *[[i % 10 * 10 + i // 10, 0.1, "hi" if i % 10 > 4 else "lo"] for i in range(60)]]
    model = tmp_path / "m.json"
    result(written(tmp_path / "t.csv", rows), "--target", "y", "--epochs", 40, "--save", model)
    for c in (0.1, 0.11):
        found = predicted(model, written(tmp_path / "p.csv", [["x", "c"], [5, c], [85, c]]))
        assert [row["prediction"] for row in found] == ["lo", "hi"]


def test_columns_whose_names_are_numbers_are_found_by_them(tmp_path):
    rows = [["1", "2", "3"], *[[i, i % 7, i % 2] for i in range(40)]]
    model = tmp_path / "m.json"
    table = written(tmp_path / "t.csv", rows)
    result(table, "--target", "3", "--task", "classification", "--header", "yes", "--epochs",
           2, "--save", model)
    turned = written(tmp_path / "p.csv", [[row[2], row[0], row[1]] for row in rows])
    plain = predicted(model, tmp_path / "t.csv", "--header", "yes")
    found = predicted(model, turned, "--header", "yes")
    assert [list(row.values())[3:] for row in found] == [list(row.values())[3:] for row in plain]
    assert_refused("line 1: holds the names of the columns", "predict", model, turned)


def test_a_decimal_comma_is_remembered(tmp_path):
    text = "x;y\n" + "".join("%d,5;%s\n" % (i, "ab"[i % 2]) for i in range(30))
    table, model = tmp_path / "t.csv", tmp_path / "m.json"
    table.write_text(text)
    assert_refused("decimal to comma", "train", table, "--target", "y")
    result(table, "--target", "y", "--decimal", "comma", "--epochs", 2, "--save", model)
    code, out, err = run("predict", model, table)
    assert (code, err) == (0, "") and out.count("\n") == 31


def test_rows_that_are_all_missing_are_told_no_option_that_predict_has_not(iris, tmp_path):
    with open(IRIS, newline="") as handle:
        header = handle.readline().strip().split(",")
    code, out, err = run("predict", iris, written(tmp_path / "t.csv", [header, *[["NA"] * 5] * 3]), "--header", "yes")
    assert code == 2 and err.count("\n") == 1 and "set missing" not in err and "--missing" not in err


def test_numbers_that_are_scaled_to_0_have_no_accuracy(tmp_path):
    table, flat = tmp_path / "t.csv", tmp_path / "flat.csv"
    table.write_text("a,y\n" + "".join("%d,%d\n" % (i, i % 5) for i in range(40)))
    run("train", table, "--target", "y", "--task", "regression", "--epochs", 2, "--quiet", "--save",
        tmp_path / "m.json")
    with open(str(tmp_path / "m.json")) as handle:
        mean = json.load(handle)["preparation"]["target"]["mean"]
    flat.write_text("a,y\n" + "".join("%d,%r\n" % (i, mean) for i in range(4)))
    assert json.loads(run("evaluate", tmp_path / "m.json", flat, "--json")[1])["accuracy"] is None
