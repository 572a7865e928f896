"""Read a foreign table of people, CSV or workbook, into proposed records."""
