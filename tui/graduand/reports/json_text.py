"""Write JSON that is safe to print on a terminal: unprintable characters are escaped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def json_text(whole: Mapping[str, object], indent: int | None = None) -> str:
    """Return an object as JSON: on one line, or indented by `indent` blanks."""
    text = json.dumps(whole, ensure_ascii=False, indent=indent)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1]
