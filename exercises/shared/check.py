# %% tools="tools"
# @title 道具 1: 確認の表
import base64
import builtins
import json
import linecache
import lzma
import re
import sys
import time
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr
from types import FunctionType

import numpy as np
from IPython.display import display

RTOL, ATOL = 1e-4, 1e-6
GRADING = False  # 採点では True
NOTEBOOK = globals()
OWN = {}  # 道具と確認が使う名前。自分のセルで len という名前を使っても変わらない
MISTAKES = ""  # よくある間違いの見分け方 (圧縮してあります)


def apart(thing, names=OWN):
    """thing (関数かクラス) が、ノートブックの名前ではなく names を使うようにする。"""
    if isinstance(thing, type):
        for name, value in list(vars(thing).items()):
            if isinstance(value, staticmethod):
                setattr(thing, name, staticmethod(apart(value.__func__)))
            elif isinstance(value, FunctionType) and value.__globals__ is NOTEBOOK:
                setattr(thing, name, apart(value))
        return thing
    own = FunctionType(thing.__code__, names, thing.__name__, thing.__defaults__, thing.__closure__)
    own.__kwdefaults__, own.__doc__ = thing.__kwdefaults__, thing.__doc__
    return own


@apart
class CheckFailed(AssertionError):
    """確認に通らなかったことを、長いトレースバックを出さずに 1 文で伝える。"""

    def _render_traceback_(self):
        return [f"× {self}"]


RENAMED = {"in1d": "np.isin", "trapz": "np.trapezoid", "product": "np.prod", "cumproduct": "np.cumprod", "row_stack": "np.vstack",
           "float": "float", "int": "int", "bool": "bool", "msort": "np.sort"}  # NumPy の古い名前 → 新しい名前
