"""Two exercises in one course, unlike each other: from what arrives to marks, feedback and reports, none in the other's way."""

import csv
import html
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from courses import forked, hand_in, new_course, scores
from exercise import MLP, Tried
from nbgrader.api import Gradebook
from small import NAME, SMALL

from grading.exercise.folder import Exercise
from grading.exercise.sample import submission
from grading.intake.collect import collect
from grading.results import report
from grading.run.assignment import read_assignment

BOTH = {"1101": MLP, NAME: SMALL}
ROSTER = "id,last_name,first_name,email\ns1,山田,太郎,s1@example.jp\ns2,鈴木,花子,s2@example.jp\ns3,佐藤,次郎,s3@example.jp\n"
WRONG = {"1101": ("affine_backward", "db_unsummed"), NAME: ("describe", "sample_std")}
"""Exercise → the mistake of s2."""
LEFT = {"1101": 9.0, NAME: 0.0}
"""Exercise → what s2 gets for the parts of that question that are right (dz and dW)."""


def notebook(tried: Tried, *wrong: tuple[str, str]) -> nbformat.NotebookNode:
    """The reference's answers, but these of the catalogue."""
    return submission(tried.release, tried.reference | {question: tried.slugs[question, slug].code for question, slug in wrong})


HANDED_IN = {  # exercise → student → notebook; s3 mixes the two up
    "1101": {"s1": notebook(MLP), "s2": notebook(MLP, WRONG["1101"]), "s3": notebook(MLP)},
    NAME: {"s1": notebook(SMALL), "s2": notebook(SMALL, WRONG[NAME]), "s3": notebook(MLP)},
}


def deserved(name: str, student: str) -> dict[str, float]:
    return BOTH[name].marks | ({WRONG[name][0]: LEFT[name]} if student == "s2" else {})


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """The course after the instructor's evening: everything collected, graded (one by one, and side by side) and reported."""
    course = new_course(tmp_path_factory.mktemp("course"), *BOTH)
    (course / "students.csv").write_text(ROSTER, encoding="utf-8")
    for name, students in HANDED_IN.items():
        with zipfile.ZipFile(course / f"{name}.zip", "w") as archive:
            for student, handed in students.items():
                archive.writestr(f"{student}/main.ipynb", nbformat.writes(handed))
        (course / f"{name}.txt").write_text(
            "\n".join(f"{a.student} {a.result}: {a.reason}" for a in collect(Exercise(course, name), [course / f"{name}.zip"])))
    forked(course, "nbgrader", "autograde", "1101")
    forked(course, "grading", "autograde", NAME, "--jobs", "2")
    for name in BOTH:
        forked(course, "nbgrader", "generate_feedback", name)
        report.write(Exercise(course, name))
    forked(course, "nbgrader", "export")
    return course


@pytest.mark.parametrize("name, student", [("1101", "s1"), ("1101", "s2"), ("1101", "s3"), (NAME, "s1"), (NAME, "s2")])
def test_the_marks_of_both_are_right_in_one_gradebook(name, student, course):
    assert scores(course, student, name) == deserved(name, student)


@pytest.mark.parametrize("name", BOTH)
def test_the_mistake_is_told_by_the_exercises_own_catalogue(name, course):
    graded = nbformat.read(course / f"autograded/s2/{name}/main.ipynb", as_version=4).metadata.grading
    question, slug = WRONG[name]
    assert graded.mistakes == {question: [BOTH[name].slugs[question, slug].sentence]}


def test_the_notebook_of_the_other_exercise_is_named_as_such(course):
    told = (course / f"{NAME}.txt").read_text()
    assert f"s3 other: the notebook of the exercise 1101, not of {NAME}" in told
    assert not (course / f"submitted/s3/{NAME}").exists() and (course / "submitted/s3/1101").exists()


@pytest.mark.parametrize("name, other", [("1101", SMALL), (NAME, MLP)])
def test_the_other_exercise_handed_in_by_hand_is_refused_by_the_grader_and_on_the_page(name, other, course, tmp_path):
    copy = shutil.copytree(course, tmp_path / "course")
    hand_in(copy, "s4", notebook(other), name)
    with pytest.raises(AssertionError, match=f"s4: NOT GRADED: the notebook of the exercise {other}, not of {name}"):
        forked(copy, "grading", "autograde", name)
    page = html.unescape(report.write(Exercise(copy, name)).read_text(encoding="utf-8"))
    assert f"演習 {other} のノートブックです (演習 {name} のものではありません)" in page
    assert scores(copy, "s4", name) == {}


