"""Records as a sheet for a spreadsheet, and the sheet as changes of the records when it comes back."""
