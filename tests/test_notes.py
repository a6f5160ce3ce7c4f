"""What the grader says, as values: every kind has its words, whoever makes a note knows the kind, and any JSON is read."""

import ast
import json
import re
from dataclasses import dataclass
from functools import cache
from string import Formatter

import pytest
from exercise import ROOT

from grading.notes import CELLS, OWN, REASONS, STOPS, WORDS, Note, Refused
from grading.results.reasons import POINTS, WEIGHT, read_signs

ORDERED = {"version", "download", "older", "mapped", "backup", "numbered"}
ASKED = {  # where the kind is no text in the source: file and what stands there → the kinds that it can be
    ("run/judge.py", "kind"): {"error", "error of its own"},
    ("run/judge.py", "verdict.stopped"): set(STOPS),
    ("run/judge.py", "error.kind"): set(STOPS),
    ("intake/versions.py", "reason"): ORDERED,
    ("intake/collect.py", "why"): ORDERED,
}
PARTS = {"submitted", "kept", "replaces", "line", "lines", "a student"}
"""Reasons that are words around another note, or stand inside one."""
JAPANESE = re.compile(r"[ぁ-ヿ㐀-鿿]")


@dataclass(frozen=True)
class Made:
    """A place in the source that makes a note or refuses something."""

    place: str
    kinds: frozenset[str]
    values: int | None
    """How many are given; None where a call of `partial` gives them later."""


def texts(node: ast.expr) -> set[str] | None:
    """The texts that an expression can be; None where that does not stand in the source."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp) and None not in (both := (texts(node.body), texts(node.orelse))):
        return both[0] | both[1]
    return None


@cache
def made() -> list[Made]:
    """Every Note(…) and Refused(…) in grading/, but for those that copy another's."""
    found = []
    for path in sorted((ROOT / "grading").rglob("*.py")):
        file = path.relative_to(ROOT / "grading").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name, arguments = ast.unparse(node.func), node.args
            if name == "partial" and ast.unparse(arguments[0]) in ("Note", "Refused"):
                name, arguments, values = ast.unparse(arguments[0]), arguments[1:], None
            else:
                values = len(arguments) - 1
            if name not in ("Note", "Refused") and (file, name) != ("notes.py", "cls"):
                continue
            if any(isinstance(argument, ast.Starred) for argument in arguments):
                assert file == "notes.py", ast.unparse(node)  # a copy
                continue
            kinds = texts(arguments[0]) or ASKED[file, ast.unparse(arguments[0])]
            found.append(Made(f"{file}:{node.lineno} {ast.unparse(node)}", frozenset(kinds), values))
    return found


def fields(words: str) -> list[int]:
    """The values that words take, by number."""
    return [int(name) for _, name, _, _ in Formatter().parse(words) if name is not None]


def plain(words: str) -> str:
    """Words without the places of their values."""
    return "".join(text for text, *_ in Formatter().parse(words))


def size(kind: str) -> int:
    """How many values the words of a kind take, in one language or the other."""
    return 1 + max([-1, *(number for words in WORDS[kind] for number in fields(words))])


def example(kind: str) -> Note:
    return Note(kind, *("softmax", 7, Note("line", 3))[: size(kind)])


# --- Words ---


def test_no_kind_is_both_of_a_cell_and_a_reason():
    assert not set(CELLS) & set(REASONS) and set(STOPS) < set(CELLS)


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_has_words_in_both_languages_and_every_value_a_place(kind):
    english, japanese = WORDS[kind]
    assert {*fields(english), *fields(japanese)} == set(range(size(kind)))
    assert not JAPANESE.search(english) and (plain(english).strip() or english == "{0}" or kind in PARTS)
    assert JAPANESE.search(plain(japanese)) or not re.search(r"\w", plain(japanese)), "a sentence that is not Japanese"


@pytest.mark.parametrize("kind", [kind for kind in REASONS if kind not in PARTS | {"as mapped", "nameless"}])
def test_every_reason_ends_as_a_japanese_sentence(kind):
    """Or it says by what it is about: `nothing usable`, whose last value does."""
    japanese = example(kind).japanese
    assert re.search("です|ません|ます|ください", japanese), japanese
    assert example(kind).japanese != str(example(kind))


@pytest.mark.parametrize("kind", WORDS)
def test_both_languages_can_be_said_in_one_line_that_prints(kind):
    for said in str(example(kind)), example(kind).japanese:
        assert said and said.isprintable() and not re.search(r"[{}]", said)


def test_a_note_in_a_note_is_said_in_the_same_language():
    note = Note("nothing usable", "a.zip", Note("kept", Note("no JSON", 3, "Expecting value")))
    assert str(note) == ("handed in nothing that can be graded: a.zip: kept in downloaded/, but"
                         " not a notebook: no JSON (line 3: Expecting value)")
    assert note.japanese == "採点できる提出がありません: a.zip: ノートブックではありません (3 行目が JSON として読めません)"


