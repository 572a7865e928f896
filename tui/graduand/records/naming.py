"""Find the key that is meant by an unknown one: another spelling, a retired header, a word for a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, quoted
from graduand.records.source import Fault
from graduand.similar import folded, nearest

if TYPE_CHECKING:
    from graduand.records.importer import Retired
    from graduand.records.nodes import Scalar
    from graduand.records.school import School


_LONGEST: Final = 100
"""Characters of an unknown key that are compared."""


def unknown_key(key: str, name: Scalar, school: School) -> Fault:
    """Return the fault of an unknown key, with the key that is meant where there is one (GR101 to GR103)."""
    written = quoted(name.text)
    word = name.text[:_LONGEST]
    exact = _exact(key, word, school)
    if exact:
        message = _("{key} is written here as {exact}.").format(key=written, exact=_as_written(exact, key))
        return Fault("GR101", name.place, message, key)
    old = school.importer.retired.get(word.lower())
    if old:
        return Fault("GR102", name.place, _retired(old), key)
    if any(folded(column.key) == folded(word) for column in school.importer.columns):
        message = _("{key} is the column of Handshake's other region; here it is {year}.")
        return Fault("GR103", name.place, message.format(key=written, year=quoted(school.year)), key)
    return Fault("GR101", name.place, _unheard_of(key, name, school), key)


def right_key(key: str, name: str, school: School) -> str:
    """Return the only key that an unknown one, whose last part is `name`, can mean; "" when that is not clear."""
    word = name[:_LONGEST]
    exact = _exact(key, word, school)
    if exact:
        return exact
    old = school.importer.retired.get(word.lower())
    if old:
        return old.use if old.use in school.fields else ""
    foreign = any(folded(column.key) == folded(word) for column in school.importer.columns)
    return school.year if foreign else ""


def _exact(key: str, word: str, school: School) -> str:
    """Return the key that is certainly meant: other case, other nesting, or a known alias."""
    meant = school.meanings.get(folded(key[-_LONGEST:])) or school.meanings.get(folded(word))
    if meant:
        return meant
    endings = [known for known in school.keys if folded(known).endswith(f" {folded(word)}")]
    return endings[0] if len(endings) == 1 and folded(endings[0].rpartition(":")[2]) == folded(word) else ""


def _as_written(exact: str, key: str) -> str:
    """Return how to write `exact` in YAML, for a person who wrote `key`: with the group it belongs to."""
    group, _colon, name = exact.rpartition(":")
    if group:
        return _("{name} below {group}").format(name=quoted(f"{name}:"), group=quoted(f"{group.replace(':', ': ')}:"))
    if ":" in key:
        return _("{name} at the beginning of a line").format(name=quoted(f"{name}:"))
    return quoted(f"{name}:")


def _retired(old: Retired) -> str:
    message = _("{key} is no column of the importer any more. {help}")
    return message.format(key=quoted(old.header), help=old.help)


def _unheard_of(key: str, name: Scalar, school: School) -> str:
    message = _("{key} is no column of Handshake and no key of a record, and would be left out.")
    close = _closest(key, name.text[:_LONGEST].rpartition(":")[2], school)
    hint = _(" Did you mean {key}?").format(key=_as_written(close, key)) if close else _(" Delete the line.")
    return message.format(key=quoted(name.text)) + hint


def _closest(key: str, last: str, school: School) -> str:
    """Return the key most similar to `last`, the last part of an unknown key: of the same group, or any."""
    exact = _exact(last, last, school)
    if exact:
        return exact
    group = key.rpartition(":")[0]
    names = {known.rpartition(":")[2]: known for known in school.keys if known.rpartition(":")[2] != last}
    siblings = {name: known for name, known in names.items() if known.rpartition(":")[0] == group}
    return siblings.get(nearest(last, siblings)) or names.get(nearest(last, names), "")
