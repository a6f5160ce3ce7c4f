"""Ended by force at any moment and started again, the grader goes on where it was: nothing lost, nothing half, nothing twice."""

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest
from courses import ENVIRONMENT, hand_in, new_course, scores
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL, SOURCE

from grading.exercise.cells import grade_id
from grading.exercise.sample import submission

CELLS = {grade_id(cell) for cell in SOURCE.cells if cell.metadata.get("nbgrader", {}).get("grade")}
ALL = set(MARKS)
FEW = {question: REFERENCE[question] for question in ("softmax", "describe")}
CLASS = {  # student → answers, and the questions that they lose
    "s1-reference": (REFERENCE, set()),
    "s2-untouched": ({}, ALL),
    "s3-sample-std": (REFERENCE | {"describe": SMALL.slugs["describe", "sample_std"].code}, {"describe"}),
    "s4-few": (FEW, ALL - set(FEW)),
    "s5-syntax-error": (REFERENCE | {"Scaler": "class Scaler(:"}, {"Scaler"}),
    "s6-one": ({"softmax": SMALL.slugs["softmax", "scipy"].code}, ALL - {"softmax"}),
}
SEED = 1101
GRADER = ["at any time"] * 7 + ["in a transaction"] * 3 + ["at a new folder"] * 3
WORKERS = ["judge", "fork of the judge", "template", "judge", "fork of the judge", "template", "fork of the judge"]
ENDS = 30
"""Seconds after which nothing may be left of a killed grader: a judge that starts ends when it has started."""


def expected(student: str) -> dict[str, float]:
    return {question: 0.0 if question in CLASS[student][1] else float(marks) for question, marks in MARKS.items()}


def start(course: Path, *options: str) -> subprocess.Popen:
    """The grader, in a session of its own; what it says goes to log.txt."""
    with open(course / "log.txt", "w") as log:
        command = [sys.executable, "-m", "grading", "autograde", NAME, *options]
        return subprocess.Popen(command, cwd=course, env=ENVIRONMENT, stderr=log, stdout=log, start_new_session=True)


def finish(course: Path, *options: str) -> str:
    """A run that nobody disturbs; returns what it said."""
    assert start(course, *options).wait(300) == 0, (course / "log.txt").read_text()
    return (course / "log.txt").read_text()


def folders(course: Path) -> dict[str, tuple[int, int]]:
    """Student → which file their graded notebook is, and when it was written: the number of a file that is gone is used again."""
    found = {}
    for path in course.glob(f"autograded/*/{NAME}/main.ipynb"):
        with suppress(FileNotFoundError):  # the grader is just replacing it
            found[path.parts[-3]] = path.stat().st_ino, path.stat().st_mtime_ns
    return found


def partial(course: Path) -> list[str]:
    return [str(path.relative_to(course)) for path in course.glob(f"autograded/*/.{NAME}.partial")]


