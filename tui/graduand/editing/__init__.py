"""Changes of records: drafted, previewed, written all or none in one commit, and undone."""
