"""The instructor's notebook with the student's answers in it: only source text is taken from what was handed in.

Metadata, tags, outputs and attachments of the submission go no further. What an editor or a student did to
the notebook is mended where the intent is clear, and noted.
"""

import copy
import json
import re

import nbformat
from nbformat import NotebookNode

from .kernel.wire import clean

HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n.*?^### END HIDDEN TESTS\n?", re.MULTILINE | re.DOTALL)
DEFINED = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)(?:\s*:[^=\n]+)?\s*=(?!=)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LONGEST = 1_000_000
"""Characters of a cell."""
MOST = 2000
"""Cells."""


class Refused(Exception):
    """What was handed in is not this exercise's notebook; the text says why, in one line."""


def grade_id(cell: NotebookNode) -> str:
    """The nbgrader id of a cell, or '' for a cell that has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_solution(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def is_test(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def visible(source: str) -> str:
    """A cell of the instructor's as the student has it."""
    return HIDDEN.sub("", source)


def headings(source: NotebookNode) -> dict[str, tuple[str, str]]:
    """Question → the last heading of a section before its answer, and its own: ("1.4 多クラス分類と softmax", "問 6")."""
    section, title, found = "", "", {}
    for cell in source.cells:
        for heading in HEADING.findall(cell.source) if cell.cell_type == "markdown" else ():
            if heading.startswith(("問", "おまけ ")):
                title = " ".join(heading.split()[:2])
            else:
                section = heading.replace("$", "")
        if is_solution(cell):
            found[grade_id(cell)] = section, title
    return found


def read(data: bytes) -> list[dict]:
    """The cells of the file: type, source, id and grade id of each. Raises Refused."""
    try:
        notebook = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
        if isinstance(notebook, dict) and notebook.get("nbformat", 4) < 4:
            notebook = nbformat.reads(json.dumps(notebook), as_version=4)
        cells = notebook["cells"]
    except RecursionError:
        raise Refused("not a notebook: nested too deeply") from None
    except UnicodeDecodeError:
        raise Refused("not a notebook: neither UTF-8 nor UTF-16 text") from None
    except json.JSONDecodeError as error:
        raise Refused(f"not a notebook: no JSON (line {error.lineno}: {error.msg})") from None
    except Exception as error:
        raise Refused(f"not a notebook: JSON without cells ({type(error).__name__})") from None
    if not isinstance(cells, list) or not cells:
        raise Refused("a notebook without cells")
    if len(cells) > MOST:
        raise Refused(f"a notebook of {len(cells)} cells, more than {MOST}")
    return [plain(cell) for cell in cells if isinstance(cell, dict)]


def plain(cell: dict) -> dict:
    """What is taken from a cell of the submission, whatever its shape."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    nbgrader = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    nbgrader = nbgrader.get("nbgrader") if isinstance(nbgrader.get("nbgrader"), dict) else {}
    kind = cell.get("cell_type")
    text = clean(source.replace("\r\n", "\n").replace("\r", "\n"), LONGEST) if isinstance(source, str) else ""
    ids = [i for i in (nbgrader.get("grade_id"), cell.get("id")) if isinstance(i, str)]
    return {"type": kind if kind in ("code", "markdown", "raw") else "code", "source": text, "ids": ids}


def rebuild(data: bytes, source: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to grade, and a note for everything that was mended.

    data: the file as it was handed in; source: the instructor's notebook. A cell of the result is the
    instructor's (its text, or the student's answer in a solution cell) or the student's own, without
    metadata. Raises Refused.
    """
    submitted, notes = read(data), []
    by_id = {cell.id: cell for cell in source.cells} | {grade_id(cell): cell for cell in source.cells if grade_id(cell)}
    by_text = {visible(cell.source).strip(): cell for cell in reversed(source.cells) if not is_solution(cell)}
    questions = {cell.id: grade_id(cell) for cell in source.cells if is_solution(cell)}

    # Whose is which? A cell that carries a question's id and defines its function; then one that defines the
    # function; then one that carries the id. A cell of the instructor's is known by its id or by its text.
    owner: dict[int, NotebookNode] = {}
    carried = [next((by_id[i] for i in cell["ids"] if i in by_id), None) for cell in submitted]
    defined = [{name for names in DEFINED.findall(cell["source"]) for name in names if name} for cell in submitted]
    rules = [
        lambda n, target: carried[n] is target and grade_id(target) in defined[n],
        lambda n, target: grade_id(target) in defined[n] and not (carried[n] is not None and is_test(carried[n])),
        lambda n, target: carried[n] is target,
    ]
    answers: dict[str, int] = {}
    for rule in rules:
        for target in source.cells:
            if target.id in questions and target.id not in answers:
                found = next((n for n in range(len(submitted)) if n not in owner and rule(n, target)), None)
                if found is not None:
                    owner[found], answers[target.id] = target, found
    used = {cell.id for cell in owner.values()}
    for n, cell in enumerate(submitted):
        target = carried[n] if carried[n] is not None else by_text.get(cell["source"].strip())
        if n not in owner and target is not None and target.id not in questions:
            if target.id in used:
                if cell["source"].strip() == visible(target.source).strip():
                    owner[n] = target  # a second copy: nothing is lost with it
                continue
            owner[n] = target
            used.add(target.id)
            if is_test(target):
                if cell["source"].strip() not in (visible(target.source).strip(), target.source.strip()):
                    notes.append(f"{grade_id(target)} had been changed: the instructor's is used")
                if cell["type"] != target.cell_type:
                    notes.append(f"{grade_id(target)} had been made a {cell['type']} cell")
    if not owner:
        raise Refused("another notebook: it holds no cell of this exercise")

    result = copy.deepcopy(source)
    for cell in result.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if cell.id in answers:
            answer = submitted[answers[cell.id]]
            cell.source = answer["source"]
            if answer["type"] != "code":
                notes.append(f"{grade_id(cell)} had been made a {answer['type']} cell: it is run as code")
            if carried[answers[cell.id]] is None:
                notes.append(f"the answer of {grade_id(cell)} was known by its function: its id was gone")
            elif carried[answers[cell.id]].id != cell.id:
                notes.append(f"the answer of {grade_id(cell)} was found in the cell {grade_id(carried[answers[cell.id]])}")
        elif cell.id in questions:
            cell.source = ""
            elsewhere = any(grade_id(cell) in names for names in defined)
            notes.append(f"{grade_id(cell)} is answered in another cell" if elsewhere else f"{grade_id(cell)} has no answer")
        elif is_test(cell) and cell.id not in used:
            notes.append(f"{grade_id(cell)} had been deleted and was put back")

    # The student's own cells go behind the cell that they stood behind.
    place, own = "", {}
    for n, cell in enumerate(submitted):
        if n in owner:
            place = owner[n].id
        elif cell["source"].strip():
            own.setdefault(place, []).append(own_cell(cell, f"own-{n}"))
    result.cells = own.get("", []) + [each for cell in result.cells for each in (cell, *own.get(cell.id, []))]
    return result, notes


def own_cell(cell: dict, name: str) -> NotebookNode:
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell, "raw": nbformat.v4.new_raw_cell}
    return make[cell["type"]](cell["source"], id=name)
