"""What holds whatever comes in: of notebooks that editors and students have changed, and of what a student's process sends.

Hypothesis draws the cases, the same ones at every run.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from nbformat.v4 import new_code_cell
from small import REFERENCE, RELEASE, SMALL, SOURCE

from grading.exercise.cells import grade_id, is_solution, visible
from grading.exercise.code import defined
from grading.exercise.rebuild import OWN, read, rebuild
from grading.exercise.sample import submission
from grading.intake.names import Roster
from grading.intake.roster import Student
from grading.notes import Note, Refused
from grading.sandbox.kernel.wire import PLAIN, ProtocolError, clean, decode, encode

QUESTIONS = set(REFERENCE)
IDS = {grade_id(cell) for cell in SOURCE.cells if grade_id(cell)}
GIVEN = {visible(cell.source).strip() for cell in SOURCE.cells if not is_solution(cell)}


def examples(number: int) -> Callable:
    """The same cases at every run, however slow the machine is."""
    return settings(max_examples=number, derandomize=True, deadline=None, database=None,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


# --- Any bytes ---

TEXT = st.text(max_size=20) | st.text(st.characters(codec=None, categories=["Cs", "Cc", "Lu", "Zs"]), max_size=5)
WORD = st.sampled_from([
    "cells", "source", "metadata", "cell_type", "id", "outputs", "nbformat", "nbformat_minor", "nbgrader", "grade_id", "code",
    "markdown", "raw", "worksheets", "input", *sorted(IDS), *sorted(QUESTIONS), *(f"{q} = 1\n" for q in sorted(QUESTIONS)),
    "def softmax(u):\n    return u", "class Scaler: pass", "\0def softmax", "%magic\n!ls\nsoftmax = 7", "if a:\n    softmax = (",
])  # fmt: skip
LEAF = st.none() | st.booleans() | st.integers(-9, 9) | st.integers() | st.floats() | TEXT | WORD
JSON = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORD | TEXT, inner, max_size=4), max_leaves=12)


def mostly(usual: st.SearchStrategy, other: st.SearchStrategy = JSON) -> st.SearchStrategy:
    return st.integers(0, 7).flatmap(lambda number: other if number == 7 else usual)


MARK = st.fixed_dictionaries({}, optional={"grade_id": mostly(st.sampled_from(sorted(IDS)))})
CELL = st.fixed_dictionaries({"source": mostly(WORD | TEXT | st.lists(WORD | LEAF, max_size=3))}, optional={
    "cell_type": mostly(st.sampled_from(["code", "markdown", "raw"])),
    "metadata": mostly(st.fixed_dictionaries({}, optional={"nbgrader": mostly(MARK)})),
    "id": mostly(st.sampled_from([cell.id for cell in SOURCE.cells])),
    "outputs": JSON,
})  # fmt: skip
CELLS = mostly(st.lists(mostly(CELL), min_size=1, max_size=6))
NOTEBOOK = mostly(st.fixed_dictionaries({"cells": CELLS}, optional={
    "nbformat": mostly(st.just(4), st.integers(-1, 6) | JSON),
    "nbformat_minor": st.integers(-1, 6) | JSON,
    "metadata": JSON,
}), JSON | st.fixed_dictionaries({
    "nbformat": st.sampled_from([1, 2, 3]), "worksheets": mostly(st.lists(st.fixed_dictionaries({"cells": CELLS}), max_size=2)),
}))  # fmt: skip


def spoiled(places: list[tuple[int, str, object]]) -> dict:
    """The student's notebook with other values in some places."""
    notebook = json.loads(json.dumps(RELEASE))
    for number, key, value in places:
        notebook["cells"][number % len(RELEASE.cells)][key] = value
    return notebook


