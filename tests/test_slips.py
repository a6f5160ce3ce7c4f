"""What beginners do, and what they read then: the released notebook's cells in a kernel as students have it.

A row stands for a kind of slip, in every question where it can occur.
"""

import builtins
import copy
import getpass
import html
import keyword
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import nbclient
import nbformat
import numpy as np
import pytest
from exercise import MLP, REFERENCE, RELEASE, in_fork

from grading.exercise.cells import grade_id, is_solution
from grading.exercise.cells import tested as asked
from grading.sandbox.kernel.shell import Kernel

CHECKS = {asked(cell): cell.source for cell in RELEASE.cells if asked(cell)}
STUBS = {grade_id(cell): cell.source for cell in RELEASE.cells if is_solution(cell)}


class Student:
    """A kernel in which the notebook's given cells and the reference's answers have run."""

    def __init__(self):
        self.messages: list[dict] = []
        self.kernel = Kernel(self.messages.append, 100_000)
        for cell in RELEASE.cells:
            name = grade_id(cell) if cell.cell_type == "code" and not asked(cell) else None
            if name and not name.startswith("picture_"):
                assert self.kernel.run(REFERENCE.get(name, cell.source)), name

    def check(self, question: str) -> "Read":
        """Run the check of the question."""
        self.messages.clear()
        self.kernel.run(CHECKS[question])
        sentence, rows, noise = "", [], ""
        for message in self.messages:
            content, kind = message["content"], message["msg_type"]
            if kind == "execute_result":
                sentence = html.unescape(re.sub("<.*?>", "", content["data"].get("text/html", "")))
            elif kind == "display_data":
                rows += content["data"]["text/plain"].splitlines()[1:]
            elif kind in ("error", "stream"):
                noise += "".join(content.get("traceback", [])) + content.get("text", "")
        return Read(sentence, [row for row in rows if " × | " in f" {row}"], [row for row in rows if row.endswith("○")], noise)

    def read(self, question: str, *cells: str) -> "Read":
        """What is read of the check after these cells."""
        def act():
            for cell in cells:
                self.kernel.run(cell)
            return self.check(question)

        return in_fork(act)


@dataclass
class Read:
    sentence: str
    """Beside the result; '' where all is right."""
    wrong: list[str]
    """Rows of the table."""
    right: list[str]
    noise: str
    """Tracebacks, and what was printed."""

    @property
    def text(self) -> str:
        return "\n".join([*self.wrong, self.sentence])


@pytest.fixture(scope="module")
def student() -> Iterator[Student]:
    before = builtins.input, getpass.getpass, os.environ.get("FIGURES"), sys.displayhook
    os.environ["FIGURES"] = "off"
    try:
        yield Student()
    finally:
        builtins.input, getpass.getpass, figures, sys.displayhook = before
        os.environ.pop("FIGURES") if figures is None else os.environ.update(FIGURES=figures)


PROSE = set("NumPy SciPy scikit learn matplotlib ReLU softmax sigmoid tanh nan inf keepdims axis einsum one hot SGD chain rule "
            "dtype numpy ndarray module generator Generator".split())
"""Words that are no English in a Japanese sentence."""


def english(text: str, code: str) -> list[str]:
    """The words of three letters or more that are neither of the code nor names of Python or NumPy."""
    names = {*dir(builtins), *dir(np), *dir(np.random.Generator), *dir(np.ndarray), *keyword.kwlist, *sys.stdlib_module_names}
    known = PROSE | names | set(re.findall(r"[A-Za-z]+", code))
    return [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in known]


PLACE = re.compile(r"(\w+) の (\d+) 行目 \((.*?)\)(?: で|です| です)")
"""How a line of the student's is quoted."""


def sober(read: Read, question: str, *cells: str) -> None:
    """What holds of whatever is read."""
    code = "\n".join([*cells, *REFERENCE.values(), CHECKS[question]])
    assert english(read.text, code) == []
    assert not read.noise and "Traceback" not in read.text
    assert len(re.findall(r"\w の \d+ 行目", read.text)) == len(PLACE.findall(read.text))
    for name, number, line in PLACE.findall(read.text):
        sources = [source.splitlines() for source in [*cells, *REFERENCE.values()] if f"def {name}(" in source]
        assert [lines for lines in sources if [each.strip() for each in lines[int(number) - 1 : int(number)]] == [line]], line
    assert len(re.findall("の値が違います|でエラーが出ました|返した値の種類", read.sentence)) <= 1
    assert "  " not in read.text.replace("　", "") and "。 。" not in read.text


@pytest.mark.parametrize("text, words", [
    ("形 (2,) と (3,) の配列は @ で計算できません。", []),
    ("operands could not be added together: shapes (2,) (3,)", ["operands", "could", "added", "together", "shapes"]),
    ("softmax の 2 行目 (return foo) で NumPy の sum", []),
])
def test_english_is_found(text, words):
    assert english(text, "return foo") == words


def edited(question: str, *changes: str) -> tuple[str, str]:
    """The reference's answer with changes: what stood there, what stands there now, …"""
    code = REFERENCE[question]
    for old, new in zip(changes[::2], changes[1::2]):
        assert old in code, (question, old)
        code = code.replace(old, new)
    return question, code


def written(question: str, body: str) -> tuple[str, str]:
    """An answer with this body."""
    head = re.match(r'(?s).*?\n    """.*?"""\n', REFERENCE[question])
    assert head
    return question, head[0] + "\n".join("    " + line for line in body.splitlines()) + "\n"


@dataclass
class Slip:
    say: list[str]
    """What must be read, as regular expressions; {line} is one of the answer that was changed."""
    never: list[str]
    answers: list[tuple[str, str]]


ONE_NUMBER = [r"1 つの数のため", r"\w+ の \d+ 行目 \(.+\)"]
SHAPES = [r"行列|要素ごとの計算", r"\d", r"行目 \(.+\)"]
NO_NAME = [r"という名前がありません。この関数の中で作ったか", "行目"]
OPPOSITE = "行と列が入れ替わっています"

