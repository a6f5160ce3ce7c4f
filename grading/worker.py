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

ATTEMPTS = 3
"""How often a submission is tried whose judge was killed."""


@dataclass(frozen=True)
class Assignment:
    """What is needed to grade a submission."""

    source: str
    """The instructor's notebook, as JSON."""
    limits: Limits
    sandbox: bool = True

    def digest(self, submission: bytes = b"") -> str:
        """Tells whether a submission was graded by this assignment."""
        return hashlib.sha256(repr(self).encode() + submission).hexdigest()


class Judge:
    """A process of grading.judge."""

    def __init__(self, assignment: Assignment):
        """Raises RuntimeError where it cannot grade here."""
        problem = sandbox.missing() if assignment.sandbox else ""
        if problem:
            raise RuntimeError(problem)
        mine, theirs = socket.socketpair()
        environment = sandbox.environment() | {"HOME": str(sandbox.Path.home())}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "grading.judge"], stdin=theirs, cwd=sandbox.PACKAGE.parent, env=environment,
            stdout=subprocess.DEVNULL, stderr=None,
        )  # fmt: skip
        theirs.close()
        self.channel = Channel(mine, 1 << 30)
        self.channel.send({"limits": asdict(assignment.limits), "sandbox": assignment.sandbox}, assignment.source.encode())
        try:
            answer, _ = self.channel.receive()
        except (EOFError, OSError):
            answer = {"failed": "the judge does not start"}
        if "failed" in answer:
            raise RuntimeError(answer["failed"])

    def grade(self, submission: bytes) -> dict:
        self.channel.send({}, submission)
        return self.channel.receive()[0]

    def close(self) -> None:
        self.channel.close()
        self.process.wait()


judges: dict[str, list[Judge]] = {}
lock = threading.Lock()


def grade(submission: bytes, assignment: Assignment) -> dict:
    """Grade one submission.

    Returns {"notebook", "notes", "seconds"}, {"refused": why} for what is no notebook of the exercise, or
    {"failed": why}. Raises RuntimeError where this machine cannot grade at all.
    """
    key = assignment.digest()
    for _ in range(ATTEMPTS):
        with lock:
            free = judges.setdefault(key, [])
            judge = free.pop() if free else None
        judge = judge or Judge(assignment)
        try:
            result = judge.grade(submission)
        except (EOFError, OSError):  # somebody killed it
            judge.close()
            continue
        with lock:
            judges[key].append(judge)
        return result
    return {"failed": f"the judge's process was killed {ATTEMPTS} times"}


def close() -> None:
    """End the judges that wait for work."""
    with lock:
        for judge in [judge for free in judges.values() for judge in free]:
            judge.close()
        judges.clear()
