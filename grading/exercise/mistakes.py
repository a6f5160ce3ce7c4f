"""The catalogue's mistakes as the notebook's own check can know them: by what wrong answers make of the visible inputs.

`pack` writes them into the tools' cell, `named` in exercises/shared/check.py reads them there. No code of an answer goes in, and
nothing of a hidden test: an answer is told by the traits of what it returns (`traits` there), and these are projections of arrays.
"""

import base64
import io
import json
import lzma
import os
import textwrap
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
from nbformat import NotebookNode

from .catalogue import Answer
from .cells import grade_id, is_solution, is_test, solutions, tested, visible

EMPTY = 'MISTAKES = ""'
"""The line of the tools' cell in whose place the packed ones are written."""
JITTER = 1e-13
"""How much the inputs are moved the second time: what does not stay the same then is noise, and tells nothing."""
Traits = list
"""[kind or shape, projection, projection, bound of their errors]: see `traits` in exercises/shared/check.py."""


def pack(source: NotebookNode, answers: Iterable[Answer]) -> None:
    """Write what tells the wrong answers apart into the tools' cell of the instructor's notebook, where it has the line for it."""
    places = [cell for cell in source.cells if is_test(cell) and EMPTY in cell.source]
    if places:
        told = json.dumps(known(source, list(answers)), ensure_ascii=False, separators=(",", ":"))
        packed = base64.b85encode(lzma.compress(told.encode(), preset=9)).decode()
        lines = "\n".join(textwrap.wrap(packed, 130))
        places[0].source = places[0].source.replace(EMPTY, f'MISTAKES = """\n{lines}\n"""')


def known(source: NotebookNode, answers: list[Answer]) -> dict[str, dict]:
    """Question → what `named` goes by: keys, traits, the right ones' and the wrong ones' rows, and sentences."""
    names = namespace(source)
    found = {}
    for cell in source.cells:
        if question := tested(cell):
            mine = [answer for answer in answers if answer.question == question]
            test = compile(visible(cell.source), f"<{cell.id}>", "exec")
            reference = Answer(question, "reference", True, "", solutions(source)[question])
            seen = {answer: look(names, question, answer.code, test) for answer in [reference, *mine]}
            found[question] = table(reference, seen)
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
    silence = io.StringIO()
    with redirect_stdout(silence), redirect_stderr(silence):
        exec(code, names)


def look(names: dict, question: str, code: str, test) -> list[dict[str, Traits]] | None:
    """What an answer makes of each call of the visible test; None where a second look finds something else."""
    looks = []
    for jitter in 0.0, JITTER:
        mine = dict(names)
        quietly(compile(code, f"<{question}>", "exec"), mine)
        names[question] = jittered(mine[question], jitter)
        quietly(test, names)
        looks.append(names["CHECKED"][question].seen)
    one, other = looks
    steady = len(one) == len(other) and all(
        a.keys() == b.keys() and all(alike(a[path], b[path]) for path in a) for a, b in zip(one, other)
    )
    return one if steady else None


def jittered(function, jitter: float):
    """function, or a class, whose array arguments are moved by so much, relatively, before each call."""
    def move(value) -> None:
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            value *= 1 + jitter
        elif isinstance(value, (list, tuple)):
            for item in value:
                move(item)

    def moved(*args, **options):
        move([*args, *options.values()])
        return function(*args, **options)

    return moved if callable(function) and jitter else function


def alike(one: Traits, other: Traits) -> bool:
    return one[0] == other[0] and all(abs(a - b) <= max(one[3], other[3]) for a, b in zip(one[1:3], other[1:3]))


def table(reference: Answer, seen: dict[Answer, list | None]) -> dict:
    """What tells the wrong answers of one question: rows of indices of traits (-1: none), a column for each (call, path).

    Left out are the columns in which right answers differ, and the answers that pass, or that the reference's calls do not reach.
    """
    right = seen[reference]
    assert right is not None, f"the reference of {reference.question} gives other values each time"
    calls = len(right)
    whole = {answer: each for answer, each in seen.items() if each is not None and len(each) == calls}
    keys = sorted({(call, path) for each in whole.values() for call in range(calls) for path in each[call]})
    rights = [each for answer, each in whole.items() if answer.right]

    def same(one: Traits | None, other: Traits | None) -> bool:
        return one is other if one is None or other is None else alike(one, other)

    keys = [(call, path) for call, path in keys if all(same(each[call].get(path), right[call].get(path)) for each in rights)]
    traits: list[Traits] = []

    def index(one: Traits | None) -> int:
        if one is None:
            return -1
        short = [one[0], *(float(f"{number:.5g}") for number in one[1:3])]
        if short not in traits:
            traits.append(short)
        return traits.index(short)

    def row(each: list) -> list[int]:
        """A value that is right is the right one, to the last digit."""
        return [index(right[call].get(path) if same(each[call].get(path), right[call].get(path)) else each[call].get(path))
                for call, path in keys]

    first, sentences, wrong = row(right), [], []
    for answer, each in whole.items():
        if not answer.right and (mine := row(each)) != first:
            sentences += [answer.sentence] if answer.sentence not in sentences else []
            wrong.append([sentences.index(answer.sentence), mine])
    return {"calls": calls, "keys": keys, "traits": traits, "right": first, "sentences": sentences, "wrong": wrong}
