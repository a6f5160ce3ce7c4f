"""A class whose files arrive in every way there is: the right ones are handed on byte by byte, and every other one is named."""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

import nbformat
import pytest
from arrivals import (
    ABSENT,
    KINDS,
    PEOPLE,
    QUESTIONS,
    ROLES,
    START,
    make_course,
    notebook,
    packed,
    path_of,
    write_inbox,
)
from courses import EXERCISES, forked
from exercise import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc
from openpyxl import Workbook
from small import MARKS, NAME

from grading.__main__ import main
from grading.classroom import Classroom
from grading.exercise.cells import grade_id, is_solution, is_test
from grading.exercise.folder import Exercise, NoExercise
from grading.exercise.sample import submission
from grading.intake import inbox
from grading.intake.collect import Arrival, needs_instructor, summary
from grading.intake.collect import collect as collect_exercise
from grading.intake.names import Roster
from grading.intake.roster import Student, read_students
from grading.notes import Note

A, B = PEOPLE[4:6]


def collect(course: Path, paths: list[Path], name: str = NAME) -> list[Arrival]:
    return collect_exercise(Exercise(course, name), paths)


def snapshot(folder: Path) -> dict[str, tuple]:
    """Path → kind, time of change and digest of everything below a folder; nothing is followed or waited for."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else "",
        )
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    }


def submitted(course: Path) -> dict[str, bytes]:
    return {path.parts[-3]: path.read_bytes() for path in course.glob(f"submitted/*/{NAME}/main.ipynb")}


def kept(course: Path, student: str) -> set[bytes]:
    return {path.read_bytes() for path in course.glob(f"downloaded/{NAME}/{student}/*.ipynb")}


def hand_in(path: Path, data: bytes, hours: float = 0) -> Path:
    """A file that was handed in so many hours after the first one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (START + 3600 * hours,) * 2)
    return path


def results(arrivals: list[Arrival]) -> dict[str, str]:
    return {Path(arrival.file).name: arrival.result for arrival in arrivals if arrival.file}


