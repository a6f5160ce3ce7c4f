"""What students handed in, as an LMS, a mail program or a person hands it over, put where nbgrader grades it.

Every notebook of the exercise whose student is certain is kept in downloaded/, nbgrader's folder for what comes from an LMS; the
newest of each student lies in submitted/, with its time. Everything else is named with its reason. A run that was killed leaves
nothing half done, and a run over the same files changes nothing.
"""

import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from .. import lms
from ..course import load_config, read_file, shown, timestamp, write
from ..exercise.folder import Exercise
from ..exercise.rebuild import read, recognize
from ..notes import Note, Refused
from ..run.assignment import Assignment, read_assignment
from ..tables import fold, squash, table, write_table
from .inbox import Found, find_all
from .names import Roster, Said, said
from .roster import ROSTER, Student, read_students, record, recorded_students
from .versions import DOWNLOAD, Kept, Text, When, decide, kept_of, parted, together

TEXT = re.compile(r"[^.]*|.*\.(ipynb|json|txt)|.*\.ipynb[^.]*")
"""What a notebook's file may be called: browsers save main.ipynb.txt, main.ipynb (1) and worse. The content decides."""
OTHER_ARCHIVE = re.compile(r".*\.(7z|rar|lzh|cab|tar|t?gz|t?bz2|t?xz|zst)")
FILE = re.compile(r"\.(ipynb|json|txt)(~[0-9a-f]{6})?$", re.IGNORECASE)
"""How a line of mapping.csv ends that is for a file, and not for all in a folder."""
NEEDS = "not matched", "undecided", "refused"
"""Results that the instructor must do something about."""
UNUSABLE = "undecided", "refused", "draft", "other"
"""Results of what is a student's and yet not in submitted/, the one to be told first."""


@dataclass(frozen=True)
class Arrival:
    """What became of one file; or a student of whom there is none, or a line of a table that cannot be used.

    result: 'taken', 'replaced' (by it, another one), 'unchanged' (it was there already), 'older' (kept, another one counts), 'not
    matched' (with a student), 'undecided' (kept, but nothing says whether it counts), 'draft' (Teams has it, the student did not
    hand it in), 'ignored' (as the mapping says), 'refused', 'other' (no notebook of the exercise), 'list' (of a learning
    management system), 'note' (on a table), 'nothing' (file is '': nothing of this student can be graded).
    """

    file: str
    student: str
    """'' where it is not known."""
    time: datetime | None
    """When it was handed in, UTC; None where nothing says it."""
    result: str
    reason: Note | None = None


