"""Reports: what is printed; each turns values of the program into text, JSON or a page."""
