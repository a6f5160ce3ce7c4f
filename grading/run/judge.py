"""The judge: rebuilds a submission, runs the student's cells in the sandbox and the instructor's tests here.

`python -m grading.run.judge` is the process that makes everything ready; its stdin is a socket to grading.run.worker: first the
assignment, then for each judge that is to work beside the others the socket to it. A judge is a fork of this process, and forks
for each submission; the first is asked to grade the instructor's own notebook. None has access to the gradebook, the folders of
the course or other submissions: what it knows comes over its socket.
"""

import copy
import gc
import os
import platform
import resource
import socket
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from html import escape

import nbformat
from nbformat import NotebookNode

from ..exercise import catalogue
from ..exercise.cells import grade_id, hints, is_solution, is_test, tested, visible
from ..exercise.code import newer_syntax, uses
from ..exercise.rebuild import is_own, rebuild
from ..exercise.stateless import leaves_names_only
from ..notes import GIVEN_BACK, LENT, NEWER, OWN, STOPS, Note, Refused
from ..sandbox.calls import Calls
from ..sandbox.kernel.namespaces import end_with_parent, size
from ..sandbox.kernel.shell import Kernel
from ..sandbox.kernel.wire import Channel, clean, descriptor
from ..sandbox.limits import Stopped, Unready
from ..sandbox.processes import Held, Processes, Template
from .assignment import Assignment
from .diagnosis import Diagnosis, Interaction, recorder
from .outputs import Outputs, harmless

IDLE = 600
"""Seconds after which a judge that nobody asks anything ends."""
ATTEMPTS = 5
"""How often the instructor's own notebook is tried."""
TIDYING = 10
"""Seconds that a submission may hold up its judge beyond the total of its own processes, for reading it and for cleaning up."""
MEMORY = 2 << 30
"""Bytes of address space that the judge of one submission may add to what every judge has."""


class Clock:
    """The module `time` of the tests: a test that measures a call means the student's process."""

    def __init__(self, student: Processes):
        self.process_time = student.process_time

    def __getattr__(self, name: str):
        return getattr(time, name)


def failure(kind: str) -> NotebookNode:
    """The output of a cell that was stopped."""
    return nbformat.v4.new_output("error", ename="Stopped", evalue=STOPS[kind], traceback=[f"× {STOPS[kind]}"])


def said(text: str) -> NotebookNode:
    """An output of the judge's own."""
    return nbformat.v4.new_output("display_data", {"text/plain": text, "text/html": f"<p>{escape(text)}</p>"})


def failed(cell: NotebookNode) -> bool:
    """Whether nbgrader takes the outputs of a test cell for failure (nbgrader.utils.determine_grade)."""
    return any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)


