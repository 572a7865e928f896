"""Format what a merge left to decide, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.editing.merge import Side
from graduand.language import _, masked, ngettext, visible
from graduand.records.transition import Waiver
from graduand.reports.console import Line, Span, line
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graduand.editing.draft import FieldValue
    from graduand.editing.resolution import OpenConflict, Resolution, Unmerged
    from graduand.reports.labels import Terms

_SIDES: Final = (Side.MINE, Side.THEIRS, Side.BASE)
_KEYS: Final = ((Side.BASE, "base"), (Side.MINE, "ours"), (Side.THEIRS, "theirs"))


def resolution_text(found: Unmerged, done: Resolution, terms: Terms, *, show: bool) -> Iterator[Line]:
    """Return the lines on a merge: what is open, what is joined, what git still holds."""
    if done.open:
        yield from (line(f"{name}: {visible(title)}") for name, title in _commits(found) if title)
    path = ""
    for one in done.open:
        if one.record.path != path:
            path = one.record.path
            yield line(Span(visible(path, 300), "bold"))
        yield line("  ", *_conflict(one, terms, show=show))
    for finding in done.unread:
        place = f"{visible(finding.path, 300)}:{finding.line}:{finding.column}"
        yield line(Span("✗ ", "bold red"), f"{place}: {finding.message}")
    yield from (line(Span("✓ ", "green"), visible(one, 300)) for one in done.merged)
    if done.others:
        said = _("git holds these files in several versions too; merge them by hand, then: git add {paths}")
        yield line(Span("! ", "yellow"), said.format(paths=" ".join(visible(one, 200) for one in done.others)))


def _commits(found: Unmerged) -> tuple[tuple[str, str], tuple[str, str]]:
    return (_("our side"), found.ours), (_("their side"), found.theirs)


def _names() -> dict[Side, str]:
    return {Side.MINE: _("our side"), Side.THEIRS: _("their side"), Side.BASE: _("before")}


def _conflict(one: OpenConflict, terms: Terms, *, show: bool) -> Iterator[str | Span]:
    names = _names()
    if one.conflict is None:
        other = Side.THEIRS if one.record.deleted_by is Side.MINE else Side.MINE
        yield _("{deleting} deleted the record, {changing} changed it").format(
            deleting=names[one.record.deleted_by or Side.MINE], changing=names[other]
        )
        return
    key = one.conflict.key
    yield Span(terms.field(key), "bold")
    for side in _SIDES:
        yield f" · {names[side]} {_value(key, one.conflict.of(side), terms, show=show)}"


def _value(key: str, value: FieldValue | None, terms: Terms, *, show: bool) -> str:
    if not value:
        return "–"
    items = value if isinstance(value, tuple) else (value,)
    texts = (", ".join(filter(None, one)) if isinstance(one, Waiver) else terms.value(key, one) for one in items)
    text = "; ".join(texts)
    return visible(text if show else masked(text), 200)


def resolution_sentences(found: Unmerged, done: Resolution) -> Iterator[str]:
    """Return what a person does next, or what was done."""
    if done.open:
        yield _(
            "Say what holds: graduand resolve USERNAME FIELD=VALUE…, or take one side everywhere: --take ours or "
            "--take theirs. The interface asks field by field."
        )
    elif done.finished:
        yield _("Finished: {commit}").format(commit=done.commit[:12])
    elif not found.records and not found.others:
        yield _("Nothing is to be merged.")
    elif found.operation and not done.others and not done.unread:
        yield _("All is merged; finish with: {command}").format(command=found.command)
    elif done.merged:
        said = ngettext("{count} record is merged.", "{count} records are merged.", len(done.merged))
        yield said.format(count=len(done.merged))


def resolution_json(done: Resolution) -> Iterator[str]:
    """Return a line of JSON for each open conflict, then one for each record that is joined."""
    for one in done.open:
        values = {name: one.conflict and one.conflict.of(side) for side, name in _KEYS}
        key = one.conflict.key if one.conflict else ""
        facts = {"username": one.record.username, "path": one.record.path, "field": key, **values, "state": "open"}
        yield json_text({"schema": "graduand/merge/1", **facts})
    for path in done.merged:
        yield json_text({"schema": "graduand/merge/1", "path": path, "state": "merged"})
    for path in done.others:
        yield json_text({"schema": "graduand/merge/1", "path": path, "state": "by-hand"})
