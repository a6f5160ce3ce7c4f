"""Every small mechanical change of the reference that changes a result on valid input is found by the tests."""

import pytest
from exercise import MLP, REFERENCE
from mutants import Mutant, mutants

SEED = 1101
SURVIVORS = {
    "sigmoid_forward: 8: u >= 0 → u > 0 (19.0)": "both formulas give one half at u = 0",
    "relu_forward: 7: np.maximum(u, 0) → np.maximum(0, u) (4.1)": "the same function",
    "softmax: 8: 1 → -1 (30.2)": "the last axis of two is axis 1",
    "softmax: 7: 1 → -1 (34.2)": "the last axis of two is axis 1",
    "softmax_cross_entropy_forward: 7: 1 → -1 (37.2)": "the last axis of two is axis 1",
    "softmax_cross_entropy_forward: 8: 1 → -1 (55.2)": "the last axis of two is axis 1",
    "softmax_cross_entropy_forward: 9: u → t (47.0)": "as many rows",
    "softmax_cross_entropy_forward: 9: u → log_y (47.1)": "as many rows",
    "softmax_cross_entropy_forward: 9: u → s (47.2)": "as many rows",
    "cross_entropy: 7: y → t (12.0)": "as many rows",
    "softmax_cross_entropy_backward: 7: y → t (13.0)": "as many rows",
    "numerical_gradient: 9: np.empty_like → np.ones_like (19.0)": "every element is written",
    "numerical_gradient: 10: x → gradient (40.2)": "of the same shape",
    "relu_backward: 7: u > 0 → u >= 0 (8.0)": "the contract allows any slope from 0 to 1 at u = 0",
    "network_forward: 11: us → zs (72.6)": "both lists have one item a layer there",
    "network_backward: 12: params → us (98.10)": "one item a layer",
    "network_backward: 12: params → zs (98.11)": "one item a layer",
    "fix_backward: 18: 1 → -1 (28.2)": "the last of two is item 1",
    "train: 10: x → t (74.0)": "as many rows",
    "train: 12: x → t (85.0)": "as many rows",
    "train: 12: x → order (85.10)": "as many rows",
}
"""What no test finds → why it is right: it returns the same, or what the contract allows."""


@pytest.fixture(scope="module")
def made() -> list[Mutant]:
    """All of them. It takes seconds: not where this file is only collected."""
    return [mutant for question, source in REFERENCE.items() for mutant in mutants(question, source)]


@pytest.fixture(scope="module")
def survivors(made) -> list[Mutant]:
    problems = MLP.judge_own([(mutant.question, mutant.code, SEED) for mutant in made])
    return [mutant for mutant, problem in zip(made, problems) if not problem]


def test_there_are_many_of_every_question(made):
    for question in REFERENCE:
        assert sum(mutant.question == question for mutant in made) >= 2, question


def test_what_survives_is_argued(survivors):
    assert {str(mutant) for mutant in survivors} - set(SURVIVORS) == set()


def test_no_argument_is_left_over(survivors):
    assert set(SURVIVORS) - {str(mutant) for mutant in survivors} == set()
