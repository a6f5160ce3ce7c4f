"""The sandbox: bubblewrap's command line for the template. Whether this machine can have it: machine.py."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib

from .kernel import namespaces

GRADER = Path(__file__).parent.parent
"""The package `grading`; of it, a submission sees what is in KERNEL."""
KERNEL = GRADER / "sandbox" / "kernel"
ETC = "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/fonts"
ENVIRONMENT = {
    "HOME": namespaces.HOME,
    "USER": "student",
    "LANG": "C.UTF-8",
    "NBGRADER_EXECUTION": "autograde",
    "FIGURES": "off",  # the pictures of the notebook are for its reader
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # One thread each: side by side on all cores, and CPU seconds that mean the same for everybody.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

PYTHON = str(Path(sys.executable).parent.resolve() / Path(sys.executable).name)
"""This Python by a path that is the same inside: it may have been started as ../.venv/bin/python."""
PREFIXES = sorted({path for prefix in ("/usr", sys.prefix, sys.base_prefix) for path in (Path(prefix), Path(prefix).resolve())})
"""Where Python and its packages are."""


USERS = 1_000_000
"""From here on are the ids that submissions get where root grades."""


def root() -> bool:
    """Whether this process may make namespaces and give away ids: root is not enough, a container may have no other id."""
    return os.geteuid() == 0 and all(map(has_users, ("/proc/self/uid_map", "/proc/self/gid_map")))


def has_users(path: str) -> bool:
    with open(path) as file:
        ranges = [tuple(map(int, line.split())) for line in file]
    return any(start <= USERS and start + count >= 2**32 - 1 for start, _, count in ranges)


def user() -> int:
    """An id that no other process of the machine has: each submission is judged by a process of its own, whose number it is."""
    return USERS + os.getpid()


def private() -> list[str]:
    """The folders that a submission gets for itself: /tmp is none of them where Python itself lies in it."""
    folders = "/tmp", "/dev/shm", namespaces.HOME
    return [folder for folder in folders if not any(Path(folder) in prefix.parents for prefix in PREFIXES)]


def environment() -> dict[str, str]:
    """The environment of the student's processes: nothing of the grader's own goes in."""
    place = {} if "/tmp" in private() else {"TMPDIR": namespaces.HOME}
    return ENVIRONMENT | place | {"PATH": f"{Path(PYTHON).parent}:/usr/bin:/bin"}


def mounts(absent: Sequence[str]) -> list[str]:
    """bubblewrap's arguments for the file system: read-only Python and system less the absent packages, nothing of the course."""
    arguments = ["--proc", "/proc", "--dev", "/dev"]
    for folder in private():
        arguments += ["--tmpfs", folder]
    for prefix in PREFIXES:
        for parent in reversed(prefix.parents[:-1]):  # bubblewrap would make them for its own user only
            arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += ["--ro-bind", str(prefix), str(prefix)]
    for path in map(Path, ("/lib", "/lib32", "/lib64", "/bin", "/sbin")):
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for name in ETC:
        arguments += ["--ro-bind-try", name, name]
    for secret in GRADER, Path.cwd():  # an installed grader, a course inside the prefix
        if any(prefix in secret.parents for prefix in PREFIXES):
            arguments += ["--tmpfs", str(secret)]
    for package in (Path(folder, *name.split(".")) for folder in sys.path for name in absent):
        if package.is_dir() and any(prefix in package.parents for prefix in PREFIXES):
            arguments += ["--ro-bind", str(KERNEL / "absent"), str(package)]
    arguments += ["--ro-bind", str(KERNEL), "/grader/grading/sandbox/kernel"]
    for fonts in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # to list the fonts anew takes seconds
        arguments += ["--ro-bind", str(fonts), f"{namespaces.HOME}/.cache/matplotlib/{fonts.name}"]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/"]


def command(*program: str, absent: Sequence[str] = (), absent_message: str = "") -> list[str]:
    """The command that runs program in the sandbox: no network, no process but its own, nothing to write to.

    absent: packages that are not there, by their modules' names; absent_message: what an import of one says.
    """
    bubblewrap = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
                  "--die-with-parent", "--new-session", "--clearenv"]
    if not root():
        bubblewrap += ["--unshare-user", "--cap-add", "ALL"]
    for name, value in (environment() | {"ABSENT": absent_message}).items():
        bubblewrap += ["--setenv", name, value]
    return [*bubblewrap, *mounts(absent), "--chdir", "/grader", "--", *program]
