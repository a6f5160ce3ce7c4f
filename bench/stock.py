"""Stock nbgrader, as a course without this grader would have it."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONFIG = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
STOCK = f"""c = get_config()
c.CourseDirectory.course_id = "seminar"
{re.search(r"^c.ClearSolutions.*$", CONFIG, re.MULTILINE)[0]}
c.OverwriteCells.add_missing_cells = True
c.Execute.timeout = 20
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]
"""
"""The configuration."""


def environment(**more: str) -> dict[str, str]:
    """That in which this program was started, with the programs of its Python."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"} | more
