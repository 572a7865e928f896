"""Format values of the program as text, JSON, Markdown or HTML."""
