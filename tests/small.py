"""The small exercise that only the tests use (tests/exercises/warm-up), built into a course of its own, once a process."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from exercise import ROOT, Tried

from grading.exercise.build import build
from grading.exercise.folder import Exercise

FOLDER = TemporaryDirectory(prefix="small-")
NAME = "warm-up"


def add_to(course: Path) -> Exercise:
    """The exercise in a course that has none of that name, built."""
    shutil.copytree(ROOT / "tests/exercises" / NAME, course / "exercises" / NAME)
    shutil.copytree(ROOT / "exercises/shared", course / "exercises/shared", dirs_exist_ok=True)
    if not (course / "nbgrader_config.py").exists():
        shutil.copy(ROOT / "nbgrader_config.py", course)
    exercise = Exercise(course, NAME)
    build(exercise)
    return exercise


SMALL = Tried(add_to(Path(FOLDER.name)))
SOURCE, RELEASE, REFERENCE, MARKS = SMALL.source, SMALL.release, SMALL.reference, SMALL.marks
