"""Intake: a foreign table of people, CSV or spreadsheet, read into proposed values of records."""
