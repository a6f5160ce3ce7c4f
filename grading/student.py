"""The student's end as the judge sees it: cells that run in the sandbox, functions that are called there.

Everything that arrives is bounded and checked here. Whatever the student's processes do, the judge gets a
value, an exception or a `Stopped` with the reason.
"""

import builtins
import math
import os
import signal
import socket
import struct
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import glob
from traceback import FrameSummary

import numpy as np
import psutil

from . import sandbox
from .kernel.wire import Channel, ProtocolError, clean, decode, encode
from .limits import Limits

INTERRUPT = 10
"""Seconds that an interrupted cell gets to say where it was."""
DEEP = 20
"""Calls to and fro, one within another, that are let pass."""
FEW = 8
"""A cell that leaves more processes is taken for one that goes on starting them."""
CREDENTIALS = struct.Struct("3i")
REASONS = {
    "ended": "実行中のプロセスが止まりました (os._exit や、メモリの使いすぎなど)。",
    "time": "時間がかかりすぎるので止めました。終わらないループはありませんか。",
    "memory": "メモリを使いすぎたので止めました。",
    "processes": "プロセスを作りすぎたので止めました。",
    "protocol": "採点プログラムへの返事の形が正しくないので止めました。",
    "total": "提出物全体の時間を使い切りました。",
}
NOTES = {
    "ended": "ended its process",
    "time": "ran out of time",
    "memory": "used too much memory",
    "processes": "started too many processes",
    "protocol": "sent what is no answer",
    "total": "was left no time",
}


class Stopped(Exception):
    """The student's process was stopped; kind is a key of REASONS."""

    frames: tuple = ()

    def __init__(self, kind: str):
        super().__init__(REASONS[kind])
        self.kind = kind


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


