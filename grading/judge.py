"""The judge: rebuilds a submission, runs the student's cells in the sandbox and the instructor's tests here.

`python -m grading.judge` is the process that does so, a fork of it for each submission; its stdin is a socket
to grading.worker: first the assignment, then one submission after another. It has no access to the
gradebook, the folders of the course or other submissions: what it knows comes over that socket.
"""

import copy
import gc
import os
import re
import resource
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields

import nbformat
from nbformat import NotebookNode

from .diagnosis import Diagnosis
from .kernel.shell import Kernel
from .kernel.wire import Channel, clean
from .limits import Limits
from .outputs import Outputs, harmless
from .rebuild import Refused, grade_id, headings, is_solution, is_test, rebuild, visible
from .student import NOTES, REASONS, Stopped, Student, Template

LENT = "あなたの {} は正しくないので、ここでは正しいものに取りかえて採点しました。前の問いの間違いは、この問いでは引きません。"


class Clock:
    """The module `time` of the tests: a test that measures a call means the student's process."""

    def __init__(self, student: Student):
        self.process_time = student.process_time

    def __getattr__(self, name: str):
        return getattr(time, name)


def failure(kind: str) -> NotebookNode:
    """The output of a cell that was stopped."""
    return nbformat.v4.new_output("error", ename="Stopped", evalue=REASONS[kind], traceback=[f"× {REASONS[kind]}"])


def said(text: str) -> NotebookNode:
    """An output of the judge's own."""
    return nbformat.v4.new_output("display_data", {"text/plain": text, "text/html": f"<p>{text}</p>"})


def tested(cell: NotebookNode) -> str:
    """The question of a test cell."""
    return grade_id(cell).removeprefix("test_")


def failed(cell: NotebookNode) -> bool:
    """Whether nbgrader takes the outputs of a test cell for failure (nbgrader.utils.determine_grade)."""
    return any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)


@dataclass
class Verdict:
    """What came of one test."""

    passed: bool
    stopped: str | None
    """A key of REASONS where it was stopped."""
    lent: list[str]
    """The questions whose functions were called right in the place of the student's wrong ones."""
    mistakes: list[str] = field(default_factory=list)
    """Sentences of the catalogue that say what is wrong."""


