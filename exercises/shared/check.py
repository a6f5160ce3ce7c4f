# %% tools="tools"
# @title 道具 1: 確認の表
import os
import re
import sys
import time
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr

import numpy as np
from IPython.display import display

RTOL, ATOL = 1e-4, 1e-6
RENAMED = {"in1d": "np.isin", "trapz": "np.trapezoid", "product": "np.prod", "cumproduct": "np.cumprod", "row_stack": "np.vstack",
           "float": "float", "int": "int", "bool": "bool", "msort": "np.sort"}  # NumPy の古い名前 → 新しい名前


class CheckFailed(AssertionError):
    """確認に通らなかったことを、長いトレースバックを出さずに 1 文で伝える。"""

    def _render_traceback_(self):
        return [f"× {self}"]


def reason(error):
    """error を、何をすればよいかがわかる 1 文にする。"""
    frames = getattr(error, "frames", None)  # 採点では、自分の関数は別のプロセスで動く
    if frames is None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if not os.path.exists(f.filename)]
    if isinstance(error, CheckFailed):
        return str(error)
    if not frames:
        return f"関数が動きませんでした。{str(error) or type(error).__name__}"
    where = frames[-1].name
    if isinstance(error, NotImplementedError):
        return f"{where} がまだ書かれていません。raise NotImplementedError の行を消して、コードを書いてください。"
    if isinstance(error, NameError):
        return f"{error.name} という名前がまだありません。セルを上から順に実行したか、つづりが合っているかを見てください。"
    if isinstance(error, ImportError):
        return f"{error.name} を読み込めません ({error})。採点の環境にあるのは NumPy、SciPy、scikit-learn、matplotlib です。"
    numpy_name = re.search(r"module 'numpy' has no attribute '(\w+)'|`np\.(\w+)` was removed", str(error))
    if isinstance(error, AttributeError) and numpy_name:
        old = numpy_name[1] or numpy_name[2]
        new = RENAMED.get(old) or "".join(re.findall("Use `([^`]+)`", str(error))[:1])
        advice = f"代わりに {new} を使ってください。" if new else "つづりを確かめてください。"
        return f"np.{old} は、ここの NumPy {np.__version__} にはありません。{advice}"
    if where == "<module>":
        return f"返した値の種類か形が約束と違います ({type(error).__name__}: {error})。"
    line = f" ({frames[-1].line})" if frames[-1].line else ""
    return f"{where} の {frames[-1].lineno} 行目{line} でエラーが出ました: {type(error).__name__}: {error}"


def unchanged(before, after):
    """before と after (配列、または配列のリスト、タプル、辞書) が同じ値なら True。"""
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all([unchanged(b, a) for b, a in zip(before, after)])
    if isinstance(before, dict):
        return before.keys() == after.keys() and all([unchanged(before[key], after[key]) for key in before])
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.allclose(before, after, rtol=1e-7, atol=1e-9, equal_nan=True)
    return True