SLIPS = {
    "a function of one number, of an array": Slip(ONE_NUMBER, ["Traceback", "a.any"], [
        written("relu_forward", "return max(0, u)"),
        written("relu_forward", "if u > 0:\n    return u\nreturn 0"),
        written("relu_forward", "return u if u > 0 and u < 10 else 0"),
        written("relu_forward", "return np.max(0, u)"),
        written("sigmoid_forward", "import math\nreturn 1 / (1 + math.exp(-u))"),
        written("tanh_forward", "import math\nreturn math.tanh(u)"),
        written("softmax", "import math\ne = math.exp(u)\nreturn e / e.sum(axis=1, keepdims=True)"),
        written("softmax", "return float(u)"),
        written("softmax", "for i in range(u):\n    pass\nreturn u"),
        written("cross_entropy", "import math\nreturn -math.log(y)"),
        written("cross_entropy", "if t == 1:\n    return -np.log(y)\nreturn 0.0"),
        written("softmax_cross_entropy_forward", "import math\ny = math.exp(u)\nreturn 0.0, y"),
        written("numerical_gradient", "return f(float(x) + eps) - f(x)"),
        written("sigmoid_backward", "import math\nreturn dz * math.exp(-u)"),
        written("tanh_backward", "if not u:\n    return dz\nreturn u"),
        written("relu_backward", "if u > 0:\n    return dz\nreturn 0"),
        written("relu_backward", "return dz * max(u, 0)"),
        written("affine_forward", "return float(z @ W) + b"),
        written("affine_backward", "return int(du), z, W"),
        written("merge_affine", "return float(W1), b1"),
        written("softmax_cross_entropy_backward", "if y > t:\n    return y\nreturn t"),
        edited("network_forward", "h(us[-1])", "max(0, us[-1])"),
        edited("network_backward", "du = h_backward(dz, us[l - 1])", "du = dz if us[l - 1] > 0 else 0"),
        edited("sgd_step", "lr * dW", "lr * float(dW)"),
        edited("l2_gradient", "weight_decay * W", "weight_decay * float(W)"),
        edited("train", "in range(0, len(x), batch_size)", "in range(order)"),
        edited("k_fold", "range(k)]", "range(rng.permutation(n))]"),
    ]),
    "a product of elements for one of matrices": Slip([*SHAPES, r"\(\d+,\s?\d*\)"], [], [
        edited("affine_forward", "z @ W", "z * W"),
        edited("merge_affine", "W1 @ W2", "W1 * W2"),
        edited("merge_affine", "b1 @ W2", "b1 * W2"),
        edited("affine_backward", "z.T @ du", "z * du"),
        edited("affine_backward", "du @ W.T", "du * W"),
        edited("network_forward", "affine_forward(zs[-1], W, b)", "zs[-1] * W + b"),
        edited("network_backward", "dz, dW, db = affine_backward(du, zs[l], params[l][0])",
               "dz, dW, db = du @ params[l][0].T, zs[l] * du, du.sum(axis=0)"),
        edited("fix_backward", "u = affine_forward(z, W, b)", "u = z * W + b"),
    ]),
    "a sum or maximum without keepdims": Slip([*SHAPES, r"keepdims=True"], [], [
        edited("softmax", "u.max(axis=1, keepdims=True)", "u.max(axis=1)"),
        edited("softmax", "e.sum(axis=1, keepdims=True)", "e.sum(axis=1)"),
        edited("softmax_cross_entropy_forward", "u.max(axis=1, keepdims=True)", "u.max(axis=1)"),
        edited("softmax_cross_entropy_forward", ".sum(axis=1, keepdims=True)", ".sum(axis=1)"),
    ]),
    "a transpose too many or too few, or the other way round": Slip(
        [r"左の列の数と右の行の数|np\.einsum", r"\w は \(\d+, \d+\)、|順", "行目|順"], [], [
            edited("affine_forward", "z @ W", "z @ W.T"),
            edited("affine_forward", "z @ W", "W @ z"),
            edited("affine_forward", "z @ W", "np.dot(W, z)"),
            edited("affine_forward", "z @ W", "z.T @ W"),
            edited("affine_forward", "z @ W", "np.einsum('ij,jk->ik', W, z)"),
            edited("merge_affine", "W1 @ W2", "W2 @ W1"),
            edited("merge_affine", "b1 @ W2", "W2 @ b1"),
            edited("merge_affine", "W1 @ W2", "W1.T @ W2"),
            edited("affine_backward", "du @ W.T", "du @ W"),
            edited("affine_backward", "z.T @ du", "z @ du"),
            edited("affine_backward", "z.T @ du", "du @ z"),
            edited("network_forward", "affine_forward(zs[-1], W, b)", "zs[-1] @ W.T + b"),
            edited("network_backward", "dz, dW, db = affine_backward(du, zs[l], params[l][0])",
                   "dz, dW, db = du @ params[l][0], zs[l].T @ du, du.sum(axis=0)"),
            edited("network_backward", "dz, dW, db = affine_backward(du, zs[l], params[l][0])",
                   "dz, dW, db = du @ params[l][0].T, zs[l] @ du, du.sum(axis=0)"),
            edited("fix_backward", "u = affine_forward(z, W, b)", "u = z @ W.T + b"),
        ]),
    "a gradient that is transposed": Slip([r"転置|入れ替わって|順"], [], [
        edited("affine_backward", "z.T @ du", "du.T @ z"),
        edited("affine_backward", "du @ W.T", "(du @ W.T).T"),
        edited("affine_forward", "z @ W + b", "(z @ W + b).T"),
    ]),
    "softmax over the whole array": Slip([r"全部の値を足すと 1|全体", r"行ごと"], ["N = 1 のときだけ", "1/N を"], [
        written("softmax", "e = np.exp(u - np.max(u))\nreturn e / np.sum(e)"),
        written("softmax", "e = np.exp(u)\nreturn e / np.sum(e)"),
        written("softmax_cross_entropy_forward", "e = np.exp(u - np.max(u))\ny = e / np.sum(e)\nreturn cross_entropy(y, t), y"),
        written("softmax_cross_entropy_forward", "e = np.exp(u)\ny = e / e.sum()\nreturn -np.sum(t * np.log(y)) / len(u), y"),
    ]),
    "the upstream gradient left out": Slip([r"dz を掛け忘れ|引数を掛けると正解|dz を.*使|上流"], ["符号が逆", "数値微分"], [
        edited("sigmoid_backward", "dz * s", "s"),
        edited("tanh_backward", "dz * (", "("),
        edited("relu_backward", "dz * (u > 0)", "(u > 0) * 1.0"),
        edited("multiply_backward", "dz * y, dz * x", "y, x"),
        edited("add_backward", "return dz, dz", "return 1.0, 1.0"),
        edited("add_backward", "return dz, dz", "return np.ones_like(dz), np.ones_like(dz)"),
    ]),
    "a wrong argument to a right function": Slip(
        [r"呼んだのは (?P<name>{question}|through) の \d+ 行目 \(.+?\) です。渡した引数も見てください"], [], [
            edited("network_forward", "affine_forward(zs[-1], W, b)", "affine_forward(zs, W, b)"),
            edited("network_forward", "affine_forward(zs[-1], W, b)", "affine_forward(W, zs[-1], b)"),
            edited("network_forward", "h(us[-1])", "h(us)"),
            edited("network_backward", "affine_backward(du, zs[l], params[l][0])", "affine_backward(du, zs[l], params[l])"),
            edited("network_backward", "affine_backward(du, zs[l], params[l][0])", "affine_backward(du, params[l][0], zs[l])"),
            edited("network_backward", "softmax(us[-1])", "softmax(us)"),
            edited("train", "network_forward(x, params)[0][-1]", "network_forward(x, params)[0]"),
            edited("train", "network_backward(x[batch], t[batch], params)", "network_backward(t[batch], x[batch], params)"),
            edited("train", "sgd_step(params, network", "sgd_step(params[0], network"),
            edited("sigmoid_backward", "sigmoid_forward(u)", "sigmoid_forward((dz, u))"),
            edited("softmax_cross_entropy_backward", "(y - t)", "(softmax(y[0]) - t)"),
            written("softmax_cross_entropy_forward", "return cross_entropy(softmax(u[0]), t), softmax(u)"),
            edited("fix_backward", "affine_backward(du, z, W)", "affine_backward(du, W, z)"),
            edited("fix_backward", "affine_forward(z, W, b)", "affine_forward(W, z, b)"),
        ]),
    "gradients in the reverse order": Slip([r"順番が逆|並びが逆|順が逆"], [OPPOSITE, "転置", "数値微分", "返した値の種類"], [
        edited("network_backward", "grads.insert(0, (dW, db))", "grads.append((dW, db))"),
        edited("fix_backward", "[(dW, db), *behind]", "[*behind, (dW, db)]"),
        edited("l2_gradient", "zip(params, grads)]", "zip(params, grads)][::-1]"),
        edited("sgd_step", "zip(params, grads)]", "zip(params, grads)][::-1]"),
    ]),
    "the activation ignored": Slip([r"activation"], ["N = 1 のときだけ"], [
        edited("network_forward", "relu_forward}[activation]", "relu_forward}['relu']"),
        edited("network_backward", "relu_backward}[activation]", "relu_backward}['relu']"),
        edited("network_backward", "network_forward(x, params, activation)", "network_forward(x, params)"),
    ]),
    "where computes both sides": Slip([r"where .*(使わない|選ばれない)ほうの式", r"あふれ"], [], [
        written("sigmoid_forward", "return np.where(u >= 0, 1 / (1 + np.exp(-u)), np.exp(u) / (1 + np.exp(u)))"),
        written("tanh_forward",
                "e, f = np.exp(2 * u), np.exp(-2 * u)\nreturn np.where(u >= 0, (1 - f) / (1 + f), (e - 1) / (e + 1))"),
    ]),
    "/ 2 * eps": Slip([r"2 で割って ε を掛け"], [], [edited("numerical_gradient", "/ (2 * eps)", "/ 2 * eps")]),
    "a name that was never made": Slip(NO_NAME, ["np\\.[NVxWzh]", "上から順に"], [
        edited("affine_forward", "@ W", "@ V"),
        edited("merge_affine", "W1 @ W2, b1", "W @ W2, b1"),
        edited("cross_entropy", "len(y)", "N"),
        edited("softmax_cross_entropy_forward", "len(u)", "N"),
        edited("softmax_cross_entropy_backward", "len(y)", "N"),
        edited("softmax", "e.sum(", "total.sum("),
        edited("numerical_gradient", "eps)\n", "h)\n"),
        edited("add_backward", "dz, dz\n", "dx, dy\n"),
        edited("multiply_backward", "dz * y, dz * x", "dz * W, dz * x"),
        edited("sigmoid_backward", "s * (1 - s)", "y * (1 - y)"),
        edited("relu_backward", "u > 0", "x_value > 0"),
        edited("affine_backward", "z.T @", "x.T @"),
        edited("network_forward", "us, zs = [], [x]", "us = []"),
        edited("network_backward", "    grads = []\n", ""),
        edited("sgd_step", "lr *", "alpha *"),
        edited("train", "    losses = []\n", ""),
        edited("fix_backward", "W, b = params[l]", "pass"),
        edited("l2_gradient", "weight_decay *", "lam *"),
        edited("k_fold", "rng.permutation(n)", "order"),
    ]),
    "a function of NumPy without np.": Slip([r"NumPy の関数なら np\.\w+ と書きます", "行目"], [], [
        edited("softmax", "np.exp", "exp"),
        edited("sigmoid_forward", "np.exp", "exp"),
        edited("tanh_forward", "np.tanh", "tanh"),
        edited("relu_forward", "np.maximum", "maximum"),
        edited("cross_entropy", "np.log", "log"),
        edited("tanh_backward", "np.tanh", "tanh"),
        edited("k_fold", "np.array_split", "array_split"),
    ]),
    "a variable that is used before it has a value": Slip([r"変数 total を、値を入れる前に使っています", "行目"], ["None"], [
        written("cross_entropy", "for i in range(len(y)):\n    total = total - np.sum(t[i] * np.log(y[i]))\nreturn total"),
        written("softmax", "for row in u:\n    total += np.exp(row).sum()\nreturn u / total"),
        written("affine_backward", "for row in du:\n    total = total + row\nreturn du @ W.T, z.T @ du, total"),
    ]),
    "a loss for each row, or in an array": Slip([r"1 つの数"], ["値は合って", "次元の数", "返した値の種類"], [
        edited("cross_entropy", "np.sum(t * np.log(y)) / len(y)", "np.sum(t * np.log(y), axis=1)"),
        edited("cross_entropy", "np.sum(t * np.log(y)) / len(y)", "np.mean(np.sum(t * np.log(y), axis=1), keepdims=True)"),
        edited("softmax_cross_entropy_forward", "np.sum(t * log_y) / len(u)", "np.sum(t * log_y, axis=1)"),
        edited("softmax_cross_entropy_forward", "-np.sum(t * log_y) / len(u)", "np.array([-np.sum(t * log_y) / len(u)])"),
    ]),
    "a loss that is no number": Slip([r"E は 1 つの数のはずですが|1 つの数にして"], ["NumPy の配列のはず", "返した値の種類"], [
        edited("cross_entropy", "return -np.sum(t * np.log(y)) / len(y)", "return (-np.sum(t * np.log(y)) / len(y),)"),
        edited("cross_entropy", "return -np.sum(t * np.log(y)) / len(y)", "return [-np.sum(t * np.log(y)) / len(y)]"),
        edited("cross_entropy", "return -np.sum(t * np.log(y)) / len(y)", "return str(-np.sum(t * np.log(y)) / len(y))"),
        edited("softmax_cross_entropy_forward", "-np.sum(t * log_y) / len(u)", "[-np.sum(t * log_y) / len(u)]"),
        edited("softmax_cross_entropy_forward", "-np.sum(t * log_y) / len(u)", "(-np.sum(t * log_y) / len(u),)"),
    ]),
    "a result that is computed and not kept": Slip([
        r"渡した値がそのまま|もとの \w+ がそのまま|足されていません|掛け忘れ"], [r"0 のはずですが", "向き"], [
        written("sgd_step", "for (W, b), (dW, db) in zip(params, grads):\n    W = W - lr * dW\nreturn params"),
        written("l2_gradient", "for (W, b), (dW, db) in zip(params, grads):\n    dW = dW + weight_decay * W\nreturn grads"),
        edited("train", "params = sgd_step(", "sgd_step("),
        written("relu_forward", "np.maximum(u, 0)\nreturn u"),
        written("sigmoid_forward", "1 / (1 + np.exp(-u))\nreturn u"),
        written("tanh_forward", "np.tanh(u)\nreturn u"),
        written("softmax", "np.exp(u)\nreturn u"),
        written("sigmoid_backward", "dz * u\nreturn dz"),
        written("relu_backward", "dz * (u > 0)\nreturn dz"),
        written("network_backward", "return params"),
        written("fix_backward", "return params"),
    ]),
    "sigmoid of abs": Slip([r"z\[1, 1\] は|絶対値|符号"], ["列の和", "行ではなく", "softmax"],
                           [written("sigmoid_forward", "return 1 / (1 + np.exp(-np.abs(u)))")]),
    "outputs swapped": Slip([r"返す順が逆|取り違えて|x と y が逆|のはずですが"], ["格好", "数値微分"], [
        edited("merge_affine", "W1 @ W2, b1 @ W2 + b2", "b1 @ W2 + b2, W1 @ W2"),
        edited("softmax_cross_entropy_forward", "-np.sum(t * log_y) / len(u), np.exp(log_y)", "np.exp(log_y), -np.mean(log_y)"),
        written("softmax_cross_entropy_forward", "y = softmax(u)\nreturn y, cross_entropy(y, t)"),
        edited("affine_backward", "du @ W.T, z.T @ du", "z.T @ du, du @ W.T"),
        edited("multiply_backward", "dz * y, dz * x", "dz * x, dz * y"),
        edited("network_forward", "return us, zs", "return zs, us"),
        edited("train", "return params, losses", "return losses, params"),
        edited("k_fold", "(np.concatenate(folds[:i] + folds[i + 1 :]), folds[i])",
               "(folds[i], np.concatenate(folds[:i] + folds[i + 1 :]))"),
    ]),
    "an output missing": Slip([r"返されていません|返す値は \d つ|も返してください|のリストのはずですが"], [], [
        edited("merge_affine", ", b1 @ W2 + b2", ""),
        edited("softmax_cross_entropy_forward", ", np.exp(log_y)", ""),
        edited("add_backward", "return dz, dz", "return dz"),
        edited("multiply_backward", "dz * y, dz * x", "dz * y"),
        edited("affine_backward", ", du.sum(axis=0)", ""),
        edited("network_forward", "return us, zs", "return us"),
        edited("train", "return params, losses", "return params"),
    ]),
    "a generator": Slip([r"generator が返ってきました"], ["pickle"], [
        written("k_fold", "for part in np.array_split(rng.permutation(n), k):\n    yield part, part"),
        written("sgd_step", "return ((W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads))"),
        written("l2_gradient", "yield from zip(params, grads)"),
        written("network_forward", "yield x"),
        written("softmax", "return (np.exp(row) / np.exp(row).sum() for row in u)"),
    ]),
    "a list in itself": Slip([r"自分自身を含むリスト", "append"], ["種類か形"], [
        edited("train", "losses.append(E)", "losses.append(losses)"),
        edited("network_forward", "us.append(affine_forward(zs[-1], W, b))", "us.append(us)"),
    ]),
    "nothing returned": Slip([r"return"], [], [
        (question, re.sub(r"\n    return [^\n]*", "\n    pass", code)) for question, code in REFERENCE.items()
        if re.search(r"\n    return ", code)
    ]),
    "^ for a power": Slip([r"\^ は累乗ではありません。2 乗は \*\* 2 と書きます", "行目"], ["bitwise"], [
        edited("tanh_backward", "** 2", "^ 2"),
        written("sigmoid_forward", "return 1 / (1 + np.e ^ -u)"),
        written("cross_entropy", "return np.sum((y - t) ^ 2)"),
    ]),
    "lists as if they were arrays": Slip([r"リスト|(list|tuple) には|(list|tuple) は", "行目"], [], [
        written("sgd_step", "return params - lr * grads"),
        written("l2_gradient", "return [g + weight_decay * p for p, g in zip(params, grads)]"),
        edited("network_forward", "us.append(affine_forward(zs[-1], W, b))", "us.append(zs @ W + b)"),
        written("network_backward", "return [(params.T, 0)]"),
        written("train", "return params * 2.0, []"),
    ]),
}


