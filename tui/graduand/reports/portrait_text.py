"""A record as text: a line for each field by its label, in the order of the form, and the comments last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, visible
from graduand.records.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Value
    from graduand.records.school import School
    from graduand.trail.portrait import Portrait

_DISABLED: Final = "disabled"
_ACCOUNT: Final = "transition:account:"
_REASONS: Final = ("reason", "requested_by", "effective_on")
_WHOLE: Final = 1 << 30
"""Characters; a cut value would hide a change."""


def portrait_text(portrait: Portrait, school: School) -> Iterator[str]:
    """Return the lines; every change of the file changes one of them."""
    record = portrait.record
    explained = {f"{_ACCOUNT}{name}" for name in _REASONS} if record.text(_DISABLED) else set()
    keys = [key for key in school.fields if key in record.values or key in portrait.derived]
    keys += [key for key in record.values if key not in school.fields]
    for key in keys:
        if key in explained and record.text(key):
            continue
        field = school.fields.get(key)
        label = str(field.label) if field else visible(key)
        kind = field.kind if field else Kind.TEXT
        if key in record.values:
            why = _why(portrait) if key == _DISABLED else ""
            yield from _lines(label, record.values[key], kind, why)
        else:
            yield from _lines(label, portrait.derived[key], kind, _(" (derived)"))
    yield from (visible(comment, _WHOLE) for comment in portrait.comments)


def _why(portrait: Portrait) -> str:
    """Return the words behind the state of the account: why, who asked, from when on."""
    reason, who, day = (visible(portrait.record.text(f"{_ACCOUNT}{name}"), _WHOLE) for name in _REASONS)
    asked = _("asked by {who}").format(who=who) if who else ""
    since = _("from {day}").format(day=day) if day else ""
    said = ", ".join(filter(None, (reason, asked, since)))
    return f" ({said})" if said else ""


def _lines(label: str, value: Value, kind: Kind, why: str) -> Iterator[str]:
    if isinstance(value, str) and "\n" not in value:
        yield _("{label}: {value}").format(label=label, value=_said(value, kind)) + why
        return
    yield _("{label}:").format(label=label) + why
    for line in value.splitlines() if isinstance(value, str) else value:
        yield f"  {visible(line, _WHOLE)}"


def _said(value: str, kind: Kind) -> str:
    if kind is Kind.BOOLEAN and value.lower() in {"true", "false"}:
        return _("yes") if value.lower() == "true" else _("no")
    return visible(value, _WHOLE)
