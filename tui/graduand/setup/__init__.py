"""The set-up of a data repository: its creation, and what is missing on this machine."""
