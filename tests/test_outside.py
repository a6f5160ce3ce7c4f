"""Names, times and paths from outside: none ends a run, and none can speak for the grader."""

import csv
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from courses import ENVIRONMENT, hand_in, new_course, scores
from small import MARKS, NAME, REFERENCE, RELEASE

from grading.classroom import Classroom
from grading.course import check_writable, timestamp
from grading.exercise.folder import Exercise, NoExercise, check_place
from grading.exercise.sample import submission
from grading.notes import Note, in_short
from grading.run import worker

TIMES = {
    b"2026-11-08 09:30:00.000000 UTC": datetime(2026, 11, 8, 9, 30),
    b"2026-11-08 09:30:00+09:00": datetime(2026, 11, 8, 0, 30),
    b"2026-11-08T09:30:00Z\n": datetime(2026, 11, 8, 9, 30),
    b"0001-01-01 00:00:00+12:00": None,
    b"0001-01-01 00:00:00": None,
    b"9999-12-31 23:59:59-12:00": None,
    b"9999-12-31 23:59:59": None,
    b"1" * 60: None,
    b"2026-11-08 09:30:00 " + b"9" * 60: None,
    b"\xff\xfe": None,
    b"yesterday": None,
    b"": None,
    b" \n": None,
}


@pytest.mark.parametrize("text", TIMES)
def test_a_timestamp_is_a_likely_time_or_none(text):
    assert timestamp(text) == TIMES[text]


FORGED = "\x1b[2K\rb: everything right\nb: 100"
PLACES = {"course": True, "日本 語": True, "a#b{y}": True, "a[1]": True, "a*b": True, "a?b": True, "a%20b": True,
          "a$HOME": False, "a$x": True}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_a_course_where_nbgrader_would_look_elsewhere_is_refused_in_one_sentence(name, tmp_path):
    try:
        check_place(tmp_path / name)
    except NoExercise as error:
        assert not PLACES[name] and name in str(error) and str(error).isprintable()
    else:
        assert PLACES[name]


@pytest.mark.parametrize("words", [["grade"], ["autograde", NAME], ["report"], ["collect", NAME, "."]], ids=" ".join)
def test_every_command_says_so_before_it_does_anything(words, tmp_path):
    course = new_course(tmp_path / "a$HOME")
    hand_in(course, "a", RELEASE)
    before = sorted(course.rglob("*"))
    done = subprocess.run([sys.executable, "-m", "grading", *words], cwd=course, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 1 and "rename the folder" in done.stderr and "Traceback" not in done.stderr
    assert sorted(course.rglob("*")) == before


@pytest.mark.parametrize("what", ["gradebook.db", "autograded", "autograded/a", "feedback"])
def test_what_belongs_to_somebody_else_is_named_before_anything_is_done(what, tmp_path, monkeypatch):
    for folder in "autograded/a", "feedback/a":
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "gradebook.db").touch()
    check_writable(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / what)  # root may write everything
    with pytest.raises(NoExercise, match=f"You may not write .*{what}: change its owner"):
        check_writable(tmp_path)


def test_what_is_said_is_one_line_without_commands():
    for note in Note("error", "softmax", FORGED), Note("failed", FORGED), Note("kept", Note("unreadable", FORGED + "\udcff")):
        assert str(note).isprintable() and note.japanese.isprintable()


def test_what_is_said_of_many_cells_is_one_sentence():
    notes = [Note("known by function", f"q{n}") for n in range(24)] + [Note("error", q, "NameError") for q in ("a", "b")]
    assert in_short(notes) == ["the id of q0, q1 and 22 more was gone: the answer was known by its function", "NameError in a, b"]
    assert in_short([Note("no answer", "a"), Note("known in another", "a", "b"), Note("known in another", "b", "c")]) == [
        "a has no answer", "the answer of a was found in the cell b", "the answer of b was found in the cell c"]


def folder(course: Path, name: bytes) -> Path:
    path = course / "submitted" / os.fsdecode(name) / NAME
    path.mkdir(parents=True)
    return path


def test_no_name_and_no_time_ends_a_run_or_forges_a_line(tmp_path):
    course = new_course(tmp_path / "course")
    for student, time in ("a", b"0001-01-01 00:00:00+12:00"), ("b", b"9" * 60):
        hand_in(course, student, submission(RELEASE, REFERENCE))
        (course / f"submitted/{student}/{NAME}/timestamp.txt").write_bytes(time)
    for name in FORGED.encode(), b"undecodable \xff":
        (folder(course, name) / "main.ipynb").write_text("{}")
    (folder(course, b"c") / os.fsdecode(b"main\n\xff.ipynb")).write_text("{}")
    done = subprocess.run([sys.executable, "-m", "grading", "grade", NAME], cwd=course, env=ENVIRONMENT, capture_output=True)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 0, err
    assert scores(course, "a") == scores(course, "b") == dict(MARKS)
    assert "\x1b[2K" not in out + err and not [line for line in (out + err).splitlines() if line.startswith("b: ")]
    assert "5 submissions; 3 not graded." in out
    assert out.count("has a name that cannot be shown: rename it") == 2 and "no file main.ipynb (there is main��.ipynb" in out
    assert "undecodable �" in (course / f"report/{NAME}/report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (course / "autograded").iterdir()) == ["a", "b", "c"]


def test_no_name_is_computed_by_a_spreadsheet(tmp_path):
    course = new_course(tmp_path / "course")
    classroom = Classroom(Exercise(course, NAME))
    names = {"last_name": '=HYPERLINK("http://192.0.2.1")', "first_name": "+1, or 2", "email": '"a"@example.org'}
    with classroom.api.gradebook as gradebook:
        gradebook.add_student("s", **names)
    with open(classroom.export(), encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert [row[key] for key in names] == ["'" + names["last_name"], "'" + names["first_name"], names["email"]]
    assert row["student_id"] == "s" and row["score"] == "0.0"
    with classroom.api.gradebook as gradebook:
        assert {name: getattr(gradebook.find_student("s"), name) for name in names} == names


def test_what_a_file_does_to_itself_is_not_tried_again_before_it_changes(tmp_path, monkeypatch):
    course = new_course(tmp_path / "course")
    tried: list[bytes] = []
    come: dict = {"refused": Note("endless", 310).as_json()}

    def grade(data: bytes, assignment) -> dict:
        tried.append(data)
        return come

    monkeypatch.setattr(worker, "grade", grade)
    classroom = Classroom(Exercise(course, NAME))
    for again in range(3):
        hand_in(course, "a", submission(RELEASE, {"softmax": f"softmax = {again // 2}"}))
        assert classroom.autograde(1) == {"a": Note("endless", 310)}
    assert len(tried) == 2  # the second run knows, the third finds another file
    come = {"failed": "the judge's process was killed"}
    hand_in(course, "a", RELEASE)
    for _ in range(2):
        classroom.autograde(1)
    assert len(tried) == 4  # what the machine did is tried again