PLACES = st.lists(st.tuples(st.integers(0, 99), st.sampled_from(["source", "metadata", "cell_type", "id"]), JSON), max_size=4)
DATA = mostly(st.builds(
    lambda tree, encoding, start, end: start + json.dumps(tree).encode(encoding)[: end or None],
    NOTEBOOK | st.builds(spoiled, PLACES), mostly(st.just("utf-8"), st.sampled_from(["utf-16", "utf-32", "utf-8-sig"])),
    mostly(st.just(b""), st.sampled_from([b"\xef\xbb\xbf", b"\xff"])), mostly(st.just(0), st.sampled_from([-1, 1, 30])),
), st.binary(max_size=50))  # fmt: skip


@examples(600)
@given(DATA)
def test_whatever_bytes_come_in_they_are_refused_or_become_a_notebook(data):
    try:
        cells = read(data)
        notebook, notes = rebuild(data, SOURCE, "warm-up")
    except Refused as error:
        assert error.note.japanese and Note.from_json(error.note.as_json()) == error.note
        return
    nbformat.validate(notebook)
    assert len(notebook.cells) <= len(SOURCE.cells) + len(cells)
    given_cells = [cell for cell in notebook.cells if not cell.id.startswith(OWN)]
    assert [cell.id for cell in given_cells] == [cell.id for cell in SOURCE.cells]
    for cell, own in zip(given_cells, SOURCE.cells):
        assert (cell.cell_type, cell.metadata) == (own.cell_type, own.metadata)
        assert is_solution(own) or cell.source == own.source
    assert all(not cell.metadata and not cell.get("outputs") for cell in notebook.cells if cell.id.startswith(OWN))
    assert all(clean(cell.source, 1 << 30) == cell.source for cell in notebook.cells)
    for note in notes:
        assert note.values[0] in IDS and note.japanese and Note.from_json(json.loads(json.dumps(note.as_json()))) == note


SYNTAX = {
    "a thousand elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * 1500,
    "very many elif": "if a:\n    pass\n" + "elif a:\n    pass\n" * 5000,
    "a long sum": "b = " + " + ".join(["a"] * 5000),
    "parentheses": "b = " + "(" * 5000 + ")" * 5000,
    "a million letters": "x" * 1_000_000,
    "blank lines": "a" + "\n" * 200_000,
    "a null": "a\0b = 1",
    "attributes": "b = a" + ".a" * 5000,
    "functions in functions": "".join(f"{' ' * n}def f():\n" for n in range(90)) + " " * 90 + "pass",
    "half an emoji": "b = '\ud83d'",
}


@pytest.mark.parametrize("code", SYNTAX.values(), ids=SYNTAX)
def test_a_cell_of_any_shape_takes_no_answer_away(code):
    notebook = submission(RELEASE, REFERENCE | {"closest": f"{code}\n{REFERENCE['closest']}"})
    notebook.cells.insert(1, new_code_cell(f"# softmax\n{code}"))
    result, _ = rebuild(json.dumps(notebook).encode(), SOURCE)
    found = {grade_id(cell): cell.source for cell in result.cells if is_solution(cell)}
    assert {name: found[name] for name in QUESTIONS - {"closest"}} == {name: REFERENCE[name] for name in QUESTIONS - {"closest"}}
    assert found["closest"].endswith(REFERENCE["closest"])


# --- What editors do ---

Edit = Callable[[dict, st.DataObject], None]
EDITS: dict[str, Edit] = {}


def edit(does: Edit) -> Edit:
    EDITS[does.__name__] = does
    return does


def draw_cell(notebook: dict, data: st.DataObject) -> dict:
    return notebook["cells"][data.draw(st.integers(0, len(notebook["cells"]) - 1))]


