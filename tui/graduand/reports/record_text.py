"""Format one record as text, and the results of `fmt`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, ngettext, visible
from graduand.records.record import ACCOUNT, DISABLED
from graduand.records.transition import reason_words
from graduand.reports.console import Line, Span, line
from graduand.reports.labels import Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.audit.record_summary import RecordSummary
    from graduand.editing.formatting import FormatResult
    from graduand.records.record import Value
    from graduand.records.school import School

_ACCOUNT: Final = f"{ACCOUNT}:"
_REASONS: Final = ("reason", "requested_by", "effective_on")
_WHOLE: Final = 1 << 30
"""A maximum length that truncates nothing, because a truncated value could hide a change."""


def summary_text(summary: RecordSummary, school: School) -> Iterator[str]:
    """Return the lines of a record; each change of the file changes at least one line."""
    record = summary.record
    explained = {f"{_ACCOUNT}{name}" for name in _REASONS} if record.text(DISABLED) else set()
    keys = [key for key in school.fields if key in record.values or key in summary.derived]
    keys += [key for key in record.values if key not in school.fields]
    terms = Terms(lambda: school.fields)
    for key in keys:
        if key in explained and record.text(key):
            continue
        label = terms.field(key)
        if key in record.values:
            yield from _lines(
                label, _in_words(terms, key, record.values[key]), _why(summary) if key == DISABLED else ""
            )
        else:
            yield from _lines(label, _in_words(terms, key, summary.derived[key]), _(" (derived)"))
    yield from (visible(comment, _WHOLE) for comment in summary.comments)


def _why(summary: RecordSummary) -> str:
    """Return the reason, requester and first day of the state of the account, in brackets."""
    reason, who, day = (visible(summary.record.text(f"{_ACCOUNT}{name}"), _WHOLE) for name in _REASONS)
    asked = _("asked for by {who}").format(who=reason_words(who)) if who else ""
    since = _("from {day}").format(day=day) if day else ""
    said = ", ".join(filter(None, (reason_words(reason), asked, since)))
    return f" ({said})" if said else ""


def _in_words(terms: Terms, key: str, value: Value) -> Value:
    return terms.value(key, value) if isinstance(value, str) else value


def _lines(label: str, value: Value, why: str) -> Iterator[str]:
    if isinstance(value, str) and "\n" not in value:
        yield _("{label}: {value}").format(label=label, value=visible(value, _WHOLE)) + why
        return
    yield _("{label}:").format(label=label) + why
    for part in value.splitlines() if isinstance(value, str) else value:
        yield f"  {visible(part, _WHOLE)}"


def formatted_text(formatted: FormatResult, *, written: bool) -> Iterator[Line]:
    """Return a line for each file, and the counts."""
    rewritten = _("rewritten: {path}") if written else _("not canonical: {path}")
    moved = _("moved: {path} → {target}") if written else _("belongs elsewhere: {path} → {target}")
    for path in formatted.rewritten:
        yield line(rewritten.format(path=visible(path, 300)))
    for path, target in formatted.moved:
        yield line(moved.format(path=visible(path, 300), target=visible(target, 300)))
    for finding in formatted.refused:
        place = f"{finding.path}:{finding.line}:{finding.column}"
        yield line(
            Span(_("left as it is: {place}").format(place=place), "bold red"), f"  {finding.rule} {finding.message}"
        )
    count = len({*formatted.rewritten, *(path for path, _target in formatted.moved)})
    if not count and not formatted.refused:
        yield line(_("All records are in canonical form and in their places."))
    elif not written and count:
        message = ngettext(
            "{count} record is not; graduand fmt cures it.", "{count} records are not; graduand fmt cures them.", count
        )
        yield line(message.format(count=count))
