"""A student at work: JupyterLab in a real browser."""

import re
import shutil

import pytest
from browser import browser_page, lab
from exercise import ROOT
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """1101/main.ipynb in a copy of the student's folder, opened in JupyterLab, with the cells of the preparation run."""
    folder = tmp_path_factory.mktemp("student")
    shutil.copytree(ROOT / "1101", folder / "1101", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with lab(folder) as (address, _), browser_page(1400, 1000) as (page, _):
        page.goto(f"{address}/lab/tree/1101/main.ipynb?reset", timeout=90_000)
        expect(page.locator(".jp-Notebook .jp-Cell").nth(10)).to_be_attached(timeout=90_000)
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=90_000)
        code_cell(page, "import matplotlib.pyplot as plt").click()
        for _ in range(3):  # the imports and the two cells of tools
            page.keyboard.press("Shift+Enter")
        yield page


def code_cell(page: Page, text: str):
    found = page.locator(".jp-Notebook .jp-CodeCell", has=page.locator(".cm-line", has_text=text)).first
    found.scroll_into_view_if_needed(timeout=30_000)
    return found


def answer(page: Page, question: str, code: str):
    """Type code over the stub of question, run it and the check below it; returns the output of the check."""
    code_cell(page, f"def {question}(").locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    check = code_cell(page, f"# 確認: {question}")
    expect(check).to_have_class(re.compile("jp-mod-selected"))
    page.keyboard.press("Shift+Enter")
    expect(check.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=60_000)
    return check.locator(".jp-OutputArea-output")


STUB = "def affine_forward(z, W, b):\n    "
ANSWERS = {  # what is typed → the mark in the table, what a row of it says, what the sentence below it says
    "the stub": (f"{STUB}raise NotImplementedError", "×", "affine_forward がまだ書かれていません", "もう一度実行"),
    "a right answer": (f"{STUB}return z @ W + b", "○", "", ""),
    "a wrong shape": (f"{STUB}return (z @ W + b).T", "×", "u の形は (3, 4) のはずですが、(4, 3) です", "列ベクトルの式です"),
    "a product that does not fit": (f"{STUB}return W @ z + b", "×", "(return W @ z + b) でエラー", "W は (2, 4)、z は (3, 2)"),
    "a wrong value": (f"{STUB}return z @ W", "×", "u の値が違います", "b"),
    "a taken name": (f"len = 3\n{STUB}return z @ W + b[:len(b)]", "×", "int は関数ではないのに", "同じ名前の変数"),
    "right again": (f"del len\n{STUB}return b + z @ W", "○", "", ""),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_student_types_an_answer_and_reads_the_check(kind, page):
    code, mark, row, sentence = ANSWERS[kind]
    outputs = answer(page, "affine_forward", code)
    table = outputs.locator("table")
    expect(table).to_contain_text(mark, timeout=60_000)
    assert ("×" if mark == "○" else "○") not in table.inner_text()
    expect(outputs).to_have_count(2 if sentence else 1)
    if sentence:
        expect(table).to_contain_text(row)
        expect(outputs.last).to_contain_text(re.compile(f"^× affine_forward.*{re.escape(sentence)}"))
    assert "Traceback" not in "".join(outputs.all_inner_texts())
    assert not any(page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() for kind in ("error", "stderr"))


def test_the_check_cannot_be_edited(page):
    check = code_cell(page, "# 確認: affine_forward")
    check.locator(".cm-content").click()
    page.keyboard.insert_text("x = 1\n")
    expect(check).not_to_contain_text("x = 1")
