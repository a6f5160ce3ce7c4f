"""The report on a class that was graded on paper: gradebook and graded notebooks are written here, no kernel runs."""

import csv
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import product, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import nbgrader.api as db
import pytest
from browser import barriers, browser_page
from courses import put_exercise
from exercise import MARKS, MLP, REFERENCE, RELEASE, ROOT
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import insert
from unseen import WRONG

from grading import __main__
from grading.course import handed_in
from grading.exercise.cells import grade_id, is_solution, is_test
from grading.exercise.folder import Exercise, NoExercise
from grading.exercise.sample import submission
from grading.notes import OWN, Note, Refused
from grading.results import export, likeness, report
from grading.results.reasons import read_signs
from grading.results.report import write
from grading.results.sheet import GRADED, CannotReport, Question, Row, Sheet, nameless, recorded
from grading.run import refusal

RIGHT = {question: [answer for answer in MLP.answers if answer.question == question and answer.right] for question in MARKS}
STUBS = {grade_id(cell): cell.source for cell in RELEASE.cells if is_solution(cell)}


@dataclass
class Handed:
    """What the grader made of a submission."""

    lost: set[str] = field(default_factory=set)
    """Questions without marks."""
    answers: dict[str, str] = field(default_factory=lambda: dict(REFERENCE))
    """Question → code; the stub where there is none."""
    about: dict = field(default_factory=dict)
    """Of metadata.grading, what is not empty."""
    notes: list[Note] = field(default_factory=list)
    """Of the grader."""
    by_hand: dict[str, dict] = field(default_factory=dict)
    """Cell → manual_score and extra_credit."""
    penalty: float = 0.0
    timestamp: datetime | None = None
    notebook: bool = True


@cache
def empty_gradebook() -> bytes:
    """The file of a gradebook that knows the assignment and nobody."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # nbgrader runs `alembic` by name
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gradebook.db"
        with db.Gradebook(f"sqlite:///{path}", "1101") as gradebook:
            gradebook.add_assignment("1101")
            notebook = gradebook.update_or_create_notebook("main", "1101")
            for cell in RELEASE.cells:
                name, kind = grade_id(cell), cell.cell_type
                if is_test(cell):
                    points = cell.metadata.nbgrader.points
                    gradebook.db.add(db.GradeCell(name=name, notebook_id=notebook.id, max_score=points, cell_type=kind))
                if is_solution(cell):
                    gradebook.db.add(db.SolutionCell(name=name, notebook_id=notebook.id))
                if name:
                    gradebook.db.add(db.SourceCell(name=name, notebook_id=notebook.id, source=cell.source, cell_type=kind))
            gradebook.db.commit()
        return path.read_bytes()


def new_gradebook(path: Path) -> db.Gradebook:
    path.write_bytes(empty_gradebook())
    return db.Gradebook(f"sqlite:///{path}", "1101")


def write_class(course: Path, handed: dict[str, Handed | None], roster: dict[str, dict] | None = None) -> Path:
    """A graded class in the folder course: student → Handed, None for nothing; roster: student → columns of the gradebook."""
    course.mkdir(exist_ok=True)
    put_exercise(course, "1101")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    with new_gradebook(course / "gradebook.db") as gradebook:
        session, notebook = gradebook.db, gradebook.find_notebook("main", "1101")
        tests = {cell.name: cell.id for cell in notebook.grade_cells}
        solutions = {cell.name: cell.id for cell in notebook.solution_cells}
        rows = {kind: [] for kind in (db.Student, db.SubmittedAssignment, db.SubmittedNotebook, db.Grade, db.Comment)}

        def row(kind, **columns) -> str:
            columns |= {} if "id" in columns else {"id": uuid.uuid4().hex}
            rows[kind].append(columns)
            return columns["id"]

        for student, one in handed.items():
            names = dict.fromkeys(("last_name", "first_name", "email")) | (roster or {}).get(student, {})
            row(db.Student, id=student, **names)
            if one is None:
                continue
            entry = row(db.SubmittedAssignment, assignment_id=notebook.assignment_id, student_id=student, timestamp=one.timestamp)
            entry = row(db.SubmittedNotebook, assignment_id=entry, notebook_id=notebook.id, late_submission_penalty=one.penalty)
            for cell, number in tests.items():
                question = cell.removeprefix("test_")
                marks = 0.0 if question in one.lost else MARKS.get(question, 0.0)
                more = {"manual_score": None, "extra_credit": None, "needs_manual_grade": False} | one.by_hand.get(cell, {})
                row(db.Grade, notebook_id=entry, cell_id=number, auto_score=marks, **more)
            for cell, number in solutions.items():
                untouched = one.answers.get(cell, STUBS[cell]) == STUBS[cell]
                row(db.Comment, notebook_id=entry, cell_id=number, auto_comment="No response." if untouched else None)
            path = course / "submitted" / student / "1101/main.ipynb"
            path.parent.mkdir(parents=True)
            path.touch()
            if one.notebook:
                graded = submission(RELEASE, one.answers)
                about = {"digest": "", "notes": [note.as_json() for note in one.notes]} | one.about
                graded.metadata.grading = {"mistakes": {}, "lent": {}, "seconds": 1.0} | about
                path = course / "autograded" / student / "1101/main.ipynb"
                path.parent.mkdir(parents=True)
                path.write_text(json.dumps(graded), encoding="utf-8")
        for kind, columns in rows.items():
            if columns:
                session.execute(insert(kind.__table__), columns)
        session.commit()
    return course


def refuse(course: Path, student: str, file: str, why: Note, content: bytes = b"") -> Path:
    """A file (none where it is '') that the grader has refused, as it keeps that; returns the folder where it lies."""
    folder = course / "submitted" / student / "1101"
    folder.mkdir(parents=True)
    if file:
        (folder / file).write_bytes(content)
    refusal.record(folder, course / "autograded" / student / "1101", why)
    return folder


def came_in(course: Path, *rows: tuple[str, str, str, str, Note | None]) -> None:
    """arrivals.json of `collect`: file, student, time, result and reason."""
    (course / "downloaded/1101").mkdir(parents=True)
    told = [dict(zip(("file", "student", "time", "result"), row)) | {"reason": row[4] and row[4].as_json()} for row in rows]
    (course / "downloaded/1101/arrivals.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def write_of(course: Path, **options) -> Path:
    """`report.write` of 1101 in a course's folder."""
    return write(Exercise(course, "1101"), **options)


