"""Exercises as the tests use them: their notebooks, and their cells run without a kernel.

What a real kernel, stock nbgrader and the grader make of the same notebooks is tested elsewhere; cells in one namespace are the
fast way for the hundreds of answers of a catalogue. Every set of answers gets a fresh process: what one sets, no other finds.
"""

import io
import multiprocessing
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import nbformat
from nbgrader.utils import determine_grade

from grading.exercise import catalogue
from grading.exercise.cells import grade_id, solutions, tested
from grading.exercise.folder import Exercise, exercises
from grading.run.assignment import Assignment, read_assignment
from grading.sandbox.limits import Limits

ROOT = Path(__file__).parent.parent
T = TypeVar("T")


@dataclass(frozen=True)
class Tried:
    """An exercise that is built."""

    exercise: Exercise

    def __str__(self) -> str:
        return self.exercise.name

    @cached_property
    def source(self) -> nbformat.NotebookNode:
        return nbformat.read(self.exercise.source, as_version=4)

    @cached_property
    def release(self) -> nbformat.NotebookNode:
        return nbformat.read(self.exercise.release, as_version=4)

    @cached_property
    def reference(self) -> dict[str, str]:
        """Question → the reference's answer."""
        return solutions(self.source)

    @cached_property
    def tests(self) -> dict[str, str]:
        return {tested(cell): cell.source for cell in self.source.cells if tested(cell)}

    @cached_property
    def marks(self) -> dict[str, float]:
        return {tested(cell): float(cell.metadata.nbgrader.points) for cell in self.source.cells if tested(cell)}

    @cached_property
    def answers(self) -> list[catalogue.Answer]:
        """The catalogue."""
        return catalogue.read(self.exercise.catalogue())

    @cached_property
    def slugs(self) -> dict[tuple[str, str], catalogue.Answer]:
        return {(answer.question, answer.slug): answer for answer in self.answers}

    def assignment(self, **limits) -> Assignment:
        return read_assignment(self.exercise, limits)

    def scores(self, result: dict) -> dict[str, float]:
        """Question → the marks that nbgrader gives for what grading.run.worker.grade made of a notebook."""
        cells = {cell["id"]: nbformat.from_dict(cell) for cell in result["notebook"]["cells"]}
        return {question: determine_grade(cells[f"test_{question}"])[0] for question in self.marks}

    def lost(self, result: dict) -> set[str]:
        """The questions without full marks in what grading.run.worker.grade made of a notebook."""
        return {question for question, score in self.scores(result).items() if score < self.marks[question]}

    @cached_property
    def given(self) -> dict:
        """The names of the instructor's notebook with every question answered by the reference."""
        namespace = {"__name__": "__main__"}
        for cell in self.source.cells:
            name = grade_id(cell)
            if name and cell.cell_type == "code" and not tested(cell) and not name.startswith("picture_"):
                problem = run(cell.source, name, namespace)
                assert not problem, problem
        namespace["SEED"] = self.exercise.settings.seed
        return namespace

    def judge_all(self, many: list[dict[str, str]]) -> list[dict[str, str]]:
        """For each set of answers (question → code, the reference elsewhere): question → problem, '' where it passes."""
        return in_processes(self, "_judge", many)

    def _judge(self, answers: dict[str, str]) -> dict[str, str]:
        for question, code in (self.reference | answers).items():
            run(code, question, self.given)
        return {question: run(test, f"test_{question}", self.given) for question, test in self.tests.items()}

    def judge_own(self, tasks: list[tuple[str, str, int]]) -> list[str]:
        """For each (question, code, seed): the problem that the question's own test finds; all else is the reference."""
        return in_processes(self, "_judge_own", tasks)

    def _judge_own(self, task: tuple[str, str, int]) -> str:
        question, code, seed = task
        mine = dict(self.given)
        run(code, question, mine)
        self.given.pop(question)
        self.given.update({question: mine[question], "SEED": seed} if question in mine else {"SEED": seed})
        return run(self.tests[question], f"test_{question}", self.given)


def run(source: str, name: str, namespace: dict) -> str:
    """Run one cell; returns what costs marks: the error, what went to stderr, or the sentence beside a number of marks."""
    error, results, hook = io.StringIO(), [], sys.displayhook
    sys.displayhook = results.append  # as a notebook shows the result of a cell
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(error):
            exec(compile(source, f"<{name}>", "exec"), namespace)
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"
    finally:
        sys.displayhook = hook
    return error.getvalue() or "".join(f"{result!r} marks: {result.sentence}" for result in results)


AT_WORK: list[Tried] = []
"""What a forked worker finds: an exercise's names cannot cross to it."""


def in_processes(tried: Tried, method: str, tasks: list) -> list:
    """What the method makes of each task, on two cores, each in a process of its own."""
    assert tried.given
    AT_WORK[:] = [tried]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return pool.starmap(of_worker, [(method, task) for task in tasks], chunksize=8)


def of_worker(method: str, task):
    """In a fork of a worker: what one answer sets in the process (np.seterr, say) does not reach the next."""
    return in_fork(lambda: getattr(AT_WORK[0], method)(task), task)


def in_fork(act: Callable[[], T], what: object = "a fork") -> T:
    """What act makes of this process; nothing else of it stays. what: is named where the process ends early."""
    end, start = os.pipe()
    child = os.fork()
    if not child:
        try:
            with os.fdopen(start, "wb") as file:
                pickle.dump(act(), file)
        finally:
            os._exit(0)
    os.close(start)
    with os.fdopen(end, "rb") as file:
        told = file.read()
    os.waitpid(child, 0)
    assert told, f"the process ended in {what}"
    return pickle.loads(told)


ALL = [Tried(exercise) for exercise in exercises(ROOT)]
MLP = Tried(Exercise(ROOT, "1101"))
SOURCE, RELEASE, REFERENCE, TESTS, MARKS = MLP.source, MLP.release, MLP.reference, MLP.tests, MLP.marks
"""Of 1101."""
LIMITS = Limits()
