"""The report on a class: a page for the instructor, and the marks of every question as CSV."""

import io
import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import matplotlib
import nbgrader.api as db
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config.loader import ConfigFileNotFound

from ..course import load_config
from ..exercise import catalogue
from ..exercise.folder import Exercise
from .export import write_csv
from .likeness import Pair, pairs
from .page import template
from .reasons import POINTS, first_to_look_at, read_arrivals, why_not
from .sheet import NOT_GRADED, NOTHING, CannotReport, Question, Sheet, nameless, read_class, read_notebooks

BLUE, VERMILION = "#0072B2", "#D55E00"
WIDTHS = 1, 2, 5, 10, 20, 50, 100
"""Marks that a bar of the distribution may be wide."""
BARS = 12
"""Of the distribution, at the most; with bonus marks, one more."""
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

# What comes of it


@dataclass(frozen=True)
class Tally:
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


def tallies(sheet: Sheet) -> list[Tally]:
    """One for each question, in the notebook's order."""
    found = []
    for question in sheet.questions:
        name, unnamed = question.name, 0
        told: Counter[str] = Counter()
        counts: Counter[str] = Counter()
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
        found.append(Tally(question, counts["right"], counts["wrong"], counts["unanswered"], mean(marks), lost,
                             mistakes, unnamed, lent))
    return found


def likeness(sheet: Sheet, answers: list[catalogue.Answer]) -> list[Pair]:
    """The pairs of students whose answers are unusually alike; the right ones of answers are common property."""
    known = {question.name: [text[question.name] for text in (sheet.stubs, sheet.references) if question.name in text]
             for question in sheet.questions}
    for answer in answers:
        if answer.right and answer.question in known:
            known[answer.question].append(answer.code)
    codes = {name: {student.id: student.code[name] for student in sheet.graded if name in student.code} for name in known}
    return pairs(codes, known)


# The page


def distribution(totals: list[float], most: float, pass_mark: float) -> Markup:
    """A histogram of the totals as an SVG element; the same totals give the same bytes."""
    width = next((width for width in WIDTHS if most <= BARS * width), most / BARS)
    edges = np.arange(0, max(most, *totals) + width, width)
    parts = [total for total in totals if total < pass_mark], [total for total in totals if total >= pass_mark]
    figure = Figure(figsize=(7.2, 2.7), layout="constrained")
    axes = figure.subplots()
    axes.hist(parts, edges, stacked=True, color=[VERMILION, BLUE], edgecolor="white",  # type: ignore[arg-type]  # an array will do
              label=[f"below {pass_mark:g}: {len(parts[0])}", f"{pass_mark:g} or more: {len(parts[1])}"])
    axes.axvline(median(totals), color="#222222", linestyle="--", linewidth=1, label=f"median: {median(totals):g}")
    axes.set(xlabel="total marks", ylabel="students", xlim=(0, edges[-1]), xticks=edges)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    file = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "report", "font.size": 9}):
        figure.savefig(file, format="svg", transparent=True, metadata=dict.fromkeys(["Creator", "Date", "Format", "Type"]))
    svg = file.getvalue()
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg[svg.index("<svg") :])  # HTML knows them; the page names no address
    for colour, of_the_page in ("#000000", "currentColor"), ("#222222", "currentColor"), ("#ffffff", "var(--paper)"):
        svg = svg.replace(colour, of_the_page)  # light or dark, as the page is
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


def render(
    sheet: Sheet, title: str, pass_mark: float, arrivals: list[dict[str, str]], answers: list[catalogue.Answer], anonymous: bool
) -> str:
    """The page. answers: the catalogue."""
    totals, results = [student.total for student in sheet.graded], tallies(sheet)
    seconds = {student: student.about["seconds"] for student in sheet.graded if student.about and "seconds" in student.about}
    alike = [] if anonymous else likeness(sheet, answers)
    return template("report.html").render(
        sheet=sheet, title=title, anonymous=anonymous, pass_mark=pass_mark, arrivals=arrivals, tallies=results,
        pairs=alike[:MOST_PAIRS], more_pairs=len(alike[MOST_PAIRS:]),
        titles={question.name: question.title for question in sheet.questions},
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


def graded(exercises: list[Exercise]) -> list[Exercise]:
    """Those of which something is graded; all where nothing is, so that `write` says what is missing."""
    done = [each for each in exercises if any(each.root.glob(f"autograded/*/{each.name}"))]
    return done or exercises


def write(exercise: Exercise, anonymous: bool = False, pass_mark: float | None = None) -> Path:
    """Write the page and the CSV beside it into report/<exercise> of the course; returns the page's path.

    anonymous: with numbers for students, and without what only concerns single ones. pass_mark: None for the exercise's own.
    Raises CannotReport.
    """
    root, name = exercise.root, exercise.name
    if pass_mark is None:
        pass_mark = exercise.settings.pass_mark
    try:
        coursedir = CourseDirectory(config=load_config(root))
    except ConfigFileNotFound:
        raise CannotReport(f"No nbgrader_config.py in {os.path.relpath(root)}: run this in the course folder.") from None
    url = make_url(coursedir.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise CannotReport(f"No gradebook at {os.path.relpath(url.database or '')}: grade the class first.")
    page = root / "report" / name / ("anonymous.html" if anonymous else "report.html")
    with db.Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        sheet = read_class(gradebook, coursedir, name)
    if not sheet.graded:
        raise CannotReport(f"Nothing of {name} is graded yet: run python -m grading autograde {name}.")
    if not (math.isfinite(pass_mark) and 0 <= pass_mark <= sheet.most):
        raise CannotReport(f"The pass mark {pass_mark:g} is not between 0 and the {sheet.most:g} marks of {name}.")
    sheet = read_notebooks(sheet, coursedir, page)
    arrivals = read_arrivals(root / "downloaded" / name / "arrivals.json")
    if anonymous:
        sheet = nameless(sheet)
    text = render(sheet, exercise.settings.title, pass_mark, arrivals, catalogue.read(exercise.catalogue()), anonymous)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    write_csv(sheet, page.with_name("anonymous.csv" if anonymous else "questions.csv"))
    return page
