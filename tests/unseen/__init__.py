"""Wrong answers that were written without a look at the catalogue: what would their authors be told?

In wrong.py an entry is `# %% question: slug`, a line that says what is wrong, a line `# told:` with the entries of the
catalogue whose sentences its author reads (each was read and found true of it) or - for none, and the code.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ENTRY = re.compile(r"^# %% (\w+): (\w+)\n# .*\n# told: (.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    question: str
    slug: str
    told: list[str]
    code: str


_, *parts = ENTRY.split((Path(__file__).parent / "wrong.py").read_text(encoding="utf-8"))
ENTRIES = [
    Entry(question, slug, [name for name in told.split(", ") if name != "-"], code)
    for question, slug, told, code in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4])
]