def collect_command(course: Path, monkeypatch, *arguments: object) -> object:
    """Run the command in the course; returns what it ends with, a code or a sentence."""
    monkeypatch.chdir(course)
    monkeypatch.setattr(sys, "argv", ["grading", "collect", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code


def gradebook_of(course: Path) -> Gradebook:
    coursedir = Classroom(Exercise(course, NAME)).coursedir
    return Gradebook(coursedir.db_url, coursedir.course_id)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory) -> Path:
    """An empty one: nbgrader takes seconds to make it."""
    course = make_course(tmp_path_factory.mktemp("empty") / "course")
    with gradebook_of(course):
        return course / "gradebook.db"


@pytest.fixture
def course(tmp_path, gradebook) -> Path:
    course = make_course(tmp_path / "course")
    shutil.copy(gradebook, course)
    return course


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The class of KINDS, collected: its course, what became of the files, and what was in the folder around it before."""
    around = tmp_path_factory.mktemp("around")
    course = make_course(around / "course")
    write_inbox(course / "inbox")
    before = snapshot(around)
    return course, collect(course, [course / "inbox"]), before


# --- Each way to arrive ---


def test_the_class_is_large_and_comes_in_many_ways():
    assert len(PEOPLE) == len({person.id for person in PEOPLE}) == 120 and len(KINDS) > 60
    assert all(ROLES.values()) and len({p for people in ROLES.values() for p in people} | set(ABSENT)) == 120


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if about.taken])
def test_what_is_right_lies_in_submitted_byte_by_byte(kind, collected):
    course, arrivals, _ = collected
    for person in ROLES[kind]:
        given = {content(person) for content in KINDS[kind].files.values()}
        there = (course / "submitted" / person.id / "warm-up/main.ipynb").read_bytes()
        assert there in given and there.removeprefix(b"\xef\xbb\xbf") == notebook(person)
        assert any(arrival.student == person.id and arrival.result == "taken" for arrival in arrivals)


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if not about.taken and about.who is None])
def test_what_is_wrong_or_uncertain_is_nobodys(kind, collected):
    course, arrivals, _ = collected
    for person in ROLES[kind]:
        assert not (course / "submitted" / person.id).exists() and not kept(course, person.id)
        [nothing] = [arrival for arrival in arrivals if arrival.student == person.id and arrival.result == "nothing"]
        assert nothing.reason.kind == ("nothing usable" if KINDS[kind].missing else "nothing")
        assert KINDS[kind].missing in str(nothing.reason)
        assert needs_instructor(nothing) == bool(KINDS[kind].missing)


@pytest.mark.parametrize("kind", [kind for kind, about in KINDS.items() if about.reasons])
def test_every_file_that_is_not_taken_is_named_with_its_reason_in_one_sentence(kind, collected):
    _, arrivals, _ = collected
    for person in ROLES[kind]:
        mine = {path_of(template, person).partition("/")[0] for template in KINDS[kind].files}
        for part, wanted in KINDS[kind].reasons.items():
            result, _, reason = wanted.partition(": ")
            found = [
                arrival for arrival in arrivals
                if path_of(part, person) in arrival.file and arrival.file.split("/")[1] in mine
                and (arrival.student == person.id or result == "not matched")
            ]  # fmt: skip
            assert found, part
            for arrival in found:
                assert arrival.result == result and reason in str(arrival.reason)
                for said in str(arrival.reason), arrival.reason.japanese:
                    assert len(said) < 200 and said.isprintable()


def test_what_systems_leave_behind_is_not_mentioned(collected):
    assert not [a for a in collected[1] if any(name in a.file for name in ("__MACOSX", ".DS_Store", "checkpoint", "Thumbs"))]


def test_nobody_gets_anything_else(collected):
    course, _, _ = collected
    right = {person.id for kind, people in ROLES.items() for person in people if KINDS[kind].taken}
    assert set(submitted(course)) == right


def test_those_who_handed_in_nothing_are_named_together(collected):
    _, arrivals, _ = collected
    last = summary(arrivals, NAME).splitlines()[-1]
    assert last.startswith("Handed in nothing (") and all(person.id in last for person in ABSENT)


def test_the_time_is_written_as_nbgrader_writes_it_in_utc(collected):
    course, arrivals, _ = collected
    taken = [arrival for arrival in arrivals if arrival.result == "taken" and "Version" not in arrival.file]
    for arrival in (arrival for arrival in taken if arrival.time):
        text = (course / "submitted" / arrival.student / "warm-up/timestamp.txt").read_text()
        assert text.endswith(" UTC") and parse_utc(text) == arrival.time.replace(tzinfo=None), arrival
    by_name = {arrival.file.rpartition("/")[2]: arrival.time for arrival in taken}
    assert by_name["main-20241102T090000Z.ipynb"] == datetime(2024, 11, 2, 9, tzinfo=UTC)
    assert by_name["main (1).ipynb"] == datetime.fromtimestamp(START + 7200, UTC)  # the file's own
    [whole] = [a.time for a in taken if a.student == ROLES["the whole folder"][0].id]
    assert whole == datetime.fromtimestamp(START + 7200, UTC)  # the archive's, on this machine's clock
    downloads = [a for a in taken if a.student in {p.id for kind in ("Moodle, flat", "Canvas") for p in ROLES[kind]}]
    assert downloads and not any(a.time for a in downloads)  # the archive's is that of the download
    assert not any((course / "submitted" / a.student / "warm-up/timestamp.txt").exists() for a in downloads)


def test_older_versions_are_kept(collected):
    course, _, _ = collected
    for kind, versions in {"Teams, versions": 3, "time in the name": 3, "browser's copy": 2, "Moodle, flat": 1}.items():
        for person in ROLES[kind]:
            assert len(kept(course, person.id)) == versions and notebook(person) in kept(course, person.id)


# --- What is left alone ---


def test_nothing_is_written_but_downloaded_submitted_and_the_gradebook(collected):
    course, _, before = collected
    after = snapshot(course.parent)
    assert {path: about for path, about in after.items() if path in before} == before
    new = {Path(path).parts[1] for path in set(after) - set(before)}
    assert new == {"downloaded", "submitted", "gradebook.db"}


def test_a_second_run_changes_nothing_and_says_so(collected):
    course, first, _ = collected
    before = snapshot(course)
    again = collect(course, [course / "inbox"])
    after = snapshot(course)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert changed == {"downloaded/warm-up/arrivals.csv", "downloaded/warm-up/arrivals.json"}
    assert "Nothing in submitted/ has changed." in summary(again, NAME)
    expected = [(a.file, a.student, "unchanged" if a.result == "taken" else a.result) for a in first]
    assert [(a.file, a.student, a.result) for a in again] == expected


def test_the_list_for_programs_says_the_same(collected):
    course, _, _ = collected
    arrivals = collect(course, [course / "inbox"])
    text = (course / "downloaded/warm-up/arrivals.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf" + b'"file","student","time","result","reason"\r\n')
    rows = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert [(r["file"], r["student"], r["result"], r["reason"]) for r in rows] == [
        (a.file, a.student, a.result, str(a.reason or "")) for a in arrivals]
    assert all(row["time"].endswith(" UTC") for row in rows if row["result"] == "unchanged" and "plain/" in row["file"])
    told = json.loads((course / "downloaded/warm-up/arrivals.json").read_text(encoding="utf-8"))
    assert [(reason := row.pop("reason")) and Note.from_json(reason) for row in told] == [arrival.reason for arrival in arrivals]
    assert told == [{key: row[key] for key in ("file", "student", "time", "result")} for row in rows]


def test_the_gradebook_knows_everybody_by_name(collected):
    with gradebook_of(collected[0]) as gradebook:
        recorded = {student.id: (student.last_name, student.first_name, student.email, student.lms_user_id)
                    for student in gradebook.students}  # fmt: skip
    assert recorded == {p.id: (p.last, p.first, p.email, str(p.lms)) for p in PEOPLE}


def test_a_newer_file_replaces_and_an_older_does_not(course):
    first, second, third = (notebook(A, version) for version in ("first", "second", "third"))
    inbox = course / "inbox"
    collect(course, [hand_in(inbox / f"monday/{A.id}.ipynb", second, 10)])
    [arrival] = [a for a in collect(course, [hand_in(inbox / f"tuesday/{A.id}.ipynb", first, 5)]) if a.file]
    assert arrival.result == "older" and submitted(course)[A.id] == second
    [arrival] = [a for a in collect(course, [hand_in(inbox / f"friday/{A.id}.ipynb", third, 20)]) if a.file]
    assert arrival.result == "replaced" and submitted(course)[A.id] == third
    assert kept(course, A.id) == {first, second, third}
    again = [arrival.result for arrival in collect(course, [inbox]) if arrival.file]
    assert sorted(again) == ["older", "older", "unchanged"] and submitted(course)[A.id] == third


@pytest.mark.parametrize("first, second, hours", [
    ("{id}/main.ipynb", "{id}/main (1).ipynb", 5),
    ("{id}/main (9).ipynb", "{id}/main (10).ipynb", 5),
    ("Submitted files/{last}{first}/Version 9/main.ipynb", "Submitted files/{last}{first}/Version 10/main.ipynb", 3),
])
def test_where_the_time_does_not_tell_the_number_does(first, second, hours, course):
    inbox = course / "inbox"
    hand_in(inbox / path_of(first, A), notebook(A, "old"), 5)
    collect(course, [inbox])
    hand_in(inbox / path_of(second, A), notebook(A), hours)
    assert sorted(a.result for a in collect(course, [inbox]) if a.file) == ["older", "replaced"]
    assert submitted(course)[A.id] == notebook(A)
    assert sorted(a.result for a in collect(course, [inbox]) if a.file) == ["older", "unchanged"]


def test_a_file_that_was_copied_since_is_no_newer(course):
    collect(course, [hand_in(course / f"inbox/1/{A.id}.ipynb", notebook(A, "old"), 1),
                             hand_in(course / f"inbox/2/{A.id}.ipynb", notebook(A), 2)])  # fmt: skip
    collect(course, [hand_in(course / f"copy/{A.id}.ipynb", notebook(A, "old"), 30)])
    assert submitted(course)[A.id] == notebook(A)


def test_a_clock_that_is_ahead_does_not_win_for_good(course):
    collect(course, [hand_in(course / f"inbox/{A.id}/main-20990101T000000Z.ipynb", notebook(A, "old"), 1)])
    collect(course, [hand_in(course / f"inbox/{A.id}/main.ipynb", notebook(A), 2)])
    assert submitted(course)[A.id] == notebook(A)


@pytest.mark.parametrize("there, result", [
    (notebook(A, "old"), "replaced"),
    (notebook(A, "later"), "older"),
    (b"not a notebook", "replaced"),
    (notebook(A), "unchanged"),
])
def test_what_was_in_submitted_before_is_kept(there, result, course):
    path = hand_in(course / f"submitted/{A.id}/warm-up/main.ipynb", there, 50 if result == "older" or b"not" in there[:3] else 0)
    arrivals = collect(course, [hand_in(course / f"inbox/{A.id}.ipynb", notebook(A), 10)])
    assert results(arrivals) == {f"{A.id}.ipynb": result}
    assert path.read_bytes() == (there if result == "older" else notebook(A))
    assert kept(course, A.id) == {there, notebook(A)}


@pytest.mark.parametrize("link", ["main.ipynb", "warm-up", "student"])
def test_a_link_in_submitted_is_not_written_through(link, course, tmp_path):
    target = hand_in(tmp_path / "elsewhere/warm-up/main.ipynb", notebook(B))
    folder = course / "submitted" / A.id
    places = {"student": (folder, target.parent.parent), "warm-up": (folder / "warm-up", target.parent)}
    place, leads_to = places.get(link, (folder / "warm-up/main.ipynb", target))
    place.parent.mkdir(parents=True)
    place.symlink_to(leads_to)
    arrivals = collect(course, [hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))])
    assert (arrivals[0].result, arrivals[0].reason) == ("refused", Note("kept", Note("link there", place.name)))
    assert target.read_bytes() == notebook(B) and place.is_symlink() and kept(course, A.id) == {notebook(A)}


def test_a_run_that_was_killed_between_its_two_files_is_mended_by_the_next(course, monkeypatch):
    collect(course, [hand_in(course / f"inbox/1/{A.id}.ipynb", notebook(A, "old"), 1)])
    write = __import__("grading.intake.collect", fromlist=["write"]).write

    def killed(path: Path, data: bytes) -> None:
        if path.name == "main.ipynb":
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr("grading.intake.collect.write", killed)
    newer = hand_in(course / f"inbox/2/{A.id}.ipynb", notebook(A), 2)
    with pytest.raises(KeyboardInterrupt):
        collect(course, [newer])
    assert submitted(course)[A.id] == notebook(A, "old")
    monkeypatch.undo()
    collect(course, [newer])
    assert submitted(course)[A.id] == notebook(A)


# --- Which version counts ---

M = f"{A.last} {A.first}_5012_assignsubmission_file_/main.ipynb"
DAY = 24


def moodle(path: Path, files: dict[str, bytes], days: float) -> Path:
    """An archive as Moodle makes it: the time of every entry is that of the download."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, time.localtime(START + 3600 * DAY * days)[:6]), data)
    path.write_bytes(stream.getvalue())
    return path


def stamp(course: Path, student: str = A.id) -> Path:
    return course / f"submitted/{student}/warm-up/timestamp.txt"


def of_files(arrivals: list[Arrival]) -> dict[str, str]:
    return {arrival.file: arrival.result for arrival in arrivals if arrival.file}


@pytest.mark.parametrize("at_once", [False, True])
def test_bytes_that_came_before_never_replace_a_newer_file(at_once, course):
    first, second = notebook(A, "first"), notebook(A, "second")
    paths = [moodle(course / "12.zip", {M: first}, 12), hand_in(course / f"mail/{A.id}.ipynb", second, DAY * 13),
             moodle(course / "20.zip", {M: first}, 20)]  # fmt: skip
    for each in [paths] if at_once else [[path] for path in paths]:
        arrivals = collect(course, each)
    assert submitted(course)[A.id] == second and kept(course, A.id) == {first, second}
    assert parse_utc(stamp(course).read_text()) == datetime.fromtimestamp(START + 3600 * DAY * 13, UTC).replace(tzinfo=None)
    assert of_files(arrivals)[f"20.zip/{M}"] == "older"


def test_a_download_has_no_time_of_handing_in_and_the_later_one_counts(course):
    old, new = notebook(A, "first"), notebook(A, "second")
    hand_in(course / f"submitted/{A.id}/warm-up/main.ipynb", notebook(A, "by hand"), 0)
    hand_in(stamp(course), b"2024-11-01 00:00:00 UTC")
    assert of_files(collect(course, [moodle(course / "a.zip", {M: new}, 20)]))[f"a.zip/{M}"] == "undecided"
    shutil.rmtree(course / f"submitted/{A.id}")
    collect(course, [moodle(course / "a.zip", {M: new}, 20)])
    assert submitted(course)[A.id] == new and not stamp(course).exists()
    assert of_files(collect(course, [moodle(course / "b.zip", {M: old}, 12)]))[f"b.zip/{M}"] == "older"
    collect(course, [moodle(course / "c.zip", {M: notebook(A, "third")}, 27)])
    assert submitted(course)[A.id] == notebook(A, "third") and not stamp(course).exists()


def test_a_file_that_may_be_newer_or_older_than_a_download_is_asked_for(course):
    mail = hand_in(course / f"mail/{A.id}.ipynb", notebook(A, "mail"), DAY * 13)
    paths = [mail, moodle(course / "20.zip", {M: notebook(A, "moodle")}, 20)]
    arrivals = collect(course, paths)
    assert of_files(arrivals) == {f"mail/{A.id}.ipynb": "undecided", f"20.zip/{M}": "undecided"}
    assert A.id not in submitted(course) and any(map(needs_instructor, arrivals))
    assert [a.reason.kind for a in arrivals if a.student == A.id and a.result == "nothing"] == ["nothing usable"]
    fill_in(course, {f"mail/{A.id}.ipynb": A.id})
    assert of_files(collect(course, paths)) == {f"mail/{A.id}.ipynb": "taken", f"20.zip/{M}": "older"}
    assert submitted(course) == {A.id: notebook(A, "mail")}
    assert of_files(collect(course, paths)) == {f"mail/{A.id}.ipynb": "unchanged", f"20.zip/{M}": "older"}


@pytest.mark.parametrize("order", [(1, 10, 2, 9), (10, 9, 2, 1)])
@pytest.mark.parametrize("folders", ["提出済みのファイル/{}/warm-up/バージョン {}", "Submitted files/{}/warm-up/Version {}",
                                     "Eingereichte Dateien/{}/warm-up/Version {}"])  # fmt: skip
def test_the_number_that_the_system_gave_decides_before_any_time(folders, order, course):
    """Times that go against it, and equal ones."""
    for name, step in ("against", -1), ("equal", 0):
        for version in order:
            path = course / name / folders.format(f"{A.last} {A.first}", version) / "main.ipynb"
            hand_in(path, notebook(A, f"{name} {version}"), 100 + step * version)
        shutil.rmtree(course / "submitted", ignore_errors=True)
        collect(course, [course / name])
        assert submitted(course)[A.id] == notebook(A, f"{name} 10")


def test_the_time_that_brightspace_writes_counts(course, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    name = f"397063-7 - {A.romaji_first} {A.romaji_last} - Nov"
    hand_in(course.parent / f"in/{name} 6, 2024 1159 AM/main.ipynb", notebook(A), 0)
    hand_in(course.parent / f"in/{name} 5, 2024 315 PM/main.ipynb", notebook(A, "old"), 2)
    collect(course, [course.parent / "in"])
    assert submitted(course) == {A.id: notebook(A)} and stamp(course).read_text().startswith("2024-11-06 11:59:00")


def test_canvas_numbers_what_is_handed_in(course):
    name = f"{A.romaji_last}{A.romaji_first}_{A.lms}"
    files = {f"{name}_9002_main-1.ipynb": notebook(A), f"{name}_9001_main.ipynb": notebook(A, "old")}
    collect(course, [moodle(course / "canvas.zip", files, 3)])
    assert submitted(course) == {A.id: notebook(A)} and not stamp(course).exists()


TIES = {
    "a backup": ({"main.ipynb": 1, "main-backup.ipynb": 0}, True),
    "a backup, in Japanese": ({"main.ipynb": 1, "main_バックアップ.ipynb": 0}, True),
    "a backup that comes first": ({"backup_main.ipynb": 0, "main.ipynb": 1}, True),
    "downloaded again": ({"main.ipynb": 0, "main (1).ipynb": 1}, True),
    "downloaded often": ({"main (9).ipynb": 0, "main (10).ipynb": 1}, True),
    "two": ({"main.ipynb": 0, "kadai.ipynb": 1}, False),
    "a copy may be what was worked on": ({"main.ipynb": 0, "main のコピー.ipynb": 1}, False),
    "Windows's copy": ({"main.ipynb": 0, "main - コピー.ipynb": 1}, False),
    "Jupyter's copy": ({"main.ipynb": 0, "main-Copy1.ipynb": 1}, False),
    "another name downloaded again": ({"main.ipynb": 0, "kadai (1).ipynb": 1}, False),
    "a backup and two": ({"main.ipynb": 0, "kadai.ipynb": 1, "main-old.ipynb": 2}, False),
}


@pytest.mark.parametrize("hours", [0, 1 / 3600])
@pytest.mark.parametrize("case", TIES)
def test_of_equal_times_only_the_name_can_tell(case, hours, course):
    files, told = TIES[case]
    for place, (name, number) in enumerate(files.items()):
        hand_in(course / f"inbox/{A.id}/{name}", notebook(A, str(number)), 5 + place * hours / len(files))
    arrivals = collect(course, [course / "inbox"])
    assert submitted(course) == ({A.id: notebook(A, "1")} if told else {})
    assert [a.result for a in arrivals if a.file].count("undecided") == (0 if told else 2)
    assert collect(course, [course / "inbox"]) and submitted(course) == ({A.id: notebook(A, "1")} if told else {})


def test_nothing_is_replaced_where_it_is_not_certain(course):
    collect(course, [hand_in(course / f"1/{A.id}.ipynb", notebook(A, "one"), 5)])
    [arrival] = [a for a in collect(course, [hand_in(course / f"2/{A.id}.ipynb", notebook(A, "two"), 5)]) if a.file]
    assert arrival.result == "undecided" and submitted(course) == {A.id: notebook(A, "one")}


def test_what_was_replaced_by_what_and_why_is_said(course):
    collect(course, [hand_in(course / f"1/{A.id}.ipynb", notebook(A, "one"), 5)])
    arrivals = collect(course, [hand_in(course / f"2/{A.id}.ipynb", notebook(A, "two"), 9)])
    [arrival] = [a for a in arrivals if a.file]
    where = next((course / f"downloaded/warm-up/{A.id}").glob("20241101T08*")).relative_to(course)
    assert str(arrival.reason) == f"replaces {where}: that is older than 2/{A.id}.ipynb"
    assert f"Replaced:\n  2/{A.id}.ipynb ({A.id}): replaces {where}" in summary(arrivals, NAME)


# --- The way back, and groups ---


def test_what_each_system_calls_a_student_is_kept_as_it_came(course):
    name = normalize("NFD", f"{A.last} ガ_5012_assignsubmission_file_")  # as macOS writes it
    origins = course / "downloaded/warm-up/origins.json"
    canvas = f"{A.romaji_last}{A.romaji_first}_{A.lms}_9001_main.ipynb"
    collect(course, [moodle(course / "1.zip", {f"{name}/main_{A.id}.ipynb": notebook(A)}, 1)])
    assert not origins.exists()  # nobody is called ガ
    collect(course, [moodle(course / "1.zip", {M: notebook(A), canvas: notebook(A, "2")}, 1)])
    wanted = {A.id: {"moodle": M.partition("/")[0], "canvas": canvas}}
    assert json.loads(origins.read_text(encoding="utf-8")) == wanted
    paths = [f"{B.id}@u1@main.ipynb", f"Submitted files/{B.last} {B.first}/warm-up/Version 1/main.ipynb"]
    for path in paths:
        hand_in(course / "inbox" / path, notebook(B))
        collect(course, [course / "inbox"])
    wanted[B.id] = {"manaba": paths[0], "teams": f"{B.last} {B.first}"}
    assert json.loads(origins.read_text(encoding="utf-8")) == wanted


GROUPS = "学籍番号,氏名,班\n" + "".join(f"{p.id},{p.last} {p.first},{'A班' if p in (A, B) else 'B班'}\n" for p in PEOPLE[4:9])
TEAM = "A班_77_assignsubmission_file_/main.ipynb"


@pytest.mark.parametrize("path, owners", [
    (TEAM, {A, B}), ("A班_77_assignsubmission_file_main.ipynb", {A, B}), ("班員なし_77_assignsubmission_file_/main.ipynb", set()),
    (TEAM.replace("main", A.id), {A, B}), (TEAM.replace("main", PEOPLE[6].id), set()),
    (f"A班-{A.last} {A.first}_12_assignsubmission_file_/main.ipynb", {A}),
    (f"B班-{A.last} {A.first}_12_assignsubmission_file_/main.ipynb", set()),
    (f"Ana-{A.last} {A.first}_12_assignsubmission_file_/main.ipynb", set()), ("A班/main.ipynb", set()),
])  # fmt: skip
def test_a_groups_file_is_each_members(path, owners, course):
    (course / "students.csv").write_text(GROUPS, encoding="utf-8")
    collect(course, [moodle(course / "team.zip", {path: notebook(A)}, 1)])
    assert submitted(course) == {person.id: notebook(A) for person in owners}


@pytest.mark.parametrize("word", [f"{A.id} {B.id}", f"{A.id}、{B.id.upper()}", "Ａ班"])
def test_the_mapping_gives_a_file_to_several(word, course):
    (course / "students.csv").write_text(GROUPS, encoding="utf-8")
    archive = moodle(course / "team.zip", {"x_77_assignsubmission_file_/main.ipynb": notebook(A)}, 1)
    collect(course, [archive])
    fill_in(course, {"team.zip/x_77_assignsubmission_file_/main.ipynb": word})
    collect(course, [archive])
    assert submitted(course) == {A.id: notebook(A), B.id: notebook(A)}


# --- The instructor's word ---


def fill_in(course: Path, answers: dict[str, str], encoding: str = "utf-8-sig") -> None:
    """Write whose a file is behind the lines that collect has added."""
    path = course / "downloaded/warm-up/mapping.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    text = "".join(f'"{file}","{answers.get(file, student)}"\r\n' for file, student in rows)
    path.write_text(text, encoding=encoding, newline="")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932", "utf-16"])
def test_the_mapping_settles_what_nobody_could_know(encoding, course):
    inbox = course / "inbox"
    for name in "提出.ipynb", "second.ipynb", "not filled in.ipynb", "nobody.ipynb":
        hand_in(inbox / name, notebook(A, name))
    assert set(results(collect(course, [inbox])).values()) == {"not matched"}
    fill_in(course, {"inbox/提出.ipynb": A.id.upper(), "inbox/second.ipynb": "-", "inbox/nobody.ipynb": "nobody"}, encoding)
    arrivals = collect(course, [inbox])
    assert results(arrivals) == {"提出.ipynb": "taken", "second.ipynb": "ignored", "not filled in.ipynb": "not matched",
                                 "nobody.ipynb": "not matched", "mapping.csv": "refused"}  # fmt: skip
    [problem] = [arrival.reason for arrival in arrivals if arrival.file.endswith("mapping.csv")]
    assert str(problem) == "line 2: nobody is nobody of the roster"
    assert submitted(course) == {A.id: notebook(A, "提出.ipynb")}
    fill_in(course, {"inbox/nobody.ipynb": B.id}) if encoding == "utf-8-sig" else None
    lines = (course / "downloaded/warm-up/mapping.csv").read_bytes()
    collect(course, [inbox])
    assert (course / "downloaded/warm-up/mapping.csv").read_bytes() == lines  # no line twice


def test_the_mapping_takes_a_draft_and_overrules_a_name(course):
    path = hand_in(course / f"inbox/Working files/{A.last} {A.first}/warm-up/main.ipynb", notebook(A))
    wrong = hand_in(course / f"inbox/{A.id}.ipynb", notebook(B))
    rows = [f"inbox/{path.relative_to(course / 'inbox')},{A.id}", f"inbox/{wrong.name},{B.id}"]
    hand_in(course / "downloaded/warm-up/mapping.csv", "\n".join(["file,student", *rows]).encode())
    collect(course, [course / "inbox"])
    assert submitted(course) == {A.id: notebook(A), B.id: notebook(B)}


def test_a_line_for_a_folder_or_an_archive_is_for_all_in_it_and_the_nearest_line_counts(course):
    hand_in(course / "inbox/x.zip", packed({"1/main.ipynb": notebook(A), "2/main.ipynb": notebook(B, "old")}))
    hand_in(course / "inbox/y/main.ipynb", notebook(B))
    mapping = f"file,student\ninbox/x.zip,{A.id}\ninbox/x.zip/2/main.ipynb,-\ninbox/y,{B.id}\n"
    hand_in(course / "downloaded/warm-up/mapping.csv", mapping.encode())
    collect(course, [course / "inbox"])
    assert submitted(course) == {A.id: notebook(A), B.id: notebook(B)} and kept(course, A.id) == {notebook(A)}


def test_a_wrong_line_is_undone_by_another_and_taking_the_file_away(course):
    inbox, mapping = course / "inbox", course / "downloaded/warm-up/mapping.csv"
    hand_in(inbox / f"{A.id}.ipynb", notebook(A), 1)
    hand_in(inbox / "x.ipynb", notebook(B), 2)
    for right, student in (False, A.id), (True, B.id):
        hand_in(mapping, f"file,student\ninbox/x.ipynb,{student}\n".encode())
        if right:
            (course / f"submitted/{A.id}/warm-up/main.ipynb").unlink()
        collect(course, [inbox])
    assert submitted(course) == {A.id: notebook(A), B.id: notebook(B)}


def test_a_file_given_to_two_is_said(course):
    hand_in(course / "downloaded/warm-up/mapping.csv", f"file,student\nx.ipynb,{A.id}\nx.ipynb,{B.id}\n".encode())
    [problem] = [a.reason for a in collect(course, [hand_in(course / "x.ipynb", notebook(A))]) if a.result == "refused"]
    assert str(problem) == f"line 3: x.ipynb is given to {A.id} further up"


# --- The roster ---

HEADERS = {
    "nbgrader's": "id,first_name,last_name,email,lms_user_id",
    "Japanese": "学籍番号,名,姓,メールアドレス,LMS ID",
    "English": "Student Number,Given Name,Family Name,E-mail,Canvas ID",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("header", HEADERS)
def test_a_roster_is_read_as_it_comes(header, separator, encoding, tmp_path):
    rows = [HEADERS[header], "Ｓ００１, 太郎 ,山田,taro@example.jp,17", ",,,,", "学生02,花子,佐藤,,"]
    path = tmp_path / "students.csv"
    path.write_text("\r\n".join(rows).replace(",", separator), encoding=encoding)
    assert read_students(path) == (
        [Student("S001", "山田", "太郎", "taro@example.jp", "17"), Student("学生02", "佐藤", "花子")], [])


@pytest.mark.parametrize("name, last, first", [
    ("山田 太郎", "山田", "太郎"),
    ("山田　太郎", "山田", "太郎"),
    ("山田太郎", "山田太郎", ""),
    ("Taro Yamada", "Yamada", "Taro"),
    ("Yamada, Taro", "Yamada", "Taro"),
])
def test_a_whole_name_is_parted(name, last, first, tmp_path):
    path = tmp_path / "students.csv"
    path.write_text(f'学生番号,氏名\ns1,"{name}"\n', encoding="utf-8")
    [student] = read_students(path)[0]
    assert (student.last_name, student.first_name) == (last, first)


UNSAFE = ["a/b", "..", ".", ".hidden", "a\\b", "a b", "a\x1bb", "../s3", "s3*", "-s3", "=s3", "a..b", "s" * 300]


@pytest.mark.parametrize("bad", UNSAFE)
def test_an_id_that_is_no_safe_folder_is_refused_and_the_others_go_on(bad, tmp_path):
    path = tmp_path / "students.csv"
    path.write_text(f"id,name\ns1,A\n{bad},B\ns2,C\n", encoding="utf-8")
    students, [problem] = read_students(path)
    assert [student.id for student in students] == ["s1", "s2"]
    assert str(problem).startswith("line 3: ") and problem.japanese.startswith("3 行目: ")
    assert str(problem).isprintable() and problem.japanese.isprintable()


def test_equal_ids_and_missing_ones_are_said_with_their_lines(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("id,name\ns1,A\ns2,B\nＳ１,C\n,D\ns3,E\n", encoding="utf-8")
    students, problems = read_students(path)
    assert [student.id for student in students] == ["s2", "s3"]
    assert list(map(str, problems)) == [
        "line 5 has no id: the row is not used", "line 2 and line 4 have the same id s1: none of them is used"]
    assert [problem.japanese for problem in problems] == [
        "5 行目に ID がありません", "2 行目と4 行目の ID が同じ s1 です。どれも使いません"]


@pytest.mark.parametrize("rows", [3, 5000])
def test_an_id_that_very_many_have_is_said_with_all_their_lines(rows, tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("id,name\ns0,A\n" + "class1,B\n" * rows, encoding="utf-8")
    students, [problem] = read_students(path)
    assert [student.id for student in students] == ["s0"]
    assert str(problem).startswith("line 3 and line 4 and line 5") and f" and line {rows + 2} have the same id" in str(problem)
    assert Note.from_json(json.loads(json.dumps(problem.as_json()))) == problem


def test_rows_that_are_not_used_are_in_the_list(course):
    (course / "students.csv").write_text(f"id,name\n{A.id},A\ntwice,B\ntwice,C\n", encoding="utf-8")
    arrivals = collect(course, [hand_in(course / "inbox/twice.ipynb", notebook(B)),
                                        hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))])  # fmt: skip
    assert results(arrivals) == {"twice.ipynb": "not matched", f"{A.id}.ipynb": "taken", "students.csv": "refused"}


@pytest.mark.parametrize("content, said", [
    (b"\x8a\xff\xa0", "students.csv is neither UTF-8 nor cp932 (Shift-JIS) text"),
    (b"name,mail\nA,a@example.jp\n", "students.csv has no column of ids: name it id or 学籍番号 (its columns now: name, mail)."),
    (b"PK\x03\x04\xff\xff\x00\x80", "students.csv is neither UTF-8 nor cp932 (Shift-JIS) text: save it as CSV UTF-8."),
    (b"id,name\n..,A\n", "There is no roster: "), (b"", "students.csv has no column of ids"),
    (b"id,name\ns1," + b"x" * 200_000, "students.csv is no table of comma-separated values"),
])  # fmt: skip
def test_a_roster_that_is_none_ends_the_run_with_a_sentence(content, said, course):
    (course / "students.csv").write_bytes(content)
    with pytest.raises(RuntimeError) as error:
        collect(course, [hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))])
    assert str(error.value).startswith(said)
    assert not (course / "submitted").exists() and not (course / "downloaded").exists()


def test_a_gradebook_that_is_none_ends_the_run_with_a_sentence(course):
    (course / "gradebook.db").write_bytes(b"no database " * 100)
    with pytest.raises(NoExercise, match=r"The gradebook .* cannot be used: .*not a database"):
        collect(course, [course / "inbox"])


def test_without_a_roster_the_gradebook_is_one(course, gradebook):
    for name in "students.csv", "gradebook.db":
        (course / name).unlink()
    path = hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))
    with pytest.raises(RuntimeError, match=r"There is no roster: write students\.csv"):
        collect(course, [path])
    assert not (course / "gradebook.db").exists()
    shutil.copy(gradebook, course)
    with gradebook_of(course) as students:
        students.add_student(A.id, last_name=A.last)
        students.add_student("../outside")
    arrivals = collect(course, [path])
    assert submitted(course) == {A.id: notebook(A)}
    [problem] = [a.reason for a in arrivals if a.result == "refused"]
    assert str(problem).startswith("a student: ../outside is not used")


