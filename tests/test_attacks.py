"""Every hostile or broken submission, in one class with honest ones between: nothing gained, nothing leaked, nobody else touched.

The class is graded by the command of the README, in the real sandbox, with smaller limits so that what never ends ends soon.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from attacks import ATTACKS, Attack, submission_bytes
from exercise import MARKS, REFERENCE, RELEASE, ROOT, SOURCE
from grading.rebuild import is_test
from grading.sample import submission

from grading.classroom import Classroom

LIMITS = {"seconds": 2, "wait": 10, "total": 60, "memory": 1 << 30, "total_memory": 2 << 30, "disk": 64 << 20}
HONEST_EVERY = 15
"""After so many attacks an honest submission is graded."""
SECRETS = {  # what a submission must not see → a text that is nowhere else
    "hidden tests": "CANARY-HIDDEN",
    "reference": "CANARY-REFERENCE",
    "course folder": "CANARY-COURSE",
    "other submissions": "CANARY-OTHER",
    "environment": "CANARY-ENVIRONMENT",
    "temporary folder": "CANARY-TEMPORARY",
    "home": "CANARY-HOME",
}


def id_of(attack: Attack) -> str:
    return f"{attack.group}: {attack.name}"


def plant(course: Path) -> None:
    """A course whose every secret holds a text of SECRETS."""
    (course / "source/1101").mkdir(parents=True)
    source = nbformat.from_dict(SOURCE)
    for cell in source.cells:
        cell.source = cell.source.replace("### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\n# CANARY-HIDDEN\n")
        cell.source = cell.source.replace("### BEGIN SOLUTION\n", "### BEGIN SOLUTION\n    # CANARY-REFERENCE\n")
    nbformat.write(source, course / "source/1101/main.ipynb")
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(f"{config}\nc.Autograde.limits = {LIMITS}\n# CANARY-COURSE\n", encoding="utf-8")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """The course after the whole class was graded."""
    course = tmp_path_factory.mktemp("attacked")
    plant(course)
    honest = nbformat.writes(submission(RELEASE, REFERENCE | {"k_fold": REFERENCE["k_fold"] + "\n# CANARY-OTHER"})).encode()
    for number, attack in enumerate(ATTACKS):
        path = course / "submitted" / f"a{number:03}" / "1101/main.ipynb"
        path.parent.mkdir(parents=True)
        (attack.place or Path.write_bytes)(path, submission_bytes(attack, RELEASE, REFERENCE))
        if number % HONEST_EVERY == 0 or attack.group == "poison what follows":
            path = course / "submitted" / f"a{number:03}-honest" / "1101/main.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(honest)
    home = tmp_path_factory.mktemp("home")
    (home / "canary.txt").write_text("CANARY-HOME")
    Path("/tmp/canary_1101.txt").write_text("CANARY-TEMPORARY")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(home),
                                "SECRET": "CANARY-ENVIRONMENT"}
    with socket.socket() as listener:  # what "leave the machine" tries to reach
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 8888))
        listener.listen()
        for command in ["-m", "nbgrader", "generate_assignment", "1101"], ["-m", "grading", "autograde", "1101"]:
            run = subprocess.run([sys.executable, *command], cwd=course, env=environment, capture_output=True, text=True)
    Path("/tmp/canary_1101.txt").unlink()
    (course / "log.txt").write_text(run.stderr, encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def marks(attacked) -> dict[str, dict[str, float]]:
    classroom = Classroom(attacked)
    return {student: classroom.scores(student) for student in classroom.students()}


FULL = {question: float(points) for question, points in MARKS.items()}
STUDENTS = {attack.name: f"a{number:03}" for number, attack in enumerate(ATTACKS)}


def deserved(attack: Attack) -> dict[str, float]:
    """Question → marks; empty for a submission that is refused."""
    if attack.base == "untouched":
        return {question: points if question in attack.allowed else 0.0 for question, points in FULL.items()}
    if attack.lost is None:
        return {}
    return {question: 0.0 if question in attack.lost else points for question, points in FULL.items()}


def of_the_student(course: Path, attack: Attack) -> str:
    """What a submission shows of itself: its outputs everywhere, its text outside the instructor's cells."""
    path = course / "autograded" / STUDENTS[attack.name] / "1101/main.ipynb"
    if not path.exists():
        return ""
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(("" if is_test(cell) else cell.source) + json.dumps(cell.get("outputs", [])) for cell in cells)


