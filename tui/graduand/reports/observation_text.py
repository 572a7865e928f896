"""Format an observation as text or JSON: what Handshake showed, and what of it is otherwise than known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, visible
from graduand.records.kinds import CLEAR
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text
from graduand.reports.plan_text import cell_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.handshake.plan import CellChange
    from graduand.observations.export import Export
    from graduand.observations.observe import ObservationPreview, Observed, ObservedPerson, OtherPeople
    from graduand.records.list_proposal import ListProposal
    from graduand.reports.labels import Terms

SCHEMA: Final = "graduand/observe/1"
_SHOWN: Final = 10
"""The maximum number of people of each group, unless all are requested."""


def observation_text(preview: ObservationPreview, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a preview; addresses are masked unless `show`."""
    yield line(Span(_("Handshake as seen on {time} (UTC)").format(time=when(preview.at)), "bold"))
    yield from _columns_text(preview.export, terms)
    yield from _rows_text(preview, everything=everything)
    yield line("")
    yield from _changes_text(preview.changes, terms, everything=everything, show=show)
    if preview.complete:
        yield from _named(
            ngettext(
                "{count} person of yours is not in the export:",
                "{count} people of yours are not in the export:",
                len(preview.absent),
            ),
            preview.absent,
            everything=everything,
        )
    yield line("")
    yield line(_counts(preview))
    yield from _others_text(preview.others)
    yield from lists_text(preview.lists)


def lists_text(lists: Sequence[ListProposal]) -> Iterator[Line]:
    """Return the lines that institution.yaml may be given, as a file shows the values."""
    for proposal in lists:
        message = _("These values are not in schema/institution.yaml yet; put them there, in the order of study:")
        if proposal.key != "year_values":
            message = _("These values are not in the list that is known; if they are right, put into {file}:").format(
                file="schema/institution.yaml"
            )
        yield line("")
        yield line(message)
        for text in proposal.lines():
            yield line(f"  {visible(text, 200)}")


def when(at: str) -> str:
    """Return a moment of an entry as it is read: `2026-12-01 14:05`."""
    return at[:16].replace("T", " ")


def _columns_text(export: Export, terms: Terms) -> Iterator[Line]:
    taken = ", ".join(f"{visible(one.header)} → {terms.field(one.key)}" for one in export.taken())
    yield line(_("Columns: {columns}").format(columns=taken))
    private = ", ".join(visible(one.header) for one in export.private())
    if private:
        yield line(_("Never noted: {headers}").format(headers=private))
    unknown = ", ".join(visible(one.header) for one in export.unknown())
    if unknown:
        message = _("! Not taken, for no column of the Importer is known by this name: {headers}. Say it with --map.")
        yield line(Span(message.format(headers=unknown), "yellow"))
    for odd in export.odd:
        people = ngettext("{count} row", "{count} rows", odd.people).format(count=odd.people)
        value = masked(visible(odd.text)) if odd.text else _("others")
        message = _("! {column}: {value} ({rows}) is no value that the Importer takes; it is compared, and never sent.")
        yield line(Span(message.format(column=terms.field(odd.column), value=value, rows=people), "yellow"))


def _rows_text(preview: ObservationPreview, *, everything: bool) -> Iterator[Line]:
    export = preview.export
    yield from _named(
        ngettext(
            "! {count} username stands on several rows that differ, and is left out:",
            "! {count} usernames stand on several rows that differ, and are left out:",
            len(export.ambiguous),
        ),
        export.ambiguous,
        everything=everything,
    )
    pairs = {
        ngettext(
            "{count} username was restored; a spreadsheet had converted it, and the address says whose it is:",
            "{count} usernames were restored; a spreadsheet had converted them, and the address says whose they are:",
            len(preview.restored),
        ): preview.restored,
        ngettext(
            "! {count} row is left out: a spreadsheet may have converted the username, and no address says so:",
            "! {count} rows are left out: a spreadsheet may have converted the username, and no address says so:",
            len(preview.doubtful),
        ): preview.doubtful,
    }
    for message, found in pairs.items():
        names = [_("{written} for {username}").format(written=one, username=other) for one, other in found]
        yield from _named(message, names, everything=everything)
    for count, message in (
        (
            export.nameless,
            ngettext(
                "! {count} row without a username is left out.",
                "! {count} rows without a username are left out.",
                export.nameless,
            ),
        ),
        (
            len(export.ragged),
            ngettext(
                "! {count} row does not fit the header and is left out (line {line}).",
                "! {count} rows do not fit the header and are left out (the first is line {line}).",
                len(export.ragged),
            ),
        ),
        (
            preview.excluded,
            ngettext(
                "{count} row is of a deleted or confidential person, and is left out.",
                "{count} rows are of deleted or confidential people, and are left out.",
                preview.excluded,
            ),
        ),
    ):
        if count:
            yield line(message.format(count=count, line=export.ragged[0] if export.ragged else 0))


