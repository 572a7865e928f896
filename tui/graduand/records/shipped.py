"""The schema that is shipped with the program: what `graduand init` copies, and what stands in for a missing file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PROGRAM: Final = Path(__file__).parent.parent


def default_schema() -> Path:
    """Return the folder of the shipped schema: in a wheel inside the package, in a checkout at its root."""
    inside = _PROGRAM / "schema"
    return inside if inside.is_dir() else _PROGRAM.parents[1] / "schema"
