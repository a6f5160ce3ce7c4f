"""The processes of one submission: the template that they are forked from, the cells that run in them, what they use.

Whatever they do, the judge gets their messages or a `Stopped` with the reason.
"""

import math
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from glob import glob

import psutil

from . import bubblewrap
from .kernel.wire import Channel, ProtocolError
from .limits import Limits, Stopped

INTERRUPT = 10
"""Seconds that an interrupted cell gets to say where it was, where `wait` is not less."""
FEW = 8
"""A cell that leaves more processes is taken for one that goes on starting them."""
CREDENTIALS = struct.Struct("3i")

class Template:
    """The process in the sandbox that is forked for each submission."""

    def __init__(self, limits: Limits, sandboxed: bool, absent: Sequence[str] = (), absent_message: str = ""):
        """absent: packages that are not there, by their modules' names; absent_message: what an import of one says."""
        self.limits, self.sandboxed = limits, sandboxed
        mine, theirs = socket.socketpair()
        program = [bubblewrap.PYTHON, "-m", "grading.sandbox.kernel"]
        place: dict = {}
        if sandboxed:
            program = bubblewrap.command(*program, absent=absent, absent_message=absent_message)
        else:
            place = {"cwd": bubblewrap.GRADER.parent, "env": bubblewrap.environment()}
        self.process = subprocess.Popen(
            program, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **place
        )
        theirs.close()
        self.control = Channel(mine, 1 << 28)

    def prepare(self, cells: list[str]) -> list[list[dict]]:
        """Run the shared cells; returns the messages of each. Raises RuntimeError where the template does not start."""
        names = "disk", "files", "memory", "processes", "output", "message"
        limits = {name: getattr(self.limits, name) for name in names}
        # A user that no other process of the machine has, where root grades.
        limits |= {"sandbox": self.sandboxed, "user": 100_000 + os.getpid(), "folders": bubblewrap.private()}
        try:
            self.control.send({"cells": cells, "limits": limits})
            return self.control.receive()[0]["outputs"]
        except (EOFError, OSError):
            assert self.process.stderr  # a pipe
            said = self.process.stderr.read().decode(errors="replace").strip().splitlines()
            raise RuntimeError(f"the template kernel does not start: {said[-1] if said else 'it says nothing'}") from None


def hello(channel: Channel, deadline: float) -> int:
    """The process id of who says hello at the other end, as the kernel of this machine vouches for it."""
    ancillary: list = []
    message, _ = channel.receive(deadline, ancillary)
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and "hello" in message:
            return CREDENTIALS.unpack(data)[0]
    raise ProtocolError("no hello")


class Processes:
    """The processes of one submission."""

    def __init__(self, template: Template):
        self.template, self.limits = template, template.limits
        self.end = time.monotonic() + self.limits.total
        self.history: list[str] = []
        self.number = 0
        self.clocks: dict[int, float] = {}
        self.spent = 0.0
        self.channel: Channel | None = None
        self.first: int | None = None

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
        self.cpu_start = math.inf  # what ran before does not count against the new kernel
        with theirs:
            self.template.control.send({"start": True}, fds=(theirs.fileno(),))
        try:
            with self.limited(self.channel):
                self.first = hello(self.channel, self.end)
                self.pid = hello(self.channel, self.end)
        except Stopped:  # a kernel that nobody watches must not go on
            self.stop()
            raise
        self.clocks[self.pid] = 0.0
        for source in self.history:
            try:
                self._run(source, lambda message: None)
            except Stopped:
                if not self.channel:  # not only interrupted
                    raise

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
        tree: list[int] = [self.first] if self.first else []
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

        Raises Stopped where it had to be stopped or ended the kernel. What an interrupted cell has made stays; otherwise the
        next cell finds a new kernel.
        """
        if not self.channel:
            self.start()
        interrupted = None
        try:
            done = self._run(source, publish)
        except Stopped as error:
            if not self.channel:
                raise
            interrupted = error
        left = [pid for pid in self.tree() if pid not in (self.first, self.pid)]
        self.kill(left)  # what a cell starts ends with it
        self.forget(set(left))
        if len(left) > FEW:
            self.stop()
            raise Stopped("processes")
        if interrupted:
            raise interrupted
        self.history.append(source)
        return done

    def _run(self, source: str, publish: Callable[[dict], None]) -> bool:
        """Raises Stopped: the kernel goes on only where the cell could be interrupted."""
        assert self.channel  # of the kernel that `start` has made
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
        except Stopped:
            self.stop()
            raise
        raise Stopped("time")

    def _interrupt(self, publish: Callable[[dict], None]) -> None:
        """Ctrl-C, so that what the cell has made so far stays. Raises Stopped where that does not help."""
        self.cpu_start = math.inf
        os.kill(self.pid, signal.SIGINT)
        self._outputs(publish, time.monotonic() + min(INTERRUPT, self.limits.wait))

    def _outputs(self, publish: Callable[[dict], None], deadline: float) -> bool:
        assert self.channel
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
    def snapshot(self) -> Iterator[Channel]:
        """A channel to a fork of the kernel for the calls of one test: what they change is gone afterwards. Raises Stopped."""
        try:
            before, channel, pid = self._fork()
        except Stopped:  # the kernel had ended since its last cell, which is nobody's fault here
            self.stop()
            before, channel, pid = self._fork()
        self.clocks[pid] = 0.0
        self.cpu_start = self.cpu()
        try:
            yield channel
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
        assert self.channel
        self.cpu_start = math.inf
        before, (channel, theirs) = self.tree(), self._pair()
        with theirs, self.limited(channel) as deadline:
            self.channel.send({"snapshot": True}, deadline=deadline, fds=(theirs.fileno(),))
        with self.limited(channel) as deadline:
            return before, channel, hello(channel, deadline)
