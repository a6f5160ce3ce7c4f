"""The report on a class: a page for the instructor, and the marks of every question as CSV.

`write` reads the gradebook and the notebooks in autograded/ and changes neither. What it knows of a student is in a Student;
the page without names is made of Students that hold no names, so that nothing can be forgotten on the way to it.
"""

import base64
import csv
import hashlib
import io
import json
import math
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from glob import glob
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

import matplotlib
import nbformat
import nbgrader.api as db
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from sqlalchemy import func
from sqlalchemy.engine import make_url
from traitlets.config.loader import ConfigFileNotFound

from . import catalogue
from .autograde import NOTEBOOK, handed_in
from .course import load_config
from .kernel.wire import clean
from .likeness import Match, Pair, pairs
from .limits import Limits
from .rebuild import Refused, grade_id, headings, rebuild
from .sample import solutions
from .student import NOTES

GRADED, NOT_GRADED, NOTHING = "graded", "not graded", "nothing handed in"
BLUE, VERMILION = "#0072B2", "#D55E00"
WIDTH = 10
"""Marks, of a bar of the distribution."""
LEVELS = 10
"""Steps of the colours of the heat map."""
MOST_TAUGHT = 10
"""Questions that are to be taught again."""
MOST_SENTENCES = 5
"""Mistakes that are named of a question."""
MOST_PAIRS = 10
MOST_MATCHES = 2
"""Questions that are shown of a pair."""
MOST_LINES = 60
"""Lines that are shown of an answer."""
FIRST = 10
"""Students to look at first."""
SLOWEST = 5
NEAR = 3
"""Marks from the pass mark within which a student is looked at."""

POINTS = {  # what makes the instructor look at a student: how much, and in the page's words
    "ungraded": (100, "採点されていない"),
    "lost": (60, "採点済みのノートブックがない"),
    "alike": (40, "よく似た解答"),
    "tampered": (40, "正しくない形の返事"),
    "stopped": (30, "途中で止めた・落ちた"),
    "below": (25, f"合格点まで {NEAR} 点以内"),
    "changed": (20, "確認のセルの変更・削除"),
    "by hand": (20, "手で付ける点が残っている"),
    "failed": (15, "解答のセルのエラー"),
    "above": (10, f"合格点から上に {NEAR} 点以内"),
    "mended": (5, "直して採点したもの"),
    "own": (2, "問い以外のセルのエラー"),
}
OWN_CELL = "a cell of the student's own"
SIGNS = [  # a note of the grader (rebuild.py, judge.py), the key of its points, what it is in Japanese
    (rf"(?P<cell>.+) {NOTES['protocol']}", "tampered", "採点プログラムに、正しくない形の返事をしました"),
    (rf"(?P<cell>.+) {NOTES['ended']}", "stopped", "実行中にプロセスが落ちました"),
    (rf"(?P<cell>.+) {NOTES['time']}", "stopped", "時間切れで止めました"),
    (rf"(?P<cell>.+) {NOTES['memory']}", "stopped", "メモリの使いすぎで止めました"),
    (rf"(?P<cell>.+) {NOTES['processes']}", "stopped", "プロセスを作りすぎたので止めました"),
    (rf"(?P<cell>.+) {NOTES['total']}", "stopped", "提出物全体の持ち時間を使い切っていました"),
    (r"(?P<cell>\S+) had been changed: .*", "changed", "確認のセルが書きかえられていました (もとのもので採点)"),
    (r"(?P<cell>\S+) had been deleted and was put back", "changed", "確認のセルが消されていました (もどして採点)"),
    (rf"\w+ in (?P<cell>{OWN_CELL})", "own", "問い以外のセルでエラーが出ました"),
    (r"\w+ in (?P<cell>.+)", "failed", "解答のセルがエラーで止まりました"),
    (r"(?P<cell>\S+) had been made an? \w+ cell(: it is run as code)?", "mended", "セルの種類が変わっていました"),
    (r"the answer of (?P<cell>\S+) was known by its function: .*", "mended", "ID の消えたセルから答えを見つけました"),
    (r"the answer of (?P<cell>\S+) was found in the cell \S*", "mended", "別のセルに答えがありました"),
    (r"(?P<cell>\S+) is answered in another cell", "mended", "別のセルに答えがありました"),
    (r"(?P<cell>\S+) has no answer", "mended", "解答のセルが空か、消されています"),
    (r"(?P<cell>.*)", "mended", "そのほかの記録"),
]
UNUSABLE = {  # a result in arrivals.csv: what it is in Japanese
    "refused": "使えないファイル",
    "other": "この演習のノートブックではない",
    "not matched": "だれのものか分からない",
    "draft": "下書き (未提出)",
}


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
class Student:
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
    problem: str = ""
    """Why the grader cannot grade what was handed in."""

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    def told(self, key: str) -> dict[str, list[str]]:
        """`mistakes` or `lent` of the grader: question → sentences or names."""
        return (self.about or {}).get(key) or {}


