"""The unit of work: (submission, assignment) → JSON, on whatever machine it runs.

`grade` is what an executor calls, in a thread of this process or on a worker of a cluster. It keeps a judge
(grading.run.judge, a process with a template kernel in the sandbox) for the next submission.
"""

import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress

from ..exercise.folder import Exercise, NoExercise
from ..sandbox import bubblewrap, machine
from ..sandbox.kernel.wire import Channel, ProtocolError
from .assignment import Assignment, course_secret, engine, read_assignment


class CannotGrade(RuntimeError):
    """This machine cannot grade; the text says what is missing."""


ATTEMPTS = 3
"""How often a submission is tried whose judge was killed, and a judge is started."""


class JudgeProcess:
    """A process of grading.run.judge, and the judges that are forks of it: as many as have been at work at a time."""

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
        self.lock = threading.Lock()
        self.idle: list[Channel] = []
        """To judges that have nothing to do, the latest last."""
        self.working = 0
        """How many judges have something to do."""
        self.wanted = True
        """False where what they do is not to be finished."""
        try:
            self.channel.send(assignment.as_json())
            answer, _ = self.channel.receive()
        except (EOFError, OSError):
            answer = {"failed": "the judge does not start"}
        if "failed" in answer:
            self.close()
            raise CannotGrade(f"on {socket.gethostname()}, {answer['failed']}")
        self.checked = Future[None]()
        """Done when the instructor's own notebook is graded, or CannotGrade; before, no result of a student's is told."""
        threading.Thread(target=self._check, daemon=True).start()

    def _check(self) -> None:
        problem = "the judge's process was killed"
        for _ in range(ATTEMPTS):  # somebody may kill the judge, which says nothing of the machine
            with suppress(EOFError, OSError, ProtocolError):
                problem = self._ask({"own": True})["unready"]
                break
        if problem:
            self.checked.set_exception(CannotGrade(f"on {socket.gethostname()}, {problem}"))
        else:
            self.checked.set_result(None)

    def grade(self, submission: bytes) -> dict:
        """What a judge says of the submission (grading.run.judge.fork).

        Raises EOFError or OSError where it was killed, and CannotGrade where it would say it of no notebook.
        """
        result = self._ask({}, submission)
        self.checked.result()
        return result

    @property
    def is_usable(self) -> bool:
        """Whether it is alive, and has not failed with the instructor's own notebook."""
        return self.process.poll() is None and not (self.checked.done() and self.checked.exception())

    def _ask(self, message: dict, submission: bytes = b"") -> dict:
        """What a judge answers. Raises EOFError or OSError where it was killed."""
        with self.lock:
            self.working += 1
        try:
            judge = self._judge()
            judge.send(message, submission)
            result, _ = judge.receive()
        except (EOFError, OSError):
            with suppress(subprocess.TimeoutExpired):  # it may be the process that has ended, a moment ago
                self.process.wait(0.2)
            raise
        finally:
            with self.lock:
                self.working -= 1
        with self.lock:
            self.idle.append(judge)
        return result

    def _judge(self) -> Channel:
        """A channel to a judge that has nothing to do. Raises OSError."""
        with self.lock:
            while self.idle:
                if not (judge := self.idle.pop()).is_closed():
                    return judge
            mine, theirs = socket.socketpair()
            with theirs:
                self.channel.send({}, fds=(theirs.fileno(),))
        return Channel(mine, 1 << 30)

    def close(self) -> None:
        """End the process and its forks, also those at work."""
        self.process.kill()
        self.process.wait()
        for channel in self.channel, *self.idle:
            channel.close()


starting = threading.Lock()
judges: set[JudgeProcess] = set()
"""One for each assignment."""


def judge_of(assignment: Assignment) -> JudgeProcess:
    """The judge of the assignment. Where there is none, one is started, and those of others end that have nothing to do.

    Raises CannotGrade.
    """
    with starting:
        for judge in list(judges):
            if not judge.is_usable or (judge.key != assignment.key and not judge.working):
                end(judge)
        for judge in list(judges):
            if judge.key == assignment.key:
                return judge
        judge = JudgeProcess(assignment)
        judges.add(judge)
        return judge


def end(judge: JudgeProcess) -> None:
    judges.discard(judge)
    judge.close()


def ready(assignment: Assignment) -> None:
    """Have a judge of the assignment wait, which has graded the instructor's own notebook. Raises CannotGrade."""
    for attempt in range(ATTEMPTS):
        try:
            judge_of(assignment).checked.result()
            return
        except CannotGrade:
            if attempt == ATTEMPTS - 1:
                raise


def begin(exercise: Exercise, sandbox: bool = True) -> None:
    """Start a judge beside what the caller does next, where something waits for one: the import of nbgrader takes a second.

    It is the judge that is wanted where nbgrader_config.py has the usual limits; another one takes its place where it has not.
    """
    def start() -> None:
        with suppress(CannotGrade):  # `ready` says why
            judge_of(assignment)

    waiting = {path.parent.name for path in exercise.root.glob(f"submitted/*/{exercise.name}")}
    graded = {path.parent.name for path in exercise.root.glob(f"autograded/*/{exercise.name}")}
    if waiting - graded:
        with suppress(OSError, ValueError, NoExercise):  # whoever grades says what is wrong
            assignment = read_assignment(exercise, {}, sandbox, secret=course_secret(exercise.root))
            threading.Thread(target=start, daemon=True).start()


def grade(submission: bytes, assignment: Assignment) -> dict:
    """Grade one submission.

    Returns the graded {"notebook"} with "notes" on it (Note.as_json), "mistakes" (question → sentences of the catalogue),
    "lent" (question → functions that it was given right) and "seconds"; {"refused": note} for what is no notebook
    of the exercise; or {"failed": why}. Raises CannotGrade where this machine cannot grade at all.
    """
    why: CannotGrade | None = None
    for _ in range(ATTEMPTS):
        try:
            judge = judge_of(assignment)
            result = judge.grade(submission)
        except CannotGrade as error:  # or somebody killed it, or what it had started
            why = error
            continue
        except (EOFError, OSError):  # somebody killed it
            if not judge.wanted:
                break
            continue
        if "unready" in result:  # this judge, or the machine: the next one says
            end(judge)
            why = CannotGrade(f"on {socket.gethostname()}, {result['unready']}")
            continue
        if "killed" not in result:
            return result
    if why:
        raise why
    return {"failed": f"the judge's process was killed {ATTEMPTS} times"}


def close(key: str | None = None) -> None:
    """End the judges of the assignment with that key, or all, also those at work: what they grade is not finished."""
    for judge in list(judges):
        if key in (None, judge.key):
            judge.wanted = False
            end(judge)
