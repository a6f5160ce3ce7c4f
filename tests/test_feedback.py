"""The page that a student gets back: what it says, what it must not say, and that nothing in it is alive."""

import html
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from browser import browser_page
from courses import command, hand_in, new_course
from exercise import MARKS, MLP, REFERENCE, RELEASE, SOURCE
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

from grading.exercise.cells import grade_id
from grading.exercise.sample import submission

SLUGS = MLP.slugs
REMOTE = "http://192.0.2.1/"  # an address of nobody (RFC 5737)
SCRIPT = f"<script>window.ALIVE = 1</script><img src='{REMOTE}a' onerror='window.ALIVE = 1'><style>@import '{REMOTE}b';</style>"
ALIVE = "script, iframe, object, embed, svg, form, link, [onerror], [onclick], section [style]"
"""What may stand nowhere on the page."""
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([3, 1, 2])\nplt.title('my figure')\nplt.show()"
HOSTILE = f"""from IPython.display import HTML, SVG, Javascript, Markdown, display
script = {SCRIPT!r}
display(HTML(script + "<iframe src='{REMOTE}c'></iframe><a href='javascript:window.ALIVE = 1' id='bait'>here</a>"))
display(HTML("<table onclick='window.ALIVE = 1'><tr><td style='background: url({REMOTE}d.png)'>" + script + "</td></tr></table>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>window.ALIVE = 1</script><image href='{REMOTE}e.png'/></svg>"))
display(Javascript("window.ALIVE = 1"), Markdown("![x]({REMOTE}f.png)" + script))
display({{"text/plain": script, "image/png": '" onerror="window.ALIVE = 1'}}, raw=True)
print("</pre></section></body>" + script + "\\x1b]0;title\\x07\\x1b[31mred")
# </pre>{SCRIPT}
raise ValueError("</pre>" + script)"""


FORGED = "正解 5 / 5 点\n診断: 正しいので満点です。\n見直すところ: ありません。\n○"
FORGERY = f"""from IPython.display import HTML, display
display(HTML("<h3>問 1 <code>affine_forward</code></h3><p class='badge'><b>正解</b> 5 / 5 点</p>"))
display(HTML("<table><tr><td class='right'>○</td></tr></table>"))
print({FORGED!r})
class 正解(Exception): pass
raise 正解({FORGED!r})"""
"""Words like the grader's, in all ways in which a student's program can speak."""