def test_what_the_roster_leaves_out_stays_in_the_gradebook(course):
    with gradebook_of(course) as gradebook:
        gradebook.add_student(A.id, first_name="before", email="kept@example.jp")
    (course / "students.csv").write_text(f"id,name\n{A.id},新 名前\n", encoding="utf-8")
    collect(course, [course / "students.csv"])
    with gradebook_of(course) as gradebook:
        student = gradebook.find_student(A.id)
        assert (student.first_name, student.last_name, student.email) == ("名前", "新", "kept@example.jp")


ROSTERS = {
    "a serial number beside it": ("ID,学籍番号,氏名\n1,s1,山田 太郎\n2,s2,林 花子\n", ["ID"]),
    "titles above": ("2026年度 ニューラルネットワーク演習\n\n担当,某\n学籍番号,氏名\ns1,山田 太郎\ns2,林 花子\n", []),
    "names in kanji": ("No.,学籍No.,氏名（漢字）,氏名（カナ）,学年\n1,s1,山田 太郎,ヤマダ タロウ,3\n"
                       "2,s2,林 花子,ハヤシ ハナコ,3\n", ["No.", "学年"]),
    "kanji first": ("学籍番号;漢字氏名;カナ氏名\ns1;山田 太郎;ヤマダ タロウ\ns2;林 花子;ハヤシ ハナコ\n", []),
    "names of students": ("学籍番号\t学生名\ns1\t山田　太郎\ns2\t林　花子\n", []),
    "as formulas": ('学籍番号,氏名\n="s1",山田 太郎\n"=""s2""",林 花子\n', []),
    "Canvas": ("Student,ID,SIS User ID,SIS Login ID,Section,1101 (7)\n    Points Possible,,,,,50\n"
               '"山田, 太郎",41,s1,taro,A,\n"林, 花子",42,s2,hana,A,\n"Student, Test",43,,x,A,\n',
               ["SIS Login ID", "Section", "1101 (7)"]),
}  # fmt: skip


