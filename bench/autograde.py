"""Grade the same class by stock nbgrader, Otter-Grader and the grader of this course, and print what each takes.

Wall and CPU seconds, memory, marks that differ, and how far the wall time is from the ideal: the students' cells
and the tests run in one plain process each, divided among the cores. `--scale` grades ten times the class as well.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
OUTSIDE = dict(os.environ)
IDEAL = {"FIGURES": "off", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as the grader sets them
os.environ |= IDEAL
from courses import CONFIG, put_exercise  # noqa: E402
from exercise import LIMITS, MLP, REFERENCE, RELEASE, TESTS, run  # noqa: E402
from nbgrader.api import Gradebook, MissingEntry  # noqa: E402

from bench import otter  # noqa: E402
from bench.stock import STOCK  # noqa: E402
from grading.exercise.cells import grade_id, is_solution, is_test  # noqa: E402
from grading.exercise.sample import submission  # noqa: E402

Notebooks = dict[str, nbformat.NotebookNode]
"""Student → the notebook handed in."""

MIX = {"answer": 20, "partial": 10, "broken": 8, "own cells": 6, "endless": 1}
"""How many of 60 (in a smaller class at least one); the rest are the reference."""
BROKEN = [  # grade id → what stands in that cell ('' deletes it), grade id → another one
    ({"cross_entropy": "def cross_entropy(y, t):\n    return -np.sum(t * np.log(y) / len(y"}, {}),
    ({"test_softmax": ""}, {}),
    ({"sigmoid_forward": "def sigmoid_forward(u):\n    return u * np.nan"}, {}),
    ({"softmax": REFERENCE["softmax"] + "\nassert softmax(np.zeros(3)) is None"}, {}),
    ({}, {"k_fold": "k_fold_2"}),
    ({"merge_affine": "undefined"}, {}),
    ({}, {"test_l2_gradient": "mine"}),
    ({"affine_forward": "def affine_forward(z, W, b)\n    return z @ W + b"}, {}),
]
ENDLESS = {"numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    while True:\n        pass"}
OWN = ["plt.plot(np.arange(10), np.arange(10) ** 2)\nplt.show()", "print(softmax(np.eye(3)))", "x_train.shape"]
SEED = 1101


def classroom(students: int, endless: bool = True) -> Notebooks:
    """Always the same for the same arguments."""
    rng = random.Random(SEED)
    answers = rng.sample(MLP.answers, students)
    counts = {kind: max(1, students * of_60 // 60) for kind, of_60 in MIX.items()}
    counts["endless"] *= endless
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    kinds += ["reference"] * (students - len(kinds))
    notebooks = []
    for number, kind in enumerate(kinds):
        nth = number - kinds.index(kind)
        cells, renamed = dict(REFERENCE), {}
        if kind == "answer":
            cells[answers[nth].question] = answers[nth].code
        elif kind == "partial":
            cells = dict(list(REFERENCE.items())[: nth * len(REFERENCE) // counts[kind]])
        elif kind == "broken":
            changed, renamed = BROKEN[nth % len(BROKEN)]
            cells |= changed
        elif kind == "endless":
            cells |= ENDLESS
        notebook = submission(RELEASE, cells)
        for cell in notebook.cells:
            if grade_id(cell) in renamed:
                cell.metadata.nbgrader.grade_id = renamed[grade_id(cell)]
        if kind == "own cells":
            notebook.cells += [new_code_cell(code, id=f"own-{n}") for n, code in enumerate(OWN)]
        notebooks.append(notebook)
    rng.shuffle(notebooks)
    return {f"s{number:03}": notebook for number, notebook in enumerate(notebooks, 1)}


@dataclass
class Run:
    """What a command took, and the marks it gave."""

    wall: float
    cpu: float
    others: float
    """CPU seconds that all other processes of the machine had meanwhile."""
    memory: int
    marks: dict[str, dict[str, float]]
    course: Path


class Meter(threading.Thread):
    """CPU seconds and peak memory of a process and all its descendants, from a look each `EVERY` seconds.

    A namespace that is killed takes the CPU seconds of its processes along, so getrusage does not know them: what
    the sum over the living (and what these have reaped) grew by from look to look is added up instead.
    """

    EVERY = 0.2

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.top, self.done, self.cpu, self.memory = psutil.Process(pid), threading.Event(), 0.0, 0

    def run(self) -> None:
        before = 0.0
        while not self.done.wait(self.EVERY):
            processes, now, memory = [], 0.0, 0
            with suppress(psutil.Error):
                processes = [self.top, *self.top.children(recursive=True)]
            for process in processes:
                with suppress(psutil.Error):
                    now += sum(process.cpu_times()[:4])
            self.cpu, before = self.cpu + max(0.0, now - before), now
            for process in processes:
                try:
                    memory += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    with suppress(psutil.Error):
                        memory += process.memory_info().rss
            self.memory = max(self.memory, memory)


def busy() -> float:
    """CPU seconds of the whole machine since it was started."""
    times = psutil.cpu_times()
    return times.user + times.system


def environment(**more: str) -> dict[str, str]:
    """That in which this program was started, with the programs of its Python."""
    return OUTSIDE | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{OUTSIDE['PATH']}"} | more


def nbgrader(config: str, course: Path, students: Notebooks) -> None:
    """Make a course of nbgrader with this configuration."""
    shutil.rmtree(put_exercise(course, "1101").release.parent)
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for student, notebook in students.items():
        path = course / "submitted" / student / "1101/main.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    program = [sys.executable, "-m", "nbgrader", "generate_assignment", "1101"]
    subprocess.run(program, cwd=course, env=environment(), check=True, capture_output=True)


def gradebook(course: Path) -> dict[str, dict[str, float]]:
    """Student → question → marks of all who have a graded notebook: the gradebook has zeros for the others."""
    found = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "seminar") as database:
        for path in sorted(course.glob("autograded/*/1101/main.ipynb")):
            with suppress(MissingEntry):
                grades = database.find_submission_notebook("main", "1101", path.parts[-3]).grades
                found[path.parts[-3]] = {g.name.removeprefix("test_"): g.score for g in grades if g.max_score}
    return found


@dataclass
class Way:
    """How a class is graded."""

    prepare: Callable[[Path, Notebooks], None]
    command: tuple[str, ...]
    marks: Callable[[Path], dict[str, dict[str, float]]] = gradebook
    environment: dict[str, str] = field(default_factory=dict)
    processes: int = 1


def by_nbgrader(config: str, **more: str) -> Way:
    return Way(partial(nbgrader, config), ("-m", "nbgrader", "autograde", "1101"), environment=more)


def by_otter(processes: int) -> Way:
    return Way(partial(otter.prepare, tests=[cell for cell in MLP.source.cells if is_test(cell)]),
               ("-m", "bench.otter", str(processes)), otter.marks, IDEAL | {"PYTHONPATH": str(ROOT)}, processes)


JOBS = "grader, --jobs 2"
RUNS = {  # the first is what the others are compared with
    "stock nbgrader": by_nbgrader(STOCK),
    "stock nbgrader, figures off": by_nbgrader(STOCK, FIGURES="off"),
    "Otter-Grader, figures off": by_otter(1),
    "Otter-Grader, figures off, 2 processes": by_otter(2),
    "grader, nbgrader autograde": by_nbgrader(CONFIG),
    JOBS: Way(partial(nbgrader, CONFIG), ("-m", "grading", "autograde", "1101", "--jobs", "2"), processes=2),
}


def grade(folder: Path, way: Way, students: Notebooks) -> Run:
    """Make a course in folder and grade it."""
    course = Path(tempfile.mkdtemp(dir=folder))
    way.prepare(course, students)
    with open(course / "log.txt", "w") as log:
        start, busy_before = time.monotonic(), busy()
        program = [sys.executable, *way.command]
        process = subprocess.Popen(program, cwd=course, env=environment(**way.environment), stdout=log, stderr=log)
        meter = Meter(process.pid)
        meter.start()
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    meter.done.set()
    meter.join()
    cpu = max(meter.cpu, usage.ru_utime + usage.ru_stime)
    return Run(wall, cpu, busy() - busy_before - cpu, meter.memory, way.marks(course), course)


def plain(notebook: nbformat.NotebookNode) -> float:
    """CPU seconds (user) of a fork of this process that runs the student's cells and the tests, without a kernel."""
    namespace, tests = MLP.given, {f"test_{question}": test for question, test in TESTS.items()}
    ready = {name for cell in MLP.source.cells if not is_solution(cell) and not (name := grade_id(cell)).startswith("picture_")}
    child = os.fork()
    if not child:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

            def stop(*_):
                raise TimeoutError

            signal.signal(signal.SIGVTALRM, stop)
            for cell in notebook.cells:
                name = grade_id(cell)
                if cell.cell_type == "code" and name not in ready - {*tests, ""}:
                    # As the grader does: so many seconds for a cell; then also what catches everything is ended soon.
                    signal.setitimer(signal.ITIMER_VIRTUAL, LIMITS.seconds, 0.1)
                    with suppress(BaseException):
                        run(tests.get(name, cell.source), name, namespace)
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        finally:
            os._exit(0)
    return os.wait4(child, 0)[2].ru_utime


