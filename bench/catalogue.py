"""The whole catalogue through the grader: marks, diagnosis, time; and its marks under other seeds.

Twice: a few answers a submission, as in the class of tests/test_answers.py, and one answer a submission, which stands
in a notebook whose other answers are right ones of the catalogue, in turn.
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
from exercise import MARKS, REFERENCE, RELEASE, SOURCE, judge_own, lost  # noqa: E402
from grading.catalogue import Answer  # noqa: E402
from grading.limits import Limits  # noqa: E402
from grading.sample import submission  # noqa: E402
from test_answers import ANSWERS, ARGUED, RIGHT, STUDENTS, Student  # noqa: E402

from grading import worker  # noqa: E402


def notebook(answer: Answer) -> bytes:
    number = ANSWERS.index(answer)
    answers = {question: right[number % len(right)].code for question, right in RIGHT.items()} | {answer.question: answer.code}
    if answer.question == "network_backward":  # an answer that only calls this one is wrong with it
        answers["fix_backward"] = REFERENCE["fix_backward"]
    return nbformat.writes(submission(RELEASE, answers)).encode()


def grade(submissions: list, notebook: Callable[..., bytes], jobs: int) -> tuple[dict, str]:
    """What the grader makes of each, and how long it takes for all of them, its start included."""
    assignment, start = worker.Assignment(nbformat.writes(SOURCE), Limits()), time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        results = dict(zip(submissions, pool.map(lambda each: worker.grade(notebook(each), assignment), submissions)))
    worker.close()
    seconds = time.monotonic() - start
    return results, f"{len(results)} in {seconds:.0f} s, {jobs} side by side, {seconds / len(results):.2f} s each"


def table(results: dict[Answer, dict]) -> None:
    """Question → how many answers, how many with other marks than deserved, and what the wrong ones were told."""
    print("| question | right | wrong | other marks than deserved | told the own mistake | told another | not told |")
    print("|---|" + "---:|" * 6)
    for question in [*MARKS, "all"]:
        some = {answer: result for answer, result in results.items() if question in (answer.question, "all")}
        wrong = [answer for answer in some if not answer.right]
        told = {answer: some[answer]["mistakes"].get(answer.question, []) for answer in wrong}
        unjust = [a for a in some if lost(some[a]) != (set() if a.right else {a.question})]
        own, none = sum(told[a] == [a.sentence] for a in wrong), sum(not told[a] for a in wrong)
        counts = len(some) - len(wrong), len(wrong), len(unjust), own, len(wrong) - own - none, none
        print(f"| {question} | " + " | ".join(map(str, counts)) + " |")
        if question != "all":
            for answer in unjust:
                print(f"{answer}: lost {sorted(lost(some[answer]))}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many other seeds")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    results, seconds = grade(STUDENTS, Student.notebook, options.jobs)
    lost_of = {student: lost(result) | {question for name, question in ARGUED if name == student.number}
               for student, result in results.items()}
    unjust = [student.number for student in STUDENTS if lost_of[student] != student.wrong]
    print(f"A few answers a submission: {seconds}; {len(unjust)} with other marks than deserved {unjust or ''}\n")
    results, seconds = grade(ANSWERS, notebook, options.jobs)
    table(results)
    print(f"\nOne answer a submission: {seconds}")

    tasks = [(answer, seed) for seed in range(1, options.seeds + 1) for answer in ANSWERS]
    problems = judge_own([(answer.question, answer.code, seed) for answer, seed in tasks])
    other = [(str(answer), seed) for (answer, seed), problem in zip(tasks, problems) if answer.right != (not problem)]
    print(f"{options.seeds} other seeds, {len(tasks)} gradings: {len(other)} with other marks {other or ''}")


if __name__ == "__main__":
    main()
