"""The catalogue's mistakes as the notebook's own check can know them: by what wrong answers make of the visible inputs.

`pack` writes them into the tools' cell, `named` in exercises/shared/check.py reads them there. No code of an answer goes in, and
nothing of a hidden test: an answer is told by the traits of what it returns (`traits` there), which are projections of arrays.
"""

import base64
import io
import json
import lzma
import math
import os
import sys
import textwrap
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from operator import itemgetter

import numpy as np
from nbformat import NotebookNode

from .catalogue import Answer
from .cells import grade_id, is_solution, is_test, solutions, tested, visible

EMPTY = 'MISTAKES = ""'
"""The line of the tools' cell in whose place the packed ones are written."""
JITTER = 1e-13
"""How much the inputs are moved the second time: what does not stay the same then is noise, and tells nothing."""
FILTERS = [{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "lc": 2, "pb": 0}]
"""Packs tables of short numbers tightest."""
ABSENT, NOISE = -1, -2
"""What stands in a row in the place of traits."""
Traits = list
"""[kind or shape, projection, bound of its error]: see `traits` in exercises/shared/check.py."""


def pack(source: NotebookNode, answers: Iterable[Answer]) -> None:
    """Write what tells the wrong answers apart into the tools' cell of the instructor's notebook, if it has the line for it."""
    places = [cell for cell in source.cells if is_test(cell) and EMPTY in cell.source]
    if places:
        told = json.dumps(columns(known(source, list(answers))), ensure_ascii=False, separators=(",", ":"))
        packed = base64.b85encode(lzma.compress(told.encode(), lzma.FORMAT_ALONE, filters=FILTERS)).decode()
        lines = "\n".join(textwrap.wrap(packed, 1000))
        places[0].source = places[0].source.replace(EMPTY, f'MISTAKES = """\n{lines}\n"""')


def columns(tables: dict[str, dict]) -> dict[str, list]:
    """The tables by their parts, those by their columns: what is alike stands side by side, which packs it tighter."""
    each = list(tables.values())
    return {
        "questions": list(tables),
        **{part: [list(zip(*table[part])) for table in each] for part in ("keys", "traits")},
        "right": [table["right"] for table in each],
        "wrong": [list(zip(*[row for _, row in table["wrong"]])) for table in each],
        "said": [[number for number, _ in table["wrong"]] for table in each],
        "sentences": [table["sentences"] for table in each],
    }


def known(source: NotebookNode, answers: list[Answer]) -> dict[str, dict]:
    """Question → what `named` goes by: keys, traits, the right ones' and the wrong ones' rows, and sentences."""
    names, answered, found = namespace(source), solutions(source), {}
    for cell in source.cells:
        if question := tested(cell):
            mine, right = [answer for answer in answers if answer.question == question], names[question]
            test = compile(visible(cell.source), f"<{cell.id}>", "exec")
            reference = Answer(question, "reference", True, "", answered[question])
            seen = {answer: look(names, question, answer.code, test) for answer in [reference, *mine]}
            names[question] = right  # for the questions behind it
            if seen[reference] is None:
                continue
            found[question] = table(reference, {answer: each for answer, each in seen.items() if each is not None})
    return {question: about for question, about in found.items() if about["wrong"]}


def namespace(source: NotebookNode) -> dict:
    """The names of the notebook as students get it, with every question answered."""
    names: dict = {"__name__": "__main__"}
    before, os.environ["FIGURES"] = os.environ.get("FIGURES"), "off"
    try:
        for cell in source.cells:
            if cell.cell_type == "code" and grade_id(cell) and not tested(cell):
                quietly(compile(cell.source if is_solution(cell) else visible(cell.source), f"<{cell.id}>", "exec"), names)
    finally:
        os.environ.pop("FIGURES") if before is None else os.environ.update(FIGURES=before)
    return names


