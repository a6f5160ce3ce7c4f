"""Whether a student's cells leave nothing behind but names, and their functions nothing at all, read from their syntax.

Then the names are all that the tests of a question need to find as they were where it stands: they can have one process one after
another, which for other cells would need a fork each. What is not on these lists may well be harmless, and costs a fork.
"""

import ast
import builtins
from collections.abc import Collection
from symtable import SymbolTable, symtable

from .code import LONGEST

MODULES = {"numpy": "np", "math": "math", "matplotlib.pyplot": "plt"}
"""Those that a cell may import, and the names that cells know them by."""
COMPUTING = {"np", "math"}
"""Those that functions may use: matplotlib keeps its figures, and warns when they are many."""
BUILTINS = {
    "abs", "all", "any", "bool", "callable", "complex", "dict", "divmod", "enumerate", "filter", "float", "format", "frozenset",
    "hash", "int", "isinstance", "issubclass", "iter", "len", "list", "map", "max", "min", "next", "pow", "print", "range",
    "repr", "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "zip",
} | {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)}  # fmt: skip
"""Those that keep nothing and lead to nothing that is kept."""
KEEPING = {
    "seterr", "seterrcall", "setbufsize", "set_printoptions", "set_string_function", "random", "save", "savez", "savetxt",
    "savez_compressed", "load", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap", "ctypeslib", "lib", "core", "testing",
}  # fmt: skip
"""Attributes of NumPy and its arrays that keep something, or lead there."""
SIMPLE = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Delete, ast.Assign, ast.AugAssign, ast.AnnAssign,
    ast.For, ast.While, ast.If, ast.With, ast.withitem, ast.Raise, ast.Try, ast.ExceptHandler, ast.Assert, ast.Expr, ast.Pass,
    ast.Break, ast.Continue, ast.Import, ast.alias, ast.BoolOp, ast.NamedExpr, ast.BinOp, ast.UnaryOp, ast.Lambda, ast.IfExp,
    ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.Compare, ast.Call,
    ast.keyword, ast.JoinedStr, ast.FormattedValue, ast.Constant, ast.Attribute, ast.Subscript, ast.Starred, ast.Name, ast.List,
    ast.Tuple, ast.Slice, ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
"""What a cell may consist of: no classes, no decorators, nothing that is global, nothing that waits."""


def leaves_names_only(code: str, questions: Collection[str]) -> bool:
    """Whether a cell does nothing that lasts but to bind names, and its functions nothing that lasts at all.

    They read what they are given, the functions of the questions and of the cell, NumPy, harmless builtins; no data by its name.
    """
    if len(code) > LONGEST:
        return False
    try:
        tree, names = ast.parse(code), symtable(code, "a cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    nodes = list(ast.walk(tree))
    calls = [(node.func, node.args) for node in nodes if isinstance(node, ast.Call)]
    seeded = {id(name.value) for name, given in calls if isinstance(name, ast.Attribute) and is_seed(name.attr, given)}
    functions = {*questions, *(node.name for node in tree.body if isinstance(node, ast.FunctionDef))}
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound = {symbol.get_name() for symbol in names.get_symbols() if symbol.is_assigned()}
    read = read_by_functions(names)
    return (
        all(is_simple(node) or id(node) in seeded for node in nodes)
        and not bound & {*BUILTINS, *MODULES.values(), *(stored & functions)}
        and not {*read, *names.get_identifiers()} & (vars(builtins).keys() - BUILTINS)
        and read <= functions | BUILTINS | COMPUTING
    )


def read_by_functions(names: SymbolTable) -> set[str]:
    """The global names that the functions of a cell read."""
    inner = [read_by_functions(each) | {symbol.get_name() for symbol in each.get_symbols() if symbol.is_global()}
             for each in names.get_children()]  # fmt: skip
    return set().union(*inner)


def is_simple(node: ast.AST) -> bool:
    """Whether a node by itself is on the lists above."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Load) and node.attr[0] != "_" and node.attr not in KEEPING
    if isinstance(node, ast.FunctionDef):
        return not node.decorator_list and all(map(is_constant, filter(None, [*node.args.defaults, *node.args.kw_defaults])))
    if isinstance(node, ast.Import):
        return all(MODULES.get(name.name) == (name.asname or name.name) for name in node.names)
    if isinstance(node, ast.Name):
        return not node.id.startswith("__")
    return isinstance(node, SIMPLE)


def is_seed(function: str, arguments: list[ast.expr]) -> bool:
    """Whether a call is default_rng of a number: without one, it draws on what the machine keeps."""
    return function == "default_rng" and [type(getattr(each, "value", None)) for each in arguments] == [int]


def is_constant(node: ast.expr) -> bool:
    """Whether an expression is a value that cannot change."""
    if isinstance(node, ast.UnaryOp):
        return is_constant(node.operand)
    if isinstance(node, ast.Tuple):
        return all(map(is_constant, node.elts))
    return isinstance(node, ast.Constant)
