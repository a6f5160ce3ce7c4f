"""The page that a student gets back: what it says, what it must not say, and that nothing in it is alive."""

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from browser import barriers, browser_page
from courses import forked, hand_in, new_course
from exercise import MARKS, MLP, REFERENCE, RELEASE, SOURCE
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook

from grading.classroom import Classroom
from grading.exercise.cells import grade_id
from grading.exercise.folder import Exercise
from grading.exercise.sample import submission
from grading.notes import CELLS, STOPS, Note
from grading.results.feedback import write_refusal
from grading.results.syntax import explain

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
    "mended": behind(
        submission(RELEASE, REFERENCE | {
            "softmax": "def softmax(u):\n    e = np.exp(u)\n    return e\u3000/ e.sum(axis=1)",
            "cross_entropy": "def cross_entropy(y, t):\n    return -np.sum(t * np.log(y) / len(y)\n",
            "tanh_forward": "import torch\ndef tanh_forward(u):\n    return torch.tanh(u)",
            "add_backward": f"{REFERENCE['add_backward']}\nadd_backward(nothing)",
            "sgd_step": "",
            "test_relu_forward": "",
            "test_affine_backward": "print('changed')",
            "affine_backward": SLUGS["affine_backward", "db_unsummed"].code,
        }),
        "merge_affine", new_code_cell("np = None"), new_code_cell("np.zeros(2)")),
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
    forked(course, "grading", "autograde", "1101")
    forked(course, "nbgrader", "generate_feedback", "1101")
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


UNREAD = "Python の文として読めません。"
SAID = {  # (student, question) → what stands there
    ("wrong", "affine_backward"): ["一部正解", "9 / 12 点", SLUGS["affine_backward", "db_unsummed"].sentence,
                                   "見直すところ: 「2.5",
                                   "どの場合に、何が違ったか", "×", "あなたのコード"],
    ("wrong", "softmax"): ["不正解", "0 / 5 点", SLUGS["softmax", "no_maximum"].sentence, "「1.4 多クラス分類と softmax」"],
    ("wrong", "relu_forward"): ["引数が書き換えられています"],
    ("wrong", "network_backward"): ["正解", "10 / 10 点", "あなたの relu_forward、softmax、affine_backward が正しくなかったので"],
    ("numerical", "affine_backward"): ["入力の 1 つがとても大きいと", "数値微分で計算しています。"],
    ("numerical", "k_fold"): ["おまけ 2", "正解", "5 / 5 点"],
    ("endless", "tanh_forward"): ["不正解", "時間がかかりすぎるので止めました"],
    ("untouched", "affine_forward"): ["未解答", "0 / 5 点"],
    ("mended", "softmax"): ["不正解", f"3 行目が、{UNREAD}全角の空白があります。", "return e\u3000/ e.sum(axis=1)", "U+3000"],
    ("mended", "cross_entropy"): [f"2 行目が、{UNREAD}「(」が閉じられていません。", "return -np.sum(t * np.log(y) / len(y)"],
    ("mended", "relu_forward"): ["正解", CELLS["deleted"][1]],
    ("mended", "affine_backward"): ["一部正解", CELLS["changed"][1], "×"],
    ("mended", "tanh_forward"): ["不正解", f"{CELLS['missing package'][1]}。 torch", "torch を読み込めません"],
    ("mended", "add_backward"): ["正解", f"{CELLS['error'][1]}。 NameError"],
    ("mended", "sgd_step"): ["不正解", CELLS["no answer"][1]],
}  # fmt: skip


@pytest.mark.parametrize("student, question", SAID)
def test_the_page_says_what_is_wrong_and_what_to_read_again(student, question, course):
    said = part(course, student, question)
    for text in SAID[student, question]:
        assert text in said


