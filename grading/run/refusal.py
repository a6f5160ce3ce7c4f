"""Why a file was not graded, kept beside autograded/<student>/<assignment> so that the report need not read the file again.

Where it is the file's own doing (it takes too long, say), the next run does not try it again either.
"""

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


def record(folder: Path, graded: Path, why: Note, digest: str = "") -> None:
    """Keep why what lies in folder was not graded; graded: where its result would be.

    digest: of the file and the assignment, where another try would come to the same.
    """
    graded.parent.mkdir(parents=True, exist_ok=True)
    told = {"file": stamp(folder), "why": why.as_json(), "digest": digest}
    place(graded).write_text(json.dumps(told), encoding="utf-8")  # ASCII: a file may have a name that no encoding knows


def forget(graded: Path) -> None:
    place(graded).unlink(missing_ok=True)


def settled(graded: Path, digest: str) -> Note | None:
    """Why the file with that digest will not be graded this time either; None where it should be tried."""
    try:
        told = json.loads(place(graded).read_text(encoding="utf-8"))
        return Note.from_json(told["why"]) if told["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def recall(folder: Path, graded: Path) -> Note | None:
    """Why what lies in folder was not graded; None where it was not tried, or is another file by now."""
    try:
        told = json.loads(place(graded).read_text(encoding="utf-8"))
        return Note.from_json(told["why"]) if told["file"] == stamp(folder) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
