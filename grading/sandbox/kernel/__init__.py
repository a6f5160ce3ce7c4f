"""What runs inside the sandbox, beside the student's code. Nothing else of the grader is mounted there, nor imported here."""
