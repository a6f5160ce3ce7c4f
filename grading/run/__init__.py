"""Grading: the one writer, the unit of work, the judge and what it says of a mistake."""
