"""What is known of an assignment's students: read from the gradebook and from the notebooks in autograded/.

The page without names is made of Rows that hold no names, so that nothing can be forgotten on the way to it.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import nbformat
import nbgrader.api as db
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func

from ..course import NOTEBOOK, folders, is_name
from ..exercise.cells import grade_id, headings, solutions
from ..intake.roster import ROSTER, read_students
from ..notes import Note, shown
from ..run import refusal
from ..tables import fold

ABOUT: dict[str, type | tuple[type, ...]] = {"notes": list, "mistakes": dict, "lent": dict, "seconds": (int, float)}
"""What is read of metadata.grading (run.autograde)."""
GRADED, NOT_GRADED, NOTHING = "graded", "not graded", "nothing handed in"


class CannotReport(Exception):
    """There is nothing to report on; the text says why and what to do, in one sentence."""


@dataclass(frozen=True)
class Question:
    name: str
    """Of its function."""
    marks: float
    label: str
    """As the notebook's heading has it: 問 1."""
    section: str = ""
    """The heading above."""

    @property
    def title(self) -> str:
        return f"{self.label} {self.name}".strip()


@dataclass(frozen=True, eq=False)
class Row:
    """What the report knows of a student."""

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    timestamp: str = ""
    """When it was handed in: year-month-day hour:minute:second, UTC; '' where that is not known."""
    status: str = NOTHING
    marks: dict[str, float] = field(default_factory=dict)
    """Question → marks, by hand and extra ones among them; empty where nothing is graded."""
    total: float = 0.0
    """As in nbgrader's grades.csv: all marks less the penalty, at least 0."""
    penalty: float = 0.0
    by_hand: bool = False
    """Whether a mark is still to be given by hand."""
    unanswered: frozenset[str] = frozenset()
    about: dict | None = None
    """What the graded notebook's metadata.grading holds; None where there is no such notebook."""
    code: dict[str, str] = field(default_factory=dict)
    """Question → the answer, where there is one."""
    feedback: str = ""
    """The link from the page to the feedback, where there is one."""
    refused: Note | None = None
    """Why the grader could not grade what was handed in."""
    raw: float = 0.0
    """The total before the penalty, and before it is at least 0."""
    marked_before: dict[str, float] = field(default_factory=dict)
    """Question → the mark by hand that is older than what was graded last."""
    remarks: tuple[Note, ...] = ()
    """What is to be said of the marks, wherever they are shown."""

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def notes(self) -> list[Note]:
        """Of the grader, on the graded notebook."""
        return [Note.from_json(note) for note in (self.about or {}).get("notes", ())]

    def told(self, key: str) -> dict[str, list[str]]:
        """`mistakes` or `lent` of the grader: question → sentences or names."""
        return (self.about or {}).get(key, {})


@dataclass(frozen=True)
class Sheet:
    """An assignment with its students."""

    course: str
    assignment: str
    questions: list[Question]
    students: list[Row]
    stubs: dict[str, str] = field(default_factory=dict)
    """Question → what stands in the solution cell of the student's notebook."""
    references: dict[str, str] = field(default_factory=dict)
    newest: str = ""
    """When the last notebook was graded."""

    @property
    def most(self) -> float:
        return sum(question.marks for question in self.questions)

    @property
    def graded(self) -> list[Row]:
        return [student for student in self.students if student.status == GRADED]

    def with_status(self, status: str) -> list[Row]:
        return [student for student in self.students if student.status == status]


def read_questions(
    gradebook: db.Gradebook, assignment: str, source: nbformat.NotebookNode
) -> tuple[list[Question], dict[str, str]]:
    """What has marks, in the order of the instructor's notebook, and the stubs: question → its cell as students get it."""

    def of_assignment(kind, *columns):
        query = gradebook.db.query(*columns).join(db.Notebook, kind.notebook_id == db.Notebook.id)
        return dict(query.join(db.Assignment).filter(db.Assignment.name == assignment).all())

    stubs = of_assignment(db.SourceCell, db.SourceCell.name, db.SourceCell.source)
    cells: dict[str, float] = {}
    for kind in db.GradeCell, db.TaskCell:
        cells |= of_assignment(kind, kind.name, kind.max_score)
    places = headings(source)
    rank = {name: number for number, name in reversed([*enumerate([*map(grade_id, source.cells), *stubs])])}
    questions: list[Question] = []
    for cell in sorted((cell for cell in cells if cells[cell]), key=lambda cell: rank.get(cell, len(rank))):
        name = cell.removeprefix("test_")
        questions.append(Question(name, cells[cell], *reversed(places.get(name, ("", str(len(questions) + 1))))))
    return questions, stubs