def table(head: str, rows: list[list]) -> None:
    """Print a table in Markdown; head: the titles with | between."""
    titles = head.split(" | ")
    print(f"\n| {head} |\n|---|{'---:|' * (len(titles) - 1)}")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    sys.stdout.flush()


def differences(mine: dict[str, dict[str, float]], others: dict[str, dict[str, float]]) -> list[str]:
    """Where two runs do not give the same marks."""
    found = []
    for student in sorted(mine | others):
        one, other = mine.get(student, {}), others.get(student, {})
        if bool(one) != bool(other):
            found.append(f"{student}: {'graded' if one else 'not graded'}, unlike there")
            continue
        found += [f"{student} {question}: {one.get(question)}, there {other.get(question)}"
                  for question in dict.fromkeys(chain(one, other)) if one.get(question) != other.get(question)]
    return found


def compare(folder: Path, students: Notebooks) -> None:
    """One class by all RUNS, and the ideal."""
    n, cores = len(students), len(os.sched_getaffinity(0))
    runs, rows, differ = {}, [], {}
    for name, way in RUNS.items():
        result = runs[name] = grade(folder, way, students)
        first = runs[next(iter(RUNS))]
        differ[name] = differences(result.marks, first.marks)
        rows.append([name, f"{result.wall:.1f}", f"{result.wall / n:.2f}", f"{result.wall / first.wall:.3f}",
                     f"{result.cpu:.1f}", f"{result.cpu / first.cpu:.3f}", f"{result.others:.1f}", f"{result.memory >> 20}",
                     f"{len(result.marks)} of {n}", len(differ[name])])
        print(f"{name}: {result.wall:.1f} s", file=sys.stderr)
    print(f"{n} submissions, {cores} cores")
    table("run | wall s | s per submission | of stock | CPU s | of stock | CPU s of others | peak MB | graded | "
          "marks unlike stock", rows)
    for name, found in differ.items():
        for line in found:
            print(f"\n- {name}: {line}", end="")
    print()

    ideal = sum(plain(notebook) for notebook in students.values())
    table("run | wall s | cores used | ideal: CPU s / cores | wall / ideal", [
        [name, f"{run.wall:.1f}", used, f"{ideal / used:.1f}", f"{run.wall * used / ideal:.2f}"]
        for name, run in runs.items() for used in [min(cores, RUNS[name].processes)]])


