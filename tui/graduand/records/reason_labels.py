"""Reasons: the words for the reasons that every school begins with, and for who asked; a record holds their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import N_, _
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final = {
    "requested-by-student": N_("requested by the student"),
    "required-by-policy": N_("required by policy"),
    "no-personal-email": N_("no personal address"),
    "duplicate-account": N_("duplicate account"),
    "deceased": N_("deceased"),
    "returned": N_("returned to study"),
    "closed-by-mistake": N_("closed by mistake"),
    "student": N_("the student"),
}
ON_REQUEST: Final = "requested-by-student"
STUDENT: Final = "student"
"""Who asked, when it was the person."""


def reason_words(code: str) -> str:
    """Return what a reason, or who asked, is called in the language spoken now; a school's own stays as it wrote it."""
    return _(_WORDS[code]) if code in _WORDS else code


def reason_code(text: str, known: Iterable[str]) -> str:
    """Return which of the `known` codes is meant, by itself or by its words; else `text` as it is."""
    meant = folded(text)
    return next((code for code in known if meant in {folded(code), folded(reason_words(code))}), text)
