"""The layers as well-known courses, books and libraries teach them, adapted to the functions of this exercise.

In full_marks.py and rule_broken.py an entry is `# %% slug: whose style it is, and what is typical of it` and its code,
which defines some of the functions. In rule_broken.py a line `# QUESTIONS:` names those that break a rule of the
exercise, and a line `# SAID:` a part of the sentence that says which.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(r"^# %% (\w+): .*\n(?:# QUESTIONS: (.*)\n# SAID: (.*)\n)?", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    slug: str
    broken: list[str]
    """The questions whose answer breaks a rule."""
    said: str
    code: str

    def names(self) -> set[str]:
        """What the code defines."""
        targets = [t for node in ast.parse(self.code).body if isinstance(node, ast.Assign) for t in node.targets]
        functions = [node.name for node in ast.parse(self.code).body if isinstance(node, ast.FunctionDef)]
        return {*functions, *(target.id for target in targets if isinstance(target, ast.Name))}


def load(name: str) -> list[Entry]:
    _, *parts = ENTRY.split((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    return [
        Entry(slug, re.split(r",\s*", broken) if broken else [], said or "", code)
        for slug, broken, said, code in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4])
    ]
