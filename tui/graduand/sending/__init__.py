"""Uploads: planned, compiled, noted, answered, and what Handshake has by now."""
