"""Where the course is and how it is configured: nbgrader_config.py."""

from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ASSIGNMENT = "1101"


def load_config(root: Path) -> Config:
    """nbgrader's configuration of the course in the folder root, as `nbgrader` run there would read it.

    Raises ConfigFileNotFound where root holds no nbgrader_config.py.
    """
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config
