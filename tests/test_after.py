"""After the first grading: whatever changes then, a total is the same number wherever it stands, and one sentence says why."""

import contextlib
import csv
import html
import io
import logging
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from courses import ENVIRONMENT, command, forked, hand_in
from nbgrader.api import Gradebook
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL, add_to

from grading.classroom import Classroom, forget, give_back, grade_class
from grading.exercise import released
from grading.exercise.build import build
from grading.exercise.folder import Exercise, NoExercise
from grading.exercise.sample import submission
from grading.results.sheet import NOT_GRADED, read_class
from grading.run import worker

ALL = float(sum(MARKS.values()))
WRONG = REFERENCE | {"describe": SMALL.slugs["describe", "sample_std"].code}


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """A course, graded: the reference, the untouched notebook, and one with a mistake in `describe` that has 1 by hand there."""
    course = tmp_path_factory.mktemp("first") / "course"
    add_to(course)
    for student, answers in {"right": REFERENCE, "untouched": {}, "wrong": WRONG}.items():
        hand_in(course, student, submission(RELEASE, answers))
    run(course)
    mark_by_hand(course, "wrong", "describe", 1.0)
    return course


@pytest.fixture
def course(first, tmp_path) -> Path:
    """A copy of it."""
    return shutil.copytree(first, tmp_path / "course")


def run(course: Path) -> tuple[dict[str, float | None], str]:
    """What `make grade` makes of the course: student → total, and what it said."""
    out, log = io.StringIO(), logging.StreamHandler(io.StringIO())
    log.setLevel(logging.WARNING)
    logging.getLogger("traitlets").addHandler(log)
    try:
        with contextlib.redirect_stdout(out):
            grade_class(Exercise(course, NAME))
    finally:
        logging.getLogger("traitlets").removeHandler(log)
    return totals(course, out.getvalue()), out.getvalue() + log.stream.getvalue()


