"""What lies at a path that the instructor names: every file of its folders and zip archives, one after another.

Everything is only read. No link is followed, nothing is unpacked to the disk, and what an archive says of itself is not believed.
"""

import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import BinaryIO

from ..course import opened, read_file, small
from ..notes import Note, Refused
from ..sandbox.limits import MB
from .roster import FILE_END, TIME, fold, shown

IGNORED = re.compile(r"__macosx|__pycache__|thumbs\.db|desktop\.ini|~\$.*|\._.*|\.ipynb_checkpoints|\.(?!.*ipynb$).*")
"""What systems and editors leave behind, and what is hidden."""
COURSE = (
    "", "exercises", "source", "release", "submitted", "autograded", "feedback", "report", "sample", "build", "downloaded",
    ".venv",
)  # fmt: skip
"""Folders of the course: '' is the course itself."""
FILES = 20_000
"""Of one path, and of one archive."""
FOLDERS = 40
"""Folders inside one another."""
LONGEST = 1000
"""Letters of a name in an archive, with its folders."""
ARCHIVES = 3
"""Archives inside one another."""
NESTED = 100 * MB
"""Bytes of an archive inside another, and of all that it unpacks to."""
UNPACKED, RATIO = 1024 * MB, 40
"""Bytes that an archive may unpack to, or so many times its own size where that is more: notebooks shrink to a fifth."""


@dataclass(frozen=True)
class Found:
    """A file on its way in."""

    file: str
    """How it is called in lists: by folders and archives, relative to the course where it lies there."""
    names: tuple[str, ...]
    """The file's own name last; those before it may tell whose it is."""
    time: datetime | None = None
    """UTC, to the second."""
    certain: bool = False
    """Whether the time stands in the name or in an archive: that of a file changes when somebody copies it."""
    problem: Note | None = None
    """Why it cannot be read, known without reading."""
    read: Callable[[int], bytes] = lambda most: b""
    """The bytes, at most so many. Raises Refused."""


def find_all(paths: Iterable[Path], root: Path, assignment: str) -> Iterator[Found]:
    """Every file at or below the paths, for the course in the folder root; what lies below two of them comes once."""
    seen: set[str] = set()
    for path in paths:
        mine = []
        for found in find(Path(os.path.abspath(path)), root, assignment):
            mine.append(found.file)
            if found.file not in seen:
                yield found
        seen.update(mine)


def find(path: Path, root: Path, assignment: str) -> Iterator[Found]:
    """Every file at or below an absolute path, in the order of the names."""
    file = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    file = shown(f"./{file}" if file[0] in "=+-@" else file)  # no formula in a spreadsheet
    names = [path.name]
    if not path.is_dir():  # s001/main.ipynb or s001/1101/main.ipynb, each named by itself
        above = path.parent.parent if path.parent.name == assignment else path.parent
        if not any(folder.is_relative_to(above) for folder in (root, Path.home())):
            names.insert(0, above.name)
    for number, found in enumerate(on_disk(path, file, tuple(names), root, assignment)):
        if number == FILES:
            yield Found(file, tuple(names), problem=Note("many", FILES))
            return
        yield found


