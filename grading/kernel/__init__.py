"""What runs inside the sandbox, beside the student's code. It imports nothing else of the grader, and nothing else is mounted there."""
