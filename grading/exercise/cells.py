"""What the cells of the instructor's notebook are: questions, tests, and what is given."""

import hashlib
import re
from collections.abc import Iterable

from nbformat import NotebookNode

BEGIN, END = (re.compile(rf"^ *### {word} HIDDEN TESTS\n?", re.MULTILINE) for word in ("BEGIN", "END"))
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION", re.MULTILINE | re.DOTALL)
MARKER = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
QUESTION = "question "
"""How a mark begins that is the name of a question."""
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def grade_id(cell: NotebookNode) -> str:
    """The nbgrader id of a cell, or '' for a cell that has none."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def is_solution(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def is_test(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def tested(cell: NotebookNode) -> str:
    """The question of a test cell; '' where it tests none (the shared tools are a test cell without marks)."""
    return grade_id(cell).removeprefix("test_") if is_test(cell) and grade_id(cell).startswith("test_") else ""


def visible(source: str) -> str:
    """A cell of the instructor's as the student has it."""
    kept, place = [], 0
    while (begin := BEGIN.search(source, place)) and (end := END.search(source, begin.end())):  # one pattern would be quadratic
        kept.append(source[place : begin.start()])
        place = end.end()
    return "".join([*kept, source[place:]])


def solutions(source: NotebookNode) -> dict[str, str]:
    """Question → the reference answer: the solution cells of the instructor's notebook, without markers."""
    return {grade_id(cell): MARKER.sub("", cell.source) for cell in source.cells if is_solution(cell)}


def stubs(source: NotebookNode) -> dict[str, str]:
    """Question → its cell without an answer: as students get it, but for what stands in the place of the solution."""
    return {grade_id(cell): SOLUTION.sub(r"\1pass", cell.source) for cell in source.cells if is_solution(cell)}


def headings(source: NotebookNode) -> dict[str, tuple[str, str]]:
    """Question → the last heading of a section before its answer, and its own title: ("1.4 多クラス分類と softmax", "問 6").

    A question's own heading is the one that names it in backticks; its title is what stands before that.
    """
    questions = [grade_id(cell) for cell in source.cells if is_solution(cell)]
    section, titles, found = "", {}, {}
    for cell in source.cells:
        for heading in HEADING.findall(cell.source) if cell.cell_type == "markdown" else ():
            question = next((name for name in questions if f"`{name}`" in heading), "")
            if question:
                titles[question] = heading.partition(f"`{question}`")[0].strip(" .:、：")
            else:
                section = heading.replace("$", "")
        if is_solution(cell):
            found[grade_id(cell)] = section, titles.get(grade_id(cell), "")
    return found


def hints(source: NotebookNode) -> dict[str, str]:
    """Question → where its author should read again: 「1.4 多クラス分類と softmax」と、問 6 のヒント."""
    return {name: f"「{section}」と、{title or name} のヒント" for name, (section, title) in headings(source).items()}


def digest(text: str) -> str:
    """What a cell is known by whose text nobody edits."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:8]


def marks(source: NotebookNode) -> set[str]:
    """What tells the notebooks of this exercise from others: ids and digests of its cells, names of its questions."""
    found = set()
    for cell in source.cells:
        found |= {cell.id, grade_id(cell)}
        if is_solution(cell):
            found.add(QUESTION + grade_id(cell))
        else:
            found.add(digest(visible(cell.source)))
    return found - {""}


def own_marks(notebooks: dict[str, NotebookNode]) -> dict[str, set[str]]:
    """Exercise → the marks that no other exercise has."""
    all_marks = {name: marks(notebook) for name, notebook in notebooks.items()}
    return {name: mine - _union(other for key, other in all_marks.items() if key != name) for name, mine in all_marks.items()}


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)
