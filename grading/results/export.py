"""The marks of every question as CSV, for a spreadsheet; and nbgrader's own table of totals, made safe for one."""

import csv
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import nbgrader.api as db
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from ..course import check_gradebook
from ..exercise.folder import NoExercise
from .page import plain
from .sheet import NOT_GRADED, CannotReport, Sheet, assignments, read_class


def check(gradebook: db.Gradebook) -> None:
    """Ends the command where the gradebook is of an earlier nbgrader."""
    try:
        check_gradebook(gradebook.engine.url)
    except NoExercise as error:
        sys.exit(str(error))


def inert(text: str) -> str:
    """A text that a spreadsheet shows and does not compute, in one line."""
    text = plain(" ".join(text.split()))
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]) in ("=", "+", "-", "@") else text


def write_csv(sheet: Sheet, path: Path) -> None:
    """One row for each student, with the marks of every question; nothing handed in is 0 in all, as nbgrader has it."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        table.writerow(["student_id", "last_name", "first_name", "email", "timestamp", "status",
                        *(question.name for question in sheet.questions), "total", "max"])
        for student in sheet.students:
            marks = [f"{student.marks[q.name]:g}" if q.name in student.marks else "" for q in sheet.questions]
            who = map(inert, (student.id, student.last_name, student.first_name, student.email))
            total = "" if student.status == NOT_GRADED else f"{student.total:g}"
            table.writerow([*who, student.timestamp, student.status, *marks, total, f"{sheet.most:g}"])


class TotalsExportPlugin(ExportPlugin):
    """nbgrader's grades.csv, of the very numbers that the other tables and the report show; names in it compute nothing."""

    def export(self, gradebook: db.Gradebook) -> None:
        """Write the file `to`. A submission that is not graded has no score, where nbgrader writes 0."""
        check(gradebook)
        path = Path(self.to or "grades.csv")
        chosen, names = {str(name) for name in self.student}, {str(name) for name in self.assignment}
        self.log.info("Exporting grades to %s", path)
        with open(path, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
                            "late_submission_penalty", "score", "max_score"])
            for assignment in gradebook.assignments:
                if names and assignment.name not in names:
                    continue
                sheet = read_class(gradebook, CourseDirectory(config=self.config), assignment.name)
                for student in sheet.students:
                    if chosen and student.id not in chosen:
                        continue
                    who = map(inert, (student.id, student.last_name, student.first_name, student.email))
                    marks = ("",) * 3 if student.status == NOT_GRADED else (student.raw, student.penalty, student.total)
                    table.writerow([assignment.name, assignment.duedate or "", student.timestamp, *who, *marks, sheet.most])


class QuestionsExportPlugin(ExportPlugin):
    """The marks of every question of one assignment: `nbgrader export --exporter` with this class."""

    def export(self, gradebook: db.Gradebook) -> None:
        """Write the file `to`. Ends the command unless `assignment`, or else the gradebook, names exactly one assignment."""
        check(gradebook)
        names = [str(name) for name in self.assignment] or assignments(gradebook)
        if len(names) != 1:
            sys.exit(f"A file holds one assignment: name one by --assignment, of {', '.join(names) or 'none'}.")
        try:
            sheet = read_class(gradebook, CourseDirectory(config=self.config), names[0])
        except CannotReport as error:
            sys.exit(str(error))
        chosen = {str(name) for name in self.student}
        students = [student for student in sheet.students if not chosen or student.id in chosen]
        path = Path(self.to or "questions.csv")
        self.log.info("Exporting the marks of every question to %s", path)
        write_csv(replace(sheet, students=students), path)
