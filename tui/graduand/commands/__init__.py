"""Define the commands of the command line; each module holds one command or several on one subject."""
