"""The processes of one submission: the template that they are forked from, the cells that run in them, what they use.

Whatever they do, the judge gets their messages or a `Stopped` with the reason. First all cells run; at each test, a fork of the
kernel is held with the names as they are there. The tests' calls come when no cell is left: what a function learns of a test's
inputs, it can show nobody. Where all cells leave nothing but names (exercise.stateless), the kernel itself keeps those of each
test, and answers the calls of one test after another.
"""

import copy
import math
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from . import bubblewrap
from .kernel.wire import VALUES, Channel, ProtocolError, clean
from .limits import Limits, Stopped, Unready

INTERRUPT = 10
"""Seconds that an interrupted cell gets to say where it was, where `wait` is not less."""
FEW, ROUNDS = 8, 5
"""A cell that leaves more processes is taken for one that goes on starting them; how often one looks for those that it leaves."""
STARTS, READY = 3, 60
"""How often a kernel is tried to be set up, and the seconds that it may take."""
CELLS = 2 / 3
"""The part of the total time that the cells may take: the rest is for the tests."""
AGAIN = 1.0
"""CPU seconds that a cell of the instructor's may take where another one was held up: none needs as much by itself."""
CREDENTIALS = struct.Struct("3i")


class Template:
    """The process in the sandbox that is forked for each submission."""

    def __init__(
        self, cells: list[str], limits: Limits, sandboxed: bool, absent: Sequence[str] = (), absent_message: str = ""
    ):
        """cells: those that all submissions share, which it begins to run; absent: packages that are not there, by their modules'
        names; absent_message: what an import of one says."""
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
        names = "disk", "files", "memory", "processes", "output", "message"
        about = {name: getattr(limits, name) for name in names}
        about |= {"sandbox": sandboxed, "root": bubblewrap.root(), "folders": bubblewrap.private()}
        with suppress(OSError):  # `outputs` says why it is gone
            self.control.send({"cells": cells, "limits": about})

    def outputs(self) -> list[list[dict]]:
        """The messages of each cell, once, when all have run. Raises RuntimeError where the template does not start."""
        try:
            return self.control.receive()[0]["outputs"]
        except (EOFError, OSError):
            assert self.process.stderr  # a pipe
            said = self.process.stderr.read().decode(errors="replace").strip().splitlines()
            raise RuntimeError(f"the template kernel does not start: {said[-1] if said else 'it says nothing'}") from None

    def fork(self) -> "Template":
        """Another one with all that this one has loaded, for submissions beside its own. Raises OSError where it is gone."""
        mine, theirs = socket.socketpair()
        with theirs:
            self.control.send({"fork": True}, fds=(theirs.fileno(),))
        other = copy.copy(self)
        other.control = Channel(mine, 1 << 28)
        return other


def hello(channel: Channel, deadline: float, unready: str | None = None) -> tuple[int, dict]:
    """The process id of who says hello at the other end, as the kernel of this machine vouches for it, and what it said.

    Raises Unready where it is a word on that instead: asked for only where no code of a student's can have said it.
    """
    ancillary: list = []
    message, _ = channel.receive(deadline, ancillary)
    if unready in message:
        raise Unready(str(message[unready])[:300])
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and "hello" in message:
            return CREDENTIALS.unpack(data)[0], message
    raise ProtocolError("no hello")


def memory(processes: list[int], kind: str) -> int:
    """Bytes of these processes: "rss" is read at once, in "pss" what forks share counts once."""
    total = 0
    for pid in processes:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            try:
                total += process.memory_full_info().pss if kind == "pss" else process.memory_info().rss
            except psutil.AccessDenied:
                total += process.memory_info().rss
    return total


def words(told) -> list[str]:
    """A list of names that the kernel of a submission tells of."""
    return [clean(word, 50) for word in told[:50] if isinstance(word, str)] if isinstance(told, list) else []


@dataclass(frozen=True)
class Ran:
    """What came of a cell."""

    done: bool
    """Whether it ended without an error."""
    lacking: list[str]
    """The modules that it wanted to import and that are not there."""
    given_back: list[str]
    """The names that had to be given back what the notebook had bound them to, before it ended."""
    endless: bool
    """Whether it was ended in a loop that goes round in circles."""


