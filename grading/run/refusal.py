"""Why a file was not graded, kept beside autograded/<student>/<assignment> so that the report need not read the file again."""

import json
from contextlib import suppress
from pathlib import Path

from ..course import NOTEBOOK
from ..notes import Note


def place(graded: Path) -> Path:
    """Where it is kept; nbgrader looks only into folders called as an assignment is."""
    return graded.parent / f".{graded.name}.refused.json"


def stamp(folder: Path) -> list[int]:
    """Tells whether the file in a folder of submitted/ is still the same, without reading it; empty where there is none."""
    with suppress(OSError):
        status = (folder / f"{NOTEBOOK}.ipynb").lstat()
        return [status.st_size, status.st_mtime_ns]
    return []


def record(folder: Path, graded: Path, why: Note, key: str = "") -> None:
    """Keep why what lies in folder was not graded; graded: where its result would be; key: of the assignment."""
    graded.parent.mkdir(parents=True, exist_ok=True)
    told = json.dumps({"file": stamp(folder), "why": why.as_json(), "key": key})  # ASCII: a name may be no text at all
    place(graded).write_text(told, encoding="utf-8")


def forget(graded: Path) -> None:
    place(graded).unlink(missing_ok=True)


def recall(folder: Path, graded: Path, key: str | None = None) -> Note | None:
    """Why what lies in folder was not graded, by the assignment of that key or by any.

    None where it was not tried, or is another file by now.
    """
    try:
        told = json.loads(place(graded).read_text(encoding="utf-8"))
        same = told["file"] == stamp(folder) and key in (None, told["key"])
        return Note.from_json(told["why"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
