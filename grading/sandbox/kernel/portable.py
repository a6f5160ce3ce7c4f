"""Functions of the tests that cross to the student's process themselves, so that a call of one need not come back to the judge.

A numerical derivative calls the function that it is given hundreds of times.
"""

import builtins
import dis
import marshal
from inspect import getclosurevars
from types import CellType, CodeType, FunctionType

import numpy as np

WRITES = {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF", "IMPORT_NAME"}
"""Instructions of what is more than a computation: what it keeps must be seen where the function is from."""


def taken_apart(function) -> list | None:
    """What `put_together` makes the function of: its code and what it reads, as values that cross.

    None for what is no function, or reads more than NumPy, numbers, texts, arrays and other such functions, or keeps anything.
    """
    if type(function) is not FunctionType:
        return None
    code = function.__code__
    inner = any(isinstance(each, CodeType) for each in code.co_consts)
    if inner or any(each.opname in WRITES for each in dis.get_instructions(code)):
        return None
    read = getclosurevars(function)
    defaults, named = function.__defaults__ or (), function.__kwdefaults__ or {}
    if not all(map(is_fixed, (*read.globals.values(), *read.nonlocals.values(), *defaults, *named.values()))):
        return None
    free = tuple(read.nonlocals[name] for name in code.co_freevars)
    return [np.frombuffer(marshal.dumps(code), np.uint8), read.globals, defaults, named, free]


def is_fixed(value) -> bool:
    """Whether a value stays as it is, or is an array, which then must stay so."""
    if isinstance(value, tuple):
        return all(map(is_fixed, value))
    plain = value is None or type(value) in (bool, int, float, str) or isinstance(value, (np.ndarray, np.generic))
    return plain or value is np or taken_apart(value) is not None


def put_together(parts: list) -> FunctionType:
    """The function that `taken_apart` has taken apart. Only for what comes from the judge: code is trusted here."""
    code, names, defaults, named, free = parts
    for value in (*names.values(), *defaults, *named.values(), *free):
        if isinstance(value, np.ndarray):
            value.flags.writeable = False  # the test's own would not change with it
    function = FunctionType(
        marshal.loads(code.tobytes()), {**names, "__builtins__": builtins}, None, defaults, tuple(map(CellType, free))
    )
    function.__kwdefaults__ = named
    return function

