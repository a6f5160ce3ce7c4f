"""The student's functions, called from the judge: the end of the wire in the student's process."""

import builtins
import os
import traceback
import warnings
from collections.abc import Callable
from types import FunctionType

from .wire import Channel, ProtocolError, decode, encode

MESSAGE = 500
"""Characters of an exception's text."""


class Callback:
    """A function of the judge's: given as an argument (key: its index), or lent (key: its name)."""

    def __init__(self, channel: Channel, key: int | str):
        self.channel, self.key = channel, key

    def __call__(self, *args, **options):
        """Raises what the function raises: what a function raised that it was given, a built-in exception, or a RuntimeError."""
        functions, raised = [], []
        tree, arrays = encode((args, options), functions)
        self.channel.send({"callback": self.key, "args": tree}, arrays)
        while "call" in (reply := self.channel.receive())[0]:  # it calls a function that it was given
            send(self.channel, *answer(functions[reply[0]["call"]], self.channel, *reply, [], raised))
        message, arrays = reply
        if "raised" in message and raised:
            raise raised[-1]
        if "raised" in message:
            name, text = message["raised"]
            raise getattr(builtins, name, RuntimeError)(text)
        return decode(message["value"], arrays)


def stand_in(*args, _lent, **options):
    return _lent(*args, **options)


def lend(namespace: dict, channel: Channel, names: list[str]) -> None:
    """Put functions of the judge's in the place of the student's, also where a table or another name holds those."""
    for name in names:
        right, mine = Callback(channel, name), namespace.get(name)
        if isinstance(mine, FunctionType) and not mine.__code__.co_freevars:
            mine.__code__, mine.__defaults__, mine.__kwdefaults__ = stand_in.__code__, None, {"_lent": right}
        else:
            namespace[name] = right


def describe(error: BaseException) -> dict:
    """What the judge must know of an exception: its class, text, name (NameError), and the frames in cells."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__ and not os.path.exists(f.filename)]
    return {
        "class": [kind.__name__ for kind in type(error).__mro__],
        "text": text[:MESSAGE],
        "name": getattr(error, "name", None) if isinstance(error, NameError) else None,
        "frames": [[f.name[:MESSAGE], f.lineno, (f.line or "")[:MESSAGE]] for f in frames[-5:]],
    }


def answer(
    function: Callable, channel: Channel, message: dict, arrays: bytearray, last: list, raised: list[BaseException]
) -> tuple[dict, bytes]:
    """Call function with the arguments of message; returns the reply and its arrays.

    last: the value of the call before and its encoding, which tells whether this call changes it; then those of this call.
    What the function raises is added to raised.
    """
    args = decode(message["args"], arrays, lambda index: Callback(channel, index))
    before = encode(args, [])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(*args)
        except BaseException as error:
            raised.append(error)
            return {"raised": describe(error)}, b""
    after = encode(args, [])
    earlier = last[0] if last and encode(last[0]) != last[1] else None
    tree, data = encode((value, args if after != before else None, earlier))
    last[:] = value, encode(value)
    said = [[w.category.__name__, str(w.message)[:MESSAGE]] for w in caught[:20]]
    return {"returned": tree, "warnings": said}, data


def send(channel: Channel, reply: dict, data: bytes) -> None:
    try:
        channel.send(reply, data)
    except ProtocolError as error:
        channel.send({"raised": {"class": ["ValueError"], "text": str(error), "name": None, "frames": []}})


def serve(namespace: dict, channel: Channel) -> None:
    """Answer the judge until it hangs up. Raises EOFError then."""
    last = []
    while True:
        message, arrays = channel.receive()
        if "names" in message:
            lend(namespace, channel, message["lent"])
            found = {name: namespace[name] for name in message["names"] if name in namespace}
            tree, data = encode({name: value for name, value in found.items() if not callable(value)})
            channel.send({"callable": [name for name, value in found.items() if callable(value)], "values": tree}, data)
            continue
        try:
            reply, data = answer(namespace[message["call"]], channel, message, arrays, last, [])
        except RecursionError:
            reply, data = {"raised": {"class": ["RecursionError"], "text": "", "name": None, "frames": []}}, b""
        send(channel, reply, data)
