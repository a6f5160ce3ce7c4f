"""nbgrader's own commands in the course folder, stock and with the grader, and the class run of `make grade`."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from courses import CONFIG, ENVIRONMENT, EXERCISES, command, forked, hand_in, new_course, scores
from exercise import MLP, ROOT
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL

from grading.classroom import Classroom, grade_class, table
from grading.exercise.folder import Exercise
from grading.exercise.sample import sample_class, submission, write_classes

# The course without the grader, as nbgrader comes.
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "seminar"
c.ClearSolutions.code_stub = {"python": "# ここにコードを書いてください\\nraise NotImplementedError"}
c.Execute.timeout = 20
"""
AS_NOBODY = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--gid", "1000", "--"]
"""Runs a command as an ordinary user, whoever runs the tests: no capability, and not user 0."""
EXPECTED = {"reference": MARKS, "untouched": dict.fromkeys(MARKS, 0.0)}


def course_of(folder: Path, name: str = NAME, config: str = CONFIG) -> Path:
    """A course that knows the exercise, with two submissions: the reference and the untouched notebook."""
    new_course(folder, name, config=config)
    tried = EXERCISES[name]
    for student, answers in {"reference": tried.reference, "untouched": {}}.items():
        hand_in(folder, student, submission(tried.release, answers), name)
    return folder


def marks(course: Path) -> dict[str, dict[str, float]]:
    return {student: scores(course, student) for student in EXPECTED}


@pytest.fixture
def course(tmp_path) -> Path:
    """A course with the grader."""
    return course_of(tmp_path)


def test_stock_nbgrader_gives_the_reference_110_and_the_untouched_notebook_nothing(tmp_path):
    course = course_of(tmp_path, "1101", STOCK)
    assert (course / "release/1101/main.ipynb").read_bytes() == (ROOT / "release/1101/main.ipynb").read_bytes()
    command(course, "nbgrader", "autograde", "1101")
    command(course, "nbgrader", "generate_feedback", "1101")
    command(course, "nbgrader", "export")
    assert (course / "grades.csv").is_file()
    assert all((course / f"feedback/{student}/1101/main.html").is_file() for student in EXPECTED)
    assert scores(course, "reference", "1101") == MLP.marks and sum(MLP.marks.values()) == 110
    assert scores(course, "untouched", "1101") == dict.fromkeys(MLP.marks, 0.0)


def test_nbgrader_autograde_uses_the_grader_and_gives_the_same(course):
    log = command(course, "nbgrader", "autograde", NAME)
    assert "Sanitizing" not in log and "Autograding" not in log  # what the stock converter says
    command(course, "nbgrader", "generate_feedback", NAME)
    assert all((course / f"feedback/{student}/{NAME}/main.html").is_file() for student in EXPECTED)
    assert marks(course) == EXPECTED


def test_the_button_of_the_formgrader_uses_the_grader(course):
    classroom = Classroom(Exercise(course, NAME))
    assert classroom.api.autograde(NAME, "reference")["success"]
    assert scores(course, "reference") == EXPECTED["reference"]
    graded = nbformat.read(course / f"autograded/reference/{NAME}/main.ipynb", as_version=4)
    assert graded.metadata.grading.notes == []


def test_work_comes_in_and_feedback_goes_out_by_the_exchange(tmp_path):
    exchange, student = tmp_path / "exchange", tmp_path / "student"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    student.mkdir()
    by = ["--course", "seminar", f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}"]
    course = new_course(tmp_path / "course")
    command(course, "nbgrader", "release_assignment", NAME, *by)
    command(student, "nbgrader", "fetch_assignment", NAME, *by)
    nbformat.write(submission(RELEASE, REFERENCE), student / NAME / "main.ipynb")
    command(student, "nbgrader", "submit", NAME, *by)
    command(course, "nbgrader", "collect", NAME, *by)
    for step in "autograde", "generate_feedback":
        forked(course, "nbgrader", step, NAME)
    command(course, "nbgrader", "release_feedback", NAME, *by)
    command(student, "nbgrader", "fetch_feedback", NAME, *by)
    [page] = student.glob(f"{NAME}/feedback/*/main.html")
    assert f"演習 {NAME}: 採点の結果" in page.read_text(encoding="utf-8")