def section(page: str, name: str) -> str:
    """The text of a section of the page, a space for every tag."""
    text = re.search(rf'<section id="{name}">(.*?)</section>', page, re.DOTALL)[1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def head(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[page.index("<header>") : page.index("</header>")])).split())


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


LENT = {"lent": {"network_backward": ["affine_backward"]}}
CLASS = {
    "s01": Handed(),
    "s02": Handed({"affine_backward"}, about=LENT | {"mistakes": {"affine_backward": ["db が違います。"]}, "seconds": 9.5}),
    "s03": Handed({"affine_backward", "softmax"},
                  about={"mistakes": {"affine_backward": ["db が違います。", "N で割っています。"]}}),
    "s04": Handed({"affine_backward"}, notes=[Note("error", "affine_backward", "SyntaxError")]),
    "s05": Handed(set(MARKS), answers={}),
    "s06": None,
    "s07": None,
}
ARRIVALS = [
    ("a.ipynb", "s01", "2026-11-01 10:00:00 UTC", "taken", None),
    ("a (1).ipynb", "s01", "2026-11-01 09:00:00 UTC", "older", Note("older", "a.ipynb")),
    ("b.zip", "s07", "2026-11-01 11:00:00 UTC", "refused", Note("damaged", "BadZipFile")),
    ("c.ipynb", "", "2026-11-01 12:00:00 UTC", "not matched", Note("several", "s01, s02")),
    ("d.ipynb", "s06", "", "other", Note("another exercise", "1108", "1101")),
    ("", "s06", "", "nothing", Note("nothing usable", "d.ipynb", Note("another exercise", "1108", "1101"))),
]
ROSTER = {"s01": {"last_name": "多層", "first_name": "花子", "email": "hanako@example.jp"}, "s06": {"last_name": "欠席"}}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    course = write_class(tmp_path_factory.mktemp("course"), CLASS, ROSTER)
    refuse(course, "s08", "レポート.ipynb", Note("other files", "main.ipynb", "レポート.ipynb"))
    (course / "submitted/s09/1101").mkdir(parents=True)
    (course / "submitted/s09/1101/main.ipynb").touch()
    came_in(course, *ARRIVALS)
    (course / "feedback/s01/1101").mkdir(parents=True)
    (course / "feedback/s01/1101/main.html").touch()
    return course


@pytest.fixture(scope="module")
def page(course) -> str:
    return write_of(course).read_text(encoding="utf-8")


def test_the_head_counts_students_handed_in_graded_median_and_passes(page):
    text = head(page)
    assert "学生 9 人" in text and "提出 7 人 提出なし 2 人" in text and "採点済み 5 人 未採点 2 人" in text
    assert "中央値 98 点" in text  # 110, 98, 93, 98, 0
    assert "合格率 (60 点以上) 80 % 5 人のうち 4 人" in text


def test_another_pass_mark_gives_another_pass_rate(course):
    text = write_of(course, pass_mark=98).read_text(encoding="utf-8")
    assert "合格率 (98 点以上) 60 % 5 人のうち 3 人" in head(text)
    assert "98 点未満は 2 人" in section(text, "totals")


def test_the_list_shows_every_mark_and_tells_unanswered_and_ungraded(page):
    text = section(page, "marks")
    marks = [f"{MARKS[question]:g}" if question != "affine_backward" else "0" for question in MARKS]
    assert f"s02 98 {' '.join(marks)} s03" in text
    assert f"s01 多層 花子 110 {' '.join(map('{:g}'.format, MARKS.values()))}" in text
    assert f"s05 0 {' '.join('–' * 23)} s08 未 s09 未" in text
    assert "s06" not in text
    assert "問 15 12" in text and "おまけ 2 5" in text  # the notebook's numbers over the marks


def test_mistakes_are_counted_with_those_of_no_known_kind_the_unanswered_and_the_lent_apart(page):
    text = section(page, "questions")
    affine = text[text.index("問 15 affine_backward") : text.index("問 16")]
    assert "満点 1 人・間違い 3 人・未解答 1 人・平均 2.4 / 12 点" in affine
    assert "2 人: db が違います。 1 人: N で割っています。 1 人: 種類がわからない間違いです" in affine
    backward = text[text.index("問 18 network_backward") : text.index("問 19")]
    assert "1 人は、前の問いの関数 (間違いか未解答) を正しい関数に置き換えて採点しました" in backward


def test_what_to_teach_again_is_ordered_by_marks_lost(page):
    text = section(page, "teach")
    assert re.search(r"1 問 15 affine_backward 2\.5 \S.*? 48 20 % db が違います。 \(2 人\) 2 問 6 softmax 1\.4", text)
    found = [float(lost) for lost in re.findall(r'<td class="n">([\d.]+)</td><td class="n">\d+ %', page)]
    assert found == sorted(found, reverse=True) and len(found) == 10


def test_nothing_handed_in_and_nothing_usable_are_named_with_what_is_known(page):
    text = section(page, "missing")
    assert "提出のない人は 2 人、提出はあっても採点されていない人は 2 人、受け取ったのに使えなかったファイルは 3 個です" in text
    assert "s06 欠席" in text
    assert "採点できないファイルです。main.ipynb がありません。あるのは レポート.ipynb です。名前を直してください" in text
    assert "s09 まだ採点していません" in text
    assert "b.zip s07 2026-11-01 11:00:00 UTC 使えないファイル 壊れていて開けません" in text
    assert "c.ipynb 2026-11-01 12:00:00 UTC だれのものかわからない 該当しそうな学生が複数います: s01, s02" in text
    assert text.endswith(f"d.ipynb s06 この演習のノートブックではない {Note('another exercise', '1108', '1101').japanese}")
    assert "a.ipynb" not in text and "(1)" not in text


