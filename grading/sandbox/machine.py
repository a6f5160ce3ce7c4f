"""What a machine must have to sandbox. What it lacks is said in one sentence, with what to do about it.

`python -m grading.sandbox.machine` says what is known before anything is installed, with Python's own library alone.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .limits import MB, Limits

UNPROTECTED = (
    "To run the students' code unprotected, with your rights: `make grade SANDBOX=no`, `grading grade --no-sandbox`, "
    "`grading autograde … --no-sandbox`, `nbgrader autograde … --Autograde.sandbox=False`."
)
ELSEWHERE = "grade in a Linux container or virtual machine"
INSTALL = "sudo apt install bubblewrap, sudo dnf install bubblewrap, or conda install conda-forge::bubblewrap"
TEMPLATE = 512 * MB
"""Address space of the process that is forked for each submission; measured: 340 MB."""
SECONDS = 60
"""How long the probe may take; measured: a fifth of a second."""


@dataclass(frozen=True)
class Machine:
    """Where something is asked. The defaults are this machine."""

    system: str = sys.platform
    root: Path = Path("/")
    admin: bool = hasattr(os, "geteuid") and os.geteuid() == 0
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def has(self, path: str) -> bool:
        return (self.root / path).exists()

    def reads(self, path: str) -> str:
        """What stands in a file; '' where there is none."""
        try:
            return (self.root / path).read_text().strip()
        except OSError:
            return ""


FOREIGN: list[tuple[Callable[[Machine], bool], str]] = [  # what tells it → what is said of it
    (lambda it: it.system != "linux", f"grading needs Linux, with or without a sandbox: {ELSEWHERE}"),
    (  # WSL 2 writes itself with a small m
        lambda it: "Microsoft" in it.reads("proc/sys/kernel/osrelease"),
        f"WSL 1 has no namespaces: change to WSL 2 (wsl --set-version DISTRIBUTION 2), or {ELSEWHERE}",
    ),
]
"""What nothing that is installed mends: the judge, too, asks the kernel of Linux who writes to it and what a process uses."""

FORBIDDEN: list[tuple[Callable[[Machine], bool], str]] = [
    (
        lambda it: "KUBERNETES_SERVICE_HOST" in it.environment,
        "a container of Kubernetes (as JupyterHub starts them) may not make namespaces: grade on a machine of your own",
    ),
    (
        lambda it: it.admin and not it.reads("proc/self/uid_map").endswith("4294967295"),
        "root here is root of a user namespace (unshare, a rootless container): grade outside of it, or where root started it",
    ),
    (
        lambda it: it.has(".dockerenv"),
        "this Docker container may not make namespaces: start it with --cap-add SYS_ADMIN --cap-add NET_ADMIN "
        "--security-opt seccomp=unconfined --security-opt apparmor=unconfined, and grade as root in it",
    ),
    (
        lambda it: it.has("run/.containerenv"),
        "this Podman container may not make namespaces: start it with sudo podman run --privileged, and grade as root in it",
    ),
    (
        lambda it: not it.admin and it.reads("proc/sys/user/max_user_namespaces") == "0",
        "user namespaces are switched off: sudo sysctl user.max_user_namespaces=10000, or grade as root",
    ),
    (
        lambda it: not it.admin and it.reads("proc/sys/kernel/unprivileged_userns_clone") == "0",
        "user namespaces are kept for root: sudo sysctl kernel.unprivileged_userns_clone=1, or grade as root",
    ),
    (
        lambda it: it.reads("proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1",
        "AppArmor keeps namespaces from bubblewrap (Ubuntu 24.04 and later): allow them with apparmor/bwrap, as README.md says",
    ),
    (lambda it: True, f"this machine does not let bubblewrap make namespaces: allow user namespaces, or {ELSEWHERE}"),
]
"""Why the probe may have failed. The first that is so is said: a remedy further down would not help there."""


def told(reasons: list[tuple[Callable[[Machine], bool], str]], machine: Machine) -> str:
    """The first of the reasons that is so on the machine, or ''."""
    return next((sentence for is_so, sentence in reasons if is_so(machine)), "")


def tasks() -> int:
    """How many tasks RLIMIT_NPROC counts already: those of this user, but none of root's."""
    if os.geteuid() == 0:
        return 0
    import psutil  # before the installation, nobody asks

    about = [process.info for process in psutil.process_iter(["uids", "num_threads"])]
    return sum(each["num_threads"] or 0 for each in about if each["uids"] and each["uids"].real == os.getuid())


