"""The exercise run without a kernel: its cells in one namespace, a fresh process for every set of answers.

What a real kernel and stock nbgrader make of the same notebook is tested in test_notebook.py and
test_nbgrader.py; this is the fast way for the hundreds of answers of the catalogue.
"""

import io
import multiprocessing
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import nbformat

from grading.rebuild import grade_id
from grading.sample import solutions

ROOT = Path(__file__).parent.parent
SOURCE = nbformat.read(ROOT / "source/1101/main.ipynb", as_version=4)
RELEASE = nbformat.read(ROOT / "release/1101/main.ipynb", as_version=4)
REFERENCE = solutions(SOURCE)
TESTS = {grade_id(c)[5:]: c.source for c in SOURCE.cells if grade_id(c).startswith("test_")}
MARKS = {grade_id(c)[5:]: c.metadata.nbgrader.points for c in SOURCE.cells if grade_id(c).startswith("test_")}
GIVEN = ["imports", "tools", "data", "broken_backward"]


def lost(result: dict) -> set[str]:
    """The questions without marks in what grading.worker.grade made of a notebook: what nbgrader takes for failure."""
    outputs = {cell["id"]: cell.get("outputs", []) for cell in result["notebook"]["cells"]}
    failed = ("error", "stderr")
    return {q for q in MARKS if any(o["output_type"] in failed or o.get("name") in failed for o in outputs[f"test_{q}"])}


def run(source: str, name: str, namespace: dict) -> str:
    """Run one cell; returns what nbgrader would take for failure: the error, or what went to stderr."""
    error = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(error):
        try:
            exec(compile(source, f"<{name}>", "exec"), namespace)
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"
    return error.getvalue()


@cache
def given() -> dict:
    """The names of the instructor's notebook with every question answered by the reference."""
    namespace = {"__name__": "__main__"}
    for cell in SOURCE.cells:
        if grade_id(cell) in GIVEN or grade_id(cell) in REFERENCE:
            problem = run(cell.source, grade_id(cell), namespace)
            assert not problem, problem
    return namespace


def _judge(answers: dict[str, str]) -> dict[str, str]:
    namespace = given()
    for question, code in (REFERENCE | answers).items():
        run(code, question, namespace)
    return {question: run(test, f"test_{question}", namespace) for question, test in TESTS.items()}


def judge_all(many: list[dict[str, str]]) -> list[dict[str, str]]:
    """For each set of answers (question → code, the reference elsewhere): question → problem, '' where it passes."""
    given()
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        return pool.map(_judge, many, chunksize=1)


def _judge_own(task: tuple[str, str, int]) -> str:
    question, code, seed = task
    namespace = given()
    right, mine = namespace[question], dict(namespace)
    run(code, question, mine)
    namespace |= {question: mine[question], "SEED": seed}
    try:
        return run(TESTS[question], f"test_{question}", namespace)
    finally:
        namespace[question] = right


def judge_own(tasks: list[tuple[str, str, int]]) -> list[str]:
    """For each (question, code, seed): the problem that the question's own test finds; all else is the reference."""
    given()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.map(_judge_own, tasks, chunksize=16)