@pytest.mark.parametrize("case", ROSTERS)
def test_rosters_are_read_as_universities_and_systems_export_them(case, tmp_path):
    text, unused = ROSTERS[case]
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8")
    students, notes = read_students(path)
    assert [(s.id, s.last_name, s.first_name) for s in students] == [("s1", "山田", "太郎"), ("s2", "林", "花子")]
    assert [s.lms_user_id for s in students] == (["41", "42"] if case == "Canvas" else ["", ""])
    assert [note.kind for note in notes] == ["columns"] * bool(unused)
    assert all(str(note).endswith(f": {', '.join(unused)}") for note in notes)


@pytest.mark.parametrize("header, named", [
    ("学籍番号,学生番号", "学籍番号 and 学生番号"), ("ID,ID,氏名", "ID"), ("学籍番号,ID number", "学籍番号 and ID number"),
])  # fmt: skip
def test_two_columns_that_may_be_the_id_are_no_guess(header, named, course):
    (course / "students.csv").write_text(f"{header}\n1,s1\n2,s2\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=f"more than one column that may be the ids, {named}: delete or rename all but one"):
        collect(course, [course / "students.csv"])


def test_a_workbook_is_a_roster_with_the_zeros_that_it_shows(tmp_path):
    book = Workbook()
    for row in (["ニューラルネットワーク演習"], [], ["No.", "学籍番号", "氏名", "班"], [1, 12345, "山田 太郎", 1],
                [2, "0012346", "林 花子", 2]):  # fmt: skip
        book.active.append(row)
    book.active["B4"].number_format = "0000000"
    book.save(tmp_path / "students.xlsx")
    students, [note] = read_students(tmp_path / "students.xlsx")
    assert [(s.id, s.last_name, s.groups) for s in students] == [("0012345", "山田", ("1",)), ("0012346", "林", ("2",))]
    assert str(note) == "line 3: columns that are not used: No."
    (tmp_path / "broken.xlsx").write_bytes((tmp_path / "students.xlsx").read_bytes()[:500])
    with pytest.raises(RuntimeError, match=r"broken\.xlsx cannot be read as a workbook"):
        read_students(tmp_path / "broken.xlsx")


def test_a_column_that_is_not_used_is_said_and_nobody_must_do_anything(course):
    (course / "students.csv").write_text(f"id,name,学年\n{A.id},A,3\n", encoding="utf-8")
    arrivals = collect(course, [hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))])
    assert "students.csv: line 1: columns that are not used: 学年" in summary(arrivals, NAME)
    assert not any(map(needs_instructor, arrivals))


