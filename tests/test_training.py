"""The training loop, and the engine it drives."""
import random

import pytest

from purenn import (SGD, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, DivergedError, HalfSquaredErrorLoss, Identity,
                    Layer, Linear, MSELoss, Network, PurennError, ShapeError, Sigmoid, Softmax, evaluate, train)
from purenn.data.tasks import Dataset, gate, xor
from purenn.engines.loops import Loops, batch_cost
from purenn.training import are_classes, batches, class_of, is_right

from .helpers import close, small_data, small_network


def xor_network(seed=1):
    return Network.mlp([2, 3, 1], rng=random.Random(seed))


def test_loss_does_not_depend_on_batch_size():
    for loss in (MSELoss(), MSELoss("sum"), HalfSquaredErrorLoss()):
        found = []
        for size in (None, 1, 4, 20):
            network = xor_network()
            found.append(next(train(network, xor(), loss, SGD(network.parameters(), lr=0.0), 1, batch_size=size)).loss)
        assert close(found, [found[0]] * 4, 1e-13), loss


def test_gradients_of_batches_add_up_to_those_of_the_whole():
    network, data, loss = small_network(), small_data(count=6), MSELoss("sum")
    Loops().gradients(network, loss, *data)
    whole = [list(grads) for _, _, grads in network.parameters()]
    network.zero_grad()
    for inputs, targets in batches(data, 4):
        Loops().gradients(network, loss, inputs, targets)
    assert close([list(grads) for _, _, grads in network.parameters()], whole, 1e-12)


def test_a_mean_is_the_sum_over_n():
    network, data = small_network(sizes=(3, 4, 1)), small_data(count=5)
    targets = [[y[0]] for y in data.targets]
    network.zero_grad()
    mean, _ = Loops().gradients(network, MSELoss(), data.inputs, targets)
    mean_grads = [grad for _, _, grads in network.parameters() for grad in grads]
    network.zero_grad()
    total, _ = Loops().gradients(network, MSELoss("sum"), data.inputs, targets)
    total_grads = [grad for _, _, grads in network.parameters() for grad in grads]
    assert mean == pytest.approx(total / 5, rel=1e-14)
    assert mean_grads == pytest.approx([grad / 5 for grad in total_grads], rel=1e-12)


def test_the_cost_and_the_outputs_are_those_of_the_forward_pass():
    network, data, loss = small_network(), small_data(), MSELoss()
    cost, outputs = Loops().gradients(network, loss, *data)
    assert outputs == network.predict(data.inputs) == Loops().outputs(network, data.inputs)
    assert cost == batch_cost(loss, outputs, data.targets)


def test_an_epoch_says_what_was_before_its_steps():
    network, loss = xor_network(), MSELoss()
    before = evaluate(network, loss, xor())
    epoch = next(train(network, xor(), loss, SGD(network.parameters(), lr=1.0), epochs=1))
    assert (epoch.number, epoch.loss, epoch.accuracy) == (1, before[0], before[1])
    assert epoch.validation_loss is None and epoch.validation_accuracy is None


def test_the_accuracy_of_an_epoch_is_of_all_its_batches():
    for size in (None, 1, 4, 20):
        network = xor_network()
        optimizer = SGD(network.parameters(), lr=0.0)
        assert next(train(network, xor(), MSELoss(), optimizer, 1, batch_size=size)).accuracy == pytest.approx(10 / 21)


def test_a_batch_whose_loss_overflows_is_not_learned_from():
    network = Network([Linear(1, 1, rng=random.Random(1))])
    network.load_state_dict({"0.weight": [[1e200]], "0.bias": [0.0]})
    with pytest.raises(DivergedError):
        next(train(network, Dataset([[1.0]], [[0.0]]), MSELoss(), SGD(network.parameters(), lr=1.0), 1))
    assert network.layers[0].weight == [[1e200]]


def test_a_validation_loss_that_overflows_stops_training_too():
    network = Network([Linear(1, 1, rng=random.Random(1))])
    with pytest.raises(DivergedError):
        next(train(network, Dataset([[1.0]], [[0.0]]), MSELoss(), SGD(network.parameters(), lr=0.1), 1,
                   validation=Dataset([[1e200]], [[0.0]])))


def test_validation_is_measured_after_the_steps():
    network, loss = xor_network(), MSELoss()
    epoch = next(train(network, xor(), loss, SGD(network.parameters(), lr=1.0), epochs=1, validation=gate()))
    assert (epoch.validation_loss, epoch.validation_accuracy) == evaluate(network, loss, gate())[:2]


def test_the_same_seed_gives_the_same_digits():
    def run():
        rng = random.Random(4)
        network = Network.mlp([2, 3, 1], rng=rng)
        optimizer = SGD(network.parameters(), lr=0.5, momentum=0.5)
        return [epoch.loss for epoch in train(network, xor(), MSELoss(), optimizer, 20, batch_size=4, rng=rng)]
    assert run() == run()


