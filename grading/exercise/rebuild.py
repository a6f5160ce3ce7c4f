"""The instructor's notebook with the student's answers in it: only source text is taken from what was handed in.

Metadata, tags, outputs and attachments of the submission go no further. What an editor or a student did to
the notebook is mended where the intent is clear, and noted.
"""

import copy
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from ..notes import OWN as UNNAMED
from ..notes import Note, Refused
from ..sandbox.kernel.wire import clean
from ..sandbox.limits import MB
from .cells import QUESTION, digest, grade_id, is_solution, is_test, stubs, tested, visible
from .code import defined, defined_in_lines, essences, imported, newer_syntax, read_by

LONGEST = 1_000_000
"""Characters of a cell."""
MOST = 2000
"""Cells."""
WIDEST = 20 * MB
"""Characters of all cells."""
PARTS = 4_000_000
"""Brackets, braces and commas of a file: Python makes an object of each, of 200 bytes at most."""
TREES = 500_000
"""Characters of all cells up to which their syntax is looked at, which takes a second for some 300,000; above, their lines."""
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
        source = cell.get("source", cell.get("input", ""))  # as nbformat 3 has it, which knows two more kinds of text
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        nbgrader = cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}
        nbgrader = nbgrader["nbgrader"] if isinstance(nbgrader.get("nbgrader"), dict) else {}
        kind = "markdown" if cell.get("cell_type") in ("heading", "html") else cell.get("cell_type")
        text = clean(source.replace("\r\n", "\n").replace("\r", "\n"), LONGEST) if isinstance(source, str) else ""
        ids = [i for i in (nbgrader.get("grade_id"), cell.get("id")) if isinstance(i, str)]
        return cls(kind if kind in ("code", "markdown", "raw") else "code", text, ids)

    def own(self, name: str) -> NotebookNode:
        """The same as a cell of a notebook, without metadata; not by nbformat, which looks for milliseconds whether it is one."""
        more: dict[str, Any] = {"outputs": [], "execution_count": None} if self.type == "code" else {}
        return NotebookNode(id=name, cell_type=self.type, source=self.source, metadata=NotebookNode(), **more)


