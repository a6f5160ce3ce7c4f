"""exercises/<name>/: everything of an exercise that is edited, and the one settings file, exercise.toml.

    exercise.toml   Settings
    notebook.py     the text of the notebook; build.py says what it may hold
    catalogue/      right and wrong answers, one file a question
    sample.toml     a sample class
    demo.py         the live demo, where there is one: what is said and learned; scenes/, what is drawn
    released.txt    what students were given of the tests (released.py): written by the build, not edited
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from ..notes import shown
from ..sandbox.limits import Limits

SETTINGS = "exercise.toml"


class NoExercise(Exception):
    """There is no such exercise, or its settings cannot be used; the text says so in one sentence."""


@dataclass(frozen=True)
class Settings:
    """What exercise.toml may set."""

    title: str
    seed: int = 0
    """Of the inputs that the hidden tests draw: the same for everybody."""
    pass_mark: float = 60
    """Marks from which the report counts a student as passed."""
    due: datetime | None = None
    """Until when it is to be handed in; in UTC. In the file without a zone: by the clock of this machine."""
    absent: tuple[str, ...] = ()
    """Packages that are not there in grading, as module names (sklearn.neural_network): they would be the answer."""
    absent_message: str = "{name} は採点の環境では使えません"
    """What an import of one says."""
    not_lent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Question → questions whose functions are not lent to it, because its answer would be no work."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """What one submission may use, where it differs from nbgrader_config.py."""

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Raises NoExercise."""
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeError) as error:
            raise NoExercise(f"{path} cannot be read: {error}.") from None
        except tomllib.TOMLDecodeError as error:
            raise NoExercise(f"{path} is no TOML: {error}.") from None
        kinds: dict[str, type | tuple[type, ...]] = {
            "title": str, "seed": int, "pass_mark": (int, float), "due": datetime, "absent": list, "absent_message": str,
            "not_lent": dict, "limits": dict,
        }  # fmt: skip
        for name, value in told.items():
            if name not in kinds:
                raise NoExercise(f"{path} has a setting {name}, which is none of {', '.join(kinds)}.")
            if not isinstance(value, kinds[name]) or isinstance(value, bool):
                hint = ": a time too, such as 2026-11-08T23:59:00" if name == "due" else ""
                raise NoExercise(f"{path}: {name} = {value!r} has the wrong kind{hint}.")
        if "title" not in told:
            raise NoExercise(f"{path} has no title.")
        limits = told.get("limits", {})
        unknown = set(limits) - {limit.name for limit in fields(Limits)}
        if unknown:
            raise NoExercise(f"{path} has limits that do not exist: {', '.join(sorted(unknown))}.")
        for name, value in limits.items():
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                raise NoExercise(f"{path}: {name} = {value!r} is no number.")
        for name, values in {"absent": told.get("absent", []), **told.get("not_lent", {})}.items():
            for value in values:
                if not isinstance(value, str):
                    raise NoExercise(f"{path}: {name} holds {value!r}, which is no text.")
        if "due" in told:
            told["due"] = told["due"].astimezone(UTC)
        lent = {question: tuple(names) for question, names in told.get("not_lent", {}).items()}
        return cls(**told | {"absent": tuple(told.get("absent", ())), "not_lent": lent})


class Exercise:
    """An exercise of the course in the folder root; its name is nbgrader's name of the assignment."""

    def __init__(self, root: Path, name: str):
        """Raises NoExercise where the course has none of that name."""
        self.root, self.name, self.folder = root, name, root / "exercises" / name
        if not (self.folder / SETTINGS).is_file():
            known = ", ".join(names(root)) or "none"
            raise NoExercise(f"There is no exercise {name}: exercises/{name}/{SETTINGS} is not there (there is {known}).")

    @cached_property
    def settings(self) -> Settings:
        """Raises NoExercise where they cannot be used."""
        return Settings.read(self.folder / SETTINGS)

    @property
    def text(self) -> Path:
        return self.folder / "notebook.py"

    @property
    def released(self) -> Path:
        return self.folder / "released.txt"

    @property
    def demo(self) -> Path:
        """The text of the demo; not every exercise has one."""
        return self.folder / "demo.py"

    @property
    def source(self) -> Path:
        """The instructor's notebook, built."""
        return self.root / "source" / self.name / "main.ipynb"

    @property
    def release(self) -> Path:
        """What students get, built."""
        return self.root / "release" / self.name / "main.ipynb"

    def catalogue(self) -> dict[str, str]:
        """Question → the text of its file in catalogue/."""
        return {path.stem: path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("catalogue/[!_.]*.py"))}


def check_place(root: Path) -> None:
    """Raises NoExercise where nbgrader would look for the course in the folder root elsewhere."""
    path = os.path.abspath(root)
    if os.path.expandvars(path) != path:  # traitlets, which looks for nbgrader_config.py, does that
        raise NoExercise(f"The path of the course, {shown(path)}, has a $ in it, which nbgrader reads as something else:"
                         " rename the folder.")  # fmt: skip


def names(root: Path) -> list[str]:
    """The exercises of the course in the folder root."""
    return sorted(path.parent.name for path in root.glob(f"exercises/*/{SETTINGS}"))


def exercises(root: Path) -> list[Exercise]:
    return [Exercise(root, name) for name in names(root)]