SAYINGS = [  # Python や NumPy の英語 → 何が起きたか、何をすればよいか
    (r"truth value of a",
     "if や and、max(a, b) などは 1 つの数のためのもので、配列には使えません。要素ごとに働く np.where や np.maximum を使ってください。"),
    (r"only (?:length-1|size-1|0-dimensional|integer scalar) arrays can be converted",
     "1 つの数のための関数 (math.exp、float、range など) に配列を渡しています。配列には np.exp のような NumPy の関数を使ってください。"),
    (r"einstein|einsum|subscript .*(?:label|size)|remapped shapes", "np.einsum の添え字と、配列の次元や大きさが合っていません。"),
    (r"operands could not be broadcast together with shapes? (\(.*?\)) (\(.*?\))",
     "形 {0} と {1} の配列は、要素ごとの計算 (+、-、*、/ など) ができません。行列の積なら @ を、行ごとの和や最大値なら keepdims=True を使います。"),
    (r"could not be broadcast|non-broadcastable|shape mismatch|should have the same shape", "要素ごとの計算をする配列の形が合っていません。"),
    (r"matmul: .*size (\d+) is different from (\d+)|shapes (\(.*?\)) and (\(.*?\)) not aligned",
     "行列の積では、左の列の数と右の行の数が同じでなければなりません。ここでは左が {1}{2}、右が {0}{3} です。掛ける順番と転置 (.T) を見てください。"),
    (r"matmul: .*does not have enough dimensions", "@ は配列どうしの積です。1 つの数を掛けるときは * を使います。"),
    (r"bitwise_xor' not supported|unsupported operand type\(s\) for \^", "^ は累乗ではありません。2 乗は ** 2 と書きます。"),
    (r"'bitwise_(?:and|or)' not supported|unsupported operand type\(s\) for [&|]:",
     "& や | は、True と False の配列のためのものです。比べる式をかっこで囲みます: (u > 0) & (u < 1)"),
    (r"numpy boolean", "True と False の配列では、- の計算ができません。1.0 を掛けると、1 と 0 の配列になります。"),
    (r"no callable \w+ method|ufunc .*(?:not supported|not contain|not support)",
     "数の配列ではないものを NumPy の関数や計算に渡しています。何が入っているかを見てください。"),
    (r"'NoneType' object|: 'NoneType' and|and 'NoneType'",
     "None (値がないこと) を使って計算しようとしています。呼んだ関数に return があるか、変数に値を入れたかを見てください。"),
    (r"can't multiply sequence by non-int|can only concatenate \w+",
     "リストやタプルは、そのままでは計算できません。for で 1 つずつ取り出すか、NumPy の配列にしてください。"),
    (r"unsupported operand type\(s\) for (\S+?)(?: or [\w(,)]+)?:? '([\w.]+)' and '([\w.]+)'|'(\S+)' not supported between instances of '([\w.]+)' and '([\w.]+)'",
     "{1}{4} と {2}{5} は {0}{3} で計算できません。それぞれが何かを見てください。"),
    (r"bad operand type for (?:unary )?(\S+?): '([\w.]+)'", "{1} には {0} を使えません。配列を取り出してから計算してください。"),
    (r"not enough values to unpack \(expected (?:at least )?(\d+), got (\d+)\)", "変数 {0} 個に分けて入れようとしていますが、値は {1} 個しかありません。"),
    (r"too many values to unpack \(expected (\d+)", "変数 {0} 個に分けて入れようとしていますが、値はもっとあります。"),
    (r"cannot unpack non-iterable ([\w.]+)", "いくつかの変数に分けて入れようとしていますが、値は 1 つ ({0}) です。"),
    (r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)", "番号 {0} は範囲の外です。軸 {1} の長さは {2} で、番号は 0 から数えます。"),
    (r"index out of range|pop from empty", "番号が範囲の外です。番号は 0 から数え、最後は長さ - 1 です。"),
    (r"axis (-?\d+) is out of bounds for array of dimension (\d+)", "{1} 次元の配列に axis={0} はありません。"),
    (r"too many indices for array: array is (\d+)-dimensional, but (\d+)", "{0} 次元の配列に、番号を {1} 個付けています。"),
    (r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))", "形 {0} の値を、形 {1} の場所に入れようとしています。"),
    (r"boolean (?:index did not|array index)|cannot assign \d+ input", "True と False の配列で選ぶときは、選ばれる配列と同じ形にします。入れる値の数も合わせます。"),
    (r"setting an array element with a sequence|inhomogeneous", "1 つの要素に配列を入れようとしているか、形のそろわないリストを 1 つの配列として使っています。"),
    (r"input array|at least one array|concatenat", "つなげる配列の形が合っていないか、つなげるものがありません。"),
    (r"equal division", "np.split は等分しかできません。np.array_split なら、余りも分けられます。"),
    (r"zero-size array|empty sequence|iterable argument is empty", "空の配列やリストには、最大値などがありません。"),
    (r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)", "関数に渡す引数 {0} が足りません。"),
    (r"takes (from \d+ to )?(\d+) positional arguments? but (\d+) ", "関数に渡す引数は {1} 個のはずですが、{2} 個渡しています。"),
    (r"(?:takes|\bexpected) .*argument|multiple values for|required (?:argument|positional)|argument count", "関数に渡す引数の数か名前が違います。"),
    (r"unexpected keyword argument '(\w+)'|'(\w+)' is an invalid keyword", "{0}{1} という名前の引数はありません。"),
    (r"Cannot cast ufunc '\w+' output from dtype\('\w+'\) to dtype\('(\w+)'\)",
     "{0} の配列に、入らない種類の数を入れようとしています。np.zeros(…) のように float の配列を作ってください。"),
    (r"as a data type|data type '.*' not understood", "配列の形は、np.zeros((2, 3)) のように、かっこで 1 つにまとめて渡します。"),
    (r"'([\w.]+)' object (?:does not support item assignment|doesn't support item)", "{0} の中身は入れ替えられません。新しいものを作ってください。"),
    (r"'([\w.]+)' object is not callable", "{0} は関数ではないのに、( ) を付けて呼んでいます。掛け算の * を忘れたか、関数と同じ名前の変数を作っていないかを見てください。"),
    (r"'([\w.]+)' object is not subscriptable", "{0} には、番号の [ ] を付けられません。何が入っているかを見てください。"),
    (r"'([\w.]+)' object is not (?:iterable|an iterator)", "{0} は 1 つの値なので、for で 1 つずつ取り出せません。"),
    (r"object of type '([\w.]+)' has no len", "{0} は 1 つの値なので、len で長さを取れません。"),
    (r"(?:invalid index to scal|iteration over )a|of unsized", "1 つの数は、番号の [ ] を付けられません。for で取り出すことも、len で長さを取ることもできません。"),
    (r"indices must be integers|only integers, slices|indices must be of integer|interpreted as an integer|required for (?:axis|an integer)|integer is required",
     "番号や個数、axis には整数を使います。"),
    (r"unhashable type: '([\w.]+)'", "{0} は、辞書のキーや集合の要素にはできません。"),
    (r"module '([\w.]+)' has no attribute '(\w+)'", "{0} に {1} はありません。つづりを確かめてください。"),
    (r"'(list|tuple)' object has no attribute '(\w+)'", "{0} には .{1} がありません。中の配列を取り出すか、NumPy の配列にしてから使ってください。"),
    (r"'([\w.]+)' object has no attribute '(\w+)'", "{0} には .{1} がありません。つづりと、何が入っているかを見てください。"),
    (r"cannot reshape array of size (\d+) into shape (\(.*?\))", "要素が {0} 個の配列は、形 {1} に直せません。"),
    (r"axes don't match|axes must|repeated axis|duplicate value in|cannot select an axis", "軸の指定が、配列の次元と合っていません。"),
    (r"maximum recursion depth|too many calls", "関数が自分自身を呼び続けています。どこで止まるかを見てください。"),
    (r"division by zero", "0 で割っています。"),
    (r"math domain error|expected a (?:positive|nonnegative|number)", "その関数に渡せない数 (0 や負の数の log など) を渡しています。"),
    (r"math range error|out of range|too large", "数が大きすぎて、計算できません (オーバーフロー)。"),
    (r"complex", "複素数を、実数のところに入れようとしています。"),
    (r"could not convert string|invalid literal for", "文字列を数に直せません。"),
]