REFUSED = {  # why a file was refused, and what then became of the file → what the report says
    "nested": (Note("nested"), "", "採点できないファイルです。ノートブックではありません (入れ子が深すぎます)"),
    "another-exercise": (Note("another exercise", "warm-up", "1101"), "",
                         "採点できないファイルです。演習 warm-up のノートブックです (演習 1101 のものではありません)"),
    "failed": (Note("failed", "no space"), "", "採点の途中で問題が起きました (no space)。もう一度採点してください"),
    "changed-since": (Note("nested"), "changed", "まだ採点していません"),
    "gone-since": (Note("nested"), "gone", "まだ採点していません"),
    "of-another-grader": (Note("unknown", "['a new kind', 7]"), "", "採点できないファイルです。['a new kind', 7]"),
}
NO_RECORDS = {"no-json": "{", "no-note": "{}", "a-list": "[]", "a-number": '{"file": 7, "why": 7}'}


@pytest.fixture(scope="module")
def refused(tmp_path_factory) -> str:
    course = write_class(tmp_path_factory.mktemp("refused"), {"s00": Handed()})
    for name, (why, then, _) in REFUSED.items():
        file = refuse(course, name, "main.ipynb", why, b"[" * 9) / "main.ipynb"
        if then == "changed":
            file.write_bytes(b"another file")
        if then == "gone":
            file.unlink()
    for name, told in NO_RECORDS.items():
        refuse(course, name, "main.ipynb", Note("nested"))
        refusal.place(course / "autograded" / name / "1101").write_text(told)
    return section(write_of(course).read_text(encoding="utf-8"), "missing")


@pytest.mark.parametrize("student", REFUSED)
def test_why_a_file_was_refused_is_told_while_it_is_the_same_file(student, refused):
    assert f" {student} {REFUSED[student][-1]} " in f"{refused} "


def test_a_record_that_is_none_tells_nothing(refused):
    assert all(f" {student} まだ採点していません " in f"{refused} " for student in NO_RECORDS)


@pytest.mark.parametrize("there, kind", [("\udcff\x1b[31m.ipynb", "other files"), ("main.ipynb", "submitted link")])
def test_a_file_with_any_name_is_refused_recorded_and_said_in_one_line_that_prints(there, kind, tmp_path):
    folder = tmp_path / "submitted/s\udcff/1101"
    folder.mkdir(parents=True)
    (folder / there).symlink_to("main.ipynb") if kind == "submitted link" else (folder / there).touch()
    with pytest.raises(Refused) as error:
        handed_in(folder, CourseDirectory(root=str(tmp_path)), 100)
    refusal.record(folder, tmp_path / "autograded/s\udcff/1101", error.value.note)
    told = refusal.recall(folder, tmp_path / "autograded/s\udcff/1101")
    assert told == error.value.note and told.kind == kind and f"{told} {told.japanese}".isprintable()


@pytest.mark.parametrize("told", [["damaged", "BadZipFile"], ["a new kind", 7], None, 7, {"damaged": 1}, [["damaged"]], []])
def test_what_came_in_is_listed_whatever_its_reason_is(told, tmp_path):
    course = write_class(tmp_path, {"s01": Handed()})
    came_in(course, ("b.zip", "s07", "", "refused", None))
    path = course / "downloaded/1101/arrivals.json"
    path.write_text(path.read_text().replace("null", json.dumps(told)))
    text = section(write_of(course).read_text(encoding="utf-8"), "missing")
    said = "壊れていて開けません" if told == ["damaged", "BadZipFile"] else str(told or "")
    assert text.endswith(f"b.zip s07 使えないファイル {said}".strip())


def test_the_time_is_summed_and_the_slowest_are_named(page):
    text = section(page, "time")
    assert "5 人分で合計 14 秒、1 人あたりの中央値は 1.0 秒でした。 長くかかった人 秒 s02 9.5" in text


def test_a_feedback_page_is_linked_where_it_exists(page, course):
    [link] = set(re.findall(r'href="([^"#]*html)"', page))
    assert (course / "report/1101" / link).resolve() == (course / "feedback/s01/1101/main.html").resolve()


def test_a_report_changes_nothing_else_and_twice_is_the_same_page(course):
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in course.rglob("*") if path.is_file() and "report" not in path.parts}

    before, once = files(), write_of(course).read_bytes()
    assert write_of(course).read_bytes() == once
    assert files() == before


def test_graded_by_an_older_grader_or_by_stock_nbgrader_there_is_a_page(tmp_path):
    course = write_class(tmp_path, {"s01": Handed(), "s02": Handed({"softmax"})})
    for student, about in ("s01", {"digest": "", "notes": [], "seconds": 1.0}), ("s02", None):
        path = course / "autograded" / student / "1101/main.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["metadata"] = {"grading": about} if about else {}
        path.write_text(json.dumps(notebook), encoding="utf-8")
    text = write_of(course).read_text(encoding="utf-8")
    assert "2 人の採点結果には、どの間違いかの記録がありません" in section(text, "questions")
    assert "1 人分で合計 1 秒" in section(text, "time")


# Totals

TOTALS = {
    "plain": Handed({"train"}),
    "late": Handed(penalty=5.0),
    "late-and-little": Handed(set(MARKS) - {"tanh_forward"}, penalty=2.0),
    "by-hand": Handed({"train"}, by_hand={"test_train": {"manual_score": 4.5}}),
    "extra": Handed(by_hand={"test_train": {"extra_credit": 1.5}}),
    "by-hand-and-extra": Handed(by_hand={"test_train": {"manual_score": 0.0, "extra_credit": 2.0}}, penalty=1.0),
    "extra-where-there-are-no-marks": Handed(by_hand={"tools": {"extra_credit": 3.0}}),
    "nothing": None,
}


