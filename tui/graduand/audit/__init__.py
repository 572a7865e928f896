"""The audit: what happened to whom, by whom and why; and what a pull request would change."""
