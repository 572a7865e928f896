"""A record as text: a line for each field by its label, in the order of the form, and the comments last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, visible
from graduand.records.reason_labels import reason_words
from graduand.reports.labels import Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.audit.record_summary import RecordSummary
    from graduand.records.record import Value
    from graduand.records.school import School

_DISABLED: Final = "disabled"
_ACCOUNT: Final = "transition:account:"
_REASONS: Final = ("reason", "requested_by", "effective_on")
_WHOLE: Final = 1 << 30
"""Characters; a cut value would hide a change."""


def summary_text(summary: RecordSummary, school: School) -> Iterator[str]:
    """Return the lines; every change of the file changes one of them."""
    record = summary.record
    explained = {f"{_ACCOUNT}{name}" for name in _REASONS} if record.text(_DISABLED) else set()
    keys = [key for key in school.fields if key in record.values or key in summary.derived]
    keys += [key for key in record.values if key not in school.fields]
    terms = Terms(lambda: school.fields)
    for key in keys:
        if key in explained and record.text(key):
            continue
        label = terms.field(key)
        if key in record.values:
            yield from _lines(label, _said(terms, key, record.values[key]), _why(summary) if key == _DISABLED else "")
        else:
            yield from _lines(label, _said(terms, key, summary.derived[key]), _(" (derived)"))
    yield from (visible(comment, _WHOLE) for comment in summary.comments)


def _why(summary: RecordSummary) -> str:
    """Return the words behind the state of the account: why, who asked, from when on."""
    reason, who, day = (visible(summary.record.text(f"{_ACCOUNT}{name}"), _WHOLE) for name in _REASONS)
    asked = _("asked for by {who}").format(who=reason_words(who)) if who else ""
    since = _("from {day}").format(day=day) if day else ""
    said = ", ".join(filter(None, (reason_words(reason), asked, since)))
    return f" ({said})" if said else ""


def _said(terms: Terms, key: str, value: Value) -> Value:
    return terms.value(key, value) if isinstance(value, str) else value


def _lines(label: str, value: Value, why: str) -> Iterator[str]:
    if isinstance(value, str) and "\n" not in value:
        yield _("{label}: {value}").format(label=label, value=visible(value, _WHOLE)) + why
        return
    yield _("{label}:").format(label=label) + why
    for line in value.splitlines() if isinstance(value, str) else value:
        yield f"  {visible(line, _WHOLE)}"