def totals(course: Path, said: str) -> dict[str, float | None]:
    """Student → total, None where nothing is graded: the same in the terminal's table, the report, both CSV files, on the
    student's page, and where everything else reads it."""
    classroom = Classroom(Exercise(course, NAME))
    with Gradebook(classroom.coursedir.db_url, "seminar") as gradebook:
        sheet = read_class(gradebook, classroom.coursedir, NAME)
    found = {student.id: None if student.status == NOT_GRADED else student.total for student in sheet.students}
    some = {student.id for student in sheet.students if student.marks}

    def number(text: str) -> float | None:
        return None if text in ("", "-", "未") else float(text)

    lines = [line.split() for line in said.partition("student ")[2].partition("\n\n")[0].splitlines()[1:]]
    page = (course / f"report/{NAME}/report.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td class="total[^"]*">(.*?)</td>', page)
    pages = {student: (course / f"feedback/{student}/{NAME}/main.html").read_text(encoding="utf-8") for student in some}
    places = {
        "table": {words[0]: number(words[1 + len(sheet.questions)]) for words in lines},
        "report": {html.unescape(re.sub("<.*?>", " ", who)).split()[0]: number(total) for who, total in rows},
        "grades.csv": {row["student_id"]: number(row["score"]) for row in read(course / "grades.csv")},
        "questions.csv": {row["student_id"]: number(row["total"]) for row in read(course / f"report/{NAME}/questions.csv")},
        "page": {student: number(re.search(r'class="total"><span><b>(.*?)</b>', page)[1]) for student, page in pages.items()},
    }
    if some:  # the mark that goes back
        give_back(Exercise(course, NAME), "mail")
        back = read(course / f"returned/{NAME}/mail/list.csv")
        places["returned"] = {row["student_id"]: number(row["mark"]) for row in back}
    for place, there in places.items():
        shown = found if place.endswith("csv") else {student: found[student] for student in there}
        assert there == shown and some <= set(there), place
    return found


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@contextlib.contextmanager
def book(course: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "seminar") as gradebook:
        yield gradebook
        gradebook.db.commit()


def mark_by_hand(course: Path, student: str, question: str, mark: float) -> None:
    """As the formgrader does."""
    with book(course) as gradebook:
        grade = gradebook.find_grade(f"test_{question}", "main", NAME, student)
        grade.manual_score, grade.needs_manual_grade = mark, False
        gradebook.find_comment(question, "main", NAME, student).manual_comment = f"{mark:g} by hand"


def by_hand(course: Path, student: str, question: str) -> tuple[float | None, str | None]:
    with book(course) as gradebook:
        mark = gradebook.find_grade(f"test_{question}", "main", NAME, student).manual_score
        return mark, gradebook.find_comment(question, "main", NAME, student).manual_comment


def graded(course: Path) -> dict[str, int]:
    """Student → when their notebook was graded."""
    return {path.parts[-3]: path.stat().st_mtime_ns for path in course.glob(f"autograded/*/{NAME}/main.ipynb")}


def edit(course: Path, change: Callable[[str], str]) -> None:
    """Change the exercise's text, and build."""
    exercise = Exercise(course, NAME)
    text = exercise.text.read_text(encoding="utf-8")
    assert change(text) != text
    exercise.text.write_text(change(text), encoding="utf-8")
    build(exercise)


NEW = '''
# %% [markdown]
# ### E. `twice` (5 点)

# %% question="twice"
def twice(x):
    """2 倍"""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="twice" points=5
# 確認: twice
@checks("twice")
def _(check):
    check(1.0, y=2.0)
    ### BEGIN HIDDEN TESTS
    check.report()
    check(3.0, y=6.0)
    ### END HIDDEN TESTS
'''


# The assignment is another one now


def test_other_points_count_for_everybody_and_marks_by_hand_stay(course):
    assert run(course)[0] == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}
    edit(course, lambda text: text.replace('test="softmax" points=4', 'test="softmax" points=20'))
    found, said = run(course)
    assert "warm-up has changed since it was graded (test_softmax has 20 marks instead of 4): all is to be graded again." in said
    assert found == {"right": ALL + 16, "untouched": 0, "wrong": ALL + 16 - 3 + 1}
    assert {row["max_score"] for row in read(course / "grades.csv")} == {f"{ALL + 16}"}
    assert by_hand(course, "wrong", "describe") == (1.0, "1 by hand")


def test_a_question_comes_and_another_goes(course):
    for question in "describe", "closest":
        mark_by_hand(course, "right", question, 1.5)
    start, end = (f'# %% {kind}="closest"' for kind in ("question", "test"))
    edit(course, lambda text: text[: text.index(start)] + text[text.index(end) :].partition("\n\n# %%")[2] + NEW)
    found, said = run(course)
    assert "twice is new; test_twice is new; closest is gone; test_closest is gone" in said
    kept = re.search(r"right, test_closest: 1.5; right, closest: 1.5 by hand, which (gradebook\.db\.\S+) still has", said)
    assert (course / kept[1]).is_file()
    assert found == {"right": ALL - 2 - 3 + 1.5, "untouched": 0, "wrong": ALL - 2 - 3 + 1}
    assert by_hand(course, "right", "describe") == (1.5, "1.5 by hand") and "test_twice had been deleted" not in said
    assert "SyntaxError" not in said and "error" not in said.lower().replace("1101", "")
    release = nbformat.read(course / f"release/{NAME}/main.ipynb", as_version=4)
    hand_in(course, "right", submission(release, REFERENCE | {"twice": "def twice(x): return x + x"}))
    assert run(course)[0]["right"] == ALL - 2 - 3 + 1.5 + 5


def test_an_older_release_had_not_been_changed(course):
    edit(course, lambda text: text.replace("# 確認: softmax", "# 確かめ: softmax"))
    release = nbformat.read(course / f"release/{NAME}/main.ipynb", as_version=4)
    assert len(released.read(Exercise(course, NAME))["test_softmax"]) == 2
    hand_in(course, "newer", submission(release, REFERENCE))
    tampered = submission(release, REFERENCE)
    next(cell for cell in tampered.cells if cell.id == "test_softmax").source = "1"
    hand_in(course, "tampered", tampered)
    found, said = run(course)
    assert found == {"right": ALL, "newer": ALL, "tampered": ALL, "untouched": 0, "wrong": ALL - 3 + 1}
    [said] = {line.strip("1234567890 ") for line in said.splitlines() if "had been" in line and not line.startswith("tampered:")}
    assert said.startswith("tampered ") and said.endswith("test_softmax had been changed: the instructor's is used")
    edit(course, lambda text: text.replace("# 確かめ: softmax", "# 確認: softmax"))
    assert len(released.read(Exercise(course, NAME))["test_softmax"]) == 2  # not a third


# Somebody is there no more


def test_what_is_taken_back_keeps_its_marks_until_the_instructor_says_otherwise(course):
    exercise = Exercise(course, NAME)
    with pytest.raises(NoExercise, match=f"submitted/wrong/{NAME} would be graded again"):
        forget(exercise, "wrong")
    for student in "right", "wrong":
        shutil.rmtree(course / f"submitted/{student}")
    found, said = run(course)
    assert found == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}
    assert f"nothing is in submitted/ any more; the marks stay until `grading forget {NAME} wrong`" in said
    assert "submitted/ に提出物がもうありません" in (course / f"report/{NAME}/report.html").read_text(encoding="utf-8")
    assert forget(exercise, "right") == f"right has no marks of {NAME} any more ({ALL:g} of {ALL:g} marks)."
    assert re.search(r"\(10 of 12 marks, some by hand; gradebook\.db\.\S+ still has them\)", forget(exercise, "wrong"))
    assert run(course)[0] == {"right": 0, "untouched": 0, "wrong": 0}
    assert sorted(path.parts[-2] for path in course.glob(f"[af]*d*/*/{NAME}")) == ["untouched"] * 2
    with pytest.raises(NoExercise, match="The gradebook has no marks of right"):
        forget(exercise, "right")


