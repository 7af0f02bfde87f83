"""Networks: layers in order."""
import random

import pytest

from purenn import Linear, Network, PurennError, ReLU, ShapeError, Sigmoid

from .helpers import small_network


def test_forward_goes_through_the_layers_in_order():
    network = Network([Linear(2, 1, rng=random.Random(1)), ReLU()])
    network.load_state_dict({"0.weight": [[1.0, -2.0]], "0.bias": [0.5]})
    assert network.forward([1.0, 0.0]) == [1.5]
    assert network.forward([0.0, 1.0]) == [0.0]
    assert network.predict([[1.0, 0.0], [0.0, 1.0]]) == [[1.5], [0.0]]


def test_backward_returns_the_slope_of_the_output_by_the_input():
    network = small_network(sizes=(2, 3, 1))
    x, h = [0.3, -0.2], 1e-6
    network.forward(x)
    slopes = network.backward([1.0])
    for k in range(2):
        above, below = list(x), list(x)
        above[k] += h
        below[k] -= h
        assert slopes[k] == pytest.approx((network.forward(above)[0] - network.forward(below)[0]) / (2 * h), rel=1e-7)


def test_parameters_and_state_dict_have_pytorchs_names_and_shapes():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    assert network.count_parameters() == 37
    names = [name for name, _, _ in network.parameters()]
    assert names[:5] == ["0.weight[0]", "0.weight[1]", "0.weight[2]", "0.weight[3]", "0.bias"]
    state = network.state_dict()
    assert sorted(state) == ["0.bias", "0.weight", "2.bias", "2.weight", "4.bias", "4.weight"]
    assert (len(state["0.weight"]), len(state["0.weight"][0]), len(state["4.bias"])) == (4, 2, 1)


def test_the_letters_network_has_795010_parameters():
    assert Network.mlp([784, 1000, 10], init="zeros").count_parameters() == 795010


def test_a_state_dict_is_a_copy_and_loading_it_gives_the_same_network():
    first, second = small_network(seed=1), small_network(seed=2)
    state = first.state_dict()
    second.load_state_dict(state)
    x = [0.1, 0.2, 0.3]
    assert second.forward(x) == first.forward(x)
    state["0.weight"][0][0] = 99.0
    assert first.layers[0].weight[0][0] != 99.0 and second.layers[0].weight[0][0] != 99.0


def test_loading_keeps_the_lists_that_an_optimizer_holds():
    network = small_network()
    held = [values for _, values, _ in network.parameters()]
    network.load_state_dict(small_network(seed=9).state_dict())
    assert all(values is own for values, (_, own, _) in zip(held, network.parameters()))


@pytest.mark.parametrize("change, message", [
    (lambda state: state.pop("0.bias"), r"load_state_dict: '0.bias' is missing; this network has 0.weight, 0.bias"),
    (lambda state: state.update({"9.weight": [[1.0]]}), "load_state_dict: there is no '9.weight' here"),
    (lambda state: state["0.weight"].pop(), "0.weight has 3 rows; expected 4"),
    (lambda state: state["2.weight"][1].append(1.0), r"2.weight\[1\] has length 5; expected 4"),
    (lambda state: state["2.bias"].__setitem__(0, float("nan")), r"2.bias\[0\] is nan; every entry must be a finite"),
])
def test_a_state_that_does_not_fit_is_refused_and_nothing_of_it_taken(change, message):
    network, state = small_network(seed=1), small_network(seed=2).state_dict()
    before = network.state_dict()
    change(state)
    with pytest.raises(PurennError, match=message):
        network.load_state_dict(state)
    assert network.state_dict() == before


def test_zero_grad_clears_every_gradient():
    network = small_network()
    network.forward([1.0, 2.0, 3.0])
    network.backward([1.0, 1.0, 1.0])
    assert any(grad for _, _, grads in network.parameters() for grad in grads)
    network.zero_grad()
    assert not any(grad for _, _, grads in network.parameters() for grad in grads)


def test_mlp_without_hidden_layers_and_with_names():
    assert repr(Network.mlp([2, 1], init="zeros")) == "Network([Linear(2, 1), Sigmoid()])"
    network = Network.mlp([2, 3, 1], activation="relu", output_activation=None, bias=False)
    assert repr(network) == "Network([Linear(2, 3, bias=False), ReLU(), Linear(3, 1, bias=False)])"


class Alike:
    """What has the methods of a layer and is none."""

    forward, backward, parameters = Sigmoid.forward, Sigmoid.backward, Sigmoid.parameters

    def __repr__(self):
        return "Alike()"


@pytest.mark.parametrize("call, kind, message", [
    (lambda: Network([]), PurennError, "Network: the list of layers is empty"),
    (lambda: Network(Linear(2, 1)), PurennError, r"Network: layers is Linear\(2, 1\); give a list of layers"),
    (lambda: Network([Sigmoid]), PurennError, r"Network: layers\[0\] is <class .*expected a layer"),
    (lambda: Network([Alike()]), PurennError, r"Network: layers\[0\] is Alike\(\); expected .*or "
     r"an instance of your own subclass of Layer"),
    (lambda: Network([Linear(2, 2), *[Sigmoid()] * 2]), PurennError,
     r"Network: layers\[2\], Sigmoid\(\), is in the list twice"),
    (lambda: small_network().load_state_dict(None), PurennError, "load_state_dict: found a NoneType; give what"),
    (lambda: Network.mlp([2, 1], output_activation="foo"), PurennError, "Network.mlp: output_activation is 'foo'"),
    (lambda: Network([Linear(2, 3), Linear(4, 1)]), ShapeError,
     r"Network: layers\[1\] is Linear\(4, 1\), but the layers before it put out 3 numbers; give it 3 inputs"),
    (lambda: Network.mlp([2]), PurennError, r"Network.mlp: sizes is \[2\]; give a list"),
    (lambda: Network.mlp([2, 1], activation="foo"), PurennError, "Network.mlp: activation is 'foo'; it must be one of"),
    (lambda: small_network().predict([[1.0, 2.0]]), ShapeError, r"inputs\[0\] has length 2; expected 3"),
    (lambda: small_network().predict([[1.0, 2.0, "a"]]), PurennError, r"inputs\[0\]\[2\] is 'a'; every entry"),
    (lambda: small_network().forward([1.0]), ShapeError, r"Linear\(3, 4\): the input has 1 numbers; expected 3"),
])
def test_what_cannot_be_a_network_or_its_input_is_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
