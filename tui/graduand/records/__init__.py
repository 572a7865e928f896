"""Records: what a person's transition says, and the files that hold it."""
