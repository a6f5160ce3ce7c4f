"""Answers that a grader meets, right and wrong: one file a question (its name), one entry an answer.

An entry begins with `# %% wrong: slug` or `# %% right: slug`; a wrong one's next line is a comment with
the sentence that its author should read. What follows stands in the student's solution cell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ENTRY = re.compile(r"^# %% (right|wrong): (\w+)\n", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """One way to answer a question (the name of a function or a class)."""

    question: str
    slug: str
    right: bool
    sentence: str
    """What the student should read (Japanese); empty for a right answer."""
    code: str

    def __str__(self) -> str:
        return f"{self.question}-{self.slug}"


def read(catalogue: Mapping[str, str]) -> list[Answer]:
    """Every entry of a catalogue (question → text), in its order.

    Raises ValueError for a slug that a question has twice, or a wrong entry without a sentence.
    """
    answers = []
    for question, text in catalogue.items():
        _, *parts = ENTRY.split(text)
        for verdict, slug, code in zip(parts[::3], parts[1::3], parts[2::3]):
            right, sentence = verdict == "right", ""
            if not right:
                line, _, code = code.partition("\n")
                if not line.startswith("# "):
                    raise ValueError(f"{question}.py: '{slug}' is wrong and needs a comment line that says why.")
                sentence = line[2:]
            answers.append(Answer(question, slug, right, sentence, code.strip("\n")))
    names = [str(answer) for answer in answers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"The catalogue has more than one {', '.join(twice)}; give each its own slug.")
    return answers
