"""How stock nbgrader and the grader of this course stand the attacks of tests/attacks.py and of the two tables beside it.

Each attack is a class of three in a course of its own: an honest submission, the attack, an honest one. Stock
nbgrader runs in a sandbox made for this, so that the machine is safe; what stays too dangerous is not run at all.
Attacks on the reader of the feedback and on the network are left out: the table below does not tell of them.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
from attacks import Attack  # noqa: E402
from courses import scores  # noqa: E402
from exercise import Tried  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402
from test_attacks import ALL, EXERCISES, SECRETS, deserved, hand_in, plant  # noqa: E402

from bench.stock import STOCK, environment  # noqa: E402
from grading.exercise.cells import grade_id  # noqa: E402
from grading.exercise.folder import NoExercise  # noqa: E402

NO_COLUMN = {"hostile output", "leave the machine"}
"""Groups that try none of the table's columns."""
HARMFUL = {  # how the names begin of what could harm the machine without the grader's limits
    "memory": (
        "growing-arrays", "64-gb", "bytearray", "huge", "200-mb", "zeros-", "link-to-a-device", "returns-wide-list",
        "returns-long-text", "returns-1-gb", "returns-endless", "returns-shared", "returns-changing", "callback-huge",
        "aware-instances", "aware-opaque", "aware-array-of-gigabytes", "class-instances", "class-long-list",
        "class-attribute-that-is-a-", "given-many", "lent-instance-made", "table-huge",
    ),
    "disk": ("2-gb", "full-disk", "10000-files", "endless-output", "three-million", "output-without-newline"),
    "processes": ("fork-bomb", "thread-bomb", "parent-", "parents-memory-written", "callback-endless-threads"),
    "home, Python, devices": ("ipython-startup", "matplotlib-config", "user-site", "site-packages", "shared-tmp", "devices"),
}  # fmt: skip
FIRST, ATTACKED, LATER = "a-honest", "b-attack", "c-honest"
KINDS = "stock", "grader"
COLUMNS = "gained marks", "leaked", "lost unjustly", "touched others", "stopped the class"
NOBODY = 9
"""The port of nobody, whom the attacks on the network would try to reach."""
SECONDS = 120
"""After so long a class counts as stopped."""
SPACE = 8 << 30
"""Bytes of address space for each process of stock nbgrader."""


def sandboxed(base: Path, *command: str) -> list[str]:
    """The command with base in the place of the temporary folder, and nothing else that it could write to."""
    variables = environment(HOME="/tmp/home", SECRET="CANARY-ENVIRONMENT")
    settings = [part for name in ("PATH", "HOME", "SECRET") for part in ("--setenv", name, variables[name])]
    return ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--bind", str(base), "/tmp",
            "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--clearenv", *settings, "--setenv", "LANG", "C.UTF-8", "--chdir", "/tmp/course",
            "prlimit", f"--as={SPACE}", f"--fsize={1 << 30}", sys.executable, *command]  # fmt: skip


def call(base: Path, command: list[str], seconds: float | None = None) -> None:
    """Run the command in the course in base, at most so many seconds."""
    variables = environment(HOME=str(base / "home"), SECRET="CANARY-ENVIRONMENT")
    with open(base / "log.txt", "a") as log, suppress(subprocess.TimeoutExpired):
        subprocess.run(command, cwd=base / "course", env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                       timeout=seconds)  # fmt: skip


def prepare(base: Path, tried: Tried, stock: bool) -> None:
    """A course with secrets everywhere, the assignment generated; the first honest submission is there (and graded by stock)."""
    (base / "home").mkdir(parents=True)
    (base / "home/canary.txt").write_text("CANARY-HOME")
    (base / "canary.txt").write_text("CANARY-TEMPORARY")
    plant(base / "course", tried)
    if stock:
        (base / "course/nbgrader_config.py").write_text(f"{STOCK}# CANARY-COURSE\n", encoding="utf-8")
    hand_in(base / "course", FIRST, tried, NOBODY)
    call(base, [sys.executable, "-m", "nbgrader", "generate_assignment", str(tried)])
    if stock:
        call(base, sandboxed(base, *graded_by("stock", tried)))


def graded_by(name: str, tried: Tried) -> list[str]:
    """The command that grades the class, as arguments of Python."""
    return ["-m", "nbgrader" if name == "stock" else "grading", "autograde", str(tried)]


