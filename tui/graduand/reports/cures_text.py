"""Format corrections as text or JSON."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from graduand.language import _, masked, ngettext, quoted, visible
from graduand.reports.console import Line, Span, line, more_lines
from graduand.reports.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graduand.editing.cures import CurePlan
    from graduand.editing.proposal import ValueDifference
    from graduand.reports.labels import Terms

SHOWN: Final = 10
"""The maximum number of files, unless all are requested."""


def cures_text(cured: CurePlan, terms: Terms, *, everything: bool, show: bool) -> Iterator[Line]:
    """Return the lines of a preview and the counts; addresses are masked unless `show`."""
    shown = cured.cures if everything else cured.cures[:SHOWN]
    for cure in shown:
        yield line(Span(visible(cure.path, 300), "bold"))
        yield from (line(f"    {difference_text(one, terms, show=show)}") for one in cure.differences)
    yield from more_lines(len(cured.cures) - len(shown))
    yield line(counts(cured))


def cures_json(cured: CurePlan) -> Iterator[str]:
    """Return one JSON object for each corrected file."""
    for one in cured.cures:
        whole = {"schema": "graduand/cure/1", "path": one.path, "username": one.record.username, "rules": one.rules}
        changes = [difference._asdict() for difference in one.differences]
        yield json_text(whole | {"differences": changes})


def difference_text(difference: ValueDifference, terms: Terms, *, show: bool) -> str:
    """Return one difference, `label: before → after`; values that look the same are made distinguishable."""
    key = difference.key
    before = _value(terms.value(key, _distinguishable(difference.before, difference.after)), show=show) or _("absent")
    after = _value(terms.value(key, difference.after), show=show) or _("gone")
    change = f"{before} → {after}"
    return _("{label}: {value}").format(label=terms.field(key), value=change) if key else change


def _value(text: str, *, show: bool) -> str:
    text = text if show else masked(text)
    return quoted(text, 60) if text != text.strip() else visible(text, 60)


def _distinguishable(before: str, after: str) -> str:
    """Return `before`, with its combining characters as code points if it differs from `after` by them only."""
    if before == after or unicodedata.normalize("NFC", before) != after:
        return before
    return "".join(f"<U+{ord(char):04X}>" if unicodedata.combining(char) else char for char in before)


def counts(cured: CurePlan) -> str:
    """Return the last line: the numbers of correctable records and of other findings."""
    number = len(cured.cures)
    records = ngettext("{count} record can be put right.", "{count} records can be put right.", number)
    return " ".join([records.format(count=number), *filter(None, [left_sentence(cured.undecided)])])


def left_sentence(left: Sequence[object]) -> str:
    """Return the sentence on the findings without automatic correction; "" if there are none."""
    if not left:
        return ""
    message = ngettext("{count} finding is for you to decide.", "{count} findings are for you to decide.", len(left))
    return message.format(count=len(left))
