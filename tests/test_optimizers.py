"""Optimizers: PyTorch's definitions and defaults. (Steps worked out by hand: ``study/checks.py``.)"""
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
