"""What authors wrote who had only the student's notebook before them gets the marks that it deserves."""

import pytest
from exercise import MARKS, MLP
from unseen import RIGHT, SMALL, SUBTLE, WRONG, Entry

SEED = 1101


@pytest.fixture(scope="module")
def problems() -> dict[Entry, str]:
    """Entry → what its own test finds, '' where it passes."""
    entries = RIGHT + WRONG + SUBTLE + SMALL
    return dict(zip(entries, MLP.judge_own([(entry.question, entry.code, SEED) for entry in entries])))


def test_every_question_is_answered_in_all_ways():
    for entries, least in (RIGHT, 6), (WRONG, 5), (SUBTLE, 8), (SMALL, 2):
        for question in MARKS:
            assert sum(entry.question == question for entry in entries) >= least, question


@pytest.mark.parametrize("entry", RIGHT, ids=str)
def test_a_right_answer_gets_full_marks_however_unusual(entry: Entry, problems):
    assert problems[entry] == ""


@pytest.mark.parametrize("entry", [entry for entry in WRONG + SUBTLE + SMALL if not entry.passes], ids=str)
def test_a_wrong_answer_gets_none_however_rarely_it_shows(entry: Entry, problems):
    assert problems[entry]


@pytest.mark.parametrize("entry", [entry for entry in WRONG + SUBTLE + SMALL if entry.passes], ids=str)
def test_what_is_let_pass_is_argued_and_passes(entry: Entry, problems):
    assert problems[entry] == "", entry.passes
