"""Namespaces, limits and privileges of one submission's processes, inside the sandbox that bubblewrap has made.

The sandbox is read-only and belongs to the template; a fork of the template gets by these calls what must
not be shared with the next submission: processes, files, shared memory and the loopback device. Python has
`os.unshare` from 3.12 on; there is no binding of mount(2) at all.
"""

import ctypes
import os
import resource
import signal

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_NOSUID_NODEV, MS_NOEXEC = 2 | 4, 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
CAPABILITY_VERSION = 0x20080522
HOME = "/submission"
"""Where a submission is at home: a path that no machine has."""

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments) -> None:
    """A call of the C library. Raises OSError where it fails."""
    if getattr(libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare() -> None:
    """New namespaces for this process; its children are in a new process namespace.

    Raises OSError where the kernel forbids it.
    """
    uid, gid, root = os.geteuid(), os.getegid(), os.geteuid() == 0
    call("unshare", CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | (0 if root else CLONE_NEWUSER))
    if not root:
        for path, text in ("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1"):
            with open(f"/proc/self/{path}", "w") as file:
                file.write(text)


def mount_private(folders: list[str], disk: int, files: int) -> None:
    """Empty folders of this submission's own in memory, and a /proc that shows its processes only.

    disk: bytes that each of the folders holds; files: how many.
    """
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
    for path in folders:
        options = f"size={disk},nr_inodes={files},mode=1777".encode()
        call("mount", b"tmpfs", path.encode(), b"tmpfs", MS_NOSUID_NODEV, options)
    try:
        call("mount", b"proc", b"/proc", b"proc", MS_NOSUID_NODEV | MS_NOEXEC, None)
    except OSError:  # inside some containers: then a submission sees no process at all
        call("mount", b"tmpfs", b"/proc", b"tmpfs", MS_NOSUID_NODEV, b"size=0,mode=755")


def size() -> int:
    """Bytes of address space of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def drop_privileges(user: int, memory: int, disk: int, processes: int) -> None:
    """Become nobody with limits: no capability, and user instead of root.

    memory: bytes of address space; disk: bytes of a file.
    """
    limits = {"AS": memory, "FSIZE": disk, "CORE": 0, "NOFILE": 256, "MSGQUEUE": 0, "NPROC": processes}
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    else:
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        call("capset", header, (ctypes.c_uint32 * 6)())
    call("prctl", PR_SET_DUMPABLE, 1)  # a change of user hides /proc/self from its own process
    os.setsid()
    os.chdir(HOME)
