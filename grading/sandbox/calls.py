"""Calls of the student's functions from the judge: the judge's end of the wire.

Everything that arrives is bounded and checked here: a call gives a value, or raises what the function raised, or `Stopped`.
"""

import builtins
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from traceback import FrameSummary

import numpy as np

from .kernel.wire import Channel, Function, Handles, ProtocolError, clean, decode, encode
from .limits import Stopped
from .processes import Processes

DEEP = 20
"""Calls to and fro, one within another, that are let pass."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raises Stopped where the judge's own function, called by a student's, takes longer; 0: not while it calls one in turn."""
    def stop(*_):
        raise Stopped("time")

    before = signal.signal(signal.SIGALRM, stop)
    around, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, around)
        signal.signal(signal.SIGALRM, before)


class Calls:
    """Calls of the student's functions over the channel of a snapshot. After a Stopped, every call raises it again."""

    def __init__(self, student: Processes, channel: Channel):
        self.student, self.channel = student, channel
        self.stopped: str | None = None
        """Why every further call is one too many."""
        self.end = time.monotonic() + student.limits.wait
        self.lent: dict[str, Callable] = {}
        self.handles = Handles(code=True)
        """The judge's functions and instances that the student's were given."""
        self.depth = 0
        self.last = None
        """What the last call returned: the next one may change it, as in one process."""
        self.used: set[str] = set()
        """The names of lent functions that were called."""

    def names(self, names: Sequence[str], lent: dict[str, Callable]) -> dict:
        """name → what the student has made of it: a Function for a function or a class, or a value.

        lent: functions that the student's call from now on in the place of those of these names.
        """
        self.lent = lent
        with self._understood():
            message, arrays = self._ask({"names": list(names), "lent": list(lent)})
            values = decode(message["values"], arrays)
            found = {name: Function(name, self.call) for name in message["callable"] if name in names}
            return found | {name: value for name, value in values.items() if name in names}

    @contextmanager
    def _guard(self) -> Iterator[float]:
        if self.stopped:
            raise Stopped(self.stopped)
        try:
            with self.student.limited(self.channel) as deadline:
                yield min(deadline, self.end)
        except Stopped as error:
            self.stopped = error.kind
            raise

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What is no answer is a Stopped; an exception that the student's function raised goes through."""
        try:
            yield
        except (ProtocolError, KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError) as error:
            if getattr(error, "frames", None) is not None:
                raise
            self.stopped = "protocol"
            raise Stopped("protocol") from None

    def _ask(
        self,
        message: dict,
        arrays: bytes | bytearray = b"",
        answer: Callable[[dict, bytearray], tuple[dict, bytes | bytearray]] | None = None,
    ) -> tuple[dict, bytearray]:
        with self._guard() as deadline:
            self.channel.send(message, arrays, deadline)
            while True:
                reply, data = self.channel.receive(deadline)
                if "callback" not in reply or answer is None:
                    return reply, data
                self.channel.send(*answer(reply, data), deadline)

    def call(self, key: str | int, args: tuple, options: dict):
        """The value of the student's function, by its name or by the number of what the student has given.

        Raises what it raised, or Stopped.
        """
        if self.depth:  # within a call that is measured
            with bounded(0):
                return self._call(key, (args, options))
        start = time.process_time()
        try:
            return self._call(key, (args, options))
        finally:
            self.student.carrying += time.process_time() - start

    def _answer(self, reply: dict, data: bytearray) -> tuple[dict, bytes | bytearray]:
        """The reply to a student's function that calls one of the judge's: one it was given, or a lent one."""
        key, (given, options) = reply["callback"], decode(reply["args"], data, self.call, self.own)
        function = self.lent[key] if isinstance(key, str) else self.handles.calls[int(key)]
        if isinstance(key, str):
            self.used.add(key)
        self.depth += 1
        try:
            if self.depth > DEEP:
                raise RecursionError("too many calls, one within another")
            with bounded(self.student.limits.seconds), self._counted():
                value, arrays = encode(function(*given, **options), self.handles)
            return {"value": value}, arrays
        except Stopped:
            raise
        except Exception as error:
            kind = next(k.__name__ for k in type(error).__mro__ if hasattr(builtins, k.__name__))
            return {"raised": [kind, str(error)]}, b""
        finally:
            self.depth -= 1

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """What a lent function takes is the student's cost, as if it were the own one."""
        start = time.process_time()
        try:
            yield
        finally:
            self.student.carrying -= time.process_time() - start

    def own(self, key: int | str):
        """What the student was given under that number, or was lent by that name."""
        return self.lent[key] if isinstance(key, str) else self.handles.values[int(key)]

    def _call(self, key: str | int, given: tuple[tuple, dict]):
        tree, arrays = encode(given, self.handles)
        with self._understood():
            reply, data = self._ask({"call": key, "args": tree}, arrays, self._answer)
            if "raised" in reply:
                raise exception(reply["raised"])
            value, changed, earlier = decode(reply["returned"], data, self.call, self.own)
            said = [(str(kind), str(text)) for kind, text in reply["warnings"][:20]]
            if changed is not None:
                write_back(given, changed)
            if earlier is not None:
                write_back(self.last, earlier)
        for kind, text in said:
            category = getattr(builtins, kind, UserWarning)
            known = isinstance(category, type) and issubclass(category, Warning)
            warnings.warn(clean(text, 300), category if known else UserWarning, stacklevel=2)
        if not self.depth:
            self.last = value
        return value


def exception(told: dict) -> Exception:
    """The exception that the other end tells of; its `frames` are those of the student's cells."""
    names = [clean(str(name), 50) for name in told["class"]] or ["Exception"]
    text, error = clean(str(told["text"]), 500), Exception()
    for base in [getattr(builtins, name, None) for name in names]:
        if isinstance(base, type) and issubclass(base, Exception):
            with suppress(TypeError):  # a UnicodeEncodeError, say, is not made of a text alone; its base is
                error = base(text) if base.__name__ == names[0] else type(names[0], (base,), {})(text)
                break
    if isinstance(error, (NameError, ImportError)):
        error.name = clean(str(told["name"]), 50)
    vars(error)["frames"] = [
        FrameSummary("", int(line), clean(str(name), 50), lookup_line=False, line=clean(str(text), 200))
        for name, line, text in told["frames"][:5]
    ]
    return error


def write_back(args, changed) -> bool:
    """Make in args the changes that the student's function made in its copies.

    Returns whether args are like changed then: what cannot be changed itself is exchanged in the list that holds it.
    """
    if isinstance(args, np.ndarray) and isinstance(changed, np.ndarray) and args.shape == changed.shape:
        np.copyto(args, changed, casting="unsafe")
        return True
    if isinstance(args, list) and isinstance(changed, list) and len(args) == len(changed):
        for i, (one, other) in enumerate(zip(args, changed)):
            if not write_back(one, other):
                args[i] = other
        return True
    if isinstance(args, list) and isinstance(changed, list):
        args[:] = changed
        return True
    if isinstance(args, dict) and isinstance(changed, dict):
        for key in args.keys() - changed.keys():
            del args[key]
        for key, value in changed.items():
            if key not in args or not write_back(args[key], value):
                args[key] = value
        return True
    if isinstance(args, tuple) and isinstance(changed, tuple) and len(args) == len(changed):
        return all([write_back(one, other) for one, other in zip(args, changed)])
    return False
