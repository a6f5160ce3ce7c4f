"""What crosses between the judge and the student's process: JSON with arrays as raw bytes behind it, never a pickle.

Both ends use this module. The judge's end trusts nothing that arrives: sizes, types and times are bounded.
"""

import array
import builtins
import json
import math
import re
import socket
import struct
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from .portable import put_together, taken_apart

HEAD = struct.Struct("!II")
"""How many bytes of JSON follow, and how many of arrays."""
PLAIN = "biufcSU"
"""The kinds of dtype whose bytes say everything; object arrays and records do not cross."""
DTYPE = re.compile(rf"[<>|][{PLAIN}][1-9][0-9]{{0,8}}")
"""How NumPy writes the name of such a dtype; it takes far more for one, and parses that as Python."""
CONTROL = re.compile(r"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal or the direction of writing; colours are none of them."""
VALUES = 500_000
"""Lists, arrays and the like in one message: each takes some hundred bytes where it is read."""
HASHED = 1000
"""Entries of a set or a dict that are let pass: where all have one hash, it takes the square of that to put them in."""
NAMES = 1000
"""Of so many classes of the other end the stand-ins have the name; then they have none of their own."""
LARGEST = 1 << 24
"""The elements of an array that has some, or would have, were its empty sides 1: a sum over these makes the others."""
TICK = 0.1
"""Seconds between two calls of Channel.tick while it waits."""


class ProtocolError(Exception):
    """What arrived is no message, or is larger than allowed."""


class Channel:
    """Messages over a stream socket.

    limit: the most bytes of a message; values: the most lists, arrays and the like in one. tick: called every TICK seconds
    while it waits; may raise.
    """

    def __init__(self, sock: socket.socket, limit: int, tick: Callable[[], None] = lambda: None, values: float = math.inf):
        self.sock, self.limit, self.tick, self.values = sock, limit, tick, values

    def close(self) -> None:
        self.sock.close()

    def is_closed(self) -> bool:
        """Whether the other end is gone, and has left nothing to read."""
        self.sock.settimeout(0)
        try:
            return not self.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def send(
        self, message: dict, arrays: bytes | bytearray = b"", deadline: float = math.inf, fds: tuple[int, ...] = ()
    ) -> None:
        """Send one message and file descriptors with it.

        Raises ProtocolError for a message above the limit, TimeoutError at the deadline (time.monotonic), and
        OSError where nobody listens.
        """
        text = json.dumps(message).encode()
        if len(text) + len(arrays) > self.limit:
            raise ProtocolError(f"a message of {len(text) + len(arrays)} bytes is above the limit of {self.limit}")
        data = memoryview(HEAD.pack(len(text), len(arrays)) + text + arrays)
        if fds:
            data = data[socket.send_fds(self.sock, [data[:1]], list(fds)) :]
        while data:
            data = data[self._wait(deadline, partial(self.sock.send, data)) :]

    def receive(self, deadline: float = math.inf, ancillary: list | None = None) -> tuple[dict, bytearray]:
        """The next message and its arrays. What else came with it (socket.recvmsg) is added to ancillary, or dropped.

        Raises TimeoutError at the deadline, EOFError where the other end is gone, and ProtocolError for
        anything that is no message.
        """
        texts, arrays = HEAD.unpack(self._exactly(HEAD.size, deadline, ancillary))
        if texts + arrays > self.limit:
            raise ProtocolError(f"a message of {texts + arrays} bytes is above the limit of {self.limit}")
        body = self._exactly(texts + arrays, deadline)
        if body.count(b"{", 0, texts) > self.values:
            raise ProtocolError("too many values")
        try:
            message = json.loads(body[:texts])
        except (ValueError, RecursionError) as error:
            raise ProtocolError(f"no JSON: {type(error).__name__}") from None
        if not isinstance(message, dict):
            raise ProtocolError("no JSON object")
        return message, body[texts:]

    def _exactly(self, size: int, deadline: float, ancillary: list | None = None) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        while rest:
            if ancillary is None or len(rest) < size:
                part = self._wait(deadline, partial(self.sock.recv_into, rest))
            else:
                part, came, _, _ = self._wait(deadline, partial(self.sock.recvmsg_into, [rest], 256))
                ancillary += came
            if not part:
                raise EOFError("the other end is gone")
            rest = rest[part:]
        return data

    def _wait(self, deadline: float, step: Callable):
        while True:
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise TimeoutError("no answer in time")
            self.sock.settimeout(min(rest, TICK))
            try:
                return step()
            except TimeoutError:
                self.tick()


def descriptor(ancillary: list) -> socket.socket:
    """The socket that came with a message."""
    [(_, _, data)] = [item for item in ancillary if item[1] == socket.SCM_RIGHTS]
    return socket.socket(fileno=array.array("i", data)[0])


def clean(text: str, longest: int) -> str:
    """text for a notebook, cut in its middle: without lone surrogates and control characters other than tab, newline, colours."""
    text = str(text)
    if len(text) > longest:
        text = f"{text[: longest // 2]} … {text[-longest // 2 :]}"
    return CONTROL.sub("", text.encode("utf-8", "replace").decode())


class Proxy:
    """Stands for something at the other end of the wire, where it is known by its key: a number, or a name.

    ask(key, arguments, options) calls it there.
    """

    _key: int | str
    _ask: Callable

    def __init__(self, key: int | str, ask: Callable):
        self.__dict__.update(_key=key, _ask=ask)

    def __deepcopy__(self, memo: dict) -> "Proxy":
        return self


class Function(Proxy):
    """A function, or a class, at the other end."""

    def __call__(self, /, *args, **options):
        return self._ask(self._key, args, options)


Function.__name__ = "function"  # what its type is called where a number should stand


class Instance(Proxy):
    """An instance of one of the notebook's classes at the other end: what it shows of itself is read and set there."""

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._ask(self._key, (name,), {})

    def __setattr__(self, name: str, value) -> None:
        self._ask(self._key, (name, value), {})


class CallableInstance(Instance):
    """An instance whose class has __call__."""

    def __call__(self, /, *args, **options):
        return self._ask(self._key, ("", *args), options)


def use(instance, name: str, /, *args, **options):
    """What an Instance asks for: the value of an attribute, to set it, or (name is '') a call.

    Only what an instance shows of itself: its innards lead to everything in its process.
    """
    if name == "":
        return instance(*args, **options)
    if not isinstance(name, str) or name.startswith("_"):
        raise AttributeError(name)
    return setattr(instance, name, *args) if args else getattr(instance, name)


class Handles:
    """What this end has given the other: functions, and instances of the notebook's classes.

    code: whether a function crosses itself where it can (portable). The judge's end never takes one.
    """

    def __init__(self, code: bool = False):
        self.code = code
        self.values: list = []
        self.calls: list[Callable] = []
        """What a call of each means."""
        self.numbers: dict[tuple[int, int], int] = {}

    def number(self, value, call: Callable) -> int:
        """The same for the same value."""
        owner = getattr(value, "__self__", value)  # a method is made anew each time that it is looked up
        key = id(owner), id(getattr(value, "__func__", value))
        if key not in self.numbers:
            self.numbers[key] = len(self.values)
            self.values.append(value)
            self.calls.append(call)
        return self.numbers[key]


def encode(value, handles: Handles | None = None) -> tuple[object, bytearray]:
    """A value as JSON and bytes.

    What cannot cross itself is kept in handles, and its number crosses; without them, or for anything else, the name of its type.
    """
    arrays = bytearray()

    def written(value: np.ndarray, tag: str):
        if value.dtype.kind not in PLAIN or value.dtype.names:
            return {"opaque": "array"}
        start = len(arrays)
        arrays.extend(value.tobytes())
        return {tag: [value.dtype.str, list(value.shape), start, len(arrays) - start]}

    def tree(value, depth=0):
        kind = type(value)
        if depth > 40:
            return {"opaque": kind.__name__}
        if value is None or kind in (bool, str, float) or (kind is int and abs(value) < 1 << 1000):
            return value
        if kind in (list, tuple, set, frozenset, range, dict):
            items = value.items() if kind is dict else value
            return {kind.__name__: [tree(item, depth + 1) for item in items]}
        if isinstance(value, np.generic):
            return written(np.asarray(value), "scalar")
        if isinstance(value, np.ndarray):
            return written(np.asarray(value), "array")
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64):
            return {"generator": value.bit_generator.state}
        if isinstance(value, (bool, int, float, str, list, tuple, dict)):  # a subclass counts as what it extends
            base: type = next(base for base in (bool, int, float, str, list, tuple, dict) if isinstance(value, base))
            return tree(base(value), depth + 1)
        if handles is not None and isinstance(value, Proxy):
            return {"own": value._key}
        if handles is not None and kind.__module__ == "__main__":  # the class stands in a cell
            return {"instance": [handles.number(value, partial(use, value)), kind.__name__, callable(value)]}
        if handles is not None and handles.code and value is np:
            return {"numpy": None}
        if handles is not None and handles.code and (parts := taken_apart(value)):
            return {"code": tree(parts, depth + 1)}
        if handles is not None and callable(value):
            return {"function": handles.number(value, value)}
        return {"opaque": kind.__name__}

    return tree(value), arrays


