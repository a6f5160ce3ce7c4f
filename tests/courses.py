"""Course folders, and the instructor's own commands in them."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from exercise import ROOT

CONFIG = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def command(course: Path, module: str, *words: str) -> str:
    """Run `python -m module words…` in the course; returns what it said on stderr. It must end well."""
    result = subprocess.run([sys.executable, "-m", module, *words], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stderr


@cache
def generated(config: str) -> TemporaryDirectory:
    """A course with this nbgrader_config.py that knows the assignment, once for all tests of a process."""
    folder = TemporaryDirectory(prefix="course-")
    course = Path(folder.name)
    (course / "source/1101").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(config, encoding="utf-8")
    shutil.copy(ROOT / "source/1101/main.ipynb", course / "source/1101")
    command(course, "nbgrader", "generate_assignment", "1101")
    return folder


def new_course(folder: Path, config: str = CONFIG) -> Path:
    """A course in folder that knows the assignment, with nothing handed in."""
    return shutil.copytree(generated(config).name, folder, dirs_exist_ok=True)


def hand_in(course: Path, student: str, notebook: nbformat.NotebookNode) -> None:
    path = course / "submitted" / student / "1101/main.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
