"""The template: an IPython kernel that has run the cells which all submissions share, forked for each of them.

Its stdin is a socket to the judge: first a message with the shared cells and the limits, then `start` with
the socket of a new submission's kernel, or `stop`. It ends when the judge does.
"""

import array
import gc
import os
import signal
import socket
import sys

from . import namespaces
from .functions import Line
from .shell import Kernel
from .wire import Channel


def descriptor(ancillary: list) -> socket.socket:
    """The socket that came with a message."""
    [(_, _, data)] = [item for item in ancillary if item[1] == socket.SCM_RIGHTS]
    return socket.socket(fileno=array.array("i", data)[0])


def snapshot(kernel: Kernel, channel: Channel, main: Channel) -> int:
    """Fork the kernel; the fork answers calls over channel, and what it prints goes nowhere. Returns its process id."""
    child = os.fork()
    if child:
        channel.close()
        return child
    main.close()
    kernel.publish = lambda message: None
    try:
        channel.send({"hello": os.getpid()})
        Line(kernel.shell.user_ns, channel).serve()
    finally:
        os._exit(0)


def serve(kernel: Kernel, channel: Channel) -> None:
    """Run cells, and fork for the calls of a test, until the judge hangs up."""
    number = 0
    forks: list[int] = []
    kernel.publish = lambda message: channel.send({"output": message, "number": number})
    channel.send({"hello": os.getpid()})
    while True:
        ancillary: list = []
        message, _ = channel.receive(ancillary=ancillary)
        forks = [pid for pid in forks if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        if "run" in message:
            number = message["number"]
            try:
                done = kernel.run(message["run"])
            except KeyboardInterrupt:  # the judge's, a moment too late
                done = False
            channel.send({"done": done, "number": number})
        else:
            forks.append(snapshot(kernel, Channel(descriptor(ancillary), channel.limit), channel))


def begin(kernel: Kernel, channel: Channel, control: Channel, limits: dict) -> None:
    """In a fork of the template: become the first process of the submission's own namespaces, then fork its kernel."""
    os.close(0)
    control.close()
    os.open(os.devnull, os.O_RDWR)
    memory = namespaces.size() + limits["memory"]
    if limits["sandbox"]:
        namespaces.unshare()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # until there is somebody to pass it on to
        child = os.fork()  # only a child is in the new process namespace
        if child:
            signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGKILL))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        if child:
            os.waitpid(child, 0)  # comes back when every process of the namespace is gone
            return
        namespaces.mount_private(limits["folders"], limits["disk"], limits["files"])
    else:
        os.setsid()
    channel.send({"hello": os.getpid()})
    if child := os.fork():
        channel.close()
        while os.wait()[0] != child:  # the orphans of the submission end up here
            pass
        return
    for standard in 1, 2:  # what does not come from a cell goes nowhere
        os.dup2(0, standard)
    if limits["sandbox"]:
        namespaces.drop_privileges(limits["user"], memory, limits["disk"], limits["processes"])
    serve(kernel, channel)


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
    control.send({"outputs": outputs})
    gc.freeze()
    child = 0
    while True:
        ancillary: list = []
        try:
            message, _ = control.receive(ancillary=ancillary)
        except EOFError:
            return
        if child:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
            child = 0
        if "answer" in message:
            control.send({"stopped": True})
        if "start" in message:
            channel = Channel(descriptor(ancillary), limits["message"])
            child = os.fork()
            if not child:
                try:
                    begin(kernel, channel, control, limits)
                finally:
                    os._exit(0)
            channel.close()


main()
