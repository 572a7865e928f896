"""Create a data repository, and diagnose its set-up on a computer."""
