"""The page is the command line in a browser: the same Python, the same digits."""
import json
import os
import re
import sys

import pytest

from purenn.cli.parser import typed
from purenn.show.explanation import blocks
from purenn.study import walking
from purenn.study.changes import linears
from purenn.study.explain import explain
from purenn.study.formulas import PARTS
from purenn.study.mistakes import MISTAKES
from web import hashes, planting
from web.session import Page
from web.training import Session

from . import make_page
from .helpers import ROOT, cli

WEB = os.path.join(ROOT, "web")


def text_of(name):
    with open(os.path.join(WEB, name), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def page():
    """A Page, and a way to ask it."""
    one = Page()
    one.ask = lambda question, **values: json.loads(one.answer(json.dumps({"question": question, **values})))
    one.begin = lambda **form: one.ask("start", form={"task": "xor", **form})
    return one


def trained(task, **choices):
    """A Session that has come to its end."""
    one = Session(task, choices)
    while one.stopped is None:
        one.advance(500)
    return one


# What the page computes.

@pytest.mark.parametrize("line, choices", [
    ("xor --optimizer adam --lr 0.1", {"optimizer": "adam", "lr": 0.1}),
    ("xor --epochs 30 --hidden 16 16 16 16", {"epochs": 30, "hidden": [16] * 4}),
    ("linear --lr 5 --epochs 50", {"lr": 5.0, "epochs": 50}),
    ("gate --hidden 3 --activation tanh --epochs 200", {"hidden": [3], "activation": "tanh", "epochs": 200})])
def test_a_session_ends_with_the_digits_of_the_command_line(line, choices):
    words = line.split()
    expected = json.loads(cli(*words, "--json").stdout)
    result = trained(words[0], **choices).run.result().as_json()
    assert result["stopped"] == ("target" if "adam" in line else "epochs")
    expected["settings"]["engine"] = "Unrolled()"
    assert {**result, "seconds": 0} == {**expected, "seconds": 0}


def losses(one):
    """Those of a Session's epochs so far."""
    return [epoch.loss for epoch in one.run.curve]


def test_epochs_one_by_one_are_the_same_as_many_at_once():
    one, other = Session("xor", {}), Session("xor", {})
    for _ in range(20):
        one.advance(1)
    assert len(other.advance(20)) == 20
    assert losses(one) == losses(other) and one.state() == other.state()


def test_a_session_begins_with_the_loss_of_the_first_epoch():
    one = Session("xor", {})
    text = one.state()["text"]
    assert text == "After 0 epochs: loss 0.250400, accuracy 10/21 (47.6%)"
    assert one.run.measured().train.loss == one.advance(1)[0]


def test_the_map_has_x2_upward_and_x1_to_the_right():
    one = trained("linear", lr=5.0)          # class 0 where x1 > x2
    grid = one.grid(11)
    assert grid[0][0] > 0.9 and grid[10][10] < 0.9 and grid[0][2] > 0.9 > 0.1 > grid[10][8]
    assert grid[0][0] == round(one.run.network.predict([[0.0, 1.0]])[0][0], 3)
    assert one.maps(11)[-1][0] == [value for row in grid for value in row]


def test_an_explanation_is_that_of_the_command_line_and_changes_nothing(page):
    page.begin(seed="3")
    page.ask("advance", epochs=7)
    before = page.session.state()
    said = page.ask("explanation", sample=4, part="backward")
    assert said["step"] == 7
    expected = cli("explain", "xor", "--seed", 3, "--step", 7, "--sample", 4, "--only", "backward").stdout
    numbers = re.findall(r"-?\d+\.\d{6,}", expected.split("BACKWARD")[1])
    assert len(numbers) > 100
    assert re.findall(r"-?\d+\.\d{6,}", said["html"]) == numbers
    assert page.session.state() == before


def test_each_part_of_a_step_can_be_explained_alone(page):
    page.begin()
    assert page.ask("explanation", sample=0, part="")["html"].count("<h2>") == 4
    assert [page.ask("explanation", sample=0, part=part)["html"].count("<h2>") for part in PARTS] == [1] * 4


def test_html_is_escaped():
    def source():
        pass
    source.__qualname__ = "<q>"
    section = explain(*_tiny())[0]
    odd = section.quantities[0]._replace(name="<i>", symbols=["<s>"], numbers=[["<n>"]], source=source)
    text = "\n".join("\n".join(block) for block in blocks([section._replace(title="<t> & x", quantities=[odd])], "html",
                                                          {("forward", section.layer, "<i>"): "<o>"}))
    for mark in ("i", "s", "n", "q", "t", "o"):
        assert "<%s>" % mark not in text and text.count("&lt;%s&gt;" % mark) == 1
    assert "&amp; x" in text


def _tiny():
    run = Session("gate", {"hidden": []}).run
    return run.network, run.loss, run.optimizer, [0.0, 1.0], [1.0]


@pytest.mark.parametrize("form, field, message", [
    ({"hidden": "4 17"}, "hidden", "found 17 neurons; the page draws at most 16 in a layer"),
    ({"hidden": "+1_7"}, "hidden", "found 17 neurons"),
    ({"hidden": "1 1 1 1 1"}, "hidden", "found 5 layers; the page draws at most 4"),
    ({"hidden": "none 3"}, "hidden", "found 'none 3'; it must be sizes such as 4 4, or the word none"),
    ({"hidden": "\u00b2"}, "hidden", "found '\u00b2'"),
    ({"hidden": "-h"}, "hidden", "found '-h'; it must be sizes"),
    ({"hidden": "4 0"}, "hidden", "found '4 0'; it must be sizes"),
    pytest.param({"hidden": "9" * 5000}, "hidden", "found ", id="a long number"),
    ({"lr": "-1"}, "lr", "found -1.0; it must be a number above 0"),
    ({"lr": "nan"}, "lr", "found nan; it must be a number above 0"),
    ({"lr": "1 2"}, "lr", "found '1 2'; it must be a number above 0"),
    ({"lr": "1,000,5"}, "lr", "found '1,000,5'; it must be a number above 0"),
    ({"batch_size": "0"}, "batch_size", "found 0; it must be a whole number from 1 up"),
    ({"batch_size": "half"}, "batch_size", "found 'half'; it must be a whole number from 1 up, or the word all"),
    ({"target_loss": "0"}, "target_loss", "found 0.0; it must be a number above 0"),
    ({"noise": "2"}, "noise", "found '2'; it must be a number from 0 to 0.5"),
    ({"noise": "inf"}, "noise", "found 'inf'; it must be a number from 0 to 0.5"),
    ({"momentum": "0.5", "optimizer": "adam"}, "momentum", "found it with the optimizer adam"),
    ({"loss": "bce", "output_activation": "tanh"}, "loss", "bce needs outputs between 0 and 1"),
    ({"seed": "--json"}, "seed", "found '--json'; it must be a whole number from 0 up"),
    ({"seed": "-1"}, "seed", "found -1; it must be a whole number from 0 up"),
    ({"seed": "1.5"}, "seed", "found '1.5'"),
    ({"optimizer": "--json"}, "optimizer", "found '--json'; it must be one of sgd, momentum"),
    ({"activation": "softmax 3"}, "activation", "found 'softmax 3'; it must be one of sigmoid, tanh"),
    ({"task": "letters"}, "task", "there is no such task on the page"),
    ({"mistake": "<b>"}, None, "There is no mistake of that name."),
])
def test_what_cannot_be_is_refused_in_a_line_with_its_field_and_the_training_before_stays(page, form, field, message):
    page.begin()
    for question in ("start", "change"):
        before, log = page.session, list(page.session.log)
        said = page.ask(question, form={"task": "xor", **form})
        assert set(said) == {"error"} and said["error"]["field"] == field
        assert said["error"]["text"].startswith(message) and "\n" not in said["error"]["text"]
        assert len(said["error"]["text"]) < 200
        assert page.session is before and page.session.log == log
        page.ask("advance", epochs=1)                   # and again in the middle of a training


@pytest.mark.parametrize("text", [
    "", "null", "[]", "{}", "7", '{"question": "__init__"}', '{"question": "answer", "text": "{}"}', '{"question": []}',
    '{"question": "start", "form": null}', '{"question": "start", "form": {"hidden": []}, "more": 1}',
    '{"question": "advance", "epochs": "x"}', '{"question": "act", "what": "_reshape", "values": [[]]}',
    '{"question": "act", "what": "remove", "values": [1, 2, 3, 4]}', "[" * 100000,
    '{"question": "look", "maps": 1e999}', '{"question": "card", "sample": 0, "column": "1", "place": 0}',
    '{"question": "act", "what": "set_points", "values": [[[0.5, null, 1]]]}',
    '{"question": "act", "what": "set_parameter", "values": ["0.bias", 0, "x"]}',
    '{"question": "act", "what": "set_parameter", "values": ["0.bias", -1, 1]}',
    '{"question": "read_csv", "text": 3}', '{"question": "start", "form": {"task": ["xor"]}}'])
def test_a_question_that_cannot_be_answered_is_refused_and_changes_nothing(page, text):
    page.begin()
    before = page.session.state()
    assert set(json.loads(page.answer(text))) == {"error"}
    assert page.session.state() == before


def test_before_a_training_has_begun_there_is_nothing_to_ask_for(page):
    for question in ("undo", "points"):
        assert "error" in page.ask(question)
    assert "no longer there" in page.ask("advance", epochs=1)["error"]["text"]


def test_a_decimal_comma_is_accepted(page):
    assert page.begin(lr="0,5")["settings"]["lr"] == 0.5


def test_a_training_that_diverges_is_said_and_leaves_json_that_a_browser_reads(page):
    page.begin(task="gate", lr="1e300", activation="identity")
    said = page.answer('{"question": "advance", "epochs": 10, "maps": 3, "slopes": true}')
    assert "NaN" not in said and "Infinity" not in said
    state = json.loads(said)
    assert state["stopped"].startswith("Diverged: the loss became nan in epoch 1")
    assert state["diverged"] and "accuracy" not in state["text"]
    said = page.ask("explanation", sample=0, part="")
    assert said["refused"].startswith("the loss became nan: training diverged")
    assert said["step"] is None
    assert "diverged" in page.ask("card", sample=0, column=1, place=0)["error"]["text"]
    assert state["right"] == 0
    assert page.ask("advance", epochs=10)["losses"] == []


def test_a_last_step_that_diverges_is_found_as_on_the_command_line():
    assert cli("xor", "--epochs", 1, "--lr", "1e300", "--activation", "identity").returncode == 3
    one = trained("xor", epochs=1, lr=1e300, activation="identity")
    assert one.diverged() and one.stopped.startswith("Diverged: ") and len(losses(one)) == 1


def test_a_step_that_diverges_is_said_before_the_next_one_is_asked_for(page):
    page.begin(lr="1e300", activation="identity")
    state = page.ask("advance", epochs=1)
    assert len(state["losses"]) == 1 and state["diverged"] and state["text"] == "After 1 epoch"
    assert state["stopped"].startswith("Diverged: the loss became nan in epoch 1")
    assert page.ask("advance", epochs=1)["losses"] == []


@pytest.mark.parametrize("lr", ["0.123456789012", "1.5e-12", "0.1"])
def test_what_was_chosen_is_said_with_every_digit(page, lr):
    said = page.begin(lr=lr)
    assert (said["task"], said["choices"]) == ("xor", {"lr": float(lr)})
    assert typed([said["task"]], said["choices"]) == "xor --lr " + lr


def test_training_ends_where_the_loss_is_below_its_target_before_and_after_the_step():
    one = trained("xor", optimizer="adam", lr=0.3, seed=3)
    assert losses(one)[-1] < 0.005 and one.run.result().train.loss < 0.005
    early = [loss for loss in losses(one)[:-1] if loss < 0.005]
    assert early                                    # once below is not enough: the step went up again


def test_a_task_that_is_not_learned_says_why(page):
    page.begin(hidden="none", lr="0.5", epochs="50")
    state = page.ask("advance", epochs=100)
    assert len(state["losses"]) == 50
    assert state["stopped"].startswith("Stopped: the last epoch is done. Not learned. ")


def test_training_for_a_time_ends_after_it(page):
    page.begin()
    assert 0 < len(page.ask("advance", epochs=100000, milliseconds=5)["losses"]) < 100000


# Changes while it learns.

def weights(page):
    return page.session.run.network.state_dict()


@pytest.mark.parametrize("form", [{"lr": "0.5"}, {"optimizer": "adam"}, {"activation": "tanh"}, {"loss": "half-sse"},
                                  {"output_activation": "tanh"}, {"batch_size": "5"}, {"noise": "0.1"},
                                  {"target_loss": "none"}, {"momentum": "0.5"}])
def test_a_choice_can_be_changed_while_it_learns_without_losing_the_weights(page, form):
    page.begin()
    page.ask("advance", epochs=20)
    before = weights(page)
    said = page.ask("change", form={"task": "xor", **form})
    assert weights(page) == before and said["epochs"] == 20 and len(said["losses"]) == 20
    assert said["choices"] is None                          # no single command does this
    (name, value), = form.items()
    shown = said["noise"] if name == "noise" else said["settings"][name]
    assert str(shown) == {"none": "None"}.get(value, value)
    assert len(page.ask("advance", epochs=3)["losses"]) == 3 and weights(page) != before


def test_with_logits_the_map_is_the_probability_and_half_of_it_is_the_border(page):
    state = page.begin(loss="bce-with-logits", optimizer="adam", lr="0.1")
    assert state["settings"]["output_activation"] is None
    state = page.ask("advance", epochs=500, maps=11)
    assert state["right"] == 21 and all(0.0 <= value <= 1.0 for value in state["maps"][-1][0])
    assert {value > 0.5 for value in state["maps"][-1][0]} == {True, False}
    assert page.ask("card", sample=0, column=3, place=0)["quantities"][0]["name"] == "z⁽⁴⁾_0"


def test_a_changed_rate_is_the_one_that_it_learns_with(page):
    page.begin()
    page.ask("advance", epochs=20)
    other = Session("xor", {})
    other.advance(20)
    other.run.optimizer.lr = 0.25
    page.ask("change", form={"task": "xor", "lr": "0.25"})
    assert page.ask("advance", epochs=5)["losses"] == other.advance(5)


def test_the_velocity_of_momentum_outlives_a_change_of_the_rate_and_of_the_activation(page):
    page.begin(optimizer="momentum")
    page.ask("advance", epochs=20)
    velocity = [list(row) for row in page.session.run.optimizer.velocity]
    page.ask("change", form={"task": "xor", "optimizer": "momentum", "lr": "0.25", "activation": "tanh"})
    assert [list(row) for row in page.session.run.optimizer.velocity] == velocity and any(velocity[0])


def test_before_the_first_epoch_a_change_begins_anew_as_the_command_line_would(page):
    page.begin()
    said = page.ask("change", form={"task": "xor", "hidden": "3"})
    assert said["choices"] == {"hidden": [3]} and said["log"] == []
    assert weights(page) == Session("xor", {"hidden": [3]}).run.network.state_dict()


def test_another_seed_or_task_begins_anew_at_any_time(page):
    page.begin()
    page.ask("advance", epochs=5)
    assert page.ask("change", form={"task": "xor", "seed": "2"})["epochs"] == 0
    page.ask("advance", epochs=5)
    assert page.ask("change", form={"task": "gate", "seed": "2"})["epochs"] == 0


def test_a_neuron_is_removed_with_its_weights_and_no_others(page):
    page.begin(hidden="3 2")
    page.ask("advance", epochs=5)
    before = weights(page)
    said = page.ask("act", what="remove", values=[1, 1])
    after = weights(page)
    assert said["sizes"] == [2, 2, 2, 1] and said["form"]["hidden"] == "2 2"
    assert after["0.weight"] == [before["0.weight"][0], before["0.weight"][2]]
    assert after["0.bias"] == [before["0.bias"][0], before["0.bias"][2]]
    assert after["2.weight"] == [[row[0], row[2]] for row in before["2.weight"]]
    assert after["2.bias"] == before["2.bias"] and after["4.weight"] == before["4.weight"]


def test_a_neuron_and_a_layer_are_added_beside_the_weights_that_are_there(page):
    page.begin(hidden="3")
    page.ask("advance", epochs=5)
    before = weights(page)
    assert page.ask("act", what="add_neuron", values=[1])["sizes"] == [2, 4, 1]
    after = weights(page)
    assert after["0.weight"][:3] == before["0.weight"] and after["2.weight"][0][:3] == before["2.weight"][0]
    assert page.ask("act", what="add_layer", values=[])["sizes"] == [2, 4, 4, 1]
    assert weights(page)["0.weight"] == after["0.weight"] and weights(page)["4.bias"] == after["2.bias"]
    said = page.ask("advance", epochs=5, maps=3)
    assert [len(layer) for layer in said["maps"]] == [4, 4, 1] and len(said["losses"]) == 5


def test_the_last_neuron_of_a_layer_takes_the_layer_with_it(page):
    page.begin(hidden="1 2")
    assert page.ask("act", what="remove", values=[1, 0])["sizes"] == [2, 2, 1]


def test_there_are_limits_to_what_can_be_added_and_removed(page):
    page.begin(hidden="16 1 1 1")
    for what, values in (("add_neuron", [1]), ("add_neuron", [0]), ("add_neuron", [5]), ("add_layer", []),
                         ("remove", [0, 0]), ("remove", [5, 0]), ("remove", [2, 1])):
        assert "error" in page.ask("act", what=what, values=values), what


def test_undo_brings_back_all_there_was(page):
    page.begin()
    page.ask("advance", epochs=7)
    before, form = page.session.state(), dict(page.form)
    for question in (("change", {"form": {"task": "xor", "optimizer": "adam", "lr": "0.1"}}),
                     ("act", {"what": "remove", "values": [1, 0]}), ("start", {"form": {"task": "gate"}}),
                     ("act", {"what": "set_points", "values": [[[0, 0, 1], [1, 1, 0]]]}),
                     ("act", {"what": "set_parameter", "values": ["0.bias", 0, 7.0]})):
        page.ask(question[0], **question[1])
        page.ask("advance", epochs=3)
    for _ in range(5):
        said = page.ask("undo")
    assert page.session.state() == before and page.form == form and said["epochs"] == 7 and said["undo"] == 0
    expected = Session("xor", {})
    expected.advance(7)
    assert page.ask("advance", epochs=3)["losses"] == expected.advance(3)


def test_a_weight_is_edited(page):
    page.begin()
    said = page.ask("act", what="set_parameter", values=["2.weight[1]", 3, 0.125])
    assert weights(page)["2.weight"][1][3] == 0.125 and said["log"] == [[0, "set_parameter", ["2.weight[1]", 3, 0.125]]]


def test_it_can_train_on_after_success(page):
    page.begin(optimizer="adam", lr="0.3")
    done = page.ask("advance", epochs=5000)
    assert done["stopped"]
    said = page.ask("change", form={"task": "xor", "optimizer": "adam", "lr": "0.3", "target_loss": "none"})
    assert said["stopped"] is None and said["epochs"] == done["epochs"]
    assert len(page.ask("advance", epochs=10)["losses"]) == 10


def test_a_link_brings_the_same_state_back(page):
    """The form with which it began, the log and the epochs are all there is in a link."""
    page.begin(seed="4", noise="0.05")
    page.ask("advance", epochs=10)
    page.ask("change", form={**page.form, "lr": "0.3"})
    page.ask("act", what="add_neuron", values=[2])
    page.ask("advance", epochs=10)
    page.ask("act", what="set_points", values=[[*page.ask("points")["points"], [0.25, 0.75, 1]]])
    page.ask("act", what="set_parameter", values=["0.bias", 0, 7.0])
    page.ask("change", form={**page.form, "activation": "tanh", "optimizer": "adam"})
    said = page.ask("advance", epochs=10)
    again = Page()

    def ask(question, **values):
        return json.loads(again.answer(json.dumps({"question": question, **values})))

    ask("start", form=page.session.began)
    for epoch, what, values in page.session.log:
        ask("advance", epochs=epoch - len(again.session.run.curve)) if epoch > len(again.session.run.curve) else None
        if what == "change":
            ask("change", form={**again.form, **values})
        else:
            ask("act", what=what, values=values)
    assert ask("advance", epochs=10) == said and len(page.session.log) == 5


# Points of one's own.

def test_a_csv_of_two_columns_and_a_class_becomes_points(page):
    said = page.ask("read_csv", text="\ufeffa;b;kind\r\n1,5;10;no\r\n2,5;30;yes\r\n\r\n2;20;no\r\n")
    assert said["points"] == [[0.0, 0.0, 0], [1.0, 1.0, 1], [0.5, 0.5, 0]]
    state = page.begin() and page.ask("act", what="set_points", values=[said["points"]])
    assert [point["input"] for point in state["points"]] == [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]]
    assert state["first_line"].startswith("3 points")
    assert page.ask("read_csv", text="0.25,0.5,1\n0.75,0.5,0\n")["points"] == [[0.25, 0.5, 1], [0.75, 0.5, 0]]