def fewer(question: str, code: str) -> str:
    """code without its last argument."""
    return re.sub(r"(def \w+\(.*?)(?:, )?\w+(?:=[^,)]*)?\):", r"\1):", code, count=1)


SLIPS["an argument too few or too many in the def"] = Slip([r"def の行の引数は、もとのままに|引数"], ["確認の"], [
    (question, code) for question, reference in REFERENCE.items()
    for code in (fewer(question, reference), re.sub(r"\):", ", extra):", re.sub(r'="relu"|=1e-5', "", reference), count=1))
    if "activation" not in REFERENCE[question] or "extra" in code
])
SLIPS["a wrong number of arguments to an own function"] = Slip([r"引数", "行目"], [], [
    edited("network_forward", "affine_forward(zs[-1], W, b)", "affine_forward(zs[-1], W)"),
    edited("network_forward", "affine_forward(zs[-1], W, b)", "affine_forward(zs[-1], W, b, 1)"),
    edited("network_forward", "affine_forward(zs[-1], W, b)", "affine_forward(zs[-1], W, bias=b)"),
    edited("sigmoid_backward", "sigmoid_forward(u)", "sigmoid_forward(dz, u)"),
    edited("network_backward", "affine_backward(du, zs[l], params[l][0])", "affine_backward(du, zs[l])"),
    edited("train", "sgd_step(params, network_backward(x[batch], t[batch], params), lr)", "sgd_step(params, lr)"),
    edited("fix_backward", "affine_backward(du, z, W)", "affine_backward(du, z, W, b)"),
])