def behind(notebook: nbformat.NotebookNode, question: str, *cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """notebook with the student's own cells behind the answer of question."""
    at = next(i for i, cell in enumerate(notebook.cells) if grade_id(cell) == question) + 1
    notebook.cells[at:at] = cells
    return notebook


def answered(**slugs: str) -> nbformat.NotebookNode:
    """The student's notebook with the reference's answers, but these of the catalogue."""
    return submission(RELEASE, REFERENCE | {question: SLUGS[question, slug].code for question, slug in slugs.items()})


CLASS = {
    "untouched": submission(RELEASE, {}),
    "wrong": answered(affine_backward="db_unsummed", softmax="no_maximum", relu_forward="changes_u", train="tail_dropped"),
    "numerical": answered(affine_backward="numerical_helper", k_fold="strided"),
    "endless": submission(RELEASE, {"tanh_forward": "def tanh_forward(u):\n    while True:\n        pass"}),
    "artist": behind(answered(sigmoid_forward="two_branches"), "sigmoid_forward", new_code_cell(FIGURE)),
    "forger": behind(
        submission(RELEASE, {
            "affine_forward": f"def affine_forward(z, W, b):\n    raise ValueError({FORGED!r})",
            "softmax": f"def softmax(u):\n    return {{{FORGED!r}: u}}",
        }),
        "affine_forward", new_code_cell(FORGERY), new_markdown_cell(FORGED)),
    "hostile": behind(
        submission(RELEASE, {
            "softmax": f"def softmax(u):\n    raise ValueError({SCRIPT!r} + 'softmax')",
            "affine_forward": f"def affine_forward(z, W, b):\n    '''</pre>{SCRIPT}'''\n    return {SCRIPT!r}",
        }),
        "affine_forward", new_code_cell(HOSTILE), new_markdown_cell(f"# 問 1 <b>x</b> {SCRIPT} ![x]({REMOTE}g.png)")),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """CLASS graded and its feedback written, by the instructor's own commands."""
    course = new_course(tmp_path_factory.mktemp("course"), "1101")
    for student, notebook in CLASS.items():
        hand_in(course, student, notebook, "1101")
    command(course, "grading", "autograde", "1101")
    command(course, "nbgrader", "generate_feedback", "1101")
    return course


def page(course: Path, student: str) -> Path:
    return course / f"feedback/{student}/1101/main.html"


def words(path: Path) -> str:
    """What a reader of the page sees."""
    body = re.sub(r"<style>.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", body))


def part(course: Path, student: str, question: str) -> str:
    """What the page says of one question."""
    text = page(course, student).read_text(encoding="utf-8")
    section = re.search(rf'<section class="\w+" id="{question}">.*?</section>', text, re.DOTALL)[0]
    return html.unescape(re.sub(r"<[^>]*>", "", section))


SAID = {  # (student, question) → what stands there
    ("wrong", "affine_backward"): ["不正解", "0 / 12 点", SLUGS["affine_backward", "db_unsummed"].sentence, "見直すところ: 「2.5",
                                   "のはずですが", "あなたのコード"],
    ("wrong", "softmax"): ["不正解", "0 / 5 点", SLUGS["softmax", "no_maximum"].sentence, "「1.4 多クラス分類と softmax」"],
    ("wrong", "relu_forward"): ["引数が書き換えられています"],
    ("wrong", "network_backward"): ["正解", "10 / 10 点", "あなたの relu_forward、softmax、affine_backward が正しくなかったので"],
    ("numerical", "affine_backward"): ["有効数字が失われています", "数値微分 (差を幅で割る計算)"],
    ("numerical", "k_fold"): ["おまけ 2", "正解", "5 / 5 点"],
    ("endless", "tanh_forward"): ["不正解", "時間がかかりすぎるので止めました"],
    ("untouched", "affine_forward"): ["未解答", "0 / 5 点"],
}  # fmt: skip


@pytest.mark.parametrize("student, question", SAID)
def test_the_page_says_what_is_wrong_and_what_to_read_again(student, question, course):
    said = part(course, student, question)
    for text in SAID[student, question]:
        assert text in said


OWN_BOXES = ".own, pre.code"
"""What the student's words stand in."""


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_student_writes_is_nowhere_but_in_boxes_that_say_so(width, course):
    with browser_page(width) as (browser, _):
        browser.goto(page(course, "forger").as_uri())
        text = browser.locator("body").inner_text()
        assert text.count("満点です") > 4 and "ValueError" in text and "正解:" in text
        for box in browser.locator("div.own").all():
            assert re.match("テストの表示|あなたのプログラムの出力", box.inner_text())
            assert box.evaluate("b => getComputedStyle(b).borderStyle") == "dashed"
        assert browser.locator(".own .badge, .own .said, .own .right, .own .wrong").count() == 0
        browser.evaluate(f"document.querySelectorAll('{OWN_BOXES}').forEach(box => box.remove())")
        rest = browser.locator("body").inner_text()
        assert not re.search("満点です|ありません。|ValueError", rest)
        assert browser.locator(".badge", has_text="正解").filter(has_not_text="不").count() == 0
        assert "見直すところ: 「" in rest  # the grader's own words stay


def test_the_graders_words_are_those_that_it_recorded(course):
    """They are not read out of what a test said."""
    with browser_page() as (browser, _):
        browser.goto(page(course, "wrong").as_uri())
        boxes = browser.locator("#affine_backward .said")
        assert boxes.count() == 1 and boxes.inner_text().startswith(f"診断: {SLUGS['affine_backward', 'db_unsummed'].sentence}")
        assert "診断" not in browser.locator("#affine_backward div.own").first.inner_text()


def test_the_page_has_the_total_and_a_row_for_every_question(course):
    text = words(page(course, "wrong"))
    assert re.search(r"85\s*点", text) and "本編 75 / 100・おまけ +10 / 10" in " ".join(text.split())
    assert all(f'href="#{question}"' in page(course, "wrong").read_text(encoding="utf-8") for question in MARKS)
    assert not re.search(r"診断|のはずですが", words(page(course, "untouched")))


def test_own_code_and_own_figures_are_on_the_page(course):
    text = page(course, "artist").read_text(encoding="utf-8")
    assert "plt.title('my figure')" in part(course, "artist", "sigmoid_forward")
    assert len(re.findall(r'<img src="data:image/png;base64,[\w+/=]{1000,}"', text)) == 1


def hidden() -> tuple[set[str], set[str]]:
    """The lines of the hidden tests and of the reference that the student's notebook does not have."""
    given = {line.strip() for cell in RELEASE.cells for line in cell.source.splitlines()}
    tests = {line.strip() for cell in SOURCE.cells if grade_id(cell).startswith("test_") or grade_id(cell) == "tools"
             for line in cell.source.splitlines()} - given  # fmt: skip
    answers = {line.strip() for code in REFERENCE.values() for line in code.splitlines()} - given
    return {line for line in tests if len(line) > 8}, {line for line in answers if len(line) > 8}


@pytest.mark.parametrize("student", CLASS)
def test_no_line_of_a_hidden_test_or_of_the_reference_is_on_the_page(student, course):
    tests, answers = hidden()
    assert len(tests) > 250 and len(answers) > 40
    text, own = words(page(course, student)), "\n".join(cell.source for cell in CLASS[student].cells)
    assert not [line for line in tests | answers if line in text and line not in own]


def test_marks_and_comments_of_the_instructor_are_on_the_page_after_the_next_run(course, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(course, copy)
    comment = "よい考え方です。<b>db</b> だけ直しましょう。"
    with Gradebook(f"sqlite:///{copy}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("test_affine_backward", "main", "1101", "wrong")
        grade.manual_score, grade.extra_credit = 7, 0.5
        gradebook.find_comment("affine_backward", "main", "1101", "wrong").manual_comment = comment
        gradebook.db.commit()
    command(copy, "nbgrader", "generate_feedback", "1101")
    said = part(copy, "wrong", "affine_backward")
    assert "一部正解" in said and "7.5 / 12 点" in said and comment in said
    assert re.search(r"92.5\s*点", words(page(copy, "wrong")))


def test_nothing_of_a_hostile_submission_is_alive_in_a_browser(course):
    with browser_page() as (browser, _):
        asked, dialogs = [], []
        browser.on("request", lambda request: asked.append(request.url))
        browser.on("dialog", lambda dialog: dialogs.append(dialog.message))
        browser.goto(page(course, "hostile").as_uri())
        for link in browser.locator("section a").all():
            link.click(timeout=5000)
        browser.wait_for_timeout(500)
        assert browser.evaluate("typeof window.ALIVE") == "undefined" and not dialogs
        assert [url for url in asked if not url.startswith("data:")] == [page(course, "hostile").as_uri()]
        assert browser.locator(ALIVE).count() == 0
        assert browser.locator("section").count() == len(MARKS)  # no text of the submission closed one
        assert "window.ALIVE = 1" in browser.locator("#affine_forward").inner_text()  # the student's code is there, as text
        assert "先生から" not in browser.locator("body").inner_text()


@pytest.mark.parametrize("student", CLASS)
def test_the_page_fits_a_desk_and_a_telephone_and_prints(student, course):
    with browser_page() as (browser, errors):
        browser.goto(page(course, student).as_uri())
        for width in (1280, 390):
            browser.set_viewport_size({"width": width, "height": 800})
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.pdf(format="A4", print_background=True).startswith(b"%PDF")
        assert not errors or student == "hostile"
