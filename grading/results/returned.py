"""Marks and feedback on their way back: written under returned/<exercise>/<system>/ as an LMS, or mail, takes them."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .. import lms
from ..intake.names import Roster
from ..notes import shown
from .export import inert
from .sheet import GRADED, NOT_GRADED, Row, Sheet

LAST = "last.json"
"""What was given back last: student → the mark and a digest of the page."""


@dataclass
class Returned:
    """What was written, and what is to be said of it."""

    files: list[Path] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """What is another than at the last time."""
    missing: list[str] = field(default_factory=list)
    """Who does not get a mark or a page this way, and why: somebody must look."""


def students_of(listing: lms.Listing, roster: Roster, known: Mapping[str, str]) -> dict[str, lms.Entry]:
    """Student → their row of the list, where all that the row says of whom it is about agrees on one.

    known: number of the list's system → student, from names of files that came in.
    """
    found: dict[str, list[lms.Entry]] = {}
    for entry in listing.entries:
        student, _ = roster.owner([text for text in (entry.id, entry.email, entry.name) if text])
        mine = {each for each in (student, known.get(entry.number, "")) if each}
        if len(mine) == 1:
            found.setdefault(mine.pop(), []).append(entry)
    return {student: entries[0] for student, entries in found.items() if len(entries) == 1}


def write(
    sheet: Sheet, folder: Path, system: str, pages: Mapping[str, Path], roster: Roster, origins: Mapping[str, Mapping[str, str]],
    listing: lms.Listing | None, title: str,
) -> Returned:
    """Write marks and pages for the system into the folder.

    pages: student → the page, of those who have one. origins: student → system → the name that it gave the student's file or
    folder. listing: the list of the LMS, into which the marks go; title: of its column in Canvas. Raises lms.NoList.
    """
    done, students = Returned(), [student for student in sheet.students if student.status == GRADED]
    done.missing += [f"{student.id}: not graded" for student in sheet.with_status(NOT_GRADED)]
    for student in [student for student in students if student.by_hand]:
        done.missing.append(f"{student.id}: a mark by hand is still to be given")
        students.remove(student)
    folder.mkdir(parents=True, exist_ok=True)
    if listing:
        known = {}
        for student, names in origins.items():
            if (name := names.get(system)) and (match := lms.FOLDERS[system].fullmatch(name)) and "number" in match.groupdict():
                known[match["number"]] = student
        rows = students_of(listing, roster, known)
        marks = {}
        for student in students:
            if why := refusal(student, rows.get(student.id), listing):
                done.missing.append(f"{student.id}: {why}")
            else:
                marks[rows[student.id].row] = student.total
        path = folder / listing.table.path.name
        path.write_bytes(listing.filled(marks, listing.mark_column(title)))
        done.files.append(path)
        if system == "moodle":
            for student, entry in rows.items():
                name = f"{entry.name.replace('_', ' ')}_{entry.number}_assignsubmission_file"
                origins = {**origins, student: {system: name, **origins.get(student, {})}}
    if system == "mail":
        done.files.append(write_mail(folder, students, pages, sheet))
    else:
        done.files.append(write_zip(folder / "feedback.zip", students, pages, system, origins, sheet.assignment, done))
    done.said = compare(folder / LAST, students, pages)
    return done


def refusal(student: Row, entry: lms.Entry | None, listing: lms.Listing) -> str:
    """Why a student's mark cannot go into the list; '' where it can."""
    if entry is None:
        return f"in no row of {shown(listing.table.path.name)}, or in more than one"
    if entry.locked:
        return "the list says that the mark cannot be changed"
    if listing.most is not None and student.total > listing.most:
        return f"{student.total:g} is more than {listing.most:g}, the maximum there, and would be left out: raise it in the LMS first"
    return ""


def write_zip(
    path: Path, students: list[Row], pages: Mapping[str, Path], system: str, origins: Mapping[str, Mapping[str, str]],
    assignment: str, done: Returned,
) -> Path:
    """All pages in an archive, under the names that the system takes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in students:
            if student.id not in pages:
                done.missing.append(f"{student.id}: no page (run nbgrader generate_feedback {assignment})")
            elif given := origins.get(student.id, {}).get(system):
                archive.write(pages[student.id], lms.feedback_name(system, given, f"{assignment}.html"))
            else:
                done.missing.append(f"{student.id}: no name of {system} is known: nothing of theirs came from there")
    return path


def write_mail(folder: Path, students: list[Row], pages: Mapping[str, Path], sheet: Sheet) -> Path:
    """A folder a student with the page, and a list for a mail merge."""
    text = io.StringIO(newline="")
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow(["student_id", "last_name", "first_name", "email", "mark", "max", "attachment"])
    for student in students:
        page = ""
        if student.id in pages:
            (folder / student.id).mkdir(exist_ok=True)
            (folder / student.id / f"{sheet.assignment}.html").write_bytes(pages[student.id].read_bytes())
            page = f"{student.id}/{sheet.assignment}.html"
        who = map(inert, (student.id, student.last_name, student.first_name, student.email))
        table.writerow([*who, f"{student.total:g}", f"{sheet.most:g}", page])
    path = folder / "list.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def compare(path: Path, students: list[Row], pages: Mapping[str, Path]) -> list[str]:
    """What is another than at the last time, which path remembers; and remember this time."""
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    digests = {student: hashlib.sha256(page.read_bytes()).hexdigest() for student, page in pages.items()}
    now = {student.id: [student.total, digests.get(student.id, "")] for student in students}
    path.write_text(json.dumps(now, ensure_ascii=False, indent=0), encoding="utf-8")
    if before is None:
        return []
    said = [f"{student}: {old[0]:g} → {now[student][0]:g} marks" for student, old in before.items()
            if student in now and old[0] != now[student][0]]  # fmt: skip
    said += [f"{student}: another page" for student, old in before.items() if student in now and old[1] != now[student][1]]
    said += [f"{student}: new" for student in now if student not in before]
    said += [f"{student}: no longer" for student in before if student not in now]
    return said or ["Nothing is another than at the last time."]
