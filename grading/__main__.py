"""grading new | build | collect | autograde | grade | report | return | forget: run in the course's folder."""

import argparse
import signal
import sys
from pathlib import Path

from .exercise.folder import Exercise, NoExercise, check_place, exercises, names


def parser(root: Path) -> argparse.ArgumentParser:
    known = ", ".join(names(root)) or "none here"
    main = argparse.ArgumentParser(prog="grading", description=__doc__)
    commands = main.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, **about) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, **about)

    new = command("new", "write the folder of a new exercise, with one question to begin with")
    new.add_argument("exercise", help="its name: letters, digits and inside _ . -")
    build = command("build", "build the notebooks from exercises/")
    build.add_argument("exercises", nargs="*", metavar="EXERCISE", help=f"default: all ({known})")
    collect = command("collect", "put what students handed in into submitted/, whoever packed it")
    collect.add_argument("exercise", help=known)
    collect.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a folder, a zip archive or a file: only read")
    collect.add_argument("--roster", type=Path, help="the table of the students (default: students.csv, or else the gradebook)")
    command("autograde", "as nbgrader autograde, side by side: see autograde --help", add_help=False)
    grade = command("grade", "grade what lies in submitted/, or the sample classes where it is empty")
    grade.add_argument("exercises", nargs="*", metavar="EXERCISE", help=f"default: all that have submissions ({known})")
    grade.add_argument("--no-sandbox", action="store_true", help="run the code of the students with your rights, unprotected")
    report = command("report", "write a page on the class and the marks of every question, into report/")
    report.add_argument("exercises", nargs="*", metavar="EXERCISE", help="default: all that are graded")
    report.add_argument("--anonymous", action="store_true", help="numbers for students, and nothing that concerns single ones")
    report.add_argument("--pass-mark", type=float, metavar="N", help="default: what exercise.toml says")
    back = command("return", "write marks and pages as an LMS takes them, or for mail, into returned/")
    back.add_argument("exercise", help=known)
    back.add_argument("--to", required=True, choices=("moodle", "canvas", "manaba", "mail"))
    back.add_argument("list", nargs="?", type=Path, metavar="LIST", help="the LMS's own (default: what collect was given)")
    back.add_argument("--column", default="", metavar="TITLE", help="Canvas: of the marks' column (default: the exercise's name)")
    back.add_argument("--cut", action="store_true", help="give the highest mark that the list takes to those who have more")
    forget = command("forget", "take the marks of a student out of the gradebook who has handed in nothing after all")
    forget.add_argument("exercise", help=known)
    forget.add_argument("student", help="the id")
    return main


def main() -> None:
    root = Path.cwd()
    arguments = parser(root)
    known, rest = arguments.parse_known_args()
    if rest and known.command != "autograde":
        arguments.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        run(known, rest, root)
    except NoExercise as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("Stopped. What is done stays.", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)
    except Exception as error:
        from .course import TROUBLES, trouble

        if isinstance(error, TROUBLES):
            sys.exit(f"Nothing more is done: {trouble(error)}.")
        raise


def chosen(root: Path, wanted: list[str]) -> list[Exercise]:
    """The exercises of these names, or all. Raises NoExercise."""
    found = [Exercise(root, name) for name in wanted] or exercises(root)
    if not found:
        raise NoExercise("There is no exercise here: go to the course's folder, or begin one with `grading new NAME`.")
    return found


def run(known: argparse.Namespace, rest: list[str], root: Path) -> None:
    """Raises NoExercise."""
    # nbgrader takes seconds to import: only where it is used, so that `--help` answers at once.
    if known.command == "new":
        from .exercise import new

        print(*(path.relative_to(root) for path in new.write(root, known.exercise)), sep="\n")
        print("Now `make build` and `make grade`; CONTRIBUTING.md says how to go on.")

    elif known.command == "build":
        from .exercise.build import build

        for exercise in chosen(root, known.exercises):
            try:
                print(*(path.relative_to(root) for path in build(exercise)), sep="\n")
            except ValueError as error:
                sys.exit(f"Nothing more is built: {error}")

    elif known.command == "collect":
        from .course import at_work
        from .intake.collect import collect, needs_instructor, summary

        exercise = Exercise(root, known.exercise)
        try:
            with at_work(root, f"collect {exercise.name}"):
                arrivals = collect(exercise, known.paths, known.roster, bar=sys.stderr.isatty())
        except (RuntimeError, OSError) as error:
            sys.exit(f"Nothing more is collected: {error}")
        print(summary(arrivals, known.exercise))
        sys.exit(any(map(needs_instructor, arrivals)))

    elif known.command == "autograde":
        from .run import worker

        check_place(root)  # before nbgrader looks for its configuration, and goes on without this package where it finds none
        [name] = [word for word in rest if word in names(root)][:1] or [""]
        if name and not any("scheduler" in word for word in rest):  # there, the workers have judges
            worker.begin(Exercise(root, name), sandbox="--no-sandbox" not in rest)
        from .run.command import AutogradeApp

        AutogradeApp.launch_instance(rest)

    elif known.command == "return":
        from .classroom import give_back

        done = give_back(Exercise(root, known.exercise), known.to, known.list, known.column, known.cut)
        print(f"{len(done.marks)} marks, {len(done.pages)} pages.")
        print(*(path.relative_to(root) for path in done.files), sep="\n")
        if done.cut:
            print(f"Cut to the highest mark there ({len(done.cut)}): {', '.join(done.cut)}")
        if done.changed is not None:
            print("", "Since the last time:", *(f"  {line}" for line in done.changed or ["nothing has changed"]), sep="\n")
        if done.old_list and known.to == "moodle":
            print("\nThe worksheet is that of the last time: Moodle leaves out marks that it has changed since. Give a new one,")
            print('or tick "Allow updating records that have been modified more recently in Moodle than in the spreadsheet".')
        if done.missing:
            print("", "Not given back:", *(f"  {line}" for line in done.missing), sep="\n")
        sys.exit(bool(done.missing))

    elif known.command == "forget":
        from .classroom import forget

        print(forget(Exercise(root, known.exercise), known.student))

    elif known.command == "report":
        from .results import report

        try:
            wanted = chosen(root, known.exercises)
            for exercise in wanted if known.exercises else report.graded(wanted):
                page = report.write(exercise, known.anonymous, known.pass_mark)
                print(f"{page.relative_to(root)}, and beside it the marks of every question as CSV.")
        except report.CannotReport as error:
            sys.exit(str(error))

    else:
        from .run import worker

        wanted = [exercise for exercise in chosen(root, known.exercises) if any(root.glob(f"submitted/*/{exercise.name}"))]
        if not wanted:
            samples = chosen(root, known.exercises)
            others = any(root.glob("submitted/*/*"))
            what = f"holds nothing of {', '.join(each.name for each in samples)}" if others else "is empty"
            print(f"submitted/ {what}: grading a sample class, in a course folder of its own (sample/).")
            from .exercise.sample import write_classes

            wanted = write_classes(samples, root / "sample")
        check_place(wanted[0].root)
        worker.begin(wanted[0], sandbox=not known.no_sandbox)
        from .classroom import grade_class

        try:
            for exercise in wanted:
                grade_class(exercise, sandbox=not known.no_sandbox)
        except RuntimeError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
