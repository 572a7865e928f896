"""Format the changes of a sheet as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, visible
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.records.record import Value
    from graduand.reports.labels import Terms
    from graduand.sheets.sheet_export import ExportedSheet
    from graduand.sheets.sheet_import import Patch, SheetRow

SCHEMA: Final = "graduand/patch/1"
SHEET: Final = "graduand/sheet/1"
SHOWN: Final = 10
"""The maximum number of people, unless all are requested."""


def patch_text(patch: Patch, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a patch, rows that close accounts first; addresses are masked unless `show`."""
    if patch.ignored:
        headers = ", ".join(visible(header, 40) for header in patch.ignored)
        yield line(_("Columns that are no field of a record, and are passed over: {headers}").format(headers=headers))
    rows = sorted(patch.rows, key=lambda row: (not row.closes, not row.errors, row.line))
    shown = rows if everything else rows[:SHOWN]
    for row in shown:
        yield from _row(row, terms, show=show)
    yield from more_lines(len(rows) - len(shown))
    if patch.refused:
        yield line("")
        yield line(Span(_("Not taken"), "bold red"), f"  ({len(patch.refused)})")
        refused = patch.refused if everything else patch.refused[:SHOWN]
        for one in refused:
            where = _("line {line}").format(line=one.line)
            yield line("  ", Span(visible(one.username), "bold"), f"  {where}: {one.why if show else masked(one.why)}")
        yield from more_lines(len(patch.refused) - len(refused))
    yield line("")
    yield from _closing_lines(patch, terms)


def _row(row: SheetRow, terms: Terms, *, show: bool) -> Iterator[Line]:
    closes = ("  ", Span(_("closes the account"), "bold red")) if row.closes else ()
    yield line("  ", Span(visible(row.username), "bold"), *closes)
    for one in row.proposal.alterations if row.proposal else ():
        change = " → ".join(value_words(value, terms, one.key, show=show) for value in (one.before, one.after))
        yield line("    ", _("{label}: {value}").format(label=terms.field(one.key), value=change))
    for sentence in row.remarks:
        yield line(f"    · {sentence if show else masked(sentence)}")
    for sentence in row.errors:
        yield line("    ", Span("✗", "bold red"), f" {sentence if show else masked(sentence)}")


def value_words(value: Value | None, terms: Terms, key: str, *, show: bool) -> str:
    """Return the value of a key as text; a dash for None."""
    if value is None:
        return "–"
    text = visible("; ".join(value) if isinstance(value, tuple) else terms.value(key, value))
    return text if show else masked(text)


def _closing_lines(patch: Patch, terms: Terms) -> Iterator[Line]:
    for key, number in sorted(patch.counts().items(), key=lambda one: (-one[1], one[0])):
        yield line(f"  {number} × {terms.field(key)}")
    changed = len(patch.proposals)
    records = ngettext("{count} record", "{count} records", changed).format(count=changed)
    message = _("{records} would change, {unchanged} stay as they are, {refused} not taken.")
    yield line(message.format(records=records, unchanged=patch.unchanged, refused=len(patch.refused)))
    faulty = sum(bool(row.errors) for row in patch.rows)
    if faulty:
        message = ngettext(
            "{count} of them would have an error, and could not be compiled until it is cured.",
            "{count} of them would have errors, and could not be compiled until they are cured.",
            faulty,
        )
        yield line(message.format(count=faulty))
    if patch.closing:
        yield line(_("Checksum: {checksum}").format(checksum=patch.checksum))


def sheet_json(path: str, sheet: ExportedSheet) -> str:
    """Return the path and the number of records of a sheet as one JSON object."""
    return f"{json_text({'schema': SHEET, 'path': path, 'records': sheet.people})}\n"


def patch_json(patch: Patch, *, show: bool) -> Iterator[str]:
    """Return one JSON object for each row with changes or remarks, and for each refused row."""
    for row in patch.rows:
        changes = [
            {"field": one.key, "before": _plain(one.before, show=show), "after": _plain(one.after, show=show)}
            for one in (row.proposal.alterations if row.proposal else ())
        ]
        yield json_text(
            {
                "schema": SCHEMA,
                "line": row.line,
                "username": row.username,
                "path": row.proposal.path if row.proposal else None,
                "changes": changes,
                "closes": row.closes,
                "told": [sentence if show else masked(sentence) for sentence in row.remarks],
                "errors": [sentence if show else masked(sentence) for sentence in row.errors],
                "refused": None,
            }
        )
    for one in patch.refused:
        yield json_text(
            {
                "schema": SCHEMA,
                "line": one.line,
                "username": one.username,
                "refused": one.why if show else masked(one.why),
            }
        )


def _plain(value: Value | None, *, show: bool) -> str | list[str] | None:
    if isinstance(value, tuple):
        return [item if show else masked(item) for item in value]
    return value if value is None or show else masked(value)
