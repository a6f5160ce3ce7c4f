"""Stands in the sandbox in the place of packages that an exercise does without (exercise.toml)."""

import os

raise ImportError(os.environ.get("ABSENT", "").replace("{name}", __name__), name=__name__)
