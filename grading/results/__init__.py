"""What goes out: a page for each student, a report on the class, marks as CSV."""
