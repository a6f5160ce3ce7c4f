"""What `nbgrader autograde` runs in this course: nbgrader's own converter with the work given to an executor.

Only this process writes: the gradebook and autograded/, a submission at a time. First the marks, in one
transaction; then the folder, by one rename. A run that was killed goes on with what has no folder.
"""

import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path

import nbformat
from jsonschema import ValidationError
from nbgrader.api import Assignment as AssignmentEntry
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.converters import Autograde as Stock
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import rmtree
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm
from traitlets import Bool, Dict, Integer, Unicode

from ..course import (
    NOTEBOOK,
    SECRET,
    TROUBLES,
    at_work,
    check_gradebook,
    check_writable,
    folders,
    handed_in,
    is_name,
    tell,
    timestamp,
    trouble,
)
from ..exercise.folder import Exercise, NoExercise, check_place
from ..notes import Note, Refused, in_short, shown
from ..sandbox import machine
from . import late, refusal, worker
from .assignment import Assignment, course_secret, read_assignment
from .marks import Marks
from .record import record

FEW = 5
"""Students that a sentence names."""
ENDLESS = re.compile(rb"while (?:True|1)\b")
LOOKED_AT = 1 << 20
"""Bytes up to which a file is looked at before its turn comes."""
LONG = 5
"""Seconds that are long for a submission."""
HOPELESS = "endless", "heavy"
"""Why a file is not tried again before it changes: it would hold up every run."""


class SomeUngraded(NbGraderException):
    """All is graded but for some submissions, which `ungraded` names."""


