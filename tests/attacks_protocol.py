"""Submissions that know the grader's own messages (grading/sandbox/kernel/wire.py and functions.py), by both ends of the wire.

First who says the right thing in these ways and gets marks for it, so that a wrong thing in its place is known to arrive.
"""

from attacks import WRONG, Attack, inside

GROUP = "speak the judge's protocol"

CHANNEL = """
import gc, os, struct, sys, time
from grading.sandbox.kernel import wire

def channel(found=[]):
    if not found or found[0].sock.fileno() < 0:
        found[:] = [c for c in gc.get_objects() if type(c).__name__ == "Channel" and c.sock.fileno() >= 0][-1:]
    return found[0]
def pairs(*items):
    return {"dict": [{"tuple": item} for item in items]}
def given(*args, options=()):
    return {"tuple": [{"tuple": list(args)}, pairs(*options)]}
def array(value):
    return {"array": [value.dtype.str, list(value.shape), 0, value.nbytes]}
def reply(value, arrays=b"", changed=None, earlier=None, warnings=()):
    channel().send({"returned": {"tuple": [value, changed, earlier]}, "warnings": list(warnings)}, arrays)
def failure(*names, text="", line=1):
    channel().send({"raised": {"class": list(names), "text": text, "name": "", "frames": [["f", line, "x"]]}})
def call(key, args, arrays=b""):
    # What the judge answers: a value, or the message itself.
    channel().send({"callback": key, "args": args}, arrays)
    message, arrays = channel().receive()
    return wire.decode(message["value"], arrays, lambda *ask: ask) if "value" in message else message
def called():
    # The next call: its key, its arguments and its options.
    message, arrays = channel().receive()
    return message["call"], *wire.decode(message["args"], arrays)
def number():
    frame = sys._getframe()
    while "forks" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["number"]
def show(output):
    channel().send({"output": output, "number": number()})
def raw(text, arrays=b"", size=None):
    channel().sock.sendall(struct.pack("!II", len(text) if size is None else size, len(arrays)) + text + arrays)
"""
# What a function, called by the judge, can say instead of its end of the wire. All of softmax, called with 2 rows of 2 scores.
AWARE: dict[str, str] = {
    "array-claims-more": 'reply({"array": ["<f8", [10**9], 0, 8]}, bytes(8))',
    "array-claims-less": 'reply({"array": ["<f8", [1], 0, 800]}, bytes(800))',
    "array-behind-the-end": 'reply({"array": ["<f8", [2, 2], 10**6, 32]}, bytes(32))',
    "array-before-the-start": 'reply({"array": ["<f8", [2, 2], -32, 32]}, bytes(32))',
    "array-of-a-negative-shape": 'reply({"array": ["<f8", [-2, -2], 0, 32]}, bytes(32))',
    "array-of-objects": 'reply({"array": ["|O", [4], 0, 32]}, bytes(32))',
    "array-of-records": 'reply({"array": [[["a", "<f8"]], [4], 0, 32]}, bytes(32))',
    "array-of-a-million-fields": 'reply({"array": ["f8," * 10**6, [0], 0, 0]})',
    "array-of-a-type-without-syntax": 'reply({"array": ["9" * 5000, [0], 0, 0]})',
    "array-of-a-type-with-numbers": 'reply({"array": ["(2,3)f8", [1], 0, 48]}, bytes(48))',
    "array-of-gigabytes-of-nothing": 'reply({"array": ["|S0", [2 * 10**9], 0, 0]})',
    "array-empty-and-huge": 'reply({"array": ["<f8", [10**18, 0], 0, 0]})',
    "array-of-text": 'reply({"array": ["<U8", [2, 2], 0, 128]}, bytes(128))',
    "array-of-infinitely-many": 'reply({"array": ["<f8", [float("inf")], 0, float("inf")]}, bytes(32))',
    "value-of-no-kind": 'reply({"pickle": "gASVIQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAZ0b3VjaCB4lIWUUpQu"})',
    "value-of-two-kinds": 'reply({"list": [], "tuple": []})',
    "value-bare": 'reply([1, 2, 3])',
    "dictionary-of-no-pairs": 'reply({"dict": [[1], 3, "xyz"]})',
    "dictionary-of-no-list": 'reply({"dict": {"y": 1.0}})',
    "dictionary-by-lists": 'reply(pairs([{"list": []}, 1.0]))',
    "set-of-arrays": 'reply({"set": [{"array": ["<f8", [2, 2], 0, 32]}]}, bytes(32))',
    "generator-of-no-state": 'reply({"generator": {"bit_generator": "PCG64", "state": {"state": -1, "inc": "x"}}})',
    "generator-of-another-kind": 'reply({"generator": {"bit_generator": "MT19937", "state": {"key": [], "pos": 10**9}}})',
    "function-returned": 'reply({"function": 0})',
    "function-of-no-number": 'reply({"function": float("inf")})',
    "deep": """raw(b'{"returned": ' + b'{"list": [' * 10**5 + b']}' * 10**5 + b'}')""",
    "deep-but-legal": """raw(b'{"returned": ' + b'{"list": [' * 300 + b']}' * 300 + b', "warnings": []}')""",
    "deep-within-a-value": """
raw(b'{"returned": {"tuple": [' + b'{"list": [' * 200 + b']}' * 200 + b', null, null]}, "warnings": []}')""",
    "digits": """raw(b'{"returned": ' + b'9' * 10**6 + b', "warnings": []}')""",
    "no-object": "raw(b'[]')",
    "not-utf-8": "raw(b'{\"returned\": \"\\xff\\xfe\"}')",
    "half-a-message": "raw(b'{', size=100); time.sleep(100)",
    "above-the-limit": "raw(b'', size=2**32 - 1)",
    "twice": 'reply(1.0); reply(1.0)',
    "before-the-call": 'reply(1.0)\nfor _ in range(1000): reply({"list": []})',
    "callbacks-of-nothing-without-end": 'while True: channel().send({"callback": 0, "args": given()})',
    "callback-of-nothing": 'channel().send({"callback": -1, "args": given()})',
    "a-failure-of-the-judge's": 'failure("CheckFailed", "AssertionError", "Exception", "BaseException", "object")',
    "a-stop-of-the-judge's": 'failure("Stopped", "Exception", "BaseException", "object")',
    "a-failure-that-ends-a-loop": 'failure("StopIteration", "Exception", "BaseException", "object")',
    "a-failure-that-ends-a-process": 'failure("SystemExit", "BaseException", "object", text="0")',
    "a-failure-of-one-class": 'failure("CheckFailed")',
    "a-failure-of-no-class": 'channel().send({"raised": {"class": [], "text": None, "name": 3, "frames": [[1, "x", []]]}})',
    "a-failure-of-no-kind": 'channel().send({"raised": 3})',
    "a-failure-of-no-line": 'failure("ValueError", "Exception", line=float("inf"))',
    "a-million-warnings": 'reply(1.0, warnings=[["RuntimeWarning", "w"]] * 10**6)',
    "warnings-of-no-kind": 'reply(1.0, warnings=[["SystemExit", "w"], ["open", "w"], 3])',
    "arguments-written": 'reply(1.0, changed=given({"array": ["<f8", [2, 2], 0, 32]}), arrays=bytes(32))',
    "arguments-of-another-shape-written": 'reply(1.0, changed={"tuple": [{"list": []}, None, 1.0]})',
    "options-written": """changed = given({"array": ["<f8", [2, 2], 0, 32]}, options=[["axis", 0], [3, 4], [None, 3]])
reply(1.0, changed=changed, arrays=bytes(32))""",
    "options-of-no-kind-written": 'reply(1.0, changed={"tuple": [{"tuple": []}, 3]})',
    "passed": 'channel().send({"passed": True, "score": 4}); channel().send({"done": True, "number": 1})',
    "callback-of-a-name-not-lent": 'channel().send({"callback": "softmax", "args": given()})',
    "callback-of-no-key": 'channel().send({"callback": [], "args": given()})',
    "callback-of-a-key-without-end": 'channel().send({"callback": float("inf"), "args": given()})',
    "callback-with-bare-arguments": 'channel().send({"callback": 0, "args": 3})',
    "hello-again": 'channel().send({"hello": 1})',
    "what-was-returned-before": 'reply(1.0, earlier={"list": []})',
    "text-in-the-arguments": 'reply(1.0, changed=given({"array": ["<U1", [2, 2], 0, 16]}), arrays=b"x\\0\\0\\0" * 4)',
    "returned-as-two": 'channel().send({"returned": {"tuple": [1.0, None]}, "warnings": []})',
    "instance-without-a-list": 'reply({"instance": 0})',
    "instance-of-two": 'reply({"instance": [0, "ndarray"]})',
    "instance-negative": 'reply({"instance": [-1, "ndarray", False]})',
    "instance-huge": 'reply({"instance": [10**400, "ndarray", False]})',
    "instance-of-no-number": 'reply({"instance": [float("inf"), "ndarray", True]})',
    "instance-by-text": 'reply({"instance": ["0", "ndarray", True]})',
    "instance-of-no-name": 'reply({"instance": [0, None, []]})',
    "instance-of-markup": r'reply({"instance": [0, "<script>PWNED()</script>\x1b[2J\0\u202e\ud800", {}]})',
    "instance-of-a-long-name": 'reply({"instance": [0, "x" * 10**7, False]})',
    "instances-a-million": 'reply({"list": [{"instance": [0, "x", 0]}] * 10**6})',
    "instances-of-many-names": 'reply({"list": [{"instance": [0, str(n), 0]} for n in range(300_000)]})',
    "array-of-empty-sides": 'reply({"array": ["<f8", [0, 3 * 10**8], 0, 0]})',
    "set-of-one-hash": 'reply({"set": [n * (2**61 - 1) for n in range(100_000)]})',
    "dictionary-of-one-hash": 'reply(pairs(*([n * (2**61 - 1), 0] for n in range(50_000))))',
    "lists-in-masses": 'reply({"list": [{"list": []}] * 2_000_000})',
    "opaque-in-masses": 'reply({"list": [{"opaque": str(n)} for n in range(300_000)]})',
}
AWARE_AT_ONCE: dict[str, str] = {
    "done-too-early": 'channel().send({"done": True, "number": number()}); os._exit(0)',
    "done-with-names": r"""names = ["<script>PWNED()</script>", "\x1b[2J\nevil: graded", 3, None, "x" * 10**6] * 100
channel().send({"done": True, "number": number(), "lacking": names, "given_back": names}); os._exit(0)""",
    "done-without-end": 'while True: channel().send({"done": True, "number": number()}); time.sleep(0.01)',
    "done-without-a-number": 'channel().send({"done": True}); os._exit(0)',
    "done-of-cells-to-come": 'for n in range(20): channel().send({"done": True, "number": number() + n})',
    "outputs-in-masses": """for _ in range(1000):
    show({"msg_type": "display_data", "content": {"data": {"text/plain": "x" * 30_000_000}, "metadata": {}}})""",
    "outputs-of-no-kind": """for output in 3, {}, {"msg_type": "stream"}, {
    "msg_type": "error", "content": {"ename": [], "evalue": {}}}, {
    "msg_type": "display_data", "content": {"data": {"text/html": ["<script>PWNED</script>"], "x" * 10**6: 3}, "metadata": 3}}, {
    "msg_type": "update_display_data", "content": {"data": {}, "transient": {"display_id": []}}}, {"msg_type": ["stream"]}:
    show(output)""",
    "outputs-of-no-content": """for content in None, 3, "text", [[]], {}:
    for kind in "stream", "error", "display_data", "clear_output":
        show({"msg_type": kind, "content": content})""",
    "outputs-of-no-number": """for count in "x", -1, True, None, 10**400:
    for kind in "display_data", "execute_result":
        show({"msg_type": kind, "content": {"data": {"text/plain": "x"}, "metadata": {}, "execution_count": count}})""",
    "output-deep": """deep = []
for _ in range(800):
    deep = [deep]
sys.setrecursionlimit(10_000)
show({"msg_type": "display_data", "content": {"data": {"application/json": deep}}})""",
}
NAMED: dict[str, str] = {  # what runs when the judge asks which functions there are
    "no-answer": 'channel().send({"hello": 1})',
    "no-names": 'channel().send({"callable": 3, "values": None})',
    "no-value": 'channel().send({"callable": [], "values": {"pickle": ""}})',
    "a-name-of-the-tests": 'channel().send({"callable": ["Check", "SEED"], "values": pairs(["np", 3], ["Check", 3])})',
    "a-function-of-no-name": 'channel().send({"callable": [[], {}, None], "values": {"dict": []}})',
    "a-type-without-syntax":
        'channel().send({"callable": [], "values": pairs(["softmax", {"array": ["9" * 5000, [0], 0, 0]}])})',
    "an-instance": 'channel().send({"callable": [], "values": pairs(["softmax", {"instance": [0, "function", True]}])})',
    "a-function-of-the-judge's": 'channel().send({"callable": [], "values": pairs(["softmax", {"own": "softmax"}])})',
    "never": "time.sleep(10**6)",
}
# Keys of what this end was never given, or not by such a key.
KEYS: dict[str, str] = {
    "never-given": "99",
    "negative": "-1",
    "huge": "10**400",
    "infinite": 'float("inf")',
    "no-number": 'float("nan")',
    "a-fraction": "0.5",
    "nothing": "None",
    "a-list": "[0]",
    "digits": '"0"',
    "a-name-not-lent": '"describe"',
    "a-name-of-the-judge's": '"Check"',
    "no-name": '""',
}
RIGHT_SOFTMAX = """
def right(scores, temperature=1.0, axis=-1):
    e = np.exp((scores - scores.max(axis=axis, keepdims=True)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)
"""
WRONG_SCALER = """
class Scaler:
    transform = inverse = lambda self, x: x

    def __init__(self, table):
        pass
"""
# Who says the right thing gets the marks: in the answer of a call, of the question for names, of a use of an instance.
RIGHT: list[Attack] = [
    Attack(GROUP, "right-answers", inside("softmax", """
while True:
    y = right(*args, **options)
    reply(array(y), y.tobytes())
    _, args, options = called()""", CHANNEL + RIGHT_SOFTMAX), allowed=frozenset({"softmax"})),
    Attack(GROUP, "right-names", {"softmax": f"""{CHANNEL}{RIGHT_SOFTMAX}
class Answer(list):
    def __iter__(self):
        channel().send({{"callable": ["softmax"], "values": {{"dict": []}}}})
        while True:
            _, args, options = called()
            y = right(*args, **options)
            reply(array(y), y.tobytes())
softmax = Answer()"""}, allowed=frozenset({"softmax"})),
    Attack(GROUP, "right-instances", inside("Scaler", """
while True:
    table = args[0]
    mean, std = table.mean(axis=0), table.std(axis=0)
    reply({"instance": [7, "Scaler", False]})
    key, args, options = called()
    while key == 7:
        name = args[0]
        reply({"function": 8})
        key, args, options = called()
        y = (args[0] - mean) / std if name == "transform" else args[0] * std + mean
        reply(array(y), y.tobytes())
        key, args, options = called()""", CHANNEL), allowed=frozenset({"Scaler"})),
    Attack(GROUP, "right-callbacks", base="reference", cells=inside("closest", """
f, table = args
rows = (table - table.mean(axis=0)) / table.std(axis=0)
return int(np.argmin([call(f._key, given(array(row)), row.tobytes()) for row in rows]))""", CHANNEL)),
    Attack(GROUP, "right-uses-of-a-lent-instance", base="reference", lost=frozenset({"Scaler"}), cells={
        "Scaler": WRONG_SCALER, **inside("closest", """
f, table = args
number = call("Scaler", given(array(table)), table.tobytes())._key
transform = call(number, given("transform"))._key
rows = call(transform, given(array(table)), table.tobytes())
return int(np.argmin([f(row) for row in rows]))""", CHANNEL)}),
]
# What closest does with a Scaler that is lent to it, an instance in the judge. It tells GOT of what that shows of itself, and
# REACHED of more.
LENT = """
f, table = args
scaler, got = Scaler(table), []
def reached(*what):
    got.append(" ".join(["REACH" + "ED", *map(repr, what)]))
def use(*args, key=scaler._key, **options):
    # Past this end's own check of the name.
    return scaler._ask(key, args, options)
def tried(*args, **options):
    try:
        return use(*args, **options)
    except Exception:
        return None
"""
INNARDS = """
__class__ __init__ __dict__ __globals__ __getattribute__ __reduce__ __reduce_ex__ __module__ __doc__ __weakref__ __func__ __self__
__code__ __closure__ __call__ __setattr__ __delattr__ __subclasshook__ _ __ _x _about transform.__globals__ transform.__func__
about.keys mro gi_frame f_globals \uff3f\uff3fclass\uff3f\uff3f \uff3f_init_\uff3f
""".split()
USED: dict[str, str] = {
    "asked-for-its-innards": f"""
for name in {INNARDS!r}:
    for options in {{}}, {{"default": 1}}, {{"name": "about"}}, {{"instance": 1}}:
        value = tried(name, **options)
        if value is not None:
            reached(name, value)""",
    "asked-for-no-name": """
texts = b"about", ["about"], ("about",), {"about": 1}, np.array("about"), np.array(["", ""]), np.str_("__class__")
for name in 3, None, 1.5, True, *texts, f, Scaler, scaler:
    value = tried(name)
    if value is not None:
        reached(name, value)""",
    "called": """
for args in ("",), ("", "__class__"), ("", table), ():
    value = tried(*args)
    if value is not None:
        reached("a call", value)""",
    "its-methods-asked": """
for name in "transform", "inverse":
    for args in ("__globals__",), ("__self__",), ("__func__", 1), ("",), ():
        value = tried(*args, key=use(name)._key)
        if value is not None:
            reached(name, args, value)""",
    "its-innards-set": """
for name in "__class__ __dict__ __init__ __getattribute__ _about __doc__".split():
    for value in f, Scaler, {}, {"transform": f}, None, scaler:
        try:
            use(name, value)
            reached(name)
        except Exception:
            pass
for args in (3, f), (None, f), (("about",), f), ("about", 1, 2), ("transform", f, f, f):
    try:
        use(*args)
        reached(args)
    except Exception:
        pass""",
    "its-attributes-set": """
for name in "transform inverse about x mean describe Scaler np".split():
    use(name, f)
use("about", {"mean": 0.0, "std": scaler, "x": scaler})
use("about")
other = Scaler(table)
right = (table - table.mean(axis=0)) / table.std(axis=0)
if not np.allclose(other.transform(table), right) or hasattr(other, "x"):
    reached("the class")""",
    "set-to-itself": """
use("about", {"mean": scaler, "std": [scaler, Scaler, f, use("transform")]})
use("transform", use("inverse"))
use("inverse", scaler)
for n in range(100):
    use(f"x{n}", scaler)
    tried("transform", table)
    tried(table, key=use("inverse")._key)
    tried(use("inverse"), key=Scaler(table).transform._key)""",
    "used-in-its-place": """
for value in scaler, use("transform"), Scaler, f, [scaler], {"mean": scaler}:
    for function in Scaler, use("transform"), use("inverse"), f:
        try:
            function(value)
        except Exception as error:
            if "0x" in str(error):
                reached(error)""",
    "used-after-its-test": """
kept = globals().setdefault("kept", [])
kept.append(scaler)
for one in kept:
    one.about
import threading
threading.Thread(target=lambda: [(time.sleep(0.05), scaler.about) for _ in range(100)]).start()""",
    "used-without-end": "while True:\n    use('about')",
    "made-without-end": "kept = []\nwhile True:\n    kept.append(Scaler(np.zeros((1000, 1000))))",
}
# Raw messages for what the judge has lent or given: a key, arguments and options of no kind.
GIVEN: dict[str, str] = {
    "options-by-numbers": 'call("Scaler", given(array(table), options=[[3, 4]]), table.tobytes())',
    "options-by-nothing": 'call("Scaler", given(array(table), options=[[None, 4]]), table.tobytes())',
    "options-by-tuples": 'call("Scaler", given(array(table), options=[[{"tuple": [1]}, 4]]), table.tobytes())',
    "options-by-lists": 'call("Scaler", given(array(table), options=[[{"list": [1]}, 4]]), table.tobytes())',
    "options-in-a-list": 'call("Scaler", {"tuple": [{"tuple": [array(table)]}, {"list": []}]}, table.tobytes())',
    "options-of-text": 'call("Scaler", {"tuple": [{"tuple": [array(table)]}, "xy"]}, table.tobytes())',
    "options-in-an-array": 'call("Scaler", {"tuple": [{"tuple": []}, array(table)]}, table.tobytes())',
    "options-of-the-wire's-own": 'for name in "self", "instance", "name", "_lent", "key", "function":\n'
                                 '    call("Scaler", given(array(table), options=[[name, 4]]), table.tobytes())\n'
                                 '    call(0, given(array(table[0]), options=[[name, 4]]), table[0].tobytes())',
    "arguments-of-text": 'call("Scaler", {"tuple": ["xyz", {"dict": []}]})',
    "arguments-in-a-number": 'call("Scaler", {"tuple": [3.5, {"dict": []}]})',
    "arguments-three": 'call("Scaler", {"tuple": [{"tuple": []}, {"dict": []}, 3]})',
    "arguments-of-a-pair": 'call("Scaler", pairs([1, 2], [3, 4]))',
    "without-end": 'while True: channel().send({"callback": 0, "args": given(array(table[0]))}, table[0].tobytes())',
    "without-end-answered": 'while True: call(0, given(array(table[0])), table[0].tobytes())',
    "many-values-without-end":
        'while True: call("Scaler", given({"array": ["<f8", [2000, 1000], 0, 16_000_000]}), bytes(16_000_000))',
    "of-an-instance-of-no-kind": 'call("Scaler", given({"instance": [float("inf"), "ndarray", []]}))',
    "of-an-instance-of-nothing": 'call("Scaler", given({"instance": [99, "ndarray", True]}))',
    "answered-before-it-is-asked": 'channel().send({"callback": "Scaler", "args": given({"instance": [99, "ndarray", True]})})\n'
                                   'for _ in range(100): reply(1.0)',
}
# Classes: what an instance, an argument of a lent function among them, can do in this end's process when the judge uses it.
SCALERS: dict[str, str] = {
    "answers-everything": """
class Everything:
    __getattr__ = lambda self, name: self
    __call__ = lambda self, *args, **options: self
    __array__ = None

class Scaler(Everything):
    def __init__(self, table):
        pass
""",
    "forged-values": """
class Scaler:
    transform = inverse = about = property(lambda self: np.zeros((2, 2)))
    shape, ndim, size, dtype = (2, 2), 2, 4, np.dtype(float)

    def __init__(self, table):
        pass
""",
    "sums-itself-right": """
class Scaler:
    all = any = lambda self, *args, **options: True
    max = min = sum = mean = lambda self, *args, **options: 0.0
    shape, ndim, size, dtype, T = (2, 2), 2, 4, np.dtype(float), 0.0

    def __init__(self, table):
        pass

    def transform(self, x):
        return self

    inverse = transform
""",
    "alternates": """
from itertools import cycle
values = cycle([object(), 3, None, [1.0], "x", np.zeros(3), len, describe, {}, type, np, lambda *args: values, ...])

def Scaler(table):
    return next(values)
""",
    "constructor-alternates": """
from itertools import cycle
kinds = cycle([dict, list, object, int])

class Scaler:
    def __new__(cls, table):
        kind = next(kinds)
        return super().__new__(cls) if kind is object else kind()

    transform = inverse = lambda self, x: x
""",
    "methods-alternate": """
from itertools import cycle

class Scaler:
    values = cycle([lambda x: x, 3, None, np.zeros((2, 2)), len, [1], "x"])

    def __init__(self, table):
        self.table = table

    @property
    def transform(self):
        return next(self.values)

    inverse = transform
""",
    "right-at-first": """
class Scaler:
    count = 0

    def __init__(self, table):
        Scaler.count += 1
        self.mean, self.std = table.mean(axis=0), table.std(axis=0)

    def transform(self, x):
        return (x - self.mean) / self.std if self.count == 1 else x

    def inverse(self, z):
        return z * self.std + self.mean
""",
    "metaclass": """
class Meta(type):
    __call__ = lambda cls, *args, **options: cls
    __getattr__ = lambda cls, name: cls
    __instancecheck__ = __subclasscheck__ = __eq__ = lambda cls, other: True
    __hash__ = lambda cls: 0
    __len__ = lambda cls: 3

class Scaler(metaclass=Meta):
    pass
""",
    "metaclass-that-lies": """
class Meta(type):
    __module__ = property(lambda cls: 1 / 0)
    __name__ = property(lambda cls: "x" * 10**7)
    mro = lambda cls: [cls, float, object]

class Scaler(float, metaclass=Meta):
    def __new__(cls, table):
        return super().__new__(cls, 0.0)
""",
    "class-that-lies": """
class Name(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__

class Scaler:
    __class__ = property(lambda self: np.ndarray)
    __module__ = Name("numpy")
    shape = dtype = property(lambda self: 1 / 0)

    def __init__(self, table):
        pass
""",
    "self-that-lies": """
class Scaler:
    __self__ = property(lambda self: object())
    __func__ = property(lambda self: 1 / 0)
    transform = inverse = lambda self, x: x

    def __init__(self, table):
        pass
""",
    "instances-without-end": """
class Scaler:
    def __init__(self, table=None):
        pass

    def transform(self, x):
        return [Scaler() for _ in range(500_000)]

    inverse = transform
""",
    "long-list-of-itself": """
class Scaler:
    def __init__(self, table=None):
        pass

    transform = inverse = lambda self, x: [self] * 2_000_000
""",
} | {f"attribute-{name}": f"""
import os, signal, sys, time

class Scaler:
    def __init__(self, table):
        pass

    @property
    def transform(self):
        {code}

    inverse = transform
""" for name, code in {
    "that-never-ends": "while True: pass",
    "that-sleeps": "time.sleep(10**6)",
    "that-raises": "raise ValueError('x' * 10**6)",
    "that-ends-a-loop": "raise StopIteration",
    "that-is-not-there": "raise AttributeError('frames')",
    "that-raises-what-is-no-error": "raise GeneratorExit",
    "that-exits": "sys.exit(0)",
    "that-ends-the-process": "os._exit(0)",
    "that-kills-the-process": "os.kill(os.getpid(), signal.SIGKILL)",
    "that-recurses": "return self.transform",
    "that-is-a-gigabyte": "return np.ones(2**27)",
    "that-warns": "import warnings; [warnings.warn(f'<script>PWNED({n})</script>', RuntimeWarning) for n in range(1000)]",
}.items()}
# Arguments of a lent function (describe, of the judge's) that are instances here: it calls their methods.
TABLES: dict[str, str] = {
    "answers-everything": "mean = std = lambda self, axis=None: self\n    __len__ = lambda self: 3",
    "to-and-fro": "mean = lambda self, axis: describe(self)",
    "to-and-fro-by-two": "mean = lambda self, axis: [describe(Table()), describe(self)]",
    "forged": "mean = std = lambda self, axis: np.zeros(2)\n    shape, ndim, size, T = (2, 2), 2, 4, None",
    "lent-function-in-its-place": "mean = std = property(lambda self: describe)",
    "never-ends": "def mean(self, axis):\n        while True: pass",
    "sleeps": "def mean(self, axis):\n        import time; time.sleep(10**6)",
    "ends-the-process": "def mean(self, axis):\n        import os; os._exit(0)",
    "raises": "def mean(self, axis):\n        raise GeneratorExit",
    "huge": "mean = lambda self, axis: np.ones(2**27)",
}