WARNED = [("overflow", "大きすぎる数の exp があふれました (オーバーフロー)"), ("divide by zero", "0 で割ったか、0 の log を取りました"),
          ("invalid value", "∞ / ∞ や ∞ - ∞ のような、値の決まらない計算をしました")]  # 警告の英語 → 日本語


@apart
def translated(error):
    """error が言っていることの日本語。知らないものは、もとの英語。"""
    name, text = getattr(error, "name", None), str(error)
    if isinstance(error, NameError):
        local = re.search(r"(?:local|free) variable '(\w+)'", text)
        if local:
            return f"変数 {local[1]} を、値を入れる前に使っています。どんなときにも値が入るかを見てください。"
        name = name or "".join(re.findall(r"'(\w+)'", text)[:1])
        if hasattr(np, name):
            return f"{name} という名前がありません。NumPy の関数なら np.{name} と書きます。"
        return (f"{name} という名前がありません。この関数の中で作ったか、引数の名前と合っているか、つづりが正しいかを見てください。"
                "前の問いの関数なら、そのセルを実行してください。")
    if isinstance(error, ImportError):
        inside = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", text)
        said = f" ({text})" if not text.isascii() else ""  # 演習が決めた文
        if inside:
            return f"{inside[2]} の {inside[1]} を読み込めません。つづりを確かめてください。"
        return f"{name} を読み込めません{said}。採点の環境にあるのは NumPy、SciPy、scikit-learn、matplotlib です。"
    old = re.search(r"module 'numpy' has no attribute '(\w+)'|`np\.(\w+)` was removed", text)
    if isinstance(error, AttributeError) and old:
        old = old[1] or old[2]
        new = RENAMED.get(old) or "".join(re.findall("Use `([^`]+)`", text)[:1])
        advice = f"代わりに {new} を使ってください。" if new else "つづりを確かめてください。"
        return f"np.{old} は、ここの NumPy {np.__version__} にはありません。{advice}"
    if isinstance(error, KeyError):
        return f"辞書に {text} というキーがありません。"
    for pattern, sentence in SAYINGS:
        found = re.search(pattern, text)
        if found:
            return sentence.format(*[group or "" for group in found.groups()])
    return f"{type(error).__name__}: {text}".rstrip(": ")


@apart
def shapes(line, names):
    """line に出てくる配列の形。names の中身と、その要素 (zs[l]、self.W など) だけを見て、何も実行しない。"""
    found = {}
    for path, steps in re.findall(r"(?<![\w.])([A-Za-z_]\w*)((?:\.\w+|\[[-\w'\"]+\])*)", line):
        value = names.get(path)
        for step in re.findall(r"\.\w+|\[.*?\]", steps):
            key = step.strip("[.]'\"")
            index = int(key) if re.fullmatch(r"-?\d+", key) else key if step[1] in "'\"" else names.get(key)
            try:
                if type(value) is np.ndarray and step == ".T":
                    value = value.T
                elif type(value) in (list, tuple, dict, np.ndarray) and type(index) in (int, str) and step[0] == "[":
                    value = value[index]
                else:
                    value = object.__getattribute__(value, "__dict__")[key]
            except (AttributeError, LookupError, TypeError):
                break
            path += step
        if type(value) is np.ndarray:
            found[path] = f"{path} は {value.shape}"
    return "、".join(found.values())


@apart
def places(error):
    """自分のセルの中でエラーが通ったところ: [(どのセルか, 関数の名前, 何行目か, その行, その行に出てくる配列の形), …]。"""
    if hasattr(error, "frames"):  # 採点では、自分の関数は別のプロセスで動く
        return [(frame.name, frame.name, frame.lineno, frame.line or "", "") for frame in error.frames]
    found = []
    for (frame, lineno), about in zip(traceback.walk_tb(error.__traceback__), traceback.extract_tb(error.__traceback__)):
        cell = frame.f_code.co_filename
        if frame.f_globals is NOTEBOOK and cell not in GIVEN:
            line = linecache.getline(cell, lineno).encode()
            if about.colno is not None and about.end_lineno == lineno:
                line = line[about.colno : about.end_colno]  # エラーの出た式
            found.append((cell, about.name, lineno, about.line, shapes(line.decode(), {**NOTEBOOK, **frame.f_locals})))
    return found


