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
from exercise import ROOT
from nbformat.v4 import new_code_cell
from small import MARKS, REFERENCE, RELEASE, SMALL

from grading.exercise.sample import submission
from grading.notes import OWN
from grading.run import worker
from grading.sandbox.kernel.wire import Handles, ProtocolError, decode, encode

ASSIGNMENT = SMALL.assignment(wait=8)
"""A cell that only sleeps is stopped sooner than the exercise has it; an honest one takes a fraction of a second."""
lost = SMALL.lost


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
    missing = "machine.missing(limits.Limits())"
    code = f"import sys; from grading.sandbox import limits, machine; print(sys.executable, {missing}, sep='|')"
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
    look = "print(len(_ih) > 3, [s for s in _ih[:-1] if 'HIDDEN' in s or 'SOLUTION' in s], 'random_table' in globals())"
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
    answers = REFERENCE | {"describe": "def describe(table): return dict(zip(('mean', 'std', 'rows'), helper(table)))"}
    result = grade(answers, "def helper(a): return a.mean(0), a.std(0), len(a)", "import os\nos._exit(1)", "print('again')")
    assert lost(result) == set()
    assert [o["ename"] for o in result["cells"]["own-1"]["outputs"]] == ["Stopped"]
    assert "プロセスが止まりました" in result["cells"]["own-1"]["outputs"][0]["evalue"]
    assert result["cells"]["own-2"]["outputs"][0]["text"] == "again\n"
    assert result["notes"] == [["ended", OWN]]


def test_an_endless_cell_is_interrupted_and_what_it_made_stays():
    result = grade(REFERENCE, "made = 1\nwhile True: pass", "print(made)")
    assert result["cells"]["own-1"]["outputs"][0]["text"] == "1\n" and lost(result) == set()
    assert "終わらないループ" in result["cells"]["own-0"]["outputs"][-1]["evalue"]