def quietly(code, names: dict) -> None:
    """Run a cell that shows nothing, not its result either."""
    silence, hook = io.StringIO(), sys.displayhook
    sys.displayhook = lambda value: None  # Python's own would leave `_` among the builtins
    try:
        with redirect_stdout(silence), redirect_stderr(silence):
            exec(code, names)
    finally:
        sys.displayhook = hook


def look(names: dict, question: str, code: str, test) -> list[dict[str, Traits | None]] | None:
    """What an answer makes of each call of the visible test, by path; None for what moved inputs make different: noise.

    Nothing at all of an answer that is another one each time, for the build must not depend on chance, nor where the test does
    not tell.
    """
    looks = []
    for jitter in 0.0, 0.0, JITTER:
        mine = dict(names)
        quietly(compile(code, f"<{question}>", "exec"), mine)
        names[question] = jittered(mine[question], jitter)
        quietly(test, names)
        if question not in names.get("CHECKED", {}):  # a test in a form of its own
            return None
        looks.append(names["CHECKED"][question].seen)
    one, again, moved = looks
    if one != again:
        return None
    moved += one[len(moved) :]
    return [{path: a[path] if same(a.get(path), b.get(path)) else None for path in a | b} for a, b in zip(one, moved)]


def jittered(function, jitter: float):
    """function, or a class, whose arguments are moved by so much, relatively, where they are arrays of fractions."""
    def move(value) -> None:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            value *= np.where(value == np.round(value), 1, 1 + jitter)  # a label stays a label
        elif isinstance(value, (list, tuple)):
            for item in value:
                move(item)

    def moved(*args, **options):
        move([*args, *options.values()])
        return function(*args, **options)

    return moved if callable(function) and jitter else function


def same(one: Traits | None, other: Traits | None) -> bool:
    if one is None or other is None:
        return one is other
    return one[0] == other[0] and abs(one[1] - other[1]) <= max(one[2], other[2])


def table(reference: Answer, seen: dict[Answer, list]) -> dict:
    """What tells the wrong answers of one question: rows of indices of traits (ABSENT, NOISE), a column for each (call, path).

    Left out are the columns in which right answers differ or no wrong one does, and the answers that pass.
    """
    right = seen[reference]
    keys = sorted({(call, path) for each in seen.values() for call, traits in enumerate(each) for path in traits})

    def at(each: list, key: tuple[int, str]) -> Traits | int | None:
        call, path = key
        return each[call].get(path, ABSENT) if call < len(each) else ABSENT

    def telling(key: tuple[int, str]) -> bool:
        """Whether all right answers have the same there, and a wrong one has not."""
        alike = {equal(at(each, key), at(right, key)) for answer, each in seen.items() if answer.right}
        return alike == {True} and not all(equal(at(each, key), at(right, key)) for each in seen.values())

    def equal(one: Traits | int | None, other: Traits | int | None) -> bool:
        return same(one, other) if isinstance(one, list) and isinstance(other, list) else one == other == ABSENT

    keys, traits = [key for key in keys if telling(key)], []

    def index(one: Traits | int | None) -> int:
        if not isinstance(one, list):
            return NOISE if one is None else ABSENT
        short = [one[0], round(one[1], math.ceil(-math.log10(one[2]))) if one[2] else one[1]]  # no more digits than are compared
        if short not in traits:
            traits.append(short)
        return traits.index(short)

    def row(each: list) -> list[int]:
        """A value that is right is the right one, to the last digit."""
        return [index(at(right, key) if equal(at(each, key), at(right, key)) else at(each, key)) for key in keys]

    first, sentences, wrong = row(right), [], []
    for answer, each in seen.items():
        if not answer.right and (mine := row(each)) != first:
            sentences += [answer.sentence] if answer.sentence not in sentences else []
            wrong.append([sentences.index(answer.sentence), mine])
    wrong.sort(key=itemgetter(1))  # what is alike packs tighter
    return {"keys": keys, "traits": traits, "right": first, "sentences": sentences, "wrong": wrong}
