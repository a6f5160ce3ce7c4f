"""The page that a student gets back, as an exporter of nbconvert: nbgrader_config.py gives it to `nbgrader generate_feedback`.

It holds the student's own text, what it showed, and what the tests said of it. No test, hidden or visible, and no
prose of the notebook is on it; nothing in it runs, and it asks no server for anything. Words that can be the student's, an
exception's text among them, stand in boxes that say so: what stands elsewhere is the grader's.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path

import bleach
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, Student
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from ..course import NOTEBOOK, SECRET, handed_in
from ..exercise.cells import grade_id, headings, hints, is_solution, tested
from ..exercise.rebuild import OWN
from ..notes import Note, Refused
from ..run.outputs import TAGS, readable
from .page import template
from .sheet import recorded

FORMATTER = HtmlFormatter(nowrap=True, style="friendly")
LONGEST = 12
"""Lines of an error's traceback."""
SAID = 2000
"""Characters of what a test said."""
LINES, CODE = 1000, 30_000
"""Lines and characters of a cell that are shown: the lexer's time grows with the square of blank lines."""
PAGE = 200_000
"""Characters of all cells that are shown."""


@dataclass
class Section:
    """What the page says of one question."""

    name: str
    title: str
    section: str
    score: float
    points: float
    answered: bool
    comment: str
    """Of the instructor."""
    said: str = ""
    """By the test, which may quote the student's program; '' where it passed."""
    mistakes: list[str] = field(default_factory=list)
    """Sentences of the catalogue."""
    hint: str = ""
    """Where to read again."""
    notes: list[str] = field(default_factory=list)
    """That right functions were lent."""
    tables: list[Markup] = field(default_factory=list)
    """What was expected and what came."""
    cells: list[tuple[Markup, list]] = field(default_factory=list)
    """The student's cells: code and outputs."""
    bonus: bool = False

    @property
    def verdict(self) -> str:
        if self.score >= self.points:
            return "right"
        return "partly" if self.score > 0 else "wrong" if self.answered else "open"


