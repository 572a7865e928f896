"""Uploads: planned, compiled, noted as sent, and their failed rows."""
