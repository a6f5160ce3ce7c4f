"""Mechanical mutants of the reference: every small change of its text, one at a time.

A table of rules, each from a node of the syntax tree to the nodes that may stand in its place.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS = {
    ast.Add: [ast.Sub, ast.Mult], ast.Sub: [ast.Add, ast.Mult], ast.Mult: [ast.Add, ast.Div], ast.Div: [ast.Mult, ast.FloorDiv],
    ast.MatMult: [ast.Mult], ast.Pow: [ast.Mult], ast.Mod: [ast.FloorDiv],
    ast.Gt: [ast.GtE, ast.Lt, ast.Eq], ast.GtE: [ast.Gt, ast.Lt], ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.Gt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq],
}  # fmt: skip
"""An operator → those that may stand for it."""
RELATED = [
    {"exp", "log", "sqrt", "abs", "tanh", "square"}, {"maximum", "minimum"}, {"max", "min", "mean", "sum"},
    {"sum", "mean", "max", "prod"}, {"empty_like", "ones_like"}, {"append", "extend"}, {"zeros", "ones"},
    {"permutation", "sort"}, {"array_split", "split"},
]  # fmt: skip
"""Attributes that are taken for one another."""


@dataclass(frozen=True)
class Mutant:
    question: str
    change: str
    """Line of the function, what stood there, and what stands there now."""
    code: str

    def __str__(self) -> str:
        return f"{self.question}: {self.change}"


def constants(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        for value in (0, 1, node.value + 1, -node.value, 2 * node.value):
            if value != node.value:
                yield ast.Constant(value)


def calls(node: ast.Call) -> Iterator[ast.AST]:
    """Without a keyword, without the call, with two arguments exchanged, with one left out."""
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
    if len(node.args) == 1:
        yield node.args[0]
    if isinstance(node.func, ast.Attribute):
        yield node.func.value
    for i in range(len(node.args) - 1):
        args = list(node.args)
        args[i], args[i + 1] = args[i + 1], args[i]
        yield ast.Call(node.func, args, node.keywords)
    for i in range(len(node.args) if len(node.args) > 1 else 0):
        yield ast.Call(node.func, node.args[:i] + node.args[i + 1 :], node.keywords)


def attributes(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr == "T":
        yield node.value
    for family in RELATED:
        if node.attr in family:
            for name in sorted(family - {node.attr}):
                yield ast.Attribute(node.value, name, node.ctx)


def subscripts(node: ast.Subscript) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        yield node.value


def tuples(node: ast.Tuple) -> Iterator[ast.AST]:
    """Reversed, and each item alone."""
    if isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield ast.Tuple(node.elts[::-1], node.ctx)
        for i in range(len(node.elts)):
            yield ast.Tuple(node.elts[:i] + node.elts[i + 1 :], node.ctx)


def operators(node: ast.BinOp) -> Iterator[ast.AST]:
    """Another operator, the operands exchanged, one operand alone."""
    for kind in SWAPS.get(type(node.op), ()):
        yield ast.BinOp(node.left, kind(), node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    yield node.right


def comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for kind in SWAPS.get(type(node.ops[0]), ()):
        yield ast.Compare(node.left, [kind()], node.comparators)


def statements(node: ast.stmt) -> Iterator[ast.AST]:
    """Left out, done once instead of in a loop, always instead of under a condition."""
    yield ast.Pass()
    if isinstance(node, ast.For):
        yield ast.For(node.target, node.iter, [*node.body, ast.Break()], node.orelse)
    if isinstance(node, ast.If):
        yield ast.If(ast.Constant(True), node.body, node.orelse)
    if isinstance(node, ast.AugAssign):
        for kind in SWAPS.get(type(node.op), ()):
            yield ast.AugAssign(node.target, kind(), node.value)


RULES = {
    ast.Constant: constants, ast.Call: calls, ast.Attribute: attributes, ast.Subscript: subscripts, ast.Tuple: tuples,
    ast.BinOp: operators, ast.Compare: comparisons, ast.UnaryOp: lambda node: iter([node.operand]),
    **dict.fromkeys((ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.If, ast.Return), statements),
}  # fmt: skip


def names(node: ast.Name, known: list[str]) -> Iterator[ast.AST]:
    """Another variable of the function in its place."""
    if isinstance(node.ctx, ast.Load) and node.id in known:
        for name in known:
            if name != node.id:
                yield ast.Name(name, node.ctx)


def mutants(question: str, source: str) -> Iterator[Mutant]:
    """Every mutant of the function of that name in source; the text of each is another."""
    tree = ast.parse(source)
    [function] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == question]
    function.body = function.body[1:]  # without the docstring
    arguments = [argument.arg for argument in function.args.args]
    known = arguments + sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(function)):
        if node is function or node in function.args.defaults:
            continue
        rules = RULES.get(type(node), lambda node: ())
        for change, other in enumerate([*rules(node), *(names(node, known) if isinstance(node, ast.Name) else ())]):
            mutant = copy.deepcopy(tree)
            [copied] = [n for n in mutant.body if isinstance(n, ast.FunctionDef) and n.name == question]
            target = list(ast.walk(copied))[place]
            replaced = Replace(target, copy.deepcopy(other)).visit(mutant)
            code = ast.unparse(ast.fix_missing_locations(replaced))
            if code not in seen:
                seen.add(code)
                line = f"{getattr(node, 'lineno', 0)}"
                yield Mutant(question, f"{line}: {short(node)} → {short(other)} ({place}.{change})", code)


def short(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())[:70]


class Replace(ast.NodeTransformer):
    """Puts other in the place of node."""

    def __init__(self, node: ast.AST, other: ast.AST):
        self.node, self.other = node, other

    def visit(self, node: ast.AST) -> ast.AST:
        return self.other if node is self.node else super().generic_visit(node)
