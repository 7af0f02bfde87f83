"""Optimizers: PyTorch's definitions and defaults. (Steps worked out by hand: ``study/checks.py``.)"""
import copy
import json

import pytest

from purenn import SGD, Adagrad, Adam, PurennError, RMSprop

from .torch_parity import check_torch_parity


@pytest.mark.parametrize("optimizer", ["sgd", "sgd_momentum", "adagrad", "rmsprop", "adam"])
def test_outputs_gradients_and_six_steps_are_pytorchs(optimizer):
    check_torch_parity([optimizer])


def test_the_defaults_are_pytorchs():
    p = [("p", [1.0], [0.0])]
    assert (SGD(p).lr, SGD(p).momentum) == (1e-3, 0.0)
    assert (Adagrad(p).lr, Adagrad(p).eps) == (1e-2, 1e-10)
    assert (RMSprop(p).lr, RMSprop(p).alpha, RMSprop(p).eps) == (1e-2, 0.99, 1e-8)
    adam = Adam(p)
    assert (adam.lr, adam.beta1, adam.beta2, adam.eps) == (1e-3, 0.9, 0.999, 1e-8)


def test_lr_may_be_changed_between_steps():
    values = [1.0]
    optimizer = SGD([("p", values, [2.0])], lr=0.5)
    optimizer.lr = 0.25
    optimizer.step()
    assert values == [0.5]


@pytest.mark.parametrize("call, message", [
    (lambda p: SGD([], lr=0.1), "SGD: there are no parameters to learn; give it network.parameters()"),
    (lambda p: SGD(p, lr=-0.1), "SGD: lr is -0.1; it must be a number from 0 up"),
    (lambda p: SGD(p, lr="a"), "SGD: lr is 'a'; it must be a number from 0 up"),
    (lambda p: SGD(p, lr=float("nan")), "SGD: lr is nan; it must be a number from 0 up"),
    (lambda p: SGD(p, lr=0.1, momentum=1.0), "SGD: momentum is 1.0; it must be a number from 0 up and below 1"),
    (lambda p: Adagrad(p, weight_decay=-1), "Adagrad: weight_decay is -1; it must be a number from 0 up"),
    (lambda p: RMSprop(p, alpha=2), "RMSprop: alpha is 2; it must be a number from 0 up and below 1"),
    (lambda p: Adam(p, betas=(0.9, 1.0)), "Adam: betas[1] is 1.0; it must be a number from 0 up and below 1"),
    (lambda p: Adam(p, eps=0.0), "Adam: eps is 0.0; it must be a number above 0"),
    (lambda p: SGD(5), "SGD: parameters is 5; give it network.parameters()"),
    (lambda p: Adam(p, betas=0.9), "Adam: betas is 0.9; give two numbers, such as (0.9, 0.999)"),
])
def test_impossible_settings_are_refused(call, message):
    with pytest.raises(PurennError) as error:
        call([("p", [1.0], [0.0])])
    assert str(error.value) == message


@pytest.mark.parametrize("make", [SGD, lambda p, **more: SGD(p, momentum=0.9, **more), Adagrad, RMSprop, Adam])
def test_weight_decay_adds_its_part_to_every_slope_and_leaves_the_gradients_alone(make):
    decayed, plain = [1.0, -3.0], [1.0, -3.0]
    grads, whole = [0.5, 0.25], [0.0, 0.0]
    one = make([("p", decayed, grads)], lr=0.1, weight_decay=0.2)
    other = make([("p", plain, whole)], lr=0.1)
    for _ in range(3):
        whole[:] = [0.5 + 0.2 * plain[0], 0.25 + 0.2 * plain[1]]            # g + λ·θ
        one.step()
        other.step()
        assert decayed == plain and grads == [0.5, 0.25]


def test_a_step_of_sgd_with_weight_decay_by_hand():
    values = [1.0]
    SGD([("p", values, [2.0])], lr=0.5, weight_decay=0.1).step()
    assert values == pytest.approx([1.0 - 0.5 * (2.0 + 0.1 * 1.0)])


MAKERS = {"sgd": lambda p: SGD(p, lr=0.1, momentum=0.9), "adagrad": Adagrad, "rmsprop": RMSprop, "adam": Adam}


def some_steps(optimizer, values, steps):
    for i in range(steps):
        for _, own, grads in optimizer.parameters:
            grads[:] = [(k + 1) * w - 0.3 * i for k, w in enumerate(own)]
        optimizer.step()
    return values