@apart
def reason(error):
    """error を、何をすればよいかがわかる 1 文にする。自分のセルの外で出たなら空。"""
    if isinstance(error, CheckFailed):
        return str(error)
    lines = places(error)
    if not lines:
        return ""
    cell, name, number, line, about = lines[-1]
    name = next((name for _, name, *_ in lines[::-1] if not name.startswith("<")), name)
    if isinstance(error, NotImplementedError):
        return (f"{name} がまだ書かれていません。raise NotImplementedError の行を消して、コードを書いてください。"
                "もう消してあるなら、そのセルをもう一度実行して、エラーが出ないかを見てください。")
    said = f"{name} の {number} 行目 ({line}) でエラーが出ました。".replace(" () ", " ") + translated(error)
    if about and re.search(r"shape|matmul|dimension|axis|axes|align|broadcast|einsum|subscript", str(error)):
        said += f" ({about})"
    callers = [place for place in lines if place[0] == lines[0][0] != cell]
    if callers:
        _, name, number, line, _ = callers[-1]
        said += f" 呼んだのは {name} の {number} 行目 ({line}) です。渡した引数も見てください。".replace(" () ", " ")
    return said


@apart
def form(value):
    """value の種類と形。"""
    if isinstance(value, (list, tuple)):
        return f"{len(value)} 個の {type(value).__name__}"
    return f"形 {value.shape} の配列" if isinstance(value, np.ndarray) else type(value).__name__


@apart
def unchanged(before, after):
    """before と after (配列、または配列のリスト、タプル、辞書) が同じ値なら True。"""
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all([unchanged(b, a) for b, a in zip(before, after)])
    if isinstance(before, dict):
        return before.keys() == after.keys() and all([unchanged(before[key], after[key]) for key in before])
    if isinstance(before, np.ndarray):
        same = before.shape == after.shape
        return same and (np.array_equal(before, after) or np.allclose(before, after, rtol=1e-7, atol=1e-9, equal_nan=True))
    return True


@apart
def close(a, b):
    """同じなら True。"""
    with np.errstate(all="ignore"):
        return a.shape == b.shape and bool(((a == b) | (np.abs(a - b) <= ATOL + RTOL * np.abs(b)) & np.isfinite(b)).all())


@apart
def near(got, expected):
    """got が expected と、形も値も同じなら True。"""
    if isinstance(expected, (list, tuple)):
        return isinstance(got, (list, tuple)) and len(got) == len(expected) and all([near(g, e) for g, e in zip(got, expected)])
    try:
        got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    except (TypeError, ValueError):
        return False
    return close(got, expected)


@apart
def traits(value, path=""):
    """値の特徴: {どこの値か: [種類か形, 要素の重み付きの和, その誤差]}。"""
    if isinstance(value, (list, tuple)):
        found = {f"{path}#": [len(value), 0, 0]}
        for i, item in enumerate(value[:20]):
            found.update(traits(item, f"{path}.{i}"))
        return found
    if isinstance(value, dict):
        found = {f"{path}#": [" ".join(sorted([str(key)[:20] for key in value][:20])), 0, 0]}
        for key in list(value)[:20]:
            found.update(traits(value[key], f"{path}.{str(key)[:20]}"))
        return found
    if not isinstance(value, (np.ndarray, np.generic, int, float)) or np.asarray(value).dtype.kind not in "biuf":
        return {path: [value[:20] if isinstance(value, str) else type(value).__name__, 0, 0]}
    numbers = np.asarray(value, dtype=float)
    finite, flat = np.isfinite(numbers), np.nan_to_num(numbers.ravel(), posinf=0.0, neginf=0.0)
    strange = "" if finite.all() else f" {np.isnan(numbers).astype(int).ravel()[:50].tolist()} {(numbers == np.inf).sum()}"
    total, bound = np.sum(np.cos(np.arange(1.0, flat.size + 1)) * flat), (RTOL * np.sum(np.abs(flat)) + ATOL * flat.size) / 10
    return {path: [f"{numbers.shape}{strange}", float(total), float(bound)]}


