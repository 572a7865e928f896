"""What you see: the interface in the terminal, one file a screen. Textual only here."""
