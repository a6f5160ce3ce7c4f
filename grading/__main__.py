"""python -m grading build | collect | autograde | grade | report: run in the course folder."""

import argparse
import sys
from pathlib import Path

from .course import ASSIGNMENT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help=f"build the notebooks from source/{ASSIGNMENT}.py")
    collect = commands.add_parser("collect", help="put what students handed in into submitted/, whoever packed it")
    collect.add_argument("assignment", help=ASSIGNMENT)
    collect.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a folder, a zip archive or a file: only read")
    collect.add_argument("--roster", type=Path, help="the table of the students (default: students.csv, or else the gradebook)")
    commands.add_parser("autograde", add_help=False, help="as nbgrader autograde, side by side: see autograde --help")
    commands.add_parser("grade", help="grade what lies in submitted/, or a sample class where it is empty")
    report = commands.add_parser("report", help="write a page on the class and the marks of every question, into report/")
    report.add_argument("assignment", nargs="?", default=ASSIGNMENT)
    report.add_argument("--anonymous", action="store_true", help="numbers for students, and nothing that concerns single ones")
    report.add_argument("--pass-mark", type=float, default=60, metavar="N", help="default: %(default)s")
    known, rest = parser.parse_known_args()
    if rest and known.command != "autograde":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    command, root = known.command, Path.cwd()

    # nbgrader takes seconds to import: only where it is used, so that `--help` answers at once.
    if command == "build":
        from .build import build

        for path in build(root):
            print(path.relative_to(root))
        return

    if command == "collect":
        from .intake.collect import collect, needs_instructor, summary

        try:
            arrivals = collect(root, known.assignment, known.paths, known.roster, bar=sys.stderr.isatty())
        except (RuntimeError, OSError) as error:
            sys.exit(f"Nothing more is collected: {error}")
        print(summary(arrivals, known.assignment))
        sys.exit(any(map(needs_instructor, arrivals)))

    if command == "autograde":
        from .app import AutogradeApp

        AutogradeApp.launch_instance(rest)
        return

    if command == "report":
        from .results.report import CannotReport, write

        try:
            page = write(root, known.assignment, known.anonymous, known.pass_mark)
        except CannotReport as error:
            sys.exit(str(error))
        print(f"{page.relative_to(root)}, and beside it the marks of every question as CSV.")
        return

    from .classroom import grade_class

    if not any(root.glob(f"submitted/*/{ASSIGNMENT}")):
        from .sample import write_class

        print("submitted/ is empty: grading a sample class, in a course folder of its own (sample/).")
        write_class(root, root / "sample")
        root = root / "sample"
    grade_class(root)


if __name__ == "__main__":
    main()
