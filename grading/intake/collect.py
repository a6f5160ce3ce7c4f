"""What students handed in, as an LMS, a mail program or a person hands it over, put where nbgrader grades it.

Every notebook of the exercise whose student is certain is kept in downloaded/, nbgrader's folder for what comes from an LMS; the
newest of each student lies in submitted/, with its time. Everything else is named with its reason. A run that was killed leaves
nothing half done, and a run over the same files changes nothing.
"""

import csv
import hashlib
import io
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from ..course import load_config, read_file, timestamp
from ..exercise.folder import Exercise
from ..exercise.rebuild import read, rebuild
from ..notes import Note, Refused
from ..run.assignment import Assignment, read_assignment
from .inbox import Found, find_all
from .roster import COPY, FILE_END, ROSTER, VERSION, Roster, Student, fold, read_students, record, recorded_students, shown, table

TEXT = re.compile(r"[^.]*|.*\.(ipynb|json|txt)|.*\.ipynb[^.]*")
"""What a notebook's file may be called: browsers save main.ipynb.txt, main.ipynb (1) and worse. The content decides."""
OTHER_ARCHIVE = re.compile(r".*\.(7z|rar|lzh|cab|tar|t?gz|t?bz2|t?xz|zst)")
KEPT = re.compile(r"(\d{8}T\d{6}Z)-([0-9a-f]{16})\.ipynb")
STAMP = "%Y%m%dT%H%M%SZ"
NEEDS = "not matched", "refused"
"""Results that the instructor must do something about."""


@dataclass(frozen=True)
class Arrival:
    """What became of one file; or a student of whom there is none, or a line of a table that cannot be used.

    result: 'taken', 'replaced' (by it, an older one), 'unchanged' (it was there already), 'older' (kept, not the newest), 'not
    matched' (with a student), 'draft' (Teams has it, the student did not hand it in), 'ignored' (as the mapping says), 'refused',
    'other' (no notebook of the exercise), 'nothing' (file is '': nothing of this student can be graded).
    """

    file: str
    student: str
    """'' where it is not known."""
    time: datetime | None
    """UTC."""
    result: str
    reason: Note | None = None


@dataclass(frozen=True)
class Kept:
    """A notebook of the exercise in downloaded/."""

    arrival: Arrival
    digest: str
    series: str
    """The folder with the versions of Teams that it belongs to; elsewhere the file alone."""
    version: int
    copy: int
    """The number that a browser or a person gave to the copy."""

    @property
    def time(self) -> datetime:
        assert self.arrival.time is not None  # `collect` keeps no file without one
        return self.arrival.time


