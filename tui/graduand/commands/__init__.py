"""Commands: what is typed; one file a command."""