def _named(message: str, names: Sequence[str], *, everything: bool) -> Iterator[Line]:
    if not names:
        return
    yield line(Span(message.format(count=len(names)), "bold"))
    for name in names if everything else names[:_SHOWN]:
        yield line(f"  {visible(name)}")
    yield from more_lines(0 if everything else len(names) - _SHOWN)


def _changes_text(changes: Sequence[ObservedPerson], terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    changed = [change for change in changes if not change.is_new]
    if changed:
        message = ngettext(
            "{count} person is otherwise than known:", "{count} people are otherwise than known:", len(changed)
        )
        yield line(Span(message.format(count=len(changed)), "bold"))
    for change in changed if everything else changed[:_SHOWN]:
        yield line("  ", Span(visible(change.username), "bold"))
        for cell in change.cells:
            yield line(f"    {seen_text(cell, terms, show=show)}")
    yield from more_lines(0 if everything else len(changed) - _SHOWN)


def seen_text(cell: CellChange, terms: Terms, *, show: bool) -> str:
    """Return what was known of a cell and what was seen, `label: known → seen`; addresses are masked unless `show`."""
    known, seen = (value_seen(cell.header, text, terms, show=show) for text in (cell.before, cell.after))
    return _("{label}: {value}").format(label=terms.field(cell.header), value=f"{known} → {seen}")


def value_seen(header: str, text: str, terms: Terms, *, show: bool) -> str:
    """Return a value that Handshake holds, in words; addresses are masked unless `show`."""
    return _("empty") if text == CLEAR else cell_words(header, text, terms, show=show) or "–"


def _counts(preview: ObservationPreview) -> str:
    new = sum(change.is_new for change in preview.changes)
    changed = len(preview.changes) - new
    people = ngettext(
        "{count} person with a record or known from uploads",
        "{count} people with a record or known from uploads",
        preview.people,
    ).format(count=preview.people)
    parts = [
        _("{count} seen for the first time").format(count=new),
        _("{count} otherwise than known").format(count=changed),
    ]
    if preview.overruled:
        message = ngettext(
            "{count} value stays as an upload that ran later left it",
            "{count} values stay as uploads that ran later left them",
            preview.overruled,
        )
        parts.append(message.format(count=preview.overruled))
    return _("{people}; {counts}.").format(people=people, counts=", ".join(parts))


def _others_text(others: OtherPeople) -> Iterator[Line]:
    noted = {
        _("{count} closed"): others.closed,
        _("{count} alumni"): others.alumni,
        _("{count} past their end date"): others.past_end,
        _("{count} known from before"): others.known,
    }
    if any(noted.values()):
        counts = ", ".join(words.format(count=count) for words, count in noted.items() if count)
        message = _("Without a record: {counts}. Of them only year, end date and the state of the account are noted.")
        yield line(message.format(counts=counts))
    if others.counted:
        message = ngettext(
            "{count} other person without a record is only counted.",
            "{count} other people without a record are only counted.",
            others.counted,
        )
        yield line(message.format(count=others.counted))


def observation_json(observed: Observed) -> str:
    """Return an observation as one JSON object; nothing is masked."""
    preview, export = observed.preview, observed.preview.export
    whole = {
        "schema": SCHEMA,
        "entry": observed.entry or None,
        "is_new": observed.is_new,
        "seen_at": preview.at,
        "complete": preview.complete,
        "columns": export.columns,
        "mapping": {one.header: one.key for one in export.taken()},
        "unknown": [one.header for one in export.unknown()],
        "people": preview.people,
        "others": preview.others._asdict(),
        "absent": preview.absent,
        "ambiguous": export.ambiguous,
        "restored": dict(preview.restored),
        "doubtful": dict(preview.doubtful),
        "odd": [odd._asdict() for odd in export.odd],
        "overruled": preview.overruled,
        **{one.key: one.values for one in preview.lists},
        "changes": [
            {"username": one.username, "is_new": one.is_new, "fields": [cell._asdict() for cell in one.cells]}
            for one in preview.changes
        ],
        "fetched": observed.fetched.state,
        "shared": observed.shared.state,
    }
    return json_text(whole, indent=2) + "\n"