TO_DO = {  # student → what is to be put right: question, marks, and a part of its sentence
    "wrong": [("train", 6, SLUGS["train", "tail_dropped"].sentence), ("softmax", 5, SLUGS["softmax", "no_maximum"].sentence),
              ("affine_backward", 3, SLUGS["affine_backward", "db_unsummed"].sentence),
              ("relu_forward", 2, SLUGS["relu_forward", "changes_u"].sentence)],
    "mended": [("softmax", 5, f"3 行目が、{UNREAD}"), ("cross_entropy", 4, f"2 行目が、{UNREAD}"),
               ("affine_backward", 3, SLUGS["affine_backward", "db_unsummed"].sentence),
               ("sgd_step", 3, CELLS["no answer"][1]), ("tanh_forward", 2, "torch を読み込めません")],
    "numerical": [("affine_backward", 12, "数値微分で計算しています。")],
    "untouched": [(question, MARKS[question], "まだ書かれていません。") for question in sorted(MARKS, key=lambda q: -MARKS[q])],
    "artist": [],
}  # fmt: skip


@pytest.mark.parametrize("student", TO_DO)
def test_what_to_put_right_stands_on_top_most_marks_first(student, course):
    text = page(course, student).read_text(encoding="utf-8")
    top = text[: text.index("得点の一覧")]
    found = re.findall(r'<li class="\w+"><a href="#(\w+)">.*?−([\d.]+) 点</span><p>(.*?)</p></li>', top, re.DOTALL)
    assert len(found) == len(TO_DO[student])
    for (question, marks, said), expected in zip(found, TO_DO[student]):
        assert (question, float(marks)) == expected[:2]
        assert expected[2] in html.unescape(re.sub("<[^>]*>", "", said))
    assert ("直すところはありません" in top) is not bool(found)


def test_what_was_stopped_is_told_on_top_in_the_graders_words(course):
    text = page(course, "endless").read_text(encoding="utf-8")
    assert f"−2 点</span><p>{STOPS['time']}</p>" in text


def test_a_cost_that_is_too_high_is_told(course):
    """The sentence that a test has for it is on top, too, where the catalogue names no mistake."""
    def unnamed(notebook: dict) -> None:
        notebook["metadata"]["grading"]["mistakes"] = {}

    text = html.unescape(again(course, "numerical", unnamed))
    assert re.search(r'−12 点</span><p><span class="own">入力の 1 つがとても大きいと', text)


def test_right_answers_are_folded_and_keep_their_code(course, chrome):
    with browser_page(browser=chrome) as (browser, _):
        browser.goto(page(course, "wrong").as_uri())
        folded = browser.locator("section.right > details:not([open])")
        assert folded.count() == browser.locator("section.right").count() == len(MARKS) - 4
        code = browser.locator("#affine_forward pre.code")
        assert not code.is_visible() and browser.locator("#softmax pre.code").is_visible()
        browser.locator("#affine_forward summary").click()
        assert code.is_visible() and "def affine_forward" in code.inner_text()


def test_a_reason_that_many_rows_have_stands_once(course):
    said = part(course, "wrong", "relu_forward")
    assert said.count("渡した引数が書き換えられています") == 1 and "ほか 2 行も同じ" in said


def test_what_became_of_other_cells_is_told(course):
    text = words(page(course, "mended"))
    assert "問いのほかのセル" in text and f"{CELLS['given back'][1]}。 np" in text
    assert "問いのほかのセル" not in words(page(course, "wrong"))


def again(course: Path, student: str, change: Callable[[dict], None], score: float | None = None) -> str:
    """The page of a student whose graded notebook is another: as change makes it, with that score for affine_backward."""
    copy = shutil.copytree(course, course.with_name(f"{course.name}-again"))
    try:
        path = copy / f"autograded/{student}/1101/main.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook)
        path.chmod(0o644)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        if score is not None:
            with Gradebook(f"sqlite:///{copy}/gradebook.db") as gradebook:
                gradebook.find_grade("test_affine_backward", "main", "1101", student).auto_score = score
                gradebook.db.commit()
        forked(copy, "nbgrader", "generate_feedback", "1101", "--force", f"--student={student}")
        return page(copy, student).read_text(encoding="utf-8")
    finally:
        shutil.rmtree(copy)


def affine_test(notebook: dict) -> dict:
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == "test_affine_backward"]
    return cell


PARTLY = {  # how a test may say what is wrong where it gives marks for a part
    "with the number": [{"text/plain": "8.125", "text/html": "<span>× affine_backward: db が、どの入力でも違います。</span>"}],
    "before it": [{"text/plain": "affine_backward: db が、どの入力でも違います。"}, {"text/plain": "8.125"}],
}