def two_parameters(start=(1.0, -3.0, 0.5)):
    values = [list(start[:2]), list(start[2:])]
    return values, [("a", values[0], [0.0, 0.0]), ("b", values[1], [0.0])]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("before", [0, 1, 5])
def test_an_optimizer_that_takes_over_anothers_state_goes_on_with_the_same_digits(name, before):
    values, parameters = two_parameters()
    first = MAKERS[name](parameters)
    some_steps(first, values, before)
    first.lr *= 0.5
    kept = json.loads(json.dumps(first.state_dict()))               # as a file keeps it
    copied, parameters = two_parameters(values[0] + values[1])
    second = MAKERS[name](parameters)
    second.load_state_dict(kept)
    assert some_steps(first, values, 4) == some_steps(second, copied, 4)
    assert first.state_dict() == second.state_dict() != kept


@pytest.mark.parametrize("name", MAKERS)
def test_a_state_has_all_that_a_step_changes_and_is_a_copy_taken_over_in_the_optimizers_own_lists(name):
    values, parameters = two_parameters()
    optimizer = MAKERS[name](parameters)
    some_steps(optimizer, values, 1)
    before, kept, lists = copy.deepcopy(vars(optimizer)), optimizer.state_dict(), dict(vars(optimizer))
    some_steps(optimizer, values, 3)
    changed = {key for key in before if before[key] != vars(optimizer)[key]}
    assert changed == set(kept) - {"lr"} | {"parameters"}
    optimizer.load_state_dict(kept)
    assert all(before[key] == vars(optimizer)[key] for key in kept)
    assert all(vars(optimizer)[key] is lists[key] for key in kept if isinstance(lists[key], list))


@pytest.mark.parametrize("name, change, message", [
    ("sgd", {"velocity": [[1.0, 2.0]]}, "SGD: velocity must be 2 lists, one for each list of parameters"),
    ("sgd", {"velocity": [[1.0, 2.0], [1.0, 2.0]]}, "SGD: velocity[1] has length 2; expected 1"),
    ("sgd", {"velocity": [[1.0, float("nan")], [1.0]]},
     "SGD: velocity[0][1] is nan; every entry must be a finite number"),
    ("sgd", {"lr": -1}, "SGD: lr is -1; it must be a number from 0 up"),
    ("sgd", {"t": 3}, "SGD.load_state_dict: found lr, velocity, t; give what state_dict() of the same kind of "
                      "optimizer returned, lr, velocity"),
    ("adagrad", {"square_sum": [[1.0, 2.0], [-1.0]]},
     "Adagrad: square_sum[1] has a number below 0; squares must be from 0 up"),
    ("adam", {"t": -1}, "Adam: t is -1; it must be a whole number from 0 up, below 2**53"),
    ("adam", {"t": 1 << 60}, "Adam: t is 1152921504606846976; it must be a whole number from 0 up, below 2**53"),
    ("adam", {"t": True}, "Adam: t is True; it must be a whole number from 0 up, below 2**53"),
])
def test_a_state_that_does_not_fit_is_refused_and_nothing_of_it_taken(name, change, message):
    values, parameters = two_parameters()
    optimizer = MAKERS[name](parameters)
    some_steps(optimizer, values, 2)
    before = optimizer.state_dict()
    with pytest.raises(PurennError) as error:
        optimizer.load_state_dict({**MAKERS[name](two_parameters()[1]).state_dict(), **change})
    assert str(error.value) == message
    assert optimizer.state_dict() == before


def test_a_state_that_is_none_is_refused():
    optimizer = SGD(two_parameters()[1])
    for state in (None, {}, [1]):
        with pytest.raises(PurennError, match="give what state_dict"):
            optimizer.load_state_dict(state)


def test_numbers_of_numpys_are_made_plain():
    numpy = pytest.importorskip("numpy")
    adam = Adam([("p", [1.0], [0.5])], lr=numpy.float32(0.25), eps=numpy.float64(1e-8))
    assert (type(adam.lr), adam.lr, type(adam.eps)) == (float, 0.25, float)
    json.dumps(adam.state_dict())


@pytest.mark.parametrize("make", [SGD, Adagrad, RMSprop, Adam])
def test_parameters_that_are_there_twice_would_be_changed_twice_and_are_refused(make):
    values, grads = [1.0], [0.5]
    with pytest.raises(PurennError, match="a list of parameters is there twice, and would be changed twice"):
        make([("w", values, grads), ("w", values, grads)], lr=0.1)
    assert make([("w", values, grads), ("v", [1.0], grads)], lr=0.1)
