"""What the visible check says to a student: the table, and one Japanese sentence for each kind of bad answer."""

import io
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import pytest
from exercise import SOURCE, run

TOOLS = {cell.id: cell.source for cell in SOURCE.cells if cell.id in ("imports", "tools")}


@pytest.fixture(scope="module")
def tools() -> dict:
    namespace = {"__name__": "__main__"}
    for name, source in TOOLS.items():
        assert not run(source, name, namespace)
    return namespace


def said(tools: dict, code: str) -> str:
    """The sentence of the check for a student's function `answer`; u should be [[2, 3], [4, 7]]."""
    tools = dict(tools)
    exec(TOOLS["tools"], tools)  # Check looks its function up in the namespace that it was defined in
    run(code, "answer", tools)
    check = tools["Check"]("answer")
    check(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]), u=np.array([[2.0, 3.0], [4.0, 7.0]]))
    with redirect_stdout(io.StringIO()):
        try:
            check.report()
        except tools["CheckFailed"] as failure:
            return str(failure)
    return ""


SENTENCES = {  # what the student wrote → what the check must say
    "a right answer": ("def answer(u): return np.array([[2.0, 3.0], [4.0, 7.0]])", ""),
    "a stub": ("def answer(u):\n    raise NotImplementedError", "まだ書かれていません"),
    "a stub further down": ("def part(): raise NotImplementedError\ndef answer(u): return part()", "part がまだ書かれていません"),
    "a syntax error": ("def answer(u) return u", "answer がまだ定義されていません"),
    "a cell not run": ("", "answer がまだ定義されていません"),
    "None": ("def answer(u): pass", "return を忘れていませんか"),
    "a wrong shape": ("def answer(u): return np.zeros(3)", "u の形は (2, 2) のはずですが、(3,) です"),
    "a transposed shape": ("def answer(u): return np.array([[2.0, 4.0], [3.0, 7.0]])", "行と列が入れ替わっています"),
    "an unsummed batch": ("def answer(u): return np.array([[[1, 1], [2, 3]], [[1, 2], [2, 4]]])", "バッチ方向の合計がまだです"),
    "a nan": ("def answer(u): return np.array([[np.nan, 3.0], [4.0, 7.0]])", "nan"),
    "an infinity": ("def answer(u): return np.array([[np.inf, 3.0], [4.0, 7.0]])", "inf"),
    "a list": ("def answer(u): return [[2.0, 3.0], [4.0, 7.0]]", "NumPy の配列のはずですが、list です"),
    "a string": ("def answer(u): return 'u'", "str です"),
    "an object array": ("def answer(u): return np.array([[None, 3.0], [4.0, 7.0]])", "実数ではありません"),
    "complex numbers": ("def answer(u): return np.ones((2, 2)) * 1j", "実数ではありません"),
    "the sign": ("def answer(u): return -np.array([[2.0, 3.0], [4.0, 7.0]])", "符号が逆"),
    "a factor": ("def answer(u): return 3 * np.array([[2.0, 3.0], [4.0, 7.0]])", "正解の 3 倍"),
    "a fraction": ("def answer(u): return np.array([[2.0, 3.0], [4.0, 7.0]]) / 5", "正解の 5 分の 1"),
    "a sum for a mean": ("def answer(u): return len(u) * np.array([[2.0, 3.0], [4.0, 7.0]])", "N (バッチの大きさ) と同じ"),
    "a mean too many": ("def answer(u): return np.array([[2.0, 3.0], [4.0, 7.0]]) / len(u)", "2 分の 1 で、この 2 は N"),
    "another order": ("def answer(u): return np.array([[3.0, 2.0], [7.0, 4.0]])", "並びが違います"),
    "a dimension too many": ("def answer(u): return np.array([[2.0, 3.0, 4.0, 7.0]])", "次元の数が違います"),
    "zeros": ("def answer(u): return np.zeros((2, 2))", "すべて 0"),
    "another value": ("def answer(u): return np.array([[2.0, 3.5], [4.0, 7.0]])", "u[0, 1] は 3 のはずですが、3.5 です"),
    "a changed argument": ("def answer(u):\n    u += 1\n    return u[:, :2] + 0", "引数が書き換えられています"),
    "an unknown name": ("def answer(u): return V @ u", "V という名前がありません"),
    "an error": ("def answer(u):\n    return u @ u", "answer の 2 行目"),
    "an error without a word": ("class Silent(Exception): pass\ndef answer(u):\n    raise Silent", "Silent"),
    "two values for one": ("def answer(u): return u, u", "tuple です"),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_the_sentence_for(kind, tools):
    code, sentence = SENTENCES[kind]
    message = said(tools, code)
    assert sentence in message if sentence else not message
    assert message.count("\n") == 0


AXES = {  # the answer for a batch → what the check must say of the sum along axis 0
    "another axis": ("def answer(u): return u.sum(axis=1)", "合計する軸を見てください"),
    "no sum": ("def answer(u): return u + 0 * u", "渡した値がそのまま返っています"),
    "no sum, and other values": ("def answer(u): return u[::-1]", "バッチ方向の合計がまだです"),
    "only for N = 1": ("def answer(u): return u[0]", "N = 1 のときは合っています"),
    "not for N = 1": ("def answer(u): return u.sum(axis=0) + (len(u) == 1)", "N = 1 のときだけ違います"),
}


@pytest.mark.parametrize("kind", AXES)
def test_the_sentence_for_a_sum_with(kind, tools):
    code, sentence = AXES[kind]
    tools = dict(tools)
    exec(TOOLS["tools"], tools)
    exec(code, tools)
    check = tools["Check"]("answer")
    for n in 3, 1:
        check(np.arange(2.0 * n).reshape(n, 2), db=np.arange(2.0 * n).reshape(n, 2).sum(axis=0))
    with pytest.raises(tools["CheckFailed"], match=sentence), redirect_stdout(io.StringIO()):
        check.report()


def test_rows_that_sum_to_one_along_the_other_axis_are_told(tools):
    tools = dict(tools)
    exec(TOOLS["tools"], tools)
    exec("def answer(u): return np.exp(u) / np.exp(u).sum(axis=0)", tools)
    check = tools["Check"]("answer")
    u = np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]])
    check(u, y=np.exp(u) / np.exp(u).sum(axis=1, keepdims=True))
    with pytest.raises(tools["CheckFailed"], match="列の和が 1"), redirect_stdout(io.StringIO()):
        check.report()