class Check:
    """1 つの問いの確認の表。

    check(引数, …, 名前=正解, …) で自分の関数を呼んで正解と比べ、check.report() で表を出す。
    名前で渡す引数は options={"名前": 値} に書く。クラスなら、check.call(引数, …) で 1 つ作り、
    check(引数, …, of=作ったもの.メソッド, 名前=正解) でメソッドを呼ぶ。
    """

    def __init__(self, name, elementwise=False):
        """elementwise: 要素ごとの関数なら True。バッチの大きさは関係がない。"""
        self.name, self.rows, self.elementwise = name, [], elementwise
        self.sizes = {}  # 名前 → × の行のバッチの大きさ, ○ の行のバッチの大きさ
        self.before = None  # 前の呼び出しで返ってきたものと、そのときの写し

    def call(self, *args, outputs=1, quiet=False, options=None, of=None):
        """自分の関数を引数の写しで呼び、返ってきたものを返す。うまくいかなければ CheckFailed。

        outputs: 返ってくるはずの値の数。quiet: 計算の途中の警告も許さない。options: 名前で渡す引数の辞書。
        of: 自分の関数の代わりに呼ぶもの (作ったもののメソッド)。
        """
        function = globals().get(self.name) if of is None else of
        if not callable(function):
            raise CheckFailed(f"{self.name} がまだ定義されていません。上のセルを実行してください (エラーが出るなら、先に直します)。")
        from copy import deepcopy  # ここで読みこめば、自分のセルで copy という名前を使っても動く

        wanted = args, options or {}
        given, named = deepcopy(wanted)
        with warnings.catch_warnings(record=True) as caught, redirect_stderr(sys.stdout):
            warnings.simplefilter("always")
            try:
                result = function(*given, **named)
            except Exception as error:
                raise CheckFailed(reason(error)) from None
        if not unchanged(wanted, (given, named)):
            raise CheckFailed("渡した引数が書き換えられています。引数は変えずに、新しい配列を作って返してください。")
        before, self.before = self.before, (result, deepcopy(result))
        if before and not unchanged(*before):
            raise CheckFailed("前の呼び出しで返した配列の中身が変わりました。呼び出しのたびに、新しい配列を作って返してください。")
        if result is None:
            raise CheckFailed("値が返ってきません (None)。return を忘れていませんか。")
        overflow = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
        if quiet and overflow:
            raise CheckFailed(f"計算の途中で警告が出ました: {overflow[0]}。大きな数の exp を避ける工夫が必要です。")
        if outputs > 1 and not (isinstance(result, (tuple, list)) and len(result) == outputs):
            raise CheckFailed(f"返す値は {outputs} つのはずです。return a, b のように、カンマで並べて返してください。")
        return result

    def __call__(self, *args, case="", quiet=False, options=None, of=None, **expected):
        """関数を呼び、返ってきたものを順に expected と比べて、表に行を足す。options, of: call と同じ。"""
        with self.attempt(", ".join(expected), case):
            got = self.call(*args, outputs=len(expected), quiet=quiet, options=options, of=of)
            batch = args and not self.elementwise and isinstance(args[0], np.ndarray) and args[0].ndim == 2
            n = len(args[0]) if batch else None
            for (name, value), g in zip(expected.items(), [got] if len(expected) == 1 else got):
                self.compare(case, name, g, value, n, [pair for pair in expected.items() if pair[0] != name])

    @contextmanager
    def attempt(self, name, case=""):
        """with の中がうまくいかなければ、その理由を × の行にする。"""
        try:
            yield
        except Exception as error:
            self.row(case, name, "", None, reason(error))

    def compare(self, case, name, got, expected, n=None, others=()):
        """got を expected (配列、数、文字列、またはそのリスト、タプル、辞書) と比べて、表に行を足す。

        n: バッチの大きさ。others: いっしょに返すほかの値の、名前と正解の組。
        """
        if isinstance(expected, (list, tuple)):
            if not isinstance(got, (list, tuple)) or len(got) != len(expected):
                length = f"{len(got)} 個" if isinstance(got, (list, tuple)) else f"{type(got).__name__} "
                self.row(case, name, "", None, f"{name} は {len(expected)} 個のリストのはずですが、{length}です。")
                return
            for i, (g, e) in enumerate(zip(got, expected)):
                self.compare(case, f"{name}[{i}]", g, e, n)
            return
        if isinstance(expected, dict):
            if not isinstance(got, dict) or got.keys() != expected.keys():
                keys = f"キーは {', '.join(map(str, got)) or 'なし'} " if isinstance(got, dict) else f"{type(got).__name__} "
                wanted = f"{name} は {', '.join(map(str, expected))} をキーとする辞書のはずですが、{keys}です。"
                self.row(case, name, "", None, wanted)
                return
            for key, value in expected.items():
                self.compare(case, f"{name}[{key!r}]", got[key], value, n)
            return
        if isinstance(expected, str):
            self.holds(name, got == expected, f"{name} は {expected!r} のはずですが、{got!r} です。", case)
            return
        expected = np.asarray(expected, dtype=float)
        if got is None:
            problem = f"{name} が None です。値を計算して返してください。"
        elif isinstance(got, (list, tuple)):
            problem = f"{name} は NumPy の配列のはずですが、{type(got).__name__} です。"
        elif not isinstance(got, (np.ndarray, np.generic, int, float)):
            problem = f"{name} は{'数' if expected.ndim == 0 else '配列'}のはずですが、{type(got).__name__} です。"
        elif np.asarray(got).dtype.kind not in "biuf":
            problem = f"{name} の中身が実数ではありません (dtype は {np.asarray(got).dtype})。"
        else:
            got = np.asarray(got, dtype=float)
            error = None
            if got.shape == expected.shape:
                with np.errstate(all="ignore"):
                    error = np.max(np.abs(got - expected) / (np.abs(expected) + ATOL / RTOL), initial=0.0)
            right = error is not None and error <= RTOL
            self.row(case, name, got.shape, error, "" if right else self.explain(name, got, expected, n, others), n)
            return
        self.row(case, name, "", None, problem)

    @staticmethod
    def explain(name, got, expected, n, others):
        """got が expected とどう違うかを、書いた人がどこを見ればよいかがわかるように言う。n, others: compare と同じ。"""
        def close(a, b):
            return a.shape == b.shape and np.allclose(a, b, rtol=RTOL, atol=ATOL)

        for other, value in others:
            if isinstance(value, (np.ndarray, float)) and close(got, np.asarray(value)):
                return f"{name} に {other} の値が入っています。取り違えていませんか。"
        if got.shape != expected.shape:
            clue = ""
            if close(got.T, expected):
                clue = "行と列が入れかわっています。"
            elif got.size == expected.size and close(got.reshape(expected.shape), expected):
                clue = "値は合っています。次元の数を見てください。"
            elif got.ndim == expected.ndim + 1 and close(got.sum(axis=0), expected):
                clue = "バッチ方向の合計がまだです。"
            elif got.ndim == expected.ndim == 1 and np.isclose(got.sum(), expected.sum()):
                clue = "値の和は合っています。合計する軸を見てください。"
            return f"{name} の形は {expected.shape} のはずですが、{got.shape} です。{clue}"
        if np.isnan(got).any():
            return f"{name} に nan (0/0 や ∞/∞ の結果) があります。大きな数の exp や、0 の log がないか見てください。"
        if np.isinf(got).any():
            return f"{name} に inf (∞) があります。大きな数の exp や、0 の log、0 での割り算がないか見てください。"
        if not got.any():
            return f"{name} がすべて 0 です。"
        if close(-got, expected):
            return f"{name} の符号が逆です。"
        if got.ndim == 2 and close(got.T, expected):
            return f"{name} の行と列が入れかわっています。"
        scale = np.sum(got * expected) / np.maximum(np.sum(expected * expected), ATOL)
        factor = np.maximum(abs(scale), 1 / abs(scale)) if scale else 0.0
        if factor > 1.5 and abs(factor - round(factor)) < 1e-3 and close(got / scale, expected) and (got.size > 1 or n):
            times = f"{factor:.0f} 倍" if abs(scale) > 1 else f"{factor:.0f} 分の 1 "
            if scale < 0:
                return f"{name} の符号が逆で、大きさは正解の {times}です。"
            if round(factor) == n:
                return f"{name} のどの値も正解の {times}で、これは N (バッチの大きさ) と同じです。1/N を掛けるのがどの関数かを見てください。"
            return f"{name} のどの値も正解の {times}です。何かを掛け忘れたり、割り忘れたりしていませんか。"
        if got.ndim == 2 and close(expected.sum(axis=1), np.ones(len(got))) and close(got.sum(axis=0), np.ones(got.shape[1])):
            return f"{name} は、行ではなく列の和が 1 になっています。合計する軸を見てください。"
        if got.ndim and np.isclose(got.sum(), expected.sum(), rtol=RTOL) and close(np.sort(got, None), np.sort(expected, None)):
            return f"{name} の値はそろっていますが、並びが違います。"
        if got.ndim == 1 and n == got.size and np.isclose(got.sum(), expected.sum(), rtol=RTOL):
            return f"{name} の値は違いますが、和は合っています。合計する軸を見てください。"
        worst = np.unravel_index(np.argmax(np.abs(got - expected)), got.shape)
        at = f"[{', '.join(map(str, worst))}] " if worst else " "
        return f"{name} の値が違います。{name}{at}は {expected[worst]:.6g} のはずですが、{got[worst]:.6g} です。"

    def holds(self, name, ok, sentence, case=""):
        """成り立つはずのことを 1 行で確かめる。成り立たなければ sentence を出す。"""
        self.row(case, name, "", None, "" if ok else sentence)

    def row(self, case, name, shape, error, problem, n=None):
        self.rows.append((case, name, str(shape), "" if error is None else f"{error:.1e}", not problem, problem))
        self.sizes.setdefault(name, ([], []))[not problem].append(n)

    def only(self, name):
        """ある大きさのバッチでだけ × なら、そのことを言う。"""
        wrong, right = map(set, self.sizes[name])
        if right == {1} and None not in wrong and 1 not in wrong:
            return " N = 1 のときは合っています。バッチの方向 (N の軸) の計算を見てください。"
        if wrong == {1} and right - {None}:
            return " N = 1 のときだけ違います。"
        return ""

    def report(self, title="確認", brief=False):
        """表を出す。× があれば、最初の × の理由を言って止まる。brief なら、○ の行は数だけを出す。"""
        rows, self.rows = self.rows, []
        problems = [problem + self.only(name) for _, name, *_, problem in rows if problem]
        if brief:
            rest = len(rows) - len(problems)
            rows = [row for row in rows if row[-1]] + [("", f"{'ほかの ' if problems else ''}{rest} 項目", "", "", True, "")] * (rest > 0)
        display(CheckTable(f"{title}: {self.name}", rows))
        if problems:
            raise CheckFailed(problems[0] if problems[0].startswith(self.name) else f"{self.name}: {problems[0]}")


