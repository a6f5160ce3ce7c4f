"""Code that leaves nothing behind but names needs no process of its own for each test: which code that is, what it then gets, and
that its marks are the same."""

import copy
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import numpy as np
import pytest
from exercise import MLP, REFERENCE, RELEASE
from nbformat.v4 import new_code_cell

from grading.exercise.sample import submission
from grading.exercise.stateless import leaves_names_only
from grading.run import worker
from grading.sandbox.kernel import loops
from grading.sandbox.kernel.portable import put_together, taken_apart
from grading.sandbox.kernel.wire import Handles, ProtocolError, decode, encode

QUESTIONS = ["softmax", "affine_forward", "k_fold"]
NOTHING = {  # cells that leave names only
    "an answer": "def softmax(u):\n    e = np.exp(u - u.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)",
    "with a helper": "def shifted(u, by=0.5):\n    return u - by\n\ndef softmax(u):\n    return shifted(u)",
    "a helper within": "def softmax(u):\n    def e(v):\n        return np.exp(v) + len(u)\n    return e(u)",
    "calls of another answer": "def softmax(u):\n    return affine_forward(u, np.eye(2), 0)",
    "its own trial": "def softmax(u):\n    return u\n\nprint(softmax(np.zeros((2, 3))))",
    "a picture": "import matplotlib.pyplot as plt\nplt.plot(np.arange(3))\nplt.show()",
    "a seed of its own": "def k_fold(n, k):\n    return np.random.default_rng(0).permutation(n)",
    "errors that are caught": "def softmax(u):\n    try:\n        return u / 0\n    except ZeroDivisionError:\n        return u",
    "lists that grow": "def k_fold(n, k):\n    parts = []\n    while len(parts) < k:\n        parts.append(n)\n    return parts",
    "a name of a builtin inside": "def softmax(u):\n    sum = u.sum()\n    return u / sum",
}
SOMETHING = {  # cells that do more, or may
    "a counter": "calls = 0\n\ndef softmax(u):\n    global calls\n    calls += 1\n    return u",
    "a list of calls": "seen = []\n\ndef softmax(u):\n    seen.append(u)\n    return u",
    "data by its name": "table = np.eye(3)\n\ndef softmax(u):\n    return table",
    "a default that changes": "def softmax(u, seen=[]):\n    seen.append(u)\n    return u",
    "a function's attribute": "def softmax(u):\n    softmax.last = u\n    return u",
    "a decorator": "from functools import lru_cache\n\n@lru_cache\ndef softmax(u):\n    return u",
    "a class": "class Layer:\n    def forward(self, u):\n        self.u = u",
    "a question that is data": "softmax = [1, 2]\n\ndef k_fold(n, k):\n    return softmax.pop()",
    "warnings of NumPy": "np.seterr(all='ignore')",
    "NumPy's own seed": "np.random.seed(0)",
    "NumPy's own numbers": "def k_fold(n, k):\n    return np.random.permutation(n)",
    "numbers without a seed": "def k_fold(n, k):\n    return np.random.default_rng().permutation(n)",
    "numbers with a seed of the caller's": "def k_fold(n, k, seed=None):\n    return np.random.default_rng(seed).permutation(n)",
    "NumPy changed": "np.exp = lambda u: u",
    "figures": "def softmax(u):\n    plt.plot(u)\n    return u",
    "NumPy's name": "np = 0",
    "a builtin's name": "sum = 0",
    "another module": "import os\nos.getcwd()",
    "a module inside": "def softmax(u):\n    import sys\n    return u",
    "files of NumPy": "def softmax(u):\n    np.save('u.npy', u)\n    return u",
    "exec": "exec('x = 1')",
    "getattr": "def softmax(u):\n    return getattr(np, 'ran' + 'dom').rand()",
    "a way inside": "def softmax(u):\n    return softmax.__globals__",
    "a generator": "def k_fold(n, k):\n    yield n",
    "magic": "%timeit 1",
    "no Python": "def softmax(u)\n    return u",
    "no end of brackets": "(" * 5000,
}


