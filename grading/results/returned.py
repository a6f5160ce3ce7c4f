"""Marks and feedback on their way back: written under returned/<exercise>/<system>/ as an LMS, or a mail program, takes them."""

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .. import lms
from ..course import shown, write
from ..intake.names import Roster, said
from ..tables import write_table
from .export import inert
from .sheet import GRADED, NOT_GRADED, Row, Sheet

LAST = "last.json"
"""What was given back last: a digest of the LMS's list, and student → the mark and a digest of the page."""
CLOSED = {"EX": "is excused there", "N/A": "the assignment is not theirs there"}
"""What Canvas writes in the place of a mark that it is not to get."""
FIXED = 1980, 1, 1, 0, 0, 0
"""The time of the entries of an archive: the same pages make the same archive."""


@dataclass
class Returned:
    """What was written, and what is to be said of it."""

    files: list[Path] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)
    """Student → the mark that was written."""
    pages: dict[str, str] = field(default_factory=dict)
    """Student → the name under which the page was written."""
    missing: list[str] = field(default_factory=list)
    """Who does not get a mark or a page this way, and why: somebody must look."""
    cut: list[str] = field(default_factory=list)
    """Students whose mark is the list's highest, for theirs is higher."""
    changed: list[str] | None = None
    """What is another than at the last time; None at the first."""
    old_list: bool = False
    """Whether the LMS's list is that of the last time, in which the LMS knows no mark yet."""


def numbers(listing: lms.Listing, origins: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The list's numbers → student, by the names that the system gave to what came in; those of groups are nobody's."""
    given = {student: names[listing.system] for student, names in origins.items() if listing.system in names}
    often = Counter(given.values())
    about = {student: said([name]) for student, name in given.items() if often[name] == 1}
    return {each.number: student for student, each in about.items() if each and each.number}


def give(
    sheet: Sheet, folder: Path, pages: Mapping[str, Path], roster: Roster, origins: Mapping[str, Mapping[str, str]],
    listing: lms.Listing | None, column: str, cut: bool = False,
) -> Returned:
    """Write marks and pages into the folder: for the system of the list, or for mail where there is no list.

    pages: student → the page, of those who have one. origins: student → system → the name that it gave the student's file or
    folder (intake.collect). column: the title of the marks' column in Canvas. cut: give the highest mark that
    the list takes to those who have more. Raises lms.NoList, before anything is written.
    """
    done = Returned()
    open_ = [student for student in sheet.graded if student.by_hand]
    for student in sheet.with_status(NOT_GRADED):
        done.missing.append(f"{student.id}: not graded{'; only a page' if student.id in pages else ''}")
    done.missing += [f"{student.id}: a mark by hand is still to be given" for student in open_]
    students = [student for student in sheet.students if student.status in (GRADED, NOT_GRADED) and student not in open_]
    done.missing += [f"{student.id}: no page" for student in students if student.status == GRADED and student.id not in pages]
    if listing:
        for_lms(done, students, folder, pages, lms.students_of(listing, roster, numbers(listing, origins)), origins, listing,
                listing.mark_column(column), cut, sheet)  # fmt: skip
    else:
        for_mail(done, students, folder, pages, sheet)
    compare(folder / LAST, done, pages, digest(listing.table.path) if listing else "")
    return done


def for_lms(
    done: Returned, students: list[Row], folder: Path, pages: Mapping[str, Path], rows: Mapping[str, lms.Entry],
    origins: Mapping[str, Mapping[str, str]], listing: lms.Listing, column: int, cut: bool, sheet: Sheet,
) -> None:
    """The list with the marks, and an archive of the pages."""
    marks, names, higher = {}, {}, []
    most = float("inf") if listing.most is None else listing.most
    for student in students:
        entry = rows.get(student.id)
        if entry is None:
            done.missing.append(f"{student.id}: in no row of {shown(listing.table.path.name)}, or in more than one")
            continue
        if student.status == GRADED:
            if entry.locked:
                done.missing.append(f"{student.id}: the list says that the mark cannot be changed")
            elif why := CLOSED.get(listing.table.rows[entry.row][column]):
                done.missing.append(f"{student.id}: {why}")
            elif student.total <= most or cut:
                marks[entry.row] = done.marks[student.id] = min(student.total, most)
                done.cut += [student.id] if student.total > most else []
            else:
                higher.append(student.id)
        if student.id in pages:
            given = origins.get(student.id, {}).get(listing.system, "")
            if name := lms.feedback_name(listing, entry, given, f"{sheet.assignment}.html"):
                names[student.id] = name
            else:
                done.missing.append(f"{student.id}: no name of their own in {listing.system} is known: no page")
    if higher:
        done.missing.append(
            f"{', '.join(higher)}: more than {most:g}, the highest mark there, and would be left out. Set it to {sheet.most:g}"
            f" in the LMS and take its list again, or give these {most:g} by --cut"
        )
    filled, path = listing.filled(marks, column), folder / listing.table.path.name
    write(path, filled)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for student_id, name in names.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED), pages[student_id].read_bytes(), zipfile.ZIP_DEFLATED)
    write(folder / "feedback.zip", stream.getvalue())
    done.files = [path, folder / "feedback.zip"]
    done.pages = names


def for_mail(done: Returned, students: list[Row], folder: Path, pages: Mapping[str, Path], sheet: Sheet) -> None:
    """A folder a student with the page, and a list for a mail merge."""
    rows = [["student_id", "last_name", "first_name", "email", "mark", "max", "attachment"]]
    for student in students:
        if not student.email:
            done.missing.append(f"{student.id}: no e-mail address in the roster")
        if student.status == GRADED:
            done.marks[student.id] = student.total
        if student.id in pages:
            done.pages[student.id] = f"{student.id}/{sheet.assignment}.html"
            write(folder / done.pages[student.id], pages[student.id].read_bytes())
        who = map(inert, (student.id, student.last_name, student.first_name, student.email))
        mark = f"{student.total:g}" if student.status == GRADED else ""
        rows.append([*who, mark, f"{sheet.most:g}", done.pages.get(student.id, "")])
    write_table(folder / "list.csv", rows)
    done.files = [folder / "list.csv"]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compare(path: Path, done: Returned, pages: Mapping[str, Path], used: str) -> None:
    """Say what is another than at the last time, which path remembers; and remember this time. used: digest of the list."""
    students = sorted({*done.marks, *done.pages})
    now = {each: [done.marks.get(each), digest(pages[each]) if each in done.pages else ""] for each in students}
    last = None
    with suppress(FileNotFoundError, ValueError):
        last = json.loads(path.read_text(encoding="utf-8"))
    write(path, json.dumps({"list": used, "students": now}, ensure_ascii=False, indent=0).encode())
    if last is None:
        return
    before, done.changed = last["students"], []
    done.old_list = bool(used) and used == last["list"]
    for student in sorted(now | before):
        old, new = before.get(student), now.get(student)
        if old is None or new is None:
            done.changed.append(f"{student}: {'new' if new else 'no longer'}")
        elif old[0] != new[0]:
            done.changed.append(f"{student}: {' → '.join('-' if mark is None else f'{mark:g}' for mark in (old[0], new[0]))}")
        elif old[1] != new[1]:
            done.changed.append(f"{student}: another page")
