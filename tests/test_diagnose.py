"""What a run is said to have come to."""
import random

from purenn import SGD, HalfSquaredErrorLoss, MSELoss, Network, evaluate, train
from purenn.data.tasks import gate, xor
from purenn.runs.diagnose import diagnose, has_bend

FLAT, FALLING = [0.25] * 100, [1.0 / (i + 1) for i in range(100)]


def said(outputs, losses=FLAT, data=None, network=None, loss=None, **settings):
    network = network or Network.mlp([2, 4, 1], init="zeros")
    return " ".join(diagnose(network, loss or MSELoss(), data or xor(), outputs, losses, **settings))


def right_outputs():
    return [[0.9 if y else 0.1] for y, in xor().targets]


def test_what_is_learned_needs_no_words():
    assert said(right_outputs()) == ""
    assert said(right_outputs(), target_loss=0.02) == ""


def test_right_but_above_the_target():
    assert "All points are on the right side, but the loss, 0.01, has not come below 0.005." in said(
        right_outputs(), target_loss=0.005)
    assert "still falling" in said(right_outputs(), FALLING, target_loss=0.005)
    assert "almost stopped falling: try a larger --lr" in said(right_outputs(), FLAT, target_loss=0.005)


def test_the_first_plateau_is_told_with_the_loss_of_the_best_constant():
    text = said([[0.47 + 0.001 * i] for i in range(21)])
    assert "It answers about 0.480 whatever the input" in text
    assert "The best constant, 0.476, has loss 0.249433." in text
    assert "Try a larger --lr" in text
    assert "has loss 0.5" in said([[0.5]] * 4, data=gate(), loss=HalfSquaredErrorLoss())


def test_the_second_plateau_names_the_point():
    outputs = right_outputs()
    outputs[xor().inputs.index([0.5, 0.5])] = [0.9]
    text = said(outputs)
    assert "all points but one: (0.5, 0.5) is wrong" in text and "try another --seed" in text


def test_several_wrong_points_are_counted():
    outputs = right_outputs()
    outputs[0] = outputs[1] = [0.5]
    outputs[2] = [0.7]
    assert "It has 2 of 21 points wrong" in said(outputs)


def test_without_a_bend_the_shape_is_to_blame_unless_a_line_would_do():
    straight = Network.mlp([2, 4, 1], activation="identity", init="zeros")
    assert "no straight line separates these classes" in said([[0.47]] * 21, network=straight)
    assert "straight line" not in said([[0.47]] * 21, network=straight, separable=True)


def test_steps_that_were_too_large_are_told_from_the_plateau():
    text = said([[0.0]] * 21)
    assert "The loss, 0.47619, is far above that of the best constant answer, 0.249433" in text
    assert text.endswith("Try a smaller --lr.")


def test_a_short_run_can_be_falling_too():
    assert "still falling" in said([[0.47]] * 21, [0.3, 0.28])
    assert "still falling" not in said([[0.47]] * 21, [0.3])


def test_a_bend_is_an_activation_before_the_last_linear_layer():
    assert has_bend(Network.mlp([2, 4, 1], activation="tanh", output_activation=None))
    assert not has_bend(Network.mlp([2, 4, 1], activation="identity"))
    assert not has_bend(Network.mlp([2, 4, 1], activation=None, output_activation="sigmoid"))
    assert not has_bend(Network.mlp([2, 1]))


def test_a_real_run_that_is_cut_short_is_told_as_falling_or_flat():
    network = Network.mlp([2, 4, 4, 1], rng=random.Random(1))
    losses = [epoch.loss for epoch in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1.0), 300)]
    text = said(evaluate(network, MSELoss(), xor())[2], losses, network=network, target_loss=0.005)
    assert "plateau of a constant output" in text
