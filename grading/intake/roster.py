"""Who is in the course, and which of them a file's name means.

A name is compared in one form: NFKC, case folded. Whatever on the way to a file names a student is a claim (an id, an
e-mail address, a name; in the file's name, its folders', its archive's), and all claims must agree on exactly one student.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from unicodedata import normalize

from nbgrader.api import Gradebook, MissingEntry

from ..course import shown, transaction
from ..notes import Note


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


ROSTER = "students.csv"
"""The table of the students, in the course's folder."""
COLUMNS = {
    "id": "id, studentid, studentnumber, studentno, idnumber, 学籍番号, 学生番号, 学生証番号, 学生id, idナンバー",
    "last_name": "lastname, surname, familyname, 姓, 氏, 名字, 苗字",
    "first_name": "firstname, givenname, 名",
    "name": "name, fullname, studentname, student, 氏名, 名前, 学生氏名",
    "other": "reading, romaji, フリガナ, ふりがな, カナ, カナ氏名, 氏名カナ, ローマ字, ローマ字氏名, 氏名ローマ字, 英字氏名",
    "email": "email, mail, emailaddress, mailaddress, メール, メールアドレス, eメール, 電子メール",
    "lms_user_id": "lmsuserid, lmsid, canvasid, canvasuserid, moodleid",
}
"""What a column may be called, without spaces and signs."""
COLUMN = {name: column for column, names in COLUMNS.items() for name in names.split(", ")}
SAFE = re.compile(r"\w([\w.@-]*\w)?")
"""An id that is one plain folder name, for nbgrader's patterns too. Letters of any script: nbgrader takes 山田01 as it is."""
LONGEST = 200
"""Bytes of an id: a folder's name has 255."""

FILE_END = re.compile(r"\.(ipynb|json|txt|zip)(?![a-z0-9])")
TIME = re.compile(
    r"(?<!\d)(20\d\d)(?:(\d\d)(\d\d)t|-(\d\d)-(\d\d)[t_ -])(\d\d)[-.:_]?(\d\d)[-.:_]?(\d\d)(z?)(?!\d)(?:-\d+$)?"
)
"""A time to the second, and the number that Google Drive puts behind it."""
COPY = re.compile(r"[\s_-]*(?:\((\d+)\)|\bcopy(?: of\b|(\d+)|\b)|の?コピー(?:\s*\(?(\d+)\)?)?)\s*")
"""What browsers, Jupyter, Windows and Google Drive add to the name of a copy, with its number."""
VERSION = re.compile(r"\bversion (\d+)\b")
WORDS = "main, kadai, report, homework, assignment, exercise, submission, final, レポート, 課題, 演習, 提出, 提出用, 最終版"
"""What stands beside a name without being one; so does the assignment's."""
MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)")
CANVAS = re.compile(r"(?P<name>\D+?)_(?:late_)?(?P<number>\d{2,})_\d{2,}_(?P<rest>.+)")
"""In the last number no student is looked for: it counts the submissions."""
ADDRESS = r"[a-z0-9.+-]+@[a-z0-9.-]+"
"""One that is not in the roster is somebody else's, whatever is in it, unless its first part is an id with digits."""
TEAMS = "submitted files", "working files"
"""The folders in which Microsoft Teams has one for each student."""


def fold(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())


def spaced(text: str) -> str:
    """Folded, and with a sign where kanji or kana meet Latin letters or digits: s2612001山田太郎 is two words."""
    return re.sub(r"(?<=[a-z0-9])(?=[々ぁ-ヿ㐀-鿿])|(?<=[々ぁ-ヿ㐀-鿿])(?=[a-z0-9])", "_", fold(text))


def squash(text: str) -> str:
    """Letters and digits alone: the same for 山田 太郎 and 山田太郎, Yamada, Taro and yamada.taro."""
    return "".join(filter(str.isalnum, fold(text)))