def read_graded(gradebook: db.Gradebook, assignment: str, questions: set[str]) -> dict[str, dict]:
    """Student → fields of a Row: of everybody who has a submission in the gradebook. A few queries, whatever the class."""
    session, submission, notebook = gradebook.db, db.SubmittedAssignment, db.SubmittedNotebook
    of_assignment = (submission.assignment_id == db.Assignment.id, db.Assignment.name == assignment)
    of_notebook = notebook.assignment_id == submission.id
    found: dict[str, dict] = {
        student: {"status": NOT_GRADED, "timestamp": f"{time:%Y-%m-%d %H:%M:%S}" if time else ""}
        for student, time in session.query(submission.student_id, submission.timestamp).filter(*of_assignment)
    }
    penalties = session.query(submission.student_id, func.sum(notebook.late_submission_penalty))
    penalties = dict(penalties.filter(of_notebook, *of_assignment).group_by(submission.student_id).all())
    marks = session.query(submission.student_id, db.BaseCell.name, db.Grade.score, db.Grade.auto_score, db.Grade.manual_score,
                          db.Grade.needs_manual_grade)
    totals: Counter[str] = Counter()
    for student, cell, score, auto, manual, open_ in marks.filter(
        db.Grade.cell_id == db.BaseCell.id, db.Grade.notebook_id == notebook.id, of_notebook, *of_assignment
    ):
        fields, name = found[student], cell.removeprefix("test_")
        totals[student] += score
        if name in questions:
            fields.setdefault("marks", {})[name] = score
        if auto is not None or manual is not None:
            fields["status"] = GRADED
        if open_ and manual is not None:
            fields.setdefault("marked_before", {})[name] = manual
        fields["by_hand"] = (open_ and manual is None) or fields.get("by_hand", False)
    untouched = session.query(submission.student_id, db.BaseCell.name).filter(
        db.Comment.cell_id == db.BaseCell.id, db.Comment.notebook_id == notebook.id, of_notebook, *of_assignment,
        db.Comment.auto_comment == "No response.")
    for student, cell in untouched:
        found[student]["unanswered"] = found[student].get("unanswered", frozenset()) | {cell}
    for student, fields in found.items():
        if fields["status"] == GRADED:
            penalty = penalties.get(student) or 0.0
            fields |= {"penalty": penalty, "raw": totals[student], "total": max(0.0, totals[student] - penalty)}
        else:
            fields.pop("marks", None)
    return found


def read_class(gradebook: db.Gradebook, coursedir: CourseDirectory, assignment: str) -> Sheet:
    """Everything that is known without a look into the graded notebooks. Raises CannotReport for an unknown assignment."""
    names = assignments(gradebook)
    if assignment not in names:
        raise CannotReport(f"The gradebook knows no assignment {assignment}, only {', '.join(names) or 'none'}.")
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment)) / f"{NOTEBOOK}.ipynb"
    source = nbformat.read(source, as_version=4) if source.exists() else nbformat.v4.new_notebook()
    questions, stubs = read_questions(gradebook, assignment, source)
    graded = read_graded(gradebook, assignment, {question.name for question in questions})
    roster = gradebook.db.query(db.Student.id, db.Student.last_name, db.Student.first_name, db.Student.email)
    people = {student: [name or "" for name in names] for student, *names in roster}
    submitted, students = folders(coursedir, coursedir.submitted_directory, assignment), []
    enrolled = roster_of(Path(coursedir.root))
    for student in sorted({*people, *submitted}):
        if not is_name(student):
            students.append(Row(shown(student), status=NOT_GRADED, refused=Note("unusable name")))
            continue
        known = Row(student, *people.get(student, ()), **graded.get(student, {}))
        if student in submitted:
            result = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))
            status = GRADED if known.status == GRADED else NOT_GRADED
            known = replace(known, status=status, refused=refusal.recall(submitted[student], result))
        remarks = said_of(known, assignment, student in submitted, enrolled is None or fold(student) in enrolled)
        students.append(replace(known, remarks=tuple(remarks)))
    return Sheet(gradebook.course_id, assignment, questions, students, stubs, solutions(source))