def on_disk(path: Path, file: str, names: tuple[str, ...], root: Path, assignment: str) -> Iterator[Found]:
    """The files at or below path."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise Refused("link")
        if is_course(path.resolve(), root.resolve(), assignment):
            raise Refused("course")
        if stat.S_ISDIR(status.st_mode):
            if len(names) > FOLDERS:
                raise Refused("deep", FOLDERS)
            for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
                name = text_of(os.fsencode(entry.name))
                if not IGNORED.fullmatch(fold(name)):
                    yield from on_disk(Path(entry.path), f"{file}/{shown(name)}", (*names, name), root, assignment)
            return
        if not stat.S_ISREG(status.st_mode):
            raise Refused("special")
        time = moment(names[-1])
        found = Found(file, names, time or past(status.st_mtime), bool(time), read=partial(read_file, path))
        if is_archive(names[-1]):
            with opened(path) as stream:
                yield from in_archive(stream, found, Budget(max(UNPACKED, RATIO * status.st_size)), 1)
        else:
            yield found
    except FileNotFoundError:
        yield Found(file, names, problem=Note("absent"))
    except Refused as error:
        yield Found(file, names, problem=error.note)
    except OSError as error:
        yield Found(file, names, problem=Note("unreadable", str(error.strerror)))


def is_course(path: Path, root: Path, assignment: str) -> bool:
    """Whether path is the course, or what nbgrader and `collect` keep there; not where zip_collect is given its archives."""
    if not path.is_relative_to(root):
        return False
    parts = path.relative_to(root).parts
    given = parts[:2] == ("downloaded", assignment) and parts[2:3] in (("archive",), ("extracted",))
    return (parts or ("",))[0] in COURSE and not given


@dataclass
class Budget:
    """What an archive may still unpack to, as part of what the one around it may."""

    left: int
    around: "Budget | None" = None

    def spend(self, size: int) -> None:
        self.left -= size
        if self.around:
            self.around.spend(size)

    def check(self) -> None:
        """Raises Refused where it was too much."""
        if self.left < 0:
            raise Refused("bomb")


def in_archive(stream: BinaryIO, archive: Found, budget: Budget, depth: int) -> Iterator[Found]:
    """The files in a zip archive, those in its archives last. Raises Refused for what is wrong with the archive itself."""
    with unpacking():
        end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]  # private: the stubs leave it out
        if end is None:
            size = stream.seek(0, os.SEEK_END)
            raise Refused("no zip" if size else "empty file")
        # zipfile reads the table of contents whole, and makes an object of each entry
        if end[zipfile._ECD_SIZE] > 500 * FILES:  # type: ignore[attr-defined]  # private: the stubs leave it out
            raise Refused("many in archive", FILES)
        unpacker = zipfile.ZipFile(stream)
        entries = [(name_of(entry).replace("\\", "/"), entry) for entry in unpacker.infolist()]
    if not entries:
        raise Refused("empty archive")
    if len(entries) > FILES:
        raise Refused("many in archive", FILES)
    for name, entry in sorted(entries, key=lambda pair: is_archive(pair[0])):
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        if len(name) > LONGEST:
            file = f"{archive.file}/{shown(name[:50])}…"
            yield Found(file, archive.names, problem=Note("long name", LONGEST))
            continue
        if not parts or name.endswith("/") or any(IGNORED.fullmatch(fold(part)) for part in parts if part != ".."):
            continue
        time = moment(parts[-1]) or local(entry.date_time)
        found = Found(f"{archive.file}/{shown(name)}", (*archive.names, *parts), time or archive.time, bool(time),
                      problem=suspicious(name, entry), read=partial(read_entry, unpacker, entry, budget))  # fmt: skip
        if found.problem or not is_archive(name):
            yield found
            continue
        try:
            budget.check()
            if depth == ARCHIVES:
                raise Refused("deep archive", ARCHIVES)
            yield from in_archive(io.BytesIO(found.read(NESTED)), found, Budget(NESTED, budget), depth + 1)
        except Refused as error:
            yield Found(found.file, found.names, problem=error.note)


def suspicious(name: str, entry: zipfile.ZipInfo) -> Note | None:
    """What is wrong with an entry of an archive, without a look into it."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return Note("name leads out")
    if kind == stat.S_IFLNK:
        return Note("link")
    if kind not in (0, stat.S_IFREG):
        return Note("special")
    if entry.flag_bits & 1:
        return Note("encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # zipfile unpacks the others without a limit
        return Note("unusual")
    return None


@contextmanager
def unpacking() -> Iterator[None]:
    """Raises Refused for whatever zipfile raises: of a hostile archive that may be anything."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused("damaged", type(error).__name__) from None


def read_entry(unpacker: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, most: int) -> bytes:
    """A file of an archive, of at most so many bytes. Raises Refused."""
    budget.check()
    if entry.file_size > most:
        raise Refused("large", most // MB)
    with unpacking(), unpacker.open(entry) as stream:
        data = stream.read(most + 1)
    budget.spend(len(data))
    return small(data, most)


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of an entry: where it is not marked as UTF-8, zipfile has taken its bytes for cp437."""
    return entry.filename if entry.flag_bits & 0x800 else text_of(entry.orig_filename.encode("cp437"))


def text_of(name: bytes) -> str:
    """A name from a disk or an archive: macOS writes UTF-8 everywhere, Windows cp932 into archives."""
    for encoding in "utf-8", "cp932":
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            pass
    return name.decode("utf-8", "replace")


def is_archive(name: str) -> bool:
    return fold(name).endswith(".zip")


def past(seconds: float) -> datetime | None:
    """Of seconds since 1970; None for the future: a wrong clock must not win for good."""
    time = datetime.fromtimestamp(int(seconds), UTC)
    return time if time <= datetime.now(UTC) else None


def local(numbers: Iterable[int], zone: tzinfo | None = None) -> datetime | None:
    """Of year, month, …, second in a zone, or on this machine's clock; None where there is none: archives then say 1980."""
    try:
        year, month, day, hour, minute, second = numbers
        time = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return past(time.timestamp()) if time.year > 1980 else None
    except (ValueError, OverflowError):
        return None


def moment(name: str) -> datetime | None:
    """The time in a file's name."""
    if not (match := TIME.search(FILE_END.sub("", fold(name)))):
        return None
    *numbers, zone = (group for group in match.groups() if group is not None)
    return local(map(int, numbers), UTC if zone else None)
