"""A whole class through nbgrader: autograde, generate_feedback and export; a table and a report of it."""

import os
import re
import signal
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from unicodedata import east_asian_width

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree, temp_attrs
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from . import lms
from .course import NOTEBOOK, at_work, check_writable, load_config, transaction
from .exercise.folder import Exercise, NoExercise
from .intake.collect import Origins, students_of
from .intake.names import Roster
from .notes import Note, in_short, shown
from .results import report, returned
from .results.export import TotalsExportPlugin
from .results.feedback import write_refusal
from .results.returned import Returned
from .results.sheet import GRADED, NOTHING, CannotReport, Sheet, read_class, read_notebooks
from .run import refusal
from .run.autograde import Autograde, SomeUngraded
from .run.record import keep_copy


@dataclass
class Grade:
    """What came of one student's submission."""

    student: str
    scores: dict[str, float] = field(default_factory=dict)
    """Question → marks; empty where the submission could not be graded."""
    total: float | None = None
    """With what being late costs; None where nothing is graded."""
    note: str = ""
    """What the instructor should know, or ''."""
    refused: bool = False
    """Whether what is handed in now could not be graded."""


def reason(result: dict) -> str:
    """Why a call of NbGraderAPI failed: the last exception that its log names, or the log's last line, in one line."""
    log = result["log"] + result.get("error", "")
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit)\b", line)]
    return shown((named or lines or ["nbgrader gave no reason"])[-1][:100])