# --- A system's own list ---


def worksheet(*rows: tuple[int, str, str, str]) -> str:
    """Moodle's grading worksheet: number, full name, e-mail address, when it was handed in."""
    head = "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
    lines = [f'Participant {n},{name},{mail},Submitted,,50.00,Yes,"{time}",-,' for n, name, mail, time in rows]
    return "\n".join([head + "Last modified (grade),Feedback comments", *lines, ""])


def test_moodles_list_names_the_students_and_gives_the_times(course, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    one, two = PEOPLE[:2]  # of one name
    listed = [(71, f"{one.last} {one.first}", one.email, "Friday, 8 November 2024, 3:04 PM"),
              (72, f"{two.last} {two.first}", two.email, "Saturday, 9 November 2024, 3:04 PM"),
              (73, "外部 花子", "x@example.com", "-")]  # fmt: skip
    given = hand_in(course / "Grades-1.csv", worksheet(*listed).encode("utf-8-sig"))
    files = {f"{one.last} {one.first}_71_assignsubmission_file_/main.ipynb": notebook(one),
             "Participant_72_assignsubmission_file_/main.ipynb": notebook(two),
             f"外部 花子_73_assignsubmission_file_/{A.id}.ipynb": notebook(A),
             f"{one.last}班_71_assignsubmission_file_/main.ipynb": notebook(B)}  # fmt: skip
    archive = moodle(course / "20.zip", files, 20)
    assert set(of_files(collect(course, [archive])).values()) == {"not matched"}
    arrivals = collect(course, [given, archive])
    assert submitted(course) == {one.id: notebook(one), two.id: notebook(two)}
    assert stamp(course, one.id).read_text().startswith("2024-11-08 ")
    assert stamp(course, two.id).read_text().startswith("2024-11-09 ")
    [said] = [str(a.reason) for a in arrivals if a.result == "list"]
    assert said == "the list of moodle: 2 of its 3 rows are students of the roster"
    assert (course / "downloaded/warm-up/lists/moodle.csv").read_bytes() == given.read_bytes()
    again = of_files(collect(course, [archive]))  # the list of before still tells whose is what
    assert sorted(again.values()) == ["not matched", "not matched", "unchanged", "unchanged"]


def test_a_list_that_contradicts_the_folder_is_asked_for(course):
    given = hand_in(course / "Grades.csv", worksheet((5012, f"{B.last} {B.first}", B.email, "-")).encode())
    collect(course, [given, moodle(course / "1.zip", {M: notebook(A)}, 1)])
    assert submitted(course) == {}


def test_the_time_of_a_list_is_not_that_of_an_older_file(course):
    listed = worksheet((5012, f"{A.last} {A.first}", A.email, "Friday, 22 November 2024, 3:04 PM"))
    collect(course, [hand_in(course / "Grades.csv", listed.encode()), moodle(course / "12.zip", {M: notebook(A)}, 12)])
    assert submitted(course) == {A.id: notebook(A)} and not stamp(course).exists()


def test_a_list_that_a_student_handed_in_is_none(course):
    listed = worksheet((5012, f"{B.last} {B.first}", B.email, "-"))
    files = {f"{A.last} {A.first}_1_assignsubmission_file_/Grades.csv": listed.encode(),
             "Participant_5012_assignsubmission_file_/main.ipynb": notebook(A)}  # fmt: skip
    collect(course, [moodle(course / "1.zip", files, 1)])
    assert submitted(course) == {} and not (course / "downloaded/warm-up/lists").exists()


# --- Whose it is ---

PEOPLE_OF_1101 = Roster(
    [Student("s1", "林", "太郎", "taro@example.jp", "55"), Student("s10", "小林", "太郎", "hayashi.taro@example.jp", "1101"),
     Student("7", "山田", "太郎", others=("Taro Yamada", "ヤマダ タロウ")), Student("8", "山田", "太郎"),
     Student("1101", "José", "García-López"), Student("main", "高橋", "Ann"), Student("b_c", "O", "Brien")],
    "1101",
)  # fmt: skip


@pytest.mark.parametrize("names, owner", [
    (["s1.ipynb"], "s1"), (["s10.ipynb"], "s10"), (["S1.IPYNB"], "s1"), (["s100.ipynb"], ""), (["as1.ipynb"], ""),
    (["1101_s1.ipynb"], "s1"), (["main(55).ipynb"], ""), (["55", "main.ipynb"], "s1"), (["main (7).ipynb"], ""),
    (["7.ipynb"], "7"),
    (["week 7.ipynb"], ""), (["Version 7", "main.ipynb"], ""), (["main_7.ipynb"], ""), (["main-Copy7.ipynb"], ""),
    (["林太郎.ipynb"], "s1"), (["小林太郎.ipynb"], "s10"), (["小林 太郎", "main.ipynb"], "s10"), (["太郎 林.ipynb"], "s1"),
    (["若林太郎.ipynb"], ""), (["林太郎丸.ipynb"], ""), (["林.ipynb"], ""), (["太郎.ipynb"], ""),
    (["山田太郎.ipynb"], ""), (["山田太郎_7.ipynb"], ""), (["8", "山田太郎.ipynb"], "8"), (["ﾔﾏﾀﾞ ﾀﾛｳ.ipynb"], "7"),
    (["taro_yamada.ipynb"], "7"), (["1101_taro_yamada_v2.ipynb"], "7"), (["ana_taro_yamada.ipynb"], ""),
    (["Ken Taro Yamada"], ""), (["Submitted files.zip", "x", "s1.ipynb"], ""),
    (["YamadaTaro1.ipynb"], ""), (["taro.ipynb"], "s1"), (["taro@example.jp", "main.ipynb"], "s1"),
    (["taro@example.com.ipynb"], ""), (["hayashi.taro@example.jp.ipynb"], "s10"), (["x.taro@example.jp.ipynb"], ""),
    (["1101", "main.ipynb"], ""), (["main.ipynb"], ""), (["garcía lópez, josé.ipynb"], "1101"), (["b_c_main.ipynb"], "b_c"),
    (["s1", "s10.ipynb"], ""), (["s1.zip", "s10", "main.ipynb"], ""), (["s1_s10.ipynb"], ""),
    (["s1", "林太郎", "s1.ipynb"], "s1"),
    (["Submitted files", "s10", "1101", "Version 2", "main.ipynb"], "s10"), (["Submitted files", "x", "s1.ipynb"], ""),
    (["hayashitaro_55_10_main.ipynb"], ""), (["林太郎_55_12_main.ipynb"], "s1"), (["guest_99_88_s1.ipynb"], ""),
    (["林太郎_12_55_main.ipynb"], ""),  # the account of another 林太郎
    (["林 太郎_55_assignsubmission_file_", "s10.ipynb"], ""),
    # what Moodle writes behind a name is a number of its own
    (["x_55_assignsubmission_file_", "main.ipynb"], ""), (["Participant_55_assignsubmission_file_", "main.ipynb"], ""),
    (["参加者_55_assignsubmission_file_main.ipynb"], ""), (["Participant_55_assignsubmission_file_", "A1_s10.ipynb"], "s10"),
    (["林 太郎_1101_assignsubmission_file_", "main.ipynb"], "s1"), (["s10 林 太郎_5_assignsubmission_file_", "x.ipynb"], ""),
    # ILIAS: the last number is that of an account
    (["gast_hans_hgast_55", "main.ipynb"], "s1"), (["gast_hans_s10_55", "main.ipynb"], ""),
    (["gast_hans_hgast_2", "s1.ipynb"], "s1"), (["yamada_taro_x_55", "main.ipynb"], ""),
    (["99@s1@main.ipynb"], "s1"), (["s1@99@main.ipynb"], "s1"), (["s99@u7@s1.ipynb"], ""), (["s1@s10@main.ipynb"], ""),
    (["1101@s1@x.ipynb"], ""), (["55@s1", "x.ipynb"], "s1"), (["s99@u7", "s1.ipynb"], ""), (["s1@u7", "s10.ipynb"], ""),
    (["anon_x1y2z_55_s10.ipynb"], "s10"), (["LATE_anon_55_55_main.ipynb"], ""),
    (["1 - 2", "s1.ipynb"], "s1"), (["55-1101 - 林 太郎 - Nov 5, 2024 315 PM", "main.ipynb"], "s1"),
    (["55-1101 - 外部 花子 - Nov 5, 2024 315 PM", "s1.ipynb"], ""),
    (["1101_s1_attempt_2024-11-05-03-15-00_main.ipynb"], "s1"), (["1101_x_attempt_2024-11-05-03-15-00_s1.ipynb"], ""),
    (["提出済みのファイル", "x", "s1.ipynb"], ""), (["提出済みのファイル.zip", "s10", "1101", "バージョン 2", "x.ipynb"], "s10"),
    (["in", "Arbeiten", "x", "1101", "Version 2", "s1.ipynb"], ""), (["in", "s1", "Version 2", "main.ipynb"], "s1"),
    (["1101", "林 太郎(s1)", "Submission attachment(s)", "main.ipynb"], "s1"),
    (["1101", "外部(x9)", "Submission attachment(s)", "s1.ipynb"], ""),
    (["1101", "0b5ab2a2-1c3d-4e5f-8a9b-0123456789ab 123456", "Submission attachment(s)", "s1.ipynb"], "s1"),
    (["s1@gmail.com.ipynb"], "s1"), (["s1.x@gmail.com.ipynb"], ""), (["x.s1@gmail.com.ipynb"], ""),
    (["S1_taro@example.jp"], "s1"), (["main@example.jp", "x.ipynb"], ""),
    (["taro@example.jp.example.com"], ""), (["高橋Ann.ipynb"], "main"), (["taro_suzuki.ipynb"], ""),
    (["課題7.ipynb"], ""), (["1101-7.ipynb"], ""), (["report 55.ipynb"], ""), (["7 (2).ipynb"], "7"), (["７", "main.ipynb"], "7"),
    (["1101_taro_2.ipynb"], "s1"), (["s1高橋.ipynb"], "s1"),
])  # fmt: skip
def test_a_file_is_whose_every_name_on_the_way_agrees_on(names, owner):
    found, reason = PEOPLE_OF_1101.owners(names)
    assert found == ([owner] if owner else []) and bool(reason) == (not owner)


@pytest.mark.parametrize("exercise", ["warm-up", "Warm-Up", "ＷＡＲＭ-up", "1.5 (b)", "week_3", "演習3", "第1回", "s1x"])
@pytest.mark.parametrize("form", ["{}_林太郎.ipynb", "{}_s1.ipynb", "{} 林太郎.ipynb", "林太郎 {}.ipynb"])
def test_the_name_of_the_exercise_beside_a_students_is_no_other_name(exercise, form):
    people = Roster([Student("s1", "林", "太郎", "taro@example.jp"), Student("s2", "Suzuki", "Ann")], exercise)
    assert people.owners([form.format(exercise)]) == (["s1"], None)
    assert people.owners([exercise, "main.ipynb"])[0] == people.owners([f"{exercise}.ipynb"])[0] == []


# --- Bad input ---


@pytest.mark.parametrize("bad, said", [
    ("missing.zip", "is not there"),
    ("inbox", "is a link"),
    (".", "belongs to the course itself"),
    ("..", "belongs to the course itself"),
    ("autograded", "belongs to the course itself"),
    ("submitted", "belongs to the course itself"),
    ("downloaded/warm-up/s1", "belongs to the course itself"),
    ("source/warm-up/main.ipynb", "belongs to the course itself"),
    ("exercises", "belongs to the course itself"),
    ("/dev/null", "is no file but a pipe"),
])
def test_a_path_that_is_none_is_named_and_the_others_go_on(bad, said, course):
    for folder in "autograded", "submitted", "downloaded/warm-up/s1":
        (course / folder).mkdir(parents=True)
    (course / "inbox").symlink_to(course / "autograded")
    path = hand_in(course / f"given/{A.id}.ipynb", notebook(A))
    arrivals = collect(course, [course / bad, path])
    assert [a for a in arrivals if a.result == "refused" and said in str(a.reason)] and submitted(course) == {A.id: notebook(A)}


def test_what_is_given_twice_comes_once(course):
    path = hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))
    arrivals = collect(course, [course / "inbox", path, path])
    assert [(a.file, a.result) for a in arrivals if a.file] == [(f"inbox/{path.name}", "taken")]