@dataclass(frozen=True)
class Sheet:
    """An assignment with its students."""

    course: str
    assignment: str
    questions: list[Question]
    students: list[Student]
    stubs: dict[str, str] = field(default_factory=dict)
    """Question → what stands in the solution cell of the student's notebook."""
    references: dict[str, str] = field(default_factory=dict)
    newest: str = ""
    """When the last notebook was graded."""

    @property
    def most(self) -> float:
        return sum(question.marks for question in self.questions)

    @property
    def graded(self) -> list[Student]:
        return [student for student in self.students if student.status == GRADED]

    def with_status(self, status: str) -> list[Student]:
        return [student for student in self.students if student.status == status]


# Reading


def folders(coursedir: CourseDirectory, step: str, assignment: str) -> dict[str, Path]:
    """Student → the folder of this step (submitted, autograded …)."""
    pattern = coursedir.format_path(step, "(?P<student>[^/]*)", assignment, escape=True)
    found = {re.fullmatch(pattern, path): path for path in glob(coursedir.format_path(step, "*", assignment))}
    return {match["student"]: Path(path) for match, path in found.items() if match}


def read_questions(
    gradebook: db.Gradebook, assignment: str, source: nbformat.NotebookNode
) -> tuple[list[Question], dict[str, str]]:
    """What has marks, in the order of the instructor's notebook, and the stubs: question → its cell as students get it."""

    def of_assignment(kind, *columns):
        query = gradebook.db.query(*columns).join(db.Notebook, kind.notebook_id == db.Notebook.id)
        return dict(query.join(db.Assignment).filter(db.Assignment.name == assignment).all())

    stubs = of_assignment(db.SourceCell, db.SourceCell.name, db.SourceCell.source)
    cells = {}
    for kind in db.GradeCell, db.TaskCell:
        cells |= of_assignment(kind, kind.name, kind.max_score)
    places = headings(source)
    rank = {name: number for number, name in reversed([*enumerate([*map(grade_id, source.cells), *stubs])])}
    questions = []
    for cell in sorted((cell for cell in cells if cells[cell]), key=lambda cell: rank.get(cell, len(rank))):
        name = cell.removeprefix("test_")
        questions.append(Question(name, cells[cell], *reversed(places.get(name, ("", str(len(questions) + 1))))))
    return questions, stubs


