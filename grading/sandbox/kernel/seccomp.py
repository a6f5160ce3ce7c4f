"""The calls of the machine's kernel that a submission's processes may not make, by libseccomp.

No exercise needs any of them. They are what would outlive the submission or reach out of its namespaces, memory that is counted
nowhere, and the parts of the kernel that have been broken out of most often.
"""

import ctypes
import errno
from collections.abc import Iterator

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
"""libseccomp's actions."""
NOT_EQUAL, EQUAL, GREATER, MASKED = 1, 4, 6, 7
"""libseccomp's comparisons."""
NAMESPACES = 0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
"""Flags of clone(2): time, mount, cgroup, UTS, IPC, user, process and network."""
FAMILIES = 1, 2, 10
"""Kinds of sockets that are left: local ones, IPv4 and IPv6 (in a network that leads nowhere)."""
LOCKS = 6, 7, 37, 38, 1024
"""Commands of fcntl(2): F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE."""
PIPE_SIZE, TIOCSTI, TIOCLINUX = 1031, 0x5412, 0x541C

DENIED = {  # why → calls
    "a key stays with its user when the submission has ended": "add_key keyctl request_key",
    "a namespace of one's own has room that nobody counts": "unshare setns",
    "file systems are mounted before the submission begins": (
        "mount umount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr "
        "swapon swapoff quotactl quotactl_fd"
    ),
    "memory that belongs to no process": (
        "memfd_create memfd_secret shmget shmat shmctl msgget msgsnd msgctl semget semctl mq_open"
    ),
    "a lock on a file of the system is seen by whoever is graded beside": "flock",
    "a process is nobody's but its own": "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp",
    "a file is found by its name": "name_to_handle_at open_by_handle_at fanotify_init",
    "work that goes past this filter": "io_uring_setup io_uring_enter io_uring_register io_setup io_submit",
    "doors to the machine's kernel": (
        "bpf perf_event_open userfaultfd kexec_load kexec_file_load init_module finit_module delete_module reboot syslog acct "
        "iopl ioperm modify_ldt personality lookup_dcookie uselib vhangup nfsservctl settimeofday clock_settime clock_adjtime "
        "adjtimex sethostname setdomainname move_pages migrate_pages"
    ),
}


class Compared(ctypes.Structure):
    """struct scmp_arg_cmp: what an argument of the call must be for a rule to hold."""

    _fields_ = (("number", ctypes.c_uint), ("comparison", ctypes.c_int), ("one", ctypes.c_uint64), ("other", ctypes.c_uint64))


def rules() -> Iterator[tuple[str, int, list[Compared]]]:
    """(call, error that it gives, what its arguments are then)."""
    for calls in DENIED.values():
        for call in calls.split():
            yield call, errno.EPERM, []
    yield "clone3", errno.ENOSYS, []  # its flags cannot be seen: the C library takes clone then
    for flag in NAMESPACES:
        yield "clone", errno.EPERM, [Compared(0, MASKED, flag, flag)]
    for family in range(max(FAMILIES) + 1):
        if family not in FAMILIES:
            yield "socket", errno.EAFNOSUPPORT, [Compared(0, EQUAL, family)]
    yield "socket", errno.EAFNOSUPPORT, [Compared(0, GREATER, max(FAMILIES))]
    for command in LOCKS:
        yield "fcntl", errno.ENOLCK, [Compared(1, EQUAL, command)]
    yield "fcntl", errno.EPERM, [Compared(1, EQUAL, PIPE_SIZE)]
    for command in TIOCSTI, TIOCLINUX:
        yield "ioctl", errno.EPERM, [Compared(1, EQUAL, command)]


def library() -> ctypes.CDLL:
    """libseccomp. Raises OSError where it is not installed."""
    found = ctypes.CDLL("libseccomp.so.2")
    found.seccomp_init.restype = ctypes.c_void_p
    found.seccomp_rule_add_array.argtypes = (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
    found.seccomp_load.argtypes = found.seccomp_release.argtypes = (ctypes.c_void_p,)
    return found


def deny() -> None:
    """From now on this process and its children make none of the calls. Raises OSError where the kernel has no seccomp."""
    found = library()
    context = found.seccomp_init(ALLOW)
    try:
        for call, error, compared in rules():
            number = found.seccomp_syscall_resolve_name(call.encode())
            if number < 0:  # this machine has no such call
                continue
            array = (Compared * len(compared))(*compared)
            check(found.seccomp_rule_add_array(context, ERRNO | error, number, len(compared), array), call)
        check(found.seccomp_load(context), "load")
    finally:
        found.seccomp_release(context)


def check(result: int, what: str) -> None:
    if result < 0:
        raise OSError(-result, f"seccomp, {what}")