def test_where_zip_collect_has_its_archives_is_no_part_of_the_course(course):
    hand_in(course / "downloaded/warm-up/archive/moodle.zip", packed({f"{A.id}/main.ipynb": notebook(A)}))
    collect(course, [course / "downloaded/warm-up/archive"])
    assert submitted(course) == {A.id: notebook(A)}


def test_a_file_named_by_itself_is_known_by_its_folder_and_a_home_is_none(course, monkeypatch):
    path = hand_in(course / f"x/{A.id}/warm-up/main.ipynb", notebook(A))
    home = hand_in(course / f"x/{B.id}/main.ipynb", notebook(B))
    monkeypatch.setenv("HOME", str(home.parent))
    collect(course, [path, home])
    assert submitted(course) == {A.id: notebook(A)}


def test_a_file_that_vanishes_or_may_not_be_read_is_named_and_the_others_go_on(course, monkeypatch):
    paths = [hand_in(course / f"inbox/{p.id}.ipynb", notebook(p)) for p in PEOPLE[4:7]]
    opened = os.open

    def open_(path, *more):
        if path == paths[0]:
            paths[0].unlink(missing_ok=True)
        if path == paths[1]:
            raise PermissionError(13, "Permission denied")
        return opened(path, *more)

    monkeypatch.setattr("os.open", open_)
    arrivals = collect(course, [course / "inbox"])
    assert [(a.result, str(a.reason)) for a in arrivals[:2]] == [
        ("refused", "is not there any more"), ("refused", "cannot be read: Permission denied")]  # fmt: skip
    assert submitted(course) == {PEOPLE[6].id: notebook(PEOPLE[6])}


