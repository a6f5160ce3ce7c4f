"""The report on a large class: how long it takes, how large its page is, and which copies among the answers it names.

Every student hands in right answers of the catalogue, each with a remark of their own, so that no two files are alike. In the
place of these, pairs hand in answers that were written without a look at the catalogue (tests/unseen), one with other names than
the other. They must be named, and nobody else.
"""

import argparse
import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
from exercise import MARKS, MLP  # noqa: E402
from test_report import RIGHT, Handed, write_class, write_of  # noqa: E402
from unseen import WRONG  # noqa: E402

from grading.results import report  # noqa: E402

SEED = 1101
SENTENCES = {question: [answer.sentence for answer in MLP.answers if answer.question == question and not answer.right]
             for question in MARKS}
OUTPUT = 200_000
"""Bytes that a graded notebook has more than its answers: tables of checks, messages."""


def renamed(code: str) -> str:
    """code with a letter more in every name that it assigns."""
    names = set(re.findall(r"^ +(\w+)(?:, \w+)* = ", code, re.MULTILINE)) | set(re.findall(r"\bfor (\w+) in", code))
    return re.sub("|".join(rf"\b{name}\b" for name in names) or "$^", lambda match: f"{match[0]}q", code)


def classroom(students: int, copies: int) -> tuple[dict[str, Handed], set[frozenset[str]]]:
    """Student → what they handed in, and the planted pairs; always the same for the same arguments."""
    rng, handed = random.Random(SEED), {}
    for n in range(students):
        answers = {question: f"{rng.choice(right).code}\n# {n} {question}\n" for question, right in RIGHT.items()}
        mistakes = {question: [rng.choice(SENTENCES[question])] for question in MARKS if rng.random() < 0.5 * n / students}
        about = {"mistakes": mistakes, "seconds": rng.uniform(0.8, 2.5), "padding": "x" * OUTPUT}
        handed[f"s{n:04}"] = Handed(set(mistakes), answers, about)
    chosen = rng.sample(sorted(handed), 2 * copies)
    planted = set()
    for n, (one, other) in enumerate(zip(chosen[::2], chosen[1::2])):
        for question in MARKS:
            codes = [entry.code for entry in WRONG if entry.question == question]
            if n < len(codes):  # every pair has others
                handed[one].answers[question], handed[other].answers[question] = codes[n], renamed(codes[n])
        planted.add(frozenset((one, other)))
    return handed, planted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--copies", type=int, default=5, help="how many pairs")
    options = parser.parse_args()
    handed, planted = classroom(options.students, options.copies)
    found = []
    pairs = report.likeness
    report.likeness = lambda *about: found.append((time.monotonic(), pairs(*about), time.monotonic())) or found[-1][1]
    with tempfile.TemporaryDirectory() as folder:
        course = write_class(Path(folder) / "course", handed)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.monotonic()
        page = write_of(course)
        seconds = time.monotonic() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        size = page.stat().st_size / 2**20
    [(begin, named, end)] = found
    print(f"{options.students} students x {len(MARKS)} questions: {seconds:.1f} s, of these likeness {end - begin:.1f} s; "
          f"page {size:.2f} MB; {memory / 1024:.0f} MB of memory more")
    named = {frozenset((pair.one, pair.other)) for pair in named}
    print(f"{len(planted)} pairs planted, {len(planted & named)} of them named; {len(named - planted)} others named")


if __name__ == "__main__":
    main()
