"""The instructor's notebook with the student's answers in it: only source text is taken from what was handed in.

Metadata, tags, outputs and attachments of the submission go no further. What an editor or a student did to
the notebook is mended where the intent is clear, and noted.
"""

import copy
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from ..notes import Note, Refused
from ..sandbox.kernel.wire import clean
from .cells import QUESTION, digest, grade_id, is_solution, is_test, tested, visible
from .code import defined

LONGEST = 1_000_000
"""Characters of a cell."""
MOST = 2000
"""Cells."""
OWN = "own-"
"""How the id of a cell begins that the student has added."""


@dataclass(frozen=True)
class Cell:
    """What is taken from a cell of the submission, whatever its shape."""

    type: str
    source: str
    ids: list[str]

    @classmethod
    def of(cls, cell: dict) -> "Cell":
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        nbgrader = cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}
        nbgrader = nbgrader["nbgrader"] if isinstance(nbgrader.get("nbgrader"), dict) else {}
        kind = cell.get("cell_type")
        text = clean(source.replace("\r\n", "\n").replace("\r", "\n"), LONGEST) if isinstance(source, str) else ""
        ids = [i for i in (nbgrader.get("grade_id"), cell.get("id")) if isinstance(i, str)]
        return cls(kind if kind in ("code", "markdown", "raw") else "code", text, ids)

    def own(self, name: str) -> NotebookNode:
        """The same as a cell of a notebook, without metadata."""
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell, "raw": nbformat.v4.new_raw_cell}
        return make[self.type](self.source, id=name)


def read(data: bytes) -> list[Cell]:
    """The cells of the file. Raises Refused."""
    try:
        notebook = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
        if isinstance(notebook, dict) and notebook.get("nbformat", 4) < 4:
            notebook = nbformat.reads(json.dumps(notebook), as_version=4)
        cells = notebook["cells"]
    except RecursionError:
        raise Refused("nested") from None
    except UnicodeDecodeError:
        raise Refused("no text") from None
    except json.JSONDecodeError as error:
        raise Refused("no JSON", error.lineno, error.msg) from None
    except Exception as error:
        raise Refused("no cells", type(error).__name__) from None
    if not isinstance(cells, list) or not cells:
        raise Refused("empty notebook")
    if len(cells) > MOST:
        raise Refused("many cells", len(cells), MOST)
    return [Cell.of(cell) for cell in cells if isinstance(cell, dict)]