def test_stopping_early_is_break_and_going_on_goes_on():
    ends = []
    for stops in ([30], [10, 20]):
        network = xor_network()
        optimizer = SGD(network.parameters(), lr=0.5, momentum=0.9)
        for epochs in stops:
            for epoch in train(network, xor(), MSELoss(), optimizer, epochs=1000):
                if epoch.number == epochs:
                    break
        ends.append(network.state_dict())
    assert ends[0] == ends[1]


def test_each_epoch_takes_every_sample_once_in_a_new_order_and_leaves_the_data_alone():
    data = xor()
    inputs = list(data.inputs)
    rng = random.Random(1)
    epochs = [list(batches(data, 4, rng)) for _ in range(2)]
    for epoch in epochs:
        assert [len(batch) for batch, _ in epoch] == [4, 4, 4, 4, 4, 1]
        pairs = sorted((x, y) for batch, targets in epoch for x, y in zip(batch, targets))
        assert pairs == sorted(zip(data.inputs, data.targets))
    assert epochs[0] != epochs[1]
    assert data.inputs == inputs
    assert [x for batch, _ in batches(data, 4) for x in batch] == inputs
    whole, = batches(data, None, random.Random(1))
    assert whole[0] != inputs and sorted(whole[0]) == sorted(inputs)


def test_neurons_that_start_the_same_stay_the_same():
    network = Network.mlp([2, 3, 1], init="zeros")
    for _ in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.5), 50):
        pass
    assert network.layers[0].weight[0] == network.layers[0].weight[1] == network.layers[0].weight[2]


def test_classes_and_what_is_right():
    assert [class_of([value]) for value in (0.0, 0.4999, 0.5, 1.0)] == [0, 0, 1, 1]
    assert class_of([-3.0, -1.0, -2.0]) == 1
    assert are_classes([[0], [1]]) and are_classes([[0.0, 1.0, 0.0]])
    assert not are_classes([[0.5]]) and not are_classes([[1.0, 1.0]]) and not are_classes([[0.0, 0.0]])
    assert is_right([0.5], [1.0]) and not is_right([0.4999], [1.0]) and is_right([-3.0], [0.0])
    assert is_right([-1.0, -2.0], [1.0, 0.0])


def test_without_classes_there_is_no_accuracy():
    data = Dataset([[0.0], [1.0]], [[0.3], [2.0]])
    network = Network([Linear(1, 1, rng=random.Random(1))])
    assert next(train(network, data, MSELoss(), SGD(network.parameters()), 1)).accuracy is None


def test_a_loss_that_overflows_stops_training_at_once():
    network = Network([Linear(2, 4, rng=random.Random(1)), Identity(), Linear(4, 1, rng=random.Random(2))])
    numbers = []
    with pytest.raises(DivergedError, match=r"the loss became (inf|nan) in epoch \d+: training diverged; try a smaller"
                                            r" lr than 1000") as error:
        for epoch in train(network, xor(), MSELoss(), SGD(network.parameters(), lr=1000.0), epochs=1000):
            numbers.append(epoch.number)
    assert error.value.epoch == len(numbers) + 1 < 100


@pytest.mark.parametrize("change, kind, message", [
    ({"epochs": 0}, PurennError, "train: epochs is 0; it must be a whole number from 1 up"),
    ({"epochs": 1.5}, PurennError, "train: epochs is 1.5; it must be a whole number from 1 up"),
    ({"batch_size": -1}, PurennError, "train: batch_size is -1; it must be a whole number from 1 up"),
    ({"data": Dataset([], [])}, PurennError, "data: there are no samples; give at least one"),
    ({"data": Dataset([[1.0]], [[1.0]])}, ShapeError, r"data.inputs\[0\] has length 1; expected 2"),
    ({"data": Dataset([[1.0, 2.0]], [])}, ShapeError, "data.targets has 0 rows; expected 1"),
    ({"data": Dataset([[1.0, 2.0]], [[1.0, 0.0]])}, ShapeError, r"data.targets\[0\] has length 2; expected 1"),
    ({"data": Dataset([[1.0, float("nan")]], [[1.0]])}, PurennError, r"data.inputs\[0\]\[1\] is nan; every entry"),
    ({"validation": Dataset([[1.0]], [[1.0]])}, ShapeError, r"validation.inputs\[0\] has length 1; expected 2"),
    ({"data": [[0.0, 1.0]]}, PurennError, r"data is a list; give a Dataset\(inputs, targets\)"),
    ({"loss": MSELoss}, PurennError, r"the loss is <class .*; give one, such as MSELoss\(\)"),
    ({"optimizer": SGD}, PurennError, r"train: optimizer is <class .*; give one, such as SGD\("),
    ({"loss": BCELoss(), "data": Dataset([[1.0, 2.0]], [[2.0]])}, PurennError, "each target must be from 0 to 1"),
    ({"engine": Loops}, PurennError, r"train: engine is <class .*; give one, such as Loops\(\)"),
    ({"rng": 1}, PurennError, r"train: rng is 1; give a generator, such as random.Random\(1\)"),
    ({"done": -1}, PurennError, "train: done is -1; it must be a whole number from 0 up"),
])
def test_what_cannot_be_trained_is_refused_before_it_begins(change, kind, message):
    network = xor_network()
    arguments = {"network": network, "data": xor(), "loss": MSELoss(),
                 "optimizer": SGD(network.parameters(), lr=1.0), "epochs": 1}
    arguments.update(change)
    before = network.state_dict()
    with pytest.raises(kind, match=message):
        next(train(**arguments))        # when the first epoch is asked for
    assert network.state_dict() == before


