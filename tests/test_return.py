"""The circle: files and lists of an LMS in, graded, and marks and pages back as that system's own importer takes them."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from courses import ENVIRONMENT, new_course
from nbgrader.api import Gradebook
from openpyxl import Workbook, load_workbook
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL, add_to

from grading.classroom import Classroom, give_back, grade_class
from grading.exercise.folder import Exercise, NoExercise
from grading.exercise.sample import submission
from grading.intake.collect import collect
from grading.intake.roster import read_students
from grading.notes import Note

ALL = float(sum(MARKS.values()))
WRONG = REFERENCE | {"describe": SMALL.slugs["describe", "sample_std"].code}
PARTLY = ALL - 3 + 1.5
"""Marks of whoever answers so, with 1.5 by hand in `describe`."""
ROSTER = (
    "id,last_name,first_name,email,group\ns01,山田,太郎,s01@example.jp,\ns02,O_Neil,Ann,s02@example.jp,\n"
    "s03,鈴木,次郎,s03@example.jp,\ns04,高橋,花子,,\ns05,田中,実,s05@example.jp,\n"
)
NUMBERS = {"s01": (71, 9001, "u801"), "s02": (12, 9002, "u802"), "s03": (43, 9003, "u803"), "s05": (9, 9005, "u805")}
"""Student → the number of Moodle's list, the user's in Canvas, and the account in manaba. s04 is in none of them."""
NAMES = {"s01": "山田 太郎", "s02": "O_Neil Ann", "s03": "鈴木 次郎", "s05": "田中 実"}
FILE = {number: number + 50000 for _, number, _ in NUMBERS.values()}
"""Canvas's user → the number of their file."""
LANGUAGES = {
    "en": ("Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
           "Last modified (grade),Feedback comments", "Participant {}", "Yes", "."),
    "ja": ("ID,フルネーム,メールアドレス,ステータス,評点,最大評点,評点の変更可,最終更新日時 (提出),最終更新日時 (評点),"
           "フィードバックコメント", "参加者 {}", "Yes", "."),
    "comma": ("Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
              "Last modified (grade),Feedback comments", "Participant {}", "Yes", ","),
    "blind": ("Identifier,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
              "Last modified (grade),Feedback comments", "Participant {}", "Yes", "."),
}  # fmt: skip
"""How a site writes its worksheet: the header, the identifier, whether a mark can be changed, the decimal sign."""


# --- What the systems make ---