@pytest.mark.parametrize("case", NOTHING)
def test_a_cell_that_leaves_names_only(case):
    assert leaves_names_only(NOTHING[case], QUESTIONS)


@pytest.mark.parametrize("case", SOMETHING)
def test_a_cell_that_may_leave_more(case):
    assert not leaves_names_only(SOMETHING[case], QUESTIONS)


def test_most_answers_leave_names_only():
    assert all(leaves_names_only(code, REFERENCE) for code in REFERENCE.values())
    plain = [answer for answer in MLP.answers if leaves_names_only(answer.code, REFERENCE)]
    assert len(plain) > 0.9 * len(MLP.answers)


FOR_EVER = {
    "nothing": "def f(x):\n    while True:\n        pass",
    "no step": "def f(x):\n    i = 0\n    while i < len(x):\n        part = x[i:i + 2]\n    return part",
    "round a circle": "def f(x):\n    i = 0\n    while True:\n        i = (i + 1) % 7",
    "arrays as they were": "def f(x):\n    y = x\n    while np.abs(y).sum() > 0:\n        y = -y",
    "in a call": "def g(x):\n    while x.size:\n        x = x[::-1]\n\ndef f(x):\n    return [g(x) for _ in range(3)]",
    "nan": "def f(x):\n    a = np.nan\n    while a != 0:\n        a = a * 2",
}
ENDS = {
    "counting": "def f(x):\n    i = 0\n    while i < 600_000:\n        i += 1\n    return i",
    "halving": "def f(x):\n    n, total = 0, 0.0\n    while n < 200_000:\n        n, total = n + 1, total + 1 / 2\n    return n",
    "the same in a for": "def f(x):\n    for one in [1] * 3_000_000:\n        two = 2\n    return two",
    "the same in a for in a while": "def f(x):\n    n = 1\n    while n:\n        for one in [1] * 3_000_000:\n"
                                   "            two = 2\n        n = 0\n    return two",
    "a list that grows": "def f(x):\n    found = []\n    while len(found) < 300_000:\n        found.append(0)\n    return 1",
    "a list by two names": "def f(x):\n    a = [[]]\n    b = a[0]\n    while len(b) < 300_000:\n        b += [0]\n    return 1",
    "an array in place": "def f(x):\n    a = np.zeros(3)\n    while a[0] < 300_000:\n        a += 1\n    return 1",
    "what another keeps": "def f(x):\n    while given() < 300_000:\n        y = 1\n    return y",
    "what a function closes over": "def made():\n    n = [0]\n    def step():\n        n[0] += 1\n        return n[0]\n"
                                   "    return step\n\ndef f(x):\n    step = made()\n    while step() < 300_000:\n"
                                   "        pass\n    return 1",
    "what a default keeps": "def f(x):\n    step = lambda n=[0]: n.__setitem__(0, n[0] + 1) or n[0]\n"
                            "    while step() < 300_000:\n        pass\n    return 1",
    "a list's own method": "def f(x):\n    pop = list(range(3_000_000)).pop\n    while pop():\n        pass\n    return 1",
    "no end of names": "def f(x):\n    o, i = object(), 0\n    while i < 500_000:\n        i += 1\n    return i",
}  # fmt: skip


def told(code: str, monkeypatch) -> object:
    """What f of the code returns, looked at after a moment; raises Endless."""
    monkeypatch.setattr(loops, "FIRST", 0.02)
    monkeypatch.setattr(loops, "AGAIN", 0.05)
    calls = iter(range(10**9))
    namespace = {"np": np, "object": object}
    exec(compile("def given():\n    return next(calls)", "another cell", "exec"), namespace | {"calls": calls}, namespace)
    namespace["calls"] = calls
    namespace["given"] = type(namespace["given"])(namespace["given"].__code__, namespace)
    exec(compile(code, "a cell", "exec"), namespace)
    with loops.watched(namespace, {"a cell"}):
        return namespace["f"](np.array([1.0, -2.0]))


@pytest.mark.parametrize("case", FOR_EVER)
def test_a_loop_without_an_end_is_ended(case, monkeypatch):
    start = time.process_time()
    with pytest.raises(loops.Endless):
        told(FOR_EVER[case], monkeypatch)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("case", ENDS)
