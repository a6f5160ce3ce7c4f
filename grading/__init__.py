"""The course's grader, and what builds its exercises."""