def test_a_bad_file_after_a_good_one_leaves_the_marks_and_says_whose_they_are(course):
    (course / f"submitted/wrong/{NAME}/main.ipynb").write_text("no notebook")
    (course / f"submitted/right/{NAME}/main.ipynb").unlink()
    found, said = run(course)
    assert found == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}
    assert "NOT GRADED: no file main.ipynb; the marks are of the file before" in said
    assert "いまの提出物は採点できません" in (course / f"report/{NAME}/report.html").read_text(encoding="utf-8")


def test_who_leaves_the_roster_stays_in_all_lists_and_is_marked(course):
    (course / "students.csv").write_text("id\nright\nuntouched\n")
    found, said = run(course)
    assert found == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}
    assert re.search(r"^wrong .*is not in students.csv any more$", said, re.MULTILINE) and said.count("students.csv") == 1
    with book(course) as gradebook:
        gradebook.remove_student("wrong")
    assert run(course)[0] == {"right": ALL, "untouched": 0, "wrong": ALL - 3}  # the folder in submitted/ is graded again


# Late


@pytest.fixture
def tokyo() -> Iterator[None]:
    """This machine's clock is there, for this test alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_deadlines_extensions_and_penalties_count_from_the_next_run_on_and_nothing_is_graded_again(course):
    (course / f"submitted/right/{NAME}/timestamp.txt").write_text("2026-11-08 15:00:00 UTC")  # midnight in Tokyo
    settings, config = course / f"exercises/{NAME}/exercise.toml", course / "nbgrader_config.py"
    before, text, python = graded(course), settings.read_text(encoding="utf-8"), config.read_text(encoding="utf-8")

    def right(due: str, method: str = "zero", extensions: str | None = None) -> float | None:
        settings.write_text(f"{due}\n{text}", encoding="utf-8")
        config.write_text(f'{python}\nc.LateSubmissionPlugin.penalty_method = "{method}"\n', encoding="utf-8")
        (course / "extensions.csv").unlink(missing_ok=True)
        if extensions is not None:
            (course / "extensions.csv").write_bytes(f"学籍番号,演習,締切\r\n{extensions}".encode("cp932"))
        found, said = run(course)
        assert found == found | {"untouched": 0, "wrong": ALL - 3 + 1} and graded(course) == before
        assert (found["right"] == ALL) == (f"{ALL:g} marks less for handing in late" not in said)
        return found["right"]

    assert right("") == right("due = 2026-11-09T00:00:00") == right("due = 2026-11-08T15:00:00Z") == ALL
    assert right("due = 2026-11-08T23:59:00") == right("due = 2026-11-08T23:59:00+09:00") == 0
    assert right("due = 2026-11-08T23:59:00", "none") == ALL
    late = "due = 2026-11-08T23:59:00"
    assert right(late, extensions=f"right,{NAME},2026/11/9 9:00\r\n") == ALL
    assert right(late, extensions=f"right,1101,2026/11/9 9:00\r\nwrong,{NAME},2026-11-10 00:00\r\n") == 0
    (course / f"submitted/right/{NAME}/timestamp.txt").write_text("2026-11-01 15:00:00 UTC")  # as the instructor corrects it
    assert right(late) == ALL


@pytest.mark.parametrize("text, said", [
    ("id,exercise\na,b", "extensions.csv needs the columns id, exercise and due"),
    (f"id,exercise,due\n\na,{NAME},tomorrow", "extensions.csv, line 3: tomorrow is no time such as 2026-11-15 23:59"),
    (f"id,exercise,due\na,{NAME},2026-11-15", "extensions.csv, line 2: 2026-11-15 is no time"),
])  # fmt: skip
def test_extensions_that_cannot_be_read_are_named_before_anything_is_done(text, said, course):
    (course / "extensions.csv").write_text(text)
    with pytest.raises(RuntimeError, match=re.escape(said)):
        Classroom(Exercise(course, NAME)).autograde(1)


# By hand


def test_a_mark_by_hand_that_is_older_than_the_file_counts_and_is_said(course):
    hand_in(course, "wrong", submission(RELEASE, REFERENCE))
    found, said = run(course)
    sentence = "describe: the mark by hand, 1, is older than what was graded last; it counts: confirm it in the formgrader"
    assert found["wrong"] == ALL - 3 + 1 and said.count(sentence) == 1
    page = (course / f"report/{NAME}/report.html").read_text(encoding="utf-8")
    assert "describe に手で付けた 1 点は、いまの提出物を採点する前のものです" in page
    with book(course) as gradebook:
        assert gradebook.find_submission(NAME, "wrong").needs_manual_grade
    mark_by_hand(course, "wrong", "describe", 3.0)
    found, said = run(course)
    assert found["wrong"] == ALL and "mark by hand" not in said


# Any place, at any time


ODD = "[2026] course*/x%20 #1? 日本 {y} a'b"


def test_a_fresh_clone_is_graded_by_the_steps_of_the_readme_wherever_it_lies(first, tmp_path):
    """release/ is in git, the gradebook is not."""
    course = shutil.copytree(first, tmp_path / ODD, ignore=shutil.ignore_patterns("gradebook*", "autograded", "feedback"))
    released = (course / f"release/{NAME}/main.ipynb").read_bytes()
    for step in "generate_assignment", "autograde", "generate_feedback":
        forked(course, "nbgrader", step, NAME)
    forked(course, "nbgrader", "export")
    assert (course / f"release/{NAME}/main.ipynb").read_bytes() == released
    scored = {row["student_id"]: row["score"] for row in read(course / "grades.csv")}
    assert scored == {"right": f"{ALL}", "untouched": "0.0", "wrong": f"{ALL - 3}"}

    (course / "students.csv").write_text("id\nright\nlater\n")
    (course / "inbox").mkdir()
    nbformat.write(submission(RELEASE, REFERENCE), course / "inbox/main_later.ipynb")
    forked(course, "grading", "collect", NAME, "inbox")
    build(Exercise(course, NAME))
    assert run(course)[0] == {"right": ALL, "later": ALL, "untouched": 0, "wrong": ALL - 3}
    assert [path.name for path in tmp_path.iterdir()] == [ODD.partition("/")[0]] and len(list(course.parent.iterdir())) == 1


def started(course: Path, *words: str) -> subprocess.Popen:
    """A command as from a terminal. Tests that run in the background of a shell ignore Ctrl-C, and so would what they start."""
    return subprocess.Popen([sys.executable, "-m", *words], cwd=course, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
                            stdout=subprocess.DEVNULL, start_new_session=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def test_one_run_waits_for_the_other_and_says_for_whom(course):
    both = [started(course, tool, "autograde", NAME, "--force") for tool in ("nbgrader", "grading")]
    said = [each.communicate(timeout=300)[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    [waited] = re.findall(r"Waiting: autograde warm-up \(process (\d+) on .*\) is at work in this course", "".join(said))
    assert int(waited) in (each.pid for each in both)
    assert run(course)[0] == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}


def test_ctrl_c_is_one_sentence_and_the_next_run_goes_on(course):
    slow = REFERENCE | {"softmax": f"import time\ntime.sleep(2)\n{REFERENCE['softmax']}"}
    hand_in(course, "slow", submission(RELEASE, slow))
    process, lock = started(course, "nbgrader", "autograde", NAME), course / "gradebook.db.lock"
    while str(process.pid) not in lock.read_text():
        time.sleep(0.01)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and "Traceback" not in said and said.count("Stopped.") == 1
    assert run(course)[0] == {"right": ALL, "slow": ALL, "untouched": 0, "wrong": ALL - 3 + 1}


def refused(course: Path, *words: str) -> str:
    """What a command says that ends with 1, and without a traceback."""
    done = subprocess.run([*words], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr + done.stdout, done.stderr
    return done.stderr


@pytest.mark.parametrize("words", [("nbgrader", "autograde", NAME), ("nbgrader", "generate_assignment", NAME),
                                   ("nbgrader", "export")], ids=" ".join)  # fmt: skip
def test_the_gradebook_of_an_earlier_nbgrader_is_named_with_what_to_do(words, course):
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as db:
        db.execute("ALTER TABLE student DROP COLUMN lms_user_id")
        db.execute("UPDATE alembic_version SET version_num = '167914646830'")
        db.commit()
    before = (course / f"release/{NAME}/main.ipynb").read_bytes()
    assert "The gradebook is of an earlier nbgrader: run `nbgrader db upgrade`" in refused(course, sys.executable, "-m", *words)
    assert (course / f"release/{NAME}/main.ipynb").read_bytes() == before
    if words == ("nbgrader", "export"):
        with pytest.raises(NoExercise, match="The gradebook is of an earlier nbgrader"):
            Classroom(Exercise(course, NAME))
        command(course, "nbgrader", "db", "upgrade")
        assert run(course)[0] == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}


def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(course):
    """In a file system of its own, in which 40 kB are free: less than a graded class needs."""
    filler = "$(($(df --output=avail -k . | tail -1) * 1024 - 40000))"
    script = (f"cp -r '{course}' /mnt/course && cd /mnt/course && head -c {filler} /dev/zero > filler;"
              f" {sys.executable} -m nbgrader autograde {NAME} --force; code=$?; rm filler;"
              f" {sys.executable} -m grading autograde {NAME} && cp -r /mnt/course '{course}.after'; exit $code")  # fmt: skip
    said = refused(course, "bwrap", "--dev-bind", "/", "/", "--size", "20000000", "--tmpfs", "/mnt", "--", "sh", "-c", script)
    assert "No space left" in said or "disk is full" in said
    assert run(course.with_name("course.after"))[0] == {"right": ALL, "untouched": 0, "wrong": ALL - 3 + 1}


def test_a_test_that_fails_of_itself_is_named_and_the_gradebook_stays_as_it_is(course, monkeypatch):
    monkeypatch.setattr(worker, "ATTEMPTS", 1)
    before = (course / "gradebook.db").read_bytes()
    edit(course, lambda text: text.replace("check(scores, y=np.array([[0.25, 0.75],", "check(scores, y=np.array([[0.35, 0.75],"))
    with pytest.raises(RuntimeError, match=r"^Nothing more is graded: .*test_softmax fails: softmax: y の値が違います。"):
        Classroom(Exercise(course, NAME)).autograde(1)
    assert (course / "gradebook.db").read_bytes() == before