@pytest.mark.parametrize("kind, number", [(kind, number) for kind, slip in SLIPS.items() for number in range(len(slip.answers))],
                         ids=lambda value: str(value))
def test_what_is_read_of(kind, number, student):
    slip = SLIPS[kind]
    question, code = slip.answers[number]
    read = student.read(question, code)
    assert read.sentence.startswith(f"× {question}")
    for pattern in slip.say:
        assert re.search(pattern.format(question=question) if "{question}" in pattern else pattern, read.text), read.text
    for pattern in slip.never:
        assert not re.search(pattern, read.text), read.text
    sober(read, question, code)


BROKEN = {  # a cell that Python cannot read
    "a full-width space": lambda code: code.replace("\n    ", "\n　　", 1),
    "no colon": lambda code: code.replace("):", ")", 1),
}


@pytest.mark.parametrize("way", [*BROKEN, "not run"])
def test_a_stub_that_is_still_there_is_told_with_what_may_be_the_cause(way, student):
    for question, code in REFERENCE.items():
        broken = [BROKEN[way](code)] if way in BROKEN else []
        read = student.read(question, STUBS[question], *broken)
        assert re.fullmatch(rf"× {question} がまだ書かれていません。.*もう一度実行して、エラーが出ないか.*", read.sentence)
        sober(read, question, STUBS[question])