class Classroom:
    """An exercise in the course, as the instructor's nbgrader commands see it."""

    def __init__(self, exercise: Exercise, sandbox: bool = True):
        """sandbox: False where the code of the students may run unprotected, whatever nbgrader_config.py says."""
        self.root, self.name, self.config = exercise.root, exercise.name, load_config(exercise.root)
        if not sandbox:
            self.config.Autograde.sandbox = False
        self.coursedir = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(self.coursedir, config=self.config)
        warnings.filterwarnings("ignore", category=SAWarning)  # advice to nbgrader's authors is nothing to the instructor

    def autograde(self, jobs: int) -> dict[str, Note]:
        """Grade what is not graded yet, jobs side by side; returns student → why theirs could not be.

        Raises RuntimeError where nothing, or nothing more, can be graded.
        """
        with temp_attrs(self.coursedir, assignment_id=self.name, student_id="*"):
            converter = Autograde(coursedir=self.coursedir, parent=self.api, jobs=jobs, bar=True)
            try:
                converter.start()
            except SomeUngraded:
                pass
            except NbGraderException as error:
                raise RuntimeError(str(error)) from None
            finally:
                for said in converter.said:
                    print(f"{said}.")
        return converter.ungraded

    def sheet(self) -> Sheet:
        """What the gradebook and the graded notebooks hold."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            sheet = read_class(gradebook, self.coursedir, self.name)
        return read_notebooks(sheet, self.coursedir, self.root)

    def grades(self, sheet: Sheet, ungraded: dict[str, Note]) -> Iterator[Grade]:
        """Everybody's grade, with the feedback written; ungraded: what `autograde` has returned."""
        some = [student for student in sheet.students if student.status != NOTHING]
        pages = self._pages([student.id for student in some if student.status == GRADED])
        for student in some:
            notes = [str(remark) for remark in student.remarks if remark.kind != "earlier file"]
            why = ungraded.get(student.id)
            if why:
                notes.insert(0, f"NOT GRADED: {why}{'; the marks are of the file before' if student.status == GRADED else ''}")
                if why.kind not in ("failed", "unusable name"):
                    write_refusal(self.coursedir, self.name, student.id, why)
            notes += in_short(student.notes)
            if student.status != GRADED:
                yield Grade(student.id, note="; ".join(notes), refused=bool(why))
                continue
            if pages[student.id]:
                notes.append(f"no feedback: {pages[student.id]}")
            yield Grade(student.id, student.marks, student.total, "; ".join(notes), bool(why))

    def _pages(self, students: list[str]) -> dict[str, str]:
        """Write the pages of graded work, side by side; student → why there is none, or ''. Raises RuntimeError."""
        cores = len(os.sched_getaffinity(0))
        try:
            with ProcessPoolExecutor(cores, get_context("fork"), signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
                whys = pool.map(partial(write_page, self.root, self.name), students, chunksize=4)
                return dict(zip(students, tqdm(whys, "feedback", len(students), unit="student")))
        except BrokenProcessPool:
            raise RuntimeError("A process that wrote pages was killed. What is graded stays; the next run goes on.") from None

    def export(self) -> Path:
        """Write grades.csv, of all exercises, by the exporter that `nbgrader export` uses; returns its path."""
        path = self.root / "grades.csv"
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            TotalsExportPlugin(config=self.config, to=str(path)).export(gradebook)
        return path


@cache
def classroom_of(root: Path, exercise: str) -> Classroom:
    """The same for all that a process does there."""
    return Classroom(Exercise(root, exercise))


def write_page(root: Path, exercise: str, student: str) -> str:
    """Write the page of a student's graded work; returns why that cannot be done, or ''."""
    feedback = classroom_of(root, exercise).api.generate_feedback(exercise, student)
    return "" if feedback["success"] else reason(feedback)


def columns(text: str) -> int:
    """How many columns a terminal gives text: full-width characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def table(questions: dict[str, float], grades: list[Grade]) -> str:
    """Students × questions (each with its marks): marks, the total and a note; questions are numbered, and named below."""
    numbers = [f"{i}" for i in range(1, len(questions) + 1)]
    width = max(map(columns, ["student", *(grade.student for grade in grades)]))
    lines = ["".join([f"{'student':{width}}", *(f"{n:>4}" for n in numbers), "  total  note"])]
    for grade in grades:
        pad = " " * (width - columns(grade.student))
        marks = [f"{grade.scores[q]:g}" if q in grade.scores else "-" for q in questions]
        total = "-" if grade.total is None else f"{grade.total:g}"
        lines.append("".join([grade.student, pad, *(f"{m:>4}" for m in marks), f"{total:>7}  {grade.note}"]).rstrip())
    lines += ["", *(f"{n:>3} {q} ({questions[q]:g})" for n, q in zip(numbers, questions))]
    return "\n".join(lines)


def grade_class(exercise: Exercise, sandbox: bool = True) -> list[Grade]:
    """Grade everything that was handed in, write the report, print the table and where everything lies; returns the grades.

    sandbox: False to run the code of the students unprotected. Raises RuntimeError where nothing can be graded.
    """
    classroom = Classroom(exercise, sandbox)
    check_writable(exercise.root)
    with at_work(exercise.root, f"grade {exercise.name}"):
        ungraded = classroom.autograde(len(os.sched_getaffinity(0)))
        sheet = classroom.sheet()
        grades = list(classroom.grades(sheet, ungraded))
        totals = classroom.export()
        print(f"\n{exercise.name}: {exercise.settings.title}\n")
        print(table({question.name: question.marks for question in sheet.questions}, grades))
        print(f"\n{len(grades)} submissions; {sum(grade.refused for grade in grades)} not graded.\n")
        try:
            page = os.path.relpath(report.write(exercise))
        except report.CannotReport as error:
            page = str(error)
    feedback = classroom.coursedir.format_path("feedback", "<student>", exercise.name)
    print(f"report    {page}\ntotals    {os.path.relpath(totals)}\nfeedback  {os.path.relpath(feedback)}/{NOTEBOOK}.html")
    return grades


def give_back(exercise: Exercise, system: str, path: Path | None = None, column: str = "", cut: bool = False) -> Returned:
    """Write marks and pages as the system takes them, into returned/<exercise>/<system>/; the pages are made anew.

    path: the system's own list; None: the one that `collect` was given. column: the title of Canvas's column for the marks, where
    it is not the exercise's. cut: give the highest mark that the list takes to those who have more. Raises NoExercise where there
    is no such list, or nothing to give back.
    """
    classroom = Classroom(exercise)
    root, coursedir, name = exercise.root, classroom.coursedir, exercise.name
    kept = root / "downloaded" / name
    listing = None
    if system != "mail":
        known = [path] if path else sorted((kept / "lists").glob(f"{system}.*"))
        if not known:
            raise NoExercise(f"No list of {system} is known: give its own file, `grading return {name} --to {system} FILE`.")
        try:
            listing = lms.read(known[0])
        except lms.NoList as error:
            raise NoExercise(str(error)) from None
        if listing.system != system:
            raise NoExercise(f"{shown(known[0].name)} is a list of {listing.system}, not of {system}.")
    try:
        with at_work(root, f"return {name}"):
            sheet = classroom.sheet()
            if not sheet.graded:
                raise NoExercise(f"Nothing of {name} is graded yet: `make grade` first.")
            grades = list(classroom.grades(sheet, {}))
            pages = {s.id: Path(coursedir.format_path("feedback", s.id, name), f"{NOTEBOOK}.html") for s in sheet.students}
            there = {student: page for student, page in pages.items() if page.exists()}
            roster = Roster(students_of(coursedir, None)[0], name)
            origins = Origins(kept / "origins.json").names
            folder = root / "returned" / name / system
            done = returned.give(sheet, folder, there, roster, origins, listing, column or name, cut)
    except (lms.NoList, CannotReport, RuntimeError) as error:
        raise NoExercise(str(error)) from None
    done.missing += [f"{grade.student}: {grade.note}" for grade in grades if "no feedback:" in grade.note]
    return done


def forget(exercise: Exercise, student: str) -> str:
    """Take a student's marks of the exercise out of the gradebook, and what was graded; returns what that was, in a sentence.

    Raises NoExercise where there is none, or where the next run would grade it again.
    """
    classroom = Classroom(exercise)
    coursedir, name = classroom.coursedir, exercise.name
    path = {step: Path(coursedir.format_path(step, student, name)) for step in ("submitted", "autograded", "feedback")}
    with at_work(exercise.root, f"forget {name} {student}"), Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        if path["submitted"].exists():
            raise NoExercise(f"{os.path.relpath(path['submitted'])} would be graded again: take it away first.")
        try:
            [entry] = gradebook.find_submission(name, student).notebooks
        except MissingEntry:
            raise NoExercise(f"The gradebook has no marks of {student} in {name}.") from None
        marks = f"{entry.score:g} of {entry.max_score:g} marks"
        if any(grade.manual_score is not None or grade.extra_credit for grade in entry.grades):
            kept = keep_copy(coursedir.db_url)
            marks += f", some by hand{f'; {kept} still has them' if kept else ''}"
        with transaction(gradebook):
            gradebook.remove_submission(name, student)
        refusal.forget(path["autograded"])
        for step in "autograded", "feedback":
            if path[step].exists():
                rmtree(str(path[step]))
    return f"{student} has no marks of {name} any more ({marks})."
