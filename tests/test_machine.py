"""What is said of a machine that cannot sandbox: one sentence, with what to do; and nothing where it can."""

import os
import re
import subprocess
import sys

import pytest
from exercise import ROOT

from grading.sandbox import machine
from grading.sandbox.limits import Limits
from grading.sandbox.machine import FORBIDDEN, FOREIGN, Machine, told

LINUX = {
    "proc/self/uid_map": "0 0 4294967295",
    "proc/sys/kernel/osrelease": "6.18.44",
    "proc/sys/user/max_user_namespaces": "9999",
}
RESTRICTED = {"proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"}

REASONS = {  # what the machine is → (its files beside LINUX, whether root asks, the environment) → what is said
    "nothing to be seen": ({}, False, {}, "allow user namespaces"),
    "Ubuntu 24.04": (RESTRICTED, False, {}, r"\(Ubuntu 24\.04 and later\): allow them with apparmor/bwrap"),
    "Ubuntu 26.04, where root's bwrap is confined too": (RESTRICTED, True, {}, "apparmor/bwrap"),
    "Debian 10": ({"proc/sys/kernel/unprivileged_userns_clone": "0"}, False, {}, "sysctl kernel.unprivileged_userns_clone=1, or"),
    "RHEL 7": ({"proc/sys/user/max_user_namespaces": "0"}, False, {}, r"sysctl user.max_user_namespaces=\d+, or grade as root"),
    "Docker": ({".dockerenv": ""}, True, {}, "Docker .* --cap-add SYS_ADMIN --cap-add NET_ADMIN .* as root in it"),
    "Docker on Ubuntu": (RESTRICTED | {".dockerenv": ""}, False, {}, "Docker"),
    "Podman, started by root": ({"run/.containerenv": ""}, True, {}, "sudo podman run --privileged"),
    "Podman, rootless": ({"run/.containerenv": "", "proc/self/uid_map": "0 1000 1\n1 100000 65536"}, True, {}, "root started it"),
    "JupyterHub": ({".dockerenv": ""}, False, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "JupyterHub .* a machine of your own"),
    "unshare -Ur": ({"proc/self/uid_map": "0 1000 1"}, True, {}, "root of a user namespace"),
    "a setting that does not hold root": ({"proc/sys/user/max_user_namespaces": "0"}, True, {}, "allow user namespaces"),
}


@pytest.mark.parametrize("name", REASONS)
def test_why_namespaces_are_forbidden_is_told_by_what_the_machine_shows(name, tmp_path):
    files, admin, environment, sentence = REASONS[name]
    for path, text in (LINUX | files).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    there = Machine("linux", tmp_path, admin, environment)
    assert re.search(sentence, told(FORBIDDEN, there)) and told(FOREIGN, there) == ""


@pytest.mark.parametrize("system, release, sentence", [
    ("darwin", None, "grading needs Linux, .* virtual machine"),
    ("win32", None, "grading needs Linux"),
    ("linux", "4.4.0-19041-Microsoft", "WSL 2"),
    ("linux", "5.15.153.1-microsoft-standard-WSL2", "^$"),
])  # fmt: skip
def test_a_machine_that_nothing_mends_is_named(system, release, sentence, tmp_path):
    if release:
        (tmp_path / "proc/sys/kernel").mkdir(parents=True)
        (tmp_path / "proc/sys/kernel/osrelease").write_text(release)
    assert re.search(sentence, told(FOREIGN, Machine(system, tmp_path, False, {})))


def test_no_sentence_is_more_than_one():
    for _, sentence in FOREIGN + FORBIDDEN:
        assert not re.search(r"[.!] [A-Z]", sentence) and not sentence.endswith("."), sentence


ASK = "import sys; from grading.sandbox import limits, machine; print(machine.missing(limits.Limits(total=float(sys.argv[1]))))"
USER = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--gid", "1000"]
"""An ordinary user, whoever runs the tests."""
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can take away from itself")
DOCKER = (
    "chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot mknod audit_write setfcap"
).split()
"""The capabilities that Docker gives to root in a container."""


