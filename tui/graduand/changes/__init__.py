"""Records as they shall be: proposed, looked at, written all or none, and taken back."""