@pytest.mark.parametrize("factor", [2, 3])
def test_of_an_elementwise_function_nothing_is_said_of_the_batch(factor, tools):
    exec(TOOLS["tools"], tools)
    exec(f"def answer(u): return u / {factor} if len(u) > 1 else u", tools)
    check = tools["Check"]("answer", batch=False)
    for u in np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1000.0, -1000.0]]):
        check(u, z=u)
    with pytest.raises(tools["CheckFailed"], match=f"正解の {factor} 分の 1") as failure, redirect_stdout(io.StringIO()):
        check.report()
    assert "N" not in str(failure.value)


def test_a_single_number_is_no_clue_to_a_factor(tools):
    exec(TOOLS["tools"], tools)
    exec("def answer(x): return 50 * x", tools)
    check = tools["Check"]("answer", batch=False)
    check(2.0, dx=2.0)
    with pytest.raises(tools["CheckFailed"], match="dx は 2 のはずですが、100"), redirect_stdout(io.StringIO()):
        check.report()


@pytest.mark.parametrize("value", ["2.0", "np.array([2.0])"])
def test_values_in_another_order_are_told(value, tools):
    exec(TOOLS["tools"], tools)
    exec("def answer(x): return 3 * x, 4 * x", tools)
    check = tools["Check"]("answer")
    x = eval(value, tools)
    check(x, dx=4 * x, dy=3 * x)
    with pytest.raises(tools["CheckFailed"], match="dx に dy の値が入っています"), redirect_stdout(io.StringIO()):
        check.report()


def test_a_result_that_changes_afterwards_is_told(tools):
    exec(TOOLS["tools"], tools)
    exec("out = np.zeros((2, 2))\ndef answer(u):\n    return np.add(u, 1, out=out)", tools)
    check = tools["Check"]("answer")
    for u in np.zeros((2, 2)), np.ones((2, 2)):
        check(u, z=u + 1)
    with pytest.raises(tools["CheckFailed"], match="前の呼び出しで返した配列"), redirect_stdout(io.StringIO()):
        check.report()


@pytest.mark.parametrize("cell", ["from numpy import *", "from copy import copy", "copy = html = 3", "sum = max = 0"])
def test_names_that_a_student_takes_break_no_check(cell, tools):
    assert "引数が書き換えられて" in said(tools, f"{cell}\ndef answer(u):\n    u[0] = 0\n    return u")
    assert said(tools, f"{cell}\ndef answer(u): return np.array([[2.0, 3.0], [4.0, 8.0]])") == (
        "answer: u の値が違います。u[1, 1] は 7 のはずですが、8 です。")


def test_one_value_where_two_are_due(tools):
    exec(TOOLS["tools"], tools)
    exec("def answer(u): return u", tools)
    check = tools["Check"]("answer")
    check(np.ones(2), dx=np.ones(2), dy=np.ones(2))
    with pytest.raises(tools["CheckFailed"], match="返す値は 2 つ"), redirect_stdout(io.StringIO()):
        check.report()


def test_a_shape_is_told_before_a_value(tools):
    assert "形は" in said(tools, "def answer(u): return np.full((2, 3), np.nan)")


def test_warnings_and_stderr_of_a_student_do_not_reach_stderr(tools):
    error = io.StringIO()
    with redirect_stderr(error):
        noise = "import sys, warnings\ndef answer(u):\n    warnings.warn('w'); print('e', file=sys.stderr)\n"
        assert said(tools, noise + "    return np.array([[2.0, 3.0], [4.0, 7.0]])") == ""
    assert error.getvalue() == ""


