"""From texts to inputs and targets and back: kinds, standardizing, one-hot, missing values; all that is refused."""
import os
import random
import re

import pytest

from purenn import PurennError
from purenn.data.csv_table import Table, read_table
from purenn.data.encoding import decode, encode, rows_to_encode
from purenn.data.features import fit, rows_to_use, stray_texts
from purenn.data.preparation import Category, Classes, Number, Preparation

from .helpers import ROOT, close

HOUSES = Table(["rooms", "color", "price", "city"],
               [["1", "3", "5", "3"], ["red", "blue", "red", "green"], ["10.5", "20", "30", "60"], list("ABAB")],
               [2, 3, 4, 6])


def table(text, **how):
    """A table of these rows, with names in the first."""
    rows = [line.split(",") for line in text.split("\n")]
    return Table(rows[0], [list(column) for column in zip(*rows[1:])], list(range(2, len(rows) + 1)), **how)


def kept(name):
    return read_table(os.path.join(ROOT, "tests", "files", name + ".csv"))


def refused(match, function, *arguments, **how):
    with pytest.raises(PurennError, match=match) as caught:
        function(*arguments, **how)
    assert "\n" not in str(caught.value)


def test_a_column_of_numbers_with_a_stray_text_is_told():
    texts = [str(k % 7) for k in range(20)]
    table = Table(["a", "b", "c"], [texts[:5] + ["n/a"] + texts[6:], ["x"] * 19 + ["3"],
                                    [str(k % 2) for k in range(20)]],
                  list(range(2, 22)))
    preparation = fit(table, "c")
    assert stray_texts(preparation, table) == [
        "table: column 'a' is read as texts: line 7 has 'n/a', and 19 of 20 values are numbers; if it is a mistake, "
        "correct it"]
    assert stray_texts(fit(table, "a", ignore=["b"]), table) == stray_texts(preparation, table)


def test_a_preparation_worked_out_by_hand():
    preparation = fit(HOUSES, "city", rows=[0, 1])
    assert preparation == Preparation(
        columns=["rooms", "color", "price", "city"],
        inputs=[Number("rooms", mean=2.0, deviation=1.0),           # of 1 and 3 alone
                Category("color", ["blue", "green", "red"]),        # of all rows
                Number("price", mean=15.25, deviation=4.75)],
        target=Classes("city", ["A", "B"]), missing="refuse")
    assert list(map(type, preparation.inputs)) == [Number, Category, Number] and type(preparation.target) is Classes
    assert preparation.classes == ("A", "B")
    assert (preparation.input_count(), preparation.output_count(), preparation.output_count(single=True)) == (5, 2, 1)
    inputs, targets = encode(preparation, HOUSES, rows=[2, 1])
    assert inputs == [[3.0, 0.0, 0.0, 1.0, (30 - 15.25) / 4.75], [1.0, 1.0, 0.0, 0.0, 1.0]]
    assert targets == [[1.0, 0.0], [0.0, 1.0]]
    assert encode(preparation, HOUSES, rows=[2, 1], single=True)[1] == [[0.0], [1.0]]
    assert len(encode(preparation, HOUSES)[0]) == 4
    assert encode(preparation, HOUSES, rows=[]) == ([], [])


def test_a_regression_and_back():
    preparation = fit(HOUSES, "price", ignore=["city", "color"], rows=[0, 1])
    assert preparation.target == Number("price", 15.25, 4.75) and preparation.classes == ()
    inputs, targets = encode(preparation, HOUSES)
    assert inputs == [[-1.0], [1.0], [3.0], [1.0]]
    assert decode(preparation, targets) == [10.5, 20.0, 30.0, 60.0]
    assert preparation.output_count() == 1
    assert encode(preparation, HOUSES, with_target=False) == (inputs, None)


def test_a_constant_column_is_fine():
    preparation = fit(table("a,y\n5,1.5\n5,2"), "y")
    assert encode(preparation, table("a,y\n5,1.5\n5,2"))[0] == [[0.0], [0.0]]


@pytest.mark.parametrize("name, target, classes, inputs", [
    ("iris", "species", ["setosa", "versicolor", "virginica"], 4), ("wine", "class", ["0", "1", "2"], 13),
    ("breast_cancer", "benign", ["0", "1"], 30), ("diabetes", "progression", [], 10)])