@pytest.mark.parametrize("name", BOTH)
def test_the_feedback_is_of_its_own_exercise(name, course):
    page = (course / f"feedback/s2/{name}/main.html").read_text(encoding="utf-8")
    assert f"演習 {name}: 採点の結果" in page
    assert set(re.findall(r'<section class="\w+" id="(\w+)">', page)) == set(BOTH[name].marks)
    question, slug = WRONG[name]
    assert BOTH[name].slugs[question, slug].sentence in html.unescape(page)
    assert ("おまけ" in page) == any(cell.metadata.get("bonus") for cell in BOTH[name].source.cells)


@pytest.mark.parametrize("name", BOTH)
def test_the_report_is_of_its_own_exercise_with_its_pass_mark_and_title(name, course):
    page = html.unescape((course / f"report/{name}/report.html").read_text(encoding="utf-8"))
    settings = BOTH[name].exercise.settings
    assert settings.title in page and f"合格率 ({settings.pass_mark:g} 点以上)" in page
    with open(course / f"report/{name}/questions.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert {q: float(rows["s2"][q]) for q in BOTH[name].marks} == deserved(name, "s2")
    assert float(rows["s2"]["total"]) == sum(deserved(name, "s2").values())


def test_nbgraders_export_has_both(course):
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {(row["assignment"], row["student_id"]): float(row["score"]) for row in csv.DictReader(file)}
    expected = {(name, student): sum(deserved(name, student).values()) for name in BOTH for student in ("s1", "s2", "s3")}
    assert rows == expected | {(NAME, "s3"): 0}


def again(course: Path) -> dict[str, list[str]]:
    """Exercise → who is graded anew by another run."""
    logs = {name: forked(course, "grading", "autograde", name) for name in BOTH}
    return {name: [s for s in ("s1", "s2") if f"{s} is graded already" not in logs[name]] for name in BOTH}


def test_a_change_of_one_exercise_regrades_that_one_alone(course, tmp_path):
    copy = shutil.copytree(course, tmp_path / "course")
    assert again(copy) == {"1101": [], NAME: []}
    settings, catalogue = copy / f"exercises/{NAME}/exercise.toml", copy / f"exercises/{NAME}/catalogue/describe.py"
    settings.write_text(settings.read_text(encoding="utf-8").replace("pass_mark = 6", "pass_mark = 5"), encoding="utf-8")
    assert again(copy) == {"1101": [], NAME: []}  # that decides no mark
    settings.write_text(settings.read_text(encoding="utf-8").replace("seed = 7", "seed = 8"), encoding="utf-8")
    assert again(copy) == {"1101": [], NAME: ["s1", "s2"]}
    text = catalogue.read_text(encoding="utf-8").replace("n - 1 で割っています", "n - 1 で割りました")
    catalogue.write_text(text, encoding="utf-8")
    assert again(copy) == {"1101": [], NAME: ["s1", "s2"]}
    [sentence] = nbformat.read(copy / f"autograded/s2/{NAME}/main.ipynb", as_version=4).metadata.grading.mistakes["describe"]
    assert "n - 1 で割りました" in sentence


def test_what_decides_a_mark_or_a_sentence_is_in_the_key_and_nothing_else():
    assignment = read_assignment(SMALL.exercise, {})
    same = [replace(assignment, marks={}), replace(assignment, settings=replace(assignment.settings, title="x", pass_mark=1))]
    others = [
        replace(assignment, source=assignment.source + " "),
        replace(assignment, catalogue={**assignment.catalogue, "describe": ""}),
        replace(assignment, settings=replace(assignment.settings, seed=0)),
        replace(assignment, settings=replace(assignment.settings, not_lent={"closest": ("Scaler",)})),
        replace(assignment, settings=replace(assignment.settings, absent=())),
        replace(assignment, limits=replace(assignment.limits, seconds=1)),
        replace(assignment, sandbox=False),
        replace(assignment, engine="another version of the grader, of Python or of a library"),
    ]
    assert {one.key for one in same} == {assignment.key}
    assert len({one.key for one in others} - {assignment.key}) == len(others)


def test_the_engine_is_another_for_another_library_or_another_line_of_the_grader(monkeypatch, tmp_path):
    from grading.run import assignment

    before = assignment.engine.__wrapped__()
    assert before == assignment.engine.__wrapped__()
    monkeypatch.setattr(assignment, "version", lambda name: "0")
    assert assignment.engine.__wrapped__() != before
    monkeypatch.undo()
    copy = shutil.copytree(assignment.PACKAGE, tmp_path / "grading")
    monkeypatch.setattr(assignment, "PACKAGE", copy)
    assert assignment.engine.__wrapped__() == before
    for path in copy / "run/judge.py", copy / "sandbox/kernel/functions.py", copy / "exercise/rebuild.py", copy / "notes.py":
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "#", encoding="utf-8")
        assert assignment.engine.__wrapped__() != before
        path.write_text(text, encoding="utf-8")


def test_the_gradebook_names_the_course_and_holds_both(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", "seminar") as gradebook:
        assert {assignment.name for assignment in gradebook.assignments} == set(BOTH)