def capabilities(*names: str) -> list[str]:
    return ["setpriv", "--bounding-set=" + ",".join(["-all", *(f"+{name}" for name in names)]), "--"]


def asked(*around: str, total: float = 300) -> str:
    """What a machine says of itself whose processes are started by the command around; total: of the limits."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run([*around, sys.executable, "-c", ASK, str(total)], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.removesuffix("\n")


WORKS = {
    "as it is": [],
    "an ordinary user": [*USER, "--"],
    "what the README gives a container": capabilities(*DOCKER, "sys_admin", "net_admin"),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=AS_ROOT if "container" in name else ()) for name in WORKS])
def test_a_machine_that_can_sandbox_lacks_nothing(name):
    assert asked(*WORKS[name]) == ""


NO_NAMESPACES = 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all "$@"'
FAILS = {  # a machine that really forbids it → what bubblewrap or Python says of it
    "Docker's root": (capabilities(*DOCKER), r"\(bwrap: Creating new namespace failed: Operation not permitted\)$"),
    "without NET_ADMIN": (capabilities(*DOCKER, "sys_admin"), r"\(bwrap: loopback: "),
    "no user namespaces": ([*USER, "--cap-add", "ALL", "--unshare-pid", "--proc", "/proc", "--", "sh", "-c", NO_NAMESPACES, "sh"],
                           r"\(bwrap: .*ENOSPC|No space left"),
    "a masked /proc": (["unshare", "-m", "sh", "-c", "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && "
                        "exec \"$@\"", "sh", *USER, "--"], r"\(bwrap: Can't mount proc .*\)$"),
}  # fmt: skip


@AS_ROOT
@pytest.mark.parametrize("name", FAILS)
def test_what_the_machine_forbids_is_quoted_behind_what_to_do(name):
    around, quoted = FAILS[name]
    said = asked(*around)
    assert re.search(quoted, said) and any(said.startswith(sentence) for _, sentence in FORBIDDEN)


TOO_LOW = {  # what prlimit is told → what ulimit calls it
    "--nofile=200": "ulimit -n is 200 here, and at least 256 is needed",
    "--nproc=50": "ulimit -u is 50 here, and at least ",
    "--fsize=102400000": "ulimit -f is 100000 here, and at least 262144 is needed",
    "--as=2048000000": "ulimit -v is 2000000 here, and at least 2621440 is needed",
    "--data=1024000000": "ulimit -d is 1000000 here, and at least 2621440 is needed",
    "--cpu=100": "ulimit -t is 100 here, and at least 300 is needed",
}


@pytest.mark.parametrize("user", [[], [*USER, "--"]], ids=["as it is", "an ordinary user"])
@pytest.mark.parametrize("limit", TOO_LOW)
def test_a_limit_of_the_shell_that_is_too_low_is_named_with_what_is_needed(limit, user):
    assert asked("prlimit", limit, *user).startswith(TOO_LOW[limit])


def test_what_is_needed_follows_the_limits_of_a_submission():
    assert asked("prlimit", "--cpu=100", total=90) == ""


def test_a_probe_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(machine, "PROBE", "import time; time.sleep(600)")
    monkeypatch.setattr(machine, "SECONDS", 2)
    assert machine.missing(Limits()).endswith("(no end within 2 seconds)")


def test_make_asks_before_it_installs_anything_and_not_for_namespaces_where_there_is_to_be_no_sandbox():
    def plan(*words: str) -> str:
        make = ["make", "-n", "-B", "grade", *words]
        return subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    with_sandbox, without = plan(), plan("SANDBOX=no")
    for said in with_sandbox, without:
        assert said.index("-m grading.sandbox.machine") < said.index("-m venv")
    assert "bubblewrap" in with_sandbox and "--no-sandbox" not in with_sandbox
    assert "bubblewrap" not in without and "grading grade --no-sandbox" in without


def test_the_question_before_the_installation_needs_no_package():
    run = subprocess.run([sys.executable, "-S", "-E", "-m", "grading.sandbox.machine"], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (0, "")
