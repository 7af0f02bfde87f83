"""A Preparation: how many numbers it makes, what it is in plain values, and how it comes out of a file that may lie."""
import json
import math

import pytest

from purenn.data.features import fit
from purenn.data.images import Images, Layout
from purenn.data.preparation import Category, Classes, Number, Preparation, from_dict, of_pixels, of_points

from .test_features import HOUSES, refused

PLAIN = {"columns": ["rooms", "color", "price", "city"],
         "inputs": [{"name": "rooms", "kind": "number", "mean": 2.0, "deviation": 1.0},
                    {"name": "color", "kind": "category", "values": ["blue", "green", "red"]},
                    {"name": "price", "kind": "number", "mean": 15.25, "deviation": 4.75}],
         "target": {"name": "city", "kind": "classes", "classes": ["A", "B"]}, "missing": "refuse",
         "header": True, "decimal": "point"}


def test_it_is_in_plain_values_what_was_found_out_and_comes_back_from_them():
    preparation = fit(HOUSES, "city", rows=[0, 1])
    assert preparation.as_dict() == PLAIN
    assert from_dict(PLAIN) == preparation
    assert list(map(type, from_dict(PLAIN).inputs)) == [Number, Category, Number]


def pictures(height, width, layout=None):
    return Images([], [], height, width, 2, None, None, 255.0, ["0", "1"], layout)


def test_images_out_of_a_table_keep_its_names_and_their_order():
    layout = Layout(["pixel1", "pixel10", "pixel2", "digit"], "digit", ["pixel1", "pixel2", "pixel10"], True)
    found = of_pixels(pictures(1, 3, layout), ["A", "B"], 1.0, 2.0)
    assert found.columns == layout.columns and [pixel.name for pixel in found.inputs] == layout.pixels
    assert (found.target, found.header) == (Classes("digit", ["A", "B"]), True)
    assert not of_pixels(pictures(1, 3, layout._replace(header=False)), ["A", "B"], 1.0, 2.0).header


def test_files_of_0_1_0_say_neither_header_nor_decimal():
    old = {name: value for name, value in PLAIN.items() if name not in ("header", "decimal")}
    assert from_dict(old) == from_dict(PLAIN)
    numbered = json.loads(json.dumps(old).replace("rooms", "1").replace("color", "2").replace("price", "3").replace(
        "city", "4"))
    assert from_dict(numbered).header is False and from_dict(numbered).decimal == "point"


@pytest.mark.parametrize("preparation", [
    fit(HOUSES, "city"), fit(HOUSES, "price", missing="mean"), fit(HOUSES, "color", ignore=["rooms"], missing="drop"),
    of_points(2), of_pixels(pictures(1, 4), ["A", "B", "C"], 12.5, 80.0)])
def test_a_preparation_goes_through_json(preparation):
    found = from_dict(json.loads(json.dumps(preparation.as_dict())))
    assert found == preparation and found.as_dict() == preparation.as_dict()
    assert list(map(type, [found, *found.inputs, found.target])) == list(map(type, [
        preparation, *preparation.inputs, preparation.target]))


def test_a_preparation_keeps_its_columns_whatever_is_done_to_what_it_gave():
    preparation = of_points(2)
    preparation.as_dict()["columns"].append("x3")
    assert preparation.columns == ["x1", "x2", "class"]


def test_points_and_pixels_go_in_as_they_are_or_scaled_alike():
    assert of_points(2) == Preparation(["x1", "x2", "class"], [Number("x1", 0.0, 1.0), Number("x2", 0.0, 1.0)],
                                       Classes("class", ["0", "1"]))
    pixels = of_pixels(pictures(1, 3), ["A", "B"], 10.0, 2.0)
    assert pixels == Preparation(["label", "pixel1", "pixel2", "pixel3"],
                                 [Number("pixel%d" % k, 10.0, 2.0) for k in (1, 2, 3)], Classes("label", ["A", "B"]))
    for preparation, counts in ((of_points(2), (2, 2, 1)), (pixels, (3, 2, 1))):
        assert (preparation.input_count(), preparation.output_count(), preparation.output_count(single=True)) == counts


# A preparation out of a file.

def changed(path, value):
    """A good preparation with another value in one place; a value that is ... is taken out."""
    preparation = json.loads(json.dumps(fit(HOUSES, "city").as_dict()))
    place = preparation
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return preparation


@pytest.mark.parametrize("path, value, match", [
    (["inputs"], ..., "a dict with columns, inputs, missing, target"),
    (["more"], 1, "a dict with columns"),
    (["inputs"], [], "at least one"), (["inputs"], {}, "at least one"),
    (["inputs", 0], None, r"inputs\[0\]: found None"),
    (["inputs", 0, "kind"], "classes", "kind is number or category"),
    (["inputs", 0, "kind"], [], "kind is number or category"),
    (["inputs", 0, "name"], "", "texts that are not empty"), (["inputs", 0, "name"], 3, "texts that are not empty"),
    (["inputs", 0, "name"], "color", "found 'color', expected each only once"),
    (["inputs", 0, "name"], "city", "found 'city', expected each only once"),
    (["inputs", 0, "name"], "size", "names each input and the target"),
    (["inputs", 0, "mean"], math.nan, "mean: found nan, expected a finite number"),
    (["inputs", 0, "mean"], "0", "a finite number"), (["inputs", 0, "mean"], True, "a finite number"),
    (["inputs", 0, "mean"], 10 ** 400, "a finite number"),
    (["inputs", 0, "mean"], ..., "a dict with name, kind, mean"),
    (["inputs", 0, "deviation"], 0, "a number above 0"), (["inputs", 0, "deviation"], -1.0, "a number above 0"),
    (["inputs", 0, "deviation"], math.inf, "a finite number"),
    (["inputs", 1, "values"], [], "at least 1 and at most 100"), (["inputs", 1, "values"], "abc", "a list of texts"),
    (["inputs", 1, "values"], ["a", "a"], "found 'a', expected each only once"),
    (["inputs", 1, "values"], ["a", "NA"], "stand for a missing value"),
    (["inputs", 1, "values"], [str(i) for i in range(101)], "found '101', expected at least 1 and at most 100"),
    (["target", "classes"], ["A"], "at least 2"), (["target", "classes"], [1, 2], "a list of texts"),
    (["target", "kind"], "category", "kind is number or classes"), (["target"], [], "kind is number or classes"),
    (["header"], 1, "true or false"), (["decimal"], "dot", "point or comma"), (["decimal"], [], "point or comma"),
    (["missing"], "zero", "refuse or mean or drop"), (["missing"], [], "refuse or mean or drop"),
    (["columns"], ["rooms", "color", "price"], "names each input and the target"),
    (["columns"], ["rooms", "color", "price", "city", "city"], "each only once"),
    (["columns"], None, "a list of texts"),
])
def test_what_is_no_preparation_is_refused(path, value, match):
    refused("^preparation: .*" + match, from_dict, changed(path, value))


@pytest.mark.parametrize("value", [None, [], 3, "inputs", {}])
def test_what_is_no_object_is_no_preparation(value):
    refused("^preparation: ", from_dict, value)