@edit
def drop_metadata(notebook, data):
    """As an editor that does not know nbgrader."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}


@edit
def drop_metadata_of_a_cell(notebook, data):
    draw_cell(notebook, data).pop("metadata", None)


@edit
def drop_ids(notebook, data):
    for cell in notebook["cells"]:
        cell.pop("id", None)
    notebook["nbformat_minor"] = 4


@edit
def renumber_ids(notebook, data):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"{number:08x}"
    notebook["nbformat_minor"] = 5


@edit
def split_sources(notebook, data):
    for cell in notebook["cells"]:
        if isinstance(cell["source"], str):
            cell["source"] = cell["source"].splitlines(True)


@edit
def write_windows_lines(notebook, data):
    for cell in notebook["cells"]:
        text = "".join(cell["source"]).replace("\r\n", "\n")
        cell["source"] = text.replace("\n", "\r\n")


@edit
def reorder_keys(notebook, data):
    notebook["cells"] = [dict(reversed(cell.items())) for cell in notebook["cells"]]
    for cell in notebook["cells"]:
        cell["metadata"] = dict(sorted(cell.get("metadata", {}).items(), reverse=True))


@edit
def add_outputs_and_tags(notebook, data):
    cell = draw_cell(notebook, data)
    cell.setdefault("metadata", {}).update({"tags": ["a"], "collapsed": True, "ExecuteTime": {"start_time": "2026"}})
    cell["outputs"], cell["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}], 7


@edit
def duplicate_a_cell(notebook, data):
    notebook["cells"].insert(data.draw(st.integers(0, len(notebook["cells"]))), copy.deepcopy(draw_cell(notebook, data)))


@edit
def move_a_cell(notebook, data):
    cell = notebook["cells"].pop(data.draw(st.integers(0, len(notebook["cells"]) - 1)))
    notebook["cells"].insert(data.draw(st.integers(0, len(notebook["cells"]))), cell)


@edit
def change_a_type(notebook, data):
    draw_cell(notebook, data)["cell_type"] = data.draw(st.sampled_from(["code", "markdown", "raw"]))


@edit
def add_a_cell(notebook, data):
    """One that defines no question and is none of the instructor's."""
    text = data.draw(OWN_TEXT)
    cell = {"cell_type": data.draw(st.sampled_from(["code", "markdown", "raw"])), "metadata": {}, "source": text}
    notebook["cells"].insert(data.draw(st.integers(0, len(notebook["cells"]))), cell)


@edit
def save_as_another_version(notebook, data):
    notebook["nbformat_minor"] = data.draw(st.integers(0, 5))


def is_own(text: str) -> bool:
    return not defined(clean(text.replace("\r", "\n"), 1 << 30)) & QUESTIONS and text.strip() not in GIVEN


OWN_TEXT = st.sampled_from(["print(softmax)", "# softmax = 1\nx = 1", "", "  \n", "from scipy.special import softmax"]) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf"], include_characters="\n\t"), max_size=30).filter(is_own)
ANSWERS = st.fixed_dictionaries({}, optional={
    question: st.sampled_from([answer.code for answer in SMALL.answers if answer.question == question])
    | st.builds("# {}\n{} = {}".format, st.text("あa #'\"\\", max_size=9), st.just(question), st.integers(0, 9))
    | st.builds("def {}(*a):\n    '{}'\n".format, st.just(question), st.text("あa ", max_size=9))
    for question in sorted(QUESTIONS)
})  # fmt: skip
"""Question → the student's text: each defines its question and no other; the stub stays where there is none."""


def lines(text: str) -> str:
    return text.replace("\r\n", "\n")


