"""What stands beside the form: the row, the history, the file."""