class CheckTable:
    """確認の表。ノートブックでは HTML、端末では文字で出る。"""

    HEAD = ("場合", "名前", "形", "相対誤差", "目安", "判定", "")

    def __init__(self, title, rows):
        self.title = title
        self.rows = [
            (case, name, shape, error, f"{RTOL:.0e} 以下" if error else "", "○" if ok else "×", problem)
            for case, name, shape, error, ok, problem in rows
        ]

    def __repr__(self):
        return "\n".join([self.title, *(" | ".join(filter(None, row)) for row in self.rows)])

    def _repr_html_(self):
        from html import escape

        color = {"○": "#009E73", "×": "#D55E00"}
        used = [i for i in range(len(self.HEAD)) if any([row[i] for row in self.rows])]

        def line(tag, cells):
            style = "text-align: left; padding: 2px 10px; max-width: 42em; white-space: normal"
            return "".join(
                f'<{tag} style="{style}; color: {color.get(cells[i], "inherit")}">{escape(cells[i])}</{tag}>'
                for i in used
            )

        body = "".join(f"<tr>{line('td', row)}</tr>" for row in self.rows)
        return f"<b>{escape(self.title)}</b><table><tr>{line('th', self.HEAD)}</tr>{body}</table>"


### BEGIN HIDDEN TESTS
# What the hidden tests of every exercise share. The truth of each question stands in its own test cell, written in
# another way than the solution (einsum, scipy), and gradients come from central differences of it.
SEED = 0  # the grader sets another one
MEASURING = []
"""Not empty while the grader is to learn nothing of mistakes from a call."""


