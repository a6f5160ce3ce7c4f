"""Marks by part: what is right of a question counts, by the judge and by nbgrader as it comes; a broken rule costs all of it."""

import csv
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from courses import ENVIRONMENT, command, hand_in, new_course, scores
from exercise import MARKS, MLP, REFERENCE, RELEASE
from test_nbgrader import STOCK

from grading.classroom import grade_class
from grading.exercise.folder import Exercise
from grading.exercise.sample import submission
from grading.run import worker

PARTS = {
    "merge_affine": {"W": 2, "b": 1},
    "softmax_cross_entropy_forward": {"E": 2, "y": 2},
    "affine_backward": {"dz": 4, "dW": 5, "db": 3},
    "network_backward": {"dW": 7, "db": 3},
    "train": {"params": 4, "losses": 2},
}


def changed(question: str, changes: dict[str, str]) -> str:
    """The reference's answer with pieces of it changed."""
    text = REFERENCE[question]
    for piece, other in changes.items():
        assert text.count(piece) == 1
        text = text.replace(piece, other)
    return text


FORMS = {  # an answer with a place for a factor of each of its parts, and for a line that breaks a rule
    "merge_affine": """def merge_affine(W1, b1, W2, b2):
    {rule}
    return {W} * W1 @ W2, {b} * (b1 @ W2 + b2)""",
    "softmax_cross_entropy_forward": """def softmax_cross_entropy_forward(u, t):
    {rule}
    s = u - u.max(axis=1, keepdims=True)
    log_y = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return {E} * -np.sum(t * log_y) / len(u), {y} * np.exp(log_y)""",
    "affine_backward": """def affine_backward(du, z, W):
    {rule}
    return {dz} * du @ W.T, {dW} * z.T @ du, {db} * du.sum(axis=0)""",
    "network_backward": changed("network_backward", {
        "    us, zs": "    {rule}\n    us, zs", "(dW, db))": "({dW} * dW, {db} * db))"}),
    "train": changed("train", {
        "    losses = []": "    {rule}\n    losses = []", "params), lr)": "params), {params} * lr)",
        "append(E)": "append({losses} * E)"}),
}  # fmt: skip
RULES = {  # a line that breaks a rule: an argument is changed
    "merge_affine": "b2 += 1", "softmax_cross_entropy_forward": "u += 1", "affine_backward": "du *= 1.5",
    "network_backward": "params.append(params[0]); params.pop(0)", "train": "x *= 1.5",
}  # fmt: skip


def answer(question: str, wrong: tuple[str, ...] = (), rule: str = "pass") -> str:
    """The answer whose parts of these names are three times as large as they must be."""
    text = FORMS[question].replace("{rule}", rule)
    for part in PARTS[question]:
        text = re.sub(rf"\{{{part}\}}", "3" if part in wrong else "1", text)
    return text


def turn(number: int) -> dict[str, tuple[str, ...]]:
    """Question → the parts that are wrong: in turn each one, and at last all."""
    found = {}
    for question, parts in PARTS.items():
        kinds = [(part,) for part in parts] + [tuple(parts)]
        found[question] = kinds[min(number, len(kinds) - 1)]
    return found


STUDENTS = {f"turn {number}": turn(number) for number in range(4)}
RULE_BROKEN = {question: answer(question, rule=line) for question, line in RULES.items()}


def deserved(wrong: dict[str, tuple[str, ...]]) -> dict[str, float]:
    """Question → its marks."""
    return MARKS | {question: sum(points for part, points in PARTS[question].items() if part not in parts)
                    for question, parts in wrong.items()}


def notebook(wrong: dict[str, tuple[str, ...]]) -> nbformat.NotebookNode:
    return submission(RELEASE, REFERENCE | {question: answer(question, parts) for question, parts in wrong.items()})


