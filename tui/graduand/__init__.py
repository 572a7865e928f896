"""graduand: from reviewed YAML records to the files that Handshake's Importer takes."""

from __future__ import annotations

__version__ = "0.2.0"