class Template:
    """The process in the sandbox that is forked for each submission. Raises RuntimeError where it does not start."""

    def __init__(self, limits: Limits, sandboxed: bool):
        self.limits, self.sandboxed = limits, sandboxed
        mine, theirs = socket.socketpair()
        program = [sandbox.PYTHON, "-m", "grading.kernel"]
        if sandboxed:
            program, options = sandbox.command(*program), {}
        else:
            options = {"cwd": sandbox.PACKAGE.parent, "env": sandbox.environment()}
        self.process = subprocess.Popen(program, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
        theirs.close()
        self.control = Channel(mine, 1 << 28)

    def prepare(self, cells: list[str]) -> list[list[dict]]:
        """Run the shared cells; returns the messages of each."""
        names = "disk", "files", "memory", "processes", "output", "message"
        limits = {name: getattr(self.limits, name) for name in names}
        # A user that no other process of the machine has, where root grades.
        limits |= {"sandbox": self.sandboxed, "user": 100_000 + os.getpid(), "folders": sandbox.private()}
        try:
            self.control.send({"cells": cells, "limits": limits})
            return self.control.receive()[0]["outputs"]
        except (EOFError, OSError):
            said = self.process.stderr.read().decode(errors="replace").strip().splitlines()
            raise RuntimeError(f"the template kernel does not start: {said[-1] if said else 'it says nothing'}") from None


def hello(channel: Channel, deadline: float) -> int:
    """The process id of who says hello at the other end, as the kernel of this machine vouches for it."""
    ancillary = []
    message, _ = channel.receive(deadline, ancillary)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and "hello" in message:
            return CREDENTIALS.unpack(data)[0]
    raise ProtocolError("no hello")


class Student:
    """The processes of one submission."""

    def __init__(self, template: Template):
        self.template, self.limits = template, template.limits
        self.end = time.monotonic() + self.limits.total
        self.history: list[str] = []
        self.number = 0
        self.clocks, self.spent = {}, 0.0
        self.channel = self.first = None

    # Processes

    def _pair(self) -> tuple[Channel, socket.socket]:
        mine, theirs = socket.socketpair()
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        return Channel(mine, self.limits.message, self.watch), theirs

    def start(self) -> None:
        """A new kernel, in which what ran before is run again. Raises Stopped."""
        self.stop()
        if time.monotonic() >= self.end:  # before the template has work: it would still be at it when all is judged
            raise Stopped("total")
        self.channel, theirs = self._pair()
        self.first = None
        with theirs:
            self.template.control.send({"start": True}, fds=(theirs.fileno(),))
        with self.limited(self.channel):
            self.first = hello(self.channel, self.end)
            self.pid = hello(self.channel, self.end)
        self.clocks[self.pid] = 0.0
        for source in self.history:
            self._run(source, lambda message: None)

    def stop(self) -> None:
        """End every process of the submission."""
        if self.channel:
            if not self.template.sandboxed:
                self.kill(self.tree())
            self.template.control.send({"stop": True})
            self.channel.close()
            self.channel = self.first = None
            self.forget(set(self.clocks))

    def tree(self) -> list[int]:
        """The ids of all processes of the submission."""
        tree = [self.first] if self.first else []
        for pid in tree:
            for path in glob(f"/proc/{pid}/task/*/children"):
                with suppress(OSError), open(path) as file:
                    tree += map(int, file.read().split())
        return tree

    @staticmethod
    def kill(processes: list[int]) -> None:
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cpu(self) -> float:
        """CPU seconds of all processes of the submission that have been seen, by the clocks of this machine's kernel."""
        for pid in self.clocks:
            with suppress(OSError):
                self.clocks[pid] = time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3)
        return self.spent + sum(self.clocks.values())

    def forget(self, ended: set[int]) -> None:
        """These processes have ended: what they used counts, their ids may soon be those of others."""
        self.spent += sum(self.clocks.pop(pid) for pid in ended & set(self.clocks))

    def watch(self) -> None:
        """Raises Stopped where the processes use more than they may."""
        processes, memory = self.tree(), 0
        self.forget(set(self.clocks) - set(processes))
        for pid in processes:
            self.clocks.setdefault(pid, 0.0)
            with suppress(psutil.NoSuchProcess):
                try:
                    memory += psutil.Process(pid).memory_full_info().pss  # what forks share counts once
                except psutil.AccessDenied:
                    memory += psutil.Process(pid).memory_info().rss
        if len(processes) > self.limits.processes:
            raise Stopped("processes")
        if memory > self.limits.total_memory:
            raise Stopped("memory")
        if self.cpu() - self.cpu_start > self.limits.seconds:
            raise Stopped("time")

    cpu_start = math.inf
    carrying = 0.0
    """CPU seconds of this process spent on calls."""

    def process_time(self) -> float:
        """What time.process_time is to a test here: a call counts as what it costs the student's processes."""
        return time.process_time() - self.carrying + self.cpu()

    @contextmanager
    def limited(self, channel: Channel) -> Iterator[float]:
        """Gives the deadline; whatever goes wrong with channel inside is a Stopped."""
        now = time.monotonic()
        if now >= self.end:
            raise Stopped("total")
        try:
            yield min(self.end, now + self.limits.wait)
        except TimeoutError:
            raise Stopped("time") from None
        except (EOFError, OSError):
            raise Stopped("ended") from None
        except ProtocolError:
            raise Stopped("protocol") from None

    # Cells

    def run(self, source: str, publish: Callable[[dict], None]) -> bool:
        """Run a cell of the student's; publish gets its messages. Whether it ended without an error.

        Raises Stopped where it had to be stopped or ended the kernel; the next cell finds a new one.
        """
        if not self.channel:
            self.start()
        done = self._run(source, publish)
        left = [pid for pid in self.tree() if pid not in (self.first, self.pid)]
        self.kill(left)  # what a cell starts ends with it
        self.forget(set(left))
        if len(left) > FEW:
            self.stop()
            raise Stopped("processes")
        if done is not None:
            self.history.append(source)
        return bool(done)

    def _run(self, source: str, publish: Callable[[dict], None]) -> bool | None:
        """None for a cell that had to be interrupted: it is not run again."""
        self.cpu_start = self.cpu()
        try:
            with self.limited(self.channel) as deadline:
                self.number += 1
                self.channel.send({"run": source, "number": self.number}, deadline=deadline)
                try:
                    return self._outputs(publish, deadline)
                except (TimeoutError, Stopped) as error:
                    if isinstance(error, Stopped) and error.kind != "time":
                        raise
                    self._interrupt(publish)
                    return None
        except Stopped:
            self.stop()
            raise

    def _interrupt(self, publish: Callable[[dict], None]) -> None:
        """Ctrl-C, so that what the cell has made so far stays. Raises Stopped where that does not help."""
        self.cpu_start = math.inf
        os.kill(self.pid, signal.SIGINT)
        self._outputs(publish, time.monotonic() + INTERRUPT)
        publish({"msg_type": "error", "content": {"ename": "Stopped", "evalue": REASONS["time"], "traceback": []}})

    def _outputs(self, publish: Callable[[dict], None], deadline: float) -> bool:
        while True:
            message, _ = self.channel.receive(deadline)
            if message.get("number") != self.number:  # a fork of the kernel's that a cell before has made
                continue
            if isinstance(message.get("output"), dict):
                publish(message["output"])
            elif isinstance(message.get("done"), bool):
                return message["done"]
            else:
                raise ProtocolError("neither an output nor an end")

    # Functions

    @contextmanager
    def snapshot(self) -> Iterator["Calls"]:
        """A fork of the kernel for the calls of one test: what they change or break is gone afterwards. Raises Stopped."""
        try:
            before, channel, pid = self._fork()
        except Stopped:  # the kernel had ended since its last cell, which is nobody's fault here
            self.stop()
            before, channel, pid = self._fork()
        self.clocks[pid] = 0.0
        self.cpu_start = self.cpu()
        calls = Calls(self, channel)
        try:
            yield calls
        finally:
            channel.close()
            new = [each for each in self.tree() if each not in before]
            self.kill(new)
            self.forget(set(new))
            if len(new) > 1:  # the calls started processes, and may have started more than was killed
                self.stop()

    def _fork(self) -> tuple[list[int], Channel, int]:
        """The processes that are there already, a channel to a fork of the kernel, and its process id. Raises Stopped."""
        if not self.channel:
            self.start()
        self.cpu_start = math.inf
        before, (channel, theirs) = self.tree(), self._pair()
        with theirs, self.limited(channel) as deadline:
            self.channel.send({"snapshot": True}, deadline=deadline, fds=(theirs.fileno(),))
        with self.limited(channel) as deadline:
            return before, channel, hello(channel, deadline)


