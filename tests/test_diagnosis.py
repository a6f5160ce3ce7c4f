"""What the author of a wrong answer is told: the mistake where it is known, never another one."""

import re

import pytest
from exercise import MLP, TESTS, run
from unseen import SMALL, SUBTLE, WRONG

from grading.run.diagnosis import CONSTANT, Diagnosis, recorder

SENTENCES = {name: answer.sentence for name, answer in MLP.slugs.items()}


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    """As the judge makes it: with the inputs that every test gives the reference."""
    names, inputs = MLP.given, {}
    reference = dict(names)
    for question, test in TESTS.items():
        inputs[question] = []
        names[question] = recorder(reference[question], inputs[question], lambda: not names["MEASURING"])
        assert not run(test, question, names)
        names[question] = reference[question]
    return Diagnosis(reference, inputs, MLP.answers)


def told(diagnosis: Diagnosis, question: str, code: str) -> list[str]:
    names = dict(diagnosis.namespace)
    exec(compile(code, "<student>", "exec"), names)
    return diagnosis.of(question, names[question])


@pytest.mark.parametrize("entry", WRONG + SUBTLE + SMALL, ids=str)
def test_a_mistake_in_other_words_is_told_as_what_it_is(entry, diagnosis):
    assert told(diagnosis, entry.question, entry.code) == [SENTENCES[entry.question, slug] for slug in entry.told]


NUMERICAL = """def numerical_gradient(f, x, eps=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[i] = {eps}
        g[i] = (f(x + step) - f(x - step)) / (2 * {eps})
    return g"""
SLIPS = {  # what a student wrote → what is told of it (an entry of the catalogue), or nothing: never something that is false
    "wrong sign in the exponent, which overflows": ("def sigmoid_forward(u): return 1 / (1 + np.exp(u))", "sign_flipped"),
    "overflow below": ("def tanh_forward(u): return 2 / (1 + np.exp(-2 * u)) - 1", "overflows_below"),
    "overflow above": ("def tanh_forward(u): return 1 - 2 / (1 + np.exp(2 * u))", "overflows"),
    "nan below": ("def tanh_forward(u): return (1 - np.exp(-2 * u)) / (1 + np.exp(-2 * u))", "nan_below"),
    "vectorize": ("def relu_forward(u): return np.vectorize(lambda v: max(0, v))(u)", "vectorize_cuts_to_integers"),
    "vectorize, backward": ("def relu_backward(dz, u): return np.vectorize(lambda d, v: d if v >= 0 else 0)(dz, u)",
                            "vectorize_cuts_to_integers"),
    "a tiny step": (NUMERICAL.format(eps="1e-13"), None),
    "a step below all digits": (NUMERICAL.format(eps="1e-25"), "eps_below_all_digits"),
    "one number for the array": ("def numerical_gradient(f, x, eps=1e-5): return (f(x + eps) - f(x - eps)) / (2 * eps)",
                                 "whole_array"),
    "log-sum-exp without a shift": (
        "def softmax_cross_entropy_forward(u, t):\n"
        "    return np.mean(np.log(np.exp(u).sum(axis=1)) - (u * t).sum(axis=1)), softmax(u)", "log_sum_exp_without_a_shift"),
    "log of 0": (
        "def softmax_cross_entropy_forward(u, t):\n    y = softmax(u)\n    return cross_entropy(y, t), y", "infinite"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_nothing_false_is_told_of(slip, diagnosis):
    code, slug = SLIPS[slip]
    question = code.split("(")[0].removeprefix("def ")
    assert told(diagnosis, question, code) == ([SENTENCES[question, slug]] if slug else [])


def test_no_sentence_speaks_of_what_the_rest_of_the_answer_is_like():
    assert [sentence for sentence in SENTENCES.values() if "値は合って" in sentence] == []


def test_what_answers_of_the_catalogue_print_does_not_reach_the_judges_output(diagnosis, capfd):
    diagnosis._known("softmax_cross_entropy_backward")  # run anew, whatever is known already
    assert capfd.readouterr() == ("", "")


def test_most_mistakes_in_other_words_are_known():
    assert sum(bool(entry.told) for entry in WRONG) / len(WRONG) >= 0.7


def test_the_reference_has_no_mistake(diagnosis):
    assert all(diagnosis.of(question, diagnosis.namespace[question]) == [] for question in TESTS)


def test_one_value_for_every_input_is_told(diagnosis):
    assert told(diagnosis, "softmax", "def softmax(u): return np.array([[0.25, 0.75]])") == [CONSTANT]


def test_no_sentence_of_the_catalogue_is_code():
    code = re.compile(r"\breturn [a-z]|np\.\w+\(|\w = .*@|axis ?=", re.ASCII)
    assert [sentence for sentence in SENTENCES.values() if code.search(sentence)] == []
