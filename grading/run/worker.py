"""The unit of work: (submission, assignment) → JSON, on whatever machine it runs.

`grade` is what an executor calls, in a thread of this process or on a worker of a cluster. It keeps a judge
(grading.run.judge, a process with a template kernel in the sandbox) for the next submission.
"""

import socket
import subprocess
import sys
import threading

from ..sandbox import bubblewrap, machine
from ..sandbox.kernel.wire import Channel
from .assignment import Assignment, engine


class CannotGrade(RuntimeError):
    """This machine cannot grade; the text says what is missing."""


ATTEMPTS = 3
"""How often a submission is tried whose judge was killed, and a judge is started."""


class JudgeProcess:
    """A process of grading.run.judge."""

    def __init__(self, assignment: Assignment):
        """Raises CannotGrade."""
        problem = machine.missing(assignment.limits) if assignment.sandbox else ""
        if not problem and assignment.engine != engine():
            problem = "the grader, its Python or a library has another version than where the run was started"
        if problem:
            raise CannotGrade(f"on {socket.gethostname()}, {problem}")
        self.key = assignment.key
        mine, theirs = socket.socketpair()
        environment = bubblewrap.environment() | {"HOME": str(bubblewrap.Path.home())}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grading.run.judge"], stdin=theirs.fileno(), cwd=bubblewrap.GRADER.parent, env=environment,
            stdout=subprocess.DEVNULL, stderr=None,
        )  # fmt: skip
        theirs.close()
        self.channel = Channel(mine, 1 << 30)
        try:
            self.channel.send(assignment.as_json())
            answer, _ = self.channel.receive()
        except (EOFError, OSError):
            answer = {"failed": "the judge does not start"}
        if "failed" in answer:
            self.close()
            raise CannotGrade(f"on {socket.gethostname()}, {answer['failed']}")

    def grade(self, submission: bytes) -> dict:
        self.channel.send({}, submission)
        return self.channel.receive()[0]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.channel.close()


lock = threading.Lock()
judges: set[JudgeProcess] = set()
idle: list[JudgeProcess] = []
"""Those of judges that have nothing to do, the latest last."""


def take(key: str) -> JudgeProcess | None:
    """An idle judge of the assignment with that key. Where there is none, one must be started, and idle ones of others end."""
    with lock:
        for judge in reversed(idle):
            if judge.key == key and judge.process.poll() is None:
                idle.remove(judge)
                return judge
        ending = idle.copy()
        idle.clear()
        judges.difference_update(ending)
    for judge in ending:
        judge.close()
    return None


def ready(assignment: Assignment) -> None:
    """Have a judge of the assignment wait, which has graded the instructor's own notebook. Raises CannotGrade."""
    for attempt in range(ATTEMPTS):
        try:
            judge = take(assignment.key) or JudgeProcess(assignment)
        except CannotGrade:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            with lock:
                judges.add(judge)
                idle.append(judge)
            return


def grade(submission: bytes, assignment: Assignment) -> dict:
    """Grade one submission.

    Returns the graded {"notebook"} with "notes" on it (Note.as_json), "mistakes" (question → sentences of the catalogue),
    "lent" (question → functions that it was given right) and "seconds"; {"refused": note} for what is no notebook
    of the exercise; or {"failed": why}. Raises CannotGrade where this machine cannot grade at all.
    """
    why: CannotGrade | None = None
    for _ in range(ATTEMPTS):
        judge = take(assignment.key)
        try:
            judge = judge or JudgeProcess(assignment)
        except CannotGrade as error:  # or somebody killed it, or what it had started
            why = error
            continue
        with lock:
            judges.add(judge)
        try:
            result = judge.grade(submission)
        except (EOFError, OSError):  # somebody killed it
            with lock:
                known = judge in judges
                judges.discard(judge)
            judge.close()
            if not known:
                break
            continue
        if "unready" in result:  # this judge, or the machine: the next one says
            with lock:
                judges.discard(judge)
            judge.close()
            why = CannotGrade(f"on {socket.gethostname()}, {result['unready']}")
            continue
        with lock:
            if judge in judges:
                idle.append(judge)
        if "killed" not in result:
            return result
    if why:
        raise why
    return {"failed": f"the judge's process was killed {ATTEMPTS} times"}


def close(key: str | None = None) -> None:
    """End the judges of the assignment with that key, or all, also those at work: what they grade is not finished."""
    with lock:
        ending = [judge for judge in judges if key in (None, judge.key)]
        judges.difference_update(ending)
        idle[:] = [judge for judge in idle if judge not in ending]
    for judge in ending:
        judge.close()
