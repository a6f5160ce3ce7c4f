"""What a cell of a student's defines and calls, read from its syntax: a comment, a string or a docstring is neither."""

import ast
import re
from collections.abc import Collection, Iterator

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
"""A line of IPython's own syntax."""
ELSEWHERE = re.compile(r"\s*%%(?!(?:time|timeit|capture|prun)\b)\w")
"""How a cell begins whose text IPython does not run here: it writes a file of it (%%writefile) or gives it to another program."""
DEFINED = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
LONGEST = 100_000
"""Characters of a cell that is parsed."""
NEWER = [  # how the line looks at which this Python stops reading, or what it says of it → since when, and the syntax
    (re.compile(r"\s*type\s+\w+[^=]*=[^=]"), "Python 3.12: type X = …"),
    (re.compile(r"\s*(?:async\s+)?(?:def|class)\s+\w+\s*\["), "Python 3.12: def f[T](…)"),
    (re.compile(r"""[^#]*\b[rR]?[fF][rR]?(['"])[^'"]*\{[^{}'"]*\1[^{}'"]*\1"""), 'Python 3.12: f"{d["key"]}"'),
    (re.compile(r"f-string expression part cannot include"), 'Python 3.12: f"{…}"'),
    (re.compile(r"\s*except\*?\s+[\w.]+\s*,\s*[\w.]*[A-Z]"), "Python 3.14: except A, B:"),
    (re.compile(r"""[^#'"]*\b[rR]?t[rR]?['"]"""), 'Python 3.14: t"…"'),
]


def syntax(code: str) -> ast.Module:
    """The syntax of a cell. Raises SyntaxError, ValueError, RecursionError or MemoryError."""
    return ast.parse(MAGIC.sub(r"\1pass", "" if ELSEWHERE.match(code) else code))


def parsed(code: str) -> ast.Module | None:
    """The syntax of a cell; None for what has none, or is too long to look at."""
    if len(code) > LONGEST:
        return None
    try:
        return syntax(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def newer_syntax(code: str) -> str:
    """Which syntax of a newer Python a cell has that this one cannot read, as "Python 3.14: except A, B:"; '' for none."""
    if len(code) > LONGEST:
        return ""
    try:
        syntax(code)
    except SyntaxError as error:
        line = "".join(code.split("\n")[(error.lineno or 1) - 1 :][:1])[:1000]
        return next((name for pattern, name in NEWER if pattern.match(line) or pattern.match(error.msg)), "")
    except (ValueError, RecursionError, MemoryError):
        pass
    return ""


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Those that run when the cell runs, also under a condition, in any order."""
    waiting = list(body)
    while waiting:  # no recursion: each `elif` stands inside the one before
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += [each for part in ("body", "orelse", "finalbody", "handlers") for each in getattr(node, part, [])]


def defined_by(line: str) -> str:
    """The name that a line of text defines, or '': what is no Python is somebody's answer all the same."""
    if match := DEFINED.match(line):
        return match[1]
    left, equals, right = line.partition("=")
    name = left.partition(":")[0].rstrip()
    return name if equals and not right.startswith("=") and name.isidentifier() else ""


def does_nothing(node: ast.stmt) -> bool:
    """Whether a statement is a docstring, or stands where nothing is written yet."""
    if isinstance(node, ast.Raise):
        name = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(name, ast.Name) and name.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def essence(node: ast.stmt) -> str:
    """A statement as it is compared, without comments, docstrings and what does nothing; '' for one that is nested too deeply."""
    try:
        for each in ast.walk(node):
            if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                each.body = [inner for inner in each.body if not does_nothing(inner)]
        return ast.dump(node)
    except RecursionError:
        return ""


def essences(code: str) -> list[str] | None:
    """Those of a cell's statements that do something; None for a cell without a syntax."""
    tree = parsed(code)
    return None if tree is None else [essence(node) for node in tree.body if not does_nothing(node)]


def given_by(node: ast.stmt) -> set[str]:
    """The names to which a statement gives a value, but for imports."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return set()
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name.id for target in targets for name in ast.walk(target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}  # fmt: skip


def defined(code: str, stubs: Collection[str] = ()) -> set[str]:
    """The names that a cell gives a value to, but for imports: a notebook that imports softmax does not answer it.

    stubs: essences of definitions that give none.
    """
    tree = parsed(code)
    if tree is None:
        return defined_in_lines(code)
    found = set()
    for node in statements(tree.body):
        names = given_by(node)
        if names and not (stubs and essence(node) in stubs):
            found |= names
    return found


def defined_in_lines(code: str) -> set[str]:
    """The same for a text that need not be Python."""
    return set() if ELSEWHERE.match(code) else set(filter(None, map(defined_by, code.splitlines())))


def imported(code: str) -> set[str]:
    """The names that a cell imports."""
    tree = parsed(code)
    return set() if tree is None else {
        (alias.asname or alias.name).partition(".")[0]
        for node in statements(tree.body) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    }  # fmt: skip


def read_by(code: str) -> set[str]:
    """The names that a cell reads, its functions' own among them."""
    tree = parsed(code)
    return set() if tree is None else {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def uses(code: str, name: str) -> bool:
    """Whether a cell calls, or otherwise reads, what has that name."""
    return name in code and name in read_by(code)
