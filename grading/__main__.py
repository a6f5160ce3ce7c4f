"""python -m grading build | autograde | grade: run in the course folder."""

import argparse
from pathlib import Path

from .course import ASSIGNMENT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help=f"build the notebooks from source/{ASSIGNMENT}.py")
    commands.add_parser("autograde", add_help=False, help="as nbgrader autograde, side by side: see autograde --help")
    commands.add_parser("grade", help="grade what lies in submitted/, or a sample class where it is empty")
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

    if command == "autograde":
        from .app import AutogradeApp

        AutogradeApp.launch_instance(rest)
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
