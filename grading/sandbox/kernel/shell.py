"""The IPython kernel as students know it, without its sockets: a cell's source in, Jupyter messages out."""

import ast
import builtins
import getpass
import importlib
import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, ModuleType

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
    """ZMQInteractiveShell asks its event loop for a window system, and keeps all that is printed; here is neither room."""

    def enable_gui(self, gui=None):
        pass

    @contextmanager
    def _tee(self, channel):
        yield


MISSING = "__missing__"
"""The name by which the cells find Kernel.missing."""


class Missing:
    """Stands for what could not be imported: whoever uses it is told so. parent: the package that is there, without its part."""

    def __init__(self, error: ImportError, parent: ModuleType | None):
        self.__dict__.update(_error=error, _parent=parent)

    def __getattr__(self, name: str):
        if name.startswith("__") or hasattr(self._parent, name):
            return getattr(self._parent, name)
        raise type(self._error)(str(self._error), name=self._error.name)

    def __call__(self, *args, **options):
        return self.called


class Imports(ast.NodeTransformer):
    """Lets a cell go on after an import of what is not there, as long as the name is not used.

    What stands in a `try` has an answer of its own.
    """

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        return [guarded(node, ast.Import([name]), name.name, name.asname or name.name.partition(".")[0]) for name in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        if node.module == "__future__" or not node.module:
            return node
        parts = [(ast.ImportFrom(node.module, [name], node.level), name.asname or name.name) for name in node.names]
        return [guarded(node, part, node.module, bound if bound != "*" else "_") for part, bound in parts]


def guarded(node: ast.stmt, part: ast.stmt, module: str, bound: str) -> ast.stmt:
    """The import part of node, or where it fails the name bound to what Kernel.missing makes of it."""
    ask = ast.Call(ast.Name(MISSING, ast.Load()), [ast.Constant(module), ast.Constant(bound)], [])
    otherwise = ast.Assign([ast.Name(bound, ast.Store())], ask)
    handler = ast.ExceptHandler(ast.Name("ImportError", ast.Load()), None, [otherwise])
    return ast.fix_missing_locations(ast.copy_location(ast.Try([part], [handler], [], []), node))


ABSENT_SAID = "{} は採点の環境では読み込めません ({})。使っていなければ、採点には関係がありません。\n"


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
        """Run what was compiled once and for all, as a cell without IPython's syntax; whether it ended without an error.

        What it gives to sys.displayhook becomes its result.
        """
        with self.speaking(), self.shell.display_trap:
            try:
                exec(code, self.shell.user_ns)
                return True
            except BaseException:
                self.shell.showtraceback(running_compiled_code=True)
                return False

    def begin_student(self) -> None:
        """From now on the cells are a student's: what the notebook has given is known, and may be given back."""
        self.given = {name: value for name, value in self.shell.user_ns.items() if name[0] != "_" and kept(value)}
        self.lacking: list[str] = []
        sys.path[0] = ""  # the working folder, as in Jupyter: a cell may write a module and import it
        self.shell.ast_transformers.append(Imports())
        setattr(builtins, MISSING, self.missing)

    def missing(self, module: str, bound: str) -> Missing:
        """What a name is bound to whose import fails; the cell says so."""
        error, parent = sys.exc_info()[1], None
        assert isinstance(error, ImportError)
        if bound == module.partition(".")[0] != module:  # `import scipy.nothing` still gives scipy
            with suppress(ImportError):
                parent = importlib.import_module(bound)
        self.lacking.append(module)
        print(ABSENT_SAID.format(module, error), end="")
        return Missing(error, parent)

    def give_back(self, names: dict | None = None) -> list[str]:
        """Bind names again that the notebook or an answer gave a function, and that have none any more; returns them.

        A line such as `np = 0` or `%reset`, anywhere, is a mistake of its own: it must not cost the questions behind it.
        """
        names = self.shell.user_ns if names is None else names
        back = {name: value for name, value in self.given.items() if not kept(names.get(name))}
        names.update(back)
        return list(back)

    def run_answer(self, source: str, question: str) -> tuple[bool, dict]:
        """Run a cell that answers a question ('': none).

        Returns whether it ended without an error, and what it lacked and was given back.
        """
        self.lacking.clear()
        done, back = self.run(source), []
        if question:
            if not done and (back := self.give_back()):
                done = self.run(source)
            if kept(self.shell.user_ns.get(question)):
                self.given[question] = self.shell.user_ns[question]
        return done, {"lacking": self.lacking[:20], "given_back": back}

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


def kept(value: object) -> bool:
    """Whether this is what a notebook gives a name for good: a function, a class or a module."""
    return callable(value) or isinstance(value, ModuleType)
