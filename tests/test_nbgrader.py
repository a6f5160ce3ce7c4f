"""Stock nbgrader, by its own commands in the course folder, and the class run of `make grade`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from exercise import MARKS, REFERENCE, RELEASE, ROOT

from grading.classroom import Classroom, grade_class, table
from grading.sample import CLASS, submission, write_class

ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def nbgrader(course: Path, *command: str) -> str:
    command = (sys.executable, "-m", "nbgrader", *command)
    result = subprocess.run(command, cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def stock(tmp_path_factory) -> dict[str, dict[str, float]]:
    """Student → question → marks, after the commands that a README of nbgrader would give."""
    course = tmp_path_factory.mktemp("stock")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "source/1101", course / "source/1101")
    nbgrader(course, "generate_assignment", "1101")
    assert (course / "release/1101/main.ipynb").read_bytes() == (ROOT / "release/1101/main.ipynb").read_bytes()
    for student, answers in {"reference": REFERENCE, "untouched": {}}.items():
        path = course / "submitted" / student / "1101/main.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(submission(RELEASE, answers), path)
    nbgrader(course, "autograde", "1101")
    nbgrader(course, "generate_feedback", "1101")
    nbgrader(course, "export")
    assert (course / "grades.csv").is_file()
    assert all((course / f"feedback/{student}/1101/main.html").is_file() for student in ("reference", "untouched"))
    classroom = Classroom(course)
    return {student: classroom.scores(student) for student in ("reference", "untouched")}


def test_stock_nbgrader_gives_the_reference_full_marks(stock):
    assert stock["reference"] == {question: float(marks) for question, marks in MARKS.items()}
    assert sum(stock["reference"].values()) == 110


def test_stock_nbgrader_gives_the_untouched_notebook_nothing_in_any_cell(stock):
    assert stock["untouched"] == dict.fromkeys(MARKS, 0.0)


# What each student of the sample class loses: every other question gets full marks.
LOST = {
    "s01-reference": set(),
    "s04-bias-not-summed": {"affine_backward", "network_backward", "train"},
    "s12-syntax-error": {"cross_entropy"},
    "s13-endless-loop": {"numerical_gradient"},
    "s14-test-deleted": {"affine_backward", "network_backward", "train"},
    "s16-no-bonus": {"l2_gradient", "k_fold"},
}
NOT_GRADED = {"s15-not-json": "not a notebook"}
NOTES = {"s12-syntax-error": "SyntaxError in cross_entropy", "s13-endless-loop": "test_numerical_gradient ran out of time",
         "s14-test-deleted": "test_affine_backward had been deleted"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The part of the sample class that LOST and NOT_GRADED name, graded as `make grade` does it."""
    course = tmp_path_factory.mktemp("sample")
    write_class(ROOT, course)
    for student in set(CLASS) - set(LOST) - set(NOT_GRADED):
        shutil.rmtree(course / "submitted" / student)
    return course, {grade.student: grade for grade in grade_class(course)}


def test_the_sample_class_has_a_dozen_kinds(tmp_path):
    assert len(CLASS) >= 12
    write_class(ROOT, tmp_path / "course")
    assert {p.name for p in (tmp_path / "course/submitted").iterdir()} == set(CLASS)


@pytest.mark.parametrize("student", LOST)
def test_a_student_of_the_sample_class_loses_what_is_wrong_and_no_more(student, sample):
    assert sample[1][student].scores == {q: 0.0 if q in LOST[student] else float(m) for q, m in MARKS.items()}
    assert (sample[0] / f"feedback/{student}/1101/main.html").is_file()


@pytest.mark.parametrize("student", NOT_GRADED)
def test_a_bad_file_is_named_with_its_reason_and_the_others_are_graded(student, sample):
    grade = sample[1][student]
    assert not grade.scores and NOT_GRADED[student] in grade.note
    assert student in table(dict(MARKS), list(sample[1].values()))
    assert set(sample[1]) == set(LOST) | set(NOT_GRADED)


@pytest.mark.parametrize("student", NOTES)
def test_the_table_tells_the_instructor_what_happened(student, sample):
    assert NOTES[student] in sample[1][student].note


@pytest.mark.parametrize("make", ["missing", "empty", "folder", "truncated", "no cells", "utf-16"])
def test_an_unreadable_submission_costs_only_itself(make, tmp_path):
    from grading.classroom import unreadable

    path = tmp_path / "main.ipynb"
    whole = nbformat.writes(RELEASE)
    if make == "folder":
        path.mkdir()
    elif make != "missing":
        path.write_bytes({"empty": b"", "truncated": whole.encode()[:5000], "utf-16": whole.encode("utf-16"),
                          "no cells": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'}[make])
    reason = unreadable(path)
    assert reason and "\n" not in reason and str(tmp_path) not in reason
