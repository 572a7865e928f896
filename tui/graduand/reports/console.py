"""Print styled lines, without styles into a pipe, and the progress of long work."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple, TextIO

from graduand.language import _, ngettext, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Span(NamedTuple):
    """A part of a line and its style, as rich names it; "" is plain."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    """Return a line of plain and styled parts."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def more_lines(rest: int, indent: str = "") -> Iterator[Line]:
    """Yield the line that says how many are not listed; none where all are."""
    if rest > 0:
        text = ngettext("  … and {count} more (--all shows it)", "  … and {count} more (--all shows them)", rest)
        yield line(f"{indent}{text.format(count=rest)}")


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


def write_data(text: str) -> None:
    """Write data to standard output: as it is to a pipe or file, its control characters spelt out to a terminal."""
    if sys.stdout.isatty():
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n")
        text = "".join(char if char.isprintable() or char in "\n\t" else visible(char) for char in lines)
    sys.stdout.write(text)


def write_raw(content: bytes) -> None:
    """Write the bytes of a file to standard output; a terminal gets them as text."""
    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        write_data(content.decode(errors="replace"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def _coloured(colour: str, target: TextIO) -> bool:
    if colour == "auto":
        return target.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return colour == "always"


_PATIENCE = 0.5
"""Seconds before the first message, and between two messages."""


def bytes_progress() -> Callable[[int, int], None] | None:
    """Return a function that prints how many bytes are sent, in all; None if standard error is no terminal."""

    def words(done: int, total: int) -> str:
        numbers = (f"{number / 1_000_000:.1f}" for number in (done, total))
        return _("{done} of {total} MB sent").format(**dict(zip(("done", "total"), numbers, strict=True)))

    return progress(words)


def _record_words(done: int, total: int) -> str:
    return _("{done} of {total} records").format(done=done, total=total)


def progress(words: Callable[[int, int], str] = _record_words) -> Callable[[int, int], None] | None:
    """Return a function that prints how much is done and in all; None if standard error is no terminal.

    With ACCESSIBLE=1 it prints whole lines, which a screen reader can follow.
    """
    if not sys.stderr.isatty():
        return None
    accessible = os.environ.get("ACCESSIBLE") == "1"
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _PATIENCE * (10 if accessible else 1):
            return
        last = time.monotonic()
        text = words(done, total)
        sys.stderr.write(f"{text}\n" if accessible else f"\r\x1b[K{text}\r")
        sys.stderr.flush()

    return report