def generator(name):
    """The random numbers of one question: the same whatever ran before it."""
    return np.random.default_rng([SEED, *name.encode()])


def derivative(f, x, eps=1e-6):
    """df/dx by central differences, of x's shape; f maps a stack of such arrays, (M, *x.shape), to M numbers."""
    x = np.asarray(x, dtype=float)
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    return ((f(x + steps) - f(x - steps)) / (2 * eps)).reshape(x.shape)


@contextmanager
def aside():
    """For calls that are there for their cost, or that would cost too much with every answer of the catalogue."""
    MEASURING.append(True)
    try:
        yield
    finally:
        MEASURING.pop()


def seconds(function, *args, **options):
    """CPU seconds of one call (what else the machine does must not cost a student marks), and what it returned."""
    with aside():
        start = time.process_time()
        value = function(*args, **options)
        return time.process_time() - start, value


def check_growth(check, problem, small, large, limit, floor=0.7):
    """Tells by its cost what must do its work again for every number of its result.

    problem(size) draws (arguments, {name: truth}) anew, so that the values of the very calls that are measured are compared:
    nothing that is remembered or left out makes a call cheap. A call of the large size may take floor seconds, and limit times
    what one of the small size takes: floor is more than an honest answer needs, limit more than its work grows.
    """
    def spent(size):
        args, expected = problem(size)
        used, got = seconds(check.call, *args, outputs=len(expected))
        for (name, value), g in zip(expected.items(), [got] if len(expected) == 1 else got):
            check.compare("大きさを変える", name, g, value)
        return used

    with check.attempt("計算量", "大きさを変える"):
        bound = floor + limit * min(spent(small) for _ in range(3))
        check.holds("計算量", any(spent(large) <= bound for _ in range(2)),
                    "入力を大きくすると、計算の時間が増えすぎます。結果の 1 つの数ごとに順伝播をやり直す計算 (数値微分) は使わずに、"
                    "chain-rule の式で計算してください。", "大きさを変える")
### END HIDDEN TESTS
