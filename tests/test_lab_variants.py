"""The reports' own arithmetic: steps computed by hand, and the engines against the loops."""
import math

import pytest

from purenn.activations import Tanh
from purenn.engines import auto, c_compiler
from purenn.engines.c_compiler import why_none
from purenn.linalg import PurennError
from purenn.optimizers import SGD, Adam
from purenn.runs import Run, problems
from purenn.runs.pool import Job, run_all, run_job
from purenn.runs.settings import Settings
from purenn.study import lab_variants as variants

# Two steps with these gradients, of a neuron's two weights and of its bias.
STEPS = [([1.0, -2.0], [0.5]), ([3.0, 1.0], [-1.0])]
LR = 0.1


def after(make):
    """The weights and the bias after STEPS, from 1, 2 and 3."""
    weight, weight_grad, bias, bias_grad = [1.0, 2.0], [0.0, 0.0], [3.0], [0.0]
    optimizer = make([("0.weight[0]", weight, weight_grad), ("0.bias", bias, bias_grad)])
    for weight_grad[:], bias_grad[:] in STEPS:
        optimizer.step()
    return weight + bias


def test_adagrad_of_a_adds_up_a_neurons_squares_and_has_eps_in_the_root():
    s1, s2 = 5.0, 15.0                          # 1² + 2², and 3² + 1² more
    expected = [1.0 - LR * 1.0 / math.sqrt(s1) - LR * 3.0 / math.sqrt(s2),
                2.0 + LR * 2.0 / math.sqrt(s1) - LR * 1.0 / math.sqrt(s2),
                3.0 - LR * 0.5 / math.sqrt(0.25) + LR * 1.0 / math.sqrt(1.25)]
    assert after(lambda parameters: variants.AdagradOfA(parameters, LR)) == pytest.approx(expected, rel=1e-7)


def test_adam_of_a_has_the_betas_of_the_report_and_no_mean_of_the_squares():
    expected = []
    for start, (g1, g2) in zip((1.0, 2.0, 3.0), ((1.0, 3.0), (-2.0, 1.0), (0.5, -1.0))):
        m1, m2 = 0.9 * g1, 0.1 * (0.9 * g1) + 0.9 * g2
        first = (m1 / (1 - 0.1)) / math.sqrt(0.1 * g1 * g1 / (1 - 0.9))
        second = (m2 / (1 - 0.1 ** 2)) / math.sqrt(0.1 * g2 * g2 / (1 - 0.9 ** 2))
        expected.append(start - LR * first - LR * second)
    assert after(lambda parameters: variants.AdamOfA(parameters, LR)) == pytest.approx(expected, rel=1e-7)


def test_adam_of_b_corrects_by_the_same_in_every_step():
    expected = []
    for start, (g1, g2) in zip((1.0, 2.0, 3.0), ((1.0, 3.0), (-2.0, 1.0), (0.5, -1.0))):
        m1, v1 = 0.1 * g1, 0.001 * g1 * g1
        m2, v2 = 0.9 * m1 + 0.1 * g2, 0.999 * v1 + 0.001 * g2 * g2
        expected.append(start - LR * (m1 / 0.1) / math.sqrt(v1 / 0.001) - LR * (m2 / 0.1) / math.sqrt(v2 / 0.001))
    assert after(lambda parameters: variants.AdamOfB(parameters, LR)) == pytest.approx(expected, rel=1e-7)


def test_the_first_step_of_adam_is_right_in_b():
    parameters = [("bias", [3.0], [0.5])], [("bias", [3.0], [0.5])]
    variants.AdamOfB(parameters[0], LR).step()
    Adam(parameters[1], LR).step()
    assert parameters[0][0][1][0] == pytest.approx(parameters[1][0][1][0], rel=1e-7)


def test_momentum_of_e_adds_the_gradient_before_without_the_rate():
    expected = [1.0 - LR * 1.0 - (LR * 3.0 + 0.5 * 1.0), 2.0 + LR * 2.0 - (LR * 1.0 - 0.5 * 2.0),
                3.0 - LR * 0.5 - (-LR * 1.0 + 0.5 * 0.5)]
    assert after(lambda parameters: variants.MomentumOfE(parameters, LR, 0.5)) == pytest.approx(expected, rel=1e-12)


def test_the_slope_of_tanh_in_a_is_that_of_tanh_at_the_activation():
    layer = variants.TanhOfA()
    a, = layer.forward([0.7])
    assert layer.backward([1.0]) == [1.0 - math.tanh(a) ** 2] != [1.0 - a * a]


XOR = Settings(activation="tanh", epochs=30, target_loss=None, lr=0.5)


@pytest.mark.parametrize("variant, kind", [
    (variants.adagrad_of_a, variants.AdagradOfA), (variants.adam_of_a, variants.AdamOfA),
    (variants.adam_of_b, variants.AdamOfB), (variants.momentum_of_e, variants.MomentumOfE), (variants.tanh_of_a, SGD)])
@pytest.mark.parametrize("engine", ["unrolled", pytest.param("compiled", marks=pytest.mark.slow)])
def test_every_engine_has_the_digits_of_the_loops(variant, kind, engine):
    if engine == "compiled" and why_none():
        pytest.skip(why_none())
    found = []
    for name in ("loops", engine):
        run = Run(problems.xor, XOR._replace(engine=name, momentum=0.5))
        variant(run)
        assert type(run.optimizer) is kind
        assert any(type(layer) is Tanh for layer in run.network.layers) == (variant is not variants.tanh_of_a)
        run.result()
        found.append(([epoch.loss for epoch in run.curve], run.network.state_dict(), run.optimizer.state_dict()))
    assert found[0] == found[1]
    right = Run(problems.xor, XOR._replace(momentum=0.5)).result()
    assert [epoch.loss for epoch in right.curve] != found[0][0]


def test_a_variant_goes_with_its_job_to_the_workers():
    jobs = [Job(problems.xor, XOR._replace(seed=seed), variant=variants.adam_of_b) for seed in (1, 2, 3)]
    one, two = [[result.train.loss for result in run_all(jobs, workers)] for workers in (1, 2)]
    assert one == two != [result.train.loss for result in run_all([job._replace(variant=None) for job in jobs], 1)]


@pytest.mark.skipif(why_none() != "", reason="there is no C compiler here: " + why_none())
@pytest.mark.slow
def test_the_engine_is_chosen_for_the_method_of_the_variant(monkeypatch):
    from purenn.engines.compiled import Compiled
    monkeypatch.setattr(auto, "COMPILING_PAYS", 0.0)
    monkeypatch.setattr(c_compiler, "FLAGS", (("-O0",),))
    prepared, prepare = [], Compiled.prepare

    def seen(engine, network, loss, optimizer):
        prepared.append(type(optimizer))
        prepare(engine, network, loss, optimizer)
    monkeypatch.setattr(Compiled, "prepare", seen)
    result = run_job(Job(problems.xor, XOR._replace(engine="auto"), variant=variants.adam_of_b))
    assert result.engine == "Compiled()" and prepared[-1] is variants.AdamOfB


def test_they_are_not_to_be_had_by_name():
    with pytest.raises(PurennError):
        Run(problems.xor, XOR._replace(optimizer="adam_of_b"))