@apart
def named(question, seen):
    """自分の関数が返した seen が、よくある間違いの 1 つと同じなら、それを言う文。"""
    if not MISTAKES:
        return ""
    known = json.loads(lzma.decompress(base64.b85decode("".join(MISTAKES.split()))))
    if question not in known["questions"]:
        return ""
    parts = [known[part][known["questions"].index(question)] for part in ("keys", "traits", "right", "wrong", "said", "sentences")]
    keys, traits, right, rows, said, sentences = [*zip(*parts[0])], [*zip(*parts[1])], parts[2], zip(*parts[3]), *parts[4:]
    mine = [seen[call].get(path) if call < len(seen) else None for call, path in keys]

    def same(i, number):
        one, other = mine[i], traits[number if number != -2 else right[i]] if max(number, right[i]) >= 0 and number != -1 else None
        if one is None or other is None or one[0] != other[0]:
            return one is other
        return (number == -2) != (abs(one[1] - other[1]) <= one[2])  # -2 は雑音: 正しくなければ何でもよい

    best, found = 1, set()
    for number, row in zip(said, rows):
        wrong = [i for i, trait in enumerate(row) if trait != right[i]]
        touched, sure = {keys[i][1] for i in wrong}, sum([row[i] != -2 for i in wrong])
        if sure >= best and all([same(i, trait) for i, trait in enumerate(row) if keys[i][1] in touched or "#" in touched]):
            if sure > best:
                best, found = sure, set()
            found.add(number)
    return sentences[found.pop()] if len(found) == 1 else ""


@apart
class Score(float):
    """確認のセルの最後の値。nbgrader はこれをその問いの点と読み、ノートブックでは文が出る。"""

    def __new__(cls, value, sentence):
        score = float.__new__(cls, value)
        score.sentence = sentence
        return score

    def __repr__(self):
        return f"{float(self):g}"

    def _repr_html_(self):
        from html import escape

        return f'<span style="{COLOR["×"]}">× {escape(self.sentence)}</span>'


@apart
def checks(question, batch=True, parts=None, members=None):
    """def _(check): … を、question の確認として実行する。引数は Check と同じ。ノートブックに名前は残らない。"""
    def run(body):
        check = CHECKED[question] = Check(question, batch, parts, members)
        GIVEN.add(body.__code__.co_filename)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 確認の計算のもの。自分の関数の警告は call が調べる
            given = {name: value for name, value in NOTEBOOK.items() if not hasattr(builtins, name)}
            (body if GRADING else apart(body, given | OWN))(check)
        check.report()
        if check.sentence:
            sys.displayhook(Score(check.marks(), check.sentence))
        return NOTEBOOK.get(body.__name__)

    return run


CHECKED = {}  # 問い → 最後にした確認
COLOR = {mark: f"color: {plain}; color: color-mix(in srgb, {vivid} 75%, currentColor)"  # 明るい画面でも暗い画面でも読める色
         for mark, plain, vivid in (("○", "#00795A", "#009E73"), ("×", "#B84A00", "#D55E00"))}
GIVEN = set()  # 自分のセルではないもの (確認と図) のファイル名