def test_the_four_tables_are_what_they_are(name, target, classes, inputs):
    found = kept(name)
    preparation = fit(found, target, ignore=())
    assert list(preparation.classes) == classes
    assert preparation.input_count() == inputs and {type(feature) for feature in preparation.inputs} == {Number}
    assert fit(found, "last") == fit(found, str(len(found.names))) == preparation


def test_the_four_tables_are_scikit_learns():
    datasets = pytest.importorskip("sklearn.datasets")
    for name, options in (("iris", {}), ("wine", {}), ("breast_cancer", {}), ("diabetes", {"scaled": False})):
        found, theirs = kept(name), getattr(datasets, "load_" + name)(**options)
        assert [list(row) for row in zip(*found.numbers[:-1])] == theirs.data.tolist()
        if name == "iris":
            assert found.columns[-1] == [str(theirs.target_names[k]) for k in theirs.target]
        else:
            assert found.numbers[-1] == theirs.target.tolist()


def test_numbers_are_encoded_as_by_scikit_learn():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    found = kept("breast_cancer")
    rows = random.Random(1).sample(range(569), 400)
    data = [list(row) for row in zip(*found.numbers[:-1])]
    scaler = preprocessing.StandardScaler().fit([data[i] for i in rows])
    ours = encode(fit(found, "benign", rows), found)[0]
    assert close(ours, scaler.transform(data).tolist(), 1e-9, 1e-11)
    colors = table("color,y\n" + "\n".join("%s,%d" % (random.Random(i).choice("abcde"), i) for i in range(99)))
    theirs = preprocessing.OneHotEncoder(sparse_output=False).fit_transform([[text] for text in colors.columns[0]])
    assert encode(fit(colors, "y"), colors)[0] == theirs.tolist()


@pytest.mark.parametrize("values, task", [
    (["0", "1"] * 5, "classification"), (["1.0", "2", "3e0"] * 2, "classification"),
    (["a", "b", "c"], "classification"),
    (["0", "1", "1", "0"], "classification"),
    ([str(i % 10) for i in range(20)], "classification"), ([str(i % 11) for i in range(99)], "regression"),
    ([str(i) for i in range(8)], "regression"),             # each there once
    (["0.5", "1"] * 5, "regression"), (["7"] * 9, "regression")])
def test_what_the_target_holds_says_the_task(values, task):
    found = table("x,y\n" + "\n".join("%d,%s" % pair for pair in enumerate(values)))
    assert isinstance(fit(found, "y").target, Classes) == (task == "classification")


