"""What the author of a wrong answer is told: the mistake where it is known, never another one."""

import re

import pytest
from exercise import MLP, TESTS, run
from unseen import SUBTLE, WRONG

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


@pytest.mark.parametrize("entry", WRONG + SUBTLE, ids=str)
def test_a_mistake_in_other_words_is_told_as_what_it_is(entry, diagnosis):
    assert told(diagnosis, entry.question, entry.code) == [SENTENCES[entry.question, slug] for slug in entry.told]


def test_most_mistakes_in_other_words_are_known():
    assert sum(bool(entry.told) for entry in WRONG) / len(WRONG) >= 0.7


def test_the_reference_has_no_mistake(diagnosis):
    assert all(diagnosis.of(question, diagnosis.namespace[question]) == [] for question in TESTS)


def test_one_value_for_every_input_is_told(diagnosis):
    assert told(diagnosis, "softmax", "def softmax(u): return np.array([[0.25, 0.75]])") == [CONSTANT]


def test_no_sentence_of_the_catalogue_is_code():
    code = re.compile(r"\breturn [a-z]|np\.\w+\(|\w = .*@|axis ?=", re.ASCII)
    assert [sentence for sentence in SENTENCES.values() if code.search(sentence)] == []
