"""The checks of ``study/checks.py`` pass on the core. That they can fail, ``test_mistakes.py`` shows."""
import pytest

from purenn.study import checks


@pytest.mark.parametrize("check", [
    checks.mazur_step, checks.gradients_are_cleared, checks.far_out, checks.neurons_become_different,
    checks.seed_is_used,
], ids=lambda check: check.__name__)
def test_the_core_passes(check):
    passed, found = check()
    assert passed, found


def test_the_core_passes_gradcheck():
    passed, found = checks.gradients("leaky_relu")          # test_gradients.py looks at all of them
    assert passed, found


@pytest.mark.parametrize("name", checks.HAND_COMPUTED)
def test_three_steps_on_two_unequal_parameters_end_where_they_do_on_paper(name):
    passed, found = checks.hand_computed_steps(name)
    assert passed, found
