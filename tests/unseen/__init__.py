"""Answers by authors who had only the student's notebook before them: no test, no reference, no catalogue.

right.py: `# %% question: slug`, a line on what is unusual, and the code. wrong.py (the mistakes of a class), subtle.py (right
on most inputs, wrong on some that are valid) and small.py (right when small, wrong at the size of real work): the second line
says what is wrong; `# told:` names the entries of the catalogue
whose sentences the author reads (each was read and found true of it), or - for none; `# passes:` says why an answer is let pass.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(r"^# %% (\w+): (\w+)\n# .*\n(?:# told: (.*)\n)?(?:# passes: (.*)\n)?", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    question: str
    slug: str
    told: tuple[str, ...]
    passes: str
    code: str

    def __str__(self) -> str:
        return f"{self.question}-{self.slug}"


def load(name: str) -> list[Entry]:
    _, *parts = ENTRY.split((Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
    return [
        Entry(question, slug, tuple(each for each in (told or "-").split(", ") if each != "-"), passes or "", code)
        for question, slug, told, passes, code in zip(*(parts[i::5] for i in range(5)))
    ]


RIGHT, WRONG, SUBTLE, SMALL = map(load, ("right", "wrong", "subtle", "small"))
