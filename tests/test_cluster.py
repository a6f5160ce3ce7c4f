"""A class graded by the workers of a Dask cluster: the same marks as at home, whatever becomes of a worker."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from courses import ENVIRONMENT, hand_in, new_course, scores
from exercise import MLP
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL

from grading.exercise.sample import submission
from grading.run import worker

pytest.importorskip("distributed")

FIRST = list(MARKS)
CLASS = {f"s{n:02}": {question: REFERENCE[question] for question in FIRST[: n % 5]} for n in range(30)}
"""Student → answers: none, the first question, the first two and so on."""


def make_course(course: Path) -> Path:
    """A course in which CLASS waits to be graded, and one student of another exercise."""
    new_course(course, "1101", NAME)
    for student, answers in CLASS.items():
        hand_in(course, student, submission(RELEASE, answers))
    hand_in(course, "s00", submission(MLP.release, MLP.reference), "1101")
    return course


def autograde(course: Path, *options: str, name: str = NAME) -> subprocess.Popen:
    command = [sys.executable, "-m", "grading", "autograde", name, *options]
    return subprocess.Popen(command, cwd=course, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def graded(course: Path) -> list[Path]:
    return list(course.glob(f"autograded/*/{NAME}/main.ipynb"))


def judges_of(workers: list[psutil.Process]) -> list[psutil.Process]:
    return [child for worker in alive(workers) for child in worker.children() if "grading.run.judge" in child.cmdline()]


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    living = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living


def wait_until(condition, seconds: float):
    """What condition gives once that is true; fails when it does not become so in time."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)
    return value


class Cluster:
    """`dask scheduler` and two `dask worker`s on this machine, without nannies: a worker that is killed stays dead."""

    def __init__(self, folder: Path):
        self.folder, self.started = folder, []
        file = folder / "scheduler.json"
        self.run("scheduler", "--port", "0", "--scheduler-file", str(file))
        text = wait_until(lambda: file.exists() and file.read_text(), 60)
        self.address = json.loads(text)["address"]
        options = "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)
        self.workers = [self.run("worker", self.address, *options) for _ in range(2)]

    def run(self, *command: str) -> psutil.Process:
        with open(self.folder / f"{len(self.started)}.log", "w") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{command[0]}", *command[1:]]
            command += ["--host", "127.0.0.1", "--no-dashboard"]
            self.started.append(psutil.Popen(command, cwd=self.folder, env=ENVIRONMENT, stdout=log, stderr=log))
        return self.started[-1]

    def close(self) -> list[psutil.Process]:
        """End the cluster; returns what of it lives on."""
        family = [child for process in alive(self.started) for child in process.children(recursive=True)]
        for process in reversed(self.started):
            process.terminate() if process.is_running() else None
        for process in self.started:
            try:
                process.wait(20)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait()
        end = time.monotonic() + 20
        while alive(family) and time.monotonic() < end:
            time.sleep(0.1)
        left = alive(family)
        for process in left:
            process.kill()
        return left


@pytest.fixture(scope="module")
def at_home(tmp_path_factory) -> dict[str, dict[str, float]]:
    """Student → question → marks, graded without a cluster."""
    course = make_course(tmp_path_factory.mktemp("home") / "course")
    run = autograde(course, "--jobs", "2")
    log = run.communicate(timeout=300)[1]
    assert run.returncode == 0, log
    return {student: scores(course, student) for student in CLASS}


def keep_a_judge(address: str) -> None:
    """Leave a judge of the small exercise idle on a worker, as a run does whose own machine was switched off."""
    from distributed import Client

    with Client(address, timeout=5) as client:
        client.submit(worker.grade, nbformat.writes(RELEASE).encode(), SMALL.assignment()).result()


