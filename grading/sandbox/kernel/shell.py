"""The IPython kernel as students know it, without its sockets: a cell's source in, Jupyter messages out."""

import builtins
import getpass
import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config


class Messages(Session):
    """Where a kernel sends its messages: to a function instead of a socket."""

    publish: Callable[[dict], None] = staticmethod(lambda message: None)

    def send(self, stream, msg_or_type, content=None, parent=None, *args, metadata=None, **kwargs):
        if isinstance(msg_or_type, dict):
            msg_or_type, content, metadata = (msg_or_type.get(key) for key in ("msg_type", "content", "metadata"))
        self.publish({"msg_type": msg_or_type, "content": content or {}, "metadata": metadata or {}})


class Stream(io.TextIOBase):
    """stdout or stderr of the cells: gathers what is written and publishes it, at most `limit` characters a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, publish: Callable[[dict], None], limit: int):
        self.name, self.publish, self.limit = name, publish, limit
        self.start()

    def start(self) -> None:
        """A new cell begins."""
        self.parts: list[str] = []
        self.waiting, self.written = 0, 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        room = self.limit - self.written
        if room >= 0:
            self.written += len(text)
            part = text if len(text) <= room else f"{text[:room]}\n… (出力が長いので、ここで切りました)\n"
            self.parts.append(part)
            self.waiting += len(part)
            if self.waiting > 4096:
                self.flush()
        return len(text)

    def flush(self) -> None:
        if self.parts:
            text, self.parts, self.waiting = "".join(self.parts), [], 0
            self.publish({"msg_type": "stream", "content": {"name": self.name, "text": text}, "metadata": {}})


class EmbeddedShell(ZMQInteractiveShell):
    """ZMQInteractiveShell asks its event loop for a window system; there is none here."""

    def enable_gui(self, gui=None):
        pass


class Kernel:
    """One IPython kernel in this process. publish gets its messages; output: most characters of a stream a cell."""

    def __init__(self, publish: Callable[[dict], None], output: int):
        self.streams = [Stream(name, self.send, output) for name in ("stdout", "stderr")]
        session = Messages()
        session.publish = self.send
        config = Config()
        config.HistoryManager.enabled = False
        self.publish = publish
        self.kernel = IPythonKernel(session=session, config=config, shell_class=EmbeddedShell, log=logging.getLogger(__name__))
        assert isinstance(self.kernel.shell, EmbeddedShell)
        self.shell: EmbeddedShell = self.kernel.shell
        builtins.input, getpass.getpass = self.kernel.raw_input, self.kernel.getpass  # nobody is there to answer

    def send(self, message: dict) -> None:
        if message["msg_type"] != "stream":
            for stream in self.streams:
                stream.flush()
        self.publish(message)

    def run(self, source: str) -> bool:
        """Run one cell; whether it ended without an error."""
        with self.speaking():
            return self.shell.run_cell(source, store_history=True).success

    def execute(self, code: CodeType) -> bool:
        """Run what was compiled once and for all, as a cell without IPython's syntax; whether it ended without an error."""
        with self.speaking():
            try:
                exec(code, self.shell.user_ns)
                return True
            except BaseException:
                self.shell.showtraceback(running_compiled_code=True)
                return False

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """stdout and stderr of the process are the cell's meanwhile."""
        before = sys.stdout, sys.stderr
        for stream in self.streams:
            stream.start()
        sys.stdout, sys.stderr = self.streams
        try:
            yield
        finally:
            for stream in self.streams:
                stream.flush()
            sys.stdout, sys.stderr = before