def share(cell: NotebookNode) -> float:
    """Which share of a test cell's marks nbgrader gives for its outputs: its result is a number of marks where it has one."""
    if failed(cell):
        return 0.0
    results = [output["data"]["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    return float(results[0]) / cell.metadata.nbgrader.points if results else 1.0


def trouble(cell: NotebookNode) -> list[Note]:
    """A note where the student's cell failed."""
    errors = [clean(output.ename, 60) for output in cell.outputs if output.output_type == "error"]
    errors = ["SyntaxError" if name == "_IncompleteInputError" else name for name in errors]  # Python 3.13's own
    kind = "error" if grade_id(cell) else "error of its own"
    return [Note(kind, grade_id(cell) or OWN, errors[-1])] if errors else []


@dataclass
class Verdict:
    """What came of one test."""

    share: float
    """Of the marks."""
    stopped: str | None
    """A key of STOPS where it was stopped."""
    lent: list[str]
    """The questions whose functions were called right in the place of the student's wrong ones."""
    mistakes: list[str] = field(default_factory=list)
    """Sentences of the catalogue that say what is wrong."""
    by_own: bool = False
    """Whether it did better with wrong answers of the student's: they fit each other, and the right ones do not fit it."""

    @property
    def passed(self) -> bool:
        return self.share == 1


class Judge:
    """The instructor's notebook, with everything ready for the first submission."""

    def __init__(self, assignment: Assignment):
        """Raises RuntimeError where the template does not start, or a cell of the instructor's fails."""
        self.assignment, self.limits, settings = assignment, assignment.limits, assignment.settings
        self.source = assignment.notebook
        code = [cell for cell in self.source.cells if cell.cell_type == "code"]
        first = next(n for n, cell in enumerate(code) if is_solution(cell))
        self.shared = {cell.id: cell for cell in code[:first]}
        shown = [visible(cell.source) for cell in self.shared.values()]
        self.template = Template(shown, self.limits, assignment.sandbox, settings.absent, settings.absent_message)
        self.tests = {cell.id: compile(cell.source, f"<{cell.id}>", "exec") for cell in code[first:] if is_test(cell)}
        self.messages: list[dict] = []
        self.kernel = Kernel(self.messages.append, self.limits.output)
        os.environ["FIGURES"] = "off"
        self.names = self.kernel.shell.user_ns
        for cell in self.shared.values():
            self.run(cell)
        self.names["SEED"] = settings.seed
        self.reference = dict(self.names)
        for cell in code[first:]:
            if not is_test(cell):
                exec(compile(cell.source, f"<{cell.id}>", "exec"), self.reference)
        self.questions = [grade_id(cell) for cell in code if is_solution(cell)]
        inputs = {tested(cell): self.recorded(cell) for cell in code[first:] if is_test(cell)}
        self.places = hints(self.source)
        self.diagnosis = Diagnosis(self.reference, inputs, catalogue.read(assignment.catalogue), assignment.tests_key)
        self.outputs = dict(zip(self.shared, self.template.outputs()))

    def run(self, cell: NotebookNode) -> None:
        """Run a cell of the instructor's here, as it must run. Raises RuntimeError."""
        code = self.tests.get(cell.id)
        if not (self.kernel.execute(code) if code else self.kernel.run(cell.source)):
            raise RuntimeError(f"{grade_id(cell)} fails: {self.messages[-1]['content'].get('evalue')}")

    def recorded(self, cell: NotebookNode) -> list[Interaction]:
        """Run a test cell with the reference; returns what it does with its function, but for calls that are measured."""
        question = tested(cell)
        inputs: list[Interaction] = []
        self.names[question] = recorder(self.reference[question], inputs, lambda: not self.names.get("MEASURING"))
        self.run(cell)
        return inputs

    def judge(self, submission: bytes) -> dict:
        """What came of the submission (worker.grade says what that is), without the seconds."""
        try:
            notebook, notes = rebuild(
                submission, self.source, self.assignment.name, self.assignment.marks, self.assignment.released
            )
        except Refused as error:
            return {"refused": error.note.as_json()}
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code" and (is_solution(cell) or is_own(cell))]
        stateless = all(leaves_names_only(code, self.questions) for code in cells)
        student, outputs = Processes(self.template, stateless), Outputs(notebook, self.limits)
        self.names["SEED"] = self.assignment.seed(submission)
        self.names["time"] = Clock(student)
        held = self.run_cells(notebook, student, outputs, notes)
        student.end_cells()
        answers = {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}
        verdicts: dict[str, Verdict] = {}
        given_back: set[str] = set()
        for cell, place in held:
            question = tested(cell)
            wrong = [name for name, verdict in verdicts.items() if not verdict.passed or verdict.by_own]
            verdict = self.verdict(cell, student, place, outputs, self.lendable(question, wrong, answers))
            student.drop(place)
            verdicts[question] = verdict
            if verdict.stopped:
                notes.append(Note(verdict.stopped, grade_id(cell)))
            if names := [name for name in place.given_back if name not in given_back]:  # said once
                given_back |= set(names)
                notes.append(Note("given back", grade_id(cell), ", ".join(names)))
                cell.outputs.insert(0, said(GIVEN_BACK.format("、".join(names))))
        student.stop()
        for cell in notebook.cells:
            if not is_test(cell) and (cell.cell_type == "code" or is_own(cell)):
                harmless(cell)
        return {
            "notebook": notebook,
            "notes": [note.as_json() for note in dict.fromkeys(notes)],
            "mistakes": {question: verdict.mistakes for question, verdict in verdicts.items() if verdict.mistakes},
            "lent": {question: verdict.lent for question, verdict in verdicts.items() if verdict.lent},
        }

    def run_cells(
        self, notebook: NotebookNode, student: Processes, outputs: Outputs, notes: list[Note]
    ) -> list[tuple[NotebookNode, Held]]:
        """Run all cells but the tests; returns each test with what is held of the kernel in its place. Adds to notes."""
        held = []
        fresh = True
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            take = outputs.of(cell)
            if cell.id in self.shared and fresh:
                for message in self.outputs[cell.id]:
                    take(message)
            elif is_test(cell) and cell.id not in self.shared:
                held.append((cell, student.hold()))
            else:
                fresh = fresh and cell.id in self.shared
                where = grade_id(cell) or OWN
                try:
                    question = grade_id(cell) if is_solution(cell) else ""
                    ran = student.run(visible(cell.source), take, question, given=not question and not is_own(cell))
                    if not ran.done:
                        notes += trouble(cell)
                        if newer := newer_syntax(cell.source):
                            cell.outputs.append(said(NEWER.format(platform.python_version(), newer)))
                    notes += [Note("missing package", where, ", ".join(dict.fromkeys(ran.lacking)))] if ran.lacking else []
                    notes += [Note("given back", where, ", ".join(ran.given_back))] if ran.given_back else []
                except Stopped as error:
                    cell.outputs.append(failure(error.kind))
                    notes.append(Note(error.kind, where))
        return held

    def lendable(self, question: str, wrong: list[str], answers: dict[str, str]) -> dict[str, Callable]:
        """The functions of wrong answers that this question may use right: those before it, so that a mistake costs once.

        Not what the settings' not_lent names, because the answer would be no work; and not what is itself answered by a
        call of this question: two answers that only call each other are none.
        """
        earlier = self.questions[: self.questions.index(question)]
        refused = self.assignment.settings.not_lent.get(question, ())
        return {
            name: self.reference[name]
            for name in earlier
            if name in wrong and name not in refused and not uses(answers[name], question)
        }

    def verdict(
        self, cell: NotebookNode, student: Processes, place: Held, outputs: Outputs, lent: dict[str, Callable]
    ) -> Verdict:
        """Run a test cell with lent functions; where it fails and has used them, with the student's own."""
        verdict = self.test(cell, student, place, outputs, lent)
        if verdict.lent and not verdict.passed:
            shown = cell.outputs
            own = self.test(cell, student, place, outputs, {})
            if own.share > verdict.share:
                verdict, lent = replace(own, by_own=True), {}
            else:
                cell.outputs = shown
        if verdict.lent:
            cell.outputs.insert(0, said(LENT.format("、".join(verdict.lent))))
        if not verdict.passed and not verdict.stopped:
            self.diagnose(cell, student, place, lent, verdict)
        return verdict

    def test(
        self, cell: NotebookNode, student: Processes, place: Held, outputs: Outputs, lent: dict[str, Callable]
    ) -> Verdict:
        """Run a test cell here, with the student's functions, as they are in that place, as remote ones."""
        cell.outputs, used = [], set()
        for name in self.questions:
            self.names.pop(name, None)
        self.kernel.publish = outputs.of(cell)
        try:
            with student.snapshot(place) as channel, warnings.catch_warnings():
                calls = Calls(student, channel)
                warnings.simplefilter("ignore")  # of an attribute that is read, say: on stderr it costs marks, and tells paths
                self.names.update(calls.names(self.questions, lent))
                passed, kind = self.kernel.execute(self.tests[cell.id]), calls.stopped
                used = calls.used
            if (kind or not passed) and not failed(cell):  # it said nothing that is an output, or had marks for a part
                cell.outputs.insert(0, failure(kind or "ended"))
        except Stopped as error:
            kind = error.kind
            cell.outputs = [failure(kind)]
        return Verdict(share(cell), kind, [name for name in self.questions if name in used])

    def diagnose(
        self, cell: NotebookNode, student: Processes, place: Held, lent: dict[str, Callable], verdict: Verdict
    ) -> None:
        """Add to the message of a failed test which mistake it was, and where to read again."""
        question = tested(cell)
        with suppress(Stopped), student.snapshot(place) as channel:
            function = Calls(student, channel).names([question], lent).get(question)
            verdict.mistakes = self.diagnosis.of(question, function) if callable(function) else []
        lines = [f"  診断: {sentence}" for sentence in verdict.mistakes]
        lines.append(f"  見直すところ: {self.places[question]}")
        [error] = [output for output in cell.outputs if output.output_type == "error"][-1:] or [None]
        if error:
            error.evalue, error.traceback = "\n".join([error.evalue, *lines]), [*error.traceback, *lines]
        else:  # it has some of the marks
            cell.outputs += [said(line.strip()) for line in lines]


def fork(judge: Judge, submission: bytes) -> dict:
    """Judge in a process of its own: {"notebook", "notes", "seconds"}, {"refused"}, {"failed"}, {"killed"} where it was,
    or {"unready"} where the machine does not let a submission run.

    Raises EOFError or OSError where the template is gone: what it did to the result nobody knows.
    """
    mine, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        try:
            end_with_parent()
            mine.close()
            bound_memory()
            start = time.monotonic()
            result = judge.judge(submission)
            Channel(theirs, 1 << 30).send(result | {"seconds": time.monotonic() - start})
        except Unready as error:
            Channel(theirs, 1 << 30).send({"unready": f"a submission cannot run here: {clean(str(error), 300)}"})
        except MemoryError:
            Channel(theirs, 1 << 30).send({"refused": Note("heavy", MEMORY >> 20).as_json()})
        except BaseException as error:
            Channel(theirs, 1 << 30).send({"failed": f"{type(error).__name__}: {clean(str(error), 300)}"})
        finally:
            os._exit(0)
    theirs.close()
    most = judge.limits.total + TIDYING
    try:
        return Channel(mine, 1 << 30).receive(time.monotonic() + most)[0]
    except TimeoutError:
        return {"refused": Note("endless", round(most)).as_json()}
    except (EOFError, OSError):
        return {"killed": True}
    finally:
        mine.close()
        os.kill(child, 9)
        os.waitpid(child, 0)
        judge.template.control.send({"stop": True, "answer": True})
        judge.template.control.receive(time.monotonic() + 60)


def bound_memory() -> None:
    """The judge of one submission gets so much more than all have: what was handed in cannot make it use up the machine."""
    most, hard = size() + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def unready(judge: Judge) -> str:
    """Why this machine cannot grade, as the instructor's own notebook shows: it must have full marks. '' where it has."""
    notebook = copy.deepcopy(judge.source)
    for cell in notebook.cells:
        cell.source = visible(cell.source)
    for _ in range(ATTEMPTS):  # somebody may kill it, which says nothing of the machine
        result = fork(judge, nbformat.writes(notebook).encode())
        if "killed" not in result:
            break
    if "notebook" not in result:
        return result.get("unready") or f"the instructor's own answers cannot be graded here: {result}"
    cells = nbformat.from_dict(result["notebook"]).cells
    lost = {grade_id(cell): cell for cell in cells if cell.cell_type == "code" and is_test(cell) and share(cell) < 1}
    said = "; ".join(f"{name}: {clean(''.join(o.get('evalue', '') for o in cell.outputs), 120)}" for name, cell in lost.items())
    return f"the instructor's own answers lose marks here ({said})" if lost else ""


def serve(judge: Judge, channel: Channel) -> None:
    """Judge one submission after another, until nobody is at the other end, or nobody has asked for long."""
    with suppress(EOFError, OSError):  # or the template is gone
        while True:
            message, submission = channel.receive(time.monotonic() + IDLE)
            if "own" in message:
                channel.send({"unready": unready(judge)})
                continue
            result = fork(judge, bytes(submission))
            if ended(result) and (problem := unready(judge)):  # it looks like the machine's doing, and it is
                result = {"unready": problem}
            channel.send(result)
            for question in result.get("mistakes", ()):  # what is known here is known in the next fork
                judge.diagnosis.known(question)


def main() -> None:
    control = Channel(socket.socket(fileno=os.dup(0)), 1 << 30)
    message, _ = control.receive()
    try:
        judge = Judge(Assignment.from_json(message))
    except (RuntimeError, ValueError, SyntaxError) as error:
        control.send({"failed": clean(str(error), 500)})
        sys.exit(1)
    gc.freeze()
    children: list[int] = []
    with suppress(EOFError, OSError):  # the grader, or the template, is gone
        control.send({"ready": True})
        while True:
            ancillary: list = []
            try:
                control.receive(time.monotonic() + IDLE, ancillary)
            except TimeoutError:
                pass
            children = [pid for pid in children if os.waitpid(pid, os.WNOHANG) == (0, 0)]
            if ancillary:
                children.append(another(judge, descriptor(ancillary), control))
            elif not children:
                break


def another(judge: Judge, theirs: socket.socket, control: Channel) -> int:
    """A judge more, which knows what this one does, for the socket's other end; returns its process id. Raises OSError."""
    template = judge.template.fork()
    child = os.fork()
    if not child:
        try:
            end_with_parent()
            control.close()
            judge.template.control.close()
            judge.template = template
            serve(judge, Channel(theirs, 1 << 30))
        finally:
            os._exit(0)
    theirs.close()
    template.control.close()
    return child


def ended(result: dict) -> bool:
    """Whether processes of the submission have ended by themselves: by its own doing, or for want of something here."""
    return any(note[0] == "ended" for note in result.get("notes", ()))


if __name__ == "__main__":
    main()
