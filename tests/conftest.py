"""Side by side, the longest files come first, so that none is left alone at the end; otherwise pytest's own order.

At the end stands what each file took.
"""

import os
from collections import defaultdict
from time import perf_counter

import pytest

LONGEST = ["test_attacks", "test_resume", "test_answers", "test_published", "test_demo", "test_nbgrader", "test_cluster"]


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


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
