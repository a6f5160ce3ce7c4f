"""A sample class: submissions made from the student's notebook by exchanging what stands in its cells.

sample.toml has a table for each student:

    answered = ["affine_forward"]                    the questions answered as in the reference; without it, all of them
    answers.affine_backward = "db_unsummed"          an entry of the catalogue in the place of the reference
    cells.cross_entropy = "def …"                    what stands in the cell with that grade id; "" deletes it
    file = "no notebook"                             the file itself; nothing else then
"""

import copy
import shutil
import tomllib
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from . import catalogue
from .cells import grade_id, solutions
from .folder import Exercise


def submission(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """The student's notebook with answers (grade id → text) in its cells; an empty text deletes the cell."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    notebook.cells = [cell for cell in notebook.cells if answers.get(grade_id(cell)) != ""]
    return notebook


def sample_class(exercise: Exercise) -> dict[str, bytes]:
    """Student → the file that they hand in. The exercise must be built."""
    reference = solutions(nbformat.read(exercise.source, as_version=4))
    release = nbformat.read(exercise.release, as_version=4)
    slugs = {(answer.question, answer.slug): answer.code for answer in catalogue.read(exercise.catalogue())}
    files = {}
    for student, about in tomllib.loads((exercise.folder / "sample.toml").read_text(encoding="utf-8")).items():
        if "file" in about:
            files[student] = about["file"].encode()
            continue
        answers = {question: reference[question] for question in about.get("answered", reference)}
        answers |= {question: slugs[question, slug] for question, slug in about.get("answers", {}).items()}
        files[student] = nbformat.writes(submission(release, answers | about.get("cells", {}))).encode()
    return files


def write_classes(exercises: list[Exercise], course: Path) -> list[Exercise]:
    """A course in the folder course, made anew: these exercises with their sample classes; returns the exercises there."""
    shutil.rmtree(course, ignore_errors=True)
    for exercise in exercises:
        shutil.copytree(exercise.folder, course / "exercises" / exercise.name)
        shutil.copytree(exercise.source.parent, course / "source" / exercise.name)
        for student, file in sample_class(exercise).items():
            path = course / "submitted" / student / exercise.name / "main.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(file)
        shutil.copyfile(exercise.root / "nbgrader_config.py", course / "nbgrader_config.py")
    return [Exercise(course, exercise.name) for exercise in exercises]