class Assignment:
    """The instructor's notebook, with everything ready for the first submission."""

    def __init__(self, source: NotebookNode, limits: Limits, seed: int, sandboxed: bool):
        """Raises RuntimeError where the template does not start, or a cell of the instructor's fails."""
        self.source, self.limits = source, limits
        template = Template(limits, sandboxed)
        code = [cell for cell in source.cells if cell.cell_type == "code"]
        first = next(n for n, cell in enumerate(code) if is_solution(cell))
        self.shared = {cell.id: cell for cell in code[:first]}
        self.tests = {cell.id: compile(cell.source, f"<{cell.id}>", "exec") for cell in code[first:] if is_test(cell)}
        self.messages = []
        self.kernel = Kernel(self.messages.append, limits.output)
        os.environ["FIGURES"] = "off"
        self.names = self.kernel.shell.user_ns
        for cell in self.shared.values():
            self.run(cell)
        self.names["SEED"] = seed
        self.reference = dict(self.names)
        for cell in code[first:]:
            if not is_test(cell):
                exec(compile(cell.source, f"<{cell.id}>", "exec"), self.reference)
        self.questions = [grade_id(cell) for cell in code if is_solution(cell)]
        self.inputs = {tested(cell): self.recorded(cell) for cell in code[first:] if is_test(cell)}
        self.places = {q: f"「{section}」と、{title} のヒント" for q, (section, title) in headings(source).items()}
        self.diagnosis = Diagnosis(self.reference, self.inputs)
        outputs = template.prepare([visible(cell.source) for cell in self.shared.values()])
        self.outputs = dict(zip(self.shared, outputs))
        self.template = template

    def run(self, cell: NotebookNode) -> None:
        """Run a cell of the instructor's here, as it must run. Raises RuntimeError."""
        code = self.tests.get(cell.id)
        if not (self.kernel.execute(code) if code else self.kernel.run(cell.source)):
            raise RuntimeError(f"{grade_id(cell)} fails: {self.messages[-1]['content'].get('evalue')}")

    def recorded(self, cell: NotebookNode) -> list[tuple]:
        """Run a test cell with the reference; returns the arguments that it calls its function with."""
        question, inputs = tested(cell), []

        def function(*args):
            inputs.append(copy.deepcopy(args))
            return self.reference[question](*args)

        self.names[question] = function
        self.run(cell)
        return inputs

    def judge(self, submission: bytes) -> dict:
        """What came of the submission (worker.grade says what that is), without the seconds."""
        try:
            notebook, notes = rebuild(submission, self.source)
        except Refused as error:
            return {"refused": clean(str(error), 200)}
        student, outputs = Student(self.template), Outputs(notebook, self.limits)
        answers = {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}
        verdicts: dict[str, Verdict] = {}
        self.names["time"] = Clock(student)
        fresh = True
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            take = outputs.of(cell)
            if cell.id in self.shared and fresh:
                for message in self.outputs[cell.id]:
                    take(message)
            elif is_test(cell) and cell.id not in self.shared:
                question = tested(cell)
                wrong = [name for name, verdict in verdicts.items() if not verdict.passed]
                verdicts[question] = verdict = self.verdict(cell, student, outputs, self.lendable(question, wrong, answers))
                if verdict.stopped:
                    notes.append(f"{grade_id(cell)} {NOTES[verdict.stopped]}")
            else:
                fresh = fresh and cell.id in self.shared
                try:
                    student.run(visible(cell.source), take)
                except Stopped as error:
                    cell.outputs.append(failure(error.kind))
                notes += trouble(cell)
        student.stop()
        for cell in notebook.cells:
            if not is_test(cell) and (cell.cell_type == "code" or cell.id.startswith("own-")):
                harmless(cell)
        return {
            "notebook": notebook,
            "notes": list(dict.fromkeys(notes)),
            "mistakes": {question: verdict.mistakes for question, verdict in verdicts.items() if verdict.mistakes},
            "lent": {question: verdict.lent for question, verdict in verdicts.items() if verdict.lent},
        }

    def lendable(self, question: str, wrong: list[str], answers: dict[str, str]) -> dict[str, Callable]:
        """The functions of wrong answers that this question may use right: those before it, so that a mistake costs once.

        Not what NOT_LENT (cell `tools`) names, because the answer would be no work; and not what is itself answered by a
        call of this question: two answers that only call each other are none.
        """
        earlier = self.questions[: self.questions.index(question)]
        refused = self.names.get("NOT_LENT", {}).get(question, ())
        return {
            name: self.reference[name]
            for name in earlier
            if name in wrong
            and name not in refused
            and not re.search(rf"\b{question}\b", answers[name])
        }

    def verdict(self, cell: NotebookNode, student: Student, outputs: Outputs, lent: dict[str, Callable]) -> Verdict:
        """Run a test cell with lent functions; where it fails and has used them, with the student's own."""
        verdict = self.test(cell, student, outputs, lent)
        if verdict.lent and not verdict.passed:
            shown = cell.outputs
            own = self.test(cell, student, outputs, {})
            if own.passed:
                return own
            cell.outputs = shown
        if verdict.lent:
            cell.outputs.insert(0, said(LENT.format("、".join(verdict.lent))))
        if not verdict.passed and not verdict.stopped:
            self.diagnose(cell, student, lent, verdict)
        return verdict

    def test(self, cell: NotebookNode, student: Student, outputs: Outputs, lent: dict[str, Callable]) -> Verdict:
        """Run a test cell here, with the student's functions as remote ones."""
        cell.outputs, used = [], set()
        for name in self.questions:
            self.names.pop(name, None)
        self.kernel.publish = outputs.of(cell)
        try:
            with student.snapshot() as calls:
                self.names.update(calls.names(self.questions, lent))
                passed, kind = self.kernel.execute(self.tests[cell.id]), calls.stopped
                used = calls.used
            if not passed and not failed(cell):  # its message did not make an output: the marks must not depend on that
                cell.outputs.append(failure(kind or "ended"))
        except Stopped as error:
            kind = error.kind
            cell.outputs = [failure(kind)]
        return Verdict(not failed(cell), kind, [name for name in self.questions if name in used])

    def diagnose(self, cell: NotebookNode, student: Student, lent: dict[str, Callable], verdict: Verdict) -> None:
        """Add to the message of a failed test which mistake it was, and where to read again."""
        question = tested(cell)
        with suppress(Stopped), student.snapshot() as calls:
            function = calls.names([question], lent).get(question)
            verdict.mistakes = self.diagnosis.of(question, function) if callable(function) else []
        [error] = [output for output in cell.outputs if output.output_type == "error"][-1:] or [None]
        if error:
            lines = [f"  診断: {sentence}" for sentence in verdict.mistakes]
            lines.append(f"  見直すところ: {self.places[question]}")
            error.evalue, error.traceback = "\n".join([error.evalue, *lines]), [*error.traceback, *lines]