def read_graded(gradebook: db.Gradebook, assignment: str, questions: set[str]) -> dict[str, dict]:
    """Student → fields of a Student: of everybody who has a submission in the gradebook. A few queries, whatever the class."""
    session, submission, notebook = gradebook.db, db.SubmittedAssignment, db.SubmittedNotebook
    of_assignment = (submission.assignment_id == db.Assignment.id, db.Assignment.name == assignment)
    of_notebook = notebook.assignment_id == submission.id
    found = {student: {"status": NOT_GRADED, "timestamp": f"{time:%Y-%m-%d %H:%M:%S}" if time else ""}
             for student, time in session.query(submission.student_id, submission.timestamp).filter(*of_assignment)}
    penalties = session.query(submission.student_id, func.sum(notebook.late_submission_penalty))
    penalties = dict(penalties.filter(of_notebook, *of_assignment).group_by(submission.student_id).all())
    marks = session.query(submission.student_id, db.BaseCell.name, db.Grade.score, db.Grade.auto_score, db.Grade.manual_score,
                          db.Grade.needs_manual_grade)
    totals = Counter()
    for student, cell, score, auto, manual, by_hand in marks.filter(
        db.Grade.cell_id == db.BaseCell.id, db.Grade.notebook_id == notebook.id, of_notebook, *of_assignment
    ):
        fields, name = found[student], cell.removeprefix("test_")
        totals[student] += score
        if name in questions:
            fields.setdefault("marks", {})[name] = score
        if auto is not None or manual is not None:
            fields["status"] = GRADED
        fields["by_hand"] = by_hand or fields.get("by_hand", False)
    untouched = session.query(submission.student_id, db.BaseCell.name).filter(
        db.Comment.cell_id == db.BaseCell.id, db.Comment.notebook_id == notebook.id, of_notebook, *of_assignment,
        db.Comment.auto_comment == "No response.")
    for student, cell in untouched:
        found[student]["unanswered"] = found[student].get("unanswered", frozenset()) | {cell}
    for student, fields in found.items():
        if fields["status"] == GRADED:
            penalty = penalties.get(student) or 0.0
            fields |= {"penalty": penalty, "total": max(0.0, totals[student] - penalty)}
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
    names = {student: [name or "" for name in names] for student, *names in roster}
    submitted, students = folders(coursedir, coursedir.submitted_directory, assignment), []
    for student in sorted({*names, *submitted}):
        known = Student(student, *names.get(student, ()), **graded.get(student, {}))
        if student in submitted and known.status != GRADED:
            known = replace(known, status=NOT_GRADED, problem=refusal(submitted[student], coursedir, source))
        students.append(known)
    return Sheet(gradebook.course_id, assignment, questions, students, stubs, solutions(source))


def refusal(folder: Path, coursedir: CourseDirectory, source: nbformat.NotebookNode) -> str:
    """Why the grader refuses what lies in a folder of submitted/, in its own words; '' where it does not."""
    try:
        rebuild(handed_in(folder, coursedir, Limits(**coursedir.config.Autograde.get("limits", {})).size), source)
    except Refused as error:
        return clean(str(error), 200)
    return ""


def assignments(gradebook: db.Gradebook) -> list[str]:
    return sorted(name for (name,) in gradebook.db.query(db.Assignment.name))


def read_notebooks(sheet: Sheet, coursedir: CourseDirectory, page: Path) -> Sheet:
    """sheet with what the graded notebooks hold, and the links from page to the feedback."""
    graded = folders(coursedir, coursedir.autograded_directory, sheet.assignment)
    feedback = folders(coursedir, coursedir.feedback_directory, sheet.assignment)
    questions, students, newest = {question.name for question in sheet.questions}, [], 0.0
    for student in sheet.students:
        if student.status == GRADED:
            link = feedback.get(student.id, Path()) / f"{NOTEBOOK}.html"
            if student.id in feedback and link.exists():
                student = replace(student, feedback=quote(os.fsencode(os.path.relpath(link, page.parent))))
            path = graded.get(student.id, Path()) / f"{NOTEBOOK}.ipynb"
            try:
                notebook = json.loads(path.read_text(encoding="utf-8"))
                answers = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in notebook["cells"]
                           if cell["metadata"].get("nbgrader", {}).get("solution")}
                about = notebook["metadata"].get("grading", {})
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                pass  # `about` stays None, which is named among what to look at first
            else:
                newest = max(newest, path.stat().st_mtime)
                empty = {name for name in questions & set(answers) if not answers[name].strip()}
                code = {name: text for name, text in answers.items() if name in questions - student.unanswered - empty}
                student = replace(student, about=about, code=code, unanswered=student.unanswered | empty)
        students.append(student)
    return replace(sheet, students=students, newest=f"{datetime.fromtimestamp(newest):%Y-%m-%d %H:%M}" if newest else "")


