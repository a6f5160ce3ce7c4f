"""What is needed to grade a submission, as plain data: it crosses to the judge and to the workers of a cluster."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex

import nbformat
from nbformat import NotebookNode

from ..exercise import released
from ..exercise.cells import own_marks
from ..exercise.folder import Exercise, Settings, exercises
from ..sandbox.limits import Limits

PACKAGE = Path(__file__).parent.parent
DECIDES = "exercise", "run", "sandbox"
"""The rooms of the grader whose code decides a mark or a sentence."""
LIBRARIES = "numpy", "scipy", "scikit-learn", "matplotlib", "ipython", "ipykernel", "nbformat", "nbclient", "nbconvert"
"""What the code of students and of tests runs with, and what makes a graded notebook of it."""


@cache
def engine() -> str:
    """Tells this grader from another: a digest of its code, of Python's version and of the libraries'."""
    about = [platform.python_version(), *(f"{name} {version(name)}" for name in LIBRARIES)]
    files = [PACKAGE / "notes.py", *sorted(path for room in DECIDES for path in (PACKAGE / room).rglob("*.py"))]
    about += [f"{path.relative_to(PACKAGE)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()


@dataclass(frozen=True)
class Assignment:
    """What is needed to grade a submission."""

    name: str
    source: str
    """The instructor's notebook, as JSON."""
    catalogue: Mapping[str, str]
    """Question → the text of its known answers (exercise.catalogue)."""
    settings: Settings
    limits: Limits
    marks: Mapping[str, list[str]] = field(default_factory=dict)
    """Exercise → what tells its notebook from those of the others."""
    released: Mapping[str, list[str]] = field(default_factory=dict)
    """Test → digests of its text in all releases: an older one had not been changed by the student."""
    sandbox: bool = True
    secret: str = ""
    """Of the course: with it, nobody outside knows the inputs of the tests."""
    engine: str = field(default_factory=engine)
    """By which grader."""

    @cached_property
    def key(self) -> str:
        """A digest of everything that decides a mark or a sentence."""
        about = self.as_json()
        del about["marks"]  # another exercise of the course changes no mark of this one
        del about["settings"]["title"], about["settings"]["pass_mark"]
        return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()

    @cached_property
    def tests_key(self) -> str:
        """A digest of what decides how the tests see an answer of the catalogue: no secret and no limit of a course."""
        about = [self.engine, self.source, sorted(self.catalogue.items()), self.settings.seed, self.settings.absent]
        return hashlib.sha256(json.dumps(about).encode()).hexdigest()

    @cached_property
    def notebook(self) -> NotebookNode:
        return nbformat.reads(self.source, as_version=4)

    def digest(self, submission: bytes) -> str:
        """Tells whether this submission was graded by this assignment."""
        return hashlib.sha256(self.key.encode() + submission).hexdigest()

    def seed(self, submission: bytes) -> int:
        """The seed of the tests' inputs: another for each file, always the same for the same one."""
        return int.from_bytes(hashlib.sha256(f"{self.secret} {self.settings.seed} ".encode() + submission).digest()[:8])

    def as_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict) -> "Assignment":
        """The assignment of `as_json`."""
        settings, limits = Settings(**told["settings"]), Limits(**told["limits"])
        return cls(**told | {"settings": settings, "limits": limits})


def course_secret(root: Path) -> str:
    """What the inputs of the hidden tests are drawn with, so that nobody outside knows them: made at the first use.

    Without its file another one is made, and everything is graded again.
    """
    path = root / ".secret"
    with suppress(FileExistsError):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token_hex(32))
    return path.read_text()


def read_assignment(exercise: Exercise, limits: Mapping[str, int], sandbox: bool = True, secret: str = "") -> Assignment:
    """The assignment of an exercise that is built; limits and secret: those of the course.

    Raises OSError where it is not built, and NoExercise where its settings cannot be used.
    """
    text = exercise.source.read_text(encoding="utf-8")
    settings = replace(exercise.settings, due=None)  # it decides nothing that is told here (run.late)
    own = Limits(**{**limits, **settings.limits})
    marks, given = read_marks(exercise), released.read(exercise)
    return Assignment(exercise.name, text, exercise.catalogue(), settings, own, marks, given, sandbox, secret)


def read_marks(exercise: Exercise) -> dict[str, list[str]]:
    """Exercise → what tells its notebook from the others', for all of the course that are built."""
    built = {each.name: each.source for each in exercises(exercise.root) if each.source.exists()}
    notebooks = {name: nbformat.read(path, as_version=4) for name, path in built.items()}
    return {name: sorted(mine) for name, mine in own_marks(notebooks).items()}