@pytest.mark.parametrize("limit, value", [("FILES", 5), ("UNPACKED", 1000), ("NESTED", 1000)])
def test_an_archive_that_is_too_much_is_given_up_and_the_others_go_on(limit, value, course, monkeypatch):
    monkeypatch.setattr(inbox, limit, value)
    monkeypatch.setattr(inbox, "RATIO", 0)
    monkeypatch.setattr(inbox, "FREE", 0)
    inner = packed({f"{n}.ipynb": notebook(A, str(n)) for n in range(9)})
    hand_in(course / "inbox" / f"{A.id}.zip", packed({f"{A.id}.zip": inner}) if limit == "NESTED" else inner)
    hand_in(course / "inbox" / f"{B.id}.ipynb", notebook(B))
    arrivals = collect(course, [course / "inbox"])
    assert submitted(course)[B.id] == notebook(B)
    said = {"FILES": "holds more than 5 files", "UNPACKED": "unpacks to far more", "NESTED": "has more than 0 MB"}[limit]
    assert any(said in str(a.reason) and a.result == "refused" for a in arrivals if A.id in a.file)
    assert len([a for a in arrivals if a.result in ("taken", "older")]) == (2 if limit == "UNPACKED" else 1)


def test_many_small_bombs_in_one_archive_are_stopped_as_a_whole(course, monkeypatch):
    monkeypatch.setattr(inbox, "UNPACKED", 1 << 20)
    monkeypatch.setattr(inbox, "FREE", 1000)
    bombs = {f"x{n}.zip": packed({f"{m}.ipynb": bytes(200_000) for m in range(4)}) for n in range(9)}
    hand_in(course / "inbox/all.zip", packed(bombs | {f"{A.id}.ipynb": notebook(A)}))
    arrivals = collect(course, [course / "inbox"])
    assert submitted(course) == {A.id: notebook(A)}  # what is not in an archive of its own comes first
    assert any(arrival.reason == Note("bomb") for arrival in arrivals)


def test_a_folder_without_end_is_given_up(course, monkeypatch):
    monkeypatch.setattr(inbox, "FILES", 3)
    for n in range(5):
        hand_in(course / f"inbox/{n}.txt", b"")
    hand_in(course / f"deep/{'d/' * 60}main.ipynb", notebook(A))
    reasons = [str(arrival.reason) for arrival in collect(course, [course / "inbox", course / "deep"])]
    assert any("holds more than 3 files" in reason for reason in reasons)
    assert any("lies in more than 40 folders" in reason for reason in reasons)


def test_a_name_cannot_command_the_terminal_or_a_spreadsheet(course):
    hand_in(course / "inbox" / "\x1b[2J\n\u202ex.ipynb", notebook(A))
    hand_in(course / "=1+1.ipynb", notebook(A))
    hand_in(course / "inbox/x.p\x1b[2Jf", b"")
    arrivals = collect(course, [course / "inbox", course / "=1+1.ipynb"])
    assert {a.file for a in arrivals if a.file} == {"inbox/�[2J��x.ipynb", "./=1+1.ipynb", "inbox/x.p�[2Jf"}
    assert all(line.isprintable() for line in summary(arrivals, NAME).splitlines())


def test_names_that_an_old_tool_has_unpacked_are_read(course):
    folder = os.fsencode(course) + b"/inbox/" + f"{A.last}{A.first}".encode("cp932")
    os.makedirs(folder)
    with open(folder + b"/main.ipynb", "wb") as file:
        file.write(notebook(A))
    [arrival] = [arrival for arrival in collect(course, [course / "inbox"]) if arrival.file]
    assert arrival.file == f"inbox/{A.last}{A.first}/main.ipynb" and submitted(course) == {A.id: notebook(A)}


NO_NAMES = {"": "", ".": "", "..": "leads out", "_" * 60_000: "more than 1000", "a/" * 400: ""}


@pytest.mark.parametrize("name, said", NO_NAMES.items(), ids=range(len(NO_NAMES)))
def test_a_name_in_an_archive_that_is_none_does_no_harm(name, said, course):
    files = {name: notebook(B), f"{A.id}.ipynb": notebook(A)}
    arrivals = collect(course, [hand_in(course / "inbox/all.zip", packed(files))])
    assert submitted(course) == {A.id: notebook(A)}
    assert not said or [a for a in arrivals if a.result == "refused" and said in str(a.reason) and len(a.file) < 100]


@pytest.mark.parametrize("hostile", ["many", "bombs", "nested bombs"])
def test_no_students_archive_costs_another_theirs(hostile, course, monkeypatch):
    monkeypatch.setattr(inbox, "FILES", 20)
    monkeypatch.setattr(inbox, "UNPACKED", 1 << 20)
    monkeypatch.setattr(inbox, "FREE", 1 << 16)
    zeros = packed({f"{n}.ipynb": bytes(400_000) for n in range(4)})
    evil = {
        "many": {f"a{n}.zip": packed({f"{m}.txt": b"" for m in range(11 + 20 * (n > 2))}) for n in range(5)},
        "bombs": {f"a{n}/main.ipynb": bytes(400_000) for n in range(5)},
        "nested bombs": {f"a{n}.zip": zeros for n in range(9)},
    }[hostile]
    good = {f"z/{p.id}.zip": packed({"x/main.ipynb": notebook(p)}) for p in PEOPLE[4:8]}
    good |= {f"z/{p.id}.ipynb": notebook(p) for p in PEOPLE[8:10]}
    hand_in(course / "inbox/all.zip", packed(evil | good))
    hand_in(course / f"inbox/{PEOPLE[10].id}.zip", packed({"main.ipynb": notebook(PEOPLE[10])}))
    for n in range(3):
        hand_in(course / f"inbox/b{n}.zip", packed({f"{m}.txt": b"" for m in range(19)}))
    collect(course, [course / "inbox"])
    assert submitted(course) == {person.id: notebook(person) for person in PEOPLE[4:11]}


def test_files_that_look_alike_are_told_apart_in_the_mapping(course):
    one, two, three = (notebook(A, name) for name in ("one", "two", "three"))
    inbox = course / "inbox"
    hand_in(inbox / "プログラム.ipynb", one)
    collect(course, [inbox])
    fill_in(course, {"inbox/プログラム.ipynb": A.id})
    hand_in(inbox / normalize("NFD", "プログラム.ipynb"), two)
    hand_in(inbox / "プログ\u200bラム.ipynb", three, 9)
    hand_in(inbox / "プログ\u200cラム.ipynb", notebook(A, "four"), 9)
    arrivals = collect(course, [inbox])
    assert set(of_files(arrivals).values()) == {"not matched"} and len(of_files(arrivals)) == 4 and not submitted(course)
    [right] = [a.file for a in arrivals if a.file.startswith("inbox/プログラム") and a.file.endswith(mark_of("プログラム.ipynb"))]
    fill_in(course, {right: A.id})
    collect(course, [inbox])
    assert submitted(course) == {A.id: one}


def mark_of(name: str) -> str:
    return f"~{hashlib.sha256(os.fsencode(name) + b'/1').hexdigest()[:6]}"