def test_a_name_that_an_earlier_check_used_is_none_of_the_notebook(student):
    def act():
        for question in CHECKS:
            student.check(question)
        reads = []
        for name in "W", "b", "z", "u", "x", "t", "params", "check":
            code = f"def affine_forward(a, c, d):\n    return {name} @ c + d\n"
            student.kernel.run(code)
            reads.append((name, code, student.check("affine_forward")))
        return reads

    for name, code, read in in_fork(act):
        assert f"{name} という名前がありません" in read.sentence and not read.right
        sober(read, "affine_forward", code)


NAMES = """
list len str sum print check rng range max min abs zip float int sorted isinstance type any
all set dict tuple map enumerate round getattr callable sys re json time traits Check copy
html escape names question display reason warnings base64 lzma W body
""".split()


def uses(name: str, question: str) -> bool:
    """Whether the right answer, or an own function that it calls, uses the name."""
    words = set(re.findall(r"\w+", REFERENCE[question]))
    return name in words or any(uses(name, other) for other in words & set(REFERENCE) - {question})


@pytest.mark.parametrize("value", ["3", "lambda *args: None"])
def test_a_name_that_is_taken_at_top_level_breaks_no_check(value, student):
    def act():
        reads = {}
        for name in NAMES:
            before = student.kernel.shell.user_ns.get(name, act)
            student.kernel.run(f"{name} = {value}")
            reads |= {(name, question): student.check(question) for question in CHECKS if not uses(name, question)}
            student.kernel.shell.user_ns.pop(name)
            student.kernel.shell.user_ns |= {name: before} if before is not act else {}
        return reads

    reads = in_fork(act)
    assert len(reads) > 20 * len(NAMES) / 2
    assert {key: (read.text, read.noise) for key, read in reads.items() if read.text or read.noise or not read.right} == {}