class Place:
    """Where a student's notebooks are: all in downloaded/, the one that counts in submitted/."""

    def __init__(self, coursedir: CourseDirectory, assignment: str, student: str, size: int):
        self.student, self.size = student, size
        self.folder = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
        self.kept = Path(coursedir.root, "downloaded", assignment, student)
        self.known = dict(filter(None, (parted(path.name) for path in self.kept.glob("*"))))
        """Digest → when the file was handed in, as far as was known when it first came."""
        self.timed: set[str] = set()
        """Of these it is known only now."""

    def has_notebook(self) -> bool:
        return (self.folder / "main.ipynb").exists()

    def path(self, digest: str) -> Path:
        return self.kept / self.known[digest].name(digest)

    def keep(self, data: bytes, when: When) -> str:
        """Put a file into downloaded/ unless it is there; returns its digest."""
        digest = hashlib.sha256(data).hexdigest()[:16]
        if digest not in self.known:
            write(self.kept / when.name(digest), data)
            self.known[digest] = when
        elif (better := self.known[digest].with_(when)) != self.known[digest]:
            self.path(digest).rename(self.kept / better.name(digest))
            if self.known[digest].time is None and better.time:
                self.timed.add(digest)
            self.known[digest] = better
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
        time = (time or datetime.fromtimestamp(int(path.stat().st_mtime), UTC)).replace(tzinfo=UTC)
        return data, self.keep(data, When(time))

    def settle(self, mine: list[Kept], assignment: Assignment) -> Iterator[Arrival]:
        """Put the one of this student's files that counts into submitted/, unless what is there counts more."""
        try:
            data, there = self.submitted()
            texts = together(mine, self.known)
            if there and there not in texts and why_not(data, assignment) is None:
                texts[there] = Text(there, self.known[there])
            counts, why = decide(list(texts.values()))
            placed = self.put(counts[0], there, texts) if len(counts) == 1 and counts[0].mine else None
        except Refused as error:
            yield from (replace(each.arrival, result="refused", reason=Note("kept", error.note)) for each in mine)
            return
        for text in (text for text in texts.values() if text.mine):
            result, reason = "older", why.get(text.digest)
            if text in counts:
                rivals = ", ".join(other.called for other in counts[:4] if other is not text)
                result, reason = (
                    ("undecided", Note("undecided", rivals)) if rivals else ("replaced" if there else "taken", placed)
                )
                if text.digest == there:
                    result, reason = "unchanged", None
            *others, first = sorted(text.mine, key=lambda each: (each.mapped, each.version))
            yield replace(first.arrival, time=text.since(), result=result, reason=reason)
            for other in others:
                yield replace(other.arrival, time=text.since(), result="older", reason=Note("the same", first.arrival.file))

    def put(self, text: Text, there: str, texts: dict[str, Text]) -> Note | None:
        """Put a file into submitted/, with its time where that is known; returns what it replaces, and why."""
        stamp = self.folder / "timestamp.txt"
        time = text.since()
        if text.digest == there:
            if text.digest in self.timed and time and not stamp.exists():
                write(stamp, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
            return None
        data = read_file(self.path(text.digest), self.size)
        # The time first: where a run is killed in between, the next one goes by the name in downloaded/
        if time:
            write(stamp, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
        else:
            stamp.unlink(missing_ok=True)
        write(self.folder / "main.ipynb", data)
        if not there:
            return None
        why = texts[there].why_less(text) if there in texts else ""
        where = self.path(there).relative_to(self.kept.parents[2]).as_posix()
        return Note("replaces", where, Note(why, text.mine[0].arrival.file) if why else Note("no notebook"))


def why_not(data: bytes, assignment: Assignment) -> Note | None:
    """Why a file is no notebook of the exercise; None where it is one."""
    try:
        recognize(data, assignment.notebook, assignment.name, assignment.marks)
    except Refused as error:
        return error.note
    return None


class Mapping:
    """downloaded/<assignment>/mapping.csv, the instructor's word: file, folder or archive → whose it is (the id of a student,
    those of several, or a group's name), or '-' for nobody's."""

    def __init__(self, path: Path, roster: Roster):
        self.path, self.roster = path, roster
        self.problems: list[Note] = []
        self.students: dict[str, list[str]] = {}
        self.rows = list(table(path)) if path.exists() else [(1, ["file", "student"])]
        for line, row in self.rows:
            file, student = normalize("NFC", row[0]), [*row, ""][1]
            owners = ["-"] if student == "-" else self.owners(student)
            if file != "file" and student and not owners:
                self.problems.append(Note("not in roster", Note("line", line), shown(student)))
            elif owners and self.students.setdefault(file, owners) != owners:
                self.problems.append(Note("given before", Note("line", line), shown(file), ", ".join(self.students[file])))

    def owners(self, text: str) -> list[str]:
        """Whom the instructor's word for them means; nobody where one of them is not in the roster."""
        if members := self.roster.groups.get(squash(text)):
            return sorted(members)
        found = [self.roster.ids.get(fold(text), "")]
        if not found[0]:
            found = [self.roster.ids.get(fold(each), "") for each in re.split(r"[\s,;、，；/]+", text.strip())]
        return list(dict.fromkeys(found)) if all(found) else []

    def of(self, file: str) -> list[str]:
        """Whose a file is; nobody where the mapping does not say. A line for a file is for no other that lies below its name."""
        path = PurePosixPath(file.strip())
        way = [str(path), *(str(part) for part in path.parents if not FILE.search(part.name))]
        return next((self.students[part] for part in way if part in self.students), [])

    def ask(self, files: list[str]) -> None:
        """Add a line for each file that has none, for the instructor to fill in."""
        there = {normalize("NFC", row[0]) for _, row in self.rows}
        asked = [[file, ""] for file in dict.fromkeys(files) if file.strip() not in there]
        if asked:
            write_table(self.path, [*(row for _, row in self.rows), *asked])


class Origins:
    """downloaded/<assignment>/origins.json: student → system → how that system calls the student's folder or file, for the way
    back; the latest, over all runs."""

    def __init__(self, path: Path):
        self.path = path
        self.names: dict[str, dict[str, str]] = {}
        with suppress(OSError, ValueError):
            self.names = json.loads(path.read_text(encoding="utf-8"))

    def add(self, student: str, found: list[tuple[tuple, Said]]) -> None:
        """found: what systems said of the student's files, each with what orders it."""
        for _, about in sorted(found, key=lambda pair: pair[0]):
            self.names.setdefault(student, {})[about.system] = about.whole

    def save(self) -> None:
        text = json.dumps(self.names, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8", "replace")
        if self.names and not (self.path.exists() and self.path.read_bytes() == text):
            write(self.path, text)


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
    return students, [Arrival(shown(where), "", None, "note" if problem.kind == "columns" else "refused", problem)
                      for problem in problems]  # fmt: skip


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
    paths, times, listed = read_lists(paths, people, folder / "lists")
    arrivals += listed
    origins = Origins(folder / "origins.json")
    kept: dict[str, list[Kept]] = defaultdict(list)
    came: dict[str, list[tuple[tuple, Said]]] = defaultdict(list)
    for found in tqdm(find_all(paths, root, name), "collecting", unit=" files", disable=not bar, delay=1):
        owners, reason = mapping.of(found.file), None
        mapped, about = bool(owners), said(found.names)
        if owners == ["-"]:
            arrivals.append(Arrival(found.file, "", found.time, "ignored", Note("as mapped")))
            continue
        if not mapped:
            owners, reason = people.owners(found.names)
        data = notebook_of(found, assignment)
        if isinstance(data, Arrival):
            arrivals += [replace(data, student=owner) for owner in owners or [""]]
        elif not owners:
            arrivals.append(Arrival(found.file, "", found.time, "not matched", reason))
        elif not mapped and about and about.draft:
            arrivals += [Arrival(found.file, owner, found.time, "draft", Note("draft")) for owner in owners]
        else:
            for owner in owners:
                when = when_of(found, about, times.get((about.system, owner)) if about else None)
                digest = places[owner].keep(data, when)
                kept[owner].append(kept_of(found, about, Arrival(found.file, owner, when.time, "taken"), digest, mapped))
                if about:
                    came[owner].append(((about.version, str(found.came)), about))
    for owner, mine in kept.items():
        arrivals += places[owner].settle(mine, assignment)
        origins.add(owner, came[owner])
    origins.save()

    arrivals.sort(key=lambda arrival: arrival.file)
    arrivals += [nothing(student, arrivals) for student, place in places.items() if not place.has_notebook()]
    mapping.ask([arrival.file for arrival in arrivals if arrival.result in ("not matched", "undecided")])
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


def when_of(found: Found, about: Said | None, listed: datetime | None) -> When:
    """When a file was handed in. What a system has packed carries the time of the download, which is no time of handing in.

    listed: what the system's own list says of the student, which may be of a later file than this.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    if about and (stated := lms.moment(about.time)) and stated <= now:
        return When(stated, sure=True)
    if about and about.download:
        until = found.came or now
        return When(listed if listed and listed <= until + DOWNLOAD else None, until, sure=True)
    return When(listed, sure=True) if listed else When(found.time or now, sure=found.named)


def read_lists(
    paths: list[Path], people: Roster, folder: Path
) -> tuple[list[Path], dict[tuple[str, str], datetime], list[Arrival]]:
    """The paths that are no lists of a learning management system; system and student → when that student handed in, by the
    lists; and what is to be said of them. people learns whose number is which, also from the lists of earlier runs."""
    rest, times, said = [], {}, []
    given = [(path, listing) for path in paths if (listing := list_at(path))]
    rest = [path for path in paths if all(path != each for each, _ in given)]
    older = [(path, listing) for path in sorted(folder.glob("*.*")) if (listing := list_at(path))]
    for path, listing in [*older, *given]:
        rows = lms.students_of(listing, people)
        for student, entry in rows.items():
            if entry.number:
                people.know(listing.system, entry.number, entry.name, student)
            if entry.time and (path, listing) in given:
                times[listing.system, student] = entry.time
        if (path, listing) in given:
            known = Note("list", listing.system, len(rows), len(listing.entries))
            said.append(Arrival(shown(path.name), "", None, "list", known))
            write(folder / f"{listing.system}{path.suffix.lower()}", path.read_bytes())
            for other in folder.glob(f"{listing.system}.*"):
                if other.suffix != path.suffix.lower():
                    other.unlink()
    return rest, times, said


def list_at(path: Path) -> lms.Listing | None:
    """The list of a learning management system that a file is; None for any other file."""
    if path.suffix.lower() not in (".csv", ".xlsx") or not path.is_file():
        return None
    try:
        return lms.read(path)
    except RuntimeError:
        return None


def nothing(student: str, arrivals: list[Arrival]) -> Arrival:
    """Of a student who has no notebook in submitted/: why."""
    mine = [arrival for arrival in arrivals if arrival.student == student and arrival.result in UNUSABLE]
    worst = min(mine, key=lambda arrival: UNUSABLE.index(arrival.result), default=None)
    why = Note("nothing usable", worst.file, worst.reason or "") if worst else Note("nothing")
    return Arrival("", student, None, "nothing", why)


def needs_instructor(arrival: Arrival) -> bool:
    return arrival.result in NEEDS or (arrival.result == "nothing" and arrival.reason != Note("nothing"))


def summary(arrivals: list[Arrival], assignment: str) -> str:
    """For the terminal: how many of each, then every file that was not taken with its reason, then who is missing."""
    count = Counter(arrival.result for arrival in arrivals)
    order = ("taken", "replaced", "unchanged", "older", "undecided", "not matched", "refused", "draft", "ignored", "other")
    lines = [f"{', '.join(f'{count[result]} {result}' for result in order if count[result]) or 'no files'}."]
    if not count["taken"] and not count["replaced"]:
        lines.append("Nothing in submitted/ has changed.")
    titles = {
        "not matched": f"Not matched: write whose it is (or -) into downloaded/{assignment}/mapping.csv, and run again",
        "undecided": f"Undecided: behind the one that counts, write whose it is into downloaded/{assignment}/mapping.csv, and run"
                     " again",
        "refused": "Refused",
        "draft": "Drafts, not taken",
        "replaced": "Replaced",
        "older": "Kept in downloaded/, another one counts",
        "other": f"No notebook of {assignment}",
        "list": "Lists",
        "note": "Notes",
    }  # fmt: skip
    for result, title in titles.items():
        named = [f"  {a.file}{f' ({a.student})' if a.student else ''}: {a.reason}" for a in arrivals if a.result == result]
        lines += ["", f"{title}:", *named] if named else []
    missing = [arrival for arrival in arrivals if arrival.result == "nothing"]
    named = [f"{a.student}: {a.reason}" for a in missing if needs_instructor(a)]
    silent = [a.student for a in missing if not needs_instructor(a)]
    lines += ["", *named] if named else []
    lines += ["", f"Handed in nothing ({len(silent)}): {', '.join(silent)}"] if silent else []
    return "\n".join(lines)
