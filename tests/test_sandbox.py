"""What a submission cannot do to the machine, to the next submission and to its own page; and what a machine must let it do.

Everything here is the real thing: the sandbox, and the machines by what util-linux makes of this one.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import nbformat
import psutil
import pytest
from courses import ENVIRONMENT, hand_in, new_course, scores
from nbformat.v4 import new_code_cell
from small import MARKS, NAME, REFERENCE, RELEASE, SMALL

from grading.exercise.sample import submission
from grading.notes import OWN
from grading.run import worker
from grading.sandbox.bubblewrap import USERS
from grading.sandbox.kernel import seccomp

ASSIGNMENT = SMALL.assignment()


def notebook(answers: dict[str, str], first: str = "", last: str = "") -> bytes:
    """What is handed in: these answers, and a cell before and behind all others."""
    made = submission(RELEASE, answers)
    made.cells = [new_code_cell(first, id="first"), *made.cells, new_code_cell(last, id="last")]
    return nbformat.writes(made).encode()


def printed(result: dict, place: int) -> str:
    """What the first (0) or the last (-1) cell of the student's own shows."""
    own = [cell for cell in result["notebook"]["cells"] if cell["id"].startswith("own-")]
    return "".join(output.get("text", "") + str(output.get("data", "")) for output in own[place]["outputs"])


@pytest.fixture(scope="module", autouse=True)
def no_judge_stays():
    yield
    worker.close()


# Calls of the machine's kernel

CALLS = [(call, error, [(one.number, one.one + (one.comparison == seccomp.GREATER)) for one in compared])
         for call, error, compared in seccomp.rules()]
CALLS = [each for each in CALLS if seccomp.library().seccomp_syscall_resolve_name(each[0].encode()) >= 0]
"""Those that this machine has: (name, error, the arguments that are denied as (number, value))."""
ALLOWED = {  # what a student's code does → what it prints
    "a thread": "import threading\nt = threading.Thread(target=lambda: print('done'))\nt.start()\nt.join()",
    "a child": "import subprocess\nprint(subprocess.run(['echo', 'done'], capture_output=True, text=True).stdout)",
    "a pool of processes": "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
                           "    print('done' if pool.map(abs, [-1, 2]) == [1, 2] else '')",
    "a pool of threads": "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(8) as pool:\n"
                         "    print('done' if list(pool.map(abs, [-1, 2])) == [1, 2] else '')",
    "the shell": "!echo done",
    "a socket of its own": "import socket\na, b = socket.socketpair()\na.send(b'done')\nprint(b.recv(9).decode())",
    "a database in memory": "import sqlite3\nprint(sqlite3.connect(':memory:').execute(\"select 'done'\").fetchone()[0])",
    "an array in a file": "import numpy as np\nnp.save('a.npy', np.eye(2))\nprint('done' if np.load('a.npy').sum() == 2 else '')",
    "a mapped file": "import numpy as np\nm = np.memmap('m', float, 'w+', shape=9)\nm[:] = 1\n"
                     "print('done' if m.sum() == 9 else '')",
    "shared memory": "from multiprocessing import shared_memory\ns = shared_memory.SharedMemory(create=True, size=9)\n"
                     "s.buf[0] = 7\nprint('done' if s.buf[0] == 7 else '')\ns.close()\ns.unlink()",
    "a module of its own": "%%writefile mine.py\ndef mine(): return 'done'",
    "an await": "await __import__('asyncio').sleep(0.01)\nprint('done')",
    "a picture": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig('x.png')\nplt.close()\nprint('done')",
}  # fmt: skip


@pytest.fixture(scope="module")
def errors() -> dict[str, int]:
    """Each of CALLS, by its place in the list → the error that a submission gets for it; 0: it may call it."""
    number = seccomp.library().seccomp_syscall_resolve_name
    asked = [(number(call.encode()), arguments) for call, _, arguments in CALLS]
    code = f"""
import ctypes, json, os
libc = ctypes.CDLL(None, use_errno=True)
found = []
for number, arguments in {asked!r}:
    values = [0] * 6
    for at, value in arguments:
        values[at] = value
    child = os.fork()
    if not child:  # a call that is let pass may do anything
        result = libc.syscall(number, *map(ctypes.c_ulong, values))
        os._exit(ctypes.get_errno() if result < 0 else 0)
    found.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(found))
"""
    return dict(enumerate(json.loads(printed(worker.grade(notebook(REFERENCE, code), ASSIGNMENT), 0))))


@pytest.mark.parametrize("at", range(len(CALLS)), ids=[f"{call} {arguments or ''}".strip() for call, _, arguments in CALLS])
def test_a_call_that_no_exercise_needs_is_denied(at, errors):
    assert errors[at] == CALLS[at][1]


