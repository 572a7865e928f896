"""Foreign tables: CSV files, workbooks and exports from elsewhere, read as rows of text; openpyxl only here."""