WRONG = {answer.question: answer.code for answer in reversed(MLP.answers) if not answer.right}
"""The first of the catalogue for each question."""


@pytest.mark.parametrize("answers", [REFERENCE, WRONG, STUBS], ids=["right", "wrong", "unsolved"])
def test_a_check_leaves_the_names_of_the_notebook_as_they_were(answers, student):
    def act():
        names, changed = student.kernel.shell.user_ns, []
        for question in CHECKS:
            student.kernel.run(answers[question])
            student.kernel.run("_ = 5")
            before = {name: value for name, value in names.items() if not re.match(r"_\w|__|Out|In", name)}
            student.check(question)
            after = {name: value for name, value in names.items() if not re.match(r"_\w|__|Out|In", name)}
            changed += [name for name in before | after if before.get(name, act) is not after.get(name, act)]
            student.kernel.run(REFERENCE[question])
        return changed

    assert in_fork(act) == []


def test_of_no_wrong_answer_of_the_catalogue_anything_is_read_that_is_not_for_students(student):
    for answer in [answer for answer in MLP.answers if not answer.right][::7]:
        read = student.read(answer.question, answer.code)
        sober(read, answer.question, answer.code, answer.sentence)


@dataclass
class Said:
    """What a library says in one version or another."""

    kind: type
    text: str
    japanese: str


