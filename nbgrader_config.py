"""The course: read by every `nbgrader` command run in this folder, and by the package `grading`."""

c = get_config()  # noqa: F821 (traitlets puts it here)

# The gradebook names the course in one place, whoever opens it.
c.CourseDirectory.course_id = "1101"

# What a student finds in the place of a solution.
c.ClearSolutions.code_stub = {"python": "# ここにコードを書いてください\nraise NotImplementedError"}

# A test cell that a student deleted comes back, so that its question is still graded.
c.OverwriteCells.add_missing_cells = True

# An endless loop costs each cell that calls it this many seconds; the slowest cell of an honest notebook takes about five.
c.Execute.timeout = 20

# The kernel's warnings (plain text on this machine's own loopback) would drown the log; no history file.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=ERROR"]
