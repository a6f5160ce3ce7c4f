"""The instructor in JupyterLab: the formgrader shows the marks of the gradebook, and its buttons use this course's grader."""

import html
import re
from pathlib import Path

import nbformat
import pytest
from browser import browser_page, lab
from courses import forked, hand_in, new_course, scores
from exercise import MLP
from playwright.sync_api import FrameLocator, Locator, Page, expect
from small import NAME, REFERENCE, RELEASE

from grading.exercise.sample import submission

CLASS = {"half": dict(list(REFERENCE.items())[:2]), "reference": REFERENCE, "untouched": {}}
TOTAL = {"half": 7.0, "reference": 12.0, "untouched": 0.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """CLASS handed in, and all but "reference" graded; beside it another exercise."""
    course = new_course(tmp_path_factory.mktemp("course"), "1101", NAME)
    hand_in(course, "half", submission(MLP.release, MLP.reference), "1101")
    forked(course, "nbgrader", "autograde", "1101")
    for student in ("half", "untouched"):
        hand_in(course, student, submission(RELEASE, CLASS[student]))
    forked(course, "nbgrader", "autograde", NAME)
    hand_in(course, "reference", submission(RELEASE, CLASS["reference"]))
    return course


@pytest.fixture(scope="module")
def page(course):
    """JupyterLab in the course folder, with the formgrader opened from its menu."""
    with lab(course, cwd=course) as (address, _), browser_page(1400, 900) as (page, _):
        page.goto(f"{address}/lab", timeout=90_000)
        page.get_by_role("menuitem", name="Nbgrader").click(timeout=90_000)
        page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        yield page


def formgrader(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[src*="formgrader"]')


def row(page: Page, student: str) -> Locator:
    """The row of a student in the table of submissions."""
    return formgrader(page).locator("tr", has=page.locator(".student-id", has_text=re.compile(f"^{student}$")))


def press(page: Page, student: str, button: str) -> str:
    """Click a button of the student's row; returns what nbgrader's dialog says."""
    row(page, student).locator(f".{button} a").click()
    dialog = formgrader(page).locator(".modal-dialog")
    expect(dialog).to_contain_text("Success", timeout=120_000)
    said = dialog.inner_text()
    dialog.locator(".modal-footer button").first.click()
    expect(dialog).not_to_be_visible()
    return said


def test_the_submissions_are_there_with_their_marks(page):
    expect(formgrader(page).get_by_role("row", name="1101").get_by_role("link", name="1", exact=True)).to_be_visible()
    formgrader(page).get_by_role("row", name=NAME).get_by_role("link", name="3").click()
    for student in ("half", "untouched"):
        expect(row(page, student).locator(".score")).to_have_text(f"{TOTAL[student]:g} / 12")
        expect(row(page, student).locator(".status")).to_have_text("graded")
    expect(row(page, "reference").locator(".status")).to_have_text("needs autograding")


def test_the_autograde_button_uses_the_grader_and_gives_the_same_marks(page, course):
    assert "Successfully autograded" in press(page, "reference", "autograde")
    expect(row(page, "reference").locator(".score")).to_have_text("12 / 12")
    graded = nbformat.read(course / f"autograded/reference/{NAME}/main.ipynb", as_version=4)
    assert graded.metadata.grading.notes == []  # nbgrader's own converter writes none
    assert {student: sum(scores(course, student).values()) for student in CLASS} == TOTAL


def test_the_feedback_button_writes_the_page_of_this_course(page, course):
    assert "Successfully generated feedback" in press(page, "half", "generate-feedback")
    text = html.unescape((course / f"feedback/half/{NAME}/main.html").read_text(encoding="utf-8"))
    assert f"演習 {NAME}: 採点の結果" in text and "HIDDEN TESTS" not in text


def test_a_graded_notebook_opens_with_its_marks(page):
    row(page, "half").locator(".student-name a").click()
    formgrader(page).get_by_role("link", name="main").click()
    expect(formgrader(page).get_by_text("Student's answer").first).to_be_visible(timeout=60_000)
