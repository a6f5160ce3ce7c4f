"""What a student's cell defines and calls is read from its syntax. Fast."""

import time

import pytest

from grading.exercise.code import LONGEST, defined, essences, imported, newer_syntax, uses

DEFINES = {  # a cell → the names that it gives a value to
    "def f(x):\n    return x": {"f"},
    "async def f(): pass": {"f"},
    "class f:\n    y = 1\n    def g(self): pass": {"f"},
    "f = g = lambda x: x": {"f", "g"},
    "f: object = print": {"f"},
    "f, (g, *h) = 1, (2, 3)": {"f", "g", "h"},
    "from scipy.special import f": set(),  # a notebook that imports a function does not answer it
    "if True:\n    def f(): pass\nelse:\n    g = 1": {"f", "g"},
    "try:\n    f\nexcept ImportError:\n    f = None\nfinally:\n    g = 1": {"f", "g"},
    "with open('x') as file:\n    f = 1": {"f"},
    "%matplotlib inline\n!ls\ndef f(): pass": {"f"},
    "if True:\n    %time\n    f = 1": {"f"},
    "await g()\nf = 1": {"f"},
    "def f(x) return x": {"f"},  # no Python, but somebody's answer
    "f = (": {"f"},
    "f: object = (": {"f"},
    "  f = (\nf == (\nf.x = (\nf += (": set(),
    "# def f(): pass": set(),
    "'''\ndef f(): pass\n'''": set(),
    "text = 'f = 1'": {"text"},
    "f.x = 1\nf[0] = 2": set(),
    "f == 1": set(),
    "def g():\n    def f(): pass": {"g"},
    "%%time\ndef f(): pass": {"f"},
    "%%capture out\nf = 1": {"f"},
    "%%writefile f.py\ndef f(): pass": set(),
    "\n%%file f.py\ndef f(:": set(),
    "%%bash\nf=1": set(),
    "": set(),
    "\0": set(),
}
USES = {  # a cell → whether it reads the name f
    "def g():\n    return f(1)": True,
    "g = f": True,
    "h = {'f': f}": True,
    "def g(x=f): pass": True,
    "# f(1)": False,
    "def g():\n    '''f を呼ぶ。'''\n    # f でも使う\n    return 'f'": False,
    "def g():\n    f = 1": False,
    "x.f(1)": False,
    "fg(1)": False,
    "f(": False,
}


@pytest.mark.parametrize("code", DEFINES)
def test_what_a_cell_defines(code):
    assert defined(code) == DEFINES[code]


@pytest.mark.parametrize("code", USES)
def test_what_a_cell_uses(code):
    assert uses(code, "f") == USES[code]


NEWER = {  # a cell that an older Python cannot read → what it has of a newer one; with what only looks like it
    "x = 1\ntype Number = int": "Python 3.12: type X = …",
    "def f[T](x: T): pass": "Python 3.12: def f[T](…)",
    "class A[T]: pass": "Python 3.12: def f[T](…)",
    "x = f'{d['a']}'": 'Python 3.12: f"{d["key"]}"',
    'print(f"{x}: {", ".join(y)}")': 'Python 3.12: f"{d["key"]}"',
    "x = f'{'\\n'.join(y)}'": 'Python 3.12: f"{d["key"]}"',
    "try: pass\nexcept ValueError, TypeError: pass": "Python 3.14: except A, B:",
    "x = t'{y}'": 'Python 3.14: t"…"',
    "try: pass\nexcept ValueError, e: pass": "",  # Python 2
    "print 'a'": "",
    "x = f'{y'": "",
    "def f(x) return x": "",
    "type(x) = 3": "",
    "x = 'it's a t'x'": "",
    "(" * 90_000: "",
}


@pytest.mark.parametrize("code", NEWER, ids=lambda code: code[:30])
def test_what_only_a_newer_python_reads_is_named(code):
    try:
        compile(code, "", "exec")
    except (SyntaxError, MemoryError, RecursionError):
        assert newer_syntax(code) == NEWER[code]
    else:
        assert newer_syntax(code) == ""


def test_statements_are_alike_but_for_what_does_nothing():
    stub = "def f(x):\n    'doc'\n    # here\n    raise NotImplementedError"
    for same in "def f( x ):\n    pass", "'doc'\n\ndef f(x): ...", "def f(x):\n    raise NotImplementedError('f')":
        assert essences(same) == essences(stub)
    for other in "def f(y): pass", "def f(x): return x", "def f(x):\n    raise ValueError", "async def f(x): pass":
        assert essences(other) != essences(stub)
    assert essences("# nothing\n'text'\npass") == [] and essences("def f(x") is None


def test_what_a_cell_imports():
    assert imported("import a.b, c as d\nif d:\n    from e import f, g as h") == {"a", "d", "f", "h"}
    assert imported("def g():\n    import a") == imported("import (") == set()


HOSTILE = ["(" * 90_000, "-" * 90_000 + "1", "[" * 500 + "]" * 500, "x = 1\n" * (LONGEST // 6), "a: " + " " * 1_000_000,
           "def f(" * 15_000, "1+" * 40_000 + "1", "f" * 1_000_000, "if 1:\n" + " if 1:\n" * 10_000, "f\"'" * 30_000]  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE, ids=lambda code: repr(code[:12]))
def test_no_text_takes_long_or_ends_the_process(code):
    begin = time.process_time()
    defined(code)
    uses(code, "f")
    essences(code)
    newer_syntax(code)
    assert time.process_time() - begin < 20
