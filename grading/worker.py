"""The unit of work: (submission, assignment) → JSON, on whatever machine it runs.

`grade` is what an executor calls, in a thread of this process or on a worker of a cluster. It keeps a judge
(grading.judge, a process with a template kernel in the sandbox) for the next submission.
"""

import hashlib
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass

from . import sandbox
from .kernel.wire import Channel
from .limits import Limits


class CannotGrade(RuntimeError):
    """This machine cannot grade; the text says what is missing."""


ATTEMPTS = 3
"""How often a submission is tried whose judge was killed, and a judge is started."""


@dataclass(frozen=True)
class Assignment:
    """What is needed to grade a submission."""

    source: str
    """The instructor's notebook, as JSON."""
    limits: Limits
    seed: int = 1101
    """Of the inputs that the hidden tests draw."""
    sandbox: bool = True

    def digest(self, submission: bytes = b"") -> str:
        """Tells whether a submission was graded by this assignment."""
        return hashlib.sha256(repr(self).encode() + submission).hexdigest()


class Judge:
    """A process of grading.judge."""

    def __init__(self, assignment: Assignment):
        """Raises CannotGrade."""
        problem = sandbox.missing() if assignment.sandbox else ""
        if problem:
            raise CannotGrade(f"on {socket.gethostname()}, {problem}")
        mine, theirs = socket.socketpair()
        environment = sandbox.environment() | {"HOME": str(sandbox.Path.home())}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grading.judge"], stdin=theirs, cwd=sandbox.PACKAGE.parent, env=environment,
            stdout=subprocess.DEVNULL, stderr=None,
        )  # fmt: skip
        theirs.close()
        self.channel = Channel(mine, 1 << 30)
        start = {"limits": asdict(assignment.limits), "seed": assignment.seed, "sandbox": assignment.sandbox}
        try:
            self.channel.send(start, assignment.source.encode())
            answer, _ = self.channel.receive()
        except (EOFError, OSError):
            answer = {"failed": "the judge does not start"}
        if "failed" in answer:
            self.close()
            raise CannotGrade(answer["failed"])

    def grade(self, submission: bytes) -> dict:
        self.channel.send({}, submission)
        return self.channel.receive()[0]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.channel.close()


lock = threading.Lock()
judges: set[Judge] = set()
free: dict[str, list[Judge]] = {}


def grade(submission: bytes, assignment: Assignment) -> dict:
    """Grade one submission.

    Returns the graded {"notebook"} with "notes" on it, "mistakes" (question → sentences of the catalogue),
    "lent" (question → functions that it was given right) and "seconds"; {"refused": why} for what is no notebook
    of the exercise; or {"failed": why}. Raises CannotGrade where this machine cannot grade at all.
    """
    key = assignment.digest()
    for attempt in range(ATTEMPTS):
        with lock:
            judge = free[key].pop() if free.get(key) else None
        try:
            judge = judge or Judge(assignment)
        except CannotGrade:  # or somebody killed it as it started
            if attempt == ATTEMPTS - 1:
                raise
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
        with lock:
            if judge in judges:
                free.setdefault(key, []).append(judge)
        if "killed" not in result:
            return result
    return {"failed": f"the judge's process was killed {ATTEMPTS} times"}


def close() -> None:
    """End all judges, also those at work: what they grade is not finished."""
    with lock:
        ending = list(judges)
        judges.clear()
        free.clear()
    for judge in ending:
        judge.close()
