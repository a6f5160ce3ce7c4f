"""The live demo on the stage: the demo of an exercise in JupyterLab, or as a page for a machine where no kernel runs.

python -m demo open [EXERCISE]     opens a copy of <EXERCISE>/demo.ipynb, in build/demo/, so that a rehearsal changes nothing here
python -m demo page [EXERCISE]     writes demo.html: the same scenes, what the kernel learns for them recorded
python -m demo font [SOURCE]       cuts the demo's font anew, after its texts have changed; SOURCE: NotoSansCJK-Regular.ttc

Without EXERCISE, the first one that has a demo. Run in the course's folder.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import nbformat

from grading.exercise.folder import Exercise, NoExercise, exercises

from .font import write_font
from .page import page
from .stage import lab_command

NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
"""Where Debian's fonts-noto-cjk puts it."""


def with_demo(root: Path, name: str) -> Exercise:
    """The exercise of that name, or the first one that has a demo. Raises NoExercise."""
    for exercise in [Exercise(root, name)] if name else exercises(root):
        if exercise.demo.exists():
            return exercise
    raise NoExercise(f"The exercise {name} has no demo.py." if name else "No exercise here has a demo.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("open", "page", "font"))
    parser.add_argument("of", nargs="?", default="")
    arguments, root = parser.parse_args(), Path.cwd()
    if arguments.command == "font":
        print(write_font(root, Path(arguments.of or NOTO)))
        return
    try:
        exercise = with_demo(root, arguments.of)
    except NoExercise as error:
        sys.exit(str(error))
    notebook, stage = root / exercise.name / "demo.ipynb", root / "build" / "demo"
    opens = arguments.command == "open"
    path = stage / exercise.name / "demo.html" if opens else root / "demo.html"
    if not opens or not path.exists() or path.stat().st_mtime < notebook.stat().st_mtime:  # to learn it takes a while
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(nbformat.read(notebook, as_version=4)), encoding="utf-8")
        print(f"{path.relative_to(root)}: {path.stat().st_size / 1e6:.1f} MB")
    if opens:
        sys.exit(subprocess.call(lab_command(notebook, path, stage)))


if __name__ == "__main__":
    main()