def scale(folder: Path, students: Notebooks) -> None:
    """The class, without the endless loop, against ten times as many."""
    one = grade(folder, RUNS[JOBS], dict(list(students.items())[:1]))
    [path] = one.course.glob("autograded/*/1101/main.ipynb")
    start_up = one.wall - nbformat.read(path, as_version=4).metadata.grading.seconds
    rows, each = [], []
    for times in 1, 10:
        many = {f"{student}-{n}": notebook for n in range(times) for student, notebook in students.items()}
        run = grade(folder, RUNS[JOBS], many)
        each.append([run.wall / len(many), (run.wall - start_up) / len(many), run.memory / 2**20])
        rows.append([len(many), f"{run.wall:.1f}", *(f"{value:.3f}" for value in each[-1][:2]), f"{run.cpu:.1f}",
                     f"{run.others:.1f}", f"{each[-1][2]:.0f}", len(run.marks)])
        print(f"{len(many)} submissions: {run.wall:.1f} s", file=sys.stderr)
    rows.append(["ratio", "", *(f"{b / a:.3f}" for a, b in list(zip(*each))[:2]), "", "", f"{each[1][2] / each[0][2]:.3f}", ""])
    print(f"\n{JOBS}; start-up {start_up:.1f} s")
    table("submissions | wall s | s per submission | without the start-up | CPU s | CPU s of others | peak MB | graded", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=60, help="how many submissions the class has")
    parser.add_argument("--only-right", action="store_true", help="all of them hand in the reference")
    parser.add_argument("--scale", action="store_true", help="only this: the class against ten times as many, by the grader")
    options = parser.parse_args()
    students = classroom(options.students, endless=not options.scale)
    if options.only_right:
        students = dict.fromkeys(students, submission(RELEASE, REFERENCE))
    with tempfile.TemporaryDirectory() as folder:
        if options.scale:
            scale(Path(folder), students)
        else:
            compare(Path(folder), students)


if __name__ == "__main__":
    main()
