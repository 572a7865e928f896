"""Deliver upload files and sync files into the school's folder of Amazon S3, and note them in the ledger."""
