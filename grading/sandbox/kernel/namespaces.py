"""Namespaces, limits and privileges of one submission's processes, inside the sandbox that bubblewrap has made.

The sandbox is read-only and belongs to the template; a fork of the template gets by these calls what must
not be shared with the next submission: processes, files, shared memory and the loopback device. Python has
`os.unshare` from 3.12 on; there is no binding of mount(2) at all.
"""

import ctypes
import os
import resource
import signal

from . import seccomp

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID_NODEV, MS_NOEXEC = 2 | 4, 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
CAPABILITY_VERSION = 0x20080522
HOME = "/submission"
"""Where a submission is at home: a path that no machine has."""
NOBODY = 1000
"""The id that an ordinary user has in the namespace of a submission: not root's, whoever it is outside."""
FILES = 256
"""Open files of a process."""
HELD = 100
"""Processes of a submission that are the grader's: the kernel, and what is held of it for each test."""

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments) -> None:
    """A call of the C library. Raises OSError where it fails."""
    if getattr(libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def end_with_parent() -> None:
    """Have the kernel end this process when the one that has forked it ends."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)


def unshare(root: bool) -> None:
    """New namespaces for this process; its children are in a new process namespace.

    root: whether this process may do so by itself; otherwise it becomes NOBODY in a new user namespace. Raises OSError where
    the kernel forbids it.
    """
    uid, gid = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | (0 if root else CLONE_NEWUSER))
    if not root:
        for path, text in ("setgroups", "deny"), ("uid_map", f"{NOBODY} {uid} 1"), ("gid_map", f"{NOBODY} {gid} 1"):
            with open(f"/proc/self/{path}", "w") as file:
                file.write(text)


def mount_private(folders: list[str], disk: int, files: int) -> None:
    """Empty folders of this submission's own in memory, and a /proc that shows its processes only.

    disk: bytes that each of the folders holds; files: how many.
    """
    end_with_parent()
    for path in folders:
        options = f"size={disk},nr_inodes={files},mode=1777".encode()
        call("mount", b"tmpfs", path.encode(), b"tmpfs", MS_NOSUID_NODEV, options)
    try:
        call("mount", b"proc", b"/proc", b"proc", MS_NOSUID_NODEV | MS_NOEXEC, None)
    except OSError:  # inside some containers: then a submission sees no process at all
        call("mount", b"tmpfs", b"/proc", b"tmpfs", MS_NOSUID_NODEV, b"size=0,mode=755")


def adopt() -> None:
    """Become the parent of all processes below this one whose own has ended."""
    call("prctl", PR_SET_CHILD_SUBREAPER, 1)


def size() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def drop_privileges(user: int | None, memory: int, disk: int, processes: int) -> None:
    """Become nobody with limits: no capability, user instead of root (None: as `unshare` has made it), and few calls left.

    memory: bytes of address space; disk: bytes of a file. Raises OSError or ValueError where the machine does not let it.
    """
    limits = {"AS": memory, "FSIZE": disk, "CORE": 0, "NOFILE": FILES, "MSGQUEUE": 0, "NPROC": processes + HELD}
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        except ValueError as error:
            raise ValueError(f"RLIMIT_{name} of {value}: {error}") from None
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    else:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        call("capset", header, (ctypes.c_uint32 * 6)())
    call("prctl", PR_SET_DUMPABLE, 1)  # a change of user hides /proc/self from its own process
    os.setsid()
    os.chdir(HOME)
    seccomp.deny()
