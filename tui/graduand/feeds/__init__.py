"""Hold the school's nightly sync file against records and state, and lay outstanding cells over it."""
