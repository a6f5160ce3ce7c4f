"""Every answer of every catalogue gets the marks it deserves, and is told its own mistake: the tests of the tests."""

import hashlib
import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import nbformat
import pytest
from exercise import ALL, MLP, Tried, run
from small import SMALL

from grading.exercise import catalogue
from grading.exercise.cells import grade_id
from grading.exercise.sample import submission
from grading.run import worker

TRIED = [*ALL, SMALL]
OTHER_SEEDS = 1, 2


@dataclass(frozen=True, eq=False)
class Student:
    """Wrong and right answers of a catalogue, mixed: each wrong one stands before right ones that could call it."""

    tried: Tried
    name: str
    answers: dict[str, catalogue.Answer]
    """Question → the answer; the reference where there is none."""

    @property
    def wrong(self) -> set[str]:
        return {question for question, answer in self.answers.items() if not answer.right}

    def notebook(self) -> bytes:
        answers = self.tried.reference | {question: answer.code for question, answer in self.answers.items()}
        return nbformat.writes(submission(self.tried.release, answers)).encode()

    def __str__(self) -> str:
        return f"{self.tried}, {self.name}"


def draw(*what: object) -> int:
    """A number that depends on what alone."""
    return int.from_bytes(hashlib.sha256(repr([*map(str, what)]).encode()).digest()[:8], "big")


def students(tried: Tried) -> list[Student]:
    """A class in which every answer occurs. A new answer of the catalogue moves those of its own question only."""
    kinds = list(itertools.product(tried.marks, (True, False)))
    of = {kind: sorted((a for a in tried.answers if (a.question, a.right) == kind), key=draw) for kind in kinds}
    turns = {kind: itertools.cycle(of[kind]) for kind in kinds}
    found, left = [], set(tried.answers)
    while left:
        name = f"student {len(found)}"
        answers: dict[str, catalogue.Answer] = {}
        for question in tried.marks:
            not_lent = tried.exercise.settings.not_lent.get(question, ())
            if all(answers[each].right for each in not_lent):  # an answer that only calls a wrong one is not right
                right = draw(name, question) % 2 == 0
                if not_lent and not left & {*of[question, right]}:  # it comes rarely: first those that nobody has had
                    right = not right
                answers[question] = next(turns[question, right])
        found.append(Student(tried, name, answers))
        left -= {*answers.values()}
    return found


STUDENTS = [student for tried in TRIED for student in students(tried)]
ARGUED = {
    ("softmax_cross_entropy_forward-nan_to_num_on_log", "softmax-minimum_exponent"): "the student's own softmax is never 0",
    ("softmax_cross_entropy_forward-infinite", "softmax-minimum_exponent"): "the student's own softmax is never 0",
    ("sigmoid_backward-value_for_slope", "sigmoid_forward-derivative"): "the student's own sigmoid_forward is the slope",
}
"""(a wrong answer, another one of the same student) → why it is right after all beside that one."""


def excused(student: Student) -> set[str]:
    """The questions whose answer is right after all."""
    mine = {str(answer) for answer in student.answers.values()}
    return {answer.partition("-")[0] for answer, beside in ARGUED if {answer, beside} <= mine}


@pytest.fixture(scope="module")
def graded() -> dict[Student, dict]:
    """Student → what the grader made of the notebook."""
    assignments = {tried: tried.assignment() for tried in TRIED}
    results = {}
    with ThreadPoolExecutor(2) as pool:
        for tried in TRIED:  # judges of one exercise end when another's are begun
            mine = [student for student in STUDENTS if student.tried is tried]
            results |= zip(mine, pool.map(lambda student: worker.grade(student.notebook(), assignments[student.tried]), mine))
    worker.close()
    return results


@cache
def problems(tried: Tried, seed: int) -> dict[catalogue.Answer, str]:
    """Answer → what its own test finds in an ordinary process, '' where it passes."""
    return dict(zip(tried.answers, tried.judge_own([(answer.question, answer.code, seed) for answer in tried.answers])))


def test_the_marks_of_1101_are_100_and_10():
    bonus = {"l2_gradient", "k_fold"}
    assert sum(MLP.marks[q] for q in set(MLP.marks) - bonus) == 100
    assert sum(MLP.marks[q] for q in bonus) == 10
    assert set(MLP.marks) == set(MLP.reference)


def test_every_question_of_1101_has_many_answers_of_both_kinds():
    for question in MLP.marks:
        assert sum(a.question == question and not a.right for a in MLP.answers) >= 10, question
        assert sum(a.question == question and a.right for a in MLP.answers) >= 6, question


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_every_question_has_answers_of_both_kinds_and_every_answer_a_question(tried):
    kinds = set(itertools.product(tried.marks, (True, False)))
    assert {(answer.question, answer.right) for answer in tried.answers} == kinds


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_the_reference_passes_everything(tried):
    assert tried.judge_all([{}]) == [dict.fromkeys(tried.marks, "")]


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_the_untouched_notebook_fails_everywhere(tried):
    stubs = {grade_id(c): c.source for c in tried.release.cells if grade_id(c) in tried.reference}
    [found] = tried.judge_all([stubs])
    assert all("まだ書かれていません" in problem for problem in found.values())


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_the_cells_of_the_untouched_notebook_run(tried):
    """In a class, the SOLUTION markers stand inside the methods: a stub in its body would fail where the cell is run."""
    stubs = {grade_id(c): c.source for c in tried.release.cells if grade_id(c) in tried.reference}
    names = dict(tried.given)
    assert {question: run(code, question, names) for question, code in stubs.items()} == dict.fromkeys(stubs, "")


