"""Prepare campaigns of letters, and list what is due by the calendar."""
