"""One submission through the real sandbox and the judge: what a student's notebook can do, and what happens when it breaks."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from exercise import MARKS, REFERENCE, RELEASE, ROOT, SOURCE, lost
from grading.kernel.wire import ProtocolError, decode, encode
from grading.limits import Limits
from grading.sample import submission
from nbformat.v4 import new_code_cell

from grading import worker

ASSIGNMENT = worker.Assignment(nbformat.writes(SOURCE), Limits(seconds=3, wait=20))


def grade(answers: dict[str, str], *first: str) -> dict:
    """The result for a notebook with these answers and these cells before all others."""
    notebook = submission(RELEASE, answers)
    notebook.cells = [new_code_cell(source, id=f"first-{n}") for n, source in enumerate(first)] + notebook.cells
    result = worker.grade(nbformat.writes(notebook).encode(), ASSIGNMENT)
    result["cells"] = {cell["id"]: cell for cell in result["notebook"]["cells"]}
    return result


@pytest.fixture(scope="module", autouse=True)
def no_judge_stays():
    yield
    worker.close()


@pytest.mark.parametrize("way", ["relative", "linked"])
def test_the_sandbox_finds_python_however_it_was_started(way, tmp_path):
    (tmp_path / "link").symlink_to(sys.prefix)
    name = Path(sys.executable).name
    python = {"relative": os.path.relpath(sys.executable, tmp_path), "linked": f"link/bin/{name}"}[way]
    code = "import sys; from grading import sandbox; print(sys.executable, sandbox.missing(), sep='|')"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run([python, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.stdout == f"{tmp_path}/{python}|\n"


@pytest.fixture(scope="module")
def reference() -> dict:
    return grade(REFERENCE)


def test_the_reference_loses_nothing_and_no_note_is_made(reference):
    assert lost(reference) == set() and reference["notes"] == []


def test_each_test_shows_its_tables(reference):
    for question in MARKS:
        pages = [o["data"]["text/html"] for o in reference["cells"][f"test_{question}"]["outputs"] if "data" in o]
        assert pages and all("判定" in page for page in pages), question


def test_the_kernel_never_has_the_hidden_tests_or_the_reference():
    look = "print(len(_ih) > 3, [s for s in _ih[:-1] if 'HIDDEN' in s or 'SOLUTION' in s], 'true_forward' in globals())"
    [output] = grade({}, look)["cells"]["own-0"]["outputs"]
    assert output["text"] == "True [] False\n"


OUTPUTS = {  # what a student writes in a cell → what the graded notebook shows of it
    "print(1 + 1)": "2\n",
    "1 + 1": "2",
    "%timeit -n 1 -r 1 pass": "loop",
    "!echo shell": "shell",
    "%%bash\necho magic": "magic",
    "from tqdm import tqdm\nfor i in tqdm(range(3)): pass": "3/3",
    "await __import__('asyncio').sleep(0.01)\nprint('awaited')": "awaited",
    "input('?')": "StdinNotImplementedError",
    "plt.plot([1, 2])\nplt.show()": "image/png",
    "display({'a': 1})": "{'a': 1}",
    "np.eye(2)": "array([[1., 0.]",
    "1 / 0": "ZeroDivisionError",
    "raise SystemExit": "SystemExit",
    "import os\nos.getcwd(), os.environ['HOME'], os.getuid() != 0": "('/submission', '/submission', True)",
}


@pytest.fixture(scope="module")
def shown() -> list:
    setup = "import matplotlib.pyplot as plt\nimport numpy as np"
    cells = grade({}, setup, *OUTPUTS)["cells"]
    return [str(cells[f"own-{n + 1}"]["outputs"]) for n in range(len(OUTPUTS))]


@pytest.mark.parametrize("number, code", list(enumerate(OUTPUTS)), ids=list(OUTPUTS))
def test_a_cell_of_the_students_own_shows(number, code, shown):
    assert OUTPUTS[code] in shown[number].replace("\\n", "\n")


def test_long_output_is_cut_and_the_rest_goes_on():
    result = grade(REFERENCE, "for i in range(10**5): print('long', i)", "print('after')")
    assert len(str(result["cells"]["own-0"]["outputs"])) < 50_000 and "切りました" in str(result["cells"]["own-0"]["outputs"])
    assert result["cells"]["own-1"]["outputs"][0]["text"] == "after\n" and lost(result) == set()


def test_a_kernel_that_died_comes_back_with_what_ran_before():
    answers = REFERENCE | {"affine_forward": "def affine_forward(z, W, b): return helper(z @ W, b)"}
    result = grade(answers, "def helper(a, b): return a + b", "import os\nos._exit(1)", "print('again')")
    assert lost(result) == set()
    assert [o["ename"] for o in result["cells"]["own-1"]["outputs"]] == ["Stopped"]
    assert "プロセスが止まりました" in result["cells"]["own-1"]["outputs"][0]["evalue"]
    assert result["cells"]["own-2"]["outputs"][0]["text"] == "again\n"
    assert result["notes"] == ["a cell of the student's own ended its process"]


def test_an_endless_cell_is_interrupted_and_what_it_made_stays():
    result = grade(REFERENCE, "made = 1\nwhile True: pass", "print(made)")
    assert result["cells"]["own-1"]["outputs"][0]["text"] == "1\n" and lost(result) == set()
    assert "終わらないループ" in result["cells"]["own-0"]["outputs"][-1]["evalue"]


@pytest.mark.parametrize("end", ["while True: pass", "import time; time.sleep(1000)", "import os; os._exit(0)",
                                 "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import sys; sys.exit()"])
def test_a_function_that_ends_or_never_ends_costs_its_question_only(end):
    result = grade(REFERENCE | {"merge_affine": f"def merge_affine(W1, b1, W2, b2):\n    {end}"})
    assert lost(result) == {"merge_affine"}


RAISED = {  # what a student reads → the line that raises it
    "UnicodeEncodeError: 'ascii' codec": "'é'.encode('ascii')",
    "ExceptionGroup: x (1 sub-exception)": "raise ExceptionGroup('x', [ValueError()])",
    "FileNotFoundError: [Errno 2] x": "raise OSError(2, 'x')",
    "LinAlgError: Singular matrix": "np.linalg.inv(np.zeros((2, 2)))",
}


@pytest.mark.parametrize("text", RAISED)
def test_an_exception_of_whatever_kind_is_told_with_its_line(text):
    result = grade({"affine_forward": f"def affine_forward(z, W, b):\n    {RAISED[text]}"})
    [said] = [o["evalue"] for o in result["cells"]["test_affine_forward"]["outputs"] if o["output_type"] == "error"]
    assert text in said and "affine_forward の 2 行目" in said


def test_what_a_test_changes_is_gone_after_it():
    counting = "calls = 0\ndef add_backward(dz):\n    global calls\n    calls += 1\n    print('hidden', dz)\n    return dz, dz"
    result = grade(REFERENCE | {"add_backward": counting, "multiply_backward": "print(calls)\n" + REFERENCE["multiply_backward"]})
    assert result["cells"]["multiply_backward"]["outputs"][0]["text"] == "0\n"
    assert "hidden" not in str(result["cells"]["test_add_backward"]["outputs"]) and lost(result) == set()


# Students' answers → what they lose, though later answers use what is wrong.
COSTS_ONCE = {
    "every function of part 1 and 2 is missing": (
        {q: REFERENCE[q] for q in ("network_forward", "network_backward", "train", "fix_backward", "sgd_step")},
        set(MARKS) - {"network_forward", "network_backward", "train", "fix_backward", "sgd_step"},
    ),
    "a helper kept in a table": (
        REFERENCE | {
            "relu_forward": "def relu_forward(u):\n    return u",
            "merge_affine": f"{REFERENCE['merge_affine']}\nH = {{'relu': relu_forward, 'tanh': tanh_forward}}",
            "network_forward": """
