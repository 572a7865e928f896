"""What is shipped with the program beside its code: the schema, and the lock of the libraries that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PROGRAM: Final = Path(__file__).parent.parent


def default_schema() -> Path:
    """Return the folder of the shipped schema: in a wheel inside the package, in a checkout at its root."""
    inside = _PROGRAM / "schema"
    return inside if inside.is_dir() else _PROGRAM.parents[1] / "schema"


def output_schema() -> Path:
    """Return the JSON Schema of what graduand writes as JSON."""
    return default_schema() / "output.schema.json"


def locked_requirements() -> Path:
    """Return the file of the libraries that the program needs, each with its version and hashes."""
    inside = _PROGRAM / "requirements.txt"
    return inside if inside.is_file() else _PROGRAM.parents[1] / "constraints" / "run.txt"