@examples(250)
@given(ANSWERS, st.lists(st.sampled_from(sorted(EDITS)), max_size=8), st.data())
def test_whatever_an_editor_does_every_answer_is_found_in_its_question(answers, edits, data):
    notebook = json.loads(nbformat.writes(submission(RELEASE, answers)))
    mine = {grade_id(cell): cell.source for cell in submission(RELEASE, answers).cells if is_solution(cell)}
    for name in edits:
        EDITS[name](notebook, data)
    added = Counter(text for cell in notebook["cells"] if (text := lines("".join(cell["source"])).strip())
                    and text not in GIVEN and text not in {each.strip() for each in mine.values()})

    result, notes = rebuild(json.dumps(notebook).encode(), SOURCE, "warm-up")
    nbformat.validate(result)
    assert {grade_id(cell): cell.source for cell in result.cells if is_solution(cell)} == mine
    assert {cell.id: cell.source for cell in result.cells if not cell.id.startswith(OWN) and not is_solution(cell)} == {
        cell.id: cell.source for cell in SOURCE.cells if not is_solution(cell)}
    kinds = {note.kind for note in notes}
    assert kinds <= {"known by function", "retyped", "retyped answer"}  # nothing was deleted, changed or left out
    if not ({"drop_metadata", "drop_metadata_of_a_cell"} & set(edits) and {"drop_ids", "renumber_ids"} & set(edits)):
        assert "known by function" not in kinds  # one of its two ids is enough
    if "change_a_type" not in edits:
        assert not {"retyped", "retyped answer"} & kinds
    own = Counter(cell.source.strip() for cell in result.cells if cell.id.startswith(OWN))
    assert not added - own  # what the student has added is run too
    assert all(count <= own[text] or text in mine.values() or text in GIVEN for text, count in own.items())


@examples(100)
@given(ANSWERS, st.sets(st.sampled_from(sorted(QUESTIONS)), min_size=1), st.data())
def test_of_two_that_define_a_question_its_own_cell_has_the_answer(answers, questions, data):
    """As long as the cell carries its id and is no stub, a draft elsewhere takes nothing from it."""
    notebook = submission(RELEASE, REFERENCE | answers)
    mine = {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}
    for question in questions:
        notebook.cells.insert(data.draw(st.integers(0, len(notebook.cells))), new_code_cell(f"{question} = 'a draft'"))
    result, notes = rebuild(nbformat.writes(notebook).encode(), SOURCE)
    assert {grade_id(cell): cell.source for cell in result.cells if is_solution(cell)} == mine and not notes
    assert sum(cell.source.endswith("'a draft'") for cell in result.cells if cell.id.startswith(OWN)) == len(questions)


@examples(100)
@given(st.dictionaries(st.sampled_from(sorted(QUESTIONS)), OWN_TEXT))
def test_any_text_in_a_questions_own_cell_is_its_answer(texts):
    """It need not be Python, nor define anything."""
    notebook = copy.deepcopy(RELEASE)
    for cell in notebook.cells:
        cell.source = texts.get(grade_id(cell), cell.source)
    result, notes = rebuild(nbformat.writes(notebook).encode(), SOURCE)
    found = {grade_id(cell): cell.source for cell in result.cells if is_solution(cell)}
    assert {question: found[question] for question in texts} == texts and not notes


# --- Whose a file is ---

NAMES = [("山田", "太郎", "yamada.taro"), ("林", "太郎", "hayashi.taro"), ("小林", "花子", "kobayashi.hanako"),
         ("García", "Ana", "ana.garcia")]  # fmt: skip
CLASS = [Student(f"s26{n:05}", last, first, f"{latin}@example.jp", str(50000 + n), groups=(f"{n % 2} 班",))
         for n, (last, first, latin) in enumerate(NAMES)]  # fmt: skip
PEOPLE = Roster([*CLASS, Student("50001", "鈴木", "一郎", "suzuki@example.jp", "2600001")], "1101")
"""The id of the last is the number of another's account, and the other way round."""
WHO = st.integers(0, len(CLASS) - 1)
STRANGER = "外部 花子"
BY_THE_LMS = [  # how a system calls a file, and what in it is a claim: n (name), i (id), u (account); number is nobody's
    ("{n}_{number}_assignsubmission_file_", "n"), ("{i} {n}_{number}_assignsubmission_file_", "in"),
    ("3班-{n}_{number}_assignsubmission_file_", "n"), ("Participant_{u}_assignsubmission_file_", ""),
    ("参加者_{u}_assignsubmission_file_", ""), ("{i}@{u}", "iu"), ("{u}-{u} - {n} - Nov 5, 2024 315 PM", "n"),
    ("{s}_{u}_{number}_main.ipynb", "nu"), ("{s}_LATE_{u}_{number}_main-1.ipynb", "nu"), ("anon_a1b2c_{u}_main.ipynb", ""),
    ("{i}@x{number}@main.ipynb", "i"), ("x{number}@{i}@main.ipynb", "i"),
    ("1101_{i}_attempt_2024-11-05-03-15-00_main.ipynb", "i"), ("Submitted files/{n}/1101/Version {number}", "n"),
    ("提出済みのファイル/{n}/1101/バージョン {number}", "n"), ("in/Arbeiten/{n}/1101/Version {number}", "n"),
    ("1101/{n}({i})/Submission attachment(s)", "ni"),
]  # fmt: skip
BY_THE_STUDENT = [
    "{i}.ipynb", "main_{i}.ipynb", "{n}.ipynb", "{i} {n}.ipynb", "{e}.ipynb", "kadai.zip/{i}/main.ipynb", "main.ipynb",
]  # fmt: skip


