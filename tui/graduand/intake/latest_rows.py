"""Choose the latest of several answers of one person by the time at which each was sent."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from graduand.errors import Usage
from graduand.intake.column_formats import date_form
from graduand.language import _, quoted
from graduand.similar import folded, visible_header
from graduand.tables.dates import DAY_FIRST, parse_date
from graduand.vocabulary import vocabularies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graduand.intake.options import IntakeOptions
    from graduand.tables.table import Table

_TIME: Final = re.compile(r"[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? *([ap])?\.?m?\.?", re.IGNORECASE)
_NOON: Final = 12


def drop_earlier(usernames: Sequence[str], table: Table, selected: list[bool], options: IntakeOptions) -> int:
    """Unselect all rows of a person but the latest, and return how many; `selected` is changed.

    The time is in the column of --latest; in answers, also in one with a usual name, such as Timestamp. People of whom
    a time cannot be read, or two are equal, are left as they are.

    Raises:
        Usage: the file has no column of that name.
    """
    column = _column(table, options)
    if column < 0:
        return 0
    of: defaultdict[str, list[int]] = defaultdict(list)
    for row, username in enumerate(usernames):
        if username and selected[row]:
            of[username].append(row)
    cells = table.columns[column]
    form = date_form(table.distinct[column])
    order = form if isinstance(form, str) else DAY_FIRST if len(form.readings) > 1 else form.readings[0]
    dropped = 0
    for rows in of.values():
        times = {row: _moment(cells[row], order) for row in rows} if len(rows) > 1 else {}
        latest = max(times.values(), default="")
        if latest and all(times.values()) and sum(time == latest for time in times.values()) == 1:
            for row in rows:
                selected[row] = times[row] == latest
            dropped += len(rows) - 1
    return dropped


def _column(table: Table, options: IntakeOptions) -> int:
    """Return the number of the column with the times, from 0; -1: there is none."""
    headers = [folded(visible_header(header)) for header in table.headers]
    if options.latest:
        wanted = folded(visible_header(options.latest))
        if wanted not in headers:
            raise Usage(_("The file has no column {header}.").format(header=quoted(options.latest)))
        return headers.index(wanted)
    known = {folded(name) for one in vocabularies() for name in one.timestamps}
    return next((number for number, header in enumerate(headers) if options.patch and header in known), -1)


def _moment(text: str, form: str) -> str:
    """Return a day and a time such that later ones sort behind; "" when the text is none."""
    found = _TIME.search(text.strip())
    day = parse_date(text.strip()[: found.start()] if found else text.strip(), form)
    if not day or not found:
        return day
    hour, minute, second, half = found.groups()
    number = int(hour) % _NOON + (_NOON if half.lower() == "p" else 0) if half else int(hour)
    return f"{day} {number:02}:{minute}:{second or '00'}"
