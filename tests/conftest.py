"""The order of the files where they run side by side, the browser, and at the end what each file took."""

import os
from collections import defaultdict
from time import perf_counter

import pytest

LONGEST = ["test_attacks", "test_resume", "test_answers", "test_demo", "test_nbgrader", "test_published", "test_cluster",
           "test_slips", "test_mutants", "test_after", "test_sandbox", "test_feedback"]  # fmt: skip
"""Where files run side by side they come first, so that none is left alone at the end. There are more processes than cores: what
waits (for a limit that an attack runs into, for a process that was killed, for a browser) stands beside what computes."""


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="module")
def chrome():
    """One browser for all tests of a file; no longer, for as long as it is there asyncio takes this process to be at work."""
    from browser import chromium  # most files need none

    with chromium() as browser:
        yield browser


# What each file takes: a test's process measures its CPU, xdist carries it to where the reports come together.

TOOK: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
"""File → seconds on the clock, seconds of CPU, tests."""
STARTED = perf_counter()


def cpu() -> float:
    """Of this process and of those of its descendants that have ended and were waited for."""
    return sum(os.times()[:4])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    item.cpu = cpu()
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    before, item.cpu = item.cpu, cpu()
    report.cpu = item.cpu - before


def pytest_runtest_logreport(report):
    took = TOOK[report.nodeid.partition("::")[0]]
    took["wall"] += report.duration
    took["cpu"] += getattr(report, "cpu", 0)  # none where the process broke
    took["tests"] += report.when == "call"


def pytest_terminal_summary(terminalreporter):
    if TOOK:
        terminalreporter.section("seconds of each file: on the clock, of CPU (what outlives its test counts where it ends)")
        rows = sorted(TOOK.items(), key=lambda row: -row[1]["wall"])
        rows.append(("all", {key: sum(took[key] for took in TOOK.values()) for key in ("wall", "cpu", "tests")}))
        for name, took in rows:
            terminalreporter.line(f"{took['wall']:7.1f} {took['cpu']:7.1f}  {name} ({took['tests']:.0f})")
        terminalreporter.line(f"{perf_counter() - STARTED:7.1f} on the clock in all")
