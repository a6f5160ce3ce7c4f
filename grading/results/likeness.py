"""Which answers are more alike than the class explains: what two students have in common and nearly nobody else.

An answer is its runs of GRAM tokens. The student's own names count as one and the same, docstrings not at all, comments by
themselves. What a right answer of the catalogue says too is common property; of the rest, what k students share counts 1/(k - 1).
"""

import builtins
import keyword
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

GRAM = 5
"""Tokens side by side."""
LINES = 5
"""Lines of code, the first `def` among them, below which an answer is not compared: short functions are alike by nature."""
ALIKE = 0.8
"""The least cosine similarity (tf-idf) of answers whose runs count."""
ENOUGH = 30
"""Runs that only the two have, over all questions. Measured: two authors who made the same mistakes without knowing of each other
(catalogue, tests/unseen) come to 28 at most, in 6,466 pairs of answers."""
COMMENT = 8
"""What a comment in the same words counts, in runs."""
SHORT = 8
"""Characters below which a comment says nothing about who wrote it."""
USUAL = 50
"""Students above which what they share is left out of the count: it would be less than 1/49 of a run."""
LEAST = 2
"""What an answer must count to be looked at: many of next to nothing are nothing, and cost time."""
BLOCK = 10_000
"""Pairs whose similarity is computed at a time: bounds the memory."""
LONGEST = 20_000
"""Characters of an answer that are read."""

TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<string>[rbfuRBFU]{0,2}(?:\"\"\"(?s:.*?\"\"\"|.*)|'''(?s:.*?'''|.*)|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<number>\d(?:[eE][-+]|[\w.])*)"
    r"|(?P<operator>\*\*|//|[-+*/@%&|^=!<>]=|->|\S)"
)
SIGNATURE = re.compile(r"^[ \t]*(?:def|class)[ \t]+(\w+)[ \t]*(?:\(([^)]*)\))?", re.MULTILINE)
SHARED_NAMES = frozenset([*keyword.kwlist, *dir(builtins), "np"])


