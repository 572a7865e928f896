"""Foreign tables: CSV files and workbooks, read as rows of text below headers; openpyxl is imported only here."""
