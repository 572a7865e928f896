"""Everybody at once: all records known as columns, listed, found and compared."""
