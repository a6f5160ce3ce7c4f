"""Which text of a notebook is the answer of a question, wherever the student has written it."""

import copy

import nbformat
import pytest
from exercise import ALL
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from small import REFERENCE, RELEASE, SMALL, SOURCE

from grading.exercise.cells import grade_id, is_solution
from grading.exercise.code import essences
from grading.exercise.rebuild import OWN, Cell, Matching, rebuild
from grading.exercise.sample import submission
from grading.notes import OWN as OWN_CELL
from grading.notes import Note
from grading.run import worker

STUB = {grade_id(cell): cell.source for cell in RELEASE.cells if is_solution(cell)}
SOFTMAX, DESCRIBE = REFERENCE["softmax"], REFERENCE["describe"]
WRONG = SOFTMAX.split("\n")[0] + "\n    return scores"
SPLIT = SOFTMAX.replace("np.exp(", "exponential(")
"""The answer with a function of the student's own, which stands elsewhere."""
HELPER = "def exponential(x):\n    return np.exp(x)"
ALIAS = "from numpy import exp as exponential"
assert SPLIT != SOFTMAX


def with_own(answers: dict[str, str], own: dict[str, list[str]], ids: bool = True) -> NotebookNode:
    """The student's notebook with these answers, and cells of the student's own behind those with these grade ids."""
    notebook = submission(RELEASE, answers)
    cells = []
    for cell in copy.deepcopy(notebook.cells):
        if not ids:
            cell.metadata.clear()
            cell.id = nbformat.v4.new_raw_cell().id
        cells += [cell, *map(new_code_cell, own.get(grade_id(cell) or cell.id, []))]
    notebook.cells = [*map(new_code_cell, own.get("", [])), *cells, *map(new_code_cell, own.get("end", []))]
    return notebook


def rebuilt(notebook: NotebookNode) -> tuple[dict[str, str], list[Note], list[str]]:
    """Question → what stands in its place; the notes; the code cells in their order, the student's own as their text."""
    result, notes = rebuild(nbformat.writes(notebook).encode(), SOURCE)
    order = [cell.source if cell.id.startswith(OWN) else cell.id for cell in result.cells if cell.cell_type == "code"]
    return {grade_id(cell): cell.source for cell in result.cells if is_solution(cell)}, notes, order


BARE = "\n".join(line for line in STUB["softmax"].splitlines() if "# " not in line) + "\n\n# not yet"
STUBS = {
    "as it is": STUB["softmax"],
    "another comment": STUB["softmax"].replace("# ここにコードを書いてください", "#  あとで"),
    "no comment": BARE,
    "other blanks": STUB["softmax"].replace("\n    raise", "\n\n    raise").replace("axis=-1", "axis = -1") + "\n\n",
    "no docstring": STUB["softmax"].split("\n")[0] + "\n    raise NotImplementedError",
    "pass": STUB["softmax"].replace("raise NotImplementedError", "pass"),
    "nothing": "",
    "a comment": "# 下に書きました",
}


@pytest.mark.parametrize("tried", [*ALL, SMALL], ids=str)
def test_every_solution_cell_of_a_new_notebook_is_known_as_a_stub(tried):
    cells = [Cell("code", cell.source, [cell.id]) for cell in tried.release.cells]
    matching = Matching(cells, tried.source)
    assert not any(matching.defined) and {name for mine in matching.named for name in mine} == set(tried.reference)
    assert all(matching.stubs >= {*essences(cell.source)} for cell in tried.release.cells if is_solution(cell))
    assert not any(matching.stubs >= {*essences(code)} for code in tried.reference.values())


@pytest.mark.parametrize("place", ["", "test_softmax", "end"])
@pytest.mark.parametrize("stub", STUBS)
def test_an_answer_in_a_cell_of_its_own_counts_where_the_stub_still_stands(stub, place):
    answers, notes, order = rebuilt(with_own({"describe": DESCRIBE}, {place: [SOFTMAX]}) if stub == "as it is" else
                                    with_own({"describe": DESCRIBE, "softmax": STUBS[stub] or "\n"}, {place: [SOFTMAX]}))
    assert answers == STUB | {"describe": DESCRIBE, "softmax": SOFTMAX}
    assert notes == [Note("answered elsewhere", "softmax")]
    assert SOFTMAX not in order and not any("softmax(" in text for text in order)


def test_a_stub_that_is_met_again_takes_nothing_from_an_answer():
    own = {"softmax": [STUB["softmax"]], "end": [STUBS["no docstring"]]}
    answers, notes, order = rebuilt(with_own({"softmax": SOFTMAX}, own))
    assert answers["softmax"] == SOFTMAX and not notes and not any("NotImplementedError" in text for text in order)