@pytest.mark.parametrize("text, message", [
    ("", "The file is empty."), ("a,b,c\n", "The third column must have two classes; found 0."),
    ("1,2\n", "Line 1: expected two numbers"),
    ("1,2,x\n3,<script>,y\n", "Line 2: expected two numbers and a class, found '3, <script>, y'"),
    ("1,2,x\n3,4,x\n", "The third column must have two classes; found 1."),
    ("1,nan,x\n3,4,y\n", "The third column must have two classes; found 1."), ("1,2,x\n3,inf,y\n", "Line 2"),
    ("0,0,a\n" * 500, "The file has 500 rows; the page takes at most 400."),
    pytest.param("x" * 300000, "The file is too large", id="a long file")])
def test_a_csv_that_cannot_be_is_refused_in_a_line(page, text, message):
    said = page.ask("read_csv", text=text)["error"]
    assert said["text"].startswith(message) and len(said["text"]) < 200 and "\n" not in said["text"]


def test_a_field_that_is_too_long_for_the_csv_module_is_refused_in_its_words(page):
    said = page.ask("read_csv", text="1,2,%s\n3,4,x\n" % ("y" * 140_000))["error"]["text"]
    assert re.search(r"^The file is not a CSV that can be read: .*field larger than field limit.*\Z", said)


