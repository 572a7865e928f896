"""Labels of the reason codes that every new school has, and of the code for who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import N_, _
from graduand.similar import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABELS: Final = {
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
"""The code for who asked, when it was the person."""


def reason_words(code: str) -> str:
    """Return the label of a code in the current language; a code of the school's own is its own label."""
    return _(_LABELS[code]) if code in _LABELS else code


def reason_code(text: str, known: Iterable[str]) -> str:
    """Return the one of the `known` codes that `text` is the code or the label of; `text` itself when there is none."""
    meant = folded(text)
    return next((code for code in known if meant in {folded(code), folded(reason_words(code))}), text)