def test_a_stub_with_somebodys_helper_is_kept_for_the_helper():
    answers, _, order = rebuilt(with_own({"softmax": f"{STUB['softmax']}\n\n{HELPER}"}, {"end": [SPLIT]}))
    assert answers["softmax"] == SPLIT
    assert order.index(f"{STUB['softmax']}\n\n{HELPER}") < order.index("softmax")


def test_the_last_of_two_own_cells_counts_and_the_other_runs_before_it():
    for places in [("", "end"), ("softmax", "test_softmax"), ("test_softmax", "end")]:
        answers, _, order = rebuilt(with_own({}, {places[0]: [WRONG], places[1]: [SOFTMAX]}))
        assert answers["softmax"] == SOFTMAX and order.index(WRONG) < order.index("softmax")


def test_a_cell_that_answers_several_questions_answers_each():
    both = f"{HELPER}\n{SPLIT}\n\n{DESCRIBE}"
    answers, notes, order = rebuilt(with_own({}, {"end": [both]}))
    assert answers == STUB | {"softmax": both, "describe": both} and both not in order
    assert notes == [Note("answered elsewhere", "softmax"), Note("answered elsewhere", "describe")]
    answers, notes, _ = rebuilt(with_own({"describe": both}, {}))  # in the place of the later one
    assert answers == STUB | {"softmax": both, "describe": both} and notes == [Note("known in another", "softmax", "describe")]


@pytest.mark.parametrize("before", [[HELPER], [ALIAS], ["from numpy import exp", "exponential = exp"]], ids=len)
def test_what_an_answer_needs_comes_with_it(before):
    """Cells at the end of the notebook: what they give runs before the answer in its place; the rest stays where it is."""
    _, _, order = rebuilt(with_own({}, {"end": [*before, "unrelated = 1", SPLIT, "softmax(np.ones(3))"]}))
    assert [order.index(text) < order.index("softmax") for text in before] == [True] * len(before)
    assert order[-2:] == ["unrelated = 1", "softmax(np.ones(3))"]


def test_a_trial_behind_the_stub_stays_behind_the_answer():
    _, _, order = rebuilt(with_own({}, {"softmax": ["softmax(np.ones(3))"], "end": [SOFTMAX]}))
    assert order.index("softmax") + 1 == order.index("softmax(np.ones(3))") < order.index("test_softmax")


def test_without_ids_the_answers_are_known_all_the_same():
    answers, notes, order = rebuilt(with_own({"softmax": SOFTMAX}, {}, ids=False))
    assert answers == STUB | {"softmax": SOFTMAX}
    assert {note.kind for note in notes} == {"known by function"} and not [text for text in order if "def" in text]
    answers, notes, _ = rebuilt(with_own({}, {"end": [SOFTMAX]}, ids=False))
    assert answers == STUB | {"softmax": SOFTMAX} and Note("answered elsewhere", "softmax") in notes


MODULE = f"%%writefile mine.py\nimport numpy as np\n{SOFTMAX}"


def test_a_file_that_a_cell_writes_is_no_answer():
    answers, notes, order = rebuilt(with_own({}, {"": [MODULE]}))
    assert answers == STUB and not notes and MODULE in order
    answers, notes, order = rebuilt(with_own({"softmax": "from mine import *"}, {"": [MODULE]}))
    assert answers["softmax"] == "from mine import *" and not notes and order.index(MODULE) < order.index("softmax")


NEW = {"type Number = int": "Python 3.12: type X = …",
       "try:\n    1\nexcept ValueError, TypeError:\n    2": "Python 3.14: except A, B:"}


@pytest.mark.parametrize("code", NEW)
def test_the_instructor_is_told_of_a_newer_syntax(code):
    try:
        compile(code, "", "exec")
    except SyntaxError:
        notes = rebuilt(with_own({"softmax": code}, {"end": [code]}))[1]
        assert notes == [Note("newer syntax", cell, NEW[code]) for cell in ("softmax", OWN_CELL)]


GRADED = {  # what of the student's cells earns softmax its marks
    "own cell in front": with_own({}, {"": [SOFTMAX]}),
    "own cell at the end": with_own({}, {"end": [HELPER, SPLIT]}),
    "the last of two": with_own({}, {"softmax": [WRONG], "end": [SOFTMAX]}),
    "with others": with_own({}, {"end": [f"{WRONG}\n{HELPER}\n{SPLIT}\n\n{DESCRIBE}"]}),
}


@pytest.mark.parametrize("case", GRADED)
def test_it_earns_its_marks(case):
    result = worker.grade(nbformat.writes(GRADED[case]).encode(), SMALL.assignment())
    assert "softmax" not in SMALL.lost(result) and "closest" in SMALL.lost(result)
