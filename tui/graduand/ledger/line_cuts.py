"""Cut the lines of one person out of the files of the ledger, and leave every other byte as it is."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import LedgerNewer
from graduand.ledger.entry import ENTRY, PEOPLE, RESULT, cells_of, lines_of, table_rows
from graduand.records.record import EMAIL, LOGIN, MORE_EMAILS, USERNAME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

ERASED: Final = "[…]"
"""Stands where a text about somebody else named the person."""

_PLACES: Final = {PEOPLE: (0, 1), RESULT: (1,)}
"""The cells of a line that hold a username."""
_TEXT: Final = 4
"""The cell of a result that holds what Handshake answered."""
_CONTACTS: Final = (EMAIL, MORE_EMAILS, LOGIN)
_SHORTEST: Final = 3
"""Characters of the shortest name that is looked for inside of texts."""


class Cut(NamedTuple):
    """A file without the lines of a person."""

    raw: bytes
    lines: int
    """How many were cut."""
    contacts: frozenset[str]
    """The addresses and logins in them."""


def cut(name: str, raw: bytes, usernames: Collection[str]) -> Cut:
    """Return a file without the lines of the person of these usernames.

    Raises:
        LedgerNewer: the file holds one of the usernames, and is of a kind that is unknown here.
    """
    if name.endswith(".csv"):
        return _cut_table(raw, usernames)
    usernames = frozenset(usernames)
    tokens = [lines_of([[username]])[:-1] for username in usernames]
    if not name.endswith(".tsv"):
        if any(token in raw for token in tokens):
            raise LedgerNewer(name)
        return Cut(raw, 0, frozenset())
    places = _PLACES.get(name)

    def is_of_person(line: bytes) -> bool:
        cells = next(cells_of(line), [])
        held = cells if places is None else [cells[place] for place in places if place < len(cells)]
        return not usernames.isdisjoint(held)

    spans = [span for span in _lines_with(raw, tokens) if is_of_person(raw[slice(*span)])]
    return Cut(_without(raw, spans), len(spans), frozenset())


def _cut_table(raw: bytes, usernames: Collection[str]) -> Cut:
    tokens = [username.replace('"', '""').encode(errors="surrogateescape") for username in usernames]
    if not any(token in raw for token in tokens):
        return Cut(raw, 0, frozenset())
    starts = _row_starts(raw) if b'"' in raw else None
    header = _row(raw[: starts[1] if starts and len(starts) > 1 else raw.find(b"\n") + 1])
    at = header.index(USERNAME) if USERNAME in header else None
    contacts = [place for place, column in enumerate(header) if column in _CONTACTS]
    spans, found = [], set[str]()
    for span in _lines_with(raw, tokens) if starts is None else _rows_with(raw, tokens, starts):
        row = _row(raw[slice(*span)])
        held = row if at is None else row[at : at + 1]
        if span[0] and not {*usernames}.isdisjoint(held):
            spans.append(span)
            found |= {text for place in contacts if place < len(row) for text in row[place].split(";")}
    return Cut(_without(raw, spans), len(spans), frozenset(found - {""}))


def without_mentions(raw: bytes, names: Iterable[str]) -> bytes:
    """Return `result.tsv` in which no answer to another person's row holds one of these names."""
    if not (mention := mentions(names)):
        return raw
    rows = [*cells_of(raw)]
    changed = [
        [mention(ERASED, cell) if place == _TEXT else cell for place, cell in enumerate(cells)] for cells in rows
    ]
    return raw if changed == rows else lines_of(changed)


def mentions(names: Iterable[str]) -> Callable[[str, str], str] | None:
    """Return what puts a text in the place of these names in another text; None when no name is long enough."""
    words = sorted({name for name in names if len(name) >= _SHORTEST}, key=len, reverse=True)
    if not words:
        return None
    pattern = re.compile(rf"(?<![\w@])(?:{'|'.join(map(re.escape, words))})(?![\w@])", re.IGNORECASE)
    return lambda instead, text: pattern.sub(lambda _found: instead, text)


def _lines_with(raw: bytes, tokens: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return where the lines begin and end that hold one of these."""
    found = set[tuple[int, int]]()
    for token in filter(None, tokens):
        place = raw.find(token)
        while place >= 0:
            end = raw.find(b"\n", place) + 1 or len(raw)
            found.add((raw.rfind(b"\n", 0, place) + 1, end))
            place = raw.find(token, end)
    return sorted(found)


def _row_starts(raw: bytes) -> list[int] | None:
    """Return where the rows of a table begin, and its end; None when each line is a row."""
    starts, place, is_open, is_plain = [], 0, False, True
    for line in io.BytesIO(raw):
        if not is_open:
            starts.append(place)
        place += len(line)
        if line.count(b'"') % 2:
            is_open, is_plain = not is_open, False
    return None if is_plain else [*starts, place]


def _rows_with(raw: bytes, tokens: Sequence[bytes], starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start, end in pairwise(starts):
        if any(token in raw[start:end] for token in tokens):
            yield start, end


def _row(raw: bytes) -> list[str]:
    return next(table_rows(raw, ENTRY, "CSV"), [])


def _without(raw: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """Return bytes without those between some places, which are in order."""
    parts, place = [], 0
    for start, end in spans:
        parts.append(raw[place:start])
        place = end
    return b"".join((*parts, raw[place:])) if parts else raw