@pytest.fixture(scope="module")
def allowed() -> dict:
    made = submission(RELEASE, REFERENCE)
    made.cells += [new_code_cell(code, id=f"allowed-{n}") for n, code in enumerate(ALLOWED.values())]
    made.cells.append(new_code_cell("from mine import mine\nprint(mine())", id="allowed-module"))
    return worker.grade(nbformat.writes(made).encode(), ASSIGNMENT)


@pytest.mark.parametrize("at", range(len(ALLOWED)), ids=ALLOWED)
def test_what_students_do_works(at, allowed):
    at = -1 if list(ALLOWED)[at] == "a module of its own" else at
    assert "done" in printed(allowed, at)
    assert SMALL.lost(allowed) == set()


def test_the_table_of_calls_names_each_once_and_says_why():
    names = " ".join(seccomp.DENIED.values()).split()
    assert len(names) == len(set(names)) and all(len(why.split()) > 3 for why in seccomp.DENIED)


# The next submission, and the own page

C = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nlibc.shmat.restype = ctypes.c_void_p\n"
STORES = {  # where something could be left → (how it is put there, how it is looked for)
    "keyring": (
        "for ring in -1, -2, -3, -4, -5:\n    libc.syscall(248, b'user', b'planted', b'PLANTED', 7, ring)",
        "for ring in -1, -2, -3, -4, -5:\n    found = libc.syscall(250, 10, ring, b'user', b'planted', 0)\n"
        "    buffer = ctypes.create_string_buffer(99)\n    if found > 0 and libc.syscall(250, 11, found, buffer, 99) > 0:\n"
        "        print(buffer.value)",
    ),
    "System V segment": (
        "number = libc.shmget(4711, 4096, 0o1666)\nif number >= 0:\n"
        "    ctypes.memmove(libc.shmat(number, None, 0), b'PLANTED', 7)",
        "number = libc.shmget(4711, 4096, 0o666)\nif number >= 0:\n    print(ctypes.string_at(libc.shmat(number, None, 0), 7))",
    ),
    "devices": (
        "for folder in '/dev', '/dev/pts', '/dev/mqueue':\n    open(folder + '/planted', 'w').write('PLANTED')",
        "for folder in '/dev', '/dev/pts', '/dev/mqueue':\n    print(open(folder + '/planted').read())",
    ),
    "folders": (
        "for folder in '/dev/shm', '/tmp', '/submission', '/run', '/var/tmp', '/grader', '/':\n"
        "    try:\n        open(folder + '/planted', 'w').write('PLANTED')\n    except OSError:\n        pass",
        "for folder in '/dev/shm', '/tmp', '/submission', '/run', '/var/tmp', '/grader', '/':\n"
        "    if os.path.exists(folder + '/planted'):\n        print(open(folder + '/planted').read())",
    ),
    "lock": (
        "import fcntl, sys\nlocked = open(os.__file__)\nfcntl.flock(locked, fcntl.LOCK_EX)\nif os.fork() == 0:\n"
        "    import time\n    os.setsid()\n    time.sleep(60)",
        "import fcntl\nlocked = open(os.__file__)\ntry:\n    fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError:\n    print('PLANTED')",
    ),
    "address": (
        "import socket\nkept = socket.socket(socket.AF_UNIX)\nkept.bind('\\0planted')\nkept.listen()\nif os.fork() == 0:\n"
        "    os.setsid()\n    import time\n    time.sleep(60)",
        "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0planted')\nprint('PLANTED')",
    ),
}  # fmt: skip
PAGE = """
inputs = []
try:
    {set_up}
except OSError as error:
    print(type(error).__name__)

def softmax(scores, temperature=1.0, axis=-1):
    seen = f"PLANTED {{scores.ravel()[0]:.12f}} ".encode()
    try:
        {send}
    except OSError:
        pass
    return scores
"""
PAGES = {  # how a test's inputs could come to the student's own page → (set up, send in a test, shown by a later cell)
    "list": ("pass", "inputs.append(seen)", "print(inputs)"),
    "file": ("pass", "open('/submission/kept', 'ab').write(seen)", "print(open('/submission/kept').read())"),
    "temporary file": ("pass", "open('/tmp/kept', 'ab').write(seen)", "print(open('/tmp/kept').read())"),
    "shared memory": ("pass", "open('/dev/shm/kept', 'ab').write(seen)", "print(open('/dev/shm/kept').read())"),
    "mapped memory": ("import mmap; shared = mmap.mmap(-1, 4096)", "shared[:len(seen)] = seen", "print(shared[:40])"),
    "pipe": ("import os; end, start = os.pipe(); os.set_blocking(end, False)", "os.write(start, seen)",
             "print(os.read(end, 999))"),
    "socket": ("import socket; a, b = socket.socketpair(); a.setblocking(False)", "b.send(seen)", "print(a.recv(999))"),
    "memory of the kernel": (
        "import ctypes, os; kept = ctypes.create_string_buffer(b'.' * 99); pid = os.getpid()",
        "m = open(f'/proc/{pid}/mem', 'r+b', buffering=0); m.seek(ctypes.addressof(kept)); m.write(seen)", "print(kept.raw)",
    ),
    "the kernel's socket": (
        "import os, json, struct; fds = [os.dup(n) for n in range(3, 40) if os.path.exists(f'/proc/self/fd/{n}')]",
        "text = json.dumps({'output': {'msg_type': 'stream', 'content': {'name': 'stdout', 'text': seen.decode()}}, 'number': 9})"
        ".encode(); [os.write(fd, struct.pack('!II', len(text), 0) + text) for fd in fds]", "print()",
    ),
    "a process that stays": (
        "import os, mmap; box = mmap.mmap(-1, 4096)\n    if os.fork() == 0:\n        import time\n        os.setsid()\n"
        "        [time.sleep(0.1) for _ in range(600)]", "box[:len(seen)] = seen", "print(box[:40])",
    ),
}  # fmt: skip


