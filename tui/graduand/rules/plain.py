"""Plain: the fast road of the judgement, for records in which no rule finds anything.

A pattern, made from the same schema and kinds, takes only texts that break no rule of their own.
What rules hold against each other is judged once for each case that occurs, by the rules
themselves. Whatever is not plain for certain goes to the full reader and the full judgement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from graduand.records.fast_reader import Text, exactly, is_bare, texts_reader
from graduand.records.kinds import FieldKind, is_plain, plain_shape
from graduand.records.record import LISTED, Record
from graduand.rules import account, addresses, dates, file_format, identity, policy
from graduand.rules.rule import Flaw
from graduand.rules.values import ALONE, NEEDED, SHOWN_AS_SENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.records.field import Field
    from graduand.records.record import Value
    from graduand.records.school import School

_ASIDE: Final = frozenset(
    {
        "additional_email_addresses",
        "assigned_to_email_address",
        "transition:previous_username",
        *ALONE,
        *LISTED,
        *LISTED.values(),
    }
    - {"primary_education:major_names"}
)
"""Keys of few records that rules hold against others; with one of them a record is not plain."""

_BARE: Final = frozenset({FieldKind.EMAIL, FieldKind.PHONE, FieldKind.DATE, FieldKind.BOOLEAN, FieldKind.GPA})
"""Kinds whose plain texts hold nothing that YAML would take for a sign of its own."""

_CASES: Final = 50_000
"""Cases that are remembered."""


_Judge = Callable[[Record], Iterable[Flaw]]
Plain = list[Text]
"""A record in which no rule finds anything: the value of each of the reader's fields; None where it is absent."""


class PlainReader:
    """Reads plain records of one school, as of one day."""

    def __init__(self, school: School, on: str) -> None:
        self.school = school
        shapes = {field.key: shape for field in school.fields.values() if (shape := _shape(field, school))}
        self.fields: Final = tuple(field for key, field in school.fields.items() if key in shapes and key not in _ASIDE)
        self.keys: Final = tuple(field.key for field in self.fields)
        pattern = lambda field: _value(field, shapes[field.key])  # noqa: E731 - no more than an argument
        self._texts_of = texts_reader(self.fields, pattern, _needed(school), remarks=False).texts_of
        self._username, self._address = map(self.keys.index, ("username", "email_address"))
        self._lists = [index for index, field in enumerate(self.fields) if field.kind is FieldKind.LIST]
        families: tuple[tuple[Iterable[str], _Judge], ...] = (
            ((*dates.READS, school.year), lambda record: dates.judge(record, school, on)),
            (addresses.READS, lambda record: addresses.judge(record, school)),
            (account.READS, lambda record: account.judge(record, school, on)),
            (policy.READS, lambda record: policy.judge(record, school, on)),
        )
        self._families = [_Family(self.keys, reads, judge) for reads, judge in families]

    def read(self, path: str, raw: bytes) -> Plain | None:
        """Return the plain record in the bytes of the file at `path`; None: ask the reader and the judgement."""
        texts = self._texts_of(raw)
        if texts is None:
            return None
        username, address = texts[self._username], texts[self._address]
        if not file_format.is_at_home(path, username) or identity.is_address(username, address):  # type: ignore[arg-type]
            return None
        for index in self._lists:
            value = texts[index]
            if value is not None and len(value) > 1 and len(set(value)) < len(value):
                return None
        # The domain is what rules hold against others; the rest of the address is the person's own.
        texts[self._address] = "a@" + address.rpartition("@")[2]  # type: ignore[union-attr]
        for family in self._families:
            if not family.is_quiet(texts):
                return None
        texts[self._address] = address
        return texts

    def values_of(self, raw: bytes) -> dict[str, Value] | None:
        """Return the values of a record whose texts are plain, whatever rules say of them together."""
        texts = self._texts_of(raw)
        return None if texts is None else self.values(texts)

    def values(self, plain: Plain) -> dict[str, Value]:
        """Return the values of a plain record by their keys."""
        return {key: text for key, text in zip(self.keys, plain, strict=True) if text is not None}


class _Family:
    """A family of rules, which judges each case of what it looks at once."""

    def __init__(self, keys: Sequence[str], reads: Iterable[str], judge: _Judge) -> None:
        self._keys = tuple(key for key in keys if key in set(reads))
        self._case = itemgetter(*map(keys.index, self._keys))
        self._judge = judge
        self._known: dict[tuple[Text, ...], bool] = {}

    def is_quiet(self, texts: Sequence[Text]) -> bool:
        """Tell whether the family finds nothing in a record with these texts."""
        case = self._case(texts)
        quiet = self._known.get(case)
        return self._look(case) if quiet is None else quiet

    def _look(self, case: tuple[Text, ...]) -> bool:
        values = {key: text for key, text in zip(self._keys, case, strict=True) if text is not None}
        quiet = not any(self._judge(Record("", values)))
        if len(self._known) < _CASES:
            self._known[case] = quiet
        return quiet


def _needed(school: School) -> frozenset[str]:
    region = school.region
    return frozenset({*NEEDED, *region.required_values, *region.expected_values, "username", "email_address"})


def _value(field: Field, shape: str) -> str:
    """Return the pattern of a field's value, or of an item of its list, in the form that the canon gives it."""
    if field.kind is FieldKind.IDENTIFIER:
        return rf'"({shape})"(?=\n)'
    text = shape if field.values or field.kind in _BARE else exactly(shape)
    return rf"(?:{text})(?=\n)" if field.kind is FieldKind.LIST else rf"({text})(?=\n)"


def _shape(field: Field, school: School) -> str:
    """Return the pattern of a field's texts, or of its items, that break no rule; "" when a pattern cannot say it."""
    kind = field.item if field.kind is FieldKind.LIST else field.kind
    allowed = school.year_values if field.key == school.year else field.values
    if allowed:
        texts = [text for text in allowed if is_plain(kind, text) and is_bare(text) and len(text) <= field.max]
        return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True) if not text.isupper())
    if field.misspellings or not plain_shape(kind):
        return ""
    lower = r"(?=[^\na-z]*+[a-z])" if field.key in SHOWN_AS_SENT else ""
    return rf"(?![^\n]{{{field.max + 1}}}){lower}(?:{plain_shape(kind)})"