class Matching:
    """Which cell of what was handed in is which of the instructor's cells.

    owner: number of a submitted cell → the instructor's cell that it is; answers: id of a solution cell → the number of
    its answer; notes: what had been done to the tests.
    """

    def __init__(self, cells: list[Cell], source: NotebookNode, names: Collection[str] = ()):
        """names: those of questions of other exercises."""
        self.cells = cells
        by_id = {cell.id: cell for cell in source.cells} | {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
        self.carried: list[NotebookNode | None] = [next((by_id[i] for i in cell.ids if i in by_id), None) for cell in cells]
        names = {*names, *(grade_id(cell) for cell in source.cells if is_solution(cell))}
        self.defined = [defined(cell.source) & names if any(name in cell.source for name in names) else set() for cell in cells]
        """The questions that each cell answers."""
        self.owner: dict[int, NotebookNode] = {}
        self.answers: dict[str, int] = {}
        self.notes: list[Note] = []
        self._match_answers([cell for cell in source.cells if is_solution(cell)])
        self.used = {cell.id for cell in self.owner.values()}
        self._match_given({visible(cell.source).strip(): cell for cell in reversed(source.cells) if not is_solution(cell)})

    def _match_answers(self, targets: list[NotebookNode]) -> None:
        """The answer of a question is a cell that carries its id and defines it; or defines it; or carries its id."""
        carried, defined = self.carried, self.defined
        rules: list[Callable[[int, NotebookNode], bool]] = [
            lambda n, target: carried[n] is target and grade_id(target) in defined[n],
            lambda n, target: grade_id(target) in defined[n] and not ((cell := carried[n]) is not None and is_test(cell)),
            lambda n, target: carried[n] is target,
        ]
        for rule in rules:
            for target in targets:
                if target.id not in self.answers:
                    found = next((n for n in range(len(self.cells)) if n not in self.owner and rule(n, target)), None)
                    if found is not None:
                        self.owner[found], self.answers[target.id] = target, found

    def _match_given(self, by_text: dict[str, NotebookNode]) -> None:
        """A cell of the instructor's that is no answer is known by its id or by its text."""
        for n, cell in enumerate(self.cells):
            target = self.carried[n] if self.carried[n] is not None else by_text.get(cell.source.strip())
            if n in self.owner or target is None or is_solution(target):
                continue
            if target.id not in self.used:
                self.owner[n] = target
                self.used.add(target.id)
                self._note_test(cell, target)
            elif cell.source.strip() == visible(target.source).strip():
                self.owner[n] = target  # a second copy: nothing is lost with it

    def _note_test(self, cell: Cell, target: NotebookNode) -> None:
        if is_test(target):
            if cell.source.strip() not in (visible(target.source).strip(), target.source.strip()):
                self.notes.append(Note("changed", grade_id(target)))
            if cell.type != target.cell_type:
                self.notes.append(Note("retyped", grade_id(target), cell.type))

    def fill(self, cell: NotebookNode) -> list[Note]:
        """Put the answer into a copy of a solution cell; returns what is to be said of it."""
        name = grade_id(cell)
        if cell.id not in self.answers:
            cell.source = ""
            elsewhere = any(name in names for names in self.defined)
            return [Note("answered elsewhere" if elsewhere else "no answer", name)]
        number = self.answers[cell.id]
        answer, carried = self.cells[number], self.carried[number]
        cell.source = answer.source
        notes = [Note("retyped answer", name, answer.type)] if answer.type != "code" else []
        if carried is None:
            return [*notes, Note("known by function", name)]
        return notes if carried.id == cell.id else [*notes, Note("known in another", name, grade_id(carried))]

    def own_cells(self) -> dict[str, list[NotebookNode]]:
        """The cells that the student added: id of the instructor's cell that they stand behind ('': none) → cells."""
        place = ""
        own: dict[str, list[NotebookNode]] = {}
        for n, cell in enumerate(self.cells):
            if n in self.owner:
                place = self.owner[n].id
            elif cell.source.strip():
                own.setdefault(place, []).append(cell.own(f"{OWN}{n}"))
        return own


def check_exercise(matching: Matching, name: str, marks: Mapping[str, Collection[str]]) -> None:
    """Raises Refused for a notebook that holds no question of this exercise, or more of another one than of this."""
    found = {mark for cell in matching.cells for mark in [*cell.ids, digest(cell.source)]}
    found |= {f"{QUESTION}{question}" for answered in matching.defined for question in answered}
    counts = {other: len(found & set(theirs)) for other, theirs in marks.items()}
    most = max(counts, key=lambda other: (counts[other], other == name), default=name)
    if counts.get(most) and most != name:
        raise Refused("another exercise", most, name)
    if not any(is_solution(cell) or tested(cell) for cell in matching.owner.values()):
        raise Refused("another notebook")


def rebuild(
    data: bytes, source: NotebookNode, name: str = "", marks: Mapping[str, Collection[str]] | None = None
) -> tuple[NotebookNode, list[Note]]:
    """The notebook to grade, and a note for everything that was mended.

    data: the file as it was handed in; source: the instructor's notebook; name: its exercise; marks: exercise → what tells
    its notebook from the others (cells.own_marks). A cell of the result is the instructor's (its text, or the student's
    answer in a solution cell) or the student's own, without metadata. Raises Refused.
    """
    marks = marks or {}
    names = {mark.removeprefix(QUESTION) for theirs in marks.values() for mark in theirs if mark.startswith(QUESTION)}
    matching = Matching(read(data), source, names)
    check_exercise(matching, name, marks)
    notes, result = matching.notes, copy.deepcopy(source)
    for cell in result.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_solution(cell):
            notes += matching.fill(cell)
        elif is_test(cell) and cell.id not in matching.used:
            notes.append(Note("deleted", grade_id(cell)))
    own = matching.own_cells()  # behind the cell that they stood behind
    result.cells = own.get("", []) + [each for cell in result.cells for each in (cell, *own.get(cell.id, []))]
    return result, notes