def test_a_layer_of_ones_own_may_change_the_size():
    class Half(Layer):
        def forward(self, inputs):
            return inputs[:1]

        def backward(self, grad):
            return [grad[0], 0.0]

    network = Network([Linear(2, 2, rng=random.Random(1)), Half()])
    assert next(train(network, xor(), MSELoss(), SGD(network.parameters(), lr=0.1), 1)).loss > 0
    with pytest.raises(ShapeError, match=r"data.targets\[0\] has length 2; expected 1"):
        next(train(network, Dataset([[1.0, 2.0]], [[1.0, 0.0]]), MSELoss(), SGD(network.parameters()), 1))


def test_softmax_twice_is_refused():
    network = Network([Linear(3, 3, rng=random.Random(1)), Softmax()])
    with pytest.raises(PurennError, match="CrossEntropyLoss has softmax in it and takes logits; leave out"):
        next(train(network, small_data(), CrossEntropyLoss(), SGD(network.parameters()), 1))


def test_logits_behind_a_sigmoid_are_refused():
    network = Network([Linear(3, 3), Sigmoid()])
    with pytest.raises(PurennError, match="BCEWithLogitsLoss has sigmoid in it and takes logits; leave out"):
        next(train(network, small_data(), BCEWithLogitsLoss(), SGD(network.parameters()), 1))


def test_ten_classes_untrained_have_a_cross_entropy_near_ln_10():
    rng = random.Random(1)
    network = Network.mlp([20, 10, 10], activation="relu", output_activation=None, init="xavier", rng=rng)
    data = Dataset([[rng.uniform(0.0, 0.3) for _ in range(20)] for _ in range(200)],
                   [[1.0 if j == i % 10 else 0.0 for j in range(10)] for i in range(200)])
    assert evaluate(network, CrossEntropyLoss(), data)[0] == pytest.approx(2.302585, abs=0.05)


def test_an_optimizer_of_another_network_or_of_lists_that_were_replaced_is_refused():
    data, network = xor(), Network.mlp([2, 3, 1], rng=random.Random(1))
    other = Network.mlp([2, 3, 1], rng=random.Random(1))
    with pytest.raises(PurennError, match="list .* is not one of the network's; make the optimizer "
                                          "from network.parameters"):
        next(iter(train(network, data, BCELoss(), SGD(other.parameters(), lr=0.1), 500)))
    optimizer = SGD(network.parameters(), lr=0.1)
    network.layers[0].weight = [list(row) for row in network.layers[0].weight]
    with pytest.raises(PurennError, match="make a new optimizer when the lists are replaced"):
        next(iter(train(network, data, BCELoss(), optimizer, 500)))
    some = SGD(list(network.parameters())[:1], lr=0.1)            # to learn a part alone is sound
    assert next(iter(train(network, data, BCELoss(), some, 1)))


def test_numbers_of_numpys_do_not_get_into_the_weights(tmp_path):
    numpy = pytest.importorskip("numpy")
    data = xor()
    def trained(inputs, targets, lr):
        network = Network.mlp([2, 3, 1], rng=random.Random(1))
        for _ in train(network, Dataset(inputs, targets), BCELoss(), SGD(network.parameters(), lr=lr), 20):
            pass
        return network
    single = numpy.float32
    odd = trained([[single(x) for x in row] for row in data.inputs], [[single(y) for y in row] for row in data.targets],
                  numpy.float64(0.5))
    assert odd.state_dict() == trained(
        [[float(single(x)) for x in row] for row in data.inputs],
        [[float(single(y)) for y in row] for row in data.targets], 0.5).state_dict()
    assert {type(value) for _, values, _ in odd.parameters() for value in values} == {float}
