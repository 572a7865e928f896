"""Observations: what Handshake showed on a day, read from its export, or typed for one person, and noted."""
