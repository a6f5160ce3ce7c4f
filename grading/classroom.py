"""A whole class through nbgrader: generate_assignment, autograde, generate_feedback and export, and a table of it."""

import os
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import east_asian_width

import nbformat
from nbformat.warnings import MissingIDFieldWarning
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from .course import ASSIGNMENT, load_config


@dataclass
class Grade:
    """What came of one student's submission."""

    student: str
    scores: dict[str, float] = field(default_factory=dict)
    """Question → marks; empty where the submission could not be graded."""
    note: str = ""
    """One sentence on what the instructor should know, or ''."""


def unreadable(path: Path) -> str:
    """Why the file at path cannot be graded, in one sentence, or '' for a notebook."""
    if not path.is_file():
        others = sorted(p.name for p in path.parent.glob("*") if p.is_file())
        return f"no file {path.name}" + (f" (there is {', '.join(others[:3])}; rename it)" if others else "")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:
        return f"not a notebook: {type(error).__name__}: {' '.join(str(error).split())[:60]}"
    return "" if notebook.cells else "a notebook without cells"


def troubles(autograded: Path) -> str:
    """What an instructor should know of an autograded notebook: cells of the student that failed, cells out of time."""
    notebook = nbformat.read(autograded, as_version=4)
    found = []
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        errors = [output.ename for output in cell.get("outputs", []) if output.output_type == "error"]
        name = nbgrader.get("grade_id", "a cell of the student's own")
        if "CellTimeoutError" in errors or "KeyboardInterrupt" in errors:
            found.append(f"{name} ran out of time")
        elif errors and not nbgrader.get("grade"):
            found.append(f"{errors[0]} in {name}")
        elif "was added back by nbgrader" in cell.source:
            found.append(f"{name} had been deleted and was put back")
    return "; ".join(found)


def reason(result: dict) -> str:
    """Why a call of NbGraderAPI failed: the last exception that its log names, or the log's last line, in one line."""
    log = result["log"] + result.get("error", "")
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Exit)\b", line)]
    return (named or lines or ["nbgrader gave no reason"])[-1][:100]


class Classroom:
    """The course in the folder root, as the instructor's nbgrader commands see it."""

    def __init__(self, root: Path):
        # nbgrader runs `alembic` by name; it stands beside this Python, whether or not the environment is activated.
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.root, self.config = root, load_config(root)
        self.coursedir = CourseDirectory(config=self.config)
        self.api = NbGraderAPI(self.coursedir, config=self.config)
        # Advice of SQLAlchemy and nbformat to nbgrader's authors is nothing to the instructor.
        for category in SAWarning, MissingIDFieldWarning:
            warnings.filterwarnings("ignore", category=category)

    def students(self) -> list[str]:
        """Who handed something in for the assignment."""
        return sorted(self.api.get_submitted_students(ASSIGNMENT))

    def generate_assignment(self) -> None:
        """Record the assignment in the gradebook. Raises RuntimeError with nbgrader's reason where it cannot be."""
        result = self.api.generate_assignment(ASSIGNMENT)
        if not result["success"]:
            raise RuntimeError(f"nbgrader generate_assignment failed: {reason(result)}")

    def grade(self) -> Iterator[Grade]:
        """Autograde each submission and write its feedback; a bad one is named and the others go on."""
        for student in self.students():
            path = Path(self.coursedir.format_path("submitted", student, ASSIGNMENT)) / "main.ipynb"
            problem = unreadable(path)
            if not problem:
                result = self.api.autograde(ASSIGNMENT, student)
                if not result["success"]:
                    problem = reason(result)
            if problem:
                yield Grade(student, note=f"NOT GRADED: {problem}")
                continue
            feedback = self.api.generate_feedback(ASSIGNMENT, student)
            notes = [troubles(Path(self.coursedir.format_path("autograded", student, ASSIGNMENT)) / "main.ipynb")]
            if not feedback["success"]:
                notes.append(f"no feedback: {reason(feedback)}")
            yield Grade(student, self.scores(student), "; ".join(filter(None, notes)))

    def scores(self, student: str) -> dict[str, float]:
        """Question → marks in the gradebook."""
        with Gradebook(self.coursedir.db_url) as gradebook:
            try:
                grades = gradebook.find_submission_notebook("main", ASSIGNMENT, student).grades
            except MissingEntry:
                return {}
            return {grade.name.removeprefix("test_"): grade.score for grade in grades if grade.max_score}

    def questions(self) -> dict[str, float]:
        """Question → its marks, in the order of the notebook."""
        with Gradebook(self.coursedir.db_url) as gradebook:
            notebook = gradebook.find_notebook("main", ASSIGNMENT)
            marks = {cell.name: cell.max_score for cell in notebook.grade_cells if cell.max_score}
            order = [cell.name for cell in notebook.source_cells if cell.name in marks]
        return {name.removeprefix("test_"): marks[name] for name in order}

    def export(self) -> Path:
        """Write grades.csv by nbgrader's own exporter; returns its path."""
        path = self.root / "grades.csv"
        with Gradebook(self.coursedir.db_url) as gradebook:
            CsvExportPlugin(config=self.config, to=str(path)).export(gradebook)
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


def grade_class(root: Path) -> list[Grade]:
    """Grade everything in root/submitted and print the table; returns the grades."""
    classroom = Classroom(root)
    classroom.generate_assignment()
    students = classroom.students()
    grades = list(tqdm(classroom.grade(), "grading", len(students), unit="student"))
    path = classroom.export()
    print(table(classroom.questions(), grades))
    print(f"\n{len(grades)} submissions; {sum(not g.scores for g in grades)} not graded. Totals: {os.path.relpath(path)}")
    return grades
