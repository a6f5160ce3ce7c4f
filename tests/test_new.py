"""The first page of CONTRIBUTING, followed word for word: an exercise that works at once, and a question more in it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from courses import ENVIRONMENT, scores
from exercise import ROOT, Tried

from grading.exercise.folder import Exercise, NoExercise
from grading.exercise.new import write

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where things are")[0]
PUTS = re.findall(r"In `(exercises/1108/[^`]+)`.*?```\w+\n(.*?)```", PAGE, re.DOTALL)
"""(file, what is to be put at its end), in the order of the page."""


def grading(course: Path, *words: str) -> str:
    """What the command says; it must end well."""
    command = [sys.executable, "-m", "grading", *words]
    run = subprocess.run(command, cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course in which nothing is but what `make new EXERCISE=1108` needs; built and graded as the page says."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "exercises/shared", course / "exercises/shared")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    grading(course, "new", "1108")
    grading(course, "build")
    return course


@pytest.fixture(scope="module")
def begun(course) -> dict[str, dict[str, float]]:
    """Student of the sample class → marks, of the new exercise as it is."""
    said = grading(course, "grade", "1108")
    assert said.startswith("submitted/ is empty: grading a sample class") and "3 submissions; 0 not graded." in said
    return {student: scores(course / "sample", student, "1108") for student in ("a-reference", "b-untouched", "c-not-divided")}


def test_a_new_exercise_is_built_and_graded_at_once(begun):
    assert [list(marks.values()) for marks in begun.values()] == [[10], [0], [0]]


def test_the_answers_of_a_new_exercise_get_what_they_deserve(course):
    tried = Tried(Exercise(course, "1108"))
    found = tried.judge_own([(answer.question, answer.code, seed) for seed in (1, 2) for answer in tried.answers])
    assert [not problem for problem in found] == [answer.right for answer in tried.answers] * 2


@pytest.fixture(scope="module")
def extended(course, begun) -> Path:
    """The course after the page's second question, and the sample class graded again."""
    assert [file.rpartition("/")[2] for file, _ in PUTS] == ["notebook.py", "mean_absolute_error.py", "sample.toml"]
    for file, text in PUTS:
        with open(course / file, "a", encoding="utf-8") as end:
            end.write("\n" * bool(end.tell()) + dedent(f"   {text.lstrip(' ')}"))
    grading(course, "build", "1108")
    grading(course, "grade", "1108")
    return course / "sample"


def test_the_page_says_what_comes_of_the_second_question(extended):
    marks = scores(extended, "d-absolute-not-divided", "1108")
    assert sum(marks.values()) == 10 and "has 10 of 15" in PAGE
    assert sum(scores(extended, "a-reference", "1108").values()) == 15
    page = (extended / "feedback/d-absolute-not-divided/1108/main.html").read_text(encoding="utf-8")
    [sentence] = re.findall(r"# %% wrong: not_divided\n\s*# (.+)", PAGE)
    assert sentence in page


def test_the_catalogue_of_the_second_question_is_told_apart(extended):
    tried = Tried(Exercise(extended, "1108"))
    mine = [answer for answer in tried.answers if answer.question == "mean_absolute_error"]
    found = Tried(Exercise(extended.parent, "1108")).judge_own([(answer.question, answer.code, 1) for answer in mine])
    assert len(mine) == 2 and [not problem for problem in found] == [answer.right for answer in mine]


REFUSED = {  # a name → why it cannot be one
    "1108": "exercises/1108 is there already",
    "taken": "taken is there already",
    "a b": "is no name for an exercise",
    "../x": "is no name for an exercise",
    "": "is no name for an exercise",
    "演習": "is no name for an exercise",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_cannot_be_one_is_refused_and_nothing_is_written(name, course):
    (course / "taken").mkdir(exist_ok=True)
    before = sorted(course.glob("exercises/*"))
    with pytest.raises(NoExercise, match=REFUSED[name]):
        write(course, name)
    assert sorted(course.glob("exercises/*")) == before


def test_a_folder_that_is_no_course_is_refused(tmp_path):
    with pytest.raises(NoExercise, match=r"There is no nbgrader_config\.py here"):
        write(tmp_path, "1108")


def test_where_others_have_handed_in_the_sample_class_is_graded_and_that_is_said(course):
    path = course / "submitted/s1/1101/main.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert grading(course, "grade", "1108").startswith("submitted/ holds nothing of 1108: grading a sample class")
    shutil.rmtree(course / "submitted")
