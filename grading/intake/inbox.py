"""What lies at a path that the instructor names: every file of its folders and zip archives, one after another.

Everything is only read. No link is followed, nothing is unpacked to the disk, and what an archive says of itself is not believed.
"""

import hashlib
import io
import os
import re
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import count
from pathlib import Path
from typing import BinaryIO

from ..course import opened, read_file, shown, small
from ..notes import Note, Refused
from ..sandbox.limits import MB
from ..tables import fold
from .names import FILE_END, TIME

IGNORED = re.compile(r"__macosx|__pycache__|thumbs\.db|desktop\.ini|~\$.*|\._.*|\.ipynb_checkpoints|\.(?!.*ipynb$).*")
"""What systems and editors leave behind, and what is hidden."""
COURSE = (
    "", "exercises", "source", "release", "submitted", "autograded", "feedback", "report", "returned", "sample", "build",
    "downloaded", ".venv",
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
UNPACKED, RATIO, FREE = 1024 * MB, 40, MB
"""Bytes that an archive may unpack to, or so many times its own size where that is more: notebooks shrink to a fifth. What in it
is not larger than that, or than FREE bytes, costs the others nothing."""


@dataclass(frozen=True)
class Found:
    """A file on its way in."""

    file: str
    """How it is called in lists: by folders and archives, relative to the course where it lies there."""
    names: tuple[str, ...]
    """The file's own name last; those before it may tell whose it is."""
    time: datetime | None = None
    """UTC, to the second."""
    came: datetime | None = None
    """The time of what lies on the disk or in the outermost archive: where a system has packed it, that of the download."""
    named: bool = False
    """Whether the time stands in the name."""
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
    try:
        yield from on_disk(path, file, tuple(names), root, assignment, count(1))
    except TooMany:
        yield Found(file, tuple(names), problem=Note("many", FILES))


def on_disk(path: Path, file: str, names: tuple[str, ...], root: Path, assignment: str, number: Iterator[int]) -> Iterator[Found]:
    """The files at or below path. Raises TooMany; files in archives are not counted."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise Refused("link")
        if is_course(path.resolve(), root.resolve(), assignment):
            raise Refused("course")
        if stat.S_ISDIR(status.st_mode):
            if len(names) > FOLDERS:
                raise Refused("deep", FOLDERS)
            within = sorted(os.scandir(path), key=lambda entry: entry.name)
            called = [(text_of(real), real) for real in (os.fsencode(entry.name) for entry in within)]
            for entry, (name, _), label in zip(within, called, told_apart(called)):
                if not IGNORED.fullmatch(fold(name)):
                    yield from on_disk(Path(entry.path), f"{file}/{label}", (*names, name), root, assignment, number)
            return
        if next(number) > FILES:
            raise TooMany
        if not stat.S_ISREG(status.st_mode):
            raise Refused("special")
        time, came = moment(names[-1]), past(status.st_mtime)
        found = Found(file, names, time or came, came, bool(time), read=partial(read_file, path))
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


class TooMany(Exception):
    """There are more than FILES files below a path: no more of them is looked at."""


def told_apart(names: list[tuple[str, bytes]]) -> list[str]:
    """How names that stand beside one another are shown, each with what it really is: those that would look alike with a mark.

    A line of mapping.csv is for one of them.
    """
    often = Counter(shown(name) for name, _ in names)
    seen: Counter[bytes] = Counter()
    said = []
    for name, real in names:
        seen[real] += 1
        mark = f"~{hashlib.sha256(real + b'/%d' % seen[real]).hexdigest()[:6]}" if often[shown(name)] > 1 else ""
        said.append(shown(name) + mark)
    return said


@dataclass
class Budget:
    """What may still be unpacked, as part of what is around it; what is free costs those around nothing."""

    left: int
    free: int = 0
    around: "Budget | None" = None

    def spend(self, size: int) -> None:
        self.left -= size
        if self.around:
            self.around.spend(max(0, size - max(0, self.free)))
        self.free -= size

    def check(self) -> None:
        """Raises Refused where it was too much."""
        if self.left < 0:
            raise Refused("bomb")
        if self.around and self.free <= 0:
            self.around.check()


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
        if sum(entry.compress_size for entry in unpacker.infolist()) > stream.seek(0, os.SEEK_END):
            raise Refused("bomb")  # the same bytes over and over
        entries = [(name_of(entry).replace("\\", "/"), entry) for entry in unpacker.infolist()]
    if not entries:
        raise Refused("empty archive")
    if len(entries) > FILES:
        raise Refused("many in archive", FILES)
    # Normalizing takes the square of a name's length
    called = [name if len(name) <= LONGEST else f"{name[:50]}…" for name, _ in entries]
    labels = told_apart([(name, entry.orig_filename.encode("utf-8", "replace")) for name, (_, entry) in zip(called, entries)])
    files = {name for name, _ in entries if not name.endswith("/")}
    for (name, entry), label in sorted(zip(entries, labels), key=lambda pair: is_archive(pair[0][0])):
        parts = tuple(part for part in name.split("/") if part not in ("", "."))
        file = f"{archive.file}/{label}"
        if len(name) > LONGEST:
            yield Found(file, archive.names, problem=Note("long name", LONGEST))
            continue
        if not parts or name.endswith("/") or any(IGNORED.fullmatch(fold(part)) for part in parts if part != ".."):
            continue
        named, packed = moment(parts[-1]), local(entry.date_time)
        came = packed if depth == 1 and packed else archive.came
        # What an entry of the outermost archive unpacks to is its own affair, as long as it is no bomb
        own = Budget(2 * NESTED, max(FREE, RATIO * entry.compress_size), budget) if depth == 1 else budget
        found = Found(file, (*archive.names, *parts), named or packed or archive.time, came, bool(named),
                      problem=suspicious(name, entry, files), read=partial(read_entry, unpacker, entry, own))  # fmt: skip
        if not found.problem and len(found.names) > FOLDERS:
            found = replace(found, names=archive.names, problem=Note("deep", FOLDERS))
        if found.problem or not is_archive(name):
            yield found
            continue
        try:
            own.check()
            if depth == ARCHIVES:
                raise Refused("deep archive", ARCHIVES)
            yield from in_archive(io.BytesIO(found.read(NESTED)), found, Budget(NESTED, around=own), depth + 1)
        except Refused as error:
            yield Found(found.file, found.names, problem=error.note)


def suspicious(name: str, entry: zipfile.ZipInfo, files: Collection[str]) -> Note | None:
    """What is wrong with an entry of an archive, without a look into it. files: the names of all."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return Note("name leads out")
    if any(name[:at] in files for at, letter in enumerate(name) if letter == "/"):
        return Note("below a file")
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
    return fold(name[-8:]).endswith(".zip")


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
