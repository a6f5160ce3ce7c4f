"""No text and no picture of a student's takes long to look at, wherever somebody looks.

Measured is CPU time, against a bound of at least ten times what a text takes; what is quadratic in these texts takes minutes.
"""

import base64
import copy
import json
import struct
import time
import zlib
from collections.abc import Callable

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small import REFERENCE, RELEASE, SMALL, SOURCE

from grading.exercise.cells import grade_id, visible
from grading.exercise.rebuild import MOST, PARTS, Cell, read, rebuild
from grading.intake.collect import why_not
from grading.notes import Refused
from grading.results import feedback, likeness
from grading.run.outputs import Outputs, harmless, is_picture
from grading.sandbox.limits import Limits

SECONDS = 10
TEXTS = {  # short patterns, some hundred thousand characters of each
    "blanks": "a:" + " " * 500_000,
    "one line": "softmax" + "x" * 500_000,
    "blank lines": " \n" * 40_000,
    "hidden tests without an end": "### BEGIN HIDDEN TESTS\n" * 40_000,
    "solutions without an end": "### BEGIN SOLUTION\n" * 40_000,
    "unlike tags": "".join(f"<b a{n}=i>" for n in range(18_000)),
    "like tags": "<b><i>" * 40_000,
    "attributes": "<b " + "a " * 200_000 + ">",
    "comments": "<!--" * 60_000,
    "smaller": "<" * 300_000,
    "entities": "&" * 300_000,
    "links": "](" * 200_000,
    "brackets": "(" * 60_000,
    "quotes": "'\"\"\"" * 60_000,
    "backslashes": "'" + "\\" * 300_000,
    "f-strings": "f'{" * 60_000,
    "dots": "a." * 200_000,
    "colours": "\x1b[31m" * 60_000,
    "half a colour": "\x1b[" + ";" * 300_000,
    "headings": "# `softmax`\n" * 40_000,
    "definitions": "def softmax(\n" * 40_000,
    "accents": "e" + "\u0301" * 60_000,
    "remarks": "".join(f"# remark {n}\n" for n in range(30_000)),
}


def with_cell(cell: nbformat.NotebookNode) -> bytes:
    notebook = copy.deepcopy(RELEASE)
    notebook.cells.insert(len(notebook.cells) // 2, cell)
    return nbformat.writes(notebook).encode()


def answered(text: str) -> bytes:
    notebook = copy.deepcopy(RELEASE)
    for cell in notebook.cells:
        cell.source = text if grade_id(cell) == "softmax" else cell.source
    return nbformat.writes(notebook).encode()


def shown(*messages: dict) -> nbformat.NotebookNode:
    """A cell that has shown this, harmless, after a look at its page."""
    cell = new_code_cell("1")
    take = Outputs(new_notebook(cells=[cell]), Limits()).of(cell)
    for message in messages:
        take(message)
    harmless(cell)
    feedback.shown(cell, feedback.CODE)
    return cell


def displayed(kind: str) -> Callable[[str], object]:
    return lambda text: shown({"msg_type": "display_data", "content": {"data": {kind: text}, "metadata": {}}})


def page_of(cell: nbformat.NotebookNode) -> object:
    harmless(cell)
    return feedback.shown(cell, feedback.CODE)


ENTRIES: dict[str, Callable[[str], object]] = {
    "an answer": lambda text: rebuild(answered(text), SOURCE),
    "an own cell": lambda text: rebuild(with_cell(new_code_cell(text)), SOURCE),
    "a text cell": lambda text: rebuild(with_cell(new_markdown_cell(text)), SOURCE),
    "collected": lambda text: why_not(answered(text), SMALL.assignment()),
    "what a student has of it": visible,
    "the page's code": lambda text: page_of(new_code_cell(text)),
    "the page's text": lambda text: page_of(new_markdown_cell(text)),
    "HTML": displayed("text/html"),
    "plain": displayed("text/plain"),
    "Markdown": displayed("text/markdown"),
    "a picture": displayed("image/png"),
    "printed": lambda text: shown({"msg_type": "stream", "content": {"name": "stdout", "text": text}}),
    "an error": lambda text: shown({"msg_type": "error", "content": {"ename": text, "evalue": text, "traceback": [text]}}),
    "likeness": lambda text: likeness.pairs({"softmax": {"a": text, "b": text + "x"}}, {"softmax": [REFERENCE["softmax"]]}),
}


def seconds(function: Callable, *arguments) -> float:
    begin = time.process_time()
    function(*arguments)
    return time.process_time() - begin


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("pattern", TEXTS)
def test_a_text_takes_no_time(pattern, entry):
    assert seconds(ENTRIES[entry], TEXTS[pattern]) < SECONDS


FILES = {
    "cells of nbformat 3": {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "1"}] * 100_000}]},
    "cells": {"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}] * (MOST + 1)},
    "parts": {"nbformat": 4, "cells": [], "metadata": [[]] * (PARTS // 2)},
    "text": {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "x" * 900_000}] * 30},
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_of_too_much_is_refused_at_once(what):
    data = json.dumps(FILES[what]).encode()

    def refused() -> None:
        with pytest.raises(Refused):
            read(data)

    assert seconds(refused) < SECONDS


def test_a_file_that_its_pictures_make_large_is_graded():
    notebook = json.loads(nbformat.writes(RELEASE))
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 2_000_000}}
    notebook["cells"][-1] |= {"cell_type": "code", "outputs": [picture] * 45, "execution_count": None}
    data = json.dumps(notebook).encode()
    assert 80_000_000 < len(data) < Limits.size
    assert seconds(rebuild, data, SOURCE) < SECONDS