def decode(data: bytes) -> str:
    """A table's text as Excel, Google and editors write it. Raises UnicodeError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        raise UnicodeError("no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


def table(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table that are not empty, each with the number of its line. Raises RuntimeError.

    The separator is the one that stands most often in the first line: comma, semicolon or tab.
    """
    try:
        text = decode(path.read_bytes())
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=text.partition("\n")[0].count))
        line = 1
        for row in reader:
            if any(map(str.strip, row)):
                yield line, [field.strip() for field in row]
            line = reader.line_num + 1
    except OSError as error:
        raise RuntimeError(f"{path.name} cannot be read: {error.strerror}.") from None
    except UnicodeError:
        raise RuntimeError(f"{path.name} is neither UTF-8 nor cp932 (Shift-JIS) text: save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise RuntimeError(f"{path.name} is no table of comma-separated values: {error}.") from None


def read_students(path: Path) -> tuple[list[Student], list[Note]]:
    """The students of a table, and a note for each row that is not used. Raises RuntimeError where none can be."""
    rows = table(path)
    _, header = next(rows, (1, []))
    columns = [COLUMN.get(squash(name), "") for name in header]
    if "id" not in columns:
        named = shown(", ".join(header)) or "none"
        raise RuntimeError(f"{path.name} has no column of ids: name it id or 学籍番号 (its columns now: {named}).")
    students, without = [], []
    for line, row in rows:
        fields = defaultdict(list)
        for column, value in zip(columns, row):
            if column and value:
                fields[column].append(value)
        student = make_student(fields)
        if student.id:
            students.append((Note("line", line), student))
        else:
            without.append(Note("no id", Note("line", line)))
    usable, problems = usable_students(students)
    return usable, [*without, *problems]


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
        last_name, *rest = re.split(r"[\s,]+", first["name"], maxsplit=1)
        first_name = "".join(rest)
        if first_name and first["name"].isascii() and "," not in first["name"]:
            last_name, first_name = first_name, last_name  # Taro Yamada
    return Student(
        id=normalize("NFKC", first.get("id", "")),
        last_name=last_name,
        first_name=first_name,
        email=normalize("NFKC", first.get("email", "")),
        lms_user_id=normalize("NFKC", first.get("lms_user_id", "")),
        others=(*fields.get("name", ()), *fields.get("other", ())),
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


class Roster:
    """The students, to be found by the names on the way to a file."""

    def __init__(self, students: Iterable[Student], assignment: str):
        self.students = {student.id: student for student in students}
        self.ids = {fold(student): student for student in self.students}
        words = [spaced(assignment), *WORDS.split(", ")]
        self.words = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})(?![^\W_])")
        self.tokens: defaultdict[str, set[str]] = defaultdict(set)
        """Ids and addresses."""
        self.names: defaultdict[str, set[str]] = defaultdict(set)
        self.numbers: defaultdict[str, set[str]] = defaultdict(set)
        """An LMS's own, where the LMS writes them."""
        self.alone: defaultdict[str, set[str]] = defaultdict(set)
        """What counts where nothing else stands."""
        self.full: set[str] = set()
        """Names that are known beside other words: taro alone may be anybody's first name."""
        for student in self.students.values():
            short = student.id.isdecimal() and len(student.id) < 4  # main_2 and 課題3 are no students
            (self.alone if short else self.tokens)[spaced(student.id)].add(student.id)
            if "@" in student.email:
                self.tokens[spaced(student.email)].add(student.id)
            for keys in self.numbers, self.alone:
                keys[fold(student.lms_user_id)].add(student.id)
            for name in spellings(student):
                self.names[squash(name)].add(student.id)
                if " " in name or (len(name) > 2 and not name.isascii()):
                    self.full.add(squash(name))
        for keys in self.tokens, self.names, self.numbers, self.alone:
            for word in "", *words:
                keys.pop(word, None)
        known = [re.escape(token) for token in sorted(self.tokens, key=len, reverse=True)]
        addresses = [rf"{token}(?![.-]\w)" for token in known if "@" in token]
        known = [*addresses, ADDRESS, *(token for token in known if "@" not in token)]
        self.token = re.compile(rf"(?<![^\W_])(?:{'|'.join(known)})(?![^\W_])")

    def owner(self, names: Iterable[str]) -> tuple[str, Note | None]:
        """The id of the student whom names mean, from the outermost folder to the file; or '' and why nobody is.

        What an LMS says of whose a file is stands above what the student called it: where that is nobody of the roster,
        the file is nobody's.
        """
        claims, above = [], ""
        for name in names:
            text = fold(name)
            lms = MOODLE.fullmatch(text) or CANVAS.fullmatch(text)
            said = lms["name"] if lms else text if above in TEAMS else ""
            if said:
                who = [*self._claims(said), *([self.numbers[lms["number"]]] if lms and lms["number"] in self.numbers else [])]
                if not who:
                    return "", Note("nobody", shown(said))
                claims += who
            claims += self._claims(lms["rest"] if lms else "" if said else text)
            above = FILE_END.sub("", text)
        if not claims:
            return "", Note("nameless")
        agreed = reduce(set.intersection, claims)
        if len(agreed) == 1:
            return next(iter(agreed)), None
        possible = ", ".join(sorted(agreed or set().union(*claims)))
        return "", Note("several", possible)

    def _claims(self, text: str) -> list[set[str]]:
        """For each thing in the text that names students: whom."""
        text = spaced(VERSION.sub("_", COPY.sub("_", TIME.sub("_", FILE_END.sub("", text)))))
        found = [match.group() for match in self.token.finditer(text)]
        first = [word.partition("@")[0] if re.search(r"\d.*@", word) else word for word in found]
        claims = [self.tokens[key] for keys in zip(found, first) if (key := next(filter(self.tokens.__contains__, keys), None))]
        whole, text = squash(text), self.words.sub("_", self.token.sub("_", text))
        alone = squash(text)
        if (number := alone if len(alone) > 3 else whole) in self.alone:
            claims.append(self.alone[number])
        parts = [part for part in map(squash, re.split(r"[_()\[\]{}&+=;]|\s-\s", text)) if part]
        words = [part for part in parts if not any(map(str.isdigit, part))]
        together = next((name for name in ("".join(words), alone) if name in self.names), None)  # yamada_taro
        names = [together] if together else [part for part in parts if part in self.full]
        return claims + [self.names[name] for name in names]


def spellings(student: Student) -> Iterator[str]:
    """How the name may be written: in both orders, and as the first part of the e-mail address."""
    yield student.email.partition("@")[0]
    yield f"{student.last_name} {student.first_name}".strip()
    yield f"{student.first_name} {student.last_name}".strip()
    for name in student.others:
        words = re.split(r"[\s,]+", name.strip(), maxsplit=1)
        yield " ".join(words)
        yield " ".join(reversed(words))