@pytest.fixture(scope="module")
def totals(tmp_path_factory) -> tuple[dict, dict]:
    """Student → the row of nbgrader's grades.csv, and of questions.csv."""
    course = write_class(tmp_path_factory.mktemp("totals"), TOTALS)
    write_of(course)
    with db.Gradebook(f"sqlite:///{course / 'gradebook.db'}", "1101") as gradebook:
        CsvExportPlugin(to=str(course / "grades.csv")).export(gradebook)
    return tuple({row["student_id"]: row for row in table(path)} for path in
                 (course / "grades.csv", course / "report/1101/questions.csv"))


@pytest.mark.parametrize("student", TOTALS)
def test_a_total_is_what_nbgrader_exports(student, totals):
    theirs, mine = totals[0][student], totals[1][student]
    assert float(mine["total"]) == float(theirs["score"]) and float(mine["max"]) == float(theirs["max_score"])


def test_marks_by_hand_and_extra_ones_stand_at_their_question(totals):
    marks = {student: row["train"] for student, row in totals[1].items()}
    assert marks | {"by-hand": "4.5", "extra": "7.5", "by-hand-and-extra": "2", "nothing": ""} == marks


# Whom to look at first

SOME = {"affine_backward", "network_backward", "softmax_cross_entropy_backward", "numerical_gradient", "network_forward",
        "train", "softmax"}
"""Questions for 55 marks."""
LOOK = {  # who comes first, and what is said, with its points
    "p140": (Handed(set(MARKS), notebook=False), ["採点済みのノートブックがないか、読めません。もう一度採点してください (60)"]),
    "p070": (
        Handed(notes=[Note("time", "test_train"), Note("time", OWN), Note("protocol", "train")]),
        ["採点プログラムに不正な形式の応答をしました: 問 20 train (40)",
         "時間切れで止めました: 問 20 train、自分で足したセルなど (30)"]),
    "p050": (
        Handed(notes=[Note("ended", "k_fold"), Note("deleted", "test_k_fold")]),
        ["実行中にプロセスが落ちました: おまけ 2 k_fold (30)",
         "確認のセルが消されていました (戻して採点): おまけ 2 k_fold (20)"]),
    "p025": (Handed(set(MARKS) - SOME - {"cross_entropy"}), ["合格点まであと 1 点です (25)"]),
    "p020": (Handed(by_hand={"test_train": {"needs_manual_grade": True}}), ["手で付ける点が残っています (20)"]),
    "p017": (
        Handed(notes=[Note("error", "softmax", "SyntaxError"), Note("error of its own", OWN, "NameError")]),
        ["解答のセルがエラーで止まりました: 問 6 softmax (15)",
         "問い以外のセルでエラーが出ました: 自分で足したセルなど (2)"]),
    "p010": (Handed(set(MARKS) - SOME - {"affine_forward"}), ["ちょうど合格点です (10)"]),
    "p005": (Handed(notes=[Note("known in another", "softmax", "softmax-2")]), ["別のセルに答えがありました: 問 6 softmax (5)"]),
}


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory) -> str:
    handed = {student: one for student, (one, _) in LOOK.items()} | {"quiet": Handed()}
    course = write_class(tmp_path_factory.mktemp("look"), handed)
    refuse(course, "p900", "", Note("no file", "main.ipynb"))
    return section(write_of(course).read_text(encoding="utf-8"), "first")


@pytest.mark.parametrize("student", LOOK)
def test_every_reason_is_told_with_its_points(student, looked_at):
    own = looked_at[looked_at.index(f"{student} ") :]
    own = own[: own.find(" p0", 1) if " p0" in own[1:] else own.index("点の付け方")]
    assert all(sentence in own for sentence in LOOK[student][1])


def test_who_has_most_points_comes_first_and_who_has_none_is_left_out(looked_at):
    assert re.findall(r"p\d{3}", looked_at) == ["p900", "p070", "p140", *list(LOOK)[2:]]
    assert "quiet" not in looked_at
    assert "採点されていません。採点できないファイルです。main.ipynb がありません (100) 100" in looked_at


STRANGE = ["something new", "SyntaxError in softmax", "", None, 7, [], [[]], {"kind": "error"}, ["a new kind", "softmax"],
           ["error"], ["nested"], ["no file", "main.ipynb"]]
"""Notes of another grader: of one that wrote sentences, of a newer one, and kinds that no cell of a notebook has."""


@pytest.mark.parametrize("told", STRANGE, ids=map(str, STRANGE))
def test_a_note_that_nobody_knows_is_shown_as_it_is(told):
    note = Note.from_json(told)
    assert read_signs([note], {}) == [(5, f"そのほかの記録: {note}")]


def test_notes_of_an_older_grader_are_on_the_page(tmp_path):
    course = write_class(tmp_path, {"s01": Handed(about={"notes": STRANGE})})
    text = section(write_of(course).read_text(encoding="utf-8"), "first")
    assert "そのほかの記録: something new、SyntaxError in softmax、" in text and "not a notebook: nested too deeply" in text


# Likeness

OWN_TRAIN = '''def train(x, t, params, lr, epochs, batch_size, rng):
    # まず番号の列を作っておく
    history, current = [], [(W.copy(), b.copy()) for W, b in params]
    numbers = np.arange(x.shape[0])
    epoch = 0
    while epoch < epochs:
        rng.shuffle(numbers)
        first, summed = 0, []
        while first < numbers.size:
            chosen = numbers[first:first + batch_size]
            images, labels = np.take(x, chosen, axis=0), np.take(t, chosen, axis=0)
            outputs, caches = network_forward(images, current)
            summed.append(softmax_cross_entropy_forward(outputs[-1], labels)[0])
            current = sgd_step(current, network_backward(images, labels, current), lr)
            first = first + batch_size
        history.append(float(np.mean(summed)))
        epoch = epoch + 1
    return current, history
'''
RENAMED = {"history": "kiroku", "current": "ima", "numbers": "bango", "epoch": "kai", "first": "hajime", "summed": "wa",
           "chosen": "b1", "images": "xs", "labels": "ts", "outputs": "o", "caches": "_"}
