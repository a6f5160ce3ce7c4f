"""An assignment in the gradebook: made by the first run, brought up to date with source/ by each that finds another one there.

nbgrader's own step stops where cells came or went and something is graded already; here what stays keeps its marks and comments.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, GradeCell, Notebook
from nbgrader.converters import BaseConverter, NbGraderException
from nbgrader.converters import GenerateAssignment as Stock
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells as StockSaveCells
from nbgrader.utils import temp_attrs
from sqlalchemy import make_url
from traitlets import Bool, List

from ..course import NOTEBOOK, at_work, check_gradebook, transaction
from ..exercise.folder import NoExercise

KINDS = "grade_cell", "solution_cell", "task_cell", "source_cell"
"""What the gradebook has of a notebook's cells; a cell can be of several kinds."""


class SaveCells(StockSaveCells):
    """nbgrader's preprocessor, for an assignment too of which something is graded already."""

    said = ""
    """What is another now than the graded ones had it, in a sentence without its end; '' for nothing."""

    def _create_notebook(self, nb: NotebookNode) -> None:
        """Write what the notebook's cells are into the gradebook, in one transaction, and say what is another now."""
        new = {kind: getattr(self, f"new_{kind}s") for kind in KINDS}
        kernel = json.dumps(nb.metadata.get("kernelspec", {}))
        with transaction(self.gradebook):
            book = self.gradebook.update_or_create_notebook(self.notebook_id, self.assignment_id, kernelspec=kernel)
            said = changes(book, new) if book.submissions else []
            lost = by_hand(book, new)
            if lost and (kept := keep_copy(self.db_url)):
                lost += f", which {kept} still has"
            for kind, cells in new.items():
                self._put(book, kind, cells)
            self.gradebook.db.expire_all()
        if said:
            self.said = f"{self.assignment_id} has changed since it was graded ({'; '.join(said)}): all is to be graded again"
            self.said += f"; marks and comments by hand go with it: {lost}" if lost else ""
            self.log.warning("%s.", self.said)

    def _put(self, book: Notebook, kind: str, cells: dict[str, dict]) -> None:
        """Make the notebook's cells of this kind those, and let every submission have what belongs to each."""
        db = self.gradebook.db
        for cell in list(getattr(book, f"{kind}s")):
            if cell.name not in cells:
                for each in [*(getattr(cell, "grades", None) or ()), *(getattr(cell, "comments", None) or ())]:
                    db.delete(each)
                db.flush()
                db.delete(cell)
        for name, about in cells.items():
            put = getattr(self.gradebook, f"update_or_create_{kind}")
            cell = put(name, self.notebook_id, self.assignment_id, **about)
            for belongs, kinds in ((Grade, ("grade_cell", "task_cell")), (Comment, ("solution_cell", "task_cell"))):
                if kind in kinds:
                    having = {each.notebook_id for each in db.query(belongs).filter(belongs.cell_id == cell.id)}
                    db.add_all(belongs(cell_id=cell.id, notebook=one) for one in book.submissions if one.id not in having)


def changes(book: Notebook, new: Mapping[str, dict[str, dict]]) -> list[str]:
    """What of the notebook's cells is not as the gradebook has it, each in some words."""
    texts = {cell.name: cell.source for cell in book.source_cells}
    marks = {cell.name: cell.max_score for cell in [*book.grade_cells, *book.task_cells]}
    now = {name: about["max_score"] for kind in ("grade_cell", "task_cell") for name, about in new[kind].items()}
    sources = {name: about["source"] for name, about in new["source_cell"].items()}
    other = [name for name in sources if name in texts and texts[name] != sources[name]]
    return [
        *(f"{name} is new" for name in sources if name not in texts),
        *(f"{name} is gone" for name in texts if name not in sources),
        *(f"{name} has {now[name]:g} marks instead of {old:g}" for name, old in marks.items() if now.get(name, old) != old),
        *([f"the text of {', '.join(other)}"] if other else []),
    ]


def by_hand(book: Notebook, new: Mapping[str, dict[str, dict]]) -> str:
    """The marks and comments by hand that go with the cells that go."""
    found = []
    for one in book.submissions:
        for grade in one.grades:
            kind = "grade_cell" if isinstance(grade.cell, GradeCell) else "task_cell"
            if grade.name not in new[kind] and (grade.manual_score is not None or grade.extra_credit):
                found.append(f"{one.student.id}, {grade.name}: {grade.score:g}")
        found += [f"{one.student.id}, {comment.name}: {comment.manual_comment}" for comment in one.comments
                  if comment.manual_comment and comment.name not in new["solution_cell"] | new["task_cell"]]  # fmt: skip
    return "; ".join(found)


def keep_copy(url: str) -> str:
    """Copy the gradebook, where it is a file, to one beside it; returns the copy's name."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        return ""
    copy = Path(f"{address.database}.{datetime.now():%Y-%m-%d-%H%M%S.%f}")  # as `nbgrader db upgrade` calls its own
    with closing(sqlite3.connect(address.database)) as book, closing(sqlite3.connect(copy)) as other:
        book.backup(other)
    return copy.name


class GenerateAssignment(Stock):
    """nbgrader.converters.GenerateAssignment by SaveCells. It writes release/, which `grading build` has written, anew."""

    force = Bool(True, help="Whether to overwrite an assignment that exists.").tag(config=True)
    preprocessors = List(
        [SaveCells if each is StockSaveCells else each for each in Stock.preprocessors.default()]
    ).tag(config=True)

    def start(self) -> None:
        root = Path(self.coursedir.root)
        try:
            check_gradebook(self.coursedir.db_url)
        except NoExercise as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None
        with at_work(root, f"generate_assignment {self.coursedir.assignment_id}", self.log.warning):
            super().start()


def record(coursedir: CourseDirectory, parent: BaseConverter) -> str:
    """Let the gradebook have the assignment as source/ has it: what generate_assignment does there, and no file is written.

    Returns what SaveCells has said. Raises what nbgrader's preprocessors raise of a notebook that is no assignment.
    """
    with temp_attrs(coursedir, student_id="."):
        converter = GenerateAssignment(coursedir=coursedir, parent=parent)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            gradebook.update_or_create_assignment(coursedir.assignment_id, course_id=coursedir.course_id)
        exporter, keeper = NotebookExporter(parent=converter, config=converter.config), SaveCells(parent=converter)
        for each in converter.preprocessors:
            exporter.register_preprocessor(keeper if each is SaveCells else each)
        source = coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id)
        path = f"{source}/{NOTEBOOK}.ipynb"
        exporter.from_filename(path, converter.init_single_notebook_resources(path))
        return keeper.said