class Autograde(Stock):
    """nbgrader.converters.Autograde, with a judge outside the student's process."""

    jobs = Integer(1, help="How many submissions are graded side by side.").tag(config=True)
    scheduler = Unicode("", help="The address of a Dask scheduler, whose workers do the work.").tag(config=True)
    sandbox = Bool(True, help="False: run the code of the students with your rights, unprotected.").tag(config=True)
    limits = Dict(help="What a submission may use: see grading/sandbox/limits.py.").tag(config=True)
    bar = Bool(False, help="Show a progress bar.").tag(config=True)

    def start(self) -> None:
        """Raises NbGraderException where nothing, or nothing more, can be graded, and SomeUngraded where some could not be.

        ungraded: student → why, of a file that is no notebook of the exercise, of a folder whose name cannot be a student's,
        and (kind "failed") of grading that went wrong. said: what of the assignment and its deadlines is another now.
        """
        self.ungraded: dict[str, Note] = {}
        self.said: list[str] = []
        root = Path(self.coursedir.root)
        try:
            check_place(root)
            check_writable(root)
            check_gradebook(self.coursedir.db_url)
            with at_work(root, f"autograde {self.coursedir.assignment_id}", self.log.warning):
                super().start()
        except NoExercise as error:
            self._fail(str(error))
        except TROUBLES as error:
            self._fail(f"Nothing more is graded: {trouble(error)}. What is graded stays; the next run goes on.")
        except KeyboardInterrupt:
            tell("Stopped. What is graded stays; the next run goes on.")
            sys.exit(128 + signal.SIGINT)

    def init_notebooks(self) -> None:
        """Every folder of the assignment counts, whatever is in it: what cannot be graded is named later."""
        assignment, student = self.coursedir.assignment_id, self.coursedir.student_id
        found = folders(self.coursedir, self.coursedir.submitted_directory, assignment, student)
        self.assignments: dict[str, list] = {str(folder): [] for name, folder in found.items() if is_name(name)}
        for name in sorted(name for name in found if not is_name(name)):
            self.ungraded[shown(name)] = why = Note("unusable name")
            self.log.error("%s: NOT GRADED: %s", shown(name), why)
        if not found:
            super().init_notebooks()  # says what it looked for

    def convert_notebooks(self) -> None:
        """Grade what is in `assignments` and not graded yet.

        Raises NoExercise or NbGraderException where nothing can be graded, and SomeUngraded at the end where a submission could
        not be.
        """
        exercise = Exercise(Path(self.coursedir.root), self.coursedir.assignment_id)
        late.extensions(exercise)  # a mistake in them is said before, not after
        assignment = self._assignment(exercise)
        if not self.scheduler:
            if problem := machine.foreign():
                self._fail(f"Nothing is graded: {problem}.")
            if self.sandbox and (problem := machine.missing(assignment.limits)):
                self._fail(f"Nothing is graded: {problem}. {machine.UNPROTECTED}")
        waiting, times, known = [], {}, self._recorded()
        for folder in sorted(self.assignments):
            submission = Submission(self, folder)
            shutil.rmtree(submission.partial, ignore_errors=True)  # of a run that was killed
            if submission.student in self.coursedir.student_id_exclude.split(","):
                continue
            if why := None if self.force else submission.settled(assignment):
                self.log.error("%s: NOT GRADED, as before: %s", submission.student, why)
                self.ungraded[submission.student] = why
            elif self.force or submission.student not in known or not submission.is_graded(assignment):
                waiting.append(submission)
            else:
                times[submission.student] = submission.timestamp()
                self.log.info("%s is graded already", submission.student)
        waiting = in_order(waiting)
        try:
            with self._executor(assignment.key) as (executor, width):
                results = self._results(waiting, assignment, executor, width)
                if waiting and not self.scheduler:
                    worker.ready(assignment)  # a source that cannot grade leaves the gradebook as it is
                self._record(exercise)
                try:
                    self._grade(waiting, results, times)
                finally:
                    self._reckon(exercise, times)
        except worker.CannotGrade as error:
            self._fail(f"Nothing more is graded: {str(error).rstrip('.。')}.")
        finally:
            worker.close(assignment.key)
        if self.ungraded:
            tried = len({*self.ungraded, *(submission.student for submission in waiting)})
            self._fail(f"{len(self.ungraded)} of {tried} could not be graded: {', '.join(self.ungraded)}.", SomeUngraded)

    def _fail(self, message: str, kind: type[NbGraderException] = NbGraderException) -> None:
        self.log.error(message)
        raise kind(message)

    def _assignment(self, exercise: Exercise) -> Assignment:
        """What to grade by. Raises NoExercise."""
        try:
            return read_assignment(exercise, self.limits, self.sandbox, course_secret(exercise.root))
        except FileNotFoundError:
            raise NoExercise(f"The exercise {exercise.name} is not built: run `grading build {exercise.name}`.") from None

    def _record(self, exercise: Exercise) -> None:
        """Let the gradebook have what is graded by. Raises NoExercise."""
        try:
            self.said += filter(None, [record(self.coursedir, self)])
        except (RuntimeError, ValidationError) as error:
            path = os.path.relpath(exercise.source, exercise.root)
            raise NoExercise(f"{path} is no assignment for nbgrader: {shown(str(error))}") from None

    def _grade(
        self, waiting: list["Submission"], results: Iterator[tuple["Submission", dict]], times: dict[str, datetime | None]
    ) -> None:
        """Record the results as they come; times: student → when the file came in that is graded, which is added to."""
        with logging_redirect_tqdm([self.log]), Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            marks = Marks(gradebook, self.coursedir.assignment_id)
            for submission, result in tqdm(results, "grading", len(waiting), unit="student", disable=not self.bar):
                if "notebook" in result:
                    for said in in_short(map(Note.from_json, result["notes"])):
                        self.log.warning("%s: %s", submission.student, said)
                    times[submission.student] = submission.record(marks, result)
                else:
                    why = Note.from_json(result["refused"]) if "refused" in result else Note("failed", result["failed"])
                    self.log.error("%s: NOT GRADED: %s", submission.student, why)
                    self.ungraded[submission.student] = why
                    lasting = submission.digest if why.kind in HOPELESS else ""
                    refusal.record(submission.folder, submission.graded, why, lasting)

    def _reckon(self, exercise: Exercise, times: dict[str, datetime | None]) -> None:
        """What being late costs everybody, by now."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            said, costs = late.reckon(gradebook, exercise, times, AssignLatePenalties(parent=self))
        for student, cost in costs.items():
            self.log.warning("%s: %s", student, cost)
        for each in said:
            self.log.warning("%s.", each)
        self.said += said
        if costs:
            more = f" and {len(costs) - FEW} more" if len(costs) > FEW else ""
            self.said.append(f"What being late costs has changed for {', '.join(list(costs)[:FEW])}{more}")

    def _recorded(self) -> set[str]:
        """The students of whom the gradebook has a submission: who was removed there is graded anew."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            entries = gradebook.db.query(SubmittedAssignment.student_id).join(AssignmentEntry)
            return {student for (student,) in entries.filter(AssignmentEntry.name == self.coursedir.assignment_id)}

    def _results(
        self, waiting: list["Submission"], assignment: Assignment, executor: Executor, width: Callable[[], int]
    ) -> Iterator[tuple["Submission", dict]]:
        """Each submission with what `worker.grade` makes of it, as they come, few in memory at a time. The first begin now."""
        pending: dict[Future[dict], Submission] = {}
        refused: list[tuple[Submission, dict]] = []
        rest = iter(waiting)

        def fill() -> None:
            while len(pending) + len(refused) < 2 * width() and (submission := next(rest, None)):
                try:
                    data = submission.read(assignment.limits.size)
                except Refused as error:
                    refused.append((submission, {"refused": error.note.as_json()}))
                else:
                    submission.digest = assignment.digest(data)
                    pending[executor.submit(worker.grade, data, assignment)] = submission

        def results() -> Iterator[tuple[Submission, dict]]:
            while pending or refused:
                while refused:
                    yield refused.pop()
                for future in wait(pending, return_when=FIRST_COMPLETED).done if pending else ():
                    submission = pending.pop(future)
                    try:
                        yield submission, future.result()
                    except worker.CannotGrade:
                        raise
                    except Exception as error:
                        yield submission, {"failed": f"{type(error).__name__}: {error}"}
                fill()

        fill()
        return results()

    @contextmanager
    def _executor(self, key: str) -> Iterator[tuple[Executor, Callable[[], int]]]:
        """An executor, and how much it does side by side: the workers of a cluster come and go."""
        if not self.scheduler:
            executor = ThreadPoolExecutor(self.jobs)  # each thread talks to judges, which are processes
            try:
                yield executor, lambda: self.jobs
            finally:
                worker.close(key)
                executor.shutdown(cancel_futures=True)
            return
        try:
            from distributed import Client  # the extra `cluster`

            client = Client(self.scheduler, timeout=5)
        except ImportError:
            raise worker.CannotGrade("the package distributed is not installed: pip install -e '.[cluster]'") from None
        except (OSError, ValueError):
            raise worker.CannotGrade(f"no Dask scheduler answers at {self.scheduler}") from None
        with client:
            executor = client.get_executor()
            if not client.nthreads():
                self.log.warning("No worker has joined %s yet: waiting for the first.", self.scheduler)
            try:
                yield executor, lambda: max(1, sum(client.nthreads().values()))
            finally:
                executor.shutdown(wait=False)
                with suppress(OSError):  # the scheduler is gone, and its workers' judges end by themselves
                    client.run(worker.close, key, on_error="ignore")