COPIED = re.sub("|".join(rf"\b{name}\b" for name in RENAMED), lambda match: RENAMED[match[0]],
                re.sub(r"    # .*\n", "", OWN_TRAIN)).replace("epochs:", "epochs :")
OTHER_TRAIN = '''def train(x, t, params, lr, epochs, batch_size, rng):
    def pieces():
        order = rng.choice(len(x), len(x), replace=False)
        return np.split(order, range(batch_size, len(x), batch_size))

    def one_epoch(state, _):
        weights, errors = state
        for rows in pieces():
            gradients = network_backward(x[rows], t[rows], weights)
            weights = sgd_step(weights, gradients, lr)
        scores = network_forward(x, weights)[0][-1]
        return weights, errors + [softmax_cross_entropy_forward(scores, t)[0]]

    return functools.reduce(one_epoch, range(epochs), (params, []))
'''


def dealt(number: int, **own: str) -> dict[str, str]:
    """Right answers of the catalogue, other ones for every number, and own ones."""
    return {question: right[(number * 7 + 3 * i) % len(right)].code for i, (question, right) in enumerate(RIGHT.items())} | own


COPIERS = {f"s{n:02}": dealt(n) for n in range(20)} | {
    "copied": dealt(3, train=COPIED), "written": dealt(5, train=OWN_TRAIN), "honest": dealt(6, train=OTHER_TRAIN)}


def found_pairs(answers: dict[str, dict[str, str]]) -> list[likeness.Pair]:
    """student → question → code."""
    by_question = {question: {student: some[question] for student, some in answers.items() if question in some}
                   for question in MARKS}
    return likeness.pairs(by_question, {q: [STUBS[q], REFERENCE[q], *(answer.code for answer in RIGHT[q])] for q in MARKS})


def test_a_copy_with_other_names_is_found_and_no_honest_answer():
    [pair] = found_pairs(COPIERS)
    assert (pair.one, pair.other) == ("copied", "written")
    [match] = pair.matches
    assert match.question == "train" and match.likeness > 0.95
    code = [line for line, same in match.lines[1] if not same and line.strip()]
    assert code == ["    # まず番号の列を作っておく"]


def test_right_answers_of_one_hand_are_not_named_though_nobody_knows_them():
    """Without the catalogue: each of its right answers is handed in by a student, only the reference is common property."""
    for question in MARKS:
        handed = {answer.slug: answer.code for answer in RIGHT[question]}
        assert not likeness.pairs({question: handed}, {question: [STUBS[question], REFERENCE[question]]}), question


@pytest.mark.parametrize("question", ["k_fold", "train", "numerical_gradient"])  # where they come nearest
def test_two_authors_of_the_same_mistakes_who_did_not_know_of_each_other_are_not_named(question):
    """Each wrong answer of tests/unseen with each of the catalogue, in a class of two."""
    known = {question: [STUBS[question], *(answer.code for answer in RIGHT[question])]}
    wrong = [answer.code for answer in MLP.answers if answer.question == question and not answer.right]
    for one, other in product([entry.code for entry in WRONG if entry.question == question], wrong):
        assert not likeness.pairs({question: {"one": one, "other": other}}, known), (one, other)


def test_identical_short_answers_are_not_named():
    line = "    return peculiar(name)[a][::-2] ** 3 // 17 % len(a) @ whatever(a, key=9)[{}:{}].cumsum()\n"
    short = {question: f"def {question}(*a):\n{line.format(n, n * n)}" for n, question in enumerate(MARKS)}
    assert not found_pairs({"one": short, "other": short})


def test_what_many_have_in_common_is_not_named():
    assert not found_pairs({f"s{n:02}": {"train": OWN_TRAIN} for n in range(12)})
    assert len(found_pairs({f"s{n:02}": {"train": OWN_TRAIN} for n in range(3)})) == 3


def test_comments_in_the_same_words_are_found_where_the_code_is_not_the_same():
    remarks = ["ここで行と列をよく間違えるので注意する", "先生に聞いたら転置でよいとのこと", "三回やり直してやっと合った",
               "あとで速くしたいところ"]

    def remarked(code: str) -> str:
        both = zip_longest(code.splitlines(), (f"    # {remark}" for remark in remarks))
        return "\n".join(line for lines in both for line in lines if line)

    [pair] = found_pairs({"one": {"train": remarked(OWN_TRAIN)}, "other": {"train": remarked(OTHER_TRAIN)}})
    assert pair.matches[0].likeness < likeness.ALIKE
    assert not found_pairs({"one": {"train": OWN_TRAIN}, "other": {"train": OTHER_TRAIN}})


BROKEN = ['"""' * 3000, "'" * 9999, '"\\"' * 5000, "def train(x:\n\tif" * 500, "（全角）＃\0\x1b[31m", "#" * 20_000, "f(" * 9000,
          "\n" * 20_000]


@pytest.mark.parametrize("code", BROKEN, ids=range(len(BROKEN)))
def test_any_text_is_read_as_code(code):
    found_pairs({"one": {"train": code}, "other": {"train": code + "\n"}, "third": {"train": OWN_TRAIN}})


def test_the_page_shows_a_pair_side_by_side_without_a_verdict(tmp_path):
    handed = {student: Handed(answers=answers) for student, answers in COPIERS.items()}
    text = write_of(write_class(tmp_path, handed)).read_text(encoding="utf-8")
    alike = section(text, "alike")
    assert "copied と written 問 20 train・似ている度合い 100 %" in alike and alike.count("似ている度合い") == 1
    assert "似ていることは、写したことの証明にはなりません" in alike and "短い関数は、だれが書いても似ます" in alike
    assert "kiroku.append(float(np.mean(wa)))" in alike and "history.append(float(np.mean(summed)))" in alike
    assert "よく似た解答があります: written さん (問 20 train が 100 %) (40)" in section(text, "first")