def test_a_loop_that_ends_is_let_go_on(case, monkeypatch):
    assert told(ENDS[case], monkeypatch) is not None


A = np.array([1.0, 2.0])
CROSS = {  # functions of the tests
    "of an array": lambda v: np.sum(A * np.exp(v)),
    "with defaults": lambda v, a=A, n=(0, 1): float(np.sum(a * v) + n[1]),
    "of another": lambda v, g=lambda w: w**2: np.sum(g(v)),
    "with a name only": lambda v, *, a=2.0: a * v[0],
}
SEEN: list = []
STAY = {
    "with a list": lambda v: SEEN.append(v),
    "of a method": [].append,
    "of a module": lambda v: os.getpid(),
    "with a function inside": lambda v: [n * v for n in range(2)],
    "a class": dict,
}


@pytest.mark.parametrize("case", CROSS)
def test_a_function_that_crosses_is_the_same(case):
    function, v = CROSS[case], np.array([0.5, -1.0])
    crossed = decode(*encode((function,), Handles(code=True)), code=True)[0]
    assert crossed(v) == function(v)
    assert put_together(taken_apart(function))(v) == function(v)


@pytest.mark.parametrize("case", STAY)
def test_a_function_that_may_keep_something_stays(case):
    assert taken_apart(STAY[case]) is None
    assert list(encode(STAY[case], Handles(code=True))[0]) == ["function"]


def test_no_code_crosses_unless_it_is_wanted():
    for function in CROSS.values():
        assert list(encode(function, Handles())[0]) == ["function"]
        with pytest.raises(ProtocolError):
            decode(*encode(function, Handles(code=True)))


@pytest.fixture(autouse=True, scope="module")
def no_judge_stays():
    yield
    worker.close()


def graded(answers: dict[str, str], *own: str) -> dict:
    """Test → its outputs; the notes, and what else was found."""
    notebook = copy.deepcopy(submission(RELEASE, REFERENCE | answers))
    notebook.cells += [new_code_cell(code, id=f"own-{n}") for n, code in enumerate(own)]
    result = worker.grade(nbformat.writes(notebook).encode(), MLP.assignment())
    tests = {cell["id"]: str(cell["outputs"]) for cell in result["notebook"]["cells"] if cell["id"].startswith("test_")}
    return {"tests": tests} | {name: result[name] for name in ("notes", "mistakes", "lent")}


WRONG = [  # several at a time: a test that fails, is lent to, is stopped, and those behind it
    {"affine_forward": "def affine_forward(z, W, b):\n    return z @ W"},
    {"softmax": "def softmax(u):\n    return np.exp(u) / np.exp(u).sum()",
     "network_forward": "def network_forward(x, params, activation='relu'):\n    return [x], [x]"},
    {"sigmoid_backward": "def sigmoid_backward(dz, z):\n    return dz * z",
     "k_fold": "def k_fold(n, k, rng):\n    i = 0\n    while i < n:\n        part = range(i, n)\n    return part"},
    {"relu_forward": "def relu_forward(u):\n    raise KeyError('u')",
     "numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    return (f(x + eps) - f(x)) / eps"},
]  # fmt: skip


@pytest.mark.parametrize("answers", WRONG, ids=lambda answers: ", ".join(answers))
def test_marks_and_messages_are_those_of_a_process_for_each_test(answers):
    one, other = graded(answers, "# import os"), graded(answers, "import os")
    numbers = re.compile(r"-?\d[\d.e+-]*")  # the inputs are drawn from the file
    for result in one, other:
        result["tests"] = {test: numbers.sub("0", outputs) for test, outputs in result["tests"].items()}
    assert one == other


def test_judges_side_by_side_are_forks_of_one_process():
    worker.close()
    file = nbformat.writes(submission(RELEASE, REFERENCE)).encode()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: worker.grade(file, MLP.assignment()), range(4)))
    [judge] = worker.judges
    assert 2 <= len(judge.idle) <= 3 and not judge.working  # one may have graded the instructor's notebook meanwhile
    assert all(not MLP.lost(result) for result in results)