def trouble(cell: NotebookNode) -> list[str]:
    """A note where the student's cell failed."""
    name = grade_id(cell) or "a cell of the student's own"
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return []
    kinds = {sentence: kind for kind, sentence in REASONS.items()}
    stopped = kinds.get(errors[-1].evalue)
    return [f"{name} {NOTES[stopped]}" if stopped else f"{clean(errors[-1].ename, 60)} in {name}"]


def fork(assignment: Assignment, submission: bytes) -> dict:
    """Judge in a process of its own: {"notebook", "notes", "seconds"}, {"refused"}, {"failed"}, or {"killed"} where it was.

    Raises EOFError or OSError where the template is gone: what it did to the result nobody knows.
    """
    mine, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        mine.close()
        try:
            resource.setrlimit(resource.RLIMIT_AS, (2 * assignment.limits.total_memory,) * 2)
            start = time.monotonic()
            result = assignment.judge(submission)
            Channel(theirs, 1 << 30).send(result | {"seconds": time.monotonic() - start})
        except BaseException as error:
            Channel(theirs, 1 << 30).send({"failed": f"{type(error).__name__}: {clean(str(error), 300)}"})
        finally:
            os._exit(0)
    theirs.close()
    try:
        return Channel(mine, 1 << 30).receive(time.monotonic() + assignment.limits.total + 60)[0]
    except TimeoutError:
        return {"failed": "the judge's process did not end"}
    except (EOFError, OSError):
        return {"killed": True}
    finally:
        mine.close()
        os.kill(child, 9)
        os.waitpid(child, 0)
        assignment.template.control.send({"stop": True, "answer": True})
        assignment.template.control.receive(time.monotonic() + 60)


def main() -> None:
    control = Channel(socket.socket(fileno=os.dup(0)), 1 << 30)
    message, source = control.receive()
    limits = Limits(**{f.name: message["limits"][f.name] for f in fields(Limits)})
    try:
        assignment = Assignment(nbformat.reads(source.decode(), as_version=4), limits, message["seed"], message["sandbox"])
    except RuntimeError as error:
        control.send({"failed": str(error)})
        sys.exit(1)
    gc.freeze()
    with suppress(EOFError, OSError):  # the grader, or the template, is gone
        control.send({"ready": True})
        while True:
            _, submission = control.receive()
            result = fork(assignment, bytes(submission))
            control.send(result)
            for question in result.get("mistakes", ()):  # what is known here is known in the next fork
                assignment.diagnosis.known(question)


if __name__ == "__main__":
    main()
