"""Every answer of the catalogue gets the marks it deserves: the tests of the tests."""

import pytest
from exercise import MARKS, REFERENCE, RELEASE, builds_on, judge_all

from grading import catalogue
from grading.rebuild import grade_id

ANSWERS = catalogue.load()


@pytest.fixture(scope="module")
def problems() -> dict[catalogue.Answer, dict[str, str]]:
    return dict(zip(ANSWERS, judge_all([{answer.question: answer.code} for answer in ANSWERS])))


def test_the_marks_are_100_and_10():
    bonus = {"l2_gradient", "k_fold"}
    assert sum(MARKS[q] for q in set(MARKS) - bonus) == 100
    assert sum(MARKS[q] for q in bonus) == 10
    assert set(MARKS) == set(REFERENCE)


def test_the_reference_passes_everything():
    assert judge_all([{}]) == [dict.fromkeys(MARKS, "")]


def test_the_untouched_notebook_fails_everywhere():
    stubs = {grade_id(c): c.source for c in RELEASE.cells if grade_id(c) in REFERENCE}
    [problems] = judge_all([stubs])
    assert all("まだ書かれていません" in problem for problem in problems.values())


@pytest.mark.parametrize("code", ["pass", "del {q}", "{q} = None", "{q} = 3", "def {q}(*args): return args",
                                  "def {q}(*args): return 0.0", "def {q}(*args): raise ValueError('?')"])
def test_a_trivial_answer_fails_everywhere(code):
    [problems] = judge_all([{q: code.format(q=q) if code != "pass" else f"def {q}(*args): pass" for q in MARKS}])
    assert all(problems.values()), [q for q, problem in problems.items() if not problem]


@pytest.mark.parametrize("answer", [a for a in ANSWERS if a.right], ids=str)
def test_a_right_answer_gets_full_marks(answer, problems):
    assert not any(problems[answer].values()), problems[answer]


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.right], ids=str)
def test_a_wrong_answer_loses_its_own_question_and_nothing_else(answer, problems):
    lost = {q for q, problem in problems[answer].items() if problem}
    assert answer.question in lost
    assert all(q == answer.question or answer.question in builds_on(q) for q in lost), lost


def test_every_question_has_answers_of_both_kinds():
    for question in MARKS:
        assert sum(a.question == question and not a.right for a in ANSWERS) >= 10, question
        assert sum(a.question == question and a.right for a in ANSWERS) >= 6, question