def test_the_task_can_be_said():
    found = table("x,y\n1,10\n2,9\n3,0.5\n4,9.0")
    assert fit(found, "y", task="classification").target.classes == ["0.5", "9", "9.0", "10"]   # by value
    assert encode(fit(found, "y", task="classification"), found)[1] == [
        [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]
    ordered = fit(table("x,y\n1,33\n1,-2\n1,8\n1,-1\n1,0.5\n1,10"), "y", task="classification")
    assert ordered.target.classes == ["-2", "-1", "0.5", "8", "10", "33"]
    assert fit(table("x,y\n1,0\n2,1\n3,0\n4,1"), "y", task="regression").target.mean == 0.5
    refused("line 2, column 'y': found 'a', expected a number, to predict by regression", fit,
            table("x,y\n1,a\n2,1"), "y", task="regression")
    commas = Table(["x", "y"], [["1", "2", "3"], ["0,5", "2", "a"]], [2, 3, 4], decimal="comma")
    refused("line 4, column 'y': found 'a', expected a number, to predict by regression", fit, commas, "y",
            task="regression")
    refused("task is 'both'; it must be classification or regression", fit, found, "y", task="both")


def test_a_class_that_is_a_number_is_known_however_it_is_written():
    preparation = fit(table("x,y\n1,0\n2,1\n3,0\n4,1"), "y")
    assert encode(preparation, table("x,y\n1,1.0\n2,+0\n3,1e0"), single=True)[1] == [[1.0], [0.0], [1.0]]
    refused("line 3, column 'y': found '2', expected one of those seen in training: '0', '1'", encode, preparation,
            table("x,y\n1,1\n2,2"))


# Missing values.

HOLES = "x,color,y\n1,red,a\nNA,blue,b\n3,,a\n8,blue,b"


def test_missing_values_are_refused_with_line_column_and_count():
    refused("table: line 3, column 'x': a value is missing .'NA'., the first of 2; .*or set 'missing' to "
            "'mean' or to 'drop'", fit, table(HOLES), "y")
    refused("line 4, column 'color': a value is missing .''., the only one;", fit, table(HOLES), "y", ignore=["x"])
    refused("line 4, column 'color': .*; fill it in, or set 'missing' to 'drop'$", fit, table(HOLES), "color",
            ignore=["x"])


def test_the_mean_is_put_in_and_zeros_for_a_category():
    preparation = fit(table(HOLES), "y", rows=[0, 1, 2], missing="mean")
    assert preparation.inputs[0].mean == 2.0          # of 1 and 3
    assert preparation.inputs[1].values == ["blue", "red"]
    assert encode(preparation, table(HOLES))[0] == [[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0],
                                                    [6.0, 1.0, 0.0]]
    refused("line 3, column 'y': the target is missing .'[?]'., the only one; .*or set 'missing' to 'drop'", fit,
            table("x,y\n1,a\nNA,?\n2,b"), "y", missing="mean")
    refused("column 'x' has no value in the rows to train on", fit, table("x,z,y\n,1,a\n,2,b\n4,3,c"), "y", rows=[0, 1],
            missing="mean")


def test_rows_are_dropped():
    holes = table(HOLES)
    assert rows_to_use(holes, "y", "drop") == [0, 3]
    assert rows_to_use(holes, "y", "mean") == [0, 1, 2, 3]
    preparation = fit(holes, "y", rows=[0, 1, 2], missing="drop")
    assert preparation.inputs[0].mean == 1.0 and preparation.inputs[1].values == ["blue", "red"]
    assert rows_to_encode(preparation, holes, [3, 2, 0]) == [3, 0]
    assert encode(preparation, holes, [3, 2, 0]) == ([[7.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]])
    gone = fit(table("color,x,y\nred,1,a\ngreen,,c\nblue,2,b"), "y", missing="drop")
    assert gone.inputs[0].values == ["blue", "red"] and gone.target.classes == ["a", "b"]
    assert rows_to_use(table("x,y\n1,\n2,b\n3,c"), "y", "drop") == [1, 2]
    refused("each of the 2 rows has a missing value", fit, table("x,y\n1,\nNA,b"), "y", missing="drop")
    refused("there are no rows to train on", fit, holes, "y", rows=[1, 2], missing="drop")
    refused("missing is 'zero'; it must be refuse or mean or drop", fit, holes, "y", missing="zero")


def test_a_column_that_is_not_used_may_miss_values_and_hold_anything():
    text = "x,note,y\n1,,a\n2,inf,b"
    preparation = fit(table(text), "y", ignore=["note"])
    assert encode(preparation, table(text))[0] == [[-1.0], [1.0]]


# What is refused.

@pytest.mark.parametrize("text, how, match", [
    ("x,y\n1,a\n2,b", {"target": "Y"}, "no column 'Y'; .*it has 'x', 'y'"),
    ("x,y\n1,a\n2,b", {"ignore": ["z"]}, "no column 'z'"),
    ("x,y\n1,a\n2,b", {"ignore": ["2"]}, "column 'y' is the target and cannot be ignored"),
    ("x,y\n1,a\n2,b", {"ignore": ["x"]}, "no column is left to predict 'y' from"),
    ("y\n1\n2", {}, "no column is left"),
    ("x,y\n1,a\n2,a", {}, "column 'y', the target, has 1 class only: 'a'"),
    ("x,y\n1,5\n2,5", {"task": "classification"}, "has 1 class only: '5'; .*choose another target, "
     "or set 'task' to 'regression'"),
    ("x,y\n1,a\n1e999,b", {}, "line 3, column 'x': found '1e999', expected a finite number"),
    ("x,y\n1,a\n-inf,b", {}, "line 3, column 'x': found '-inf', expected a finite number"),
    ("x,y\n1,a\nNAN,b", {}, "found 'NAN', expected a finite number; if it is missing, write NA"),
    ("x,y\n1,1\n2,inf", {}, "line 3, column 'y': found 'inf'"),
    ("x,y\n1e200,a\n-1e200,b", {}, "column 'x': found '1e200', expected numbers whose squares are finite"),
    ("x,y\n1.7e308,a\n1.7e308,b", {}, "expected numbers whose squares"),
    ("x,y\n\"1,a\n2,b", {"rows": []}, "no rows to train on"),
    ("x,y\n%s" % "\n".join("v%d,%d" % (i, i) for i in range(101)), {},
     "column 'x' is read as texts, such as 'v0' on line 2; it has 101 .*; at most 100 .*or ignore the column"),
    ("x,y\n%s\nk,1" % "\n".join("%d,%d" % (i, i) for i in range(101)), {}, "such as 'k' on line 103; it has 102"),
    ("x,y\n%s" % "\n".join("%d,v%d" % (i, i) for i in range(101)), {},
     "column 'y', the target, has 101 different texts in 101 rows"),
    ("x,y\n%s" % "\n".join("%d,%d" % (i, i) for i in range(101)), {"task": "classification"}, "has 101 classes"),
])
def test_what_cannot_be_learned_from_is_refused_in_one_line(text, how, match):
    refused(match, fit, table(text), **{"target": "y", **how})


def test_decimal_commas_are_not_taken_for_categories():
    refused("line 3, column 'x': found '1,5', expected a number with a decimal point", fit,
            Table(["x", "y"], [["1", "1,5", "2,5"], ["a", "b", "a"]], [2, 3, 4], ";"), "y")
    fit(Table(["x", "y"], [["1,5", "1,5 m"], ["a", "b"]], [2, 3], ";"), "y")


# Other tables than the one that was fitted on.

def test_columns_are_found_by_name_in_any_order_among_others():
    preparation = fit(HOUSES, "city")
    other = Table(["id", "price", "city", "rooms", "color"], [["z"], ["20"], ["B"], ["3"], ["blue"]], [2])
    assert encode(preparation, other) == encode(preparation, HOUSES, rows=[1])
    bare = Table(["color", "price", "rooms"], [["blue"], ["20"], ["3"]], [2])
    assert encode(preparation, bare, with_target=False)[0] == encode(preparation, HOUSES, rows=[1])[0]
    refused("there is no column 'city', the target; the columns are 'color', 'price', 'rooms'", encode, preparation,
            bare)
    refused("there is no column 'rooms', one of the inputs; the columns are 'color'", encode, preparation,
            bare._replace(names=["color", "price", "Rooms"]), with_target=False)


@pytest.mark.parametrize("first", [False, True])
def test_without_a_header_columns_are_found_by_position(first):
    names = ["city", "rooms", "color"] if first else ["rooms", "color", "city"]
    columns = dict(zip(HOUSES.names, HOUSES.columns))
    named = Table(names, [columns[name] for name in names], HOUSES.lines)
    bare = named._replace(names=["1", "2", "3"], header=False)
    without = Table(["1", "2"], [columns["rooms"], columns["color"]], HOUSES.lines, header=False)
    for fitted, other in ((named, bare), (bare, named), (bare, bare)):
        preparation = fit(fitted, fitted.names[names.index("city")])
        assert encode(preparation, other) == encode(preparation, fitted)
        assert encode(preparation, without, with_target=False)[0] == encode(preparation, fitted)[0]
        refused("found 2 columns, expected 3, in this order:", encode, preparation, without)
        refused("found 1 columns", encode, preparation, Table(["1"], [["1"]], [1], header=False), with_target=False)


def test_names_that_are_numbers_are_names():
    fitted = Table(["1", "2", "3"], [["1", "2", "3"], ["4", "4", "9"], ["0", "1", "0"]], [2, 3, 4])
    other = Table(["3", "1", "2"], [["1"], ["2"], ["4"]], [2])
    preparation = fit(fitted, "3", task="classification")
    assert preparation.header and not fit(fitted._replace(header=False), "3", task="classification").header
    assert encode(preparation, other) == encode(preparation, fitted, rows=[1])


# Classes by what is written.

@pytest.mark.parametrize("written", [
    ["1234567890123456789", "1234567890123456790"], ["00501", "501"], ["1", "01"], ["0.10", "0.1"], ["1", "1.0"]])
def test_classes_are_told_apart_and_called_as_they_are_written(written):
    found = table("x,y\n" + "\n".join("%d,%s" % (i, written[i % 2]) for i in range(8)))
    target = fit(found, "y", task="classification").target
    assert sorted(target.classes) == sorted(written)
    labels = encode(fit(found, "y", task="classification"), found, single=True)[1]
    assert [target.classes[int(label)] for [label] in labels] == found.columns[1]


def test_ids_and_leading_zeros_are_classes_by_themselves_and_not_known_by_their_value():
    for written in (["007", "013"], ["1234567890123456789", "1234567890123456790"]):
        found = table("x,y\n" + "\n".join("%d,%s" % (i, written[i % 2]) for i in range(8)))
        assert fit(found, "y").target.classes == written
    refused("found '7', expected one of those", encode, fit(table("x,y\n1,007\n2,013\n3,007\n4,013"), "y"),
            table("x,y\n1,7"))


# Texts that are nearly all different.

@pytest.mark.parametrize("texts, why", [
    (["2024-01-%02d" % (i + 1) for i in range(20)], "look like dates; .* or OTHERWISE"),
    (["%d/3/2019" % (i + 1) for i in range(20)], "look like dates"),
    (["%d,5" % i for i in range(10)] + ["%d.5" % i for i in range(10)], "comma before the fraction; set decimal to"),
    (["%d kg" % i for i in range(20)], "numbers with a unit or an odd character, .*; correct them, or OTHERWISE"),
    (["name" + "abcdefghijklmnopqrst"[i] for i in range(20)], "names of rows; OTHERWISE"),
])
def test_texts_nearly_all_different_are_told_as_an_input_and_refused_as_a_target(texts, why):
    found = Table(["x", "y"], [texts, ["p", "q"] * 10], list(range(2, 22)))
    if "," in texts[0]:                                     # would be refused as an input
        refused("set decimal to comma", fit, found, "y")
    else:
        [said] = stray_texts(fit(found, "y"), found)
        assert re.search("column 'x' has 20 different texts in 20 rows, and each text becomes an input; .*"
                         + why.replace("OTHERWISE", "ignore the column"), said)
    refused("column 'x', the target, has 20 different texts in 20 rows; .*"
            + why.replace("OTHERWISE", "choose another target"), fit, found, "x")


def test_texts_that_recur_are_said_nothing_of():
    found = Table(["x", "y"], [list("abcde") * 4, ["p", "q"] * 10], list(range(2, 22)))
    assert stray_texts(fit(found, "y"), found) == []


# Constant columns.

@pytest.mark.parametrize("value", ["0.1", "1e-9", "123456.789", "-0.3"])
@pytest.mark.parametrize("count", [3, 30, 1000])
def test_a_constant_column_has_no_deviation_that_rounding_made(value, count):
    columns = [[value] * count, [str(i) for i in range(count)], ["lo", "hi", "lo"] * count]
    found = Table(["c", "x", "y"], columns, [2] * count)
    found.columns[2][count:] = []
    preparation = fit(found, "y")
    assert preparation.inputs[0].deviation == 1.0
    other = Table(["c", "x", "y"], [[repr(float(value) * 1.1)], ["1"], ["hi"]], [2])
    assert abs(encode(preparation, other)[0][0][0] - 0.1 * float(value)) < 1e-9 * abs(float(value))
    assert fit(found, "c", task="regression").target.deviation == 1.0


def test_values_that_were_not_there_to_fit_on_are_refused():
    preparation = fit(HOUSES, "city")
    def other(at, text):
        columns = [list(column) for column in HOUSES.columns]
        columns[at][2] = text
        return HOUSES._replace(columns=columns)
    refused("line 4, column 'color': found 'pink', expected one of those seen in training: 'blue', 'green', 'red'",
            encode, preparation, other(1, "pink"))
    refused("line 4, column 'rooms': found 'few', expected a number, as in training", encode, preparation,
            other(0, "few"))
    refused("line 4, column 'rooms': found '1e999', expected a finite", encode, preparation, other(0, "1e999"))
    refused("line 4, column 'rooms': a value is missing", encode, preparation, other(0, "?"))
    preparation.inputs[0] = preparation.inputs[0]._replace(deviation=1e-300)
    refused("line 4, column 'rooms': found '1e300', expected a number nearer to the mean", encode, preparation,
            other(0, "1e300"))
    refused("there are 3 classes", encode, fit(HOUSES, "color"), HOUSES, single=True)