@pytest.mark.parametrize("attack", ATTACKS, ids=id_of)
def test_an_attack_gets_the_marks_of_its_answers_and_no_more(attack, marks):
    assert marks[STUDENTS[attack.name]] == deserved(attack)


def test_the_honest_ones_between_get_full_marks(marks):
    honest = [student for student in marks if student.endswith("-honest")]
    assert len(honest) > len(ATTACKS) // HONEST_EVERY
    assert {student: marks[student] for student in honest} == dict.fromkeys(honest, FULL)


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if not deserved(attack)], ids=id_of)
def test_what_is_refused_is_named_with_its_reason_in_one_sentence(attack, attacked):
    log = (attacked / "log.txt").read_text(encoding="utf-8")
    [line] = [line for line in log.splitlines() if f"{STUDENTS[attack.name]}: NOT GRADED: " in line]
    assert 10 < len(line.partition("NOT GRADED: ")[2]) < 200


@pytest.mark.parametrize("secret", SECRETS)
def test_no_submission_shows_a_secret(secret, attacked):
    """An attack that planted the text itself would be no finding: none does."""
    assert [id_of(attack) for attack in ATTACKS if SECRETS[secret] in of_the_student(attacked, attack)] == []


def test_no_submission_shows_what_its_functions_were_given(attacked):
    [attack] = [attack for attack in ATTACKS if attack.name == "hidden-inputs"]
    assert "SEEN []" in of_the_student(attacked, attack)


def test_no_submission_reaches_the_network(attacked):
    assert [id_of(attack) for attack in ATTACKS if re.search(r"CONNECTED \S", of_the_student(attacked, attack))] == []


def test_no_submission_leaves_a_file_or_a_process(attacked):
    found = [path for place in ("/tmp", "/dev/shm", Path.home()) for path in Path(place).glob("pwned_1101*")]
    assert found + [path for place in (Path(sys.prefix), attacked) for path in place.glob("**/pwned_1101*")] == []
    orphans = [p for p in psutil.process_iter(["ppid", "cmdline"]) if p.info["ppid"] == 1]
    assert [p for p in orphans if "grading.kernel" in (p.info["cmdline"] or [])] == []


ACTIVE = re.compile(
    r"<\s*(script|iframe|img|svg|object|embed|link|meta|style|form|base)\b|<[^>]*\s(on\w+\s*=|\w+=.?javascript:)", re.IGNORECASE
)


def test_no_output_is_active(attacked):
    """What an instructor's browser shows of a submission runs nothing and fetches nothing."""
    for attack in ATTACKS:
        path = attacked / "autograded" / STUDENTS[attack.name] / "1101/main.ipynb"
        for cell in nbformat.read(path, as_version=4).cells if path.exists() else ():
            for output in cell.get("outputs", []):
                kinds = set(output.get("data", {}))
                assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}, id_of(attack)
                assert not ACTIVE.search(output.get("data", {}).get("text/html", "")), id_of(attack)
                assert re.fullmatch(r"[\w+/=\s]*", output.get("data", {}).get("image/png", "")) and not output.get("metadata")
            if cell.cell_type == "markdown" and "PWNED" in cell.source:
                assert not re.search(r"<\s*\w|\]\(|\]:", cell.source), id_of(attack)
            assert not cell.get("attachments")


def test_what_was_graded_is_a_valid_notebook(attacked):
    for path in attacked.glob("autograded/*/1101/main.ipynb"):
        nbformat.validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_gradebook_is_sound_and_holds_everybody_once(attacked, marks):
    with sqlite3.connect(attacked / "gradebook.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        students = [row[0] for row in database.execute("SELECT id FROM student")]
    assert sorted(students) == sorted(student for student in marks if marks[student])