def read_arrivals(path: Path) -> list[dict[str, str]]:
    """What came in and could not be used: rows of arrivals.csv, their result in Japanese; none where there is no such file."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("result") in UNUSABLE]
    return [row | {"result": UNUSABLE[row["result"]]} for row in rows]


def nameless(sheet: Sheet) -> Sheet:
    """sheet with numbers in the place of students, the best first; nothing that a student wrote or is called by stays."""
    def stripped(student: Student) -> Student:
        about = {name: value for name, value in (student.about or {}).items() if name in ("mistakes", "lent", "seconds")}
        return Student("", status=student.status, marks=student.marks, total=student.total, penalty=student.penalty,
                       unanswered=student.unanswered, about=about)

    def key(student: Student):
        """Of everything that is shown of one student, so that not even the order of equals is that of the roster."""
        shown = [(student.marks.get(q.name, 0.0), q.name in student.unanswered, student.told("mistakes").get(q.name, []))
                 for q in sheet.questions]
        return student.status, -student.total, shown

    students = sorted(map(stripped, sheet.students), key=key)
    return replace(sheet, students=[replace(student, id=f"学生 {n}") for n, student in enumerate(students, 1)])


# What comes of it


@dataclass(frozen=True)
class Outcome:
    """How the class did in a question."""

    question: Question
    right: int
    """Students with full marks."""
    wrong: int
    unanswered: int
    mean: float
    lost: float
    """Marks, of the whole class."""
    mistakes: list[tuple[str, int]]
    """The sentences of the grader, each with how many were told it; the commonest first."""
    unnamed: int
    """Wrong ones of which the grader does not know what is wrong."""
    lent: int
    """Students who were graded with right functions in the place of wrong earlier ones."""

    def share(self, count: int) -> float:
        return 100 * count / max(1, self.right + self.wrong + self.unanswered)


def outcomes(sheet: Sheet) -> list[Outcome]:
    """One for each question, in the notebook's order."""
    found = []
    for question in sheet.questions:
        name, told, counts, unnamed = question.name, Counter(), Counter(), 0
        marks = [student.marks.get(name, 0.0) for student in sheet.graded]
        for student, got in zip(sheet.graded, marks):
            kind = "right" if got >= question.marks else "unanswered" if name in student.unanswered else "wrong"
            counts[kind] += 1
            if kind == "wrong":
                sentences = set(student.told("mistakes").get(name, ()))
                told.update(sentences)
                unnamed += not sentences
        lost = sum(max(0.0, question.marks - got) for got in marks)
        mistakes = sorted(told.items(), key=lambda each: (-each[1], each[0]))
        lent = sum(name in student.told("lent") for student in sheet.graded)
        found.append(Outcome(question, counts["right"], counts["wrong"], counts["unanswered"], mean(marks), lost,
                             mistakes, unnamed, lent))
    return found


def read_signs(notes: Iterable[str], titles: dict[str, str]) -> list[tuple[int, str]]:
    """The grader's notes as (points, Japanese sentence), one for each kind, which names the cells by titles."""
    found: dict[tuple[int, str], list[str]] = {}
    for note in notes:
        match, kind, sentence = next(
            (match, *rest) for pattern, *rest in SIGNS if (match := re.fullmatch(pattern, note, re.DOTALL)))
        cell = "自分で足したセルなど" if match["cell"] == OWN_CELL else match["cell"]
        cell = titles.get(cell.removeprefix("test_"), cell)
        found.setdefault((POINTS[kind][0], sentence), []).append(cell)
    return [(points, f"{sentence}: {'、'.join(dict.fromkeys(cells))}") for (points, sentence), cells in found.items()]