class Opaque:
    """Stands for a value that cannot cross."""


classes: dict[tuple[str, type], type] = {}


def class_of(name, base: type) -> type:
    """The class of what stands for an instance of a class of that name: made once, for a message may hold a million."""
    key = clean(str(name), 50), base
    if key not in classes and len(classes) < NAMES:
        classes[key] = type(key[0], (base,), {})
    return classes.get(key, base)


def decode(
    tree, arrays: bytearray, ask: Callable | None = None, own: Callable[[int | str], object] | None = None, code: bool = False
):
    """The value of `encode`. ask: calls what the other end has kept; own: what this end has kept by that key; code: whether
    functions may come themselves.

    Raises ProtocolError for anything that `encode` does not make.
    """
    try:
        return _decode(tree, Arrays(arrays), ask, own, code)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        raise ProtocolError(f"no value: {type(error).__name__}") from None


class Arrays:
    """The bytes behind a message. Each is taken once, in the order of the tree: what comes of them is no larger than they are."""

    def __init__(self, data: bytes | bytearray):
        self.data, self.taken = memoryview(data), 0

    def take(self, start: int, size: int) -> bytearray:
        if start != self.taken or size < 0 or start + size > len(self.data):
            raise ValueError
        self.taken += size
        return bytearray(self.data[start : start + size])


