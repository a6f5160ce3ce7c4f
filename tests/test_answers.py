"""Every answer of the catalogue gets the marks it deserves, and is told its own mistake: the tests of the tests."""

import itertools
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import nbformat
import pytest
from exercise import MARKS, REFERENCE, RELEASE, SOURCE, judge_all, judge_own, lost
from grading.limits import Limits
from grading.rebuild import grade_id
from grading.sample import submission

from grading import catalogue, worker

ANSWERS = catalogue.load()
SEED = 1101
OTHER_SEEDS = 1, 2
QUESTIONS = list(MARKS)
RIGHT, WRONG = ({q: [a for a in ANSWERS if a.question == q and a.right == right] for q in MARKS} for right in (True, False))


@dataclass(frozen=True, eq=False)
class Student:
    """Wrong and right answers of the catalogue, mixed: each wrong one stands before right ones that could call it."""

    number: int
    answers: dict[str, catalogue.Answer]
    """Question → the answer; the reference where there is none."""
    wrong: frozenset[str]

    def notebook(self) -> bytes:
        answers = REFERENCE | {question: answer.code for question, answer in self.answers.items()}
        return nbformat.writes(submission(RELEASE, answers)).encode()


def students() -> list[Student]:
    """So many that every answer of the catalogue occurs; which questions are wrong is drawn for each anew."""
    random_, found = random.Random(SEED), []
    turns = {right: {q: itertools.cycle(answers) for q, answers in of.items()} for right, of in ((True, RIGHT), (False, WRONG))}
    left = set(ANSWERS)
    while left:
        wrong = frozenset(q for q in QUESTIONS if random_.random() < 0.5)
        answers = {q: next(turns[q not in wrong][q]) for q in QUESTIONS if q != "fix_backward" or "network_backward" not in wrong}
        found.append(Student(len(found), answers, wrong & set(answers)))  # a fix_backward that only calls that one is not right
        left -= set(answers.values())
    return found


STUDENTS = students()


ARGUED = {
    (13, "softmax_cross_entropy_forward"): "the log of the student's own softmax, which clips, is finite, as it should be",
}
"""What is right after all."""


@pytest.fixture(scope="module")
def graded() -> dict[Student, dict]:
    """Student → what the grader made of the notebook."""
    assignment = worker.Assignment(nbformat.writes(SOURCE), Limits())
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda student: worker.grade(student.notebook(), assignment), STUDENTS))
    worker.close()
    return dict(zip(STUDENTS, results))


@pytest.fixture(scope="module")
def problems() -> dict[catalogue.Answer, str]:
    """Answer → what its own test finds in an ordinary process, '' where it passes."""
    return dict(zip(ANSWERS, judge_own([(answer.question, answer.code, SEED) for answer in ANSWERS])))


def test_the_marks_are_100_and_10():
    bonus = {"l2_gradient", "k_fold"}
    assert sum(MARKS[q] for q in set(MARKS) - bonus) == 100
    assert sum(MARKS[q] for q in bonus) == 10
    assert set(MARKS) == set(REFERENCE)


def test_every_question_has_answers_of_both_kinds():
    for question in MARKS:
        assert sum(a.question == question and not a.right for a in ANSWERS) >= 10, question
        assert sum(a.question == question and a.right for a in ANSWERS) >= 6, question


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


def test_an_ordinary_process_tells_right_from_wrong(problems):
    assert [str(answer) for answer in ANSWERS if answer.right != (not problems[answer])] == []


def test_other_seeds_make_no_other_marks():
    tasks = [(answer, seed) for answer in ANSWERS for seed in OTHER_SEEDS]
    found = judge_own([(answer.question, answer.code, seed) for answer, seed in tasks])
    assert [f"{answer}, seed {seed}" for (answer, seed), problem in zip(tasks, found) if answer.right != (not problem)] == []


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.number)
def test_each_wrong_answer_costs_its_own_question_and_each_right_one_gets_full_marks(student, graded):
    assert lost(graded[student]) == student.wrong - {question for name, question in ARGUED if name == student.number}


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.number)
def test_nobody_is_told_another_mistake(student, graded):
    told = graded[student]["mistakes"]
    assert set(told) <= student.wrong
    assert told == {question: [student.answers[question].sentence] for question in told}


def test_nearly_everybody_is_told_the_own_mistake(graded):
    told = Counter(question in graded[student]["mistakes"] for student in STUDENTS for question in student.wrong)
    assert told[True] / told.total() >= 0.95, told


def test_the_mistake_stands_in_the_message_of_the_test(graded):
    for result in graded.values():
        outputs = {cell["id"]: cell.get("outputs") for cell in result["notebook"]["cells"]}
        for question, [sentence] in result["mistakes"].items():
            assert any(sentence in output.get("evalue", "") for output in outputs[f"test_{question}"])
