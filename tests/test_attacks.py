"""Every hostile or broken submission, in a class with honest ones between: nothing gained, nothing leaked, nobody else touched.

Each exercise has its class, graded by the command of the README in the real sandbox, with smaller limits so that what never ends
ends soon.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

import nbformat
import psutil
import pytest
from attacks import ATTACKS, RUN, Attack, submission_bytes
from attacks_1101 import ATTACKS_1101
from attacks_protocol import ATTACKS_OF_THE_PROTOCOL
from courses import scores
from exercise import MLP, ROOT, Tried
from small import SMALL

from grading.exercise.cells import is_test
from grading.exercise.sample import submission
from grading.run.judge import TIDYING

ALL = [*ATTACKS, *ATTACKS_OF_THE_PROTOCOL, *ATTACKS_1101]
EXERCISES = {str(tried): tried for tried in (SMALL, MLP)}
"""Each is graded in a course of its own."""
LIMITS = {  # an honest submission of the small exercise takes a tenth of the seconds
    "warm-up": {"seconds": 1, "wait": 3, "total": 40, "memory": 1 << 30, "total_memory": 2 << 30, "disk": 64 << 20},
    "1101": {"seconds": 2, "wait": 10, "total": 90, "memory": 1 << 30, "total_memory": 2 << 30, "disk": 64 << 20},
}
JOBS = "3"
"""Side by side on two cores: many of them only wait until they are stopped."""
HONEST_EVERY = 15
"""After so many attacks an honest submission is graded."""
SECRETS = {  # what a submission must not see → a text that is nowhere else
    "hidden tests": "CANARY-HIDDEN",
    "reference": "CANARY-REFERENCE",
    "catalogue": "CANARY-CATALOGUE",
    "course folder": "CANARY-COURSE",
    "other submissions": "CANARY-OTHER",
    "environment": "CANARY-ENVIRONMENT",
    "temporary folder": "CANARY-TEMPORARY",
    "home": "CANARY-HOME",
}


def id_of(attack: Attack) -> str:
    return f"{attack.group}: {attack.name}"


def with_canaries(text: str) -> str:
    """The text of an exercise, or a cell of it, with secrets in what students do not get."""
    text = text.replace("### BEGIN HIDDEN TESTS\n", "### BEGIN HIDDEN TESTS\n# CANARY-HIDDEN\n")
    return text.replace("### BEGIN SOLUTION\n", "### BEGIN SOLUTION\n    # CANARY-REFERENCE\n")


def plant(course: Path, tried: Tried) -> None:
    """A course with this exercise, whose every secret holds a text of SECRETS."""
    there, here = tried.exercise, course / "exercises" / tried.exercise.name
    source = nbformat.from_dict(tried.source)
    for cell in source.cells:
        cell.source = with_canaries(cell.source)
    (course / "source" / there.name).mkdir(parents=True)
    nbformat.write(source, course / "source" / there.name / "main.ipynb")
    (here / "catalogue").mkdir(parents=True)
    for question, text in there.catalogue().items():
        (here / f"catalogue/{question}.py").write_text(f"# CANARY-CATALOGUE\n{text}", encoding="utf-8")
    (here / "notebook.py").write_text(with_canaries(there.text.read_text(encoding="utf-8")), encoding="utf-8")
    settings = (there.folder / "exercise.toml").read_text(encoding="utf-8").partition("[limits]")[0]
    limits = "\n".join(f"{name} = {value}" for name, value in LIMITS[there.name].items())
    (here / "exercise.toml").write_text(f"{settings}\n[limits]\n{limits}\n# CANARY-COURSE\n", encoding="utf-8")
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (course / "nbgrader_config.py").write_text(f"{config}\n# CANARY-COURSE\n", encoding="utf-8")


def honest(tried: Tried) -> bytes:
    """A right submission that is none of the others' business."""
    last = list(tried.reference)[-1]
    answers = tried.reference | {last: f"{tried.reference[last]}\n# CANARY-OTHER"}
    return nbformat.writes(submission(tried.release, answers)).encode()


def hand_in(course: Path, student: str, tried: Tried, port: int, attack: Attack | None = None) -> None:
    """Put a submission, an honest one without an attack, in submitted/; port: as in submission_bytes."""
    path = course / "submitted" / student / tried.exercise.name / "main.ipynb"
    path.parent.mkdir(parents=True)
    if attack:
        (attack.place or Path.write_bytes)(path, submission_bytes(attack, tried.release, tried.reference, port))
    else:
        path.write_bytes(honest(tried))


