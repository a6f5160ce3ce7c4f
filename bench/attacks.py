"""How stock nbgrader and the grader of this course stand the attacks of tests/attacks.py.

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
from attacks import ATTACKS, Attack, submission_bytes  # noqa: E402
from exercise import MARKS, REFERENCE, RELEASE  # noqa: E402
from grading.sample import grade_id, submission  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402
from test_attacks import SECRETS, plant  # noqa: E402

from bench.autograde import GRADING, NBGRADER, STOCK, environment, graded, marks  # noqa: E402

NO_COLUMN = {"hostile output", "leave the machine"}
"""Groups that try none of the table's columns."""
HARMFUL = {  # how the names begin of what could harm the machine without the grader's limits
    "memory": (
        "growing-arrays", "64-gb", "bytearray", "huge", "200-mb", "zeros-", "link-to-a-device", "returns-wide-list",
        "returns-long-text", "returns-1-gb", "returns-endless", "returns-shared", "returns-changing", "callback-huge",
    ),
    "disk": ("2-gb", "full-disk", "10000-files", "endless-output", "three-million", "output-without-newline"),
    "processes": ("fork-bomb", "thread-bomb", "parent-", "parents-memory-written", "callback-endless-threads"),
    "home, Python, devices": ("ipython-startup", "matplotlib-config", "user-site", "site-packages", "shared-tmp", "devices"),
}  # fmt: skip
FIRST, ATTACKED, LATER = "a-honest", "b-attack", "c-honest"
COLUMNS = "gained marks", "leaked", "lost unjustly", "touched others", "stopped the class"
HONEST = nbformat.writes(submission(RELEASE, REFERENCE | {"k_fold": REFERENCE["k_fold"] + "\n# CANARY-OTHER"})).encode()
FULL = {question: float(points) for question, points in MARKS.items()}
SECONDS = 120
"""After so long a class counts as stopped."""
SPACE = 8 << 30
"""Bytes of address space for each process of stock nbgrader."""


def hand_in(course: Path, student: str, attack: Attack | None = None) -> None:
    """Put a submission, honest without an attack, in submitted/."""
    path = course / "submitted" / student / "1101/main.ipynb"
    path.parent.mkdir(parents=True)
    if attack:
        (attack.place or Path.write_bytes)(path, submission_bytes(attack, RELEASE, REFERENCE))
    else:
        path.write_bytes(HONEST)


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


def prepare(base: Path, stock: bool) -> None:
    """A course with secrets everywhere, the assignment generated; the first honest submission is there (and graded by stock)."""
    (base / "home").mkdir(parents=True)
    (base / "home/canary.txt").write_text("CANARY-HOME")
    (base / "canary_1101.txt").write_text("CANARY-TEMPORARY")
    plant(base / "course")
    if stock:
        (base / "course/nbgrader_config.py").write_text(f"{STOCK}# CANARY-COURSE\n", encoding="utf-8")
    hand_in(base / "course", FIRST)
    call(base, [sys.executable, "-m", "nbgrader", "generate_assignment", "1101"])
    if stock:
        call(base, sandboxed(base, *NBGRADER))


def leaked(course: Path) -> bool:
    """Whether a secret stands in a cell of the attack's own, or in its answers, after grading."""
    path = course / "autograded" / ATTACKED / "1101/main.ipynb"
    cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    own = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution") or not grade_id(cell)]
    return any(secret in str(cell) for cell in own for secret in SECRETS.values())


def judged(attack: Attack, course: Path) -> dict[str, bool]:
    """Column → whether the attack did that."""
    try:
        found = marks(course)
    except SQLAlchemyError:  # nobody has marks in a gradebook that is broken
        found = {}
    mine = found.get(ATTACKED, {})
    right = set(attack.allowed) if attack.base == "untouched" else set(FULL) - attack.lost if attack.lost is not None else set()
    deserved = {question: points if question in right else 0.0 for question, points in FULL.items()}
    return dict(zip(COLUMNS, (
        any(not mine.get(question, 0.0) <= points for question, points in deserved.items()),
        leaked(course),
        any(mine.get(question, 0.0) < points for question, points in deserved.items()),
        any(found.get(student) != FULL for student in {FIRST, LATER} & graded(course)),
        LATER not in graded(course),
    )))  # fmt: skip


def attacked(attack: Attack, prepared: dict[str, Path]) -> dict[str, dict[str, bool]]:
    """Grade the class of the attack in a copy of each prepared course; what it did there."""
    done = {}
    for name, course in prepared.items():
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            base = Path(folder) / "base"
            shutil.copytree(course, base, symlinks=True)
            hand_in(base / "course", ATTACKED, attack)
            hand_in(base / "course", LATER)
            start = time.monotonic()
            call(base, sandboxed(base, *NBGRADER) if name == "stock" else [sys.executable, *GRADING, "1"], SECONDS)
            seconds = time.monotonic() - start
            done[name] = judged(attack, base / "course")
        said = ", ".join(column for column, yes in done[name].items() if yes) or "-"
        print(f"{name}: {attack.group}: {attack.name}: {said} ({seconds:.0f} s)", file=sys.stderr)
    return done


def chosen(every: int, only: list[str]) -> tuple[list[Attack], Counter]:
    """The attacks to run: those named, or each so-manieth of its group; and how many were left out, by the kind of harm."""
    left_out, groups = Counter(), {}
    for attack in ATTACKS:
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
    canary = Path("/tmp/canary_1101.txt")
    canary.write_text("CANARY-TEMPORARY")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        prepared = {name: Path(folder) / name for name in ("stock", "grader")}
        list(pool.map(lambda name: prepare(prepared[name], name == "stock"), prepared))
        done = list(pool.map(lambda attack: attacked(attack, prepared), attacks))
    canary.unlink(missing_ok=True)

    titles = [f"{name}: {column}" for name in prepared for column in COLUMNS]
    print("| group | tried | " + " | ".join(titles) + " |\n|---|" + "---:|" * (len(titles) + 1))
    for group in [*dict.fromkeys(attack.group for attack in attacks), "all"]:
        rows = [n for n, attack in enumerate(attacks) if group in (attack.group, "all")]
        counts = [sum(done[n][name][column] for n in rows) for name in prepared for column in COLUMNS]
        print(f"| {group} | {len(rows)} | " + " | ".join(map(str, counts)) + " |")
    kinds = ", ".join(f"{kind} {count}" for kind, count in left_out.items())
    print(f"\nOf {len(ATTACKS)} not run (too dangerous without the grader's limits, or no column): {left_out.total()} ({kinds})")


if __name__ == "__main__":
    main()