def test_nothing_bars_anybody_from_reading_the_page(course, masked, tmp_path, chrome):
    copied = {student: Handed(answers=COPIERS[student]) for student in ("copied", "written", "honest")}
    anonymous = tmp_path / "anonymous.html"
    anonymous.write_text(masked[0], encoding="utf-8")
    with browser_page(browser=chrome) as (tab, _):
        for path in write_of(course), anonymous, write_of(write_class(tmp_path / "copied", copied)):
            tab.goto(path.as_uri())
            assert barriers(tab) == []


def test_the_page_and_its_figure_are_dark_where_the_reader_has_it_so_and_light_on_paper(course, chrome):
    looks = """[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
                getComputedStyle(document.querySelector('figure text')).fill]"""
    with browser_page(browser=chrome) as (tab, _):
        tab.goto(write_of(course).as_uri())
        found = {}
        for scheme, media in product(("light", "dark"), ("screen", "print")):
            tab.emulate_media(color_scheme=scheme, media=media)
            found[scheme, media] = ground, ink, figure = tab.evaluate(looks)
            assert figure == ink != ground
        dark, light = found.pop(("dark", "screen")), found["light", "screen"]
        assert dark[0] != light[0] and all(looks == light for looks in found.values())


# Without names


@pytest.fixture(scope="module")
def masked(tmp_path_factory) -> tuple[str, str, dict]:
    """The page without names, its CSV, and who is in it: student → columns of the roster."""
    roster = {f"b{n:02}x{n * 7919 % 1000:03}": {"last_name": f"姓{n:02}", "first_name": f"名{n:02}",
                                                 "email": f"mail{n:02}@univ.example"} for n in range(12)}
    notes = [Note("time", "test_train"), Note("error", "train", "ValueError")]
    handed = {student: Handed(set(list(MARKS)[n:]), answers=dealt(n, train=OWN_TRAIN if n % 2 else COPIED), notes=notes,
                              timestamp=datetime(2026, 11, 1, 9, n), penalty=1.0 * (n == 3)) for n, student in enumerate(roster)}
    handed[list(roster)[-1]] = None
    course = write_class(tmp_path_factory.mktemp("masked"), handed, roster)
    refuse(course, "b99x999", "秘密.ipynb", Note("other files", "main.ipynb", "秘密.ipynb"))
    came_in(course, ("秘密.zip", "b99x999", "2026-11-01 09:30:00 UTC", "refused", Note("damaged", "秘密の理由")))
    (course / "feedback/b01x919/1101").mkdir(parents=True)
    (course / "feedback/b01x919/1101/main.html").touch()
    page = write_of(course, anonymous=True)
    assert {path.name for path in page.parent.iterdir()} == {"anonymous.csv", page.name} == {"anonymous.csv", "anonymous.html"}
    rows = page.with_name("anonymous.csv").read_text(encoding="utf-8-sig")
    return page.read_text(encoding="utf-8"), rows, roster | {"b99x999": {}}


def test_a_page_without_names_holds_no_id_name_mail_file_link_or_code(masked):
    *files, roster = masked
    identity = {text for student, columns in roster.items() for text in (student, *columns.values())}
    identity |= {"秘密", "11-01", "main.html"}
    code = {line.strip() for n in range(12) for answer in (*dealt(n).values(), OWN_TRAIN, COPIED) for line in answer.splitlines()}
    code = {line for line in code if len(line) > 12}
    assert len(identity) > 48 and len(code) > 300
    for text, students in zip(map(html.unescape, files), (12, 13)):  # who handed in nothing stands in the CSV only
        assert not [secret for secret in identity | code if secret in text]
        assert f"学生 {students}" in text and f"学生 {students + 1}" not in text.replace("学生 13 人", "")
    assert not re.search(r'href="(?!#|data:)', files[0])
    assert 'id="first"' not in files[0] and 'id="alike"' not in files[0]


def test_a_page_without_names_keeps_the_figures(masked):
    page, rows, _ = masked
    assert "学生 13 人" in head(page) and "採点済み 11 人 未採点 1 人" in head(page)
    assert "提出のない人は 1 人" in section(page, "missing") and "使えなかったファイルは 1 個" in section(page, "missing")
    totals = [float(row["total"] or -1) for row in csv.DictReader(rows.splitlines())]
    assert totals == [*sorted(totals[:11], reverse=True), -1, 0]  # by marks, not as in the roster


def test_the_order_of_a_page_without_names_does_not_depend_on_the_roster():
    def sheet(names):
        about = {"mistakes": {"train": ["あ"]}}, {"mistakes": {}}, {}
        students = [Row(name, status=GRADED, about=about[n % 3], marks={"train": 0.0}) for n, name in names]
        return Sheet("", "", [Question("train", 6, "問 20")], students)

    def shown(sheet):
        return [(student.id, student.told("mistakes")) for student in nameless(sheet).students]

    assert shown(sheet(enumerate("abcdef"))) == shown(sheet(reversed(list(enumerate("abcdef")))))


# Hostile names and code, and a page that stands alone