def with_a_lent_scaler(name: str, code: str) -> Attack:
    """An attack by closest, to which a right Scaler is lent; the code runs when it is called with the arguments args."""
    return Attack(GROUP, name, {"Scaler": WRONG_SCALER, **inside("closest", code, CHANNEL)},
                  base="reference", lost=frozenset({"Scaler", "closest"}))


ATTACKS_OF_THE_PROTOCOL: list[Attack] = [
    *RIGHT,
    *(Attack(GROUP, f"aware-{name}", inside("softmax", f"{code}\nreturn 1.0", CHANNEL))
      for name, code in AWARE.items()),
    *(Attack(GROUP, f"aware-{name}", {"softmax": WRONG}, first=CHANNEL + code)
      for name, code in AWARE_AT_ONCE.items()),
    *(Attack(GROUP, f"named-{name}", {"softmax": f"""{CHANNEL}
class Answer(list):
    def __iter__(self):
        {code}
        return iter([])
softmax = Answer()"""})
      for name, code in NAMED.items()),
    *(Attack(GROUP, f"own-{name}-returned", inside("softmax", f'reply({{"own": {key}}})\nreturn 1.0', CHANNEL))
      for name, key in KEYS.items()),
    *(Attack(GROUP, f"own-{name}-as-an-attribute", inside("Scaler", f"""
reply({{"instance": [7, "Scaler", False]}})
while True:
    called()
    reply({{"own": {key}}})""", CHANNEL)) for name, key in KEYS.items()),
    *(with_a_lent_scaler(f"own-{name}-passed-on", f"""
f, table = args
call("Scaler", given({{"own": {key}}}))
call(0, given(array(table[0]), {{"own": {key}}}), table[0].tobytes())
return 0""") for name, key in KEYS.items()),
    *(with_a_lent_scaler(f"callback-by-{name}", f"f, table = args\ncall({key}, given(array(table)), table.tobytes())\nreturn 0")
      for name, key in KEYS.items()),
    *(with_a_lent_scaler(f"given-{name}", f"f, table = args\n{code}\nreturn 0") for name, code in GIVEN.items()),
    *(with_a_lent_scaler(f"lent-instance-{name}", f"{LENT}\n{code}\nraise ValueError(' '.join(['GOT', *scaler.about, *got]))")
      for name, code in USED.items()),
    *(Attack(GROUP, f"class-{name}", {"Scaler": code}, base="reference", lost=frozenset({"Scaler"}))
      for name, code in SCALERS.items()),
    Attack(GROUP, "class-right-but-warning", base="reference", cells={"Scaler": """
class Scaler:
    def __init__(self, table):
        self.mean, self.std = table.mean(axis=0), table.std(axis=0)

    @property
    def transform(self):
        np.log(np.zeros(1))
        return lambda x: (x - self.mean) / self.std

    def inverse(self, z):
        return z * self.std + self.mean
"""}),
    *(Attack(GROUP, f"class-{name}-instead-of-an-array", {"softmax": code.replace("Scaler", "ndarray") + """
def softmax(scores, temperature=1.0, axis=-1):
    return ndarray(scores)
"""}) for name, code in SCALERS.items() if name in ("answers-everything", "forged-values", "sums-itself-right", "metaclass")),
    Attack(GROUP, "class-float-instead-of-numbers", {"describe": """
class float:
    real, imag, ndim, shape, size, dtype = 0.0, 0.0, 0, (), 1, np.dtype("f8")
    item = sum = mean = max = all = lambda self, *args, **options: 0.0

def describe(table):
    return {"mean": float(), "std": float(), "rows": float()}
"""}, base="reference", lost=frozenset({"describe"})),
    Attack(GROUP, "class-str-instead-of-keys", {"describe": """
class str:
    __eq__ = lambda self, other: True
    __hash__ = lambda self: hash("mean")

def describe(table):
    return {str(): table.mean(axis=0), "std": table.std(axis=0), "rows": len(table)}
"""}, base="reference", lost=frozenset({"describe"})),
    *(Attack(GROUP, f"table-{name}", base="reference", lost=frozenset({"describe", "Scaler"}), cells={
        "describe": "def describe(table):\n    return {}",
        "Scaler": f"class Table:\n    {code}\n{WRONG_SCALER}        self.about = describe(Table())\n"})
      for name, code in TABLES.items()),
]
