"""Who is in the course, by a table as universities and learning management systems export it, or by the gradebook."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from nbgrader.api import Gradebook, MissingEntry

from ..course import shown, transaction
from ..notes import Note
from ..tables import fold, squash, table


@dataclass(frozen=True)
class Student:
    """A student as nbgrader's gradebook has them, and how else the name is written."""

    id: str
    last_name: str = ""
    first_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    others: tuple[str, ...] = ()
    """The whole name as the roster has it, in kana, in Latin letters."""
    groups: tuple[str, ...] = ()


ROSTER = "students.csv"
"""The table of the students, in the course's folder."""
COLUMNS = {
    "id": "id, studentid, studentnumber, studentno, idnumber, sisuserid, 学籍番号, 学籍no, 学籍id, 学生番号, 学生no, "
          "学生証番号, 学生id, idナンバー",
    "last_name": "lastname, surname, familyname, 姓, 氏, 名字, 苗字, 姓漢字",
    "first_name": "firstname, givenname, 名, 名漢字",
    "name": "name, fullname, studentname, student, 氏名, 名前, 学生氏名, 学生名, 氏名漢字, 漢字氏名, 漢字名, 氏名全角, 受講者名, "
            "受講者氏名, 履修者名, 履修者氏名, 姓名",
    "other": "reading, romaji, フリガナ, ふりがな, カナ, カナ氏名, 氏名カナ, 氏名フリガナ, 氏名ふりがな, 学生氏名カナ, "
             "フリガナ氏名, カナ名, ローマ字, ローマ字氏名, 氏名ローマ字, 英字氏名, 氏名英字, 英語氏名, 氏名英語, "
             "英字名, englishname",
    "email": "email, mail, emailaddress, mailaddress, メール, メールアドレス, eメール, eメールアドレス, emailアドレス, "
             "電子メール, 大学メールアドレス",
    "lms_user_id": "lmsuserid, lmsid, canvasid, canvasuserid, moodleid",
    "group": "group, groups, groupname, team, teamname, 班, 班名, 班番号, グループ, グループ名, チーム, チーム名",
}  # fmt: skip
"""What a column may be called, without spaces and signs."""
COLUMN = {name: column for column, names in COLUMNS.items() for name in names.split(", ")}
TITLES = 20
"""Rows above the header, at most: the name of the course, the date."""
MANY = 5
"""Columns that are named as not used, at most."""
NO_STUDENT = ("", "pointspossible", "studenttest", "teststudent")
"""Rows of Canvas's gradebook."""
SAFE = re.compile(r"\w([\w.@-]*\w)?")
"""An id that is one plain folder name, for nbgrader's patterns too. Letters of any script: nbgrader takes 山田01 as it is."""
LONGEST = 200
"""Bytes of an id: a folder's name has 255."""


def words_of(name: str) -> list[str]:
    return re.split(r"[\s,]+", name.strip(" \t\u3000,"))


def is_canvas(keys: list[str]) -> bool:
    """Whether this is the header of Canvas's gradebook (lib/gradebook_exporter.rb): English in every language."""
    names = keys[:1] == ["student"] or (keys[:2] == ["lastname", "firstname"] and "sisloginid" in keys)
    return names and {"id", "section"} <= set(keys)


def header_of(rows: list[tuple[int, list[str]]], name: str) -> tuple[int, list[str], list[str]]:
    """The place of the header among the rows, what each column is ('' for none), and what is called how but not used.

    Raises RuntimeError where no column is the ids, or more than one may be.
    """
    place = next((at for at, (_, row) in enumerate(rows[:TITLES]) if "id" in (COLUMN.get(squash(field)) for field in row)), -1)
    if place < 0:
        header = rows[0][1] if rows else []
        named = shown(", ".join(header)) or "none"
        raise RuntimeError(f"{name} has no column of ids: name it id or 学籍番号 (its columns now: {named}).")
    row = rows[place][1]
    keys = [squash(field) for field in row]
    columns = [COLUMN.get(key, "") for key in keys]
    ids = [number for number, column in enumerate(columns) if column == "id"]
    canvas = is_canvas(keys)
    if canvas:
        best = next(key for key in ("sisuserid", "sisloginid", "id") if key in keys)
        columns[keys.index("id")] = "lms_user_id"
        ids = [keys.index(best)]
    elif strong := [number for number in ids if keys[number] != "id"]:
        ids = strong
    below = rows[place + 1 :]
    values = {tuple((row[number : number + 1] or [""])[0] for _, row in below) for number in ids}
    if len(values) > 1:
        which = " and ".join(dict.fromkeys(shown(row[number]) for number in ids))
        raise RuntimeError(f"{name} has more than one column that may be the ids, {which}: delete or rename all but one.")
    columns = [("" if column == "id" else column) if number not in ids[:1] else "id" for number, column in enumerate(columns)]
    if canvas and best == "id":
        columns[ids[0]] = "id"
    unused = [field for field, column in zip(row, columns) if field and not column]
    return place, columns, unused


