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
from ..notes import CELLS, GIVEN_BACK, LENT, STOPS, Note, Refused
from ..run.outputs import TAGS, readable
from .page import template
from .sheet import recorded
from .syntax import KINDS, Slip, explain

FORMATTERS = {scheme: HtmlFormatter(nowrap=True, style=style) for scheme, style in (("light", "xcode"), ("dark", "github-dark"))}
"""Styles whose colours are read well on the page's ground. What they make of a text differs in nothing but the style sheet."""
LONGEST = 12
"""Lines of an error's traceback."""
SAID = 2000
"""Characters of what a test said."""
LINES, CODE = 1000, 30_000
"""Lines and characters of a cell that are shown: the lexer's time grows with the square of blank lines."""
PAGE = 200_000
"""Characters of all cells that are shown."""


@dataclass(frozen=True)
class Told:
    """A sentence of the grader's about a cell, and what of the student's words belongs to it ('' for nothing)."""

    sentence: str
    own: str = ""


@dataclass
class Line:
    """A row of a table."""

    cells: list[str]
    reason: str
    """Why it is wrong, which may quote the student's program."""
    same: int = 0
    """How many more rows had the same reason: they are left out."""


@dataclass
class Table:
    """What a check showed: which results it looked at, and what was wrong with them."""

    title: str
    head: list[str]
    lines: list[Line]


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
    slip: Slip | None = None
    """Where the answer is no Python."""
    said: str = ""
    """By the test, which may quote the student's program; '' where it passed."""
    mistakes: list[str] = field(default_factory=list)
    """Sentences of the catalogue."""
    hint: str = ""
    """Where to read again."""
    stopped: str = ""
    """Why the answer, or its test, did not run to its end."""
    notes: list[Told] = field(default_factory=list)
    """What the grader had to do to the question's cells, and that right functions were lent."""
    tables: list[Table] = field(default_factory=list)
    cells: list[tuple[Markup, list]] = field(default_factory=list)
    """The student's cells: code and outputs."""
    bonus: bool = False

    @property
    def verdict(self) -> str:
        if self.score >= self.points:
            return "right"
        return "partly" if self.score > 0 else "wrong" if self.answered else "open"

    @property
    def lost(self) -> float:
        return self.points - self.score

    @property
    def reason(self) -> Told:
        """What to put right, in a sentence: what the grader knows for certain before what the test saw of it."""
        if self.verdict == "open":
            return Told("まだ書かれていません。")
        if self.slip:
            return Told(f"{self.slip.line} 行目が、Python の文として読めません。{self.slip.sentence}")
        if self.mistakes or self.stopped:
            return Told([*self.mistakes, self.stopped][0])
        for said in filter(None, [*self.said.split("\n"), *self.reasons]):
            return Told("", said.removeprefix(f"{self.name}: "))
        return Told("先生が付けた点です。")

    @property
    def reasons(self) -> list[str]:
        """Those of the tables."""
        return [line.reason for table in self.tables for line in table.lines]


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
            book = entry.notebook
            cells = {cell.id: cell.name for cell in [*book.grade_cells, *book.solution_cells, *book.task_cells]}  # in one query
            grades, comments = ({cells[each.cell_id]: each for each in many if each.cell_id in cells}
                                for many in (entry.grades, entry.comments))  # fmt: skip
            about = recorded(nb.metadata.get("grading")) or {}
            questions = sections(nb, about, grades, comments)
            page = render(names["assignment"], entry.student, timestamp=local(entry.assignment.timestamp), questions=questions,
                          others=others(about, questions), penalty=entry.late_submission_penalty or 0)
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


def render(assignment: str, student: Student, timestamp: str = "", questions: Sequence[Section] = (), others: Sequence[Told] = (),
           penalty: float = 0, refused: str = "") -> str:
    styles = {scheme: Markup(formatter.get_style_defs("pre.code")) for scheme, formatter in FORMATTERS.items()}
    return template("feedback.html").render(assignment=assignment, student=student, timestamp=timestamp, questions=questions,
                                            others=others, penalty=penalty, refused=refused, styles=styles)


def local(timestamp: datetime | None) -> str:
    """A timestamp of the gradebook, in UTC, by the clock of this machine; '' for none."""
    return f"{timestamp.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}" if timestamp else ""


def sections(notebook: NotebookNode, about: dict, grades: dict, comments: dict) -> list[Section]:
    """The questions in the notebook's order, each with the cells of the student's from its answer to the next one.

    about: what the grader has recorded of the notebook (sheet.recorded).
    """
    given = NotebookNode(cells=[cell for cell in notebook.cells if not is_own(cell)])
    found, places = headings(given), hints(given)
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
                name, title or name, section, grade.score, grade.max_score, not comment.auto_comment,
                comment.manual_comment or "", slip(cell), mistakes=about.get("mistakes", {}).get(name, []), hint=places[name],
            )
            question.cells, waiting = [*waiting, own] if cell.source.strip() else waiting, []
            take_notes(about, question)
        elif is_own(cell):
            (question.cells if question else waiting).append(own)
        elif name in questions:
            questions[name].bonus = cell.metadata.get("bonus", False)
            take(cell, questions[name], about)
    return list(questions.values())


