"""Say in people's words what a save came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graduand.campaigns.letters import spelt
from graduand.language import _, ngettext, visible
from graduand.records.kinds import FieldKind
from graduand.records.record import ASKED_ON, EMAIL, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graduand.editing.saved_changes import SavedChanges
    from graduand.reports.labels import Terms

_SHOWN: Final = 3
"""Labels that a sentence names."""


def result_text(found: SavedChanges, terms: Terms, today: str, region: str) -> str:
    """Return what was saved in one sentence without a full stop: whom it closes first; "" where nothing differs."""
    is_one = len(found.people) == 1
    values = _of_one(found.values, terms) if is_one else _values(found.values, terms)
    words = ", ".join([*_account(found, today, region), *_records(found), *values])
    if words and is_one:
        return _("{label}: {value}").format(label=visible(found.people[0]), value=words)
    return words


def _account(found: SavedChanges, today: str, region: str) -> Iterator[str]:
    soon = sum(number for day, number in found.closings.items() if day <= today)
    if soon:
        words = ngettext(
            "{count} account closes with the next upload", "{count} accounts close with the next upload", soon
        )
        yield words.format(count=soon)
    for day, number in sorted(found.closings.items()):
        if day > today:
            words = ngettext("{count} account closes on {day}", "{count} accounts close on {day}", number)
            yield words.format(count=number, day=spelt(day, region))
    if count := found.reopenings:
        yield ngettext(
            "{count} account opens again with the next upload",
            "{count} accounts open again with the next upload",
            count,
        ).format(count=count)
    if count := found.withdrawn:
        yield ngettext("{count} closing is withdrawn", "{count} closings are withdrawn", count).format(count=count)


def _records(found: SavedChanges) -> Iterator[str]:
    if count := found.new:
        yield ngettext("{count} new record", "{count} new records", count).format(count=count)
    if count := found.removed:
        yield ngettext("{count} record removed", "{count} records removed", count).format(count=count)
    if count := found.others:
        yield ngettext("{count} file of the settings", "{count} files of the settings", count).format(count=count)


def _of_one(values: Mapping[str, int], terms: Terms) -> Iterator[str]:
    """Yield which values of one person differ."""
    if values:
        order = {key: place for place, key in enumerate(terms.read())}
        keys = sorted(values, key=lambda key: order.get(key, len(order)))
        labels = ", ".join(map(terms.field, keys[:_SHOWN])) + (" …" if len(values) > _SHOWN else "")
        yield _("changed: {labels}").format(labels=labels)


def _values(values: Mapping[str, int], terms: Terms) -> Iterator[str]:
    """Yield what differs in the records that there were before."""
    left = dict(values)
    if count := left.pop(ASKED_ON, 0):
        left = {key: number for key, number in left.items() if not key.startswith(ASKED_ON.rpartition(":")[0])}
        yield ngettext("{count} person noted as asked", "{count} people noted as asked", count).format(count=count)
    if count := left.pop(USERNAME, 0):
        yield ngettext("{count} username changed", "{count} usernames changed", count).format(count=count)
    if count := left.pop(EMAIL, 0):
        yield ngettext("{count} address changed", "{count} addresses changed", count).format(count=count)
    fields = terms.read()
    dates = [key for key in left if key in fields and fields[key].kind == FieldKind.DATE]
    if count := sum(left.pop(key) for key in dates):
        yield ngettext("{count} date corrected", "{count} dates corrected", count).format(count=count)
    for key in sorted(left, key=lambda key: (-left[key], key))[:_SHOWN]:
        number = ngettext("{count} person", "{count} people", left[key]).format(count=left[key])
        yield f"{terms.field(key)} ({number})"
    if len(left) > _SHOWN:
        rest = len(left) - _SHOWN
        yield ngettext("{count} more field", "{count} more fields", rest).format(count=rest)