HOSTILE = [
    "<script>alert(1)</script>", "</style><style>*{display:none}", '"><img src=x onerror=alert(1)>', "</pre></table>",
    "{{ 7 * 7 }}", "\x1b[31mred", "abc\u202efdp.exe", "a\u200bb\u2066c", "&lt;b&gt;", "javascript:alert(1)",
]
FORMULAS = ['=HYPERLINK("http://x.example","y")', "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1+1", "=cmd|'/C calc'!A0"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[str, list[dict[str, str]]]:
    """The page of students with hostile names, ids, notes and nearly the same hostile code; the rows of the CSV."""
    names = HOSTILE + FORMULAS
    roster = {f"h{n:02}": {"last_name": name, "first_name": name, "email": name} for n, name in enumerate(names)}
    code = f"{OWN_TRAIN}    x = '</pre><script>alert(2)</script>' \x1b[0m # \u202e\n    y = '{{{{ sheet }}}}'\n"
    handed = {student: Handed(answers=REFERENCE | ({"train": code} if n < 2 else {}),
                              about={"notes": [["error", "train", f"{names[n]}Error"], ["error", names[n], ""], names[n]]})
              for n, student in enumerate(roster)}
    handed |= {name: Handed() for name in HOSTILE if "/" not in name}
    course = write_class(tmp_path_factory.mktemp("hostile"), handed, roster)
    for student in "<i>h99", os.fsdecode(b"h\xff"):
        refuse(course, student, "<img src=x>.ipynb", Note("other files", "main.ipynb", "<img src=x>.ipynb, \udcff\x1b[31m"))
    came_in(course, *((name, name, "", "refused", Note("damaged", name)) for name in HOSTILE))
    return write_of(course).read_text(encoding="utf-8"), table(course / "report/1101/questions.csv")


def test_hostile_names_and_code_are_text(hostile):
    page, _ = hostile
    assert page.count("<script") == 1 == page.count("<style") and page.count("</style>") == 1
    assert not re.search(r"<img|<i>h99|<b>", page.replace("<li><b>", ""))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "&lt;/pre&gt;&lt;script&gt;alert(2)" in page
    assert "{{ 7 * 7 }}" in page and "{{ sheet }}" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069]", page)
    assert all(re.match(r"#|data:,|\.\./", link) for link in re.findall(r'href="([^"]*)"', page))


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_name_is_inert_in_the_csv(name, hostile):
    row = hostile[1][[row["student_id"] for row in hostile[1]].index(f"h{len(HOSTILE) + FORMULAS.index(name):02}")]
    for column in "last_name", "first_name", "email":
        assert row[column] == "'" + " ".join(name.replace("\t", " ").split())


def test_the_page_asks_nobody_for_anything_and_runs_its_own_script_only(page, masked, hostile):
    for text in page, masked[0], hostile[0]:
        [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        [script] = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert set(html.unescape(policy).split("; ")) == {
            "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", f"script-src 'sha256-{digest}'",
            "base-uri 'none'", "form-action 'none'"}
        assert text.index("Content-Security-Policy") < text.index("<style") and not re.search(r'\bon\w+="', text)
        if text is not hostile[0]:  # where a name is an address, as text
            assert not re.search(r"\w+://|@import|url\((?!#)", text)


def test_text_in_the_figure_is_ascii_and_the_figure_small():
    figure = str(report.distribution([0.0, 55.5, 60.0, 110.0, 113.0] * 200, 110, 60))
    assert figure.isascii() and len(figure) < 30_000 and "below 60: 400" in figure and "median: 60" in figure
    assert figure == str(report.distribution([0.0, 55.5, 60.0, 110.0, 113.0] * 200, 110, 60))


@pytest.mark.parametrize("most, ticks", [
    (4, ["0", "1", "2", "3", "4"]), (12, ["0", "1", "11", "12"]), (110, ["0", "10", "100", "110"]), (1000, ["0", "100", "1000"]),
])
def test_the_bars_of_the_distribution_fit_the_marks(most, ticks):
    figure = str(report.distribution([0.0, most], most, most / 2))
    shown = re.findall(r">([\d.]+)</text>", figure)
    assert set(ticks) <= set(shown) and 4 <= len(shown) <= 20



def test_a_colour_is_brighter_for_more_marks_and_its_text_readable():
    def light(colour: str) -> float:
        values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear))

    found = [light(back) for back, _ in report.colours()]
    assert found == sorted(found)
    for back, ink in report.colours():
        low, high = sorted([light(back), light(ink)])
        assert (high + 0.05) / (low + 0.05) >= 4.5, (back, ink)


def test_a_large_class_makes_a_small_page(tmp_path):
    def one(n: int) -> Handed:
        lost = list(MARKS)[n % 23 :]
        return Handed(set(lost), about={"mistakes": {question: ["db がバッチ方向に合計されていません。"] for question in lost}})

    handed = {f"s{n:03}": one(n) for n in range(100)}
    page = write_of(write_class(tmp_path, handed))
    empty = write_of(write_class(tmp_path / "one", {"s000": Handed()}))
    assert (page.stat().st_size - empty.stat().st_size) / 100 < 4000  # bytes a student: 1,000 stay below 5 MB


# The CSV, the plugin, the command


def test_the_csv_has_a_row_for_everybody_quoted_and_with_a_mark_for_excel(course, page):
    data = (course / "report/1101/questions.csv").read_bytes()
    assert data.startswith(b'\xef\xbb\xbf"student_id","last_name","first_name","email","timestamp","status","affine_forward",')
    rows = table(course / "report/1101/questions.csv")
    assert list(rows[0]) == ["student_id", "last_name", "first_name", "email", "timestamp", "status", *MARKS, "total", "max"]
    found = {row["student_id"]: (row["status"], row["total"]) for row in rows}
    graded = {student: ("graded", total) for student, total in dict(s01="110", s02="98", s03="93", s04="98", s05="0").items()}
    nothing = dict.fromkeys(("s06", "s07"), ("nothing handed in", "0"))
    assert found == graded | nothing | dict.fromkeys(("s08", "s09"), ("not graded", ""))
    assert rows[0]["last_name"] == "多層" and rows[0]["email"] == "hanako@example.jp"
    fields = [field for line in data[3:].split(b"\r\n")[:-1] for field in line.split(b",")]
    assert all(field.startswith(b'"') and field.endswith(b'"') for field in fields)


