"""Read files of a known shape with one pattern instead of a YAML parser.

The shape of a file is everything in it but its values: indents, keys, quotes, and where comments are. What the full
reader says of one file holds for every file of that shape: which line belongs to which key, and at which places the
values are. Neither the pattern nor a shape knows anything of the schema.
"""

from __future__ import annotations

import re
from itertools import compress
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.records.record import Reading, Record
from graduand.records.source import LIMIT, UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from graduand.findings import Place
    from graduand.records.record import Value

_WORD: Final = rf"[^ :#\n{UNSEEN}]*+(?:(?::(?![ \n])|#)[^ :#\n{UNSEEN}]*+)*+"
_PLAIN: Final = (
    rf"""(?!(?:null|Null|NULL)[ \n])[^ \-?:,\[\]{{}}#&*!|>'"%@`=<~\\\n{UNSEEN}]{_WORD}(?: (?![ #:\n]){_WORD})*+"""
)
_QUOTED: Final = rf'[^"\\\n{UNSEEN}]++'
_REST: Final = rf"[^\n{UNSEEN}]*+"
_LINES: Final = re.compile(
    rf'( *+(?:-|[a-z_]++:) ++"?+)((?<=")(?:{_QUOTED})(?=")|(?<!")(?:{_PLAIN}))"?+(?: ++(#){_REST})?+\n'
    rf"|( *+(?:[a-z_]++:(?: *+(?=\n)| ++(?=#))|(?=[#\n])))(?:#{_REST})?+\n"
    r"|((?s:.+))"
).findall
"""Return for each line what comes before its value, the value, whether a comment follows; or all of a line without a
value; or everything from the first line on that is of no known form."""

SHAPES: Final = 2_000
"""How many shapes of a school's files are learnt; a school's files have a few dozen."""

_Key = tuple["tuple[str, ...]", ...]


class _Shape(NamedTuple):
    """Which lines hold the values of which keys."""

    keys: Sequence[str]
    """Of each value and each list, in the order of the file."""
    valued: Sequence[bool]
    """Whether a line holds the value of a key, or the first item of a list."""
    lists: Sequence[tuple[str, Callable[[Sequence[str]], tuple[str, ...]]]]
    """Key of each list, and what picks its items out of all lines."""
    places: Mapping[str, Place]

    def values(self, texts: Sequence[str]) -> dict[str, Value]:
        """Return the values by key; `texts` has one text for each line."""
        values: dict[str, Value] = dict(zip(self.keys, compress(texts, self.valued), strict=True))
        for key, items in self.lists:
            values[key] = items(texts)
        return values


class ShapeReader:
    """Reads the files of one school; asks the full reader about each shape once."""

    def __init__(self, full: Callable[[str, bytes], Reading], lists: Collection[str]) -> None:
        """Read nothing yet; `full` is the full reader, `lists` are the keys of lists."""
        self._full = full
        self._lists = lists
        self._shapes: dict[_Key, _Shape | None] = {}
        """None: the full reader reads every file of this shape."""

    def read(self, path: str, raw: bytes) -> Reading:
        """Return what the full reader returns for the bytes of the file at `path`."""
        try:
            found = _LINES(raw.decode()) if len(raw) <= LIMIT else ()
        except UnicodeDecodeError:
            found = ()
        if not found or found[-1][4]:
            return self._full(path, raw)
        begins, texts, comments, others, _rest = zip(*found, strict=True)
        key = (begins, comments, others)
        try:
            shape = self._shapes[key]
        except KeyError:
            return self._learn(key, texts, path, raw)
        if shape is None:
            return self._full(path, raw)
        return Reading(Record(path, shape.values(texts)), (), shape.places)

    def _learn(self, key: _Key, texts: Sequence[str], path: str, raw: bytes) -> Reading:
        reading = self._full(path, raw)
        if len(self._shapes) < SHAPES:
            own = tuple(tuple(map(intern, column)) for column in key)
            self._shapes[own] = _shape_of(reading, texts, self._lists)
        return reading


def _shape_of(reading: Reading, texts: Sequence[str], lists: Collection[str]) -> _Shape | None:
    """Return the shape of a file from what the full reader said; None where the lines alone do not tell the values."""
    record = reading.record
    if record is None or reading.findings or record.waivers:
        return None
    if any(isinstance(value, str) for key, value in record.values.items() if key in lists):
        return None  # a list that is to be cleared: any other word in its place would be a fault
    valued, pickers = [False] * len(texts), []
    for key, value in record.values.items():
        if isinstance(value, str):
            valued[reading.places[key].line - 1] = True
        else:
            lines = [reading.places[f"{key}:{index}"].line - 1 for index in range(len(value))]
            valued[lines[0]] = True
            pickers.append((key, _picker(lines)))
    shape = _Shape(tuple(record.values), tuple(valued), tuple(pickers), reading.places)
    count = sum(1 if isinstance(value, str) else len(value) for value in record.values.values())
    is_whole = count == len(texts) - texts.count("") and sum(valued) == len(record.values)
    return shape if is_whole and shape.values(texts) == record.values else None


def _picker(lines: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what picks the texts of these lines out of all."""
    first, last = lines[0], lines[-1]
    return itemgetter(slice(first, last + 1)) if last - first < len(lines) else itemgetter(*lines)
