"""An inspection of import files, written from the importer's page alone: whatever Handshake would trip over."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tests.importer import BOOLEANS, BYTES, CLEAR, COLUMNS, DATES, LABELS, LISTS, REQUIRED, ROWS, UNIQUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.importer import Account

_NEVER_CLEARED: Final = frozenset({"username", "email_address", "first_name", LABELS}) | BOOLEANS
_NAMES: Final = ("first_name", "middle_name", "last_name", "preferred_name")


def complaints(name: str, content: bytes, region: str = "eu", *, rehearsal: bool = False) -> list[str]:
    """Return everything that the pages forbid in a file of students; none is what every test wants."""
    found = [*_name(name, rehearsal=rehearsal), *_bytes(content)]
    if found:
        return found
    headers, *lines = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    rows = [dict(zip(headers, line, strict=False)) for line in lines]
    return [
        *_table(content, headers, lines),
        *_headers(headers, rows, region),
        *(f"{row.get('username')}: {what}" for row in rows for what in _row(row)),
        *_among(rows),
    ]


def _name(name: str, *, rehearsal: bool) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9!_.*'()-]+\.csv", name):
        yield f"the name {name} is not safe for S3, or does not end in .csv"
    if ("test" in name.lower() or "sample" in name.lower()) != rehearsal:
        yield f"the name {name} holds test or sample, or does not"


def _bytes(content: bytes) -> Iterator[str]:
    if content[:3] == b"\xef\xbb\xbf":
        yield "a byte order mark"
    if b"\r" in content:
        yield "a carriage return"
    if not content.endswith(b"\n") or content.endswith(b"\n\n"):
        yield "the last line does not end, or is blank"
    if len(content) >= BYTES:
        yield "50 MB or more"
    try:
        content.decode()
    except UnicodeDecodeError:
        yield "not UTF-8"


def _table(content: bytes, headers: list[str], lines: list[list[str]]) -> Iterator[str]:
    if content.count(b"\n") != len(lines) + 1:
        yield "a line break inside a cell"
    if any(len(line) != len(headers) for line in lines):
        yield "rows of different lengths"
    if not lines:
        yield "no rows"
    if len(lines) > ROWS:
        yield "more than 199,999 rows"


def _headers(headers: list[str], rows: list[Account], region: str) -> Iterator[str]:
    yield from (f"{header} is no header of the region" for header in headers if header not in COLUMNS[region])
    yield from (f"{header} stands twice" for header, count in Counter(headers).items() if count > 1)
    yield from (f"{header} is required and missing" for header in REQUIRED[region] if header not in headers)
    for header in headers:
        if header not in REQUIRED[region] and not any(row.get(header) for row in rows):
            yield f"{header} is an empty column"


def _row(row: Account) -> Iterator[str]:
    if not row.get("username") or not row.get("email_address") or not row.get("first_name"):
        yield "a key value is blank"
    for header, cell in row.items():
        if cell == CLEAR and header not in _NEVER_CLEARED:
            continue
        if cell != cell.strip() or any(ord(char) < 32 or ord(char) == 127 for char in cell):
            yield f"{header} has a blank at the edge or a control character"
        yield from _cell(header, cell)


def _cell(header: str, cell: str) -> Iterator[str]:
    if not cell:
        if header == LABELS:
            yield "a blank cell wipes all labels"
    elif (header in BOOLEANS and cell not in {"TRUE", "FALSE"}) or (header in DATES and not _is_date(cell)):
        yield f"{header} is {cell}"
    elif header in _NAMES and (len(cell) > 50 or any(char.isdigit() for char in cell)):
        yield f"{header} is longer than 50 or holds digits"
    elif header.endswith("_gpa") and not re.fullmatch(r"[0-3](\.[0-9]{1,2})?|4(\.0{1,2})?", cell, re.ASCII):
        yield f"{header} is {cell}"
    elif header in LISTS and any(not item or item != item.strip() or len(item) > 255 for item in cell.split(";")):
        yield f"{header} has a stray semicolon, a blank beside one, or a long item"
    elif cell == CLEAR:
        yield f"{header} cannot be wiped"


def _is_date(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _among(rows: list[Account]) -> Iterator[str]:
    for header in UNIQUE:
        counts = Counter(row[header].casefold() for row in rows if row.get(header) not in {None, "", CLEAR})
        yield from (f"{header} {value} stands twice" for value, count in counts.items() if count > 1)
    if any(one["username"] >= other["username"] for one, other in pairwise(rows)):
        yield "not sorted by username"