def network_forward(x, params, activation="relu"):
    h, us, zs = H.get(activation, sigmoid_forward), [], [x]
    for W, b in params:
        us.append(affine_forward(W=W, b=b, z=zs[-1]))
        zs.append(h(us[-1]))
    return us, zs[:-1]
"""},
        {"relu_forward"},
    ),
    "a helper that is no plain function": (
        REFERENCE | {"softmax": "from functools import partial\nsoftmax = partial(np.multiply, 3)"}, {"softmax"}),
    "a helper that ends its process": (
        REFERENCE | {"affine_forward": "import os\ndef affine_forward(z, W, b):\n    os._exit(1)"}, {"affine_forward"}),
    "a helper that never ends": (
        REFERENCE | {"affine_backward": "def affine_backward(du, z, W):\n    while True: pass"}, {"affine_backward"}),
    "a helper with a syntax error": (REFERENCE | {"affine_backward": "def affine_backward(du, z, W"}, {"affine_backward"}),
    "a helper whose own extra results the later answer knows": (
        REFERENCE | {
            "affine_forward": "def affine_forward(z, W, b, cache=False):\n    return (z @ W + b, z if cache else None)",
            "network_forward": """
def network_forward(x, params, activation="relu"):
    h, us, zs = {"relu": relu_forward, "tanh": tanh_forward}.get(activation, sigmoid_forward), [], []
    for W, b in params:
        u, z = affine_forward(x, W, b, cache=True)
        us.append(u)
        zs.append(z)
        x = h(u)
    return us, zs
