"""exercises/<name>/released.txt: of each test, digests of the texts that students were given, in one release or another.

A line for each test: its id, then the digests, the latest last. A build adds what is new. Whoever has an older release has not
changed a test. Until the first release is handed out, the file may be deleted.
"""

from nbformat import NotebookNode

from .cells import digest, grade_id, is_test, visible
from .folder import Exercise


def read(exercise: Exercise) -> dict[str, list[str]]:
    """Test → digests."""
    lines = exercise.released.read_text(encoding="utf-8").splitlines() if exercise.released.exists() else []
    return {name: digests for name, *digests in map(str.split, filter(None, lines))}


def add(exercise: Exercise, source: NotebookNode) -> None:
    """Add what students get of the tests in the instructor's notebook."""
    before, now = read(exercise), {grade_id(cell): digest(visible(cell.source)) for cell in source.cells if is_test(cell)}
    after = before | {name: [*before.get(name, []), mark] for name, mark in now.items() if mark not in before.get(name, [])}
    if after != before:
        exercise.released.write_text("".join(f"{' '.join([name, *marks])}\n" for name, marks in after.items()), encoding="utf-8")
