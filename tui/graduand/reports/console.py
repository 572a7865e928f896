"""Page: lines for a terminal or a pipe; colour only where a person looks, and never colour alone."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable


class Span(NamedTuple):
    """A piece of a line and its style, in rich's words; "" is plain."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Return one line made of plain and styled pieces."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def show(lines: Iterable[Line], colour: str = "auto", stream: TextIO | None = None) -> None:
    """Print lines to `stream` (standard output): styled when `colour` ("auto", "always", "never") says so."""
    target = stream or sys.stdout
    if not _coloured(colour, target):
        for spans in lines:
            target.write("".join(span.text for span in spans) + "\n")
        return
    from rich.console import Console  # noqa: PLC0415 - 30 ms that only a terminal needs
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=target, force_terminal=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
    for spans in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in spans)))


def _coloured(colour: str, target: TextIO) -> bool:
    if colour == "auto":
        return target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return colour == "always"