def test_an_ordinary_user_gets_the_same(course):
    run = subprocess.run([*AS_NOBODY, sys.executable, "-m", "nbgrader", "autograde", NAME], cwd=course, env=ENVIRONMENT,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert marks(course) == EXPECTED


UNPROTECTED = {  # a command that grades → the same, told to do without a sandbox
    ("nbgrader", "autograde", NAME): ("--Autograde.sandbox=False",),
    ("grading", "autograde", NAME): ("--no-sandbox",),
    ("grading", "grade", NAME): ("--no-sandbox",),
}


@pytest.mark.parametrize("words", UNPROTECTED, ids=" ".join)
def test_without_a_sandbox_nothing_is_graded_until_told_so(words, course):
    environment = ENVIRONMENT | {"PATH": str(Path(sys.executable).parent)}  # no bwrap there
    command = [sys.executable, "-m", *words]
    run = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 1 and "bubblewrap is not installed: sudo apt install bubblewrap" in run.stderr
    assert UNPROTECTED[words][0] in run.stderr and "Traceback" not in run.stderr
    assert not (course / "autograded").exists()
    run = subprocess.run([*command, *UNPROTECTED[words]], cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert marks(course) == EXPECTED


def test_where_the_grader_is_not_installed_nbgrader_grades_nothing_by_itself(course):
    (course / "tqdm.py").write_text("raise ImportError('No module named tqdm')")
    environment = ENVIRONMENT | {"PYTHONPATH": f"{course}:{ENVIRONMENT.get('PYTHONPATH', '')}"}
    run = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", NAME], cwd=course, env=environment,
                         capture_output=True, text=True)
    assert run.returncode == 1 and "Nothing is graded: No module named tqdm. In the folder of the course: pip" in run.stderr
    assert not (course / "autograded").exists()


# What each student of the sample class loses: every other question gets full marks.
LOST = {
    "w1-reference": set(),
    "w2-untouched": set(MARKS),
    "w3-two-mistakes": {"describe", "closest"},
    "w4-endless-loop": {"softmax"},
    "w6-test-deleted": {"Scaler"},
    "w7-syntax-error": {"describe"},
}
NOT_GRADED = {"w5-not-json": "not a notebook"}
NOTES = {"w4-endless-loop": "test_softmax ran out of time", "w6-test-deleted": "test_Scaler had been deleted",
         "w7-syntax-error": "SyntaxError in describe"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample class, graded as `make grade` does it."""
    [exercise] = write_classes([SMALL.exercise], tmp_path_factory.mktemp("sample") / "course")
    return exercise, {grade.student: grade for grade in grade_class(exercise)}


def test_the_sample_class_of_1101_has_a_dozen_kinds():
    assert len(sample_class(MLP.exercise)) >= 12


@pytest.mark.parametrize("student", LOST)
def test_a_student_of_the_sample_class_loses_what_is_wrong_and_no_more(student, sample):
    exercise, grades = sample
    assert grades[student].scores == {q: 0.0 if q in LOST[student] else m for q, m in MARKS.items()}
    assert (exercise.root / f"feedback/{student}/{NAME}/main.html").is_file()


def test_the_graded_notebook_tells_which_mistake_it_was_and_what_was_lent(sample):
    path = sample[0].root / f"autograded/w3-two-mistakes/{NAME}/main.ipynb"
    about = nbformat.read(path, as_version=4).metadata.grading
    answers = SMALL.slugs["describe", "sample_std"], SMALL.slugs["closest", "from_one"]
    assert about.mistakes == {answer.question: [answer.sentence] for answer in answers}
    assert about.lent == {"Scaler": ["describe"], "closest": ["describe"]}


def test_the_run_ends_with_a_report_and_where_everything_lies(sample):
    root = sample[0].root
    page = (root / f"report/{NAME}/report.html").read_text(encoding="utf-8")
    assert all(student in page for student in [*LOST, *NOT_GRADED]) and SMALL.slugs["describe", "sample_std"].sentence in page
    assert (root / f"report/{NAME}/questions.csv").is_file() and (root / "grades.csv").is_file()


@pytest.mark.parametrize("student", NOT_GRADED)
def test_a_bad_file_is_named_with_its_reason_and_the_others_are_graded(student, sample):
    grade = sample[1][student]
    assert not grade.scores and NOT_GRADED[student] in grade.note
    assert student in table(dict(MARKS), list(sample[1].values()))
    assert set(sample[1]) == set(LOST) | set(NOT_GRADED)


@pytest.mark.parametrize("student", NOT_GRADED)
def test_a_student_whose_file_is_bad_reads_why_and_when_it_is_mended_the_marks(student, sample):
    exercise, course = sample[0], sample[0].root
    page, file = course / f"feedback/{student}/{NAME}/main.html", course / f"submitted/{student}/{NAME}/main.ipynb"
    text = page.read_text(encoding="utf-8")
    assert "採点できませんでした" in text and student in text
    assert "ノートブックではありません (1 行目が JSON として読めません)" in text
    report = course / f"report/{NAME}/report.html"
    assert f'href="../../feedback/{student}/{NAME}/main.html"' in report.read_text(encoding="utf-8")
    assert "1 行目が JSON として読めません" in report.read_text(encoding="utf-8")
    bad = file.read_bytes()
    shutil.copy(course / f"submitted/w1-reference/{NAME}/main.ipynb", file)
    [grade] = [grade for grade in grade_class(exercise) if grade.student == student]
    assert grade.scores == MARKS and "採点できませんでした" not in page.read_text(encoding="utf-8")
    assert "1 行目が JSON として読めません" not in report.read_text(encoding="utf-8")
    file.write_bytes(bad)
    grade_class(exercise)
    assert "採点できませんでした" not in page.read_text(encoding="utf-8")  # what was graded stays


@pytest.mark.parametrize("student", NOTES)
def test_the_table_tells_the_instructor_what_happened(student, sample):
    assert NOTES[student] in sample[1][student].note