@pytest.mark.parametrize("way", PARTLY)
def test_what_a_partly_right_answer_was_told_is_shown_without_the_number(way, course):
    def partly(notebook: dict) -> None:
        cell = affine_test(notebook)
        *said, marks = PARTLY[way]
        cell["outputs"] = [output for output in cell["outputs"] if output["output_type"] == "display_data"]
        cell["outputs"] += [{"output_type": "display_data", "metadata": {}, "data": data} for data in said]
        cell["outputs"].append({"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": marks})

    text = again(course, "wrong", partly, score=8.125)
    section = re.search(r'<section class="partly" id="affine_backward">.*?</section>', text, re.DOTALL)[0]
    sentence = SLUGS["affine_backward", "db_unsummed"].sentence
    for each in "一部正解", "8.125 / 12 点", f"診断: {sentence}", "×", "見直すところ":
        assert each in html.unescape(re.sub("<[^>]*>", "", section))
    assert text.count("8.125") == 2  # the marks, here and in the list
    assert '<pre class="output">affine_backward: db が、どの入力でも違います。</pre>' in text
    assert f"−3.875 点</span><p>{sentence}" in text


def test_the_page_is_the_same_whether_the_judge_writes_into_the_message_or_not(course):
    def plain(notebook: dict) -> None:
        for cell in notebook["cells"]:
            for output in cell.get("outputs", ()):
                if output["output_type"] == "error" and cell["id"].startswith("test_"):
                    output["evalue"] = re.sub(r"\n  (診断|見直すところ): .*", "", output["evalue"])

    assert again(course, "wrong", plain) == page(course, "wrong").read_text(encoding="utf-8")


SLIPS = {  # what is no Python → the line, and a part of the sentence
    "def f(x):\n    return np.sum(x": (2, "「(」が閉じられていません"),
    "x = [1, 2)": (1, "「[」を「)」で閉じています"),
    "x = 1)": (1, "「)」の前に"),
    "def f(x)\n    return x": (1, "「:」がありません"),
    "def f(x):\nreturn x": (2, "1 行目の次には、字下げした行が要ります"),
    "def f(x):\n    a = 1\n   return a": (3, "前のどの行ともそろっていません"),
    "x = 1\n  y = 2": (2, "字下げが深すぎます"),
    "def f(x):\n\tx = 1\n        return x": (3, "タブと空白が混ざっています"),
    "%matplotlib inline\nx\u3000= 1": (2, "全角の空白"),
    "def f（x）:\n    return x": (1, "全角の文字"),
    "x = “a”": (1, "曲がった引用符"),
    "x = 1\u200b": (1, "目に見えない文字 (U+200B)"),
    "x = 'a": (1, "文字列が閉じられていません"),
    "if x = 1:\n    pass": (1, "「==」で調べます"),
    "f(x) = 1": (1, "「=」の左に"),
    "print 'a'": (1, "print(…)"),
    "x = 1\nreturn x": (2, "return が関数の外にあります"),
    "x = [1 2]": (1, "「,」を書き忘れて"),
    "try:\n    x\nexcept A, B:\n    pass": (3, "Python 3.14: except A, B:"),
    "正解です 満点です": (1, "Python の文になっていません"),
}  # fmt: skip


@pytest.mark.parametrize("code", SLIPS)
def test_what_is_no_python_is_told_in_japanese_with_its_line(code):
    slip = explain(code)
    line, sentence = SLIPS[code]
    assert slip.line == line and sentence in slip.sentence and slip.text == code.split("\n")[line - 1]
    assert "Error" in slip.message and "正解" not in slip.sentence


@pytest.mark.parametrize("code", [*REFERENCE.values(), "%time x = 1\n!ls", "await f()", "%%writefile a\n(", "x = '\\d'"])
def test_what_python_reads_is_no_slip(code, recwarn):
    assert explain(code) is None and not recwarn


@pytest.mark.parametrize("code", ["(" * 300, "-" * 90_000 + "x", "x" + "()" * 40_000, "\0", "'\\N'", "\ud800", "f(" * 99_999])
def test_what_nobody_can_read_stops_nothing(code):
    slip = explain(code)
    assert slip is None or slip.line == 1