@apart
class Check:
    """1 つの問いの確認の表。

    check(引数, …, 名前=正解, …) で自分の関数を呼んで正解と比べ、check.report() で表を出す。
    名前で渡す引数は options={"名前": 値} に書く。クラスなら、check.call(引数, …) で 1 つ作り、
    check(引数, …, of=作ったもの.メソッド, 名前=正解) でメソッドを呼ぶ。
    """

    def __init__(self, name, batch=True, parts=None, members=None):
        """batch: バッチの大きさが値に関係しない (要素ごとの関数など) なら False。

        parts: 部分点 {返すものの名前: 点}。名前がそれを含む行が × なら、その点だけを失う。ほかの行が × なら、全部を失う。
        members: リストの中のタプルの、要素の名前 ("W", "b")。
        """
        self.name, self.rows, self.batch, self.parts, self.members = name, [], batch, parts or {}, members
        self.sizes = {}  # 名前 → × の行のバッチの大きさ, ○ の行のバッチの大きさ
        self.given, self.returned = (), None  # 前の呼び出しで渡したもの、返ってきたもの
        self.before = None  # 前の呼び出しで返ってきたものと、そのときの写し
        self.lost, self.broken, self.sentence, self.reported = set(), False, "", False
        self.seen = []  # 呼び出しごとの、返ってきたものの特徴

    def call(self, *args, outputs=1, quiet=False, options=None, of=None):
        """自分の関数を引数の写しで呼び、返ってきたものを返す。うまくいかなければ CheckFailed。

        outputs: 返ってくるはずの値の数。quiet: 計算の途中の警告も許さない。options: 名前で渡す引数の辞書。
        of: 自分の関数の代わりに呼ぶもの (作ったもののメソッド)。
        """
        function = NOTEBOOK.get(self.name) if of is None else of
        if not callable(function):
            raise CheckFailed(f"{self.name} がまだ定義されていません。上のセルを実行してください (エラーが出るなら、先に直します)。")
        from copy import deepcopy  # 自分のセルで copy という名前を使っても動く

        wanted = args, options or {}
        given, by_name = deepcopy(wanted)
        with warnings.catch_warnings(record=True) as caught, redirect_stderr(sys.stdout):
            warnings.simplefilter("always")
            try:
                result = function(*given, **by_name)
            except Exception as error:
                self.seen.append({"raised": [f"{type(error).__name__} {str(error)[-60:]}", 0, 0]})
                said = reason(error) or f"関数が最後まで動きませんでした。{translated(error)}"
                if isinstance(error, TypeError) and not places(error):
                    said = f"{self.name} を {len(args) + len(by_name)} 個の引数で呼べませんでした。def の行の引数は、もとのままにしてください。"
                raise CheckFailed(said) from None
        self.given, self.returned = args, result
        warned = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
        try:
            copied = deepcopy(result)
            json.dumps(result, skipkeys=True, default=id)
        except Exception as error:
            if "Circular" in str(error):
                raise CheckFailed("返した値に、自分自身を含むリストがあります。append に渡すものを見てください。") from None
            raise CheckFailed(f"{type(result).__name__} が返ってきました。配列や数、リストを返してください。") from None
        before_and_after = zip([*wanted[0], *wanted[1].values()], [*given, *by_name.values()])
        changed = [f"argument {i}" for i, (old, new) in enumerate(before_and_after) if not unchanged(old, new)]
        if not GRADING:
            said = {"warned": [warned[0][:20], 0, 0]} if warned else {}
            self.seen.append(traits(result) | said | {name: ["changed", 0, 0] for name in changed})
        earlier, self.before = self.before, (result, copied)
        stale = bool(earlier) and not unchanged(*earlier)
        if stale and not GRADING:
            self.seen[-1]["earlier"] = ["changed", 0, 0]
        if changed:
            raise CheckFailed("渡した引数が書き換えられています。引数は変えずに、新しい配列を作って返してください。")
        if stale:
            raise CheckFailed("前の呼び出しで返した配列の中身が変わりました。呼び出しのたびに、新しい配列を作って返してください。")
        if result is None:
            raise CheckFailed("値が返ってきません (None)。return を忘れていませんか。")
        if quiet and warned:
            what = next((sentence for word, sentence in WARNED if word in warned[0]), warned[0])
            raise CheckFailed(f"計算の途中で警告が出ました: {what}。大きな数の exp を避ける工夫が必要です。np.where を使っても、選ばれないほうの式まで計算されます。")
        if outputs > 1 and not (isinstance(result, (tuple, list)) and len(result) == outputs):
            have = f"{len(result)} 個です" if isinstance(result, (tuple, list)) else f"{type(result).__name__} が 1 つです"
            raise CheckFailed(f"返す値は {outputs} つのはずですが、{have}。return a, b のように、カンマで並べて返してください。")
        return result

    def see(self, **values):
        """今の呼び出しの結果から計算した値も、間違いの見分けに使う。正しい答えどうしで違う値があるときのため。"""
        if self.seen:
            self.seen[-1].update(traits(values, "see"))

    def __call__(self, *args, case="", quiet=False, options=None, of=None, **expected):
        """関数を呼び、返ってきたものを順に expected と比べて、表に行を足す。options, of: call と同じ。"""
        with self.attempt(", ".join(expected), case):
            got = self.call(*args, outputs=len(expected), quiet=quiet, options=options, of=of)
            batch = args and self.batch and isinstance(args[0], np.ndarray) and args[0].ndim == 2
            n = len(args[0]) if batch else None
            for (name, value), g in zip(expected.items(), [got] if len(expected) == 1 else got):
                others = [pair for pair in expected.items() if pair[0] != name]
                self.compare(case, name, g, value, n, others)

    @contextmanager
    @apart
    def attempt(self, name, case=""):
        """with の中がうまくいかなければ、その理由を × の行にする。"""
        try:
            yield
        except Exception as error:
            said = reason(error)
            if said or not (self.broken or name in self.lost):  # 前の行が × なら、確認の計算が進まないのはそのため
                self.row(case, name, "", None, said or f"返した値の種類か形が約束と違います。返ってきたのは {form(self.returned)} です。")

    @contextmanager
    @apart
    def unseen(self):
        """with の中の呼び出しは、間違いの見分けに使わない。"""
        before = len(self.seen)
        yield
        del self.seen[before:]

    def compare(self, case, name, got, expected, n=None, others=()):
        """got を expected (配列、数、文字列、またはそのリスト、タプル、辞書) と比べて、表に行を足す。

        n: バッチの大きさ。others: いっしょに返すほかの値の、名前と正解の組。
        """
        large = isinstance(got, (list, tuple)) or getattr(got, "size", 1) > 1
        if large and any([type(a) is type(got) and near(got, a) for a in self.given]) and not near(got, expected):
            self.row(case, name, "", None, f"{name} に、渡した値がそのまま返っています。計算した結果を入れたか、返したかを見てください。")
            return
        if isinstance(expected, (list, tuple)):
            if not isinstance(got, (list, tuple)) or len(got) != len(expected):
                length = f"{len(got)} 個" if isinstance(got, (list, tuple)) else f"{type(got).__name__} "
                self.row(case, name, "", None, f"{name} は {len(expected)} 個のリストのはずですが、{length}です。")
                return
            if len(got) > 1 and near(got[::-1], expected) and not near(got, expected):
                self.row(case, name, "", None, f"{name} の順番が逆です。{name}[0] が最初のものです。")
                return
            for i, (g, e) in enumerate(zip(got, expected)):
                members = self.members if isinstance(expected, tuple) and len(expected) == len(self.members or ()) else None
                self.compare(case, f"{name} の {members[i]}" if members else f"{name}[{i}]", g, e, n)
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
            problem = f"{name} は{' 1 つの数' if expected.ndim == 0 else ' NumPy の配列'}のはずですが、{type(got).__name__} です。"
        elif not isinstance(got, (np.ndarray, np.generic, int, float)):
            problem = f"{name} は{' 1 つの数' if expected.ndim == 0 else '配列'}のはずですが、{type(got).__name__} です。"
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

    def explain(self, name, got, expected, n, others):
        """got が expected とどう違うかを、書いた人がどこを見ればよいかがわかるように言う。n, others: compare と同じ。"""
        for other, value in others:
            if isinstance(value, (np.ndarray, float)) and close(got, np.asarray(value)):
                return f"{name} に {other} の値が入っています。取り違えていませんか。"
        if got.shape != expected.shape:
            clue = ""
            if expected.ndim == 0:
                return f"{name} は 1 つの数のはずですが、形 {got.shape} の配列です。足したり平均したりして、1 つの数にして返してください。"
            if close(got.T, expected):
                clue = "行と列が入れ替わっています。"
            elif got.size == expected.size and close(got.reshape(expected.shape), expected):
                clue = "次元の数が違います。"
            elif got.ndim == expected.ndim + 1 and close(got.sum(axis=0), expected):
                clue = "バッチ方向の合計がまだです。"
            elif got.ndim == expected.ndim == 1 and np.isclose(got.sum(), expected.sum()) and abs(got.sum()) > 1e-3:
                clue = "値の和は合っています。合計する軸を見てください。"
            return f"{name} の形は {expected.shape} のはずですが、{got.shape} です。{clue}"
        for i, a in enumerate(self.given, 1):
            if isinstance(a, (np.ndarray, float)) and np.shape(a) == got.shape and close(got * a, expected):
                return f"{name} に {i} 番目の引数を掛けると正解になります。掛け忘れていませんか。"
        if np.isnan(got).any():
            return f"{name} に nan (0/0 や ∞/∞ の結果) があります。大きな数の exp や、0 の log がないか見てください。"
        if np.isinf(got).any():
            return f"{name} に inf (∞) があります。大きな数の exp や、0 の log、0 での割り算がないか見てください。"
        if not got.any():
            return f"{name} が{'すべて' * bool(got.ndim)} 0 です。"
        if got.ndim and len(got) > 1 and not got[1:].any() and close(got[0], expected[0]):
            return f"{name}[0] のほかがすべて 0 です。return がループの中にないか、ループの範囲を見てください。"
        if close(-got, expected):
            return f"{name} の符号が逆です。"
        if got.ndim == 2 and close(got.T, expected):
            return f"{name} の行と列が入れ替わっています。"
        if got.ndim == 2 and n and n > 1 and close(expected.sum(axis=1), np.ones(n)):
            if close(got.sum(axis=0), np.ones(got.shape[1])):
                return f"{name} は、行ではなく列の和が 1 になっています。合計する軸を見てください。"
            if np.isclose(got.sum(), 1):
                return f"{name} は、全部の値を足すと 1 になっています。合計は行ごとに取ります (axis=1、keepdims=True)。"
        scale = np.sum(got * expected) / np.maximum(np.sum(expected * expected), ATOL)
        factor = np.maximum(abs(scale), 1 / abs(scale)) if scale else 0.0
        if factor > 1.5 and abs(factor - round(factor)) < 1e-3 and close(got / scale, expected) and (got.size > 1 or n):
            times = f"{factor:.0f} 倍" if abs(scale) > 1 else f"{factor:.0f} 分の 1 "
            if scale < 0:
                return f"{name} の符号が逆で、大きさは正解の {times}です。"
            if round(factor) == n:
                return f"{name} のどの値も正解の {times}で、この {n} は N (バッチの大きさ) と同じです。1/N を掛けるのがどの関数かを見てください。"
            return f"{name} のどの値も正解の {times}です。何かを掛け忘れたり、割り忘れたりしていませんか。"
        if got.ndim and np.isclose(got.sum(), expected.sum(), rtol=RTOL) and close(np.sort(got, None), np.sort(expected, None)):
            return f"{name} の値はそろっていますが、並びが違います。"
        if got.ndim == 1 and n == got.size and np.isclose(got.sum(), expected.sum(), rtol=RTOL) and abs(got.sum()) > 1e-3:
            return f"{name} の値は違いますが、和は合っています。合計する軸を見てください。"
        worst = np.unravel_index(np.argmax(np.abs(got - expected)), got.shape)
        at = f"[{', '.join(map(str, worst))}] " if worst else " "
        return f"{name} の値が違います。{name}{at}は {expected[worst]:.6g} のはずですが、{got[worst]:.6g} です。"

    def holds(self, name, ok, sentence, case=""):
        """成り立つはずのことを 1 行で確かめる。成り立たなければ sentence を出す。"""
        if ok or not (self.broken and "桁" in name):  # 値が違うなら、桁のことは言わない
            self.row(case, name, "", None, "" if ok else sentence)

    def row(self, case, name, shape, error, problem, n=None):
        self.rows.append((case, name, str(shape), "" if error is None else f"{error:.1e}", not problem, problem))
        self.sizes.setdefault(name, ([], []))[not problem].append(n)
        if problem:
            parts = self.parts.keys() & set(re.findall(r"\w+", name))
            self.lost |= parts
            self.broken = self.broken or not parts

    def only(self, name):
        """ある大きさのバッチでだけ × なら、そのことを言う。"""
        wrong, right = map(set, self.sizes[name])
        if right == {1} and None not in wrong and 1 not in wrong:
            return " N = 1 のときは合っています。バッチの方向 (N の軸) の計算を見てください。"
        if wrong == {1} and right - {None, 1}:
            return " N = 1 のときだけ違います。"
        return ""

    def marks(self):
        """残っている点。部分点のない問いでは、× があれば 0。"""
        return 0 if self.broken else sum([points for part, points in self.parts.items() if part not in self.lost])

    def report(self):
        """ここまでの行を表にする。2 度目からは、○ の行は数だけを出す。採点では、点が残っていなければそこで止まる。"""
        rows, self.rows = self.rows, []
        if not rows:
            return
        wrong = [(problem + self.only(name) * ("値が違います" in problem), case) for case, name, *_, problem in rows if problem]
        problems = sorted([problem for problem, case in wrong if case == wrong[0][1]], key=lambda problem: "値が違います" in problem)
        title, brief, self.reported = "採点" if self.reported else "確認", self.reported, True
        if brief:
            rest = len(rows) - len(wrong)
            rows = [row for row in rows if row[-1]] + [("", f"{'ほかの ' if problems else ''}{rest} 項目", "", "", True, "")] * (rest > 0)
        display(CheckTable(f"{title}: {self.name}", rows))
        if problems and not self.sentence:
            said = "" if GRADING else named(self.name, self.seen)
            self.sentence = said or problems[0]
            if not self.sentence.startswith(self.name):
                self.sentence = f"{self.name}: {self.sentence}"
        if problems and GRADING and not self.marks():
            raise CheckFailed(self.sentence)


@apart
class CheckTable:
    """確認の表。ノートブックでは HTML、端末では文字で出る。"""

    HEAD = ("入力", "名前", "形", "相対誤差", "許容誤差", "判定", "")

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

        used = [i for i in range(len(self.HEAD)) if any([row[i] for row in self.rows])]

        def line(tag, cells):
            style = "text-align: left; padding: 2px 10px; max-width: 42em; white-space: normal"
            return "".join(
                f'<{tag} style="{style}; {COLOR.get(cells[i], "")}">{escape(cells[i])}</{tag}>'
                for i in used
            )

        body = "".join(f"<tr>{line('td', row)}</tr>" for row in self.rows)
        return f"<b>{escape(self.title)}</b><table><tr>{line('th', self.HEAD)}</tr>{body}</table>"


OWN.update({name: value for name, value in NOTEBOOK.items() if not hasattr(builtins, name)})
OWN["apart"] = apart(apart)
### BEGIN HIDDEN TESTS
# What the hidden tests of every exercise share. The truth of each question stands in its own test cell, written in
# another way than the solution (einsum, scipy), and gradients come from central differences of it.
SEED = 0  # the grader sets another one
GRADING = OWN["GRADING"] = True
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