def worksheet(language: str = "en", most: float = 100, locked: str = "") -> bytes:
    head, identifier, yes, sign = LANGUAGES[language]
    rows = [head.split(",")]
    for student, (number, *_) in NUMBERS.items():
        who = [] if language == "blind" else [NAMES[student], f"{student}@example.jp"]
        can = "No" if student == locked else yes
        highest = f"{most:.2f}".replace(".", sign)
        rows.append([identifier.format(number), *who, 'Submitted, "graded"', "", highest, can, "-", "-", ""])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def gradebook(*titles: str) -> bytes:
    columns = [f"{title} ({4711 + n})" for n, title in enumerate(titles or ("Quiz 1", NAME))]
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns],
            ["    Points Possible", *[""] * 4, *["10"] * len(columns)]]  # fmt: skip
    for student, (_, user, _) in NUMBERS.items():
        last, first = NAMES[student].split()
        rows.append([f"{last}, {first}", str(user), student, f"{student}@example.jp", "01", *["3"] * len(columns)])
    rows.append(["Student, Test", "999", "", "", "01", *[""] * len(columns)])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def sheet_of_manaba() -> bytes:
    book = Workbook()
    book.active.append(["成績登録シート", "1101"])
    book.active.append(["学籍番号", "ユーザID", "氏名", "合計点", "講評"])
    for student, (_, _, account) in NUMBERS.items():
        book.active.append([student, account, NAMES[student], None, "=1+1"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


GIVEN = {
    "moodle": lambda student: f"{NAMES[student]}_{NUMBERS[student][0]}_assignsubmission_file/main.ipynb",
    "canvas": lambda student: "_".join([re.sub(r"[ _]", "", NAMES[student].lower()), str(NUMBERS[student][1]),
                                        str(FILE[NUMBERS[student][1]]), "main.ipynb"]),
    "manaba": lambda student: f"{student}@{NUMBERS[student][2]}@main.ipynb",
}  # fmt: skip
"""System → how it calls a student's file."""


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def answer(student: str) -> bytes:
    notebook = submission(RELEASE, WRONG if student in ("s02", "s05") else REFERENCE)
    notebook.cells[0].source += f"\n<!-- {student} -->"
    return nbformat.writes(notebook).encode()


# --- A class ---


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """A course, collected from three systems with their lists, and graded: s01 right, s02 with a mark by hand, s03 no notebook
    after all, s04 in no list, s05 with a mark by hand still to be given."""
    course = tmp_path_factory.mktemp("first") / "course"
    add_to(course)
    (course / "students.csv").write_text(ROSTER, encoding="utf-8")
    inbox = course.parent / "inbox"
    inbox.mkdir()
    lists = {"Grades-1101.csv": worksheet(), "Gradebook.csv": gradebook(), "成績.xlsx": sheet_of_manaba()}
    for name, data in lists.items():
        (inbox / name).write_bytes(data)
    for system, called in GIVEN.items():
        (inbox / f"{system}.zip").write_bytes(archive({called(student): answer(student) for student in NUMBERS}))
    (inbox / "s04_main.ipynb").write_bytes(answer("s04"))
    collect(Exercise(course, NAME), sorted(inbox.iterdir()))
    (course / f"submitted/s03/{NAME}/main.ipynb").write_text("{}")
    grade_class(Exercise(course, NAME))
    by_hand(course, "s02", 1.5)
    by_hand(course, "s05", None)
    return course


def by_hand(course: Path, student: str, mark: float | None) -> None:
    coursedir = Classroom(Exercise(course, NAME)).coursedir
    with Gradebook(coursedir.db_url, coursedir.course_id) as book:
        grade = book.find_grade("test_describe", "main", NAME, student)
        grade.manual_score, grade.needs_manual_grade = mark, mark is None
        book.db.commit()


@pytest.fixture
def course(first, tmp_path) -> Path:
    return shutil.copytree(first, tmp_path / "course")


def back(course: Path, system: str, **about):
    return give_back(Exercise(course, NAME), system, **about)


# --- What the systems take: as their sources have it ---


def moodle_marks(data: bytes, language: str = "en") -> dict[int, float]:
    """Participant → mark, by feedback/offline/importgradeslib.php and locallib.php."""
    head, identifier, _, sign = LANGUAGES[language]
    names = head.split(",")
    grade = names.index("Grade" if "Grade" in names else "評点")
    most = names.index("Maximum Grade" if "Grade" in names else "最大評点")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8").removeprefix("\ufeff"), newline="")))
    assert rows[0] == names
    found = {}
    for row in rows[1:]:
        number = row[0].removeprefix(identifier.format(""))  # get_string('hiddenuser', 'assign')
        assert number.isdigit() and len(row) == len(names)
        text = row[grade].replace(sign, ".") if sign == "," else row[grade]  # unformat_float
        if text and float(text) <= float(row[most].replace(sign, ".")):
            found[int(number)] = float(text)
    return found


def moodle_pages(path: Path) -> dict[int, str]:
    """Participant → their page, by feedback/file/importziplib.php."""
    found = {}
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            [info] = [parts for part in name.split("/") if len(parts := part.split("_", 4)) >= 4]
            assert info[1].isdigit() and info[2:4] == ["assignsubmission", "file"], name
            assert int(info[1]) not in found
            found[int(info[1])] = packed.read(name).decode()
    return found


def canvas_pages(path: Path) -> dict[int, str]:
    """User → their page, by Assignment#infer_comment_context_from_filename: the file must be one of that user."""
    found = {}
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            user, file = [int(part) for part in name.split("_") if part.isdigit()][:2]
            assert "/" not in name and FILE[user] == file and user not in found, name
            found[user] = packed.read(name).decode()
    return found


def changes(before: list[list], after: list[list]) -> dict[tuple[int, int], str]:
    """The fields that are another, and what they are now."""
    assert [len(row) for row in before] == [len(row) for row in after]
    return {(n, m): new for n, row in enumerate(after) for m, new in enumerate(row) if new != before[n][m]}


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# --- The circle ---


def is_of(page: str, student: str) -> bool:
    """Whether a page is this student's, and nobody else's."""
    return student in page and not any(other in page for other in (*NUMBERS, "s04") if other != student)


def test_the_lists_are_known_on_the_way_in(course):
    arrivals = json.loads((course / f"downloaded/{NAME}/arrivals.json").read_text(encoding="utf-8"))
    said = [str(Note.from_json(each["reason"])) for each in arrivals if each["result"] == "list"]
    assert sorted(said) == [f"the list of {system}: 4 of its 4 rows are students of the roster" for system in sorted(GIVEN)]
    assert all(each["student"] for each in arrivals if each["file"].endswith("main.ipynb"))


def test_moodle_takes_the_marks_and_the_pages(course):
    done = back(course, "moodle")
    written, pages = done.files
    assert written == course / f"returned/{NAME}/moodle/moodle.csv"
    assert moodle_marks(written.read_bytes()) == {71: ALL, 12: PARTLY}
    taken = moodle_pages(pages)
    assert set(taken) == {71, 12, 43} and all(is_of(taken[NUMBERS[each][0]], each) for each in ("s01", "s02", "s03"))
    assert sorted(done.missing) == [
        "s03: not graded; only a page", "s04: in no row of moodle.csv, or in more than one",
        "s05: a mark by hand is still to be given",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_in_the_language_of_its_site(language, course):
    given = course / "Grades.csv"
    given.write_bytes(worksheet(language))
    written, pages = back(course, "moodle", path=given).files
    assert moodle_marks(written.read_bytes(), language) == {71: ALL, 12: PARTLY}
    assert set(changes(rows_of(given.read_bytes()), rows_of(written.read_bytes()))) == {
        (row, rows_of(given.read_bytes())[0].index("評点" if language == "ja" else "Grade")) for row in (1, 2)
    }
    assert set(moodle_pages(pages)) == {71, 12, 43}


def test_a_mark_that_moodle_would_leave_out_is_said_or_cut(course):
    given = course / "Grades.csv"
    given.write_bytes(worksheet(most=PARTLY))
    done = back(course, "moodle", path=given)
    assert moodle_marks(done.files[0].read_bytes()) == {12: PARTLY}
    said = f"s01: more than {PARTLY:g}, the highest mark there, and would be left out. Set it to {ALL:g} in the LMS"
    assert [why for why in done.missing if why.startswith(said)]
    done = back(course, "moodle", path=given, cut=True)
    assert moodle_marks(done.files[0].read_bytes()) == {71: PARTLY, 12: PARTLY} and done.cut == ["s01"]
    assert not [why for why in done.missing if why.startswith("s01")]


def test_a_mark_that_cannot_be_changed_is_left_alone(course):
    given = course / "Grades.csv"
    given.write_bytes(worksheet(locked="s01"))
    done = back(course, "moodle", path=given)
    assert moodle_marks(done.files[0].read_bytes()) == {12: PARTLY}
    assert "s01: the list says that the mark cannot be changed" in done.missing


def test_canvas_takes_the_marks_and_the_pages(course):
    done = back(course, "canvas")
    written, pages = done.files
    before, after = rows_of(gradebook()), rows_of(written.read_bytes())
    assert changes(before, after) == {(2, 6): f"{ALL:g}", (3, 6): f"{PARTLY:g}"}
    taken = canvas_pages(pages)
    assert set(taken) == {9001, 9002, 9003} and all(is_of(taken[NUMBERS[each][1]], each) for each in ("s01", "s02", "s03"))


def test_canvas_has_a_column_for_each_assignment(course):
    given = course / "Gradebook.csv"
    given.write_bytes(gradebook("Quiz 1", "MLP の実装"))
    with pytest.raises(NoExercise, match=f"which column is {NAME}. Name one of Quiz 1, MLP の実装 by --column"):
        back(course, "canvas", path=given)
    assert not (course / "returned").exists()
    written = back(course, "canvas", path=given, column="MLP の実装").files[0]
    assert set(changes(rows_of(given.read_bytes()), rows_of(written.read_bytes()))) == {(2, 6), (3, 6)}


def test_canvas_with_two_columns_of_names_and_its_own_words_for_no_mark(course):
    """LastName and FirstName, a row above the points, a decimal comma; who is excused, and whose assignment it is not."""
    rows = rows_of(gradebook(NAME))
    two = [[*(["LastName", "FirstName"] if n == 0 else [*row[0].split(", "), ""][:2]), *row[1:]] for n, row in enumerate(rows)]
    two[1][-1] = "12,00"
    two.insert(1, [""] * 6 + ["Manual Posting"])
    given = course / "Gradebook.csv"

    def taken() -> tuple[dict, list[str]]:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(two)
        given.write_bytes(text.getvalue().encode("utf-8-sig"))
        done = back(course, "canvas", path=given)
        return changes(two, rows_of(done.files[0].read_bytes())), done.missing

    assert taken()[0] == {(3, 6): f"{ALL:g}", (4, 6): f"{PARTLY:g}".replace(".", ",")}
    two[3][-1], two[4][-1] = "EX", "N/A"
    marks, missing = taken()
    assert not marks and {"s01: is excused there", "s02: the assignment is not theirs there"} <= set(missing)
    students, notes = read_students(given)
    assert [student.id for student in students] == list(NUMBERS) and all(note.kind == "columns" for note in notes)


def test_manaba_takes_the_marks(course):
    done = back(course, "manaba")
    written, pages = done.files
    before, after = ([[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.iter_rows()]
                     for data in (sheet_of_manaba(), written.read_bytes()))  # fmt: skip
    assert changes(before, after) == {(2, 3): ALL, (3, 3): PARTLY}
    with zipfile.ZipFile(pages) as packed:
        taken = {name: packed.read(name).decode() for name in packed.namelist()}
    assert set(taken) == {f"{each}@{NUMBERS[each][2]}@{NAME}.html" for each in ("s01", "s02", "s03")}
    assert all(is_of(page, name.partition("@")[0]) for name, page in taken.items())


def test_mail_has_a_folder_a_student_and_a_list(course):
    done = back(course, "mail")
    folder = course / f"returned/{NAME}/mail"
    rows = {row["student_id"]: row for row in csv.DictReader(io.StringIO((folder / "list.csv").read_text("utf-8-sig")))}
    assert {student: row["mark"] for student, row in rows.items()} == {
        "s01": f"{ALL:g}", "s02": f"{PARTLY:g}", "s03": "", "s04": f"{ALL:g}"}  # fmt: skip
    assert all(is_of((folder / row["attachment"]).read_text(encoding="utf-8"), student) for student, row in rows.items())
    assert "s04: no e-mail address in the roster" in done.missing and done.files == [folder / "list.csv"]


# --- Who is whose ---


def test_the_folder_of_a_group_is_nobodys_number(course):
    """A group's number is another one than a participant's: it may be that of a student who is not in the group."""
    origins = course / f"downloaded/{NAME}/origins.json"
    origins.write_text('{"s01": {"moodle": "A_43_assignsubmission_file"}, "s02": {"moodle": "A_43_assignsubmission_file"}}')
    given = course / "Grades.csv"
    given.write_bytes(worksheet("blind"))
    done = back(course, "moodle", path=given)
    assert moodle_marks(done.files[0].read_bytes(), "blind") == {} and moodle_pages(done.files[1]) == {}


def test_a_file_that_came_under_another_number_gives_no_name_for_a_page(course):
    origins = course / f"downloaded/{NAME}/origins.json"
    origins.write_text('{"s01": {"canvas": "oneilann_9002_59002_main.ipynb"}}')
    done = back(course, "canvas")
    assert canvas_pages(done.files[1]) == {}
    assert "s01: no name of their own in canvas is known: no page" in done.missing


def test_two_rows_of_one_student_and_a_row_that_contradicts_itself_get_nothing(course):
    given = course / "Grades.csv"
    text = worksheet().decode("utf-8-sig")
    given.write_text(text + text.splitlines()[1].replace(" 71", " 72") + "\n", encoding="utf-8")
    assert moodle_marks(back(course, "moodle", path=given).files[0].read_bytes()) == {12: PARTLY}
    given.write_text(text.replace("s01@", "s04@"), encoding="utf-8")
    assert moodle_marks(back(course, "moodle", path=given).files[0].read_bytes()) == {12: PARTLY}


# --- Again ---


@pytest.mark.parametrize("system", ["moodle", "canvas", "manaba", "mail"])
def test_a_second_run_says_what_is_another(system, course):
    assert back(course, system).changed is None
    files = {path: path.read_bytes() for kind in ("html", "csv", "zip") for path in (course / "returned").rglob(f"*.{kind}")}
    assert back(course, system).changed == []
    assert all(path.read_bytes() == data for path, data in files.items())
    by_hand(course, "s02", 2.0)
    by_hand(course, "s05", 0.0)
    again = back(course, system)
    assert again.old_list == (system != "mail")
    assert again.changed == [f"s02: {PARTLY:g} → {PARTLY + 0.5:g}", "s05: new"]


def test_a_new_list_is_told_from_that_of_the_last_time(course):
    back(course, "moodle")
    given = course / "Grades.csv"
    given.write_bytes(worksheet().replace(b",-,", b",1 January 2026,"))
    assert not back(course, "moodle", path=given).old_list


# --- What cannot be ---


def text(data: str) -> Callable[[], bytes]:
    return lambda: data.encode()


@pytest.mark.parametrize(("system", "name", "data", "said"), [
    ("moodle", "x.csv", gradebook, "x.csv is a list of canvas, not of moodle"),
    ("moodle", "x.csv", text("a,b\n1,2\n"), "x.csv is no list that is known: Moodle's grading worksheet, Canvas's gradebook or"),
    ("moodle", "x.csv", lambda: b"\xff\xfe\x00", "x.csv is neither UTF-8 nor cp932"),
    ("manaba", "x.xlsx", text("no workbook"), "x.xlsx cannot be read: BadZipFile"),
    ("canvas", "none.csv", None, "none.csv cannot be read: No such file"),
])  # fmt: skip
def test_what_is_no_list_is_said_before_anything_is_written(system, name, data, said, course):
    if data:
        (course / name).write_bytes(data())
    with pytest.raises(NoExercise, match=re.escape(said)):
        back(course, system, path=course / name)
    assert not (course / "returned").exists()


def test_without_a_list_or_a_mark_a_sentence_says_what_to_do(course, tmp_path):
    shutil.rmtree(course / f"downloaded/{NAME}/lists")
    with pytest.raises(NoExercise, match=f"No list of moodle is known: .*`grading return {NAME} --to moodle FILE`"):
        back(course, "moodle")
    with pytest.raises(NoExercise, match=f"Nothing of {NAME} is graded yet: `make grade` first"):
        back(new_course(tmp_path / "new"), "mail")


def test_the_command_says_what_it_has_written_and_who_is_missing(course):
    result = subprocess.run([sys.executable, "-m", "grading", "return", NAME, "--to", "moodle"], cwd=course, env=ENVIRONMENT,
                            capture_output=True, text=True)  # fmt: skip
    assert result.returncode == 1, result.stderr
    folder = f"returned/{NAME}/moodle"
    assert result.stdout.splitlines()[:3] == ["2 marks, 3 pages.", f"{folder}/moodle.csv", f"{folder}/feedback.zip"]
    assert "Not given back:\n  s03: not graded; only a page\n" in result.stdout
