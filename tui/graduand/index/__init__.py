"""The index: what is known of all records at once, remembered between two runs."""