def test_nbgrader_exports_the_same_by_the_plugin_for_the_students_that_are_named(course, page):
    command = [sys.executable, "-m", "nbgrader", "export", "--exporter", "grading.results.export.QuestionsExportPlugin",
               "--to", "exported.csv", "--ExportPlugin.student=s02", "--ExportPlugin.student=s06"]
    run = subprocess.run(command, cwd=course, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    mine = [row for row in table(course / "report/1101/questions.csv") if row["student_id"] in ("s02", "s06")]
    assert table(course / "exported.csv") == mine


def test_the_plugin_asks_for_one_assignment(tmp_path):
    with new_gradebook(tmp_path / "gradebook.db") as gradebook:
        gradebook.add_assignment("1102")
        for names, said in ([], "name one by --assignment, of 1101, 1102"), ([1103], "The gradebook knows no assignment 1103"):
            with pytest.raises(SystemExit, match=said):
                export.QuestionsExportPlugin(to=str(tmp_path / "a.csv"), assignment=names).export(gradebook)
        export.QuestionsExportPlugin(to=str(tmp_path / "a.csv"), assignment=[1101]).export(gradebook)
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("\n") == 1


PROBLEMS = {  # what is missing → (changes in the course's folder, exercise, what is said)
    "configuration": ("rm nbgrader_config.py", "1101", "No nbgrader_config.py in .*: run this in the course folder."),
    "gradebook": ("rm gradebook.db", "1101", "No gradebook at .*gradebook.db: grade the class first."),
    "assignment": ("", "warm-up", "The gradebook knows no assignment warm-up, only 1101."),
    "grades": ("", "1101", "Nothing of 1101 is graded yet: run python -m grading autograde 1101."),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_is_missing_is_told_in_one_sentence(problem, tmp_path):
    change, exercise, said = PROBLEMS[problem]
    course = write_class(tmp_path, {"s01": None})
    put_exercise(course, "warm-up")
    if change:
        (course / change.removeprefix("rm ")).unlink()
    with pytest.raises(CannotReport, match=f"^{said}$"):
        write(Exercise(course, exercise))
    assert not (course / "report").exists() and (course / "gradebook.db").exists() == (problem != "gradebook")


def test_an_exercise_that_is_none_has_no_report(course):
    with pytest.raises(NoExercise):
        write(Exercise(course, "1102"))


def test_title_and_pass_mark_are_those_of_the_exercise(tmp_path):
    course = write_class(tmp_path, {"s01": Handed(), "s02": Handed({"train"})})
    (course / "exercises/1101/exercise.toml").write_text('title = "ある <b>演習</b>"\npass_mark = 105', encoding="utf-8")
    page = write_of(course).read_text(encoding="utf-8")
    assert "ある <b>演習</b>" in head(page) and "合格率 (105 点以上) 50 %" in head(page)
    assert "合格率 (100 点以上) 100 %" in head(write_of(course, pass_mark=100).read_text(encoding="utf-8"))


@pytest.mark.parametrize("mark", [-1, 111, float("nan")])
def test_a_pass_mark_that_nobody_can_reach_is_refused(mark, course):
    with pytest.raises(CannotReport, match=r"^The pass mark \S+ is not between 0 and the 110 marks of 1101\.$"):
        write_of(course, pass_mark=mark)


def command(course: Path, monkeypatch, *arguments: str) -> None:
    monkeypatch.chdir(course)
    monkeypatch.setattr(sys, "argv", ["grading", "report", *arguments])
    __main__.main()


def test_the_command_writes_what_it_names(course, monkeypatch, capsys):
    command(course, monkeypatch, "1101", "--anonymous", "--pass-mark", "50")
    name = capsys.readouterr().out.partition(",")[0]
    assert name == "report/1101/anonymous.html" and "合格率 (50 点以上)" in (course / name).read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^There is no exercise 1102: .* \(there is 1101\)\.$"):
        command(course, monkeypatch, "1102")


def test_the_command_without_a_name_writes_of_what_is_graded(tmp_path, monkeypatch, capsys):
    course = write_class(tmp_path, {"s01": Handed()})
    put_exercise(course, "warm-up")
    command(course, monkeypatch)
    assert capsys.readouterr().out.startswith("report/1101/report.html,") and not (course / "report/warm-up").exists()
    shutil.rmtree(course / "autograded")
    with pytest.raises(SystemExit, match="The gradebook knows no assignment warm-up, only 1101"):
        command(course, monkeypatch)


# In a browser


@pytest.fixture(scope="module")
def opened(course, page, chrome):
    """The page in Chromium, and what went wrong on its console."""
    with browser_page(browser=chrome) as (tab, errors):
        tab.goto((course / "report/1101/report.html").as_uri())
        yield tab, errors


def listed(tab) -> list[str]:
    """The ids that the list of marks shows, from top to bottom."""
    return tab.locator("table.marks tbody tr:visible th bdi:first-of-type").all_inner_texts()


@pytest.mark.browser
def test_the_list_is_sorted_by_any_column_and_filtered_by_id_or_name(opened):
    tab, errors = opened
    heads = tab.locator("table.marks thead button")
    heads.nth(1).click()
    assert [name for name in listed(tab) if name.startswith("s")] == ["s01", "s02", "s04", "s03", "s05", "s08", "s09"]
    heads.nth(1).click()
    assert [name for name in listed(tab) if name.startswith("s")] == ["s08", "s09", "s05", "s03", "s02", "s04", "s01"]
    heads.nth(list(MARKS).index("softmax") + 2).click()
    assert [name for name in listed(tab) if name.startswith("s")][-4:] == ["s03", "s05", "s08", "s09"]
    heads.first.click()
    assert [name for name in listed(tab) if name.startswith("s")] == sorted(name for name in listed(tab) if name.startswith("s"))
    for word, found in {"s03": ["s03"], "花子": ["s01"], "S0": 7, "nobody": []}.items():
        tab.locator("#find").fill(word)
        names = [name for name in listed(tab) if name.startswith("s")]
        assert found in (names, len(names)), word
    tab.locator("#find").fill("")
    assert not errors


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_only_the_list_and_the_code_scroll_sideways(width, opened):
    tab, errors = opened
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    wide = tab.evaluate("""() => [...document.querySelectorAll("main *")].filter(element => !element.closest(".box, pre, svg")
        && element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML.slice(0, 80))""")
    assert not wide and not errors


@pytest.mark.parametrize("about", [[], "x", 7, {"notes": 7, "mistakes": [], "lent": "x", "seconds": "1"},
                                   {"mistakes": {"train": 7, "softmax": [7, "a"]}}], ids=str)  # fmt: skip
def test_metadata_of_another_form_is_left_out(about):
    found = recorded(about)
    assert found is None if not isinstance(about, dict) else found in ({}, {"mistakes": {"softmax": ["a"]}})
