"""Otter-Grader, as an instructor without Docker has it: `otter.api.grade_submission` for one submission after another.

That is `otter run` without the start of a Python for each; only `otter grade`, which needs Docker, takes a folder. The
tests are the very test cells of the exercise, run where they stand in the notebook. Run as a program in a folder that
`prepare` made, it grades with as many processes as its argument says.
"""

import json
import subprocess
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import nbconvert.preprocessors
import nbformat

SECONDS = 20
"""For a cell, as stock nbgrader has them."""
TEST = """
import sys
from otter.test_files import test_case

OK_FORMAT = False
name, points, cell, marks = {name!r}, {points}, {cell!r}, []

@test_case(points=0)
def run(env):
    shown, hook = [], sys.displayhook
    sys.displayhook = shown.append
    try:
        exec(compile(cell, name, "exec"), env)
    except KeyboardInterrupt:  # out of time: that costs this question, while the interrupt would cost all of them
        raise TimeoutError from None
    finally:
        sys.displayhook = hook
    marks[:] = shown or [points]  # a cell's value is its marks, as nbgrader reads it

def mark(number):
    @test_case(points=1)
    def earned():
        assert marks and marks[-1] >= number
    return earned

globals().update({{f"mark_{{number}}": mark(number) for number in range(1, points + 1)}})
"""
"""A test file: the cell is run once, then a case for each mark, since a case passes or fails."""


def prepare(course: Path, students: dict[str, nbformat.NotebookNode], tests: list[nbformat.NotebookNode]) -> None:
    """autograder.zip of these test cells, and the notebooks as Otter hands them out: a check where a test cell stands."""
    (course / "tests").mkdir()
    (course / "submissions").mkdir()
    names = set()
    for cell in tests:
        name, points = cell.metadata.nbgrader.grade_id, int(cell.metadata.nbgrader.points)
        (course / f"tests/{name}.py").write_text(TEST.format(name=name, points=points, cell=cell.source), encoding="utf-8")
        names.add(name)
    (course / "otter_config.json").write_text(json.dumps({"print_summary": False, "print_score": False}))
    subprocess.run([sys.executable, "-m", "otter", "generate"], cwd=course, check=True, capture_output=True)
    for student, notebook in students.items():
        notebook = nbformat.from_dict(notebook)
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in names:
                cell.source, cell.metadata["otter"] = "", {"tests": [name]}
        nbformat.write(notebook, course / f"submissions/{student}.ipynb")


def marks(course: Path) -> dict[str, dict[str, float]]:
    """Student → question → marks; only those who were graded."""
    return json.loads((course / "marks.json").read_text())


def grade(path: Path) -> tuple[str, dict[str, float]]:
    """The student and the marks; none where Otter came to no result."""
    from otter.api import grade_submission

    try:
        results = grade_submission(str(path), "autograder.zip", quiet=True)
    except Exception as error:
        print(f"{path.stem}: {type(error).__name__}: {error}", file=sys.stderr)
        return path.stem, {}
    return path.stem, {name.removeprefix("test_"): float(test.score) for name, test in results.results.items() if test.possible}


def main(processes: str) -> None:
    # Otter has a limit of time for a container, but none for a cell: without this, one endless loop stops the class.
    bounded = partial(nbconvert.preprocessors.ExecutePreprocessor, timeout=SECONDS, interrupt_on_timeout=True)
    nbconvert.preprocessors.ExecutePreprocessor = bounded
    with Pool(int(processes)) as pool:
        found = pool.map(grade, sorted(Path("submissions").iterdir()), chunksize=1)
    Path("marks.json").write_text(json.dumps({student: given for student, given in found if given}))


if __name__ == "__main__":
    main(*sys.argv[1:])
