"""exercises/<name>/notebook.py → source/<name>/main.ipynb → release/<name>/main.ipynb = <name>/main.ipynb, and its demo.

A pure function of the text: the same text gives the same bytes, whatever was there before. Only released.txt is added to.

The text is jupytext's py:percent format. What a cell is for stands behind its `# %%`:

    # %% [markdown]                        prose
    # %% question="softmax"                the answer's cell: the stub, and the reference between the SOLUTION markers
    # %% test="softmax" points=5           its test, right behind it: what the student sees, then the hidden part
    # %% test="k_fold" bonus=5             the same, for extra marks
    # %% given="data"                      code that the student must not change
    # %% folded="picture_digits"           the same, with its code folded
    # %% tools="tools"                     folded, with a hidden part that the tests share
    # %% include="check"                   exercises/shared/check.py, and behind it what follows here
    # %% include="stage" scripts="stage"   and under its first line what the browser runs: shared/stage/ and the scenes/ beside it
    # %%                                   a cell of the student's own
"""

import base64
import shutil
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from ..course import load_config
from . import catalogue, mistakes, released
from .cells import digest, grade_id, is_solution, is_test, tested
from .folder import Exercise

KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}
"""The code of a cell is folded in Colab, and in JupyterLab and VS Code."""
ROLES: dict[str, tuple[str, dict, dict]] = {  # what stands behind `# %%` → how its id begins, nbgrader's flags, other metadata
    "question": ("", {"solution": True, "grade": False, "locked": False}, {}),
    "test": ("test_", {"solution": False, "grade": True, "locked": True}, {}),
    "given": ("", {"solution": False, "grade": False, "locked": True}, {}),
    "folded": ("", {"solution": False, "grade": False, "locked": True}, FOLDED),
    "tools": ("", {"solution": False, "grade": True, "locked": True, "points": 0}, FOLDED),
}


def read_cells(path: Path) -> list[NotebookNode]:
    """The cells of a text, whatever their role."""
    return jupytext.reads(path.read_text(encoding="utf-8"), "py:percent").cells


def included(cell: NotebookNode, shared: Path) -> NotebookNode:
    """The cell that stands in the place of an `include`."""
    name = cell.metadata.pop("include")
    path = shared / f"{name}.py"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in shared.glob("*.py"))) or "none"
        raise ValueError(f'include="{name}": exercises/shared/{name}.py is not there (there is {known}).')
    [whole] = read_cells(path)
    whole.source = "\n".join(filter(None, [whole.source, cell.source]))
    whole.metadata.update(cell.metadata)
    return whole


def carry_scripts(cell: NotebookNode, path: Path, shared: Path) -> None:
    """Put a demo's scripts, style and font under the first line of its cell: the notebook is one file. Raises ValueError."""
    folder = shared / cell.metadata.pop("scripts")
    scripts = [*sorted(folder.glob("*.js")), *sorted(path.parent.glob("scenes/*.js"))]
    script = "\n".join(each.read_text(encoding="utf-8") for each in scripts)
    font = base64.b64encode((folder / "font.woff").read_bytes()).decode()
    style = (folder / "stage.css").read_text(encoding="utf-8").replace("FONT", f"data:font/woff;base64,{font}")
    if "'''" in script + style:
        raise ValueError(f"{path.parent.name}/{path.name}: ''' in a script ends the text that carries it.")
    title, _, code = cell.source.partition("\n")
    cell.source = "\n".join([title, f"SCRIPT = r'''{script}'''", f"STYLE = r'''{style}'''", code])


def take_role(cell: NotebookNode, place: str) -> None:
    """nbgrader's metadata instead of the role that stands in the text. Raises ValueError."""
    roles = [role for role in ROLES if role in cell.metadata]
    if not roles:
        return
    if len(roles) > 1:
        raise ValueError(f"{place}: one cell is {' and '.join(roles)}; it can be one of them.")
    start, flags, other = ROLES[roles[0]]
    about = {"grade_id": start + cell.metadata.pop(roles[0]), "schema_version": 3, "task": False, **flags}
    if roles == ["test"]:
        marks = {key: cell.metadata.pop(key) for key in ("points", "bonus") if key in cell.metadata}
        if len(marks) != 1:
            raise ValueError(f"{place}: {about['grade_id']} needs either points=… or bonus=….")
        about["points"] = next(iter(marks.values()))
        other = {"bonus": True} if "bonus" in marks else {}
    cell.metadata.update(other | {"nbgrader": about})


def notebook(path: Path, shared: Path) -> NotebookNode:
    """The notebook of a text.

    Cell ids are the nbgrader grade ids, and a digest of the text for the cells that have none, so that
    an edit changes the id of the edited cell only. Raises ValueError for a text that is none.
    """
    place = f"{path.parent.name}/{path.name}"
    cells = [included(cell, shared) if "include" in cell.metadata else cell for cell in read_cells(path)]
    for cell in cells:
        if "scripts" in cell.metadata:
            carry_scripts(cell, path, shared)
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's own
        take_role(cell, place)
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or digest(cell.source)
    ids = [cell.id for cell in cells]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{place}: more than one cell has the id {', '.join(twice)}; make them differ.")
    return nbformat.v4.new_notebook(cells=cells, metadata=KERNEL)


def instructors(path: Path, shared: Path) -> NotebookNode:
    """The notebook of an exercise's text. Raises ValueError where its questions and tests do not stand as they must."""
    place, found = f"{path.parent.name}/{path.name}", notebook(path, shared)
    code = [cell for cell in found.cells if grade_id(cell)]
    questions = [n for n, cell in enumerate(code) if is_solution(cell)]
    if not questions:
        raise ValueError(f"{place}: there is no question in it.")
    for n, (cell, after) in enumerate(zip(code, [*code[1:], None])):
        name = grade_id(cell)
        if is_solution(cell) and not name.isidentifier():
            raise ValueError(f"{place}: {name} is no name of a function or a class.")
        if is_solution(cell) and (after is None or tested(after) != name):
            raise ValueError(f"{place}: {name} has no test right behind it.")
        if tested(cell) and (n == 0 or not is_solution(code[n - 1]) or grade_id(code[n - 1]) != tested(cell)):
            raise ValueError(f"{place}: {name} stands behind no question {tested(cell)}.")
        if is_test(cell) and not tested(cell) and n > min(questions, default=n):
            raise ValueError(f"{place}: {name} stands behind the first question; what the tests share stands before it.")
    return found


def build(exercise: Exercise) -> list[Path]:
    """Build the notebooks of an exercise, three of it and its demo where it has one; returns their paths.

    The gradebook is not touched: the next run records the assignment there. Raises ValueError for a text that is no exercise.
    """
    shared, student = exercise.root / "exercises" / "shared", exercise.root / exercise.name / "main.ipynb"
    exercise.source.parent.mkdir(parents=True, exist_ok=True)
    source = instructors(exercise.text, shared)
    mistakes.pack(source, catalogue.read(exercise.catalogue()))
    nbformat.write(source, exercise.source)

    config = load_config(exercise.root)
    config.CourseDirectory.assignment_id = exercise.name
    config.GenerateAssignment.update({"force": True, "no_database": True})
    config.SaveCells.enabled = False
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()

    released.add(exercise, source)
    student.parent.mkdir(exist_ok=True)
    shutil.copyfile(exercise.release, student)
    built = [exercise.source, exercise.release, student]
    if exercise.demo.exists():
        nbformat.write(notebook(exercise.demo, shared), student.with_name("demo.ipynb"))
        built.append(student.with_name("demo.ipynb"))
    return built