def reasons(student: Student, titles: dict[str, str], pass_mark: float, alike: list[tuple[str, Match]]) -> list[tuple[int, str]]:
    """(points, sentence) for everything that makes the student worth a look, most points first.

    alike: other students, each with the question in which the two have most in common.
    """
    if student.status == NOTHING:
        return []
    if student.status == NOT_GRADED:
        return [(POINTS["ungraded"][0], f"採点されていません。{why_not(student)}")]
    found = {}
    if student.about is None:
        found["lost"] = "採点済みのノートブックがないか、読めません。もう一度採点してください"
    if alike:
        some = "、".join(f"{other} さん ({titles[match.question]} が {100 * match.likeness:.0f} %)" for other, match in alike[:3])
        rest = f"、ほか {len(alike) - 3} 人" if len(alike) > 3 else ""
        found["alike"] = f"よく似た解答があります: {some}{rest}"
    distance = student.total - pass_mark
    if -NEAR <= distance < 0:
        found["below"] = f"合格点まであと {-distance:g} 点です"
    if 0 <= distance <= NEAR:
        found["above"] = f"合格点を {distance:g} 点だけ上回っています" if distance else "ちょうど合格点です"
    if student.by_hand:
        found["by hand"] = "手で付ける点が残っています"
    noted = read_signs((student.about or {}).get("notes", ()), titles)
    return sorted([*noted, *((POINTS[kind][0], sentence) for kind, sentence in found.items())], reverse=True)


def why_not(student: Student) -> str:
    """What can be said of a submission that is not graded."""
    return f"採点できないファイルです ({student.problem})" if student.problem else "まだ採点していません"


def first_to_look_at(sheet: Sheet, pass_mark: float, alike: list[Pair]) -> list[tuple[int, Student, list[tuple[int, str]]]]:
    """(points, student, reasons) of everybody with a reason, most points first."""
    partners: dict[str, list[tuple[str, Match]]] = {}
    for pair in alike:
        for one, other in (pair.one, pair.other), (pair.other, pair.one):
            partners.setdefault(one, []).append((other, pair.matches[0]))
    titles = {question.name: question.title for question in sheet.questions}
    found = [(student, reasons(student, titles, pass_mark, partners.get(student.id, []))) for student in sheet.students]
    return sorted(((sum(points for points, _ in some), student, some) for student, some in found if some),
                  key=lambda each: (-each[0], each[1].id))


def likeness(sheet: Sheet) -> list[Pair]:
    """The pairs of students whose answers are unusually alike."""
    known = {question.name: [text[question.name] for text in (sheet.stubs, sheet.references) if question.name in text]
             for question in sheet.questions}
    for answer in catalogue.load():
        if answer.right and answer.question in known:
            known[answer.question].append(answer.code)
    answers = {name: {student.id: student.code[name] for student in sheet.graded if name in student.code} for name in known}
    return pairs(answers, known)


# The page


def distribution(totals: list[float], most: float, pass_mark: float) -> Markup:
    """A histogram of the totals as an SVG element; the same totals give the same bytes."""
    edges = np.arange(0, max(most, *totals) + WIDTH, WIDTH)
    parts = [total for total in totals if total < pass_mark], [total for total in totals if total >= pass_mark]
    figure = Figure(figsize=(7.2, 2.7), layout="constrained")
    axes = figure.subplots()
    axes.hist(parts, edges, stacked=True, color=[VERMILION, BLUE], edgecolor="white",
              label=[f"below {pass_mark:g}: {len(parts[0])}", f"{pass_mark:g} or more: {len(parts[1])}"])
    axes.axvline(median(totals), color="#222222", linestyle="--", linewidth=1, label=f"median: {median(totals):g}")
    axes.set(xlabel="total marks", ylabel="students", xlim=(0, edges[-1]), xticks=edges)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left")
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "report", "font.size": 9}):
        figure.savefig(file, format="svg", transparent=True, metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
    svg = file.getvalue()
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg[svg.index("<svg") :])  # HTML knows them; the page names no address
    return Markup(re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL))


def colours() -> list[tuple[str, str]]:
    """(background, text) for 0 to LEVELS tenths of a question's marks: cividis, paler towards the full marks."""
    found = []
    for share in np.linspace(0, 1, LEVELS + 1):
        red, green, blue = (value + 0.72 * share * (1 - value) for value in matplotlib.colormaps["cividis"](share)[:3])
        light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
        found.append((matplotlib.colors.to_hex((red, green, blue)), "#000000" if light > 0.18 else "#ffffff"))
    return found


def level(marks: float, question: Question) -> int:
    """The colour of marks: only full marks get the last one, only none the first."""
    share = marks / question.marks
    return LEVELS if share >= 1 else 0 if share <= 0 else min(max(1, round(share * LEVELS)), LEVELS - 1)


