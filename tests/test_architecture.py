"""A network's layers in words: said, checked before anything is made, and made again."""
import re

import pytest

from purenn import (Identity, Layer, LeakyReLU, Linear, Network, PurennError, ReLU, Sigmoid, Softmax, Tanh)
from purenn.activations import ACTIVATIONS
from purenn.files.architecture import LAYERS, MOST_PARAMETERS, build, check_weights, describe, shapes


def every_layer():
    return Network([Linear(3, 5), Sigmoid(), Linear(5, 4, bias=False), Tanh(), ReLU(), Linear(4, 4), LeakyReLU(0.2),
                    LeakyReLU(), Identity(), Linear(4, 2), Softmax()])


def test_every_layer_that_purenn_has_can_be_said():
    assert set(LAYERS.values()) == {Linear, *ACTIVATIONS.values()}
    assert {type(layer) for layer in every_layer().layers} == set(LAYERS.values())


def test_a_network_made_from_its_description_is_the_same_but_for_what_it_has_learned():
    network = every_layer()
    made = build(describe(network))
    assert repr(made) == repr(network)
    assert {type(layer) for layer in made.layers} == set(LAYERS.values())
    assert made.layers[6].negative_slope == 0.2
    made.load_state_dict(network.state_dict())
    assert made.predict([[0.1, -0.2, 0.3]]) == network.predict([[0.1, -0.2, 0.3]])


def test_a_description_reads_as_the_layers_are_written():
    assert describe(Network([Linear(2, 4, bias=False), LeakyReLU()])) == [
        {"layer": "Linear", "in_features": 2, "out_features": 4, "bias": False},
        {"layer": "LeakyReLU", "negative_slope": 0.01}]


def test_the_shapes_are_those_of_the_state_dict():
    network = every_layer()
    state = network.state_dict()
    found = shapes(describe(network))
    assert list(found) == list(state)
    for name, shape in found.items():
        assert shape == ((len(state[name]), len(state[name][0])) if len(shape) == 2 else (len(state[name]),))


@pytest.mark.parametrize("own", [type("Mine", (Layer,), {}), type("Sigmoid", (Sigmoid,), {}), type("Linear", (), {})])
def test_a_layer_of_your_own_is_refused_even_under_a_known_name(own):
    with pytest.raises(PurennError, match="layer 1, .*is one of your own"):
        describe(type("", (), {"layers": [Linear(2, 2), own()]})())


LINEAR = {"layer": "Linear", "in_features": 2, "out_features": 4, "bias": True}


@pytest.mark.parametrize("description, message", [
    (None, "the architecture is None; it must be a list of layers"),
    ([], "the architecture is []; it must be a list of layers"),
    ([3], 'architecture[0] is 3; it must be a dict with a "layer"'),
    ([{}], 'architecture[0] is {}; it must be a dict with a "layer"'),
    ([{"layer": []}], "architecture[0] is {'layer': []}; it must be a dict"),
    ([{"layer": "Conv2d"}], "architecture[0]: the layer 'Conv2d' is unknown; it must be one of Linear, Sigmoid"),
    ([{"layer": "Tanh", "bias": True}], "architecture[0]: a Tanh has layer; found 'layer, bias'"),
    ([{"layer": "Linear", "in_features": 2}], "a Linear has layer, in_features, out_features, bias; found"),
    ([{**LINEAR, "in_features": 0}], "architecture[0]: in_features is 0; it must be a whole number from 1 up"),
    ([{**LINEAR, "out_features": True}], "architecture[0]: out_features is True; it must be a whole number"),
    ([{**LINEAR, "out_features": 2.0}], "architecture[0]: out_features is 2.0; it must be a whole number"),
    ([{**LINEAR, "bias": 1}], "architecture[0]: bias is 1; it must be true or false"),
    ([LINEAR, {"layer": "LeakyReLU", "negative_slope": "x"}], "architecture[1]: negative_slope[0] is 'x'"),
    ([LINEAR, {"layer": "LeakyReLU", "negative_slope": True}], "architecture[1]: negative_slope has true or false"),
    ([LINEAR, {"layer": "ReLU"}, LINEAR], "architecture[2] has 2 inputs, and the layers before it put out 4"),
    ([{**LINEAR, "in_features": 10 ** 400}], "the architecture has 4000"),
    ([{**LINEAR, "in_features": MOST_PARAMETERS // 4}], "has 20000004 parameters; at most 20000000 are read"),
    ([{"layer": "ReLU"}] * 1001, "the architecture has 1001 layers; at most 1000 are read"),
])
def test_a_description_that_cannot_be_is_refused_before_anything_is_made(description, message, monkeypatch):
    monkeypatch.setattr(Linear, "__init__", None)           # to make one would raise another error
    for function in (build, shapes):
        with pytest.raises(PurennError, match=re.escape(message)) as caught:
            function(description)
        assert len(str(caught.value)) < 300


GOOD = {"0.weight": [[1.0, 2.0], [3.0, 4.0]], "0.bias": [5.0, 6.0]}


@pytest.mark.parametrize("change, message", [
    ({"0.bias": None}, "0.bias is None; expected a list of numbers"),
    ({"0.bias": [1.0]}, "0.bias has length 1; expected 2"),
    ({"0.bias": [1.0, True]}, "0.bias has true or false in it"),
    ({"0.bias": [1.0, "2"]}, "0.bias[1] is '2'; every entry must be a finite number"),
    ({"0.bias": [1.0, 10 ** 400]}, "0.bias[1] is 1000"),
    ({"0.bias": [[1.0], [2.0]]}, "0.bias[0] is [1.0]; every entry must be a finite number"),
    ({"0.weight": [1.0, 2.0]}, "0.weight[0] is 1.0; expected a list of numbers"),
    ({"0.weight": [[1.0, 2.0]]}, "0.weight is a list of 1; the architecture says 2 rows"),
    ({"0.weight": {}}, "0.weight is {}; the architecture says 2 rows"),
    ({"0.weight": [[1.0, 2.0], [3.0]]}, "0.weight[1] has length 1; expected 2"),
    ({"0.weight": [[1.0, 2.0], [3.0, float("inf")]]}, "0.weight[1][1] is inf; every entry must be a finite number"),
    ({"1.weight": [1.0]}, "'1.weight' is among the weights, but the architecture does not have it"),
])
def test_weights_that_do_not_fit_are_refused(change, message):
    expected = {"0.weight": (2, 2), "0.bias": (2,)}
    check_weights(expected, GOOD)
    check_weights(expected, {**GOOD, "0.bias": [5, 6]})     # somebody wrote whole numbers: they will do
    with pytest.raises(PurennError) as caught:
        check_weights(expected, {**GOOD, **change})
    assert str(caught.value).startswith(message)


def test_weights_that_are_missing_are_refused():
    with pytest.raises(PurennError, match="0.bias is missing, but the architecture has it"):
        check_weights({"0.weight": (2, 2), "0.bias": (2,)}, {"0.weight": GOOD["0.weight"]})