@examples(1500)
@given(
    st.sampled_from(BY_THE_LMS), st.sampled_from(BY_THE_STUDENT), st.fixed_dictionaries(dict.fromkeys("niuabc", WHO)),
    st.integers(10, 99_999), st.booleans(), st.sampled_from(["", "in/", "{c}/"]),
)  # fmt: skip
def test_no_file_goes_to_a_student_whom_one_claim_contradicts(lms, own, who, number, stranger, above):
    def called(by: dict[str, int]) -> dict[str, str]:
        name = CLASS[by["n"]]
        return {"n": f"{name.last_name} {name.first_name}", "s": (name.last_name + name.first_name).lower(),
                "i": CLASS[by["i"]].id, "u": CLASS[by["u"]].lms_user_id, "e": CLASS[by["n"]].email}  # fmt: skip

    form, claims = lms
    said = called(who) | ({"n": STRANGER, "s": "外部花子"} if stranger else {})
    mine = {"n": who["a"], "i": who["b"], "u": who["a"]}
    path = above.format(c=CLASS[who["c"]].id) + form.format(number=number, **said) + "/" + own.format(**called(mine))
    owner, reason = PEOPLE.owners(path.split("/"))
    named = {CLASS[who[claim]].id for claim in claims if not (stranger and claim == "n")}
    named |= {CLASS[who["c"]].id} if above == "{c}/" else set()
    named |= {CLASS[mine[{"e": "n"}.get(claim, claim)]].id for claim in "nie" if f"{{{claim}}}" in own}
    assert bool(owner) == (reason is None)
    assert not owner or ([*named] == owner), path
    if stranger and claims == "n":
        assert not owner, path
    elif len(named) == 1 and not stranger and not (form == "{i}@{u}" and said["u"] in PEOPLE.students):
        assert owner, path


@examples(300)
@given(st.lists(st.text(max_size=30) | st.sampled_from([form for form, _ in BY_THE_LMS]) | TEXT, min_size=1, max_size=6))
def test_whatever_a_path_is_called_it_is_somebodys_or_there_is_a_reason(names):
    owners, reason = PEOPLE.owners(names)
    assert bool(owners) == (reason is None) and set(owners) <= set(PEOPLE.students)


# --- What crosses the wire ---

DTYPES = st.sampled_from([">i2", "<u8", "<f4", ">f8", "<f2", "<c16", "|b1", "|S3", "<U4", "|i1", "<f16"]).map(np.dtype)
ARRAYS = arrays_of.arrays(DTYPES, arrays_of.array_shapes(min_dims=0, min_side=0, max_dims=4, max_side=3))
CROSSING = TEXT.filter(lambda text: text == json.loads(json.dumps(text)))
"""Half an emoji crosses; two halves side by side arrive as a whole one."""
HASHABLE = st.none() | st.booleans() | st.integers(-(1 << 900), 1 << 900) | CROSSING | st.floats(allow_nan=False)
VALUES = st.recursive(
    HASHABLE | st.floats() | st.complex_numbers() | ARRAYS | ARRAYS.map(lambda array: array.ravel()[0] if array.size else array),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner) | st.tuples(inner, inner)
    | st.dictionaries(HASHABLE, inner, max_size=3) | st.sets(HASHABLE, max_size=3) | st.frozensets(HASHABLE, max_size=3),
    max_leaves=12,
)  # fmt: skip


