"""Course folders, and the instructor's own commands in them."""

import os
import runpy
import shutil
import subprocess
import sys
import traceback
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from exercise import MLP, ROOT, in_fork
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from small import NAME, SMALL

from grading.course import load_config
from grading.exercise.folder import Exercise
from grading.run import worker

CONFIG = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
EXERCISES = {str(tried): tried for tried in (SMALL, MLP)}


def command(course: Path, module: str, *words: str) -> str:
    """Run `python -m module words…` in the course; returns what it said on stderr. It must end well."""
    result = subprocess.run([sys.executable, "-m", module, *words], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stderr


def forked(course: Path, module: str, *words: str) -> str:
    """As `command`, in a fork of this process, which has imported already what a new Python takes seconds to import: for a step
    on the way to what is tested, in a course with the grader. Where the command itself is tested, and without the grader, which
    this process may have put into nbgrader already, it must be `command`."""
    log = course.with_name(f".{course.name}.said")

    def run() -> int | str | None:
        worker.judges.clear()  # they are this process's own
        with open(log, "w", buffering=1, encoding="utf-8") as said:
            sys.stdout = sys.stderr = said
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.chdir(course)
            os.environ.update(ENVIRONMENT)
            sys.argv, sys.path[:0] = [module, *words], [str(course)]
            try:
                runpy.run_module(module, run_name="__main__", alter_sys=True)
            except SystemExit as end:
                return end.code
            except BaseException:
                traceback.print_exc()
                return 1
        return 0

    code, said = in_fork(run, f"{module} {words}"), log.read_text(encoding="utf-8", errors="replace")
    log.unlink()
    assert not code, f"{said}{code}"
    return said


def put_exercise(course: Path, name: str) -> Exercise:
    """An exercise in a course's folder, as its source and what is built of it."""
    exercise = EXERCISES[name].exercise
    for path in exercise.folder, exercise.source.parent, exercise.release.parent:
        shutil.copytree(path, course / path.relative_to(exercise.root))
    return Exercise(course, name)


@cache
def generated(config: str, names: tuple[str, ...]) -> TemporaryDirectory:
    """A course with this nbgrader_config.py whose gradebook knows these exercises, once for all tests of a process."""
    folder = TemporaryDirectory(prefix="course-")
    course = Path(folder.name)
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for name in names:
        shutil.rmtree(put_exercise(course, name).release.parent)
        (forked if config == CONFIG else command)(course, "nbgrader", "generate_assignment", name)
    return folder


def new_course(folder: Path, *names: str, config: str = CONFIG) -> Path:
    """A course in folder that knows these exercises (the small one where none is named), with nothing handed in."""
    return shutil.copytree(generated(config, names or (NAME,)).name, folder, dirs_exist_ok=True)


def hand_in(course: Path, student: str, notebook: nbformat.NotebookNode, name: str = NAME) -> None:
    path = course / "submitted" / student / name / "main.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def scores(course: Path, student: str, name: str = NAME) -> dict[str, float]:
    """Question → marks in the gradebook."""
    with Gradebook(CourseDirectory(config=load_config(course)).db_url) as gradebook:
        try:
            grades = gradebook.find_submission_notebook("main", name, student).grades
        except MissingEntry:
            return {}
        return {grade.name.removeprefix("test_"): grade.score for grade in grades if grade.max_score}