@dataclass(frozen=True)
class Graded:
    """The course of an exercise after its whole class was graded."""

    tried: Tried
    course: Path
    log: str

    @property
    def autograded(self) -> list[Path]:
        return sorted(self.course.glob(f"autograded/*/{self.tried.exercise.name}/main.ipynb"))

    @cached_property
    def notebooks(self) -> dict[str, nbformat.NotebookNode]:
        """Student → what came of theirs."""
        return {path.parts[-3]: nbformat.read(path, as_version=4) for path in self.autograded}

    @cached_property
    def shown(self) -> dict[str, str]:
        """Student → what a submission shows of itself: its outputs everywhere, its text outside the instructor's cells."""
        def shown(cell: nbformat.NotebookNode) -> str:
            return ("" if is_test(cell) else cell.source) + json.dumps(cell.get("outputs", []))

        return {student: "\n".join(map(shown, notebook.cells)) for student, notebook in self.notebooks.items()}

    def of_the_student(self, attack: Attack) -> str:
        """What the attack shows of itself; nothing where it was refused."""
        return self.shown.get(STUDENTS[attack.name], "")


def grade_all(tried: Tried, course: Path, home: Path) -> Graded:
    """Grade the attacks on this exercise, with honest ones between."""
    plant(course, tried)
    name = tried.exercise.name
    (home / "canary.txt").write_text("CANARY-HOME")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(home),
                                "SECRET": "CANARY-ENVIRONMENT"}
    with NamedTemporaryFile("w", prefix="canary-", suffix=".txt") as canary, socket.socket() as listener:
        print("CANARY-TEMPORARY", file=canary, flush=True)
        listener.bind(("127.0.0.1", 0))  # what "leave the machine" tries to reach
        listener.listen()
        port = listener.getsockname()[1]
        for number, attack in enumerate(attack for attack in ALL if attack.exercise == name):
            hand_in(course, STUDENTS[attack.name], tried, port, attack)
            if number % HONEST_EVERY == 0 or attack.group == "poison what follows":
                hand_in(course, f"{STUDENTS[attack.name]}-honest", tried, port)
        for command in ["nbgrader", "generate_assignment", name], ["grading", "autograde", name, "--jobs", JOBS]:
            run = subprocess.run([sys.executable, "-m", *command], cwd=course, env=environment, capture_output=True, text=True)
    (course / "log.txt").write_text(run.stderr, encoding="utf-8")
    return Graded(tried, course, run.stderr)


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Callable[[Attack], Graded]:
    """The class that an attack belongs to, graded."""
    @cache
    def of(name: str) -> Graded:
        return grade_all(EXERCISES[name], tmp_path_factory.mktemp("attacked"), tmp_path_factory.mktemp("home"))

    return lambda attack: of(attack.exercise)


@pytest.fixture(scope="module")
def classes(graded) -> list[Graded]:
    return list({attack.exercise: graded(attack) for attack in ALL}.values())


@pytest.fixture(scope="module")
def marks(classes) -> dict[str, dict[str, float]]:
    found = {}
    for each in classes:
        name = each.tried.exercise.name
        students = [path.parts[-2] for path in each.course.glob(f"submitted/*/{name}")]
        found |= {student: scores(each.course, student, name) for student in students}
    return found


STUDENTS = {attack.name: f"a{number:03}" for number, attack in enumerate(ALL)}


def deserved(attack: Attack) -> dict[str, float]:
    """Question → marks; empty for a submission that is refused."""
    full = EXERCISES[attack.exercise].marks
    if attack.base == "untouched":
        return {question: points if question in attack.allowed else 0.0 for question, points in full.items()}
    if attack.lost is None:
        return {}
    return {question: 0.0 if question in attack.lost else points for question, points in full.items()}


@pytest.mark.parametrize("attack", ALL, ids=id_of)
def test_an_attack_gets_the_marks_of_its_answers_and_no_more(attack, marks):
    assert marks[STUDENTS[attack.name]] == deserved(attack)


def test_no_submission_holds_up_the_class_for_longer_than_its_total(classes):
    for each in classes:
        most = LIMITS[each.tried.exercise.name]["total"] + TIDYING
        seconds = {student: notebook.metadata.grading["seconds"] for student, notebook in each.notebooks.items()}
        assert max(seconds.values()) < most, {student: spent for student, spent in seconds.items() if spent >= most}


