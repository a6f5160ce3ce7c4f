"""What arrives, put where nbgrader grades it: downloaded/ and submitted/."""