def _decode(tree, arrays: Arrays, ask, own, code):
    if not isinstance(tree, dict):
        if isinstance(tree, list):
            raise TypeError
        return tree
    [(tag, body)] = tree.items()
    if tag in ("list", "tuple", "set", "frozenset", "range", "dict"):
        items = [_decode(item, arrays, ask, own, code) for item in body]
        if tag in ("set", "frozenset", "dict") and len(items) > HASHED:
            return class_of(tag, Opaque)()
        return list(items) if tag == "range" else getattr(builtins, tag)(items)
    if tag in ("array", "scalar"):
        return _array(tag, body, arrays)
    if tag == "complex":
        return complex(*body)
    if tag == "generator":
        generator = np.random.default_rng()
        generator.bit_generator.state = body
        return generator
    if tag == "numpy" and code:
        return np
    if tag == "code" and code:
        return put_together(_decode(body, arrays, ask, own, code))
    if tag == "function" and ask:
        return Function(int(body), ask)
    if tag == "instance" and ask:
        number, name, called = body
        return class_of(name, CallableInstance if called else Instance)(int(number), ask)
    if tag == "own" and own:
        return own(body)
    if tag == "opaque" and body == "array":
        return np.array([None])
    if tag == "opaque":
        return class_of(body, Opaque)()
    raise ValueError


def _array(tag: str, body: list, arrays: Arrays):
    name, shape, start, size = body
    shape = tuple(map(int, shape))
    if not DTYPE.fullmatch(name) or len(shape) > 32 or min(shape, default=0) < 0:
        raise ValueError
    dtype = np.dtype(name)
    if math.prod(shape) * dtype.itemsize != size or math.prod(max(n, 1) for n in shape) > LARGEST:
        raise ValueError
    data = arrays.take(start, size)
    value = np.frombuffer(data, dtype).reshape(shape) if size else np.empty(shape, dtype)
    return value[()] if tag == "scalar" else value
