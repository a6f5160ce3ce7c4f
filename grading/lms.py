"""The lists that learning management systems give of an assignment: who is in them, and the same list with marks filled in.

Moodle: the grading worksheet (mod/assign/feedback/offline: importgradeslib.php finds a row by the number at the end of its
first column, and takes the columns of the mark and of its last change by their names in the site's language; locallib.php leaves
out a mark above the maximum, and reads one by the site's decimal sign). Canvas: the gradebook's export (a column for each
assignment, "Title (id)"; a row of the points possible). manaba: the sheet of marks, 成績登録シート, with a column 合計点.

Feedback goes back under the names that came: Moodle's mod/assign/feedback/file/importziplib.php takes the participant's number
and a plugin from the second to the fourth part of a folder's name between _; Canvas's
Assignment#infer_comment_context_from_filename the first two numbers between _, the user's and the file's. For manaba no such
upload was found.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .intake.names import Roster
from .intake.roster import NO_STUDENT, is_canvas
from .tables import decode, fold, squash

MOODLE = re.compile(r"\D+?(\d+)")
"""What stands in the first column of Moodle's worksheet: "Participant 12", 参加者 12, in any language."""
COLUMNS = {  # system → what is asked of a column → what it may be called, squashed
    "moodle": {
        "mark": "grade, 評点, 評定, 成績",
        "most": "maximumgrade, 最大評点, 最大評定",
        "locked": "gradecanbechanged, 評点の変更可, 評定を変更できます, 評点を変更することができます",
        "name": "fullname, フルネーム, 氏名, 姓名",
        "email": "emailaddress, email, メールアドレス",
        "id": "idnumber, idナンバー, ユーザidナンバー, 学籍番号",
        "time": "lastmodifiedsubmission, 最終更新日時提出, 最終更新提出",
        "changed": "lastmodifiedgrade, 最終更新日時評定, 最終更新日時評点, 最終更新評定, 最終更新評点",
    },
    "canvas": {
        "name": "student", "last": "lastname", "first": "firstname", "number": "id", "id": "sisuserid, sisid",
        "login": "sisloginid",
    },
    "manaba": {
        "mark": "合計点", "id": "学籍番号, 学生番号", "number": "ユーザid, ログインid", "name": "氏名, 名前",
        "email": "メールアドレス",
    },
}  # fmt: skip
NAMES = {
    system: {name: column for column, names in columns.items() for name in names.split(", ")}
    for system, columns in COLUMNS.items()
}
TITLE = re.compile(r"(.+) \((\d+)\)")
"""An assignment's column in Canvas's gradebook."""


class NoList(RuntimeError):
    """A file is no list of an LMS, or one without a place for the marks; the text says which and what to do."""


@dataclass(frozen=True)
class Entry:
    """A student in a list."""

    row: int
    """Of the table, from 0."""
    number: str = ""
    """What the system writes into the names of files for this student, and means by it nobody elsewhere."""
    id: str = ""
    name: str = ""
    email: str = ""
    time: datetime | None = None
    """When the file was handed in, UTC."""
    locked: bool = False
    """Whether the LMS will not take another mark."""


@dataclass(frozen=True)
class Field:
    """A field of a CSV text: what it says, and where it stands."""

    value: str
    start: int
    end: int


class Table:
    """Rows of a file, in which single fields can be filled in; everything else of the file stays as it is."""

    def __init__(self, path: Path):
        """Raises NoList."""
        self.path = path
        self.book: Any = None
        try:
            data = path.read_bytes()
            if path.suffix.lower() == ".xlsx":
                from openpyxl import load_workbook  # it takes a while to import

                self.book = load_workbook(io.BytesIO(data))
                cells = self.book.active.iter_rows(values_only=True)
                self.rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
            else:
                text = decode(data)
                self.codec = next(each for each in ("utf-8-sig", "utf-8", "utf-16", "cp932") if text.encode(each) == data)
                self.text, self.fields = text, fields(text)
                self.rows = [[field.value for field in row] for row in self.fields]
        except OSError as error:
            raise NoList(f"{path.name} cannot be read: {error.strerror}.") from None
        except (UnicodeError, StopIteration):
            raise NoList(f"{path.name} is neither UTF-8 nor cp932 (Shift-JIS) text: download it again.") from None
        except Exception as error:  # openpyxl raises what it likes of what is no workbook
            raise NoList(f"{path.name} cannot be read: {type(error).__name__}.") from None

    def fill(self, marks: Mapping[tuple[int, int], str]) -> bytes:
        """The file with these texts at (row, column)."""
        if self.book:
            for (row, column), mark in marks.items():
                self.book.active.cell(row + 1, column + 1).value = float(mark)
            stream = io.BytesIO()
            self.book.save(stream)
            return stream.getvalue()
        parts, at = [], 0
        for place, mark in sorted(marks.items()):
            field = self.fields[place[0]][place[1]]
            parts += [self.text[at : field.start], f'"{mark}"' if "," in mark else mark]
            at = field.end
        return "".join([*parts, self.text[at:]]).encode(self.codec)