def test_nbformat_3_is_read_as_4_is():
    cells = [{"cell_type": "heading", "level": 1, "source": "a"}, {"cell_type": "code", "input": ["b\n", "c"]},
             {"cell_type": "markdown", "source": "d"}]  # fmt: skip
    found = read(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells[:1]}, {"cells": cells[1:]}]}).encode())
    assert found == [Cell("markdown", "a", []), Cell("code", "b\nc", []), Cell("markdown", "d", [])]


def test_many_cells_with_all_that_one_may_have():
    """Two hundred cells of a notebook's whole code: still a moment."""
    notebook = copy.deepcopy(RELEASE)
    notebook.cells += [new_code_cell("\n".join(REFERENCE.values()) + "\n" + "x = 1\n" * 15_000) for _ in range(200)]
    assert seconds(rebuild, nbformat.writes(notebook).encode(), SOURCE) < 2 * SECONDS


def png(width: int, height: int, more: bytes = b"") -> str:
    """A picture's first and last parts, in base64: what lies between them nobody decodes."""
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = part(b"IHDR", header) + part(b"IDAT", zlib.compress(b"\0" * 10)) + part(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + data + more).decode()


PICTURES = {
    "a picture": (png(640, 480), True),
    "in lines": (png(640, 480)[:40] + "\n" + png(640, 480)[40:], True),
    "too large": (png(16_000, 16_000), False),
    "far too large": (png(2_000_000, 2_000_000), False),
    "text": (base64.b64encode(b"the inputs of a test").decode(), False),
    "no base64": ('" onerror="alert()', False),
    "a JPEG by name": ("", False),
    "half": (png(640, 480)[:60], False),
}


@pytest.mark.parametrize("what", PICTURES)
def test_only_a_picture_is_shown_as_one(what):
    text, right = PICTURES[what]
    assert is_picture("image/png", text) == right and not is_picture("image/jpeg", text)
    assert bool(displayed("image/png")(text).outputs[0].data) == right


def test_all_cells_together_show_no_more_than_a_page_holds():
    cells = [new_code_cell("1") for _ in range(80)]
    outputs = Outputs(new_notebook(cells=cells), Limits())
    for cell in cells:
        outputs.of(cell)({"msg_type": "display_data", "content": {"data": {"text/html": "<p>" + "x" * 3_900_000}}})
        for _ in range(3000):
            outputs.of(cell)({"msg_type": "stream", "content": {"name": "stdout", "text": "x"}})
    assert len(json.dumps(cells)) < Limits.display


def test_a_table_as_pandas_writes_it_is_shown():
    rows = "<tr><th>1</th>" + "<td>0.123</td>" * 10 + "</tr>"
    table = f"<table><tbody>{rows * 60}</tbody></table>"
    assert "<td>0.123</td>" in displayed("text/html")(table).outputs[0].data["text/html"]


def test_eight_who_share_everything_take_no_time():
    texts = {f"q{n}": "".join(f"    v{i} = {i}.{i * 7919 % 1000} + {i}\n" for i in range(800)) for n in range(24)}
    answers = {q: {f"s{k}": f"def {q}(x):\n{text}    y = {k}" for k in range(8)} for q, text in texts.items()}
    known = {q: [f"def {q}(x): pass"] for q in texts}
    assert seconds(likeness.pairs, answers, known) < 4 * SECONDS and len(likeness.pairs(answers, known)) == 28