class Calls:
    """Calls of the student's functions in a snapshot. After a Stopped, every call raises it again."""

    def __init__(self, student: Student, channel: Channel):
        self.student, self.channel, self.stopped = student, channel, None
        self.end = time.monotonic() + student.limits.wait
        self.lent: dict[str, Callable] = {}
        self.functions: list[Callable] = []
        """The judge's functions that the student's were given."""
        self.depth = 0
        self.last = None
        """What the last call returned: the next one may change it, as in one process."""
        self.used: set[str] = set()
        """The names of lent functions that were called."""

    def names(self, names: list[str], lent: dict[str, Callable]) -> dict:
        """name → what the student has made of it: a Remote for a function, or a value.

        lent: functions that the student's call from now on in the place of those of these names.
        """
        self.lent = lent
        with self._understood():
            message, arrays = self._ask({"names": names, "lent": list(lent)})
            values = decode(message["values"], arrays)
            found = {name: Remote(self, name) for name in message["callable"] if name in names}
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
        except (ProtocolError, KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
            if getattr(error, "frames", None) is not None:
                raise
            self.stopped = "protocol"
            raise Stopped("protocol") from None

    def _ask(self, message: dict, arrays: bytes = b"", answer: Callable[[dict, bytearray], dict] | None = None):
        with self._guard() as deadline:
            self.channel.send(message, arrays, deadline)
            while True:
                reply, data = self.channel.receive(deadline)
                if "callback" not in reply or answer is None:
                    return reply, data
                self.channel.send(*answer(reply, data), deadline)

    def call(self, key: str | int, args: tuple):
        """The value of the student's function, by its name or as the number of one that a lent function was given.

        Raises what it raised, or Stopped.
        """
        if self.depth:  # within a call that is measured
            with bounded(0):
                return self._call(key, args)
        start = time.process_time()
        try:
            return self._call(key, args)
        finally:
            self.student.carrying += time.process_time() - start

    def _answer(self, reply: dict, data: bytearray) -> tuple[dict, bytes]:
        """The reply to a student's function that calls one of the judge's: one it was given, or a lent one."""
        key, (given, options) = reply["callback"], decode(reply["args"], data, lambda index: Remote(self, index))
        function = self.lent[key] if isinstance(key, str) else self.functions[int(key)]
        if isinstance(key, str):
            self.used.add(key)
        self.depth += 1
        try:
            if self.depth > DEEP:
                raise RecursionError("too many calls, one within another")
            with bounded(self.student.limits.seconds):
                value, data = encode(function(*given, **options))
            return {"value": value}, data
        except Stopped:
            raise
        except Exception as error:
            kind = next(k.__name__ for k in type(error).__mro__ if hasattr(builtins, k.__name__))
            return {"raised": [kind, str(error)]}, b""
        finally:
            self.depth -= 1

    def _call(self, key: str | int, args: tuple):
        tree, arrays = encode(args, self.functions)
        with self._understood():
            reply, data = self._ask({"call": key, "args": tree}, arrays, self._answer)
            if "raised" in reply:
                raise exception(reply["raised"])
            value, changed, earlier = decode(reply["returned"], data)
            said = [(str(kind), str(text)) for kind, text in reply["warnings"][:20]]
            if changed is not None:
                write_back(args, changed)
            if earlier is not None:
                write_back(self.last, earlier)
        for kind, text in said:
            category = getattr(builtins, kind, UserWarning)
            known = isinstance(category, type) and issubclass(category, Warning)
            warnings.warn(clean(text, 300), category if known else UserWarning, stacklevel=2)
        if not self.depth:
            self.last = value
        return value


class Remote:
    """A function of the student's."""

    def __init__(self, calls: Calls, key: str | int):
        self.calls, self.key, self.__name__ = calls, key, str(key)

    def __call__(self, *args):
        return self.calls.call(self.key, args)


def exception(told: dict) -> Exception:
    """The exception that the other end tells of; its `frames` are those of the student's cells."""
    names = [clean(str(name), 50) for name in told["class"]] or ["Exception"]
    text, error = clean(str(told["text"]), 500), Exception()
    for base in [getattr(builtins, name, None) for name in names]:
        if isinstance(base, type) and issubclass(base, Exception):
            with suppress(TypeError):  # a UnicodeEncodeError, say, is not made of a text alone; its base is
                error = base(text) if base.__name__ == names[0] else type(names[0], (base,), {})(text)
                break
    if isinstance(error, NameError):
        error.name = clean(str(told["name"]), 50)
    error.frames = [
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
    if isinstance(args, tuple) and isinstance(changed, tuple) and len(args) == len(changed):
        return all([write_back(one, other) for one, other in zip(args, changed)])
    return False
