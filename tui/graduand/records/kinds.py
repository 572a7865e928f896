"""Kind: what a column's text may look like. Text is checked against its kind, never converted."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLEAR: Final = "**CLEAR**"
"""The importer's word for "wipe this field" [FAQ]; blank means "leave as it is"."""


class FieldKind(StrEnum):
    """The kinds of text."""

    IDENTIFIER = "identifier"
    EMAIL = "email"
    NAME = "name"
    TEXT = "text"
    PHONE = "phone"
    DATE = "date"
    BOOLEAN = "boolean"
    GPA = "gpa"
    CHOICE = "choice"
    LIST = "list"
    NOTE = "note"
    WAIVERS = "waivers"


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
EMAIL_PATTERN: Final = rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}"
"""An address as mailboxes in use have it: dot-atoms, a domain with a dot (RFC 5321, without quoting)."""

PATTERNS: Final[Mapping[FieldKind, str]] = {
    FieldKind.IDENTIFIER: r"[!-~]+",
    FieldKind.EMAIL: EMAIL_PATTERN,
    FieldKind.PHONE: r"\+?[0-9]+",
    FieldKind.DATE: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    FieldKind.BOOLEAN: r"true|false",
    FieldKind.GPA: r"[0-3](?:\.[0-9]{1,2})?|4(?:\.0{1,2})?",
}
"""The pattern that a whole text of the kind matches; one source for the rules, the JSON Schema and the reader."""

_DAY = (
    "(?!0000)[0-9]{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13578]|1[02])-31)"
)
"""The days that every year has."""

_WORD = "[A-Za-zÀ-ÖØ-öø-ÿĀ-žƠơƯưȘ-țẀ-\u1eff]"
_PLAIN: Final = {
    FieldKind.NAME: rf"{_WORD}+(?:[ '’-]{_WORD}+)*",
    FieldKind.TEXT: rf"(?:{_WORD}|[0-9(])(?:{_WORD}|[0-9 '’,.()&/:+-])*(?<! )",
    FieldKind.NOTE: rf"(?:{_WORD}|[0-9 '’,.()&/:+;!?°«»\"%#@\n\u00a0\u202f-])*",
    FieldKind.CHOICE: r"[A-Za-z](?:[A-Za-z/ -]*[A-Za-z])?",
    FieldKind.IDENTIFIER: r"[A-Za-z0-9][!#-)+-\[\]-~]*",
    FieldKind.EMAIL: rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,20}}(?:\.[A-Za-z0-9_-]{{1,20}}){{0,2}}@(?:{_LABEL}\.)+{_TOP_LABEL}",
    FieldKind.PHONE: r"\+?[0-9]{10}",
    FieldKind.DATE: _DAY,
    FieldKind.BOOLEAN: PATTERNS[FieldKind.BOOLEAN],
    FieldKind.GPA: PATTERNS[FieldKind.GPA],
}
"""Texts that need no second look: nothing in them is hidden, composed, or looks like something else."""


def plain_shape(kind: FieldKind) -> str:
    """Return the pattern of texts of the kind, on one line, that break no rule of their own; "" when there is none."""
    return _PLAIN.get(kind, "").replace(r"\n", "")


class _Shapes(dict[FieldKind, "Callable[[str], object] | None"]):
    """What tells whether a text has the shape of a kind, made when somebody asks; None: every text has."""

    def __init__(self, patterns: Mapping[FieldKind, str]) -> None:
        self._patterns = patterns

    def __missing__(self, kind: FieldKind) -> Callable[[str], object] | None:
        pattern = self._patterns.get(kind)
        self[kind] = re.compile(pattern).fullmatch if pattern is not None else None
        return self[kind]


_SHAPES: Final = _Shapes(PATTERNS)
_PLAINLY: Final = _Shapes(_PLAIN)


def matches(kind: FieldKind, text: str) -> bool:
    """Tell whether the whole of `text` has the shape of `kind`; kinds without a pattern take any text."""
    shape = _SHAPES[kind]
    return shape is None or shape(text) is not None


def is_plain(kind: FieldKind, text: str) -> bool:
    """Tell at once that a text of the kind breaks no rule of its own; False says nothing."""
    plainly = _PLAINLY[kind]
    return plainly is not None and plainly(text) is not None
