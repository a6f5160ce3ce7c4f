"""The course: read by every `nbgrader` command run in this folder, and by the package `grading`."""

import os
import sys

c = get_config()  # noqa: F821 (traitlets puts it here)

# The gradebook names the course in one place, whoever opens it.
c.CourseDirectory.course_id = "seminar"

# What a student finds in the place of a solution.
c.ClearSolutions.code_stub = {"python": "# ここにコードを書いてください\nraise NotImplementedError"}

# What grades, and what records an assignment in the gradebook, is this package's.
sys.path.append(os.path.dirname(__file__))
try:
    from grading.run.exchanged import exchange
except Exception as error:  # nbgrader would go on with its own classes, which run the code of students with your rights
    sys.exit(f"Nothing is graded: {error}. In the folder of the course: pip install -e .")
exchange(c, os.path.dirname(__file__))

# What one submission may use (all of them, and their units: grading/sandbox/limits.py); an exercise.toml may say otherwise.
c.Autograde.limits = {
    "memory": 2 << 30, "total_memory": 4 << 30, "processes": 64, "disk": 256 << 20, "files": 2000, "output": 20_000,
    "seconds": 10, "wait": 30, "total": 300,
}

# The student's page, written anew each time: marks may have changed. The exporter reads them itself.
c.GenerateFeedback.exporter_class = "grading.results.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = []
c.GenerateFeedback.force = True

# Names in grades.csv that a spreadsheet would compute are written as text.
c.ExportApp.plugin_class = "grading.results.export.TotalsExportPlugin"