def read_students(path: Path) -> tuple[list[Student], list[Note]]:
    """The students of a table, and a note for each row that is not used, and on columns that are none. Raises RuntimeError where
    none can be."""
    rows = list(table(path, COLUMN, TITLES))
    place, columns, unused = header_of(rows, path.name)
    keys = [squash(field) for field in rows[place][1]]
    canvas = is_canvas(keys)
    students, without = [], []
    for line, row in rows[place + 1 :]:
        fields = defaultdict(list)
        for column, value in zip(columns, row):
            if column and value:
                fields[column].append(value)
        named = [value for column in ("name", "last_name", "first_name") for value in fields.get(column, ())]
        if canvas and squash("".join(named)) in NO_STUDENT:
            continue
        student = make_student(fields)
        if student.id:
            students.append((Note("line", line), student))
        else:
            without.append(Note("no id", Note("line", line)))
    usable, problems = usable_students(students)
    more = f" … ({len(unused)})" if len(unused) > MANY else ""
    said = [Note("columns", Note("line", rows[place][0]), shown(", ".join(unused[:MANY])) + more)] if unused else []
    return usable, [*without, *problems, *said]


def usable_students(students: list[tuple[Note, Student]]) -> tuple[list[Student], list[Note]]:
    """Of students and where each stands: those with an id of their own that can be a folder, and a note for each other."""
    usable, problems, places = [], [], defaultdict(list)
    for place, student in students:
        if not SAFE.fullmatch(student.id) or ".." in student.id or len(student.id.encode()) > LONGEST:
            problems.append(Note("unusable id", place, shown(student.id)))
        else:
            usable.append(student)
            places[fold(student.id)].append(place)
    for key, at in places.items():
        if len(at) > 1:
            problems.append(Note("same id", together(at), key))
    return [student for student in usable if len(places[fold(student.id)]) == 1], problems


def together(places: list[Note]) -> Note:
    """All of them, in order; halved and halved again, so that thousands do not stand one inside another."""
    half = len(places) // 2
    return Note("lines", together(places[:half]), together(places[half:])) if half else places[0]


def make_student(fields: dict[str, list[str]]) -> Student:
    """A student of the fields of a row, column → values."""
    first = {column: values[0] for column, values in fields.items()}
    last_name, first_name = first.get("last_name", ""), first.get("first_name", "")
    if not last_name and not first_name and "name" in first:
        # Yamada, Taro; García López, José; 山田 太郎; Taro Yamada
        last_name, first_name = (*re.split(r"\s*,\s*" if "," in first["name"] else r"\s+", first["name"], maxsplit=1), "")[:2]
        if first_name and first["name"].isascii() and "," not in first["name"]:
            last_name, first_name = first_name, last_name
    return Student(
        id=normalize("NFKC", first.get("id", "")),
        last_name=last_name,
        first_name=first_name,
        email=normalize("NFKC", first.get("email", "")),
        lms_user_id=normalize("NFKC", first.get("lms_user_id", "")),
        others=(*fields.get("name", ()), *fields.get("other", ())),
        groups=tuple(normalize("NFKC", group) for group in fields.get("group", ())),
    )


def recorded_students(db_url: str, course: str) -> tuple[list[Student], list[Note]]:
    """The students of the gradebook, and a note for each that cannot be used."""
    with Gradebook(db_url, course) as gradebook:
        fields = [(s.id, s.last_name or "", s.first_name or "", s.email or "", s.lms_user_id or "") for s in gradebook.students]
    return usable_students([(Note("a student"), Student(*each)) for each in fields])


def record(students: Iterable[Student], db_url: str, course: str) -> None:
    """Put the students into the gradebook, in one transaction; what the roster leaves out stays as it is there."""
    names = "first_name", "last_name", "email", "lms_user_id"
    with Gradebook(db_url, course) as gradebook, transaction(gradebook):
        for student in students:
            known = {name: getattr(student, name) for name in names if getattr(student, name)}
            try:
                there = gradebook.find_student(student.id)
            except MissingEntry:
                there = None
            if there is None or any(getattr(there, name) != value for name, value in known.items()):
                gradebook.update_or_create_student(student.id, **known)