@pytest.mark.parametrize("store", STORES)
def test_nothing_is_left_for_the_next_submission(store):
    guarded = "{}try:\n{}\nexcept Exception as error:\n    print(type(error).__name__)"
    plant, look = (guarded.format(C, indent(code, "    ")) for code in STORES[store])
    first = worker.grade(notebook(REFERENCE, plant), ASSIGNMENT)
    second = worker.grade(notebook(REFERENCE, f"{look}\nprint('looked')"), ASSIGNMENT)
    assert "PLANTED" not in printed(second, 0) and "looked" in printed(second, 0)
    assert SMALL.lost(first) == SMALL.lost(second) == set()


@pytest.mark.parametrize("way", PAGES)
def test_no_input_of_a_hidden_test_reaches_the_students_page_by_a_cell(way):
    set_up, send, show = PAGES[way]
    answers = {"softmax": PAGE.format(set_up=set_up, send=send)}
    result = worker.grade(notebook(answers, last=f"print('shown')\n{show}"), ASSIGNMENT)
    cells = [cell for cell in result["notebook"]["cells"] if not cell["id"].startswith("test_")]
    assert "PLANTED" not in json.dumps([cell.get("outputs") for cell in cells])
    assert "shown" in printed(result, -1) and "softmax" in SMALL.lost(result)


def test_what_an_error_tells_of_the_inputs_is_worth_nothing_in_the_next_file():
    told = []
    for comment in "# first\n", "# second\n":
        code = "def softmax(scores, temperature=1.0, axis=-1):\n    raise ValueError(scores.tolist())"
        result = worker.grade(notebook({"softmax": comment + code}), ASSIGNMENT)
        [test] = [cell for cell in result["notebook"]["cells"] if cell["id"] == "test_softmax"]
        told.append(test["outputs"][-1]["evalue"])
    assert all("ValueError: [" in text for text in told) and told[0].splitlines()[0] == told[1].splitlines()[0]  # the visible one
    seeds = {ASSIGNMENT.seed(notebook({"softmax": comment})) for comment in ("# first\n", "# second\n")}
    assert len(seeds) == 2


# Machines