@pytest.mark.parametrize("rows", [[], [[0.5, 0.5, 1]] * 401, [[2, 0, 1]], [[0, 0, 2]], [[0, 0]], [["0", 0, 1]],
                                  [[True, 0, 1]]])
def test_points_that_cannot_be_are_refused(page, rows):
    page.begin()
    assert "point" in page.ask("act", what="set_points", values=[rows])["error"]["text"]


def test_noise_moves_the_points_that_are_learned_from_and_not_the_fresh_ones(page):
    plain = page.begin(task="linear")["points"]
    moved = page.begin(task="linear", noise="0.1")["points"]
    for a, b in zip(plain, moved):
        assert (a["input"] == b["input"]) == (a["part"] == "test")
    assert all(0.0 <= x <= 1.0 for point in moved for x in point["input"])
    assert page.begin(task="linear", noise="0.1")["points"] == moved


# What stands on a card.

@pytest.mark.parametrize("source", [None, 1])
def test_a_card_has_the_numbers_of_explain_and_lines_that_stand_in_the_source(page, source):
    page.begin()
    page.ask("advance", epochs=7)
    said = page.ask("card", sample=3, column=2, place=1, source=source)["quantities"]
    names = [each["name"] for each in said]
    assert names == (["z⁽²⁾_1", "a⁽³⁾_1", "∂a⁽³⁾_1/∂z⁽²⁾_1", "δ⁽²⁾_1", "∂C/∂b⁽²⁾_1"] if source is None else
                     ["∂C/∂w⁽²⁾_11", "new w⁽²⁾_11"])
    text = cli("explain", "xor", "--step", 7, "--sample", 3).stdout
    for each in said:
        assert "%.6g" % each["result"] in text or str(each["result"]) in text, each
        with open(os.path.join(ROOT, each["file"]), encoding="utf-8") as file:
            lines = file.read().split("\n")
        for i, line in enumerate(each["source"]):
            assert lines[each["line"] - 1 + i].strip() == line.strip()
    assert "weights[k] * inputs[k]" in "".join(said[0]["source"]) or source is not None