@pytest.mark.parametrize("end", ["while True: pass", "import time; time.sleep(1000)", "import os; os._exit(0)",
                                 "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "import sys; sys.exit()"])
def test_a_function_that_ends_or_never_ends_costs_its_question_only(end):
    result = grade(REFERENCE | {"describe": f"def describe(table):\n    {end}"})
    assert lost(result) == {"describe"}


RAISED = {  # what a student reads → the line that raises it
    "UnicodeEncodeError: 'ascii' codec": "'é'.encode('ascii')",
    "ExceptionGroup: x (1 sub-exception)": "raise ExceptionGroup('x', [ValueError()])",
    "FileNotFoundError: [Errno 2] x": "raise OSError(2, 'x')",
    "LinAlgError: Singular matrix": "np.linalg.inv(np.zeros((2, 2)))",
}


@pytest.mark.parametrize("text", RAISED)
def test_an_exception_of_whatever_kind_is_told_with_its_line(text):
    result = grade({"describe": f"def describe(table):\n    {RAISED[text]}"})
    [said] = [o["evalue"] for o in result["cells"]["test_describe"]["outputs"] if o["output_type"] == "error"]
    assert text in said and "describe の 2 行目" in said


def test_what_a_test_changes_is_gone_after_it():
    counting = "calls = 0\nready = describe\ndef describe(table):\n    global calls\n    calls += 1\n"
    answers = {"describe": REFERENCE["describe"] + "\n" + counting + "    print('hidden', table)\n    return ready(table)",
               "Scaler": "print(calls)\n" + REFERENCE["Scaler"]}  # fmt: skip
    result = grade(REFERENCE | answers)
    assert result["cells"]["Scaler"]["outputs"][0]["text"] == "0\n"
    assert "hidden" not in str(result["cells"]["test_describe"]["outputs"]) and lost(result) == set()


# Students' answers → what they lose, though later answers use what is wrong.
COSTS_ONCE = {
    "a class that others make instances of": (
        REFERENCE | {"Scaler": "class Scaler:\n    def __init__(self, table): pass"}, {"Scaler"}),
    "a class that is a function": (REFERENCE | {"Scaler": "def Scaler(table): return 3"}, {"Scaler"}),
    "a class whose instances are set and called by others": (
        REFERENCE | {
            "Scaler": "class Scaler:\n    def __init__(self, table): self.about = 0",
            "closest": """
def closest(f, table):
    scaler = Scaler(table)
    scaler.about = {"mean": scaler.about["mean"], "std": 2 * scaler.about["std"]}
    values = [f(2 * scaler.transform(x=row)) for row in table]
    return values.index(min(values))
"""},
        {"Scaler"},
    ),
    "a class, whose methods are handed on": (
        REFERENCE | {
            "Scaler": "class Scaler:\n    pass",
            "closest": """
class Search:
    def __init__(self, f, scale):
        self.f, self.scale = f, scale

    def __call__(self, row):
        return self.f(self.scale(row))

def closest(f, table):
    return min(range(len(table)), key=lambda i: Search(f, Scaler(table).transform)(table[i]))
"""},
        {"Scaler"},
    ),
    "a function that returns a dictionary": (REFERENCE | {"describe": "def describe(table): return {}"}, {"describe"}),
    "two mistakes, one built on the other": (
        REFERENCE | {
            "describe": "def describe(table): return {'mean': 0, 'std': 1, 'rows': 2}",
            "Scaler": SMALL.slugs["Scaler", "variance"].code},
        {"describe", "Scaler"},
    ),
    "a helper whose comment, docstring and text name who uses it": (
        REFERENCE | {
            "describe": "def describe(table):\n    \"\"\"Scaler で使う。\"\"\"\n    # Scaler と closest でも使う\n"
                        "    return 'Scaler, closest'"},
        {"describe"},
    ),
    "answers that only call each other": (
        REFERENCE | {
            "describe": "def describe(table):\n    return Scaler(table).about",
            "Scaler": "class Scaler:\n    def __init__(self, table):\n        self.about = describe(table)\n"
                      "    def transform(self, x):\n        return (x - self.about['mean']) / self.about['std']\n"
                      "    def inverse(self, z):\n        return z * self.about['std'] + self.about['mean']"},
        {"describe", "Scaler"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COSTS_ONCE)
def test_a_mistake_costs_once(case):
    answers, wrong = COSTS_ONCE[case]
    assert lost(grade(answers)) == wrong


INSIDE = ["scaler.__init__.__globals__", "scaler._x", "scaler.transform.__func__", "scaler.transform.__globals__",
          "Scaler.__init__.__globals__['describe']", "scaler.__reduce_ex__(2)", "scaler.transform.__self__"]  # fmt: skip


@pytest.mark.parametrize("look", INSIDE)
def test_a_lent_instance_shows_nothing_of_the_judges_process(look):
    code = f"""
def closest(f, table):
    scaler = Scaler(table)
    try:
        seen = repr({look})
    except (AttributeError, KeyError) as error:
        seen = "nothing"
    raise ValueError("seen: " + str("random_table" in seen or "nothing" not in seen and "grading" not in seen))
"""
    result = grade(REFERENCE | {"Scaler": "class Scaler:\n    pass", "closest": code})
    assert result["lent"]["closest"] == ["Scaler"]
    [said] = [o["evalue"] for o in result["cells"]["test_closest"]["outputs"] if o["output_type"] == "error"]
    assert "seen: False" in said


def test_the_student_reads_that_a_right_function_was_used():
    result = grade(REFERENCE | {"describe": "def describe(table):\n    return table"})
    assert result["lent"] == {"Scaler": ["describe"], "closest": ["describe"]}  # by way of the student's Scaler
    assert "describe が正しくなかったので" in result["cells"]["test_Scaler"]["outputs"][0]["data"]["text/plain"]


def test_an_array_that_is_returned_again_and_again_costs_the_question_that_does_so():
    code = "kept = {}\ndef softmax(scores, temperature=1.0, axis=-1):\n"
    code += "    y = kept.setdefault(scores.shape, np.zeros(scores.shape))\n"
    body = "    e = np.exp((scores - scores.max(axis, keepdims=True)) / temperature)\n    y[:] = e / e.sum(axis, keepdims=True)\n"
    result = grade(REFERENCE | {"softmax": code + body + "    return y"})
    assert lost(result) == {"softmax"}
    assert "前の呼び出しで返した配列の中身が変わりました" in str(result["cells"]["test_softmax"]["outputs"])


def test_nobody_is_lent_what_is_right():
    assert grade(REFERENCE)["lent"] == {}


HURT = {  # a line of the student's behind the first answer → the names that the answers after it would miss
    "np = 0": "np",
    "import numpy\nnp, Check = numpy.pi, None": "np",
    "del np, softmax": "np, softmax",
    "%reset -f": "np, softmax",
    "softmax = softmax(np.zeros((2, 2)))": "softmax",
}


@pytest.mark.parametrize("line", HURT)
def test_a_line_that_takes_a_name_away_costs_no_question_behind_it(line):
    calling = "def describe(table):\n    softmax(table)\n" + REFERENCE["describe"].partition("\n")[2]
    result = grade(REFERENCE | {"describe": f"{line}\n{calling}"})
    assert lost(result) == set()
    said = [note for note in result["notes"] if note[0] == "given back"]
    assert set(HURT[line].split(", ")) <= set(said[0][2].split(", "))
    assert said[0][1] == "test_describe" and "もとの値に戻して" in str(result["cells"]["test_describe"]["outputs"][0])


def test_a_name_that_an_answer_replaces_by_a_function_of_its_own_stays_so():
    code = "def np(x): return x\n\nimport numpy\n" + REFERENCE["softmax"].replace("np.", "numpy.")
    result = grade({"softmax": code})
    assert lost(result) == set(MARKS) - {"softmax"} and result["notes"] == []


LACKING = "pandas", "torch.nn", "scipy.stats"
"""Packages that Colab has and the sandbox has not, for want of them or by the exercise's settings."""
UNUSED = {  # how an import stands in an answer that does not use it
    "above": "import {0}\nimport {0} as other\n{1}",
    "parts, above": "from {0} import one, other as another\n{1}",
    "everything, above": "from {0} import *\n{1}",
    "beside what is there": "import os, {0}, sys as system\n{1}\nos, system.path",
    "within": "{2}\n    import {0} as other\n{3}",
    "with another way": "try:\n    import {0} as mine\nexcept ImportError:\n    import numpy as mine\nmine.zeros(1)\n{1}",
}


@pytest.mark.parametrize("package", LACKING)
@pytest.mark.parametrize("how", UNUSED)
def test_an_import_of_what_is_not_there_costs_nothing_unless_it_is_used(how, package):
    answers = {question: UNUSED[how].format(package, code, *code.partition("\n")[::2]) for question, code in REFERENCE.items()
               if how != "within" or code.startswith("def ")}
    result = grade(REFERENCE | answers)
    assert lost(result) == set()
    noted = {note[1] for note in result["notes"] if note[0] == "missing package"}
    assert noted == (set() if how in ("with another way", "within") else set(answers))


@pytest.mark.parametrize("used", ["import pandas as pd", "from pandas import DataFrame as pd"])
def test_what_is_not_there_is_named_with_the_line_that_uses_it(used):
    result = grade(REFERENCE | {"describe": f"{used}\ndef describe(table):\n    return pd(table).describe()"})
    assert lost(result) == {"describe"}
    [said] = [output["evalue"] for output in result["cells"]["test_describe"]["outputs"] if output["output_type"] == "error"]
    assert said.startswith("describe の 3 行目 (return pd(table).describe()) でエラーが出ました。pandas を読み込めません。")
    assert "採点の環境" in said


NUMPY = {  # what NumPy has no more, or never had → what the sentence names
    "np.in1d([1], [1])": ("np.in1d は", "np.isin"),
    "np.trapz([1.0])": ("np.trapz は", "np.trapezoid"),
    "np.alltrue([1])": ("np.alltrue は", "np.all "),
    "np.summ(table)": ("np.summ は", "つづり"),
}


@pytest.mark.parametrize("used", NUMPY)
def test_what_this_numpy_does_not_have_is_named_as_that(used):
    result = grade(REFERENCE | {"describe": f"def describe(table):\n    return {used}"})
    [said] = [output["evalue"] for output in result["cells"]["test_describe"]["outputs"] if output["output_type"] == "error"]
    assert all(word in said for word in NUMPY[used]) and np.__version__ in said


OTHERS = {  # what is other → the assignment
    "seed": replace(ASSIGNMENT, settings=replace(ASSIGNMENT.settings, seed=8)),
    "secret of the course": replace(ASSIGNMENT, secret="another"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_seed_or_secret_makes_other_inputs_and_no_other_marks(other):
    code = "def describe(table):\n    about = {'mean': table.mean(0), 'std': table.std(0), 'rows': len(table)}\n"
    only_the_visible = code + "    about['mean'] = about['mean'] + (len(table) < 1000)\n    return about"
    notebook, messages = nbformat.writes(submission(RELEASE, REFERENCE | {"describe": only_the_visible})).encode(), []
    for assignment in ASSIGNMENT, OTHERS[other], ASSIGNMENT:
        result = worker.grade(notebook, assignment)
        assert lost(result) == {"describe"}
        [test] = [cell for cell in result["notebook"]["cells"] if cell["id"] == "test_describe"]
        messages.append(test["outputs"][-1]["evalue"])
    # They name the first value that is wrong.
    assert messages[0] != messages[1] and messages[0] == messages[2]


def test_another_file_gets_other_inputs():
    assert ASSIGNMENT.seed(b"one") == ASSIGNMENT.seed(b"one") != ASSIGNMENT.seed(b"another")


def test_two_mistakes_at_once_are_both_told():
    code = "def describe(table):\n    return {'mean': table.mean(axis=0), 'std': table.var(axis=0), 'rows': table.shape[1]}"
    told = {SMALL.slugs["describe", slug].sentence for slug in ("variance", "columns_for_rows")}
    assert set(grade(REFERENCE | {"describe": code})["mistakes"]["describe"]) == told


def test_a_package_that_is_absent_says_the_sentence_of_the_exercise():
    code = "def describe(table):\n    import scipy.stats\n    return scipy.stats.describe(table)"
    result = grade(REFERENCE | {"describe": code})
    assert lost(result) == {"describe"}
    assert "scipy.stats は、この演習では使えません" in str(result["cells"]["test_describe"]["outputs"])


def test_a_judge_ends_when_another_assignment_comes_and_only_its_own_is_closed():
    grade({})
    other = replace(ASSIGNMENT, settings=replace(ASSIGNMENT.settings, seed=8))
    worker.grade(nbformat.writes(RELEASE).encode(), other)
    [judge] = worker.judges
    assert judge.key == other.key
    worker.close(ASSIGNMENT.key)
    assert worker.judges == {judge} and judge.process.poll() is None
    worker.close(other.key)
    assert not worker.judges and judge.process.poll() is not None


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


class Thing:
    """Stands in for a class of the notebook."""

    value, _hidden = 3, 4

    def double(self, x, by=2):
        return by * x


Thing.__module__ = "__main__"


def test_an_instance_of_a_class_of_the_notebook_is_used_from_the_other_end():
    handles, thing = Handles(), Thing()
    tree, arrays = encode([thing, thing, thing.double], handles)

    def ask(key, args, options):
        return handles.calls[key](*args, **options)

    one, same, double = decode(tree, arrays, ask)
    assert type(one).__name__ == "Thing" and one.value == 3 and double(4, by=3) == 12 and len(handles.values) == 2
    any_name = decode(*encode(lambda **options: sorted(options), handles), ask)
    assert any_name(self=1, name=2, instance=3, key=4) == ["instance", "key", "name", "self"]
    assert decode(*encode(one, Handles()), ask, handles.values.__getitem__) is thing  # it comes back as what it is
    one.value = 5
    assert thing.value == 5 and same.value == 5
    with pytest.raises(AttributeError):
        print(one._hidden)
    with pytest.raises(AttributeError):
        ask(0, ("_hidden",), {})


@pytest.mark.parametrize("tree", [[], {}, {"array": 3}, {"list": 3}, {"a": 1, "b": 2}, {"dict": [1]}, {"function": 0},
                                  {"scalar": ["<f8", [], 0, 4]}, {"own": 0}, {"instance": [0, "x", False]}])
def test_what_is_no_value_is_refused(tree):
    with pytest.raises(ProtocolError):
        decode(tree, bytearray(8))