VERSIONS = [
    Said(ValueError, "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()", "np.where"),
    Said(ValueError, "The truth value of an empty array is ambiguous. Use `array.size > 0` to check", "np.where"),
    Said(TypeError, "only size-1 arrays can be converted to Python scalars", "1 つの数のための"),
    Said(TypeError, "only length-1 arrays can be converted to Python scalars", "1 つの数のための"),
    Said(TypeError, "only 0-dimensional arrays can be converted to Python scalars", "1 つの数のための"),
    Said(TypeError, "only integer scalar arrays can be converted to a scalar index", "1 つの数のための"),
    Said(ValueError, "operands could not be broadcast together with shapes (3,2) (2,4) ", "形 (3,2) と (2,4)"),
    Said(ValueError, "operands could not be broadcast together with remapped shapes [original->remapped]: "
                     "(3,2)->(3,2) (4,2)->(2,4)", "einsum"),
    Said(ValueError, "non-broadcastable output operand with shape (2,) doesn't match the broadcast shape", "形が合っていません"),
    Said(ValueError, "shape mismatch: objects cannot be broadcast to a single shape", "形が合っていません"),
    Said(ValueError, "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg 0 with sh", "形が"),
    Said(ValueError, "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
                     "(n?,k),(k,m?)->(n?,m?) (size 2 is different from 4)", "左が 4、右が 2"),
    Said(ValueError, "matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature "
                     "(n?,k),(k,m?)->(n?,m?) requires 1)", "1 つの数を掛けるときは *"),
    Said(ValueError, "shapes (2,4) and (3,2) not aligned: 4 (dim 1) != 3 (dim 0)", "左が (2,4)、右が (3,2)"),
    Said(ValueError, "cannot reshape array of size 12 into shape (5,7)", "要素が 12 個の配列は、形 (5,7)"),
    Said(ValueError, "all the input arrays must have same number of dimensions, but the array at index 0 has 2 dime", "つなげる"),
    Said(ValueError, "all the input array dimensions except for the concatenation axis must match exactly, but alon", "つなげる"),
    Said(ValueError, "all the input array dimensions for the concatenation axis must match exactly", "つなげる"),
    Said(ValueError, "need at least one array to concatenate", "つなげる"),
    Said(ValueError, "zero-dimensional arrays cannot be concatenated", "つなげる"),
    Said(ValueError, "all input arrays must have the same shape", "つなげる"),
    Said(ValueError, "einstein sum subscripts string contains too many subscripts for operand 0", "einsum"),
    Said(ValueError, "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provid", "einsum"),
    Said(ValueError, "axis 2 is out of bounds for array of dimension 2", "2 次元の配列に axis=2"),
    Said(TypeError, "'str' object cannot be interpreted as an integer", "整数"),
    Said(TypeError, "'float' object cannot be interpreted as an integer", "整数"),
    Said(TypeError, "slice indices must be integers or None or have an __index__ method", "整数"),
    Said(TypeError, "list indices must be integers or slices, not str", "整数"),
    Said(TypeError, "tuple indices must be integers or slices, not float", "整数"),
    Said(IndexError, "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arra", "整数"),
    Said(IndexError, "arrays used as indices must be of integer (or boolean) type", "整数"),
    Said(IndexError, "index 3 is out of bounds for axis 0 with size 3", "番号 3 は範囲の外"),
    Said(IndexError, "list index out of range", "範囲の外"),
    Said(IndexError, "tuple index out of range", "範囲の外"),
    Said(IndexError, "pop from empty list", "範囲の外"),
    Said(IndexError, "too many indices for array: array is 1-dimensional, but 2 were indexed", "1 次元の配列に、番号を 2 個"),
    Said(IndexError, "boolean index did not match indexed array along dimension 0; dimension is 2 but corresponding boo", "True"),
    Said(IndexError, "boolean index did not match indexed array along axis 0; size of axis is 2 but size of correspondi", "True"),
    Said(IndexError, "invalid index to scalar variable.", "[ ] を付けられません"),
    Said(ValueError, "could not broadcast input array from shape (2,) into shape (3,)", "形 (2,) の値を、形 (3,) の場所"),
    Said(ValueError, "setting an array element with a sequence. The requested array has an inhomogeneous shap", "形のそろわない"),
    Said(KeyError, "W1", "'W1' というキー"),
    Said(TypeError, "object of type 'float' has no len()", "float は 1 つの値なので、len"),
    Said(TypeError, "object of type 'numpy.float64' has no len()", "numpy.float64 は 1 つの値なので、len"),
    Said(TypeError, "len() of unsized object", "len で長さ"),
    Said(TypeError, "unhashable type: 'numpy.ndarray'", "numpy.ndarray は、辞書のキー"),
    Said(TypeError, "'float' object is not iterable", "for で"),
    Said(TypeError, "iteration over a 0-d array", "for で"),
    Said(TypeError, "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has 2 dimensions",
         "True と False の配列で選ぶとき"),
    Said(TypeError, "'generator' object is not subscriptable", "generator には、番号の [ ]"),
    Said(TypeError, "'int' object is not callable", "int は関数ではない"),
    Said(TypeError, "'NoneType' object is not subscriptable", "None"),
    Said(TypeError, "unsupported operand type(s) for *: 'NoneType' and 'float'", "None"),
    Said(TypeError, "unsupported operand type(s) for -: 'str' and 'dict'", "str と dict は - で計算できません"),
    Said(TypeError, "unsupported operand type(s) for ** or pow(): 'dict' and 'int'", "dict と int は ** で計算できません"),
    Said(TypeError, "'<' not supported between instances of 'str' and 'int'", "str と int は < で計算できません"),
    Said(TypeError, "bad operand type for unary -: 'list'", "list には - を使えません"),
    Said(TypeError, "bad operand type for abs(): 'str'", "str には abs() を使えません"),
    Said(TypeError, "can't multiply sequence by non-int of type 'float'", "リストやタプル"),
    Said(TypeError, 'can only concatenate list (not "float") to list', "リストやタプル"),
    Said(TypeError, "ufunc 'bitwise_xor' not supported for the input types, and the inputs could not be safely coer", "^ は累乗"),
    Said(TypeError, "unsupported operand type(s) for ^: 'float' and 'int'", "^ は累乗"),
    Said(TypeError, "ufunc 'exp' not supported for the input types, and the inputs could not be safely", "数の配列ではないもの"),
    Said(TypeError, "loop of ufunc does not support argument 0 of type list which has no callable exp m", "数の配列ではないもの"),
    Said(TypeError, "ufunc 'multiply' did not contain a loop with signature matching types (dtype('<U4'), dtype", "数の配列では"),
    Said(TypeError, "Cannot cast ufunc 'add' output from dtype('float64') to dtype('int64') with casting rule 'same_ki", "int64"),
    Said(TypeError, "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^`", "True と False"),
    Said(TypeError, "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator", "True と False"),
    Said(TypeError, "Cannot interpret '3' as a data type", "np.zeros((2, 3))"),
    Said(TypeError, "f() missing 1 required positional argument: 'b'", "引数 'b' が足りません"),
    Said(TypeError, "f() missing 2 required keyword-only arguments: 'a' and 'b'", "が足りません"),
    Said(TypeError, "f() takes 1 positional argument but 2 were given", "1 個のはずですが、2 個"),
    Said(TypeError, "f() takes from 1 to 2 positional arguments but 3 were given", "2 個のはずですが、3 個"),
    Said(TypeError, "list.append() takes exactly one argument (3 given)", "引数の数"),
    Said(TypeError, "permutation() takes exactly 1 positional argument (2 given)", "引数の数"),
    Said(TypeError, "f() got an unexpected keyword argument 'bias'. Did you mean 'b'?", "bias という名前の引数"),
    Said(TypeError, "f() got multiple values for argument 'a'", "引数の数か名前"),
    Said(ValueError, "not enough values to unpack (expected 3, got 2)", "変数 3 個"),
    Said(ValueError, "too many values to unpack (expected 2)", "変数 2 個"),
    Said(ValueError, "too many values to unpack (expected 2, got 3)", "変数 2 個"),
    Said(TypeError, "cannot unpack non-iterable float object", "1 つ (float)"),
    Said(TypeError, "'tuple' object does not support item assignment", "tuple の中身"),
    Said(AttributeError, "'list' object has no attribute 'T'", "list には .T がありません"),
    Said(AttributeError, "'numpy.random._generator.Generator' object has no attribute 'randint'", ".randint がありません"),
    Said(AttributeError, "module 'numpy.random' has no attribute 'permute'", "numpy.random に permute はありません"),
    Said(AttributeError, "module 'math' has no attribute 'max'", "math に max はありません"),
    Said(RecursionError, "maximum recursion depth exceeded", "自分自身"),
    Said(RecursionError, "maximum recursion depth exceeded in comparison", "自分自身"),
    Said(ZeroDivisionError, "float division by zero", "0 で割って"),
    Said(ZeroDivisionError, "division by zero", "0 で割って"),
    Said(ValueError, "math domain error", "渡せない数"),
    Said(ValueError, "expected a positive input", "渡せない数"),
    Said(OverflowError, "math range error", "オーバーフロー"),
    Said(OverflowError, "(34, 'Numerical result out of range')", "オーバーフロー"),
    Said(ValueError, "array split does not result in an equal division", "np.array_split"),
    Said(ValueError, "zero-size array to reduction operation maximum which has no identity", "空の配列"),
    Said(ValueError, "max() arg is an empty sequence", "空の配列"),
    Said(ValueError, "max() iterable argument is empty", "空の配列"),
    Said(TypeError, "float() argument must be a string or a real number, not 'complex'", "複素数"),
    Said(ValueError, "could not convert string to float: 'a'", "文字列"),
    Said(ValueError, "invalid literal for int() with base 10: 'a'", "文字列"),
    Said(UnboundLocalError, "local variable 's' referenced before assignment", "変数 s を、値を入れる前に"),
    Said(UnboundLocalError, "cannot access local variable 's' where it is not associated with a va", "変数 s を、値を入れる前に"),
    Said(NameError, "cannot access free variable 's' where it is not associated with a value in en", "変数 s を、値を入れる前に"),
    Said(NameError, "name 'N' is not defined", "N という名前がありません"),
    Said(ImportError, "cannot import name 'soft' from 'scipy.special' (/a/b/__init_", "scipy.special の soft を読み込めません。"),
    Said(ModuleNotFoundError, "No module named 'torch'", "を読み込めません。"),
    Said(AttributeError, "module 'numpy' has no attribute 'sofmax'", "np.sofmax は"),
]


