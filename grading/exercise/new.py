"""`grading new`: the folder of a new exercise, with one small question that works at once. What it holds stands in template/."""

import re
from pathlib import Path

from .folder import NoExercise

TEMPLATE = Path(__file__).parent / "template"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What nbgrader takes as the name of an assignment, and every system as the name of a folder."""


def write(root: Path, name: str) -> list[Path]:
    """Write exercises/<name>/ into the course in the folder root; returns its files. Raises NoExercise where that cannot be."""
    if not NAME.fullmatch(name):
        raise NoExercise(f"{name!r} is no name for an exercise: it is letters without accents, digits, and inside _ . -.")
    if not (root / "nbgrader_config.py").is_file():
        raise NoExercise("There is no nbgrader_config.py here: go to the course's folder.")
    for path in root / "exercises" / name, root / name:
        if path.exists():
            raise NoExercise(f"{path.relative_to(root)} is there already: choose another name.")
    written = []
    for path in sorted(path for path in TEMPLATE.rglob("*") if path.suffix in (".py", ".toml")):
        target = root / "exercises" / name / path.relative_to(TEMPLATE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8").replace("@name@", name), encoding="utf-8")
        written.append(target)
    return written