AS_USER = "unshare -U --map-user=1000 --map-group=1000"
MACHINES = {  # what is there → (how the command is run, whether it can grade, a word of the sentence where it cannot)
    "root": ("", True, ""),
    "an ordinary user": (AS_USER, True, ""),
    "root of a namespace with one id": ("unshare -Ur", True, ""),
    "few open files": ("ulimit -n 200;", False, "ulimit -n"),
    "few open files, soft only": ("ulimit -S -n 200;", True, ""),
    "small files": ("ulimit -f 100000;", False, "ulimit -f"),
    "little address space": ("ulimit -v 2000000;", False, "ulimit -v"),
    "little data": ("ulimit -d 200000;", False, "ulimit -d"),
    "a second of CPU": ("ulimit -t 60;", False, "ulimit -t"),
    "few processes": (f"ulimit -u 50; {AS_USER}", False, "ulimit -u"),
    "a small stack": ("ulimit -s 512;", True, ""),
    "no namespaces": (f"{AS_USER} bwrap --dev-bind / / --unshare-user --disable-userns --", False, "namespaces"),
    "a container's capabilities": ("setpriv --bounding-set=-all --inh-caps=-all", False, "namespaces"),
    "no bubblewrap": ("env PATH=$(dirname $PYTHON)", False, "bubblewrap"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    made = new_course(tmp_path_factory.mktemp("machines"))
    hand_in(made, "right", submission(RELEASE, REFERENCE))
    hand_in(made, "wrong", submission(RELEASE, REFERENCE | {"describe": "def describe(table): return 0"}))
    return made


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_grades_right_or_says_in_a_sentence_why_not(machine, course, tmp_path):
    prefix, can, word = MACHINES[machine]
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    environment = ENVIRONMENT | {"PYTHON": sys.executable}
    command = f"{prefix} $PYTHON -m grading autograde {NAME} --jobs 1"
    run = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    if can:
        assert run.returncode == 0, run.stderr
        assert scores(tmp_path, "right") == MARKS and scores(tmp_path, "wrong") == MARKS | {"describe": 0.0}
    else:
        [said] = [line for line in run.stderr.splitlines() if "Nothing" in line and "graded" in line]
        assert run.returncode == 1 and word in said and len(said) < 700, run.stderr
        assert not list(tmp_path.glob("autograded/*/*")) and scores(tmp_path, "right") == {}


CHANGES = {  # what a machine takes away while a class is graded → the limit of the template's process
    "open files": (psutil.RLIMIT_NOFILE, (100, 100)),
    "address space": (psutil.RLIMIT_AS, (1 << 30, 1 << 30)),
    "data": (psutil.RLIMIT_DATA, (1 << 20, 1 << 20)),
}


@pytest.fixture
def templates(monkeypatch):
    """Gives the processes of the template of each judge that is started, as soon as it is ready."""
    found: list[psutil.Process] = []

    def start(self, assignment, honest=worker.JudgeProcess.__init__):
        honest(self, assignment)
        started = psutil.Process(self.process.pid).children(recursive=True)
        found.extend(process for process in started if "grading.sandbox.kernel" in process.cmdline())

    monkeypatch.setattr(worker.JudgeProcess, "__init__", start)
    worker.close()
    yield found
    worker.close()


@pytest.mark.parametrize("change", CHANGES)
def test_a_judge_that_can_no_more_is_replaced_and_nobody_loses_a_mark(change, templates):
    assert SMALL.lost(worker.grade(notebook(REFERENCE), ASSIGNMENT)) == set()
    for process in templates:
        process.rlimit(*CHANGES[change])
    assert SMALL.lost(worker.grade(notebook(REFERENCE), ASSIGNMENT)) == set()


@pytest.mark.parametrize("change", CHANGES)
def test_a_machine_that_can_no_more_gives_nobody_marks(change, templates, monkeypatch):
    def grade(self, submission, honest=worker.JudgeProcess.grade):
        for process in templates:
            if process.is_running():
                process.rlimit(*CHANGES[change])
        return honest(self, submission)

    monkeypatch.setattr(worker.JudgeProcess, "grade", grade)
    with pytest.raises(worker.CannotGrade, match=r"cannot run here|lose marks here"):
        worker.grade(notebook(REFERENCE), ASSIGNMENT)


def test_a_submission_that_ends_its_process_is_no_fault_of_the_machine():
    result = worker.grade(notebook(REFERENCE | {"describe": "def describe(table):\n    import os\n    os._exit(0)"}), ASSIGNMENT)
    assert SMALL.lost(result) == {"describe"} and result["notes"] == [["ended", "test_describe"]]


CHAINS = {  # how work is spread over processes that live for a few milliseconds
    "one after another": "while True:\n    pid = os.fork()\n    if not pid:\n        work()\n        os._exit(0)\n"
                         "    os.waitpid(pid, 0)",
    "each starts the next": "if not os.fork():\n    os.setsid()\n    while True:\n        work()\n        if os.fork():\n"
                            "            os._exit(0)\ntime.sleep(100)",
}  # fmt: skip


@pytest.mark.parametrize("chain", CHAINS)
def test_work_that_hops_from_process_to_process_is_counted_and_ends(chain):
    code = "import os, time\ndef work():\n    end = time.perf_counter() + 0.004\n    while time.perf_counter() < end: pass\n"
    assignment = replace(ASSIGNMENT, limits=replace(ASSIGNMENT.limits, seconds=1, wait=80, total=160))
    result = worker.grade(notebook(REFERENCE, code + CHAINS[chain]), assignment)
    users = {USERS + 1000 * judge.process.pid + n for judge in worker.judges for n in range(1000)}
    worker.close()
    assert result["notes"] == [["time", OWN]] and SMALL.lost(result) == set()
    assert result["seconds"] < assignment.limits.wait / 2  # by the clock on the wall alone it would be all of that
    assert [process for process in psutil.process_iter() if process.uids().real in users] == []
