"""What a cell of a student's defines and calls, read from its syntax: a comment, a string or a docstring is neither."""

import ast
import re
from collections.abc import Iterator

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
"""A line of IPython's own syntax."""
DEFINED = re.compile(r"(?:async +)?(?:def|class) +(\w+)")
LONGEST = 100_000
"""Characters of a cell that is parsed."""


def parsed(code: str) -> ast.Module | None:
    """The syntax of a cell; None for what has none, or is too long to look at."""
    if len(code) > LONGEST:
        return None
    try:
        return ast.parse(MAGIC.sub(r"\1pass", code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


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


def defined(code: str) -> set[str]:
    """The names that a cell gives a value to, but for imports: a notebook that imports softmax does not answer it."""
    tree = parsed(code)
    if tree is None:
        return set(filter(None, map(defined_by, code.splitlines())))
    found = set()
    for node in statements(tree.body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name.id for target in targets for name in ast.walk(target)
                      if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}  # fmt: skip
    return found


def uses(code: str, name: str) -> bool:
    """Whether a cell calls, or otherwise reads, what has that name."""
    tree = parsed(code) if name in code else None
    return tree is not None and any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) for node in ast.walk(tree)
    )
