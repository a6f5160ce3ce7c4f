"""What handing in late costs: nbgrader's own deadline, extensions and plugin, reckoned anew by every run.

The deadline is `due` in exercise.toml, or else what the formgrader has set. Deadlines of single students stand in extensions.csv
in the course's folder, which nobody else sees:

    id,exercise,due
    s2612001,warm-up,2026-11-15 23:59
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from nbgrader.api import Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.orm import selectinload

from ..course import transaction
from ..exercise.folder import Exercise, NoExercise
from ..intake.roster import COLUMN
from ..notes import shown
from ..tables import fold, squash, table

EXTENSIONS = "extensions.csv"
HEADS = {name: "exercise" for name in ("exercise", "assignment", "演習", "課題")}
HEADS |= {name: "due" for name in ("due", "deadline", "duedate", "締切", "締め切り", "提出期限", "期限")}
"""What a column may be called; one of ids is called as in the roster."""


def parse_due(text: str) -> datetime:
    """A time as people and Excel write it, by the clock of this machine where it names no zone; in UTC. Raises ValueError."""
    text = re.sub(r"\b(\d)\b", r"0\1", text.strip().replace("/", "-"))
    if not re.search(r"\d:\d\d", text):
        raise ValueError(text)  # the day alone: its beginning, or its end?
    return datetime.fromisoformat(text).astimezone(UTC)


def extensions(exercise: Exercise) -> dict[str, datetime] | None:
    """Student's id, folded → their own deadline of the exercise, in UTC; None where there is no table. Raises NoExercise."""
    path = exercise.root / EXTENSIONS
    if not path.exists():
        return None
    try:
        rows = list(table(path))
    except RuntimeError as error:
        raise NoExercise(str(error)) from None
    heads = [HEADS.get(squash(head), COLUMN.get(squash(head), "")) for head in rows[0][1]] if rows else []
    if not {"id", "exercise", "due"} <= set(heads):
        raise NoExercise(f"{EXTENSIONS} needs the columns id, exercise and due in its first line.")
    found = {}
    for line, row in rows[1:]:
        about = dict(zip(heads, row))
        try:
            due = parse_due(about.get("due", ""))
        except ValueError:
            told = shown(about.get("due", ""))
            raise NoExercise(f"{EXTENSIONS}, line {line}: {told} is no time such as 2026-11-15 23:59.") from None
        if about.get("exercise") == exercise.name:
            found[fold(about["id"])] = due
    return found


def reckon(
    gradebook: Gradebook, exercise: Exercise, times: Mapping[str, datetime | None], plugin: AssignLatePenalties
) -> tuple[list[str], dict[str, str]]:
    """Write the deadlines, when each file came in, and what that costs, into the gradebook.

    times: student → when the file came that is graded, for those of whom that is known. Returns what is another now of the
    deadlines, in sentences without their end, and student → what has changed of the penalty. Raises NoExercise.
    """
    plugin.init_plugin()
    due, own = exercise.settings.due, extensions(exercise)
    said: list[str] = []
    costs: dict[str, str] = {}
    with transaction(gradebook):
        assignment = gradebook.find_assignment(exercise.name)
        if due and assignment.duedate != naive(due):
            said.append(f"The deadline is {due.astimezone():%Y-%m-%d %H:%M %z}, as exercise.toml says")
            assignment.duedate = naive(due)
        if own and not assignment.duedate:
            said.append(f"{EXTENSIONS} counts for nothing: {exercise.name} has no deadline itself (`due` in exercise.toml)")
            own = {}
        unknown = set(own or ()) - {fold(student) for (student,) in gradebook.db.query(Student.id)}
        said += [f"{EXTENSIONS}: nobody of the gradebook is {shown(student)}" for student in sorted(unknown)]
        entries = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id)
        for entry in entries.options(selectinload(SubmittedAssignment.notebooks)):
            if entry.student_id in times:
                entry.timestamp = times[entry.student_id]
            if own is not None:
                mine = own.get(fold(entry.student_id))
                entry.extension = naive(mine) - assignment.duedate if mine else None
            seconds = entry.total_seconds_late
            for notebook in entry.notebooks:
                before, now = notebook.late_submission_penalty or 0, penalty(notebook, entry.student_id, seconds, plugin)
                if before != now:
                    notebook.late_submission_penalty = now or None
                    late = f"{seconds / 3600:.1f} hours late" if seconds else "not late"
                    costs[entry.student_id] = f"{late}: {now:g} marks less (until now {before:g})"
    return said, costs


def penalty(notebook: SubmittedNotebook, student: str, seconds: float, plugin: AssignLatePenalties) -> float:
    """What nbgrader's plugin takes of a notebook that is so many seconds late."""
    if not seconds:
        return 0
    wanted = plugin.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
    return 0 if wanted is None else plugin._check_late_penalty(notebook, wanted)


def naive(time: datetime) -> datetime:
    """As the gradebook has times: in UTC, without saying so."""
    return time.astimezone(UTC).replace(tzinfo=None)
