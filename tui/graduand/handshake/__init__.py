"""Handshake: checked records become rows, rows become jobs, jobs become the files of an upload."""
