"""The template: an IPython kernel that has run the cells which all submissions share, forked for each of them.

Its stdin is a socket to the judge: first a message with the shared cells and the limits, then `start` with
the socket of a new submission's kernel, or `stop`, or `fork` with the socket of another judge. It ends when the judge does.
"""

import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from . import namespaces
from .functions import Line
from .shell import Kernel
from .wire import Channel, descriptor


def fork(here: Channel, there: Channel, work: Callable[[Channel], None]) -> list[int]:
    """Do work over the channel there in a fork of this process, until the judge hangs up; returns the fork's process id.

    No id where the machine, or what the student has started, leaves no room for one more: the judge sees that nobody answers.
    """
    try:
        child = os.fork()
    except OSError:
        there.close()
        return []
    if child:
        there.close()
        return [child]
    try:
        here.close()
        work(there)
    finally:
        os._exit(0)


def answer_calls(kernel: Kernel, channel: Channel) -> None:
    """Answer the calls of one test; what is printed goes nowhere."""
    kernel.publish = lambda message: None
    channel.send({"hello": os.getpid()})
    Line(kernel.shell.user_ns, channel).serve()


def hold(kernel: Kernel, channel: Channel) -> None:
    """Keep the notebook's names as they are now, for the calls of the tests that stand here."""
    serve(kernel, channel, given_back=kernel.give_back())


def serve(kernel: Kernel, channel: Channel, **about) -> None:
    """Run cells, and fork, until the judge hangs up. about: what it is told with the hello."""
    number = 0
    forks: list[int] = []
    places: list[dict] = []

    def publish(message: dict) -> None:
        channel.send({"output": message, "number": number})

    kernel.publish = publish
    channel.send({"hello": os.getpid(), **about})
    while True:
        ancillary: list = []
        message, _ = channel.receive(ancillary=ancillary)
        forks = [pid for pid in forks if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        if "run" in message:
            number, done, about = message["number"], False, {}
            with suppress(KeyboardInterrupt):  # the judge's, a moment too late
                done, about = kernel.run_answer(message["run"], message["answer"])
            channel.send({"done": done, "number": number, **about})
        elif "keep" in message:
            places.append(dict(kernel.shell.user_ns))
            channel.send({"kept": True, "given_back": kernel.give_back(places[-1])})
        elif "at" in message:
            kernel.shell.user_ns.clear()
            kernel.shell.user_ns.update(places[message["at"]])
            kernel.publish = lambda message: None
            Line(kernel.shell.user_ns, channel).serve()
            kernel.publish = publish
        else:
            work = partial(hold if "hold" in message else answer_calls, kernel)
            forks += fork(channel, Channel(descriptor(ancillary), channel.limit), work)


def begin(kernel: Kernel, channel: Channel, control: Channel, limits: dict, user: int) -> None:
    """In a fork of the template: become the first process of the submission's own namespaces, then fork its kernel.

    Where the machine does not let it, the judge is told why. The kernel says hello when everything is set up: what fails before
    that is nothing of the student's. user: the id that the processes get (root only).
    """
    try:
        os.close(0)
        control.close()
        os.open(os.devnull, os.O_RDWR)
        memory = namespaces.size() + limits["memory"]
        if limits["sandbox"]:
            namespaces.unshare(limits["root"])
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # until there is somebody to pass it on to
            child = os.fork()  # only a child is in the new process namespace
            if child:
                signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            if child:
                channel.close()
                os.waitpid(child, 0)  # comes back when every process of the namespace is gone
                return
            namespaces.mount_private(limits["folders"], limits["disk"], limits["files"])
        else:
            os.setsid()
        namespaces.adopt()
        channel.send({"hello": os.getpid()})
        child = os.fork()
        if not child:
            for standard in 1, 2:  # what does not come from a cell goes nowhere
                os.dup2(0, standard)
            if limits["sandbox"]:
                namespaces.drop_privileges(user if limits["root"] else None, memory, limits["disk"], limits["processes"])
    except BaseException as error:
        channel.send({"unready": f"{type(error).__name__}: {error}"})
        return
    if not child:
        serve(kernel, channel)
        return
    channel.close()
    with suppress(ChildProcessError):
        while True:  # the orphans of the submission end up here, and what is held of it outlives the kernel
            os.wait()


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would inherit that it is ignored
    control = Channel(socket.socket(fileno=os.dup(0)), 1 << 28)
    message, _ = control.receive()
    limits = message["limits"]
    outputs: list[list[dict]] = []
    kernel = Kernel(lambda output: outputs[-1].append(output), limits["output"])
    for source in message["cells"]:
        outputs.append([])
        if not kernel.run(source):
            sys.exit(f"A cell of the instructor's fails: {outputs[-1][-1]['content']}")
    kernel.begin_student()
    control.send({"outputs": outputs})
    gc.freeze()
    with suppress(EOFError):
        attend(kernel, control, limits)


def attend(kernel: Kernel, control: Channel, limits: dict) -> None:
    """Start one submission after another, each when the one before has ended, until the judge hangs up. Raises EOFError then."""
    child = 0
    forks: list[int] = []
    while True:
        ancillary: list = []
        try:
            message, _ = control.receive(ancillary=ancillary)
        finally:
            if child:
                os.kill(child, signal.SIGTERM)
                os.waitpid(child, 0)
                child = 0
        if "answer" in message:
            control.send({"stopped": True})
        if "fork" in message:
            forks = [pid for pid in forks if os.waitpid(pid, os.WNOHANG) == (0, 0)]
            other = Channel(descriptor(ancillary), control.limit)
            forks += fork(control, other, lambda channel: attend(kernel, channel, limits))
        if "start" in message:
            channel = Channel(descriptor(ancillary), limits["message"])
            child = os.fork()
            if not child:
                try:
                    begin(kernel, channel, control, limits, message["user"])
                finally:
                    os._exit(0)
            channel.close()


main()
