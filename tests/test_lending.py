"""A mistake costs once, on the questions of 1101: right functions are lent for wrong ones, but not where that is no work."""

import nbformat
import pytest
from exercise import MARKS, MLP, REFERENCE, RELEASE

from grading.exercise.sample import submission
from grading.run import worker

ASSIGNMENT = MLP.assignment(seconds=3, wait=20)
lost = MLP.lost


def grade(answers: dict[str, str]) -> dict:
    result = worker.grade(nbformat.writes(submission(RELEASE, answers)).encode(), ASSIGNMENT)
    result["cells"] = {cell["id"]: cell for cell in result["notebook"]["cells"]}
    return result


@pytest.fixture(scope="module", autouse=True)
def no_judge_stays():
    yield
    worker.close()


# Students' answers → what they lose, though later answers use what is wrong.
COSTS_ONCE = {
    "every function of part 1 and 2 is missing": (
        {q: REFERENCE[q] for q in ("network_forward", "network_backward", "train", "fix_backward", "sgd_step")},
        set(MARKS) - {"network_forward", "network_backward", "train", "fix_backward", "sgd_step"},
    ),
    "a helper kept in a table": (
        REFERENCE | {
            "relu_forward": "def relu_forward(u):\n    return u",
            "merge_affine": f"{REFERENCE['merge_affine']}\nH = {{'relu': relu_forward, 'tanh': tanh_forward}}",
            "network_forward": """
def network_forward(x, params, activation="relu"):
    h, us, zs = H.get(activation, sigmoid_forward), [], [x]
    for W, b in params:
        us.append(affine_forward(W=W, b=b, z=zs[-1]))
        zs.append(h(us[-1]))
    return us, zs[:-1]
"""},
        {"relu_forward"},
    ),
    "a helper that is no plain function": (
        REFERENCE | {"softmax": "from functools import partial\nsoftmax = partial(np.multiply, 3)"}, {"softmax"}),
    "a helper that ends its process": (
        REFERENCE | {"affine_forward": "import os\ndef affine_forward(z, W, b):\n    os._exit(1)"}, {"affine_forward"}),
    "a helper that never ends": (
        REFERENCE | {"affine_backward": "def affine_backward(du, z, W):\n    while True: pass"}, {"affine_backward"}),
    "a helper with a syntax error": (REFERENCE | {"affine_backward": "def affine_backward(du, z, W"}, {"affine_backward"}),
    "a helper whose own extra results the later answer knows": (
        REFERENCE | {
            "affine_forward": "def affine_forward(z, W, b, cache=False):\n    return (z @ W + b, z if cache else None)",
            "network_forward": """
def network_forward(x, params, activation="relu"):
    h, us, zs = {"relu": relu_forward, "tanh": tanh_forward}.get(activation, sigmoid_forward), [], []
    for W, b in params:
        u, z = affine_forward(x, W, b, cache=True)
        us.append(u)
        zs.append(z)
        x = h(u)
    return us, zs
"""},
        {"affine_forward"},
    ),
    "two mistakes, one built on the other": (
        REFERENCE | {
            "affine_backward": "def affine_backward(du, z, W):\n    return du, z, W",
            "network_backward": REFERENCE["network_backward"].replace("if l > 0", "if l > 1")},
        {"affine_backward", "network_backward"},
    ),
    "a wrong function that takes one, and calls others": (
        REFERENCE | {
            "numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    return 0 * x",
            "sigmoid_forward": "def sigmoid_forward(u):\n    return u",
            "sgd_step": """
class NotYet(Exception):
    pass

def sgd_step(params, grads, lr):
    def value(v):
        return np.sum(v * sigmoid_forward(v)) + np.sum(numerical_gradient(lambda w: np.sum(w**2), v))

    def fails(v):
        raise NotYet("here")

    assert np.all(numerical_gradient(value, np.ones(3)) > 2.5)  # 2 of it from the gradient within
    try:
        numerical_gradient(fails, np.ones(3))
    except NotYet:
        return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
"""},
        {"numerical_gradient", "sigmoid_forward"},
    ),
    "calls to and fro without end": (
        REFERENCE | {
            "numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    return 0 * x",
            "l2_gradient": """
def l2_gradient(params, grads, weight_decay):
    def again(v):
        return np.sum(numerical_gradient(again, v))
    return again(np.ones(2))
"""},
        {"numerical_gradient", "l2_gradient"},
    ),
    "a helper whose comment names the question that uses it": (
        REFERENCE | {"affine_forward": "def affine_forward(z, W, b):\n    # network_forward でも使う\n    return z @ W"},
        {"affine_forward"},
    ),
    "another answer returned, which is right": (
        REFERENCE | {"fix_backward": "def fix_backward(x, t, params):\n    return network_backward(x, t, params)"}, set()),
}


@pytest.mark.parametrize("case", COSTS_ONCE)
def test_a_mistake_costs_once(case):
    answers, wrong = COSTS_ONCE[case]
    assert lost(grade(answers)) == wrong


def test_the_student_reads_that_a_right_function_was_used():
    result = grade(REFERENCE | {"relu_backward": "def relu_backward(dz, u):\n    return dz"})
    assert result["lent"] == {q: ["relu_backward"] for q in ("network_backward", "train", "fix_backward")}
    for question in result["lent"]:
        assert "relu_backward が正しくなかったので" in result["cells"][f"test_{question}"]["outputs"][0]["data"]["text/plain"]


def test_the_answer_itself_is_not_lent():
    answers = {"network_backward": "def network_backward(x, t, params, activation='relu'):\n    return 0",
               "fix_backward": "def fix_backward(x, t, params):\n    return network_backward(x, t, params)"}  # fmt: skip
    assert lost(grade(REFERENCE | answers)) == set(answers)


def test_two_mistakes_at_once_are_both_told():
    code = "def affine_backward(du, z, W):\n    return du @ W.T, du.T @ z, du.mean(axis=0)"
    sentences = grade(REFERENCE | {"affine_backward": code})["mistakes"]["affine_backward"]
    assert len(sentences) == 2 and "転置" in " ".join(sentences) and "平均" in " ".join(sentences)


@pytest.mark.parametrize("library", ["sklearn.neural_network"])
def test_a_library_that_differentiates_is_not_there(library):
    code = f"def network_backward(x, t, params, activation='relu'):\n    import {library}\n    return {library}.grads"
    result = grade(REFERENCE | {"network_backward": code})
    assert lost(result) == {"network_backward"}
    assert f"{library} は採点の環境では使えません" in str(result["cells"]["test_network_backward"]["outputs"])


def test_answers_that_only_fit_each_other_cost_nothing_behind_them():
    """A backward that is right with the student's own wrong forward alone: what comes later gets the right ones of both."""
    answers = {"sigmoid_forward": "def sigmoid_forward(u):\n    s = 1 / (1 + np.exp(-u))\n    return s * (1 - s)",
               "sigmoid_backward": "def sigmoid_backward(dz, u):\n    return dz * sigmoid_forward(u)"}  # fmt: skip
    result = grade(REFERENCE | answers)
    assert lost(result) == {"sigmoid_forward"}
    assert set(result["lent"]["network_backward"]) == {"sigmoid_forward", "sigmoid_backward"}