def plain(value):
    """What goes into the page: text without control characters, and without those that turn or hide what stands beside them."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") and c not in "\n\t" else c
                   for c in value)


def digest(script: str) -> str:
    """What a content security policy calls a script by."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def render(sheet: Sheet, pass_mark: float, arrivals: list[dict[str, str]], anonymous: bool) -> str:
    """The page."""
    environment = Environment(loader=PackageLoader("grading", "."), autoescape=True, finalize=plain, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"digest": digest, "marks": "{:g}".format}
    totals, results = [student.total for student in sheet.graded], outcomes(sheet)
    seconds = {student: student.about["seconds"] for student in sheet.graded if student.about and "seconds" in student.about}
    alike = [] if anonymous else likeness(sheet)
    return environment.get_template("report.html").render(
        sheet=sheet, anonymous=anonymous, pass_mark=pass_mark, arrivals=arrivals, outcomes=results, pairs=alike[:MOST_PAIRS],
        more_pairs=len(alike[MOST_PAIRS:]), titles={question.name: question.title for question in sheet.questions},
        median=median(totals), passed=sum(total >= pass_mark for total in totals),
        not_graded=sheet.with_status(NOT_GRADED), nothing=sheet.with_status(NOTHING),
        penalties=any(student.penalty for student in sheet.students),
        distribution=distribution(totals, sheet.most, pass_mark), colours=colours(), level=level,
        teach=sorted((each for each in results if each.lost), key=lambda each: -each.lost)[:MOST_TAUGHT],
        undiagnosed=sum("mistakes" not in (student.about or {}) for student in sheet.graded),
        first=[] if anonymous else first_to_look_at(sheet, pass_mark, alike), why_not=why_not,
        seconds=list(seconds.values()), time=median(seconds.values() or [0]),
        slowest=sorted(seconds, key=lambda student: (-seconds[student], student.id))[:SLOWEST],
        most={"first": FIRST, "sentences": MOST_SENTENCES, "matches": MOST_MATCHES, "lines": MOST_LINES}, points=POINTS.values(),
    )


# Files


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


class QuestionsExportPlugin(ExportPlugin):
    """`nbgrader export --exporter grading.report.QuestionsExportPlugin`: the marks of every question of one assignment."""

    def export(self, gradebook: db.Gradebook) -> None:
        """Write the file `to`. Ends the command unless `assignment`, or else the gradebook, names exactly one assignment."""
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


def write(root: Path, assignment: str, anonymous: bool = False, pass_mark: float = 60) -> Path:
    """Write the page and the CSV beside it into report/<assignment> of the course in the folder root; returns the page's path.

    anonymous: with numbers for students, and without what only concerns single ones. Raises CannotReport.
    """
    try:
        coursedir = CourseDirectory(config=load_config(root))
    except ConfigFileNotFound:
        raise CannotReport(f"No nbgrader_config.py in {os.path.relpath(root)}: run this in the course folder.") from None
    url = make_url(coursedir.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise CannotReport(f"No gradebook at {os.path.relpath(url.database or '')}: grade the class first.")
    page = root / "report" / assignment / ("anonymous.html" if anonymous else "report.html")
    with db.Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        sheet = read_class(gradebook, coursedir, assignment)
    if not sheet.graded:
        raise CannotReport(f"Nothing of {assignment} is graded yet: run python -m grading autograde {assignment}.")
    if not (math.isfinite(pass_mark) and 0 <= pass_mark <= sheet.most):
        raise CannotReport(f"The pass mark {pass_mark:g} is not between 0 and the {sheet.most:g} marks of {assignment}.")
    sheet = read_notebooks(sheet, coursedir, page)
    arrivals = read_arrivals(root / "downloaded" / assignment / "arrivals.csv")
    if anonymous:
        sheet = nameless(sheet)
    text = render(sheet, pass_mark, arrivals, anonymous)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    write_csv(sheet, page.with_name("anonymous.csv" if anonymous else "questions.csv"))
    return page
