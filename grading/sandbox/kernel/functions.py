"""The student's functions and classes, called from the judge: the end of the wire in the student's process."""

import builtins
import os
import traceback
import warnings
from types import FunctionType

from .wire import Channel, Function, Handles, ProtocolError, decode, encode

HERE = os.path.dirname(__file__)
"""A folder that the student's user cannot see."""
MESSAGE = 500
"""Characters of an exception's text."""


def stand_in(*args, _lent, **options):
    return _lent(*args, **options)


def describe(error: BaseException) -> dict:
    """What the judge must know of an exception: its class, text, name (of a name, or of a module), and the frames in cells."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    found = traceback.extract_tb(error.__traceback__)
    frames = [f for f in found if os.path.dirname(f.filename) != HERE and not os.path.exists(f.filename)]
    return {
        "class": [kind.__name__ for kind in type(error).__mro__],
        "text": text[:MESSAGE],
        "name": getattr(error, "name", None) if isinstance(error, (NameError, ImportError)) else None,
        "frames": [[f.name[:MESSAGE], f.lineno, (f.line or "")[:MESSAGE]] for f in frames[-5:]],
    }


class Line:
    """The wire to the judge for one test: what either end has given the other over it."""

    def __init__(self, namespace: dict, channel: Channel):
        self.namespace, self.channel = namespace, channel
        self.handles = Handles()
        self.last: list = []
        """What the call before returned, and its encoding, which tells whether a call changes it."""
        self.own_code: list[tuple] = []
        """Functions that another stands in for, and what each was made of."""

    def serve(self) -> None:
        """Answer the judge until it says that the test has ended, or hangs up. Raises EOFError then."""
        while True:
            message, arrays = self.channel.receive()
            if "ended" in message:
                for mine, *made_of in self.own_code:
                    mine.__code__, mine.__defaults__, mine.__kwdefaults__ = made_of
                return
            if "names" in message:
                self.lend(message["lent"])
                found = {name: self.namespace[name] for name in message["names"] if name in self.namespace}
                tree, arrays = encode({name: value for name, value in found.items() if not callable(value)})
                callables = [name for name, value in found.items() if callable(value)]
                self.channel.send({"callable": callables, "values": tree}, arrays)
                continue
            try:
                reply, data = self.answer(message, arrays, self.last, [])
            except RecursionError:
                reply, data = {"raised": {"class": ["RecursionError"], "text": "", "name": None, "frames": []}}, b""
            self.send(reply, data)

    def lend(self, names: list[str]) -> None:
        """Put functions of the judge's in the place of the student's, also where a table or another name holds those."""
        for name in names:
            right, mine = Function(name, self.ask), self.namespace.get(name)
            if isinstance(mine, FunctionType) and not mine.__code__.co_freevars:
                self.own_code.append((mine, mine.__code__, mine.__defaults__, mine.__kwdefaults__))
                mine.__code__, mine.__defaults__, mine.__kwdefaults__ = stand_in.__code__, None, {"_lent": right}
            else:
                self.namespace[name] = right

    def own(self, key: int | str):
        return self.namespace[key] if isinstance(key, str) else self.handles.values[key]

    def answer(
        self, message: dict, arrays: bytearray, last: list, raised: list[BaseException]
    ) -> tuple[dict, bytes | bytearray]:
        """Make the call that message asks for; returns the reply and its arrays.

        last: see Line; it becomes that of this call. What the function raises is added to raised.
        """
        key = message["call"]
        function = self.namespace[key] if isinstance(key, str) else self.handles.calls[key]
        args, options = given = decode(message["args"], arrays, self.ask, self.own, code=True)
        before = encode(given, self.handles)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                value = function(*args, **options)
            except BaseException as error:
                raised.append(error)
                return {"raised": describe(error)}, b""
        after = encode(given, self.handles)
        earlier = last[0] if last and encode(last[0], self.handles) != last[1] else None
        tree, data = encode((value, given if after != before else None, earlier), self.handles)
        last[:] = value, encode(value, self.handles)
        said = [[w.category.__name__, str(w.message)[:MESSAGE]] for w in caught[:20]]
        return {"returned": tree, "warnings": said}, data

    def send(self, reply: dict, data: bytes | bytearray) -> None:
        try:
            self.channel.send(reply, data)
        except ProtocolError as error:
            self.channel.send({"raised": {"class": ["ValueError"], "text": str(error), "name": None, "frames": []}})

    def ask(self, key: int | str, args: tuple, options: dict):
        """Call what the judge has given (key: its number) or lent (key: its name).

        Raises what it raises: what a function raised that it was given, a built-in exception, or a RuntimeError.
        """
        raised: list[BaseException] = []
        tree, arrays = encode((args, options), self.handles)
        self.channel.send({"callback": key, "args": tree}, arrays)
        while "call" in (reply := self.channel.receive())[0]:  # it calls a function that it was given
            self.send(*self.answer(*reply, [], raised))
        message, arrays = reply
        if "raised" in message and raised:
            raise raised[-1]
        if "raised" in message:
            name, text = message["raised"]
            raise getattr(builtins, name, RuntimeError)(text)
        return decode(message["value"], arrays, self.ask, self.own, code=True)
