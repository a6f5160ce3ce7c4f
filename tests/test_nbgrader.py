"""nbgrader's own commands in the course folder, stock and with the grader, and the class run of `make grade`."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from courses import CONFIG, ENVIRONMENT, command, hand_in, new_course
from exercise import MARKS, REFERENCE, RELEASE, ROOT

from grading.classroom import Classroom, grade_class, table
from grading.sample import CLASS, submission, write_class

# The course without the grader, as nbgrader comes.
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "1101"
c.ClearSolutions.code_stub = {"python": "# ここにコードを書いてください\\nraise NotImplementedError"}
c.Execute.timeout = 20
"""
AS_NOBODY = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--gid", "1000", "--"]
"""Runs a command as an ordinary user, whoever runs the tests: no capability, and not user 0."""
EXPECTED = {"reference": {q: float(m) for q, m in MARKS.items()}, "untouched": dict.fromkeys(MARKS, 0.0)}


def course_of(folder: Path, config: str = CONFIG) -> Path:
    """A course with the two submissions of EXPECTED, and its assignment generated."""
    new_course(folder, config)
    for student, answers in {"reference": REFERENCE, "untouched": {}}.items():
        hand_in(folder, student, submission(RELEASE, answers))
    return folder


def marks(course: Path) -> dict[str, dict[str, float]]:
    classroom = Classroom(course)
    return {student: classroom.scores(student) for student in EXPECTED}


@pytest.fixture
def course(tmp_path) -> Path:
    """A course with the grader."""
    return course_of(tmp_path)


def test_stock_nbgrader_gives_the_reference_110_and_the_untouched_notebook_nothing(tmp_path):
    course = course_of(tmp_path, STOCK)
    assert (course / "release/1101/main.ipynb").read_bytes() == (ROOT / "release/1101/main.ipynb").read_bytes()
    command(course, "nbgrader", "autograde", "1101")
    command(course, "nbgrader", "generate_feedback", "1101")
    command(course, "nbgrader", "export")
    assert (course / "grades.csv").is_file()
    assert all((course / f"feedback/{student}/1101/main.html").is_file() for student in EXPECTED)
    assert marks(course) == EXPECTED
    assert sum(marks(course)["reference"].values()) == 110


def test_nbgrader_autograde_uses_the_grader_and_gives_the_same(course):
    log = command(course, "nbgrader", "autograde", "1101")
    assert "Sanitizing" not in log and "Autograding" not in log  # what the stock converter says
    command(course, "nbgrader", "generate_feedback", "1101")
    assert all((course / f"feedback/{student}/1101/main.html").is_file() for student in EXPECTED)
    assert marks(course) == EXPECTED


def test_the_button_of_the_formgrader_uses_the_grader(course):
    classroom = Classroom(course)
    assert classroom.api.autograde("1101", "reference")["success"]
    assert classroom.scores("reference") == EXPECTED["reference"]
    graded = nbformat.read(course / "autograded/reference/1101/main.ipynb", as_version=4)
    assert graded.metadata.grading.notes == []


def test_work_comes_in_and_feedback_goes_out_by_the_exchange(tmp_path):
    exchange, student = tmp_path / "exchange", tmp_path / "student"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    student.mkdir()
    by = ["--course", "1101", f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}"]
    course = new_course(tmp_path / "course")
    command(course, "nbgrader", "release_assignment", "1101", *by)
    command(student, "nbgrader", "fetch_assignment", "1101", *by)
    nbformat.write(submission(RELEASE, REFERENCE), student / "1101/main.ipynb")
    command(student, "nbgrader", "submit", "1101", *by)
    for step in "collect", "autograde", "generate_feedback", "release_feedback":
        command(course, "nbgrader", step, "1101", *(by if step in ("collect", "release_feedback") else []))
    command(student, "nbgrader", "fetch_feedback", "1101", *by)
    [page] = student.glob("1101/feedback/*/main.html")
    assert "演習 1101: 採点の結果" in page.read_text(encoding="utf-8")


def test_an_ordinary_user_gets_the_same(course):
    run = subprocess.run([*AS_NOBODY, sys.executable, "-m", "nbgrader", "autograde", "1101"], cwd=course, env=ENVIRONMENT,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert marks(course) == EXPECTED


def test_without_a_sandbox_nothing_is_graded_until_told_so(course):
    environment = ENVIRONMENT | {"PATH": str(Path(sys.executable).parent)}  # no bwrap there
    autograde = [sys.executable, "-m", "nbgrader", "autograde", "1101"]
    run = subprocess.run(autograde, cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 1 and "bubblewrap is not installed: sudo apt install bubblewrap" in run.stderr
    assert not (course / "autograded").exists()
    run = subprocess.run([*autograde, "--Autograde.sandbox=False"], cwd=course, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert marks(course) == EXPECTED


def test_a_source_that_the_gradebook_does_not_know_is_not_graded_by(course):
    path = course / "source/1101/main.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("affine_forward\\\")", "affine_forward\\\" )", 1), encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "nbgrader", "autograde", "1101"], cwd=course, env=ENVIRONMENT,
                         capture_output=True, text=True)
    assert run.returncode == 1 and "nbgrader generate_assignment 1101 --force" in run.stderr
    assert not (course / "autograded").exists()


