"""Every hostile or broken submission, in one class with honest ones between: nothing gained, nothing leaked, nobody else touched.

The class is graded by the command of the README, in the real sandbox, with smaller limits so that what never ends ends soon.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from attacks import ATTACKS, Attack, submission_bytes
from exercise import REFERENCE, RELEASE, ROOT, SOURCE

from grading.classroom import Classroom
from grading.sample import submission

LIMITS = {"seconds": 2, "wait": 5, "total": 60, "memory": 1 << 30, "total_memory": 2 << 30, "disk": 64 << 20}
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