def marks(course: Path) -> list[tuple[str, str, float | None]]:
    """(student, cell, automatic mark) for every grade in the gradebook. Raises where the gradebook is not sound."""
    with closing(sqlite3.connect(course / "gradebook.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return db.execute(
            "SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score FROM submitted_assignment"
            " LEFT JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id"
            " LEFT JOIN grade ON grade.notebook_id = submitted_notebook.id LEFT JOIN base_cell ON base_cell.id = grade.cell_id"
        ).fetchall()


def processes(run: subprocess.Popen, kind: str) -> list[psutil.Process]:
    """The processes of one kind of WORKERS that work for this run."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(run.pid).children(recursive=True):
            with suppress(psutil.Error):
                command, parent = process.cmdline(), process.parent()
                if "grading.run.judge" in command:
                    this = "judge" if parent.pid == run.pid else "fork of the judge"
                elif "grading.sandbox.kernel" in command and process.name() != "bwrap" and parent.name() == "bwrap":
                    this = "template"
                else:
                    continue
                found += [process] if this == kind else []
    return found


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(run: subprocess.Popen) -> float:
    """Kill the grader and nothing else; returns after how many seconds what it had started was gone."""
    known = {process for process in psutil.Process(run.pid).children(recursive=True)}
    run.kill()
    run.wait()
    killed = time.monotonic()
    while True:
        for process in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getsid(process.pid) == run.pid:
                    known |= {process, *process.children(recursive=True)}
        seconds = time.monotonic() - killed
        if not any(map(alive, known)) or seconds > ENDS:
            return seconds
        time.sleep(0.05)


def wait_for(run: subprocess.Popen, condition: Callable[[], object]) -> bool:
    """Whether condition came true before the run was over."""
    while run.poll() is None:
        if condition():
            return True
        time.sleep(0.0005)
    return False


@dataclass
class History:
    """What was seen in a course whose grader and workers were killed again and again."""

    course: Path
    seconds: float
    """How long an undisturbed run of the class takes, and until the first folder."""
    first: float
    kills: Counter = field(default_factory=Counter)
    left: list[float] = field(default_factory=list)
    """After each kill of the grader: seconds until its processes were gone."""
    after_kill: list[tuple[dict, list]] = field(default_factory=list)
    """After each kill of the grader: folders and marks."""
    kept: list[bool] = field(default_factory=list)
    """After each run: whether it left alone what was graded before."""
    finished: list[tuple[dict, list, list]] = field(default_factory=list)
    """After each class: scores, marks, partial folders."""
    exits: list[tuple[int, str]] = field(default_factory=list)
    """Of each run that had its workers killed: exit code and log."""
    again: str = ""
    """The log of a further run."""

    def length(self) -> float:
        """How long a run takes that goes on from here."""
        return self.first + (self.seconds - self.first) * (1 - len(folders(self.course)) / len(CLASS))

    def kill_grader(self, when: str, random_: random.Random) -> bool:
        """A run that is killed. Whether it was."""
        before, moment = folders(self.course), random_.uniform(0, self.length())
        run = start(self.course, "--jobs", str(random_.choice([1, 1, 2])))
        killed = time.monotonic() + moment
        condition = {
            "at any time": lambda: time.monotonic() >= killed,
            "in a transaction": (self.course / "gradebook.db-journal").exists,
            "at a new folder": lambda: partial(self.course) or folders(self.course) != before,
        }[when]
        if not wait_for(run, condition):
            assert run.returncode == 0, (self.course / "log.txt").read_text()
            return False
        self.left.append(kill(run))
        self.kills[f"grader {when}"] += 1
        self.after_kill.append((folders(self.course), marks(self.course)))
        self.kept.append(before.items() <= folders(self.course).items())
        return True

    def kill_workers(self, kinds: list[str], random_: random.Random) -> list[str]:
        """A run whose workers are killed, until it ends by itself. Returns which were: it may be over before."""
        before, length, killed = folders(self.course), self.length(), []
        moments = sorted(random_.uniform(0, 0.7 * length) for _ in kinds)
        run, begin = start(self.course, "--jobs", "2"), time.monotonic()
        for kind, moment in zip(kinds, moments):
            wait_for(run, lambda until=begin + moment: time.monotonic() >= until)
            if wait_for(run, lambda kind=kind: processes(run, kind)):
                for process in processes(run, kind)[:1]:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                        killed.append(kind)
        self.exits.append((run.wait(300), (self.course / "log.txt").read_text()))
        self.kept.append(before.items() <= folders(self.course).items())
        self.kills.update(killed)
        return killed

    def close_class(self) -> None:
        """Note the result of the class."""
        self.finished.append(({s: scores(self.course, s) for s in CLASS}, marks(self.course), partial(self.course)))


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course with CLASS in submitted/ and nothing graded; gradebook.new is its gradebook."""
    course = new_course(tmp_path_factory.mktemp("course"))
    shutil.copy(course / "gradebook.db", course / "gradebook.new")
    for student, (answers, _) in CLASS.items():
        hand_in(course, student, submission(RELEASE, answers))
    return course


def wipe(course: Path) -> None:
    """Nothing is graded."""
    shutil.rmtree(course / "autograded", ignore_errors=True)
    (course / "gradebook.db-journal").unlink(missing_ok=True)
    shutil.copy(course / "gradebook.new", course / "gradebook.db")


@pytest.fixture(scope="module")
def history(course) -> History:
    """GRADER and WORKERS are killed, in classes that are graded one after another."""
    random_ = random.Random(SEED)
    run, begin = start(course, "--jobs", "2"), time.monotonic()
    assert wait_for(run, lambda: folders(course)), (course / "log.txt").read_text()
    first = time.monotonic() - begin
    assert run.wait(300) == 0
    history = History(course, time.monotonic() - begin, first)
    history.close_class()
    wipe(course)

    grader, workers = random_.sample(GRADER, len(GRADER)), random_.sample(WORKERS, len(WORKERS))
    while grader or workers:
        for _ in range(4):
            if grader and history.kill_grader(grader[-1], random_):
                grader.pop()
            if len(folders(course)) == len(CLASS):
                history.close_class()
                wipe(course)
        for kind in history.kill_workers(workers[-2:], random_):
            workers.remove(kind)
        history.close_class()
        if grader or workers:
            wipe(course)
    history.again = finish(course)
    print(
        f"\nkills: {dict(history.kills)}; an undisturbed run: {history.seconds:.1f} s, first folder {history.first:.1f} s; "
        f"what a killed grader left was gone after {max(history.left):.1f} s at most; {len(history.finished)} classes"
    )
    return history


def test_grader_and_workers_are_killed_twenty_times_in_all_phases(history):
    assert sum(history.kills.values()) >= 20
    assert set(history.kills) == {f"grader {when}" for when in GRADER} | set(WORKERS)


def test_what_a_killed_grader_leaves_behind_ends_by_itself(history):
    assert max(history.left) < ENDS


def test_after_a_kill_the_marks_of_a_submission_are_all_there_or_none(history):
    for _, marks in history.after_kill:
        for student in {student for student, *_ in marks}:
            mine = [(cell, mark) for owner, cell, mark in marks if owner == student]
            assert {cell for cell, _ in mine} == CELLS and len(mine) == len(CELLS), student
            assert None not in dict(mine).values(), student


def test_after_a_kill_whoever_has_a_folder_has_marks(history):
    for folders, marks in history.after_kill:
        assert set(folders) <= {student for student, *_ in marks}


def test_what_was_graded_before_is_left_alone(history):
    assert all(history.kept)


def test_a_run_whose_workers_are_killed_goes_on_and_ends_well(history):
    for code, log in history.exits:
        assert code == 0, log


def test_in_the_end_everybody_has_exactly_their_marks(history):
    for found, _, _ in history.finished:
        assert found == {student: expected(student) for student in CLASS}


def test_in_the_end_every_submission_is_in_the_gradebook_once(history):
    for _, marks, _ in history.finished:
        assert Counter((student, cell) for student, cell, _ in marks) == Counter((s, c) for s in CLASS for c in CELLS)


def test_in_the_end_every_graded_notebook_is_whole_and_read_only(history):
    assert set(folders(history.course)) == set(CLASS)
    for path in history.course.glob(f"autograded/*/{NAME}/main.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
        assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_in_the_end_nothing_unfinished_lies_about(history):
    for _, _, partial in history.finished:
        assert not partial


def test_a_further_run_grades_nothing(history):
    for student in CLASS:
        assert f"{student} is graded already" in history.again


def test_a_changed_submission_is_graded_again_and_no_other(history):
    course, before = history.course, folders(history.course)
    hand_in(course, "s4-few", submission(RELEASE, REFERENCE))
    finish(course)
    after = folders(course)
    assert {student for student in CLASS if before[student] != after[student]} == {"s4-few"}
    assert sum(scores(course, "s4-few").values()) == sum(MARKS.values())


def test_a_submission_exchanged_while_it_is_graded_is_graded_again(history):
    course = history.course
    slow = REFERENCE | {"softmax": "import time\ntime.sleep(4)"}
    hand_in(course, "s2-untouched", submission(RELEASE, slow))
    run = start(course, "--jobs", "1")
    assert wait_for(run, lambda: processes(run, "fork of the judge"))
    hand_in(course, "s2-untouched", submission(RELEASE, FEW))
    assert run.wait(300) == 0
    finish(course, "--jobs", "1")
    assert {question for question, mark in scores(course, "s2-untouched").items() if mark} == set(FEW)


def test_force_grades_everything_again_even_after_a_kill(history):
    course, before = history.course, folders(history.course)
    for student, (answers, _) in CLASS.items():
        hand_in(course, student, submission(RELEASE, answers))
    run = start(course, "--force")
    assert wait_for(run, lambda: partial(course) or folders(course) != before)  # a small folder is whole within a look
    kill(run)
    finish(course)
    assert not partial(course) and set(folders(course)) == set(CLASS)
    log, after = finish(course, "--force"), folders(course)
    assert "graded already" not in log and not any(before[student] == after[student] for student in CLASS)
    assert {student: scores(course, student) for student in CLASS} == {student: expected(student) for student in CLASS}
