"""The marks of a submission in the gradebook, in a few statements: nbgrader's own API asks and saves cell by cell."""

from datetime import datetime

from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.utils import compute_checksum, determine_grade
from sqlalchemy import bindparam, insert, select, update

from ..course import NOTEBOOK, transaction
from ..exercise.cells import grade_id, is_solution, is_test

GRADES, COMMENTS = Grade.__table__, Comment.__table__


class Marks:
    """What the gradebook knows of an assignment's cells, and the marks that come in."""

    def __init__(self, gradebook: Gradebook, assignment: str):
        self.gradebook = gradebook
        book = gradebook.find_notebook(NOTEBOOK, assignment)
        self.book, self.assignment = book.id, book.assignment.id
        self.checksums = {cell.name: cell.checksum for cell in book.source_cells}
        self.graded = {cell.name: cell.id for cell in [*book.grade_cells, *book.task_cells]}
        self.commented = {cell.name: cell.id for cell in [*book.solution_cells, *book.task_cells]}

    def put(self, student: str, timestamp: datetime | None, cells: list[NotebookNode]) -> None:
        """Write what a student's graded cells came to, as nbgrader's SaveAutoGrades does; marks and comments by hand stay.

        cells: those with a grade_id, which get the checksum and the type that nbgrader looks for; timestamp: when they came in.
        """
        grades, comments = [], []
        for cell in cells:
            about = cell.metadata.nbgrader
            about.checksum, about.cell_type = self.checksums[grade_id(cell)], cell.cell_type
            if is_test(cell):
                score, _ = determine_grade(cell)
                grades.append({"of": self.graded[grade_id(cell)], "auto_score": score})
            if is_solution(cell):
                untouched = compute_checksum(cell) == about.checksum
                said = "No response." if untouched else None
                comments.append({"of": self.commented[grade_id(cell)], "auto_comment": said})
        with transaction(self.gradebook):
            db, entry = self.gradebook.db, self._entry(student, timestamp)
            by_hand = select(Grade.cell_id).where(Grade.notebook_id == entry, Grade.manual_score.is_not(None))
            marked = set(db.scalars(by_hand))
            for grade in grades:
                grade["needs_manual_grade"] = grade["auto_score"] is None or grade["of"] in marked
            for table, rows in (GRADES, grades), (COMMENTS, comments):
                place = (table.c.notebook_id == entry) & (table.c.cell_id == bindparam("of"))
                if rows:
                    db.connection().execute(update(table).where(place), rows)

    def _entry(self, student: str, timestamp: datetime | None) -> str:
        """The id of the student's notebook in the gradebook, which from now on has it, and what belongs to each cell."""
        db, tables = self.gradebook.db, (SubmittedAssignment.__table__, SubmittedNotebook.__table__)
        theirs = (SubmittedAssignment.student_id == student) & (SubmittedAssignment.assignment_id == self.assignment)
        found = db.execute(select(SubmittedAssignment.id, SubmittedNotebook.id).join(SubmittedNotebook).where(theirs)).first()
        if found:
            db.execute(update(tables[0]).where(tables[0].c.id == found[0]).values(timestamp=timestamp))
            return found[1]
        if not db.scalar(select(Student.id).where(Student.id == student)):
            db.execute(insert(Student.__table__).values(id=student))
        about = {"assignment_id": self.assignment, "student_id": student, "timestamp": timestamp}
        [submission] = db.execute(insert(tables[0]).values(**about)).inserted_primary_key
        [entry] = db.execute(insert(tables[1]).values(assignment_id=submission, notebook_id=self.book)).inserted_primary_key
        for table, cells in (GRADES, self.graded), (COMMENTS, self.commented):
            if cells:
                db.connection().execute(insert(table), [{"notebook_id": entry, "cell_id": cell} for cell in cells.values()])
        return entry