def fields(text: str) -> list[list[Field]]:
    """The fields of a CSV text, each with its place in it."""
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows: list[list[Field]] = [[]]
    for match in re.finditer(rf'("(?:[^"]|"")*"|[^{separator}\r\n]*)({separator}|\r\n|\n|\r|$)', text):
        if match.start() == len(text) and not rows[-1]:
            break
        value = match[1]
        if value.startswith('"'):
            [[value]] = csv.reader(io.StringIO(value, newline=""))
        rows[-1].append(Field(value, match.start(1), match.end(1)))
        if match[2] != separator:
            rows.append([])
        if not match[2]:
            break
    return [row for row in rows if row]


@dataclass(frozen=True)
class Listing:
    """A list of an LMS."""

    system: str
    table: Table
    header: int
    columns: Mapping[str, int]
    """What is asked → the number of its column."""
    entries: list[Entry]

    @property
    def most(self) -> float | None:
        """The highest mark that the LMS takes, where the list says it."""
        if self.system != "moodle" or "most" not in self.columns:
            return None
        told = {self.table.rows[entry.row][self.columns["most"]] for entry in self.entries}
        try:
            return min(float(each.replace(",", ".")) for each in told)
        except ValueError:
            return None

    @property
    def decimal(self) -> str:
        """The decimal sign of the site that made the list."""
        texts = [self.table.rows[entry.row][self.columns[what]] for entry in self.entries
                 for what in ("most", "mark") if what in self.columns]  # fmt: skip
        head = self.table.rows[self.header]
        texts += [text for row in self.table.rows for name, text in zip(head, row) if TITLE.fullmatch(name)]
        return "," if any(re.fullmatch(r"\d+,\d+", text) for text in texts) else "."

    def filled(self, marks: Mapping[int, float], column: int) -> bytes:
        """The file as the LMS takes it back. marks: row → mark."""
        sign = self.decimal
        written = {(row, column): f"{round(mark, 5):.10g}".replace(".", sign) for row, mark in marks.items()}
        return self.table.fill(written)

    def mark_column(self, title: str) -> int:
        """The column for the marks; title: of the exercise, or of its column in Canvas. Raises NoList where it is not certain."""
        if "mark" in self.columns:
            return self.columns["mark"]
        head = self.table.rows[self.header]
        places = {match[1]: n for n, text in enumerate(head) if (match := TITLE.fullmatch(text))}
        fitting = [n for name, n in places.items() if fold(title) in fold(name)]
        if len(fitting) == 1:
            return fitting[0]
        raise NoList(f"{self.table.path.name}: which column is {title}? Name one of {', '.join(places) or 'none'} by --column.")


def students_of(listing: Listing, people: Roster, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, Entry]:
    """Student → their row of a list, where all that the row says of whom it is about agrees on one, and no other row does.

    known: the list's numbers → student, where something else than the list says so: marking may be blind.
    """
    found: dict[str, list[Entry]] = {}
    for entry in listing.entries:
        claims = people.claims((entry.id, entry.email, entry.name))
        claims += [{known[entry.number]}] if entry.number in known else []
        if claims and len(agreed := set.intersection(*claims)) == 1:
            found.setdefault(agreed.pop(), []).append(entry)
    return {student: entries[0] for student, entries in found.items() if len(entries) == 1}


def system_of(header: list[str], below: list[list[str]]) -> str:
    """Whose list has this header, with these rows below; '' for none that is known."""
    heads = [squash(text) for text in header]
    if is_canvas(heads):
        return "canvas"
    first = [row[0] for row in below if row]
    moodle = set(heads) & {name for name, column in NAMES["moodle"].items() if column in ("changed", "time")}
    if moodle and first and all(MOODLE.fullmatch(text) for text in first):
        return "moodle"
    if "合計点" in header and {"id", "number"} & {NAMES["manaba"].get(head) for head in heads}:
        return "manaba"
    return ""


