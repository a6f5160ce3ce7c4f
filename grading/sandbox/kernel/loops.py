"""Loops that will never end, found long before the limit: the second time that all is as it was, it will be so for ever.

Only for code that reads nothing but what it is given and keeps nothing (exercise.stateless). What is not proven goes on to the
limit.
"""

import dis
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType

import numpy as np

FIRST, AGAIN = 0.5, 2.0
"""CPU seconds after which one looks whether a loop goes round in circles, and again."""
SECONDS = 0.2
"""CPU seconds for which one looks each time."""
HERE = os.path.dirname(__file__)
LARGEST = 1000
"""Values up to which one compares, and elements of an array."""


class Endless(BaseException):
    """Raised in a loop that will never end."""

    def __init__(self):
        super().__init__("終わらないループです。")


class Unknown(Exception):
    """A value of which one cannot tell whether it is as it was."""


@contextmanager
def watched(namespace: dict, cells: Collection[str]) -> Iterator[None]:
    """What runs inside is interrupted by Endless where a function of these cells (their file names) goes round in circles.

    namespace: the notebook's names.
    """
    circles: list[Circle] = []  # of all looks: one that begins in the midst of another's work leaves that in its place

    def called(frame: FrameType, event: str, argument) -> None:
        """Forget what was seen where one calls what may keep something: another cell's function, or the judge's."""
        code = frame.f_code.co_filename
        if code not in cells and (frame.f_globals is namespace or os.path.dirname(code) == HERE):
            for circle in circles:
                circle.seen = None

    def look(number: int, frame: FrameType | None) -> None:
        end = time.process_time() + SECONDS
        while frame:
            if frame.f_code.co_filename in cells:
                circles.append(Circle(frame.f_code, end))
                frame.f_trace = circles[-1].trace
            frame = frame.f_back
        sys.settrace(called)

    before = signal.signal(signal.SIGVTALRM, look)
    signal.setitimer(signal.ITIMER_VIRTUAL, FIRST, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        sys.settrace(None)


class Circle:
    """Compares a frame, line by line, with how it was at some line before (R. P. Brent, 1980)."""

    def __init__(self, code: CodeType, end: float):
        """end: of the look, by time.process_time."""
        self.end, self.power, self.steps = end, 1, 0
        self.seen: tuple | None = None
        steps = [each for each in dis.get_instructions(code) if each.opname == "FOR_ITER"]
        self.heads = {each.positions.lineno for each in steps if each.positions}
        """Where a `for` takes its next value, of which the names tell nothing."""

    def trace(self, frame: FrameType, event: str, argument):
        if event != "line":
            return self.trace
        if time.process_time() > self.end:
            sys.settrace(None)
            return None
        if frame.f_lineno in self.heads:
            self.seen = None
            return self.trace
        try:
            now = frame.f_lineno, frozen(dict(frame.f_locals), {}, [LARGEST])
        except Unknown:
            self.seen = None
            return self.trace
        if now == self.seen:
            raise Endless
        self.steps += 1
        if self.seen is None or self.steps == self.power:
            self.seen, self.power, self.steps = now, 2 * self.power, 0
        return self.trace


def frozen(value, known: dict[int, int], room: list[int]):
    """A copy to compare: equal to another one only if all that comes of the two values will be equal. Raises Unknown.

    known: number of each thing that can change and was met before, by its id: two names for one list are not two lists. room: for
    how many values there is room, in one item.
    """
    kind = type(value)
    room[0] -= 1
    if room[0] < 0 or (kind in (str, list, tuple, dict) and len(value) > LARGEST):
        raise Unknown
    if kind is int and value.bit_length() > LARGEST:
        raise Unknown
    if value is None or kind in (bool, int, float, complex, str, range):
        return kind, repr(value)
    if kind is FunctionType:  # what it closes over, and its defaults, may be what changes
        inside = [cell.cell_contents for cell in value.__closure__ or ()], value.__defaults__, value.__kwdefaults__
        return kind, id(value), *[frozen(part, known, room) for part in inside]
    if kind is BuiltinFunctionType and not isinstance(value.__self__, ModuleType):  # a list's own pop, say
        return kind, value.__name__, frozen(value.__self__, known, room)
    if kind in (BuiltinFunctionType, ModuleType, type, np.ufunc):
        return kind, id(value)
    if kind is tuple:
        return kind, *[frozen(item, known, room) for item in value]
    if kind is np.random.Generator:
        return kind, id(value), repr(value.bit_generator.state)
    if id(value) in known:
        return kind, known[id(value)]
    known[id(value)] = len(known)
    if kind in (list, dict):
        return kind, len(known), *[frozen(item, known, room) for item in (value.items() if kind is dict else value)]
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc" and value.size <= LARGEST:
        root = value if value.base is None else value.base
        start = known.setdefault(id(root), len(known)), np.asarray(value).__array_interface__["data"][0] - address(root)
        return kind, start, value.dtype.str, value.shape, value.strides, value.tobytes()
    raise Unknown


def address(root) -> int:
    """Where the numbers of an array begin; 0 for what is none, of which no two arrays here are parts."""
    return root.__array_interface__["data"][0] if isinstance(root, np.ndarray) else 0
