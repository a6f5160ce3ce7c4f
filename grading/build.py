"""source/1101.py → source/1101/main.ipynb → release/1101/main.ipynb = 1101/main.ipynb; source/demo.py → 1101/demo.ipynb.

A pure function of the text: the same source gives the same bytes, whatever was there before.
"""

import hashlib
import shutil
from pathlib import Path

import jupytext
import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from .course import ASSIGNMENT, load_config


def source_notebook(text: str) -> nbformat.NotebookNode:
    """The notebook of a py:percent text: the instructor's, or the demo.

    Cell ids are the nbgrader grade ids, and a digest of the text for the cells that have none, so that
    an edit changes the id of the edited cell only. Raises ValueError for two cells with the same id.
    """
    notebook = jupytext.reads(text, "py:percent")
    notebook.metadata.pop("jupytext", None)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.id = grade_id or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
    ids = [cell.id for cell in notebook.cells]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"source/*.py: more than one cell has the id {', '.join(twice)}; make them differ.")
    return notebook


def build(root: Path) -> list[Path]:
    """Build the notebooks of the course in the folder root, three of the exercise and the demo; returns their paths.

    The gradebook is not touched: `nbgrader generate_assignment` records the assignment there.
    """
    text = (root / "source" / f"{ASSIGNMENT}.py").read_text(encoding="utf-8")
    folders = f"source/{ASSIGNMENT}", f"release/{ASSIGNMENT}", ASSIGNMENT
    source, release, student = (root / folder / "main.ipynb" for folder in folders)
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(text), source)

    config = load_config(root)
    config.CourseDirectory.assignment_id = ASSIGNMENT
    config.GenerateAssignment.update({"force": True, "no_database": True})
    config.SaveCells.enabled = False
    GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()

    student.parent.mkdir(exist_ok=True)
    shutil.copyfile(release, student)

    demo = student.with_name("demo.ipynb")
    nbformat.write(source_notebook((root / "source" / "demo.py").read_text(encoding="utf-8")), demo)
    return [source, release, student, demo]
