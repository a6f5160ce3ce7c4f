"""What of nbgrader is exchanged in this course: nbgrader has no setting for it. `nbgrader_config.py` calls `exchange`."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generateassignmentapp
import nbgrader.converters.base
import nbgrader.exchange.default.release_feedback
import nbgrader.utils
from traitlets.config import Config

from ..course import gradebook_url
from .autograde import Autograde
from .record import GenerateAssignment

COMMANDS = nbgrader.apps.api, nbgrader.apps.autogradeapp, nbgrader.apps.generateassignmentapp
"""Where nbgrader's commands, and its formgrader, look up the classes that work for them."""
LOOKING = nbgrader.apps.api, nbgrader.converters.base, nbgrader.exchange.default.release_feedback, nbgrader.utils
"""What looks for files of the course by a pattern that begins with the course's own path."""
ROOTS: set[str] = set()
"""The courses of this process."""


def literal(pattern: str) -> Iterable[str]:
    """glob.glob, for which the folder of a course is no pattern: it may be called [2026]."""
    root = max((root for root in ROOTS if pattern.startswith(root + os.sep)), key=len, default="")
    return glob.glob(glob.escape(root) + pattern[len(root) :])


def exchange(config: Config, root: str) -> None:
    """Let nbgrader's commands, and its formgrader, grade by this package in the course in the folder root."""
    ROOTS.add(os.path.abspath(root))
    for module in LOOKING:
        vars(module)["glob"] = SimpleNamespace(glob=literal)
    for module in COMMANDS:
        for kind in Autograde, GenerateAssignment:
            if hasattr(module, kind.__name__):
                setattr(module, kind.__name__, kind)
    config.CourseDirectory.db_url = gradebook_url(Path(root))