def in_order(waiting: list["Submission"]) -> list["Submission"]:
    """With those that may take long spread over the first three quarters: none is alone at the end, few are side by side."""
    long: list[Submission] = []
    ordered: list[Submission] = []
    for submission in waiting:
        (long if submission.may_take_long() else ordered).append(submission)
    for number, submission in enumerate(long):
        ordered.insert(number * 3 * len(waiting) // (4 * len(long)), submission)
    return ordered


class Submission:
    """A folder of submitted/, and where its result goes."""

    digest = ""
    """Of the file that was graded and the assignment."""

    def __init__(self, converter: Autograde, folder: str):
        self.converter, self.coursedir, self.permissions = converter, converter.coursedir, converter.permissions
        self.assignment, self.folder = self.coursedir.assignment_id, Path(folder)
        pattern = self.coursedir.format_path(self.coursedir.submitted_directory, "(?P<student>.*)", self.assignment, escape=True)
        match = re.fullmatch(pattern, folder, re.DOTALL)
        assert match  # the folder was found by this pattern
        self.student = match["student"]
        self.graded = Path(self.coursedir.format_path(self.coursedir.autograded_directory, self.student, self.assignment))
        self.partial = self.graded.parent / f".{self.assignment}.partial"

    def read(self, size: int, name: str = f"{NOTEBOOK}.ipynb") -> bytes:
        """The file as it was handed in, at most size bytes. Raises Refused."""
        return handed_in(self.folder, self.coursedir, size, name)

    def timestamp(self) -> datetime | None:
        """When it was handed in, by the file timestamp.txt that nbgrader's exchange writes."""
        with suppress(Refused):
            return timestamp(self.read(100, "timestamp.txt"))
        return None

    @cached_property
    def last(self) -> dict:
        """What is kept of the last time that something of the student's was graded; nothing where nothing was."""
        try:
            return dict(json.loads((self.graded / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8"))["metadata"]["grading"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def is_graded(self, assignment: Assignment) -> bool:
        """Whether autograded/ holds the result of this very file by this very assignment."""
        digest = self.last.get("digest")
        try:
            return digest is not None and digest == assignment.digest(self.read(assignment.limits.size))
        except Refused:
            return False

    def may_take_long(self) -> bool:
        """Whether it took long the last time, or is new and has a loop that only a `break` ends."""
        try:
            seconds = self.last.get("seconds")
            return float(seconds) > LONG if seconds else bool(ENDLESS.search(self.read(LOOKED_AT)))
        except (TypeError, ValueError, Refused):
            return False

    def settled(self, assignment: Assignment) -> Note | None:
        """Why this very file cannot be graded by this very assignment: an earlier run has found that it is its own doing."""
        if not refusal.place(self.graded).exists():  # the file need not be read
            return None
        with suppress(Refused):
            return refusal.settled(self.graded, assignment.digest(self.read(assignment.limits.size)))
        return None

    def record(self, marks: Marks, result: dict) -> datetime | None:
        """Write the marks, then the folder in autograded/; returns when the file had come in."""
        notebook, timestamp = result["notebook"], self.timestamp()
        notebook["cells"] = [nbformat.from_dict(cell) if "nbgrader" in cell["metadata"] else cell for cell in notebook["cells"]]
        marks.put(self.student, timestamp, [cell for cell in notebook["cells"] if "nbgrader" in cell["metadata"]])
        notebook["metadata"]["grading"] = {
            "digest": self.digest,
            "notes": result["notes"],
            "mistakes": result["mistakes"],
            "lent": result["lent"],
            "seconds": round(result["seconds"], 2),
        }
        partial = self.partial
        partial.mkdir(parents=True)
        # The judge has made it of nbformat's own parts; without line breaks it is written at a tenth of the cost.
        (partial / f"{NOTEBOOK}.ipynb").write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")
        if timestamp:
            (partial / "timestamp.txt").write_text(f"{timestamp:%Y-%m-%d %H:%M:%S.%f} UTC")
        with suppress(Refused):  # nbgrader submit writes it; release_feedback looks for it where feedback is
            (partial / SECRET).write_bytes(self.read(1000, SECRET))
        for path in partial.iterdir():
            path.chmod(int(str(self.permissions), 8))
        if self.graded.exists():
            rmtree(str(self.graded))
        partial.rename(self.graded)
        refusal.forget(self.graded)
        return timestamp