@pytest.mark.parametrize("said", VERSIONS, ids=lambda said: said.text[:60])
def test_what_a_library_says_is_told_in_japanese(said, student):
    error = MLP.given["translated"](said.kind(said.text))
    assert said.japanese in error and english(error, said.japanese) == []


class Layer:
    def __init__(self):
        self.W = np.zeros((2, 4))

    @property
    def danger(self):
        raise AssertionError("looked at")

    def __getattr__(self, name):
        raise AssertionError("looked at")


SHAPES_OF = {
    "z @ W": "z は (3, 2)、W は (2, 4)",
    "z @ W.T": "z は (3, 2)、W.T は (4, 2)",
    "z @ self.W": "z は (3, 2)、self.W は (2, 4)",
    "z @ self.W.T": "z は (3, 2)、self.W.T は (4, 2)",
    "zs[l].T @ du": "zs[l].T は (2, 3)",
    "zs[-1] @ params[0][0]": "zs[-1] は (3, 2)、params[0][0] は (2, 4)",
    "z.sum(axis=1) - z": "z は (3, 2)",
    "table['W'] @ z": "table['W'] は (2, 4)、z は (3, 2)",
    "zs[5] @ z": "z は (3, 2)",
    "self.danger @ self.nothing": "",
    "np.exp(W) + f(z)": "W は (2, 4)、z は (3, 2)",
    "z2 @ x.z": "",
}


@pytest.mark.parametrize("line", SHAPES_OF)
def test_the_shapes_of_what_a_line_names_are_looked_up_and_nothing_is_run(line):
    z, W = np.zeros((3, 2)), np.zeros((2, 4))
    names = {"z": z, "W": W, "zs": [z], "l": 0, "params": [(W, W[0])], "self": Layer(), "table": {"W": W}, "np": np, "f": len}
    assert MLP.given["shapes"](line, names) == SHAPES_OF[line]


@pytest.mark.parametrize("line, shapes", [
    ("np.exp(b) + z @ W.T - b", "(z は (3, 2)、W.T は (4, 2))"),
    ("Layer(W).forward(z)", "(z は (3, 2)、self.W は (2, 4))"),
    ("np.exp(b) + (b + (z.T @ W)) * b", "(z.T は (2, 3)、W は (2, 4))"),
])
def test_of_an_error_in_a_product_the_shapes_of_that_product_are_said(line, shapes, student):
    code = ("class Layer:\n    def __init__(self, W):\n        self.W = W\n"
            "    def forward(self, z):\n        return z @ self.W @ z\n\n\n"
            f"def affine_forward(z, W, b):\n    return {line}\n")
    read = student.read("affine_forward", code)
    assert shapes in read.wrong[0]


PICTURES = {cell.id: cell.source for cell in RELEASE.cells if cell.cell_type == "code" and cell.id.startswith("picture_")}


def test_a_picture_says_what_is_missing_and_names_no_line_of_its_own(student):
    def act():
        os.environ["FIGURES"] = "on"
        wrong = {question: f"def {question}(*args):\n    return 1 + 'a'" for question in STUBS}
        said = {}
        for name, source in PICTURES.items():
            for kind, answers in ("unsolved", STUBS), ("wrong", wrong):
                for code in answers.values():
                    student.kernel.run(code)
                student.messages.clear()
                student.kernel.run(source)
                told = [message["content"] for message in student.messages if message["msg_type"] in ("stream", "error")]
                said[name, kind] = "".join(content.get("text", "") + "".join(content.get("traceback", [])) for content in told)
        return said

    for (_, kind), text in in_fork(act).items():
        if "描けません" in text and "先に" not in text:
            assert ("まだ書かれていません" if kind == "unsolved" else "2 行目 (return 1 + 'a') でエラーが出ました") in text
            assert "呼んだのは" not in text and "lambda" not in text
        assert "Traceback" not in text


def filled(answers: dict[str, str]) -> nbformat.NotebookNode:
    """The released notebook with these answers."""
    notebook = copy.deepcopy(RELEASE)
    for cell in notebook.cells:
        if is_solution(cell) and grade_id(cell) in answers:
            cell.source = answers[grade_id(cell)]
    return notebook


@pytest.mark.parametrize("answers", [{}, WRONG], ids=["untouched", "wrong"])
def test_run_all_goes_on_to_the_end(answers, tmp_path):
    notebook = filled(answers)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    for cell in filter(asked, notebook.cells):
        [result] = [output for output in cell.outputs if output.output_type == "execute_result"]
        assert "×" in result.data["text/html"]


@pytest.mark.parametrize("answers, failed", [
    (REFERENCE, []),
    (REFERENCE | dict([edited("merge_affine", "b1 @ W2 + b2", "b1 @ W2"), written("add_backward", "return dz, 0 * dz")]),
     ["merge_affine", "add_backward"]),
], ids=["right", "partly right and wrong"])
def test_nbgraders_validation_says_which_checks_fail(answers, failed, tmp_path):
    nbformat.write(filled(answers), tmp_path / "main.ipynb")
    done = subprocess.run([sys.executable, "-m", "nbgrader", "validate", "main.ipynb"], cwd=tmp_path,
                          capture_output=True, text=True, env=os.environ | {"FIGURES": "off"}, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert ("Success! Your notebook passes all the tests." in done.stdout) is (failed == [])
    assert (f"FAILED ON {len(failed)} CELL(S)" in done.stdout.replace("\n", " ")) is bool(failed)
    assert re.findall(r"# 確認: (\w+)", done.stdout) == failed