@pytest.mark.parametrize("where", [(9, 0, None), (1, 4, None), (-1, 0, None), (0, 0, 0), (1, 0, 2), (1, 0, -1)])
def test_there_is_no_card_of_what_is_not_there(page, where):
    page.begin()
    column, place, source = where
    assert "There is no such" in page.ask("card", sample=0, column=column, place=place, source=source)["error"]["text"]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_neurons_map_is_its_activation_in_the_whole_network(page, activation):
    page.begin(activation=activation, hidden="3 2")
    maps = page.ask("look", maps=3)["maps"]
    network = page.session.run.network
    for i, x in enumerate([[a, b] for b in (1.0, 0.5, 0.0) for a in (0.0, 0.5, 1.0)]):
        values = x
        for place, layer in enumerate(network.layers):
            values = layer.forward(values)
            if place % 2:
                assert [column[i] for column in maps[place // 2]] == [round(value, 3) for value in values]
    assert len(linears(network)) == len(maps) == 3


def test_the_slopes_are_those_of_all_points_and_leave_nothing_behind(page):
    page.begin()
    before = [list(grads) for _, _, grads in page.session.run.network.parameters()]
    slopes = page.ask("look", maps=0, slopes=True)["slopes"]
    run, h = page.session.run, 1e-6
    values = list(run.network.parameters())[1][1]
    costs = []
    for sign in (1, -1):
        values[1] += sign * h
        costs.append(run.measured().train.loss)
        values[1] -= sign * h
    assert slopes[1][1] == pytest.approx((costs[0] - costs[1]) / (2 * h), rel=1e-5)
    assert [list(grads) for _, _, grads in run.network.parameters()] == [[0.0] * len(row) for row in before]


# The step, line by line.

@pytest.mark.slow
def test_a_step_is_walked_through_as_it_was_recorded_forward_and_back(page):
    page.begin()
    page.ask("advance", epochs=7)
    before = page.session.state()
    shown = page.ask("record", sample=3)
    recording = page.walk.recording
    assert shown["events"] == len(recording) > 700
    assert [phase for _, phase in shown["phases"]] == ["forward", "backward", "cost", "update"]
    forward = [shown]
    while forward[-1]["number"] < len(recording) - 1:
        forward.append(page.ask("go", number=forward[-1]["number"], how="line"))
    assert len(forward) == len(recording)
    for event, view in zip(recording.events, forward):
        named = recording.functions[event.function]
        assert view["function"][:3] == [named.name, named.file, event.line] and view["phase"] == event.place.phase
        assert len(view["stack"]) == event.depth
        line, = [row for row in view["source"] if any(style == "now" for _, style in row)]
        assert "".join(text for text, _ in line).split()[1] == str(event.line)
    number = len(recording) - 1
    for view in reversed(forward[1:]):
        assert page.ask("view", number=number) == view
        number = page.ask("go", number=number, how="line", way=-1)["number"]
    assert number == 0 and page.ask("go", number=0, how="line", way=-1)["number"] == 0
    assert page.session.state() == before


def test_the_levels_of_the_place_are_steps_and_an_edge_leads_to_the_line_that_wrote_it(page):
    page.begin()
    page.ask("record", sample=3)
    layer = page.ask("go", number=0, how="layer")
    assert (layer["place"]["layer"], layer["column"]) == (0, 1)
    activation = page.ask("go", number=layer["number"], how="layer")
    assert activation["column"] == 1 and page.ask("go", number=activation["number"], how="layer")["column"] == 2
    slope = page.ask("wrote", number=100, column=2, place=1, source=3)
    assert "weight_grads[k] += delta * inputs[k]" in page.walk.recording.source_line(slope["number"])
    assert (slope["phase"], slope["column"]) == ("backward", 2)
    assert slope["place"] == {"phase": "backward", "sample": 3, "layer": 2, "neuron": 1, "input": 3}
    weight = page.ask("wrote", number=len(page.walk.recording) - 1, column=2, place=1, source=3)
    assert weight["phase"] == "update" and "2.weight[1][3]" in weight["equation"][1]


def test_a_prediction_hides_the_result_and_is_told_whether_it_is_right(page):
    page.begin()
    page.ask("record", sample=3)
    asked = page.ask("go", number=0, how="formula", hides=True)
    seen = page.ask("view", number=asked["number"])
    assert asked["equation"] == [asked["asked"] + " = ?"] and len(seen["equation"]) == 2 and seen["asked"] is None
    answer = page.walk.recording.events[asked["number"]].result
    nearly = str(answer * 1.005).replace(".", ",")
    for text, right in ((str(answer), True), (nearly, True), (str(answer * 1.02), False)):
        assert page.ask("guess", number=asked["number"], text=text)["right"] is right
    assert "found '<b>'" in page.ask("guess", number=asked["number"], text="<b>")["error"]["text"]
    assert "Nothing is asked" in page.ask("guess", number=0, text="1")["error"]["text"]
    slope = page.ask("wrote", number=700, column=1, place=1, source=0)["number"]
    delta = walking.last_change(page.walk.recording, slope, "1.input_grad[1]")
    asked = page.ask("go", number=page.ask("go", number=delta, how="formula")["number"], how="formula", hides=True)
    assert asked["asked"] == "delta[1]" and asked["equation"][1:] == [
        "delta.append(grad[j] * derivative(z[j], a[j]))", "delta[1] = ?"]
    assert page.ask("guess", number=asked["number"], text="-0.00534")["right"] is True


@pytest.mark.parametrize("question", [
    {"question": "view", "number": -1}, {"question": "view", "number": 10 ** 9}, {"question": "view", "number": True},
    {"question": "go", "number": 0, "how": "question"}, {"question": "go", "number": "x", "how": "line"},
    {"question": "wrote", "number": 0, "column": 9, "place": 0, "source": 0},
    {"question": "wrote", "number": 0, "column": 1, "place": 99, "source": 0}, {"question": "record", "sample": -1}])
def test_there_is_no_step_where_there_is_none(page, question):
    page.begin()
    assert "error" in page.ask("view", number=0)
    page.ask("record", sample=0)
    assert set(page.ask(**question)) == {"error"}


def test_where_the_step_to_be_recorded_diverges_it_is_said(page):
    page.begin(lr="1e300", activation="identity")
    page.ask("advance", epochs=5)
    assert "diverged" in page.ask("record", sample=0)["error"]["text"]


# The gallery's mistakes, planted.

@pytest.mark.slow
def test_each_mistake_of_the_gallery_says_what_catches_it_and_most_can_be_watched(page):
    said = page.ask("choices")["mistakes"]
    assert [each["name"] for each in said] == [each.name for each in MISTAKES]
    drawn = [each["name"] for each in said if each["form"]]
    assert len(drawn) == 19 and not {"softmax-diagonal", "log-of-zero", "exp-overflow", "updated-weights"} & set(drawn)
    for each in said:
        assert len(page.ask("caught", name=each["name"])["text"]) > 20


@pytest.mark.parametrize("mistake", [each for each in MISTAKES if planting.form(each)], ids=lambda each: each.name)
@pytest.mark.slow
def test_a_planted_mistake_trains_otherwise_and_leaves_the_core_as_it_was(page, mistake):
    form = planting.form(mistake)
    page.ask("start", form=form)
    wrong = page.ask("advance", epochs=20, maps=3, slopes=True)
    assert wrong.get("losses") is not None and "error" not in wrong
    page.ask("start", form={**form, "mistake": ""})
    right = page.ask("advance", epochs=20)
    assert wrong["losses"] != right["losses"]
    assert mistake.check()[0]
    assert right["losses"] == Session(form["task"], page.session.chosen).advance(20)


# The presets and the tour.

def presets():
    found = json.loads(text_of("presets.json"))
    return [(each.get("name") or each["title"], each["link"]) for each in found["presets"] + found["tour"]]


@pytest.mark.parametrize("name, link", presets())
def test_each_preset_and_each_stop_of_the_tour_can_be_gone_to(page, name, link):
    parts = dict(part.split("=") for part in link.split("&"))
    epochs = int(parts.pop("epochs", 0))
    parts.pop("lines", None)
    assert "error" not in page.ask("start", form=parts)
    state = page.ask("advance", epochs=epochs) if epochs else page.session.state()
    assert not state["diverged"]
    if name == "It has learned":
        assert state["right"] == 21 and state["stopped"].startswith("Stopped: the loss is below 0.005")
    elif name == "The edge turns":
        assert state["right"] >= 95
    elif name == "Plateau":
        assert abs(state["losses"][-1] - 0.2494) < 0.001 and state["right"] < 21
        assert page.ask("advance", epochs=5000)["right"] == 21
    elif name == "Equal weights":
        assert [len(set(map(tuple, layer))) for layer in page.session.maps(5)] == [1, 1, 1]
    elif name == "Dead ReLU":
        flat = [neuron for neuron in page.session.maps(5)[0] if not any(neuron)]
        assert flat, page.session.maps(5)[0]
    elif name == "Rate too large":
        rises = [b - a for a, b in zip(state["losses"], state["losses"][1:]) if b > a]
        assert len(rises) > 30
    elif name == "Vanishing gradient":
        slopes = page.session.slopes()
        sizes = [max(abs(value) for value in row) for row in (slopes[0], slopes[-2])]
        assert sizes[0] < sizes[1] / 50


def test_the_tour_has_six_stops_of_two_sentences():
    stops = json.loads(text_of("presets.json"))["tour"]
    assert len(stops) == 6
    assert all(len(re.findall(r"[.:](?= |$)", stop["text"])) in (2, 3) and stop["title"] for stop in stops)


# What the page is made of.

@pytest.mark.skipif(sys.implementation.name != "cpython", reason="auto picks other engines there")
@pytest.mark.slow
def test_the_page_fetches_the_modules_that_a_training_needs_and_no_others():
    assert json.loads(text_of("sources.json")) == make_page.sources()


def test_what_is_shown_before_python_has_arrived_is_what_python_says():
    assert json.loads(text_of("first.json")) == make_page.first()


def test_the_hashes_in_the_page_are_those_of_its_files():
    page = text_of("index.html")
    assert hashes.renewed(page) == page, "python -m tests.make_page"
    assert len(re.findall(r'"\./\w+\.js": "\./\w+\.js\?\w{12}"', page)) == len(
        [name for name in os.listdir(WEB) if name.endswith(".js")])
    assert 'integrity=""' not in page and "'sha256-'" not in page


def test_the_policy_of_the_page_lets_in_no_script_of_others_and_none_within():
    page = text_of("index.html")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert re.search(r"script-src 'self' 'sha256-[\w+/=]+';", policy)
    assert not re.search(r"\son\w+=|style=", page)
    assert len(re.findall("<script", page)) == 2
    for name in os.listdir(WEB):
        if name.endswith(".js"):
            assert not re.search(r"\beval\(|new Function|document\.write|outerHTML", text_of(name)), name
            assert text_of(name).count("innerHTML") == (name == "main.js"), name


def test_the_page_loads_the_pyodide_that_the_tests_run():
    version = json.loads(text_of("package.json"))["dependencies"]["pyodide"]
    assert 'data-pyodide="https://cdn.jsdelivr.net/npm/pyodide@%s/"' % version in text_of("index.html")
    scripts = "".join(text_of(name) for name in os.listdir(WEB) if name.endswith((".js", ".css")))
    assert re.findall(r"https?://[^\s\"]+", scripts) == ["http://www.w3.org/2000/svg"]


def test_every_element_that_the_scripts_ask_for_is_on_the_page():
    scripts, page = "".join(text_of(name) for name in os.listdir(WEB) if name.endswith(".js")), text_of("index.html")
    asked = set(re.findall(r'\$\("([\w-]+)"\)', scripts))
    assert len(asked) > 40
    assert asked <= set(re.findall(r'id="([\w-]+)"', page))


@pytest.mark.parametrize("name", [name for name in os.listdir(WEB) if name.endswith((".js", ".py"))])
def test_no_file_of_the_page_is_longer_than_300_lines(name):
    assert text_of(name).count("\n") <= 300