def test_the_honest_ones_between_get_full_marks(classes, marks):
    honest = [student for student in marks if student.endswith("-honest")]
    assert len(honest) > len(ALL) // HONEST_EVERY
    full = {student.name: each.tried.marks for each in classes for student in each.course.glob("submitted/*-honest")}
    assert {student: marks[student] for student in honest} == full


@pytest.mark.parametrize("attack", [attack for attack in ALL if not deserved(attack)], ids=id_of)
def test_what_is_refused_is_named_with_its_reason_in_one_sentence(attack, graded):
    [line] = [line for line in graded(attack).log.splitlines() if f"{STUDENTS[attack.name]}: NOT GRADED: " in line]
    assert 10 < len(line.partition("NOT GRADED: ")[2]) < 200


@pytest.mark.parametrize("secret", SECRETS)
def test_no_submission_shows_a_secret(secret, graded):
    """An attack that planted the text itself would be no finding: none does."""
    assert [id_of(attack) for attack in ALL if SECRETS[secret] in graded(attack).of_the_student(attack)] == []


def test_no_submission_shows_what_its_functions_were_given(graded):
    [attack] = [attack for attack in ALL if attack.name == "hidden-inputs"]
    assert "SEEN []" in graded(attack).of_the_student(attack)


@pytest.mark.parametrize("attack", [attack for attack in ALL if attack.name.startswith("lent-instance-")], ids=id_of)
def test_a_lent_instance_shows_nothing_but_what_is_public(attack, graded):
    shown = graded(attack).of_the_student(attack)
    assert "REACHED " not in shown
    assert "GOT mean std" in shown or "without-end" in attack.name


def test_no_test_prints_on_stderr(classes):
    """There, where nbgrader takes it for failure, a warning would tell of the grader's files."""
    for each in classes:
        for student, notebook in each.notebooks.items():
            outputs = [output for cell in notebook.cells if cell.id.startswith("test_") for output in cell.get("outputs", [])]
            assert [output.text for output in outputs if output.get("name") == "stderr"] == [], student


def test_no_submission_reaches_the_network(graded):
    assert [id_of(attack) for attack in ALL if re.search(r"CONNECTED \S", graded(attack).of_the_student(attack))] == []


def test_no_submission_leaves_a_file_or_a_process(classes):
    found = [path for place in ("/tmp", "/dev/shm", Path.home()) for path in Path(place).glob(f"{RUN}*")]
    places = [Path(sys.prefix), *(each.course for each in classes)]
    assert found + [path for place in places for path in place.glob(f"**/{RUN}*")] == []
    orphans = [p for p in psutil.process_iter(["ppid", "cmdline"]) if p.info["ppid"] == 1]
    assert [p for p in orphans if "grading.sandbox.kernel" in (p.info["cmdline"] or [])] == []


ACTIVE = re.compile(
    r"<\s*(script|iframe|img|svg|object|embed|link|meta|style|form|base)\b|<[^>]*\s(on\w+\s*=|\w+=.?javascript:)", re.IGNORECASE
)


def test_no_output_is_active(graded):
    """What an instructor's browser shows of a submission runs nothing and fetches nothing."""
    for attack in ALL:
        notebook = graded(attack).notebooks.get(STUDENTS[attack.name])
        for cell in notebook.cells if notebook else ():
            for output in cell.get("outputs", []):
                kinds = set(output.get("data", {}))
                assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}, id_of(attack)
                assert not ACTIVE.search(output.get("data", {}).get("text/html", "")), id_of(attack)
                assert re.fullmatch(r"[\w+/=\s]*", output.get("data", {}).get("image/png", "")) and not output.get("metadata")
            if cell.cell_type == "markdown" and "PWNED" in cell.source:
                assert not re.search(r"<\s*\w|\]\(|\]:", cell.source), id_of(attack)
            assert not cell.get("attachments")


def test_what_was_graded_is_a_valid_notebook(classes):
    for path in (path for each in classes for path in each.autograded):
        nbformat.validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_gradebook_is_sound_and_holds_everybody_once(classes, marks):
    students = []
    for each in classes:
        with sqlite3.connect(each.course / "gradebook.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            students += [row[0] for row in database.execute("SELECT id FROM student")]
    assert sorted(students) == sorted(student for student in marks if marks[student])