def is_own(cell: NotebookNode) -> bool:
    """Whether the student added the cell (exercise.rebuild)."""
    return cell.id.startswith(OWN)


def slip(answer: NotebookNode) -> Slip | None:
    """Where an answer is no Python, if that is what stopped it."""
    unread = any(output.output_type == "error" and output.ename in KINDS for output in answer.get("outputs", ()))
    return explain(answer.source) if unread else None


def noted(about: dict) -> list[tuple[str, str, str]]:
    """The grader's notes on cells as (cell, kind, what it says of the student's)."""
    notes = [note for note in map(Note.from_json, about.get("notes", ())) if note.kind in CELLS and note.kind != "unknown"]
    return [(str(note.values[0]), note.kind, ", ".join(map(str, note.values[1:]))) for note in notes]


def take_notes(about: dict, question: Section) -> None:
    """Add what the grader has noted of the question's own cells."""
    for cell, kind, own in noted(about):
        if cell not in (question.name, f"test_{question.name}") or (question.slip and kind in ("error", "newer syntax")):
            continue  # of another question; or what the slip says better
        question.notes.append(Told(STOPS.get(kind) or f"{CELLS[kind][1]}。", own))
        if kind in (*STOPS, "error", "no answer"):
            question.stopped = question.notes[-1].sentence
    if names := about.get("lent", {}).get(question.name):
        question.notes.append(Told(LENT.format("、".join(names))))


def others(about: dict, questions: Sequence[Section]) -> list[Told]:
    """What the grader has noted of other cells."""
    known = {name for question in questions for name in (question.name, f"test_{question.name}")}
    return list(dict.fromkeys(Told(f"{CELLS[kind][1]}。", own) for cell, kind, own in noted(about) if cell not in known))


def take(test: NotebookNode, question: Section, about: dict) -> None:
    """Add what a test said and showed of an answer that is not right. A mark that it gives for a part is no word of it."""
    if question.verdict == "right":
        return
    judges = {f"診断: {sentence}" for sentence in question.mistakes} | {f"見直すところ: {question.hint}"}
    judges |= {note.sentence for note in question.notes}
    judges |= {GIVEN_BACK.format(own.replace(", ", "、")) for cell, _, own in noted(about) if cell == grade_id(test)}
    lines = []
    for output in test.outputs:
        data = output.get("data", {})
        if "<table" in data.get("text/html", ""):
            question.tables.append(table(data["text/html"]))
        elif output.output_type == "error":
            lines += output.evalue.splitlines()
        elif output.output_type == "display_data":
            lines += data.get("text/plain", "").splitlines()
        elif output.output_type == "execute_result":  # as text it is the number
            lines.append(told(data.get("text/html", "")).removeprefix("× "))
    said = "\n".join(line for line in map(str.strip, lines) if line and line not in judges)[:SAID]
    question.said = "" if said.removeprefix(f"{question.name}: ") in question.reasons else said  # the table says it in its place


def words(text: str) -> str:
    """HTML without attributes, of plain tags only. A heading in it would be one of the page, and an empty one of a table names
    nothing."""
    plain = bleach.clean(text, tags=TAGS, attributes={}, strip=True)
    return re.sub(r"<th>\s*</th>", "<td></td>", re.sub("<(/?)h[1-6]>", r"<\1p>", plain))


def told(text: str) -> str:
    """What HTML says, without its tags."""
    return unescape(re.sub("<[^>]*>", "", text)).strip()


def table(text: str) -> Table:
    """A check's table; what has gone wrong in many rows for the same reason is one row of it."""
    title, _, plain = words(text).partition("<table>")
    rows = [[told(cell) for cell in re.findall("<t[dh]>(.*?)</t[dh]>", row, re.DOTALL)]
            for row in re.findall("<tr>(.*?)</tr>", plain, re.DOTALL)]
    head = rows[0] if rows else []
    explained = head[-1:] == [""]  # the last column says why
    lines: dict[str | int, Line] = {}
    for number, row in enumerate(rows[1:]):
        cells, reason = (row[:-1], row[-1]) if explained and row else (row, "")
        if (line := lines.setdefault(reason or number, Line(cells, reason))).cells is not cells:
            line.same += 1
    return Table(told(title), head[:-1] if explained else head, list(lines.values()))


def shown(cell: NotebookNode, most: int) -> tuple[Markup, list]:
    """A cell of the student's: at most so many characters of its text, in colours where it is code, and its outputs as
    (kind, content)."""
    text = unescape(cell.source) if cell.cell_type != "code" else cell.source  # harmless() has escaped it once
    lines = text[: max(0, most)].split("\n")[:LINES]
    if (short := "\n".join(lines)) != text:
        short += "\n… (長いので、ここまでを載せています)"
    if cell.cell_type != "code":
        return Markup(escape(short)), []
    return Markup(highlight(short, PythonLexer(), FORMATTERS["light"])), [item for o in cell.outputs if (item := output(o))]


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