"""},
        {"affine_forward"},
    ),
    "two mistakes, one built on the other": (
        REFERENCE | {
            "affine_backward": "def affine_backward(du, z, W):\n    return du, z, W",
            "network_backward": REFERENCE["network_backward"].replace("if l > 0", "if l > 1")},
        {"affine_backward", "network_backward"},
    ),
    "a wrong function that takes one, and calls others": (
        REFERENCE | {
            "numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    return 0 * x",
            "sigmoid_forward": "def sigmoid_forward(u):\n    return u",
            "sgd_step": """
class NotYet(Exception):
    pass

def sgd_step(params, grads, lr):
    def value(v):
        return np.sum(v * sigmoid_forward(v)) + np.sum(numerical_gradient(lambda w: np.sum(w**2), v))

    def fails(v):
        raise NotYet("here")

    assert np.all(numerical_gradient(value, np.ones(3)) > 2.5)  # 2 of it from the gradient within
    try:
        numerical_gradient(fails, np.ones(3))
    except NotYet:
        return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads)]
"""},
        {"numerical_gradient", "sigmoid_forward"},
    ),
    "calls to and fro without end": (
        REFERENCE | {
            "numerical_gradient": "def numerical_gradient(f, x, eps=1e-5):\n    return 0 * x",
            "l2_gradient": """
def l2_gradient(params, grads, weight_decay):
    def again(v):
        return np.sum(numerical_gradient(again, v))
    return again(np.ones(2))