def held(limits: Limits) -> str:
    """The first limit of this shell (ulimit) that a submission would feel; '' where it would feel none."""
    import resource  # Windows has none

    from .kernel import namespaces

    soft, hard = 0, 1  # namespaces.drop_privileges sets the first four, and may go up to the hard limit
    needs = [  # ulimit's option, the limit, its bytes or pieces a unit, which; how much is needed
        ("n", resource.RLIMIT_NOFILE, 1, hard, namespaces.FILES),
        ("u", resource.RLIMIT_NPROC, 1, hard, tasks() + limits.processes + namespaces.HELD),
        ("f", resource.RLIMIT_FSIZE, 1024, hard, limits.disk),
        ("v", resource.RLIMIT_AS, 1024, hard, limits.memory + TEMPLATE),
        ("d", resource.RLIMIT_DATA, 1024, soft, limits.memory + TEMPLATE),
        ("t", resource.RLIMIT_CPU, 1, soft, limits.total),
    ]
    for option, limit, unit, which, need in needs:
        allowed = resource.getrlimit(limit)[which]
        if allowed != resource.RLIM_INFINITY and allowed < need:
            here = f"ulimit -{option} is {allowed // unit} here, and at least {math.ceil(need / unit)} is needed"
            return f"{here}: raise it as root, or in /etc/security/limits.conf"
    return ""


PROBE = """
import json, os, sys
from grading.sandbox.kernel import namespaces
limits = json.loads(sys.argv[1])
memory = namespaces.size() + limits["memory"]
def wait(child):
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)
namespaces.unshare(limits["root"])
if child := os.fork():
    wait(child)
namespaces.mount_private(limits["folders"], limits["disk"], limits["files"])
namespaces.drop_privileges(limits["user"] if limits["root"] else None, memory, limits["disk"], limits["processes"])
if child := os.fork():
    wait(child)
"""
"""What `begin` in kernel/__main__.py does for a submission, down to a process that may do nothing more."""


def forbidden(limits: Limits) -> str:
    """Why a submission's processes cannot be set up here, tried with processes that do nothing; '' where they can be."""
    from . import bubblewrap  # needs what is installed

    about = {name: getattr(limits, name) for name in ("disk", "files", "memory", "processes")}
    about |= {"root": bubblewrap.root(), "user": bubblewrap.user(), "folders": bubblewrap.private()}
    program = bubblewrap.command(bubblewrap.PYTHON, "-c", PROBE, json.dumps(about))
    try:
        run = subprocess.run(program, capture_output=True, text=True, errors="replace", timeout=SECONDS)
    except subprocess.TimeoutExpired:
        said = f"no end within {SECONDS} seconds"
    else:
        if not run.returncode and not run.stderr:
            return ""
        said = (run.stderr.strip().splitlines() or [f"exit status {run.returncode}"])[-1]
    return f"{told(FORBIDDEN, Machine())} ({said})"


def not_installed() -> str:
    """What has to be installed before; '' where nothing has."""
    from .kernel import seccomp

    if not shutil.which("bwrap"):
        return f"bubblewrap is not installed: {INSTALL}"
    try:
        seccomp.library()
    except OSError:
        return "libseccomp is not installed: sudo apt install libseccomp2, or sudo dnf install libseccomp"
    return ""


def foreign() -> str:
    """Why nothing can be graded here, with or without a sandbox, whatever is installed; '' where something can be."""
    return told(FOREIGN, Machine())


def missing(limits: Limits) -> str:
    """What keeps this machine from sandboxing submissions with these limits, in one sentence; '' where nothing does."""
    return foreign() or held(limits) or not_installed() or forbidden(limits)


if __name__ == "__main__":
    if problem := foreign():
        sys.exit(f"Nothing is installed or graded: {problem}.")