@pytest.mark.parametrize("code", ["pass", "del {q}", "{q} = None", "{q} = 3", "def {q}(*args, **options): return args",
                                  "def {q}(*args, **options): return 0.0", "def {q}(*args, **options): raise ValueError('?')",
                                  "class {q}: pass"])
@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_a_trivial_answer_fails_everywhere(tried, code):
    code = code if code != "pass" else "def {q}(*args, **options): pass"
    [found] = tried.judge_all([{q: code.format(q=q) for q in tried.marks}])
    assert all(found.values()), [q for q, problem in found.items() if not problem]


@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_an_ordinary_process_tells_right_from_wrong(tried):
    found = problems(tried, tried.exercise.settings.seed)
    assert [str(answer) for answer in found if answer.right != (not found[answer])] == []


@pytest.mark.parametrize("seed", OTHER_SEEDS)
@pytest.mark.parametrize("tried", TRIED, ids=str)
def test_other_seeds_make_no_other_marks(tried, seed):
    found = problems(tried, seed)
    assert [str(answer) for answer in found if answer.right != (not found[answer])] == []
    assert tried.given["SEED"] == tried.exercise.settings.seed  # the next test finds its own


@pytest.mark.parametrize("student", STUDENTS, ids=str)
def test_each_wrong_answer_costs_its_own_question_and_each_right_one_gets_full_marks(student, graded):
    assert student.tried.lost(graded[student]) == student.wrong - excused(student)


@pytest.mark.parametrize("question", ["softmax", "network_backward", "fix_backward"])
def test_a_new_answer_moves_those_of_its_own_question_only(question):
    def others(student: Student) -> dict[str, catalogue.Answer]:
        return {name: answer for name, answer in student.answers.items() if name != question}

    more = Tried(MLP.exercise)
    more.__dict__["answers"] = [*MLP.answers, catalogue.Answer(question, "new", False, "新しい間違いです。", "")]
    assert all(others(before) == others(after) for before, after in zip(students(MLP), students(more)))


@pytest.mark.parametrize("one, beside", ARGUED)
def test_what_is_argued_is_right_beside_the_other_and_wrong_alone(one, beside):
    names = [tuple(name.split("-")) for name in (one, beside)]
    both = Student(MLP, "argued", {question: MLP.slugs[question, slug] for question, slug in names})
    alone = Student(MLP, "alone", {names[0][0]: MLP.slugs[names[0]]})
    lost = [MLP.lost(worker.grade(student.notebook(), MLP.assignment())) for student in (both, alone)]
    assert lost == [both.wrong - {names[0][0]}, {names[0][0]}]


@pytest.mark.parametrize("student", STUDENTS, ids=str)
def test_nobody_is_told_another_mistake(student, graded):
    told = graded[student]["mistakes"]
    assert set(told) <= student.wrong
    assert told == {question: [student.answers[question].sentence] for question in told}


def message(result: dict, question: str) -> str:
    """What the failed test of a question says."""
    [outputs] = [cell["outputs"] for cell in result["notebook"]["cells"] if cell["id"] == f"test_{question}"]
    return "\n".join(output["evalue"] for output in outputs if output["output_type"] == "error")


def test_nearly_everybody_is_told_the_own_mistake(graded):
    """By the diagnosis; numerical differentiation, whose values are right but for noise, by the test itself."""
    told = Counter()
    for student in STUDENTS:
        for question in student.wrong - excused(student):
            numerical = student.answers[question].slug.startswith("numerical")
            told["数値微分" in message(graded[student], question) if numerical else question in graded[student]["mistakes"]] += 1
    assert told[True] / told.total() >= 0.95, told


def test_nearly_all_numerical_differentiation_is_called_by_its_name():
    """Not by name: what is wrong in its values too (a wide step near a kink)."""
    found = problems(MLP, MLP.exercise.settings.seed)
    named = ["数値微分" in found[answer] for answer in found if not answer.right and answer.slug.startswith("numerical")]
    assert sum(named) / len(named) >= 0.9


def test_the_mistake_stands_in_the_message_of_the_test(graded):
    for result in graded.values():
        outputs = {cell["id"]: cell.get("outputs") for cell in result["notebook"]["cells"]}
        for question, [sentence] in result["mistakes"].items():
            assert any(sentence in str(output) for output in outputs[f"test_{question}"])


def test_what_one_answer_sets_does_not_reach_the_next():
    sets = "import warnings\nnp.seterr(all='raise')\nnp.set_printoptions(precision=1)\nwarnings.simplefilter('error')"
    fragile = "assert np.geterr()['over'] == 'warn' and np.get_printoptions()['precision'] == 8\n" + MLP.reference["tanh_forward"]
    wrong, right = MLP.judge_own([("affine_forward", f"{sets}\ndel affine_forward", 0), ("tanh_forward", fragile, 0)])
    assert wrong and not right
