"""python -m grading build | grade: run in the course folder."""

import argparse
from pathlib import Path

from .course import ASSIGNMENT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m grading", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help=f"build the notebooks from source/{ASSIGNMENT}.py")
    commands.add_parser("grade", help="grade what lies in submitted/, or a sample class where it is empty")
    command, root = parser.parse_args().command, Path.cwd()

    # nbgrader takes seconds to import: only where it is used, so that `--help` answers at once.
    if command == "build":
        from .build import build

        for path in build(root):
            print(path.relative_to(root))
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
