"""Heading: which column of a foreign table is which key of a record, and how that is known."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from graduand.errors import Usage
from graduand.language import _, quoted, visible
from graduand.records.kinds import FieldKind
from graduand.similar import folded, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graduand.records.school import School
    from graduand.tables.table import Table

REASON: Final = "graduand_reason"
"""The column of refused rows that says why; passed over when they are taken in again."""


class MappedBy(StrEnum):
    """How it is known what a column is."""

    NAME = "name"
    """It bears the importer's own name."""
    REGION = "region"
    """It bears the name of the other region."""
    OLD = "old"
    OTHER = "word"
    """A word for the column that people use, in French or English."""
    SAID = "said"
    """Somebody said so, now or in schema/intake/."""
    LEFT_OUT = "omitted"
    """Somebody said that it is not to be taken, or Handshake takes it no more."""
    UNKNOWN = "unknown"


class ColumnMapping(NamedTuple):
    """One column of the table, and the key that it fills."""

    number: int
    """From 1, as spreadsheets count."""
    header: str
    """As it stands in the file, without what nobody sees."""
    key: str
    """"" when nothing is taken from it."""
    how: MappedBy
    remark: str = ""
    """What there is to say about it, as a sentence."""


def plain(header: str) -> str:
    """Return a header without blanks around it and without what nobody sees."""
    spaced = "".join(" " if char.isspace() else char for char in header)
    seen = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cn"})
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def columns_of(
    table: Table, school: School, said: Mapping[str, str], told: Mapping[str, str]
) -> tuple[ColumnMapping, ...]:
    """Return what each column is; of two that are one and the same, one is left out.

    Args:
        table: The file.
        school: Whose columns there are.
        said: What the source's file in schema/intake/ says, by plain header; "" leaves a column out.
        told: What the command line says, likewise; it wins.

    Raises:
        Usage: a header or key that does not exist was named, or two columns are one key and hold different texts.
    """
    headers = table.headers
    wanted = {**_folded(said), **_folded(told)}
    there = {folded(plain(header)) for header in headers}
    for header in told:
        if folded(plain(header)) not in there:
            close = nearest(header, map(plain, headers))
            hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
            raise Usage(_("The file has no column {header}.").format(header=quoted(header)) + hint)
    for key in wanted.values():
        if key and key not in takeable(school):
            close = nearest(key, takeable(school))
            hint = _(" Did you mean {close}?").format(close=quoted(close)) if close else ""
            raise Usage(_("{key} is no key of a record that a column could fill.").format(key=quoted(key)) + hint)
    found = tuple(_column(number, header, school, wanted) for number, header in enumerate(headers, 1))
    return tuple(_apart(found, table))


def takeable(school: School) -> tuple[str, ...]:
    """Return the keys that a column may fill."""
    return tuple(key for key, field in school.fields.items() if field.kind is not FieldKind.WAIVERS)


def is_known(header: str, school: School) -> bool:
    """Tell whether a header says by itself what its column is."""
    lower = plain(header).lower()
    retired = school.importer.retired.get(lower)
    return lower in school.columns or bool(retired and retired.use) or _by_word(plain(header), school) != ""


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {folded(plain(header)): key for header, key in words.items()}


def _column(number: int, header: str, school: School, wanted: Mapping[str, str]) -> ColumnMapping:
    bare = plain(header)
    remark = _unseen(header, bare)
    fold = folded(bare)
    if bare == REASON:
        return ColumnMapping(number, bare, "", MappedBy.LEFT_OUT, _("It says why a row was refused."))
    key, how, why = _meant(bare, school)
    if fold in wanted and wanted[fold] != key:
        key = wanted[fold]
        return ColumnMapping(number, bare, key, MappedBy.SAID if key else MappedBy.LEFT_OUT, remark)
    remark = " ".join(filter(None, (remark, why)))
    return ColumnMapping(number, bare, key, how, remark)