class FeedbackExporter(Exporter):
    """An autograded notebook with the marks of the gradebook, as one HTML page."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # nbconvert's own exporters return a text too
        self, nb: NotebookNode, resources: dict | None = None, **kwargs
    ) -> tuple[str, dict]:
        """The page; resources["nbgrader"] says whose notebook it is and which gradebook has the marks.

        Raises MissingEntry where the gradebook has no marks of the student (nbgrader.api).
        """
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            entry = gradebook.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
            questions = sections(nb, {grade.name: grade for grade in entry.grades}, {c.name: c for c in entry.comments})
            page = render(names["assignment"], entry.student, timestamp=local(entry.assignment.timestamp), questions=questions,
                          penalty=entry.late_submission_penalty or 0)
        return page, resources


def write_refusal(coursedir: CourseDirectory, assignment: str, student: str, why: Note) -> None:
    """Write the page of a student whose file cannot be graded: why, and what to hand in. A page of graded work stays."""
    folder, graded = (
        Path(coursedir.format_path(step, student, assignment))
        for step in (coursedir.feedback_directory, coursedir.autograded_directory)
    )
    if graded.exists():
        return
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            entry = gradebook.find_student(student)
        except MissingEntry:
            entry = Student(id=student)
        page = render(assignment, entry, refused=why.japanese)
    if folder.exists():
        rmtree(str(folder))
    folder.mkdir(parents=True)
    (folder / f"{NOTEBOOK}.html").write_text(page, encoding="utf-8")
    submitted = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    for name in "timestamp.txt", SECRET:  # release_feedback goes by them
        with suppress(Refused):
            (folder / name).write_bytes(handed_in(submitted, coursedir, 1000, name))


def render(assignment: str, student: Student, timestamp: str = "", questions: Sequence[Section] = (), penalty: float = 0,
           refused: str = "") -> str:
    style = Markup(FORMATTER.get_style_defs("pre.code"))
    return template("feedback.html").render(assignment=assignment, student=student, timestamp=timestamp, questions=questions,
                                            penalty=penalty, refused=refused, style=style)


def local(timestamp: datetime | None) -> str:
    """A timestamp of the gradebook, in UTC, by the clock of this machine; '' for none."""
    return f"{timestamp.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}" if timestamp else ""


def sections(notebook: NotebookNode, grades: dict, comments: dict) -> list[Section]:
    """The questions in the notebook's order, each with the cells of the student's from its answer to the next one."""
    given = NotebookNode(cells=[cell for cell in notebook.cells if not is_own(cell)])
    found, places = headings(given), hints(given)
    mistakes = (recorded(notebook.metadata.get("grading")) or {}).get("mistakes", {})
    questions: dict[str, Section] = {}
    question: Section | None = None
    waiting: list[tuple[Markup, list]] = []  # the student's cells before the first answer wait for it
    room = PAGE
    for cell in notebook.cells:
        name = tested(cell)
        if is_solution(cell) or is_own(cell):
            own, room = shown(cell, min(room, CODE)), room - len(cell.source)
        if is_solution(cell):
            name = grade_id(cell)
            grade, comment = grades[f"test_{name}"], comments[name]
            section, title = found[name]
            question = questions[name] = Section(
                name, title or name, section, grade.score, grade.max_score, not comment.auto_comment, comment.manual_comment or ""
            )
            question.cells, waiting = [*waiting, own], []
        elif is_own(cell):
            (question.cells if question else waiting).append(own)
        elif name in questions:
            questions[name].bonus = cell.metadata.get("bonus", False)
            take(cell, questions[name], mistakes.get(name, []), places[name])
    return list(questions.values())


def is_own(cell: NotebookNode) -> bool:
    """Whether the student added the cell (exercise.rebuild)."""
    return cell.id.startswith(OWN)


def take(test: NotebookNode, question: Section, mistakes: list[str], hint: str) -> None:
    """Add what a test showed: of a passed one, only that right functions were lent.

    mistakes, hint: what the judge knows. It has written them behind what the test said, for who reads the notebook.
    """
    for output in test.outputs:
        text = output.get("data", {}).get("text/html", "")
        if output.output_type == "error":
            judges = {f"診断: {sentence}": sentence for sentence in mistakes} | {f"見直すところ: {hint}": ""}
            lines = [line.strip() for line in output.evalue.splitlines() if line.strip()]
            while lines and lines[-1] in judges:
                question.hint, _ = hint, lines.pop()
            question.said, question.mistakes = "\n".join(lines)[:SAID], mistakes
        elif "<table" not in text:
            question.notes.append(output.get("data", {}).get("text/plain", ""))
        elif question.verdict != "right":
            question.tables.append(table(text))


def words(text: str) -> str:
    """HTML without attributes, of plain tags only."""
    return bleach.clean(text, tags=TAGS, attributes={}, strip=True)


def table(text: str) -> Markup:
    """A check's table without anything but its words; its ○ and × get a class, and its sentences, which may quote the student's
    program, a box."""
    plain = words(text)
    for mark, name in (("○", "right"), ("×", "wrong")):
        plain = plain.replace(f"<td>{mark}</td>", f'<td class="{name}">{mark}</td>')
    return Markup(re.sub("<td>([^<]+)</td></tr>", r'<td class="own">\1</td></tr>', plain))


def shown(cell: NotebookNode, most: int) -> tuple[Markup, list]:
    """A cell of the student's: at most so many characters of its text, in colours where it is code, and its outputs as
    (kind, content)."""
    text = unescape(cell.source) if cell.cell_type != "code" else cell.source  # harmless() has escaped it once
    lines = text[: max(0, most)].split("\n")[:LINES]
    if (short := "\n".join(lines)) != text:
        short += "\n… (長いので、ここまでを載せています)"
    if cell.cell_type != "code":
        return Markup(escape(short)), []
    return Markup(highlight(short, PythonLexer(), FORMATTER)), [item for o in cell.outputs if (item := output(o))]


def output(output: NotebookNode) -> tuple[str, str] | None:
    """An output as ("text" | "error" | "html" | "image", content): the richest form of it that cannot do anything."""
    if output.output_type == "stream":
        return "text", strip_ansi(output.text)
    if output.output_type == "error":
        lines = strip_ansi("\n".join(output.traceback) or f"{output.ename}: {output.evalue}").split("\n")
        return "error", "\n".join(lines if len(lines) <= LONGEST else [*lines[:3], "…", *lines[-LONGEST:]])
    data = output.get("data", {})
    for kind in ("image/png", "image/jpeg"):
        if data.get(kind):
            return "image", f"data:{kind};base64,{''.join(data[kind].split())}"
    if "text/html" in data and readable(data["text/html"]):
        return "html", Markup(words(data["text/html"]))
    return ("text", strip_ansi(data["text/plain"])) if "text/plain" in data else None