"""},
        {"numerical_gradient", "l2_gradient"},
    ),
    "another answer returned, which is right": (
        REFERENCE | {"fix_backward": "def fix_backward(x, t, params):\n    return network_backward(x, t, params)"}, set()),
}


@pytest.mark.parametrize("case", COSTS_ONCE)
def test_a_mistake_costs_once(case):
    answers, wrong = COSTS_ONCE[case]
    assert lost(grade(answers)) == wrong


def test_an_array_that_is_returned_again_and_again_costs_the_question_that_does_so():
    code = "kept = {}\ndef affine_forward(z, W, b):\n    u = kept.setdefault((len(z), len(b)), np.zeros((len(z), len(b))))\n"
    result = grade(REFERENCE | {"affine_forward": code + "    u[:] = z @ W + b\n    return u"})
    assert lost(result) == {"affine_forward"}
    assert "前の呼び出しで返した配列の中身が変わりました" in str(result["cells"]["test_affine_forward"]["outputs"])


def test_the_student_reads_that_a_right_function_was_used():
    result = grade(REFERENCE | {"relu_backward": "def relu_backward(dz, u):\n    return dz"})
    assert result["lent"] == {q: ["relu_backward"] for q in ("network_backward", "train", "fix_backward")}
    for question in result["lent"]:
        assert "relu_backward は正しくないので" in result["cells"][f"test_{question}"]["outputs"][0]["data"]["text/plain"]


def test_nobody_is_lent_what_is_right():
    assert grade(REFERENCE)["lent"] == {}


def test_another_seed_makes_other_inputs_and_no_other_marks():
    only_the_visible = "def affine_forward(z, W, b):\n    return z @ W + b * (W.shape == (2, 4))"
    notebook = submission(RELEASE, REFERENCE | {"affine_forward": only_the_visible})
    messages = set()
    for seed in ASSIGNMENT.seed, 7:
        result = worker.grade(nbformat.writes(notebook).encode(), replace(ASSIGNMENT, seed=seed))
        assert lost(result) == {"affine_forward"}
        [test] = [cell for cell in result["notebook"]["cells"] if cell["id"] == "test_affine_forward"]
        messages.add(test["outputs"][-1]["evalue"])
    worker.close()
    assert len(messages) == 2, messages  # they name the first value that is wrong


def test_two_mistakes_at_once_are_both_told():
    code = "def affine_backward(du, z, W):\n    return du @ W.T, du.T @ z, du.mean(axis=0)"
    sentences = grade(REFERENCE | {"affine_backward": code})["mistakes"]["affine_backward"]
    assert len(sentences) == 2 and "転置" in " ".join(sentences) and "平均" in " ".join(sentences)


@pytest.mark.parametrize("library", ["sklearn.neural_network"])
def test_a_library_that_differentiates_is_not_there(library):
    code = f"def network_backward(x, t, params, activation='relu'):\n    import {library}"
    result = grade(REFERENCE | {"network_backward": code})
    assert lost(result) == {"network_backward"}
    assert f"{library} は採点の環境では使えません" in str(result["cells"]["test_network_backward"]["outputs"])


def test_a_judge_that_is_killed_is_replaced():
    grade({})
    [judge] = worker.judges
    judge.process.kill()
    time.sleep(0.1)
    assert lost(grade(REFERENCE)) == set()


VALUES = [None, True, 3, -1.5, float("inf"), "字", 2**100, [1, (2.0, "x")], {"a": [1]}, {1, 2}, range(3), 1 + 2j, np.float32(0.5),
          np.zeros((2, 0)), np.array([[1, 2], [3, 4]]).T, np.array(["a", "bc"]), np.array(3.0), np.array([np.nan, 1])]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_crosses_unchanged(value):
    got = decode(*encode(value))
    np.testing.assert_equal(got, list(value) if isinstance(value, range) else value)
    assert type(got) is type(value) or isinstance(value, range)


@pytest.mark.parametrize("value", [object(), np.array([None]), lambda: 0, Ellipsis], ids=lambda value: type(value).__name__)
def test_what_cannot_cross_is_named_by_its_type(value):
    got = decode(*encode(value))
    assert type(got).__name__ in (type(value).__name__, "ndarray")


def test_a_generator_of_random_numbers_goes_on_where_it_was():
    rng = np.random.default_rng(3)
    rng.random(5)
    assert decode(*encode(rng)).random() == rng.random()


@pytest.mark.parametrize("tree", [[], {}, {"array": 3}, {"list": 3}, {"a": 1, "b": 2}, {"dict": [1]}, {"function": 0},
                                  {"scalar": ["<f8", [], 0, 4]}])
def test_what_is_no_value_is_refused(tree):
    with pytest.raises(ProtocolError):
        decode(tree, bytearray(8))
