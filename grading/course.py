"""The course: the folder that holds nbgrader_config.py, how it is configured, and how what was handed in is read."""

import fcntl
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from glob import escape, glob
from pathlib import Path
from socket import gethostname
from typing import BinaryIO
from unicodedata import normalize

from nbgrader.api import Base, Gradebook, InvalidEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import DatabaseError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from .exercise.folder import NoExercise, check_place
from .notes import Refused, shown
from .sandbox.limits import MB

NOTEBOOK = "main"
"""The name of every exercise's notebook, without .ipynb."""
SECRET = "submission_secret.txt"
"""What `nbgrader submit` leaves beside it, and `nbgrader release_feedback` asks for."""
TROUBLES = OSError, DatabaseError, InvalidEntry
"""What a full disk raises, or a gradebook that another program has locked or damaged."""
AT_WORK: set[Path] = set()
"""The courses in which this process is at work."""


def write(path: Path, data: bytes) -> None:
    """The whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.partial")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def gradebook_url(root: Path) -> str:
    """The address of the gradebook as nbgrader writes it, but where that would be another file: % and ? mean something there."""
    path = os.path.abspath(root / "gradebook.db")
    plain = f"sqlite:///{path}"
    return plain if make_url(plain).database == path else URL.create("sqlite", database=path).render_as_string()


def check_gradebook(url: str | URL) -> None:
    """Raises NoExercise where the gradebook is that of an earlier nbgrader, or no gradebook; none yet will do."""
    file = make_url(url).database if make_url(url).get_backend_name() == "sqlite" else None
    if file and not Path(file).exists():
        return  # to look into it would make it
    engine = create_engine(url)
    try:
        known = inspect(engine)
        there = {name: {column["name"] for column in known.get_columns(name)} for name in known.get_table_names()}
    except DatabaseError as error:
        raise NoExercise(f"The gradebook {shown(file or str(url))} cannot be used: {error.orig}.") from None
    finally:
        engine.dispose()
    wanted = {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}
    if there and not all(columns <= there.get(name, set()) for name, columns in wanted.items()):
        raise NoExercise("The gradebook is of an earlier nbgrader: run `nbgrader db upgrade`, which keeps a copy of it.")


def tell(text: str) -> None:
    print(text, file=sys.stderr)


@contextmanager
def at_work(root: Path, what: str, say: Callable[[str], object] = tell) -> Iterator[None]:
    """Work that writes into the course, for which another process waits, told by `say` what it waits for.

    The machine ends what a process has locked with the process, however that ends.
    """
    root = root.resolve()
    if root in AT_WORK:
        yield
        return
    with open(root / "gradebook.db.lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            say(f"Waiting: {shown(file.read().strip()) or 'another process'} is at work in this course.")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass  # a file system without locks
        file.truncate(0)
        file.write(f"{what} (process {os.getpid()} on {gethostname()}, since {datetime.now():%H:%M:%S})")
        file.flush()
        AT_WORK.add(root)
        try:
            yield
        finally:
            AT_WORK.discard(root)
            file.truncate(0)


def trouble(error: Exception) -> str:
    """What went wrong on the machine's side, in one line."""
    file, text = getattr(error, "filename", None), getattr(error, "strerror", None) or getattr(error, "orig", None)
    return shown(f"{file}: {text}" if file else f"{text or next(iter(error.args), error)}")


def check_writable(root: Path) -> None:
    """Raises NoExercise where something that a run writes belongs to somebody else."""
    for path in (root, *(path for part in ("gradebook.db", "autograded", "autograded/*", "feedback", "feedback/*")
                         for path in sorted(root.glob(part)))):  # fmt: skip
        if not os.access(path, os.W_OK):
            raise NoExercise(f"You may not write {shown(str(path))}: change its owner or its permissions.")


def load_config(root: Path) -> Config:
    """nbgrader's configuration of the course in the folder root, as `nbgrader` run there would read it.

    Raises NoExercise where nbgrader cannot use that path or the gradebook, and ConfigFileNotFound where root holds no
    nbgrader_config.py.
    """
    check_place(root)
    # nbgrader runs `alembic` by name; it stands beside this Python, whether or not the environment is activated.
    programs, path = str(Path(sys.executable).parent), os.environ["PATH"].split(os.pathsep)
    if programs not in path:
        os.environ["PATH"] = os.pathsep.join([programs, *path])
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    check_gradebook(CourseDirectory(config=config).db_url)
    return config


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