class Place:
    """Where a student's notebooks are: all in downloaded/, the newest in submitted/."""

    def __init__(self, coursedir: CourseDirectory, assignment: str, student: str, size: int):
        self.student, self.size = student, size
        self.folder = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
        self.kept = Path(coursedir.root, "downloaded", assignment, student)
        names = [match for path in self.kept.glob("*") if (match := KEPT.fullmatch(path.name))]
        self.known = {name[2]: datetime.strptime(name[1], STAMP).replace(tzinfo=UTC) for name in names}
        """Digest → when the file was handed in, as far as was known when it first came."""

    def has_notebook(self) -> bool:
        return (self.folder / "main.ipynb").exists()

    def keep(self, data: bytes, time: datetime) -> str:
        """Put a file into downloaded/ unless it is there; returns its digest."""
        digest = hashlib.sha256(data).hexdigest()[:16]
        if digest not in self.known:
            write(self.kept / f"{time:{STAMP}}-{digest}.ipynb", data)
            self.known[digest] = time
        return digest

    def submitted(self) -> tuple[bytes, str]:
        """What lies in submitted/, kept from now on, and its digest; empty both for nothing. Raises Refused."""
        path = self.folder / "main.ipynb"
        for each in path, self.folder, self.folder.parent:
            if each.is_symlink():
                raise Refused("link there", each.name)
        if not self.has_notebook():
            return b"", ""
        data = read_file(path, self.size)
        time = None
        with suppress(Refused):
            time = timestamp(read_file(self.folder / "timestamp.txt", 100))
        return data, self.keep(data, (time or datetime.fromtimestamp(int(path.stat().st_mtime), UTC)).replace(tzinfo=UTC))

    def settle(self, mine: list[Kept], assignment: Assignment) -> Iterator[Arrival]:
        """Put the newest of this student's files into submitted/, unless what is there is newer."""

        def age(each: Kept) -> tuple[datetime, int, int]:
            """A version of Teams is not older than the versions before it, whatever its file says."""
            until = [k.time for k in mine if k.series == each.series and k.version <= each.version]
            return max(until), each.version, each.copy

        *older, newest = sorted(mine, key=age)
        time, result, reason = age(newest)[0], "unchanged", None
        try:
            data, there = self.submitted()
            if newest.digest != there:
                beaten = not there or there in {each.digest for each in older} or self.known[there] < time
                result = "replaced" if there else "taken"
                if not beaten and why_not(data, assignment) is None:
                    result, reason = "older", Note("not newer", f"{self.known[there]:%Y-%m-%d %H:%M:%S}")
                else:  # the time first: where a run is killed in between, the next one goes by the name in downloaded/
                    data = read_file(next(self.kept.glob(f"*-{newest.digest}.ipynb")), self.size)
                    write(self.folder / "timestamp.txt", f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
                    write(self.folder / "main.ipynb", data)
        except Refused as error:
            result, reason = "refused", Note("kept", error.note)
        yield replace(newest.arrival, result=result, reason=reason)
        for each in older:
            reason = Note("the same" if each.digest == newest.digest else "older", newest.arrival.file)
            yield replace(each.arrival, result="older", reason=reason)


def why_not(data: bytes, assignment: Assignment) -> Note | None:
    """Why a file is no notebook of the exercise; None where it is one."""
    try:
        rebuild(data, assignment.notebook, assignment.name, assignment.marks)
    except Refused as error:
        return error.note
    return None


def write(path: Path, data: bytes) -> None:
    """The whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.partial")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def write_table(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """For spreadsheets: quoted, UTF-8 with a BOM."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    write(path, text.getvalue().encode("utf-8-sig"))


class Mapping:
    """downloaded/<assignment>/mapping.csv, the instructor's word: file, folder or archive → whose it is, or '-' for nobody's."""

    def __init__(self, path: Path, roster: Roster):
        self.path = path
        self.problems: list[Note] = []
        self.students: dict[str, str] = {}
        self.rows = list(table(path)) if path.exists() else [(1, ["file", "student"])]
        for line, row in self.rows:
            file, student = normalize("NFC", row[0]), [*row, ""][1]
            owner = "-" if student == "-" else roster.ids.get(fold(student), "")
            if file != "file" and student and not owner:
                self.problems.append(Note("not in roster", Note("line", line), shown(student)))
            elif owner and self.students.setdefault(file, owner) != owner:
                self.problems.append(Note("given before", Note("line", line), shown(file), self.students[file]))

    def owner(self, file: str) -> str:
        """Whose a file is; '' where the mapping does not say."""
        way = (str(part) for part in (PurePosixPath(file.strip()), *PurePosixPath(file).parents))
        return next((self.students[part] for part in way if part in self.students), "")

    def ask(self, files: list[str]) -> None:
        """Add a line for each file that has none, for the instructor to fill in."""
        there = {normalize("NFC", row[0]) for _, row in self.rows}
        asked = [[file, ""] for file in dict.fromkeys(files) if file.strip() not in there]
        if asked:
            write_table(self.path, [*(row for _, row in self.rows), *asked])


def students_of(coursedir: CourseDirectory, path: Path | None) -> tuple[list[Student], list[Arrival]]:
    """The roster, by a table or else by the gradebook, and what of it cannot be used. Raises RuntimeError where there is none."""
    url, course = coursedir.db_url, coursedir.course_id
    students: list[Student] = []
    problems: list[Note] = []
    table = path or Path(coursedir.root) / ROSTER
    where = str(path) if path else table.name
    try:
        if path or table.exists():
            students, problems = read_students(table)
            record(students, url, course)
        elif not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists():  # nbgrader would make one
            where, (students, problems) = "the gradebook", recorded_students(url, course)
    except SQLAlchemyError as error:
        raise RuntimeError(f"The gradebook {url} cannot be used: {str(error).splitlines()[0]}.") from None
    if not students:
        raise RuntimeError(
            "There is no roster: write students.csv into the course folder, a line for each student under the line"
            f" id,last_name,first_name,email or 学籍番号,氏名,メールアドレス{f' ({problems[0]})' if problems else ''}."
        )
    return students, [Arrival(shown(where), "", None, "refused", problem) for problem in problems]


def notebook_of(found: Found, assignment: Assignment) -> bytes | Arrival:
    """The bytes of a notebook of the exercise, or what the file is instead: 'refused' or 'other', without a student."""
    name, bad = fold(found.names[-1]).strip(), Arrival(found.file, "", found.time, "refused", found.problem)
    if found.problem:
        return bad
    if OTHER_ARCHIVE.fullmatch(name):
        return replace(bad, reason=Note("other archive"))
    if any("_assignsubmission_onlinetext" in fold(name) for name in found.names):
        return replace(bad, result="other", reason=Note("typed"))
    if not TEXT.fullmatch(name):
        return replace(bad, result="other", reason=Note("other kind", shown(Path(name).suffix)))
    try:
        data = found.read(assignment.limits.size)
    except Refused as error:
        return replace(bad, reason=error.note)
    try:
        read(data)
    except Refused as error:
        return replace(bad, result="refused" if ".ipynb" in name else "other", reason=error.note)
    why = why_not(data, assignment)
    return replace(bad, result="other", reason=why) if why else data


def collect(exercise: Exercise, paths: list[Path], roster: Path | None = None, bar: bool = False) -> list[Arrival]:
    """Collect the exercise's notebooks at paths; returns what became of every file.

    roster: the table of the students; None: students.csv in the course's folder, or the gradebook. Raises RuntimeError, before
    any file is written, where there is no roster or the exercise is not built.
    """
    root, name = Path(os.path.abspath(exercise.root)), exercise.name
    if not exercise.source.exists() or not (root / "nbgrader_config.py").exists():
        raise RuntimeError(f"{name} is not built here: go to the course's folder, and run `grading build {name}` first.")
    config = load_config(root)
    coursedir = CourseDirectory(config=config)
    assignment = read_assignment(exercise, config.Autograde.get("limits", {}))
    students, arrivals = students_of(coursedir, roster)
    people = Roster(students, name)
    folder = root / "downloaded" / name
    mapping = Mapping(folder / "mapping.csv", people)
    places = {student: Place(coursedir, name, student, assignment.limits.size) for student in people.students}

    arrivals += [Arrival(f"downloaded/{name}/mapping.csv", "", None, "refused", problem) for problem in mapping.problems]
    kept: dict[str, list[Kept]] = defaultdict(list)
    for found in tqdm(find_all(paths, root, name), "collecting", unit=" files", disable=not bar, delay=1):
        owner, reason = mapping.owner(found.file), None
        mapped = bool(owner)
        if owner == "-":
            arrivals.append(Arrival(found.file, "", found.time, "ignored", Note("as mapped")))
            continue
        if not mapped:
            owner, reason = people.owner(found.names)
        data = notebook_of(found, assignment)
        if isinstance(data, Arrival):
            arrivals.append(replace(data, student=owner))
        elif not owner:
            arrivals.append(Arrival(found.file, "", found.time, "not matched", reason))
        elif not mapped and "working files" in (FILE_END.sub("", fold(name)) for name in found.names):
            arrivals.append(Arrival(found.file, owner, found.time, "draft", Note("draft")))
        else:
            time = found.time or datetime.now(UTC).replace(microsecond=0)
            digest = places[owner].keep(data, time)
            time = time if found.certain else places[owner].known[digest]
            kept[owner].append(keep_of(found, Arrival(found.file, owner, time, "taken"), digest))
    for owner, mine in kept.items():
        arrivals += places[owner].settle(mine, assignment)

    arrivals.sort(key=lambda arrival: arrival.file)
    arrivals += [nothing(student, arrivals) for student, place in places.items() if not place.has_notebook()]
    mapping.ask([arrival.file for arrival in arrivals if arrival.result == "not matched"])
    write_arrivals(folder, arrivals)
    return arrivals


def write_arrivals(folder: Path, arrivals: list[Arrival]) -> None:
    """arrivals.csv for people, and arrivals.json with the reasons as values for programs."""
    head = ["file", "student", "time", "result"]
    rows = [[a.file, a.student, f"{a.time:%Y-%m-%d %H:%M:%S} UTC" if a.time else "", a.result] for a in arrivals]
    reasons = [a.reason for a in arrivals]
    write_table(folder / "arrivals.csv", [[*head, "reason"], *([*row, str(why or "")] for row, why in zip(rows, reasons))])
    told = [dict(zip(head, row)) | {"reason": why and why.as_json()} for row, why in zip(rows, reasons)]
    write(folder / "arrivals.json", json.dumps(told, ensure_ascii=False, indent=0).encode())


def keep_of(found: Found, arrival: Arrival, digest: str) -> Kept:
    """What the names say of the order among a student's files."""
    folders = ((n, VERSION.fullmatch(fold(name))) for n, name in enumerate(found.names))
    versions = (("/".join(found.names[:n]), int(match[1])) for n, match in folders if match)
    series, version = next(versions, (found.file, 0))
    copy = COPY.search(FILE_END.sub("", fold(found.names[-1])))
    return Kept(arrival, digest, series, version, int(next(filter(None, copy.groups()), 1)) if copy else 0)


def nothing(student: str, arrivals: list[Arrival]) -> Arrival:
    """Of a student who has no notebook in submitted/: why."""
    mine = [arrival for arrival in arrivals if arrival.student == student and arrival.result in ("refused", "draft", "other")]
    worst = min(mine, key=lambda arrival: ("refused", "draft", "other").index(arrival.result), default=None)
    why = Note("nothing usable", worst.file, worst.reason or "") if worst else Note("nothing")
    return Arrival("", student, None, "nothing", why)


def needs_instructor(arrival: Arrival) -> bool:
    return arrival.result in NEEDS or (arrival.result == "nothing" and arrival.reason != Note("nothing"))


def summary(arrivals: list[Arrival], assignment: str) -> str:
    """For the terminal: how many of each, then every file that was not taken with its reason, then who is missing."""
    count = Counter(arrival.result for arrival in arrivals)
    order = ("taken", "replaced", "unchanged", "older", "not matched", "refused", "draft", "ignored", "other")
    lines = [f"{', '.join(f'{count[result]} {result}' for result in order if count[result]) or 'no files'}."]
    if not count["taken"] and not count["replaced"]:
        lines.append("Nothing in submitted/ has changed.")
    titles = {
        "not matched": f"Not matched: write whose it is (or -) into downloaded/{assignment}/mapping.csv, and run again",
        "refused": "Refused",
        "draft": "Drafts, not taken",
        "older": "Kept in downloaded/, a newer one counts",
        "other": f"No notebook of {assignment}",
    }
    for result, title in titles.items():
        named = [f"  {a.file}{f' ({a.student})' if a.student else ''}: {a.reason}" for a in arrivals if a.result == result]
        lines += ["", f"{title}:", *named] if named else []
    missing = [arrival for arrival in arrivals if arrival.result == "nothing"]
    named = [f"{a.student}: {a.reason}" for a in missing if needs_instructor(a)]
    silent = [a.student for a in missing if not needs_instructor(a)]
    lines += ["", *named] if named else []
    lines += ["", f"Handed in nothing ({len(silent)}): {', '.join(silent)}"] if silent else []
    return "\n".join(lines)