def same(one, other) -> bool:
    """Whether two values are equal in every bit, and of one type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (np.ndarray, np.generic)):
        a, b = np.asarray(one), np.asarray(other)
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, (set, frozenset)):
        return one == other and same(sorted(map(repr, one)), sorted(map(repr, other)))
    return repr(one) == repr(other)  # nan, -0.0


def sent(value) -> tuple:
    """What of a value arrives at the other end."""
    tree, arrays = encode(value)
    return json.loads(json.dumps(tree)), arrays


@examples(300)
@given(VALUES)
def test_a_value_crosses_as_it_is(value):
    assert same(decode(*sent(value)), value)


@pytest.mark.parametrize("value, arrives", [
    (range(3), [0, 1, 2]), (1 << 1001, "int"), (object(), "object"), (b"a", "bytes"), (len, "builtin_function_or_method"),
    (np.random.Generator(np.random.MT19937(1)), "Generator"), (np.random.Generator(np.random.PCG64DXSM(1)), "Generator"),
    (np.array([object()]), np.array([None])), (np.zeros(2, "i4,f4"), np.array([None])), (np.array(1, "M8[s]"), np.array([None])),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_cannot_cross_arrives_as_the_name_of_its_type(value, arrives):
    found = decode(*sent(value))
    assert same(found, arrives) if not isinstance(arrives, (str, np.ndarray)) else (
        type(found).__name__ == arrives or same(found.tolist(), arrives.tolist()))


def test_a_generator_goes_on_where_it_was():
    generator = np.random.default_rng(3)
    generator.random(5)
    there = decode(*sent(generator))
    assert same(there.random(5), generator.random(5))


SHAPE = st.lists(st.integers(-2, 4) | st.sampled_from([0, 1 << 31, 1 << 62, 10**30, 2.0, "3", None]), max_size=4) | JSON
DTYPE = st.sampled_from([
    "<f8", "|u1", "<U2", "|S1", "S0", "|S0", "<U0", "<U999999999", "O", "|O", "V4", "<M8[s]", "f8", "a", "(1 1)f8,i4", "i4,f8",
    "[('a', 'O')]", "1" * 5000, "<f8 ", "<f٣", "<f7", "object", "",
]) | st.builds("{}{}{}".format, st.sampled_from("<>|="), st.sampled_from(PLAIN + "OVMm"), st.integers(-1, 20)) | JSON  # fmt: skip
ANY_ARRAY = st.builds(lambda *body: list(body), DTYPE, SHAPE, st.integers(-3, 20) | JSON, st.integers(-3, 20) | JSON)
SENT_ARRAY = mostly(st.builds(
    lambda n, start, more: ["|u1", [n], start, n + more], st.integers(0, 5), st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5]),
    st.sampled_from([0, 0, 0, 1])), ANY_ARRAY)  # fmt: skip
STATE = st.builds(
    lambda name, state, inc, has, value: {"bit_generator": name, "state": {"state": state, "inc": inc}, "has_uint32": has,
                                          "uinteger": value},
    st.sampled_from(["PCG64", "MT19937", ""]), st.integers(-1, 1 << 130) | JSON, st.integers(0, 1 << 130) | JSON,
    st.integers(0, 2) | JSON, st.integers(0, 1 << 33) | JSON,
)  # fmt: skip
TAGS = ["list", "tuple", "set", "frozenset", "range", "dict", "array", "scalar", "complex", "generator", "function", "instance",
        "own", "opaque", "bytes", "object", "eval"]  # fmt: skip


def tagged(inner: st.SearchStrategy) -> st.SearchStrategy:
    """What `encode` makes, and what is not far from it."""
    return mostly(st.one_of(
        st.builds(lambda tag, body: {tag: body}, st.sampled_from(TAGS[:5]), st.lists(inner, max_size=4)),
        st.builds(lambda body: {"dict": [{"tuple": pair} for pair in body]}, st.lists(st.tuples(HASHABLE, inner), max_size=3)),
        st.builds(lambda tag, body: {tag: body}, st.sampled_from(["array", "scalar"]), SENT_ARRAY),
        st.builds(lambda body: {"generator": body}, STATE),
        st.builds(lambda body: {"complex": body}, st.lists(LEAF, max_size=2)),
    ), st.one_of(
        st.builds(lambda tag, body: {tag: body}, st.sampled_from(TAGS), inner | JSON),
        st.builds(lambda body: {"dict": body}, st.lists(inner, max_size=3)),
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(TAGS), inner, max_size=2),
    ))  # fmt: skip


TREES = mostly(st.recursive(tagged(LEAF), tagged, max_leaves=15))


def asked(*call):
    raise AssertionError("nobody is asked while a value is read")


def bytes_of(value) -> int:
    """Of all arrays in a value."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return sum(map(bytes_of, value))
    if isinstance(value, dict):
        return sum(bytes_of(each) for pair in value.items() for each in pair)
    return np.asarray(value).nbytes if isinstance(value, (np.ndarray, np.generic)) and np.asarray(value).dtype != object else 0


