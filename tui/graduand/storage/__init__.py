"""Files on the disk: read safely, locked, and written whole or not at all."""