def test_braces_in_a_value_are_text():
    assert str(Note("gone")) in str(Note("kept", Note("gone")))
    assert str(Note("nobody", "{0} {1} {x!r}")) == "nobody of the roster is {0} {1} {x!r}"


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("cell, shown", [("softmax", "問 6 softmax"), ("test_softmax", "問 6 softmax"),
                                         (OWN, "自分で足したセルなど"), ("tools", "tools")])
def test_the_report_says_every_note_of_a_cell_in_japanese_with_the_name_of_its_question(kind, cell, shown):
    note = Note(kind, cell, *example(kind).values[1:])
    [(points, sentence)] = read_signs([note], {"softmax": "問 6 softmax"})
    assert sentence == f"{CELLS[kind][1] if kind != 'unknown' else 'そのほかの記録'}: {shown}"
    assert points == POINTS[WEIGHT[kind]][0]


def test_every_note_of_a_cell_has_one_weight_and_every_weight_is_of_a_note():
    assert set(WEIGHT) == set(CELLS) and set(WEIGHT.values()) <= set(POINTS)


# --- Who makes them ---


@pytest.mark.parametrize("one", made(), ids=lambda one: one.place)
def test_whoever_makes_a_note_gives_a_known_kind_what_its_words_take(one):
    for kind in one.kinds:
        assert kind in WORDS, kind
        takes = {size(kind)} if kind not in STOPS else {1}
        assert one.values is None or {one.values} == takes, kind


def test_every_kind_is_made_somewhere():
    assert len(made()) > 60
    assert frozenset().union(*(one.kinds for one in made())) == set(WORDS)


# --- As JSON ---


@pytest.mark.parametrize("kind", WORDS)
def test_a_note_comes_back_from_json_as_it_was(kind):
    for note in example(kind), Note("kept", example(kind)), Note("nothing usable", "a", Note("kept", example(kind))):
        again = Note.from_json(json.loads(json.dumps(note.as_json())))
        assert again == note and hash(again) == hash(note)
        assert (str(again), again.japanese) == (str(note), note.japanese)


def deep(depth: int) -> list:
    told = ["gone"]
    for _ in range(depth):
        told = ["kept", told]
    return told


STRANGE = [
    None, True, 7, 1.5, "", "gone", {}, {"kind": "gone"}, [], [[]], [{}], [None], [["gone"]], [7], ["no such kind"], ["unknown"],
    ["error"], ["error", "softmax"], ["error", "softmax", None], ["error", "softmax", {}], ["error", "softmax", 1.5],
    ["kept", []], ["kept", ["no such kind"]], ["kept", [["gone"]]], ["kept", {"kind": "gone"}], ["large", [["x"]]],
    ["no file", "\ud800"], deep(30),
]  # fmt: skip


@pytest.mark.parametrize("told", STRANGE, ids=lambda told: ascii(told)[:40])
def test_whatever_json_comes_it_is_a_note_that_can_be_said_kept_and_compared(told):
    note = Note.from_json(told)
    assert isinstance(note, Note) and note.kind in WORDS
    assert all(isinstance(value, (str, int, Note)) for value in note.values)
    assert isinstance(str(note), str) and isinstance(note.japanese, str) and hash(note) == hash(Note.from_json(told))
    assert Note.from_json(json.loads(json.dumps(note.as_json()))) == note
    if note.as_json() != told and "unknown" not in note.as_json()[:1]:  # what is wrong inside is an unknown note inside
        assert "unknown" in json.dumps(note.as_json())


@pytest.mark.parametrize("depth", [50, 300, 2000])
def test_what_is_nested_without_end_is_read_to_some_depth(depth):
    note = Note.from_json(deep(depth))
    assert note.kind == "kept" and str(note).startswith("kept in downloaded/, but kept") and hash(note)
    assert len(json.dumps(note.as_json())) < 20 * depth + 1000


@pytest.mark.parametrize("told", [None, 7, "gone", [], [[]], ["no such kind", 7], ["error", "softmax"], {"kind": "gone"}])
def test_what_is_no_note_is_shown_as_it_is(told):
    note = Note.from_json(told)
    assert note == Note("unknown", str(told)) and str(note) == str(told)


# --- Refused ---


def test_what_is_refused_says_so_in_english_and_carries_the_note():
    error = Refused("submitted", "main.ipynb", Note("large", 20))
    assert error.note == Note("submitted", "main.ipynb", Note("large", 20)) and str(error) == "main.ipynb has more than 20 MB"