@examples(600)
@given(TREES, mostly(st.binary(min_size=8, max_size=40), st.binary(max_size=8)), st.booleans())
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_whatever_a_students_process_sends_is_a_value_no_larger_than_it_or_no_message(tree, data, handles):
    more = (asked, lambda key: f"own {key}") if handles else ()
    try:
        value = decode(json.loads(json.dumps(tree)), bytearray(data), *more)
    except ProtocolError:
        return
    assert bytes_of(value) <= len(data)
    if not handles:
        encode(value)


LARGE = {
    "bytes that are read twice": ({"list": [{"array": ["|u1", [10], 0, 10]}] * 2}, 10),
    "bytes that overlap": ({"list": [{"array": ["|u1", [6], 0, 6]}, {"array": ["|u1", [6], 4, 6]}]}, 10),
    "texts of no letters": ({"array": ["<U0", [1 << 40], 0, 0]}, 0),
    "bytes of no letters": ({"array": ["|S0", [1 << 34], 0, 0]}, 0),
    "more than there is": ({"array": ["<f8", [1 << 40], 0, 1 << 43]}, 8),
    "nested without end": (json.loads('{"list": [' * 300 + "]}" * 300), 0),
}


@pytest.mark.parametrize("what", [name for name in LARGE if name != "nested without end"])
def test_a_small_message_makes_no_large_value(what):
    tree, size = LARGE[what]
    with pytest.raises(ProtocolError):
        decode(tree, bytearray(size))


@pytest.mark.parametrize("name", [
    "S0", "|S0", "<U0", "O", "|O", "|V4", "<M8[s]", "<m8", "a", "(1 1)f8,i4", "(x)f8,i4", "i4,f8", "", "[('a', 'O')]", "1" * 5000,
    "<f8 ", "<f8\n", "<f٣", "<f7", "<f-8", "object", None, 8, ["<f8"],
], ids=lambda name: str(name)[:12])  # fmt: skip
def test_an_array_of_no_plain_type_is_no_message(name):
    """numpy reads some names as Python, and makes room for arrays of others that hold nothing."""
    for shape in [0], [1], [1 << 34]:
        with pytest.raises(ProtocolError):
            decode({"array": [name, shape, 0, 0]}, bytearray())


@pytest.mark.parametrize("depth", [300, 2000, 100_000])
def test_a_tree_without_end_is_a_value_or_no_message(depth):
    tree: object = 1
    for _ in range(depth):
        tree = {"list": [tree]}
    try:
        assert isinstance(decode(tree, bytearray()), list)
    except ProtocolError as error:
        assert "RecursionError" in str(error)
    while isinstance(tree, dict):  # so that it is not freed by recursion
        tree = tree["list"].pop()