@pytest.fixture(scope="module")
def on_cluster(tmp_path_factory) -> Iterator[dict]:
    """What came of the class on a cluster that loses a worker on the way."""
    folder = tmp_path_factory.mktemp("cluster")
    course, cluster = make_course(folder / "course"), Cluster(folder)
    seen = {"course": course}
    try:
        run = autograde(course, "--scheduler", cluster.address)
        try:
            wait_until(lambda: graded(course) or run.poll() is not None, 120)
            busy = [worker for worker in cluster.workers if worker.children()]
            seen["judges"], judges = len(busy), busy[0].children(recursive=True)
            busy[0].kill()
            seen["graded when a worker was killed"] = len(graded(course))
            seen["log"] = run.communicate(timeout=300)[1]
        finally:
            run.kill()
            run.wait()
        seen["exit"] = run.returncode
        wait_until(lambda: not alive(judges), 20)
        seen["alive"] = len(alive(cluster.workers))
        seen["judges after the run"] = len(judges_of(cluster.workers))
        run = autograde(course, "--scheduler", cluster.address, name="1101")
        assert run.wait(300) == 0
        seen["judges after another run"] = len(judges_of(cluster.workers))
        keep_a_judge(cluster.address)
        seen["judges kept"] = len(judges_of(cluster.workers))
        run = autograde(course, "--force", "--scheduler", cluster.address, name="1101")
        wait_until(lambda: judges_of(cluster.workers) or run.poll() is not None, 60)
        assert run.wait(300) == 0
        seen["judges of another assignment"] = len(judges_of(cluster.workers))
    finally:
        seen["left"] = cluster.close()
    print(f"\n{seen['graded when a worker was killed']} of {len(CLASS)} were graded when a worker was killed")
    yield seen


def test_the_worker_is_killed_on_the_way(on_cluster):
    assert 0 < on_cluster["graded when a worker was killed"] < len(CLASS)
    assert on_cluster["judges"] and on_cluster["alive"] == 1


def test_the_class_is_graded_although_a_worker_is_killed(on_cluster):
    assert on_cluster["exit"] == 0, on_cluster["log"]
    assert {path.parts[-3] for path in graded(on_cluster["course"])} == set(CLASS)


def test_the_marks_are_those_of_a_run_at_home(on_cluster, at_home):
    assert {student: scores(on_cluster["course"], student) for student in CLASS} == at_home
    assert len({sum(marks.values()) for marks in at_home.values()}) == 5


def test_another_exercise_is_graded_by_the_same_workers(on_cluster):
    assert scores(on_cluster["course"], "s00", "1101") == MLP.marks


def test_the_judges_of_a_worker_end_with_the_run_and_when_the_assignment_changes(on_cluster):
    assert on_cluster["judges after the run"] == on_cluster["judges after another run"] == 0
    assert on_cluster["judges kept"] == 1 and on_cluster["judges of another assignment"] == 0


def test_a_worker_with_another_version_is_refused_in_one_sentence():
    assignment = replace(SMALL.assignment(), engine="another")
    with pytest.raises(worker.CannotGrade, match="the grader, its Python or a library has another version"):
        worker.grade(b"", assignment)


def test_nothing_is_left_of_the_cluster(on_cluster):
    assert not on_cluster["left"]


@pytest.fixture(scope="module")
def ungraded(tmp_path_factory) -> Path:
    return make_course(tmp_path_factory.mktemp("ungraded") / "course")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "127.0.0.1", "nowhere://127.0.0.1:{port}"])
def test_an_address_where_nobody_listens_is_said_in_one_sentence(address, ungraded):
    with socket.socket() as reserved:  # bound, and not listening
        reserved.bind(("127.0.0.1", 0))
        address = address.format(port=reserved.getsockname()[1])
        begin = time.monotonic()
        run = autograde(ungraded, "--scheduler", address)
        log = run.communicate(timeout=120)[1]
    assert run.returncode == 1 and not graded(ungraded)
    assert "Traceback" not in log and f"no Dask scheduler answers at {address}" in log.splitlines()[-1]
    assert time.monotonic() - begin < 90  # five seconds, and what a busy machine takes to start Python