@pytest.fixture(scope="module")
def judged() -> dict[str, dict]:
    """Student → what the judge made of the notebook; "rules" breaks a rule in each of the questions."""
    handed = {student: notebook(wrong) for student, wrong in STUDENTS.items()}
    handed["rules"] = submission(RELEASE, REFERENCE | RULE_BROKEN)
    files = [nbformat.writes(each).encode() for each in handed.values()]
    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(handed, pool.map(lambda file: worker.grade(file, MLP.assignment()), files)))
    worker.close()
    return results


def test_the_parts_of_a_question_are_its_marks():
    for question, parts in PARTS.items():
        [told] = re.findall(rf'@checks\("{question}".*parts=(\{{[^}}]*\}})', MLP.tests[question])
        assert eval(told) == parts and sum(parts.values()) == MARKS[question]
    assert sum("parts=" in test for test in MLP.tests.values()) == len(PARTS)


def test_an_answer_without_a_wrong_part_is_right():
    assert MLP.judge_all([{question: answer(question) for question in PARTS}]) == [dict.fromkeys(MARKS, "")]


@pytest.mark.parametrize("student", STUDENTS)
def test_the_judge_gives_what_the_parts_deserve(student, judged):
    assert MLP.scores(judged[student]) == deserved(STUDENTS[student])


def test_a_broken_rule_costs_the_whole_question(judged):
    assert MLP.scores(judged["rules"]) == MARKS | dict.fromkeys(RULES, 0)


def test_what_is_wrong_in_part_is_lent_right_to_the_questions_behind_it(judged):
    assert "affine_backward" in judged["turn 0"]["lent"]["network_backward"]


STOCK_STUDENTS = {  # wrong parts that change no other part's marks there, where nothing is lent
    "one": {"merge_affine": ("W",), "train": ("losses",)},
    "two": {"softmax_cross_entropy_forward": ("E",), "network_backward": ("db",)},
    "three": {"affine_backward": ("dz",), "merge_affine": ("b",)},
}


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> Path:
    """A course without the grader, graded by nbgrader as it comes."""
    course = new_course(tmp_path_factory.mktemp("stock"), "1101", config=STOCK)
    for student, wrong in STOCK_STUDENTS.items():
        hand_in(course, student, notebook(wrong), "1101")
    command(course, "nbgrader", "autograde", "1101")
    return course


@pytest.mark.parametrize("student", STOCK_STUDENTS)
def test_nbgrader_as_it_comes_gives_the_same(student, stock):
    found, due = scores(stock, student, "1101"), deserved(STOCK_STUDENTS[student])
    assert {question: found[question] for question in STOCK_STUDENTS[student]} == {
        question: due[question] for question in STOCK_STUDENTS[student]}


def test_nbgrader_validate_says_where_marks_are_lost(tmp_path):
    def validate(name: str, wrong: dict) -> str:
        nbformat.write(notebook(wrong), tmp_path / f"{name}.ipynb")
        run = subprocess.run([sys.executable, "-m", "nbgrader", "validate", f"{name}.ipynb"], cwd=tmp_path, env=ENVIRONMENT,
                             capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout

    assert "Success!" in validate("right", {})
    said = validate("partly", {"merge_affine": ("W",), "train": ("params", "losses")})
    assert "VALIDATION FAILED ON 2 CELL(S)" in said and "merge_affine" in said and "passed some but not all" in said


def test_the_gradebook_the_page_and_the_tables_tell_the_same(tmp_path):
    course, due = new_course(tmp_path, "1101"), deserved(STUDENTS["turn 0"])
    hand_in(course, "partly", notebook(STUDENTS["turn 0"]), "1101")
    [grade] = grade_class(Exercise(course, "1101"))
    assert grade.scores == due == scores(course, "partly", "1101")
    page = (course / "feedback/partly/1101/main.html").read_text(encoding="utf-8")
    assert all(f'<section class="partly" id="{question}">' in page for question in PARTS)
    with open(course / "report/1101/questions.csv", encoding="utf-8-sig") as file:
        [row] = [row for row in csv.DictReader(file) if "partly" in row.values()]
    assert {question: float(row[question]) for question in MARKS} == due
