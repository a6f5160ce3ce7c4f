"""Code as it is published elsewhere: full marks, or the sentence that names the rule that it breaks."""

from concurrent.futures import ThreadPoolExecutor

import nbformat
import published
import pytest
from exercise import MARKS, MLP, REFERENCE, RELEASE
from nbformat.v4 import new_code_cell

from grading.exercise.cells import is_solution
from grading.exercise.sample import submission
from grading.run import worker

ASSIGNMENT = MLP.assignment()
FULL_MARKS, RULE_BROKEN = published.load("full_marks"), published.load("rule_broken")


def handed_in(entry: published.Entry) -> bytes:
    """The code in a cell before the first answer, the rest is the reference."""
    notebook = submission(RELEASE, REFERENCE | {name: f"{name} = {name}" for name in entry.names() & set(MARKS)})
    first = next(i for i, cell in enumerate(notebook.cells) if is_solution(cell))
    notebook.cells.insert(first, new_code_cell(entry.code))
    return nbformat.writes(notebook).encode()


def grade(notebook: bytes) -> dict[str, str]:
    """Lost question → what the student reads."""
    result = worker.grade(notebook, ASSIGNMENT)
    cells = {cell["id"]: cell["outputs"] for cell in result["notebook"]["cells"] if "outputs" in cell}
    own = [outputs for name, outputs in cells.items() if name.startswith("own-")]
    assert own and not [output for outputs in own for output in outputs if output["output_type"] == "error"]
    return {question: str(cells[f"test_{question}"]) for question in MLP.lost(result)}


@pytest.fixture(scope="module")
def said() -> dict[str, dict[str, str]]:
    # in one thread: ast.parse of Python < 3.11.5 is not safe in two
    notebooks = [handed_in(entry) for entry in FULL_MARKS + RULE_BROKEN]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(grade, notebooks))
    worker.close()
    return {entry.slug: result for entry, result in zip(FULL_MARKS + RULE_BROKEN, results)}


@pytest.mark.parametrize("entry", FULL_MARKS, ids=lambda entry: entry.slug)
def test_published_code_that_keeps_the_rules_gets_full_marks(entry, said):
    assert said[entry.slug] == {}


@pytest.mark.parametrize("entry", RULE_BROKEN, ids=lambda entry: entry.slug)
def test_published_code_that_breaks_a_rule_loses_its_question_and_is_told_the_rule(entry, said):
    assert set(said[entry.slug]) == set(entry.broken)
    assert all(entry.said in text for text in said[entry.slug].values()), said[entry.slug]