@dataclass(frozen=True)
class Match:
    """A question that two students answered alike."""

    question: str
    likeness: float
    """Cosine similarity, 0 to 1."""
    count: float
    """Runs and comments that they have in common and nearly nobody else."""
    codes: tuple[str, str]
    """The two answers."""
    names: frozenset[str]
    """What everybody's answer calls so."""

    @property
    def lines(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        """For both students, the lines of the answer, each with whether the other has it too but for names."""
        return side_by_side(*self.codes, self.names)


@dataclass(frozen=True)
class Pair:
    one: str
    other: str
    matches: list[Match]
    """What counts most comes first."""

    @property
    def count(self) -> float:
        return sum(match.count for match in self.matches)


def tokens(code: str, names: frozenset[str]) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    """The lines that hold code (number from 0, tokens), and the comments (number, text). Reads any text.

    A name that is neither in names nor an attribute becomes "v", a string "''"; a docstring is left out.
    """
    lines: list[tuple[int, list[str]]] = []
    comments: list[tuple[int, str]] = []
    number, end, before = 0, 0, ""
    for match in TOKEN.finditer(code):
        kind, text = match.lastgroup, match.group()
        number += code.count("\n", end, match.start())
        end = match.start()
        fresh = not lines or lines[-1][0] != number
        if kind == "comment":
            if len(comment := " ".join(text.strip("# \t").split())) >= SHORT:
                comments.append((number, comment))
            continue
        if kind == "string":
            if fresh and text.endswith(('"""', "'''")):
                continue
            text = "''"
        elif kind == "name" and before != "." and text not in names:
            text = "v"
        if fresh:
            lines.append((number, []))
        lines[-1][1].append(text)
        before = text
    return lines, comments


@dataclass(frozen=True)
class Fingerprint:
    """A text as it is compared."""

    features: frozenset[str]
    """Runs of tokens, and comments with a "# " before them."""
    length: int
    """Lines of code."""


def read(code: str, names: frozenset[str]) -> Fingerprint:
    lines, comments = tokens(code[:LONGEST], names)
    flat = [token for _, line in lines for token in line]
    runs = [" ".join(flat[i : i + GRAM]) for i in range(len(flat) - GRAM + 1)]
    return Fingerprint(frozenset([*runs, *(f"# {comment}" for _, comment in comments)]), len(lines))


def in_common(present: sparse.csr_array, known: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of rows (one, other, count) of present (documents × features, 0 or 1), whose first known rows are common property.

    Columns of these, of what one alone has and of what is usual count nothing.
    """
    mine = present[known:]
    shared = mine.sum(axis=0)
    keep = (shared > 1) & (shared <= USUAL) & (present[:known].sum(axis=0) == 0)
    mine = mine[:, keep]
    counts = sparse.triu(mine @ sparse.diags_array(1 / (shared[keep] - 1)) @ mine.T, k=1).tocoo()
    return *counts.coords, counts.data


def matches(answers: dict[str, str], known: list[str], names: frozenset[str]) -> Iterator[tuple[str, str, float, float]]:
    """(one student, another, likeness, count) where two answers (student → code) to one question have something in common.

    known: answers that are common property; names: those that tokens keeps.
    """
    read_once = {code: read(code, names) for code in {*answers.values(), *known}}
    students = [student for student, code in answers.items() if read_once[code].length >= LINES]
    documents = [read_once[code].features for code in [*known, *(answers[student] for student in students)]]
    if len(students) < 2:
        return
    vectorizer = TfidfVectorizer(analyzer=lambda features: features, binary=True, norm=None)
    weights = sparse.csr_array(vectorizer.fit_transform(documents))
    remark = np.array([name.startswith("# ") for name in vectorizer.get_feature_names_out()])
    present = (weights > 0).astype(np.float64)
    counts: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for kind, columns in enumerate((~remark, remark)):
        for one, other, count in zip(*in_common(present[:, columns], len(known))):
            if count * (COMMENT if kind else 1) >= LEAST:
                counts[one, other][kind] = count
    unit, found = normalize(weights[:, ~remark])[len(known):], list(counts.items())
    for start in range(0, len(found), BLOCK):
        block = found[start : start + BLOCK]
        one, other = np.array([pair for pair, _ in block]).T
        cosines = unit[one].multiply(unit[other]).sum(axis=1)
        for ((i, j), (runs, comments)), likeness in zip(block, cosines):
            count = COMMENT * comments + (runs if likeness >= ALIKE else 0)
            if count:
                yield students[i], students[j], float(likeness), float(count)


def side_by_side(one: str, other: str, names: frozenset[str]) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """For both codes their lines, each with whether the other one has it too, in other names perhaps, or its comment."""
    texts = one[:LONGEST].rstrip(), other[:LONGEST].rstrip()
    found = []
    for text in texts:
        lines, comments = tokens(text, names)
        found.append(({number: tuple(line) for number, line in lines}, dict(comments)))
    (first, said), (second, answered) = found
    both, remarks = set(first.values()) & set(second.values()), set(said.values()) & set(answered.values())

    def marked(text: str, lines: dict[int, tuple[str, ...]], comments: dict[int, str]) -> list[tuple[str, bool]]:
        return [(line, lines.get(i) in both or comments.get(i) in remarks) for i, line in enumerate(text.split("\n"))]

    return marked(texts[0], first, said), marked(texts[1], second, answered)


def pairs(answers: dict[str, dict[str, str]], known: dict[str, list[str]]) -> list[Pair]:
    """The pairs of students who have ENOUGH in common, most first.

    answers: question (the name of its function) → student → code; known: question → answers that are common property, the
    stub first: the names of its functions and of their arguments are everybody's.
    """
    found: dict[tuple[str, str], list[tuple[float, float, str]]] = defaultdict(list)
    names = {}
    for question, by_student in answers.items():
        signatures = SIGNATURE.findall(known[question][0] if known[question] else "")
        names[question] = SHARED_NAMES | set(answers) | set(re.findall(r"\w+", " ".join(map(" ".join, signatures))))
        for one, other, likeness, count in matches(by_student, known[question], names[question]):
            found[one, other].append((count, likeness, question))
    enough = {pair: sorted(some, reverse=True) for pair, some in found.items() if sum(count for count, *_ in some) >= ENOUGH}
    return sorted((
        Pair(one, other, [
            Match(question, likeness, count, (answers[question][one], answers[question][other]), names[question])
            for count, likeness, question in some])
        for (one, other), some in enough.items()), key=lambda pair: (-pair.count, pair.one, pair.other))
