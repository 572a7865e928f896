"""The git repository that the records live in; the only place that runs git."""
