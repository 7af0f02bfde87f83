"""What a run is said to have come to."""
from types import SimpleNamespace

import pytest

from purenn import Dataset, DivergedError, Network, evaluate
from purenn.data.why_not_learned import diagnose, has_bend, why_not_learned
from purenn.data.preparation import of_points
from purenn.data.tasks import xor
from purenn.runs import Run, Score, Settings, problems
from purenn.training import Epoch

FLAT, FALLING = [0.25] * 100, [1.0 / (i + 1) for i in range(100)]


def run_of(losses=FLAT, problem=None, network=None, target_loss=None, **settings):
    """A Run that has had epochs with these losses, whatever it would have come to by itself."""
    run = Run(problem or problems.xor(), Settings(sizes=(2, 4, 1), init="zeros", target_loss=target_loss, **settings),
              network=network)
    run.curve = [Epoch(number, loss, 0.5, None, None) for number, loss in enumerate(losses, 1)]
    return run


def said(outputs, losses=FLAT, **what):
    return " ".join(diagnose(run_of(losses, **what), outputs))


def right_outputs():
    return [[0.9 if y else 0.1] for y, in xor().targets]


def test_what_is_learned_needs_no_words():
    assert said(right_outputs()) == ""
    assert said(right_outputs(), target_loss=0.02) == ""


def test_right_but_above_the_target():
    assert "All points are on the right side, but the loss, 0.01, has not come below 0.005." in said(
        right_outputs(), target_loss=0.005)
    assert "still falling" in said(right_outputs(), FALLING, target_loss=0.005)
    assert "almost stopped falling: try a larger lr" in said(right_outputs(), FLAT, target_loss=0.005)


def test_the_first_plateau_is_told_with_the_loss_of_the_best_constant():
    text = said([[0.47 + 0.001 * i] for i in range(21)])
    assert "The output is about 0.480 for every input" in text
    assert "The best constant, 0.476, has loss 0.249433." in text
    assert "Try a larger lr" in text
    assert "has loss 0.5" in said([[0.5]] * 4, problem=problems.gate(), loss="half-sse")


def test_the_second_plateau_names_the_point():
    outputs = right_outputs()
    outputs[xor().inputs.index([0.5, 0.5])] = [0.9]
    text = said(outputs)
    assert "All points but one are right: (0.5, 0.5) is wrong" in text and "try another seed" in text


def test_several_wrong_points_are_counted():
    outputs = right_outputs()
    outputs[0] = outputs[1] = [0.5]
    outputs[2] = [0.7]
    assert "2 of 21 points are wrong" in said(outputs)


def test_without_a_bend_the_shape_is_to_blame_unless_a_line_would_do():
    assert "no straight line separates these classes" in said([[0.47]] * 21, activation="identity")
    assert "no straight line separates these classes" in said(
        [[0.47]] * 21, network=Network.mlp([2, 4, 1], activation="identity", init="zeros"))
    separable = problems.xor()._replace(separable=True)
    assert "straight line" not in said([[0.47]] * 21, activation="identity", problem=separable)


def test_steps_that_were_too_large_are_told_from_the_plateau():
    text = said([[0.0]] * 21)
    assert "The loss, 0.47619, is far above that of the best constant answer, 0.249433" in text
    assert text.endswith("Try a smaller lr.")


def test_a_short_run_can_be_falling_too():
    assert "still falling" in said([[0.47]] * 21, [0.3, 0.28])
    assert "still falling" not in said([[0.47]] * 21, [0.3])
    assert "still falling" not in said([[0.47]] * 21, [])


def test_nothing_is_said_where_validation_data_say_more_and_of_several_outputs_how_many_are_wrong():
    points = problems.xor()
    wrong = [[0.47]] * 21
    assert said(wrong) != ""
    assert said(wrong, problem=points._replace(validation=points.train)) == ""
    twice = points.train._replace(targets=[[y, 1.0 - y] for y, in points.train.targets])
    run = Run(points._replace(train=twice), Settings(sizes=(2, 4, 2), init="zeros"))
    assert diagnose(run, [[0.47, 0.47]] * 21) == ["11 of 21 points are wrong, and the loss is 0.2509."]


def test_a_training_that_diverged_has_not_learned():
    run = Run(problems.xor(), Settings(lr=1e300, activation="identity", output_activation=None, epochs=50))
    with pytest.raises(DivergedError):
        run.result()
    result = run.result().as_json()
    assert not result["learned"] and "diverged" in result["why_not_learned"][0]


def test_numbers_are_neither_right_nor_wrong():
    data = Dataset([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [[0.3], [7.0], [0.6]])
    run = Run(problems.xor()._replace(train=data), Settings(sizes=(2, 4, 1), target_loss=0.01))
    assert diagnose(run, [[0.31], [6.99], [0.6]]) == []
    assert diagnose(run, [[0.0], [0.0], [0.0]])[0].startswith("The loss, 16.4833, has not come below 0.01.")


@pytest.mark.parametrize("right, count", [(7, 25), (14, 25), (15, 29)])
def test_as_many_right_as_the_most_frequent_class_alone_is_not_better(right, count):
    problem = problems.xor()._replace(kind="table", preparation=of_points(2))
    train = Score(measures={"confusion": [[3, 0], [1, 0]]})
    run = SimpleNamespace(problem=problem, stopped="epochs")
    for hit, said_why in ((right, 1), (right + 1, 0)):
        test = Score(measures={"confusion": [[hit, 0], [count - right, 0]] if hit == right else
                               [[right, 0], [count - right - 1, 1]]})
        assert len(why_not_learned(run, train, test)) == said_why


def test_a_bend_is_an_activation_before_the_last_linear_layer():
    assert has_bend(Network.mlp([2, 4, 1], activation="tanh", output_activation=None))
    assert not has_bend(Network.mlp([2, 4, 1], activation="identity"))
    assert not has_bend(Network.mlp([2, 4, 1], activation=None, output_activation="sigmoid"))
    assert not has_bend(Network.mlp([2, 1]))


def test_a_real_run_that_is_cut_short_is_told_as_falling_or_flat():
    run = Run(problems.xor(), Settings(lr=1.0, epochs=300))
    result = run.result()
    text = " ".join(diagnose(run, evaluate(run.network, run.loss, xor())[2]))
    assert "plateau of a constant output" in text
    assert result.why_not_learned == diagnose(run, result.train.outputs) and " ".join(result.why_not_learned) == text
