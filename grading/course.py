"""The course: the folder that holds nbgrader_config.py, how it is configured, and how what was handed in is read."""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from glob import escape, glob
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO
from unicodedata import normalize

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from .exercise.folder import NoExercise
from .notes import Refused, shown
from .sandbox.limits import MB

NOTEBOOK = "main"
"""The name of every exercise's notebook, without .ipynb."""
SECRET = "submission_secret.txt"
"""What `nbgrader submit` leaves beside it, and `nbgrader release_feedback` asks for."""
READ_OTHERWISE = re.compile(r"[\[*?]|%[0-9a-fA-F]{2}")
"""What nbgrader takes in a path for a pattern, or for something else in the address of the gradebook."""


def check_place(root: Path) -> None:
    """Raises NoExercise where nbgrader would look for the course in the folder root elsewhere."""
    path = os.path.abspath(root)
    bad = READ_OTHERWISE.search(path)
    if bad or os.path.expandvars(path) != path:
        raise NoExercise(f"The path of the course, {shown(path)}, has {bad[0] if bad else 'a $'} in it, which nbgrader reads as"
                         " something else: rename the folder.")  # fmt: skip


def check_writable(root: Path) -> None:
    """Raises NoExercise where something that a run writes belongs to somebody else."""
    for path in (root, *(path for part in ("gradebook.db", "autograded", "autograded/*", "feedback", "feedback/*")
                         for path in sorted(root.glob(part)))):  # fmt: skip
        if not os.access(path, os.W_OK):
            raise NoExercise(f"You may not write {shown(str(path))}: change its owner or its permissions.")


def load_config(root: Path) -> Config:
    """nbgrader's configuration of the course in the folder root, as `nbgrader` run there would read it.

    Raises NoExercise where nbgrader cannot use that path, and ConfigFileNotFound where root holds no nbgrader_config.py.
    """
    check_place(root)
    # nbgrader runs `alembic` by name; it stands beside this Python, whether or not the environment is activated.
    programs, path = str(Path(sys.executable).parent), os.environ["PATH"].split(os.pathsep)
    if programs not in path:
        os.environ["PATH"] = os.pathsep.join([programs, *path])
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config


def course_secret(root: Path) -> str:
    """What the inputs of the hidden tests are drawn with, so that nobody outside knows them: made at the first use.

    Without its file another one is made, and everything is graded again.
    """
    path = root / ".secret"
    with suppress(FileExistsError):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token_hex(32))
    return path.read_text()


@contextmanager
def transaction(gradebook: Gradebook) -> Iterator[None]:
    """One transaction for what is written inside: nbgrader's API commits at every step of its own."""
    commit, gradebook.db.commit = gradebook.db.commit, gradebook.db.flush
    try:
        yield
        commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    finally:
        gradebook.db.commit = commit
        gradebook.db.expunge_all()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A plain file. Raises Refused; follows no link and waits for no pipe."""
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except FileNotFoundError:
        raise Refused("gone") from None
    except OSError as error:
        raise Refused("unreadable", str(error.strerror)) from None
    with stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise Refused("special")
        yield stream


def small(data: bytes, most: int) -> bytes:
    """data, where it has at most so many bytes. Raises Refused."""
    if len(data) > most:
        raise Refused("large", most // MB)
    return data


def read_file(path: Path, most: int) -> bytes:
    """A plain file of at most so many bytes. Raises Refused."""
    with opened(path) as stream:
        return small(stream.read(most + 1), most)


def folders(coursedir: CourseDirectory, step: str, assignment: str, student: str = "*") -> dict[str, Path]:
    """Student → the folder of this step (submitted, autograded …)."""
    wanted = coursedir.format_path(step, student, assignment).removeprefix(coursedir.root)
    pattern = coursedir.format_path(step, "(?P<student>[^/]*)", assignment, escape=True)
    matches = [re.fullmatch(pattern, path) for path in glob(escape(coursedir.root) + wanted)]
    return {match["student"]: Path(match[0]) for match in matches if match}


def is_name(student: str) -> bool:
    """Whether the name of a folder can be said, printed and recorded."""
    return shown(student) == normalize("NFC", student)


def timestamp(data: bytes) -> datetime | None:
    """The time in nbgrader's file timestamp.txt, in UTC without a zone; None for none, or for one in no likely year."""
    try:
        time = parse_utc(data.decode().strip() or None)
    except Exception:  # the parser raises what it likes
        return None
    return time if time and 1970 <= time.year < 2200 else None


def handed_in(folder: Path, coursedir: CourseDirectory, most: int, name: str = f"{NOTEBOOK}.ipynb") -> bytes:
    """A file in a folder of submitted/, of at most so many bytes. Raises Refused."""
    top = Path(coursedir.format_path(coursedir.submitted_directory, ".", ".")).resolve()
    path = folder / name
    for each in (path, *path.parents[: len(path.parts) - len(top.parts) - 1]):
        if each.is_symlink():
            raise Refused("submitted link", shown(str(each.relative_to(top))))
    try:
        return read_file(path, most)
    except Refused as error:
        if error.note.kind != "gone":
            raise Refused("submitted", name, error.note) from None
    others = sorted(p.name for p in folder.glob("*") if p.is_file())
    raise Refused("other files", name, shown(", ".join(others[:3]))) if others else Refused("no file", name)
