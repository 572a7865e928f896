"""Read files with faults that can only mean one thing, and say what was repaired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.language import _
from graduand.records.comments import Comments, comments_of
from graduand.records.kinds import CLEAR, FieldKind
from graduand.records.naming import right_key
from graduand.records.nodes import Mapping, Node, Scalar
from graduand.records.reading import TreeReader, is_null
from graduand.records.record import Record, of_account
from graduand.records.source import Refused, text_of
from graduand.records.tree import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.comments import Spot
    from graduand.records.school import School

RULES: Final = frozenset({"GR003", "GR004", "GR007", "GR009", "GR012", "GR101", "GR102", "GR103"})
"""Rules of faults that may be repaired."""

_MARK: Final = b"\xef\xbb\xbf"
_BARE_CLEAR: Final = re.compile(r"(?m)^( *[\w:]+: +)\*\*CLEAR\*\*(?= *(?:#.*)?$)")


class Repaired(NamedTuple):
    """The record of a file after its repair, and what was repaired."""

    record: Record
    comments: Comments
    done: tuple[tuple[str, str, str], ...]
    """The key, or "" for what is no value, and the text before and after."""


class _Entry(NamedTuple):
    """A key of the tree with its value, and its path."""

    spot: Spot
    key: str
    name: Scalar
    node: Node


def repaired(path: str, raw: bytes, school: School) -> Repaired | None:
    """Return the repaired content of the file at `path`; None when nothing is wrong, or a person must decide."""
    raw, done = _repaired_text(raw)
    try:
        text = text_of(raw)
        tree = parse(text)
    except Refused:
        return None
    reader = TreeReader(school)
    reader.mapping("", tree)
    renames: dict[Spot, Spot] = {}
    cured = set()
    accounts = sum(of_account(key) for key in reader.values)
    for entry in _entries((), "", tree, school):
        rename = _take(reader, entry, school)
        if rename is not None:
            done.append(rename[:3])
            renames[entry.spot] = rename[3]
            cured |= {entry.name.place, entry.node.place}
    doubtful = any(fault.place not in cured for fault in reader.faults)
    if not done or doubtful or sum(of_account(key) for key in reader.values) != accounts:
        return None
    comments = {_moved(spot, renames): comment for spot, comment in comments_of(text, tree).items()}
    return Repaired(Record(path, reader.values, tuple(reader.waivers)), comments, tuple(done))


def _repaired_text(raw: bytes) -> tuple[bytes, list[tuple[str, str, str]]]:
    """Return the bytes with LF line ends, without byte order mark, and with `**CLEAR**` in quotes."""
    done = []
    if raw.startswith(_MARK):
        raw = raw.removeprefix(_MARK)
        done.append(("", _("byte order mark"), ""))
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        done.append(("", _("line ends as on Windows"), _("LF line ends")))
    quoted, times = _BARE_CLEAR.subn(rf'\1"{CLEAR}"', raw.decode(errors="surrogateescape"))
    if times:
        raw = quoted.encode(errors="surrogateescape")
        done.append(("", CLEAR, f'"{CLEAR}"'))
    return raw, done


def _entries(spot: Spot, group: str, tree: Mapping, school: School) -> Iterator[_Entry]:
    """Return the unknown keys, and the lists that are written as one text."""
    for name, node in tree.entries:
        key = f"{group}:{name.text}" if group else name.text
        here = (*spot, name.text)
        field = None if ":" in name.text else school.fields.get(key)
        if field is None and key in school.groups and ":" not in name.text:
            if isinstance(node, Mapping):
                yield from _entries(here, key, node, school)
        elif field is None or (field.kind is FieldKind.LIST and _one_text(node)):
            yield _Entry(here, key, name, node)


def _one_text(node: Node) -> bool:
    return isinstance(node, Scalar) and bool(node.text) and node.text != CLEAR and not is_null(node)


def _take(reader: TreeReader, entry: _Entry, school: School) -> tuple[str, str, str, Spot] | None:
    """Add the value of an entry under the right key; return the repair, and the new spot of its comments."""
    known = ":" not in entry.name.text and entry.key in school.fields
    key = entry.key if known else right_key(entry.key, entry.name.text, school)
    if not key or of_account(key) or any(f"{there}:".startswith(f"{key}:") for there in reader.values):
        return None
    faults = len(reader.faults)
    if not _take_value(reader, key, entry.node, school) or len(reader.faults) > faults:
        return None
    spot = tuple(key.split(":"))
    if known:
        text = "; ".join(reader.values[key])
        return key, text, f"- {text}", spot
    return "", f"{entry.key}:", f"{key}:", spot


def _take_value(reader: TreeReader, key: str, node: Node, school: School) -> bool:
    """Add a value under `key`, which may be a group of keys; return whether that worked."""
    field = school.fields.get(key)
    if field is None and isinstance(node, Mapping):
        reader.mapping(key, node)
        return True
    if field is not None and field.kind is FieldKind.LIST and isinstance(node, Scalar) and _one_text(node):
        reader.values[key] = (node.text,)
    elif field is not None:
        reader.value(field, node)
    return key in reader.values


def _moved(spot: Spot, renames: dict[Spot, Spot]) -> Spot:
    """Return the new spot of comments whose key, or a key above it, was renamed."""
    for end in range(len(spot), 0, -1):
        if spot[:end] in renames:
            return (*renames[spot[:end]], *spot[end:])
    return spot
