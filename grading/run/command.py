"""`grading autograde`: nbgrader's command with two options more, side by side, with a progress bar."""

import os

from nbgrader.apps import AutogradeApp as Stock

from .autograde import Autograde


class AutogradeApp(Stock):
    """nbgrader.apps.AutogradeApp for a whole class at once."""

    name = "grading autograde"
    aliases = Stock.aliases | {"jobs": "Autograde.jobs", "scheduler": "Autograde.scheduler"}
    flags = Stock.flags | {
        "no-sandbox": ({"Autograde": {"sandbox": False}}, "Run the code of the students with your rights, unprotected.")
    }

    def _classes_default(self):
        return [*super()._classes_default(), Autograde]

    def _load_config(self, cfg, **kwargs):
        """What neither the command line nor nbgrader_config.py says: all cores, and a bar."""
        super()._load_config(cfg, **kwargs)
        cfg.Autograde.setdefault("jobs", len(os.sched_getaffinity(0)))
        cfg.Autograde.setdefault("bar", True)