OWN_BOXES = ".own, pre.code"
"""What the student's words stand in."""


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_student_writes_is_nowhere_but_in_boxes_that_say_so(width, course, chrome):
    with browser_page(width, browser=chrome) as (browser, _):
        browser.goto(page(course, "forger").as_uri())
        text = browser.locator("body").inner_text()
        assert text.count("満点です") > 4 and "ValueError" in text and "正解:" in text
        for box in browser.locator("div.own").all():
            assert re.match("テストの表示|あなたのプログラムの出力|あなたのコードの", box.inner_text())
            assert box.evaluate("b => getComputedStyle(b).borderStyle") == "dashed"
        assert browser.locator(".own .badge, .own .said, .own .right, .own .wrong").count() == 0
        browser.evaluate(f"document.querySelectorAll('{OWN_BOXES}').forEach(box => box.remove())")
        rest = browser.locator("body").inner_text()
        assert not re.search("満点です|ありません。|ValueError", rest)
        assert browser.locator(".badge", has_text="正解").filter(has_not_text="不").count() == 0
        assert "見直すところ: 「" in rest  # the grader's own words stay


def test_the_graders_words_are_those_that_it_recorded(course, chrome):
    """They are not read out of what a test said."""
    with browser_page(browser=chrome) as (browser, _):
        browser.goto(page(course, "wrong").as_uri())
        boxes = browser.locator("#affine_backward .said")
        assert boxes.count() == 1 and boxes.inner_text().startswith(f"診断: {SLUGS['affine_backward', 'db_unsummed'].sentence}")
        assert "診断" not in "".join(browser.locator("#affine_backward .own").all_inner_texts())


def test_the_page_has_the_total_and_a_row_for_every_question(course):
    text = words(page(course, "wrong"))
    assert re.search(r"94\s*点", text) and "本編 84 / 100・おまけ +10 / 10" in " ".join(text.split())
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
        gradebook.find_grade("test_affine_forward", "main", "1101", "wrong").manual_score = 4
        gradebook.db.commit()
    forked(copy, "nbgrader", "generate_feedback", "1101")
    said = part(copy, "wrong", "affine_backward")
    assert "一部正解" in said and "7.5 / 12 点" in said and comment in said
    assert re.search(r"91.5\s*点", words(page(copy, "wrong")))
    assert "−1 点</span><p>先生が付けた点です。</p>" in page(copy, "wrong").read_text(encoding="utf-8")


def test_nothing_of_a_hostile_submission_is_alive_in_a_browser(course, chrome):
    with browser_page(browser=chrome) as (browser, _):
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
def test_the_page_fits_a_desk_and_a_telephone_and_prints(student, course, chrome):
    with browser_page(browser=chrome) as (browser, errors):
        browser.goto(page(course, student).as_uri())
        browser.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for width in (1280, 390):
            browser.set_viewport_size({"width": width, "height": 800})
            assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert browser.pdf(format="A4", print_background=True).startswith(b"%PDF")
        assert not errors or student == "hostile"


@pytest.mark.parametrize("student", ["wrong", "mended", "forger", "hostile", "artist", "refused"])
def test_nothing_bars_anybody_from_reading_the_page(student, course, chrome):
    if student == "refused":
        write_refusal(Classroom(Exercise(course, "1101")).coursedir, "1101", student, Note("nested"))
    with browser_page(browser=chrome) as (browser, _):
        browser.goto(page(course, student).as_uri())
        assert barriers(browser) == []


def test_the_page_is_dark_where_the_reader_has_it_so_and_light_on_paper(course, chrome):
    def grounds() -> list[str]:
        return [browser.evaluate(f"getComputedStyle(document.querySelector('{each}')).backgroundColor")
                for each in ("body", "pre.code")]

    with browser_page(browser=chrome) as (browser, _):
        browser.goto(page(course, "wrong").as_uri())
        browser.emulate_media(color_scheme="dark")
        dark = grounds()
        browser.emulate_media(color_scheme="dark", media="print")
        paper = grounds()
        browser.emulate_media(color_scheme="light", media="screen")
        assert paper == grounds() and not set(paper) & set(dark)