def roster_of(root: Path) -> set[str] | None:
    """The ids in students.csv, folded; None where there is no such table, or none that can be read: `collect` says why."""
    try:
        return {fold(student.id) for student in read_students(root / ROSTER)[0]}
    except RuntimeError:
        return None


def said_of(student: Row, assignment: str, submitted: bool, enrolled: bool) -> Iterator[Note]:
    """What is to be said of the marks of a student. submitted, enrolled: whether something of theirs is there, and they are."""
    if student.status == GRADED and not submitted:
        yield Note("taken back", assignment, student.id)
    if student.status == GRADED and student.refused:
        yield Note("earlier file", student.refused)
    for question, mark in student.marked_before.items():
        yield Note("marked before", question, f"{mark:g}")
    if student.penalty:
        yield Note("late", f"{student.penalty:g}")
    if not enrolled:
        yield Note("not enrolled")


def assignments(gradebook: db.Gradebook) -> list[str]:
    return sorted(name for (name,) in gradebook.db.query(db.Assignment.name))


def read_notebooks(sheet: Sheet, coursedir: CourseDirectory, page: Path) -> Sheet:
    """sheet with what the graded notebooks hold, and the links from page to the feedback."""
    graded = folders(coursedir, coursedir.autograded_directory, sheet.assignment)
    feedback = folders(coursedir, coursedir.feedback_directory, sheet.assignment)
    questions, students, newest = {question.name for question in sheet.questions}, [], 0.0
    for student in sheet.students:
        link = feedback.get(student.id, Path()) / f"{NOTEBOOK}.html"
        if student.id in feedback and link.exists():
            student = replace(student, feedback=quote(os.fsencode(os.path.relpath(link, page.parent))))
        if student.status == GRADED:
            path = graded.get(student.id, Path()) / f"{NOTEBOOK}.ipynb"
            try:
                notebook = json.loads(path.read_text(encoding="utf-8"))
                answers = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in notebook["cells"]
                           if cell["metadata"].get("nbgrader", {}).get("solution")}
                about = recorded(notebook["metadata"].get("grading", {}))
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                pass  # `about` stays None, which is named among what to look at first
            else:
                newest = max(newest, path.stat().st_mtime)
                empty = {name for name in questions & set(answers) if not answers[name].strip()}
                code = {name: text for name, text in answers.items() if name in questions - student.unanswered - empty}
                student = replace(student, about=about, code=code, unanswered=student.unanswered | empty)
        students.append(student)
    return replace(sheet, students=students, newest=f"{datetime.fromtimestamp(newest):%Y-%m-%d %H:%M}" if newest else "")


def recorded(about) -> dict | None:
    """What is used of a notebook's metadata.grading, where it has the form that the grader gives it; None for no object."""
    if not isinstance(about, dict):
        return None
    found: dict = {key: value for key, value in about.items() if isinstance(value, ABOUT.get(key, ()))}
    for key in {"mistakes", "lent"} & set(found):
        found[key] = {question: [text for text in texts if isinstance(text, str)] for question, texts in found[key].items()
                      if isinstance(texts, list)}  # fmt: skip
    return found


def nameless(sheet: Sheet) -> Sheet:
    """sheet with numbers in the place of students, the best first; nothing that a student wrote or is called by stays."""
    def stripped(student: Row) -> Row:
        about = {name: value for name, value in (student.about or {}).items() if name in ("mistakes", "lent", "seconds")}
        return Row("", status=student.status, marks=student.marks, total=student.total, penalty=student.penalty,
                       unanswered=student.unanswered, about=about)

    def key(student: Row):
        """Of everything that is shown of one student, so that not even the order of equals is that of the roster."""
        shown = [(student.marks.get(q.name, 0.0), q.name in student.unanswered, student.told("mistakes").get(q.name, []))
                 for q in sheet.questions]
        return student.status, -student.total, shown

    students = sorted(map(stripped, sheet.students), key=key)
    return replace(sheet, students=[replace(student, id=f"学生 {n}") for n, student in enumerate(students, 1)])