def read(path: Path) -> Listing:
    """The list that a file holds. Raises NoList."""
    table = Table(path)
    for header, row in enumerate(table.rows[:20]):
        if system := system_of(row, table.rows[header + 1 :]):
            break
    else:
        raise NoList(f"{path.name} is no list that is known: Moodle's grading worksheet, Canvas's gradebook or manaba's sheet.")
    columns: dict[str, int] = {}
    for n, text in enumerate(row):
        if column := NAMES[system].get(squash(text)):
            columns.setdefault(column, n)
    if system == "moodle":
        columns["number"] = 0
        if "mark" not in columns:
            raise NoList(f"{path.name} has no column of marks: download it again, as Grading worksheet.")
    entries = []
    for n, fields_ in enumerate(table.rows[header + 1 :], header + 1):
        told = {column: fields_[at].strip() for column, at in columns.items() if at < len(fields_)}
        if "last" in told:
            told["name"] = f"{told['last']}, {told.get('first', '')}"
        if system == "canvas" and squash(told.get("name", "")) in NO_STUDENT:
            continue
        number = told.get("number", "")
        if system == "moodle":
            number = MOODLE.fullmatch(number)[1]  # type: ignore[index]  # system_of has looked
        if not number and not told.get("id"):
            continue
        locked = fold(told.get("locked", "")) in ("no", "いいえ")
        entries.append(Entry(n, number, told.get("id") or told.get("login", ""), told.get("name", ""), told.get("email", ""),
                             moment(told.get("time", "")), locked))  # fmt: skip
    return Listing(system, table, header, columns, entries)


MONTHS = {name: n for n, name in enumerate(("jan feb mar apr may jun jul aug sep oct nov dec").split(), 1)}
JAPANESE = re.compile(r"(\d{4})年\s*(\d+)月\s*(\d+)日.*?(\d+):(\d+)")
AMERICAN = re.compile(r"(\w{3})\w* (\d+), (\d{4}) (\d{1,2}):?(\d\d) ?(am|pm)", re.IGNORECASE)
ENGLISH = re.compile(r"(\d+) (\w{3})\w* (\d{4}), (\d+):(\d+)(?::\d+)?\s*(am|pm)?", re.IGNORECASE)


def moment(text: str) -> datetime | None:
    """The time that Moodle or Brightspace writes for people, on this machine's clock; in UTC. None for another form."""
    if match := JAPANESE.search(text):
        year, month, day, hour, minute = map(int, match.groups())
        hour += 12 * ("午後" in text and hour < 12) - 12 * ("午前" in text and hour == 12)
    elif match := ENGLISH.search(text) or AMERICAN.search(text):
        name, first = (match[1], match[2]) if match.re is AMERICAN else (match[2], match[1])
        if name.lower() not in MONTHS:
            return None
        day, month, year, hour, minute = int(first), MONTHS[name.lower()], int(match[3]), int(match[4]), int(match[5])
        half = (match[6] or "").lower()
        hour = hour % 12 + 12 * (half == "pm") if half else hour
    else:
        return None
    try:
        return datetime(year, month, day, hour, minute).astimezone(UTC)
    except ValueError:
        return None


CANVAS = re.compile(r"(?P<before>.+?_(?:late_)?(?P<number>\d+)_\d+_).+", re.IGNORECASE)
MANABA = re.compile(r"(?P<before>([^@]+)@([^@]+))(@.+)?")


def feedback_name(listing: Listing, entry: Entry, given: str, page: str) -> str:
    """The name under which the system takes a page for the student of a row; '' where none is known.

    given: how the system called the student's file or folder, where it is known. A name of another student is none: what came in
    for a group has that of one of its members.
    """
    if listing.system == "moodle":
        name = entry.name or listing.table.rows[entry.row][0].removesuffix(entry.number)
        return f"{re.sub(r'[_/]', ' ', name).strip()}_{entry.number}_assignsubmission_file/{page}"
    if listing.system == "canvas" and (match := CANVAS.fullmatch(given)) and match["number"] == entry.number:
        return match["before"] + page
    if listing.system == "manaba" and (match := MANABA.fullmatch(given)):
        if {fold(match[2]), fold(match[3])} & {fold(entry.number), fold(entry.id)} - {""}:
            return f"{match['before']}@{page}"
    return ""