def _unseen(header: str, bare: str) -> str:
    """Say which characters of a header nobody sees."""
    hidden = [
        char for char in header if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn"} or char in "\u00a0\u202f"
    ]
    if not hidden:
        return ""
    codes = ", ".join(dict.fromkeys(f"U+{ord(char):04X}" for char in hidden))
    message = _("The header holds characters that nobody sees ({codes}); it is read as {header}.")
    return message.format(codes=codes, header=quoted(bare))


def _meant(bare: str, school: School) -> tuple[str, MappedBy, str]:
    """Return the key that a header means by itself, how that is known, and a remark."""
    lower = bare.lower()
    years = {region.year_column for region in school.importer.regions.values()}
    if lower in school.columns:
        return lower, MappedBy.NAME, ""
    if lower in years:
        message = _("The name of Handshake's other region; here it is {year}.")
        return school.year, MappedBy.REGION, message.format(year=quoted(school.year))
    retired = school.importer.retired.get(lower)
    if retired:
        key = retired.use if retired.use in school.columns else ""
        return key, MappedBy.OLD if key else MappedBy.LEFT_OUT, str(retired.help)
    key = _by_word(bare, school)
    if key:
        return key, MappedBy.OTHER, ""
    close = _near(bare, school) if len(bare) <= _LONGEST else ""
    return "", MappedBy.UNKNOWN, _("Perhaps it is {key}?").format(key=quoted(close)) if close else ""


def _near(bare: str, school: School) -> str:
    """Return the key whose name, or a word for it, is written nearly as a header; "" when none is."""
    fillable = takeable(school)
    words = {folded(key): key for key in fillable}
    words |= {fold: key for fold, key in school.meanings.items() if key in words.values()}
    close = get_close_matches(folded(bare), words, n=1, cutoff=_NEAR)
    return words[close[0]] if close else ""


_NEAR: Final = 0.85
_LONGEST: Final = 60
"""Characters of a header for which a near word is looked for."""
_ASIDE: Final = re.compile(r"\s*[(\[].*[)\]]\s*$|\s*[*:]\s*$")
"""What stands behind a header's words: a unit, a pattern, a star."""


def _by_word(bare: str, school: School) -> str:
    fillable = takeable(school)
    for words in dict.fromkeys((bare, _ASIDE.sub("", bare))):
        fold = folded(words)
        key = school.meanings.get(fold) or _joined(school).get(fold.replace(" ", ""), "")
        if key in fillable:
            return key
        endings = [
            one for one in fillable if folded(one).endswith(f" {fold}") and folded(one.rpartition(":")[2]) == fold
        ]
        if len(endings) == 1:
            return endings[0]
    return ""


def _joined(school: School) -> dict[str, str]:
    """Return what people write for a key with all its words run together."""
    return {fold.replace(" ", ""): key for fold, key in school.meanings.items()}


def _apart(columns: Iterable[ColumnMapping], table: Table) -> Iterator[ColumnMapping]:
    """Let no two columns fill one key.

    Raises:
        Usage: both hold something, and not the same.
    """
    cells = table.columns
    holding = {column.key: column for column in reversed([*columns]) if any(map(str.strip, cells[column.number - 1]))}
    first = {column.key: column for column in reversed([*columns])} | holding
    for column in columns:
        twin = first[column.key]
        if not column.key or twin is column:
            yield column
        elif not any(map(str.strip, cells[column.number - 1])) or cells[column.number - 1] == cells[twin.number - 1]:
            message = _("It says no more than column {number}, {header}.")
            remark = message.format(number=twin.number, header=quoted(twin.header))
            yield ColumnMapping(column.number, column.header, "", MappedBy.LEFT_OUT, remark)
        else:
            raise Usage(_twins(twin, column))


def _twins(one: ColumnMapping, other: ColumnMapping) -> str:
    message = _(
        "Two columns are {key}: {one} (column {first}) and {other} (column {second}). Leave one out, "
        "such as: --map {example}"
    )
    if one.header == other.header:
        message = _(
            "Two columns are {key}: {one} (column {first}) and {other} (column {second}). Rename one in the file."
        )
    return message.format(
        key=quoted(one.key),
        one=quoted(one.header),
        first=one.number,
        other=quoted(other.header),
        second=other.number,
        example=visible(f"'{other.header}='"),
    )
