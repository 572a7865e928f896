"""Rules: what makes a record sound; one family a file, every rule with its source and its cure."""
