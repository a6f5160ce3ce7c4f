"""Where the code of students runs, and how the judge speaks with it."""
