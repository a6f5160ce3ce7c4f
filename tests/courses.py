"""Course folders, and the instructor's own commands in them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from exercise import ROOT

CONFIG = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
ENVIRONMENT = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def command(course: Path, module: str, *words: str) -> str:
    """Run `python -m module words…` in the course; returns what it said on stderr. It must end well."""
    result = subprocess.run([sys.executable, "-m", module, *words], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stderr


def new_course(folder: Path, config: str = CONFIG) -> Path:
    """A course in folder that knows the assignment, with nothing handed in."""
    (folder / "source/1101").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    shutil.copy(ROOT / "source/1101/main.ipynb", folder / "source/1101")
    command(folder, "nbgrader", "generate_assignment", "1101")
    return folder


def hand_in(course: Path, student: str, notebook: nbformat.NotebookNode) -> None:
    path = course / "submitted" / student / "1101/main.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
