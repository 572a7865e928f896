"""Read CSV files and workbooks as tables of text, and match their rows to people."""