@dataclass(eq=False)
class Held:
    """A place between the cells, for the tests there, and the fork of the kernel that waits there while it is alive."""

    channel: Channel | None = None
    pid: int = 0
    number: int | None = None
    """Of the names that the kernel has kept there, instead of a fork."""
    given_back: list[str] = field(default_factory=list)
    """As in Ran."""

    def close(self) -> None:
        """Let the fork end."""
        if self.channel:
            self.channel.close()
        self.channel = None


class Processes:
    """The processes of one submission."""

    def __init__(self, template: Template, stateless: bool = False):
        """stateless: whether the cells leave nothing behind but names."""
        self.template, self.limits, self.stateless = template, template.limits, stateless
        self.end = time.monotonic() + self.limits.total
        self.cells_end = time.monotonic() + CELLS * self.limits.total
        self.history: list[tuple[str, str] | Held] = []
        """What ran, (source, question), and what is to be held between."""
        self.number = 0
        self.seconds = self.limits.seconds
        self.held_up = False
        """Whether a cell of the instructor's was stopped, for something of the student's took too long in it."""
        self.clocks: dict[int, float] = {}
        self.spent = 0.0
        self.channel: Channel | None = None
        self.first: int | None = None

    # Processes

    def _pair(self) -> tuple[Channel, socket.socket]:
        mine, theirs = socket.socketpair()
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        return Channel(mine, self.limits.message, self.watch, VALUES), theirs

    @property
    def held(self) -> list[Held]:
        """Those that are alive."""
        return [step for step in self.history if isinstance(step, Held) and step.channel]

    def start(self) -> None:
        """A new kernel, in which what ran before is run again, and held what was held. Raises Stopped, and Unready."""
        self.stop()
        if time.monotonic() >= self.end:  # before the template has work: it would still be at it when all is judged
            raise Stopped("total")
        for attempt in range(STARTS):
            try:
                self._set_up()
                break
            except Unready:
                self.stop()
                if attempt == STARTS - 1:
                    raise
                time.sleep(attempt)
            except Stopped:  # a kernel that nobody watches must not go on
                self.stop()
                raise
        for step in self.history:
            try:
                if isinstance(step, Held):
                    self._hold(step)
                else:
                    self._run(*step, lambda message: None)
            except Stopped:
                if not self.first:  # not only interrupted, or left without room to hold it
                    raise

    def _set_up(self) -> None:
        """A kernel that has run nothing yet. Raises Unready where the machine does not let it be, and Stopped."""
        self.channel, theirs = self._pair()
        self.kept = 0
        self.cpu_start = math.inf  # what ran before does not count against the new kernel
        with theirs:
            self.template.control.send({"start": True, "user": bubblewrap.user()}, fds=(theirs.fileno(),))
        try:
            with self.limited(self.channel):
                deadline = min(self.end, time.monotonic() + READY)
                self.first, _ = hello(self.channel, deadline, "unready")
                self.pid, _ = hello(self.channel, deadline, "unready")
        except Stopped as error:
            if time.monotonic() >= self.end:
                raise Stopped("total") from None
            raise Unready(f"a submission's process does not begin ({error.kind})") from None
        self.clocks |= {self.first: 0.0, self.pid: 0.0}

    def stop(self) -> None:
        """End every process of the submission."""
        if not self.first and not self.channel:
            return
        self.past = self.cpu()
        if not self.template.sandboxed:
            self.kill(self.tree())
        self.template.control.send({"stop": True})
        for held in self.held:
            held.close()
        if self.channel:
            self.channel.close()
        self.channel = self.first = None
        self.forget(set(self.clocks))

    def tree(self) -> list[int]:
        """The ids of all processes of the submission."""
        tree: list[int] = [self.first] if self.first else []
        for pid in tree:
            with suppress(OSError):
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children") as file:
                        tree += map(int, file.read().split())
        return tree

    @staticmethod
    def kill(processes: list[int]) -> None:
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def clear(self, staying: set[int]) -> bool:
        """End all processes but those, and what these have started meanwhile; whether few were there, and all have ended."""
        ended: set[int] = set()
        for _ in range(ROUNDS):
            left = [pid for pid in self.tree() if pid not in staying | ended]
            if not left:
                break
            self.kill(left)
            ended |= set(left)
        self.forget(ended)
        return len(ended) <= FEW and not left

    def cpu(self) -> float:
        """CPU seconds of all processes of the submission, by the clocks of this machine's kernel.

        A process that lived too briefly to be seen is in the time that whoever waited for it has for its children.
        """
        now = self.past
        for pid in self.clocks:
            with suppress(OSError, psutil.Error):
                self.clocks[pid] = time.clock_gettime((~pid << 3) | 2)  # clock_getcpuclockid(3)
                children = psutil.Process(pid).cpu_times()
                now += self.clocks[pid] + children.children_user + children.children_system
        return max(now, self.spent + sum(self.clocks.values()))

    past = 0.0
    """CPU seconds under kernels that have ended."""

    def forget(self, ended: set[int]) -> None:
        """These processes have ended: what they used counts, their ids may soon be those of others."""
        self.spent += sum(self.clocks.pop(pid) for pid in ended & set(self.clocks))

    def watch(self) -> None:
        """Raises Stopped where the processes use more than they may."""
        processes = self.tree()
        self.forget(set(self.clocks) - set(processes))
        for pid in processes:
            self.clocks.setdefault(pid, 0.0)
        if len(processes) - len(self.held) > self.limits.processes:
            raise Stopped("processes")
        if memory(processes, "rss") > self.limits.total_memory and memory(processes, "pss") > self.limits.total_memory:
            raise Stopped("memory")
        if self.cpu() - self.cpu_start > self.seconds:
            raise Stopped("time")

    cpu_start = math.inf
    carrying = 0.0
    """CPU seconds of this process spent on calls."""

    def process_time(self) -> float:
        """What time.process_time is to a test here: a call counts as what it costs the student's processes."""
        return time.process_time() - self.carrying + self.cpu()

    in_order = True
    """Whether all went well with the last channel that was used."""

    @contextmanager
    def limited(self, channel: Channel) -> Iterator[float]:
        """Gives the deadline; whatever goes wrong with channel inside is a Stopped."""
        now = time.monotonic()
        self.in_order = False
        if now >= self.end:
            raise Stopped("total")
        try:
            yield min(self.end, now + self.limits.wait)
            self.in_order = True
        except TimeoutError:
            raise Stopped("time") from None
        except (EOFError, OSError):
            raise Stopped("ended") from None
        except ProtocolError:
            raise Stopped("protocol") from None

    # Cells

    def run(self, source: str, publish: Callable[[dict], None], question: str = "", given: bool = False) -> Ran:
        """Run a cell of the student's; publish gets its messages. question: which one it answers; given: whether it is one of the
        instructor's, which there are no marks for: the loop that has held up one of them is not waited for in all.

        Raises Stopped where it had to be stopped or ended the kernel. What an interrupted cell has made stays; otherwise the
        next cell finds a new kernel.
        """
        if time.monotonic() >= self.cells_end:
            raise Stopped("total")
        if not self.channel:
            self.start()
        self.seconds = min(AGAIN, self.limits.seconds) if given and self.held_up else self.limits.seconds
        interrupted = None
        try:
            ran = self._run(source, question, publish)
        except Stopped as error:
            self.held_up = self.held_up or given
            if not self.channel:
                raise
            interrupted = error
        assert self.first  # of a kernel that is there
        few = self.clear({self.first, self.pid, *(held.pid for held in self.held)})  # what a cell starts ends with it
        if not few or threads(self.pid) > self.limits.processes // 2:
            self.stop()
            raise Stopped("processes")
        if interrupted:
            raise interrupted
        self.history.append((source, question))
        return ran

    def _run(self, source: str, question: str, publish: Callable[[dict], None]) -> Ran:
        """Raises Stopped: the kernel goes on only where the cell could be interrupted."""
        assert self.channel  # of the kernel that `start` has made
        self.cpu_start = self.cpu()
        try:
            with self.limited(self.channel) as deadline:
                self.number += 1
                message = {"run": source, "answer": question, "number": self.number, "stateless": self.stateless}
                self.channel.send(message, deadline=deadline)
                try:
                    ran = self._outputs(publish, deadline)
                except (TimeoutError, Stopped) as error:
                    if isinstance(error, Stopped) and error.kind != "time":
                        raise
                    self._interrupt(publish)
                    ran = None
        except Stopped:
            self.stop()
            raise
        if not ran or ran.endless:
            raise Stopped("time")
        return ran

    def _interrupt(self, publish: Callable[[dict], None]) -> None:
        """Ctrl-C, so that what the cell has made so far stays. Raises Stopped where that does not help."""
        self.cpu_start = math.inf
        os.kill(self.pid, signal.SIGINT)
        self._outputs(publish, time.monotonic() + min(INTERRUPT, self.limits.wait))

    def _outputs(self, publish: Callable[[dict], None], deadline: float) -> Ran:
        assert self.channel
        while True:
            message, _ = self.channel.receive(deadline)
            if message.get("number") != self.number:  # a fork of the kernel's that a cell before has made
                continue
            if isinstance(message.get("output"), dict):
                publish(message["output"])
            elif isinstance(message.get("done"), bool):
                endless = self.stateless and bool(message.get("endless"))
                return Ran(message["done"], words(message.get("lacking")), words(message.get("given_back")), endless)
            else:
                raise ProtocolError("neither an output nor an end")

    # Functions

    def hold(self) -> Held:
        """Keep the names as they are after the last cell that ran, for calls."""
        held = Held()
        self.history.append(held)
        if self.channel:
            with suppress(Stopped):  # the kernel has ended since its last cell: `snapshot` makes a new one
                self._hold(held)
        return held

    def _hold(self, held: Held) -> None:
        assert self.channel
        if self.stateless:
            with self.limited(self.channel) as deadline:
                self.channel.send({"keep": True}, deadline=deadline)
                about, _ = self.channel.receive(deadline)
            held.number, self.kept = self.kept, self.kept + 1
        else:
            held.channel, held.pid, about = self._fork(self.channel, "hold")
        held.given_back = words(about.get("given_back"))

    def drop(self, held: Held) -> None:
        """Nothing more is called there."""
        held.close()
        self.history.remove(held)

    def end_cells(self) -> None:
        """No cell runs any more: what is held outlives the kernel."""
        self.seconds = self.limits.seconds
        while self.history and not isinstance(self.history[-1], Held):
            self.history.pop()
        if self.channel and not self.stateless:
            self.channel.close()
            self.channel = None
            self.kill([self.pid])

    @contextmanager
    def snapshot(self, held: Held) -> Iterator[Channel]:
        """A channel for the calls of one test, to a fork of what is held: what they change is gone afterwards. Raises Stopped."""
        if self.stateless:
            with self._at(held) as channel:
                yield channel
            return
        try:
            before, channel, pid = self._calls(held)
        except Stopped as error:  # something of the student's has ended it, which is nobody's fault here
            if error.kind == "total":
                raise
            self.start()
            self.end_cells()
            before, channel, pid = self._calls(held)
        self.clocks[pid] = 0.0
        self.cpu_start = self.cpu()
        try:
            yield channel
        finally:
            channel.close()
            if not self.clear(before):
                self.stop()

    @contextmanager
    def _at(self, held: Held) -> Iterator[Channel]:
        """The same to the kernel itself, whose names are those of the place for so long. Raises Stopped."""
        if not self.channel or held.number is None:
            self.start()
        assert self.channel  # of the kernel that `start` has made
        self.cpu_start = self.cpu()
        try:
            with self.limited(self.channel) as deadline:
                self.channel.send({"at": held.number}, deadline=deadline)
            yield self.channel
        finally:
            if self.in_order and self.channel:
                with suppress(Stopped), self.limited(self.channel) as deadline:
                    self.channel.send({"ended": True}, deadline=deadline)
            if not self.in_order:  # a call may still be at work: the next test finds another kernel
                self.stop()

    def _calls(self, held: Held) -> tuple[set[int], Channel, int]:
        """The processes that are there already, a channel to a fork of what is held, and its process id. Raises Stopped."""
        if not held.channel:
            raise Stopped("ended")
        before = set(self.tree())
        channel, pid, _ = self._fork(held.channel, "calls")
        return before, channel, pid

    def _fork(self, at: Channel, work: str) -> tuple[Channel, int, dict]:
        """A channel to a fork of the process at the end of another one, its process id, and what it says. Raises Stopped."""
        self.cpu_start = math.inf
        channel, theirs = self._pair()
        try:
            with theirs, self.limited(at) as deadline:
                at.send({work: True}, deadline=deadline, fds=(theirs.fileno(),))
            with self.limited(channel) as deadline:
                return channel, *hello(channel, deadline)
        except Stopped:
            channel.close()
            raise


def threads(pid: int) -> int:
    """How many threads the process has; 0 where it is gone."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).num_threads()
    return 0
