"""The grader of the exercise 1101 and what builds it."""