def read(data: bytes) -> list[Cell]:
    """The cells of the file, whose outputs may be large. Raises Refused."""
    if sum(map(data.count, (b"[", b"{", b","))) > PARTS:
        raise Refused("many parts")
    try:
        notebook = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
        sheets = notebook.get("worksheets") or [notebook]  # nbformat 3 has the former
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
    except RecursionError:
        raise Refused("nested") from None
    except UnicodeDecodeError:
        raise Refused("no text") from None
    except json.JSONDecodeError as error:
        raise Refused("no JSON", error.lineno, error.msg) from None
    except Exception as error:
        raise Refused("no cells", type(error).__name__) from None
    if not cells:
        raise Refused("empty notebook")
    if len(cells) > MOST:
        raise Refused("many cells", len(cells), MOST)
    found = [Cell.of(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(cell.source) for cell in found) > WIDEST:
        raise Refused("much text", WIDEST // MB)
    return found


def is_own(cell: NotebookNode) -> bool:
    """Whether the student has added this cell of a rebuilt notebook."""
    return cell.id.startswith(OWN)


class Matching:
    """Which cell of what was handed in is which of the instructor's cells.

    owner: number of a submitted cell → the instructor's cell that it is; answers: id of a solution cell → the number of
    its answer, which may answer others too; notes: what had been done to the tests.
    """

    def __init__(
        self, cells: list[Cell], source: NotebookNode, names: Collection[str] = (),
        released: Mapping[str, Collection[str]] | None = None,
    ):
        """names: those of questions of other exercises; released: those of the exercise's releases (exercise.released)."""
        self.released = released or {}
        self.cells, self.order = cells, [cell.id for cell in source.cells]
        by_id = {cell.id: cell for cell in source.cells} | {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
        self.carried: list[NotebookNode | None] = [next((by_id[i] for i in cell.ids if i in by_id), None) for cell in cells]
        self.targets = {grade_id(cell): cell for cell in source.cells if is_solution(cell)}
        names = {*names, *self.targets}
        self.short = sum(len(cell.source) for cell in cells) <= TREES
        self.stubs = {part for stub in stubs(source).values() for part in essences(stub) or ()}
        look = defined if self.short else defined_in_lines
        self.named = [look(cell.source) & names if any(name in cell.source for name in names) else set() for cell in cells]
        """The questions that each cell answers, or has the stub of."""
        self.defined = [defined(cell.source, self.stubs) & mine if mine and self.short else mine
                        for cell, mine in zip(cells, self.named)]  # fmt: skip
        """The questions that each cell answers."""
        self.owner: dict[int, NotebookNode] = {}
        self.answers: dict[str, int] = {}
        self.notes: list[Note] = []
        self._match_answers()
        self.used = {cell.id for cell in self.owner.values()}
        self.there = {name for name, target in self.targets.items() if target.id in self.answers}
        """The questions of which something is there: of one that is not, nobody says that its test had been deleted."""
        self.unwritten = {n: target for n in range(len(cells)) if (target := self._unwritten(n)) is not None}
        """Number of a cell that is no answer but a question's stub, or nothing in its place → the question's solution cell."""
        self._match_given({visible(cell.source).strip(): cell for cell in reversed(source.cells) if not is_solution(cell)})
        there = {grade_id(cell) for cell in source.cells if is_test(cell)}
        gone = {mark for test, marks in self.released.items() if test not in there for mark in marks}
        self.retired = {n for n, cell in enumerate(cells) if gone and n not in self.owner and digest(cell.source) in gone}
        """Numbers of cells that are tests of an earlier release whose question is there no more."""

    def _match_answers(self) -> None:
        """The answer of a question is the cell that carries its id and defines it; or the last one that defines it, as in a
        kernel; or what carries its id; or its stub."""
        answering = [n for n, cell in enumerate(self.carried) if cell is None or not is_test(cell)]
        for name, target in self.targets.items():
            carriers = [n for n, cell in enumerate(self.carried) if cell is target]
            defining = [n for n in answering if name in self.defined[n]]
            in_place = [n for n in carriers if name in self.defined[n]]
            stubs = [n for n in answering if name in self.named[n]]
            for number in (in_place or defining[-1:] or carriers or stubs)[:1]:
                self.answers[target.id] = number
                if number not in self.owner or number in carriers:
                    self.owner[number] = target

    def _unwritten(self, number: int) -> NotebookNode | None:
        target = self.carried[number]
        if number in self.owner or self.defined[number] or not self.short:
            return None
        if target is None or not is_solution(target):
            target = next((target for name, target in self.targets.items() if name in self.named[number]), None)
        if target is None or (parts := essences(self.cells[number].source)) is None:
            return None
        return target if self.stubs.issuperset(parts) else None

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
            given = cell.source.strip() in (visible(target.source).strip(), target.source.strip())
            if not given and digest(cell.source) not in self.released.get(grade_id(target), ()):
                self.notes.append(Note("changed", grade_id(target)))
            if cell.type != target.cell_type:
                self.notes.append(Note("retyped", grade_id(target), cell.type))

    def fill(self, cell: NotebookNode) -> list[Note]:
        """Put the answer into a copy of a solution cell; returns what is to be said of it."""
        name = grade_id(cell)
        if cell.id not in self.answers:
            cell.source = ""
            return [Note("no answer", name)]
        number = self.answers[cell.id]
        answer, carried = self.cells[number], self.carried[number]
        cell.source = answer.source
        notes = [Note("retyped answer", name, answer.type)] if answer.type != "code" else []
        if carried is not None:
            return notes if carried.id == cell.id else [*notes, Note("known in another", name, grade_id(carried))]
        stays = any(target.id == cell.id for target in self.unwritten.values())
        return [*notes, Note("answered elsewhere" if stays else "known by function", name)]

    def own_cells(self) -> dict[str, list[NotebookNode]]:
        """The cells that the student added: id of the instructor's cell that they stand behind ('': none) → cells."""
        rank = {"": -1} | {name: number for number, name in enumerate(self.order)}
        place = ""
        places: dict[int, str] = {}
        for n, cell in enumerate(self.cells):
            there = self.owner.get(n) or self.unwritten.get(n)
            if there is None:
                if cell.source.strip() and n not in self.retired:
                    places[n] = place
            elif not is_solution(there) or there is self.carried[n] or rank[there.id] > rank[place]:
                place = there.id
        for target, number in self.answers.items():
            self._bring_forward(places, rank, target, number)
        own: dict[str, list[NotebookNode]] = {}
        for n, place in places.items():
            own.setdefault(place, []).append(self.cells[n].own(f"{OWN}{n}"))
        return own

    def _bring_forward(self, places: dict[int, str], rank: dict[str, int], target: str, number: int) -> None:
        """What ran before an answer still does, where it gives a name that the answer reads, or that the answer gives anew."""
        late = [n for n in places if n < number and rank[places[n]] >= rank[target] and self.cells[n].type == "code"]
        if not late or not self.short:
            return
        questions = {grade_id(cell) for name, cell in self.targets.items() if self.answers.get(cell.id) == number}
        needed = read_by(self.cells[number].source) | questions
        for n in reversed(late):
            source = self.cells[n].source
            if needed & (defined(source) | imported(source)):
                needed |= read_by(source)
                places[n] = ["", *self.order][rank[target]]


def check_exercise(matching: Matching, name: str, marks: Mapping[str, Collection[str]]) -> None:
    """Raises Refused for a notebook that holds no question of this exercise, or more of another one than of this."""
    found = {mark for cell in matching.cells for mark in [*cell.ids, digest(cell.source)]}
    found |= {f"{QUESTION}{question}" for named in matching.named for question in named}
    counts = {other: len(found & set(theirs)) for other, theirs in marks.items()}
    most = max(counts, key=lambda other: (counts[other], other == name), default=name)
    if counts.get(most) and most != name:
        raise Refused("another exercise", most, name)
    if not any(is_solution(cell) or tested(cell) for cell in matching.owner.values()):
        raise Refused("another notebook")


def recognize(
    data: bytes, source: NotebookNode, name: str = "", marks: Mapping[str, Collection[str]] | None = None,
    released: Mapping[str, Collection[str]] | None = None,
) -> Matching:
    """Which cells of a file are which of the exercise's: as `rebuild`, without the notebook. Raises Refused."""
    marks = marks or {}
    names = {mark.removeprefix(QUESTION) for theirs in marks.values() for mark in theirs if mark.startswith(QUESTION)}
    matching = Matching(read(data), source, names, released)
    check_exercise(matching, name, marks)
    return matching


def rebuild(
    data: bytes, source: NotebookNode, name: str = "", marks: Mapping[str, Collection[str]] | None = None,
    released: Mapping[str, Collection[str]] | None = None,
) -> tuple[NotebookNode, list[Note]]:
    """The notebook to grade, and a note for everything that was mended.

    data: the file as it was handed in; source: the instructor's notebook; name: its exercise; marks: exercise → what tells
    its notebook from the others (cells.own_marks); released: test → digests of what students were given of it. A cell of the
    result is the instructor's (its text, or the student's answer in a solution cell) or the student's own, without metadata.
    Raises Refused.
    """
    matching = recognize(data, source, name, marks, released)
    notes, result = matching.notes, copy.deepcopy(source)
    for cell in result.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_solution(cell):
            notes += matching.fill(cell)
        elif is_test(cell) and cell.id not in matching.used and (not tested(cell) or tested(cell) in matching.there):
            notes.append(Note("deleted", grade_id(cell)))
    own = matching.own_cells()  # behind the cell that they stood behind
    result.cells = own.get("", []) + [each for cell in result.cells for each in (cell, *own.get(cell.id, []))]
    for cell in result.cells if matching.short else ():
        if (is_solution(cell) or is_own(cell)) and cell.cell_type == "code" and (newer := newer_syntax(cell.source)):
            notes.append(Note("newer syntax", grade_id(cell) or UNNAMED, newer))
    return result, notes
