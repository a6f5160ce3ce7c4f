"""A whole class through nbgrader: generate_assignment, autograde, generate_feedback and export; a table and a report of it."""

import json
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import east_asian_width

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import temp_attrs
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from .course import NOTEBOOK, check_writable, folders, load_config
from .exercise.folder import Exercise
from .notes import Note, in_short, shown
from .results import report
from .results.export import TotalsExportPlugin
from .results.feedback import write_refusal
from .results.sheet import recorded
from .run.autograde import Autograde


@dataclass
class Grade:
    """What came of one student's submission."""

    student: str
    scores: dict[str, float] = field(default_factory=dict)
    """Question → marks; empty where the submission could not be graded."""
    note: str = ""
    """One sentence on what the instructor should know, or ''."""


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

    def students(self) -> list[str]:
        """Who handed something in."""
        return sorted(folders(self.coursedir, self.coursedir.submitted_directory, self.name))

    def generate_assignment(self) -> None:
        """Record the assignment in the gradebook. Raises RuntimeError with nbgrader's reason where it cannot be."""
        result = self.api.generate_assignment(self.name)
        if not result["success"]:
            raise RuntimeError(f"nbgrader generate_assignment {self.name} failed: {reason(result)}")

    def autograde(self, jobs: int) -> dict[str, Note]:
        """Grade what is not graded yet, jobs side by side; returns student → why theirs could not be.

        Raises RuntimeError where nothing can be graded.
        """
        with temp_attrs(self.coursedir, assignment_id=self.name, student_id="*"):
            converter = Autograde(coursedir=self.coursedir, parent=self.api, jobs=jobs, bar=True)
            try:
                converter.start()
            except NbGraderException as error:
                if not converter.ungraded:
                    raise RuntimeError(str(error)) from None
        return converter.ungraded

    def grade(self, jobs: int) -> Iterator[Grade]:
        """Autograde each submission and write its feedback; a bad one is named and the others go on."""
        ungraded = self.autograde(jobs)
        for student in tqdm(self.students(), "feedback", unit="student"):
            if why := ungraded.get(student) or ungraded.get(shown(student)):
                if why.kind not in ("failed", "unusable name"):
                    write_refusal(self.coursedir, self.name, student, why)
                yield Grade(shown(student), note=f"NOT GRADED: {why}")
                continue
            path = Path(self.coursedir.format_path("autograded", student, self.name)) / f"{NOTEBOOK}.ipynb"
            about = recorded(json.loads(path.read_text(encoding="utf-8"))["metadata"].get("grading")) or {}
            notes = in_short(map(Note.from_json, about.get("notes", [])))
            feedback = self.api.generate_feedback(self.name, student)
            if not feedback["success"]:
                notes.append(f"no feedback: {reason(feedback)}")
            yield Grade(student, self.scores(student), "; ".join(notes))

    def scores(self, student: str) -> dict[str, float]:
        """Question → marks in the gradebook."""
        with Gradebook(self.coursedir.db_url) as gradebook:
            try:
                grades = gradebook.find_submission_notebook(NOTEBOOK, self.name, student).grades
            except MissingEntry:
                return {}
            return {grade.name.removeprefix("test_"): grade.score for grade in grades if grade.max_score}

    def questions(self) -> dict[str, float]:
        """Question → its marks, in the order of the notebook."""
        with Gradebook(self.coursedir.db_url) as gradebook:
            notebook = gradebook.find_notebook(NOTEBOOK, self.name)
            marks = {cell.name: cell.max_score for cell in notebook.grade_cells if cell.max_score}
            order = [cell.name for cell in notebook.source_cells if cell.name in marks]
        return {name.removeprefix("test_"): marks[name] for name in order}

    def export(self) -> Path:
        """Write grades.csv, of all exercises, by nbgrader's own exporter; returns its path."""
        path = self.root / "grades.csv"
        with Gradebook(self.coursedir.db_url) as gradebook:
            TotalsExportPlugin(config=self.config, to=str(path)).export(gradebook)
        return path


def columns(text: str) -> int:
    """How many columns a terminal gives text: full-width characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def table(questions: dict[str, float], grades: list[Grade]) -> str:
    """Students × questions: marks, the total and a note; questions are numbered, and named below."""
    numbers = [f"{i}" for i in range(1, len(questions) + 1)]
    width = max(map(columns, ["student", *(grade.student for grade in grades)]))
    lines = ["".join([f"{'student':{width}}", *(f"{n:>4}" for n in numbers), "  total  note"])]
    for grade in grades:
        pad = " " * (width - columns(grade.student))
        marks = [f"{grade.scores[q]:g}" if q in grade.scores else "-" for q in questions]
        total = f"{sum(grade.scores.values()):g}" if grade.scores else "-"
        lines.append("".join([grade.student, pad, *(f"{m:>4}" for m in marks), f"{total:>7}  {grade.note}"]).rstrip())
    lines += ["", *(f"{n:>3} {q} ({questions[q]:g})" for n, q in zip(numbers, questions))]
    return "\n".join(lines)


def grade_class(exercise: Exercise, sandbox: bool = True) -> list[Grade]:
    """Grade everything that was handed in, write the report, print the table and where everything lies; returns the grades.

    sandbox: False to run the code of the students unprotected. Raises RuntimeError where nothing can be graded.
    """
    classroom = Classroom(exercise, sandbox)
    check_writable(exercise.root)
    classroom.generate_assignment()
    grades = list(classroom.grade(len(os.sched_getaffinity(0))))
    totals = classroom.export()
    print(f"\n{exercise.name}: {exercise.settings.title}\n")
    print(table(classroom.questions(), grades))
    print(f"\n{len(grades)} submissions; {sum(not g.scores for g in grades)} not graded.\n")
    try:
        page = os.path.relpath(report.write(exercise))
    except report.CannotReport as error:
        page = str(error)
    feedback = classroom.coursedir.format_path("feedback", "<student>", exercise.name)
    print(f"report    {page}\ntotals    {os.path.relpath(totals)}\nfeedback  {os.path.relpath(feedback)}/{NOTEBOOK}.html")
    return grades