# What each student of the sample class loses: every other question gets full marks.
LOST = {
    "s01-reference": set(),
    "s04-bias-not-summed": {"affine_backward"},
    "s12-syntax-error": {"cross_entropy"},
    "s13-endless-loop": {"numerical_gradient"},
    "s14-test-deleted": {"affine_backward"},
    "s16-no-bonus": {"l2_gradient", "k_fold"},
}
NOT_GRADED = {"s15-not-json": "not a notebook"}
NOTES = {"s12-syntax-error": "SyntaxError in cross_entropy", "s13-endless-loop": "test_numerical_gradient ran out of time",
         "s14-test-deleted": "test_affine_backward had been deleted"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The part of the sample class that LOST and NOT_GRADED name, graded as `make grade` does it."""
    course = tmp_path_factory.mktemp("sample")
    write_class(ROOT, course)
    for student in set(CLASS) - set(LOST) - set(NOT_GRADED):
        shutil.rmtree(course / "submitted" / student)
    return course, {grade.student: grade for grade in grade_class(course)}


def test_the_sample_class_has_a_dozen_kinds(tmp_path):
    assert len(CLASS) >= 12
    write_class(ROOT, tmp_path / "course")
    assert {p.name for p in (tmp_path / "course/submitted").iterdir()} == set(CLASS)


@pytest.mark.parametrize("student", LOST)
def test_a_student_of_the_sample_class_loses_what_is_wrong_and_no_more(student, sample):
    assert sample[1][student].scores == {q: 0.0 if q in LOST[student] else float(m) for q, m in MARKS.items()}
    assert (sample[0] / f"feedback/{student}/1101/main.html").is_file()


def test_the_graded_notebook_tells_which_mistake_it_was_and_what_was_lent(sample):
    path = sample[0] / "autograded/s04-bias-not-summed/1101/main.ipynb"
    about = nbformat.read(path, as_version=4).metadata.grading
    assert about.mistakes == {"affine_backward": ["db がバッチ方向に合計されていません。"]}
    assert about.lent == {"network_backward": ["affine_backward"], "train": ["affine_backward"]}


def test_the_run_ends_with_a_report_and_where_everything_lies(sample):
    page = (sample[0] / "report/1101/report.html").read_text(encoding="utf-8")
    assert all(student in page for student in [*LOST, *NOT_GRADED]) and "db がバッチ方向に合計されていません。" in page
    assert (sample[0] / "report/1101/questions.csv").is_file() and (sample[0] / "grades.csv").is_file()


@pytest.mark.parametrize("student", NOT_GRADED)
def test_a_bad_file_is_named_with_its_reason_and_the_others_are_graded(student, sample):
    grade = sample[1][student]
    assert not grade.scores and NOT_GRADED[student] in grade.note
    assert student in table(dict(MARKS), list(sample[1].values()))
    assert set(sample[1]) == set(LOST) | set(NOT_GRADED)


@pytest.mark.parametrize("student", NOT_GRADED)
def test_a_student_whose_file_is_bad_reads_why_and_when_it_is_mended_the_marks(student, sample):
    course, page = sample[0], sample[0] / f"feedback/{student}/1101/main.html"
    text = page.read_text(encoding="utf-8")
    assert "採点できませんでした" in text and student in text
    assert "ノートブックではありません (1 行めが JSON として読めません)" in text
    assert f'href="../../feedback/{student}/1101/main.html"' in (course / "report/1101/report.html").read_text(encoding="utf-8")
    bad = (course / f"submitted/{student}/1101/main.ipynb").read_bytes()
    shutil.copy(course / "submitted/s01-reference/1101/main.ipynb", course / f"submitted/{student}/1101/main.ipynb")
    [grade] = [grade for grade in grade_class(course) if grade.student == student]
    assert sum(grade.scores.values()) == 110 and "採点できませんでした" not in page.read_text(encoding="utf-8")
    (course / f"submitted/{student}/1101/main.ipynb").write_bytes(bad)
    grade_class(course)
    assert "採点できませんでした" not in page.read_text(encoding="utf-8")  # what was graded stays


@pytest.mark.parametrize("student", NOTES)
def test_the_table_tells_the_instructor_what_happened(student, sample):
    assert NOTES[student] in sample[1][student].note
