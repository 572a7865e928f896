"""Export records as a sheet for a spreadsheet, and import the changes of a saved sheet."""
