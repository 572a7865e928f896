"""The people of a file that is to be taken in, and what becomes of each, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graduand.language import _, masked
from graduand.reports.intake_text import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graduand.intake.preview import IntakePreview
    from graduand.intake.record_comparison import ProposedRecord
    from graduand.reports.labels import Terms


class IncomingPerson(NamedTuple):
    """One person of the file, and what becomes of them, in one line and in full."""

    username: str
    said: str
    lines: tuple[str, ...] = ()


def people_of(look: IntakePreview, terms: Terms, *, show: bool) -> Mapping[str, list[IncomingPerson]]:
    """Return the people by what becomes of them, worst first; addresses are masked unless `show`."""

    def place(line: int, said: str) -> str:
        return _("line {line}: {said}").format(line=line, said=said if show else masked(said))

    return {
        "refused": [IncomingPerson(one.username, place(one.line, one.reason)) for one in look.refused],
        "changed": [
            IncomingPerson(one.username, ", ".join(map(terms.field, one.values)), _differences(one, terms, show=show))
            for one in look.changes
        ],
        "passed": [IncomingPerson(one.username, place(one.line, one.reason)) for one in look.left_out],
        "new": [_newcomer(look, row, terms, show=show) for row in look.new],
        "identical": [IncomingPerson(username, "") for username in look.identical],
    }


def _differences(change: ProposedRecord, terms: Terms, *, show: bool) -> tuple[str, ...]:
    return tuple(
        _("{label}: {value}").format(
            label=terms.field(key),
            value=" → ".join(value_text(one, terms, key, show=show) for one in (change.before[key], value)),
        )
        for key, value in change.values.items()
    )


def _newcomer(look: IntakePreview, row: int, terms: Terms, *, show: bool) -> IncomingPerson:
    values = look.rows.values(row)
    name = " ".join(str(values[key]) for key in ("first_name", "last_name") if key in values)
    lines = tuple(
        _("{label}: {value}").format(label=terms.field(key), value=value_text(value, terms, key, show=show))
        for key, value in values.items()
    )
    return IncomingPerson(look.rows.usernames[row], name, lines)
