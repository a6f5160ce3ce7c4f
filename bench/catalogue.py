"""The whole catalogue through the grader: marks, diagnosis, time; and its marks under other seeds.

Twice: a few answers a submission, as in the class of tests/test_answers.py, and one answer a submission, which stands
in a notebook whose other answers are right ones of the catalogue, in turn.
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]  # instead of this folder, whose names are those of others
from exercise import ALL, Tried  # noqa: E402
from test_answers import STUDENTS, TRIED, Student, excused  # noqa: E402

from grading.exercise.catalogue import Answer  # noqa: E402
from grading.exercise.sample import submission  # noqa: E402
from grading.run import worker  # noqa: E402


def notebook(tried: Tried, answer: Answer) -> bytes:
    number = tried.answers.index(answer)
    right = {question: [each for each in tried.answers if each.question == question and each.right] for question in tried.marks}
    answers = {question: some[number % len(some)].code for question, some in right.items()} | {answer.question: answer.code}
    for question, not_lent in tried.exercise.settings.not_lent.items():
        if answer.question in not_lent:  # an answer that only calls this one is wrong with it
            answers[question] = tried.reference[question]
    return nbformat.writes(submission(tried.release, answers)).encode()


def grade(tried: Tried, submissions: list, notebook: Callable[..., bytes], jobs: int) -> tuple[dict, str]:
    """What the grader makes of each, and how long it takes for all of them, its start included."""
    assignment, start = tried.assignment(), time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        results = dict(zip(submissions, pool.map(lambda each: worker.grade(notebook(each), assignment), submissions)))
    worker.close()
    seconds = time.monotonic() - start
    return results, f"{len(results)} in {seconds:.0f} s, {jobs} side by side, {seconds / len(results):.2f} s each"


def table(tried: Tried, results: dict[Answer, dict]) -> None:
    """Question → how many answers, how many with other marks than deserved, and what the wrong ones were told."""
    print("| question | right | wrong | other marks than deserved | told the own mistake | told another | not told |")
    print("|---|" + "---:|" * 6)
    for question in [*tried.marks, "all"]:
        some = {answer: result for answer, result in results.items() if question in (answer.question, "all")}
        wrong = [answer for answer in some if not answer.right]
        told = {answer: some[answer]["mistakes"].get(answer.question, []) for answer in wrong}
        unjust = [a for a in some if tried.lost(some[a]) != (set() if a.right else {a.question})]
        own, none = sum(told[a] == [a.sentence] for a in wrong), sum(not told[a] for a in wrong)
        counts = len(some) - len(wrong), len(wrong), len(unjust), own, len(wrong) - own - none, none
        print(f"| {question} | " + " | ".join(map(str, counts)) + " |")
        if question != "all":
            for answer in unjust:
                print(f"{answer}: lost {sorted(tried.lost(some[answer]))}", file=sys.stderr)


def report(tried: Tried, seeds: int, jobs: int) -> None:
    students = [student for student in STUDENTS if student.tried is tried]
    results, seconds = grade(tried, students, Student.notebook, jobs)
    unjust = [student.name for student in students if tried.lost(results[student]) != student.wrong - excused(student)]
    print(f"# {tried}\n\nA few answers a submission: {seconds}; {len(unjust)} with other marks than deserved {unjust or ''}\n")
    results, seconds = grade(tried, tried.answers, partial(notebook, tried), jobs)
    table(tried, results)
    print(f"\nOne answer a submission: {seconds}")

    tasks = [(answer, seed) for seed in range(1, seeds + 1) for answer in tried.answers]
    problems = tried.judge_own([(answer.question, answer.code, seed) for answer, seed in tasks])
    other = [(str(answer), seed) for (answer, seed), problem in zip(tasks, problems) if answer.right != (not problem)]
    print(f"{seeds} other seeds, {len(tasks)} gradings: {len(other)} with other marks {other or ''}\n")


def main() -> None:
    known = {str(tried): tried for tried in TRIED}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help=f"of {', '.join(known)} (default: all of the course)")
    parser.add_argument("--seeds", type=int, default=20, help="how many other seeds")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    for name in options.exercises or map(str, ALL):
        report(known[name], options.seeds, options.jobs)


if __name__ == "__main__":
    main()