def leaked(course: Path, tried: Tried) -> bool:
    """Whether a secret stands in a cell of the attack's own, or in its answers, after grading."""
    path = course / "autograded" / ATTACKED / str(tried) / "main.ipynb"
    cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    own = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution") or not grade_id(cell)]
    return any(secret in str(cell) for cell in own for secret in SECRETS.values())


def judged(attack: Attack, course: Path) -> dict[str, bool]:
    """Column → whether the attack did that."""
    tried = EXERCISES[attack.exercise]
    graded = {path.parts[-3] for path in course.glob(f"autograded/*/{tried}/main.ipynb")}
    try:
        found = {student: scores(course, student, str(tried)) for student in (FIRST, ATTACKED, LATER)}
    except (SQLAlchemyError, NoExercise):  # nobody has marks in a gradebook that is broken
        found = {}
    mine, right = found.get(ATTACKED, {}), dict.fromkeys(tried.marks, 0.0) | deserved(attack)
    return dict(zip(COLUMNS, (
        any(not mine.get(question, 0.0) <= points for question, points in right.items()),
        leaked(course, tried),
        any(mine.get(question, 0.0) < points for question, points in right.items()),
        any(found.get(student) != tried.marks for student in {FIRST, LATER} & graded),
        LATER not in graded,
    )))  # fmt: skip


def attacked(attack: Attack, prepared: dict[tuple[str, str], Path]) -> dict[str, dict[str, bool]]:
    """Grade the class of the attack in a copy of each prepared course; what it did there."""
    done, tried = {}, EXERCISES[attack.exercise]
    for name in KINDS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            base = Path(folder) / "base"
            shutil.copytree(prepared[name, attack.exercise], base, symlinks=True)
            hand_in(base / "course", ATTACKED, tried, NOBODY, attack)
            hand_in(base / "course", LATER, tried, NOBODY)
            command = graded_by(name, tried)
            start = time.monotonic()
            call(base, sandboxed(base, *command) if name == "stock" else [sys.executable, *command], SECONDS)
            seconds = time.monotonic() - start
            done[name] = judged(attack, base / "course")
        said = ", ".join(column for column, yes in done[name].items() if yes) or "-"
        print(f"{name}: {attack.group}: {attack.name}: {said} ({seconds:.0f} s)", file=sys.stderr)
    return done


def chosen(every: int, only: list[str]) -> tuple[list[Attack], Counter]:
    """The attacks to run: those named, or each so-manieth of its group; and how many were left out, by the kind of harm."""
    left_out, groups = Counter(), {}
    for attack in ALL:
        harm = next((harm for harm, names in HARMFUL.items() if attack.name.startswith(names)), "")
        if attack.group in NO_COLUMN or harm:
            left_out[harm or attack.group] += 1
        elif not only or attack.name in only:
            groups.setdefault(attack.group, []).append(attack)
    return [attack for group in groups.values() for attack in group[:: 1 if only else every]], left_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=12, help="take each so-manieth attack of a group")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="take these attacks")
    options = parser.parse_args()
    attacks, left_out = chosen(options.every, options.only)
    with (
        tempfile.NamedTemporaryFile("w", prefix="canary-", suffix=".txt") as canary,
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(2) as pool,
    ):
        print("CANARY-TEMPORARY", file=canary, flush=True)
        exercises = {attack.exercise for attack in attacks}
        prepared = {(name, exercise): Path(folder) / name / exercise for name in KINDS for exercise in exercises}
        list(pool.map(lambda key: prepare(prepared[key], EXERCISES[key[1]], key[0] == "stock"), prepared))
        done = list(pool.map(lambda attack: attacked(attack, prepared), attacks))

    titles = [f"{name}: {column}" for name in KINDS for column in COLUMNS]
    print("| group | tried | " + " | ".join(titles) + " |\n|---|" + "---:|" * (len(titles) + 1))
    for group in [*dict.fromkeys(attack.group for attack in attacks), "all"]:
        rows = [n for n, attack in enumerate(attacks) if group in (attack.group, "all")]
        counts = [sum(done[n][name][column] for n in rows) for name in KINDS for column in COLUMNS]
        print(f"| {group} | {len(rows)} | " + " | ".join(map(str, counts)) + " |")
    kinds = ", ".join(f"{kind} {count}" for kind, count in left_out.items())
    print(f"\nOf {len(ALL)} not run (too dangerous without the grader's limits, or no column): {left_out.total()} ({kinds})")


if __name__ == "__main__":
    main()