@pytest.mark.parametrize("files", [
    {"x.ipynb": notebook(A), "x.ipynb\\y.ipynb": notebook(A, "evil")},
    {"x.ipynb": notebook(A), "x.ipynb/y.ipynb": notebook(A, "evil")},
    {"x.ipynb\\y.ipynb": notebook(A, "evil")}, {"x": notebook(A), "x\\y.ipynb": notebook(A, "evil")},
])  # fmt: skip
def test_a_file_below_a_mapped_file_does_not_take_its_place(files, course):
    lines = "".join(f"inbox/all.zip/{name},{A.id}\n" for name in ("x.ipynb", "x"))
    hand_in(course / "downloaded/warm-up/mapping.csv", f"file,student\n{lines}".encode())
    collect(course, [hand_in(course / "inbox/all.zip", packed(files, "backslash.zip"), 5)])
    assert submitted(course) in ({}, {A.id: notebook(A)})
    assert notebook(A, "evil") not in kept(course, A.id)


@pytest.mark.parametrize("hostile", ["combining letters", "deep paths", "cells"])
def test_what_takes_long_is_bounded(hostile, course):
    combining = "".join(chr(0x300 + n % 0x30) for n in range(32_000))
    cells = [{"cell_type": "code", "input": f"x{n} = {n}", "outputs": []} for n in range(2000)]
    cells[0]["input"] = "def " + QUESTIONS[0] + "(x):\n    return x"
    files = {
        "combining letters": {f"{n}{combining}.ipynb": b"" for n in range(20)},
        "deep paths": {f"{n}/{'d/' * 480}x.ipynb": b"" for n in range(900)},
        "cells": {f"{n}.ipynb": json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}).encode() for n in range(2)},
    }[hostile]
    began = time.process_time()
    collect(course, [hand_in(course / "inbox/all.zip", packed(files | {f"{A.id}.ipynb": notebook(A)}))])
    assert submitted(course) == {A.id: notebook(A)} and time.process_time() - began < 5


# --- The command ---


def test_the_command_says_what_came_of_it_and_ends_with_1_where_it_needs_somebody(course, monkeypatch, capsys):
    hand_in(course / f"inbox/{A.id}.ipynb", notebook(A))
    assert collect_command(course, monkeypatch, "warm-up", "inbox") == 0
    assert capsys.readouterr().out.startswith("1 taken.\n")
    hand_in(course / "inbox/lost.ipynb", notebook(B))
    assert collect_command(course, monkeypatch, "warm-up", "inbox", "--roster", "students.csv") == 1
    said = capsys.readouterr().out
    assert said.startswith("1 unchanged, 1 not matched.\nNothing in submitted/ has changed.\n")
    assert "inbox/lost.ipynb: its name, its folders and its archive name nobody" in said


@pytest.mark.parametrize("arguments, said", [
    (["1102", "inbox"], r"There is no exercise 1102: exercises/1102/exercise\.toml is not there \(there is warm-up\)\."),
    (["warm-up", "inbox", "--roster", "none.csv"],
     r"Nothing more is collected: none\.csv cannot be read: No such file or directory\."),
])  # fmt: skip
def test_the_command_fails_with_a_sentence(arguments, said, course, monkeypatch):
    assert re.fullmatch(said, collect_command(course, monkeypatch, *arguments))


@pytest.mark.parametrize("missing", ["source/warm-up/main.ipynb", "nbgrader_config.py"])
def test_an_exercise_that_is_not_built_is_not_collected(missing, course, monkeypatch):
    (course / missing).unlink()
    assert collect_command(course, monkeypatch, "warm-up", "inbox") == (
        "Nothing more is collected: warm-up is not built here: go to the course's folder, and run `grading build warm-up` first.")
    assert not (course / "downloaded").exists()


# --- A course of two exercises ---


def without_ids(notebook: NotebookNode) -> NotebookNode:
    """As an editor that knows neither nbgrader nor cell ids leaves it."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        cell.pop("id", None)
    notebook.nbformat_minor = 4
    return notebook


def answers_alone(notebook: NotebookNode) -> NotebookNode:
    """A notebook of the student's own with the answers and nothing else of the exercise's."""
    answers = [new_code_cell(cell.source) for cell in notebook.cells if is_solution(cell)]
    return new_notebook(cells=[new_markdown_cell("# 提出"), *answers])


WAYS = {"as it is": lambda notebook: notebook, "without ids": without_ids, "answers alone": answers_alone}
BOTH = [("warm-up", "1101"), ("1101", "warm-up")]


def answered(name: str) -> NotebookNode:
    """An exercise's notebook with every question answered."""
    return submission(EXERCISES[name].release, EXERCISES[name].reference)


@pytest.fixture(scope="module")
def course_of_two(tmp_path_factory) -> Path:
    return make_course(tmp_path_factory.mktemp("two") / "course", "warm-up", "1101")


@pytest.fixture
def two(course_of_two, gradebook, tmp_path) -> Path:
    course = shutil.copytree(course_of_two, tmp_path / "course")
    shutil.copy(gradebook, course)
    return course


def came_of(course: Path, notebook: NotebookNode, name: str) -> Arrival:
    """What becomes of a notebook that A hands in for an exercise."""
    path = hand_in(course / f"inbox/{A.id}.ipynb", nbformat.writes(notebook).encode())
    [arrival] = [arrival for arrival in collect(course, [path], name) if arrival.file]
    return arrival


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name, other", BOTH)
def test_the_notebook_of_the_other_exercise_is_other_and_named(name, other, way, two):
    arrival = came_of(two, WAYS[way](answered(other)), name)
    assert (arrival.result, arrival.reason) == ("other", Note("another exercise", other, name))
    assert str(arrival.reason) == f"the notebook of the exercise {other}, not of {name}"
    assert not (two / "submitted").exists()


@pytest.mark.parametrize("name, other", BOTH)
def test_the_other_notebook_is_known_also_when_nothing_is_answered(name, other, two):
    arrival = came_of(two, without_ids(submission(EXERCISES[other].release, {})), name)
    assert (arrival.result, arrival.reason) == ("other", Note("another exercise", other, name))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", EXERCISES)
def test_the_right_notebook_is_taken_whatever_else_the_course_has(name, way, two):
    assert came_of(two, WAYS[way](answered(name)), name).result == "taken"


@pytest.mark.parametrize("way", ["as it is", "without ids"])
@pytest.mark.parametrize("name, other", BOTH)
def test_the_right_notebook_with_some_cells_of_the_other_is_taken(name, other, way, two):
    pasted = [cell for cell in answered(other).cells if is_solution(cell) or is_test(cell)][:4]
    notebook = answered(name)
    notebook.cells += [new_code_cell(cell.source, metadata=cell.metadata, id=f"pasted-{grade_id(cell)}") for cell in pasted]
    assert came_of(two, WAYS[way](notebook), name).result == "taken"


@pytest.mark.parametrize("name", EXERCISES)
def test_what_both_exercises_ask_for_is_taken_for_each(name, two):
    """A question of that name is in both: alone it tells neither."""
    assert came_of(two, new_notebook(cells=[new_code_cell("def softmax(u):\n    return u")]), name).result == "taken"


def test_a_demo_of_the_exercise_is_another_notebook(two):
    arrival = came_of(two, nbformat.read(ROOT / "1101/demo.ipynb", as_version=4), "1101")
    assert (arrival.result, arrival.reason) == ("other", Note("another notebook"))


@pytest.mark.parametrize("code", ["from scipy.special import softmax", "import scipy.special as softmax"])
def test_a_notebook_that_imports_what_a_question_asks_for_is_another(code, course):
    assert came_of(course, new_notebook(cells=[new_code_cell(code)]), NAME).reason == Note("another notebook")


def test_each_exercise_has_its_own_folders_and_mapping(two):
    for name in EXERCISES:
        path = hand_in(two / f"inbox-{name}/lost.ipynb", nbformat.writes(answered(name)).encode())
        collect(two, [path], name)
        hand_in(two / f"downloaded/{name}/mapping.csv", f"file,student\ninbox-{name}/lost.ipynb,{A.id}\n".encode())
        assert results(collect(two, [path], name)) == {"lost.ipynb": "taken"}
        assert (two / f"submitted/{A.id}/{name}/main.ipynb").read_bytes() == path.read_bytes()


# --- The grader ---


def test_the_collected_class_is_graded_and_everybody_gets_their_marks(collected, tmp_path):
    course = shutil.copytree(collected[0], tmp_path / "course", ignore=shutil.ignore_patterns("inbox"))
    forked(course, "nbgrader", "generate_assignment", NAME)
    forked(course, "grading", "autograde", NAME, "--jobs", "2")
    people = {person.id: person for person in PEOPLE}
    with gradebook_of(course) as gradebook:
        scores = {submission.student_id: submission.score for submission in gradebook.assignment_submissions(NAME)}
        assert len({s.timestamp for s in gradebook.assignment_submissions(NAME)} - {None}) > 1
    answered = {id: {QUESTIONS[0], QUESTIONS[1 + people[id].number % 3]} for id in submitted(course)}
    assert scores == {id: float(sum(MARKS[question] for question in questions)) for id, questions in answered.items()}
