"""Lay cells over those of a CSV file and add columns to it; every other byte stays: quotes, line ends, the order."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted
from graduand.tables.encoding import MARKS
from graduand.tables.table_reader import skips_blanks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graduand.tables.table_reader import CsvText

_MARK: Final = b"\xef\xbb\xbf"
_ENDS: Final = b"\r\n\0\x1a"
"""Bytes behind the last cell of a row: the end of the line, and what old systems write at the end of a file."""


class OverlaidRows(NamedTuple):
    """Where the rows of a file are, and what is laid over them."""

    starts: Sequence[int]
    """The line on which each row begins, the header's first, blank ones too."""
    fitting: Sequence[int]
    """Whether each has as many cells as the header."""
    cells: Mapping[int, Mapping[int, str]]
    """By the line of a row the new cells by place; those beyond the header are of added columns."""
    added: Sequence[str]
    """The headers of added columns."""


class CsvOverlay:
    """Writes the cells of one file."""

    def __init__(self, opened: CsvText) -> None:
        """Begin.

        Raises:
            Usage: the separator is no ASCII character, or the cells are quoted otherwise than in CSV.
        """
        separator = opened.separator
        if opened.quote != '"' or opened.is_escaped:
            raise Usage(_('The cells of the file are quoted otherwise than with "…", which Handshake does not read.'))
        if len(separator) != 1 or not separator.isascii():
            raise Usage(_("{value} is no separator; give one sign.").format(value=quoted(separator)))
        self._encoding = opened.encoding
        self._is_wide = not _keeps_ascii(opened.encoding)
        self._separator = separator
        self._sign = separator.encode()
        blanks = b" *" if skips_blanks(opened.text, separator) else b""
        other = b"[^" + re.escape(self._sign) + rb"\r\n]*"
        self._cell = re.compile(b"(?:" + blanks + rb'"[^"]*(?:""[^"]*)*")?' + other)

    def writes(self, text: str) -> bool:
        """Return whether a text can be written in the encoding of the file."""
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def overlaid(self, raw: bytes, rows: OverlaidRows) -> bytes:
        """Return the bytes of the file with cells laid over it.

        Raises:
            Usage: the file is damaged in its encoding, so that not every byte could stay.
        """
        if not self._is_wide:
            return b"".join(self._rows(raw, rows))
        mark = next((one for one, name in MARKS.items() if name == self._encoding and raw.startswith(one)), b"")
        try:
            narrow = raw[len(mark) :].decode(self._encoding).encode()
        except UnicodeError as error:
            message = _("The file is damaged: not all of it is {encoding}.")
            raise Usage(message.format(encoding=self._encoding)) from error
        return mark + b"".join(self._rows(narrow, rows)).decode().encode(self._encoding)

    def _rows(self, raw: bytes, rows: OverlaidRows) -> Iterator[bytes]:
        lines = raw.splitlines(keepends=True)
        if not rows.added:
            yield from self._changed_only(lines, rows)
            return
        blanks = self._sign * len(rows.added)
        width = 0
        for start, end, fits in zip(rows.starts, chain(rows.starts[1:], [len(lines) + 1]), rows.fitting, strict=True):
            row = lines[start - 1] if end == start + 1 else b"".join(lines[start - 1 : end - 1])
            new = rows.cells.get(start)
            if not fits:
                yield row
            elif start == rows.starts[0]:
                mark, row = _without_mark(row)
                width = len(self._split(row)[0])
                yield mark + self._whole(row, dict(enumerate(rows.added, width)), len(rows.added))
            elif new:
                yield self._whole(row, new, len(rows.added))
            else:
                end_at = len(row.rstrip(_ENDS if end > len(lines) else b"\r\n"))
                yield row[:end_at] + blanks + row[end_at:]

    def _changed_only(self, lines: list[bytes], rows: OverlaidRows) -> Iterator[bytes]:
        """Yield the lines of a file that gets no column."""
        done = 0
        ends = dict(zip(rows.starts, chain(rows.starts[1:], [len(lines) + 1]), strict=True)) if rows.cells else {}
        for start in sorted(rows.cells):
            yield from lines[done : start - 1]
            done = ends[start] - 1
            yield self._whole(b"".join(lines[start - 1 : done]), rows.cells[start], 0)
        yield from lines[done:]

    def _whole(self, row: bytes, new: Mapping[int, str], more: int) -> bytes:
        """Return a row with its new cells, and so many `more` cells behind the others."""
        cells, end = self._split(row)
        cells += [b""] * more
        for place, text in new.items():
            cells[place] = self._written(text, cells[place])
        return self._sign.join(cells) + end

    def _split(self, row: bytes) -> tuple[list[bytes], bytes]:
        """Return the cells of a row as they are written, and what is behind the last."""
        cells, at = [], 0
        while found := self._cell.match(row, at):
            cells.append(found[0])
            at = found.end()
            if row[at : at + 1] != self._sign:
                break
            at += 1
        last = cells[-1].rstrip(b"\0\x1a") if at == len(row) else cells[-1]
        end = cells[-1][len(last) :] + row[at:]
        return [*cells[:-1], last], end

    def _written(self, text: str, before: bytes) -> bytes:
        """Return a cell as it is written: in quotes where the one before was, or where it needs them."""
        needs = any(char in text for char in (self._separator, '"', "\n", "\r")) or text != text.strip()
        if needs or before.lstrip(b" ").startswith(b'"'):
            text = '"' + text.replace('"', '""') + '"'
        return text.encode("utf-8" if self._is_wide else self._encoding)


def _without_mark(row: bytes) -> tuple[bytes, bytes]:
    return (_MARK, row[len(_MARK) :]) if row.startswith(_MARK) else (b"", row)


def _keeps_ascii(encoding: str) -> bool:
    """Return whether each ASCII byte of a file in that encoding is that character, and nothing else is."""
    every = bytes(range(256))
    decoded = every.decode(encoding, "replace")
    one_each = len(decoded) == len(every) and not any(map(str.isascii, decoded[128:]))
    return encoding == "utf-8" or (one_each and decoded[:128].encode() == every[:128])