def test_the_table_has_a_row_for_every_output_and_escapes_html(tools):
    table = tools["CheckTable"]("<b>", [("N = 1", "u", "(2, 2)", "1.0e-09", True, ""), ("", "<script>", "", "", False, "<i>")])
    page = table._repr_html_()
    assert "○" in page and "×" in page and "1e-04 以下" in page and "相対誤差" in page
    assert "<script>" not in page and "<i>" not in page
    assert "○" in repr(table) and "×" in repr(table)


def test_a_failure_is_told_without_a_traceback(tools):
    assert tools["CheckFailed"]("だめ")._render_traceback_() == ["× だめ"]




NETWORKS = [(5, (4, 6, 3, 2)), (3, (4, 4, 4, 4)), (1, (3, 4, 2)), (4, (4, 5, 5, 5, 3))]


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
@pytest.mark.parametrize("n, sizes", NETWORKS)
def test_the_true_gradients_of_a_network_are_those_of_numerical_differentiation(n, sizes, activation, tools):
    x, t, params = tools["random_network"](np.random.default_rng(3), n, sizes)

    def loss(layer, index, value):
        changed = [list(pair) for pair in params]
        changed[layer][index] = value
        return tools["true_loss"](tools["true_forward"](x, changed, activation)[0][-1], t)

    for layer, pair in enumerate(tools["true_gradients"](x, t, params, activation)):
        for index, gradient in enumerate(pair):
            found = tools["derivative"](lambda stack, at=(layer, index): np.array([loss(*at, value) for value in stack]),
                                        params[layer][index])
            assert np.allclose(gradient, found, rtol=1e-6, atol=1e-8)


OUTPUTS = {  # what an answer makes of y where it is nearly 0 → whether that is computed from y
    "y": (lambda y: y, True),
    "y + 1e-7": (lambda y: y + 1e-7, True),
    "y in float32, + 1e-7": (lambda y: (y.astype(np.float32) + np.float32(1e-7)).astype(float), True),
    "a clip": (lambda y: np.maximum(y, 1e-7), True),
    "a clip between": (lambda y: np.maximum(y, 1e-10), True),
    "0": (lambda y: 0 * y, False),
    "y without its digits": (lambda y: np.round(y / 1e-11) * 1e-11, False),
    "y and a constant below it": (lambda y: y - y.min() / 2, False),
    "y with noise": (lambda y: y * (1 + 1e-3 * np.sin(np.arange(len(y)))), False),
    "another function": (lambda y: np.sqrt(y), False),
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_gradient_that_is_nearly_0_is_told_from_noise(kind, tools):
    make, own = OUTPUTS[kind]
    y = np.exp(-np.array([20.3, 19.8, 25.1, 24.7, 30.4, 29.6]))
    assert tools["own_output_gradient"](make(y), y) is own


COSTS = {  # CPU seconds of calls, the small ones first; what is measured → whether it passes
    "no more": ([0.1, 0.1, 0.1, 0.6], True),
    "as much as is allowed": ([0.1, 0.1, 0.1, 1.6], True),
    "more": ([0.1, 0.1, 0.1, 1.8, 1.8], False),
    "more once, on a busy machine": ([0.1, 0.1, 0.1, 1.8, 1.4], True),
    "little, however much it grows": ([1e-6, 1e-6, 1e-6, 0.4], True),
    "a clock that stands still": ([0.0, 0.0, 0.0, 0.0], True),
}


@pytest.mark.parametrize("kind", COSTS)
def test_a_cost_that_grows_too_much_is_told(kind, tools):
    costs, passes = COSTS[kind]
    exec(TOOLS["tools"], tools)
    exec("def answer(u): return 2 * u", tools)
    left = iter(costs)
    tools["seconds"] = lambda function, *args, **options: (next(left), function(*args, **options))
    check = tools["Check"]("answer")
    tools["check_growth"](check, lambda n: ((np.ones(n),), {"z": np.full(n, 2.0)}), 3, 30, limit=10)
    assert all(row[-2] for row in check.rows) is passes
    assert list(left) == []


CHEAP = {  # a way to make the calls that are measured cheap
    "a memo": "memo = {}\ndef answer(u):\n    return memo.setdefault(len(u), 2 * u).copy()",
    "nothing": "def answer(u): return 0 * u",
    "an exception": "def answer(u): return 2 * u if len(u) < 30 else u[100]",
}


@pytest.mark.parametrize("kind", CHEAP)
def test_the_values_of_the_calls_that_are_measured_are_compared(kind, tools):
    exec(TOOLS["tools"], tools)
    exec(CHEAP[kind], tools)
    check, rng = tools["Check"]("answer"), np.random.default_rng(0)

    def problem(n):
        u = rng.normal(size=n)
        return (u,), {"z": u + u}

    tools["check_growth"](check, problem, 3, 30, limit=10)
    assert not all(row[-2] for row in check.rows)
